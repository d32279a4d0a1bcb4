/*
 * mboxfile_redo_write.c - writing down a step that changes a mailbox file.
 *
 *	cedar-redo 3
 *	file DEV INO			hexadecimal
 *	size BEFORE SIZE
 *	gap FROM END
 *	puts N
 *	put POS LEN old			N times, followed by the LEN octets
 *	put POS LEN sums		there before, or the sums of them in
 *					sectors of 512; then LEN new octets
 *	check SUM			of everything before, 16 digits
 *
 * The name is .cedar-redo.DEV.INO, beside the mailbox if that directory can be
 * written, else in the private directory. A record is replaced whole, under
 * all locks of the mailbox; mboxfile_redo_recover.c reads it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cc_err.h"
#include "fdio.h"
#include "fs.h"
#include "mboxfile_record.h"
#include "mboxfile_redo_out.h"
#include "privdir.h"
#include "strbuf.h"

/* Puts up to this length are recorded with the octets that were there. */
#define OLD_MAX (16u * 1024)

/* Octets that are read at once to be summed: pieces of CC_REDO_PIECE. */
#define SUM_READ (64u * 1024)

static void
emit_text(struct redo_out *out, struct strbuf *text)
{
	cc_redo_out(out, text->data, text->len);
	cc_strbuf_reset(text);
}

/* What will be at the place of a put when the file has been lengthened: NULs
 * behind its end, and the line ends in which that ends. */
static int
read_there(const struct mbox *m, const struct redo_step *step,
    const struct redo_put *put, unsigned char *buf)
{
	size_t got, len = put->data.len;
	int r;

	if (put->old) {
		memcpy(buf, put->old, len);
		return 0;
	}
	if ((r = cc_fd_read_at(m->fd, put->pos, buf, len, &got)) != 0)
		return r;
	memset(buf + got, 0, len - got);
	for (uint64_t at = step->size; at-- > step->size_before;) {
		if (step->size - at > 2)
			break;
		if (at >= put->pos + got && at < put->pos + len)
			buf[at - put->pos] = '\n';
	}
	return 0;
}

/* The sums of some pieces, whose octets are at old. */
static void
sum_pieces(uint64_t pos, const unsigned char *old, size_t len, uint64_t *sums)
{
	for (size_t at = 0, n; at < len; at += n) {
		n = cc_redo_piece(pos, len, at);
		*sums++ = cc_redo_sum_of(old + at, n);
	}
}

/* Sums of what is there, which is read a little at a time: it stays in the
 * processor's cache. */
static int
emit_sums(struct redo_out *out, const struct mbox *m,
    const struct redo_step *step, const struct redo_put *put)
{
	size_t len = put->data.len, n, count = cc_redo_pieces(put->pos, len);
	uint64_t *sums = fs_get(count * sizeof(*sums));
	unsigned char *old = fs_get(SUM_READ);
	int r = 0;

	for (size_t at = 0; r == 0 && at < len; at += n) {
		struct redo_put some = *put;

		n = SUM_READ - (size_t)((put->pos + at) % CC_REDO_PIECE);
		if (n > len - at)
			n = len - at;
		some.pos += at;
		some.data.len = n;
		some.old = put->old ? put->old + at : NULL;
		if ((r = read_there(m, step, &some, old)) == 0)
			sum_pieces(some.pos, old, n,
			    sums + cc_redo_pieces(put->pos, at));
	}
	if (r == 0)
		cc_redo_out(out, sums, count * sizeof(*sums));
	fs_give((void **)&old);
	fs_give((void **)&sums);
	return r;
}

static int
emit_old(struct redo_out *out, const struct mbox *m,
    const struct redo_step *step, const struct redo_put *put)
{
	unsigned char *old = fs_get(put->data.len + 1);
	int r = read_there(m, step, put, old);

	if (r == 0)
		cc_redo_out(out, old, put->data.len);
	fs_give((void **)&old);
	return r;
}

static int
emit_put(struct redo_out *out, const struct mbox *m,
    const struct redo_step *step, const struct redo_put *put,
    struct strbuf *text)
{
	bool whole = put->data.len <= OLD_MAX;
	int r;

	cc_strbuf_puts(text, "put ");
	cc_strbuf_put_uint(text, put->pos);
	cc_strbuf_putc(text, ' ');
	cc_strbuf_put_uint(text, put->data.len);
	cc_strbuf_puts(text, whole ? " old\n" : " sums\n");
	emit_text(out, text);
	r = whole ? emit_old(out, m, step, put) : emit_sums(out, m, step, put);
	if (r == 0)
		cc_redo_out(out, put->data.p, put->data.len);
	return r;
}

