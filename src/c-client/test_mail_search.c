/*
 * test_mail_search.c - searching: every key of RFC 3501 and RFC 5032 on both
 * kinds of driver, with texts in pieces, charsets and encodings; the functions
 * of the API on texts.
 */
#include <time.h>

#include "mail_finder.h"
#include "test_driver.h"
#include "test_imap_search.h"
#include "utf8aux.h"

#define LONG_LINE "0123456789 0123456789 0123456789 0123456789 0123456789"

static void
add_plain(struct mem_box *box)
{
	struct mem_message *m;

	m = mem_add(box, fSEEN | fANSWERED | fOLD,
	    "From: Ann \"The\" Other <ann@example.com>\n"
	    "X-Hidden: walrus\n"
	    "To: Bo <bo@example.com>,\n\tchris@example.org\n"
	    "Subject: tea\n time\n"
	    "Date: Tue, 5 Mar 2024 23:30:00 -0800 (PST)\n"
	    "Message-ID: <1@example.com>\n\n",
	    "A small walrus,\nand a Cat.\n");
	m->keywords = 1;
	m = mem_add(box, fDELETED | fDRAFT | fOLD,
	    "from: =?iso-8859-1?Q?J=F6rg_?= =?utf-8?B?TcO8bGxlcg==?= <j@x>\n"
	    "Cc: \"Doe, \\\"J\\\"\" <doe@example.com>\n"
	    "Subject: =?utf-8?Q?Gr=C3=BC?= =?utf-8?Q?=C3=9Fe?=\n"
	    "Date: 1 Feb 94 00:00:01 +0000\n"
	    "Content-Type: text/plain; charset=iso-8859-1\n\n",
	    "Der W\344chter\nsucht.\n");
	m->date = (struct imap_date){ 757382399, -60 }; /* 31-Dec-1993 */
	m = mem_add(box, fFLAGGED,
	    "Bcc: Secret <s@example.com>\n"
	    "Subject :\n"
	    "References: <1@example.com>\n"
	    "Content-Type: text/plain; charset=utf-8\n"
	    "Content-Transfer-Encoding: base64\n\n",
	    "RGVyIFfDpGNo\ndGVyIHdhbHJ1cyBsaW5lDQp3YXZlDQo=\n");
	m->date.time = (int64_t)time(NULL) - 100;
}

static void
add_multipart(struct mem_box *box)
{
	mem_add(box, fOLD,
	    "Subject: parts\n"
	    "Date: nonsense\n"
	    "Content-Type: multipart/mixed; boundary=b\n\n",
	    "preamble\n--b\n\n"
	    "first part\n--b\n"
	    "Content-Type: text/html\n"
	    "Content-Transfer-Encoding: quoted-printable\n"
	    "Content-Description: mimefield\n\n"
	    "<p>quoted=\n=20print=61ble " LONG_LINE "</p>\n--b\n"
	    "Content-Type: application/octet-stream\n\n"
	    "binaryword\n--b\n"
	    "Content-Type: message/rfc822\n\n"
	    "From: inner@example.com\n"
	    "Subject: innersubject\n"
	    "Content-Type: text/plain; charset=koi8-r\n\n"
	    "\360\322\311\327\305\324\n--b--\nepilogue\n");
	mem_add(box, fOLD, "Content-Type: image/png\n\n", "pngword\n");
	mem_add(box, fOLD,
	    "Subject: not encoded \303\244 in UTF-8\n"
	    "Content-Type: text/plain; charset=x-nobody-knows\n\n",
	    "unknown \303\204rger\n");
	mem_add(box, fOLD, "\n", "");
}

