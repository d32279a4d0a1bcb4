/*
 * test_mboxfile_rewrite.c - what a rewrite writes, and that nothing is lost
 * when it is killed at any of its calls, or in the middle of one.
 */
#include "test_mboxfile_kill.h"
#include "test_mboxfile_scene.h"

#include "privdir.h"
#include "uidrecord.h"

/* ---------------------------------------------------------- what it writes */

static const struct {
	const char *name;
	const char *before;
	const char
	    *after; /* of a session that changes nothing; NULL: the same */
} cases[] = {
	{ "a block and UIDs where there are none",
	    FROM BASE "Subject: a\n\none\n\n" FROM2 "Subject: b\n\ntwo\n\n",
	    FROM
	    "Subject: a\nX-IMAPbase: 1709629200 9 Work Later\nStatus: O\n"
	    "X-Status: \nX-Keywords:            \nX-UID: 8\n\none\n\n" FROM2
	    "Subject: b\nStatus: O\nX-Status: \n"
	    "X-Keywords:                  \nX-UID: 9\n\ntwo\n\n" },
	{ "nothing to do", FROM BASE "Status: RO\nX-UID: 7\n\none\n\n", NULL },
	{ "lines in front move to the end, wrong ones go",
	    FROM BASE "Status: R\nX-Status: F\nX-Keywords: Later\nX-UID: 8\n"
		      "Subject: a\nstatus: x\n y\nTo: b\n\none\n\n",
	    FROM "Subject: a\nTo: b\nX-IMAPbase: 1709629200 8 Work Later\n"
		 "Status: RO\nX-Status: F\nX-Keywords: Later    \nX-UID: 8\n\n"
		 "one\n\n" },
	{ "white space before the first and behind the last goes",
	    "\n \n" FROM BASE "\none\n\n\n\n\n",
	    FROM "X-IMAPbase: 1709629200 8 Work Later\nStatus: O\nX-Status: \n"
		 "X-Keywords:            \nX-UID: 8\n\none\n\n\n\n\n" },
	{ "CR LF stays",
	    FROM BASE "X-UID: 5\nSubject: a\r\n\r\none\r\n\r\n" FROM
		      "Status: RO\r\nX-UID: 7\r\n\r\ntwo\r\n",
	    FROM "Subject: a\r\nX-IMAPbase: 1709629200 7 Work Later\n"
		 "Status: O\nX-Status: \nX-Keywords:            \nX-UID: 5\n"
		 "\r\none\r\n\r\n" FROM
		 "Status: RO\r\nX-UID: 7\r\n\r\ntwo\r\n" },
	{ "no separator",
	    FROM BASE "Status: O\nX-UID: 6\n\none\n" FROM2
		      "Subject: b\n\ntwo\n",
	    FROM "X-IMAPbase: 1709629200 8 Work Later\nStatus: O\nX-Status: \n"
		 "X-Keywords:            \nX-UID: 6\n\none\n\n" FROM2
		 "Subject: b\nStatus: O\nX-Status: \n"
		 "X-Keywords:                  \nX-UID: 8\n\ntwo\n\n" },
	{ "no LF at the end of the text", FROM BASE "\none",
	    FROM "X-IMAPbase: 1709629200 8 Work Later\nStatus: O\nX-Status: \n"
		 "X-Keywords:            \nX-UID: 8\n\none\n\n" },
	{ "ends after a from-line",
	    FROM BASE "X-UID: 4\nStatus: O\n\none\n\n" FROM2,
	    FROM "X-IMAPbase: 1709629200 8 Work Later\nStatus: O\nX-Status: \n"
		 "X-Keywords:            \nX-UID: 4\n\none\n\n" FROM2
		 "Status: O\nX-Status: \nX-Keywords:                  \n"
		 "X-UID: 8\n\n\n" },
	{ "ends in a header line", FROM BASE "Subj",
	    FROM "Subj\nX-IMAPbase: 1709629200 8 Work Later\nStatus: O\n"
		 "X-Status: \nX-Keywords:            \nX-UID: 8\n\n\n" },
	{ "ends in X-UID", FROM BASE "Subject: a\nX-UID: 3",
	    FROM "Subject: a\nX-IMAPbase: 1709629200 8 Work Later\nStatus: O\n"
		 "X-Status: \nX-Keywords:            \nX-UID: 8\n\n\n" },
	{ "a keyword list longer than the padding",
	    FROM "X-IMAPbase: 5 1 a23456789a123456789b12345678 "
		 "c23456789a123456789b12345678\nX-Keywords: "
		 "c23456789a123456789b12345678\n\none\n\n",
	    FROM "X-IMAPbase: 5 2 a23456789a123456789b12345678 "
		 "c23456789a123456789b12345678\nStatus: O\nX-Status: \n"
		 "X-Keywords: c23456789a123456789b12345678\nX-UID: 2\n\n"
		 "one\n\n" },
	{ "a keyword that the list has as a hole goes from it",
	    FROM "X-IMAPbase: 5 1 a123456789b123456789c123456789d123456789e1234"
		 "56789f c\nX-Keywords: c\n\none\n\n",
	    FROM "X-IMAPbase: 5 2 c\nStatus: O\nX-Status: \nX-Keywords: c"
		 "                            \nX-UID: 2\n\none\n\n" },
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *want =
		    cases[i].after ? cases[i].after : cases[i].before;

		begin();
		print_message("%s\n", cases[i].name);
		box(cases[i].before);
		mail_close(open_box(NIL));
		box_is(want);
		/* and that is where it stays */
		mail_close(open_box(NIL));
		box_is(want);
		assert_false(tmpdir_has(&tmp, "home/box.lock"));
		end();
	}
}

