/*
 * inodelock.c - lock files named after device and inode of a mailbox.
 *
 * Shared with the original toolkit, so names, modes and steps are fixed: open
 * without O_CREAT what is there (the kernel's fs.protected_regular refuses
 * the other way), create with O_EXCL what is not, flock, then make sure that
 * the name still means the file that was locked.
 *
 * The file is removed while the lock is still held: whoever waits for it
 * finds the name gone or changed after getting its lock, and starts again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <syslog.h>
#include <unistd.h>

#include "cc_ctype.h"
#include "cc_err.h"
#include "env_state.h"
#include "fs.h"
#include "inodelock.h"
#include "lockwait.h"
#include "strbuf.h"

/* Anybody must be able to lock a mailbox that he may open. */
#define LOCK_MODE 0666

/* Longest path of a lock file: its directory, and two 64-bit numbers. */
#define LOCK_NAME_MAX 1023

/* Digits of the largest pid that is believed. */
#define PID_DIGITS 10

/* Tries against a name that changes under us each time. */
#define RACE_MAX 100

static char *
lock_name(const char *dir, const struct stat *st)
{
	struct strbuf b;

	cc_strbuf_init(&b, LOCK_NAME_MAX);
	cc_strbuf_printf(&b, "%s/.%llx.%llx", dir[0] && dir[1] ? dir : "",
	    (unsigned long long)st->st_dev, (unsigned long long)st->st_ino);
	return cc_strbuf_take(&b);
}

/* Is this a lock file that may be used? Links are somebody's trick. */
static int
check_file(const char *name, const struct stat *st)
{
	if (S_ISLNK(st->st_mode)) {
		syslog(LOG_CRIT,
		    "SECURITY PROBLEM: symbolic link on lock name: %.80s",
		    name);
		return CC_EACCESS;
	}
	if (st->st_nlink > 1) {
		syslog(LOG_CRIT,
		    "SECURITY PROBLEM: hard link to lock name: %.80s", name);
		return CC_EACCESS;
	}
	return S_ISREG(st->st_mode) ? 0 : CC_EACCESS;
}

/* Opens the lock file, making it if need be. A descriptor or negative;
 * CC_ECHANGED: the name changed meanwhile, try again. */
static int
open_file(const char *name)
{
	struct stat st;
	int fd, r, error;

	if (lstat(name, &st) == 0) {
		if ((r = check_file(name, &st)) != 0)
			return r;
		fd = open(name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0 && errno == ENOENT)
			return CC_ECHANGED;
	} else {
		fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC,
		    LOCK_MODE);
		if (fd < 0 && errno == EEXIST)
			return CC_ECHANGED;
	}
	if (fd >= 0)
		return fd;
	error = errno;
	syslog(LOG_INFO, "Mailbox lock file %.80s open failure: %s", name,
	    strerror(error));
	errno = error;
	r = error == ELOOP ? CC_EACCESS : cc_err_errno();
	/* only these say something of the mailbox that callers may tell */
	return r == CC_EACCESS || r == CC_ENOSPACE ? r : CC_EIO;
}

/* Does the name still mean the file that fd has open? */
static int
check_same(const char *name, int fd)
{
	struct stat a, b;
	int r;

	if (fstat(fd, &b) != 0)
		return CC_EIO;
	if (lstat(name, &a) != 0 || a.st_dev != b.st_dev ||
	    a.st_ino != b.st_ino)
		return CC_ECHANGED;
	if ((r = check_file(name, &a)) != 0)
		return r;
	if ((b.st_mode & 07777) != LOCK_MODE && fchmod(fd, LOCK_MODE) != 0)
		errno = 0; /* another user's file: his business */
	return 0;
}

/* The pid of a holder who is gone would be asked to let go in our place. */
static int
forget_pid(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && st.st_size == 0)
		return 0;
	return ftruncate(fd, 0) == 0 ? 0 : CC_EIO;
}

