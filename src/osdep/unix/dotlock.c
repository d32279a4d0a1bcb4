/*
 * dotlock.c - the lock beside the mailbox: PATH.lock exists.
 *
 * Made as every program that shares the store makes it: a file with a name of
 * its own (the hitching post) is linked to the lock's name, and the post's
 * link count, not the answer of link(), says who won. This holds on NFS, too.
 *
 * A lock whose ctime is five minutes old is stale, and at once if its maker is
 * known to be gone (dotlock_owner.c). It is moved aside before it is removed,
 * and put back if it then proves to be another, younger one: of two processes
 * that find a stale lock, one must not remove the lock that the other has just
 * made.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "mail.h"
#include "osdep.h"
#include "cc_err.h"
#include "dotlock.h"
#include "dotlock_owner.h"
#include "dotlock_post.h"
#include "env_state.h"
#include "filestat.h"
#include "lockwait.h"
#include "misc.h"

/* Octets of a mailbox path; beyond it no dot-lock is made. */
#define DOTLOCK_PATH_MAX 512

/* Milliseconds for an answer of the lock keeper, which waits for nobody but the
 * processor and the disk of a busy machine. */
#define KEEPER_WAIT 30000

/* PATH.lock, or with the ending that makes it ours alone. */
static char *
lock_name(const char *path)
{
	struct strbuf b;

	cc_strbuf_init(&b, DOTLOCK_PATH_MAX + 8);
	cc_strbuf_printf(&b, "%s.lock", path);
	return cc_strbuf_take(&b);
}

static char *
own_name(const char *name, int64_t now)
{
	struct strbuf b;

	cc_strbuf_init(&b, DOTLOCK_PATH_MAX + NETMAXHOST + 64);
	cc_strbuf_printf(&b, "%s.%lld.%ld.%s", name, (long long)now,
	    (long)getpid(), mylocalhost());
	return cc_strbuf_take(&b);
}

static bool
is_stale(const struct stat *st, int64_t now, int64_t stale)
{
	return (int64_t)st->st_ctim.tv_sec <= now - stale;
}

/* What keeps a lock file from being made. */
static int
open_error(void)
{
	int r = cc_err_errno();

	/* Another thread's post of this second. */
	return errno == EEXIST ? CC_EBUSY : r;
}

/* Removes a stale lock: 0; CC_EBUSY if it was another one after all, which may
 * have the inode of the first; CC_EACCESS if it may not be removed. */
static int
seize(const char *name, const struct stat *stale, int64_t now)
{
	struct strbuf aside;
	struct stat st;
	int r = 0;

	cc_strbuf_init(&aside, SIZE_MAX / 2);
	cc_strbuf_printf(&aside, "%s.%lld.%ld.stale", name, (long long)now,
	    (long)gettid());
	if (rename(name, aside.data) != 0)
		r = errno == ENOENT ? CC_EBUSY : CC_EACCESS;
	else if (lstat(aside.data, &st) != 0)
		r = CC_EBUSY;
	else if (is_same_file(&st, stale) &&
	    is_same_time(&st.st_mtim, &stale->st_mtim))
		unlink(aside.data);
	else {
		/* Somebody was faster: his lock goes back, if no third one
		 * has taken the name meanwhile. */
		if (renameat2(AT_FDCWD, aside.data, AT_FDCWD, name,
			RENAME_NOREPLACE) != 0)
			unlink(aside.data);
		r = CC_EBUSY;
	}
	cc_strbuf_free(&aside);
	return r;
}

/* What a link() means that made no lock: 0 is its success as told by a server,
 * ENOENT that somebody took the post away. A disk that refuses is no lock to
 * wait for. */
static int
link_error(int error)
{
	errno = error;
	return error == 0 || error == EEXIST || error == ENOENT
	    ? CC_EBUSY
	    : cc_err_errno();
}

/* Makes the lock by way of the post: 0, CC_EBUSY, or negative. */
static int
hitch(const char *name, const char *post, struct stat *st_r, int *fd_r)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd = open(post, flags, 0666), r, error;

	if (fd < 0)
		return open_error();
	cc_dotlock_sign(fd, mylocalhost());
	error = link(post, name) == 0 ? 0 : errno;
	if (fstat(fd, st_r) != 0)
		r = CC_EIO;
	else
		r = st_r->st_nlink == 2 ? 0 : link_error(error);
	if (error == EPERM || error == EOPNOTSUPP) { /* no hard links there */
		close(fd);
		fd = open(name, flags, 0666);
		r = fd < 0 ? open_error() : fstat(fd, st_r) != 0 ? CC_EIO : 0;
		if (r == 0)
			cc_dotlock_sign(fd, mylocalhost());
	}
	if (r == 0 && fchmod(fd, (mode_t)cc_env()->lock_mode) != 0)
		errno = 0; /* only a matter of manners */
	if (r == 0)
		*fd_r = fd;
	else if (fd >= 0)
		close(fd);
	unlink(post);
	return r;
}

