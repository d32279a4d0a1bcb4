/*
 * test_unix.c - a session on a mailbox file: what it shows, what it learns of
 * others, and that it never shows octets of another message.
 */
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "test_unix.h"
#include "test_mboxfile_naive.h"

/* ----------------------------------------------------------- open and read */

static void
test_open(void **state)
{
	MAILSTREAM *s;
	struct imap_date date;
	uint64_t size;

	(void)state;
	begin();
	box(FROM BASE "Status: RO\nX-Status: F\nX-Keywords: Later    \n"
		      "X-UID: 4\nSubject: tea\n\nFour\n>From noon on.\n\n" FROM2
		      "Subject: cake\nX-UID: 7\n\nYes.\n\n");
	s = open_box(NIL);
	assert_int_equal(s->nmsgs, 2);
	assert_int_equal(s->recent, 1);
	assert_int_equal(s->uid_validity, 1709629200);
	assert_int_equal(s->uid_last, 7);
	assert_false(s->rdonly || s->uid_nosticky);
	assert_true(s->perm_seen && s->perm_deleted && s->kwd_create);
	assert_string_equal(s->user_flags[0], "Work");
	assert_string_equal(s->user_flags[1], "Later");
	assert_null(s->user_flags[2]);
	assert_int_equal(s->perm_user_flags, 3);
	assert_int_equal(uid(s, 1), 4);
	assert_int_equal(flags(s, 1), fSEEN | fFLAGGED | fOLD);
	assert_int_equal(keywords(s, 1), 2);
	assert_int_equal(flags(s, 2), 0);
	assert_int_equal(cc_mail_size(s, 1, &size), 0);
	assert_int_equal(size, 16 + 6 + 16);
	assert_int_equal(cc_mail_date(s, 1, &date), 0);
	assert_int_equal(date.time, 11844 * 86400 + 14 * 3600 + 7 * 60 + 31);
	expect_header(s, 1, "Subject: tea\n\n");
	expect_text(s, 1, "Four\n>From noon on.\n");
	expect_header(s, 2, "Subject: cake\n\n");
	expect_text(s, 2, "Yes.\n");
	assert_int_equal(test_callbacks.logs, 0);
	mail_close(s);
	end();
}

static const struct {
	const char *name, *text;
} refused[] = {
	{ "text", "Hello\n" },
	{ "space", " " MSG },
	{ "no line end", "From u Thu Jun  6 14:07:31 2002" },
	{ "empty", "" },
};

static void
test_refused(void **state)
{
	char *long_line;

	(void)state;
	begin();
	for (size_t i = 0; i < COUNT(refused); i++) {
		tmpdir_write(&tmp, "home/box", refused[i].text,
		    strlen(refused[i].text));
		assert_null((*unixdriver.valid)("box"));
	}
	/* the first line must be within 1023 octets */
	for (size_t n = 1021; n <= 1024; n++) {
		long_line = malloc(n + 1);
		memset(long_line, '\n', n);
		memcpy(long_line + n - strlen(FROM), FROM, strlen(FROM));
		box_write(long_line, n);
		assert_int_equal((*unixdriver.valid)("box") != NIL, n <= 1023);
		free(long_line);
	}
	tmpdir_mkdir(&tmp, "home/dir");
	assert_null((*unixdriver.valid)("dir"));
	assert_null((*unixdriver.valid)("nothing"));
	assert_int_equal(mkfifo(tmpdir_path(&tmp, "home/fifo"), 0600), 0);
	assert_null((*unixdriver.valid)("fifo"));
	assert_int_equal(test_callbacks.logs, 0);
	end();
}

/* Everything that is handed out, against the naive reader: files put together
 * at random, with lines and messages around the sizes of the buffers. */
