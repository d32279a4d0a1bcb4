/*
 * mboxfile_transfer.c - moving the mail of one mailbox file to the end of
 * another.
 *
 *	cedar-move 1
 *	from DEV INO SKIP SIZE SUM	octets SKIP to SIZE of the source are
 *				meant; the sum is of all up to SIZE
 *	to DEV INO SIZE PAD	the destination before they were appended, and
 *				line ends that went before them
 *	done 0			1: they are all there, on the disk
 *	path LEN PATH		of the destination
 *	check SUM
 *
 * The record "move.DEV.INO" of the source, in the private directory, is
 * written before the first octet is appended. Who finds it with done 0 takes
 * away what was appended, if it is that, and begins again; with done 1 the
 * source's first SIZE octets are of no use any more. What was delivered to the
 * source meanwhile lies behind them: it is moved, too, with SKIP being what
 * SIZE was. A record that does not fit the source counts for nothing: somebody
 * else has taken the mail.
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
#include "cc_limits.h"
#include "fdio.h"
#include "filestat.h"
#include "fnv.h"
#include "fs.h"
#include "mail.h"
#include "mailfile.h"
#include "mboxfile.h"
#include "mboxfile_transfer.h"
#include "misc.h"
#include "privdir.h"
#include "privfile.h"
#include "tempfile.h"
#include "uidrecord.h"
#include "uidrecord_text.h"

#define RECORD_MAX 8192  /* octets: a path and some numbers */
#define CHUNK (1u << 18) /* octets copied at a time */
#define ROUNDS_MAX 100   /* times the source may grow while it is moved */

struct move {
	uint64_t dev, ino, skip, size, sum;
	uint64_t to_dev, to_ino, to_size, pad;
	bool done;
	char *path; /* of the destination, owned */
};

/* Both files, with all locks. */
struct both {
	struct mbox from;
	struct mbox_lock lock;
	struct mbox *to; /* borrowed */
	int privdir;
	struct move rec;
	uint64_t end; /* of the destination, after our last append; or 0 */
};

/* ------------------------------------------------------------------ record */

static void
put_name(struct strbuf *name, const struct move *rec)
{
	cc_strbuf_init(name, 64);
	cc_strbuf_printf(name, "move.%llx.%llx", (unsigned long long)rec->dev,
	    (unsigned long long)rec->ino);
}

static void
put_record(struct strbuf *text, const struct move *rec)
{
	cc_strbuf_init(text, RECORD_MAX);
	cc_strbuf_printf(text,
	    "cedar-move 1\nfrom %llx %llx %llu %llu %016llx\n",
	    (unsigned long long)rec->dev, (unsigned long long)rec->ino,
	    (unsigned long long)rec->skip, (unsigned long long)rec->size,
	    (unsigned long long)rec->sum);
	cc_strbuf_printf(text, "to %llx %llx %llu %llu\n",
	    (unsigned long long)rec->to_dev, (unsigned long long)rec->to_ino,
	    (unsigned long long)rec->to_size, (unsigned long long)rec->pad);
	cc_strbuf_printf(text, "done %d\npath %zu %s\n", rec->done,
	    strlen(rec->path), rec->path);
	cc_uidrecord_put_check(text, 0);
}

static int
write_record(const struct both *b)
{
	struct strbuf name, text;
	int r;

	put_name(&name, &b->rec);
	put_record(&text, &b->rec);
	r = cc_strbuf_status(&text);
	if (r == 0)
		r = cc_tempfile_replace(b->privdir, cc_strbuf_str(&name), 0600,
		    cc_strbuf_span(&text));
	cc_strbuf_free(&name);
	cc_strbuf_free(&text);
	return r;
}

static int
remove_record(const struct both *b)
{
	struct strbuf name;
	int r = 0;

	put_name(&name, &b->rec);
	if (unlinkat(b->privdir, cc_strbuf_str(&name), 0) != 0)
		r = errno == ENOENT ? 0 : cc_err_errno();
	else if (fsync(b->privdir) != 0)
		r = cc_err_errno();
	cc_strbuf_free(&name);
	return r;
}

