/*
 * env_lock.c - locks as the public API offers them to drivers and programs,
 * over inodelock.c, fdlock.c and dotlock.c. Failures are told the user here.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mail.h"
#include "osdep.h"
#include "cc_err.h"
#include "dotlock.h"
#include "env_state.h"
#include "inodelock.h"
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

/* Seconds between two warnings that a lock is waited for. */
#define WARN_EVERY 15

static void
say_waiting(const char *path, long seconds)
{
	struct strbuf b;

	cc_strbuf_init(&b, MAILTMPLEN - 1);
	cc_strbuf_printf(&b,
	    "Mailbox %s is locked, will override in %ld seconds...", path,
	    seconds);
	mm_log((char *)cc_strbuf_str(&b), WARN);
	cc_strbuf_free(&b);
}

static void
say_seized(const char *path)
{
	struct strbuf b;

	cc_strbuf_init(&b, MAILTMPLEN - 1);
	cc_strbuf_printf(&b, "Mailbox %s lock overridden", path);
	mm_log((char *)cc_strbuf_str(&b), NIL);
	cc_strbuf_free(&b);
}

void
cc_dotlock_warn(const char *path, int r)
{
	const char *slash = strrchr(path, '/');
	int error = errno;
	struct strbuf b;
	struct stat st;

	if (!cc_env()->lock_warning)
		return;
	cc_strbuf_init(&b, MAILTMPLEN - 1);
	if (slash)
		cc_strbuf_put(&b, path, (size_t)(slash - path) + 1);
	if (r == CC_EACCESS && stat(cc_strbuf_str(&b), &st) == 0 &&
	    (st.st_mode & 01777) != 01777) {
		cc_strbuf_reset(&b);
		cc_strbuf_printf(&b,
		    "Mailbox vulnerable - directory %.*s must have 1777 "
		    "protection",
		    slash ? (int)(slash - path) : 1, slash ? path : ".");
	} else {
		cc_strbuf_reset(&b);
		cc_strbuf_printf(&b,
		    "Mailbox vulnerable - error creating %s.lock: %s", path,
		    error ? strerror(error) : cc_strerror(r));
	}
	mm_log((char *)cc_strbuf_str(&b), WARN);
	cc_strbuf_free(&b);
}

long
dotlock_lock(char *file, DOTLOCK *base, int fd)
{
	long left = cc_env()->lock_timeout * 60;
	struct dotlock lock;
	int r;

	*base->lock = '\0';
	base->pipei = base->pipeo = -1;
	r = cc_dotlock_get(&lock, file, fd, 1000);
	for (; r == CC_EBUSY && left > 0; left -= WARN_EVERY) {
		say_waiting(file, left);
		r = cc_dotlock_get(&lock, file, fd, WARN_EVERY * 1000);
	}
	if (r != 0) {
		cc_dotlock_warn(file, r);
		return NIL;
	}
	if (lock.seized)
		say_seized(file);
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
