/*
 * test_uidvalidity_missing.c - an INBOX that has no file: its UIDVALIDITY is
 * the same at each SELECT, and that of the first mail which comes.
 */
#include "test_unix.h"

#include "dummy.h"
#include "privdir.h"
#include "uidrecord.h"

#define AHEAD 100 /* seconds: no clock gives a number like these */
#define FILE_NAME "home/.cedar/inbox-missing"

static void
begin_missing(void)
{
	static bool dummy_linked;
	int privdir;

	begin();
	if (!dummy_linked)
		mail_link(&dummydriver);
	dummy_linked = true;
	privdir = cc_privdir_open();
	assert_true(privdir >= 0);
	assert_int_equal(cc_uidvalidity_seen(privdir, (uint32_t)time(NULL),
			     (uint32_t)time(NULL) + AHEAD),
	    0);
	close(privdir);
}

static MAILSTREAM *
open_inbox(long options)
{
	MAILSTREAM *s = mail_open(NIL, "INBOX", options);

	assert_non_null(s);
	assert_false(s->uid_nosticky);
	return s;
}

static unsigned long
uidvalidity(long options)
{
	MAILSTREAM *s = open_inbox(options);
	unsigned long v = s->uid_validity;

	assert_true(v > (unsigned long)time(NULL));
	mail_close(s);
	return v;
}

static void
test_same_at_each_select(void **state)
{
	unsigned long v;

	(void)state;
	begin_missing();
	v = uidvalidity(NIL);
	assert_int_equal(uidvalidity(NIL), v);
	assert_int_equal(uidvalidity(OP_READONLY), v);
	assert_int_equal(mail_status(NIL, "INBOX", SA_UIDVALIDITY), LONGT);
	assert_int_equal(test_callbacks.status.uidvalidity, v);
	assert_false(tmpdir_has(&tmp, "spool"));
	/* other places have another */
	mail_parameters(NIL, SET_SYSINBOX, (void *)tmpdir_path(&tmp, "other"));
	assert_true(uidvalidity(NIL) > v);
	end();
}

/* Mail comes, while a session waits for it and for those who come then. */
static void
test_first_mail(void **state)
{
	static const char *const first[] = { MSG, "" };
	MAILSTREAM *s, *next;
	unsigned long v;

	(void)state;
	for (size_t i = 0; i < COUNT(first); i++) {
		begin_missing();
		s = open_inbox(NIL);
		v = s->uid_validity;
		tmpdir_write(&tmp, "spool", first[i], strlen(first[i]));
		next = open_inbox(NIL);
		assert_int_equal(next->uid_validity, v);
		tmpdir_write(&tmp, "spool", MSG MSG, strlen(MSG MSG));
		assert_int_equal(mail_ping(s), LONGT);
		assert_int_equal(mail_ping(next), LONGT);
		assert_int_equal(s->nmsgs, 2);
		assert_int_equal(s->uid_validity, v);
		assert_int_equal(next->nmsgs, 2);
		assert_int_equal(next->uid_validity, v);
		assert_int_equal(uid(s, 2), uid(next, 2));
		mail_close(s);
		mail_close(next);
		assert_false(tmpdir_has(&tmp, FILE_NAME));
		assert_int_equal(uidvalidity(NIL), v);
		/* and when it is gone there is another */
		assert_int_equal(unlink(tmpdir_path(&tmp, "spool")), 0);
		assert_true(uidvalidity(NIL) > v);
		end();
	}
}

/* A mailbox that has its own keeps it, and so does the missing one. */
static void
test_mailbox_with_its_own(void **state)
{
	static const char text[] = FROM BASE "X-UID: 7\n\nx\n\n";
	MAILSTREAM *s;
	unsigned long v;

	(void)state;
	begin_missing();
	v = uidvalidity(NIL);
	tmpdir_write(&tmp, "spool", text, strlen(text));
	s = open_inbox(NIL);
	assert_int_equal(s->uid_validity, 1709629200);
	mail_close(s);
	assert_int_equal(unlink(tmpdir_path(&tmp, "spool")), 0);
	assert_int_equal(uidvalidity(NIL), v);
	/* another mailbox does not get it */
	box(MSG);
	s = open_box(NIL);
	assert_int_not_equal(s->uid_validity, v);
	mail_close(s);
	end();
}

/* Damage of any kind costs the number, and no more. */
static void
test_damaged(void **state)
{
	char text[512];
	unsigned long v, w;
	ssize_t n;
	int fd;

	(void)state;
	begin_missing();
	v = uidvalidity(NIL);
	fd = open(tmpdir_path(&tmp, FILE_NAME), O_RDONLY);
	n = read(fd, text, sizeof(text));
	close(fd);
	assert_true(n > 0 && n < (ssize_t)sizeof(text));
	for (ssize_t i = 0; i < 2 * n; i++) {
		text[i % n] ^= 1;
		tmpdir_write(&tmp, FILE_NAME, text,
		    (size_t)(i < n ? n : i - n));
		text[i % n] ^= 1;
		w = uidvalidity(NIL);
		assert_true(w > v);
		assert_int_equal(uidvalidity(NIL), w);
		v = w;
	}
	/* a link to somewhere is not followed, nor a large file read */
	assert_int_equal(unlink(tmpdir_path(&tmp, FILE_NAME)), 0);
	tmpdir_write(&tmp, "elsewhere", text, (size_t)n);
	assert_int_equal(symlink("../../elsewhere",
			     tmpdir_path(&tmp, FILE_NAME)),
	    0);
	assert_true(uidvalidity(NIL) > v);
	end();
}

/* Where nothing can be kept it is said. */
static void
test_no_private_directory(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin_missing();
	tmpdir_remove(&tmp);
	tmpdir_make(&tmp);
	tmpdir_mkdir(&tmp, "home");
	tmpdir_write(&tmp, "home/.cedar", "", 0);
	mail_parameters(NIL, SET_HOMEDIR, (void *)tmpdir_path(&tmp, "home"));
	mail_parameters(NIL, SET_SYSINBOX, (void *)tmpdir_path(&tmp, "spool"));
	s = mail_open(NIL, "INBOX", NIL);
	assert_non_null(s);
	assert_true(s->uid_nosticky);
	assert_true(s->uid_validity <= (unsigned long)time(NULL));
	mail_close(s);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_at_each_select),
		cmocka_unit_test(test_first_mail),
		cmocka_unit_test(test_mailbox_with_its_own),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_no_private_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
