/*
 * mboxfile_check.c - making everything permanent that a session knows of its
 * mailbox: at CHECK, and when it ends.
 *
 * What has room is written in place (mboxfile_flags_write.c), the rest by a
 * rewrite (mboxfile_rewrite.c); then the file says it all, and the UID record
 * goes. In between, flags that have no room are brought into the file after
 * some seconds.
 */
#include "cc_err.h"
#include "env_state.h"
#include "fdlock.h"
#include "mail.h"
#include "mboxfile.h"
#include "mboxfile_changes.h"
#include "mboxfile_remade.h"

/* A file whose UIDs are not believed has a UIDVALIDITY all the same, which is
 * replaced. */
bool
cc_mbox_is_plain(const struct mbox *m)
{
	return cc_env()->no_unix_uids && m->file_uidvalidity == 0 &&
	    !m->index.unbelieved;
}

/* After this session no message is new. */
static void
mark_old(struct mbox *m)
{
	for (uint32_t i = 0; i < m->index.count; i++) {
		struct mbox_msg *msg = &m->index.msgs[i];

		if ((msg->flags & (MBOX_OLD_THERE | MBOX_GONE | MBOX_DIRTY)) ==
		    0) {
			msg->flags |= MBOX_DIRTY;
			m->tried = (struct mbox_stamp){ 0 };
		}
	}
	cc_mbox_find_dirty(m);
}

/* The file was rewritten: finds everything in its new place. */
static int
find_again(struct mbox *m)
{
	const char *why;
	int r;

	m->unsynced = false;
	m->late = 0;
	m->index.ordered = true;
	r = cc_mbox_resync(m, &why);
	cc_mbox_remade_forget(&m->remade);
	m->index.ordered = false;
	if (r == 0 && m->file_uidvalidity == m->index.uidvalidity &&
	    m->index.uid_base == m->index.uid_last &&
	    !cc_mbox_uids_missing(&m->index))
		cc_mbox_uids_forget(m, false);
	return r;
}

/* The file says what message i is, and must win over what was marked. */
static void
unmark(struct mbox *m, uint32_t i)
{
	m->index.msgs[i].noted = 1;
	m->index.msgs[i].flags &= (uint16_t) ~(MBOX_DIRTY | MBOX_PENDING);
}

int
cc_mbox_remake(struct mbox *m)
{
	int r;

	if ((r = cc_mbox_rewrite(m)) != 0) {
		cc_mbox_view_drop(m);
		return r;
	}
	for (uint32_t i = m->dirty_from; i < m->dirty_to; i++)
		unmark(m, i);
	if ((r = find_again(m)) == 0)
		cc_changes_keep(m);
	return r;
}

int
cc_mbox_carry(struct mbox *m)
{
	int r = 0;

	if (cc_mbox_needs_rewrite(m))
		r = cc_mbox_write_dirty(m);
	return r == 0 && cc_mbox_needs_rewrite(m) ? cc_mbox_remake(m) : r;
}

int
cc_mbox_check_locked(struct mbox *m)
{
	const char *why;
	int r;

	if ((r = cc_mbox_sync_sure(m, &why)) != 0)
		return r;
	mark_old(m);
	r = cc_mbox_write_dirty(m);
	cc_mbox_restamp(m);
	return r == 0 && cc_mbox_needs_rewrite(m) ? cc_mbox_remake(m) : r;
}

int
cc_mbox_check(struct mbox *m)
{
	struct mbox_lock lock;
	int r = 0;

	if (m->dead)
		return CC_ECHANGED;
	if (m->rdonly)
		return 0;
	mark_old(m);
	if (m->dirty_to > 0 || m->stale || cc_mbox_needs_rewrite(m)) {
		r = cc_mbox_lock(m, FDLOCK_EX, CC_MBOX_WAIT_CHECK, &lock);
		if (r == 0) {
			r = cc_mbox_check_locked(m);
			cc_mbox_unlock(&lock);
		}
		if (r != 0)
			cc_mbox_take_back(m);
	}
	return r != 0 ? r : cc_mbox_flush(m, true);
}

/* ------------------------------------------------------------------- bring */

/* Octets that are moved for the flags of a few messages. To move more is left
 * to a rewrite after which all messages have room, so that it is done once. */
#define FEW_MAX (4u * 1024 * 1024)

/* Keywords that the file does not list are written to its front. */
static bool
has_new_keywords(const struct mbox *m)
{
	for (uint32_t i = m->dirty_from; i < m->dirty_to; i++)
		if ((m->index.msgs[i].flags & MBOX_DIRTY) &&
		    (m->index.msgs[i].keywords & ~m->keywords_there) != 0)
			return true;
	return false;
}

static int
remake_few(struct mbox *m)
{
	int r;

	if ((r = cc_mbox_rewrite_few(m)) != 0) {
		cc_mbox_view_drop(m);
		return r;
	}
	for (uint32_t i = m->dirty_from; i < m->dirty_to; i++)
		if (m->index.msgs[i].noted &&
		    (m->index.msgs[i].keywords & ~m->keywords_there) == 0)
			unmark(m, i);
	return find_again(m);
}

static int
bring_locked(struct mbox *m)
{
	const char *why;
	int r;

	if ((r = cc_mbox_sync_sure(m, &why)) != 0)
		return r;
	m->late = 0;
	m->tried = (struct mbox_stamp){ 0 }; /* is there still no room? */
	r = cc_mbox_write_dirty(m);
	cc_mbox_restamp(m);
	if (r != 0 || m->late == 0)
		return r;
	return has_new_keywords(m) ||
		m->index.end - cc_mbox_rewrite_from(m) > FEW_MAX
	    ? cc_mbox_remake(m)
	    : remake_few(m);
}

int
cc_mbox_bring(struct mbox *m)
{
	struct mbox_lock lock;
	int r;

	if (m->late == 0 || m->rdonly || m->dead)
		return 0;
	r = cc_mbox_lock(m, FDLOCK_EX, CC_MBOX_WAIT_BRING, &lock);
	if (r == 0) {
		r = bring_locked(m);
		cc_mbox_unlock(&lock);
	}
	if (r != 0)
		m->late = time(NULL); /* once more, but not at once */
	return r;
}
