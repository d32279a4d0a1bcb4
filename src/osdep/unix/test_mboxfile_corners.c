/*
 * test_mboxfile_corners.c - corners of the mailbox file format that no other
 * test has (docs/formats/corners.md lists them all): what one session leaves,
 * the next one goes on with.
 */
#include "mail_string.h"
#include "test_unix.h"

/* The change of flags of the vectors, as the original toolkit made it. */
static void
test_vector_store(void **state)
{
	char set[] = "\\Seen Work";
	MAILSTREAM *s;

	(void)state;
	begin();
	box_from("tests/vectors/steps/unix/1-append");
	s = open_box(NIL);
	mail_flag(s, "2", set, ST_SET);
	mail_check(s);
	mail_close(s);
	box_is_file("tests/vectors/steps/unix/2-store");
	end();
}

/* Each session that changes a flag goes on with what the last one left: the
 * message must not grow, and no NUL may come into it. */
static void
test_no_separator_three_sessions(void **state)
{
	static const char *const ends[] = { "", "\n", "\n\n" };
	static const char *const sets[] = { "\\Flagged", "\\Answered New",
		"\\Seen" };

	(void)state;
	for (size_t e = 0; e < COUNT(ends); e++) {
		struct strbuf b, text;

		begin();
		cc_strbuf_init(&text, 1000);
		cc_strbuf_printf(&text, "%s%s%s",
		    FROM "Subject: a\n\none\n\n" FROM2 "Subject: b\n\n", "two",
		    ends[e]);
		box(cc_strbuf_str(&text));
		for (size_t i = 0; i < COUNT(sets); i++) {
			MAILSTREAM *s = open_box(NIL);

			assert_int_equal(s->nmsgs, 2);
			expect_text(s, 1, "one\n");
			expect_text(s, 2, e || i ? "two\n" : "two");
			mail_flag(s, "2", (char *)sets[i], ST_SET);
			mail_check(s);
			mail_close(s);
			box_read(&b);
			assert_null(memchr(b.data, '\0', b.len));
			assert_int_equal(b.data[b.len - 1], '\n');
			cc_strbuf_free(&b);
		}
		cc_strbuf_free(&text);
		end();
	}
}

/* Files that end anywhere in a header: what is delivered behind is part of it
 * (a header goes on to its empty line), nothing crashes, and sessions that
 * change flags neither lose nor add octets of what clients see. */
static void
test_torn_ends(void **state)
{
	static const struct {
		const char *end;
		bool open; /* a delivery is swallowed */
	} ends[] = {
		{ FROM2, true },
		{ FROM2 "Subject: cut", true },
		{ FROM2 "X-UID: 3", true },
		{ FROM2 "Status: RO\n", true },
		{ FROM2 "X-IMAPbase: 5", true },
		{ FROM2 "Subject: b\n", true },
		{ FROM2 "Subject: b\n\n", false },
		{ FROM2 "Subject: b\n\ntwo\n", false },
		{ "", false },
	};

	(void)state;
	for (size_t e = 0; e < 2 * COUNT(ends); e++) {
		const char *end_ = ends[e / 2].end;
		unsigned long n = 1 + (*end_ != '\0');

		begin();
		box(FROM "Subject: a\n\none\n\n");
		deliver(end_);
		if (e % 2) {
			deliver(FROM3 "Subject: c\n\nthree\n\n");
			n += !ends[e / 2].open;
		}
		for (int i = 0; i < 3; i++) {
			MAILSTREAM *s = open_box(NIL);

			assert_int_equal(s->nmsgs, n);
			expect_text(s, 1, "one\n");
			if (e % 2)
				expect_text(s, n, "three\n");
			mail_flag(s, "1:*", i % 2 ? "\\Flagged" : "\\Seen New",
			    ST_SET);
			mail_check(s);
			mail_close(s);
		}
		end();
	}
}

