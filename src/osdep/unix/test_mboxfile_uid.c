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
		cmocka_unit_test(test_not_kept_is_said),
	};

	return cmocka_run_group_tests(tests, setup_shared, NULL);
}
