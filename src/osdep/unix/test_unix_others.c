/*
 * test_unix_others.c - a session on a mailbox file that others change: what
 * it learns of them, and that it never shows octets of another message.
 */
#include <sys/wait.h>

#include "test_unix.h"

#define PLAIN FROM "Subject: a\n\none\n\n" FROM2 "Subject: b\n\ntwo\n\n"
#define THIRD FROM3 "Subject: c\n\nthree\n\n"

/* ----------------------------------------------------------- what others do */

static void
test_delivery(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin();
	box(PLAIN);
	for (int k = 0; k < 2; k++) {
		s = open_box(k ? OP_READONLY : NIL);
		expect_text(s, 1, "one\n");
		deliver(THIRD);
		/* octets are shown though the file has changed */
		expect_text(s, 2, "two\n");
		assert_int_equal(s->nmsgs, 2 + k);
		assert_int_equal(mail_ping(s), LONGT);
		assert_int_equal(s->nmsgs, 3 + k);
		assert_int_equal(s->uid_last, 3 + k);
		expect_text(s, 3 + (unsigned)k, "three\n");
		expect_header(s, 2, "Subject: b\n\n");
		mail_close(s);
	}
	end();
}

/* Another session's flags, in place. */
static void
test_flags_of_others(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin();
	box(FROM BASE "Status: O\nX-UID: 4\nSubject: a\n\none\n\n" FROM2
		      "Status: O\nX-UID: 5\nX-Keywords: Work\n\ntwo\n\n");
	s = open_box(NIL);
	patch("Status: O\nX-UID: 5", "Status: R\nX-UID: 5");
	assert_int_equal(mail_ping(s), LONGT);
	assert_int_equal(test_callbacks.flags.count, 1);
	assert_int_equal(test_callbacks.flags.number[0], 2);
	assert_int_equal(flags(s, 2), fSEEN | fOLD);
	assert_int_equal(mail_ping(s), LONGT);
	assert_int_equal(test_callbacks.flags.count, 1);
	mail_close(s);
	end();
}

/* A change of flags by a program that then restores the file's time. */
static void
test_change_with_the_old_time(void **state)
{
	struct timespec times[2];
	struct stat before, now;
	MAILSTREAM *s;

	(void)state;
	begin();
	box(FROM BASE "Status: RO\nX-UID: 5\n\nx\n\n");
	s = open_box(NIL);
	assert_int_equal(flags(s, 1) & fSEEN, fSEEN);
	mail_check(s);
	assert_int_equal(stat(tmpdir_path(&tmp, "home/box"), &before), 0);
	patch("Status: RO", "Status: O ");
	times[0] = before.st_atim;
	times[1] = before.st_mtim;
	do {
		assert_int_equal(utimensat(AT_FDCWD,
				     tmpdir_path(&tmp, "home/box"), times, 0),
		    0);
		assert_int_equal(stat(tmpdir_path(&tmp, "home/box"), &now), 0);
	} while (now.st_ctim.tv_sec == before.st_ctim.tv_sec &&
	    now.st_ctim.tv_nsec == before.st_ctim.tv_nsec);
	assert_int_equal(now.st_size, before.st_size);
	assert_true(mail_ping(s));
	assert_int_equal(flags(s, 1) & fSEEN, 0);
	mail_close(s);
	end();
}

/* Keywords mean names, also when another program wrote them in another
 * order. */
static void
test_keywords_of_others(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin();
	box(FROM BASE "X-UID: 4\nX-Keywords: Work\n\none\n\n");
	s = open_box(NIL);
	box(FROM "X-IMAPbase: 1709629200 7 New Later Work\nX-UID: 4\n"
		 "X-Keywords: new work\n\none\n\n");
	assert_int_equal(mail_ping(s), LONGT);
	assert_string_equal(s->user_flags[0], "Work");
	assert_string_equal(s->user_flags[1], "Later");
	assert_string_equal(s->user_flags[2], "New");
	assert_int_equal(keywords(s, 1), 5);
	mail_close(s);
	end();
}

