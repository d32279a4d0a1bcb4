/*
 * test_mail_fetch.c - octets of messages and their parts, through the public
 * calls and through the inner door, with both kinds of driver.
 */
#include <limits.h>

#include "cc_fn.h"
#include "cc_limits.h"
#include "mail_params.h"
#include "test_driver.h"

#define HEADER_1                                                               \
	"From: Ann Other <ann@example.com>\n"                                  \
	"X-Hidden: 1\n"                                                        \
	"To: Bo <bo@example.com>, group: c@example.com, d;\n"                  \
	"Subject: tea\n"                                                       \
	" time\n"                                                              \
	"Date: Tue, 5 Mar 2024 09:01:02 +0000\n"                               \
	"Message-ID: <1@example.com>\n"                                        \
	"Content-Type: multipart/mixed; boundary=\"b1\"\n"                     \
	"X-Hidden: 2\n"                                                        \
	"X-Hidden: 3\n"                                                        \
	"\n"
#define WIRE_1                                                                 \
	"From: Ann Other <ann@example.com>\r\n"                                \
	"To: Bo <bo@example.com>, group: c@example.com, d;\r\n"                \
	"Subject: tea\r\n"                                                     \
	" time\r\n"                                                            \
	"Date: Tue, 5 Mar 2024 09:01:02 +0000\r\n"                             \
	"Message-ID: <1@example.com>\r\n"                                      \
	"Content-Type: multipart/mixed; boundary=\"b1\"\r\n"                   \
	"\r\n"
#define INNER_HEADER                                                           \
	"Subject: inner\n"                                                     \
	"From: in@example.com\n"                                               \
	"Content-Type: multipart/alternative; boundary=b2\n"                   \
	"\n"
#define INNER_TEXT                                                             \
	"--b2\n"                                                               \
	"Content-Type: text/plain\n"                                           \
	"\n"                                                                   \
	"plain\n"                                                              \
	"--b2\n"                                                               \
	"Content-Type: text/html\n"                                            \
	"\n"                                                                   \
	"<p>\n"                                                                \
	"--b2--"
#define TEXT_1                                                                 \
	"preamble\n"                                                           \
	"--b1\n"                                                               \
	"\n"                                                                   \
	"part one\n"                                                           \
	"--b1\n"                                                               \
	"Content-Type: message/rfc822\n"                                       \
	"\n" INNER_HEADER INNER_TEXT "\n"                                      \
	"--b1\n"                                                               \
	"Content-Type: message/rfc822\n"                                       \
	"\n"                                                                   \
	"Subject: single\n"                                                    \
	"\n"                                                                   \
	"single\n"                                                             \
	"text\n"                                                               \
	"--b1--\n"                                                             \
	"epilogue\n"

#define HEADER_2 "Subject: plain\nX-Hidden: 1\n\n"
#define TEXT_2 "one\n\ntwo\n"

#define HEADER_3 "Content-Type: message/rfc822\n\n"
#define TEXT_3 "Subject: enclosed\n\nenclosed text"

enum kind { BODY_OF, MIME_OF, HEADER_OF, TEXT_OF };

