/*
 * test_imap_grammar.c - words of IMAP read and written.
 */
#include "cc_err.h"
#include "cc_limits.h"
#include "fs.h"
#include "imap_grammar.h"
#include "test_util.h"

static void
test_number(void **state)
{
	static const struct {
		const char *in;
		int want, want_nz;
		uint32_t num; /* when want is 0 */
		size_t left;  /* octets not consumed by a number */
	} cases[] = {
		{ "7)", 0, 0, 7, 1 },
		{ "0", 0, CC_ERANGE, 0, 0 },
		{ "000", 0, CC_ERANGE, 0, 0 },
		{ "0012 ", 0, CC_EPARSE, 12, 1 },
		{ "4294967294", 0, 0, UINT32_MAX - 1, 0 },
		{ "4294967295", 0, 0, UINT32_MAX, 0 },
		{ "4294967296", CC_ERANGE, CC_ERANGE, 0, 10 },
		{ "18446744073709551616", CC_ERANGE, CC_ERANGE, 0, 20 },
		{ "18446744073709551623", CC_ERANGE, CC_ERANGE, 0, 20 },
		{ "", CC_EPARSE, CC_EPARSE, 0, 0 },
		{ "-1", CC_EPARSE, CC_EPARSE, 0, 2 },
		{ "+1", CC_EPARSE, CC_EPARSE, 0, 2 },
		{ " 1", CC_EPARSE, CC_EPARSE, 0, 2 },
		{ "x", CC_EPARSE, CC_EPARSE, 0, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t len = strlen(cases[i].in);
		char *in = exact_copy(cases[i].in, len);
		struct cursor c = cc_cursor(cc_span(in, len));
		uint32_t num = 99;

		assert_int_equal(cc_imap_parse_number(&c, &num), cases[i].want);
		assert_int_equal(cc_cursor_left(&c), cases[i].left);
		assert_int_equal(num, cases[i].want ? 99 : cases[i].num);

		c = cc_cursor(cc_span(in, len));
		num = 99;
		assert_int_equal(cc_imap_parse_nz_number(&c, &num),
		    cases[i].want_nz);
		assert_int_equal(cc_cursor_left(&c),
		    cases[i].want_nz ? len : cases[i].left);
		assert_int_equal(num, cases[i].want_nz ? 99 : cases[i].num);
		free(in);
	}
}

static void
test_number64(void **state)
{
	static const struct {
		const char *in;
		int want;
		uint64_t num;
	} cases[] = {
		{ "0", 0, 0 },
		{ "4294967296", 0, UINT64_C(4294967296) },
		{ "9223372036854775806", 0, INT64_MAX - 1 },
		{ "9223372036854775807", 0, INT64_MAX },
		{ "9223372036854775808", CC_ERANGE, 0 },
		{ "9223372036854775810", CC_ERANGE, 0 },
		{ "18446744073709551615", CC_ERANGE, 0 },
		{ "18446744073709551616", CC_ERANGE, 0 },
		{ "99999999999999999999999999", CC_ERANGE, 0 },
		{ "", CC_EPARSE, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cursor c = cc_cursor(cc_span_z(cases[i].in));
		uint64_t num = 99;

		assert_int_equal(cc_imap_parse_number64(&c, &num),
		    cases[i].want);
		assert_true(num == (cases[i].want ? 99 : cases[i].num));
		assert_int_equal(cc_cursor_left(&c),
		    cases[i].want ? strlen(cases[i].in) : 0);
	}
}

/* All 256 octets, and the end of input, against the RFC's words. */
static void
test_classes(void **state)
{
	(void)state;
	for (int c = -1; c < 256; c++) {
		bool list = c > ' ' && c < 127 && !strchr("(){\"\\", c);
		bool astring = list && c != '%' && c != '*';

		assert_int_equal(cc_imap_is_list_char(c), list);
		assert_int_equal(cc_imap_is_astring_char(c), astring);
		assert_int_equal(cc_imap_is_atom_char(c), astring && c != ']');
	}
}

typedef int word_parser(struct cursor *c, struct span *word_r);

struct word_case {
	struct span in;
	int want;
	size_t len; /* octets consumed */
};

static void
check_words(word_parser *parse, const struct word_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *in = exact_copy(cases[i].in.p, cases[i].in.len);
		struct cursor c = cc_cursor(cc_span(in, cases[i].in.len));
		struct span word = { NULL, 0 };

		assert_int_equal(parse(&c, &word), cases[i].want);
		assert_int_equal(cases[i].in.len - cc_cursor_left(&c),
		    cases[i].len);
		assert_int_equal(word.len, cases[i].len);
		assert_true(cases[i].want ? !word.p : word.p == in);
		free(in);
	}
}

static void
test_atom(void **state)
{
	static const struct word_case cases[] = {
		{ OCTETS("abc"), 0, 3 },
		{ OCTETS("abc def"), 0, 3 },
		{ OCTETS("a]"), 0, 1 },
		{ OCTETS("a\0b"), 0, 1 },
		{ OCTETS("a\x7f"), 0, 1 },
		{ OCTETS("a\x80"), 0, 1 },
		{ OCTETS("+.!&[}~"), 0, 7 },
		{ OCTETS(""), CC_EPARSE, 0 },
		{ OCTETS(" "), CC_EPARSE, 0 },
		{ OCTETS("]"), CC_EPARSE, 0 },
		{ OCTETS("\"a\""), CC_EPARSE, 0 },
		{ OCTETS("{1}"), CC_EPARSE, 0 },
		{ OCTETS("\xff"), CC_EPARSE, 0 },
		{ OCTETS("\0"), CC_EPARSE, 0 },
	};

	(void)state;
	check_words(cc_imap_parse_atom, cases, COUNT(cases));
}

static void
test_flag(void **state)
{
	static const struct word_case cases[] = {
		{ OCTETS("\\Seen)"), 0, 5 },
		{ OCTETS("$Forwarded "), 0, 10 },
		{ OCTETS("\\*"), CC_EPARSE, 0 },
		{ OCTETS("\\"), CC_EPARSE, 0 },
		{ OCTETS("\\\\Seen"), CC_EPARSE, 0 },
		{ OCTETS("\\ Seen"), CC_EPARSE, 0 },
		{ OCTETS(""), CC_EPARSE, 0 },
		{ OCTETS(")"), CC_EPARSE, 0 },
	};

	(void)state;
	check_words(cc_imap_parse_flag, cases, COUNT(cases));
}

#define TEN "0123456789"
#define FIFTY TEN TEN TEN TEN TEN

/*
 * What a browser posts to the port must not be taken for commands: a line of
 * a form has no tag that an IMAP server may accept, or no command behind it.
 */
static void
test_tag(void **state)
{
	static const struct word_case cases[] = {
		{ OCTETS("a1 NOOP"), 0, 2 },
		{ OCTETS("a+b NOOP"), 0, 3 },
		{ OCTETS("+ NOOP"), CC_EPARSE, 0 },
		{ OCTETS("+a NOOP"), CC_EPARSE, 0 },
		{ OCTETS("+" FIFTY " x"), CC_EPARSE, 0 },
		{ OCTETS("a]b x"), 0, 3 },
		{ OCTETS("a"), 0, 1 },
		{ OCTETS(FIFTY), 0, 50 },
		{ OCTETS(FIFTY " x"), 0, 50 },
		{ OCTETS(FIFTY "0"), CC_ELIMIT, 0 },
		{ OCTETS(FIFTY "0 x"), CC_ELIMIT, 0 },
		{ OCTETS(""), CC_EPARSE, 0 },
		{ OCTETS(" a NOOP"), CC_EPARSE, 0 },
		{ OCTETS("* OK"), CC_EPARSE, 0 },
		{ OCTETS("\"a\" NOOP"), CC_EPARSE, 0 },
		{ OCTETS("{1}"), CC_EPARSE, 0 },
		{ OCTETS("\0"), CC_EPARSE, 0 },
		{ OCTETS("\x80 NOOP"), CC_EPARSE, 0 },
		{ OCTETS("a%b c"), 0, 1 },
	};

	(void)state;
	check_words(cc_imap_parse_tag, cases, COUNT(cases));
}

struct quoted_case {
	struct span in;
	int want;
	struct span value;
	size_t left;
};

static void
check_quoted(int (*parse)(struct cursor *, struct arena *, struct span *),
    const struct quoted_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *in = exact_copy(cases[i].in.p, cases[i].in.len);
		struct cursor c = cc_cursor(cc_span(in, cases[i].in.len));
		struct span s = { NULL, 0 };
		struct arena a;

		cc_arena_init(&a, 1000);
		assert_int_equal(parse(&c, &a, &s), cases[i].want);
		assert_int_equal(cc_cursor_left(&c), cases[i].left);
		assert_int_equal(s.len, cases[i].value.len);
		if (s.len > 0)
			assert_memory_equal(s.p, cases[i].value.p, s.len);
		/* Without escapes nothing is copied. */
		if (cases[i].want == 0 &&
		    s.len + 2 + cases[i].left == cases[i].in.len)
			assert_int_equal(a.used, 0);
		cc_arena_free(&a);
		free(in);
	}
}

