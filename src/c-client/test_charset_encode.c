/*
 * test_charset_encode.c - UTF-8 to text in other charsets.
 */
#include "fs.h"
#include "test_util.h"
#include "utf8.h"

#define JAPANESE "\346\227\245\346\234\254"

static const struct {
	const char *charset;
	unsigned long errch;
	const char *in;
	const char *want; /* NULL: fails */
} cases[] = {
	{ "US-ASCII", 0, "plain", "plain" },
	{ "US-ASCII", 0, "\303\251", NULL },
	{ "US-ASCII", '?', "a\303\251b", "a?b" },
	{ "US-ASCII", 0xe9, "a\303\251b", NULL },
	{ "US-ASCII", '?', "a\351\360\237\230\200b", "a??b" },
	{ "US-ASCII", 0, "a\351b", NULL },
	{ "ISO-8859-1", 0, "caf\303\251", "caf\351" },
	{ "ISO-8859-2", 0, "\305\201\303\263d\305\272", "\243\363d\274" },
	{ "KOI8-R", 0, "\320\237", "\360" },
	{ "KOI8-R", '*', "\320\237\346\227\245", "\360*" },
	{ "VISCII", 0, "\341\272\262", "\002" },
	{ "GB2312", 0, "\344\270\255", "\326\320" },
	{ "GB2312", 0, "\351\216\224", NULL }, /* GBK has it */
	{ "GBK", 0, "\351\216\224", "\346g" },
	{ "BIG5", 0, "\344\270\255", "\244\244" },
	{ "EUC-KR", 0, "\355\225\234", "\307\321" },
	{ "Shift_JIS", 0, JAPANESE, "\223\372\226{" },
	{ "EUC-JP", 0, JAPANESE, "\306\374\313\334" },
	{ "ISO-2022-JP", 0, "a" JAPANESE "b", "a\033$BF|K\\\033(Bb" },
	{ "ISO-2022-JP", 0, JAPANESE, "\033$BF|K\\\033(B" },
	{ "ISO-2022-JP", 0, "\357\275\261", NULL }, /* half-width kana */
	{ "ISO-2022-JP", 0x3013, "\357\275\261", "\033$B\".\033(B" },
	{ "ISO-2022-KR", 0, "\355\225\234", NULL },
	{ "UTF-8", 0, JAPANESE, JAPANESE },
	{ "UTF-8", 0, "\351", NULL },
	{ "UTF-7", 0, "x", NULL },
	{ "UTF-16", 0, "x", NULL },
	{ "x-none", 0, "x", NULL },
};

static char *
name_of(const char *name)
{
	return (char *)(uintptr_t)name;
}

static SIZEDTEXT
sized(const char *s)
{
	return (SIZEDTEXT){ (unsigned char *)(uintptr_t)s, strlen(s) };
}

static void
test_cstext(void **state)
{
	SIZEDTEXT text, ret;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		text = sized(cases[i].in);
		if (!cases[i].want) {
			assert_int_equal(utf8_cstext(&text,
					     name_of(cases[i].charset), &ret,
					     cases[i].errch),
			    NIL);
			continue;
		}
		assert_int_equal(utf8_cstext(&text, name_of(cases[i].charset),
				     &ret, cases[i].errch),
		    T);
		assert_span(cc_span(ret.data, ret.size), cases[i].want);
		if (ret.data != text.data)
			fs_give((void **)&ret.data);
	}
}

/* What a table has, the charset decodes to the same character. */
static void
test_there_and_back(void **state)
{
	unsigned short *map;
	unsigned char octets[2], *p;
	unsigned long left, c;
	size_t known;
	void *more;

	(void)state;
	for (const CHARSET *cs = utf8_charset(NULL); cs->name; cs++) {
		/* Decoded as the larger sets, in which a few marks differ. */
		if (!(map = utf8_rmap_cs(cs)) || cs->type == CT_2022 ||
		    cs->type == CT_SJIS || cs->type == CT_EUC)
			continue;
		assert_ptr_equal(utf8_rmap(cs->name), map);
		known = 0;
		for (unsigned u = 0; u < 0x10000; u += u < 0x500 ? 1 : 13) {
			if (map[u] == NOCHAR)
				continue;
			p = octets;
			left = map[u] > 0xff ? 2 : 1;
			octets[0] = (unsigned char)(map[u] >> 8);
			octets[left - 1] = (unsigned char)map[u];
			c = ucs4_cs_get((CHARSET *)(uintptr_t)cs, &p, &left);
			/* A letter and its mark, of CP1255 and CP1258. */
			if (left > 0 && map[u] > 0xff && cs->type == CT_1BYTE)
				continue;
			/* Its marks have doubles in Unicode. */
			if (c != u && ucs4_decompose(u, &more) == c &&
			    strcmp(cs->name, "WINDOWS-1258") == 0)
				continue;
			if (c != u)
				print_error("%s: %x\n", cs->name, u);
			assert_int_equal(c, u);
			assert_int_equal(left, 0);
			known++;
		}
		assert_true(known >= 127);
	}
}

