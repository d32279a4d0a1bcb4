/*
 * test_qp.c - quoted-printable.
 */
#include "cc_err.h"
#include "qp.h"
#include "test_util.h"

static void
test_decode(void **state)
{
	static const struct {
		const char *in;
		int want;
		const char *out;
	} cases[] = {
		{ "", 0, "" },
		{ "abc", 0, "abc" },
		{ "a=3Db", 0, "a=b" },
		{ "=c3=A4", 0, "\xc3\xa4" },
		{ "a\r\nb\n", 0, "a\r\nb\n" },
		/* Soft line breaks, with blanks that relays added. */
		{ "a=\r\nb", 0, "ab" },
		{ "a=\nb", 0, "ab" },
		{ "a= \t\r\nb", 0, "ab" },
		{ "a=", 0, "a" },
		{ "a= ", 0, "a" },
		/* Blanks before a line end go, others stay. */
		{ "a \t\r\nb ", 0, "a\r\nb" },
		{ "a \nb", 0, "a\nb" },
		{ "a b", 0, "a b" },
		{ "a \rb", 0, "a \rb" },
		{ "a=20\r\n", 0, "a \r\n" },
		/* No sequence: passed through. */
		{ "=", 0, "" },
		{ "=4", CC_EPARSE, "=4" },
		{ "=4g", CC_EPARSE, "=4g" },
		{ "=x=41", CC_EPARSE, "=xA" },
		{ "a==\r\n", CC_EPARSE, "a=" },
		{ "= x", CC_EPARSE, "= x" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t len = strlen(cases[i].in);
		char *in = exact_copy(cases[i].in, len);
		struct strbuf out;

		cc_strbuf_init(&out, 1024);
		assert_int_equal(cc_qp_decode(&out, cc_span(in, len)),
		    cases[i].want);
		assert_span(cc_strbuf_span(&out), cases[i].out);
		cc_strbuf_free(&out);
		free(in);
	}
}

#define X10 "xxxxxxxxxx"
#define X70 X10 X10 X10 X10 X10 X10 X10

static void
test_encode(void **state)
{
	static const struct {
		struct span in;
		const char *out;
	} cases[] = {
		{ OCTETS(""), "" },
		{ OCTETS("abc!~"), "abc!~" },
		{ OCTETS("a=b"), "a=3Db" },
		{ OCTETS("\xc3\xa4\x7f"), "=C3=A4=7F" },
		{ OCTETS("a\0b"), "a=00b" },
		{ OCTETS("a\r\nb\r\n"), "a\r\nb\r\n" },
		{ OCTETS("a\nb\rc"), "a=0Ab=0Dc" },
		{ OCTETS("\t"), "=09" },
		{ OCTETS("a b"), "a b" },
		{ OCTETS("a \r\nb "), "a=20\r\nb=20" },
		{ OCTETS(X70 "12345"), X70 "12345" },
		{ OCTETS(X70 "123456"), X70 "12345=\r\n6" },
		{ OCTETS(X70 "12="), X70 "12=3D" },
		{ OCTETS(X70 "123="), X70 "123=\r\n=3D" },
		{ OCTETS(X70 "12345\r\n1"), X70 "12345\r\n1" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *in = exact_copy(cases[i].in.p, cases[i].in.len);
		struct strbuf out;

		cc_strbuf_init(&out, 1024);
		cc_qp_encode(&out, cc_span(in, cases[i].in.len));
		assert_span(cc_strbuf_span(&out), cases[i].out);
		cc_strbuf_free(&out);
		free(in);
	}
}

/* Any octets come back; no line is longer than RFC 2045 allows. */
static void
test_round_trip(void **state)
{
	static const char odd[] = " \t\r\n=\r\n. \0";
	char octets[600];
	uint32_t seed = 7;

	(void)state;
	for (int round = 0; round < 200; round++) {
		struct strbuf coded, out;
		size_t column = 0;

		for (size_t i = 0; i < sizeof(octets); i++) {
			seed = seed * 1664525u + 1013904223u;
			octets[i] = seed >> 31 ? odd[(seed >> 20) % sizeof(odd)]
					       : (char)(seed >> 16);
		}
		cc_strbuf_init(&coded, 4096);
		cc_strbuf_init(&out, 4096);
		cc_qp_encode(&coded, cc_span(octets, sizeof(octets)));
		for (size_t i = 0; i < coded.len; i++) {
			column = coded.data[i] == '\n' ? 0 : column + 1;
			assert_true(column <= 77); /* 76 and a CR */
		}
		assert_int_equal(cc_qp_decode(&out, cc_strbuf_span(&coded)), 0);
		assert_int_equal(out.len, sizeof(octets));
		assert_memory_equal(out.data, octets, sizeof(octets));
		cc_strbuf_free(&coded);
		cc_strbuf_free(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_encode),
		cmocka_unit_test(test_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
