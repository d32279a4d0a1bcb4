/*
 * test_imap_envelope.c - from a header to ENVELOPE.
 */
#include "imap_envelope.h"
#include "cc_err.h"
#include "cc_limits.h"
#include "test_util.h"
#include "test_wire.h"

#define A "((NIL NIL \"a\" \"b\"))"

static void
put(struct strbuf *out, struct arena *a, struct span header,
    struct span localhost)
{
	struct rfc822_envelope env;
	struct cursor c;

	cc_rfc822_scan_envelope(header, a, &env);
	assert_int_equal(cc_imap_put_envelope(out, a, &env, localhost), 0);
	c = cc_cursor(cc_strbuf_span(out));
	assert_true(wire_envelope(&c));
	assert_true(cc_cursor_at_end(&c));
}

static void
test_envelope(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{ "", "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)" },
		/* The example of RFC 3501 section 7.4.2's kind. */
		{ "Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\r\n"
		  "Subject: IMAP4rev1 WG mtg summary\r\n"
		  " and minutes\r\n"
		  "From: Terry Gray <gray@cac.washington.edu>\r\n"
		  "To: imap@cac.washington.edu\r\n"
		  "cc: minutes@CNRI.Reston.VA.US, John Klensin "
		  "<KLENSIN@MIT.EDU>\r\n"
		  "Message-Id: <B27397-0100000@cac.washington.edu>\r\n\r\n",
		    "(\"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\" "
		    "\"IMAP4rev1 WG mtg summary and minutes\" "
		    "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) "
		    "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) "
		    "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) "
		    "((NIL NIL \"imap\" \"cac.washington.edu\")) "
		    "((NIL NIL \"minutes\" \"CNRI.Reston.VA.US\")"
		    "(\"John Klensin\" NIL \"KLENSIN\" \"MIT.EDU\")) NIL "
		    "NIL \"<B27397-0100000@cac.washington.edu>\")" },
		/* Present but empty. */
		{ "Date:\nSubject: \nFrom:\nTo: ,\nMessage-ID:\n",
		    "(\"\" \"\" NIL NIL NIL NIL NIL NIL NIL \"\")" },
		/* Sender and Reply-To default to From, also when empty. */
		{ "From: a@b\n",
		    "(NIL NIL " A " " A " " A " NIL NIL NIL NIL NIL)" },
		{ "From: a@b\nSender:\nReply-To: \n",
		    "(NIL NIL " A " " A " " A " NIL NIL NIL NIL NIL)" },
		{ "From: c@d\nSender: a@b\n",
		    "(NIL NIL ((NIL NIL \"c\" \"d\")) " A
		    " ((NIL NIL \"c\" \"d\")) NIL NIL NIL NIL NIL)" },
		/* Groups (RFC 3501 section 7.4.2). */
		{ "To: g: a@b;\n",
		    "(NIL NIL NIL NIL NIL ((NIL NIL \"g\" NIL)"
		    "(NIL NIL \"a\" \"b\")(NIL NIL NIL NIL)) NIL NIL NIL "
		    "NIL)" },
		{ "To: <@r,@s:a@b>\nCc: c\n",
		    "(NIL NIL NIL NIL NIL ((NIL \"@r,@s\" \"a\" \"b\")) "
		    "((NIL NIL \"c\" \".MISSING-HOST-NAME.\")) NIL NIL NIL)" },
		/* Quotes, backslashes and octets above 7E go as literals. */
		{ "Subject: a\"b\nTo: \"c\\\\d\" <a@b>\nMessage-ID: \xc3\xa4\n",
		    "(NIL {3}\r\na\"b NIL NIL NIL (({3}\r\nc\\d NIL \"a\" "
		    "\"b\")) NIL NIL NIL {2}\r\n\xc3\xa4)" },
		{ "Subject: a\tb\rc\n",
		    "(NIL {4}\r\na\tbc NIL NIL NIL NIL NIL NIL NIL NIL)" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out;
		struct arena a;

		cc_arena_init(&a, 4096);
		cc_strbuf_init(&out, 4096);
		put(&out, &a, cc_span_z(cases[i].in), cc_span(NULL, 0));
		assert_span(cc_strbuf_span(&out), cases[i].want);
		cc_strbuf_free(&out);
		cc_arena_free(&a);
	}
}

static void
test_localhost(void **state)
{
	struct strbuf out;
	struct arena a;

	(void)state;
	cc_arena_init(&a, 4096);
	cc_strbuf_init(&out, 4096);
	put(&out, &a, cc_span_z("Bcc: a, g:;\n"), cc_span_z("here"));
	assert_span(cc_strbuf_span(&out),
	    "(NIL NIL NIL NIL NIL NIL NIL ((NIL NIL \"a\" \"here\")"
	    "(NIL NIL \"g\" NIL)(NIL NIL NIL NIL)) NIL NIL)");
	cc_strbuf_free(&out);
	cc_arena_free(&a);
}