/* Expunges at the next ping of one stream, and only at that. */
static void
test_one_time_expunge_at_ping(void **state)
{
	MAILSTREAM *one, *other;
	int stranger;

	(void)state;
	begin();
	mail_parameters(NIL, SET_EXPUNGEATPING, NIL);
	box(FROM BASE "X-UID: 1\n\none\n\n" FROM "X-UID: 2\n\ntwo\n\n");
	one = open_box(NIL);
	other = open_box(NIL);
	box(FROM BASE "X-UID: 1\n\none\n\n");
	mail_parameters(NIL, SET_ONETIMEEXPUNGEATPING, one);
	assert_ptr_equal(mail_parameters(NIL, GET_ONETIMEEXPUNGEATPING, NIL),
	    one);
	assert_int_equal(mail_ping(other), LONGT);
	assert_int_equal(other->nmsgs, 2);
	assert_int_equal(mail_ping(one), LONGT);
	assert_int_equal(one->nmsgs, 1);
	assert_null(mail_parameters(NIL, GET_ONETIMEEXPUNGEATPING, NIL));
	deliver(FROM2 "\nnew\n\n");
	assert_int_equal(mail_ping(one), LONGT);
	box(FROM BASE "X-UID: 1\n\none\n\n");
	assert_int_equal(mail_ping(one), LONGT);
	assert_int_equal(one->nmsgs, 2);
	/* a stream that is closed leaves nothing to one in its place */
	mail_parameters(NIL, SET_ONETIMEEXPUNGEATPING, one);
	mail_close(one);
	assert_null(mail_parameters(NIL, GET_ONETIMEEXPUNGEATPING, NIL));
	mail_parameters(NIL, SET_ONETIMEEXPUNGEATPING, &stranger);
	mail_close(other);
	assert_ptr_equal(mail_parameters(NIL, GET_ONETIMEEXPUNGEATPING, NIL),
	    &stranger);
	mail_parameters(NIL, SET_ONETIMEEXPUNGEATPING, NIL);
	end();
}

#define FOUR FROM BASE "X-UID: 1\n\none\n\n"
#define TWO_FROM FROM2 "X-UID: 2\n\ntwo\n\n"
#define NINE FROM "X-UID: 9\n\nnine\n\n"
#define TWO_LATE FROM3 "X-UID: 5\n\nthree\n\n"

/* Messages removed by others, and numbers that stay true until told. */
static void
test_expunge_of_others(void **state)
{
	MAILSTREAM *s;
	struct strbuf b;

	(void)state;
	begin();
	box(FOUR TWO_FROM TWO_LATE);
	s = open_box(NIL);
	assert_int_equal(s->nmsgs, 3);
	mail_parameters(NIL, SET_EXPUNGEATPING, NIL);
	box(FOUR TWO_LATE FROM "X-UID: 9\n\nnine\n\n");
	assert_int_equal(mail_ping(s), LONGT);
	assert_int_equal(test_callbacks.expunged.count, 0);
	assert_int_equal(s->nmsgs, 4);
	expect_text(s, 1, "one\n");
	assert_int_equal(get(s, 2, MAIL_TEXT, &b), CC_ECHANGED);
	cc_strbuf_free(&b);
	assert_int_equal(uid(s, 2), 2);
	expect_text(s, 3, "three\n");
	expect_text(s, 4, "nine\n");
	/* the last one goes, and a new one comes, still untold */
	box(FOUR FROM "X-UID: 9\n\nnine\n\n" FROM "X-UID: 11\n\nlast\n\n");
	assert_int_equal(mail_ping(s), LONGT);
	assert_int_equal(s->nmsgs, 5);
	expect_text(s, 5, "last\n");
	mail_parameters(NIL, SET_EXPUNGEATPING, VOIDT);
	assert_int_equal(mail_ping(s), LONGT);
	assert_int_equal(test_callbacks.expunged.count, 2);
	assert_int_equal(test_callbacks.expunged.number[0], 3);
	assert_int_equal(test_callbacks.expunged.number[1], 2);
	assert_int_equal(s->nmsgs, 3);
	assert_int_equal(uid(s, 2), 9);
	expect_text(s, 2, "nine\n");
	expect_text(s, 3, "last\n");
	mail_close(s);
	end();
}

static const struct {
	const char *name, *first, *then;
	const char *log; /* how the session ends */
} deaths[] = {
	{ "text behind the end", FOUR, FOUR "more text\n", "Unexpected" },
	{ "another text", FOUR TWO_FROM TWO_LATE,
	    FOUR FROM2 "X-UID: 2\n\n222\n\n\n" TWO_LATE, "Unexpected" },
	{ "no mailbox any more", FOUR, "rubbish\n", "Mailbox shrank" },
	{ "another UIDVALIDITY", FOUR TWO_FROM,
	    FROM
	    "X-IMAPbase: 1709629201 7 Work Later\nX-UID: 1\n\none\n\n" TWO_FROM,
	    "Unexpected" },
	{ "a message in between", FOUR TWO_LATE, FOUR TWO_FROM TWO_LATE,
	    "Unexpected" },
	{ "a UID that was used", FOUR TWO_LATE,
	    FOUR TWO_LATE FROM "X-UID: 6\n\nsix\n\n", "Unexpected" },
};

