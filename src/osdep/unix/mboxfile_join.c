/*
 * mboxfile_join.c - what the session knew of a mailbox, joined with what its
 * file is by now (formats/unix.md section 8).
 *
 * Messages are recognised by their UIDs, and compared. One that is gone stays
 * in the index as a ghost until its expunge may be told, so that message
 * numbers mean the same to client and driver at any time. Never is a message
 * shown under the number or UID of another. In memory, but for a look at the
 * end of the file: its locks are the caller's.
 */
#include "cc_err.h"
#include "cc_ctype.h"
#include "fdio.h"
#include "fs.h"
#include "mail.h"
#include "mboxfile_sync.h"

/* Octets of white space in front of a delivery that are looked at. */
#define JUNK_MAX 1024

void
cc_mbox_map_keywords(struct mbox *m, struct mbox_keywords *known)
{
	struct mbox_index *index = &m->index;
	uint32_t bit[32] = { 0 };

	m->keywords_there = 0;
	m->keywords_lost = false;
	for (unsigned k = 0; k < index->keywords.count; k++) {
		struct span name = cc_span_z(index->keywords.name[k]);
		int n = cc_mbox_keywords_find(known, name);

		if (n < 0)
			n = cc_mbox_keywords_add(known, name);
		if (n >= 0)
			bit[k] = (uint32_t)1 << n;
		else
			m->keywords_lost = true;
		m->keywords_there |= bit[k];
	}
	cc_mbox_index_rename(index, bit, known);
}

/* What the session knows of a message, and what the file says now. */
static void
match(struct mbox *m, struct mbox_msg *now, const struct mbox_msg *was)
{
	const unsigned shown = MBOX_SYSTEM & ~(unsigned)fOLD;
	struct mbox_change ours = { 0 };

	now->flags |= was->flags & MBOX_TELL;
	if (was->flags & MBOX_DIRTY) {
		/* ours are younger, and will be written */
		ours = cc_mbox_change_of(m, was->uid);
		now->flags |= was->flags & (MBOX_DIRTY | MBOX_PENDING);
	}
	now->keywords ^= (now->keywords ^ was->keywords) & ours.keywords;
	now->flags ^= (uint16_t)((now->flags ^ was->flags) & ours.flags);
	if (now->keywords != was->keywords ||
	    ((now->flags ^ was->flags) & shown) != 0) {
		now->flags |= MBOX_TELL;
		m->tell = true;
	}
	/* what was \Recent for this session stays so until its end */
	now->flags = (uint16_t)((now->flags & ~fOLD) | (was->flags & fOLD));
}

/* Ghosts take no room: each begins where the next message does. */
static void
place_ghosts(struct mbox_index *index)
{
	uint64_t next = index->end;

	for (uint32_t i = index->count; i-- > 0;) {
		if (index->msgs[i].flags & MBOX_GONE)
			index->msgs[i].pos = next & CC_MBOX_SIZE_MAX;
		next = index->msgs[i].pos;
	}
}

/* Is there only white space between the old end of the file and position end?
 * A delivery may begin with it; then it belongs to the message before. */
static bool
is_junk_to(const struct mbox *m, uint64_t old_end, uint64_t end)
{
	char buf[JUNK_MAX];
	size_t got;

	if (end < old_end || end - old_end > sizeof(buf) ||
	    cc_fd_read_at(m->fd, old_end, buf, (size_t)(end - old_end), &got) !=
		0)
		return false;
	return cc_span_trim(cc_span(buf, got)).len == 0;
}

/*
 * A rewrite supplies the line ends that a torn message lacks, and empty lines
 * that came behind the last message are its own from then on. Mail readers add
 * and remove header lines about its text (Content-Length, Lines). Under a
 * header that is as it was, nothing else may change. end: where the message
 * now ends.
 */
static bool
same_message(const struct mbox *m, const struct mbox_index *was, uint32_t i,
    const struct mbox_msg *now, uint64_t end)
{
	const struct mbox_msg *old = &was->msgs[i];

	if (old->from_sum != now->from_sum)
		return false;
	if (cc_mbox_msg_same(old, now) || old->head_sum != now->head_sum ||
	    (old->flags & (MBOX_OPEN_HEADER | MBOX_OPEN_LINE)) != 0)
		return true;
	return i + 1 == was->count && old->pos == now->pos &&
	    is_junk_to(m, was->end, end);
}

int
cc_mbox_join(struct mbox *m, const struct mbox_index *was)
{
	struct mbox_index all = m->index;
	struct mbox_index *now = &m->index;
	bool ok = true;
	uint32_t j = 0;

	all.msgs = NULL;
	all.count = all.room = 0;
	for (uint32_t i = 0; i < was->count; i++) {
		struct mbox_msg msg = was->msgs[i];

		if (!(msg.flags & MBOX_GONE) && j < now->count &&
		    now->msgs[j].uid == msg.uid) {
			msg = now->msgs[j];
			ok = ok &&
			    same_message(m, was, i, &msg,
				cc_mbox_msg_end(now, j));
			j++;
			match(m, &msg, &was->msgs[i]);
		} else if (i >= m->known) {
			continue; /* came and went untold */
		} else {
			msg.flags |= MBOX_GONE;
			msg.flags &= (uint16_t) ~(MBOX_DIRTY | MBOX_PENDING);
			m->ghosts = true;
		}
		cc_mbox_index_put(&all, &msg);
	}
	for (; ok && j < now->count && now->msgs[j].uid > was->uid_last; j++)
		cc_mbox_index_put(&all, &now->msgs[j]);
	if (!ok || j < now->count) {
		fs_give((void **)&all.msgs);
		return CC_ECHANGED;
	}
	fs_give((void **)&now->msgs);
	*now = all;
	place_ghosts(now);
	cc_mbox_find_dirty(m);
	return 0;
}