/* What each call gives, with LF line ends. */
static const struct {
	unsigned long msgno;
	enum kind kind;
	char *section;
	const char *want;
} sections[] = {
	{ 1, BODY_OF, "1", "part one" },
	{ 1, BODY_OF, "2", INNER_HEADER INNER_TEXT },
	{ 1, BODY_OF, "2.1", "plain" },
	{ 1, BODY_OF, "2.2", "<p>" },
	{ 1, BODY_OF, "3", "Subject: single\n\nsingle\ntext" },
	{ 1, BODY_OF, "3.1", "single\ntext" },
	{ 1, BODY_OF, "2.0", INNER_HEADER },
	{ 1, BODY_OF, "3.0", "Subject: single\n\n" },
	{ 1, BODY_OF, "1.0", "" },
	{ 1, BODY_OF, "0.0", "" },
	{ 1, BODY_OF, "4", "" },
	{ 1, BODY_OF, "1.1", "" },
	{ 1, BODY_OF, "2.3", "" },
	{ 1, BODY_OF, "2.1.1", "" },
	{ 1, BODY_OF, "3.2", "" },
	{ 1, BODY_OF, "3.1.1", "" },
	{ 1, BODY_OF, "x", "" },
	{ 1, BODY_OF, "1.", "" },
	{ 1, BODY_OF, ".1", "" },
	{ 1, BODY_OF, "2..1", "" },
	{ 1, BODY_OF, "1 ", "" },
	{ 1, BODY_OF, "-1", "" },
	{ 1, BODY_OF, "4294967295", "" },
	{ 1, BODY_OF, "4294967297", "" },
	{ 1, MIME_OF, "1", "\n" },
	{ 1, MIME_OF, "2", "Content-Type: message/rfc822\n\n" },
	{ 1, MIME_OF, "2.1", "Content-Type: text/plain\n\n" },
	{ 1, MIME_OF, "3.1", "Subject: single\n\n" },
	{ 1, MIME_OF, "4", "" },
	{ 1, MIME_OF, "", "" },
	{ 1, MIME_OF, NIL, "" },
	{ 1, HEADER_OF, "2", INNER_HEADER },
	{ 1, HEADER_OF, "3", "Subject: single\n\n" },
	{ 1, HEADER_OF, "1", "" },
	{ 1, HEADER_OF, "2.1", "" },
	{ 1, TEXT_OF, "2", INNER_TEXT },
	{ 1, TEXT_OF, "3", "single\ntext" },
	{ 1, TEXT_OF, "1", "" },
	{ 1, TEXT_OF, "9", "" },
	{ 1, TEXT_OF, NIL, TEXT_1 },
	{ 1, TEXT_OF, "", TEXT_1 },
	{ 2, BODY_OF, "1", TEXT_2 },
	{ 2, BODY_OF, "2", "" },
	{ 2, BODY_OF, "1.1", "" },
	{ 2, BODY_OF, "0", "Subject: plain\n\n" },
	{ 2, BODY_OF, NIL, "Subject: plain\n\n" TEXT_2 },
	{ 2, BODY_OF, "", "Subject: plain\n\n" TEXT_2 },
	{ 2, MIME_OF, "1", "Subject: plain\n\n" },
	{ 2, HEADER_OF, NIL, "Subject: plain\n\n" },
	{ 2, HEADER_OF, "1", "" },
	{ 3, BODY_OF, "1", TEXT_3 },
	{ 3, BODY_OF, "1.1", "enclosed text" },
	{ 3, BODY_OF, "1.0", "Subject: enclosed\n\n" },
	{ 3, TEXT_OF, "1", "enclosed text" },
	{ 3, HEADER_OF, "1", "Subject: enclosed\n\n" },
	{ 4, BODY_OF, "1", "" }, /* empty text */
	{ 4, TEXT_OF, NIL, "" },
	{ 4, HEADER_OF, NIL, "\n" },
	{ 5, BODY_OF, "1", "" }, /* no such message */
	{ 0, TEXT_OF, NIL, "" },
};

static char *drivers[] = { "mem:box", "old:box" };

static struct mem_box *
setup_box(void)
{
	struct mem_box *box = mem_setup();

	mem_add(box, fOLD, HEADER_1, TEXT_1);
	mem_add(box, fOLD, HEADER_2, TEXT_2);
	mem_add(box, fOLD, HEADER_3, TEXT_3);
	mem_add(box, fOLD, "\n", "");
	return box;
}

/* The same with CRLF. */
static const char *
wire(const char *lf)
{
	static char text[4096];
	size_t n = 0;

	for (; *lf; lf++) {
		if (*lf == '\n')
			text[n++] = '\r';
		text[n++] = *lf;
		assert_true(n < sizeof(text) - 2);
	}
	text[n] = '\0';
	return text;
}

static char *
fetch(MAILSTREAM *stream, enum kind kind, unsigned long msgno, char *section,
    unsigned long *len, long flags)
{
	switch (kind) {
	case BODY_OF:
		return mail_fetch_body(stream, msgno, section, len, flags);
	case MIME_OF:
		return mail_fetch_mime(stream, msgno, section, len, flags);
	case HEADER_OF:
		return mail_fetch_header(stream, msgno, section, NIL, len,
		    flags);
	case TEXT_OF:
	default:
		return mail_fetch_text(stream, msgno, section, len, flags);
	}
}

