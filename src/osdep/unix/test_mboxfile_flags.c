/*
 * test_mboxfile_flags.c - flags written where they stand: only those octets
 * change, only under the locks, and only in the file that was parsed.
 */
#include "test_unix.h"

#define B1 "Status: RO\nX-Status: F\nX-Keywords: Later    \nX-UID: 4\n"
#define B2 "Status: O\nX-Status: \nX-Keywords:                  \nX-UID: 7\n"
#define ONE FROM "Subject: tea\n" BASE B1 "\nFour\n\n"
#define TWO FROM2 "Subject: cake\n" B2 "\nYes.\n\n"

static int
store(MAILSTREAM *s, unsigned long msgno, unsigned mask, unsigned value,
    uint32_t kmask, uint32_t kvalue)
{
	int r = cc_mail_store(s, msgno, mask, value, kmask, kvalue);

	return r != 0 ? r : cc_mail_flush(s, false);
}

static const struct {
	const char *name;
	unsigned mask, value;
	uint32_t kmask, kvalue;
	const char *block; /* of the second message afterwards */
} cases[] = {
	{ "seen", fSEEN, fSEEN, 0, 0,
	    "Status: RO\nX-Status: \nX-Keywords:                 \n" },
	{ "all", 0x2f, 0x2f, 0, 0,
	    "Status: RO\nX-Status: DFAT\nX-Keywords:             \n" },
	{ "keyword", 0, 0, 1, 1,
	    "Status: O\nX-Status: \nX-Keywords: Work             \n" },
	{ "both keywords and a flag", fFLAGGED, fFLAGGED, 3, 3,
	    "Status: O\nX-Status: F\nX-Keywords: Work Later      \n" },
	{ "nothing new", fSEEN | fDELETED, 0, 3, 0,
	    "Status: O\nX-Status: \nX-Keywords:                  \n" },
};

static void
test_in_place(void **state)
{
	char want[4096];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct stat before, after;
		MAILSTREAM *s;

		begin();
		box(ONE TWO);
		s = open_box(NIL);
		stat(tmpdir_path(&tmp, "home/box"), &before);
		assert_int_equal(store(s, 2, cases[i].mask, cases[i].value,
				     cases[i].kmask, cases[i].kvalue),
		    0);
		print_message("%s\n", cases[i].name);
		snprintf(want, sizeof(want),
		    "%s" FROM2 "Subject: cake\n%s"
		    "X-UID: 7\n\nYes.\n\n",
		    ONE, cases[i].block);
		box_is(want);
		stat(tmpdir_path(&tmp, "home/box"), &after);
		assert_int_equal(before.st_ino, after.st_ino);
		/* nothing is left of the locks */
		assert_false(tmpdir_has(&tmp, "home/box.lock"));
		/* and the session does not take its own writing for news */
		assert_int_equal(mail_ping(s), LONGT);
		assert_int_equal(test_callbacks.flags.count, 0);
		expect_text(s, 2, "Yes.\n");
		assert_int_equal(cc_mail_flush(s, true), 0);
		mail_close(s);
		s = open_box(OP_READONLY);
		assert_int_equal(flags(s, 2) & ~(unsigned)fOLD, cases[i].value);
		assert_int_equal(keywords(s, 2), cases[i].kvalue);
		mail_close(s);
		end();
	}
}

/* A new keyword goes into the list first, if its padding has room. */
static void
test_new_keyword(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin();
	box(ONE TWO);
	s = open_box(NIL);
	mail_flag(s, "2", "tin", ST_SET);
	box_is(FROM "Subject: tea\nX-IMAPbase: 1709629200 7 Work Later tin\n"
		    "Status: RO\nX-Status: F\nX-Keywords: Later\nX-UID: 4\n"
		    "\nFour\n\n" FROM2 "Subject: cake\n"
		    "Status: O\nX-Status: \nX-Keywords: tin              \n"
		    "X-UID: 7\n\nYes.\n\n");
	mail_close(s);
	/* on the message itself that has the list */
	box(ONE TWO);
	s = open_box(NIL);
	mail_flag(s, "1", "x \\Deleted", ST_SET);
	mail_flag(s, "1", "\\Flagged later", NIL);
	mail_close(s);
	s = open_box(OP_READONLY);
	assert_string_equal(s->user_flags[2], "x");
	assert_int_equal(keywords(s, 1), 4);
	assert_int_equal(flags(s, 1), fSEEN | fDELETED | fOLD);
	mail_close(s);
	end();
}

/* Where the lines are missing, otherwise spelt or full, nothing is written
 * now; the session has the flags. */
