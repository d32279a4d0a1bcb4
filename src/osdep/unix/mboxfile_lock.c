/*
 * mboxfile_lock.c - the locks of a one-file mailbox (formats/locking.md).
 *
 * Order: inode lock (writers), dot-lock, file lock; given up the other way
 * round. The inode lock is first since nobody may wait for it while holding a
 * dot-lock. All are tried with short pauses, never waited for in the kernel.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cc_err.h"
#include "fdlock.h"
#include "filestat.h"
#include "clock_ms.h"
#include "fs.h"
#include "lockwait.h"
#include "mail.h"
#include "mboxfile.h"
#include "mboxfile_redo.h"

/* Milliseconds for which no other program has the inode lock, but one that
 * keeps it. */
#define SHORT_HOLD 1000

#define REOPEN_MAX 5 /* times a file may be replaced while we lock it */

static const struct mbox_lock none = {
	.inode = INODELOCK_NONE, .dot = DOTLOCK_NONE, .fd = -1
};

void
cc_mbox_stamp_of(const struct stat *st, struct mbox_stamp *stamp_r)
{
	*stamp_r = (struct mbox_stamp){ st->st_dev, st->st_ino, st->st_size,
		st->st_mtim, st->st_ctim };
}

bool
cc_mbox_stamp_same(const struct mbox_stamp *a, const struct mbox_stamp *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	    is_same_time(&a->mtime, &b->mtime) &&
	    is_same_time(&a->ctime, &b->ctime);
}

/* Until when a command that begins to wait now waits for who keeps a lock only
 * while he works. */
static int64_t
patience(int wait_ms)
{
	return wait_ms < CC_MBOX_WAIT_STORE ? 0
					    : clock_ms() + CC_MBOX_WAIT_WORK;
}

static bool
is_patient(int64_t until)
{
	return clock_ms() < until && !cc_lockwait_given_up();
}

/* Takes the dot-lock; a place without any is no failure. Who has it, of ours or
 * another, keeps it for as long as he works: deliverers of a long mail, too. */
static int
get_dotlock(const struct mbox *m, int wait_ms, struct dotlock *lock_r)
{
	int64_t until = patience(wait_ms);
	int r = cc_dotlock_wait(lock_r, m->path, m->fd, wait_ms);

	while (r == CC_EBUSY && is_patient(until))
		r = cc_dotlock_get(lock_r, m->path, m->fd, wait_ms);
	if (r == 0 || r == CC_EBUSY)
		return r;
	cc_dotlock_warn(m->path, r);
	*lock_r = (struct dotlock)DOTLOCK_NONE;
	return 0;
}

/* Opens the file anew if the name means another one by now: 1, 0 if it does
 * not, or negative. */
