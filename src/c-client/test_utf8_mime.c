/*
 * test_utf8_mime.c - encoded words of headers, mailbox names, strings of
 * search programs.
 */
#include "fs.h"
#include "test_util.h"
#include "utf8.h"
#include "utf8aux.h"

#define E_ACUTE "\303\251"
#define JAPANESE "\346\227\245\346\234\254"

static const struct {
	const char *in;
	const char *want; /* NULL: unchanged, and the same block */
} cases[] = {
	{ "", NULL },
	{ "plain", NULL },
	{ "8-bit \351", NULL },
	{ "=?us-ascii?q?x?=", "x" },
	{ "=?UTF-8?Q?a_b=C3=A9?=", "a b" E_ACUTE },
	{ "=?UTF-8?q?=c3=a9?=", E_ACUTE },
	{ "=?iso-8859-1?B?6Q==?=", E_ACUTE },
	{ "=?iso-8859-1?b?6Q?=", E_ACUTE },
	{ "=?iso-8859-1*fr?q?=E9?=", E_ACUTE },
	{ "=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=", JAPANESE },
	{ "=?utf-8?q?"
	  "?=",
	    "" },
	{ "=?utf-8?Q?=c3=A4_=5F?=", "\303\244 _" },
	{ "=?x?b?YWJj?=", "abc" },
	{ "=?x?B?YWI=?=", "ab" },
	{ "=?x?B?YQ==?=", "a" },
	{ "=?x?B?YQ?=", "a" },
	{ "=?x*en?q?a?=", "a" },
	/* longer than section 2 allows */
	{ "=?utf-8?q?aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb?=",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb" },
	/* RFC 2047 section 8 */
	{ "(=?ISO-8859-1?Q?a?=)", "(a)" },
	{ "(=?ISO-8859-1?Q?a?= b)", "(a b)" },
	{ "(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)" },
	{ "(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)", "(ab)" },
	{ "(=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=)", "(ab)" },
	{ "(=?ISO-8859-1?Q?a_b?=)", "(a b)" },
	{ "(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)" },
	{ "=?x?q?a?= =?x?q?b?=", "ab" },
	{ "=?x?q?a?=  \t\r\n =?x?q?b?= ", "ab " },
	{ "=?x?q?a_?= =?x?q?_b?=", "a  b" },
	/* text around it keeps its blanks */
	{ "=?x?q?a?= b", "a b" },
	{ "b =?x?q?a?=", "b a" },
	{ "=?x?q?a?= c =?x?q?b?=", "a c b" },
	{ "x =?utf-8?q?a?= y", "x a y" },
	{ "x  =?utf-8?q?a?=  y =?utf-8?q?b?=", "x  a  y b" },
	{ "=?utf-8?q?a?=\t", "a\t" },
	/* a character in two words */
	{ "=?utf-8?q?=C3?= =?utf-8?q?=A9?=", E_ACUTE },
	{ "=?utf-8?b?w6nD?= =?UTF-8?b?qQ==?=", E_ACUTE E_ACUTE },
	/* two charsets are two texts */
	{ "=?utf-8?q?=C3?= =?iso-8859-1?q?=A9?=", "\357\277\275\302\251" },
	/* no words */
	{ "x=?utf-8?q?a?=", NULL },
	{ "=?utf-8?q?a?=x", NULL },
	{ "=?utf-8?q?a b?=", NULL },
	{ "=?utf-8?q?a?", NULL },
	{ "=?utf-8?q?a", NULL },
	{ "=?utf-8?q?", NULL },
	{ "=?utf-8?q", NULL },
	{ "=?utf-8?", NULL },
	{ "=?utf-8", NULL },
	{ "=?", NULL },
	{ "=", NULL },
	{ "=?"
	  "?q?a?=",
	    NULL },
	{ "=?*en?q?a?=", NULL },
	{ "=?x?q?a?==?x?q?b?=", NULL },
	{ "=?x?q?a?b?=", NULL },
	{ "=?x?q =?y?q?a?=", "=?x?q a" },
	{ "=?x?q?=4=zz=?=", NULL },
	{ "=?x?B?YQ==Yg==?=", NULL },
	{ "=?x?B?=YWI?=", NULL },
	{ "=?x?B?Y!Q=?=", NULL },
	{ "=?utf-8?x?a?=", NULL },
	{ "=?utf-8?qq?a?=", NULL },
	{ "=?utf-8?q?=4?=", NULL },
	{ "=?utf-8?q?=zz?=", NULL },
	{ "=?utf-8?b?a*?=", NULL },
	{ "=?utf-8?b?YQ==YQ==?=", NULL },
	{ "=?utf 8?q?a?=", NULL },
	/* a bad one leaves the others, and their blanks, alone */
	{ "=?utf-8?q?a?= =?utf-8?q?=zz?= =?utf-8?q?b?=",
	    "a =?utf-8?q?=zz?= b" },
	{ "=?utf-8?q?=zz?= =?utf-8?q?b?=", "=?utf-8?q?=zz?= b" },
	/* octets of a charset that nobody knows */
	{ "=?x-none?q?a=E9?=", "a\351" },
	{ "=?utf-8?q?=3D=3Fus-ascii=3Fq=3Fx=3F=3D?=", "=?us-ascii?q?x?=" },
};

static void
check(struct span in, const char *want, long flags)
{
	SIZEDTEXT src = { (unsigned char *)exact_copy(in.p, in.len), in.len };
	SIZEDTEXT dst = { NULL, 0 };

	assert_int_equal(utf8_mime2text(&src, &dst, flags), T);
	if (want) {
		assert_ptr_not_equal(dst.data, src.data);
		assert_span(cc_span(dst.data, dst.size), want);
		fs_give((void **)&dst.data);
	} else {
		assert_ptr_equal(dst.data, src.data);
		assert_int_equal(dst.size, src.size);
	}
	free(src.data);
}

static void
test_mime2text(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		check(cc_span_z(cases[i].in), cases[i].want, 0);
}

static void
test_flags(void **state)
{
	(void)state;
	check(cc_span_z("x =?utf-8?q?=C3=A9?="), "x e\314\201", U8T_DECOMPOSE);
	check(cc_span_z("x =?utf-8?q?=C3=A9?="), "X E\314\201", U8T_CANONICAL);
	check(cc_span_z("re: " E_ACUTE), "RE: E\314\201", U8T_CANONICAL);
	check(cc_span_z("8-bit \351"), NULL, U8T_CANONICAL);
}

/* Cut at every octet: nothing is read behind the end. */
static void
test_cut(void **state)
{
	SIZEDTEXT src, dst;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t n = 0; n <= strlen(cases[i].in); n++) {
			src.data = (unsigned char *)exact_copy(cases[i].in, n);
			src.size = n;
			assert_int_equal(utf8_mime2text(&src, &dst, 0), T);
			if (dst.data != src.data)
				fs_give((void **)&dst.data);
			free(src.data);
		}
}

