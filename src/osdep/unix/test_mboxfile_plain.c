/*
 * test_mboxfile_plain.c - mailboxes of those who want no UIDs and keywords in
 * them (SET_USERHASNOLIFE, formats/unix.md section 5): what sessions write to
 * a file that has none, and that nothing is lost when they are killed.
 */
#include "misc.h"
#include "test_mboxfile_kill.h"

#define ONE(block) FROM "Subject: a\n" block "\ntext of a\n\n"
#define TWO(block) FROM2 "Subject: b\n" block "\ntext of b\n\n"
#define THREE(block) FROM3 "Subject: c\n" block "\ntext of c\n\n"
#define OLD "Status: O\nX-Status: \n"

static void
begin_plain(const char *text)
{
	begin();
	mail_parameters(NIL, SET_USERHASNOLIFE, VOIDT);
	box(text);
}

/* What the client is told at SELECT. */
static void
test_what_is_told(void **state)
{
	static const struct {
		const char *text;
		bool plain;
	} cases[] = {
		{ ONE("") TWO(""), true },
		{ ONE("X-UID: 9\nX-Keywords: Work\n") TWO(""), true },
		{ FROM BASE "X-UID: 1\n\none\n\n", false },
		{ FROM "X-IMAPbase: 0 7\n\none\n\n", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		MAILSTREAM *s;

		begin_plain(cases[i].text);
		cc_env()->keywords[0] = cpystr("Standard");
		s = open_box(NIL);
		assert_int_equal(s->uid_nosticky, cases[i].plain);
		assert_int_equal(s->kwd_create, !cases[i].plain);
		assert_int_equal(s->perm_user_flags, cases[i].plain ? 0 : 3);
		assert_true(s->perm_seen && s->perm_deleted &&
		    s->perm_flagged && s->perm_answered && s->perm_draft);
		if (cases[i].plain)
			assert_null(s->user_flags[0]);
		else
			assert_string_equal(s->user_flags[0], "Work");
		assert_int_equal(uid(s, 1), 1);
		assert_int_equal(keywords(s, 1), 0);
		assert_false(s->rdonly);
		mail_close(s);
		end();
	}
}

/* By CHECK and CLOSE only the lines with flags come into it. */
static void
test_what_is_written(void **state)
{
	static const struct {
		const char *first, *set, *flags, *then;
	} cases[] = {
		{ ONE("") TWO(""), NULL, NULL, ONE(OLD) TWO(OLD) },
		{ ONE("") TWO(""), "2", "\\Seen \\Flagged \\Answered",
		    ONE(OLD) TWO("Status: RO\nX-Status: FA\n") },
		/* what a stranger wrote goes with the rest of the lines */
		{ ONE("X-UID: 9\nX-Keywords: Work\n")
			TWO("X-UID: 3\nStatus: R\n"),
		    NULL, NULL, ONE(OLD) TWO("Status: RO\nX-Status: \n") },
		/* what lacks nothing stays as it is */
		{ ONE("Status: O\nX-UID: 9\n") TWO(""), "2", "\\Draft",
		    ONE("Status: O\nX-UID: 9\n")
			TWO("Status: O\nX-Status: T\n") },
		{ ONE(OLD) TWO(OLD) FROM3 "Subject: c", "1", "\\Deleted",
		    ONE("Status: O\nX-Status: D\n") TWO(OLD) FROM3
		    "Subject: c\n" OLD "\n\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (int close = 0; close < 2; close++) {
			MAILSTREAM *s;

			begin_plain(cases[i].first);
			s = open_box(NIL);
			if (cases[i].set)
				mail_flag(s, (char *)cases[i].set,
				    (char *)cases[i].flags, ST_SET);
			if (!close)
				mail_check(s);
			else
				s = mail_close(s);
			box_is(cases[i].then);
			/* and once more changes nothing */
			if (s)
				mail_close(s);
			s = open_box(NIL);
			mail_close(s);
			box_is(cases[i].then);
			end();
		}
}

/* Lines of the same length are written at once. */
static void
test_in_place(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin_plain(ONE("Status: O\nX-Status: F\n")
		TWO("Status: RO\nX-Status: \nX-Keywords:      \n"));
	s = open_box(NIL);
	mail_flag(s, "1", "\\Flagged", NIL);
	mail_flag(s, "1", "\\Answered", ST_SET);
	box_is(ONE("Status: O\nX-Status: A\n")
		TWO("Status: RO\nX-Status: \nX-Keywords:      \n"));
	mail_flag(s, "1", "\\Deleted", ST_SET);
	mail_flag(s, "1", "\\Deleted", NIL);
	box_is(ONE("Status: O\nX-Status: A\n")
		TWO("Status: RO\nX-Status: \nX-Keywords:      \n"));
	/* a line with keywords is none that would be written */
	mail_flag(s, "2", "\\Seen", NIL);
	mail_flag(s, "2", "\\Seen", ST_SET);
	mail_flag(s, "2", "\\Flagged", ST_SET);
	mail_close(s);
	box_is(ONE("Status: O\nX-Status: A\n")
		TWO("Status: RO\nX-Status: F\n"));
	end();
}

/* UIDs are good as long as somebody has it open. */
static void
test_uids_of_sessions(void **state)
{
	MAILSTREAM *s, *other;

	(void)state;
	begin_plain(ONE("") TWO("") THREE(""));
	s = open_box(NIL);
	other = open_box(NIL);
	mail_flag(s, "1", "\\Deleted", ST_SET);
	mail_check(s);
	assert_int_equal(mail_expunge(s), LONGT);
	box_is(TWO(OLD) THREE(OLD));
	assert_int_equal(uid(s, 1), 2);
	assert_int_equal(uid(s, 2), 3);
	deliver(ONE(""));
	test_callbacks_reset();
	assert_int_equal(mail_ping(other), LONGT);
	assert_int_equal(test_callbacks.expunged.count, 1);
	assert_int_equal(mail_ping(s), LONGT);
	for (int i = 0; i < 2; i++) {
		MAILSTREAM *which = i ? other : s;

		assert_int_equal(which->nmsgs, 3);
		assert_int_equal(which->uid_validity, s->uid_validity);
		assert_int_equal(uid(which, 1), 2);
		assert_int_equal(uid(which, 2), 3);
		assert_int_equal(uid(which, 3), 4);
		expect_text(which, 1, "text of b\n");
		expect_text(which, 3, "text of a\n");
		assert_true(which->uid_nosticky);
	}
	mail_close(other);
	mail_close(s);
	box_is(TWO(OLD) THREE(OLD) ONE(OLD));
	end();
}

/* Without messages it has no octets, and goes on. */
static void
test_expunge_of_all(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin_plain(ONE("") TWO(""));
	s = open_box(NIL);
	mail_flag(s, "1:2", "\\Deleted", ST_SET);
	assert_int_equal(mail_expunge(s), LONGT);
	assert_int_equal(s->nmsgs, 0);
	box_is("");
	assert_int_equal(mail_ping(s), LONGT);
	mail_check(s);
	box_is("");
	deliver(THREE(""));
	assert_int_equal(mail_ping(s), LONGT);
	assert_int_equal(s->nmsgs, 1);
	assert_int_equal(uid(s, 1), 3);
	mail_flag(s, "1", "\\Deleted", ST_SET);
	mail_close_full(s, CL_EXPUNGE);
	box_is("");
	end();
}

/* A UIDVALIDITY in the file counts more than the setting. */
static void
test_mailbox_that_has_uids(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin_plain(FROM "X-IMAPbase: 1709629200 7\nX-UID: 7\n\nx\n\n" TWO(""));
	s = open_box(NIL);
	assert_false(s->uid_nosticky);
	mail_flag(s, "2", "New", ST_SET);
	mail_close(s);
	box_is(FROM "X-IMAPbase: 1709629200 8 New\nStatus: O\nX-Status: \n"
		    "X-Keywords:                   \nX-UID: 7\n\nx\n\n" TWO(
			"Status: O\nX-Status: \n"
			"X-Keywords: New              \nX-UID: 8\n"));
	end();
}

/* Others give the file UIDs while it is open: theirs count, as ever. */
static void
test_uids_by_others(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin_plain(ONE("") TWO(""));
	s = open_box(NIL);
	box(ONE(BASE "X-UID: 5\n") TWO("X-UID: 6\n"));
	assert_int_equal(mail_ping(s), NIL);
	mail_close(s);
	box_is(ONE(BASE "X-UID: 5\n") TWO("X-UID: 6\n"));
	end();
}

/* -------------------------------------------------------------------- kills */

#define MANY 6

static void
put_one(struct strbuf *out, int i, const char *block)
{
	cc_strbuf_printf(out,
	    "From u%d Thu Jun  6 14:07:%02d 2002 +0000\nSubject: m%d\n%s\n"
	    "text of %d\n\n",
	    i, i, i, block, i);
}

static void
flag_and_expunge(size_t step)
{
	MAILSTREAM *s = open_box(NIL);

	((struct mbox *)s->local)->step_max = step;
	mail_flag(s, "2", "\\Flagged", ST_SET);
	mail_check(s);
	mail_flag(s, "1,4", "\\Deleted", ST_SET);
	mail_expunge(s);
	mail_close(s);
}

static void
expect_no_line(const char *name)
{
	char text[4096];
	int fd = open(tmpdir_path(&tmp, "home/box"), O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text));

	assert_true(n > 0 && n < (ssize_t)sizeof(text));
	assert_null(memmem(text, (size_t)n, name, strlen(name)));
	close(fd);
}

/* Those that were not to go are there, once, in order; and no UIDs. */
static void
expect_left(bool done)
{
	MAILSTREAM *s = open_box(NIL);
	unsigned seen = 0;
	struct strbuf b;
	int before = -1;

	for (unsigned long n = 1; n <= s->nmsgs; n++) {
		int i;

		assert_int_equal(get(s, n, MAIL_TEXT, &b), 0);
		assert_memory_equal(b.data, "text of ", 8);
		i = b.data[8] - '0';
		assert_int_equal(b.len, 10);
		assert_true(i > before && i < MANY);
		seen |= 1u << (before = i);
		cc_strbuf_free(&b);
	}
	assert_int_equal(seen & 0x36, 0x36);
	if (done)
		assert_int_equal(seen, 0x36);
	s = mail_close(s);
	expect_no_line("X-UID");
	expect_no_line("X-IMAP");
	expect_no_line("X-Keywords");
}

static void
test_killed(void **state)
{
	static const size_t steps[] = { 0, 100 };
	bool lived = false;
	int n;

	(void)state;
	for (size_t k = 0; k < COUNT(steps); k++)
		for (int how = BEFORE; how < HOWS; how++)
			for (n = 1, lived = false; !lived; n += stride()) {
				struct strbuf text;

				begin_plain("");
				cc_strbuf_init(&text, SIZE_MAX);
				for (int i = 0; i < MANY; i++)
					put_one(&text, i, "");
				box_write(text.data, text.len);
				cc_strbuf_free(&text);
				lived = run_until(n, (enum how)how,
				    flag_and_expunge, steps[k]);
				expect_left(lived);
				end();
			}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_told),
		cmocka_unit_test(test_what_is_written),
		cmocka_unit_test(test_in_place),
		cmocka_unit_test(test_uids_of_sessions),
		cmocka_unit_test(test_expunge_of_all),
		cmocka_unit_test(test_mailbox_that_has_uids),
		cmocka_unit_test(test_uids_by_others),
		cmocka_unit_test(test_killed),
	};

	return cmocka_run_group_tests(tests, choose_seed, NULL);
}
