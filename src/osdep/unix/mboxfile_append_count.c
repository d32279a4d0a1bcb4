/*
 * mboxfile_append_count.c - the counters of a mailbox after an append, for
 * STATUS (mboxfile_status.h).
 *
 * Who added messages need not have looked at the others: what was known of the
 * file as it was when the locks were taken, and what was added, are its
 * counters now, if nothing else came. If all was parsed that is counted.
 */
#include "mail.h"
#include "mboxfile_append_inner.h"

void
cc_append_count_begin(struct mbox_append *a)
{
	struct mbox_stamp stamp;
	struct stat st;

	a->known = false;
	if (!a->full || fstat(a->m->fd, &st) != 0)
		return;
	cc_mbox_stamp_of(&st, &stamp);
	a->known = cc_status_find(&stamp, &a->counted) == 0;
}

void
cc_append_count(struct mbox_append *a)
{
	const struct mbox_index *index = &a->m->index;
	struct mbox_status *counted = &a->counted;
	uint32_t n = (uint32_t)a->spool->count;

	if (!a->tail->last_only) {
		cc_mbox_count(a->m, counted);
		a->known = true;
		return;
	}
	if (!a->known || (uint64_t)counted->stamp.size != a->size ||
	    counted->uidvalidity != index->uidvalidity) {
		a->known = false;
		return;
	}
	for (uint32_t i = index->count - n; i < index->count; i++) {
		counted->recent += !(index->msgs[i].flags & MBOX_OLD_THERE);
		counted->unseen += !(index->msgs[i].flags & fSEEN);
	}
	counted->messages += n;
	counted->uid_last = index->uid_last;
}

void
cc_append_count_keep(struct mbox_append *a)
{
	if ((uint64_t)a->counted.stamp.size == a->size + a->text.len)
		cc_status_keep(&a->counted);
}
