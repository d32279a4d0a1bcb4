/*
 * test_mail_convert.c - native text made wire text, cut at every octet.
 */
#include "mail_fast.h"
#include "test_util.h"

static const struct {
	struct span in;
	struct span lf;   /* from MIME_LF */
	struct span crlf; /* from MIME_CRLF */
} cases[] = {
	{ OCTETS(""), OCTETS(""), OCTETS("") },
	{ OCTETS("a"), OCTETS("a"), OCTETS("a") },
	{ OCTETS("\n"), OCTETS("\r\n"), OCTETS("\n") },
	{ OCTETS("\r"), OCTETS(""), OCTETS("\r") },
	{ OCTETS("\r\n"), OCTETS("\r\n"), OCTETS("\r\n") },
	{ OCTETS("\r\r\n\n\r"), OCTETS("\r\n\r\n"), OCTETS("\r\r\n\n\r") },
	{ OCTETS("a\rb\nc"), OCTETS("ab\r\nc"), OCTETS("a\rb\nc") },
	{ OCTETS("\0"), OCTETS("\x80"), OCTETS("\x80") },
	{ OCTETS("x\0\0\ny\0"), OCTETS("x\x80\x80\r\ny\x80"),
	    OCTETS("x\x80\x80\ny\x80") },
	{ OCTETS("0123456789abcde\n"), OCTETS("0123456789abcde\r\n"),
	    OCTETS("0123456789abcde\n") },
	{ OCTETS("0123456789abcdef\n"), OCTETS("0123456789abcdef\r\n"),
	    OCTETS("0123456789abcdef\n") },
	{ OCTETS("0123456789abcdefg\r\n0123456789abcdef\n\r\nzz\n\n"),
	    OCTETS("0123456789abcdefg\r\n0123456789abcdef\r\n\r\nzz\r\n\r\n"),
	    OCTETS("0123456789abcdefg\r\n0123456789abcdef\n\r\nzz\n\n") },
	{ OCTETS("\x7f\x80\xff\t\x01\v\f\x0e"),
	    OCTETS("\x7f\x80\xff\t\x01\v\f\x0e"),
	    OCTETS("\x7f\x80\xff\t\x01\v\f\x0e") },
};

/* Converts in in two pieces, cut at `cut`, with room octets at a time, into
 * out, which is guarded. */
static size_t
convert(enum mime_newline newline, struct span in, size_t cut, size_t room,
    char *out)
{
	struct span piece[2] = { { in.p, cut }, { in.p + cut, in.len - cut } };
	unsigned state = 0;
	size_t n = 0, got;

	for (int i = 0; i < 2; i++)
		while (piece[i].len) {
			/* Exact blocks: what lies behind must not matter. */
			char *copy = exact_copy(piece[i].p, piece[i].len);
			char *dst = malloc(room);
			size_t before = piece[i].len;
			struct span src = cc_span(copy, before);

			got = cc_mail_convert(newline, &src, dst, room, &state);
			assert_true(got <= room);
			assert_true(got > 0 || src.len < before);
			memcpy(out + n, dst, got);
			n += got;
			piece[i].p += before - src.len;
			piece[i].len = src.len;
			free(copy);
			free(dst);
		}
	assert_int_equal(state, 0);
	return n;
}

static void
check(enum mime_newline newline, struct span in, struct span want)
{
	char out[256];
	size_t n;

	for (size_t cut = 0; cut <= in.len; cut++)
		for (size_t room = 1; room < 40; room++) {
			n = convert(newline, in, cut, room, out);
			assert_int_equal(n, want.len);
			assert_memory_equal(out, want.p, n);
		}
}

static void
test_every_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		check(MIME_LF, cases[i].in, cases[i].lf);
		check(MIME_CRLF, cases[i].in, cases[i].crlf);
	}
}

/* "CR . CR" and its kin must not look like the end of a text to anybody: no CR
 * goes out but before an LF, no LF but behind a CR. */
