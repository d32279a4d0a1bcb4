/*
 * mboxfile_copy.c - messages of an open mailbox file on their way to another
 * one (formats/unix.md section 7, COPY).
 *
 * From-line, header and text go as they are, without the internal lines; only
 * line ends that are missing at the end are supplied. Read without locks, as
 * any message is (mboxfile_there.c): what is not the message any more is
 * noticed, and nothing was written yet.
 */
#include "cc_err.h"
#include "mboxfile_append.h"

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
	unsigned flags = m->index.msgs[i].flags & open;
	int r;

	if ((r = put_from(m, at, spool)) != 0 ||
	    (r = put_range(m, i, true, at->header, at->empty, spool)) != 0)
		return r;
	if (flags == open && at->empty == at->text)
		cc_spool_put(spool, cc_span("\n", 1));
	msg->block = cc_spool_len(spool);
	r = put_range(m, i, false, at->empty, at->text, spool);
	if (r == 0 && (flags & MBOX_OPEN_HEADER))
		cc_spool_put(spool, cc_span("\n", 1));
	return r;
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
	int r, tries = 0;

	/* others may have moved it, and move it again */
	while ((r = take_all(m, i, spool)) == CC_ECHANGED &&
	    cc_mbox_find_again(m, i, &tries))
		cc_spool_cut(spool, begin);
	return r;
}