/* A message of another program's making: its internal-looking lines do what
 * the format says they do, and the next session sees the same. */
static void
test_first_message_of_a_stranger(void **state)
{
	static const char *const lines[] = { "X-IMAP: 5 9 Kw\n",
		"X-IMAPbase: 5 9 Kw\n", "X-UID: 7\n", "Status: RO\n",
		"X-IMAPbase: 0 0\n", "X-IMAPbase: 4294967295 4294967295\n",
		"X-IMAPbase: 5 9\nX-UID: 4294967295\n",
		"X-IMAPbase: 5 9\nX-UID: 0\n" };

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		unsigned long v = 0, first = 0, second = 0;
		struct strbuf b;

		begin();
		cc_strbuf_init(&b, 1000);
		cc_strbuf_printf(&b, FROM "%sSubject: a\n\none\n\n", lines[i]);
		cc_strbuf_puts(&b, FROM2 "Subject: b\n\ntwo\n\n");
		box(cc_strbuf_str(&b));
		cc_strbuf_free(&b);
		for (int k = 0; k < 3; k++) {
			MAILSTREAM *s = open_box(NIL);

			assert_int_equal(s->nmsgs, 2);
			expect_text(s, 1, "one\n");
			expect_text(s, 2, "two\n");
			if (k > 0) {
				assert_int_equal(s->uid_validity, v);
				assert_int_equal(uid(s, 1), first);
				assert_int_equal(uid(s, 2), second);
			}
			v = s->uid_validity;
			first = uid(s, 1);
			second = uid(s, 2);
			assert_true(v > 0 && first > 0 && second > first);
			mail_flag(s, "1", "\\Flagged New", ST_SET);
			mail_check(s);
			mail_close(s);
		}
		end();
	}
}

/* Very long lines. The flags of a message whose header is that long cannot be
 * in the file, and that is said. */
static void
test_huge_lines(void **state)
{
	static const char *const starts[] = { "From ",
		"Subject: ", "X-UID: ", "X-IMAPbase: 5 5 ",
		"X-Keywords: ", "\nFrom " };
	const size_t huge = (size_t)8 << 20;

	(void)state;
	for (size_t i = 0; i < COUNT(starts); i++) {
		struct strbuf b;
		MAILSTREAM *s;
		bool told;

		begin();
		cc_strbuf_init(&b, 2 * huge);
		cc_strbuf_printf(&b, FROM "A: b\n%s", starts[i]);
		memset(cc_strbuf_room(&b, huge), 'x', huge);
		cc_strbuf_claim(&b, huge);
		cc_strbuf_puts(&b, "\n\nend\n\n" MSG);
		box_write(b.data, b.len);
		cc_strbuf_free(&b);
		s = open_box(NIL);
		assert_int_equal(s->nmsgs, 2);
		expect_text(s, 2, "body\n");
		mail_flag(s, "1:2", "\\Flagged New", ST_SET);
		test_callbacks_reset();
		mail_check(s);
		told = strstr(test_callbacks.journal, "save flags") != NULL;
		mail_close(s);
		s = open_box(NIL);
		assert_int_equal(s->nmsgs, 2);
		assert_true(flags(s, 2) & fFLAGGED);
		assert_int_equal((flags(s, 1) & fFLAGGED) == 0, told);
		assert_int_equal(told, i < 2);
		expect_text(s, 2, "body\n");
		mail_close(s);
		end();
	}
}

/* Puts octets of one kind. */
static void
put_many(struct strbuf *b, int c, size_t count)
{
	memset(cc_strbuf_room(b, count), c, count);
	cc_strbuf_claim(b, count);
}

/* The first of two messages has one header line and this text, and that stays
 * so when it gets flags and is copied. */
