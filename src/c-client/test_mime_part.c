/*
 * test_mime_part.c - the tree of body parts: well-formed messages, and all
 * that RFC 2046 does not foresee.
 */
#include "cc_err.h"
#include "cc_limits.h"
#include "mime_part.h"
#include "strbuf.h"
#include "test_util.h"

#define M(boundary) "Content-Type: multipart/mixed; boundary=" boundary "\n\n"

/* Feeds msg in pieces of that size; the caller frees the arena. */
static struct mime_part *
parse(struct arena *a, struct span msg, enum mime_newline newline, size_t piece)
{
	struct mime_parser *p;
	struct mime_part *root = NULL;

	cc_arena_init(a, CC_MIME_MEMORY);
	p = cc_mime_new(a, newline);
	for (size_t at = 0; at < msg.len; at += piece) {
		size_t n = msg.len - at < piece ? msg.len - at : piece;
		char *copy = exact_copy(msg.p + at, n);

		assert_int_equal(cc_mime_feed(p, cc_span(copy, n), at), 0);
		free(copy);
	}
	assert_int_equal(cc_mime_end(&p, &root), 0);
	assert_null(p);
	assert_non_null(root);
	return root;
}

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

struct tree_case {
	const char *in, *want;
};

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
#define MSG "Content-Type: message/rfc822\n\n"
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

/* The first child of each: octets and lines of its header and body. */
static void
show_extents(struct strbuf *out, const struct mime_part *part)
{
	for (; part; part = part->child)
		cc_strbuf_printf(out, "%llu/%llu+%llu/%llu ",
		    (unsigned long long)part->header.octets,
		    (unsigned long long)part->header.lines,
		    (unsigned long long)part->body.octets,
		    (unsigned long long)part->body.lines);
}

/* The line end before a delimiter is not the header's, though the header ends
 * in an empty line (RFC 2046 section 5.1.1). */
static void
test_line_end_of_delimiter(void **state)
{
	static const struct tree_case cases[] = {
		{ M("a") "--a\nA: b\n\n--a--", "45/2+18/3 6/1+0/0 " },
		{ M("a") "--a\nA: b\n\n\n--a--", "45/2+20/4 8/2+0/0 " },
		{ M("a") "--a\nA: b\n--a--", "45/2+16/2 4/0+0/0 " },
		{ M("a") "--a\n\n--a--", "45/2+12/2 0/0+0/0 " },
		{ M("a") "--a\n--a--", "45/2+10/1 0/0+0/0 " },
		/* A multipart's own first delimiter. */
		{ M("a") "--a\n\n1", "45/2+8/2 2/1+1/0 " },
		{ M("a") "--a\n" M("b") "--a--",
		    "45/2+55/3 43/1+0/0 0/0+0/0 " },
		/* In a message, and around one. */
		{ M("a") "--a\n" MSG "A: b\n\n--a--",
		    "45/2+50/5 32/2+6/1 6/1+0/0 " },
		{ M("a") "--a\n" MSG "A: b\n\n\n--a--",
		    "45/2+52/6 32/2+8/2 8/2+0/0 " },
		{ M("a") "--a\n" MSG "\n--a--", "45/2+44/4 32/2+0/0 0/0+0/0 " },
		{ M("a") "--a\n" MSG "--a--", "45/2+42/3 30/1+0/0 0/0+0/0 " },
		{ M("a") "--a\n" MSG MSG "--a--",
		    "45/2+74/5 32/2+30/1 30/1+0/0 0/0+0/0 " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases) * 2; i++) {
		const struct tree_case *c = &cases[i / 2];
		struct mime_part *root;
		struct strbuf out;
		struct arena a;

		cc_strbuf_init(&out, 4096);
		root = parse(&a, cc_span_z(c->in), MIME_LF,
		    i % 2 ? 1 : SIZE_MAX / 2);
		show_extents(&out, root);
		assert_string_equal(out.data, c->want);
		cc_strbuf_free(&out);
		cc_arena_free(&a);
	}
}

