/*
 * test_imap_envelope_read.c - ENVELOPE as servers send it.
 */
#include "cc_err.h"
#include "cc_limits.h"
#include "imap_envelope.h"
#include "imap_read.h"
#include "test_callbacks.h"
#include "test_util.h"
#include "test_wire.h"
#include "test_wire_put.h"

#define A "((NIL NIL \"a\" \"b\"))"
#define C "((\"C D\" NIL \"c\" \"d\"))"

/* Reads all of in; what was read, or "" and the error. */
static int
read_all(struct span in, struct strbuf *out)
{
	char *copy = exact_copy(in.p, in.len);
	struct cursor c = cc_cursor(cc_span(copy, in.len));
	ENVELOPE *env = NIL;
	struct arena a;
	int r;

	cc_arena_init(&a, CC_COMMAND_MEMORY);
	r = cc_imap_read_envelope(&c, &a, &env);
	cc_arena_free(&a);
	if (r == 0) {
		assert_true(cc_cursor_at_end(&c));
		assert_true(env->imapenvonly);
		put_envelope(out, env);
	} else {
		assert_null(env);
		assert_int_equal(cc_cursor_left(&c), in.len);
	}
	mail_free_envelope(&env);
	free(copy);
	return r;
}

static const struct {
	const char *in, *want; /* NULL: the same */
} cases[] = {
	/* The example of RFC 3501 section 8. */
	{ "(\"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\" "
	  "\"IMAP4rev1 WG mtg summary and minutes\" "
	  "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) "
	  "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) "
	  "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) "
	  "((NIL NIL \"imap\" \"cac.washington.edu\")) "
	  "((NIL NIL \"minutes\" \"CNRI.Reston.VA.US\")"
	  "(\"John Klensin\" NIL \"KLENSIN\" \"MIT.EDU\")) NIL NIL "
	  "\"<B27397-0100000@cac.washington.edu>\")",
	    NULL },
	{ "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)", NULL },
	{ "(\"\" \"\" NIL NIL NIL NIL NIL NIL \"\" \"\")", NULL },
	{ "(NIL {3}\r\na\"b NIL NIL NIL NIL NIL NIL NIL NIL)", NULL },
	{ "(NIL \"a\\\"b\" NIL NIL NIL NIL NIL NIL NIL NIL)",
	    "(NIL {3}\r\na\"b NIL NIL NIL NIL NIL NIL NIL NIL)" },
	/* Sender and Reply-To, which a server should not leave out. */
	{ "(NIL NIL " A " NIL NIL NIL NIL NIL NIL NIL)",
	    "(NIL NIL " A " " A " " A " NIL NIL NIL NIL NIL)" },
	{ "(NIL NIL " A " " C " NIL NIL NIL NIL NIL NIL)",
	    "(NIL NIL " A " " C " " A " NIL NIL NIL NIL NIL)" },
	/* Each list in its place. */
	{ "(\"1\" \"2\" ((NIL NIL \"3\" \"x\")) ((NIL NIL \"4\" \"x\")) "
	  "((NIL NIL \"5\" \"x\")) ((NIL NIL \"6\" \"x\")) "
	  "((NIL NIL \"7\" \"x\")) ((NIL NIL \"8\" \"x\")) \"9\" \"10\")",
	    NULL },
	/* Groups. */
	{ "(NIL NIL NIL NIL NIL ((NIL NIL \"g\" NIL)(NIL NIL NIL NIL)) NIL NIL "
	  "NIL NIL)",
	    NULL },
	{ "(NIL NIL NIL NIL NIL ((NIL NIL \"g\" NIL)(NIL NIL \"a\" \"b\")"
	  "(NIL NIL NIL NIL)(NIL NIL \"c\" \"d\")) NIL NIL NIL NIL)",
	    NULL },
	/* Not closed; closed twice; nested. */
	{ "(NIL NIL NIL NIL NIL ((NIL NIL \"g\" NIL)(NIL NIL \"a\" \"b\")) NIL "
	  "NIL NIL NIL)",
	    "(NIL NIL NIL NIL NIL ((NIL NIL \"g\" NIL)(NIL NIL \"a\" \"b\")"
	    "(NIL NIL NIL NIL)) NIL NIL NIL NIL)" },
	{ "(NIL NIL NIL NIL NIL ((NIL NIL NIL NIL)(NIL NIL \"g\" NIL)"
	  "(NIL NIL NIL NIL)(NIL NIL NIL NIL)) NIL NIL NIL NIL)",
	    "(NIL NIL NIL NIL NIL ((NIL NIL \"g\" NIL)(NIL NIL NIL NIL)) NIL "
	    "NIL NIL NIL)" },
	{ "(NIL NIL NIL NIL NIL ((NIL NIL \"g\" NIL)(NIL NIL \"h\" NIL)"
	  "(NIL NIL \"a\" \"b\")(NIL NIL NIL NIL)(NIL NIL \"c\" \"d\")"
	  "(NIL NIL NIL NIL)) NIL NIL NIL NIL)",
	    "(NIL NIL NIL NIL NIL ((NIL NIL \"g\" NIL)(NIL NIL \"a\" \"b\")"
	    "(NIL NIL \"c\" \"d\")(NIL NIL NIL NIL)) NIL NIL NIL NIL)" },
	/* A name and a route mean nothing in groups' marks. */
	{ "(NIL NIL NIL NIL NIL ((\"x\" \"y\" \"g\" NIL)(\"x\" \"y\" NIL NIL)) "
	  "NIL NIL NIL NIL)",
	    "(NIL NIL NIL NIL NIL ((NIL NIL \"g\" NIL)(NIL NIL NIL NIL)) NIL "
	    "NIL NIL NIL)" },
	/* An address without local part; with a route. */
	{ "(NIL NIL NIL NIL NIL ((\"x\" \"@y\" NIL \"h\")) NIL NIL NIL NIL)",
	    "(NIL NIL NIL NIL NIL ((\"x\" \"@y\" \"\" \"h\")) NIL NIL NIL "
	    "NIL)" },
	/* Empty lists, and strings in the place of lists. */
	{ "(NIL NIL () \"\" \"x\" y NIL {1}\r\nz NIL NIL)",
	    "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)" },
	/* Lists in the place of strings. */
	{ "((\"x\") () NIL NIL NIL NIL NIL NIL (()) NIL)",
	    "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)" },
	/* Atoms and lower case. */
	{ "(today subject nil nil nil ((a nil b c)) nil nil <x> <y@z>)",
	    "(\"today\" \"subject\" NIL NIL NIL ((\"a\" NIL \"b\" \"c\")) NIL "
	    "NIL \"<x>\" \"<y@z>\")" },
	/* Blanks, too many and too few. */
	{ " ( NIL  \"s\"\"\" NIL NIL( ( NIL NIL \"a\"\"b\" ) "
	  "(NIL NIL \"c\" \"d\") )NIL NIL \"i\"\"m\" )",
	    "(NIL \"s\" NIL NIL NIL ((NIL NIL \"a\" \"b\")"
	    "(NIL NIL \"c\" \"d\")) NIL NIL \"i\" \"m\")" },
	/* Members missing, and too many. */
	{ "()", "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)" },
	{ "(\"d\" \"s\")", "(\"d\" \"s\" NIL NIL NIL NIL NIL NIL NIL NIL)" },
	{ "(NIL NIL NIL NIL NIL ((NIL)()(NIL NIL \"a\" \"b\" \"c\" (\"d\"))) "
	  "NIL NIL NIL \"m\" (x (y)) 5)",
	    "(NIL NIL NIL NIL NIL " A " NIL NIL NIL \"m\")" },
	/* Not addresses. */
	{ "(NIL NIL NIL NIL NIL (NIL \"x\" (NIL NIL \"a\" \"b\")) NIL NIL NIL "
	  "NIL)",
	    "(NIL NIL NIL NIL NIL " A " NIL NIL NIL NIL)" },
};