static void
expect_split(const char *text)
{
	char mailbox[] = "box", set[] = "\\Flagged Work", other[] = "other";
	unsigned long uid;
	MAILSTREAM *s = open_box(NIL);

	assert_int_equal(s->nmsgs, 2);
	assert_string_equal(mail_fetch_header(s, 1, NIL, NIL, NIL, FT_PEEK),
	    "Subject: cr\r\n\r\n");
	expect_text(s, 1, text);
	uid = mail_uid(s, 1);
	mail_flag(s, "1", set, ST_SET);
	mail_check(s);
	assert_true(mail_create(NIL, other));
	assert_true(mail_copy(s, "1", other));
	mail_close(s);
	for (int i = 0; i < 2; i++) {
		s = mail_open(NIL, i ? other : mailbox, OP_READONLY);
		assert_non_null(s);
		assert_true(flags(s, 1) & fFLAGGED);
		assert_int_not_equal(mail_elt(s, 1)->user_flags, 0);
		assert_string_equal(mail_fetch_header(s, 1, NIL, NIL, NIL,
					FT_PEEK),
		    "Subject: cr\r\n\r\n");
		expect_text(s, 1, text);
		if (i == 0)
			assert_int_equal(mail_uid(s, 1), uid);
		mail_close(s);
	}
}

/* A line of CRs only is sent as an empty one, so it ends the header, however
 * long it is; flags and UID stand before it. */
static void
test_header_ended_by_crs(void **state)
{
	static const size_t counts[] = { 0, 1, 2, 3, CC_MBOX_LINE_MAX - 1,
		CC_MBOX_LINE_MAX, CC_MBOX_LINE_MAX + 1, 2 * CC_MBOX_LINE_MAX,
		CC_READ_WINDOW, (size_t)1 << 20 };

	(void)state;
	for (size_t i = 0; i < COUNT(counts); i++) {
		struct strbuf b;

		begin();
		cc_strbuf_init(&b, SIZE_MAX);
		cc_strbuf_puts(&b, FROM "Subject: cr\n");
		put_many(&b, '\r', counts[i]);
		cc_strbuf_puts(&b, "\nX-UID: 99\n\nend\n\n" MSG);
		box_write(b.data, b.len);
		cc_strbuf_free(&b);
		expect_split("X-UID: 99\n\nend\n");
		end();
	}
}

/* CRs that another line, or nothing, follows are of the header. */
static void
test_crs_that_end_no_header(void **state)
{
	static const char *const rests[] = { "a: b\n\ntext\n", "" };
	const size_t counts[] = { 1, CC_MBOX_LINE_MAX, CC_MBOX_LINE_MAX + 1 };

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(counts); i++) {
		const char *rest = rests[i % 2];
		struct strbuf b;
		MAILSTREAM *s;

		begin();
		cc_strbuf_init(&b, SIZE_MAX);
		cc_strbuf_puts(&b, FROM "Subject: cr\n");
		put_many(&b, '\r', counts[i / 2]);
		cc_strbuf_puts(&b, rest);
		box_write(b.data, b.len);
		cc_strbuf_free(&b);
		for (int again = 0; again < 2; again++) {
			s = open_box(NIL);
			assert_int_equal(s->nmsgs, 1);
			assert_int_equal(flags(s, 1) & fFLAGGED,
			    again ? fFLAGGED : 0);
			assert_string_equal(mail_fetch_header(s, 1, NIL, NIL,
						NIL, FT_PEEK),
			    *rest       ? "Subject: cr\r\na: b\r\n\r\n"
				: again ? "Subject: cr\r\n\r\n"
					: "Subject: cr\r\n");
			mail_flag(s, "1", "\\Flagged", ST_SET);
			mail_close(s);
		}
		end();
	}
}

/* A header that with its flags is as long as one may be that is rewritten, and
 * one that is longer by an octet: it stays as it is, and that is said. */