static void
test_quoted(void **state)
{
	static const struct quoted_case cases[] = {
		{ OCTETS("\"\""), 0, OCTETS(""), 0 },
		{ OCTETS("\"\" x"), 0, OCTETS(""), 2 },
		{ OCTETS("\"abc\")"), 0, OCTETS("abc"), 1 },
		{ OCTETS("\"a(b{c}%*]\t\x7f\""), 0, OCTETS("a(b{c}%*]\t\x7f"),
		    0 },
		{ OCTETS("\"\\\"\""), 0, OCTETS("\""), 0 },
		{ OCTETS("\"\\\\\""), 0, OCTETS("\\"), 0 },
		{ OCTETS("\"a\\\\b\\\"c\" d"), 0, OCTETS("a\\b\"c"), 2 },
		{ OCTETS("\"\\a\""), CC_EPARSE, OCTETS(""), 4 },
		{ OCTETS("\"a\rb\""), CC_EPARSE, OCTETS(""), 5 },
		{ OCTETS("\"a\nb\""), CC_EPARSE, OCTETS(""), 5 },
		{ OCTETS("\"a\x80\""), CC_EPARSE, OCTETS(""), 4 },
		{ OCTETS("\"\xff\""), CC_EPARSE, OCTETS(""), 3 },
		{ OCTETS("a"), CC_EPARSE, OCTETS(""), 1 },
		{ OCTETS(""), CC_EPARSE, OCTETS(""), 0 },
	};

	(void)state;
	check_quoted(cc_imap_parse_quoted, cases, COUNT(cases));
}