static void
test_no_room(void **state)
{
	static const char *const blocks[] = { "", "Status: O\n",
		"Status: O\nX-Status: \n", "Status: O\nX-Keywords:      \n",
		"Status: O\r\nX-Status: \r\nX-Keywords:        \r\n",
		"Status: O\nX-Status: \nX-Keywords:\n",
		"Status: O\nX-Status: \nX-UID: 7\nX-Keywords:      \n",
		"Status: O\nX-Status: \nX-Keywords:      \nStatus: O\n",
		"X-Status: \n" B2,
		"Status: O\nX-Status: \nX-Keywords:      \n continued\n"
		"X-Keywords: Work\n",
		"status: O\nX-Status: \nX-Keywords:       \n" };
	char text[4096];

	(void)state;
	for (size_t i = 0; i < COUNT(blocks); i++) {
		MAILSTREAM *s;

		begin();
		snprintf(text, sizeof(text), ONE FROM2 "a: b\n%s\nYes.\n\n",
		    blocks[i]);
		box(text);
		s = open_box(NIL);
		assert_int_equal(store(s, 2, fSEEN, fSEEN, 0, 0), 0);
		assert_int_equal(flags(s, 2) & fSEEN, fSEEN);
		box_is(text);
		expect_text(s, 2, "Yes.\n");
		assert_int_equal(mail_ping(s), LONGT);
		assert_int_equal(flags(s, 2) & fSEEN, fSEEN);
		/* kept beside what others do */
		deliver(TWO);
		assert_int_equal(mail_ping(s), LONGT);
		assert_int_equal(s->nmsgs, 3);
		assert_int_equal(flags(s, 2) & fSEEN, fSEEN);
		cc_mbox_free(s->local); /* no rewrite at the end */
		fs_give(&s->local);
		mail_close(s);
		end();
	}
}

/* Somebody keeps a lock: the change is refused, and not there. */
static void
test_busy(void **state)
{
	struct inodelock inode;
	struct stat st;
	MAILSTREAM *s;
	int fd;

	(void)state;
	begin();
	box(ONE TWO);
	s = open_box(NIL);
	fd = open(tmpdir_path(&tmp, "home/box"), O_RDWR);
	assert_int_equal(cc_fdlock_get(fd, FDLOCK_EX, 0), 0);
	assert_int_equal(store(s, 2, fSEEN, fSEEN, 1, 1), CC_EBUSY);
	assert_int_equal(flags(s, 2), fOLD);
	assert_int_equal(keywords(s, 2), 0);
	expect_text(s, 2, "Yes.\n");
	cc_fdlock_release(fd);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(cc_inodelock_get(&inode, &st, FDLOCK_EX, 0, NULL), 0);
	assert_true(like_the_original(&inode));
	assert_int_equal(store(s, 2, fSEEN, fSEEN, 0, 0), CC_EBUSY);
	cc_inodelock_release(&inode);
	box_is(ONE TWO);
	assert_int_equal(store(s, 2, fSEEN, fSEEN, 0, 0), 0);
	assert_int_equal(flags(s, 2), fSEEN | fOLD);
	close(fd);
	mail_close(s);
	end();
}

/* A flag that waits for room was answered with OK. It is still there when a
 * later change of the same message is refused, whatever that is. */
static void
test_busy_while_others_wait(void **state)
{
	MAILSTREAM *s;
	int fd;

	(void)state;
	for (int again = 0; again < 2; again++) {
		begin();
		box(ONE FROM2 "Subject: cake\n\nYes.\n\n");
		s = open_box(NIL);
		assert_int_equal(store(s, 2, fFLAGGED | fDRAFT, fFLAGGED, 1, 1),
		    0);
		fd = open(tmpdir_path(&tmp, "home/box"), O_RDWR);
		assert_int_equal(cc_fdlock_get(fd, FDLOCK_EX, 0), 0);
		assert_int_equal(cc_mail_store(s, 2, fSEEN, fSEEN, 2, 2), 0);
		if (again) /* two changes before they are written */
			assert_int_equal(cc_mail_store(s, 2, fFLAGGED, 0, 1, 0),
			    0);
		assert_int_equal(cc_mail_flush(s, false), CC_EBUSY);
		assert_int_equal(flags(s, 2) & (fFLAGGED | fSEEN), fFLAGGED);
		assert_int_equal(keywords(s, 2), 1);
		/* once more, with nothing new before */
		assert_int_equal(store(s, 2, fFLAGGED, 0, 3, 2), CC_EBUSY);
		assert_int_equal(flags(s, 2) & (fFLAGGED | fSEEN), fFLAGGED);
		assert_int_equal(keywords(s, 2), 1);
		cc_fdlock_release(fd);
		close(fd);
		mail_check(s);
		mail_close(s);
		s = open_box(NIL);
		assert_int_equal(flags(s, 2) & (fFLAGGED | fSEEN), fFLAGGED);
		assert_int_equal(keywords(s, 2), 1);
		mail_close(s);
		end();
	}
}

