/*
 * test_imap_body.c - from a message to BODY and BODYSTRUCTURE.
 */
#include "imap_body.h"
#include "cc_err.h"
#include "cc_limits.h"
#include "test_util.h"
#include "test_wire.h"

#define PLAIN "\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" "
#define NILS " NIL NIL NIL NIL"

static struct mime_part *
parse(struct arena *a, struct span msg)
{
	struct mime_parser *p;
	struct mime_part *root = NULL;

	cc_arena_init(a, CC_MIME_MEMORY);
	p = cc_mime_new(a, MIME_LF);
	assert_int_equal(cc_mime_feed(p, msg, 0), 0);
	assert_int_equal(cc_mime_end(&p, &root), 0);
	return root;
}

static void
check_form(const struct mime_part *part, struct arena *a, bool extended,
    const char *want)
{
	struct strbuf out;
	struct cursor c;

	cc_strbuf_init(&out, SIZE_MAX / 4);
	assert_int_equal(cc_imap_put_body(&out, a, part, extended,
			     cc_span(NULL, 0)),
	    0);
	c = cc_cursor(cc_strbuf_span(&out));
	assert_true(wire_body(&c, extended));
	assert_true(cc_cursor_at_end(&c));
	if (want)
		assert_span(cc_strbuf_span(&out), want);
	cc_strbuf_free(&out);
}

