/*
 * test_imap_body_read.c - BODY and BODYSTRUCTURE as servers send them.
 */
#include "cc_err.h"
#include "cc_limits.h"
#include "imap_body.h"
#include "imap_read.h"
#include "mail_text.h"
#include "test_callbacks.h"
#include "test_util.h"
#include "test_wire.h"
#include "test_wire_put.h"

#define TEXT "\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" "
#define NILS " NIL NIL NIL NIL"
#define EMPTY "(" TEXT "0 0" NILS ")"
#define NOENV "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)"

static int
read_all(struct span in, BODY **body_r)
{
	char *copy = exact_copy(in.p, in.len);
	struct cursor c = cc_cursor(cc_span(copy, in.len));
	struct arena a;
	int r;

	*body_r = NIL;
	cc_arena_init(&a, CC_MIME_MEMORY);
	r = cc_imap_read_body(&c, &a, body_r);
	cc_arena_free(&a);
	if (r == 0) {
		assert_true(cc_cursor_at_end(&c));
	} else {
		assert_null(*body_r);
		assert_int_equal(cc_cursor_left(&c), in.len);
	}
	free(copy);
	return r;
}

/* Reads in, which shows as want and follows the grammar then. */
static void
check_read(struct span in, const char *want, bool extended)
{
	struct strbuf out;
	struct cursor c;
	BODY *body;

	cc_strbuf_init(&out, SIZE_MAX / 4);
	assert_int_equal(read_all(in, &body), 0);
	put_body(&out, body, extended);
	assert_span(cc_strbuf_span(&out), want);
	c = cc_cursor(cc_strbuf_span(&out));
	assert_true(wire_body(&c, extended) && cc_cursor_at_end(&c));
	mail_free_body(&body);
	cc_strbuf_free(&out);
}