static void
check_extent(const struct mime_extent *e, uint64_t pos, uint64_t end,
    uint64_t octets, uint64_t lines)
{
	assert_int_equal(e->pos, pos);
	assert_int_equal(e->end, end);
	assert_int_equal(e->octets, octets);
	assert_int_equal(e->lines, lines);
}

/* Positions are those of the feeder: here a line was left out of the header,
 * and the message does not begin at 0. */
static void
test_positions(void **state)
{
	static const char one[] = "A: b\n";
	static const char two[] =
	    "Content-Type: multipart/mixed; boundary=a\n\n";
	static const char body[] = "--a\nB: c\n\nx\n--a--\n";
	struct mime_parser *p;
	struct mime_part *root;
	struct arena a;

	(void)state;
	cc_arena_init(&a, 1 << 16);
	p = cc_mime_new(&a, MIME_LF);
	assert_int_equal(cc_mime_feed(p, cc_span_z(one), 1000), 0);
	assert_int_equal(cc_mime_feed(p, cc_span_z(two), 2000), 0);
	assert_int_equal(cc_mime_feed(p, cc_span_z(body), 2043), 0);
	assert_int_equal(cc_mime_end(&p, &root), 0);
	check_extent(&root->header, 1000, 2043, 6 + 43 + 2, 3);
	check_extent(&root->body, 2043, 2061, 23, 5);
	check_extent(&root->child->header, 2047, 2053, 8, 2);
	check_extent(&root->child->body, 2053, 2054, 1, 0);
	cc_arena_free(&a);
}

static void
test_msg_header(void **state)
{
	struct mime_part *root;
	struct arena a;

	(void)state;
	root =
	    parse(&a, cc_span_z(MSG "To: a\n b\nSubject: c\n\nx"), MIME_LF, 3);
	assert_span(root->msg_header, "To: a\n b\nSubject: c\n");
	check_extent(&root->child->header, 30, 51, 25, 4);
	cc_arena_free(&a);
	root = parse(&a, cc_span_z(MSG "To: a"), MIME_LF, 3);
	assert_span(root->msg_header, "To: a");
	cc_arena_free(&a);
	root = parse(&a, cc_span_z(MSG "\nx"), MIME_LF, 3);
	assert_non_null(root->msg_header.p);
	assert_int_equal(root->msg_header.len, 0);
	cc_arena_free(&a);
}

/* RFC 3501 section 6.4.5, the example's tree. */
static void
test_find(void **state)
{
	static const char msg[] =
	    M("a") "--a\n\n1\n"
		   "--a\nContent-Type: application/x\n\n2\n"
		   "--a\n" MSG
		       M("b") "--b\n\n3.1\n--b\nContent-Type: a/b\n\n3.2\n"
			      "--b--\n"
			      "--a\n" M(
				  "c") "--c\nContent-Type: image/gif\n\n4.1\n"
				       "--c\n" MSG "Content-Type: text/html\n\n"
				       "4.2.1\n--c--\n--a--\n";
	static const struct {
		uint32_t numbers[4];
		size_t count;
		const char *subtype; /* NULL: no such part */
	} cases[] = {
		{ { 0 }, 0, "MIXED" },
		{ { 1 }, 1, "PLAIN" },
		{ { 1, 1 }, 2, NULL },
		{ { 2 }, 1, "X" },
		{ { 3 }, 1, "RFC822" },
		{ { 3, 1 }, 2, "PLAIN" },
		{ { 3, 2 }, 2, "B" },
		{ { 3, 3 }, 2, NULL },
		{ { 3, 2, 1 }, 3, NULL },
		{ { 4 }, 1, "MIXED" },
		{ { 4, 1 }, 2, "GIF" },
		{ { 4, 2 }, 2, "RFC822" },
		{ { 4, 2, 1 }, 3, "HTML" },
		{ { 4, 2, 2 }, 3, NULL },
		{ { 4, 2, 1, 1 }, 4, NULL },
		{ { 5 }, 1, NULL },
		{ { 0 }, 1, NULL },
		{ { UINT32_MAX }, 1, NULL },
	};
	struct mime_part *root;
	struct arena a;

	(void)state;
	root = parse(&a, cc_span_z(msg), MIME_LF, SIZE_MAX / 2);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct mime_part *part =
		    cc_mime_find(root, cases[i].numbers, cases[i].count);

		if (cases[i].subtype) {
			assert_non_null(part);
			assert_span(part->subtype, cases[i].subtype);
		} else {
			assert_null(part);
		}
	}
	cc_arena_free(&a);
}

