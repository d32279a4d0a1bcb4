/*
 * test_rfc822_codec.c - base64 and quoted-printable, whole and in pieces.
 */
#include "cc_limits.h"
#include "fs.h"
#include "mail_const.h"
#include "mime_decode.h"
#include "qp.h"
#include "rfc822.h"
#include "test_callbacks.h"
#include "test_util.h"

struct codec_case {
	struct span in;
	const char *want; /* NULL: NIL */
	unsigned logs;
};

static const struct codec_case base64_cases[] = {
	{ OCTETS(""), "", 0 },
	{ OCTETS("QQ=="), "A", 0 },
	{ OCTETS("QUI="), "AB", 0 },
	{ OCTETS("QUJD"), "ABC", 0 },
	{ OCTETS(" Q\tU\r\nJ\nD \r\n"), "ABC", 0 },
	{ OCTETS("QQ=\r\n="), "A", 0 },
	{ OCTETS("+/+/"), "\xfb\xff\xbf", 0 },
	/* A text that was cut: what is whole counts. */
	{ OCTETS("QUJDQQ"), "ABCA", 0 },
	{ OCTETS("QUJDQUI"), "ABCAB", 0 },
	{ OCTETS("QUJDQ"), NULL, 0 },
	{ OCTETS("QQ="), NULL, 0 },
	{ OCTETS("Q==="), NULL, 0 },
	{ OCTETS("="), NULL, 0 },
	{ OCTETS("QU=I"), NULL, 0 },
	{ OCTETS("QQ=A"), NULL, 0 },
	{ OCTETS("QU-D"), NULL, 0 },
	{ OCTETS("QU\0D"), NULL, 0 },
	{ OCTETS("QUJ\x80"), NULL, 0 },
	/* Mailing lists put a text behind it. */
	{ OCTETS("QQ==\r\n-- \r\nlist"), "A", 1 },
	{ OCTETS("QQ===="), "A", 1 },
};

static void
test_base64(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(base64_cases); i++) {
		const struct codec_case *t = &base64_cases[i];
		char *in = exact_copy(t->in.p, t->in.len), *out;
		unsigned long len = 99;

		test_callbacks_reset();
		out = rfc822_base64((unsigned char *)in, t->in.len, &len);
		if (!t->want) {
			assert_null(out);
			assert_int_equal(len, 0);
		} else {
			assert_non_null(out);
			assert_string_equal(out, t->want);
			assert_int_equal(len, strlen(t->want));
		}
		assert_int_equal(test_callbacks.logs, t->logs);
		free(out);
		free(in);
	}
}

static const struct codec_case qprint_cases[] = {
	{ OCTETS(""), "", 0 },
	{ OCTETS("a=3Db=3db"), "a=b=b", 0 },
	{ OCTETS("a=\r\nb=\nc"), "abc", 0 },
	{ OCTETS("a= \t\r\nb"), "ab", 0 },
	{ OCTETS("a=  "), "a", 0 },
	{ OCTETS("a="), "a", 0 },
	/* Blanks at line ends are no part of the text (RFC 2045, 6.7 (3)). */
	{ OCTETS("a \t \r\nb \nc  "), "a\r\nb\nc", 0 },
	{ OCTETS("a=20\r\nb=09\r\n"), "a \r\nb\t\r\n", 0 },
	{ OCTETS("a \r b"), "a \r b", 0 },
	{ OCTETS("a \r"), "a \r", 0 },
	/* What is no sequence stays; one complaint for all. */
	{ OCTETS("a=4"), "a=4", 1 },
	{ OCTETS("a=4g=zz=\rb="), "a=4g=zz=\rb", 1 },
	{ OCTETS("a== b"), "a== b", 1 },
	{ OCTETS("==3D"), "==", 1 },
	{ OCTETS("=E2=82=AC"), "\xe2\x82\xac", 0 },
};

static void
test_qprint(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(qprint_cases); i++) {
		const struct codec_case *t = &qprint_cases[i];
		char *in = exact_copy(t->in.p, t->in.len);
		unsigned long len = 99;
		unsigned char *out;

		test_callbacks_reset();
		out = rfc822_qprint((unsigned char *)in, t->in.len, &len);
		assert_string_equal((char *)out, t->want);
		assert_int_equal(len, strlen(t->want));
		assert_int_equal(test_callbacks.logs, t->logs);
		free(out);
		free(in);
	}
}

/* Cut anywhere, a text decodes to the same. */
static void
check_pieces(unsigned short encoding, struct span in)
{
	struct mime_decoder whole;
	struct strbuf want;

	cc_strbuf_init(&want, SIZE_MAX);
	cc_mime_decode_init(&whole, encoding);
	cc_mime_decode(&whole, &want, in);
	cc_mime_decode_end(&whole, &want);
	for (size_t cut = 0; cut <= in.len; cut++) {
		char *a = exact_copy(in.p, cut);
		char *b = exact_copy(in.p + cut, in.len - cut);
		struct mime_decoder d;
		struct strbuf out;

		cc_strbuf_init(&out, SIZE_MAX);
		cc_mime_decode_init(&d, encoding);
		cc_mime_decode(&d, &out, cc_span(a, cut));
		cc_mime_decode(&d, &out, cc_span(b, in.len - cut));
		cc_mime_decode_end(&d, &out);
		assert_int_equal(out.len, want.len);
		assert_memory_equal(cc_strbuf_str(&out), cc_strbuf_str(&want),
		    want.len);
		assert_int_equal(d.broken, whole.broken);
		assert_int_equal(d.after_end, whole.after_end);
		cc_strbuf_free(&out);
		free(a);
		free(b);
	}
	cc_strbuf_free(&want);
}