static void
check_sections(MAILSTREAM *stream, long flags)
{
	unsigned long len;

	for (size_t i = 0; i < COUNT(sections); i++) {
		const char *want = flags & FT_INTERNAL ? sections[i].want
						       : wire(sections[i].want);
		char *got;

		len = 99;
		got = fetch(stream, sections[i].kind, sections[i].msgno,
		    sections[i].section, &len, flags);
		if (strcmp(got, want))
			print_error("row %zu\n", i);
		assert_string_equal(got, want);
		assert_int_equal(len, strlen(want));
		assert_string_equal(fetch(stream, sections[i].kind,
					sections[i].msgno, sections[i].section,
					NIL, flags),
		    want);
	}
}

static void
test_sections(void **state)
{
	static const size_t spans[] = { 0, 1, 2, 7, 50 };
	struct mem_box *box = setup_box();

	(void)state;
	for (size_t d = 0; d < COUNT(drivers); d++)
		for (size_t s = 0; s < COUNT(spans); s++) {
			MAILSTREAM *stream = mail_open(NIL, drivers[d],
			    s % 2 ? OP_SHORTCACHE : NIL);

			box->span = spans[s];
			check_sections(stream, FT_PEEK);
			check_sections(stream, FT_PEEK | FT_INTERNAL);
			mail_close(stream);
		}
}

/* Sections by the structure of the inner door are the same octets. */
static void
put_extent(MAILSTREAM *stream, unsigned long msgno,
    const struct mime_extent *extent, struct strbuf *out)
{
	struct mail_reader reader;
	struct span piece;
	unsigned st = 0;
	char text[256];
	int r;

	cc_strbuf_reset(out);
	assert_int_equal(cc_mail_read_extent(stream, msgno, extent, &reader),
	    0);
	while ((r = cc_mail_next(&reader, &piece)) > 0)
		while (piece.len)
			cc_strbuf_put(out, text,
			    cc_mail_convert(cc_mail_newline(stream), &piece,
				text, sizeof(text), &st));
	assert_int_equal(r, 0);
}

static void
test_extents(void **state)
{
	static const struct {
		uint32_t numbers[3];
		size_t count;
		char *section;
	} parts[] = {
		{ { 1 }, 1, "1" },
		{ { 2 }, 1, "2" },
		{ { 2, 1 }, 2, "2.1" },
		{ { 2, 2 }, 2, "2.2" },
		{ { 3 }, 1, "3" },
		{ { 3, 1 }, 2, "3.1" },
	};
	struct mem_box *box = setup_box();
	struct strbuf out;

	(void)state;
	cc_strbuf_init(&out, 65536);
	for (size_t i = 0; i < COUNT(drivers) * COUNT(parts); i++) {
		const size_t p = i / COUNT(drivers);
		MAILSTREAM *stream =
		    mail_open(NIL, drivers[i % COUNT(drivers)], NIL);
		const struct mime_part *root, *part;

		box->span = i % 3;
		assert_int_equal(cc_mail_structure(stream, 1, &root), 0);
		part = cc_mime_find(root, parts[p].numbers, parts[p].count);
		assert_non_null(part);
		put_extent(stream, 1, &part->body, &out);
		assert_int_equal(part->body.octets, out.len);
		assert_string_equal(cc_strbuf_str(&out),
		    mail_fetch_body(stream, 1, parts[p].section, NIL, FT_PEEK));
		put_extent(stream, 1, &part->header, &out);
		assert_string_equal(cc_strbuf_str(&out),
		    mail_fetch_mime(stream, 1, parts[p].section, NIL, FT_PEEK));
		put_extent(stream, 1, &root->header, &out);
		assert_string_equal(cc_strbuf_str(&out), WIRE_1);
		mail_close(stream);
	}
	cc_strbuf_free(&out);
}

