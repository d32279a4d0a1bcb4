/*
 * test_mime_part.c - the tree of body parts: well-formed messages, and all
 * that RFC 2046 does not foresee.
 */
#include "test_mime_part.h"

/* "TYPE/SUBTYPE octets/lines" of each part, those inside it in braces. */
static void
show(struct strbuf *out, const struct mime_part *root)
{
	const struct mime_part *part = root;

	while (part) {
		cc_strbuf_put_span(out, part->type_name);
		cc_strbuf_putc(out, '/');
		cc_strbuf_put_span(out, part->subtype);
		cc_strbuf_printf(out, " %u/%u", (unsigned)part->body.octets,
		    (unsigned)part->body.lines);
		if (part->child) {
			cc_strbuf_putc(out, '{');
			part = part->child;
			continue;
		}
		while (part && !part->next) {
			part = part->parent;
			if (part)
				cc_strbuf_putc(out, '}');
		}
		if (part) {
			cc_strbuf_putc(out, ',');
			part = part->next;
		}
	}
}

static void
check_piece(struct span msg, enum mime_newline newline, size_t piece,
    const char *want)
{
	struct strbuf out;
	struct arena a;

	cc_strbuf_init(&out, SIZE_MAX / 4);
	show(&out, parse(&a, msg, newline, piece));
	assert_span(cc_strbuf_span(&out), want);
	cc_strbuf_free(&out);
	cc_arena_free(&a);
}

/* Whole, in pieces of 1, 2, 3 and 7 octets; with LF and with CRLF: the same
 * octets and lines are sent. */
static void
check(const char *text, const char *want)
{
	static const size_t pieces[] = { SIZE_MAX / 2, 1, 2, 3, 7 };
	struct span msg = cc_span_z(text);
	struct strbuf crlf;

	cc_strbuf_init(&crlf, SIZE_MAX / 4);
	for (size_t i = 0; i < msg.len; i++) {
		if (msg.p[i] == '\n')
			cc_strbuf_putc(&crlf, '\r');
		cc_strbuf_putc(&crlf, msg.p[i]);
	}
	for (size_t i = 0; i < COUNT(pieces); i++) {
		check_piece(msg, MIME_LF, pieces[i], want);
		check_piece(cc_strbuf_span(&crlf), MIME_CRLF, pieces[i], want);
		check_piece(cc_strbuf_span(&crlf), MIME_LF, pieces[i], want);
	}
	cc_strbuf_free(&crlf);
}

static void
check_all(const struct tree_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check(cases[i].in, cases[i].want);
}

static void
test_single(void **state)
{
	static const struct tree_case cases[] = {
		{ "", "TEXT/PLAIN 0/0" },
		{ "\n", "TEXT/PLAIN 0/0" },
		{ "A: b", "TEXT/PLAIN 0/0" },
		{ "A: b\n", "TEXT/PLAIN 0/0" },
		{ "A: b\n\n", "TEXT/PLAIN 0/0" },
		{ "A: b\n\nx", "TEXT/PLAIN 1/0" },
		{ "A: b\n\nx\n", "TEXT/PLAIN 3/1" },
		{ "\nx\n\ny\n", "TEXT/PLAIN 8/3" },
		{ "no field\n\nx", "TEXT/PLAIN 1/0" },
		{ "content-type: text/html\n\n", "TEXT/HTML 0/0" },
		{ "Content-Type:\n image/gif\n\n", "IMAGE/GIF 0/0" },
		{ "Content-Type: text/html", "TEXT/HTML 0/0" },
		{ "Content-Type: text/html\nContent-Type: a/b\n\n",
		    "TEXT/HTML 0/0" },
		{ "Content-Typ: text/html\n\n", "TEXT/PLAIN 0/0" },
		{ "XContent-Type: text/html\n\n", "TEXT/PLAIN 0/0" },
		{ "A: b\n Content-Type: text/html\n\n", "TEXT/PLAIN 0/0" },
	};

	(void)state;
	check_all(cases, COUNT(cases));
}

