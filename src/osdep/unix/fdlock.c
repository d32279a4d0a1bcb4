/*
 * fdlock.c - flock() on an open file, and fcntl() beside it for writers.
 *
 * The fcntl lock is of the open-file-description kind: it conflicts with the
 * classic POSIX locks of other programs, but is not lost when some other
 * descriptor of the same file is closed. It is only ever tried, and given up
 * again with flock between two tries, so that no order of the two locks in
 * another program can make a deadlock.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "cc_err.h"
#include "fdlock.h"
#include "lockwait.h"

/* f_type of statfs() for NFS on Linux. */
#define NFS_MAGIC 0x6969

/* Is the file on NFS, where flock() is skipped? */
static bool
is_nfs(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == NFS_MAGIC;
}

/*
 * A line of /proc/locks names a flock() of pid on the inode:
 *	1: FLOCK  ADVISORY  WRITE 1512 fe:00:11093489 0 EOF
 * Who only waits for one has "->" before the kind.
 */
static bool
names_holder(const char *line, pid_t pid, ino_t ino)
{
	const char *flock_word = strstr(line, ": FLOCK ");
	const char *mode = flock_word ? strstr(flock_word, "WRITE ") : NULL;
	const char *colon = strrchr(line, ':');

	if (flock_word && !mode)
		mode = strstr(flock_word, "READ ");
	return mode && strtol(strchr(mode, ' '), NULL, 10) == pid &&
	    strtoull(colon + 1, NULL, 10) == ino;
}

bool
cc_fdlock_is_holder(int fd, pid_t pid)
{
	FILE *locks = fopen("/proc/locks", "re");
	char line[256];
	struct stat st;
	bool found = false;

	if (!locks)
		return false;
	if (fstat(fd, &st) == 0)
		while (!found && fgets(line, sizeof(line), locks))
			found = names_holder(line, pid, st.st_ino);
	fclose(locks);
	return found;
}

/* One try of flock(): 0, CC_EBUSY or CC_EIO. */
static int
try_flock(int fd, int op)
{
	while (flock(fd, op | LOCK_NB) != 0) {
		if (errno == EINTR)
			continue;
		/* No locks left is a passing state, as busy is. */
		return errno == EWOULDBLOCK || errno == ENOLCK ? CC_EBUSY
							       : CC_EIO;
	}
	return 0;
}

/* One try of the whole-file fcntl lock. Where the file is not open for
 * writing, or the file system has no such locks, there is nothing to take. */
static int
try_fcntl(int fd, short type)
{
	struct flock l = { .l_type = type, .l_whence = SEEK_SET };

	while (fcntl(fd, F_OFD_SETLK, &l) != 0) {
		if (errno == EINTR)
			continue;
		return errno == EAGAIN || errno == EACCES ? CC_EBUSY : 0;
	}
	return 0;
}

bool
cc_fdlock_has_fcntl(int fd)
{
	struct flock l = { .l_type = F_RDLCK, .l_whence = SEEK_SET };

	return fcntl(fd, F_OFD_GETLK, &l) == 0 && l.l_type == F_WRLCK;
}

static int
try_lock(int fd, enum fdlock_mode mode)
{
	int r = try_flock(fd, mode == FDLOCK_EX ? LOCK_EX : LOCK_SH);

	if (r != 0)
		return r;
	if (mode == FDLOCK_SH)
		return try_fcntl(fd, F_UNLCK);
	if ((r = try_fcntl(fd, F_WRLCK)) != 0)
		flock(fd, LOCK_UN);
	return r;
}

int
cc_fdlock_get(int fd, enum fdlock_mode mode, int wait_ms)
{
	struct lockwait w;
	int r;

	if (is_nfs(fd))
		return 0;
	cc_lockwait_begin(&w, wait_ms);
	while ((r = try_lock(fd, mode)) == CC_EBUSY)
		if (!cc_lockwait_again(&w))
			break;
	return r;
}

void
cc_fdlock_release(int fd)
{
	int saved = errno;

	if (!is_nfs(fd)) {
		try_fcntl(fd, F_UNLCK);
		flock(fd, LOCK_UN);
	}
	errno = saved;
}
