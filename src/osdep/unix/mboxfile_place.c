/*
 * mboxfile_place.c - where the parts of a message lie: its from-line, header,
 * first hidden line and text.
 *
 * Found when a message is looked at, and kept for the last one: the index has
 * no room for it. Without locks, as all reading is (mboxfile_there.c).
 */
#include <sys/stat.h>

#include "cc_err.h"
#include "cc_limits.h"
#include "mboxfile_scan.h"
#include "mboxfile_view.h"

/* Behind the from-line of message i, which is made sure of. */
static int
find_header(struct mbox *m, uint32_t i, uint64_t limit, struct mbox_place *p)
{
	const struct mbox_msg *msg = &m->index.msgs[i];
	uint64_t pos = msg->pos, len;
	struct span data;
	uint16_t sum;
	int r;

	if ((r = cc_mbox_line_at(m, i, pos, limit, &data)) < 0)
		return r;
	if (r > 0 && data.p[0] == 'F') {
		sum = cc_mbox_from_sum(cc_span(data.p, data.len - 1));
		len = data.len;
		p->from = pos;
	} else if ((r = cc_mbox_from_line_at(m, pos, &sum, &p->from, &len)) !=
	    0) {
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

		walk_sight(&w, cc_mbox_in_sight(m, i, w.pos, limit));
		if (w.ended || w.pos > from)
			continue;
		if ((r = cc_mbox_line_at(m, i, w.pos, limit, &line)) < 0)
			return r;
		walk_line(&w, line);
		if (r > 0) {
			w.pos += line.len;
			continue;
		}
		if ((r = cc_mbox_skip_line(m, i, limit, &w.pos, &blank)) < 0)
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
	if (look || cc_mbox_in_sight(m, i, msg->pos, end).len < end - msg->pos)
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