static int
parse_numbers(struct cursor *c, struct move *rec, uint64_t *done_r,
    uint64_t *len_r)
{
	if (cc_uidrecord_word(c, "cedar-move 1\nfrom ") != 0 ||
	    cc_uidrecord_hex(c, 0, &rec->dev) != 0 ||
	    cc_uidrecord_word(c, " ") != 0 ||
	    cc_uidrecord_hex(c, 0, &rec->ino) != 0 ||
	    cc_uidrecord_word(c, " ") != 0 ||
	    cc_uidrecord_dec(c, INT64_MAX, &rec->skip) != 0 ||
	    cc_uidrecord_word(c, " ") != 0 ||
	    cc_uidrecord_dec(c, INT64_MAX, &rec->size) != 0 ||
	    cc_uidrecord_word(c, " ") != 0 ||
	    cc_uidrecord_hex(c, 16, &rec->sum) != 0 ||
	    cc_uidrecord_word(c, "\nto ") != 0 ||
	    cc_uidrecord_hex(c, 0, &rec->to_dev) != 0 ||
	    cc_uidrecord_word(c, " ") != 0 ||
	    cc_uidrecord_hex(c, 0, &rec->to_ino) != 0 ||
	    cc_uidrecord_word(c, " ") != 0 ||
	    cc_uidrecord_dec(c, INT64_MAX, &rec->to_size) != 0 ||
	    cc_uidrecord_word(c, " ") != 0 ||
	    cc_uidrecord_dec(c, 2, &rec->pad) != 0 ||
	    cc_uidrecord_word(c, "\ndone ") != 0 ||
	    cc_uidrecord_dec(c, 1, done_r) != 0 ||
	    cc_uidrecord_word(c, "\npath ") != 0 ||
	    cc_uidrecord_dec(c, RECORD_MAX, len_r) != 0 ||
	    cc_uidrecord_word(c, " ") != 0)
		return CC_EPARSE;
	return 0;
}

/* The path is allocated on success. */
static int
parse_record(struct span text, struct move *rec_r)
{
	struct cursor c = cc_cursor(text);
	struct move rec = { .path = NULL };
	struct span path;
	uint64_t done, len;

	if (parse_numbers(&c, &rec, &done, &len) != 0 || rec.skip > rec.size ||
	    len > (uint64_t)(c.end - c.p))
		return CC_EPARSE;
	path = cc_span(c.p, (size_t)len);
	c.p += len;
	if (path.len == 0 || path.p[0] != '/' ||
	    memchr(path.p, '\0', path.len) ||
	    cc_uidrecord_word(&c, "\n") != 0 ||
	    cc_uidrecord_check(&c, text.p) != 0)
		return CC_EPARSE;
	rec.done = done == 1;
	rec.path = cc_span_dup(path);
	*rec_r = rec;
	return 0;
}

int
cc_mbox_transfer_again(struct span text, struct strbuf *out)
{
	struct move rec;

	if (parse_record(text, &rec) != 0)
		return CC_EPARSE;
	put_record(out, &rec);
	fs_give((void **)&rec.path);
	return 0;
}

/* The record of the file *st: 0, or CC_ENOENT, also if it is damaged. */
static int
read_record(int privdir, const struct stat *st, struct move *rec_r)
{
	struct move key = { .dev = st->st_dev, .ino = st->st_ino };
	struct strbuf name, text;
	int r;

	put_name(&name, &key);
	cc_strbuf_init(&text, RECORD_MAX);
	r = cc_privfile_read(privdir, cc_strbuf_str(&name), &text);
	if (r == 0 &&
	    (parse_record(cc_strbuf_span(&text), rec_r) != 0 ||
		rec_r->dev != key.dev || rec_r->ino != key.ino))
		r = CC_ENOENT;
	cc_strbuf_free(&name);
	cc_strbuf_free(&text);
	return r;
}

/* ------------------------------------------------------------------ octets */

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

/* Octets from..end of the source, added to *sum; written to position at of to,
 * too, if that is not -1. */