static void
test_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *want = cases[i].want ? cases[i].want : cases[i].in;
		struct strbuf out;

		cc_strbuf_init(&out, SIZE_MAX);
		assert_int_equal(read_all(cc_span_z(cases[i].in), &out), 0);
		assert_span(cc_strbuf_span(&out), want);
		cc_strbuf_free(&out);
	}
}

/* Cut anywhere, nothing is read and nothing is kept. */
static void
test_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t full = strlen(cases[i].in);

		for (size_t len = 0; len < full; len++) {
			struct strbuf out;

			cc_strbuf_init(&out, SIZE_MAX);
			assert_int_equal(read_all(cc_span(cases[i].in, len),
					     &out),
			    CC_EPARSE);
			cc_strbuf_free(&out);
		}
	}
}

static void
test_wrong(void **state)
{
	static const char *const wrong[] = { "NIL", "\"x\"", "x", ")", "(\"a",
		"(NIL NIL NIL NIL NIL ((NIL NIL \"a\nb\" NIL)))" };

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct strbuf out;

		cc_strbuf_init(&out, SIZE_MAX);
		assert_int_equal(read_all(cc_span_z(wrong[i]), &out),
		    CC_EPARSE);
		cc_strbuf_free(&out);
	}
}

static unsigned
length(const ADDRESS *adr)
{
	unsigned n = 0;

	for (; adr; adr = adr->next)
		n++;
	return n;
}