/* The internal-data message is made afresh; nothing else moves if the list of
 * keywords does not. */
static void
test_internal_data(void **state)
{
	char text[8192];
	MAILSTREAM *s;
	int fd;
	ssize_t n;

	(void)state;
	begin();
	box(FROM "From: Mail System Internal Data <MAILER-DAEMON@h>\n"
		 "Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\n"
		 "X-IMAP: 1709629200 0000000007 Work\nStatus: RO\n\nx\n\n" FROM
		 "Subject: a\n\none\n\n");
	s = open_box(NIL);
	assert_int_equal(s->nmsgs, 1);
	mail_flag(s, "1", "Later", ST_SET);
	mail_close(s);
	fd = open(tmpdir_path(&tmp, "home/box"), O_RDONLY);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	assert_true(n > 0);
	text[n] = '\0';
	assert_memory_equal(text, "From MAILER-DAEMON ", 19);
	assert_non_null(strstr(text, "\nDate: "));
	assert_non_null(strstr(text,
	    "\nFrom: Mail System Internal Data <MAILER-DAEMON@"));
	assert_non_null(strstr(text,
	    "\nSubject: DON'T DELETE THIS MESSAGE -- "
	    "FOLDER INTERNAL DATA\nMessage-ID: <"));
	assert_non_null(strstr(text,
	    ">\nX-IMAP: 1709629200 0000000008 Work "
	    "Later\nStatus: RO\n\n"));
	assert_string_equal(strstr(text, FROM),
	    FROM "Subject: a\nStatus: O\nX-Status: \nX-Keywords: Later"
		 "            \nX-UID: 8\n\none\n\n");
	s = open_box(OP_READONLY);
	assert_int_equal(s->nmsgs, 1);
	assert_int_equal(keywords(s, 1), 2);
	mail_close(s);
	end();
}

/* Of the record only the highest UID is left. */
static void
expect_short_record(const struct stat *st, uint32_t uid_last)
{
	int dir = cc_privdir_open();
	struct uidrecord rec;

	assert_true(dir >= 0);
	assert_int_equal(cc_uidrecord_read(dir, st, &rec), 0);
	assert_int_equal(rec.count, 0);
	assert_int_equal(rec.uidlast, uid_last);
	cc_uidrecord_free(&rec);
	close(dir);
}