/* Part 1 of a message that is no multipart is its text; a message/rfc822 at
 * the top is part 1, and the text inside is 1.1. */
static void
test_find_single(void **state)
{
	static const uint32_t one[] = { 1, 1, 1 }, two[] = { 2 };
	struct mime_part *root;
	struct arena a;

	(void)state;
	root = parse(&a, cc_span_z("\nx"), MIME_LF, SIZE_MAX / 2);
	assert_ptr_equal(cc_mime_find(root, one, 1), root);
	assert_null(cc_mime_find(root, one, 2));
	assert_null(cc_mime_find(root, two, 1));
	cc_arena_free(&a);
	root = parse(&a, cc_span_z(MSG "\nx"), MIME_LF, SIZE_MAX / 2);
	assert_ptr_equal(cc_mime_find(root, one, 1), root);
	assert_ptr_equal(cc_mime_find(root, one, 2), root->child);
	assert_null(cc_mime_find(root, one, 3));
	cc_arena_free(&a);
}

static void
measure(const struct mime_part *part, unsigned *count_r, unsigned *depth_r)
{
	unsigned depth = 1;

	*count_r = *depth_r = 0;
	while (part) {
		++*count_r;
		if (depth > *depth_r)
			*depth_r = depth;
		if (part->child) {
			part = part->child;
			depth++;
			continue;
		}
		while (part && !part->next) {
			part = part->parent;
			depth--;
		}
		if (part)
			part = part->next;
	}
}

/* unit, written times over. */
static void
put_times(struct strbuf *b, const char *unit, unsigned times)
{
	for (unsigned i = 0; i < times; i++)
		cc_strbuf_puts(b, unit);
}

/*
 * CVE-2020-12100: parts nested very deep exhausted the stack. Whatever nests,
 * the tree ends at the limit, the deepest part being text with all the rest.
 */
static void
test_cve_2020_12100_deep_nesting(void **state)
{
	static const char *const units[] = { MSG, M("a") "--a\n",
		MSG M("a") "--a\n",
		"Content-Type: multipart/digest; boundary=a\n\n--a\n\n" };
	struct strbuf msg;

	(void)state;
	cc_strbuf_init(&msg, SIZE_MAX / 4);
	for (size_t i = 0; i < COUNT(units); i++) {
		unsigned count, depth;
		struct mime_part *root;
		struct arena a;

		cc_strbuf_reset(&msg);
		put_times(&msg, units[i], 100000);
		root = parse(&a, cc_strbuf_span(&msg), MIME_LF, 65536);
		measure(root, &count, &depth);
		assert_int_equal(depth, CC_MIME_DEPTH + 1);
		assert_true(count <= CC_MIME_PARTS);
		cc_arena_free(&a);
	}
	cc_strbuf_free(&msg);
}

/* At the limit of depth, one below it and one above. */
static void
test_depth_limit(void **state)
{
	struct strbuf msg;

	(void)state;
	cc_strbuf_init(&msg, SIZE_MAX / 4);
	for (unsigned n = CC_MIME_DEPTH - 1; n <= CC_MIME_DEPTH + 1; n++) {
		unsigned count, depth;
		struct mime_part *part;
		struct arena a;

		cc_strbuf_reset(&msg);
		put_times(&msg, MSG, n);
		cc_strbuf_puts(&msg, "Content-Type: image/gif\n\nx");
		part = parse(&a, cc_strbuf_span(&msg), MIME_LF, SIZE_MAX / 2);
		measure(part, &count, &depth);
		assert_int_equal(depth,
		    n < CC_MIME_DEPTH ? n + 1 : CC_MIME_DEPTH + 1);
		while (part->child)
			part = part->child;
		assert_span(part->subtype,
		    n <= CC_MIME_DEPTH ? "GIF" : "PLAIN");
		cc_arena_free(&a);
	}
	cc_strbuf_free(&msg);
}