/* A deliverer that is at its first octet when the mailbox is looked at. */
static void
test_delivery_that_has_just_begun(void **state)
{
	static const char text[] = FROM "\nText\n\n";
	MAILSTREAM *s;
	pid_t child;
	int fd;

	(void)state;
	begin();
	tmpdir_write(&tmp, "home/box", text, 1);
	fd = open(tmpdir_path(&tmp, "home/box"), O_WRONLY | O_APPEND);
	assert_true(fd >= 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		poll(NULL, 0, 100);
		_exit(write(fd, text + 1, sizeof(text) - 2) < 0);
	}
	close(fd);
	s = mail_open(NIL, "box", NIL);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_non_null(s);
	assert_int_equal(s->nmsgs, 1);
	mail_close(s);
	end();
}

static void
test_read_random(void **state)
{
	static const char *const pieces[] = { FROM, FROM2, "\n", "\n", "\r\n",
		"\r", "Subject: x\n", BASE, "Status: RO\n", "X-UID: 3\n",
		" cont\n", "x", "text text text\n", "X-Keywords: Work    \n",
		"status: x\n", ">From \n", "\tmore\r\n" };
	static const size_t lengths[] = { 200, 255, 256, 8190, 65535, 65536,
		65537, 262143, 262144, 262145, 600000 };
	uint32_t seed = 1;

	(void)state;
	begin();
	for (int round = 0; round < 300; round++) {
		struct strbuf text;
		struct naive naive;
		MAILSTREAM *s;

		cc_strbuf_init(&text, SIZE_MAX);
		cc_strbuf_puts(&text, FROM);
		for (int k = 0; k < 40; k++) {
			seed = seed * 1103515245 + 12345;
			cc_strbuf_puts(&text,
			    pieces[(seed >> 16) % COUNT(pieces)]);
			if ((seed >> 8) % 20 == 0) {
				size_t n =
				    lengths[(seed >> 20) % COUNT(lengths)];

				memset(cc_strbuf_room(&text, n), 'y', n);
				cc_strbuf_claim(&text, n);
			}
		}
		box_write(text.data, text.len);
		assert_true(naive_read(text.data, text.len, &naive));
		s = open_box(OP_READONLY);
		assert_int_equal(s->nmsgs, naive.count);
		for (size_t i = 0; i < naive.count; i++) {
			struct naive_msg *m = &naive.msgs[i];
			struct strbuf b;

			assert_int_equal(get(s, i + 1, MAIL_TEXT, &b), 0);
			assert_int_equal(b.len, m->text_len);
			assert_memory_equal(cc_strbuf_str(&b), m->text, b.len);
			cc_strbuf_free(&b);
			assert_int_equal(get(s, i + 1, MAIL_HEADER, &b), 0);
			assert_int_equal(b.len, m->header_len);
			assert_memory_equal(cc_strbuf_str(&b), m->header,
			    b.len);
			cc_strbuf_free(&b);
		}
		mail_close(s);
		naive_free(&naive);
		cc_strbuf_free(&text);
	}
	end();
}

/* -------------------------------------------------------------------- UIDs */

#define PLAIN FROM "Subject: a\n\none\n\n" FROM2 "Subject: b\n\ntwo\n\n"
#define THIRD FROM3 "Subject: c\n\nthree\n\n"

static void
test_uids_are_kept(void **state)
{
	unsigned long validity;
	MAILSTREAM *s;

	(void)state;
	begin();
	box(PLAIN);
	s = open_box(OP_READONLY);
	validity = s->uid_validity;
	assert_false(s->uid_nosticky);
	assert_int_equal(uid(s, 2), 2);
	mail_close(s);
	/* the next session, after a delivery, and with flags from others */
	deliver(THIRD);
	s = open_box(OP_READONLY);
	assert_int_equal(s->uid_validity, validity);
	assert_int_equal(uid(s, 1), 1);
	assert_int_equal(uid(s, 3), 3);
	assert_int_equal(s->uid_last, 3);
	mail_close(s);
	box(FROM "Status: RO\nSubject: a\n\none\n\n" FROM2
		 "Subject: b\nStatus: RO\n\ntwo\n\n" THIRD);
	s = open_box(OP_READONLY);
	assert_int_equal(s->uid_validity, validity);
	assert_int_equal(uid(s, 3), 3);
	mail_close(s);
	box_is(FROM "Status: RO\nSubject: a\n\none\n\n" FROM2
		    "Subject: b\nStatus: RO\n\ntwo\n\n" THIRD);
	end();
}

