/*
 * mboxfile_transfer.c - moving the mail of one mailbox file to the end of
 * another.
 *
 * A record (mboxfile_transfer_record.c) is written before the first octet is
 * appended, and again when all are on the disk. Who finds it with done 0 takes
 * away what was appended, if it is that, and begins again; with done 1 the
 * source's first SIZE octets are of no use any more
 * (mboxfile_transfer_recover.c). What was delivered to the source meanwhile
 * lies behind them: it is moved, too, with SKIP being what SIZE was.
 *
 * Under all locks of both files; those of the source come second, and are
 * tried for so long as the caller says, which is never for ever.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "cc_err.h"
#include "fdio.h"
#include "filestat.h"
#include "fnv.h"
#include "fs.h"
#include "mail.h"
#include "mailfile.h"
#include "mboxfile_transfer_inner.h"
#include "misc.h"
#include "privdir.h"

#define ROUNDS_MAX 100 /* times the source may grow while it is moved */

/* ------------------------------------------------------------------- octets */

/* What comes first: the destination must end in an empty line, so that what
 * follows begins a message. */
static int
padding(int fd, uint64_t size, struct span *pad_r)
{
	char last[2] = { 0 };
	size_t got, want = size < 2 ? (size_t)size : 2;
	int r = cc_fd_read_at(fd, size - want, last, want, &got);

	if (r == 0 && got != want)
		r = CC_ECHANGED;
	*pad_r = cc_span_z(size == 0           ? ""
		: last[want - 1] != '\n'       ? "\n\n"
		: want == 2 && last[0] == '\n' ? ""
					       : "\n");
	return r;
}

int
cc_transfer_pass(int source, uint64_t from, uint64_t end, int to, uint64_t at,
    uint64_t *sum)
{
	unsigned char *buf = fs_get(CHUNK);
	size_t got, want;
	int r = 0;

	while (r == 0 && from < end) {
		want = end - from < CHUNK ? (size_t)(end - from) : CHUNK;
		r = cc_fd_read_at(source, from, buf, want, &got);
		if (r == 0 && got != want)
			r = CC_ECHANGED;
		if (r == 0 && to >= 0)
			r = cc_fd_write_at(to, at, cc_span(buf, got));
		if (r != 0)
			break;
		*sum = fnv_add(*sum, buf, got);
		from += got;
		at += got;
	}
	fs_give((void **)&buf);
	return r;
}

uint64_t
cc_transfer_size(const struct mbox *m)
{
	struct stat st;

	return fstat(m->fd, &st) == 0 ? (uint64_t)st.st_size : 0;
}

/* Appends what the record says, with its padding. The destination is cut back
 * if that fails. */
static int
append(struct mbox_both *b, struct span pad)
{
	const struct mbox_move *rec = &b->rec;
	uint64_t sum = FNV_START, at = rec->to_size + rec->pad;
	int r = cc_fd_write_at(b->to->fd, rec->to_size, pad), saved;

	if (r == 0)
		r = cc_transfer_pass(b->from.fd, rec->skip, rec->size,
		    b->to->fd, at, &sum);
	if (r == 0 && fsync(b->to->fd) != 0)
		r = cc_err_errno();
	saved = errno;
	if (r == 0)
		b->end = at + rec->size - rec->skip;
	else if (ftruncate(b->to->fd, (off_t)rec->to_size) != 0)
		syslog(LOG_ALERT, "cannot undo a partial append to %.512s",
		    b->to->path);
	errno = saved;
	return r;
}

/* ------------------------------------------------------------------- moving */

/* Makes the record of octets skip to size: of what will be appended. */
static int
plan(struct mbox_both *b, uint64_t skip, uint64_t size, struct span *pad_r)
{
	struct stat st;
	uint64_t sum = FNV_START;
	int r;

	if (fstat(b->to->fd, &st) != 0)
		return CC_EIO;
	/* what goes on where we ended may go on in a line */
	*pad_r = cc_span_z("");
	if (b->end == 0 || b->end != (uint64_t)st.st_size)
		r = padding(b->to->fd, (uint64_t)st.st_size, pad_r);
	else
		r = 0;
	if (r != 0 ||
	    (r = cc_transfer_pass(b->from.fd, 0, size, -1, 0, &sum)) != 0)
		return r;
	fs_give((void **)&b->rec.path);
	b->rec = (struct mbox_move){ b->rec.dev, b->rec.ino, skip, size, sum,
		(uint64_t)st.st_dev, (uint64_t)st.st_ino, (uint64_t)st.st_size,
		pad_r->len, false, cpystr(b->to->path) };
	return 0;
}

static int
move_some(struct mbox_both *b, uint64_t skip, uint64_t size)
{
	struct span pad;
	int r;

	if ((r = plan(b, skip, size, &pad)) != 0 ||
	    (r = cc_transfer_write(b)) != 0)
		return r;
	if ((r = append(b, pad)) != 0) {
		/* what could not be cut off is for the next who comes */
		if (cc_transfer_size(b->to) == b->rec.to_size)
			(void)cc_transfer_step_back(b);
		return r;
	}
	b->rec.done = true;
	return cc_transfer_write(b);
}

/* The source loses what was moved, if that is all it has. */
static int
finish(struct mbox_both *b)
{
	uint64_t size;
	int r;

	for (int i = 0; (size = cc_transfer_size(&b->from)) != b->rec.size;
	     i++) {
		if (size < b->rec.size || i == ROUNDS_MAX)
			return CC_ECHANGED;
		if ((r = move_some(b, b->rec.size, size)) != 0)
			return r;
	}
	if (ftruncate(b->from.fd, 0) != 0 || fsync(b->from.fd) != 0)
		return cc_err_errno();
	cc_mbox_uids_forget(&b->from, true);
	return cc_transfer_remove(b);
}