static void
test_pieces(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(base64_cases); i++)
		check_pieces(ENCBASE64, base64_cases[i].in);
	for (size_t i = 0; i < COUNT(qprint_cases); i++)
		check_pieces(ENCQUOTEDPRINTABLE, qprint_cases[i].in);
	check_pieces(ENC8BIT, cc_span("a \0=41\r\n", 8));
}

/* The decoder holds blanks back, but not without end, and loses none. */
static void
test_many_blanks(void **state)
{
	struct mime_decoder d;
	struct strbuf out;
	char piece[1000];
	size_t most = 0;

	(void)state;
	memset(piece, ' ', sizeof(piece));
	cc_strbuf_init(&out, SIZE_MAX);
	cc_mime_decode_init(&d, ENCQUOTEDPRINTABLE);
	for (int i = 0; i < 100; i++) {
		cc_mime_decode(&d, &out, cc_span(piece, sizeof(piece)));
		if (d.held.len > most)
			most = d.held.len;
	}
	cc_mime_decode(&d, &out, cc_span_z("x"));
	cc_mime_decode_end(&d, &out);
	assert_int_equal(out.len, 100 * sizeof(piece) + 1);
	assert_in_range(most, 1000, 9 * 1024);
	cc_strbuf_free(&out);
}

/* Blanks at a line's end are deleted as far as they are held. */
static void
test_held_blanks(void **state)
{
	(void)state;
	for (size_t n = CC_QP_HELD - 1; n <= CC_QP_HELD + 1; n++) {
		char *piece = fs_get(n + 1);
		struct mime_decoder d;
		struct strbuf out;

		memset(piece, ' ', n + 1);
		piece[0] = 'a';
		cc_strbuf_init(&out, SIZE_MAX);
		cc_mime_decode_init(&d, ENCQUOTEDPRINTABLE);
		cc_mime_decode(&d, &out, cc_span(piece, n + 1));
		cc_mime_decode(&d, &out, cc_span_z("\n"));
		cc_mime_decode_end(&d, &out);
		assert_int_equal(out.len, n <= CC_QP_HELD ? 2 : n + 2);
		cc_strbuf_free(&out);
		fs_give((void **)&piece);
	}
}

static void
check_binary(size_t len, const char *want)
{
	char *in = exact_copy(
	    "This is a long string with results in more than 60 characters "
	    "of output",
	    len);
	unsigned long got = 0;
	unsigned char *out = rfc822_binary(in, len, &got);

	assert_string_equal((char *)out, want);
	assert_int_equal(got, strlen(want));
	free(out);
	free(in);
}

static void
test_binary(void **state)
{
	(void)state;
	check_binary(0, "\r\n");
	check_binary(1, "VA==\r\n");
	check_binary(44,
	    "VGhpcyBpcyBhIGxvbmcgc3RyaW5nIHdpdGggcmVzdWx0cyBpbiBtb3JlIHQ=\r\n");
	check_binary(45,
	    "VGhpcyBpcyBhIGxvbmcgc3RyaW5nIHdpdGggcmVzdWx0cyBpbiBtb3JlIHRo\r\n");
	check_binary(46,
	    "VGhpcyBpcyBhIGxvbmcgc3RyaW5nIHdpdGggcmVzdWx0cyBpbiBtb3JlIHRo\r\n"
	    "YQ==\r\n");
	check_binary(71,
	    "VGhpcyBpcyBhIGxvbmcgc3RyaW5nIHdpdGggcmVzdWx0cyBpbiBtb3JlIHRo\r\n"
	    "YW4gNjAgY2hhcmFjdGVycyBvZiBvdXRwdXQ=\r\n");
}

static const struct codec_case encode_cases[] = {
	{ OCTETS(""), "", 0 },
	{ OCTETS("String with CRLF at end \r\n"),
	    "String with CRLF at end=20\r\n", 0 },
	{ OCTETS("end "), "end=20", 0 },
	{ OCTETS("tabs \t\t in"), "tabs =09=09 in", 0 },
	{ OCTETS("\0\1\xfe\xff\n\r"), "=00=01=FE=FF=0A=0D", 0 },
	{ OCTETS("a=b"), "a=3Db", 0 },
	/* 75 octets stay in one line, 76 do not. */
	{ OCTETS(
	      "12345678901234567890123456789012345678901234567890123456789012"
	      "3456789012345"),
	    "12345678901234567890123456789012345678901234567890123456789012"
	    "3456789012345",
	    0 },
	{ OCTETS(
	      "12345678901234567890123456789012345678901234567890123456789012"
	      "34567890123456"),
	    "12345678901234567890123456789012345678901234567890123456789012"
	    "3456789012345=\r\n6",
	    0 },
	{ OCTETS(
	      "12345678901234567890123456789012345678901234567890123456789012"
	      "34567890123\x80"),
	    "12345678901234567890123456789012345678901234567890123456789012"
	    "34567890123=\r\n=80",
	    0 },
};

static void
test_8bit(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(encode_cases); i++) {
		const struct codec_case *t = &encode_cases[i];
		char *in = exact_copy(t->in.p, t->in.len);
		unsigned long len = 99;
		unsigned char *out;

		out = rfc822_8bit((unsigned char *)in, t->in.len, &len);
		assert_string_equal((char *)out, t->want);
		assert_int_equal(len, strlen(t->want));
		free(out);
		free(in);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_base64),
		cmocka_unit_test(test_qprint),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_many_blanks),
		cmocka_unit_test(test_held_blanks),
		cmocka_unit_test(test_binary),
		cmocka_unit_test(test_8bit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
