/*
 * test_utf8_text.c - the functions of utf8.h that work by the type of a
 * charset: each gives what the charset's name does.
 */
#include "fs.h"
#include "test_util.h"
#include "utf8.h"

/* The function for a charset's type, or false if it has none. */
static bool
by_type(const CHARSET *cs, SIZEDTEXT *text, SIZEDTEXT *ret, ucs4cn_t cv,
    ucs4de_t de)
{
	switch (cs->type) {
	case CT_1BYTE0:
		utf8_text_1byte0(text, ret, cv, de);
		break;
	case CT_1BYTE:
		utf8_text_1byte(text, ret, cs->tab, cv, de);
		break;
	case CT_1BYTE8:
		utf8_text_1byte8(text, ret, cs->tab, cv, de);
		break;
	case CT_EUC:
		utf8_text_euc(text, ret, cs->tab, cv, de);
		break;
	case CT_DBYTE:
		utf8_text_dbyte(text, ret, cs->tab, cv, de);
		break;
	case CT_DBYTE2:
		utf8_text_dbyte2(text, ret, cs->tab, cv, de);
		break;
	case CT_SJIS:
		utf8_text_sjis(text, ret, cv, de);
		break;
	case CT_2022:
		utf8_text_2022(text, ret, cv, de);
		break;
	case CT_UTF7:
		utf8_text_utf7(text, ret, cv, de);
		break;
	case CT_UTF8:
		utf8_text_utf8(text, ret, cv, de);
		break;
	case CT_UCS2:
		utf8_text_ucs2(text, ret, cv, de);
		break;
	case CT_UCS4:
		utf8_text_ucs4(text, ret, cv, de);
		break;
	case CT_UTF16:
		utf8_text_utf16(text, ret, cv, de);
		break;
	default:
		return false;
	}
	return true;
}

/* All octets, in pairs that double-byte charsets have characters for. */
static void
fill(unsigned char *octets, size_t len)
{
	for (size_t i = 0; i < len; i++)
		octets[i] = (unsigned char)(i * 7 + i / 256);
}

static void
check(const CHARSET *cs, SIZEDTEXT *text, ucs4cn_t cv, ucs4de_t de)
{
	SIZEDTEXT one = { 0 }, other = { 0 };

	if (!by_type(cs, text, &one, cv, de))
		return;
	assert_int_equal(utf8_text_cs(text, cs, &other, cv, de), T);
	assert_int_equal(one.size, other.size);
	assert_memory_equal(one.data, other.data, one.size);
	/* A block of its own, which ends in a NUL. */
	assert_ptr_not_equal(one.data, text->data);
	assert_int_equal(one.data[one.size], '\0');
	if (other.data != text->data)
		fs_give((void **)&other.data);
	fs_give((void **)&one.data);
}

static void
test_workers(void **state)
{
	unsigned char octets[512];
	unsigned types = 0;

	(void)state;
	fill(octets, sizeof(octets));
	for (const CHARSET *cs = utf8_charset(NULL); cs->name; cs++)
		for (size_t len = 1; len <= sizeof(octets); len += 73) {
			SIZEDTEXT text = {
				(unsigned char *)exact_copy(octets, len), len
			};

			check(cs, &text, NULL, NULL);
			check(cs, &text, ucs4_titlecase,
			    ucs4_decompose_recursive);
			free(text.data);
			types++;
		}
	assert_true(types > 100);
}

/* utf8_text: the flags, and what ret holds. */
static void
test_text(void **state)
{
	static unsigned char latin[] = "\351t\351";
	SIZEDTEXT text = { latin, 3 }, ret;

	(void)state;
	assert_int_equal(utf8_text(&text, "ISO-8859-1", NULL, 0), T);
	assert_int_equal(utf8_text(&text, "no-such", NULL, 0), NIL);
	assert_int_equal(utf8_text(&text, "no-such", &ret, 0), NIL);
	assert_ptr_equal(ret.data, latin);
	assert_int_equal(ret.size, 3);
	assert_int_equal(utf8_text(&text, "iso-8859-1", &ret, U8T_CANONICAL),
	    T);
	assert_span(cc_span(ret.data, ret.size), "E\314\201TE\314\201");
	fs_give((void **)&ret.data);
	/* No name: by inspection. */
	assert_int_equal(utf8_text(&text, NULL, &ret, 0), NIL);
	text.data = (unsigned char *)(uintptr_t) "abc";
	assert_int_equal(utf8_text(&text, "", &ret, 0), T);
	assert_ptr_equal(ret.data, text.data);
	/* The empty name is that of no charset. */
	assert_null(utf8_charset(""));
}

/* With a map: what has no code takes errch, or makes it fail. */
static void
test_rmaptext(void **state)
{
	unsigned short *map = utf8_rmap("ISO-8859-1");
	SIZEDTEXT text = { (unsigned char *)(uintptr_t) "\303\251\346\227\245",
		5 };
	SIZEDTEXT ret = { 0 };

	(void)state;
	assert_non_null(map);
	assert_int_equal(utf8_rmaptext(&text, map, &ret, 0, NIL), NIL);
	assert_int_equal(utf8_rmapsize(&text, map, 0, NIL), 0);
	assert_int_equal(utf8_rmapsize(&text, map, '?', NIL), 3);
	assert_int_equal(utf8_rmaptext(&text, map, &ret, '?', NIL), T);
	assert_span(cc_span(ret.data, ret.size), "\351?");
	fs_give((void **)&ret.data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_workers),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_rmaptext),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