/* CVE-2020-12100: very many parts. The last one holds the rest. */
static void
test_cve_2020_12100_many_parts(void **state)
{
	unsigned count, depth;
	const struct mime_part *part;
	struct strbuf msg;
	struct mime_part *root;
	struct arena a;

	(void)state;
	cc_strbuf_init(&msg, SIZE_MAX / 4);
	cc_strbuf_puts(&msg, M("a"));
	put_times(&msg, "--a\n\nx\n", CC_MIME_PARTS + 5);
	cc_strbuf_puts(&msg, "--a--\n");
	root = parse(&a, cc_strbuf_span(&msg), MIME_LF, 4096);
	measure(root, &count, &depth);
	assert_int_equal(count, CC_MIME_PARTS);
	for (part = root->child; part->next; part = part->next)
		assert_int_equal(part->body.octets, 1);
	assert_int_equal(part->body.octets,
	    1 + 2 + 6 * 10 + sizeof("--a--\r\n") - 1);
	cc_arena_free(&a);
	cc_strbuf_free(&msg);
}

/* An arena that is full leaves out parts and texts, never a count. */
static void
test_arena_limit(void **state)
{
	static const char msg[] =
	    M("a") "--a\nContent-ID: <x>\n" MSG "To: b\n\nx\n--a\n\ny\n--a--\n";
	size_t octets = 0;

	(void)state;
	for (size_t max = 0; max < 4096; max += 16) {
		struct mime_parser *p;
		struct mime_part *root = NULL;
		struct arena a;
		int r;

		cc_arena_init(&a, max);
		p = cc_mime_new(&a, MIME_LF);
		r = cc_mime_feed(p, cc_span_z(msg), 0);
		assert_int_equal(cc_mime_end(&p, &root), r);
		assert_null(p);
		if (r == 0) {
			octets = root->body.octets;
			assert_int_equal(root->header.octets, 45);
			if (root->type == TYPEMULTIPART)
				assert_int_equal(octets, 83);
		} else {
			assert_int_equal(r, CC_ELIMIT);
			assert_int_equal(octets, 0);
		}
		cc_arena_free(&a);
	}
	assert_int_equal(octets, 83);
}

/* A parser that is given up, at each point of a message. */
static void
test_given_up(void **state)
{
	static const char msg[] = M("a") "--a\n" MSG "To: b\n\nx\n--a--\n";
	struct mime_parser *none = NULL;

	(void)state;
	cc_mime_free(&none);
	for (size_t len = 0; len < sizeof(msg); len++) {
		struct mime_parser *p;
		struct arena a;

		cc_arena_init(&a, 1 << 16);
		p = cc_mime_new(&a, MIME_LF);
		assert_int_equal(cc_mime_feed(p, cc_span(msg, len), 0), 0);
		cc_mime_free(&p);
		assert_null(p);
		cc_arena_free(&a);
	}
}

/* The longest boundary that is found, and one octet more. */
static void
test_boundary_limit(void **state)
{
	struct strbuf msg;

	(void)state;
	cc_strbuf_init(&msg, SIZE_MAX / 4);
	for (unsigned n = CC_MIME_BOUNDARY; n <= CC_MIME_BOUNDARY + 1; n++) {
		struct mime_part *root;
		struct arena a;

		cc_strbuf_reset(&msg);
		cc_strbuf_puts(&msg,
		    "Content-Type: multipart/mixed; boundary=");
		put_times(&msg, "b", n);
		cc_strbuf_puts(&msg, "\n\n--");
		put_times(&msg, "b", n);
		cc_strbuf_puts(&msg, "\nContent-Type: text/html\n\n\n--");
		put_times(&msg, "b", n);
		cc_strbuf_puts(&msg, "--\n");
		root = parse(&a, cc_strbuf_span(&msg), MIME_LF, 100);
		assert_span(root->child->subtype,
		    n == CC_MIME_BOUNDARY ? "HTML" : "PLAIN");
		cc_arena_free(&a);
	}
	cc_strbuf_free(&msg);
}

