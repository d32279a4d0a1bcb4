/*
 * mboxfile_read.c - the octets of a message that clients see, span by span,
 * and its date.
 *
 * Lines that hold flags and UIDs are left out of the header. Without locks
 * (mboxfile_there.c): where the answer is CC_ECHANGED, nothing that was read
 * is shown.
 */
#include "cc_ctype.h"
#include "cc_err.h"
#include "cc_limits.h"
#include "fdio.h"
#include "mboxfile_view.h"

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
		if ((r = cc_mbox_line_at(m, p->i, *pos, p->text, &line)) < 0)
			return r;
		if (!is_wsp(line.p[0]))
			hidden = cc_mbox_line_kind(line) != MBOX_LINE_KEPT;
		if (!hidden)
			break;
		if ((r = cc_mbox_skip_line(m, p->i, p->text, pos, &blank)) < 0)
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
	if ((r = cc_mbox_line_at(m, p->i, *pos, end, &data)) < 0 ||
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
	if (cc_mbox_in_view(&m->view, *pos, 1, stop))
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
	char buf[CC_MBOX_FROM_READ];
	struct span line;
	size_t got, skip = 0;
	const char *lf;
	int r;

	*date_r = (struct imap_date){ 0, 0 };
	if (m->dead || (msg->flags & MBOX_GONE))
		return CC_ECHANGED;
	if (cc_mbox_in_view(&m->view, msg->pos, CC_MBOX_FROM_READ, end)) {
		r = cc_mbox_peek(m, i, msg->pos, CC_MBOX_FROM_READ, end, &line);
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

		if ((r = cc_mbox_line_at(m, i, pos, end, &line)) <= 0)
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