static const struct {
	const char *in, *want; /* NULL: the same */
} cases[] = {
	{ "(" TEXT "3028 92" NILS ")", NULL },
	{ "(\"IMAGE\" \"GIF\" NIL NIL NIL \"BASE64\" 5" NILS ")", NULL },
	{ "(\"APPLICATION\" \"PDF\" (\"NAME\" \"a b\" \"X\" \"\") \"<i@j>\" "
	  "\"d\" \"BASE64\" 7 \"m==\" (\"ATTACHMENT\" (\"FILENAME\" \"f\")) "
	  "(\"en\" \"de\") \"l\")",
	    NULL },
	/* The example of RFC 3501 section 7.4.2, extension data left out. */
	{ "((\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" "
	  "1152 23)(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\" \"NAME\" "
	  "\"cc.diff\") \"<960723163407.20117h@cac.washington.edu>\" "
	  "\"Compiler diff\" \"BASE64\" 4554 73) \"MIXED\")",
	    "((" TEXT "1152 23" NILS ")(\"TEXT\" \"PLAIN\" (\"CHARSET\" "
	    "\"US-ASCII\" \"NAME\" \"cc.diff\") "
	    "\"<960723163407.20117h@cac.washington.edu>\" \"Compiler diff\" "
	    "\"BASE64\" 4554 73" NILS ") \"MIXED\" NIL NIL NIL NIL)" },
	{ "(" EMPTY EMPTY " \"ALTERNATIVE\" (\"BOUNDARY\" \"x\") (\"INLINE\" "
	  "NIL) (\"en\") \"loc\")",
	    NULL },
	{ "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 30 (NIL \"s\" NIL NIL "
	  "NIL ((NIL NIL \"a\" \"b\")) NIL NIL NIL NIL) (" EMPTY
	  " \"MIXED\"" NILS ") 5 NIL (\"INLINE\" NIL) NIL NIL)",
	    NULL },
	{ "(\"MESSAGE\" \"DELIVERY-STATUS\" NIL NIL NIL \"7BIT\" 3" NILS ")",
	    NULL },
	/* RFC 2231 pieces stay as they are. */
	{ "(\"TEXT\" \"X\" (\"NAME*0*\" \"utf-8''%41\" \"NAME*1\" \"b\") NIL "
	  "NIL \"8BIT\" 1 1" NILS ")",
	    NULL },
	/* RFC 2231, RFC 3516: literals anywhere a string may be. */
	{ "({4}\r\nTEXT ~{5}\r\nPLAIN ({7}\r\nCHARSET {8+}\r\nUS-ASCII) NIL "
	  "NIL {4}\r\n7BIT 1 1" NILS ")",
	    "(" TEXT "1 1" NILS ")" },
	/* Future extension data of any form. */
	{ "(" TEXT "1 1" NILS " \"x\" 5 (a (b \"c)\" {2}\r\n)))) NIL)",
	    "(" TEXT "1 1" NILS ")" },
	{ "(" EMPTY " \"X\"" NILS " ((((1)))) \"z\")",
	    "(" EMPTY " \"X\"" NILS ")" },
	{ "(" TEXT "1 1 \"m\" NIL NIL \"l\" NIL)",
	    "(" TEXT "1 1 \"m\" NIL NIL \"l\")" },
	/* Cases of letters; what is stored in upper case is. */
	{ "(\"text\" \"html\" (\"charset\" \"utf-8\") nil nil "
	  "\"quoted-printable\" 1 1 nil (\"inline\" (\"filename\" \"a\")) nil "
	  "nil)",
	    "(\"TEXT\" \"HTML\" (\"CHARSET\" \"utf-8\") NIL NIL "
	    "\"QUOTED-PRINTABLE\" 1 1 NIL (\"INLINE\" (\"FILENAME\" \"a\")) "
	    "NIL NIL)" },
	/* NIL where a string is due. */
	{ "(\"TEXT\" NIL NIL NIL NIL NIL 5 1)",
	    "(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 5 1" NILS ")" },
	{ "(\"IMAGE\" NIL NIL NIL NIL NIL NIL)",
	    "(\"IMAGE\" \"UNKNOWN\" NIL NIL NIL \"7BIT\" 0" NILS ")" },
	{ "(NIL NIL NIL NIL NIL NIL NIL)",
	    "(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 0 0" NILS ")" },
	{ "(" EMPTY " NIL NIL NIL NIL NIL)", "(" EMPTY " \"MIXED\"" NILS ")" },
	{ "(\"TEXT\" \"PLAIN\" (\"CHARSET\" NIL NIL \"x\" \"A\") NIL NIL "
	  "\"7BIT\" 1 1)",
	    "(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"MISSING_PARAMETER_VALUE\" "
	    "\"A\" \"MISSING_PARAMETER_VALUE\") NIL NIL \"7BIT\" 1 1" NILS
	    ")" },
	{ "(\"TEXT\" \"PLAIN\" () NIL NIL \"7BIT\" 1 1 NIL () () \"\")",
	    "(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 1 1 NIL NIL NIL "
	    "\"\")" },
	/* No lines, with and without extension data; lines where none are. */
	{ "(" TEXT "5)", "(" TEXT "5 0" NILS ")" },
	{ "(" TEXT "5 NIL (\"inline\" NIL) (\"en\") NIL)",
	    "(" TEXT "5 0 NIL (\"INLINE\" NIL) (\"en\") NIL)" },
	{ "(" TEXT "5 NIL NIL (\"inline\" (\"a\" \"b\")) NIL NIL)",
	    "(" TEXT "5 0 NIL (\"INLINE\" (\"A\" \"b\")) NIL NIL)" },
	{ "(\"IMAGE\" \"GIF\" NIL NIL NIL \"BASE64\" 5 3 \"m\" NIL NIL NIL)",
	    "(\"IMAGE\" \"GIF\" NIL NIL NIL \"BASE64\" 5 \"m\" NIL NIL "
	    "NIL)" },
	/* No MD5 before the disposition; one that is no list. */
	{ "(" TEXT "5 1 (\"inline\" NIL) NIL NIL)",
	    "(" TEXT "5 1 NIL (\"INLINE\" NIL) NIL NIL)" },
	{ "(" TEXT "5 1 NIL \"attachment\" \"en\" (\"x\"))",
	    "(" TEXT "5 1 NIL (\"ATTACHMENT\" NIL) (\"en\") NIL)" },
	{ "(" TEXT "5 1 NIL (\"attachment\") NIL NIL)",
	    "(" TEXT "5 1 NIL (\"ATTACHMENT\" NIL) NIL NIL)" },
	/* Numbers that are none, or too large. */
	{ "(\"IMAGE\" \"GIF\" NIL NIL NIL \"7BIT\" \"12\")",
	    "(\"IMAGE\" \"GIF\" NIL NIL NIL \"7BIT\" 12" NILS ")" },
	{ "(\"IMAGE\" \"GIF\" NIL NIL NIL \"7BIT\" -1)",
	    "(\"IMAGE\" \"GIF\" NIL NIL NIL \"7BIT\" 0" NILS ")" },
	{ "(\"IMAGE\" \"GIF\" NIL NIL NIL \"7BIT\" 4294967296)",
	    "(\"IMAGE\" \"GIF\" NIL NIL NIL \"7BIT\" 4294967296" NILS ")" },
	{ "(\"IMAGE\" \"GIF\" NIL NIL NIL \"7BIT\" 9223372036854775808)",
	    "(\"IMAGE\" \"GIF\" NIL NIL NIL \"7BIT\" 0" NILS ")" },
	/* Multiparts without any part. */
	{ "(\"mixed\")", "(" EMPTY " \"MIXED\"" NILS ")" },
	{ "(\"mixed\" (\"boundary\" \"x\") NIL NIL)",
	    "(" EMPTY " \"MIXED\" (\"BOUNDARY\" \"x\") NIL NIL NIL)" },
	{ "(NIL \"mixed\" (\"boundary\" \"x\") (\"inline\" NIL) NIL)",
	    "(" EMPTY " \"MIXED\" (\"BOUNDARY\" \"x\") (\"INLINE\" NIL) NIL "
	    "NIL)" },
	{ "(\"MULTIPART\" \"MIXED\" (\"boundary\" \"x\") NIL NIL \"7BIT\" 0)",
	    "(" EMPTY " \"MIXED\" (\"BOUNDARY\" \"x\") NIL NIL NIL)" },
	{ "()", "(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 0 0" NILS ")" },
	{ "(() \"MIXED\")",
	    "((\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 0 0" NILS
	    ") \"MIXED\"" NILS ")" },
	{ "(\"TEXT\")",
	    "(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 0 0" NILS ")" },
	/* Messages whose envelope, body and lines are left out. */
	{ "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9)",
	    "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9 " NOENV " " EMPTY
	    " 0" NILS ")" },
	{ "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9 NIL (\"attachment\" "
	  "(\"filename\" \"a\")) NIL NIL)",
	    "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9 " NOENV " " EMPTY
	    " 0 NIL (\"ATTACHMENT\" (\"FILENAME\" \"a\")) NIL NIL)" },
	{ "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9 NIL (\"inline\" NIL) "
	  "NIL NIL)",
	    "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9 " NOENV " " EMPTY
	    " 0 NIL (\"INLINE\" NIL) NIL NIL)" },
	{ "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9 3" NILS ")",
	    "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9 " NOENV " " EMPTY
	    " 3" NILS ")" },
	{ "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9 NIL (" TEXT "1 1) 3)",
	    "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9 " NOENV " (" TEXT
	    "1 1" NILS ") 3" NILS ")" },
	{ "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9 () NIL 3)",
	    "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9 " NOENV " " EMPTY
	    " 3" NILS ")" },
	/* RFC 9051: message/global has an envelope, too. */
	{ "(\"MESSAGE\" \"GLOBAL\" NIL NIL NIL \"8BIT\" 9 " NOENV " " EMPTY
	  " 3 \"m\" (\"inline\" NIL) NIL NIL)",
	    "(\"MESSAGE\" \"GLOBAL\" NIL NIL NIL \"8BIT\" 9 \"m\" (\"INLINE\" "
	    "NIL) NIL NIL)" },
	/* Atoms, and blanks too many and too few. */
	{ " ( ( text plain (charset US-ASCII) nil nil 7bit 1 1 ) "
	  "(\"IMAGE\"\"GIF\"NIL NIL NIL\"BASE64\"5) mixed )",
	    "((" TEXT "1 1" NILS ")(\"IMAGE\" \"GIF\" NIL NIL NIL \"BASE64\" "
	    "5" NILS ") \"MIXED\"" NILS ")" },
};