/* The keys, the messages that have them. */
static const struct {
	const char *keys, *hits;
} cases[] = {
	{ "ALL", "1 2 3 4 5 6 7" },
	{ "NOT ALL", "" },
	{ "SEEN", "1" },
	{ "UNSEEN", "2 3 4 5 6 7" },
	{ "ANSWERED", "1" },
	{ "UNANSWERED DELETED", "2" },
	{ "UNDELETED DRAFT", "" },
	{ "UNDRAFT", "1 3 4 5 6 7" },
	{ "FLAGGED", "3" },
	{ "UNFLAGGED SEEN", "1" },
	{ "NEW", "3" },
	{ "RECENT", "3" },
	{ "OLD", "1 2 4 5 6 7" },
	{ "SEEN UNSEEN", "" },
	{ "KEYWORD Work", "1" },
	{ "KEYWORD WORK", "1" },
	{ "KEYWORD unknown", "" },
	{ "UNKEYWORD work", "2 3 4 5 6 7" },
	{ "UNKEYWORD unknown", "1 2 3 4 5 6 7" },
	{ "2:3,6", "2 3 6" },
	{ "*", "7" },
	{ "99", "" },
	{ "99:*", "7" },
	{ "99:98", "" },
	{ "5:2", "2 3 4 5" },
	{ "UID 10", "1" },
	{ "UID 11:19", "" },
	{ "UID 15:35", "2 3" },
	{ "UID *", "7" },
	{ "UID 4294967294", "" },
	{ "UID 100:*", "7" },
	{ "1:4 2:9 3,8", "3" },
	{ "UID 1:40 NOT UID 20", "1 3 4" },
	{ "OR 1 OR 3 5", "1 3 5" },
	{ "OR OR 1 3 5", "1 3 5" },
	{ "NOT (1:4 2:9)", "1 5 6 7" },
	{ "NOT OR 1 2", "3 4 5 6 7" },
	{ "NOT NOT 4", "4" },
	{ "OR (SEEN 1) (UNSEEN 3)", "1 3" },
	/* internal dates as they were written: 31-Dec-1993 22:59 -0100 */
	{ "ON 5-Mar-2024", "1 4 5 6 7" },
	{ "BEFORE 5-Mar-2024", "2" },
	{ "BEFORE 1-Jan-1994", "2" },
	{ "ON 31-Dec-1993", "2" },
	{ "SINCE 6-Mar-2024", "3" },
	{ "SINCE 5-Mar-2024", "1 3 4 5 6 7" },
	{ "YOUNGER 3600", "3" },
	{ "OLDER 3600", "1 2 4 5 6 7" },
	{ "OLDER 50 YOUNGER 200", "3" },
	{ "SENTON 5-Mar-2024", "1" },
	{ "SENTON 6-Mar-2024", "" },
	{ "SENTBEFORE 2-Feb-1994", "2" },
	{ "SENTSINCE 1-Feb-1994", "1 2" },
	{ "NOT SENTSINCE 1-Feb-1994", "3 4 5 6 7" },
	{ "SMALLER 3", "7" },
	{ "SMALLER 2", "" },
	{ "LARGER 500", "4" },
	{ "LARGER 33 SMALLER 37", "5" },
	{ "FROM ann", "1" },
	{ "FROM \"Ann The Other\"", "1" },
	{ "FROM \"other <ann@\"", "1" },
	{ "FROM \"\"", "1 2" },
	{ "FROM {3}\r\nj\303\266", "2" },
	{ "FROM \"jorg muller\"", "" },
	{ "FROM {11}\r\nJ\303\226RG M\303\274ll", "2" },
	{ "FROM utf-8", "" },
	{ "FROM inner", "" },
	{ "TO bo", "1" },
	{ "TO CHRIS", "1" },
	{ "TO ann", "" },
	{ "CC doe", "2" },
	{ "CC {8}\r\nDoe, \"J\"", "2" },
	{ "BCC secret", "3" },
	{ "SUBJECT \"tea time\"", "1" },
	{ "SUBJECT {7}\r\ngr\303\274\303\237e", "2" },
	{ "SUBJECT \"\"", "1 2 3 4 6" },
	{ "SUBJECT {2}\r\n\303\204", "6" },
	{ "SUBJECT parts SUBJECT art", "4" },
	{ "SUBJECT parts SUBJECT tea", "" },
	{ "HEADER Subject parts", "4" },
	{ "HEADER Subj parts", "" },
	{ "HEADER message-id \"\"", "1" },
	{ "HEADER MESSAGE-ID 1@", "1" },
	{ "HEADER References <1@example.com>", "3" },
	{ "HEADER \"\" \"\"", "" },
	{ "HEADER \"Subject:\" \"\"", "" },
	{ "HEADER X-Hidden \"\"", "" },
	{ "BODY walrus", "1 3" },
	{ "BODY WALRUS", "1 3" },
	{ "BODY \"\"", "1 2 3 4 6 7" },
	{ "BODY tea", "" },
	{ "BODY ann", "" },
	{ "BODY {6}\r\n,\r\nand", "1" },
	{ "BODY {8}\r\nline\r\nwa", "3" },
	{ "BODY {8}\r\nw\303\244chter", "2 3" },
	{ "BODY wachter", "" },
	{ "BODY {13}\r\nW\303\204CHTER WALR", "3" },
	{ "BODY {6}\r\n\303\244rges", "" },
	{ "BODY {6}\r\n\303\244rger", "6" },
	{ "BODY preamble", "" },
	{ "BODY \"first part\"", "4" },
	{ "BODY \"quoted printable\"", "4" },
	{ "BODY \"" LONG_LINE "\"", "4" },
	{ "BODY binaryword", "" },
	{ "BODY pngword", "" },
	{ "BODY mimefield", "" },
	{ "BODY innersubject", "" },
	{ "BODY {12}\r\n\320\277\321\200\320\270\320\262\320\265\321\202",
	    "4" },
	{ "BODY walrus BODY small", "1" },
	{ "OR BODY small BODY first", "1 4" },
	{ "NOT BODY walrus", "2 4 5 6 7" },
	{ "TEXT walrus", "1 3" },
	{ "TEXT \"tea time\"", "1" },
	{ "TEXT ann@example.com", "1" },
	{ "TEXT example", "1 2 3 4" },
	{ "TEXT mimefield", "4" },
	{ "TEXT innersubject", "4" },
	{ "TEXT inner@", "4" },
	{ "TEXT Message-ID", "1" },
	{ "TEXT {7}\r\nGR\303\234\303\237E", "2" },
	{ "TEXT iso-8859", "2" },
	{ "TEXT =?iso", "" },
	{ "TEXT {9}\r\nJ\303\266rg M\303\274", "2" },
	{ "TEXT \"\"", "1 2 3 4 5 6 7" },
	{ "TEXT image", "5" },
	{ "TEXT pngword", "" },
	{ "TEXT binaryword", "" },
	{ "TEXT walrus TEXT cat TEXT tea", "1" },
	{ "TEXT walrus NOT FROM ann", "3" },
	{ "OR FROM ann (BODY walrus SINCE 1-Jan-2024)", "1 3" },
	{ "UNSEEN OR (TEXT parts LARGER 9) (NOT TEXT a)", "4 7" },
};