static void
test_cve_2026_33604_bare_cr(void **state)
{
	static const char *const texts[] = { "a\r.\rb\n", "a\n.\r\n", "\r.\n",
		"\n\r.\r\n\r", "a\r\r\n.\r\r\n", "\r" };
	char out[64];

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		for (size_t cut = 0; cut <= strlen(texts[i]); cut++) {
			size_t n =
			    convert(MIME_LF, cc_span_z(texts[i]), cut, 5, out);

			for (size_t k = 0; k < n; k++) {
				assert_true(out[k] != '\r' ||
				    (k + 1 < n && out[k + 1] == '\n'));
				assert_true(out[k] != '\n' ||
				    (k > 0 && out[k - 1] == '\r'));
			}
		}
}

/* Octet by octet, as the header says it. */
static size_t
plain(const char *in, size_t len, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (in[i] == '\r')
			continue;
		if (in[i] == '\n')
			out[n++] = '\r';
		out[n++] = in[i] ? in[i] : (char)0x80;
	}
	return n;
}

static void
test_against_plain(void **state)
{
	static const char octets[] = "\r\n\0abcdefghijklmnopqrstuvwxyz\xff";
	uint32_t seed = 20260101;
	char in[200], want[400], out[400];
	size_t len, n;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		seed = seed * 1103515245u + 12345u;
		len = (seed >> 16) % sizeof(in);
		for (size_t i = 0; i < len; i++) {
			seed = seed * 1103515245u + 12345u;
			in[i] = octets[(seed >> 16) % (sizeof(octets) - 1)];
		}
		n = plain(in, len, want);
		seed = seed * 1103515245u + 12345u;
		assert_int_equal(convert(MIME_LF, cc_span(in, len),
				     len ? (seed >> 16) % len : 0,
				     1 + (seed >> 20) % 90, out),
		    n);
		assert_memory_equal(out, want, n);
	}
}

/* No pointer is made of one that points nowhere. */
static void
test_span_of_nothing(void **state)
{
	static const enum mime_newline kinds[] = { MIME_LF, MIME_CRLF };
	struct span src = { 0 };
	char dst[4];
	unsigned st = 0;

	(void)state;
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(cc_mail_convert(kinds[i], &src, dst,
				     sizeof(dst), &st),
		    0);
	assert_int_equal(st, 0);
}

static void
test_no_room(void **state)
{
	struct span src = cc_span("\n", 1);
	unsigned st = 0;
	char dst[1];

	(void)state;
	assert_int_equal(cc_mail_convert(MIME_LF, &src, dst, 0, &st), 0);
	assert_int_equal(src.len, 1);
	assert_int_equal(st, 0);
	assert_int_equal(cc_mail_convert(MIME_LF, &src, dst, 1, &st), 1);
	assert_int_equal(dst[0], '\r');
	assert_int_equal(src.len, 1);
	assert_int_equal(st, 1);
	assert_int_equal(cc_mail_convert(MIME_LF, &src, dst, 0, &st), 0);
	assert_int_equal(cc_mail_convert(MIME_LF, &src, dst, 1, &st), 1);
	assert_int_equal(dst[0], '\n');
	assert_int_equal(src.len, 0);
	assert_int_equal(st, 0);
}

/* In a literal8, whatever the lanes and the room are. */
static void
test_nul_stays(void **state)
{
	static const struct span in =
	    OCTETS("\0a\0\r\n0123456789abcde\0g\0\n\0\x80\0");
	static const struct span lf =
	    OCTETS("\0a\0\r\n0123456789abcde\0g\0\r\n\0\x80\0");

	(void)state;
	for (size_t room = 1; room < 40; room++)
		for (int crlf = 0; crlf < 2; crlf++) {
			struct span src = in, want = crlf ? in : lf;
			unsigned st = 0;
			char out[80];
			size_t n = 0;

			while (src.len > 0)
				n += cc_mail_convert_binary(crlf ? MIME_CRLF
								 : MIME_LF,
				    &src, out + n, room, &st);
			assert_int_equal(n, want.len);
			assert_memory_equal(out, want.p, n);
			assert_int_equal(st, 0);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_cut),
		cmocka_unit_test(test_nul_stays),
		cmocka_unit_test(test_cve_2026_33604_bare_cr),
		cmocka_unit_test(test_against_plain),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_span_of_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
