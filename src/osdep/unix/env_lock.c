/*
 * env_lock.c - locks as the public API offers them to drivers and programs,
 * over inodelock.c, fdlock.c and dotlock.c. Failures are told the user here.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mail.h"
#include "osdep.h"
#include "cc_err.h"
#include "cc_say.h"
#include "dotlock.h"
#include "env_state.h"
#include "inodelock.h"
#include "lockwait.h"
#include "misc.h"

/* Copies a text of ours into a caller's MAILTMPLEN octets, or nothing. */
static void
give(char *dst, const char *text)
{
	size_t len = strlen(text);

	if (len >= MAILTMPLEN)
		len = 0;
	memcpy(dst, text, len);
	dst[len] = '\0';
}

int
lock_work(char *lock, void *sbuf, int op, long *pid)
{
	struct inodelock l;
	pid_t holder = 0;
	int fd;

	*lock = '\0';
	if (pid)
		*pid = 0;
	if (cc_inodelock_get(&l, sbuf, op & LOCK_EX ? FDLOCK_EX : FDLOCK_SH,
		op & LOCK_NB ? 0 : -1, &holder) != 0) {
		if (pid)
			*pid = holder;
		return -1;
	}
	give(lock, l.name);
	fd = l.fd;
	fs_give((void **)&l.name);
	return fd;
}

int
lockname(char *lock, char *fname, int op, long *pid)
{
	struct stat st;

	*lock = '\0';
	if (pid)
		*pid = 0;
	return stat(fname, &st) == 0 ? lock_work(lock, &st, op, pid) : -1;
}

int
lockfd(int fd, char *lock, int op)
{
	struct stat st;

	*lock = '\0';
	return fstat(fd, &st) == 0 ? lock_work(lock, &st, op, NIL) : -1;
}

void
unlockfd(int fd, char *lock)
{
	struct inodelock l = { fd, cpystr(lock) };

	cc_inodelock_release(&l);
}

long
chk_notsymlink(char *name, void *sbuf)
{
	struct stat *st = sbuf;

	if (lstat(name, st) != 0)
		return -1;
	if (S_ISLNK(st->st_mode)) {
		syslog(LOG_CRIT,
		    "SECURITY PROBLEM: symbolic link on lock name: %.80s",
		    name);
		return 0;
	}
	return (long)st->st_nlink;
}

/* What DOTLOCK has no members for lies at the end of its name. */
struct extra {
	dev_t dev;
	ino_t ino;
	bool keeper;
};

#define EXTRA_AT (MAILTMPLEN - sizeof(struct extra))

static void
put_dotlock(DOTLOCK *base, struct dotlock *lock)
{
	struct extra extra = { lock->dev, lock->ino, lock->keeper };
	size_t len = strlen(lock->name);

	if (len >= EXTRA_AT) /* no path is that long: cc_dotlock_get refuses */
		len = EXTRA_AT - 1;
	memcpy(base->lock, lock->name, len);
	base->lock[len] = '\0';
	memcpy(base->lock + EXTRA_AT, &extra, sizeof(extra));
	base->pipei = lock->helper_in;
	base->pipeo = lock->helper_out;
	fs_give((void **)&lock->name);
}

/* Back again; false if nothing is held. */
static bool
take_dotlock(DOTLOCK *base, struct dotlock *lock)
{
	struct extra extra;

	if (!*base->lock)
		return false;
	memcpy(&extra, base->lock + EXTRA_AT, sizeof(extra));
	lock->name = cpystr(base->lock);
	lock->dev = extra.dev;
	lock->ino = extra.ino;
	lock->keeper = extra.keeper;
	lock->helper_in = base->pipei;
	lock->helper_out = base->pipeo;
	*base->lock = '\0';
	base->pipei = base->pipeo = -1;
	return true;
}

/* Milliseconds: a wait of more than this is told to the user, and then at this
 * rate. */
#define FIRST_WAIT 1000
#define WARN_EVERY (15 * 1000)

int
cc_dotlock_wait(struct dotlock *lock_r, const char *path, int fd, int wait_ms)
{
	int step = wait_ms < FIRST_WAIT ? wait_ms : FIRST_WAIT, r;

	for (;;) {
		r = cc_dotlock_get(lock_r, path, fd, step);
		wait_ms -= step;
		if (r != CC_EBUSY || wait_ms <= 0 || cc_lockwait_given_up())
			return r;
		cc_say(WARN,
		    "Mailbox %s is locked, will override in %d seconds...",
		    path, wait_ms / 1000);
		step = wait_ms < WARN_EVERY ? wait_ms : WARN_EVERY;
	}
}

void
cc_dotlock_warn(const char *path, int r)
{
	const char *slash = strrchr(path, '/');
	int dir = slash ? (int)(slash - path) : 1;
	int error = errno;
	struct strbuf b;
	struct stat st;

	if (!cc_env()->lock_warning)
		return;
	cc_strbuf_init(&b, MAILTMPLEN - 1);
	if (slash)
		cc_strbuf_put(&b, path, (size_t)dir + 1);
	if (r == CC_EACCESS && stat(cc_strbuf_str(&b), &st) == 0 &&
	    (st.st_mode & 01777) != 01777)
		cc_say(WARN,
		    "Mailbox vulnerable - directory %.*s must have 1777 "
		    "protection",
		    dir, slash ? path : ".");
	else
		cc_say(WARN, "Mailbox vulnerable - error creating %s.lock: %s",
		    path, error ? strerror(error) : cc_strerror(r));
	cc_strbuf_free(&b);
}

/* Milliseconds until any lock is stale, and a first try. */
static int
longest_wait(void)
{
	long minutes = cc_env()->lock_timeout, most = INT_MAX / 60000 - 1;

	if (minutes < 0)
		minutes = 0;
	return FIRST_WAIT + 60000 * (int)(minutes < most ? minutes : most);
}

long
dotlock_lock(char *file, DOTLOCK *base, int fd)
{
	struct dotlock lock;
	int r;

	*base->lock = '\0';
	base->pipei = base->pipeo = -1;
	r = cc_dotlock_wait(&lock, file, fd, longest_wait());
	if (r != 0) {
		cc_dotlock_warn(file, r);
		return NIL;
	}
	if (lock.seized)
		cc_say(NIL, "Mailbox %s lock overridden", file);
	put_dotlock(base, &lock);
	return LONGT;
}

long
dotlock_unlock(DOTLOCK *base)
{
	struct dotlock lock = DOTLOCK_NONE;

	if (take_dotlock(base, &lock))
		cc_dotlock_release(&lock);
	return LONGT;
}