static void
test_deaths(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(deaths); i++) {
		struct strbuf b;
		MAILSTREAM *s;

		begin();
		box(deaths[i].first);
		s = open_box(NIL);
		box(deaths[i].then);
		if (mail_ping(s) != NIL)
			print_error("%s\n", deaths[i].name);
		assert_int_equal(mail_ping(s), NIL);
		assert_int_equal(test_callbacks.log_level, ERROR);
		if (strncmp(test_callbacks.log, deaths[i].log,
			strlen(deaths[i].log)) != 0)
			print_error("%s: %s\n", deaths[i].name,
			    test_callbacks.log);
		assert_memory_equal(test_callbacks.log, deaths[i].log,
		    strlen(deaths[i].log));
		/* nothing is shown or written any more */
		assert_int_equal(get(s, 1, MAIL_TEXT, &b), CC_ECHANGED);
		cc_strbuf_free(&b);
		assert_int_equal(cc_mail_store(s, 1, fSEEN, fSEEN, 0, 0),
		    CC_ECHANGED);
		mail_close(s);
		box_is(deaths[i].then);
		end();
	}
}

/* Without UIDs in the file messages are known by what they look like, up to
 * the first that is not the same; the rest are other messages. */
static void
test_changes_without_uids(void **state)
{
	unsigned long validity;
	MAILSTREAM *s;

	(void)state;
	begin();
	box(PLAIN THIRD);
	s = open_box(NIL);
	validity = s->uid_validity;
	box(PLAIN THIRD "more text\n");
	assert_int_equal(mail_ping(s), LONGT);
	assert_int_equal(test_callbacks.expunged.count, 1);
	assert_int_equal(s->nmsgs, 3);
	assert_int_equal(uid(s, 2), 2);
	assert_int_equal(uid(s, 3), 4);
	box(FROM "Subject: a\n\none\n\n" THIRD);
	assert_int_equal(mail_ping(s), LONGT);
	assert_int_equal(s->nmsgs, 2);
	assert_int_equal(uid(s, 1), 1);
	assert_int_equal(uid(s, 2), 5);
	expect_text(s, 2, "three\n");
	assert_int_equal(s->uid_validity, validity);
	mail_close(s);
	s = open_box(NIL);
	assert_int_equal(s->uid_validity, validity);
	assert_int_equal(uid(s, 2), 5);
	mail_close(s);
	end();
}

/* Empty lines in front of a delivery, and a session that learns of it only
 * when other things have changed, too. */
static void
test_junk_before_delivery(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin();
	box(FOUR TWO_FROM);
	s = open_box(NIL);
	deliver("\n\n" NINE);
	assert_int_equal(mail_ping(s), LONGT);
	assert_int_equal(s->nmsgs, 3);
	expect_text(s, 3, "nine\n");
	assert_int_equal(uid(s, 2), 2);
	deliver("\r\n \n" FROM "X-UID: 10\n\nten\n\n");
	assert_int_equal(mail_ping(s), LONGT);
	assert_int_equal(s->nmsgs, 4);
	expect_text(s, 4, "ten\n");
	mail_close(s);
	end();
}

/* Another program makes hidden lines of a message longer while we look at it:
 * its text moves by few octets, and only by white space to the next line. */
static void
test_text_moves_by_one(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin();
	box(FOUR FROM2 "X-UID: 2\n\ntwo\n\n" NINE);
	s = open_box(OP_READONLY);
	expect_text(s, 1, "one\n");
	box(FOUR FROM2 "X-UID: 02\n\ntwo\n\n" NINE);
	expect_text(s, 2, "two\n");
	box(FOUR FROM2 "X-UID: 2\n\ntwo\n\n" FROM "X-UID: 0009\n\nnine\n\n");
	expect_text(s, 3, "nine\n");
	expect_text(s, 2, "two\n");
	assert_int_equal(mail_ping(s), LONGT);
	mail_close(s);
	end();
}

/* A mailbox emptied by another program, as spool readers do. */
static void
test_emptied(void **state)
{
	const char *const files[] = { PLAIN, FOUR TWO_FROM };

	(void)state;
	for (size_t i = 0; i < COUNT(files); i++) {
		unsigned long validity;
		MAILSTREAM *s;

		begin();
		box(files[i]);
		s = open_box(NIL);
		validity = s->uid_validity;
		box("");
		assert_int_equal(mail_ping(s), LONGT);
		assert_int_equal(s->nmsgs, 0);
		assert_int_equal(test_callbacks.expunged.count, 2);
		deliver(THIRD);
		assert_int_equal(mail_ping(s), LONGT);
		assert_int_equal(s->nmsgs, 1);
		assert_int_equal(s->uid_validity, validity);
		/* what the file carried others may have told more of */
		assert_int_equal(uid(s, 1), i == 0 ? 3 : 1008);
		mail_close(s);
		end();
	}
}

static void
test_removed(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin();
	box(PLAIN);
	s = open_box(NIL);
	assert_int_equal(unlink(tmpdir_path(&tmp, "home/box")), 0);
	assert_int_equal(mail_ping(s), NIL);
	mail_close(s);
	end();
}

