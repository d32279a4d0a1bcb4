/*
 * mboxfile_read.c - the octets of a message, straight from the file.
 *
 * There is no lock while a message is read, so the file may change at any
 * time, even in the middle. Therefore: after each read the file's stamp is
 * compared with that of the parse. If it differs, the from-lines at both ends
 * of the message must still be there; then only its hidden lines can have
 * changed, in place. Otherwise the answer is CC_ECHANGED, and the octets just
 * read are shown to nobody. Files are never mapped: one that shrinks must not
 * kill the session.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cc_ctype.h"
#include "cc_err.h"
#include "cc_limits.h"
#include "fdio.h"
#include "fs.h"
#include "mboxfile.h"
#include "mboxfile_scan.h"

/* What is read where little is wanted: most headers fit. */
#define SMALL_READ (8u * 1024)

/* Octets that hold most headers. */
#define HEADER_READ (4u * 1024)

/* Reads that begin within this distance behind the last one are a walk
 * through the mailbox, and get all of the buffer. */
#define SEQUENTIAL (64u * 1024)

/* Octets that hold any real from-line. */
#define FROM_READ 512

void
cc_mbox_view_drop(struct mbox *m)
{
	m->view.len = 0;
	m->place.known = false;
}

/* ------------------------------------------------------- is it still there? */

/* The from-line at pos, behind white space, from the file and not the view:
 * 0 and its sum, its place, its length with all before it; CC_ECHANGED,
 * CC_EIO. */
static int
from_line_at(const struct mbox *m, uint64_t pos, uint16_t *sum_r,
    uint64_t *from_r, uint64_t *len_r)
{
	char small[FROM_READ], *buf = small, *lf = NULL;
	size_t cap = sizeof(small), got, i = 0;
	int r;

	for (;;) {
		r = cc_fd_read_at(m->fd, pos, buf, cap, &got);
		for (i = 0; r == 0 && i < got && is_space(buf[i]);)
			i++;
		lf = r == 0 ? memchr(buf + i, '\n', got - i) : NULL;
		if (r != 0 || lf || got < cap || cap > CC_READ_WINDOW)
			break;
		/* once more, for a line of any length that counts */
		cap = CC_READ_WINDOW + 1;
		buf = fs_get(cap);
	}
	if (r == 0 && !lf)
		r = CC_ECHANGED;
	if (r == 0) {
		*sum_r =
		    cc_mbox_from_sum(cc_span(buf + i, (size_t)(lf - buf) - i));
		*from_r = pos + i;
		*len_r = (uint64_t)(lf - buf) + 1;
	}
	if (buf != small)
		fs_give((void **)&buf);
	return r;
}

/* Does message i begin where it should, and where does its text? Many messages
 * may have one from-line, so the header is looked at, too. */
static int
check_header(const struct mbox *m, uint32_t i, uint64_t *text_r)
{
	const struct mbox_msg *msg = &m->index.msgs[i];
	struct mbox_window w;
	struct mbox_msg now;
	int r;

	cc_mbox_window_init(&w, m->fd, SMALL_READ);
	r = cc_mbox_read_sums(&w, msg->pos, cc_mbox_msg_end(&m->index, i), &now,
	    text_r);
	cc_mbox_window_free(&w);
	if (r == CC_EPARSE ||
	    (r == 0 &&
		(now.from_sum != msg->from_sum ||
		    now.head_sum != msg->head_sum || now.junk != msg->junk)))
		r = CC_ECHANGED;
	return r;
}

/* Does a message begin where the next one should? */
static int
check_begin(const struct mbox *m, const struct mbox_msg *msg)
{
	uint64_t from, len;
	uint16_t sum;
	int r = from_line_at(m, msg->pos, &sum, &from, &len);

	/* an empty line more or less means that it has moved */
	if (r == 0 && (sum != msg->from_sum || (from > msg->pos) != msg->junk))
		r = CC_ECHANGED;
	return r;
}