/*
 * CVE-2024-23185 for parts: headers without end. Of the Content-* fields as
 * much is kept as the limit says, wherever pieces are cut, and of the header
 * of a message inside no more than CC_HEADER_MAX.
 */
static void
test_cve_2024_23185_large_part_headers(void **state)
{
	struct strbuf msg;
	struct mime_part *root;
	struct arena a;

	(void)state;
	cc_strbuf_init(&msg, SIZE_MAX / 4);
	cc_strbuf_puts(&msg, "Content-Description: ");
	put_times(&msg, "d", 3 * CC_MIME_FIELDS);
	cc_strbuf_puts(&msg, "\nContent-Type: text/html\n\nx");
	for (size_t piece = 1000; piece < 3000; piece += 999) {
		root = parse(&a, cc_strbuf_span(&msg), MIME_LF, piece);
		assert_int_equal(root->description.len,
		    CC_MIME_FIELDS - sizeof("Content-Description: ") + 1);
		assert_span(root->subtype, "PLAIN");
		assert_int_equal(root->body.octets, 1);
		cc_arena_free(&a);
	}
	cc_strbuf_reset(&msg);
	cc_strbuf_puts(&msg, MSG);
	put_times(&msg, "A: b\n", CC_HEADER_MAX / 5 + 100);
	root = parse(&a, cc_strbuf_span(&msg), MIME_LF, 65536);
	assert_int_equal(root->msg_header.len, CC_HEADER_MAX);
	assert_int_equal(root->body.octets, 6 * (CC_HEADER_MAX / 5 + 100));
	cc_arena_free(&a);
	cc_strbuf_free(&msg);
}

/*
 * Bodies made of what could be a delimiter, below as many open multiparts as
 * there may be: each such line costs a bounded number of compares. A parser
 * that looks back, or at every part so far, does not come back from this.
 */
static void
test_linear(void **state)
{
	static const char *const units[] = { "\n--", "\n-", "\n--a", "\n--b\n",
		"--a\n", "\n--a\n\n", "\n--a--", "\r",
		"\n--a\nContent-Type: ", ("\n--a\n" MSG), "\n--a0" };
	struct strbuf msg;

	(void)state;
	cc_strbuf_init(&msg, SIZE_MAX / 4);
	for (size_t i = 0; i < COUNT(units); i++) {
		struct mime_part *root;
		struct arena a;

		cc_strbuf_reset(&msg);
		for (unsigned n = 0; n < CC_MIME_DEPTH - 1; n++)
			cc_strbuf_printf(&msg,
			    "Content-Type: multipart/x; boundary=a%u\n"
			    "\n--a%u\n",
			    n, n);
		cc_strbuf_puts(&msg, M("a") "--a\n\n");
		while (msg.len < 4u << 20)
			cc_strbuf_puts(&msg, units[i]);
		root = parse(&a, cc_strbuf_span(&msg), MIME_LF, 65536);
		assert_true(root->body.end == msg.len);
		cc_arena_free(&a);
	}
	cc_strbuf_free(&msg);
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
		cmocka_unit_test(test_line_end_of_delimiter),
		cmocka_unit_test(test_positions),
		cmocka_unit_test(test_msg_header),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_find_single),
		cmocka_unit_test(test_cve_2020_12100_deep_nesting),
		cmocka_unit_test(test_depth_limit),
		cmocka_unit_test(test_cve_2020_12100_many_parts),
		cmocka_unit_test(test_arena_limit),
		cmocka_unit_test(test_given_up),
		cmocka_unit_test(test_boundary_limit),
		cmocka_unit_test(test_cve_2024_23185_large_part_headers),
		cmocka_unit_test(test_linear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
