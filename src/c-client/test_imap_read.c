/*
 * test_imap_read.c - strings and lists of responses, literals among them.
 */
#include <stdio.h>

#include "cc_err.h"
#include "imap_grammar.h"
#include "imap_read.h"

#include "test_util.h"

static void
test_literal(void **state)
{
	static const struct {
		const char *in;
		int want;
		uint64_t octets;
		bool nonsync, binary;
		size_t left;
	} cases[] = {
		{ "{0}", 0, 0, false, false, 0 },
		{ "{5}\r\n", 0, 5, false, false, 2 },
		{ "{5+}", 0, 5, true, false, 0 },
		{ "~{5}", 0, 5, false, true, 0 },
		{ "~{5+}x", 0, 5, true, true, 1 },
		{ "{007}", 0, 7, false, false, 0 },
		{ "{4294967295}", 0, UINT32_MAX, false, false, 0 },
		{ "{4294967296}", 0, 4294967296, false, false, 0 },
		{ "{9223372036854775807}", 0, INT64_MAX, false, false, 0 },
		{ "{9223372036854775808}", 0, CC_IMAP_LITERAL_HUGE, false,
		    false, 0 },
		{ "~{99999999999999999999999999+}", 0, CC_IMAP_LITERAL_HUGE,
		    true, true, 0 },
		/* RFC 7888 gives LITERAL- no sign of its own. */
		{ "{5-}", CC_EPARSE, 0, false, false, 4 },
		{ "{5++}", CC_EPARSE, 0, false, false, 5 },
		{ "{+5}", CC_EPARSE, 0, false, false, 4 },
		{ "{-5}", CC_EPARSE, 0, false, false, 4 },
		{ "{ 5}", CC_EPARSE, 0, false, false, 4 },
		{ "{5 }", CC_EPARSE, 0, false, false, 4 },
		{ "{}", CC_EPARSE, 0, false, false, 2 },
		{ "~{}", CC_EPARSE, 0, false, false, 3 },
		{ "~5}", CC_EPARSE, 0, false, false, 3 },
		{ "~~{5}", CC_EPARSE, 0, false, false, 5 },
		{ "~", CC_EPARSE, 0, false, false, 1 },
		{ "", CC_EPARSE, 0, false, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cursor c = cc_cursor(cc_span_z(cases[i].in));
		struct imap_literal lit = { 0 };

		assert_int_equal(cc_imap_parse_literal(&c, &lit),
		    cases[i].want);
		assert_int_equal(cc_cursor_left(&c), cases[i].left);
		assert_int_equal(lit.octets, cases[i].octets);
		assert_int_equal(lit.nonsync, cases[i].nonsync);
		assert_int_equal(lit.binary, cases[i].binary);
	}
}

/* Cut at every octet, it is none. */
static void
test_literal_cut(void **state)
{
	static const char whole[] = "~{1234+}";

	(void)state;
	for (size_t len = 0; len < sizeof(whole) - 1; len++) {
		char *copy = exact_copy(whole, len);
		struct cursor c = cc_cursor(cc_span(copy, len));
		struct imap_literal lit;

		assert_int_equal(cc_imap_parse_literal(&c, &lit), CC_EPARSE);
		assert_int_equal(cc_cursor_left(&c), len);
		free(copy);
	}
}

static void
test_find_literal(void **state)
{
	static const struct {
		const char *line;
		bool found;
		size_t at;
	} cases[] = {
		{ "* 1 FETCH (BODY[] {10}", true, 18 },
		{ "* 1 FETCH (BINARY[1] ~{10}", true, 21 },
		{ "{1}", true, 0 },
		{ "~{1}", true, 0 },
		{ "a{1}", true, 1 },
		{ "{{1}", true, 1 },
		{ "{1} {2+}", true, 4 },
		{ "", false, 0 },
		{ "}", false, 0 },
		{ "{", false, 0 },
		{ "1}", false, 0 },
		{ "{1", false, 0 },
		{ "{1} ", false, 0 },
		{ "{1}}", false, 0 },
		{ "{1}\r", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t len = strlen(cases[i].line), at = 99;
		char *copy = exact_copy(cases[i].line, len);
		struct imap_literal lit;

		assert_int_equal(cc_imap_find_literal(cc_span(copy, len), &lit,
				     &at),
		    cases[i].found);
		assert_int_equal(at, cases[i].found ? cases[i].at : 99);
		free(copy);
	}
}

#define NONE ((const char *)-1) /* a value that is NIL */

static const struct {
	const char *in;
	int want;
	const char *value;
	size_t left;
} strings[] = {
	{ "\"\"", 0, "", 0 },
	{ "\"a b\" c", 0, "a b", 2 },
	{ "  \"a\"", 0, "a", 0 },
	{ "\"a\\\"b\\\\c\")", 0, "a\"b\\c", 1 },
	/* Escapes that the grammar does not have. */
	{ "\"\\a\\(\"", 0, "a(", 0 },
	{ "\"M\xc3\xbcller\"", 0, "M\xc3\xbcller", 0 },
	{ "NIL", 0, NONE, 0 },
	{ "nil)", 0, NONE, 1 },
	{ "\"NIL\"", 0, "NIL", 0 },
	{ "NILS", 0, "NILS", 0 },
	{ "us-ascii \"x\"", 0, "us-ascii", 4 },
	{ "a[b]{c}d(", 0, "a[b]{c}d", 1 },
	{ "7BIT", 0, "7BIT", 0 },
	{ "{3}\r\nabcd", 0, "abc", 1 },
	{ "{3}\nabcd", 0, "abc", 1 },
	{ "{3+}\r\nabc", 0, "abc", 0 },
	{ "~{3}\r\n\"()", 0, "\"()", 0 },
	{ "{0}\r\n", 0, "", 0 },
	{ "~user", 0, "~user", 0 },
	{ "\"a\"\"b\"", 0, "a", 3 },
	{ "", CC_EPARSE, NULL, 0 },
	{ "  ", CC_EPARSE, NULL, 2 },
	{ " )", CC_EPARSE, NULL, 2 },
	{ "(", CC_EPARSE, NULL, 1 },
	{ "\"", CC_EPARSE, NULL, 1 },
	{ "\"a", CC_EPARSE, NULL, 2 },
	{ "\"a\\", CC_EPARSE, NULL, 3 },
	{ "\"a\\\"", CC_EPARSE, NULL, 4 },
	{ "\"a\r\n\"", CC_EPARSE, NULL, 5 },
	{ "\"a\\\r\"", CC_EPARSE, NULL, 5 },
	{ "{3}\r\nab", CC_EPARSE, NULL, 7 },
	{ "{3}abc", CC_EPARSE, NULL, 6 },
	{ "{3", CC_EPARSE, NULL, 2 },
	{ "{18446744073709551616}\r\nabc", CC_EPARSE, NULL, 27 },
	{ "\r\n", CC_EPARSE, NULL, 2 },
};

static void
test_nstring(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(strings); i++) {
		size_t len = strlen(strings[i].in);
		char *copy = exact_copy(strings[i].in, len);
		struct cursor c = cc_cursor(cc_span(copy, len));
		struct arena a;
		struct span s;

		cc_arena_init(&a, 1000);
		assert_int_equal(cc_imap_read_nstring(&c, &a, &s),
		    strings[i].want);
		assert_int_equal(cc_cursor_left(&c), strings[i].left);
		if (strings[i].value == NONE)
			assert_null(s.p);
		else if (strings[i].value)
			assert_span(s, strings[i].value);
		/* Skipped alike. */
		c = cc_cursor(cc_span(copy, len));
		if (strings[i].want == 0) {
			assert_int_equal(cc_imap_skip_value(&c), 0);
			assert_int_equal(cc_cursor_left(&c), strings[i].left);
		}
		cc_arena_free(&a);
		free(copy);
	}
}

/* A server that announces more than there is, or than a size can hold: the
 * old client added to such a size, which wrapped, and copied. */
static void
test_cve_2003_0297_huge_literals(void **state)
{
	static const char *const sizes[] = { "4", "2147483647", "2147483648",
		"4294967295", "4294967296", "9223372036854775807",
		"18446744073709551615", "18446744073709551616", "-1" };

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		char text[64], *copy;
		struct cursor c;
		struct arena a;
		struct span s;
		int len = snprintf(text, sizeof(text), "{%s}\r\nabc", sizes[i]);

		copy = exact_copy(text, (size_t)len);
		c = cc_cursor(cc_span(copy, (size_t)len));
		cc_arena_init(&a, 1000);
		assert_int_equal(cc_imap_read_nstring(&c, &a, &s), CC_EPARSE);
		assert_int_equal(cc_cursor_left(&c), len);
		assert_true(cc_imap_skip_value(&c) < 0);
		cc_arena_free(&a);
		free(copy);
	}
}