/* Everything the inner door says is the same over both drivers. */
static void
test_both_ways_agree(void **state)
{
	struct mem_box *box = setup_box();
	struct strbuf mem, old;

	(void)state;
	cc_strbuf_init(&mem, 65536);
	cc_strbuf_init(&old, 65536);
	for (size_t span = 0; span < 4; span++)
		for (unsigned long i = 1; i <= 4; i++) {
			MAILSTREAM *a = mail_open(NIL, "mem:box", NIL);
			MAILSTREAM *b = mail_open(NIL, "old:box", NIL);
			struct mail_record ra, rb;
			struct imap_date da, db;
			uint64_t sa, sb;

			box->span = span;
			cc_strbuf_reset(&mem);
			cc_strbuf_reset(&old);
			assert_int_equal(cc_mail_record(a, i, &ra), 0);
			assert_int_equal(cc_mail_record(b, i, &rb), 0);
			assert_memory_equal(&ra, &rb, sizeof(ra));
			assert_int_equal(cc_mail_date(a, i, &da), 0);
			assert_int_equal(cc_mail_date(b, i, &db), 0);
			assert_int_equal(da.time, db.time);
			assert_int_equal(da.zone, db.zone);
			assert_int_equal(cc_mail_size(a, i, &sa), 0);
			assert_int_equal(cc_mail_size(b, i, &sb), 0);
			assert_int_equal(sa, sb);
			for (int e = 0; e < 3; e++) {
				assert_int_equal(e == 2
					? cc_mail_put_envelope(a, i, &mem)
					: cc_mail_put_body(a, i, e, &mem),
				    0);
				assert_int_equal(e == 2
					? cc_mail_put_envelope(b, i, &old)
					: cc_mail_put_body(b, i, e, &old),
				    0);
				cc_strbuf_puts(&mem, "\n");
				cc_strbuf_puts(&old, "\n");
			}
			assert_string_equal(mem.data, old.data);
			mail_close(a);
			mail_close(b);
		}
	cc_strbuf_free(&mem);
	cc_strbuf_free(&old);
}

static void
test_envelope_on_the_wire(void **state)
{
	struct strbuf out;
	MAILSTREAM *stream;

	(void)state;
	setup_box();
	stream = mail_open(NIL, "mem:box", NIL);
	cc_strbuf_init(&out, 65536);
	assert_int_equal(cc_mail_put_envelope(stream, 1, &out), 0);
	assert_string_equal(out.data,
	    "(\"Tue, 5 Mar 2024 09:01:02 +0000\" \"tea time\""
	    " ((\"Ann Other\" NIL \"ann\" \"example.com\"))"
	    " ((\"Ann Other\" NIL \"ann\" \"example.com\"))"
	    " ((\"Ann Other\" NIL \"ann\" \"example.com\"))"
	    " ((\"Bo\" NIL \"bo\" \"example.com\")(NIL NIL \"group\" NIL)"
	    "(NIL NIL \"c\" \"example.com\")"
	    "(NIL NIL \"d\" \".MISSING-HOST-NAME.\")(NIL NIL NIL NIL))"
	    " NIL NIL NIL \"<1@example.com>\")");
	assert_null(stream->cache);
	cc_strbuf_free(&out);
	mail_close(stream);
}

static void
test_envelope_and_body(void **state)
{
	(void)state;
	setup_box();
	for (size_t d = 0; d < COUNT(drivers); d++) {
		MAILSTREAM *stream = mail_open(NIL, drivers[d], NIL);
		ENVELOPE *env, *inner;
		BODY *body = NIL;

		env = mail_fetch_structure(stream, 1, &body, NIL);
		assert_string_equal(env->subject, "tea time");
		assert_string_equal(env->from->personal, "Ann Other");
		assert_string_equal(env->sender->mailbox, "ann");
		assert_string_equal(env->reply_to->host, "example.com");
		assert_string_equal(env->to->next->mailbox, "group");
		assert_null(env->to->next->host);
		assert_string_equal(env->to->next->next->next->host, BADHOST);
		assert_null(env->to->next->next->next->next->mailbox);
		assert_null(env->cc);
		assert_int_equal(body->type, TYPEMULTIPART);
		assert_string_equal(body->subtype, "MIXED");
		assert_string_equal(body->parameter->attribute, "BOUNDARY");
		body = &body->nested.part->next->body;
		assert_int_equal(body->type, TYPEMESSAGE);
		inner = body->nested.msg->env;
		assert_string_equal(inner->subject, "inner");
		body = &body->nested.msg->body->nested.part->body;
		assert_int_equal(body->type, TYPETEXT);
		assert_int_equal(body->size.bytes, 5);
		assert_int_equal(mail_elt(stream, 1)->rfc822_size,
		    strlen(WIRE_1) + strlen(wire(TEXT_1)));
		assert_ptr_equal(body,
		    mail_body(stream, 1, (unsigned char *)"2.1"));
		assert_ptr_equal(env,
		    mail_fetch_structure(stream, 1, NIL, NIL));
		assert_ptr_equal(env,
		    mail_fetch_structure(stream, 10, NIL, FT_UID));
		assert_null(mail_fetch_structure(stream, 11, &body, FT_UID));
		assert_null(body);
		assert_null(mail_fetch_structure(stream, 0, NIL, NIL));
		assert_null(mail_fetch_structure(stream, 5, NIL, NIL));
		mail_close(stream);
	}
}