static int
pass(int source, uint64_t from, uint64_t end, int to, uint64_t at,
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

static uint64_t
size_of(const struct mbox *m)
{
	struct stat st;

	return fstat(m->fd, &st) == 0 ? (uint64_t)st.st_size : 0;
}

/* Appends what the record says, with its padding. The destination is cut back
 * if that fails. */
static int
append(struct both *b, struct span pad)
{
	const struct move *rec = &b->rec;
	uint64_t sum = FNV_START, at = rec->to_size + rec->pad;
	int r = cc_fd_write_at(b->to->fd, rec->to_size, pad), saved;

	if (r == 0)
		r = pass(b->from.fd, rec->skip, rec->size, b->to->fd, at, &sum);
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

/* ---------------------------------------------------------------- recovery */

/* Octets of both files that should be the same: in how far are they? */
static int
compare_some(const struct both *b, uint64_t pos, uint64_t at, size_t len,
    bool *ours, bool *whole)
{
	unsigned char *x = fs_get(2 * (size_t)CHUNK), *y = x + CHUNK;
	size_t got, there;
	int r = cc_fd_read_at(b->from.fd, pos, x, len, &got);

	if (r == 0)
		r = cc_fd_read_at(b->to->fd, at, y, len, &there);
	if (r == 0 && (got != len || there != len))
		r = CC_ECHANGED;
	for (size_t i = 0; r == 0 && i < len; i++) {
		*whole = *whole && x[i] == y[i];
		/* where a power failure left nothing there are zeros */
		*ours = *ours && (x[i] == y[i] || y[i] == '\0');
	}
	fs_give((void **)&x);
	return r;
}

/* Is what lies behind the destination's old end the beginning of what was
 * appended, and nothing more? Or, *whole_r, all of it, and maybe more? */
static int
compare(const struct both *b, bool *ours_r, bool *whole_r)
{
	uint64_t size = size_of(b->to), at = b->rec.to_size + b->rec.pad;
	uint64_t pos = b->rec.skip, end = at + b->rec.size - pos;
	int r = 0;

	*ours_r = size <= end;
	*whole_r = size >= end;
	if (size < end)
		end = size;
	while (r == 0 && at < end) {
		size_t n = end - at < CHUNK ? (size_t)(end - at) : CHUNK;

		r = compare_some(b, pos, at, n, ours_r, whole_r);
		pos += n;
		at += n;
	}
	return r;
}

/* Nothing of what the record means is in the destination: it speaks again of
 * what was moved before, if anything was. */
static int
step_back(struct both *b)
{
	uint64_t sum = FNV_START;
	int r;

	if (b->rec.skip == 0)
		return remove_record(b);
	if ((r = pass(b->from.fd, 0, b->rec.skip, -1, 0, &sum)) != 0)
		return r;
	b->rec.size = b->rec.skip;
	b->rec.sum = sum;
	b->rec.done = true;
	return write_record(b);
}

/* Of a transfer that was killed before it was known to be all there. */
static int
settle(struct both *b)
{
	bool ours, whole;
	struct stat st;
	int r;

	if (fstat(b->to->fd, &st) != 0)
		return CC_EIO;
	if ((uint64_t)st.st_dev != b->rec.to_dev ||
	    (uint64_t)st.st_ino != b->rec.to_ino ||
	    (uint64_t)st.st_size <= b->rec.to_size)
		return step_back(b);
	if ((r = compare(b, &ours, &whole)) != 0)
		return r;
	if (whole) {
		if (fsync(b->to->fd) != 0)
			return cc_err_errno();
		b->rec.done = true;
		return write_record(b);
	}
	if (ours) {
		if (ftruncate(b->to->fd, (off_t)b->rec.to_size) != 0 ||
		    fsync(b->to->fd) != 0)
			return cc_err_errno();
	} else {
		syslog(LOG_WARNING,
		    "%.512s changed while mail was moved to it: some of it may "
		    "be there twice",
		    b->to->path);
	}
	return step_back(b);
}

/* Does the record speak of the octets that the source begins with? */
static int
fits(const struct both *b, bool *yes_r)
{
	uint64_t sum = FNV_START;
	int r = 0;

	*yes_r = size_of(&b->from) >= b->rec.size;
	if (*yes_r)
		r = pass(b->from.fd, 0, b->rec.size, -1, 0, &sum);
	*yes_r = *yes_r && sum == b->rec.sum;
	return r;
}

/* Takes over what a record says: b->rec.done if there is something to end. */
static int
resume(struct both *b, const struct stat *st)
{
	bool yes;
	int r;

	b->rec = (struct move){ .dev = st->st_dev, .ino = st->st_ino };
	if (read_record(b->privdir, st, &b->rec) != 0)
		return 0;
	if ((r = fits(b, &yes)) == 0 && !yes) {
		b->rec.done = false;
		r = remove_record(b);
	} else if (r == 0 && !b->rec.done) {
		r = settle(b);
	}
	return r;
}

/* ------------------------------------------------------------------ moving */

/* Makes the record of octets skip to size: of what will be appended. */
static int
plan(struct both *b, uint64_t skip, uint64_t size, struct span *pad_r)
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
	if (r != 0 || (r = pass(b->from.fd, 0, size, -1, 0, &sum)) != 0)
		return r;
	fs_give((void **)&b->rec.path);
	b->rec = (struct move){ b->rec.dev, b->rec.ino, skip, size, sum,
		(uint64_t)st.st_dev, (uint64_t)st.st_ino, (uint64_t)st.st_size,
		pad_r->len, false, cpystr(b->to->path) };
	return 0;
}

static int
move_some(struct both *b, uint64_t skip, uint64_t size)
{
	struct span pad;
	int r;

	if ((r = plan(b, skip, size, &pad)) != 0 || (r = write_record(b)) != 0)
		return r;
	if ((r = append(b, pad)) != 0) {
		/* what could not be cut off is for the next who comes */
		if (size_of(b->to) == b->rec.to_size)
			(void)step_back(b);
		return r;
	}
	b->rec.done = true;
	return write_record(b);
}

/* The source loses what was moved, if that is all it has. */
static int
finish(struct both *b)
{
	uint64_t size;
	int r;

	for (int i = 0; (size = size_of(&b->from)) != b->rec.size; i++) {
		if (size < b->rec.size || i == ROUNDS_MAX)
			return CC_ECHANGED;
		if ((r = move_some(b, b->rec.size, size)) != 0)
			return r;
	}
	if (ftruncate(b->from.fd, 0) != 0 || fsync(b->from.fd) != 0)
		return cc_err_errno();
	cc_mbox_uids_forget(&b->from, true);
	return remove_record(b);
}

static int
move_locked(struct both *b, uint64_t *moved_r)
{
	struct stat st;
	int r;

	if (fstat(b->from.fd, &st) != 0)
		return CC_EIO;
	if ((r = resume(b, &st)) != 0)
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

/* -------------------------------------------------------------- both files */

/* The source, locked; *st_r is what it is. CC_ENOENT if there is none. */
static int
open_source(const char *from, struct both *b, int wait_ms)
{
	int r;

	b->from = (struct mbox){ .path = cpystr(from), .fd = -1 };
	b->from.fd = open(from, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (b->from.fd < 0)
		r = cc_err_errno();
	else
		r = cc_mbox_lock(&b->from, FDLOCK_EX, wait_ms, &b->lock);
	if (r != 0)
		cc_mbox_free(&b->from);
	return r;
}

static bool
is_one_file(const struct mbox *a, const struct mbox *b)
{
	struct stat x, y;

	return fstat(a->fd, &x) == 0 && fstat(b->fd, &y) == 0 &&
	    is_same_file(&x, &y);
}

int
cc_mbox_transfer(const char *from, struct mbox *to, int wait_ms,
    uint64_t *moved_r)
{
	struct both b = { .to = to, .privdir = -1 };
	int r, saved;

	*moved_r = 0;
	if ((r = open_source(from, &b, wait_ms)) != 0)
		return r == CC_ENOENT ? 0 : r;
	if (is_one_file(&b.from, to))
		r = CC_EINVAL;
	else if ((b.privdir = cc_privdir_open()) < 0)
		r = b.privdir;
	else
		r = move_locked(&b, moved_r);
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
cc_mbox_transfer_to(const char *from, const char *path, uint64_t *moved_r)
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
		r = cc_mbox_transfer(from, &to, CC_MBOX_WAIT_STORE, moved_r);
		cc_mbox_unlock(&lock);
	}
	cc_mbox_free(&to);
	return r;
}

int
cc_mbox_transfer_new(const char *from, const char *to, mode_t mode)
{
	uint64_t moved;
	struct stat st;
	int r, saved;

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

int
cc_mbox_transfer_recover(const char *from)
{
	int privdir = cc_privdir_open(), r = CC_ENOENT;
	struct move rec = { .path = NULL };
	struct stat st;
	uint64_t moved;

	if (privdir < 0)
		return 0;
	if (stat(from, &st) == 0)
		r = read_record(privdir, &st, &rec);
	close(privdir);
	if (r != 0)
		return 0;
	r = cc_mbox_transfer_to(from, rec.path, &moved);
	fs_give((void **)&rec.path);
	return r;
}
