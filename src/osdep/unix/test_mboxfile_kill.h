/*
 * test_mboxfile_kill.h - tests that kill a process which changes a mailbox,
 * before any of its calls or in the middle of one.
 *
 * The calls that change files are replaced by ones that count, and that end
 * the process when it is time. Syncs do nothing here: a kill loses no data.
 */
#ifndef TEST_MBOXFILE_KILL_H
#define TEST_MBOXFILE_KILL_H

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "mboxfile_redo.h"
#include "test_seed.h"
#include "test_unix.h"

/* ----------------------------------------------------- calls that may kill */

enum how { BEFORE, ONE, HALF, BUT_ONE, HOWS };

static struct {
	int at; /* 0: never */
	int count;
	enum how how;
	int fail;              /* errno of all writes from there on instead */
	bool fail_cut;         /* of cutting files, too */
	int cut;               /* errno of each try to cut a file, or 0 */
	void (*instead)(void); /* called instead */
	ino_t of;              /* the mailbox whose writes are counted, or 0 */
	off_t lowest;          /* position of all of them */
	size_t octets;         /* that they wrote */
	int past;              /* calls that wrote past the cache, or would */
} death;

/* Counts what is written to the mailbox from now on. */
static inline void
count_writes(void)
{
	struct stat st;

	assert_int_equal(stat(tmpdir_path(&tmp, "home/box"), &st), 0);
	death.of = st.st_ino;
	death.lowest = INT64_MAX;
	death.octets = 0;
}

static inline void
count_write(int fd, size_t n, off_t at)
{
	struct stat st;

	if (death.of == 0 || fstat(fd, &st) != 0 || st.st_ino != death.of)
		return;
	death.octets += n;
	if (at < death.lowest)
		death.lowest = at;
}

static inline bool
is_time(void)
{
	if (++death.count != death.at || death.fail)
		return false;
	if (!death.instead)
		return true;
	death.instead();
	return false;
}

static inline void
die(void)
{
	kill(getpid(), SIGKILL);
	for (;;)
		pause();
}

static inline bool
must_fail(void)
{
	if (death.fail == 0 || death.at == 0 || death.count < death.at)
		return false;
	errno = death.fail;
	return true;
}

/* Octets of n that are written before the end. */
static inline size_t
some(size_t n)
{
	switch (death.how) {
	case ONE:
		return n < 1 ? n : 1;
	case HALF:
		return n / 2;
	case BUT_ONE:
		return n > 0 ? n - 1 : 0;
	default:
		return 0;
	}
}

/* Of the write that fails first, some octets are written. */
static inline bool
is_cut_short(size_t n)
{
	return death.fail != 0 && death.at != 0 && death.count == death.at &&
	    some(n) > 0;
}

ssize_t
pwrite(int fd, const void *buf, size_t n, off_t at)
{
	bool now = is_time();

	/* not every file system lets them; their length shows it */
	death.past +=
	    n == 1024 * 1024 && at % 4096 == 0 && (uintptr_t)buf % 4096 == 0;
	if (is_cut_short(n))
		return syscall(SYS_pwrite64, fd, buf, some(n), at);
	if (must_fail())
		return -1;
	count_write(fd, n, at);
	if (now && some(n) > 0)
		syscall(SYS_pwrite64, fd, buf, some(n), at);
	if (now)
		die();
	return syscall(SYS_pwrite64, fd, buf, n, at);
}

ssize_t
write(int fd, const void *buf, size_t n)
{
	bool now = is_time();

	if (fd > 2 && is_cut_short(n))
		return syscall(SYS_write, fd, buf, some(n));
	if (fd > 2 && must_fail())
		return -1;
	if (now && some(n) > 0)
		syscall(SYS_write, fd, buf, some(n));
	if (now)
		die();
	return syscall(SYS_write, fd, buf, n);
}

int
ftruncate(int fd, off_t size)
{
	/* nobody who takes no lock can be kept from writing just now */
	if (death.instead)
		death.count++;
	else if (is_time())
		die();
	if (death.fail_cut && must_fail())
		return -1;
	if (death.cut) {
		errno = death.cut;
		return -1;
	}
	return (int)syscall(SYS_ftruncate, fd, size);
}

int
fallocate(int fd, int mode, off_t at, off_t len)
{
	if (is_time())
		die();
	if (must_fail())
		return -1;
	return (int)syscall(SYS_fallocate, fd, mode, at, len);
}

int
renameat(int fd, const char *from, int fd2, const char *to)
{
	if (is_time())
		die();
	return (int)syscall(SYS_renameat, fd, from, fd2, to);
}

int
unlinkat(int fd, const char *name, int flags_)
{
	if (is_time())
		die();
	return (int)syscall(SYS_unlinkat, fd, name, flags_);
}

int
fsync(int fd)
{
	(void)fd;
	if (is_time())
		die();
	return must_fail() ? -1 : 0;
}

int
fdatasync(int fd)
{
	return fsync(fd);
}

/* All calls in turn take minutes: without CEDAR_ALL only some, by SEED. */
static inline int
stride(void)
{
	return getenv("CEDAR_ALL") ? 1 : 1 + (int)dice(13);
}

/* Runs killed(step) until its call n; true if it lived. */
static inline bool
run_until(int n, enum how how, void (*killed)(size_t), size_t step)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		death.at = n;
		death.count = 0;
		death.how = how;
		killed(step);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	/* the dot-lock of the dead would be waited for */
	unlink(tmpdir_path(&tmp, "home/box.lock"));
	if (WIFSIGNALED(status)) {
		assert_int_equal(WTERMSIG(status), SIGKILL);
		return false;
	}
	assert_int_equal(WEXITSTATUS(status), 0);
	return true;
}

#endif