static void
test_quoted_8bit(void **state)
{
	static const struct quoted_case cases[] = {
		{ OCTETS("\"\""), 0, OCTETS(""), 0 },
		{ OCTETS("\"a\x80\""), 0, OCTETS("a\x80"), 0 },
		{ OCTETS("\"\xff\\\"\" x"), 0, OCTETS("\xff\""), 2 },
		{ OCTETS("\"\xc3\0\""), CC_EPARSE, OCTETS(""), 4 },
		{ OCTETS("\"\xc3\r\""), CC_EPARSE, OCTETS(""), 4 },
		{ OCTETS("\"\xc3\\\xa4\""), CC_EPARSE, OCTETS(""), 5 },
		{ OCTETS("\"\xc3\xa4"), CC_EPARSE, OCTETS(""), 3 },
	};

	(void)state;
	check_quoted(cc_imap_parse_quoted_8bit, cases, COUNT(cases));
}

/* An octet 0 in a quoted string made another server write past its buffer. */
static void
test_cve_2019_11500_nul_in_quoted(void **state)
{
	static const struct quoted_case cases[] = {
		{ OCTETS("\"\0\""), CC_EPARSE, OCTETS(""), 3 },
		{ OCTETS("\"a\0b\""), CC_EPARSE, OCTETS(""), 5 },
		{ OCTETS("\"\\\0\""), CC_EPARSE, OCTETS(""), 4 },
		{ OCTETS("\"\\\\\0\\\"\""), CC_EPARSE, OCTETS(""), 7 },
	};

	(void)state;
	check_quoted(cc_imap_parse_quoted, cases, COUNT(cases));
}