/* recovery: nothing is moved but what somebody began to. */
static int
move_locked(struct mbox_both *b, bool recovery, uint64_t *moved_r)
{
	struct stat st;
	int r;

	if (fstat(b->from.fd, &st) != 0)
		return CC_EIO;
	if ((r = cc_transfer_resume(b, &st)) != 0 || (recovery && !b->begun))
		return r;
	if (!b->rec.done) {
		if (st.st_size == 0)
			return 0;
		if (!cc_mbox_is_unix(b->from.path))
			return CC_EPARSE;
		if ((r = move_some(b, 0, (uint64_t)st.st_size)) != 0)
			return r;
	}
	if ((r = finish(b)) == 0)
		*moved_r = b->rec.size;
	return r;
}

/* --------------------------------------------------------------- both files */

static bool
is_one_file(const struct mbox *a, const struct mbox *b)
{
	struct stat x, y;

	return fstat(a->fd, &x) == 0 && fstat(b->fd, &y) == 0 &&
	    is_same_file(&x, &y);
}

/* The source, locked. CC_ENOENT if there is none; CC_EINVAL if it is the
 * destination, whose locks one has. */
static int
open_source(const char *from, struct mbox_both *b, int wait_ms)
{
	int r;

	b->from = (struct mbox){ .path = cpystr(from), .fd = -1 };
	b->from.fd = open(from, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (b->from.fd < 0)
		r = cc_err_errno();
	else if (b->to && is_one_file(&b->from, b->to))
		r = CC_EINVAL;
	else
		r = cc_mbox_lock(&b->from, FDLOCK_EX, wait_ms, &b->lock);
	if (r != 0)
		cc_mbox_free(&b->from);
	return r;
}

static int
transfer(const char *from, struct mbox *to, int wait_ms, bool recovery,
    uint64_t *moved_r)
{
	struct mbox_both b = { .to = to, .privdir = -1 };
	int r, saved;

	*moved_r = 0;
	if ((r = open_source(from, &b, wait_ms)) != 0)
		return r == CC_ENOENT ? 0 : r;
	if ((b.privdir = cc_privdir_open()) < 0)
		r = b.privdir;
	else
		r = move_locked(&b, recovery, moved_r);
	saved = errno;
	if (b.privdir >= 0)
		close(b.privdir);
	fs_give((void **)&b.rec.path);
	cc_mbox_unlock(&b.lock);
	cc_mbox_free(&b.from);
	errno = saved;
	return r;
}

int
cc_mbox_transfer(const char *from, struct mbox *to, int wait_ms,
    uint64_t *moved_r)
{
	return transfer(from, to, wait_ms, false, moved_r);
}

static int
transfer_to(const char *from, const char *path, bool recovery,
    uint64_t *moved_r)
{
	struct mbox to = { .path = cpystr(path) };
	struct mbox_lock lock;
	int r;

	to.fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (to.fd < 0)
		r = cc_err_errno();
	else
		r = cc_mbox_lock(&to, FDLOCK_EX, CC_MBOX_WAIT_STORE, &lock);
	if (r == 0) {
		r = transfer(from, &to, CC_MBOX_WAIT_STORE, recovery, moved_r);
		cc_mbox_unlock(&lock);
	}
	cc_mbox_free(&to);
	return r;
}

int
cc_mbox_transfer_to(const char *from, const char *path, uint64_t *moved_r)
{
	return transfer_to(from, path, false, moved_r);
}

int
cc_mbox_transfer_new(const char *from, const char *to, mode_t mode)
{
	uint64_t moved;
	struct stat st;
	int r, saved;

	(void)cc_mbox_transfer_recover(from);
	if ((r = cc_mailfile_make(to, mode, cc_span_z(""))) != 0)
		return r;
	r = cc_mbox_transfer_to(from, to, &moved);
	saved = errno;
	/* nobody delivers to a mailbox of which he was not told */
	if (r != 0 && stat(to, &st) == 0 && st.st_size == 0)
		unlink(to);
	errno = saved;
	return r;
}

/* Forgets a record whose destination is gone: the source has it all. */
static int
give_up(const char *from)
{
	struct mbox_both b = { .privdir = -1 };
	struct stat st;
	int r = open_source(from, &b, CC_MBOX_WAIT_STORE);

	if (r != 0)
		return r;
	if ((b.privdir = cc_privdir_open()) < 0)
		r = b.privdir;
	else if (fstat(b.from.fd, &st) == 0 &&
	    cc_transfer_read(b.privdir, &st, &b.rec) == 0 &&
	    cc_transfer_is_gone(&b.rec))
		r = cc_transfer_remove(&b);
	if (b.privdir >= 0)
		close(b.privdir);
	fs_give((void **)&b.rec.path);
	cc_mbox_unlock(&b.lock);
	cc_mbox_free(&b.from);
	return r;
}

int
cc_mbox_transfer_recover(const char *from)
{
	int privdir = cc_privdir_open(), r = CC_ENOENT;
	struct mbox_move rec = { .path = NULL };
	struct stat st;
	uint64_t moved;

	if (privdir < 0)
		return 0;
	if (stat(from, &st) == 0)
		r = cc_transfer_read(privdir, &st, &rec);
	close(privdir);
	if (r != 0)
		return 0;
	r = cc_transfer_is_gone(&rec)
	    ? give_up(from)
	    : transfer_to(from, rec.path, true, &moved);
	fs_give((void **)&rec.path);
	return r;
}
