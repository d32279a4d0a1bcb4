/*
 * mboxfile_undo.c - appends that a kill in the middle does not leave half
 * done.
 *
 *	cedar-append 1
 *	file DEV INO			hexadecimal
 *	size BEFORE AFTER
 *	booted TIME			of this machine, UTC seconds
 *	starts N text LEN sums PIECE	then where the N messages begin, the
 *					first LEN octets of the text, and sums
 *					of the rest in pieces
 *	check SUM			of everything before, 16 digits
 *
 * The record has the name of redo records and is never there beside one. It
 * is not synced, for an append has one sync: a kill finds it whole, since it
 * is written before the mailbox is. A power failure may lose it together with
 * an append that was not confirmed. Then that shows as far as it came, as a
 * delivery does that was cut off; nothing is cut on a guess. Under all locks;
 * mboxfile_undo_recover.c reads it.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "cc_err.h"
#include "cc_limits.h"
#include "fdio.h"
#include "fs.h"
#include "mboxfile_record.h"
#include "mboxfile_undo.h"
#include "mboxfile_undo_inner.h"
#include "privdir.h"

/* Sums of so many pieces at most. */
#define PIECES_MAX 4096u

/* Octets that are written at once. */
#define WRITE_MAX (1024u * 1024)

/* ------------------------------------------------------------------ record */

/* How much of a text is recorded as it is. */
static size_t
head_size(uint64_t len)
{
	return len <= UNDO_TEXT_MAX ? (size_t)len : UNDO_PIECE_MIN;
}

/* How long the pieces are that are summed. */
static size_t
piece_size(uint64_t len)
{
	size_t size = UNDO_PIECE_MIN;

	while (len / size >= PIECES_MAX)
		size *= 2;
	return size;
}

int64_t
cc_undo_boot_time(void)
{
	struct timespec now, up;

	if (clock_gettime(CLOCK_REALTIME, &now) != 0 ||
	    clock_gettime(CLOCK_BOOTTIME, &up) != 0 || now.tv_sec < up.tv_sec)
		return 0;
	return now.tv_sec - up.tv_sec;
}

/* The beginning of the text, and the sums of the rest. */
static int
put_text(struct strbuf *out, const struct mbox_text *t, size_t head,
    size_t piece)
{
	struct mbox_text_pos pos = { 0, 0 };
	char *buf = fs_get(head > piece ? head : piece);
	uint64_t sum;
	long n = cc_text_read(t, &pos, buf, head);

	if (n > 0)
		cc_strbuf_put(out, buf, (size_t)n);
	while (n > 0 && (n = cc_text_read(t, &pos, buf, piece)) > 0) {
		sum = cc_redo_sum_of(buf, (size_t)n);
		cc_strbuf_put(out, &sum, sizeof(sum));
	}
	fs_give((void **)&buf);
	return (int)n;
}

static int
format(struct strbuf *out, const struct mbox *m, uint64_t size,
    const struct mbox_text *t)
{
	size_t head = head_size(t->len), piece = piece_size(t->len);
	struct redo_sum sum = { .h = 0 };
	struct stat st;
	int r;

	if (fstat(m->fd, &st) != 0)
		return CC_EIO;
	cc_strbuf_printf(out, UNDO_HEAD_WORD "file %llx %llx\nsize %llu %llu\n",
	    (unsigned long long)st.st_dev, (unsigned long long)st.st_ino,
	    (unsigned long long)size, (unsigned long long)size + t->len);
	cc_strbuf_printf(out, "booted %llu\nstarts %zu text %zu sums %zu\n",
	    (unsigned long long)cc_undo_boot_time(), t->start_count, head,
	    piece);
	cc_strbuf_put(out, t->starts, t->start_count * sizeof(*t->starts));
	if ((r = put_text(out, t, head, piece)) != 0)
		return r;
	cc_redo_sum_add(&sum, out->data, out->len);
	cc_strbuf_printf(out, "check %016llx\n",
	    (unsigned long long)cc_redo_sum_end(&sum));
	return cc_strbuf_status(out);
}

static int
write_in(int dir, const struct mbox *m, struct span text)
{
	struct strbuf name;
	struct stat st;
	int fd, r;

	if (fstat(m->fd, &st) != 0)
		return CC_EIO;
	cc_redo_name(&name, m, "");
	fd = cc_redo_create(dir, cc_strbuf_str(&name),
	    (st.st_mode & 0644) | 0600);
	r = fd < 0 ? fd : cc_fd_write_at(fd, 0, text);
	if (fd >= 0)
		close(fd);
	if (fd >= 0 && r != 0)
		unlinkat(dir, cc_strbuf_str(&name), 0);
	cc_strbuf_free(&name);
	return r;
}