/* RFC 4466: any octets, and none but the announced. */
static void
test_nul_in_literal8(void **state)
{
	static const char in[] = "~{4}\r\na\0\r\nb";
	struct cursor c = cc_cursor(cc_span(in, sizeof(in) - 1));
	struct arena a;
	struct span s;

	(void)state;
	cc_arena_init(&a, 0);
	assert_int_equal(cc_imap_read_nstring(&c, &a, &s), 0);
	assert_int_equal(s.len, 4);
	assert_memory_equal(s.p, "a\0\r\n", 4);
	assert_int_equal(cc_cursor_left(&c), 1);
	cc_arena_free(&a);
}

/* Escapes need memory; nothing else does. */
static void
test_full_arena(void **state)
{
	struct cursor c = cc_cursor(cc_span_z("\"a\" \"\\\\\""));
	struct arena a;
	struct span s;

	(void)state;
	cc_arena_init(&a, 0);
	assert_int_equal(cc_imap_read_nstring(&c, &a, &s), 0);
	assert_int_equal(cc_imap_read_nstring(&c, &a, &s), CC_ELIMIT);
	assert_int_equal(cc_cursor_left(&c), 5);
	cc_arena_free(&a);
}

static void
test_skip(void **state)
{
	static const struct {
		const char *in;
		int value, list; /* results of both */
		size_t value_left, list_left;
	} cases[] = {
		{ "a b", 0, CC_EPARSE, 2, 3 },
		{ "()", 0, CC_EPARSE, 0, 2 },
		{ ")", CC_EPARSE, 0, 1, 0 },
		{ "(a (\")\" {1}\r\n)) () NIL)x", 0, CC_EPARSE, 1, 24 },
		{ "1 (a) \"b\") c", 0, 0, 11, 2 },
		{ "((()", CC_EPARSE, CC_EPARSE, 4, 4 },
		{ "", CC_EPARSE, CC_EPARSE, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cursor c = cc_cursor(cc_span_z(cases[i].in));

		assert_int_equal(cc_imap_skip_value(&c), cases[i].value);
		assert_int_equal(cc_cursor_left(&c), cases[i].value_left);
		c = cc_cursor(cc_span_z(cases[i].in));
		assert_int_equal(cc_imap_skip_list(&c), cases[i].list);
		assert_int_equal(cc_cursor_left(&c), cases[i].list_left);
	}
}

/* A million open lists cost a counter, not a stack. */
static void
test_skip_deep(void **state)
{
	size_t n = 1000000;
	char *in = malloc(2 * n);
	struct cursor c;

	(void)state;
	assert_non_null(in);
	memset(in, '(', n);
	memset(in + n, ')', n);
	c = cc_cursor(cc_span(in, 2 * n));
	assert_int_equal(cc_imap_skip_value(&c), 0);
	assert_true(cc_cursor_at_end(&c));
	c = cc_cursor(cc_span(in, 2 * n - 1));
	assert_int_equal(cc_imap_skip_value(&c), CC_EPARSE);
	free(in);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_literal),
		cmocka_unit_test(test_literal_cut),
		cmocka_unit_test(test_find_literal),
		cmocka_unit_test(test_nstring),
		cmocka_unit_test(test_cve_2003_0297_huge_literals),
		cmocka_unit_test(test_nul_in_literal8),
		cmocka_unit_test(test_full_arena),
		cmocka_unit_test(test_skip),
		cmocka_unit_test(test_skip_deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