static void
test_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		check_read(cc_span_z(cases[i].in),
		    cases[i].want ? cases[i].want : cases[i].in, true);
}

static void
test_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t len = 0; cases[i].in[len]; len++) {
			struct span in = cc_span(cases[i].in, len);
			BODY *body;

			assert_int_equal(read_all(in, &body), CC_EPARSE);
		}
}

/* CVE-2019-11500: the texts of the API end at a NUL, which a literal may hold;
 * so names are those of what stands before it. */
static void
test_cve_2019_11500_nul_in_literals(void **state)
{
	static const struct {
		struct span in;
		const char *want;
	} rows[] = {
		{ OCTETS("({6}\r\nTEXT\0x {2}\r\n\0x ({3}\r\na\0b {3}\r\nc\0d) "
			 "{3}\r\ni\0i {1}\r\n\0 {2}\r\n\0x 1 1)"),
		    "(\"TEXT\" \"PLAIN\" (\"A\" \"c\") \"i\" \"\" \"7BIT\" "
		    "1 1" NILS ")" },
		{ OCTETS("(" EMPTY " ~{5}\r\n\0\0\0xm NIL {2}\r\na\0 "
			 "({3}\r\nb\0c) {3}\r\nd\0e)"),
		    "(" EMPTY " \"MIXED\" NIL (\"A\" NIL) (\"b\") \"d\")" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_read(rows[i].in, rows[i].want, true);
}

/* Types and encodings that nobody has heard of get their names. */
static void
test_unknown_names(void **state)
{
	BODY *body;

	(void)state;
	assert_int_equal(read_all(cc_span_z("(\"chemical\" \"x-pdb\" NIL NIL "
					    "NIL \"x-uue\" 5)"),
			     &body),
	    0);
	assert_true(body->type > TYPEOTHER && body->encoding > ENCOTHER);
	assert_string_equal(body_types[body->type], "CHEMICAL");
	assert_string_equal(body->subtype, "X-PDB");
	assert_string_equal(body_encodings[body->encoding], "X-UUE");
	mail_free_body(&body);
}

/* CVE-2020-12100: parts in parts, in each way, as deep as a line is long. */
static void
test_cve_2020_12100_deep(void **state)
{
	static const char *const open[] = { "(",
		"(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9 NIL " };
	static const char *const close[] = { " \"MIXED\")", " 1)" };

	(void)state;
	for (size_t kind = 0; kind < 2; kind++)
		for (unsigned n = CC_MIME_DEPTH - 1; n < 100000;
		     n = n * 9 + 1) {
			struct strbuf in;
			BODY *body;

			cc_strbuf_init(&in, SIZE_MAX / 4);
			for (unsigned i = 0; i < n; i++)
				cc_strbuf_puts(&in, open[kind]);
			cc_strbuf_puts(&in, EMPTY);
			for (unsigned i = 0; i < n; i++)
				cc_strbuf_puts(&in, close[kind]);
			test_callbacks_reset();
			assert_int_equal(read_all(cc_strbuf_span(&in), &body),
			    0);
			assert_int_equal(test_callbacks.logs,
			    n > CC_MIME_DEPTH);
			mail_free_body(&body);
			/* Never closed. */
			assert_int_equal(read_all(cc_span(in.data, in.len - 1),
					     &body),
			    CC_EPARSE);
			cc_strbuf_free(&in);
		}
}

/* At the limit itself all is kept. */
static void
test_deepest(void **state)
{
	struct strbuf in;

	(void)state;
	cc_strbuf_init(&in, SIZE_MAX / 4);
	for (unsigned i = 0; i < CC_MIME_DEPTH; i++)
		cc_strbuf_putc(&in, '(');
	cc_strbuf_puts(&in, "(\"IMAGE\" \"GIF\" NIL NIL NIL \"7BIT\" 5)");
	for (unsigned i = 0; i < CC_MIME_DEPTH; i++)
		cc_strbuf_puts(&in, " \"MIXED\")");
	check_read(cc_strbuf_span(&in), cc_strbuf_str(&in), false);
	cc_strbuf_free(&in);
}

static unsigned
parts_of(const BODY *body)
{
	unsigned n = 0;

	for (const PART *p = body->nested.part; p; p = p->next)
		n++;
	return n;
}

static void
test_too_many_parts(void **state)
{
	(void)state;
	for (unsigned n = CC_MIME_PARTS; n < CC_MIME_PARTS + 3; n++) {
		struct strbuf in;
		BODY *body;

		cc_strbuf_init(&in, SIZE_MAX / 4);
		cc_strbuf_putc(&in, '(');
		for (unsigned i = 0; i < n; i++)
			cc_strbuf_puts(&in, "(" TEXT "1 1)");
		cc_strbuf_puts(&in, " \"MIXED\")");
		test_callbacks_reset();
		assert_int_equal(read_all(cc_strbuf_span(&in), &body), 0);
		assert_int_equal(parts_of(body), CC_MIME_PARTS);
		assert_string_equal(body->subtype, "MIXED");
		assert_int_equal(test_callbacks.logs, n > CC_MIME_PARTS);
		mail_free_body(&body);
		cc_strbuf_free(&in);
	}
}

static unsigned
params_of(const PARAMETER *p)
{
	unsigned n = 0;

	for (; p; p = p->next)
		n++;
	return n;
}

/* CVE-2026-27859: parameters and languages by the hundred thousand. */
static void
test_cve_2026_27859_too_many_parameters(void **state)
{
	unsigned languages = 0;
	struct strbuf in;
	BODY *body;

	(void)state;
	cc_strbuf_init(&in, SIZE_MAX / 4);
	cc_strbuf_puts(&in, "(\"TEXT\" \"PLAIN\" (");
	for (unsigned i = 0; i < 100000; i++)
		cc_strbuf_puts(&in, "\"A\" \"b\" ");
	cc_strbuf_puts(&in, ") NIL NIL \"7BIT\" 1 1 NIL NIL (");
	for (unsigned i = 0; i < 100000; i++)
		cc_strbuf_puts(&in, "en ");
	cc_strbuf_puts(&in, ") loc)");
	assert_int_equal(read_all(cc_strbuf_span(&in), &body), 0);
	assert_int_equal(params_of(body->parameter), CC_MIME_PARAMS);
	for (const STRINGLIST *l = body->language; l; l = l->next)
		languages++;
	assert_int_equal(languages, CC_MIME_PARAMS);
	assert_string_equal(body->location, "loc");
	mail_free_body(&body);
	cc_strbuf_free(&in);
}

/* What is written of a message is read as what is parsed of it. */
static void
test_written(void **state)
{
	static const char *const messages[] = {
		"",
		"Content-Type: text/html; charset=utf-8; name=\"a b\"\n"
		"Content-Transfer-Encoding: base64\nContent-ID: <x>\n\nx\n",
		"Content-Type: multipart/mixed; boundary=a\n\n--a\n\n1\n"
		"--a\nContent-Type: message/rfc822\n\nSubject: s\n"
		"From: g: a@b;\n\nx\n--a--\n",
		"Content-Type: multipart/digest; boundary=a\n\n--a\n\nTo: x\n"
		"Content-Type: multipart/mixed; boundary=b\n\n--b\n"
		"Content-Disposition: attachment; filename=\"\\\"\"\n"
		"Content-Language: en, de\nContent-Location: l\n"
		"Content-MD5: m\nContent-Description: \xc3\n\n--b--\n--a--\n",
		"Content-Type: multipart/mixed\n\nx\n",
		"Content-Type: message/delivery-status\n\nx\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(messages); i++) {
		struct mime_parser *p;
		struct mime_part *root;
		struct strbuf out;
		struct arena a;

		cc_arena_init(&a, CC_MIME_MEMORY);
		cc_strbuf_init(&out, SIZE_MAX / 4);
		p = cc_mime_new(&a, MIME_LF);
		cc_mime_feed(p, cc_span_z(messages[i]), 0);
		cc_mime_end(&p, &root);
		for (int extended = 0; extended < 2; extended++) {
			cc_strbuf_reset(&out);
			cc_imap_put_body(&out, &a, root, extended,
			    cc_span(NULL, 0));
			check_read(cc_strbuf_span(&out), cc_strbuf_str(&out),
			    extended);
		}
		cc_strbuf_free(&out);
		cc_arena_free(&a);
	}
}

/* Whatever the arena holds, nothing is lost or read half. */
static void
test_every_ceiling(void **state)
{
	struct span in = cc_span_z(
	    "((\"x-t\" \"y\" (\"n\" \"\\\\\") NIL NIL \"z\" 1)(\"MESSAGE\" "
	    "\"RFC822\" NIL NIL NIL \"7BIT\" 9 (NIL \"\\\"\") () 1 NIL (\"a\" "
	    "NIL) en) \"mixed\")");
	size_t max = 0;
	int r;

	(void)state;
	do {
		struct cursor c = cc_cursor(in);
		BODY *body = NIL;
		struct arena a;

		cc_arena_init(&a, max++);
		r = cc_imap_read_body(&c, &a, &body);
		assert_true(r == 0 || r == CC_ELIMIT);
		assert_int_equal(cc_cursor_at_end(&c), r == 0);
		assert_int_equal(body != NIL, r == 0);
		mail_free_body(&body);
		cc_arena_free(&a);
	} while (r != 0 && max < 100000);
	assert_int_equal(r, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_cve_2019_11500_nul_in_literals),
		cmocka_unit_test(test_unknown_names),
		cmocka_unit_test(test_cve_2020_12100_deep),
		cmocka_unit_test(test_deepest),
		cmocka_unit_test(test_too_many_parts),
		cmocka_unit_test(test_cve_2026_27859_too_many_parameters),
		cmocka_unit_test(test_written),
		cmocka_unit_test(test_every_ceiling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