/* Writes the record, in *dir_r. CC_EACCESS: there is no place for it. */
static int
write_record(const struct mbox *m, struct span text, int *dir_r)
{
	int dir = cc_redo_place(m), r = dir;

	if (dir >= 0) {
		r = write_in(dir, m, text);
		if (r != 0)
			close(dir);
	}
	if (r == CC_EACCESS || r == CC_ENOENT) {
		if ((dir = cc_privdir_open()) < 0)
			return CC_EACCESS;
		r = write_in(dir, m, text);
		if (r != 0)
			close(dir);
	}
	if (r == 0)
		*dir_r = dir;
	return r;
}

static void
remove_record(const struct mbox *m, int dir)
{
	struct strbuf name;

	cc_redo_name(&name, m, "");
	unlinkat(dir, cc_strbuf_str(&name), 0);
	cc_strbuf_free(&name);
}

/* ------------------------------------------------------------------ append */

/* Writes the text behind the file's end, whatever that is by now. */
static int
write_text(const struct mbox *m, const struct mbox_text *t)
{
	size_t cap = t->len < WRITE_MAX ? (size_t)t->len : WRITE_MAX;
	struct mbox_text_pos pos = { 0, 0 };
	int flags = fcntl(m->fd, F_GETFL), r = 0;
	char *buf = fs_get(cap);
	long n = 0;

	if (flags < 0 || fcntl(m->fd, F_SETFL, flags | O_APPEND) != 0)
		r = CC_EIO;
	while (r == 0 && (n = cc_text_read(t, &pos, buf, cap)) > 0)
		r = cc_fd_write(m->fd, cc_span(buf, (size_t)n));
	if (flags >= 0)
		(void)fcntl(m->fd, F_SETFL, flags);
	fs_give((void **)&buf);
	return r != 0 ? r : (int)n;
}

/* Are the file's octets from size up to end the first ones of the text? */
static bool
is_ours(const struct mbox *m, uint64_t size, uint64_t end,
    const struct mbox_text *t)
{
	size_t cap = end - size < WRITE_MAX ? (size_t)(end - size) : WRITE_MAX;
	char *want = fs_get(cap), *there = fs_get(cap);
	struct mbox_text_pos pos = { 0, 0 };
	bool same = true;

	while (same && size < end) {
		long n = cc_text_read(t, &pos, want, cap);
		size_t got;

		if (n > 0 && (uint64_t)n > end - size)
			n = (long)(end - size);
		same = n > 0 &&
		    cc_fd_read_at(m->fd, size, there, (size_t)n, &got) == 0 &&
		    got == (size_t)n && memcmp(want, there, got) == 0;
		size += (uint64_t)(n > 0 ? n : 0);
	}
	fs_give((void **)&want);
	fs_give((void **)&there);
	return same;
}

/* Cuts off what was written, unless there is anything else: a delivery that
 * took no lock may have come in between. */
static bool
cut_back(const struct mbox *m, uint64_t size, const struct mbox_text *t)
{
	struct stat st;

	if (fstat(m->fd, &st) != 0)
		return false;
	return (uint64_t)st.st_size <= size ||
	    ((uint64_t)st.st_size <= size + t->len &&
		is_ours(m, size, (uint64_t)st.st_size, t) &&
		ftruncate(m->fd, (off_t)size) == 0);
}

int
cc_undo_append(struct mbox *m, uint64_t size, const struct mbox_text *t)
{
	struct strbuf record;
	int dir = -1, saved, r;

	cc_strbuf_init(&record, CC_REDO_RECORD_MAX);
	if ((r = format(&record, m, size, t)) == 0)
		r = write_record(m, cc_strbuf_span(&record), &dir);
	cc_strbuf_free(&record);
	/* Where no record can be, what a delivery agent does must do. */
	if (r != 0 && r != CC_EACCESS)
		return r;
	if ((r = write_text(m, t)) == 0)
		r = cc_fd_datasync(m->fd);
	saved = errno;
	if (r != 0 && !cut_back(m, size, t))
		syslog(LOG_ERR, "Cannot undo a partial append to %.80s",
		    m->path);
	else if (dir >= 0)
		remove_record(m, dir);
	if (dir >= 0)
		close(dir);
	errno = saved;
	return r;
}