/* A file put in place by rename: another inode, the same messages. */
static void
test_replaced(void **state)
{
	char other[4096];
	MAILSTREAM *s;

	(void)state;
	begin();
	box(FOUR TWO_FROM);
	s = open_box(NIL);
	tmpdir_write(&tmp, "home/other", FOUR TWO_FROM NINE,
	    strlen(FOUR TWO_FROM NINE));
	snprintf(other, sizeof(other), "%s", tmpdir_path(&tmp, "home/other"));
	assert_int_equal(rename(other, tmpdir_path(&tmp, "home/box")), 0);
	expect_text(s, 2, "two\n"); /* of the file that is open */
	assert_int_equal(mail_ping(s), LONGT);
	assert_int_equal(s->nmsgs, 3);
	expect_text(s, 3, "nine\n");
	mail_close(s);
	end();
}

/* ----------------------------------------- octets of the right message only */

/*
 * The file changes between two steps of a walk. Whatever was moved: what
 * comes is what belongs to the message, or CC_ECHANGED.
 */
static void
test_changed_while_reading(void **state)
{
	enum { SIZE = 700000 };
	const char *last = "\n\n" FROM "X-UID: 3\n\nzzz\n\n";
	char *text = malloc(SIZE + 200);
	struct mail_reader reader;
	struct span span;
	size_t n, got;
	MAILSTREAM *s;
	int r, fd;

	(void)state;
	begin();
	n = (size_t)snprintf(text, 200, "%s%s", FOUR, FROM2 "X-UID: 2\n\n");
	memset(text + n, 'a', SIZE);
	memcpy(text + n + SIZE, last, strlen(last));
	n += SIZE + strlen(last);
	for (int how = 0; how < 4; how++) {
		box_write(text, n);
		s = open_box(OP_READONLY);
		assert_int_equal(s->nmsgs, 3);
		assert_int_equal(cc_mail_read(s, 2, MAIL_TEXT, &reader), 0);
		assert_int_equal(cc_mail_next(&reader, &span), 1);
		got = span.len;
		assert_true(got < SIZE);
		fd = open(tmpdir_path(&tmp, "home/box"), O_RDWR);
		switch (how) {
		case 0: /* a delivery: all goes on */
			deliver(MSG);
			break;
		case 1: /* cut off */
			assert_int_equal(ftruncate(fd, 5000), 0);
			break;
		case 2: /* the first message is expunged */
			assert_int_equal(pwrite(fd, text + strlen(FOUR),
					     n - strlen(FOUR), 0),
			    (ssize_t)(n - strlen(FOUR)));
			break;
		default: /* only the end of the message moves */
			assert_int_equal(pwrite(fd, text + n - 40, 40,
					     (off_t)(n - 45)),
			    40);
			break;
		}
		close(fd);
		while ((r = cc_mail_next(&reader, &span)) > 0) {
			for (size_t k = 0; k < span.len; k++)
				assert_true(span.p[k] == 'a' ||
				    (span.p[k] == '\n' && k + 1 == span.len));
			got += span.len;
		}
		assert_int_equal(r, how == 0 ? 0 : CC_ECHANGED);
		if (how == 0)
			assert_int_equal(got, SIZE + 1);
		mail_close(s);
	}
	free(text);
	end();
}

/* The next message is not read from a view of a file that has moved. */
static void
test_view_of_changed_file(void **state)
{
	MAILSTREAM *s;
	struct strbuf b;

	(void)state;
	begin();
	box(FOUR TWO_FROM TWO_LATE);
	s = open_box(OP_READONLY);
	box(FOUR FROM2 "X-UID: 2\n\n2.2\n\n" FROM "X-UID: 5\n\nthree\n\n");
	expect_text(s, 1, "one\n");
	assert_int_equal(get(s, 2, MAIL_TEXT, &b), CC_ECHANGED);
	cc_strbuf_free(&b);
	mail_close(s);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_delivery),
		cmocka_unit_test(test_flags_of_others),
		cmocka_unit_test(test_keywords_of_others),
		cmocka_unit_test(test_expunge_of_others),
		cmocka_unit_test(test_deaths),
		cmocka_unit_test(test_changes_without_uids),
		cmocka_unit_test(test_junk_before_delivery),
		cmocka_unit_test(test_text_moves_by_one),
		cmocka_unit_test(test_emptied),
		cmocka_unit_test(test_removed),
		cmocka_unit_test(test_replaced),
		cmocka_unit_test(test_changed_while_reading),
		cmocka_unit_test(test_one_time_expunge_at_ping),
		cmocka_unit_test(test_view_of_changed_file),
		cmocka_unit_test(test_change_with_the_old_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