/* Input that ends in an escape made another parser read on behind it. */
static void
test_cve_2026_47088_cut_at_every_octet(void **state)
{
	static const char whole[] = "\"a\\\\b\\\"c\\\\\"";

	(void)state;
	for (size_t len = 0; len < sizeof(whole) - 1; len++) {
		const struct quoted_case cut = { { whole, len }, CC_EPARSE,
			{ NULL, 0 }, len };

		check_quoted(cc_imap_parse_quoted, &cut, 1);
	}
}

static void
test_quoted_memory(void **state)
{
	struct cursor c = cc_cursor(cc_span_z("\"\\\"0123456789012345678\""));
	struct cursor start = c;
	struct span s;
	struct arena a;

	(void)state;
	cc_arena_init(&a, 16);
	assert_int_equal(cc_imap_parse_quoted(&c, &a, &s), CC_ELIMIT);
	assert_ptr_equal(c.p, start.p);
	cc_arena_free(&a);
}

static void
test_put(void **state)
{
	static const struct {
		struct span in;
		const char *string, *astring;
	} cases[] = {
		{ OCTETS(""), "\"\"", "\"\"" },
		{ OCTETS("abc"), "\"abc\"", "abc" },
		{ OCTETS("a b"), "\"a b\"", "\"a b\"" },
		{ OCTETS("a]b"), "\"a]b\"", "\"a]b\"" },
		{ OCTETS("a%"), "\"a%\"", "\"a%\"" },
		{ OCTETS("(a"), "\"(a\"", "\"(a\"" },
		{ OCTETS("nil"), "\"nil\"", "\"nil\"" },
		{ OCTETS("NILS"), "\"NILS\"", "NILS" },
		{ OCTETS("a\"b"), "{3}\r\na\"b", "{3}\r\na\"b" },
		{ OCTETS("a\\b"), "{3}\r\na\\b", "{3}\r\na\\b" },
		{ OCTETS("a\tb"), "{3}\r\na\tb", "{3}\r\na\tb" },
		{ OCTETS("\r\n"), "{2}\r\n\r\n", "{2}\r\n\r\n" },
		{ OCTETS("\x7f"), "{1}\r\n\x7f", "{1}\r\n\x7f" },
		{ OCTETS("\xc3\xa9"), "{2}\r\n\xc3\xa9", "{2}\r\n\xc3\xa9" },
		{ OCTETS("\0"), "{1}\r\n\x80", "{1}\r\n\x80" },
		{ OCTETS("\0a\0\0b\0"),
		    "{6}\r\n\x80"
		    "a\x80\x80"
		    "b\x80",
		    "{6}\r\n\x80"
		    "a\x80\x80"
		    "b\x80" },
	};
	struct strbuf out;

	(void)state;
	cc_strbuf_init(&out, 100);
	for (size_t i = 0; i < COUNT(cases); i++) {
		cc_strbuf_reset(&out);
		cc_imap_put_string(&out, cases[i].in);
		assert_span(cc_strbuf_span(&out), cases[i].string);
		cc_strbuf_reset(&out);
		cc_imap_put_nstring(&out, cases[i].in);
		assert_span(cc_strbuf_span(&out), cases[i].string);
		cc_strbuf_reset(&out);
		cc_imap_put_astring(&out, cases[i].in);
		assert_span(cc_strbuf_span(&out), cases[i].astring);
	}
	cc_strbuf_reset(&out);
	cc_imap_put_nstring(&out, cc_span(NULL, 0));
	assert_span(cc_strbuf_span(&out), "NIL");
	assert_int_equal(cc_strbuf_status(&out), 0);
	cc_strbuf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_number),
		cmocka_unit_test(test_number64),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_atom),
		cmocka_unit_test(test_flag),
		cmocka_unit_test(test_tag),
		cmocka_unit_test(test_quoted),
		cmocka_unit_test(test_quoted_8bit),
		cmocka_unit_test(test_cve_2019_11500_nul_in_quoted),
		cmocka_unit_test(test_cve_2026_47088_cut_at_every_octet),
		cmocka_unit_test(test_quoted_memory),
		cmocka_unit_test(test_put),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
