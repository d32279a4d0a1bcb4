/*
 * test_unix.c - a session on a mailbox file: what it shows, which UIDs it
 * gives, and what it keeps in memory.
 */
#include <poll.h>
#include <sys/wait.h>

#include "test_mboxfile_naive.h"
#include "test_unix.h"

/* ------------------------------------------------------------ open and read */

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_delivery_that_has_just_begun),
		cmocka_unit_test(test_read_random),
		cmocka_unit_test(test_uids_are_kept),
		cmocka_unit_test(test_uids_of_changed_file),
		cmocka_unit_test(test_uids_never_again),
		cmocka_unit_test(test_uids_not_sticky),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_mark),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
