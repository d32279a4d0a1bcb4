/*
 * mboxfile_view.c - the window through which messages are read.
 *
 * Octets just read count only if the message is where it was
 * (mboxfile_there.c) and nobody is moving octets; otherwise they are shown to
 * nobody. Of a file that has changed only the one message that was looked for
 * counts. Files are never mapped: one that shrinks must not kill the session.
 */
#include <sys/stat.h>

#include "cc_err.h"
#include "cc_limits.h"
#include "fdio.h"
#include "fdlock.h"
#include "fs.h"
#include "lockwait.h"
#include "mboxfile_redo.h"
#include "mboxfile_view.h"

/* Octets that hold most headers. */
#define HEADER_READ (4u * 1024)

/* Reads that begin within this distance behind the last one are a walk
 * through the mailbox, and get all of the buffer. */
#define SEQUENTIAL (64u * 1024)

/* Milliseconds for which others may move octets before a read gives up. */
#define WAIT_MOVE 2000

void
cc_mbox_view_drop(struct mbox *m)
{
	m->view.len = 0;
	m->place.known = false;
}

void
cc_mbox_rest(struct mbox *m)
{
	struct mbox_view *v = &m->view;

	v->len = 0;
	fs_give((void **)&v->buf);
}

/* How much to read at pos: all that fits if the mailbox is walked through,
 * else what is wanted. Of a file that changed only one message is of use;
 * writers look at headers only. */
static size_t
read_size(const struct mbox *m, uint64_t pos, size_t want)
{
	const struct mbox_view *v = &m->view;
	uint64_t old_end = v->pos + v->len;
	size_t least;

	if (!m->writing && v->len > 0 && !v->of_one && pos >= v->pos &&
	    pos <= old_end + SEQUENTIAL)
		return CC_READ_WINDOW;
	least = m->writing ? HEADER_READ : CC_MBOX_SMALL_READ;
	if (want < least)
		want = least;
	return want < CC_READ_WINDOW ? want : CC_READ_WINDOW;
}

bool
cc_mbox_in_view(const struct mbox_view *v, uint64_t pos, size_t want,
    uint64_t limit)
{
	uint64_t end = v->pos + v->len;

	if (limit - pos < want)
		want = (size_t)(limit - pos);
	return v->len > 0 && pos >= v->pos && pos + want <= end;
}

static int
stamp_now(const struct mbox *m, struct mbox_stamp *stamp_r)
{
	struct stat st;

	if (fstat(m->fd, &st) != 0)
		return CC_EIO;
	cc_mbox_stamp_of(&st, stamp_r);
	return 0;
}

/* Was somebody killed who moved octets? He would have the locks; who takes them
 * now ends what he began. */
static bool
is_abandoned(const struct mbox *m)
{
	return cc_redo_is_moving(m) && !cc_fdlock_has_fcntl(m->fd) &&
	    cc_redo_is_moving(m);
}

/*
 * Reads octets of message i into the view. In a file that has changed they
 * count if it did not change while they were read and looked at, and nobody is
 * in the middle of moving octets: then there is a record (mboxfile_redo.h).
 * What others are doing is mostly done soon.
 */
static int
read_sure(struct mbox *m, uint32_t i, uint64_t pos, size_t len)
{
	struct mbox_stamp before = m->stamp, now;
	struct mbox_view *v = &m->view;
	struct lockwait w;
	size_t got;
	int r;

	v->len = 0;
	v->of_one = false;
	for (bool again = false;; again = true) {
		if ((r = cc_fd_read_at(m->fd, pos, v->buf, len, &got)) != 0)
			return r;
		if (m->writing)
			break; /* it is us who change it, under the locks */
		if ((r = stamp_now(m, &now)) != 0)
			return r;
		v->of_one = !cc_mbox_stamp_same(&now, &m->stamp);
		if (!v->of_one)
			break;
		if (!again)
			cc_lockwait_begin(&w, WAIT_MOVE);
		if (is_abandoned(m))
			return CC_ECHANGED;
		if (cc_mbox_stamp_same(&now, &before) &&
		    !cc_redo_is_moving(m)) {
			r = cc_mbox_check_message(m, i, now.size);
			if (stamp_now(m, &now) != 0)
				return CC_EIO;
			if (cc_mbox_stamp_same(&now, &before)) {
				if (r != 0)
					return r;
				break;
			}
		}
		before = now;
		if (again && !cc_lockwait_again(&w))
			return CC_ECHANGED;
	}
	v->of = i;
	v->pos = pos;
	v->len = got;
	return 0;
}

int
cc_mbox_peek(struct mbox *m, uint32_t i, uint64_t pos, size_t want,
    uint64_t limit, struct span *data_r)
{
	struct mbox_view *v = &m->view;
	size_t len;
	int r;

	if (!v->buf)
		v->buf = fs_get(CC_READ_WINDOW);
	if (want > CC_READ_WINDOW)
		want = CC_READ_WINDOW;
	if (!cc_mbox_in_view(v, pos, want, limit) ||
	    (v->of_one && v->of != i)) {
		r = read_sure(m, i, pos, read_size(m, pos, want));
		if (r != 0)
			return r;
		if (!cc_mbox_in_view(v, pos, want, limit))
			return CC_ECHANGED;
	}
	len = v->len - (size_t)(pos - v->pos);
	if (limit - pos < len)
		len = (size_t)(limit - pos);
	*data_r = cc_span(v->buf + (pos - v->pos), len);
	return 0;
}

struct span
cc_mbox_in_sight(const struct mbox *m, uint32_t i, uint64_t pos, uint64_t limit)
{
	const struct mbox_view *v = &m->view;
	size_t at, len;

	if (!cc_mbox_in_view(v, pos, 1, limit) || (v->of_one && v->of != i))
		return cc_span("", 0);
	at = (size_t)(pos - v->pos);
	len = v->len - at;
	if (limit - pos < len)
		len = (size_t)(limit - pos);
	return cc_span(v->buf + at, len);
}

/* -------------------------------------------------------------------- lines */

int
cc_mbox_line_at(struct mbox *m, uint32_t i, uint64_t pos, uint64_t limit,
    struct span *line_r)
{
	size_t want = 256;
	const char *lf;
	int r;

	for (;; want = CC_MBOX_LINE_MAX) {
		if ((r = cc_mbox_peek(m, i, pos, want, limit, line_r)) != 0)
			return r;
		if (line_r->len > CC_MBOX_LINE_MAX)
			line_r->len = CC_MBOX_LINE_MAX;
		lf = memchr(line_r->p, '\n', line_r->len);
		if (lf) {
			line_r->len = (size_t)(lf - line_r->p) + 1;
			return 1;
		}
		if (line_r->len < want || want == CC_MBOX_LINE_MAX)
			return 0;
	}
}

int
cc_mbox_skip_line(struct mbox *m, uint32_t i, uint64_t limit, uint64_t *pos,
    bool *blank_r)
{
	struct span line;
	int r = 0;

	*blank_r = true;
	while (r == 0 && *pos < limit) {
		if ((r = cc_mbox_line_at(m, i, *pos, limit, &line)) < 0)
			return r;
		*blank_r = *blank_r && cc_mbox_line_blank(line);
		*pos += line.len;
	}
	return r;
}
