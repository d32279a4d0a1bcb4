/*
 * mboxfile_append_uid.c - UIDs and keywords of messages to be appended
 * (formats/unix.md sections 3 and 7).
 *
 * The last UID at the front of the file is raised before anything is added,
 * in place: a number that was used is never free again, whatever is killed.
 * Where that is not enough the file is made to carry more first. Under all
 * locks; without the inode lock messages get no UIDs, for another program
 * gives them.
 */
#include <sys/stat.h>

#include "cc_err.h"
#include "env_state.h"
#include "mboxfile_append_inner.h"

/* Does any message have keyword k of the spool? */
static bool
is_used(const struct mbox_spool *spool, unsigned k)
{
	for (size_t i = 0; i < spool->count; i++)
		if (spool->msgs[i].keywords & (uint32_t)1 << k)
			return true;
	return false;
}

/* What the spool's keywords are here; new ones are added. */
static void
map_keywords(struct mbox_append *a)
{
	struct mbox_keywords *list = &a->m->index.keywords;

	for (unsigned k = 0; k < a->spool->keywords.count; k++) {
		struct span name = cc_span_z(a->spool->keywords.name[k]);
		int n = cc_mbox_keywords_find(list, name);

		a->bits[k] = 0;
		a->lost[k] = false;
		if (!is_used(a->spool, k))
			continue;
		if (n < 0 && a->uids)
			n = cc_mbox_keywords_add(list, name);
		a->lost[k] = n < 0;
		if (n >= 0)
			a->bits[k] = (uint32_t)1 << n;
	}
}

/* A mailbox that had none gets those that new mailboxes have. */
static void
default_keywords(struct mbox *m)
{
	char *const *name = cc_env()->keywords;

	for (int i = 0; i < CC_ENV_KEYWORDS && name[i]; i++)
		if (cc_mbox_keywords_find(&m->index.keywords,
			cc_span_z(name[i])) < 0)
			(void)cc_mbox_keywords_add(&m->index.keywords,
			    cc_span_z(name[i]));
}

static bool
has_new_keywords(const struct mbox *m)
{
	return m->keywords_there !=
	    (uint32_t)(((uint64_t)1 << m->index.keywords.count) - 1);
}

/* Without UIDs, since they could not be written. */
static int
give_up_uids(struct mbox_append *a)
{
	int r = cc_tail_load(a->tail);

	a->uids = false;
	if (r == 0)
		map_keywords(a);
	return r;
}

/* The file must carry more than a number: UIDs of other messages, keywords, a
 * UIDVALIDITY, one digit more. */
static int
carry(struct mbox_append *a)
{
	struct mbox *m = a->m;
	struct stat st;
	int r = 0;

	if (a->tail->last_only && (r = cc_tail_load(a->tail)) != 0)
		return r;
	a->tail->last_only = false;
	if (m->file_uidvalidity == 0)
		default_keywords(m);
	map_keywords(a);
	a->last = m->index.uid_last + (uint32_t)a->spool->count;
	m->index.uid_last = a->last;
	r = cc_mbox_carry(m);
	if (r == CC_EACCESS)
		return give_up_uids(a);
	if (r == 0 && fstat(m->fd, &st) != 0)
		r = CC_EIO;
	if (r == 0) {
		a->size = (uint64_t)st.st_size;
		a->tail->missing = cc_mbox_uids_missing(&m->index);
		m->keywords_there =
		    (uint32_t)(((uint64_t)1 << m->index.keywords.count) - 1);
	}
	return r;
}

/* Makes sure that the UIDs of the new messages are never given again. */
static int
reserve(struct mbox_append *a)
{
	struct mbox_index *index = &a->m->index;
	struct mbox_base_place place;
	int r;

	a->place.digits = 0;
	if (index->uid_last > CC_MBOX_UID_MAX - a->spool->count) {
		a->uids = false;
		return 0;
	}
	a->last = index->uid_last + (uint32_t)a->spool->count;
	if (a->base)
		return 0;
	if (a->tail->missing || has_new_keywords(a->m) ||
	    a->m->file_uidvalidity != index->uidvalidity)
		return carry(a);
	if ((r = cc_mbox_base_find(a->m, &place)) < 0)
		return r;
	if (r == 0 || place.uidvalidity != index->uidvalidity)
		return carry(a);
	if ((r = cc_mbox_base_raise(a->m, &place, a->last)) <= 0)
		return r < 0 ? r : carry(a);
	index->uid_base = a->last;
	a->place = place;
	return 0;
}

void
cc_append_take_back(struct mbox_append *a)
{
	uint32_t before = a->place.last;
	struct stat st;

	if (a->place.digits == 0 || fstat(a->m->fd, &st) != 0 ||
	    (uint64_t)st.st_size != a->size)
		return;
	a->place.last = a->last;
	(void)cc_mbox_base_raise(a->m, &a->place, before);
}

int
cc_append_prepare(struct mbox_append *a)
{
	struct mbox *m = a->m;

	a->plain = cc_mbox_is_plain(m);
	a->uids = a->full && !a->plain;
	a->base = a->uids && !m->index.started;
	if (a->base)
		default_keywords(m);
	map_keywords(a);
	return a->uids ? reserve(a) : 0;
}