/* What the record does not fit gets another UIDVALIDITY, never an old UID. */
static void
test_uids_of_changed_file(void **state)
{
	unsigned long validity;
	MAILSTREAM *s;

	(void)state;
	begin();
	box(PLAIN THIRD);
	s = open_box(OP_READONLY);
	validity = s->uid_validity;
	mail_close(s);
	box(FROM2 "Subject: b\n\ntwo\n\n" THIRD);
	s = open_box(OP_READONLY);
	assert_int_equal(s->nmsgs, 2);
	assert_true(s->uid_validity > validity);
	mail_close(s);
	end();
}

/* A UIDVALIDITY of the file's own: UIDs of deliveries are recorded, and not
 * given again when such a message is gone. */
static void
test_uids_never_again(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin();
	box(FROM BASE "X-UID: 7\nSubject: a\n\none\n\n");
	deliver(THIRD);
	s = open_box(OP_READONLY);
	assert_int_equal(uid(s, 2), 8);
	mail_close(s);
	box(FROM BASE "X-UID: 7\nSubject: a\n\none\n\n");
	s = open_box(OP_READONLY);
	assert_int_equal(s->uid_last, 8);
	deliver(FROM2 "Subject: d\n\nfour\n\n");
	assert_int_equal(mail_ping(s), LONGT);
	assert_int_equal(s->nmsgs, 2);
	assert_int_equal(uid(s, 2), 9);
	mail_close(s);
	s = open_box(OP_READONLY);
	assert_int_equal(s->uid_validity, 1709629200);
	assert_int_equal(uid(s, 2), 9);
	mail_close(s);
	end();
}

static void
test_uids_not_sticky(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin();
	tmpdir_write(&tmp, "home/.cedar", "x", 1); /* no directory */
	box(PLAIN);
	s = open_box(OP_READONLY);
	assert_true(s->uid_nosticky);
	assert_int_equal(uid(s, 2), 2);
	mail_close(s);
	box(FROM BASE "X-UID: 7\nSubject: a\n\none\n\n");
	s = open_box(OP_READONLY);
	assert_false(s->uid_nosticky);
	mail_close(s);
	end();
}

/* ---------------------------------------------------------- what others do */

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

/* ---------------------------------------- octets of the right message only */

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

/* ---------------------------------------------------------------- the rest */

/* Memory: what an idle session keeps of a message. */
static void
test_memory(void **state)
{
	enum { COPIES = 5000 };
	struct strbuf text;
	struct mbox *m;
	MAILSTREAM *s;

	(void)state;
	begin();
	cc_strbuf_init(&text, SIZE_MAX);
	for (int i = 0; i < COPIES; i++)
		cc_strbuf_puts(&text, MSG);
	box_write(text.data, text.len);
	s = open_box(OP_READONLY);
	assert_int_equal(s->nmsgs, COPIES);
	m = s->local;
	assert_int_equal(m->index.room, COPIES);
	assert_true(m->index.room * sizeof(*m->index.msgs) <= COPIES * 24);
	mail_close(s);
	cc_strbuf_free(&text);
	end();
}

/* New mail stays marked as such (mtime after atime) for a session that only
 * looks, and is not after one that reads and writes. */
static void
test_mark(void **state)
{
	const struct timespec old[2] = { { 1000, 0 }, { 2000, 0 } };
	struct stat st;

	(void)state;
	begin();
	for (int k = 0; k < 3; k++) {
		box(k == 1 ? FROM "Status: O\n\nx\n" : MSG);
		assert_int_equal(utimensat(AT_FDCWD,
				     tmpdir_path(&tmp, "home/box"), old, 0),
		    0);
		mail_close(open_box(k < 2 ? OP_READONLY : NIL));
		assert_int_equal(stat(tmpdir_path(&tmp, "home/box"), &st), 0);
		assert_int_equal(st.st_atime > st.st_mtime, k > 0);
		if (k < 2)
			assert_int_equal(st.st_mtime, 2000);
	}
	end();
}