static SEARCHPGM *
program(const char *keys)
{
	struct cursor c = cc_cursor(cc_span_z(keys));
	SEARCHPGM *pgm = NIL;
	struct arena a;

	cc_arena_init(&a, 10000);
	if (cc_imap_parse_search(&c, test_astring, &a, &pgm) != 0 ||
	    !cc_cursor_at_end(&c))
		fail_msg("%s: no program", keys);
	cc_arena_free(&a);
	return pgm;
}

static void
put_searched(char *out, size_t size)
{
	size_t n = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < test_callbacks.searched.count; i++)
		n += (size_t)snprintf(out + n, size - n, "%s%lu", i ? " " : "",
		    test_callbacks.searched.number[i]);
}

static struct mem_box *
setup(void)
{
	struct mem_box *box = mem_setup();

	box->keyword = "Work";
	add_plain(box);
	add_multipart(box);
	return box;
}

static void
check_all(MAILSTREAM *stream)
{
	char hits[80];

	for (size_t i = 0; i < COUNT(cases); i++) {
		test_callbacks_reset();
		assert_int_equal(mail_search_full(stream, "UTF-8",
				     program(cases[i].keys), SE_FREE),
		    LONGT);
		put_searched(hits, sizeof(hits));
		if (strcmp(hits, cases[i].hits) != 0)
			fail_msg("%s: got \"%s\", want \"%s\"", cases[i].keys,
			    hits, cases[i].hits);
		assert_int_equal(test_callbacks.logs, 0);
	}
}

