/*
 * mboxfile_expunge.c - taking messages out of a mailbox file (formats/unix.md
 * sections 4 and 8).
 *
 * Under all locks, in two parts. First the file learns all that the session
 * knows, as at a check: from then on no UID of it depends on which messages
 * stand beside it. Then it is rewritten without the deleted ones, in steps
 * that a kill or a power failure cannot leave half done (mboxfile_redo.c): of
 * those to go some may be left then, of the others none is missing.
 *
 * A message that the client has not heard of stays, whatever its flags: they
 * may be those that its sender wrote into it.
 */
#include "cc_err.h"
#include "fdlock.h"
#include "fs.h"
#include "mail.h"
#include "mboxfile.h"

/* Messages to be taken out, by position in the index. */
struct doomed {
	uint32_t *is; /* owned */
	uint32_t count;
};

static void
find_deleted(const struct mbox *m, const bool *asked, size_t count,
    struct doomed *d)
{
	d->is = fs_get(((size_t)m->known + 1) * sizeof(*d->is));
	d->count = 0;
	for (uint32_t i = 0; i < m->known; i++) {
		unsigned flags = m->index.msgs[i].flags;

		if ((flags & fDELETED) && !(flags & MBOX_GONE) &&
		    (!asked || (i < count && asked[i])))
			d->is[d->count++] = i;
	}
}

static int
take_out(struct mbox *m, const struct doomed *d)
{
	int r;

	m->taken_from = 0;
	for (uint32_t i = 0; i < d->is[0]; i++)
		m->taken_from += !(m->index.msgs[i].flags & MBOX_GONE);
	for (uint32_t k = 0; k < d->count; k++)
		m->index.msgs[d->is[k]].flags |= MBOX_GONE;
	r = cc_mbox_remake(m);
	m->taken_from = UINT32_MAX;
	if (r == 0)
		return 0;
	/* the index is what it was; what became of the file shows at the next
	 * look at it */
	for (uint32_t k = 0; k < d->count; k++)
		m->index.msgs[d->is[k]].flags &= (uint16_t)~MBOX_GONE;
	return r;
}

static int
expunge_locked(struct mbox *m, const bool *asked, size_t count,
    unsigned long *n_r)
{
	struct doomed d;
	int r = cc_mbox_check_locked(m);

	if (r != 0)
		return r;
	find_deleted(m, asked, count, &d);
	if (d.count > 0)
		r = take_out(m, &d);
	if (r == 0)
		*n_r = d.count;
	fs_give((void **)&d.is);
	return r;
}

int
cc_mbox_expunge(struct mbox *m, const bool *asked, size_t count,
    unsigned long *n_r)
{
	struct mbox_lock lock;
	int r;

	if (m->dead)
		return CC_ECHANGED;
	if (m->rdonly)
		return CC_EACCESS;
	r = cc_mbox_lock(m, FDLOCK_EX, CC_MBOX_WAIT_STORE, &lock);
	if (r == 0) {
		r = expunge_locked(m, asked, count, n_r);
		cc_mbox_unlock(&lock);
	}
	if (r != 0)
		cc_mbox_take_back(m);
	return r != 0 ? r : cc_mbox_flush(m, true);
}