static int
reopen(struct mbox *m)
{
	struct stat there, ours;
	int fd;

	if (stat(m->path, &there) != 0)
		return cc_err_errno();
	if (fstat(m->fd, &ours) != 0)
		return CC_EIO;
	if (is_same_file(&there, &ours))
		return 0;
	if (!S_ISREG(there.st_mode))
		return CC_ENOENT;
	fd = open(m->path,
	    (m->rdonly ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NOCTTY |
		O_NONBLOCK);
	if (fd < 0)
		return cc_err_errno();
	if (fstat(fd, &there) != 0 || !S_ISREG(there.st_mode)) {
		close(fd);
		return CC_ENOENT; /* a FIFO would look like an empty file */
	}
	close(m->fd);
	m->fd = fd;
	cc_mbox_view_drop(m);
	return 1;
}

/* Dot-lock and file lock on the file that now has the name. */
static int
get_short(struct mbox *m, enum fdlock_mode mode, int wait_ms,
    struct mbox_lock *lock)
{
	int r;

	if ((r = get_dotlock(m, wait_ms, &lock->dot)) != 0)
		return r;
	for (int i = 0; i < REOPEN_MAX; i++) {
		if ((r = cc_fdlock_get(m->fd, mode, wait_ms)) != 0)
			return r;
		lock->fd = m->fd;
		if ((r = reopen(m)) <= 0)
			return r;
		lock->fd = -1; /* closed with its lock */
	}
	return CC_EBUSY;
}

/* The inode lock of the file that now has the name, with our pid in it. A
 * program of ours is waited for until then. */
static int
get_inode_lock(const struct mbox *m, int wait_ms, int64_t until,
    struct stat *st_r, pid_t *holder_r, struct inodelock *lock_r)
{
	int r;

	if (stat(m->path, st_r) != 0)
		return cc_err_errno();
	do
		r = cc_inodelock_get(lock_r, st_r, FDLOCK_EX, wait_ms,
		    holder_r);
	while (r == CC_EBUSY && is_patient(until) &&
	    cc_inodelock_is_ours(st_r));
	if (r == CC_EBUSY && is_patient(until))
		r = cc_inodelock_get(lock_r, st_r, FDLOCK_EX, 0, holder_r);
	if (r != 0)
		*lock_r = (struct inodelock)INODELOCK_NONE;
	else
		(void)cc_inodelock_put_pid(lock_r);
	return r;
}

/* Was the file replaced after its inode lock was taken? */
static int
check_inode(const struct mbox *m, const struct stat *st)
{
	struct stat now;

	if (fstat(m->fd, &now) != 0)
		return CC_EIO;
	return is_same_file(&now, st) ? 0 : CC_EBUSY;
}

int
cc_mbox_lock_as_is(struct mbox *m, enum fdlock_mode mode, int wait_ms,
    struct mbox_lock *lock_r)
{
	struct stat st;
	int r = 0;

	*lock_r = none;
	m->tailed = m->halfway = false;
	if (mode == FDLOCK_EX)
		r = get_inode_lock(m, wait_ms, patience(wait_ms), &st, NULL,
		    &lock_r->inode);
	if (r == 0)
		r = get_short(m, mode, wait_ms, lock_r);
	if (r == 0 && mode == FDLOCK_EX)
		r = check_inode(m, &st);
	if (r != 0)
		cc_mbox_unlock(lock_r);
	else if (mode == FDLOCK_EX)
		cc_mbox_mark_begin(m, lock_r);
	return r;
}

void
cc_mbox_unlock(struct mbox_lock *lock)
{
	cc_mbox_mark_end(lock);
	if (lock->fd >= 0)
		cc_fdlock_release(lock->fd);
	lock->fd = -1;
	cc_dotlock_release(&lock->dot);
	lock->dot = (struct dotlock)DOTLOCK_NONE;
	cc_inodelock_release(&lock->inode);
	lock->inode = (struct inodelock)INODELOCK_NONE;
}

/*
 * A change that somebody began and did not end: it is ended now. That needs
 * all locks and a file open for writing, also of one who only wants to read.
 * CC_EACCESS: who may not write reads what there is.
 */
static int
recover(struct mbox *m, int wait_ms)
{
	struct mbox writer = { .path = m->path };
	struct mbox_lock lock;
	int r;

	writer.fd = open(m->path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (writer.fd < 0)
		return CC_EACCESS;
	if ((r = cc_mbox_lock_as_is(&writer, FDLOCK_EX, wait_ms, &lock)) == 0) {
		r = cc_redo_recover(&writer);
		cc_mbox_unlock(&lock);
	}
	close(writer.fd);
	return r;
}

/* Locks to read a file with a record. Where the disk refuses to cut the file
 * off the octets behind its content are hidden. */
static int
lock_with_record(struct mbox *m, int wait_ms, struct mbox_lock *lock_r)
{
	int recovered = recover(m, wait_ms), r;

	if (recovered == CC_EBUSY || recovered == CC_ENOENT)
		return recovered;
	r = cc_mbox_lock_as_is(m, FDLOCK_SH, wait_ms, lock_r);
	if (r != 0 || recovered == 0)
		return r;
	r = cc_redo_content(m, &m->content);
	m->tailed = r == 0;
	m->halfway = r != 0 && r != CC_ENOENT;
	/* gone meanwhile, or not for us to finish */
	if (r == 0 || r == CC_ENOENT || recovered == CC_EACCESS)
		return 0;
	cc_mbox_unlock(lock_r);
	return recovered;
}

int
cc_mbox_lock(struct mbox *m, enum fdlock_mode mode, int wait_ms,
    struct mbox_lock *lock_r)
{
	int r = cc_mbox_lock_as_is(m, mode, wait_ms, lock_r);

	if (r == 0 && mode == FDLOCK_EX && (r = cc_redo_recover(m)) != 0)
		cc_mbox_unlock(lock_r);
	if (r != 0 || mode == FDLOCK_EX || !cc_redo_found(m))
		return r;
	cc_mbox_unlock(lock_r);
	return lock_with_record(m, wait_ms, lock_r);
}

/* The inode lock for an append. Ours are waited for; who keeps it for longer is
 * another program, and once known not waited for again. */
static int
get_inode_lock_append(const struct mbox *m, int wait_ms, pid_t *kept_by,
    struct stat *st_r, struct inodelock *lock_r)
{
	pid_t holder = 0;
	int r = get_inode_lock(m, 0, 0, st_r, &holder, lock_r);

	if (r == CC_EBUSY && (holder == 0 || holder != *kept_by))
		r = get_inode_lock(m, SHORT_HOLD, patience(wait_ms), st_r,
		    &holder, lock_r);
	*kept_by = r == CC_EBUSY ? holder : 0;
	return r;
}

int
cc_mbox_lock_append(struct mbox *m, int wait_ms, pid_t *kept_by,
    struct mbox_lock *lock_r, bool *full_r)
{
	struct stat st;
	int r;

	*lock_r = none;
	r = get_inode_lock_append(m, wait_ms, kept_by, &st, &lock_r->inode);
	*full_r = r == 0;
	if (r == CC_EBUSY || r == CC_EACCESS)
		r = 0;
	if (r == 0)
		r = get_short(m, FDLOCK_EX, wait_ms, lock_r);
	if (r == 0 && *full_r)
		r = check_inode(m, &st);
	if (r == 0)
		cc_mbox_mark_begin(m, lock_r);
	if (r == 0 && *full_r)
		r = cc_redo_recover(m);
	else if (r == 0 && cc_redo_found(m))
		r = CC_EBUSY; /* in the middle of a change that waits */
	if (r != 0)
		cc_mbox_unlock(lock_r);
	return r;
}