static void
test_keys(void **state)
{
	static char *const names[] = { "mem:box", "old:box" };
	static const size_t spans[] = { 0, 1, 3, 17 };

	(void)state;
	for (size_t n = 0; n < COUNT(names); n++) {
		for (size_t s = 0; s < COUNT(spans); s++) {
			struct mem_box *box = setup();
			MAILSTREAM *stream;

			box->span = spans[s];
			stream = mail_open(NIL, names[n], NIL);
			assert_non_null(stream);
			check_all(stream);
			/* Nobody has read a message. */
			assert_int_equal(box->messages[2].flags, fFLAGGED);
			mail_close(stream);
		}
	}
}

static void
test_marks(void **state)
{
	MAILSTREAM *stream;
	char hits[80];

	(void)state;
	setup();
	stream = mail_open(NIL, "mem:box", NIL);
	mail_search_full(stream, NIL, program("1:2"), SE_FREE);
	assert_true(mail_elt(stream, 1)->searched);
	assert_true(mail_elt(stream, 2)->searched);
	mail_search_full(stream, NIL, program("2:3"), SE_FREE);
	assert_false(mail_elt(stream, 1)->searched);
	assert_true(mail_elt(stream, 3)->searched);
	mail_search_full(stream, NIL, program("1"), SE_FREE | SE_RETAIN);
	assert_true(mail_elt(stream, 1)->searched);
	assert_true(mail_elt(stream, 3)->searched);
	test_callbacks_reset();
	mail_search_full(stream, NIL, program("5:6"), SE_FREE | SE_UID);
	put_searched(hits, sizeof(hits));
	assert_string_equal(hits, "50 60");
	assert_false(mail_elt(stream, 1)->searched);
	assert_false(mail_elt(stream, 5)->searched);
	stream->silent = T;
	test_callbacks_reset();
	mail_search_full(stream, NIL, program("7"), SE_FREE);
	assert_int_equal(test_callbacks.searched.count, 0);
	assert_true(mail_elt(stream, 7)->searched);
	mail_search_full(stream, NIL, program("7"), SE_FREE | SE_UID);
	assert_int_equal(test_callbacks.searched.count, 1);
	mail_close(stream);
}

/* Elts are made for hits only. */
static void
test_no_elts(void **state)
{
	MAILSTREAM *stream;

	(void)state;
	setup();
	stream = mail_open(NIL, "mem:box", NIL);
	mail_search_full(stream, NIL,
	    program("OR TEXT nowhere OR BEFORE 1-Jan-1980 LARGER 999999"),
	    SE_FREE);
	assert_null(stream->cache);
	mail_close(stream);
}

static void
test_refused(void **state)
{
	MAILSTREAM *stream;
	struct mem_box *box = setup();
	SEARCHPGM *pgm = program("ALL");

	(void)state;
	stream = mail_open(NIL, "mem:box", NIL);
	assert_int_equal(mail_search_full(stream, NIL, NIL, SE_FREE), NIL);
	assert_int_equal(mail_search_full(NIL, NIL, pgm, SE_FREE), NIL);
	assert_int_equal(mail_search_msg(stream, 1, NIL, NIL), NIL);
	assert_int_equal(test_callbacks.logs, 0);
	assert_int_equal(mail_search_full(stream, "X-NONE", program("ALL"),
			     SE_FREE),
	    NIL);
	assert_int_equal(test_callbacks.logs, 1);
	assert_memory_equal(test_callbacks.log, "[BADCHARSET (", 13);
	box->text_changed = true;
	test_callbacks_reset();
	assert_int_equal(mail_search_full(stream, NIL, program("BODY x"),
			     SE_FREE),
	    NIL);
	assert_int_equal(test_callbacks.logs, 1);
	assert_int_equal(test_callbacks.log_level, ERROR);
	mail_close(stream);
}

