/*
 * test_mail_fetch.c - octets of messages and their parts, through the public
 * calls and through the inner door, with both kinds of driver.
 */
#include <limits.h>

#include "cc_limits.h"
#include "test_mail_fetch.h"

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
		cmocka_unit_test(test_seen),
		cmocka_unit_test(test_texts_are_writable),
		cmocka_unit_test(test_header_lines),
		cmocka_unit_test(test_string_struct),
		cmocka_unit_test(test_watch),
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_match_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
