/*
 * mboxfile_redo_recover.c - reading the record of a step that was cut off, and
 * doing the step again.
 *
 * The form of records is in mboxfile_redo_write.c; those of appends are
 * handed on (mboxfile_undo_recover.c). A step is done again only if the octets
 * at its places are what was there before or what was to be put, in any
 * mixture that a cut-off write can leave: another program may have changed the
 * mailbox since. Nothing in a record is believed that its sum does not cover;
 * positions are checked. Under all locks.
 */
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
#include "strbuf.h"
#include "uidrecord_text.h"

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
	    !take(c, p->sums ? cc_redo_pieces(pos, len) * 8 : len, &p->old) ||
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
	if (cc_uidrecord_word(c, CC_REDO_HEAD_WORD "file ") != 0 ||
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
parse_record(const struct mbox *m, struct record *rec)
{
	struct cursor c = cc_cursor(cc_strbuf_span(&rec->text));
	int r = parse_head(&c, m, &rec->step);

	if (r != 0)
		return r;
	rec->puts = fs_get((rec->step.count + 1) * sizeof(*rec->puts));
	for (size_t i = 0; r == 0 && i < rec->step.count; i++)
		r = parse_put(&c, &rec->step, &rec->puts[i]);
	return r == 0 ? cc_redo_check(&c, rec->text.data) : r;
}

/* ----------------------------------------------------------------- recovery */

/* Are octets from to end-1 of a put the new ones up to some place, and the
 * old ones from there? What was behind the end may be as the lengthening left
 * it. */
static bool
is_cut_off(const unsigned char *now, const struct read_put *p, size_t from,
    size_t end, uint64_t size_before)
{
	const char *new = p->put.data.p;
	size_t n = from;

	while (n < end && now[n] == (unsigned char)new[n])
		n++;
	for (; n < end; n++)
		if (now[n] != (unsigned char)p->old.p[n] &&
		    (p->put.pos + n < size_before ||
			(now[n] != 0 && now[n] != '\n')))
			return false;
	return true;
}

/* That, of each piece: a disk that loses its power has written any of them. */
static bool
is_old_or_new(const unsigned char *now, const struct read_put *p,
    uint64_t size_before)
{
	size_t len = p->put.data.len;
	bool is = true;

	for (size_t at = 0, n; is && at < len; at += n) {
		n = cc_redo_piece(p->put.pos, len, at);
		is = is_cut_off(now, p, at, at + n, size_before);
	}
	return is;
}

/* Behind the old end there are new octets, or what the lengthening left: not
 * what was delivered there, where the writer had not come so far. */
static bool
is_end_ours(const unsigned char *now, const struct read_put *p,
    uint64_t size_before)
{
	size_t n = 0;

	if (p->put.pos < size_before)
		n = size_before - p->put.pos < p->put.data.len
		    ? (size_t)(size_before - p->put.pos)
		    : p->put.data.len;
	for (; n < p->put.data.len; n++)
		if (now[n] != (unsigned char)p->put.data.p[n] && now[n] != 0 &&
		    now[n] != '\n')
			return false;
	return true;
}

/* Each piece is old or new, but for one that a write was cut off in. */
static bool
is_mixture(const unsigned char *now, const struct read_put *p,
    uint64_t size_before)
{
	size_t len = p->put.data.len, odd = 0;

	for (size_t at = 0, i = 0, n; at < len; at += n, i++) {
		n = cc_redo_piece(p->put.pos, len, at);
		if (memcmp(now + at, p->put.data.p + at, n) != 0 &&
		    cc_redo_sum_of(now + at, n) != cc_redo_sum_at(p->old, i))
			odd++;
	}
	return odd <= 1 && is_end_ours(now, p, size_before);
}

static int
fits_put(const struct mbox *m, const struct redo_step *step,
    const struct read_put *p, bool *fits_r)
{
	unsigned char *now = fs_get(p->put.data.len + 1);
	size_t got;
	int r = cc_fd_read_at(m->fd, p->put.pos, now, p->put.data.len, &got);

	*fits_r = r == 0 && got == p->put.data.len &&
	    (p->sums ? is_mixture(now, p, step->size_before)
		     : is_old_or_new(now, p, step->size_before));
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
	for (size_t at = 0, i = 0, n; *yes_r && p->sums && at < below;
	     at += n, i++) {
		n = cc_redo_piece(p->put.pos, (size_t)len, at);
		*yes_r = at + n > below ||
		    cc_redo_sum_of(now + at, n) == cc_redo_sum_at(p->old, i);
	}
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

/* Are all octets of the step in their places? */
static int
is_put(const struct mbox *m, const struct record *rec, bool *yes_r)
{
	int r = 0;

	*yes_r = true;
	for (size_t i = 0; r == 0 && *yes_r && i < rec->step.count; i++) {
		struct redo_put left = rec->puts[i].put;

		r = cc_redo_trim(m, &left);
		*yes_r = r == 0 && left.data.len == 0;
	}
	return r;
}

/* Where nothing is to be put the file keeps its times: it may be that it
 * cannot be cut off, and each session tries again that sees it changed. */
static int
do_again(struct mbox *m, struct record *rec)
{
	bool put;
	int r = is_put(m, rec, &put);

	for (size_t i = 0; r == 0 && !put && i < rec->step.count; i++)
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
	/* one more, to see that it has not grown */
	cc_strbuf_init(&rec.text, CC_REDO_RECORD_MAX + 1);
	r = recover(m, dir, &rec);
	fs_give((void **)&rec.puts);
	cc_strbuf_free(&rec.text);
	close(dir);
	return r;
}

/* Of a file that the record fits: all is in its place, and the gap is at the
 * end, or nowhere. */
static int
content_of_changed(struct mbox *m, const struct record *rec, uint64_t *end_r)
{
	const struct redo_step *step = &rec->step;
	bool put;
	int r = is_put(m, rec, &put);

	if (r != 0)
		return r;
	if (!put || (step->gap < step->gap_end && *end_r != step->gap_end))
		return CC_EBUSY;
	if (step->gap < step->gap_end)
		*end_r = step->gap;
	return 0;
}

static int
content(struct mbox *m, int dir, struct record *rec, uint64_t *end_r)
{
	struct stat st;
	bool yes = false;
	int r;

	if ((r = cc_redo_read(m, dir, &rec->text)) != 0)
		return r;
	if (cc_undo_is(cc_strbuf_span(&rec->text)))
		return cc_undo_content(m, cc_strbuf_span(&rec->text), end_r);
	if ((r = parse_record(m, rec)) != 0 || (r = fits(m, rec, &yes)) != 0)
		return r;
	if (fstat(m->fd, &st) != 0)
		return CC_EIO;
	*end_r = (uint64_t)st.st_size;
	if (yes)
		return content_of_changed(m, rec, end_r);
	/* nothing is left to be done but to remove the record */
	if ((r = not_begun(m, rec, &yes)) == 0 && !yes)
		r = is_cut(m, rec, &yes);
	return r != 0 ? r : yes ? 0 : CC_EBUSY;
}

int
cc_redo_content(struct mbox *m, uint64_t *end_r)
{
	struct record rec = { .puts = NULL };
	int dir, r;

	if (cc_redo_find(m, &dir) != 0)
		return CC_ENOENT;
	cc_strbuf_init(&rec.text, CC_REDO_RECORD_MAX);
	r = content(m, dir, &rec, end_r);
	if (rec.puts)
		fs_give((void **)&rec.puts);
	cc_strbuf_free(&rec.text);
	close(dir);
	return r;
}
