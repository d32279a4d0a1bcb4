/*
 * test_rfc822_header.c - header fields, and the ones an ENVELOPE needs.
 */
#include "cc_limits.h"
#include "rfc822_header.h"
#include "test_util.h"

/* The fields of a header as "name=body|", then what is left. */
static void
show(struct strbuf *out, struct span header)
{
	struct cursor c = cc_cursor(header);
	struct rfc822_field field;

	while (cc_rfc822_next_field(&c, &field) > 0) {
		cc_strbuf_put_span(out, field.name);
		cc_strbuf_putc(out, '=');
		cc_strbuf_put_span(out, field.body);
		cc_strbuf_putc(out, '|');
	}
	cc_strbuf_put_span(out, cc_cursor_rest(&c));
}

static void
test_next_field(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{ "", "" },
		{ "\n", "" },
		{ "\r\n", "" },
		{ "\nx", "x" },
		{ "A: b\n", "A= b|" },
		{ "A: b", "A= b|" },
		{ "A: b\r\n", "A= b|" },
		{ "A:b\r\n\r\nbody", "A=b|body" },
		{ "A:\n", "A=|" },
		{ "A:", "A=|" },
		{ "A: b\n c\n\td\nE:f\n", "A= b\n c\n\td|E=f|" },
		{ "A: b\r\n c\r\n\r\n", "A= b\r\n c|" },
		{ "A: b\n \n\n", "A= b\n |" },
		{ "A : b\n", "A= b|" },
		{ "A\t: b\n", "A= b|" },
		/* Lines that are no fields have no name. */
		{ "From a Mon\nB:c\n", "=From a Mon|B=c|" },
		{ "no colon\n more\n\n", "=no colon\n more|" },
		{ ": b\n", "=: b|" },
		{ " a: b\n", "= a: b|" },
		{ "\xc3\xb6: b\n", "=\xc3\xb6: b|" },
		{ "A: b\r\rc\r\n", "A= b\r\rc|" },
		/* A CR alone ends no line, and is no empty line. */
		{ "A: b\rC: d\n", "A= b\rC: d|" },
		{ "\rA: b\n", "=\rA: b|" },
		{ "\r", "=|" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t len = strlen(cases[i].in);
		char *in = exact_copy(cases[i].in, len);
		struct strbuf out;

		cc_strbuf_init(&out, 1024);
		show(&out, cc_span(in, len));
		assert_span(cc_strbuf_span(&out), cases[i].want);
		cc_strbuf_free(&out);
		free(in);
	}
}

static void
test_put_unfolded(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{ "", "" },
		{ " \r\n ", "" },
		{ " a ", "a" },
		{ " a\r\n b", "a b" },
		{ " a\n\tb\n", "a\tb" },
		{ "a \r\n b", "a  b" },
		{ "a\rb", "ab" },
		{ "\n a\n\n b\n", "a b" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out;

		cc_strbuf_init(&out, 1024);
		cc_rfc822_put_unfolded(&out, cc_span_z(cases[i].in));
		assert_span(cc_strbuf_span(&out), cases[i].want);
		cc_strbuf_free(&out);
	}
}

static void
test_scan_envelope(void **state)
{
	static const char header[] = "DATE: d\r\nsubject: s\r\nFrom: f\r\n"
				     "Sender: e\r\nReply-To: r\r\nTo: t\r\n"
				     "cc: c\r\nBcc: b\r\nIn-Reply-To: i\r\n"
				     "Message-Id: m\r\nNewsgroups: n\r\n"
				     "Followup-To: o\r\nReferences: x\r\n"
				     "Dat: no\r\nX-To: no\r\nToo: no\r\n\r\n"
				     "Subject: body\r\n";
	struct rfc822_envelope env;
	struct arena a;

	(void)state;
	cc_arena_init(&a, 0);
	assert_int_equal(cc_rfc822_scan_envelope(cc_span_z(header), &a, &env),
	    0);
	assert_span(env.date, " d");
	assert_span(env.subject, " s");
	assert_span(env.from, " f");
	assert_span(env.sender, " e");
	assert_span(env.reply_to, " r");
	assert_span(env.to, " t");
	assert_span(env.cc, " c");
	assert_span(env.bcc, " b");
	assert_span(env.in_reply_to, " i");
	assert_span(env.message_id, " m");
	assert_span(env.newsgroups, " n");
	assert_span(env.followup_to, " o");
	assert_span(env.references, " x");
	cc_rfc822_scan_envelope(cc_span_z("To:\n"), &a, &env);
	assert_non_null(env.to.p);
	assert_int_equal(env.to.len, 0);
	assert_null(env.from.p);
	cc_arena_free(&a);
}