/* The pid in a lock file that somebody else holds, or 0. */
static pid_t
read_pid(int fd)
{
	char buf[PID_DIGITS + 1];
	ssize_t n = pread(fd, buf, sizeof(buf), 0);
	int64_t pid = 0;

	for (ssize_t i = 0; i < n && is_digit(buf[i]); i++)
		pid = pid * 10 + (buf[i] - '0');
	return pid > 0 && pid <= INT32_MAX ? (pid_t)pid : 0;
}

/* One try: 0 with the descriptor, or negative. */
static int
try_lock(const char *name, enum fdlock_mode mode, int *fd_r, pid_t *holder_r)
{
	int fd = open_file(name), r;

	if (fd < 0)
		return fd;
	r = cc_fdlock_get(fd, mode, 0);
	if (r == CC_EBUSY && holder_r)
		*holder_r = read_pid(fd);
	if (r == 0)
		r = check_same(name, fd);
	if (r == 0 && mode == FDLOCK_EX)
		r = forget_pid(fd);
	if (r == 0)
		*fd_r = fd;
	else
		close(fd);
	return r;
}

int
cc_inodelock_get_in(const char *dir, struct inodelock *lock_r,
    const struct stat *st, enum fdlock_mode mode, int wait_ms, pid_t *holder_r)
{
	struct inodelock lock = INODELOCK_NONE;
	struct lockwait w;
	int r, races = 0;

	*lock_r = lock;
	if (holder_r)
		*holder_r = 0;
	lock.name = lock_name(dir, st);
	cc_lockwait_begin(&w, wait_ms);
	for (;;) {
		r = try_lock(lock.name, mode, &lock.fd, holder_r);
		if (r == CC_ECHANGED && ++races < RACE_MAX)
			continue;
		if (r != CC_EBUSY || !cc_lockwait_again(&w))
			break;
	}
	if (r == 0) {
		*lock_r = lock;
		return 0;
	}
	fs_give((void **)&lock.name);
	return r == CC_ECHANGED ? CC_EBUSY : r;
}

int
cc_inodelock_get(struct inodelock *lock_r, const struct stat *st,
    enum fdlock_mode mode, int wait_ms, pid_t *holder_r)
{
	return cc_inodelock_get_in(cc_env_lock_dir(), lock_r, st, mode, wait_ms,
	    holder_r);
}

bool
cc_inodelock_is_holder(const struct stat *st, pid_t pid)
{
	char *name = lock_name(cc_env_lock_dir(), st);
	int fd = open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool yes = fd >= 0 && cc_fdlock_is_holder(fd, pid);

	if (fd >= 0)
		close(fd);
	fs_give((void **)&name);
	return yes;
}

bool
cc_inodelock_is_ours(const struct stat *st)
{
	char *name = lock_name(cc_env_lock_dir(), st);
	int fd = open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool yes = fd >= 0 && cc_fdlock_has_fcntl(fd);

	if (fd >= 0)
		close(fd);
	fs_give((void **)&name);
	return yes;
}

int
cc_inodelock_put_pid(const struct inodelock *lock)
{
	struct strbuf b;
	int r = 0;

	if (lock->fd < 0)
		return CC_EINVAL;
	cc_strbuf_init(&b, PID_DIGITS);
	cc_strbuf_put_uint(&b, (uint64_t)getpid());
	if (forget_pid(lock->fd) != 0 ||
	    pwrite(lock->fd, b.data, b.len, 0) != (ssize_t)b.len)
		r = CC_EIO;
	cc_strbuf_free(&b);
	return r;
}

void
cc_inodelock_release(struct inodelock *lock)
{
	int saved = errno;

	if (lock->fd >= 0) {
		/* Exclusive now: nobody else uses the file, so it may go. */
		if (cc_fdlock_get(lock->fd, FDLOCK_EX, 0) == 0 &&
		    check_same(lock->name, lock->fd) == 0)
			unlink(lock->name);
		close(lock->fd);
		lock->fd = -1;
	}
	fs_give((void **)&lock->name);
	errno = saved;
}
