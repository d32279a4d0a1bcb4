/*
 * mboxfile_flags.c - flags that this session changed, until its mailbox file
 * has them.
 *
 * Which bits of a message are ours is noted by UID: all others are taken from
 * the file whenever it is read. A command's changes are made in memory and
 * flushed to where they stand in the file (mboxfile_flags_write.c), under all
 * locks. If that fails the command fails, and they are taken back; what has
 * no room waits, marked, for a rewrite. Who only reads a mailbox keeps his
 * changes to himself.
 */
#include "cc_err.h"
#include "fdio.h"
#include "fdlock.h"
#include "fs.h"
#include "mail.h"
#include "mboxfile_flags.h"

#define CHANGES_FIRST 16 /* changes of the first allocation */

void
cc_mbox_adopt_keywords(struct mbox *m, MAILSTREAM *stream)
{
	struct mbox_keywords *list = &m->index.keywords;

	while (list->count < CC_MBOX_KEYWORDS &&
	    stream->user_flags[list->count])
		if (cc_mbox_keywords_add(list,
			cc_span_z(stream->user_flags[list->count])) < 0)
			break;
}

/* ------------------------------------------------------------------ changes */

/* The place of a UID among the changes, or where it belongs. */
static size_t
change_place(const struct mbox *m, uint32_t uid)
{
	size_t low = 0, high = m->change_count;

	if (high > 0 && m->changes[high - 1].uid < uid)
		return high; /* as commands go: upwards */
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (m->changes[mid].uid < uid)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct mbox_change
cc_mbox_change_of(const struct mbox *m, uint32_t uid)
{
	size_t k = change_place(m, uid);

	return k < m->change_count && m->changes[k].uid == uid
	    ? m->changes[k]
	    : (struct mbox_change){ 0 };
}

/* Makes room for a change at place k. */
static void
insert_change(struct mbox *m, size_t k)
{
	if (m->change_count == m->change_room) {
		m->change_room += CHANGES_FIRST + m->change_room / 2;
		fs_resize((void **)&m->changes,
		    m->change_room * sizeof(*m->changes));
	}
	memmove(m->changes + k + 1, m->changes + k,
	    (m->change_count - k) * sizeof(*m->changes));
	m->change_count++;
	m->changes[k] = (struct mbox_change){ 0 };
}

/* Notes which flags of a message are ours from now on. */
static void
note_change(struct mbox *m, const struct mbox_msg *msg, unsigned flags,
    uint32_t keywords)
{
	size_t k = change_place(m, msg->uid);
	struct mbox_change *c;

	if (k == m->change_count || m->changes[k].uid != msg->uid)
		insert_change(m, k);
	c = &m->changes[k];
	c->uid = msg->uid;
	if (!(msg->flags & MBOX_PENDING)) {
		bool waits = (msg->flags & MBOX_DIRTY) != 0;

		c->waited_flags = waits ? c->flags : 0;
		c->waited_keywords = waits ? c->keywords : 0;
		c->had_flags = msg->flags;
		c->had_keywords = msg->keywords;
	}
	c->flags |= flags;
	c->keywords |= keywords;
}

void
cc_mbox_store(struct mbox *m, uint32_t i, unsigned flags, uint32_t keywords)
{
	const unsigned mine = MBOX_SYSTEM & ~(unsigned)fOLD;
	struct mbox_msg *msg = &m->index.msgs[i];
	unsigned changed = (msg->flags ^ flags) & mine;

	if (changed == 0 && msg->keywords == keywords)
		return;
	/* a ghost has no place in the file; the client will hear of it */
	if (!(msg->flags & MBOX_GONE)) {
		note_change(m, msg, changed, msg->keywords ^ keywords);
		/* of who only reads it is his own as long as he is there */
		msg->flags |=
		    m->rdonly ? MBOX_DIRTY : MBOX_DIRTY | MBOX_PENDING;
		if (m->dirty_to == 0 || i < m->dirty_from)
			m->dirty_from = i;
		if (i >= m->dirty_to)
			m->dirty_to = i + 1;
	}
	msg->flags = (uint16_t)(msg->flags ^ changed);
	msg->keywords = keywords;
}

/* Both are in the order of UIDs. */
static void
keep_changes(struct mbox *m)
{
	size_t kept = 0, k = 0;

	for (uint32_t i = m->dirty_from; i < m->dirty_to; i++) {
		const struct mbox_msg *msg = &m->index.msgs[i];

		while (k < m->change_count && m->changes[k].uid < msg->uid)
			k++;
		if (k < m->change_count && m->changes[k].uid == msg->uid &&
		    (msg->flags & MBOX_DIRTY))
			m->changes[kept++] = m->changes[k++];
	}
	m->change_count = kept;
}

void
cc_mbox_find_dirty(struct mbox *m)
{
	m->dirty_from = m->dirty_to = 0;
	for (uint32_t i = 0; i < m->index.count; i++) {
		if (!(m->index.msgs[i].flags & MBOX_DIRTY))
			continue;
		if (m->dirty_to == 0)
			m->dirty_from = i;
		m->dirty_to = i + 1;
	}
	keep_changes(m);
}

/* -------------------------------------------------------------- taking back */

void
cc_mbox_flags_doubt(struct mbox *m)
{
	m->stale = true;
	m->racy = true;
}

/* The flags that the file has, for one whose change did not get there. */
static int
read_flags(struct mbox *m, uint32_t i)
{
	const unsigned mine = MBOX_SYSTEM & ~(unsigned)fOLD;
	struct mbox_msg *msg = &m->index.msgs[i];
	struct mbox_flags there;
	int r = cc_mbox_flags_there(m, i, &there);

	if (r != 0)
		return r;
	msg->flags = (uint16_t)((msg->flags & ~mine) | (there.system & mine));
	msg->keywords = there.keywords;
	return 0;
}

/* What an earlier command changed, for which there was no room, waits on. */
static void
wait_on(struct mbox *m, struct mbox_msg *msg)
{
	size_t k = change_place(m, msg->uid);
	struct mbox_change *c = &m->changes[k];

	if (k == m->change_count || c->uid != msg->uid ||
	    (c->waited_flags == 0 && c->waited_keywords == 0))
		return;
	c->flags = c->waited_flags;
	c->keywords = c->waited_keywords;
	msg->flags ^= (uint16_t)((msg->flags ^ c->had_flags) & c->flags);
	msg->keywords ^= (msg->keywords ^ c->had_keywords) & c->keywords;
	msg->flags |= MBOX_DIRTY;
}

/* Is the file what the index describes, as far as its times tell? */
static bool
is_unchanged(const struct mbox *m)
{
	struct mbox_stamp now;
	struct stat st;

	if (fstat(m->fd, &st) != 0)
		return false;
	cc_mbox_stamp_of(&st, &now);
	return cc_mbox_stamp_same(&now, &m->stamp);
}

/* Forgets the changes since the last flush: the command said no. */
void
cc_mbox_take_back(struct mbox *m)
{
	bool any = false, all = true;

	for (uint32_t i = m->dirty_from; i < m->dirty_to; i++) {
		struct mbox_msg *msg = &m->index.msgs[i];

		if (!(msg->flags & MBOX_PENDING))
			continue;
		msg->flags &= (uint16_t) ~(MBOX_PENDING | MBOX_DIRTY);
		any = true;
		if (read_flags(m, i) == 0) {
			msg->flags |= MBOX_TELL;
			m->tell = true;
		} else {
			all = false;
		}
		wait_on(m, msg);
	}
	/* they may be younger than the index, or ours still */
	if (any && (!all || !is_unchanged(m)))
		cc_mbox_flags_doubt(m);
	cc_mbox_find_dirty(m);
}

/* -------------------------------------------------------------------- flush */

static int
flush_locked(struct mbox *m)
{
	const char *why;
	int r = cc_mbox_sync(m, &why);

	if (r != 0)
		return r;
	r = cc_mbox_write_dirty(m);
	cc_mbox_restamp(m);
	return r;
}

static bool
any_pending(const struct mbox *m)
{
	for (uint32_t i = m->dirty_from; i < m->dirty_to; i++)
		if (m->index.msgs[i].flags & MBOX_PENDING)
			return true;
	return false;
}

int
cc_mbox_flush(struct mbox *m, bool sync)
{
	struct mbox_lock lock;
	int r = 0;

	if (m->dead)
		return CC_ECHANGED;
	if (any_pending(m)) {
		r = cc_mbox_lock(m, FDLOCK_EX, CC_MBOX_WAIT_STORE, &lock);
		if (r == 0) {
			r = flush_locked(m);
			cc_mbox_unlock(&lock);
		}
		if (r != 0)
			cc_mbox_take_back(m);
	}
	if (r == 0 && sync && m->unsynced && (r = cc_fd_datasync(m->fd)) == 0)
		m->unsynced = false;
	return r == 0 && sync ? cc_mbox_bring(m) : r;
}
