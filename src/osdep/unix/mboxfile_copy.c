/*
 * mboxfile_copy.c - messages of an open mailbox file on their way to another
 * one (formats/unix.md section 7, COPY).
 *
 * From-line, header and text go as they are, without the internal lines; only
 * line ends that are missing at the end are supplied. Read without locks, as
 * any message is (mboxfile_read.c): what is not the message any more is
 * noticed, and nothing was written yet.
 */
#include "cc_err.h"
#include "mboxfile_append.h"

/* How long the empty line is that ends the header; 0: there is none. */
static int
empty_line(struct mbox *m, uint32_t i, const struct mbox_place *at,
    uint64_t *len_r)
{
	uint64_t from = at->text - at->header >= 3 ? at->text - 3 : at->header;
	struct span end;
	int r;

	*len_r = 0;
	if (m->index.msgs[i].flags & MBOX_OPEN_HEADER)
		return 0;
	r = cc_mbox_peek(m, i, from, (size_t)(at->text - from), at->text, &end);
	if (r != 0)
		return r;
	if (end.len < at->text - from)
		return CC_ECHANGED;
	*len_r = end.len >= 2 && end.p[end.len - 2] == '\r' ? 2 : 1;
	return 0;
}

/* Octets as they stand in the file. */
static int
put_range(struct mbox *m, uint32_t i, bool header, uint64_t pos, uint64_t end,
    struct mbox_spool *spool)
{
	struct span s;
	int r;

	while ((r = cc_mbox_next(m, i, header, &pos, end, &s)) > 0)
		cc_spool_put(spool, s);
	return r != 0 ? r : spool->r;
}

static int
put_from(struct mbox *m, const struct mbox_place *at, struct mbox_spool *spool)
{
	uint64_t pos = at->from;
	struct span s;
	int r;

	while ((r = cc_mbox_next_from(m, at, &pos, &s)) > 0)
		cc_spool_put(spool, s);
	return r;
}

static int
take_header(struct mbox *m, uint32_t i, const struct mbox_place *at,
    struct mbox_spool *spool, struct mbox_new *msg)
{
	const unsigned open = MBOX_OPEN_HEADER | MBOX_OPEN_LINE;
	uint64_t empty;
	int r;

	if ((r = empty_line(m, i, at, &empty)) != 0 ||
	    (r = put_from(m, at, spool)) != 0 ||
	    (r = put_range(m, i, true, at->header, at->text - empty, spool)) !=
		0)
		return r;
	if ((m->index.msgs[i].flags & open) == open)
		cc_spool_put(spool, cc_span("\n", 1));
	msg->block = cc_spool_len(spool);
	cc_spool_put(spool, empty == 2 ? cc_span("\r\n", 2) : cc_span("\n", 1));
	return 0;
}

static int
take_all(struct mbox *m, uint32_t i, struct mbox_spool *spool)
{
	const struct mbox_msg *of = &m->index.msgs[i];
	struct mbox_new msg = { .flags = of->flags & MBOX_SYSTEM,
		.keywords = of->keywords,
		.source = of->uid };
	struct mbox_place at;
	int r;

	if ((r = cc_mbox_locate(m, i, &at)) != 0 ||
	    (r = take_header(m, i, &at, spool, &msg)) != 0 ||
	    (r = put_range(m, i, false, at.text, at.end, spool)) != 0)
		return r;
	if ((of->flags & MBOX_OPEN_LINE) && !(of->flags & MBOX_OPEN_HEADER))
		cc_spool_put(spool, cc_span("\n", 1));
	cc_spool_put(spool, cc_span("\n", 1));
	msg.end = cc_spool_len(spool);
	return cc_spool_end(spool, &msg);
}

int
cc_mbox_take(struct mbox *m, uint32_t i, struct mbox_spool *spool)
{
	uint64_t begin = cc_spool_len(spool);
	int r = take_all(m, i, spool);

	if (r == CC_ECHANGED && cc_mbox_refresh(m) == 0) {
		/* others have moved it */
		cc_spool_cut(spool, begin);
		r = take_all(m, i, spool);
	}
	return r;
}