static void
test_longest_header(void **state)
{
	size_t size = CC_MBOX_HEAD / 2, pad = 0;

	(void)state;
	for (int round = 0; round < 3; round++) {
		struct strbuf b, is;
		const char *behind;
		MAILSTREAM *s;
		bool told;

		begin();
		cc_strbuf_init(&b, SIZE_MAX);
		cc_strbuf_puts(&b, FROM "Subject: ");
		put_many(&b, 'x', size + pad);
		cc_strbuf_puts(&b, "\n\nend\n\n");
		box_write(b.data, b.len);
		s = open_box(NIL);
		mail_flag(s, "1", "\\Flagged", ST_SET);
		test_callbacks_reset();
		mail_check(s);
		told = strstr(test_callbacks.journal, "save flags") != NULL;
		mail_close(s);
		box_read(&is);
		behind = strstr(is.data, "\n\nend\n");
		assert_non_null(behind);
		assert_int_equal(told, round == 2);
		if (round == 0)
			pad = CC_MBOX_HEAD - (size_t)(behind + 2 - is.data);
		else if (round == 1)
			assert_int_equal(behind + 2 - is.data, CC_MBOX_HEAD);
		else
			assert_string_equal(is.data, b.data);
		pad += round == 1;
		cc_strbuf_free(&is);
		cc_strbuf_free(&b);
		end();
	}
}

static void
set(MAILSTREAM *s, char *sequence, char *flag)
{
	mail_flag(s, sequence, flag, ST_SET);
	assert_int_equal(cc_mail_flush(s, false), 0);
}

/* A change for which a message had no room waits for a rewrite, and is not
 * tried again with each other change; but it is when another session has made
 * room. */
static void
test_room_that_comes_later(void **state)
{
	MAILSTREAM *one, *two;

	(void)state;
	begin();
	box(MSG MSG MSG);
	one = open_box(NIL);
	set(one, "1", "\\Flagged");
	set(one, "2", "\\Answered");
	box_is(MSG MSG MSG);
	two = mail_open(NIL, "box", NIL);
	assert_non_null(two);
	set(two, "1:3", "\\Draft");
	mail_check(two);
	assert_false(flags(two, 1) & fFLAGGED);
	set(one, "3", "\\Seen");
	mail_check(two);
	assert_true(flags(two, 1) & fFLAGGED);
	assert_true(flags(two, 2) & fANSWERED);
	assert_true(flags(two, 3) & fSEEN);
	assert_true(flags(two, 3) & fDRAFT);
	mail_close(two);
	mail_close(one);
	end();
}

/* Through a symbolic link it is the same mailbox, but another dot-lock: who
 * has the one of the other name does not keep us waiting. */
static void
test_dot_lock_of_a_link(void **state)
{
	char text[] = "Subject: new\r\n\r\nnew\r\n";
	STRING string;
	MAILSTREAM *s;

	(void)state;
	begin();
	box(MSG);
	assert_int_equal(symlink("box", tmpdir_path(&tmp, "home/link")), 0);
	tmpdir_write(&tmp, "home/box.lock", "", 0);
	INIT(&string, mail_string, text, strlen(text));
	assert_true(mail_append(NIL, "link", &string));
	assert_true(tmpdir_has(&tmp, "home/box.lock"));
	assert_false(tmpdir_has(&tmp, "home/link.lock"));
	unlink(tmpdir_path(&tmp, "home/box.lock"));
	s = open_box(NIL);
	assert_int_equal(s->nmsgs, 2);
	expect_text(s, 2, "new\n");
	mail_close(s);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vector_store),
		cmocka_unit_test(test_no_separator_three_sessions),
		cmocka_unit_test(test_torn_ends),
		cmocka_unit_test(test_first_message_of_a_stranger),
		cmocka_unit_test(test_huge_lines),
		cmocka_unit_test(test_header_ended_by_crs),
		cmocka_unit_test(test_crs_that_end_no_header),
		cmocka_unit_test(test_longest_header),
		cmocka_unit_test(test_room_that_comes_later),
		cmocka_unit_test(test_dot_lock_of_a_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
