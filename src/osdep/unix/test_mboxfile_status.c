/*
 * test_mboxfile_status.c - STATUS of mailboxes that nobody has selected: what
 * is kept of them counts for one state of the file, is believed without a lock
 * and without reading the mailbox, and never in any other state.
 */
#include "test_mboxfile_status.h"

/* --------------------------------------------------------------- the rules */

static void
test_a_mailbox_is_read_once(void **state)
{
	(void)state;
	begin_with(TWO);
	is_looked_at(SAYS_TWO);
	is_known(SAYS_TWO);
	another_session();
	is_known(SAYS_TWO);
	end();
}

static void
deliver_one(void)
{
	deliver(FROM3 "Subject: u\n\nmore\n\n");
}

static void
cut(void)
{
	assert_int_equal(truncate(tmpdir_path(&tmp, "home/box"),
			     (off_t)(strstr(TWO, FROM2) - TWO)),
	    0);
}

/* Shrinks and grows to the octet. */
static void
shrink_and_grow(void)
{
	cut();
	deliver(FROM3 "Subject: t\n" STATE("RO", "7") "\ntext\n\n");
}

static void
replace(void)
{
	char old[PATH_MAX];

	snprintf(old, sizeof(old), "%s", tmpdir_path(&tmp, "home/box"));
	tmpdir_write(&tmp, "home/other", TWO, strlen(TWO));
	assert_int_equal(rename(tmpdir_path(&tmp, "home/other"), old), 0);
	read_second();
}

static void
touch(void)
{
	set_mtime(time(NULL) - 7200, 54321);
}

/* Nothing is believed of a file that is not what it was, whatever mtime the
 * program that changed it left. */