/* Looks at the lock that is there: 0 if there is none (any more). */
static int
clear_way(const char *name, struct dotlock *lock, int64_t now, int64_t stale,
    bool may_seize)
{
	struct stat st;
	int r;

	if (lstat(name, &st) != 0)
		return 0;
	if (S_ISLNK(st.st_mode)) {
		syslog(LOG_CRIT,
		    "SECURITY PROBLEM: symbolic link on lock name: %.80s",
		    name);
		errno = ELOOP;
		return CC_EACCESS;
	}
	if (!S_ISREG(st.st_mode) || st.st_size > DOTLOCK_SIZE_MAX) {
		errno = EEXIST;
		return CC_EACCESS;
	}
	if (cc_dotlock_is_orphan(AT_FDCWD, name, mylocalhost(), &st))
		may_seize = true;
	else if (!is_stale(&st, now, stale))
		return CC_EBUSY;
	lock->seized = true;
	if (!may_seize)
		return CC_EBUSY;
	if ((r = seize(name, &st, now)) == 0) {
		syslog(LOG_INFO, "stale mailbox lock %.80s removed", name);
		/* who was killed with it may have left more */
		cc_dotlock_sweep_beside(name, now);
	}
	return r;
}

int
cc_dotlock_try(struct dotlock *lock_r, const char *path, int64_t now,
    int64_t stale, bool may_seize)
{
	struct dotlock lock = DOTLOCK_NONE;
	char *name, *post;
	struct stat st = { 0 };
	int r;

	*lock_r = lock;
	if (strlen(path) > DOTLOCK_PATH_MAX) {
		errno = ENAMETOOLONG;
		return CC_EACCESS;
	}
	name = lock_name(path);
	post = own_name(name, now);
	r = clear_way(name, &lock, now, stale, may_seize);
	if (r == 0)
		r = hitch(name, post, &st, &lock.fd);
	if (r == 0) {
		lock.name = name;
		lock.dev = st.st_dev;
		lock.ino = st.st_ino;
	} else {
		fs_give((void **)&name);
	}
	*lock_r = lock;
	fs_give((void **)&post);
	return r;
}

/* One octet to the keeper and one back; 0 if it does not answer. Then it is
 * never asked again, and ends, giving up what it has: a late answer would be
 * taken for that to the next question, and its lock would stay. */
static char
ask_keeper(int fd, char what)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char answer = 0;

	if (send(fd, &what, 1, MSG_NOSIGNAL) == 1) {
		while (poll(&p, 1, KEEPER_WAIT) < 0 && errno == EINTR)
			continue;
		if (p.revents && recv(fd, &answer, 1, MSG_DONTWAIT) == 1)
			return answer;
	}
	shutdown(fd, SHUT_RDWR);
	return 0;
}

static int
try_keeper(struct dotlock *lock_r, const char *path)
{
	switch (ask_keeper(cc_env()->keeper_fd, 'L')) {
	case '+':
		*lock_r = (struct dotlock)DOTLOCK_NONE;
		lock_r->name = lock_name(path);
		lock_r->keeper = true;
		return 0;
	case '-':
		return CC_EBUSY;
	default:
		errno = EACCES;
		return CC_EACCESS;
	}
}

void
cc_dotlock_use_keeper(int fd, const char *path)
{
	struct cc_env *env = cc_env();

	env->keeper_fd = fd;
	cc_env_set(&env->keeper_path, path);
}

static bool
has_keeper(const char *path)
{
	const struct cc_env *env = cc_env();

	return env->keeper_fd >= 0 && env->keeper_path &&
	    strcmp(env->keeper_path, path) == 0;
}

/* One try by whichever means there is. A stale lock is seized when it was
 * seen stale at the try before, too. */
static int
try_any(struct dotlock *lock_r, const char *path)
{
	int64_t stale = cc_env()->lock_timeout * 60;
	bool was_stale = lock_r->seized;

	if (has_keeper(path))
		return try_keeper(lock_r, path);
	return cc_dotlock_try(lock_r, path, time(NULL), stale > 0 ? stale : 60,
	    was_stale);
}

int
cc_dotlock_get(struct dotlock *lock_r, const char *path, int fd, int wait_ms)
{
	bool last = false;
	struct lockwait w;
	int r;

	*lock_r = (struct dotlock)DOTLOCK_NONE;
	cc_lockwait_begin(&w, wait_ms);
	while ((r = try_any(lock_r, path)) == CC_EBUSY && !last)
		/* One more try if the lock is stale: that one seizes it. */
		if (!cc_lockwait_again(&w) && !(last = lock_r->seized))
			break;
	if (r == CC_EACCESS && fd >= 0 && !has_keeper(path))
		r = cc_dotlock_helper(lock_r, path, fd, wait_ms);
	return r;
}

/* Removes the lock file, unless it is another one by now. */
static void
remove_file(const struct dotlock *lock)
{
	struct stat st;

	if (lstat(lock->name, &st) == 0 && st.st_dev == lock->dev &&
	    st.st_ino == lock->ino && unlink(lock->name) != 0)
		syslog(LOG_ERR, "mailbox lock %.80s cannot be removed: %s",
		    lock->name, strerror(errno));
}

void
cc_dotlock_release(struct dotlock *lock)
{
	int saved = errno;

	if (lock->keeper) {
		ask_keeper(cc_env()->keeper_fd, 'U');
	} else if (lock->helper_out >= 0) {
		/* mlock removes the lock when it reads or loses its input. */
		if (write(lock->helper_out, "+", 1) != 1)
			errno = 0;
		close(lock->helper_out);
		close(lock->helper_in);
	} else if (lock->name) {
		remove_file(lock);
	}
	if (lock->fd >= 0)
		close(lock->fd);
	fs_give((void **)&lock->name);
	*lock = (struct dotlock)DOTLOCK_NONE;
	errno = saved;
}