static void
test_short_cache_keeps_one(void **state)
{
	MAILSTREAM *stream;
	ENVELOPE *env;
	BODY *body;

	(void)state;
	setup_box();
	stream = mail_open(NIL, "mem:box", OP_SHORTCACHE);
	env = mail_fetch_structure(stream, 1, &body, NIL);
	assert_ptr_equal(stream->env, env);
	assert_ptr_equal(stream->body, body);
	assert_int_equal(stream->msgno, 1);
	env = mail_fetch_structure(stream, 2, NIL, NIL);
	assert_string_equal(env->subject, "plain");
	assert_int_equal(stream->msgno, 2);
	assert_null(stream->body);
	assert_null(mail_elt(stream, 2)->private.msg.env);
	mail_close(stream);
}

static void
test_seen(void **state)
{
	static const struct {
		enum kind kind;
		char *section;
		bool seen;
	} calls[] = {
		{ TEXT_OF, NIL, true },
		{ BODY_OF, "1", true },
		{ BODY_OF, NIL, true },
		{ MIME_OF, "1", true },
		{ HEADER_OF, NIL, false },
		{ BODY_OF, "7", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(calls) * 4; i++) {
		struct mem_box *box = setup_box();
		MAILSTREAM *stream = mail_open(NIL, drivers[i % 2], NIL);
		const bool peek = (i & 2) != 0;
		const size_t c = i / 4;

		mem_forget();
		fetch(stream, calls[c].kind, 1, calls[c].section, NIL,
		    peek ? FT_PEEK : NIL);
		assert_int_equal((box->messages[0].flags & fSEEN) != 0,
		    calls[c].seen && !peek);
		assert_string_equal(test_callbacks.journal,
		    calls[c].seen && !peek ? "flags 1\n" : "");
		mem_forget();
		fetch(stream, calls[c].kind, 1, calls[c].section, NIL, NIL);
		assert_string_equal(test_callbacks.journal,
		    calls[c].seen && peek ? "flags 1\n" : "");
		mail_close(stream);
	}
}

/* Programs cut texts with a NUL and put the octet back, and keep a header
 * while they fetch the text. */
static void
test_texts_are_writable(void **state)
{
	(void)state;
	setup_box();
	for (size_t d = 0; d < COUNT(drivers); d++) {
		MAILSTREAM *stream = mail_open(NIL, drivers[d], NIL);
		char *header = mail_fetchheader(stream, 2);
		char *text = mail_fetchtext(stream, 2), *part;

		text[1] = '\0';
		assert_string_equal(text, "o");
		text[1] = 'n';
		header[0] = 's';
		assert_string_equal(header, "subject: plain\r\n\r\n");
		assert_string_equal(text, wire(TEXT_2));
		part = mail_fetchbody(stream, 1, "2.1", NIL);
		part[0] = 'P';
		assert_string_equal(part, "Plain");
		assert_string_equal(mail_fetchbody(stream, 1, "2.1", NIL),
		    "plain");
		mail_close(stream);
	}
}

static STRINGLIST *
lines_of(char *first, char *second)
{
	STRINGLIST *lines = mail_newstringlist();

	cpytxt(&lines->text, first, strlen(first));
	if (second) {
		lines->next = mail_newstringlist();
		cpytxt(&lines->next->text, second, strlen(second));
	}
	return lines;
}

static void
test_header_lines(void **state)
{
	unsigned long len;

	(void)state;
	setup_box();
	for (size_t d = 0; d < COUNT(drivers); d++) {
		MAILSTREAM *stream = mail_open(NIL, drivers[d], NIL);
		STRINGLIST *some = lines_of("SUBJECT", "date");
		STRINGLIST *rest = lines_of("FROM", "content-TYPE");

		assert_string_equal(mail_fetch_header(stream, 1, NIL, some,
					&len, NIL),
		    "Subject: tea\r\n time\r\n"
		    "Date: Tue, 5 Mar 2024 09:01:02 +0000\r\n\r\n");
		assert_int_equal(len, 61);
		assert_string_equal(mail_fetch_header(stream, 1, "2", rest, NIL,
					FT_NOT),
		    "Subject: inner\r\n\r\n");
		assert_string_equal(mail_fetch_header(stream, 1, "2", some, NIL,
					FT_INTERNAL),
		    "Subject: inner\n\n");
		mail_free_stringlist(&some);
		mail_free_stringlist(&rest);
		mail_close(stream);
	}
}

static char gets_what[64];
static char gets_text[4096];
static unsigned long gets_first, gets_last;

static char *
gets_all(readfn_t f, void *stream, unsigned long size, GETS_DATA *md)
{
	assert_true(size < sizeof(gets_text));
	snprintf(gets_what, sizeof(gets_what), "%lu %s", md->msgno, md->what);
	gets_first = md->first;
	gets_last = md->last;
	(*f)(stream, size, gets_text);
	gets_text[size] = '\0';
	return "from gets";
}

static void
set_gets(mailgets_t routine)
{
	mail_parameters(NIL, SET_GETS, cc_fn_to_ptr((void (*)(void))routine));
}

static void
test_gets(void **state)
{
	unsigned long len;

	(void)state;
	setup_box();
	for (size_t d = 0; d < COUNT(drivers); d++) {
		MAILSTREAM *stream = mail_open(NIL, drivers[d], NIL);

		assert_true(TEST_IS_FATAL(mail_partial_text(stream, 1, NIL, 0,
		    0, NIL)));
		set_gets(gets_all);
		assert_string_equal(mail_fetch_text(stream, 2, NIL, &len, NIL),
		    "from gets");
		assert_string_equal(gets_what, "2 TEXT");
		assert_string_equal(gets_text, wire(TEXT_2));
		assert_int_equal(len, strlen(gets_text));
		assert_string_equal(mail_fetch_body(stream, 10, "2.1", &len,
					FT_UID),
		    "from gets");
		assert_string_equal(gets_what, "1 2.1");
		assert_string_equal(gets_text, "plain");
		assert_string_equal(mail_fetch_message(stream, 2, &len, NIL),
		    "from gets");
		assert_string_equal(gets_what, "2 ");
		assert_string_equal(mail_fetch_header(stream, 2, NIL, NIL, &len,
					NIL),
		    "Subject: plain\r\n\r\n");
		set_gets(NULL);
		mail_close(stream);
	}
}

static void
test_partial(void **state)
{
	static const struct {
		char *section;
		unsigned long first, last;
		const char *want; /* NULL: refused */
	} rows[] = {
		{ "2.1", 0, 0, "plain" },
		{ "2.1", 0, 2, "pl" },
		{ "2.1", 1, 3, "lai" },
		{ "2.1", 1, 4, "lain" },
		{ "2.1", 1, 5, "lain" },
		{ "2.1", 4, 0, "n" },
		{ "2.1", 5, 0, "" },
		{ "2.1", 6, 1, "" },
		{ "2.1", ULONG_MAX, ULONG_MAX, "" },
		{ "9", 0, 0, NULL },
	};

	(void)state;
	setup_box();
	for (size_t i = 0; i < COUNT(rows) * 2; i++) {
		MAILSTREAM *stream = mail_open(NIL, drivers[i % 2], NIL);
		const size_t c = i / 2;
		long ok;

		set_gets(gets_all);
		gets_text[0] = '\0';
		ok = mail_partial_body(stream, 1, rows[c].section,
		    rows[c].first, rows[c].last, FT_PEEK);
		assert_int_equal(ok, rows[c].want ? T : NIL);
		if (ok) {
			assert_string_equal(gets_text, rows[c].want);
			assert_int_equal(gets_first, rows[c].first);
			assert_int_equal(gets_last, rows[c].last);
		}
		assert_true(mail_partial_text(stream, 2, NIL, 3, 4, FT_PEEK));
		assert_string_equal(gets_text, "\r\n\r\n");
		assert_true(mail_partial_text(stream, 1, "3", 0, 6, FT_PEEK));
		assert_string_equal(gets_text, "single");
		set_gets(NULL);
		mail_close(stream);
	}
}

static void
test_string_struct(void **state)
{
	unsigned long len;
	char text[64];

	(void)state;
	setup_box();
	for (size_t d = 0; d < COUNT(drivers); d++) {
		MAILSTREAM *stream = mail_open(NIL, drivers[d], NIL);
		STRING *s = &stream->private.string;

		assert_null(mail_fetch_text(stream, 2, NIL, &len,
		    FT_RETURNSTRINGSTRUCT | FT_PEEK));
		assert_int_equal(SIZE(s), 12);
		assert_int_equal(len, 12);
		mail_read(s, 12, text);
		assert_memory_equal(text, wire(TEXT_2), 12);
		assert_null(mail_fetch_text(stream, 99, NIL, &len,
		    FT_RETURNSTRINGSTRUCT));
		assert_int_equal(SIZE(s), 0);
		mail_close(stream);
	}
}

static void
overview(MAILSTREAM *stream, unsigned long uid, OVERVIEW *ov,
    unsigned long msgno)
{
	char text[256];

	(void)stream;
	snprintf(text, sizeof(text), "%lu %lu %s %lu", uid, msgno,
	    ov->subject ? ov->subject : "NIL", ov->optional.octets);
	mem_call(text);
}

static void
test_overview(void **state)
{
	MAILSTREAM *stream;

	(void)state;
	setup_box();
	stream = mail_open(NIL, "mem:box", NIL);
	mem_forget();
	mail_fetch_overview(stream, "20:*", overview);
	assert_string_equal(mem_calls,
	    "ping\n20 2 plain 30\n30 3 NIL 66\n40 4 NIL 2\n");
	mem_forget();
	mail_fetch_overview_sequence(stream, "2", overview);
	assert_string_equal(mem_calls, "ping\n20 2 plain 30\n");
	mem_forget();
	mail_fetch_overview_sequence(stream, "5", overview);
	assert_string_equal(mem_calls, "");
	mail_close(stream);
}

static void
test_from_and_subject(void **state)
{
	MAILSTREAM *stream;
	char s[21];

	(void)state;
	setup_box();
	stream = mail_open(NIL, "mem:box", NIL);
	mail_fetchfrom(s, stream, 1, 20);
	assert_string_equal(s, "Ann Other           ");
	mail_fetchfrom(s, stream, 1, 3);
	assert_string_equal(s, "Ann");
	mail_fetchfrom(s, stream, 1, 0);
	assert_string_equal(s, "");
	mail_fetchfrom(s, stream, 2, 4);
	assert_string_equal(s, "    ");
	memset(s, 'x', sizeof(s));
	mail_fetchsubject(s, stream, 1, 20);
	assert_string_equal(s, "tea time");
	assert_int_equal(s[20], 0);
	mail_fetchsubject(s, stream, 1, 3);
	assert_string_equal(s, "tea");
	mail_fetchsubject(s, stream, 4, 20);
	assert_string_equal(s, " ");
	mail_close(stream);
}

/* The file is not what it was: octets are never replaced by others. */
static void
test_changed_file(void **state)
{
	struct mem_box *box = setup_box();
	MAILSTREAM *stream = mail_open(NIL, "mem:box", NIL);
	const struct mime_part *root;
	struct mail_reader reader;
	struct strbuf out;
	struct span span;

	(void)state;
	cc_strbuf_init(&out, 1024);
	box->changed = true;
	assert_int_equal(cc_mail_header(stream, 1, &out, &span), CC_ECHANGED);
	assert_int_equal(cc_mail_structure(stream, 1, &root), CC_ECHANGED);
	assert_int_equal(cc_mail_put_envelope(stream, 1, &out), CC_ECHANGED);
	assert_int_equal(cc_mail_put_body(stream, 1, true, &out), CC_ECHANGED);
	assert_int_equal(out.len, 0);
	assert_int_equal(cc_mail_read(stream, 1, MAIL_TEXT, &reader), 0);
	assert_int_equal(cc_mail_next(&reader, &span), CC_ECHANGED);
	assert_string_equal(mail_fetch_text(stream, 1, NIL, NIL, NIL), "");
	assert_null(mail_fetch_structure(stream, 1, NIL, NIL));
	assert_int_equal(test_callbacks.log_level, ERROR);
	cc_strbuf_free(&out);
	mail_close(stream);
}

static void
test_structure_is_kept(void **state)
{
	MAILSTREAM *stream;
	const struct mime_part *root, *again;

	(void)state;
	setup_box();
	stream = mail_open(NIL, "mem:box", NIL);
	assert_int_equal(cc_mail_structure(stream, 1, &root), 0);
	assert_int_equal(cc_mail_structure(stream, 1, &again), 0);
	assert_ptr_equal(root, again);
	assert_int_equal(root->type, TYPEMULTIPART);
	mail_expunged(stream, 1);
	mem_boxes[0].messages[0] = mem_boxes[0].messages[1];
	assert_int_equal(cc_mail_structure(stream, 1, &again), 0);
	assert_int_equal(again->type, TYPETEXT);
	assert_int_equal(cc_mail_structure(stream, 4, &again), CC_ENOENT);
	mail_close(stream);
}

/* CVE-2024-23185: a header has an end, for us if not for its sender. */
static void
test_cve_2024_23185_huge_header(void **state)
{
	struct mem_box *box = mem_setup();
	size_t len = CC_HEADER_MAX + 1000;
	char *header = malloc(len + 1);
	struct strbuf out, line;
	MAILSTREAM *stream;
	struct span span;

	(void)state;
	memset(header, 'x', len);
	memcpy(header, "Subject: y\nX: ", 14);
	memcpy(header + len - 2, "\n\n", 3);
	mem_add(box, fOLD, header, "text\n");
	box->span = 60000;
	stream = mail_open(NIL, "mem:box", NIL);
	cc_strbuf_init(&out, CC_HEADER_MAX);
	cc_strbuf_init(&line, 65536);
	assert_int_equal(cc_mail_header(stream, 1, &out, &span), 0);
	assert_int_equal(span.len, CC_HEADER_MAX);
	assert_int_equal(cc_mail_put_envelope(stream, 1, &line), 0);
	assert_non_null(strstr(line.data, "\"y\""));
	assert_string_equal(mail_fetch_structure(stream, 1, NIL, NIL)->subject,
	    "y");
	cc_strbuf_free(&out);
	cc_strbuf_free(&line);
	mail_close(stream);
	free(header);
}

static void
test_watch(void **state)
{
	MAILSTREAM *mem, *old;

	(void)state;
	setup_box();
	mem = mail_open(NIL, "mem:box", NIL);
	old = mail_open(NIL, "old:box", NIL);
	assert_string_equal(cc_mail_watch(mem), "/mem");
	assert_null(cc_mail_watch(old));
	assert_int_equal(cc_mail_newline(mem), MIME_LF);
	assert_int_equal(cc_mail_newline(old), MIME_CRLF);
	mail_close(mem);
	mail_close(old);
}

static void
test_filter(void **state)
{
	char text[] = "A: 1\r\nB: 2\r\n 3\r\nC: 4\r\n\r\n!";
	STRINGLIST *lines = lines_of("b", NULL);
	unsigned long len = mail_filter(text, sizeof(text) - 2, lines, NIL);

	(void)state;
	assert_string_equal(text, "B: 2\r\n 3\r\n\r\n");
	assert_int_equal(len, 12);
	len = mail_filter(text, len, lines, FT_NOT);
	assert_string_equal(text, "\r\n");
	assert_int_equal(len, 2);
	mail_free_stringlist(&lines);
}

static void
test_match_lines(void **state)
{
	STRINGLIST *a = lines_of("A", NULL), *ab = lines_of("b", "a");

	(void)state;
	assert_true(mail_match_lines(a, NIL, NIL));
	assert_true(mail_match_lines(NIL, NIL, NIL));
	assert_true(mail_match_lines(a, ab, NIL));
	assert_false(mail_match_lines(ab, a, NIL));
	assert_false(mail_match_lines(NIL, a, NIL));
	assert_false(mail_match_lines(a, ab, FT_NOT));
	mail_free_stringlist(&a);
	mail_free_stringlist(&ab);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_extents),
		cmocka_unit_test(test_both_ways_agree),
		cmocka_unit_test(test_envelope_on_the_wire),
		cmocka_unit_test(test_envelope_and_body),
		cmocka_unit_test(test_short_cache_keeps_one),
		cmocka_unit_test(test_seen),
		cmocka_unit_test(test_texts_are_writable),
		cmocka_unit_test(test_header_lines),
		cmocka_unit_test(test_gets),
		cmocka_unit_test(test_partial),
		cmocka_unit_test(test_string_struct),
		cmocka_unit_test(test_overview),
		cmocka_unit_test(test_from_and_subject),
		cmocka_unit_test(test_changed_file),
		cmocka_unit_test(test_structure_is_kept),
		cmocka_unit_test(test_cve_2024_23185_huge_header),
		cmocka_unit_test(test_watch),
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_match_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
