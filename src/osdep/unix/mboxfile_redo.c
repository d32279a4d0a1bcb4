/*
 * mboxfile_redo.c - redo records: their form, writing, and doing them again.
 *
 *	cedar-redo 2
 *	file DEV INO			hexadecimal
 *	size BEFORE SIZE
 *	gap FROM END
 *	puts N
 *	put POS LEN old			N times, followed by the LEN octets
 *	put POS LEN sums		there before, or the sums of them in
 *					pieces of 512; then LEN new octets
 *	check SUM			of everything before, 16 digits
 *
 * The name is .cedar-redo.DEV.INO, beside the mailbox if that directory can be
 * written, else in the private directory. A record is replaced whole.
 *
 * Records are done again only if the octets at their places are what was
 * there before or what was to be put, in any mixture that a cut-off write can
 * leave: another program may have changed the mailbox since. Nothing in a
 * record is believed that its sum does not cover; positions are checked.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "cc_limits.h"
#include "cc_err.h"
#include "cursor.h"
#include "fdio.h"
#include "fs.h"
#include "mboxfile_record.h"
#include "mboxfile_redo.h"
#include "mboxfile_undo.h"
#include "privdir.h"
#include "strbuf.h"
#include "uidrecord_text.h"

#define PIECE 512 /* octets that a disk writes or does not write */

/* Puts up to this length are recorded with the octets that were there. */
#define OLD_MAX (16u * 1024)

/* Line ends at the end of a gap; more than any real from-line. */
#define MARK_LEN 1024

/* ------------------------------------------------------------------ writing */

#define WRITE_MAX (64u * 1024) /* small pieces of a record collect so far */

/* A record being written, under a name of its own until it is whole. */
struct writer {
	int dir; /* borrowed */
	int fd;
	uint64_t len;       /* octets in the file */
	struct strbuf text; /* what follows them */
	struct redo_sum sum;
	int r; /* of the first write that failed */
};

static void
emit_now(struct writer *w, const void *p, size_t len)
{
	if (w->r == 0)
		w->r = cc_fd_write_at(w->fd, w->len, cc_span(p, len));
	w->len += len;
}

static void
emit_rest(struct writer *w)
{
	if (w->text.len > 0)
		emit_now(w, w->text.data, w->text.len);
	cc_strbuf_reset(&w->text);
}

static void
emit(struct writer *w, const void *p, size_t len)
{
	cc_redo_sum_add(&w->sum, p, len);
	if (w->text.len + len > WRITE_MAX)
		emit_rest(w);
	if (len > WRITE_MAX)
		emit_now(w, p, len);
	else
		cc_strbuf_put(&w->text, p, len);
}

static void
emit_text(struct writer *w, struct strbuf *text)
{
	emit(w, text->data, text->len);
	cc_strbuf_reset(text);
}

/* What will be at the place of a put when the file has been lengthened: NULs
 * behind its end, and the line ends that lengthen() puts. */
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