/* The first message behind i that is in the file, or count. */
static uint32_t
next_there(const struct mbox_index *index, uint32_t i)
{
	do
		i++;
	while (i < index->count && (index->msgs[i].flags & MBOX_GONE));
	return i;
}

int
cc_mbox_is_there(const struct mbox *m, uint32_t i)
{
	uint32_t next = next_there(&m->index, i);
	uint64_t text;
	int r = check_header(m, i, &text);

	return r == 0 && next < m->index.count
	    ? check_begin(m, &m->index.msgs[next])
	    : r;
}

/* 0 if message i lies where the index says, whatever happened to the file;
 * *only_r if that was not asked of the others. */
static int
check_message(const struct mbox *m, uint32_t i, bool *only_r)
{
	struct mbox_stamp now;
	struct stat st;
	uint64_t text;
	uint32_t next;
	int r;

	*only_r = false;
	if (m->writing)
		return 0; /* it is us who change it, under the locks */
	if (fstat(m->fd, &st) != 0)
		return CC_EIO;
	cc_mbox_stamp_of(&st, &now);
	*only_r = !cc_mbox_stamp_same(&now, &m->stamp);
	if (!*only_r)
		return 0;
	next = next_there(&m->index, i);
	if ((r = check_header(m, i, &text)) != 0)
		return r;
	if (next < m->index.count)
		return check_begin(m, &m->index.msgs[next]);
	/* Nothing marks the end of the last message. It has not moved if its
	 * text still begins where it was found while all was well. */
	return m->place.known && m->place.i == i && m->place.text == text &&
		(uint64_t)st.st_size >= m->index.end
	    ? 0
	    : CC_ECHANGED;
}

/* -------------------------------------------------------------------- view */

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
	least = m->writing ? HEADER_READ : SMALL_READ;
	if (want < least)
		want = least;
	return want < CC_READ_WINDOW ? want : CC_READ_WINDOW;
}

/* The octets at pos that the view has, less than want only before limit. */
static bool
in_view(const struct mbox_view *v, uint64_t pos, size_t want, uint64_t limit)
{
	uint64_t end = v->pos + v->len;

	if (limit - pos < want)
		want = (size_t)(limit - pos);
	return v->len > 0 && pos >= v->pos && pos + want <= end;
}

void
cc_mbox_rest(struct mbox *m)
{
	struct mbox_view *v = &m->view;

	v->len = 0;
	fs_give((void **)&v->buf);
}

int
cc_mbox_peek(struct mbox *m, uint32_t i, uint64_t pos, size_t want,
    uint64_t limit, struct span *data_r)
{
	struct mbox_view *v = &m->view;
	size_t len, got;
	int r;

	if (!v->buf)
		v->buf = fs_get(CC_READ_WINDOW);
	if (want > CC_READ_WINDOW)
		want = CC_READ_WINDOW;
	if (!in_view(v, pos, want, limit) || (v->of_one && v->of != i)) {
		len = read_size(m, pos, want);
		v->len = 0;
		if ((r = cc_fd_read_at(m->fd, pos, v->buf, len, &got)) != 0 ||
		    (r = check_message(m, i, &v->of_one)) != 0)
			return r;
		v->of = i;
		v->pos = pos;
		v->len = got;
		if (!in_view(v, pos, want, limit))
			return CC_ECHANGED;
	}
	len = v->len - (size_t)(pos - v->pos);
	if (limit - pos < len)
		len = (size_t)(limit - pos);
	*data_r = cc_span(v->buf + (pos - v->pos), len);
	return 0;
}

/* ------------------------------------------------------------------ places */

/*
 * The line at pos, of which at most CC_MBOX_LINE_MAX octets: 1 with its LF, 0
 * without (longer, or cut off by limit), or negative.
 */