/* Strings of the program in other charsets. */
static void
test_charsets(void **state)
{
	static const struct {
		char *charset;
		const char *keys, *hits;
	} rows[] = {
		{ "ISO-8859-1", "BODY {7}\r\nw\344chter", "2 3" },
		{ "utf-7", "BODY W+AOQ-chter", "2 3" },
		{ "KOI8-R", "BODY {6}\r\n\320\322\311\327\305\324", "4" },
		{ "US-ASCII", "BODY walrus", "1 3" },
		{ NULL, "BODY {8}\r\nw\303\244chter", "2 3" },
		{ "", "BODY walrus", "1 3" },
	};
	MAILSTREAM *stream;
	char hits[80];

	(void)state;
	setup();
	stream = mail_open(NIL, "mem:box", NIL);
	for (size_t i = 0; i < COUNT(rows); i++) {
		test_callbacks_reset();
		mail_search_full(stream, rows[i].charset, program(rows[i].keys),
		    SE_FREE);
		put_searched(hits, sizeof(hits));
		assert_string_equal(hits, rows[i].hits);
	}
	mail_close(stream);
}

static void
test_sections(void **state)
{
	static const struct {
		unsigned long msgno;
		char *section;
		const char *keys;
		bool want;
	} rows[] = {
		{ 1, NULL, "FROM ann", true },
		{ 1, "", "FROM ann", true },
		{ 1, "1", "BODY walrus", true },
		{ 1, "2", "BODY walrus", false },
		{ 4, "4", "FROM inner", true },
		{ 4, "4", "FROM ann", false },
		{ 4, "4", "SUBJECT innersubject", true },
		{ 4, "4", "TEXT innersubject", true },
		{ 4, "4", "BODY innersubject", false },
		{ 4, "4", "BODY \"first part\"", false },
		{ 4, "1", "BODY \"first part\"", true },
		{ 4, "4.1", "SUBJECT innersubject", false },
		{ 4, "x", "ALL", false },
		{ 4, "9", "ALL", false },
		{ 4, "1.", "ALL", false },
		{ 0, NULL, "ALL", false },
		{ 8, NULL, "ALL", false },
		{ 8, "1", "ALL", false },
	};
	static char *const names[] = { "mem:box", "old:box" };

	(void)state;
	for (size_t n = 0; n < COUNT(names); n++) {
		MAILSTREAM *stream;

		setup();
		stream = mail_open(NIL, names[n], NIL);
		for (size_t i = 0; i < COUNT(rows); i++) {
			SEARCHPGM *pgm = program(rows[i].keys);

			assert_int_equal(mail_search_msg(stream, rows[i].msgno,
					     rows[i].section, pgm),
			    rows[i].want);
			mail_free_searchpgm(&pgm);
		}
		mail_close(stream);
	}
}

/* Fields that have places of their own in SEARCHPGM. */
static void
test_fields(void **state)
{
	STRINGLIST one = { .text = { (unsigned char *)"1@EXAMPLE", 9 } };
	SEARCHPGM pgm = { .message_id = &one };
	MAILSTREAM *stream;

	(void)state;
	setup();
	stream = mail_open(NIL, "mem:box", NIL);
	assert_int_equal(mail_search_msg(stream, 1, NIL, &pgm), LONGT);
	assert_int_equal(mail_search_msg(stream, 3, NIL, &pgm), NIL);
	pgm = (SEARCHPGM){ .references = &one };
	assert_int_equal(mail_search_msg(stream, 3, NIL, &pgm), LONGT);
	pgm = (SEARCHPGM){ .sender = &one };
	assert_int_equal(mail_search_msg(stream, 1, NIL, &pgm), NIL);
	mail_close(stream);
}