static uint64_t
word(const unsigned char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static size_t
pieces(size_t len)
{
	return (len + PIECE - 1) / PIECE;
}

static void
emit_sums(struct writer *w, const unsigned char *old, size_t len)
{
	uint64_t *sums = fs_get(pieces(len) * sizeof(*sums));

	for (size_t at = 0; at < len; at += PIECE)
		sums[at / PIECE] = cc_redo_sum_of(old + at,
		    len - at < PIECE ? len - at : PIECE);
	emit(w, sums, pieces(len) * sizeof(*sums));
	fs_give((void **)&sums);
}

static int
emit_put(struct writer *w, const struct mbox *m, const struct redo_step *step,
    const struct redo_put *put, struct strbuf *text)
{
	bool whole = put->data.len <= OLD_MAX;
	unsigned char *old = fs_get(put->data.len + 1);
	int r = read_there(m, step, put, old);

	cc_strbuf_printf(text, "put %llu %zu %s\n",
	    (unsigned long long)put->pos, put->data.len,
	    whole ? "old" : "sums");
	emit_text(w, text);
	if (whole)
		emit(w, old, put->data.len);
	else
		emit_sums(w, old, put->data.len);
	emit(w, put->data.p, put->data.len);
	fs_give((void **)&old);
	return r;
}

static int
emit_record(struct writer *w, const struct mbox *m,
    const struct redo_step *step)
{
	struct strbuf text;
	struct stat st;
	int r = 0;

	if (fstat(m->fd, &st) != 0)
		return CC_EIO;
	cc_strbuf_init(&text, 4096);
	cc_strbuf_printf(&text, "cedar-redo 2\nfile %llx %llx\n",
	    (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	cc_strbuf_printf(&text, "size %llu %llu\ngap %llu %llu\nputs %zu\n",
	    (unsigned long long)step->size_before,
	    (unsigned long long)step->size, (unsigned long long)step->gap,
	    (unsigned long long)step->gap_end, step->count);
	emit_text(w, &text);
	for (size_t i = 0; r == 0 && i < step->count; i++)
		r = emit_put(w, m, step, &step->puts[i], &text);
	cc_strbuf_printf(&text, "check %016llx\n",
	    (unsigned long long)cc_redo_sum_end(&w->sum));
	emit_text(w, &text);
	emit_rest(w);
	cc_strbuf_free(&text);
	return r != 0 ? r : w->r;
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
write_record_in(int dir, const struct mbox *m, const struct redo_step *step,
    bool sync)
{
	struct writer w = { .dir = dir };
	struct strbuf name, new;
	struct stat st;
	int r;

	if (fstat(m->fd, &st) != 0)
		return CC_EIO;
	cc_strbuf_init(&w.text, WRITE_MAX + 1);
	cc_redo_name(&name, m, "");
	cc_redo_name(&new, m, CC_REDO_NEW);
	w.fd = cc_redo_create(dir, cc_strbuf_str(&new),
	    (st.st_mode & 0644) | 0600);
	r = w.fd < 0 ? w.fd : emit_record(&w, m, step);
	if (r == 0)
		r = replace(dir, w.fd, cc_strbuf_str(&new),
		    cc_strbuf_str(&name), sync);
	if (r != 0 && w.fd >= 0)
		unlinkat(dir, cc_strbuf_str(&new), 0);
	if (w.fd >= 0)
		close(w.fd);
	cc_strbuf_free(&w.text);
	cc_strbuf_free(&name);
	cc_strbuf_free(&new);
	return r;
}

/* Beside the mailbox, so that every user of it finds it; else at home. */
static int
write_record(const struct mbox *m, const struct redo_step *step, bool sync)
{
	int dir = cc_redo_beside(m), r = dir;

	if (dir >= 0) {
		r = write_record_in(dir, m, step, sync);
		close(dir);
	}
	if (r != CC_EACCESS && r != CC_ENOENT)
		return r;
	if ((dir = cc_privdir_open()) < 0)
		return r;
	r = write_record_in(dir, m, step, sync);
	close(dir);
	return r;
}

/* -------------------------------------------------------------------- doing */

/*
 * Lengthens the file to step->size, with blocks behind all of it, so that no
 * disk fills up later. It ends in line ends at once: what is delivered behind
 * it now must begin a line.
 */
static int
lengthen(const struct mbox *m, const struct redo_step *step, bool sync)
{
	uint64_t more = step->size - step->size_before;
	int r = 0;

	if (more == 0)
		return 0;
	while (fallocate(m->fd, 0, (off_t)step->size_before, (off_t)more) != 0)
		if (errno != EINTR) {
			r = errno == EOPNOTSUPP ? 0 : cc_err_errno();
			break;
		}
	if (r == 0 && ftruncate(m->fd, (off_t)step->size) != 0)
		r = cc_err_errno();
	if (r == 0)
		r = cc_fd_write_at(m->fd, step->size - (more < 2 ? more : 2),
		    cc_span("\n\n", more < 2 ? more : 2));
	/* no octet may be put before the file has its length for good */
	if (r == 0 && sync)
		r = cc_fd_datasync(m->fd);
	return r;
}

static int
put_all(const struct mbox *m, const struct redo_step *step)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < step->count; i++)
		r = cc_fd_write_at(m->fd, step->puts[i].pos,
		    step->puts[i].data);
	return r;
}

static int
do_step(struct mbox *m, const struct redo_step *step, bool sync)
{
	int r = 0;

	/* The record says what is there now. Flags that some session wrote and
	 * did not sync must not be gone again when it is read. */
	if (sync && (r = cc_fd_datasync(m->fd)) != 0)
		return r;
	if ((r = write_record(m, step, sync)) != 0)
		return r;
	if ((r = lengthen(m, step, sync)) != 0) {
		/* nothing was put: the record must not stay */
		if (ftruncate(m->fd, (off_t)step->size_before) == 0)
			(void)cc_redo_remove(m, sync);
		return r;
	}
	if ((r = put_all(m, step)) == 0 && sync)
		r = cc_fd_datasync(m->fd);
	return r;
}

/*
 * What lies in a gap must not be taken for more than it is, also by programs
 * that know nothing of records. So it ends in line ends: what follows begins
 * a line, no header goes on into it, and a short gap is but empty lines. A gap
 * at the end of the file begins with them, too: later that tells whether it
 * was cut off, and what lies there is a delivery.
 */
static size_t
mark_gap(const struct redo_step *step, const char *mark, struct redo_put *puts)
{
	uint64_t len = step->gap_end - step->gap;
	uint64_t last = len < MARK_LEN ? len : MARK_LEN, first = len - last;
	size_t n = 0;

	if (len == 0)
		return 0;
	puts[n++] = (struct redo_put){ step->gap_end - last,
		cc_span(mark, (size_t)last), NULL };
	/* puts of a step do not overlap */
	if (first > MARK_LEN)
		first = MARK_LEN;
	if (step->gap_end == step->size && first > 0)
		puts[n++] = (struct redo_put){ step->gap,
			cc_span(mark, (size_t)first), NULL };
	return n;
}

int
cc_redo_step(struct mbox *m, const struct redo_step *step, bool sync)
{
	struct redo_put *puts = fs_get((step->count + 2) * sizeof(*puts));
	struct redo_step marked = *step;
	char mark[MARK_LEN];
	int r;

	memset(mark, '\n', sizeof(mark));
	if (step->count > 0)
		memcpy(puts, step->puts, step->count * sizeof(*puts));
	marked.puts = puts;
	marked.count += mark_gap(step, mark, puts + step->count);
	r = do_step(m, &marked, sync);
	fs_give((void **)&puts);
	return r;
}

int
cc_redo_advance(struct mbox *m, uint64_t gap_end, const struct redo_step *step,
    bool sync)
{
	const struct redo_put *put = step->puts;
	struct redo_step moved = *step;
	int r;

	/* The line ends that mark the gap's end stay until it has moved. */
	if (put->pos + put->data.len + MARK_LEN > gap_end ||
	    gap_end == step->size)
		return cc_redo_step(m, step, sync);
	if ((r = cc_fd_write_at(m->fd, put->pos, put->data)) != 0)
		return r;
	moved.count = 0;
	return cc_redo_step(m, &moved, sync);
}

int
cc_redo_trim(const struct mbox *m, struct redo_put *put)
{
	size_t got, first = 0, len = put->data.len;
	unsigned char *old = fs_get(len + 1);
	const char *new = put->data.p;
	int r = cc_fd_read_at(m->fd, put->pos, old, len, &got);

	if (r == 0 && got == len) {
		while (len > 0 && old[len - 1] == (unsigned char)new[len - 1])
			len--;
		while (first < len && old[first] == (unsigned char)new[first])
			first++;
		put->data = cc_span(new + first, len - first);
		put->pos += first;
	}
	fs_give((void **)&old);
	return r;
}

/* Moves octets from behind the gap into it, as many as a step may put. */
static int
close_some(struct mbox *m, uint64_t *gap, uint64_t *gap_end, uint64_t size,
    unsigned char *buf, bool sync)
{
	uint64_t left = size - *gap_end;
	struct redo_put put = { .pos = *gap };
	struct redo_step step = { size, size, 0, 0, &put, 1 };
	size_t n = cc_redo_put_max(m), got;
	int r;

	if (left < n)
		n = (size_t)left;
	if ((r = cc_fd_read_at(m->fd, *gap_end, buf, n, &got)) != 0)
		return r;
	if (got != n)
		return CC_ECHANGED;
	put.data = cc_span(buf, n);
	step.gap = *gap + n;
	step.gap_end = *gap_end + n;
	if ((r = cc_redo_advance(m, *gap_end, &step, sync)) != 0)
		return r;
	*gap = step.gap;
	*gap_end = step.gap_end;
	return 0;
}

/* Cuts the gap off, which is at the end by now. */
static int
cut(struct mbox *m, uint64_t gap, uint64_t gap_end, bool sync)
{
	struct stat st;
	int r;

	if (fstat(m->fd, &st) != 0)
		return CC_EIO;
	if ((uint64_t)st.st_size != gap_end)
		return CC_EBUSY; /* delivered without locks: the record stays */
	if (gap < gap_end && ftruncate(m->fd, (off_t)gap) != 0)
		return cc_err_errno();
	if (gap < gap_end && sync && (r = cc_fd_datasync(m->fd)) != 0)
		return r;
	return cc_redo_remove(m, sync);
}

int
cc_redo_close(struct mbox *m, uint64_t gap, uint64_t gap_end, bool sync)
{
	unsigned char *buf = NULL;
	struct stat st;
	int r = 0;

	if (gap == gap_end)
		return cc_redo_remove(m, sync);
	for (;;) {
		if (fstat(m->fd, &st) != 0)
			r = CC_EIO;
		if (r != 0 || gap_end >= (uint64_t)st.st_size)
			break;
		if (!buf)
			buf = fs_get(cc_redo_put_max(m));
		r = close_some(m, &gap, &gap_end, (uint64_t)st.st_size, buf,
		    sync);
	}
	if (buf)
		fs_give((void **)&buf);
	return r != 0 ? r : cut(m, gap, gap_end, sync);
}

/* ------------------------------------------------------------------ reading */

/* A put with what was there before. */
struct read_put {
	struct redo_put put;
	struct span old; /* octets, or sums */
	bool sums;
};

struct record {
	struct strbuf text;
	struct redo_step step;
	struct read_put *puts;
};

static bool
take(struct cursor *c, size_t len, struct span *s_r)
{
	if (cc_cursor_left(c) < len)
		return false;
	*s_r = cc_span(c->p, len);
	c->p += len;
	return true;
}

static int
parse_put(struct cursor *c, const struct redo_step *step, struct read_put *p)
{
	uint64_t pos, len;

	if (cc_uidrecord_word(c, "put ") != 0 ||
	    cc_uidrecord_dec(c, CC_MBOX_SIZE_MAX, &pos) != 0 ||
	    cc_uidrecord_word(c, " ") != 0 ||
	    cc_uidrecord_dec(c, CC_REDO_RECORD_MAX, &len) != 0)
		return CC_EPARSE;
	p->sums = cc_uidrecord_word(c, " sums\n") == 0;
	if (!p->sums && cc_uidrecord_word(c, " old\n") != 0)
		return CC_EPARSE;
	p->put.pos = pos;
	if (pos + len > step->size ||
	    !take(c, p->sums ? pieces(len) * 8 : len, &p->old) ||
	    !take(c, len, &p->put.data))
		return CC_EPARSE;
	return 0;
}

static int
parse_head(struct cursor *c, const struct mbox *m, struct redo_step *step)
{
	uint64_t dev, ino, count;
	struct stat st;

	if (fstat(m->fd, &st) != 0)
		return CC_EIO;
	if (cc_uidrecord_word(c, "cedar-redo 2\nfile ") != 0 ||
	    cc_uidrecord_hex(c, 0, &dev) != 0 ||
	    cc_uidrecord_word(c, " ") != 0 ||
	    cc_uidrecord_hex(c, 0, &ino) != 0 ||
	    cc_uidrecord_word(c, "\nsize ") != 0 ||
	    cc_uidrecord_dec(c, CC_MBOX_SIZE_MAX, &step->size_before) != 0 ||
	    cc_uidrecord_word(c, " ") != 0 ||
	    cc_uidrecord_dec(c, CC_MBOX_SIZE_MAX, &step->size) != 0 ||
	    cc_uidrecord_word(c, "\ngap ") != 0 ||
	    cc_uidrecord_dec(c, CC_MBOX_SIZE_MAX, &step->gap) != 0 ||
	    cc_uidrecord_word(c, " ") != 0 ||
	    cc_uidrecord_dec(c, CC_MBOX_SIZE_MAX, &step->gap_end) != 0 ||
	    cc_uidrecord_word(c, "\nputs ") != 0 ||
	    cc_uidrecord_dec(c, CC_REDO_PUTS, &count) != 0 ||
	    cc_uidrecord_word(c, "\n") != 0)
		return CC_EPARSE;
	step->count = count;
	return dev == (uint64_t)st.st_dev && ino == (uint64_t)st.st_ino &&
		step->size_before <= step->size && step->gap <= step->gap_end &&
		step->gap_end <= step->size
	    ? 0
	    : CC_EPARSE;
}

static int
check_sum(struct cursor *c, const struct strbuf *text)
{
	struct redo_sum s = { .h = 0 };
	uint64_t sum;

	cc_redo_sum_add(&s, text->data,
	    (size_t)((const char *)c->p - text->data));
	return cc_uidrecord_word(c, "check ") == 0 &&
		cc_uidrecord_hex(c, 16, &sum) == 0 &&
		cc_uidrecord_word(c, "\n") == 0 && cc_cursor_at_end(c) &&
		sum == cc_redo_sum_end(&s)
	    ? 0
	    : CC_EPARSE;
}

static int
parse_record(const struct mbox *m, struct record *rec)
{
	struct cursor c = cc_cursor(cc_strbuf_span(&rec->text));
	int r = parse_head(&c, m, &rec->step);

	if (r != 0)
		return r;
	rec->puts = fs_get((rec->step.count + 1) * sizeof(*rec->puts));
	for (size_t i = 0; r == 0 && i < rec->step.count; i++)
		r = parse_put(&c, &rec->step, &rec->puts[i]);
	return r == 0 ? check_sum(&c, &rec->text) : r;
}

/* ----------------------------------------------------------------- recovery */

/* Is it the new octets up to some place, and the old ones from there? What
 * was behind the end may be as the lengthening left it. */
static bool
is_cut_off(const unsigned char *now, const struct read_put *p,
    uint64_t size_before)
{
	size_t len = p->put.data.len, n = 0;
	const char *new = p->put.data.p;

	while (n < len && now[n] == (unsigned char)new[n])
		n++;
	for (; n < len; n++)
		if (now[n] != (unsigned char)p->old.p[n] &&
		    (p->put.pos + n < size_before ||
			(now[n] != 0 && now[n] != '\n')))
			return false;
	return true;
}

/* Each piece is old or new, but for one that a write was cut off in. */
static bool
is_mixture(const unsigned char *now, const struct read_put *p)
{
	size_t len = p->put.data.len, odd = 0;

	for (size_t at = 0, i = 0; at < len; at += PIECE, i++) {
		size_t n = len - at < PIECE ? len - at : PIECE;

		if (memcmp(now + at, p->put.data.p + at, n) != 0 &&
		    cc_redo_sum_of(now + at, n) !=
			word((const unsigned char *)p->old.p + 8 * i))
			odd++;
	}
	return odd <= 1;
}

static int
fits_put(const struct mbox *m, const struct redo_step *step,
    const struct read_put *p, bool *fits_r)
{
	unsigned char *now = fs_get(p->put.data.len + 1);
	size_t got;
	int r = cc_fd_read_at(m->fd, p->put.pos, now, p->put.data.len, &got);

	*fits_r = r == 0 && got == p->put.data.len &&
	    (p->sums ? is_mixture(now, p)
		     : is_cut_off(now, p, step->size_before));
	fs_give((void **)&now);
	return r;
}

/* Is the file what the record was made for, or on the way from there? */
static int
fits(const struct mbox *m, const struct record *rec, bool *fits_r)
{
	struct stat st;
	int r = 0;

	*fits_r = false;
	if (fstat(m->fd, &st) != 0)
		return CC_EIO;
	if ((uint64_t)st.st_size < rec->step.size)
		return 0;
	*fits_r = true;
	for (size_t i = 0; r == 0 && *fits_r && i < rec->step.count; i++)
		r = fits_put(m, &rec->step, &rec->puts[i], fits_r);
	return r;
}

/* Is the part of a put before the old end of the file as it was? */
static int
is_untouched(const struct mbox *m, const struct redo_step *step,
    const struct read_put *p, bool *yes_r)
{
	uint64_t len = p->put.data.len, below = 0;
	unsigned char *now = fs_get(len + 1);
	size_t got;
	int r = cc_fd_read_at(m->fd, p->put.pos, now, len, &got);

	if (step->size_before > p->put.pos)
		below = step->size_before - p->put.pos;
	if (below > len)
		below = len;
	*yes_r = r == 0 && got >= below;
	if (*yes_r && !p->sums)
		*yes_r = memcmp(now, p->old.p, below) == 0;
	for (size_t i = 0; *yes_r && p->sums && (i + 1) * PIECE <= below; i++)
		*yes_r = cc_redo_sum_of(now + i * PIECE, PIECE) ==
		    word((const unsigned char *)p->old.p + 8 * i);
	fs_give((void **)&now);
	return r;
}

/*
 * Was the step not even begun? It begins with making the file longer. If that
 * was not done, the file ends where it did, or in what was delivered since.
 */
static int
not_begun(const struct mbox *m, const struct record *rec, bool *yes_r)
{
	const struct redo_step *step = &rec->step;
	struct stat st;
	bool same = true;
	int r = 0;

	*yes_r = false;
	if (step->size == step->size_before)
		return 0;
	if (fstat(m->fd, &st) != 0)
		return CC_EIO;
	if ((uint64_t)st.st_size < step->size_before)
		return 0;
	for (size_t i = 0; r == 0 && same && i < step->count; i++)
		r = is_untouched(m, step, &rec->puts[i], &same);
	*yes_r = r == 0 && same;
	return r;
}

/* Was the gap at the end of the file cut off already? Then all else is as it
 * should be, and what lies there now was delivered. */
static int
is_cut(const struct mbox *m, const struct record *rec, bool *yes_r)
{
	const struct redo_step *step = &rec->step;
	struct stat st;
	int r = 0;

	*yes_r = false;
	if (step->gap == step->gap_end || step->gap_end != step->size)
		return 0;
	if (fstat(m->fd, &st) != 0)
		return CC_EIO;
	*yes_r = (uint64_t)st.st_size >= step->gap;
	for (size_t i = 0; r == 0 && *yes_r && i < step->count; i++)
		if (rec->puts[i].put.pos < step->gap)
			r = fits_put(m, step, &rec->puts[i], yes_r);
	return r;
}

static int
do_again(struct mbox *m, struct record *rec)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < rec->step.count; i++)
		r = cc_fd_write_at(m->fd, rec->puts[i].put.pos,
		    rec->puts[i].put.data);
	if (r == 0)
		r = cc_fd_datasync(m->fd);
	if (r == 0)
		r = cc_redo_close(m, rec->step.gap, rec->step.gap_end, true);
	syslog(LOG_NOTICE, "Finished an interrupted change of mailbox %.80s%s",
	    m->path, r == 0 ? "" : ": failed");
	return r;
}