static void
test_nul(void **state)
{
	struct span header = OCTETS("Subject: a\0b\nTo: x\0@y\n");
	struct strbuf out;
	struct arena a;

	(void)state;
	cc_arena_init(&a, 4096);
	cc_strbuf_init(&out, 4096);
	put(&out, &a, header, cc_span(NULL, 0));
	assert_span(cc_strbuf_span(&out),
	    "(NIL {3}\r\na\x80"
	    "b NIL NIL NIL ((NIL NIL {2}\r\nx\x80 \"y\")) NIL NIL NIL NIL)");
	cc_strbuf_free(&out);
	cc_arena_free(&a);
}

/* Where a limit cuts a list, inside a group or not, the answer is complete. */
static void
test_cve_2024_23184_cut_lists(void **state)
{
	struct strbuf header, out;
	struct arena a;

	(void)state;
	cc_strbuf_init(&header, SIZE_MAX / 2);
	cc_strbuf_puts(&header, "To: g: ");
	for (unsigned i = 0; i < CC_ADDRESSES_MAX + 10; i++)
		cc_strbuf_puts(&header, "\"a\\\"b\" <c@d>,");
	cc_arena_init(&a, 4096);
	cc_strbuf_init(&out, SIZE_MAX / 2);
	put(&out, &a, cc_strbuf_span(&header), cc_span(NULL, 0));
	assert_true(out.len > 1000 && out.len < 20000);
	cc_arena_free(&a);
	cc_arena_init(&a, 1 << 24);
	cc_strbuf_reset(&out);
	put(&out, &a, cc_strbuf_span(&header), cc_span(NULL, 0));
	assert_true(out.len > 20 * CC_ADDRESSES_MAX);
	cc_arena_free(&a);
	cc_strbuf_free(&out);
	cc_strbuf_free(&header);
}

/* CVE-2008-2829, CVE-2000-0847: long addresses and fields meet no fixed
 * buffer; at each ceiling of the output it is complete or says that it is
 * not. */
static void
test_cve_2008_2829_every_ceiling(void **state)
{
	static const char header[] =
	    "Date: d\nFrom: \"a b\" <c@d>\nTo: g:e@f;\n"
	    "Subject: s\n t\nX-Keywords: y\n";
	struct rfc822_envelope env;
	struct strbuf out;
	struct arena a;
	size_t full;

	(void)state;
	cc_arena_init(&a, 4096);
	cc_strbuf_init(&out, 4096);
	put(&out, &a, cc_span_z(header), cc_span(NULL, 0));
	full = out.len;
	cc_strbuf_free(&out);
	cc_rfc822_scan_envelope(cc_span_z(header), &a, &env);
	for (size_t max = 0; max <= full; max++) {
		cc_strbuf_init(&out, max);
		assert_int_equal(cc_imap_put_envelope(&out, &a, &env,
				     cc_span(NULL, 0)),
		    max < full ? CC_ELIMIT : 0);
		assert_true(out.len <= max);
		cc_strbuf_free(&out);
	}
	cc_arena_free(&a);
}

/* CVE-2000-0847: a mailbox's own X-Keywords line, or any other, of megabytes
 * goes by, and a field of the envelope of that size comes out whole. */
static void
test_cve_2000_0847_long_fields(void **state)
{
	const size_t len = 1u << 20;
	struct strbuf header, out;
	struct arena a;

	(void)state;
	cc_strbuf_init(&header, SIZE_MAX / 2);
	for (int i = 0; i < 3; i++) {
		static const char *const names[] = {
			"X-Keywords: ", "\nSubject: ", "\nTo: "
		};

		cc_strbuf_puts(&header, names[i]);
		for (size_t n = 0; n < len; n++)
			cc_strbuf_putc(&header, 'k');
	}
	cc_arena_init(&a, 64);
	cc_strbuf_init(&out, SIZE_MAX / 2);
	put(&out, &a, cc_strbuf_span(&header), cc_span(NULL, 0));
	assert_int_equal(out.len,
	    sizeof("(NIL \"\" NIL NIL NIL ((NIL NIL \"\" "
		   "\".MISSING-HOST-NAME.\")) NIL NIL NIL NIL)") -
		1 + 2 * len);
	cc_strbuf_free(&out);
	cc_strbuf_free(&header);
	cc_arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_envelope),
		cmocka_unit_test(test_localhost),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_cve_2024_23184_cut_lists),
		cmocka_unit_test(test_cve_2008_2829_every_ceiling),
		cmocka_unit_test(test_cve_2000_0847_long_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