/* A mailbox of LF lines is sent without any CR, and searched as it is sent. */
static void
test_lone_cr(void **state)
{
	static const struct {
		const char *keys, *hits;
	} rows[] = {
		{ "BODY word", "1 2 3 4" },
		{ "BODY {5}\r\nwo\rrd", "1 2 3 4" },
		{ "TEXT wo NOT TEXT word", "" },
		{ "BODY \"end next\"", "1" },
		{ "BODY {9}\r\nend\r\nnext", "" },
		{ "BODY {9}\r\nword\r\nend", "1" },
		{ "BODY {11}\r\nw\303\244chter es", "1" },
		{ "TEXT mimefield", "4" },
		{ "TEXT innersubject", "4" },
		{ "SUBJECT subject", "2" },
		{ "TEXT subjects", "2" },
		{ "BODY absent", "" },
	};
	static const size_t spans[] = { 0, 1, 2, 3, 17 };
	char hits[80];

	(void)state;
	for (size_t s = 0; s < COUNT(spans); s++) {
		struct mem_box *box = mem_setup();
		MAILSTREAM *stream;

		box->span = spans[s];
		mem_add(box, 0, "Content-Type: text/plain; charset=utf-8\n\n",
		    "wo\rrd\nend\r next\n w\303\244ch\rt\r\rer \res\r");
		mem_add(box, 0,
		    "Subject: sub\rjects\n"
		    "Content-Transfer-Encoding: quoted-printable\n\n",
		    "w=6\rfr=\r\nd\r=\n\r");
		mem_add(box, 0, "Content-Transfer-Encoding: base64\n\n",
		    "d2\r9\ry\rZA=\r=\n");
		mem_add(box, 0, "Content-Type: multipart/mixed; boundary=b\n\n",
		    "--b\nContent-Description: mime\rfield\n\n"
		    "\rw\ror\rd\n--b\n"
		    "Content-Type: message/rfc822\n\n"
		    "Subject: inner\rsubject\n\n\n--b--\n");
		stream = mail_open(NIL, "mem:box", NIL);
		for (size_t i = 0; i < COUNT(rows); i++) {
			test_callbacks_reset();
			mail_search_full(stream, "UTF-8", program(rows[i].keys),
			    SE_FREE);
			put_searched(hits, sizeof(hits));
			if (strcmp(hits, rows[i].hits) != 0)
				fail_msg("%s: got \"%s\", want \"%s\"",
				    rows[i].keys, hits, rows[i].hits);
		}
		mail_close(stream);
	}
}

/* ------------------------------------------------------------- texts alone */

static STRINGLIST *
strings(const char *a, const char *b)
{
	STRINGLIST *st = mail_newstringlist();

	st->text.data = (unsigned char *)cpystr(a);
	st->text.size = strlen(a);
	if (b)
		st->next = strings(b, NULL);
	return st;
}