/* Of texts the first counts, addresses add up. */
static void
test_scan_repeated(void **state)
{
	struct rfc822_envelope env;
	struct arena a;

	(void)state;
	cc_arena_init(&a, 1024);
	cc_rfc822_scan_envelope(cc_span_z("To:a\nSubject:1\nto:b,c\nSubject:2\n"
					  "Cc:\nTO:d\nCc:e\nBcc:f\n"),
	    &a, &env);
	assert_span(env.to, "a,b,c,d");
	assert_span(env.cc, "e");
	assert_span(env.bcc, "f");
	assert_span(env.subject, "1");
	cc_arena_free(&a);
	/* Without memory the first address field is all there is. */
	cc_arena_init(&a, 0);
	cc_rfc822_scan_envelope(cc_span_z("To:a\nTo:b\n"), &a, &env);
	assert_span(env.to, "a");
	cc_arena_free(&a);
}

static void
test_filter(void **state)
{
	static const struct span names[] = { CC_SPAN("SUBJECT"),
		CC_SPAN("to") };
	static const char header[] = "To: a,\n b\nX: c\r\nbad line\n"
				     "Subject: d\re\n\nbody\n";
	static const struct {
		const char *in;
		size_t count;
		bool invert;
		const char *want;
	} cases[] = {
		{ header, 2, false, "To: a,\r\n b\r\nSubject: de\r\n\r\n" },
		{ header, 2, true, "X: c\r\nbad line\r\n\r\n" },
		{ header, 0, false, "\r\n" },
		{ header, 0, true,
		    "To: a,\r\n b\r\nX: c\r\nbad line\r\nSubject: de\r\n\r\n" },
		{ "", 2, false, "\r\n" },
		{ "To: a", 2, false, "To: a\r\n\r\n" },
		{ "T: a\nTo : b\nToo: c\n", 2, false, "To : b\r\n\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out;

		cc_strbuf_init(&out, 1024);
		cc_rfc822_filter_fields(&out, cc_span_z(cases[i].in), names,
		    cases[i].count, cases[i].invert);
		assert_span(cc_strbuf_span(&out), cases[i].want);
		cc_strbuf_free(&out);
	}
}

/*
 * CVE-2024-23184: many address fields, joined one after the other, took time
 * by their square. Here the memory of joining is that of the header, once, and
 * fields past the limit are not looked at.
 */
static void
test_cve_2024_23184_and_2026_27852_many_address_fields(void **state)
{
	static const char field[] = "To: a@b\n";
	const size_t len = (sizeof(field) - 1) * (CC_FIELDS_MAX + 5);
	char *in = repeated(field, len);
	struct rfc822_envelope env;
	struct arena a;

	(void)state;
	cc_arena_init(&a, len);
	cc_rfc822_scan_envelope(cc_span(in, len), &a, &env);
	assert_int_equal(env.to.len, CC_FIELDS_MAX * sizeof(" a@b") - 1);
	assert_true(a.used <= len);
	cc_arena_free(&a);
	free(in);
}

/*
 * CVE-2024-23185: very large headers. One field of many lines, and many lines
 * that are no fields, go by in one pass without any memory.
 */
static void
test_cve_2024_23185_large_headers(void **state)
{
	static const char *const units[] = { "A: b\n", "A: b\n c\n", " c\n",
		"c\n", ":\n", "A", "\r", "x\r\n ", "Subject: a\r\n\tb\r\n" };
	const size_t len = CC_HEADER_MAX;

	(void)state;
	for (size_t i = 0; i < COUNT(units); i++) {
		char *in = repeated(units[i], len);
		struct rfc822_envelope env;
		struct cursor c;
		struct rfc822_field field;
		struct arena a;
		size_t octets = 0;

		cc_arena_init(&a, 0);
		cc_rfc822_scan_envelope(cc_span(in, len), &a, &env);
		assert_int_equal(a.used, 0);
		c = cc_cursor(cc_span(in, len));
		while (cc_rfc822_next_field(&c, &field) > 0)
			octets += field.all.len;
		assert_int_equal(octets, len);
		free(in);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_next_field),
		cmocka_unit_test(test_put_unfolded),
		cmocka_unit_test(test_scan_envelope),
		cmocka_unit_test(test_scan_repeated),
		cmocka_unit_test(test_filter),
		cmocka_unit_test(
		    test_cve_2024_23184_and_2026_27852_many_address_fields),
		cmocka_unit_test(test_cve_2024_23185_large_headers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