static int
line_at(struct mbox *m, uint32_t i, uint64_t pos, uint64_t limit,
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

/* Octets from pos on that are in the view already: of them, all before limit;
 * none if nothing is. */
static struct span
in_sight(const struct mbox *m, uint32_t i, uint64_t pos, uint64_t limit)
{
	const struct mbox_view *v = &m->view;
	size_t at, len;

	if (!in_view(v, pos, 1, limit) || (v->of_one && v->of != i))
		return cc_span("", 0);
	at = (size_t)(pos - v->pos);
	len = v->len - at;
	if (limit - pos < len)
		len = (size_t)(limit - pos);
	return cc_span(v->buf + at, len);
}

/* Behind the line at pos, however long it is: 1, 0 if limit cut it off, or
 * negative. *blank_r: clients see it empty. */
static int
skip_line(struct mbox *m, uint32_t i, uint64_t limit, uint64_t *pos,
    bool *blank_r)
{
	struct span line;
	int r = 0;

	*blank_r = true;
	while (r == 0 && *pos < limit) {
		if ((r = line_at(m, i, *pos, limit, &line)) < 0)
			return r;
		*blank_r = *blank_r && cc_mbox_line_blank(line);
		*pos += line.len;
	}
	return r;
}

/* Behind the from-line of message i, which is made sure of. */
static int
find_header(struct mbox *m, uint32_t i, uint64_t limit, struct mbox_place *p)
{
	const struct mbox_msg *msg = &m->index.msgs[i];
	uint64_t pos = msg->pos, len;
	struct span data;
	uint16_t sum;
	int r;

	if ((r = line_at(m, i, pos, limit, &data)) < 0)
		return r;
	if (r > 0 && data.p[0] == 'F') {
		sum = cc_mbox_from_sum(cc_span(data.p, data.len - 1));
		len = data.len;
		p->from = pos;
	} else if ((r = from_line_at(m, pos, &sum, &p->from, &len)) != 0) {
		return r;
	}
	if (sum != msg->from_sum || (p->from > pos) != msg->junk)
		return CC_ECHANGED;
	p->header = pos + len;
	return 0;
}

/* A header being walked for its end and its first hidden line. */
struct header_walk {
	struct mbox_place *p;
	uint64_t pos; /* where a line begins */
	bool ended;   /* behind the empty line */
};

/* Takes a line that begins at w->pos. */
static void
walk_line(struct header_walk *w, struct span line)
{
	if (cc_mbox_line_blank(line)) {
		w->ended = true;
		w->p->empty = w->pos;
	} else if (w->p->hidden == UINT64_MAX &&
	    cc_mbox_line_kind(line) != MBOX_LINE_KEPT) {
		w->p->hidden = w->pos;
	}
}

/* Walks lines that are in sight, as far as they are whole. Most lines are
 * nothing to the driver, and are passed over in one go. */
static void
walk_sight(struct header_walk *w, struct span data)
{
	const unsigned char *p = (const void *)data.p, *end = p + data.len;
	const unsigned char *begin = p, *lf;
	uint64_t base = w->pos;

	while (p < end && !w->ended &&
	    (lf = memchr(p, '\n', (size_t)(end - p))) != NULL &&
	    lf - p < CC_MBOX_LINE_MAX) {
		w->pos = base + (uint64_t)(p - begin);
		walk_line(w, cc_span(p, (size_t)(lf - p) + 1));
		p = w->ended ? lf + 1 : cc_mbox_find_mark(lf, end);
	}
	w->pos = base + (uint64_t)(p - begin);
}

/* Walks the header for its end and its first hidden line. */
static int
find_text(struct mbox *m, uint32_t i, uint64_t limit, struct mbox_place *p)
{
	struct header_walk w = { .p = p, .pos = p->header };
	struct span line;
	bool blank;
	int r;

	p->hidden = p->empty = UINT64_MAX;
	while (w.pos < limit && !w.ended) {
		uint64_t from = w.pos;

		walk_sight(&w, in_sight(m, i, w.pos, limit));
		if (w.ended || w.pos > from)
			continue;
		if ((r = line_at(m, i, w.pos, limit, &line)) < 0)
			return r;
		walk_line(&w, line);
		if (r > 0) {
			w.pos += line.len;
			continue;
		}
		if ((r = skip_line(m, i, limit, &w.pos, &blank)) < 0)
			return r;
		w.ended = r > 0 && blank;
		if (!blank)
			p->empty = UINT64_MAX;
	}
	p->text = w.pos;
	if (p->empty > p->text)
		p->empty = p->text;
	if (p->hidden > p->text)
		p->hidden = p->text;
	return 0;
}

/* What was read before the file changed may lie elsewhere now: better to know
 * before a message is begun than in its middle. */
static void
look_again(struct mbox *m)
{
	struct mbox_stamp now;
	struct stat st;

	if (m->writing || fstat(m->fd, &st) != 0)
		return;
	cc_mbox_stamp_of(&st, &now);
	if (cc_mbox_stamp_same(&now, &m->stamp) ||
	    cc_mbox_stamp_same(&now, &m->view.seen))
		return;
	cc_mbox_view_drop(m);
	m->view.seen = now;
}

static int
locate(struct mbox *m, uint32_t i, bool look, struct mbox_place *place_r)
{
	const struct mbox_msg *msg = &m->index.msgs[i];
	struct mbox_place place = { .known = true, .i = i };
	uint64_t end = cc_mbox_msg_end(&m->index, i);
	int r;

	if (m->dead || (msg->flags & MBOX_GONE))
		return CC_ECHANGED;
	if (m->place.known && m->place.i == i) {
		*place_r = m->place;
		return 0;
	}
	if (look || in_sight(m, i, msg->pos, end).len < end - msg->pos)
		look_again(m);
	if ((r = find_header(m, i, end, &place)) != 0 ||
	    (r = find_text(m, i, end, &place)) != 0)
		return r;
	if (msg->flags & MBOX_SEPARATOR)
		end -= msg->flags & MBOX_SEPARATOR_CR ? 2 : 1;
	if (end < place.text)
		return CC_ECHANGED;
	place.end = end;
	m->place = *place_r = place;
	return 0;
}

int
cc_mbox_locate(struct mbox *m, uint32_t i, struct mbox_place *place_r)
{
	return locate(m, i, true, place_r);
}

int
cc_mbox_locate_read(struct mbox *m, uint32_t i, struct mbox_place *place_r)
{
	return locate(m, i, false, place_r);
}

/* -------------------------------------------------------------------- walk */

/* Does pos begin a line of the header? */
static int
begins_line(struct mbox *m, const struct mbox_place *p, uint64_t pos)
{
	struct span before;
	int r;

	if (pos <= p->hidden)
		return 1;
	r = cc_mbox_peek(m, p->i, pos - 1, 1, p->text, &before);
	return r != 0 ? r : before.p[0] == '\n';
}

/* Past hidden lines at *pos, and what continues them. */
static int
skip_hidden(struct mbox *m, const struct mbox_place *p, uint64_t *pos)
{
	bool hidden = false, blank;
	struct span line;
	int r;

	while (*pos < p->text) {
		if ((r = line_at(m, p->i, *pos, p->text, &line)) < 0)
			return r;
		if (!is_wsp(line.p[0]))
			hidden = cc_mbox_line_kind(line) != MBOX_LINE_KEPT;
		if (!hidden)
			break;
		if ((r = skip_line(m, p->i, p->text, pos, &blank)) < 0)
			return r;
	}
	return 0;
}

/* Octets of data that may be shown: up to a line that hides. Lines of which
 * the end is not in sight are left for the next step, unless they are all. */
static size_t
shown(struct span data, bool at_line, bool all)
{
	size_t at = 0, n;
	const char *lf;

	while (at < data.len) {
		struct span line = cc_span(data.p + at, data.len - at);

		lf = memchr(line.p, '\n', line.len);
		n = lf ? (size_t)(lf - line.p) + 1 : line.len;
		if (!lf && !all && at > 0)
			break;
		if (at_line && cc_mbox_line_kind(line) != MBOX_LINE_KEPT)
			break;
		at += n;
		at_line = true;
	}
	return at;
}

/* A step of a header behind its first hidden line. */
static int
next_mixed(struct mbox *m, const struct mbox_place *p, uint64_t *pos,
    uint64_t end, struct span *span_r)
{
	struct span data;
	size_t n;
	int r = begins_line(m, p, *pos);
	bool at_line = r > 0;

	if (r < 0)
		return r;
	if (at_line && (r = skip_hidden(m, p, pos)) != 0)
		return r;
	if (*pos >= end)
		return 0;
	if ((r = line_at(m, p->i, *pos, end, &data)) < 0 ||
	    (r = cc_mbox_peek(m, p->i, *pos, data.len, end, &data)) != 0)
		return r;
	n = shown(data, at_line, *pos + data.len == end);
	*span_r = cc_span(data.p, n);
	*pos += n;
	return 1;
}

int
cc_mbox_next(struct mbox *m, uint32_t i, bool in_header, uint64_t *pos,
    uint64_t end, struct span *span_r)
{
	struct mbox_place place;
	uint64_t stop = end;
	size_t want;
	int r;

	if (*pos >= end)
		return 0;
	if (m->dead || (m->index.msgs[i].flags & MBOX_GONE))
		return CC_ECHANGED;
	if (in_header) {
		if (m->place.known && m->place.i == i)
			place = m->place;
		else if ((r = cc_mbox_locate_read(m, i, &place)) != 0)
			return r;
		if (*pos >= place.hidden && *pos < place.text)
			return next_mixed(m, &place, pos, end, span_r);
		if (*pos < place.hidden && place.hidden < stop)
			stop = place.hidden;
	}
	want = stop - *pos < CC_READ_WINDOW ? (size_t)(stop - *pos)
					    : CC_READ_WINDOW;
	/* what is in sight goes first, instead of being read again */
	if (in_view(&m->view, *pos, 1, stop))
		want = 1;
	if ((r = cc_mbox_peek(m, i, *pos, want, stop, span_r)) != 0)
		return r;
	*pos += span_r->len;
	return 1;
}

int
cc_mbox_next_from(struct mbox *m, const struct mbox_place *at, uint64_t *pos,
    struct span *span_r)
{
	int r;

	if (*pos >= at->header)
		return 0;
	if ((r = cc_mbox_peek(m, at->i, *pos, 1, at->header, span_r)) != 0)
		return r;
	*pos += span_r->len;
	return 1;
}

int
cc_mbox_date(struct mbox *m, uint32_t i, struct imap_date *date_r)
{
	const struct mbox_msg *msg = &m->index.msgs[i];
	uint64_t end = cc_mbox_msg_end(&m->index, i);
	struct mbox_from from;
	char buf[FROM_READ];
	struct span line;
	size_t got, skip = 0;
	const char *lf;
	int r;

	*date_r = (struct imap_date){ 0, 0 };
	if (m->dead || (msg->flags & MBOX_GONE))
		return CC_ECHANGED;
	if (in_view(&m->view, msg->pos, FROM_READ, end)) {
		r = cc_mbox_peek(m, i, msg->pos, FROM_READ, end, &line);
	} else {
		r = cc_fd_read_at(m->fd, msg->pos, buf, sizeof(buf), &got);
		line = cc_span(buf, r == 0 ? got : 0);
	}
	if (r != 0)
		return r;
	while (skip < line.len && is_space(line.p[skip]))
		skip++;
	line = cc_span(line.p + skip, line.len - skip);
	lf = memchr(line.p, '\n', line.len);
	if (!lf) {
		/* a from-line that is longer than any real one */
		uint64_t pos = msg->pos + skip;

		if ((r = line_at(m, i, pos, end, &line)) <= 0)
			return r < 0 ? r : CC_ECHANGED;
		lf = line.p + line.len - 1;
	}
	line.len = (size_t)(lf - line.p);
	if (cc_mbox_from_sum(line) != msg->from_sum ||
	    !cc_mbox_from_line(line, true, &from))
		return CC_ECHANGED;
	(void)cc_mbox_from_date(&from, date_r);
	return 0;
}