/* Four megabytes of what nearly is a word: minutes if it were quadratic. */
static void
test_long(void **state)
{
	static const char *const bits[] = { "=?", "=?u?q?", "=?u?q?= ", " =?u",
		"=?utf-8?q?a?= ", "=?utf-8?q?=z?= ", "=?iso-8859-1?q?a?= ",
		"\t", "=", "=?x?", "=?x?q?", "?", "=?x?q?a?=", " =?x?q?a",
		"=?x", " " };
	const size_t size = (size_t)4 << 20;
	SIZEDTEXT src = { malloc(size), size }, dst;

	(void)state;
	assert_non_null(src.data);
	for (size_t i = 0; i < COUNT(bits); i++) {
		for (size_t k = 0; k < size; k++)
			src.data[k] =
			    (unsigned char)bits[i][k % strlen(bits[i])];
		assert_int_equal(utf8_mime2text(&src, &dst, 0), T);
		if (dst.data != src.data)
			fs_give((void **)&dst.data);
	}
	free(src.data);
}

static void
test_mutf7(void **state)
{
	static const struct {
		const char *utf8;
		const char *name;
	} rows[] = {
		{ "", "" },
		{ "INBOX", "INBOX" },
		{ "a&b", "a&-b" },
		{ JAPANESE, "&ZeVnLA-" },
	};
	unsigned char *got;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		got = utf8_to_mutf7((unsigned char *)(uintptr_t)rows[i].utf8);
		assert_string_equal((char *)got, rows[i].name);
		fs_give((void **)&got);
		got = utf8_from_mutf7((unsigned char *)(uintptr_t)rows[i].name);
		assert_string_equal((char *)got, rows[i].utf8);
		fs_give((void **)&got);
	}
	assert_null(utf8_to_mutf7((unsigned char *)(uintptr_t) "\351"));
	assert_null(utf8_from_mutf7((unsigned char *)(uintptr_t) "a&"));
	assert_null(utf8_from_mutf7((unsigned char *)(uintptr_t) "\303\251"));
}

static STRINGLIST *
string_list(const char *s)
{
	STRINGLIST *list = mail_newstringlist();
	struct span text = cc_span_z(s);

	list->text.data = (unsigned char *)cc_span_dup(text);
	list->text.size = text.len;
	return list;
}

static void
test_searchpgm(void **state)
{
	SEARCHPGM *pgm = mail_newsearchpgm();
	char charset[] = "ISO-8859-1";

	(void)state;
	pgm->subject = string_list("\351");
	pgm->subject->next = string_list("abc");
	pgm->keyword = string_list("Junk");
	pgm->not = mail_newsearchpgmlist();
	pgm->not ->pgm->body = string_list("\344");
	pgm->or = mail_newsearchor();
	pgm->or->second->text = string_list("x");
	utf8_searchpgm(pgm, charset);
	assert_string_equal((char *)pgm->subject->text.data, "E\314\201");
	assert_int_equal(pgm->subject->text.size, 3);
	assert_string_equal((char *)pgm->subject->next->text.data, "ABC");
	assert_string_equal((char *)pgm->keyword->text.data, "Junk");
	assert_string_equal((char *)pgm->not ->pgm->body->text.data,
	    "A\314\210");
	assert_string_equal((char *)pgm->or->second->text->text.data, "X");
	mail_free_searchpgm(&pgm);
	utf8_searchpgm(NULL, charset);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mime2text),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_mutf7),
		cmocka_unit_test(test_searchpgm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