static void
test_cs_get(void **state)
{
	static const struct {
		const char *charset;
		struct span in;
		unsigned long want;
		unsigned long left;
	} rows[] = {
		{ "US-ASCII", OCTETS("ab"), 'a', 1 },
		{ "US-ASCII", OCTETS("\351b"), U8G_NOTUTF8, 2 },
		{ "BIG5", OCTETS("\244\244x"), 0x4e2d, 1 },
		{ "BIG5", OCTETS("\244"), U8G_NOTUTF8, 1 },
		{ "GB18030", OCTETS("\2249\3746"), 0x1f600, 0 },
		{ "UTF-16", OCTETS("\330\075\336\000"), 0x1f600, 0 },
		{ "UTF-16", OCTETS("\000a"), 'a', 0 },
		{ "ISO-10646-UCS-4", OCTETS("\0\0\0a"), 'a', 0 },
		{ "UTF-8", OCTETS("\303\251x"), 0xe9, 1 },
		{ "UTF-7", OCTETS("x"), U8G_NOTUTF8, 1 },
		{ "BIG5", OCTETS(""), U8G_ENDSTRG, 0 },
	};
	unsigned char *copy, *s;
	unsigned long left;
	CHARSET cs;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		copy = s =
		    (unsigned char *)exact_copy(rows[i].in.p, rows[i].in.len);
		left = rows[i].in.len;
		cs = *utf8_charset(name_of(rows[i].charset));
		assert_int_equal(ucs4_cs_get(&cs, &s, &left), rows[i].want);
		assert_int_equal(left, rows[i].left);
		assert_int_equal(s - copy, rows[i].in.len - left);
		free(copy);
	}
}

static void
test_between(void **state)
{
	SIZEDTEXT text = sized("\360\322"), ret;

	(void)state;
	assert_int_equal(utf8_cstocstext(&text, name_of("KOI8-R"), &ret,
			     name_of("WINDOWS-1251"), 0),
	    T);
	assert_span(cc_span(ret.data, ret.size), "\317\360");
	fs_give((void **)&ret.data);
	assert_int_equal(utf8_cstocstext(&text, name_of("KOI8-R"), &ret,
			     name_of("UTF-8"), 0),
	    T);
	assert_span(cc_span(ret.data, ret.size), "\320\237\321\200");
	fs_give((void **)&ret.data);
	assert_int_equal(utf8_cstocstext(&text, name_of("KOI8-R"), &ret,
			     name_of("koi8-r"), 0),
	    T);
	assert_ptr_equal(ret.data, text.data);
	assert_int_equal(utf8_cstocstext(&text, name_of("KOI8-R"), &ret,
			     name_of("US-ASCII"), 0),
	    NIL);
	assert_int_equal(utf8_cstocstext(&text, name_of("x-none"), &ret,
			     name_of("US-ASCII"), 0),
	    NIL);
}

static void
test_tables(void **state)
{
	unsigned long ucs4[] = { 'a', 0x4e2d, 0x1f600 };
	unsigned short *map = utf8_rmap(name_of("GB2312"));
	SIZEDTEXT text = sized("a\344\270\255"), ret;
	unsigned char octets[8] = "";

	(void)state;
	assert_non_null(map);
	assert_int_equal(ucs4_rmaplen(ucs4, 2, map, 0), 3);
	assert_true(ucs4_rmaplen(ucs4, 3, map, 0) < 0);
	assert_int_equal(ucs4_rmaplen(ucs4, 3, map, '?'), 4);
	assert_int_equal(ucs4_rmapbuf(octets, ucs4, 3, map, '?'), T);
	assert_string_equal((char *)octets, "a\326\320?");
	assert_int_equal(ucs4_rmaptext(ucs4, 3, map, &ret, 0), NIL);
	assert_int_equal(ucs4_rmaptext(ucs4, 2, map, &ret, 0), T);
	assert_span(cc_span(ret.data, ret.size), "a\326\320");
	fs_give((void **)&ret.data);
	assert_int_equal(utf8_rmapsize(&text, map, 0, NIL), 4);
	assert_null(utf8_rmap(name_of("UTF-8")));
	assert_null(utf8_rmap(name_of("x-none")));
	map = utf8_rmap(name_of("US-ASCII"));
	assert_int_equal(utf8_rmapsize(&text, map, 0, NIL), 0);
	map = utf8_rmap_gen(utf8_charset(name_of("BIG5")), NULL);
	assert_int_equal(map[0x4e2d], 0xa4a4);
	assert_int_equal(map[0xd800], NOCHAR);
	fs_give((void **)&map);
	assert_null(utf8_rmap_gen(utf8_charset(name_of("UTF-8")), NULL));
}

static void
test_valid(void **state)
{
	char *list[] = { name_of("US-ASCII"), name_of("ISO-8859-1"),
		name_of("x-none"), name_of("BIG5"), name_of("UTF-8"), NULL };
	unsigned long *valid = utf8_csvalidmap(list);

	(void)state;
	assert_int_equal(valid['a'], 1 | 2 | 4 | 16 | 32);
	assert_int_equal(valid[0xe9], 1 | 4 | 32);
	assert_int_equal(valid[0x4e2d], 16 | 32);
	assert_int_equal(valid[0xd800] & ~1ul, 0);
	fs_give((void **)&valid);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cstext),
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_cs_get),
		cmocka_unit_test(test_between),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_valid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