static void
test_multipart(void **state)
{
	static const struct tree_case cases[] = {
		{ M("a") "--a\n\n1\n--a\n\n22\n--a--\n",
		    "MULTIPART/MIXED 28/7{TEXT/PLAIN 1/0,TEXT/PLAIN 2/0}" },
		/* The last line end belongs to the delimiter. */
		{ M("a") "--a\n\n1\n\n--a--",
		    "MULTIPART/MIXED 17/4{TEXT/PLAIN 3/1}" },
		/* Preamble and epilogue are no parts. */
		{ M("a") "pre\n--a\n\n1\n--a--\npost\n",
		    "MULTIPART/MIXED 28/6{TEXT/PLAIN 1/0}" },
		{ M("a") "--a\nContent-Type: text/html\n\n1\n--a--",
		    "MULTIPART/MIXED 40/4{TEXT/HTML 1/0}" },
		/* Blanks behind a boundary; quotes around it. */
		{ M("\"a b\"") "--a b \t\n\n1\n--a b-- \n",
		    "MULTIPART/MIXED 24/4{TEXT/PLAIN 1/0}" },
		{ M("\"a \"") "--a\n\n1\n--a--",
		    "MULTIPART/MIXED 15/3{TEXT/PLAIN 1/0}" },
		{ M("a") "--a\n" M("b") "--b\n\n1\n--b--\n--a--",
		    "MULTIPART/MIXED 72/7{MULTIPART/MIXED 15/3{TEXT/PLAIN "
		    "1/0}}" },
		{ M("a") "--a\n" M("b") "--b\n\n1\n--b--\n--a\n\n2\n--a--",
		    "MULTIPART/MIXED 82/10{MULTIPART/MIXED 15/3{TEXT/PLAIN "
		    "1/0},TEXT/PLAIN 1/0}" },
		/* RFC 2231. */
		{ "Content-Type: multipart/mixed; boundary*=us-ascii''a\n\n"
		  "--a\n\n1\n--a--",
		    "MULTIPART/MIXED 15/3{TEXT/PLAIN 1/0}" },
		{ "Content-Type: multipart/mixed; boundary*0=a;boundary*1=b\n\n"
		  "--ab\n\n1\n--ab--",
		    "MULTIPART/MIXED 17/3{TEXT/PLAIN 1/0}" },
	};

	(void)state;
	check_all(cases, COUNT(cases));
}

static void
test_message(void **state)
{
	static const struct tree_case cases[] = {
		{ MSG "A: b\n\nx\n", "MESSAGE/RFC822 11/3{TEXT/PLAIN 3/1}" },
		{ MSG, "MESSAGE/RFC822 0/0{TEXT/PLAIN 0/0}" },
		{ "Content-Type: message/rfc822",
		    "MESSAGE/RFC822 0/0{TEXT/PLAIN 0/0}" },
		{ MSG "A: b", "MESSAGE/RFC822 4/0{TEXT/PLAIN 0/0}" },
		{ MSG MSG "\nx",
		    "MESSAGE/RFC822 35/3{MESSAGE/RFC822 3/1{TEXT/PLAIN "
		    "1/0}}" },
		{ MSG M("a") "--a\n\n1\n--a--\n",
		    "MESSAGE/RFC822 62/6{MULTIPART/MIXED 17/4{TEXT/PLAIN "
		    "1/0}}" },
		{ M("a") "--a\n" MSG "A: b\n\nx\n--a\n\ny\n--a--",
		    "MULTIPART/MIXED 63/9{MESSAGE/RFC822 9/2{TEXT/PLAIN "
		    "1/0},TEXT/PLAIN 1/0}" },
		/* Other kinds of message are leaves. */
		{ "Content-Type: message/partial\n\nA: b\n\nx",
		    "MESSAGE/PARTIAL 9/2" },
		/* RFC 2046 section 5.1.5. */
		{ "Content-Type: multipart/digest; boundary=a\n\n"
		  "--a\n\nA: b\n\nx\n--a\nContent-Type: text/plain\n\ny\n"
		  "--a--",
		    "MULTIPART/DIGEST 59/9{MESSAGE/RFC822 9/2{TEXT/PLAIN "
		    "1/0},TEXT/PLAIN 1/0}" },
		{ "Content-Type: multipart/digest; boundary=a\n\n--a\n--a--",
		    "MULTIPART/DIGEST 10/1{MESSAGE/RFC822 0/0{TEXT/PLAIN "
		    "0/0}}" },
	};

	(void)state;
	check_all(cases, COUNT(cases));
}