/* UIDs that were announced are those that are written, and the record goes. */
static void
test_record_goes(void **state)
{
	unsigned long validity;
	MAILSTREAM *s;
	char name[128];
	struct stat st;

	(void)state;
	begin();
	box(FROM "\none\n\n" FROM2 "\ntwo\n\n");
	s = open_box(NIL);
	validity = s->uid_validity;
	assert_int_equal(stat(tmpdir_path(&tmp, "home/box"), &st), 0);
	snprintf(name, sizeof(name), "home/.cedar/uids.%llx.%llx",
	    (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	assert_true(tmpdir_has(&tmp, name));
	mail_check(s);
	expect_short_record(&st, 2);
	assert_int_equal(uid(s, 2), 2);
	expect_text(s, 2, "two\n");
	assert_int_equal(flags(s, 2), 0); /* still \Recent here */
	mail_close(s);
	s = open_box(OP_READONLY);
	assert_int_equal(s->uid_validity, validity);
	assert_int_equal(uid(s, 2), 2);
	assert_int_equal(flags(s, 2), fOLD);
	mail_close(s);
	end();
}

/* A message whose header is too long for us stays as it is, others do not. */
static void
test_long_header(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin();
	box_long(FROM BASE "\none\n\n" FROM2,
	    "\nlong\n" FROM "Subject: c\n\nthree\n\n");
	s = open_box(NIL);
	mail_check(s);
	expect_text(s, 2, "long\n");
	expect_text(s, 3, "three\n");
	assert_int_equal(uid(s, 3), 10);
	mail_close(s);
	s = open_box(OP_READONLY);
	assert_int_equal(s->uid_validity, 1709629200);
	assert_int_equal(uid(s, 2), 9);
	assert_int_equal(uid(s, 3), 10);
	assert_int_equal(flags(s, 2), 0);
	assert_int_equal(flags(s, 3), fOLD);
	mail_close(s);
	end();
}

/* ------------------------------------------------------------------- kills */

static bool
run(int n, enum how how, size_t step)
{
	return run_until(n, how, victim, step);
}

static void
test_killed_anywhere(void **state)
{
	static const struct {
		size_t step;
		int lines;
	} sizes[] = { { 400, 17 }, { 1200, 17 }, { 0, 17 }, { 30000, 200 },
		{ 0, 200 } };

	(void)state;
	for (size_t k = 0; k < COUNT(sizes); k++)
		for (int how = BEFORE; how < HOWS; how++) {
			int n = 0;
			bool lived = false;

			lines = sizes[k].lines;
			while (!lived) {
				begin();
				make_box();
				n += stride();
				lived = run(n, (enum how)how, sizes[k].step);
				check_box(0);
				assert_int_equal(files_named("cedar-redo"), 0);
				end();
			}
			print_message("steps of %zu, how %d: %d calls\n",
			    sizes[k].step, how, n);
			assert_true(n > 20);
		}
	lines = 17;
}

/* A delivery by a program that knows nothing of us, before we come again. */
static void
test_killed_then_delivery(void **state)
{
	struct strbuf mail;

	(void)state;
	cc_strbuf_init(&mail, SIZE_MAX);
	put_message(&mail, MESSAGES);
	for (int how = BEFORE; how < HOWS; how++) {
		bool lived = false;

		for (int n = 1; !lived; n += stride()) {
			begin();
			make_box();
			lived = run(n, (enum how)how, 900);
			deliver(cc_strbuf_str(&mail));
			check_box(1);
			assert_int_equal(files_named("cedar-redo"), 0);
			end();
		}
	}
	cc_strbuf_free(&mail);
}

static void
flag_second(size_t step)
{
	MAILSTREAM *s = open_box(NIL);

	((struct mbox *)s->local)->step_max = step;
	mail_flag(s, (char *)"2", (char *)"\\Flagged Later", ST_SET);
	mail_check(s);
	mail_close(s);
}

/* A message that needs a few octets more, and is so long that the record has
 * only sums of what is there. */
static void
make_tight(struct strbuf *text)
{
	struct strbuf all;

	cc_strbuf_init(text, SIZE_MAX);
	for (int k = 0; k < 3000; k++)
		cc_strbuf_printf(text, "line %d\n", k);
	cc_strbuf_init(&all, SIZE_MAX);
	cc_strbuf_printf(&all,
	    FROM BASE "Status: RO\nX-Status: \nX-Keywords:          \n"
		      "X-UID: 1\nSubject: s\n\nb\n\n" FROM2
		      "Subject: t\nStatus: RO\nX-Status: \nX-Keywords:   \n"
		      "X-UID: 2\n\n%s\n",
	    cc_strbuf_str(text));
	box_write(all.data, all.len);
	cc_strbuf_free(&all);
}

/* What was delivered before a writer who was killed had made the file longer
 * lies where octets were to be put. */
static void
test_killed_before_it_is_longer(void **state)
{
	struct strbuf text;
	bool lived = false;

	(void)state;
	for (int n = 1; !lived; n++) {
		MAILSTREAM *s;

		begin();
		make_tight(&text);
		lived = run_until(n, BEFORE, flag_second, 0);
		deliver(FROM3 "Subject: new\n\nnew text\n\n");
		s = open_box(NIL);
		assert_int_equal(s->nmsgs, 3);
		expect_text(s, 2, cc_strbuf_str(&text));
		expect_text(s, 3, "new text\n");
		mail_close(s);
		assert_int_equal(files_named("cedar-redo"), 0);
		cc_strbuf_free(&text);
		end();
	}
}

/* A rewrite that makes the file shorter: it ends with a gap that is cut off.
 * Mail that comes behind it before the record is gone must not be taken for
 * the gap. */
static void
test_killed_shrinking(void **state)
{
	const char *mail = "From new Thu Jun  6 14:07:31 2002 +0000\n"
			   "Subject: new\n\nnew text\n\n";

	(void)state;
	for (int how = BEFORE; how < 2 * HOWS; how++) {
		bool lived = false;

		for (int n = 1; !lived; n += stride()) {
			struct strbuf text;
			MAILSTREAM *s;

			begin();
			cc_strbuf_init(&text, SIZE_MAX);
			cc_strbuf_puts(&text,
			    "\n \n\n" FROM BASE
			    "Status: RO\nX-UID: 1\n\none\n\n" FROM2);
			for (int k = 0; k < 40; k++)
				cc_strbuf_puts(&text, "x-status: none\n");
			cc_strbuf_puts(&text, "\ntwo\n\n" FROM3 "\nthree\n");
			for (int k = 0; k < 30; k++)
				cc_strbuf_puts(&text, "more of three\n");
			cc_strbuf_puts(&text, "\n");
			box_write(text.data, text.len);
			cc_strbuf_free(&text);
			lived = run(n, (enum how)(how % HOWS), 300);
			if (how >= HOWS)
				deliver(mail);
			s = open_box(NIL);
			assert_int_equal(s->nmsgs, 3 + (how >= HOWS));
			expect_text(s, 1, "one\n");
			expect_text(s, 2, "two\n");
			assert_int_equal(uid(s, 3), 9);
			if (how >= HOWS)
				expect_text(s, 4, "new text\n");
			mail_close(s);
			assert_int_equal(files_named(".cedar-redo"), 0);
			assert_int_equal(files_named("cedar-redo"), 0);
			end();
		}
	}
}

/* Killed again while it is repaired. */
static void
test_killed_twice(void **state)
{
	(void)state;
	for (int first = 12; first < 80; first += 6 + stride()) {
		bool lived = false;

		for (int n = 1; !lived; n += stride()) {
			begin();
			make_box();
			(void)run(first, HALF, 500);
			lived = run(n, HALF, 0);
			check_box(0);
			assert_int_equal(files_named("cedar-redo"), 0);
			end();
		}
	}
}

/* Steps whose records are so long that they go past the cache: killed
 * anywhere, with mail that is delivered then, and killed once more. */
static void
test_killed_with_long_records(void **state)
{
	const bool few = getenv("CEDAR_ALL") == NULL;
	struct strbuf mail;

	(void)state;
	lines = 2400;
	cc_strbuf_init(&mail, SIZE_MAX);
	put_message(&mail, MESSAGES);
	for (int how = BEFORE; how < 2 * HOWS; how++) {
		bool lived = false;
		int more = how % 2;

		for (int n = 1; !lived; n += few ? 12 + stride() : 1) {
			begin();
			make_box();
			lived = run(n, (enum how)(how % HOWS), 0);
			if (more)
				deliver(cc_strbuf_str(&mail));
			if (how >= HOWS)
				(void)run(1 + (int)dice(30), HALF, 0);
			check_box(more);
			assert_int_equal(files_named("cedar-redo"), 0);
			end();
		}
	}
	begin();
	make_box();
	death.at = death.past = 0;
	victim(0);
	assert_true(death.past > 0);
	end();
	cc_strbuf_free(&mail);
	lines = 17;
}

/* No room, or a quota, at any call: the mailbox is as it was, or complete. */
static void
test_disk_full(void **state)
{
	static const int errors[] = { ENOSPC, EDQUOT, EIO };

	(void)state;
	for (size_t e = 0; e < COUNT(errors); e++)
		for (int n = 1; n < 60; n += stride()) {
			begin();
			make_box();
			death.at = n;
			death.count = 0;
			death.fail = errors[e];
			victim(700);
			death.at = death.fail = 0;
			check_box(0);
			end();
		}
}

/* ------------------------------------------------------- records of others */

static void
put_record(const char *text, size_t len, mode_t mode)
{
	char name[128];
	struct stat st;

	assert_int_equal(stat(tmpdir_path(&tmp, "home/box"), &st), 0);
	snprintf(name, sizeof(name), "home/.cedar-redo.%llx.%llx",
	    (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	tmpdir_write(&tmp, name, text, len);
	assert_int_equal(chmod(tmpdir_path(&tmp, name), mode), 0);
}

/* Any file may lie there: it does nothing to the mailbox. */
static void
test_damaged_records(void **state)
{
	static const char whole[] = "cedar-redo 3\nfile 0 0\nsize 0 0\n"
				    "gap 0 0\nputs 0\n"
				    "check 0000000000000000\n";
	const char *const texts[] = { "x", "cedar-redo 3\n", whole };
	const char *const begun[] = { "", "cedar-", "cedar-append 1\nfile 0" };

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		begin();
		make_box();
		put_record(texts[i], strlen(texts[i]), 0600);
		mail_close(open_box(OP_READONLY));
		assert_int_equal(files_named(".cedar-redo"), 0);
		assert_int_equal(files_named("cedar-redo-failed"), 1);
		unlink(tmpdir_path(&tmp, "home/none"));
		end();
	}
	/* that of an append which was not begun goes */
	for (size_t i = 0; i < COUNT(begun); i++) {
		begin();
		make_box();
		put_record(begun[i], strlen(begun[i]), 0600);
		mail_close(open_box(OP_READONLY));
		assert_int_equal(files_named(".cedar-redo"), 0);
		assert_int_equal(files_named("cedar-redo-failed"), 0);
		check_box(0);
		end();
	}
	/* what others could have written is not even looked at */
	begin();
	make_box();
	put_record("x", 1, 0666);
	mail_close(open_box(OP_READONLY));
	assert_int_equal(files_named(".cedar-redo"), 1);
	end();
	if (geteuid() != 0)
		return;
	/* nor what they wrote; root and the mailbox's owner are believed */
	for (int i = 0; i < 3; i++) {
		begin();
		make_box();
		put_record("x", 1, 0600);
		assert_int_equal(chown(tmp.name, i == 0 ? 0 : 12345, 0), 0);
		if (i == 1)
			assert_int_equal(chown(tmpdir_path(&tmp, "home/box"),
					     12345, 0),
			    0);
		mail_close(open_box(OP_READONLY));
		assert_int_equal(files_named(".cedar-redo"), i == 2);
		end();
	}
}

/* A record whose mailbox another program has changed since. */
static void
test_record_does_not_fit(void **state)
{
	(void)state;
	for (int n = 1; n < 400; n += stride()) {
		MAILSTREAM *s;
		bool lived;

		begin();
		make_box();
		lived = run(n, HALF, 900);
		if (lived || files_named(".cedar-redo.") == 0) {
			end();
			if (lived)
				break;
			continue;
		}
		/* somebody put another mailbox into the same file */
		box(FROM "Subject: other\n\nother\n\n" FROM2 "\nmore\n\n");
		s = open_box(OP_READONLY);
		assert_int_equal(s->nmsgs, 2);
		expect_text(s, 1, "other\n");
		expect_text(s, 2, "more\n");
		mail_close(s);
		box_is(FROM "Subject: other\n\nother\n\n" FROM2 "\nmore\n\n");
		assert_int_equal(files_named(".cedar-redo."), 0);
		end();
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_internal_data),
		cmocka_unit_test(test_record_goes),
		cmocka_unit_test(test_long_header),
		cmocka_unit_test(test_killed_anywhere),
		cmocka_unit_test(test_killed_then_delivery),
		cmocka_unit_test(test_killed_before_it_is_longer),
		cmocka_unit_test(test_killed_shrinking),
		cmocka_unit_test(test_killed_twice),
		cmocka_unit_test(test_killed_with_long_records),
		cmocka_unit_test(test_disk_full),
		cmocka_unit_test(test_damaged_records),
		cmocka_unit_test(test_record_does_not_fit),
	};

	return cmocka_run_group_tests(tests, choose_seed, NULL);
}