static void
test_every_change_is_seen(void **state)
{
	static const struct {
		const char *what;
		void (*change)(void);
		const char *says;
	} cases[] = {
		{ "a delivery", deliver_one,
		    "3 messages 1 recent 2 unseen 9 1709629200" },
		{ "flags", read_second,
		    "2 messages 0 recent 0 unseen 8 1709629200" },
		{ "shorter", cut, "1 messages 0 recent 0 unseen 8 1709629200" },
		{ "shorter and longer", shrink_and_grow,
		    "2 messages 0 recent 0 unseen 8 1709629200" },
		{ "another file", replace,
		    "2 messages 0 recent 0 unseen 8 1709629200" },
		{ "times alone", touch, SAYS_TWO },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (int restored = 0; restored < 2; restored++) {
			struct stat st;

			print_message("%s\n", cases[i].what);
			begin_with(TWO);
			is_looked_at(SAYS_TWO);
			settle();
			is_looked_at(SAYS_TWO);
			is_known(SAYS_TWO);
			assert_int_equal(stat(tmpdir_path(&tmp, "home/box"),
					     &st),
			    0);
			cases[i].change();
			if (restored)
				set_mtime(st.st_mtim.tv_sec,
				    st.st_mtim.tv_nsec);
			is_looked_at(cases[i].says);
			settle();
			is_looked_at(cases[i].says);
			is_known(cases[i].says);
			end();
		}
}

/* Two changes may have one time where that is in whole seconds. */
static void
test_whole_seconds(void **state)
{
	(void)state;
	begin_with(TWO);
	scene.in_seconds = true;
	is_looked_at(SAYS_TWO);
	is_looked_at(SAYS_TWO);
	end();
}

/* So may a change that comes right behind the one that was seen. */
static void
test_a_young_change(void **state)
{
	struct timespec now;
	struct mbox_stamp s = { .size = 1 };

	(void)state;
	begin_with(TWO);
	set_mtime(time(NULL) + 3600, 1);
	is_looked_at(SAYS_TWO);
	is_looked_at(SAYS_TWO);
	assert_int_equal(clock_gettime(CLOCK_REALTIME, &now), 0);
	s.mtime = s.ctime = now;
	s.mtime.tv_sec -= 10;
	s.mtime.tv_nsec = s.ctime.tv_nsec = 1;
	assert_true(cc_status_is_settled(&s));
	s.mtime.tv_sec = now.tv_sec + 10;
	assert_false(cc_status_is_settled(&s));
	end();
}

/* After a start nobody knows which octets came to the disk; after the clock
 * was set times come again. */
static void
test_another_clock(void **state)
{
	(void)state;
	begin_with(TWO);
	is_looked_at(SAYS_TWO);
	is_known(SAYS_TWO);
	scene.started = 60;
	is_looked_at(SAYS_TWO);
	is_known(SAYS_TWO);
	scene.set = -30;
	is_looked_at(SAYS_TWO);
	is_known(SAYS_TWO);
	scene.started = scene.set = 0;
	is_looked_at(SAYS_TWO);
	end();
}

/* ----------------------------------------------------------- with sessions */

/* Flags that wait in a session are not in the file. */
static void
test_flags_that_wait(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin_with(FROM "Subject: s\n" BASE "X-UID: 7\n\nbody\n\n");
	s = open_box(NIL);
	mail_flag(s, (char *)"1", (char *)"\\Seen", ST_SET);
	assert_int_equal(flags(s, 1) & fSEEN, fSEEN);
	assert_string_equal(said(),
	    "1 messages 1 recent 1 unseen 8 1709629200");
	mail_check(s);
	assert_string_equal(said(),
	    "1 messages 0 recent 0 unseen 8 1709629200");
	settle();
	assert_string_equal(said(),
	    "1 messages 0 recent 0 unseen 8 1709629200");
	is_known("1 messages 0 recent 0 unseen 8 1709629200");
	mail_close(s);
	end();
}

/* APPEND of ours. */
static void
add(const char *with)
{
	static char text[] = "Subject: v\r\n\r\nadded\r\n";
	STRING s;

	INIT(&s, mail_string, text, strlen(text));
	assert_true(mail_append_full(NIL, (char *)"box", (char *)with, NIL,
	    &s));
}

/* What a session found or wrote need not be looked at again. */
static void
test_what_a_session_knows(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin_with(TWO);
	s = open_box(NIL);
	is_known(SAYS_TWO);
	deliver_one();
	settle();
	mail_ping(s);
	is_known("3 messages 1 recent 2 unseen 9 1709629200");
	mail_flag(s, (char *)"2", (char *)"\\Seen", ST_SET);
	is_known("3 messages 1 recent 1 unseen 9 1709629200");
	mail_close(s);
	end();
}

/* What was added by ours is counted: where the others are known, and where all
 * of the mailbox was looked at before. */
static void
test_appends(void **state)
{
	(void)state;
	begin_with(TWO);
	add(NIL);
	is_known("3 messages 1 recent 2 unseen 9 1709629200");
	add("\\Seen");
	is_known("4 messages 2 recent 2 unseen 10 1709629200");
	add("\\Seen \\Deleted Work");
	is_known("5 messages 3 recent 2 unseen 11 1709629200");
	/* a message that has no UID yet: all is parsed to give it one */
	deliver_one();
	add(NIL);
	is_known("7 messages 5 recent 4 unseen 13 1709629200");
	settle();
	is_looked_at("7 messages 5 recent 4 unseen 13 1709629200");
	add(NIL);
	is_known("8 messages 6 recent 5 unseen 14 1709629200");
	/* of what others changed nothing is known */
	read_second();
	add(NIL);
	is_looked_at("9 messages 7 recent 5 unseen 15 1709629200");
	end();
}

/* One who takes no locks delivers in the middle of it. */
static void
test_appends_with_an_intruder(void **state)
{
	static const char *const says[] = { NULL,
		"7 messages 5 recent 5 unseen 17 1709629200",
		"7 messages 5 recent 5 unseen 16 1709629200" };

	(void)state;
	for (int when = WHEN_COUNTED; when <= AT_THE_END; when++) {
		begin_with(TWO);
		for (int i = 0; i < 3; i++)
			add(NIL);
		is_known("5 messages 3 recent 4 unseen 11 1709629200");
		scene.intrude = when;
		add("\\Seen");
		assert_int_equal(scene.intrude, NEVER);
		assert_string_equal(said(), says[when]);
		end();
	}
}

#define READ_TOO "2 messages 0 recent 0 unseen 8 1709629200"

/* Somebody writes without a lock while a mailbox is read, in the tick of its
 * last change. That the read took long does not make that change an old one. */
static void
test_read_of_a_young_change(void **state)
{
	(void)state;
	begin_with(TWO);
	assert_int_equal(clock_gettime(CLOCK_REALTIME, &frozen_at), 0);
	frozen_at.tv_nsec = frozen_at.tv_nsec / 2 * 2 + 1;
	while (cc_mbox_is_same_tick(&frozen_at))
		continue;
	scene.frozen = true;
	scene.set = 0;
	scene.intrude = WHEN_READ;
	is_looked_at(SAYS_TWO);
	assert_int_equal(scene.intrude, NEVER);
	is_looked_at(READ_TOO);
	is_known(READ_TOO);
	end();
}

/* Or puts the mtime back: the ctime that marks the mailbox as read is not that
 * of what was read. */
static void
test_mark_behind_a_change(void **state)
{
	const struct timespec times[2] = { { time(NULL) - 7200, 1 },
		{ time(NULL) - 3600, 1 } };

	(void)state;
	begin_with(TWO);
	assert_int_equal(utimensat(AT_FDCWD, tmpdir_path(&tmp, "home/box"),
			     times, 0),
	    0);
	settle_ctime();
	scene.intrude = WHEN_READ;
	is_looked_at(SAYS_TWO);
	assert_int_equal(scene.intrude, NEVER);
	is_looked_at(READ_TOO);
	is_known(READ_TOO);
	end();
}

/* What comes behind the times that an append leaves is not of its state. */
static void
test_change_behind_an_append(void **state)
{
	(void)state;
	begin_with(TWO);
	add(NIL);
	is_known("3 messages 1 recent 2 unseen 9 1709629200");
	scene.intrude = WHEN_MARKED;
	scene.asked = 2;
	add(NIL);
	is_looked_at("4 messages 2 recent 2 unseen 10 1709629200");
	assert_int_equal(scene.intrude, NEVER);
	end();
}

#define LARGE 5000000u

/* A message that is not looked at again is not counted. */
static void
test_append_of_a_large_one(void **state)
{
	char *text = malloc(LARGE);
	STRING s;

	(void)state;
	assert_non_null(text);
	memset(text, '\n', LARGE);
	begin_with(TWO);
	add(NIL);
	is_known("3 messages 1 recent 2 unseen 9 1709629200");
	INIT(&s, mail_string, text, LARGE);
	assert_true(mail_append_full(NIL, (char *)"box", NIL, NIL, &s));
	is_looked_at("4 messages 2 recent 3 unseen 10 1709629200");
	end();
	free(text);
}

/* Counters tell no UID: none is reserved. Those of a mailbox that has none are
 * the same for everybody. */
static void
test_uids(void **state)
{
	unsigned long uidvalidity;
	unsigned soon;
	char want[100];
	MAILSTREAM *s;

	(void)state;
	begin_with(TWO);
	is_looked_at(SAYS_TWO);
	assert_int_equal(files_of("uids."), 0);
	assert_int_equal(files_of("uidvalidity"), 0);
	end();
	/* one that might come again must not */
	begin_with(FROM "Subject: s\n"
			"X-IMAPbase: 4000000000 7\nX-UID: 7\n\nbody\n\n");
	soon = (unsigned)time(NULL) + 1000;
	snprintf(want, sizeof(want), "%u", soon);
	patch("4000000000", want);
	settle();
	snprintf(want, sizeof(want), "1 messages 1 recent 1 unseen 8 %u", soon);
	is_looked_at(want);
	assert_int_equal(files_of("uidvalidity"), 2); /* and its lock */
	end();
	begin_with(MSG MSG);
	assert_string_not_equal(said(), "no");
	uidvalidity = test_callbacks.status.uidvalidity;
	assert_int_equal(files_of("uids."), 1);
	snprintf(want, sizeof(want), "2 messages 2 recent 2 unseen 3 %lu",
	    uidvalidity);
	is_known(want);
	assert_int_equal(unlink(tmpdir_path(&tmp, TABLE)), 0);
	another_session();
	is_looked_at(want);
	s = open_box(NIL);
	assert_int_equal(s->uid_validity, uidvalidity);
	assert_int_equal(s->uid_last, 2);
	mail_close(s);
	end();
}

/* Who may not read a mailbox does not hear what others counted. */
static void
test_refused(void **state)
{
	(void)state;
	begin_with(TWO);
	is_looked_at(SAYS_TWO);
	is_known(SAYS_TWO);
	scene.refused = true;
	assert_string_equal(said(), "no");
	scene.refused = false;
	is_known(SAYS_TWO);
	end();
}

/* A file and a directory that nobody may write to. */
static void
test_read_only(void **state)
{
	(void)state;
	begin_with(TWO);
	tmpdir_mkdir(&tmp, "home/.cedar");
	assert_int_equal(chmod(tmpdir_path(&tmp, "home/box"), 0400), 0);
	assert_int_equal(chmod(tmpdir_path(&tmp, "home"), 0500), 0);
	settle();
	is_looked_at(SAYS_TWO);
	is_known(SAYS_TWO);
	assert_int_equal(chmod(tmpdir_path(&tmp, "home"), 0700), 0);
	end();
}

/* What is no mailbox any more is none for STATUS. */
static void
test_another_driver_by_now(void **state)
{
	(void)state;
	begin_with(TWO);
	is_looked_at(SAYS_TWO);
	box("no mailbox\n");
	settle();
	assert_string_equal(said(), "no");
	box(TWO);
	settle();
	is_looked_at(SAYS_TWO);
	end();
}

/* --------------------------------------------------------------- by chance */

#define STEPS 400

static void
any_flags(MAILSTREAM *s)
{
	static char *const flag[] = { (char *)"\\Seen", (char *)"\\Flagged",
		(char *)"\\Deleted", (char *)"Work" };
	char number[16];

	if (s->nmsgs == 0)
		return;
	snprintf(number, sizeof(number), "%lu", dice((uint32_t)s->nmsgs) + 1lu);
	mail_flag(s, number, flag[dice(4)], dice(3) ? ST_SET : NIL);
}

/* What somebody does who is no session. */
static void
any_other(void)
{
	switch (dice(5)) {
	case 0:
		deliver_one();
		break;
	case 1:
	case 2:
		add(dice(2) ? "\\Seen" : NIL);
		break;
	case 3:
		settle();
		break;
	default:
		settle();
		set_mtime(time(NULL) - 1000, 777);
		break;
	}
}

static void
any_step(MAILSTREAM **s)
{
	if (!*s) {
		if (dice(2) == 0)
			*s = open_box(NIL);
		else
			any_other();
		return;
	}
	switch (dice(8)) {
	case 0:
		*s = mail_close(*s);
		break;
	case 1:
		mail_check(*s);
		break;
	case 2:
		mail_expunge(*s);
		break;
	case 3:
		mail_ping(*s);
		break;
	default:
		any_flags(*s);
		break;
	}
}

/* What is said without the table, which is put back. */
static const char *
said_anew(void)
{
	char table[PATH_MAX], aside[PATH_MAX + 8];
	const char *says;
	int there;

	snprintf(table, sizeof(table), "%s", tmpdir_path(&tmp, TABLE));
	snprintf(aside, sizeof(aside), "%s.aside", table);
	there = rename(table, aside);
	another_session();
	says = said();
	assert_true(scene.reads > 0);
	if (there == 0)
		assert_int_equal(rename(aside, table), 0);
	another_session();
	return says;
}

/* At any moment it is what the file says then. */
static void
test_against_the_file(void **state)
{
	MAILSTREAM *s[2] = { NIL, NIL };
	unsigned known = 0;

	(void)state;
	begin_with(TWO);
	for (int i = 0; i < STEPS; i++) {
		char quick[200];

		any_step(&s[dice(2)]);
		snprintf(quick, sizeof(quick), "%s", said());
		known += scene.reads == 0;
		assert_string_equal(said_anew(), quick);
	}
	print_message("%u of %d known\n", known, STEPS);
	for (int i = 0; i < 2; i++)
		mail_close(s[i]);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_mailbox_is_read_once),
		cmocka_unit_test(test_every_change_is_seen),
		cmocka_unit_test(test_whole_seconds),
		cmocka_unit_test(test_a_young_change),
		cmocka_unit_test(test_another_clock),
		cmocka_unit_test(test_flags_that_wait),
		cmocka_unit_test(test_what_a_session_knows),
		cmocka_unit_test(test_appends),
		cmocka_unit_test(test_appends_with_an_intruder),
		cmocka_unit_test(test_read_of_a_young_change),
		cmocka_unit_test(test_mark_behind_a_change),
		cmocka_unit_test(test_change_behind_an_append),
		cmocka_unit_test(test_append_of_a_large_one),
		cmocka_unit_test(test_uids),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_read_only),
		cmocka_unit_test(test_another_driver_by_now),
		cmocka_unit_test(test_against_the_file),
	};

	return cmocka_run_group_tests(tests, choose_seed, NULL);
}