/* What others did meanwhile is looked at first. */
static void
test_after_others(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin();
	box(ONE TWO);
	s = open_box(NIL);
	/* the first message is gone, so the second one has moved */
	box(FROM2 "Subject: cake\n" BASE B2 "\nYes.\n\n");
	assert_int_equal(store(s, 2, fFLAGGED, fFLAGGED, 0, 0), 0);
	box_is(FROM2 "Subject: cake\n" BASE "Status: O\nX-Status: F\n"
		     "X-Keywords:                 \nX-UID: 7\n\nYes.\n\n");
	assert_int_equal(s->nmsgs, 2);
	assert_int_equal(mail_ping(s), LONGT);
	assert_int_equal(s->nmsgs, 1);
	assert_int_equal(flags(s, 1), fFLAGGED | fOLD);
	mail_close(s);
	end();
}

/* Flags of a message that is gone go nowhere, least of all to another. */
static void
test_of_ghost(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin();
	box(ONE TWO);
	s = open_box(NIL);
	box(FROM2 "Subject: cake\n" BASE B2 "\nYes.\n\n");
	assert_int_equal(store(s, 1, fDELETED, fDELETED, 0, 0), 0);
	box_is(FROM2 "Subject: cake\n" BASE B2 "\nYes.\n\n");
	assert_int_equal(flags(s, 2), fOLD);
	mail_close(s);
	end();
}

/* A session that only reads may have flags of its own, but writes none. */
static void
test_read_only(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin();
	box(ONE TWO);
	s = open_box(OP_READONLY);
	assert_false(s->perm_seen || s->kwd_create);
	assert_int_equal(s->perm_user_flags, 0);
	assert_int_equal(store(s, 2, fSEEN, fSEEN, 0, 0), 0);
	assert_int_equal(flags(s, 2), fSEEN | fOLD);
	mail_close(s);
	box_is(ONE TWO);
	end();
}

/* Two sessions, each with its own change: both are in the file, and each
 * learns of the other. */
static void
test_two_sessions(void **state)
{
	MAILSTREAM *a, *b;

	(void)state;
	begin();
	box(ONE TWO);
	a = open_box(NIL);
	b = open_box(NIL);
	assert_int_equal(store(a, 1, fANSWERED, fANSWERED, 0, 0), 0);
	assert_int_equal(store(b, 2, fSEEN, fSEEN, 2, 2), 0);
	assert_int_equal(flags(b, 1), fSEEN | fFLAGGED | fANSWERED | fOLD);
	assert_int_equal(mail_ping(a), LONGT);
	assert_int_equal(flags(a, 2), fSEEN | fOLD);
	assert_int_equal(keywords(a, 2), 2);
	mail_close(a);
	mail_close(b);
	box_is(FROM "Subject: tea\n" BASE
		    "Status: RO\nX-Status: FA\nX-Keywords: Later   \n"
		    "X-UID: 4\n\nFour\n\n" FROM2 "Subject: cake\n"
		    "Status: RO\nX-Status: \nX-Keywords: Later           \n"
		    "X-UID: 7\n\nYes.\n\n");
	end();
}

/* Another session's change in the same tick of the clock: the file's size and
 * times are as they were. Its flags stay all the same, and are told. */
static void
test_change_without_a_trace(void **state)
{
	struct mbox *m;
	struct stat st;
	MAILSTREAM *s;

	(void)state;
	begin();
	box(ONE TWO);
	s = open_box(NIL);
	m = s->local;
	box(ONE FROM2 "Subject: cake\nStatus: O\nX-Status: A\n"
		      "X-Keywords: Work            \nX-UID: 7\n\nYes.\n\n");
	assert_int_equal(fstat(m->fd, &st), 0);
	assert_int_equal(st.st_size, m->stamp.size);
	cc_mbox_stamp_of(&st, &m->stamp);
	assert_int_equal(store(s, 2, fSEEN, fSEEN, 2, 2), 0);
	box_is(ONE FROM2 "Subject: cake\nStatus: RO\nX-Status: A\n"
			 "X-Keywords: Work Later     \nX-UID: 7\n\nYes.\n\n");
	assert_int_equal(mail_ping(s), LONGT);
	assert_int_equal(flags(s, 2), fSEEN | fANSWERED | fOLD);
	assert_int_equal(keywords(s, 2), 3);
	assert_int_equal(test_callbacks.flags.count, 1);
	mail_close(s);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_place),
		cmocka_unit_test(test_new_keyword),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_busy),
		cmocka_unit_test(test_busy_while_others_wait),
		cmocka_unit_test(test_after_others),
		cmocka_unit_test(test_of_ghost),
		cmocka_unit_test(test_read_only),
		cmocka_unit_test(test_two_sessions),
		cmocka_unit_test(test_change_without_a_trace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