/* Boundaries that are missing, empty, never there, or not closed. */
static void
test_boundaries(void **state)
{
	static const struct tree_case cases[] = {
		/* All of the body as one text, so that it can be read. */
		{ "Content-Type: multipart/mixed\n\nx\n--\ny",
		    "MULTIPART/MIXED 8/2{TEXT/PLAIN 8/2}" },
		{ M("") "x", "MULTIPART/MIXED 1/0{TEXT/PLAIN 1/0}" },
		{ M("\"\"") "--\n\nx", "MULTIPART/MIXED 7/2{TEXT/PLAIN 7/2}" },
		{ M("a") "x\n--b\ny\n",
		    "MULTIPART/MIXED 11/3{TEXT/PLAIN 11/3}" },
		{ M("a") "--a--\nx", "MULTIPART/MIXED 8/1{TEXT/PLAIN 8/1}" },
		{ M("a"), "MULTIPART/MIXED 0/0{TEXT/PLAIN 0/0}" },
		{ "Content-Type: multipart/digest\n\nx",
		    "MULTIPART/DIGEST 1/0{TEXT/PLAIN 1/0}" },
		/* A delimiter that is cut off begins no part. */
		{ M("a") "--a", "MULTIPART/MIXED 3/0{TEXT/PLAIN 3/0}" },
		{ M("a") "--a\n", "MULTIPART/MIXED 5/1{TEXT/PLAIN 0/0}" },
		{ M("a") "--a\n\n1\n--a",
		    "MULTIPART/MIXED 13/3{TEXT/PLAIN 1/0}" },
		{ M("a") "--a\n\n1\n--",
		    "MULTIPART/MIXED 12/3{TEXT/PLAIN 5/1}" },
		/* Not closed. */
		{ M("a") "--a\n\n1\n", "MULTIPART/MIXED 10/3{TEXT/PLAIN 3/1}" },
		{ M("a") "--a\n" M("b") "--b\n\n1\n--a\n\n2\n--a--",
		    "MULTIPART/MIXED 75/9{MULTIPART/MIXED 8/2{TEXT/PLAIN "
		    "1/0},TEXT/PLAIN 1/0}" },
		/* Nothing between delimiters. */
		{ M("a") "--a\n--a\n\n--a--",
		    "MULTIPART/MIXED 17/3{TEXT/PLAIN 0/0,TEXT/PLAIN 0/0}" },
		/* A header that a delimiter ends. */
		{ M("a") "--a\nContent-Type: text/html\n--a--",
		    "MULTIPART/MIXED 35/2{TEXT/HTML 0/0}" },
		{ M("a") "--a\nContent-Type: message/rfc822\n--a--",
		    "MULTIPART/MIXED 40/2{MESSAGE/RFC822 0/0{TEXT/PLAIN "
		    "0/0}}" },
		{ M("a") "--a\n" M("b") "--a--",
		    "MULTIPART/MIXED 55/3{MULTIPART/MIXED 0/0{TEXT/PLAIN "
		    "0/0}}" },
		/* What follows the closing delimiter is epilogue. */
		{ M("a") "--a\n\n1\n--a--\n--a\n\n2\n",
		    "MULTIPART/MIXED 27/7{TEXT/PLAIN 1/0}" },
		/* Only at the beginning of a line. */
		{ M("a") "--a\n\nx--a\n --a\n- -a\n-a\n",
		    "MULTIPART/MIXED 29/6{TEXT/PLAIN 22/4}" },
	};

	(void)state;
	check_all(cases, COUNT(cases));
}