static int
emit_record(struct redo_out *out, const struct mbox *m,
    const struct redo_step *step)
{
	struct strbuf text;
	struct stat st;
	int r = 0;

	if (step->count > CC_REDO_PUTS)
		return CC_ELIMIT;
	if (fstat(m->fd, &st) != 0)
		return CC_EIO;
	cc_strbuf_init(&text, 4096);
	cc_strbuf_printf(&text, CC_REDO_HEAD_WORD "file %llx %llx\n",
	    (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	cc_strbuf_printf(&text, "size %llu %llu\ngap %llu %llu\nputs %zu\n",
	    (unsigned long long)step->size_before,
	    (unsigned long long)step->size, (unsigned long long)step->gap,
	    (unsigned long long)step->gap_end, step->count);
	emit_text(out, &text);
	for (size_t i = 0; r == 0 && i < step->count; i++)
		r = emit_put(out, m, step, &step->puts[i], &text);
	cc_strbuf_printf(&text, "check %016llx\n",
	    (unsigned long long)cc_redo_sum_end(&out->sum));
	emit_text(out, &text);
	cc_strbuf_free(&text);
	/* What recovery would not read must not be relied on. */
	if (r == 0 && cc_redo_out_len(out) > CC_REDO_RECORD_MAX)
		r = CC_ELIMIT;
	return r;
}

/*
 * Is there room for another record as long as this one? The next step needs it
 * while this one's is still there, and must not fail for that: who finds the
 * mailbox in the middle cannot read it before there is room again.
 */
static int
find_room(int dir, uint64_t len)
{
	int fd = openat(dir, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	int r = 0;

	if (fd < 0)
		return 0; /* no such file system */
	if (fallocate(fd, 0, 0, (off_t)len) != 0 &&
	    cc_err_errno() == CC_ENOSPACE)
		r = CC_ENOSPACE;
	close(fd);
	return r;
}

/* Makes the new record the record. Without sync only a power failure can
 * lose it. */
static int
replace(int dir, int fd, const char *new, const char *name, bool sync)
{
	if ((sync && fsync(fd) != 0) || renameat(dir, new, dir, name) != 0 ||
	    (sync && fsync(dir) != 0))
		return cc_err_errno();
	return 0;
}

static int
write_in(int dir, const struct mbox *m, const struct redo_step *step, bool sync,
    bool first)
{
	struct strbuf name, new;
	struct redo_out out = { .fd = -1 };
	struct stat st;
	int fd, r, end;

	if (fstat(m->fd, &st) != 0)
		return CC_EIO;
	cc_redo_name(&name, m, "");
	cc_redo_name(&new, m, CC_REDO_NEW);
	fd = cc_redo_create(dir, cc_strbuf_str(&new),
	    (st.st_mode & 0644) | 0600);
	if ((r = fd) >= 0) {
		cc_redo_out_begin(&out, fd);
		r = emit_record(&out, m, step);
		end = cc_redo_out_end(&out);
		r = r != 0 ? r : end;
	}
	if (r == 0 && first && !step->bare)
		r = find_room(dir, out.len);
	if (r == 0)
		r = replace(dir, fd, cc_strbuf_str(&new), cc_strbuf_str(&name),
		    sync);
	if (r != 0 && fd >= 0)
		unlinkat(dir, cc_strbuf_str(&new), 0);
	if (fd >= 0)
		close(fd);
	cc_strbuf_free(&name);
	cc_strbuf_free(&new);
	return r;
}

/* Beside the mailbox, so that every user of it finds it; else at home, which
 * may be on a disk that has room. */
static int
write_new(const struct mbox *m, const struct redo_step *step, bool sync)
{
	int dir = cc_redo_place(m), r = dir;

	if (dir >= 0) {
		r = write_in(dir, m, step, sync, true);
		close(dir);
	}
	/* one that is there and could not be synced is the record */
	if ((r != CC_EACCESS && r != CC_ENOENT && r != CC_ENOSPACE) ||
	    (r == CC_ENOSPACE && cc_redo_found(m)))
		return r;
	if ((dir = cc_privdir_open()) < 0)
		return r;
	if (write_in(dir, m, step, sync, true) == 0)
		r = 0;
	close(dir);
	return r;
}

int
cc_redo_write(const struct mbox *m, const struct redo_step *step, bool sync,
    bool *first_r)
{
	int dir, r;

	*first_r = cc_redo_find(m, &dir) != 0;
	if (*first_r)
		return write_new(m, step, sync);
	r = write_in(dir, m, step, sync, false);
	close(dir);
	return r;
}
