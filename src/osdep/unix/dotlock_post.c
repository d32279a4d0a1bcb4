/*
 * dotlock_post.c - hitching posts of the dead.
 *
 * A post is there for moments, MAILBOX.lock.TIME.PID.HOST, and so is a stale
 * lock that was moved aside, MAILBOX.lock.TIME.TID.stale. A process that is
 * killed in between leaves it; it is in nobody's way as a lock, but is listed
 * as a mailbox, and a directory that has it cannot be removed.
 *
 * Names and contents are anybody's: a file goes only if it is as small as a
 * lock, named as one of this host, and its maker provably gone.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "mail.h"
#include "osdep.h"
#include "cc_ctype.h"
#include "dotlock.h"
#include "dotlock_owner.h"
#include "dotlock_post.h"
#include "misc.h"
#include "strbuf.h"

#define LOCK_PART ".lock."
#define ASIDE "stale"

/* Seconds after which one that says nothing is not being written any more. */
#define SETTLED 60

/* What the name says. */
struct post {
	int64_t pid;      /* or the thread's */
	const char *rest; /* host, or ASIDE */
};

/* A number and the dot behind it. */
static const char *
skip_number(const char *s, int64_t *n_r)
{
	int64_t n = 0;
	const char *begin = s;

	for (; is_digit(*s) && s - begin < 18; s++)
		n = n * 10 + (*s - '0');
	*n_r = n;
	return s > begin && *s == '.' ? s + 1 : NULL;
}

static bool
parse_name(const char *name, struct post *post_r)
{
	int64_t time_made;

	for (const char *s = strstr(name, LOCK_PART); s;
	     s = strstr(s + 1, LOCK_PART)) {
		const char *p = s + sizeof(LOCK_PART) - 1;

		if (s > name && (p = skip_number(p, &time_made)) != NULL &&
		    (p = skip_number(p, &post_r->pid)) != NULL && *p) {
			post_r->rest = p;
			return true;
		}
	}
	return false;
}

static bool
is_gone(int64_t pid)
{
	return pid > 1 && pid <= INT32_MAX && kill((pid_t)pid, 0) != 0 &&
	    errno == ESRCH;
}

/* Has nobody the lock that makers of posts have? */
static bool
is_unlocked(int dir, const char *name)
{
	int fd = openat(dir, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	bool yes = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;

	if (fd >= 0)
		close(fd);
	return yes;
}

/* Its maker is gone: it says so itself, or is settled and its name says so. */
static bool
is_dead(int dir, const char *name, const struct post *post,
    const struct stat *st, int64_t now)
{
	if (cc_dotlock_is_orphan(dir, name, mylocalhost(), st))
		return true;
	if (st->st_size > 0 && strcmp(post->rest, ASIDE) != 0)
		return false;
	return (int64_t)st->st_ctim.tv_sec < now - SETTLED &&
	    is_gone(post->pid) && is_unlocked(dir, name);
}

bool
cc_dotlock_sweep(int dir, const char *name, int64_t now)
{
	struct post post;
	struct stat st;

	if (!parse_name(name, &post) ||
	    (strcmp(post.rest, mylocalhost()) != 0 &&
		strcmp(post.rest, ASIDE) != 0) ||
	    fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !S_ISREG(st.st_mode) || st.st_size > DOTLOCK_SIZE_MAX)
		return false;
	if (is_dead(dir, name, &post, &st, now))
		unlinkat(dir, name, 0);
	return true;
}

void
cc_dotlock_sweep_beside(const char *lock, int64_t now)
{
	const char *base = strrchr(lock, '/');
	size_t len = strlen(base ? base + 1 : lock);
	char *path;
	struct dirent *e;
	DIR *dir;

	if (!base)
		return;
	path = cc_span_dup(cc_span(lock, (size_t)(base - lock) + 1));
	dir = opendir(path);
	while (dir && (e = readdir(dir)) != NULL)
		if (strncmp(e->d_name, base + 1, len) == 0)
			(void)cc_dotlock_sweep(dirfd(dir), e->d_name, now);
	if (dir)
		closedir(dir);
	fs_give((void **)&path);
}