static int
recover(struct mbox *m, int dir, struct record *rec)
{
	bool ok = false;
	int r = cc_redo_read(m, dir, &rec->text);

	if (r == CC_ENOENT)
		return 0;
	if (r == CC_EACCESS) {
		syslog(LOG_WARNING,
		    "Redo record of mailbox %.80s is not to be believed",
		    m->path);
		return 0;
	}
	if (r == 0 && cc_undo_is(cc_strbuf_span(&rec->text)))
		return cc_undo_recover(m, dir, cc_strbuf_span(&rec->text));
	if (r == 0)
		r = parse_record(m, rec);
	if (r == 0)
		r = fits(m, rec, &ok);
	if (r == 0 && ok)
		return do_again(m, rec);
	if (r == 0 && (r = not_begun(m, rec, &ok)) == 0 && !ok)
		r = is_cut(m, rec, &ok);
	if (r == 0 && ok)
		return cc_redo_remove(m, true);
	if (r == 0 || r == CC_EPARSE || r == CC_ELIMIT)
		return cc_redo_set_aside(m, dir);
	return r;
}

int
cc_redo_recover(struct mbox *m)
{
	struct record rec = { .puts = NULL };
	int dir, r;

	if (cc_redo_find(m, &dir) != 0)
		return 0;
	cc_strbuf_init(&rec.text, CC_REDO_RECORD_MAX);
	r = recover(m, dir, &rec);
	if (rec.puts)
		fs_give((void **)&rec.puts);
	cc_strbuf_free(&rec.text);
	close(dir);
	return r;
}