/* A part whose text follows the delimiter at once. */
static void
test_no_header(void **state)
{
	static const struct tree_case cases[] = {
		{ M("a") "--a\nx y\nz\n\nw\n--a--",
		    "MULTIPART/MIXED 23/5{TEXT/PLAIN 11/3}" },
		{ M("a") "--a\nx\n--a\n y\n--a--",
		    "MULTIPART/MIXED 22/4{TEXT/PLAIN 1/0,TEXT/PLAIN 2/0}" },
		{ M("a") "--a\n:x\n--a--",
		    "MULTIPART/MIXED 14/2{TEXT/PLAIN 2/0}" },
		{ M("a") "--a\n--x\n--a--",
		    "MULTIPART/MIXED 15/2{TEXT/PLAIN 3/0}" },
		{ M("a") "--a\nx", "MULTIPART/MIXED 6/1{TEXT/PLAIN 1/0}" },
		/* With fields before it, a line is part of the header. */
		{ M("a") "--a\nX : y\nz\n\nw\n--a--",
		    "MULTIPART/MIXED 25/5{TEXT/PLAIN 1/0}" },
		{ M("a") "--a\nX:", "MULTIPART/MIXED 7/1{TEXT/PLAIN 0/0}" },
		/* A digest's part is a message, which has its header there. */
		{ "Content-Type: multipart/digest; boundary=a\n\n"
		  "--a\nx\nSubject: y\n\nz\n--a--",
		    "MULTIPART/DIGEST 30/5{MESSAGE/RFC822 18/3{TEXT/PLAIN "
		    "1/0}}" },
		/* The message's own header is the mailbox's matter. */
		{ "x y\nz\n\nw", "TEXT/PLAIN 1/0" },
		{ MSG "x\n\ny", "MESSAGE/RFC822 6/2{TEXT/PLAIN 1/0}" },
	};

	(void)state;
	check_all(cases, COUNT(cases));
}

/* Which delimiter a line is if several could be meant. */
static void
test_ambiguous(void **state)
{
	static const struct tree_case cases[] = {
		/* One boundary is the beginning of the other. */
		{ M("a") "--a\n" M("ab") "--ab\n\n1\n--ab--\n--a\n\n2\n--a--",
		    "MULTIPART/MIXED 85/10{MULTIPART/MIXED 17/3{TEXT/PLAIN "
		    "1/0},TEXT/PLAIN 1/0}" },
		{ M("ab") "--ab\n" M("a") "--a\n\n1\n--a--\n--ab\n\n2\n--ab--",
		    "MULTIPART/MIXED 85/10{MULTIPART/MIXED 15/3{TEXT/PLAIN "
		    "1/0},TEXT/PLAIN 1/0}" },
		/* The same boundary again: the inner one closes first. */
		{ M("a") "--a\n" M("a") "--a\n\n1\n--a--\n--a\n\n2\n--a--",
		    "MULTIPART/MIXED 82/10{MULTIPART/MIXED 15/3{TEXT/PLAIN "
		    "1/0},TEXT/PLAIN 1/0}" },
		/* It has to be there in its entirety, and no more (RFC 2046
		 * section 5.1.1). */
		{ M("ab") "--ab\n\n1\n--a\n--abc\n\n2\n--ab--",
		    "MULTIPART/MIXED 34/7{TEXT/PLAIN 6/1,TEXT/PLAIN 1/0}" },
		/* A closed multipart still hides its longer boundary. */
		{ M("a") "--a\n" M("ab") "--ab\n\n1\n--ab--\n--ab\nx\n--a--",
		    "MULTIPART/MIXED 84/9{MULTIPART/MIXED 26/5{TEXT/PLAIN "
		    "1/0}}" },
	};

	(void)state;
	check_all(cases, COUNT(cases));
}

