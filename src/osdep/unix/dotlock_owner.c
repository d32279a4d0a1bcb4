/*
 * dotlock_owner.c - the maker of a dot-lock (formats/locking.md section 3).
 *
 * The original leaves a lock file empty; others write a process id, or one
 * with a host, "1512:mail.example", as we do. That alone is not enough to tell
 * that a lock is an orphan: in another process namespace the id may live. So
 * its maker also keeps the flock() of the file, which the kernel gives up for
 * the dead. What is read here may be anybody's.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "cc_ctype.h"
#include "dotlock.h"
#include "dotlock_owner.h"
#include "filestat.h"

/* Digits of the largest process id, the colon, and the NUL that snprintf
 * wants. */
#define OWNER_PID_MAX 12

void
cc_dotlock_sign(int fd, const char *host)
{
	char text[DOTLOCK_SIZE_MAX + 1];
	int saved = errno;
	int n = snprintf(text, sizeof(text), "%ld:%s", (long)getpid(), host);

	if (n <= 0 || n >= (int)sizeof(text) ||
	    flock(fd, LOCK_EX | LOCK_NB) != 0 ||
	    write(fd, text, (size_t)n) != n)
		errno = saved;
}

/* "PID:HOST" of this host, and there is no such process; or it is this one,
 * which could not remove the lock when it gave it up. */
static bool
names_the_dead(const char *text, size_t len, const char *host)
{
	int64_t pid = 0;
	size_t i = 0;

	for (; i < len && i < OWNER_PID_MAX && is_digit(text[i]); i++)
		pid = pid * 10 + (text[i] - '0');
	if (i == len || text[i++] != ':' || len - i != strlen(host) ||
	    memcmp(text + i, host, len - i) != 0)
		return false;
	return pid == getpid() ||
	    (pid > 1 && pid <= INT32_MAX && kill((pid_t)pid, 0) != 0 &&
		errno == ESRCH);
}

bool
cc_dotlock_is_orphan(int dir, const char *name, const char *host,
    const struct stat *st)
{
	int fd = openat(dir, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	char text[DOTLOCK_SIZE_MAX];
	struct stat now;
	ssize_t n;
	bool yes = false;

	if (fd < 0)
		return false;
	if (fstat(fd, &now) == 0 && is_same_file(&now, st) &&
	    S_ISREG(now.st_mode) && (n = pread(fd, text, sizeof(text), 0)) > 0)
		yes = names_the_dead(text, (size_t)n, host) &&
		    flock(fd, LOCK_EX | LOCK_NB) == 0;
	close(fd);
	return yes;
}