static void
test_headers(void **state)
{
	static const struct {
		char *text;
		const char *a, *b;
		bool want;
	} rows[] = {
		{ "Hello World", "hello", NULL, true },
		{ "Hello World", "hello", "WORLD", true },
		{ "Hello World", "hello", "moon", false },
		{ "=?utf-8?Q?Gr=C3=BC?= =?utf-8?Q?=C3=9Fe?=",
		    "gr\303\274\303\237e", NULL, true },
		{ "", "x", NULL, false },
		{ "x", "", NULL, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		STRINGLIST *st = strings(rows[i].a, rows[i].b);

		assert_int_equal(mail_search_header_text(rows[i].text, st),
		    rows[i].want);
		mail_free_stringlist(&st);
	}
	assert_int_equal(mail_search_header_text(NIL, NIL), NIL);
}

static void
test_addresses(void **state)
{
	ADDRESS bo = { .personal = "=?iso-8859-1?Q?B=F6?=",
		.mailbox = "bo",
		.host = "example.com" };
	ADDRESS ann = { .mailbox = "ann", .host = "example.org", .next = &bo };
	STRINGLIST *st = strings("ann@example.org", "b\303\266 <bo@");

	(void)state;
	assert_int_equal(mail_search_addr(&ann, st), LONGT);
	assert_int_equal(mail_search_addr(&bo, st), NIL);
	assert_int_equal(mail_search_addr(NIL, st), NIL);
	mail_free_stringlist(&st);
}

static void
test_strings(void **state)
{
	SIZEDTEXT text = { (unsigned char *)"one tw\366 three", 13 };
	STRINGLIST *all = strings("tw\303\266", "four"), *second = all->next;
	STRINGLIST *st = all, first = *all;

	(void)state;
	assert_int_equal(mail_search_string(&text, "iso-8859-1", &st), NIL);
	assert_ptr_equal(st, second);
	fs_give((void **)&first.text.data);
	text = (SIZEDTEXT){ (unsigned char *)"FOUR", 4 };
	first = *second;
	assert_int_equal(mail_search_string_work(&text, &st), LONGT);
	assert_null(st);
	fs_give((void **)&first.text.data);
	assert_int_equal(mail_search_string_work(&text, &st), LONGT);
}

static void
test_bodies(void **state)
{
	static const struct {
		const char *a, *b;
		long flags;
		bool want;
	} rows[] = {
		{ "first part", NULL, NIL, true },
		{ "first part", "quoted printable", NIL, true },
		{ "first part", "nowhere", NIL, false },
		{ "innersubject", NULL, NIL, false },
		{ "innersubject", NULL, LONGT, true },
		{ "\320\277\321\200\320\270\320\262\320\265\321\202", "first",
		    NIL, true },
		{ "binaryword", NULL, LONGT, false },
	};
	MAILSTREAM *stream;
	BODY *body = NIL;

	(void)state;
	setup();
	stream = mail_open(NIL, "mem:box", NIL);
	mail_fetch_structure(stream, 4, &body, NIL);
	assert_non_null(body);
	for (size_t i = 0; i < COUNT(rows); i++) {
		STRINGLIST *st = strings(rows[i].a, rows[i].b);
		STRINGLIST *copy = strings(rows[i].a, rows[i].b);

		assert_int_equal(mail_search_text(stream, 4, NIL, st,
				     rows[i].flags),
		    rows[i].want);
		stream->private.search.string = copy;
		for (STRINGLIST *s = copy, *t = st; s; s = s->next) {
			fs_give((void **)&s->text.data);
			s->text = t->text;
			t = t->next;
		}
		assert_int_equal(mail_search_body(stream, 4, body, NIL, 0,
				     rows[i].flags),
		    rows[i].want);
		while ((copy = stream->private.search.string) != NIL) {
			stream->private.search.string = copy->next;
			fs_give((void **)&copy);
		}
		mail_free_stringlist(&st);
	}
	mail_close(stream);
}

static long
read_some(void *stream, unsigned long size, char *buffer)
{
	const char **from = stream;

	memcpy(buffer, *from, size);
	*from += size;
	return LONGT;
}

static void
test_gets(void **state)
{
	static char text[200000];
	MAILSTREAM stream = { 0 };
	GETS_DATA md = { .stream = &stream };
	STRINGLIST *st = strings("border", "none"), node = *st;
	const char *from = text;

	(void)state;
	memset(text, '.', sizeof(text));
	memcpy(text + 65536 - 3, "bOrDeR", 6);
	stream.private.search.string = st;
	assert_null(mail_search_gets(read_some, &from, sizeof(text), &md));
	assert_int_equal(stream.private.search.result, NIL);
	assert_string_equal(stream.private.search.string->text.data, "none");
	memcpy(text + sizeof(text) - 4, "NONE", 4);
	from = text;
	st = stream.private.search.string;
	fs_give((void **)&node.text.data);
	node = *st;
	assert_null(mail_search_gets(read_some, &from, sizeof(text), &md));
	assert_int_equal(stream.private.search.result, LONGT);
	assert_null(stream.private.search.string);
	fs_give((void **)&node.text.data);
}

static void
test_keywords(void **state)
{
	STRINGLIST *work = strings("WORK", NULL), *other = strings("x", NULL);
	STRINGLIST *both = strings("work", "x");
	MAILSTREAM *stream;

	(void)state;
	setup();
	stream = mail_open(NIL, "mem:box", NIL);
	for (unsigned long i = 1; i <= 2; i++) {
		MESSAGECACHE *elt = mail_elt(stream, i);

		assert_int_equal(mail_search_keyword(stream, elt, work, LONGT),
		    i == 1);
		assert_int_equal(mail_search_keyword(stream, elt, work, NIL),
		    i == 2);
		assert_int_equal(mail_search_keyword(stream, elt, other, LONGT),
		    NIL);
		assert_int_equal(mail_search_keyword(stream, elt, other, NIL),
		    LONGT);
		assert_int_equal(mail_search_keyword(stream, elt, both, LONGT),
		    NIL);
	}
	mail_free_stringlist(&work);
	mail_free_stringlist(&other);
	mail_free_stringlist(&both);
	mail_close(stream);
}

/* --------------------------------------------------------------- criteria */

static void
test_criteria(void **state)
{
	static const struct {
		char *in;
		const char *out, *log;
	} rows[] = {
		{ "ALL", "ALL", "" },
		{ "", "ALL", "" },
		{ " unseen  deleted ", "DELETED UNSEEN", "" },
		{ "NEW OLD", "OLD RECENT UNSEEN", "" },
		{ "from bo TO \"a \\\"b\" cc {3}\r\nx y BODY z",
		    "BODY z CC \"x y\" FROM bo TO {4}\r\na \"b", "" },
		{ "KEYWORD a UNKEYWORD b TEXT c SUBJECT d BCC e",
		    "BCC e KEYWORD a SUBJECT d TEXT c UNKEYWORD b", "" },
		{ "SINCE 1-Feb-1994 BEFORE \"2-Feb-1994\" ON 3-Feb-1994",
		    "BEFORE 2-Feb-1994 ON 3-Feb-1994 SINCE 1-Feb-1994", "" },
		{ "ANSWERED FLAGGED RECENT SEEN UNANSWERED UNDELETED UNFLAGGED",
		    "ANSWERED FLAGGED RECENT SEEN UNANSWERED UNDELETED "
		    "UNFLAGGED",
		    "" },
		{ "BOGUS", NULL, "Unknown search criterion: BOGUS" },
		{ "SEEN bogus x", NULL, "Unknown search criterion: bogus" },
		{ "OR SEEN OLD", NULL, "Unknown search criterion: OR" },
		{ "NOT SEEN", NULL, "Unknown search criterion: NOT" },
		{ "FROM", NULL, "Unknown search criterion: FROM" },
		{ "FROM \"x", NULL, "Unknown search criterion: FROM" },
		{ "FROM \"x\"y", NULL, "Unknown search criterion: FROM" },
		{ "FROM {9}\r\nx", NULL, "Unknown search criterion: FROM" },
		{ "SINCE x", NULL, "Unknown search criterion: SINCE" },
		{ "SINCE", NULL, "Unknown search criterion: SINCE" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		SEARCHPGM *pgm;
		struct strbuf out;

		test_callbacks_reset();
		pgm = mail_criteria(rows[i].in);
		assert_string_equal(test_callbacks.log, rows[i].log);
		assert_int_equal(pgm == NULL, rows[i].out == NULL);
		if (!pgm)
			continue;
		cc_strbuf_init(&out, 1000);
		cc_imap_put_search(&out, pgm);
		assert_string_equal(out.data, rows[i].out);
		cc_strbuf_free(&out);
		mail_free_searchpgm(&pgm);
	}
	assert_null(mail_criteria(NIL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_no_elts),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_charsets),
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_lone_cr),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_gets),
		cmocka_unit_test(test_keywords),
		cmocka_unit_test(test_criteria),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