/* Anybody may write a pid into a lock file (its mode is 0666); no signal goes
 * to a process that does not hold the lock. */
static void
test_pid_of_a_lock_is_not_believed(void **state)
{
	struct inodelock lock;
	struct stat st;

	(void)state;
	begin();
	box(MSG);
	assert_int_equal(stat(tmpdir_path(&tmp, "home/box"), &st), 0);
	assert_false(cc_inodelock_is_holder(&st, getpid()));
	assert_int_equal(cc_inodelock_get(&lock, &st, FDLOCK_EX, 0, NULL), 0);
	assert_true(cc_inodelock_is_holder(&st, getpid()));
	assert_false(cc_inodelock_is_holder(&st, getppid()));
	cc_inodelock_release(&lock);
	end();
}

/* Has the lock as the original takes it, for a moment longer than ours do;
 * the pid in it is that of the one before. */
static void
keep_for_a_moment(const char *name)
{
	const struct timespec moment = { 1, 500000000 };
	int fd = open(name, O_RDWR | O_CREAT, 0666);

	if (fd < 0 || flock(fd, LOCK_EX) != 0 || write(fd, "1", 1) != 1)
		_exit(1);
	nanosleep(&moment, NULL);
	unlink(name);
	_exit(0);
}

/* A program that keeps the mailbox by its lock file's name. */
static pid_t
start_holder(void (*hold)(const char *name))
{
	struct inodelock lock;
	struct stat st;
	char *name;
	pid_t pid;

	assert_int_equal(stat(tmpdir_path(&tmp, "home/box"), &st), 0);
	assert_int_equal(cc_inodelock_get(&lock, &st, FDLOCK_EX, 0, NULL), 0);
	name = strdup(lock.name);
	cc_inodelock_release(&lock);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		hold(name);
	while (!cc_inodelock_is_holder(&st, pid))
		poll(NULL, 0, 1);
	free(name);
	return pid;
}

/* Programs that come and go: none of them keeps the mailbox, and a session
 * that meets one after another is not read-only for that. */
static void
test_holders_that_change(void **state)
{
	MAILSTREAM *s;
	pid_t pid;

	(void)state;
	begin();
	box(MSG);
	pid = start_holder(keep_for_a_moment);
	s = open_box(NIL);
	assert_false(s->rdonly);
	mail_close(s);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	end();
}

static bool asked_under_lock;

int
kill(pid_t pid, int sig)
{
	if (sig == SIGUSR2)
		asked_under_lock = tmpdir_has(&tmp, "home/box.lock");
	return (int)syscall(SYS_kill, pid, sig);
}

/* Keeps the mailbox as the original does, until it is asked to let go. */
static void
keep(const char *name)
{
	char pid[32];
	int fd = open(name, O_RDWR | O_CREAT, 0666);
	int n = snprintf(pid, sizeof(pid), "%ld", (long)getpid());

	if (fd < 0 || write(fd, pid, (size_t)n) != n || flock(fd, LOCK_EX) != 0)
		_exit(1);
	for (;;)
		pause();
}

/* A program is thrown out only while it writes nothing: its dot-lock would
 * stay for minutes, and so would half a change. */
static void
test_kiss_under_dot_lock(void **state)
{
	MAILSTREAM *s;
	int status;
	pid_t pid;

	(void)state;
	begin();
	box(MSG);
	pid = start_holder(keep);
	asked_under_lock = false;
	s = open_box(NIL);
	assert_false(s->rdonly);
	assert_true(asked_under_lock);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR2);
	assert_false(tmpdir_has(&tmp, "home/box.lock"));
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pid_of_a_lock_is_not_believed),
		cmocka_unit_test(test_holders_that_change),
		cmocka_unit_test(test_kiss_under_dot_lock),
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_delivery_that_has_just_begun),
		cmocka_unit_test(test_read_random),
		cmocka_unit_test(test_uids_are_kept),
		cmocka_unit_test(test_uids_of_changed_file),
		cmocka_unit_test(test_uids_never_again),
		cmocka_unit_test(test_uids_not_sticky),
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
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_mark),
		cmocka_unit_test(test_change_with_the_old_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
