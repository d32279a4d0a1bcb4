/*
 * test_rfc822_token.c - blanks, comments, quoted strings, and what they stand
 * for.
 */
#include "cc_err.h"
#include "rfc822_token.h"
#include "test_util.h"

static void
test_skip(void **state)
{
	static const struct {
		const char *in;
		int want;
		const char *text, *left;
	} cases[] = {
		{ "()", 0, "", "" },
		{ "(a)b", 0, "a", "b" },
		{ "(a(b)c)d", 0, "a(b)c", "d" },
		{ "(a\\)b) c", 0, "a\\)b", " c" },
		{ "(a\\\\)b", 0, "a\\\\", "b" },
		{ "(\r\n a)", 0, "\r\n a", "" },
		{ "(", CC_EPARSE, NULL, "(" },
		{ "(a", CC_EPARSE, NULL, "(a" },
		{ "((a)", CC_EPARSE, NULL, "((a)" },
		{ "(a\\)", CC_EPARSE, NULL, "(a\\)" },
		{ "\"\"", 0, "", "" },
		{ "\"a\"b", 0, "a", "b" },
		{ "\"a\\\"b\"c", 0, "a\\\"b", "c" },
		{ "\"a(b\"", 0, "a(b", "" },
		{ "\"", CC_EPARSE, NULL, "\"" },
		{ "\"a", CC_EPARSE, NULL, "\"a" },
		{ "\"a\\\"", CC_EPARSE, NULL, "\"a\\\"" },
		{ "\"a\\", CC_EPARSE, NULL, "\"a\\" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t len = strlen(cases[i].in);
		char *in = exact_copy(cases[i].in, len);
		struct cursor c = cc_cursor(cc_span(in, len));
		struct span text = { 0 };
		int r = in[0] == '(' ? cc_rfc822_skip_comment(&c, &text)
				     : cc_rfc822_skip_quoted(&c, &text);

		assert_int_equal(r, cases[i].want);
		if (r == 0)
			assert_span(text, cases[i].text);
		assert_span(cc_cursor_rest(&c), cases[i].left);
		free(in);
	}
}

static void
test_skip_cfws(void **state)
{
	static const struct {
		const char *in, *left;
	} cases[] = {
		{ "", "" },
		{ "a", "a" },
		{ " \t\r\n a", "a" },
		{ "(a)(b) (c)d", "d" },
		{ " (a", "" },
		{ "(a) (b", "" },
		{ ")", ")" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cursor c = cc_cursor(cc_span_z(cases[i].in));

		cc_rfc822_skip_cfws(&c);
		assert_span(cc_cursor_rest(&c), cases[i].left);
	}
}

/* RFC 1468: between ESC $ B and ESC ( B octets go in pairs. */
static void
test_skip_iso2022(void **state)
{
	static const struct {
		const char *in, *left;
	} cases[] = {
		{ "\x1b$B$3(B\x1b(Bx", "x" },
		{ "\x1b$@<,\x1b(Jx", "x" },
		{ "\x1b$B\x1b(B", "" },
		{ "\x1b", "" },
		{ "\x1b(B", "(B" },
		{ "\x1b$B$3", "$B$3" },
		{ "\x1b$B$3 \x1b(B", "$B$3 \x1b(B" },
		{ "\x1b$B$3\x1b(", "$B$3\x1b(" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cursor c = cc_cursor(cc_span_z(cases[i].in));

		cc_rfc822_skip_iso2022(&c);
		assert_span(cc_cursor_rest(&c), cases[i].left);
	}
}

static void
test_unquote(void **state)
{
	enum {
		PHRASE = RFC822_UNFOLD | RFC822_ESCAPES | RFC822_QUOTES |
		    RFC822_COMMENTS,
		LOCAL = PHRASE | RFC822_LOCAL
	};
	static const struct {
		const char *in;
		unsigned what;
		const char *want;
	} cases[] = {
		{ "", PHRASE, "" },
		{ "a b", PHRASE, "a b" },
		{ "\"a\" b", PHRASE, "a b" },
		{ "\"a\\\"b\\\\\"", PHRASE, "a\"b\\" },
		{ "a\\", PHRASE, "a\\" },
		{ "a\r\n b", PHRASE, "a b" },
		{ "a\r\n b", RFC822_ESCAPES, "a\r\n b" },
		{ "a (x) b", PHRASE, "a b" },
		{ "a(x)b", PHRASE, "a b" },
		{ "a (x(y\\)) b)c", PHRASE, "a c" },
		{ "\"(x)\"", PHRASE, "(x)" },
		{ "(x) a", PHRASE, "a" },
		{ "a (x b", PHRASE, "a (x b" },
		{ "a ((x) b", PHRASE, "a ((x) b" },
		{ "a\\(x) b", PHRASE, "a(x) b" },
		{ "\"a\"", RFC822_UNFOLD, "\"a\"" },
		{ "a . b", LOCAL, "a.b" },
		{ " a.b ", LOCAL, "a.b" },
		{ "a  b", LOCAL, "a b" },
		{ "a(x).b", LOCAL, "a.b" },
		{ "\"a . b\"", LOCAL, "a . b" },
		{ "@a , @b", LOCAL, "@a,@b" },
		{ "\x1b$B(\"\x1b(B", PHRASE, "\x1b$B(\"\x1b(B" },
		{ "\"\x1b$B\"\\\"", PHRASE, "\x1b$B\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t len = strlen(cases[i].in);
		char *in = exact_copy(cases[i].in, len);
		struct span text;
		struct arena a;

		cc_arena_init(&a, 1024);
		assert_int_equal(cc_rfc822_unquote(&a, cc_span(in, len),
				     cases[i].what, &text),
		    0);
		assert_span(text, cases[i].want);
		cc_arena_free(&a);
		free(in);
	}
}

/* What needs no change takes no memory; what does, says when there is none. */
static void
test_unquote_memory(void **state)
{
	struct span text, raw = CC_SPAN("plain words"),
			  quoted = CC_SPAN("\"a\"");
	struct arena a;

	(void)state;
	cc_arena_init(&a, 0);
	assert_int_equal(cc_rfc822_unquote(&a, raw,
			     RFC822_QUOTES | RFC822_UNFOLD, &text),
	    0);
	assert_ptr_equal(text.p, raw.p);
	assert_int_equal(cc_rfc822_unquote(&a, quoted, RFC822_QUOTES, &text),
	    CC_ELIMIT);
	cc_arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_skip),
		cmocka_unit_test(test_skip_cfws),
		cmocka_unit_test(test_skip_iso2022),
		cmocka_unit_test(test_unquote),
		cmocka_unit_test(test_unquote_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