/* Names up to one octet below the limit need their colon. */
static void
test_name_lengths(void **state)
{
	(void)state;
	for (unsigned n = CC_MIME_NAME - 1; n <= CC_MIME_NAME + 1; n++) {
		struct mime_part *root;
		struct strbuf msg;
		struct arena a;

		cc_strbuf_init(&msg, SIZE_MAX / 4);
		cc_strbuf_puts(&msg, M("a") "--a\n");
		for (unsigned i = 0; i < n; i++)
			cc_strbuf_putc(&msg, 'n');
		cc_strbuf_puts(&msg, "\n\n1\n--a--\n");
		for (size_t piece = 1; piece < msg.len; piece += 60) {
			root = parse(&a, cc_strbuf_span(&msg), MIME_LF, piece);
			assert_int_equal(root->child->header.octets > 0,
			    n >= CC_MIME_NAME);
			cc_arena_free(&a);
		}
		cc_strbuf_free(&msg);
	}
}

/* CR, LF and NUL where they do not belong. */
static void
test_octets(void **state)
{
	static const struct {
		struct span in;
		enum mime_newline newline;
		const char *want;
	} cases[] = {
		/* LF files: every CR is dropped when sent. */
		{ OCTETS("A: b\n\na\rb\r\r\nc\r"), MIME_LF, "TEXT/PLAIN 5/1" },
		{ OCTETS("A: b\r\n\r\nx\r\n"), MIME_LF, "TEXT/PLAIN 3/1" },
		{ OCTETS(M("a") "\r--\ra\n\r\r\n1\r\n\r\r--a-\r-\n"), MIME_LF,
		    "MULTIPART/MIXED 17/4{TEXT/PLAIN 1/0}" },
		{ OCTETS("Con\rtent-Type: t\rext/\rhtml\n\r\r\r\n\r"), MIME_LF,
		    "TEXT/HTML 0/0" },
		{ OCTETS(MSG "\rA: b\r\r\n\r\r\nc\r"), MIME_LF,
		    "MESSAGE/RFC822 9/2{TEXT/PLAIN 1/0}" },
		/* CRLF files: octets as they are. */
		{ OCTETS("A: b\r\n\r\na\rb\r\r\nc\n"), MIME_CRLF,
		    "TEXT/PLAIN 8/2" },
		{ OCTETS("A: b\n\nx\n"), MIME_CRLF, "TEXT/PLAIN 2/1" },
		/* A CR alone ends no header. */
		{ OCTETS("A: b\r\rx"), MIME_CRLF, "TEXT/PLAIN 0/0" },
		{ OCTETS("A: b\n\na\0b\n"), MIME_LF, "TEXT/PLAIN 5/1" },
		{ OCTETS(M("a") "--a\r\n\r\n1\r\n--a--\r\n"), MIME_CRLF,
		    "MULTIPART/MIXED 17/4{TEXT/PLAIN 1/0}" },
		{ OCTETS(M("a") "--a\n\n1\n--a--\n"), MIME_CRLF,
		    "MULTIPART/MIXED 13/4{TEXT/PLAIN 1/0}" },
		{ OCTETS(M("a") "--a\n\n1\r\n--a--\n"), MIME_CRLF,
		    "MULTIPART/MIXED 14/4{TEXT/PLAIN 1/0}" },
		{ OCTETS(M("a") "--a\n\n\0--a\n\0\n--a--\n"), MIME_LF,
		    "MULTIPART/MIXED 23/5{TEXT/PLAIN 7/1}" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		check_piece(cases[i].in, cases[i].newline, SIZE_MAX / 2,
		    cases[i].want);
		check_piece(cases[i].in, cases[i].newline, 1, cases[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_single),
		cmocka_unit_test(test_multipart),
		cmocka_unit_test(test_message),
		cmocka_unit_test(test_boundaries),
		cmocka_unit_test(test_no_header),
		cmocka_unit_test(test_ambiguous),
		cmocka_unit_test(test_name_lengths),
		cmocka_unit_test(test_octets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
