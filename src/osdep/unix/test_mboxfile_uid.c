/*
 * test_mboxfile_uid.c - one mailbox, one UIDVALIDITY: an empty file that two
 * sessions look at, while others append to it, and while they are killed.
 */
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>

#include "test_mboxfile_append.h"
#include "test_mboxfile_kill.h"

#include "privdir.h"
#include "uidrecord.h"

extern DRIVER dummydriver;

int
flock(int fd, int op)
{
	if (is_time())
		die();
	return (int)syscall(SYS_flock, fd, op);
}

int
fstat(int fd, struct stat *st)
{
	if (is_time())
		die();
	return (int)syscall(SYS_fstat, fd, st);
}

int
stat(const char *path, struct stat *st)
{
	if (is_time())
		die();
	return (int)syscall(SYS_newfstatat, AT_FDCWD, path, st, 0);
}

/* What a process was told before it ended. */
static struct {
	unsigned long uidvalidity; /* 0: nothing */
	unsigned long uid;
} * heard;

static int
setup_shared(void **state)
{
	heard = mmap(NULL, sizeof(*heard), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(heard != MAP_FAILED);
	mail_link(&unixdriver);
	mail_link(&dummydriver);
	linked = true;
	return choose_seed(state);
}

/* An empty file that has no UIDVALIDITY yet; the next one is not the clock's,
 * so that who takes that is found out. */
static void
begin_empty(void)
{
	const uint32_t ahead = 1000;
	int privdir;

	begin();
	listen();
	box("");
	privdir = cc_privdir_open();
	assert_true(privdir >= 0);
	assert_int_equal(cc_uidvalidity_seen(privdir, (uint32_t)time(NULL),
			     (uint32_t)time(NULL) + ahead),
	    0);
	close(privdir);
	memset(heard, 0, sizeof(*heard));
}

/* Would another process have to wait for this one? */
static bool
is_locked(void)
{
	int fd = open(tmpdir_path(&tmp, "home/box"), O_RDWR | O_CLOEXEC);
	struct inodelock lock;
	struct stat st;
	bool locked;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	locked = tmpdir_has(&tmp, "home/box.lock") ||
	    flock(fd, LOCK_EX | LOCK_NB) != 0;
	close(fd);
	if (cc_inodelock_get(&lock, &st, FDLOCK_EX, 0, NULL) != 0)
		return true;
	cc_inodelock_release(&lock);
	return locked;
}

/* ------------------------------------------------------- meeting each other */

static void
append_one(void)
{
	if (!append(JAM))
		return;
	heard->uidvalidity = told.uidvalidity;
	heard->uid = told.first;
}

static void
open_one(void)
{
	MAILSTREAM *s = open_box(NIL);

	if (!s->uid_nosticky)
		heard->uidvalidity = s->uid_validity;
	mail_close(s);
}

static void (*other)(void);
static bool met;

/* Another process, between two calls of this one; a call later, if it would
 * wait for us. */
static void
meet(void)
{
	int at = death.at, count = death.count, status;
	pid_t pid;

	death.at = 0;
	if (is_locked()) {
		death.at = at + 1;
		death.count = count;
		return;
	}
	met = true;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(*other)();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* Opens the empty mailbox, the other process coming in at call n. */
static MAILSTREAM *
open_and_meet(int n)
{
	MAILSTREAM *s;

	met = false;
	death.at = n;
	death.count = 0;
	death.instead = meet;
	s = open_box(NIL);
	death.at = 0;
	death.instead = NULL;
	return s;
}

/* Whatever another process does while an empty file is opened, both are told
 * the same. */
static void
test_filled_while_it_is_opened(void **state)
{
	static void (*const others[])(void) = { append_one, open_one };

	(void)state;
	for (size_t i = 0; i < COUNT(others); i++) {
		int n = 0, meetings = 0;

		other = others[i];
		do {
			MAILSTREAM *s;

			begin_empty();
			s = open_and_meet(++n);
			meetings += met;
			assert_false(s->uid_nosticky);
			if (met)
				assert_int_equal(s->uid_validity,
				    heard->uidvalidity);
			heard->uidvalidity = s->uid_validity;
			assert_int_equal(mail_ping(s), LONGT);
			assert_int_equal(s->nmsgs, heard->uid != 0);
			if (heard->uid)
				assert_int_equal(uid(s, 1), heard->uid);
			mail_close(s);
			s = open_box(NIL);
			assert_int_equal(s->uid_validity, heard->uidvalidity);
			assert_int_equal(s->nmsgs, heard->uid != 0);
			mail_close(s);
			end();
		} while (met);
		assert_true(meetings > 3);
	}
}

/* ------------------------------------------------------------------ killed */

static void
open_and_tell(size_t step)
{
	(void)step;
	open_one();
}

static void
append_and_tell(size_t step)
{
	(void)step;
	append_one();
}

/* One that is killed while it opens an empty file, or appends to it: what
 * it told, and what others were told before, holds. */
static void
test_killed_while_it_is_opened(void **state)
{
	static void (*const victims[])(size_t) = { open_and_tell,
		append_and_tell };

	(void)state;
	for (size_t i = 0; i < COUNT(victims) * 2; i++) {
		bool lived = false, before = i & 1;

		for (int n = 1; !lived; n += stride()) {
			MAILSTREAM *a = NIL, *s;
			unsigned long v = 0;

			begin_empty();
			if (before) {
				a = open_box(NIL);
				v = a->uid_validity;
			}
			lived = run_until(n, BEFORE, victims[i / 2], 0);
			s = open_box(NIL);
			if (v == 0)
				v = heard->uidvalidity;
			if (v)
				assert_int_equal(s->uid_validity, v);
			if (heard->uidvalidity)
				assert_int_equal(s->uid_validity,
				    heard->uidvalidity);
			assert_true(s->nmsgs <= 1);
			if (heard->uid) {
				assert_int_equal(s->nmsgs, 1);
				assert_int_equal(uid(s, 1), heard->uid);
			}
			if (a) {
				assert_int_equal(mail_ping(a), LONGT);
				assert_int_equal(a->uid_validity, v);
				assert_int_equal(a->nmsgs, s->nmsgs);
				mail_close(a);
			}
			mail_close(s);
			end();
		}
	}
}

/* ------------------------------------------------- what the file has lost */

/* Makes of the file what another program leaves of it. */
static void
emptied(void)
{
	box("");
}

static void
without_lines(void)
{
	box(MSG);
}

static void
without_front(void)
{
	box(FROM "Subject: s\nX-UID: 1\n\nbody\n\n");
}

static void
replaced(void)
{
	char path[4096];

	tmpdir_write(&tmp, "home/other", "", 0);
	snprintf(path, sizeof(path), "%s", tmpdir_path(&tmp, "home/other"));
	assert_int_equal(rename(path, tmpdir_path(&tmp, "home/box")), 0);
}

/* Appends in another process, as if long ago: the last UID told. */
static void
append_some(int times, int each)
{
	const char *texts[100];
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0 && each <= 100);
	if (pid == 0) {
		for (int i = 0; i < each; i++)
			texts[i] = JAM;
		for (int i = 0; i < times; i++)
			if (!append_all(texts, (size_t)each, LONGT))
				_exit(1);
		heard->uidvalidity = told.uidvalidity;
		heard->uid = told.last;
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* What was told of messages that are gone with all the file knew of them is
 * told of no other: their UIDs do not come again with that UIDVALIDITY. */
static void
expect_fresh(const char *what)
{
	unsigned long v = heard->uidvalidity, last = heard->uid;
	MAILSTREAM *s = open_box(NIL);

	if (s->uid_validity == v) {
		if (s->uid_last < last)
			fail_msg("%s: UIDNEXT %lu after UID %lu", what,
			    s->uid_last + 1, last);
		for (unsigned long i = 1; i <= s->nmsgs; i++)
			assert_true(uid(s, i) > last);
	} else {
		assert_true(s->uid_validity > v);
	}
	mail_close(s);
	append_some(1, 1);
	assert_true(heard->uidvalidity > v || heard->uid > last);
}

static const struct {
	const char *what;
	void (*change)(void);
} losses[] = { { "emptied", emptied }, { "without lines", without_lines },
	{ "without front", without_front }, { "replaced", replaced } };

static void
test_uids_of_appends_do_not_come_again(void **state)
{
	static const struct {
		int times, each;
	} appends[] = { { 1, 1 }, { 3, 1 }, { 1, 3 }, { 11, 100 }, { 21, 50 } };

	(void)state;
	for (size_t i = 0; i < COUNT(losses); i++)
		for (size_t k = 0; k < COUNT(appends); k++) {
			begin_empty();
			append_some(appends[k].times, appends[k].each);
			assert_int_equal(heard->uid,
			    appends[k].times * appends[k].each);
			(*losses[i].change)();
			expect_fresh(losses[i].what);
			/* and again, with what is there by now */
			append_some(2, 2);
			(*losses[i].change)();
			expect_fresh(losses[i].what);
			end();
		}
}

/* The same of a mailbox that carried them from its beginning, and that was
 * only looked at; with a session that stays, and knows less than was told. */
static void
test_uids_in_the_file_do_not_come_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * COUNT(losses); i++) {
		MAILSTREAM *s;

		begin_empty();
		box(FROM
		    "Subject: seven\nX-IMAPbase: 1709629200 7\nX-UID: 7\n\n"
		    "body\n\n");
		s = open_box(OP_READONLY);
		heard->uidvalidity = s->uid_validity;
		heard->uid = s->uid_last;
		assert_int_equal(heard->uid, 7);
		if (i & 1)
			mail_close(s);
		append_some(1, 2);
		assert_int_equal(heard->uid, 9);
		(*losses[i / 2].change)();
		if (!(i & 1)) {
			mail_ping(s);
			mail_close(s);
		}
		expect_fresh(losses[i / 2].what);
		end();
	}
}

/* The reserve is written once in a thousand UIDs. */
static void
test_reserve_is_seldom_written(void **state)
{
	struct uidrecord rec;
	struct stat st;
	int privdir;

	(void)state;
	begin_empty();
	privdir = cc_privdir_open();
	for (unsigned n = 1; n < 1200; n += 100) {
		append_some(1, 100);
		assert_int_equal(stat(tmpdir_path(&tmp, "home/box"), &st), 0);
		assert_int_equal(cc_uidrecord_read(privdir, &st, &rec), 0);
		assert_int_equal(rec.uidvalidity, heard->uidvalidity);
		assert_int_equal(rec.uidlast, n < 1100 ? 100 : 1200);
		assert_int_equal(rec.reserved, n < 1100 ? 1100 : 2200);
		assert_int_equal(rec.count, 0);
		cc_uidrecord_free(&rec);
	}
	close(privdir);
	end();
}

/* An append that is killed anywhere, and a file that loses it all: what was
 * told does not come again, and what was not told leaves no hole. */
static void
test_killed_append_then_emptied(void **state)
{
	bool lived = false;

	(void)state;
	for (int n = 1; !lived; n += stride()) {
		begin_empty();
		append_some(1, 1);
		lived = run_until(n, BEFORE, append_and_tell, 0);
		box("");
		expect_fresh("killed");
		end();
	}
}

/* ----------------------------------------------------------- kept nowhere */

/* What cannot be written down is not told as if it were. */
static void
test_not_kept_is_said(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin_empty();
	death.fail = ENOSPC;
	death.at = 1;
	death.count = 1;
	s = open_box(NIL);
	death.fail = death.at = 0;
	assert_true(s->uid_nosticky);
	mail_close(s);
	s = open_box(NIL);
	assert_false(s->uid_nosticky);
	mail_close(s);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filled_while_it_is_opened),
		cmocka_unit_test(test_killed_while_it_is_opened),
		cmocka_unit_test(test_uids_of_appends_do_not_come_again),
		cmocka_unit_test(test_uids_in_the_file_do_not_come_again),
		cmocka_unit_test(test_reserve_is_seldom_written),
		cmocka_unit_test(test_killed_append_then_emptied),
		cmocka_unit_test(test_not_kept_is_said),
	};

	return cmocka_run_group_tests(tests, setup_shared, NULL);
}