/* CVE-2024-23184: a list of more addresses than are kept. The last is in a
 * group, which is closed. */
static void
test_cve_2024_23184_too_many_addresses(void **state)
{
	(void)state;
	for (unsigned more = 0; more < 3; more++) {
		struct strbuf in;
		ENVELOPE *env = NIL;
		struct cursor c;
		struct arena a;

		cc_strbuf_init(&in, SIZE_MAX);
		cc_strbuf_puts(&in, "(NIL NIL ((NIL NIL \"g\" NIL)");
		for (unsigned i = 1; i < CC_ADDRESSES_MAX + more; i++)
			cc_strbuf_puts(&in, "(NIL NIL \"a\" \"b\")");
		cc_strbuf_puts(&in,
		    "(NIL NIL \"h\" NIL)) NIL NIL NIL NIL NIL "
		    "NIL \"id\")");
		test_callbacks_reset();
		cc_arena_init(&a, CC_COMMAND_MEMORY);
		c = cc_cursor(cc_strbuf_span(&in));
		assert_int_equal(cc_imap_read_envelope(&c, &a, &env), 0);
		assert_int_equal(length(env->from), CC_ADDRESSES_MAX + 1);
		assert_string_equal(env->message_id, "id");
		assert_int_equal(test_callbacks.logs, more > 0);
		if (more > 0)
			assert_int_equal(test_callbacks.log_level, PARSE);
		mail_free_envelope(&env);
		cc_arena_free(&a);
		cc_strbuf_free(&in);
	}
}

/* What is written of a header is read as what is parsed of it. */
static void
test_written(void **state)
{
	static const char *const headers[] = {
		"",
		"From: a@b\nTo: g: c@d, E <e@f>;, h\nSubject: s\n t\n",
		"From: \"a \\\"b\\\"\" <\"c d\"@e>, M\xc3\xbcller <m@x>\n"
		"Sender: x\nReply-To: y@z (comment)\nDate: d\n",
		"To: undisclosed recipients:;\nCc: :;\nBcc: a b c d\n"
		"In-Reply-To: <x>\nMessage-ID: <y>\n",
		"From: <@r,@s:t@u>\nSubject:\nTo: g: a@b\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(headers); i++) {
		struct strbuf wire, out;
		struct rfc822_envelope env;
		struct arena a;

		cc_arena_init(&a, CC_MIME_MEMORY);
		cc_strbuf_init(&wire, SIZE_MAX / 4);
		cc_strbuf_init(&out, SIZE_MAX / 4);
		cc_rfc822_scan_envelope(cc_span_z(headers[i]), &a, &env);
		assert_int_equal(cc_imap_put_envelope(&wire, &a, &env,
				     cc_span(NULL, 0)),
		    0);
		assert_int_equal(read_all(cc_strbuf_span(&wire), &out), 0);
		assert_span(cc_strbuf_span(&out), cc_strbuf_str(&wire));
		cc_strbuf_free(&wire);
		cc_strbuf_free(&out);
		cc_arena_free(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_cve_2024_23184_too_many_addresses),
		cmocka_unit_test(test_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