static void
test_body(void **state)
{
	static const struct {
		const char *in, *body, *structure;
	} cases[] = {
		{ "", "(" PLAIN "0 0)", "(" PLAIN "0 0" NILS ")" },
		{ "\nx\n", "(" PLAIN "3 1)", "(" PLAIN "3 1" NILS ")" },
		{ "Content-Type: image/gif\n\nx",
		    "(\"IMAGE\" \"GIF\" NIL NIL NIL \"7BIT\" 1)",
		    "(\"IMAGE\" \"GIF\" NIL NIL NIL \"7BIT\" 1" NILS ")" },
		{ "Content-Type: application/pdf; name=\"a b\"; x=\"\"\n"
		  "Content-ID: <i@j>\nContent-Description: d\n"
		  "Content-Transfer-Encoding: base64\n"
		  "Content-MD5: m==\n"
		  "Content-Disposition: attachment; filename=f; size=1\n"
		  "Content-Language: en, de\nContent-Location: l\n\n",
		    "(\"APPLICATION\" \"PDF\" (\"NAME\" \"a b\" \"X\" \"\") "
		    "\"<i@j>\" \"d\" \"BASE64\" 0)",
		    "(\"APPLICATION\" \"PDF\" (\"NAME\" \"a b\" \"X\" \"\") "
		    "\"<i@j>\" \"d\" \"BASE64\" 0 \"m==\" (\"ATTACHMENT\" "
		    "(\"FILENAME\" \"f\" \"SIZE\" \"1\")) (\"en\" \"de\") "
		    "\"l\")" },
		{ "Content-Disposition: inline\nContent-Language: en\n\n",
		    "(" PLAIN "0 0)",
		    "(" PLAIN "0 0 NIL (\"INLINE\" NIL) (\"en\") NIL)" },
		/* RFC 3501 section 7.4.2: parts, then the subtype. */
		{ "Content-Type: multipart/alternative; boundary=a\n"
		  "Content-Disposition: x\n\n"
		  "--a\n\n1\n--a\nContent-Type: text/html; charset=u\n\n2\n"
		  "--a--\n",
		    "((" PLAIN "1 0)(\"TEXT\" \"HTML\" (\"CHARSET\" \"u\") NIL "
		    "NIL \"7BIT\" 1 0) \"ALTERNATIVE\")",
		    "((" PLAIN "1 0" NILS ")(\"TEXT\" \"HTML\" (\"CHARSET\" "
		    "\"u\") NIL NIL \"7BIT\" 1 0" NILS ") \"ALTERNATIVE\" "
		    "(\"BOUNDARY\" \"a\") (\"X\" NIL) NIL NIL)" },
		/* The message's envelope, body and lines. */
		{ "Content-Type: message/rfc822\n\nSubject: s\n t\nTo: a@b\n"
		  "\nx\n",
		    "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 30 (NIL "
		    "\"s t\" NIL NIL NIL ((NIL NIL \"a\" \"b\")) NIL NIL NIL "
		    "NIL) (" PLAIN "3 1) 5)",
		    "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 30 (NIL "
		    "\"s t\" NIL NIL NIL ((NIL NIL \"a\" \"b\")) NIL NIL NIL "
		    "NIL) (" PLAIN "3 1" NILS ") 5" NILS ")" },
		/* Nothing of a message inside for other kinds of message. */
		{ "Content-Type: message/delivery-status\n\nx\n",
		    "(\"MESSAGE\" \"DELIVERY-STATUS\" NIL NIL NIL \"7BIT\" "
		    "3)",
		    "(\"MESSAGE\" \"DELIVERY-STATUS\" NIL NIL NIL \"7BIT\" "
		    "3" NILS ")" },
		/* A multipart without parts has its text as one. */
		{ "Content-Type: multipart/mixed\n\nx\n",
		    "((" PLAIN "3 1) \"MIXED\")",
		    "((" PLAIN "3 1" NILS ") \"MIXED\" NIL NIL NIL NIL)" },
		/* Strings that cannot be quoted. */
		{ "Content-Type: text/plain; name=\"a\\\"b\"; charset=\xc3\n"
		  "Content-Description: \\\n\n",
		    "(\"TEXT\" \"PLAIN\" (\"NAME\" {3}\r\na\"b \"CHARSET\" "
		    "{1}\r\n\xc3) NIL {1}\r\n\\ \"7BIT\" 0 0)",
		    NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a;
		struct mime_part *root = parse(&a, cc_span_z(cases[i].in));

		check_form(root, &a, false, cases[i].body);
		check_form(root, &a, true, cases[i].structure);
		cc_arena_free(&a);
	}
}

/* A part of the tree by itself: nothing of what is beside or above it. */
static void
test_subtree(void **state)
{
	struct mime_part *root;
	struct arena a;

	(void)state;
	root = parse(&a,
	    cc_span_z("Content-Type: multipart/mixed; "
		      "boundary=a\n\n--a\nContent-Type: "
		      "multipart/digest; boundary=b\n\n--b\n\n\n"
		      "x\n--b--\n--a\n\ny\n--a--\n"));
	check_form(root->child, &a, false,
	    "((\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 3 (NIL NIL NIL NIL "
	    "NIL NIL NIL NIL NIL NIL) (" PLAIN "1 0) 1) \"DIGEST\")");
	check_form(root->child->next, &a, false, "(" PLAIN "1 0)");
	cc_arena_free(&a);
}

/* CVE-2020-12100: the deepest tree there is, written without recursion. */
static void
test_cve_2020_12100_deepest_tree(void **state)
{
	struct strbuf msg;
	struct mime_part *root;
	struct arena a;

	(void)state;
	cc_strbuf_init(&msg, SIZE_MAX / 4);
	for (unsigned i = 0; i < 2 * CC_MIME_DEPTH; i++)
		cc_strbuf_printf(&msg,
		    "Content-Type: multipart/mixed; "
		    "boundary=a%u\n\n--a%u\n"
		    "Content-Type: message/rfc822\n\n",
		    i, i);
	root = parse(&a, cc_strbuf_span(&msg));
	check_form(root, &a, false, NULL);
	check_form(root, &a, true, NULL);
	cc_arena_free(&a);
	cc_strbuf_free(&msg);
}

/* At each ceiling the output is complete or says that it is not. */
static void
test_every_ceiling(void **state)
{
	struct mime_part *root;
	struct strbuf out;
	struct arena a;
	size_t full;

	(void)state;
	root = parse(&a,
	    cc_span_z("Content-Type: multipart/x; boundary=a\n\n"
		      "--a\nContent-Type: message/rfc822\n\n"
		      "To: a\n\nx\n--a--\n"));
	cc_strbuf_init(&out, SIZE_MAX / 4);
	cc_imap_put_body(&out, &a, root, true, cc_span(NULL, 0));
	full = out.len;
	cc_strbuf_free(&out);
	for (size_t max = 0; max <= full; max++) {
		cc_strbuf_init(&out, max);
		assert_int_equal(cc_imap_put_body(&out, &a, root, true,
				     cc_span(NULL, 0)),
		    max < full ? CC_ELIMIT : 0);
		cc_strbuf_free(&out);
	}
	cc_arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_body),
		cmocka_unit_test(test_subtree),
		cmocka_unit_test(test_cve_2020_12100_deepest_tree),
		cmocka_unit_test(test_every_ceiling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
