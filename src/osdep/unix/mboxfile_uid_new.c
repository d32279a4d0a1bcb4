/*
 * mboxfile_uid_new.c - UIDs of messages that came behind those that the session
 * knows, without a parse of all.
 *
 * Other sessions may have told some of them meanwhile: what they told is in the
 * record, and at the front of the file. Where the two and the session do not
 * agree only a parse of all can tell. Under an exclusive lock.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "cc_err.h"
#include "mboxfile_append.h"
#include "mboxfile_uid.h"
#include "privdir.h"

/* Is the front of the file as far as UIDs go what the session knows? *last_r:
 * the last UID that it says, or 0. */
static bool
front_holds(const struct mbox *m, uint32_t *last_r)
{
	struct mbox_base_place place;
	int r = cc_mbox_base_find(m, &place);

	*last_r = r == 1 ? place.last : 0;
	return r == 1 ? place.uidvalidity == m->file_uidvalidity
		      : r == 0 && m->file_uidvalidity == 0;
}

/* A record and how far it was read. */
struct reading {
	const struct uidrecord *rec;
	struct uidrecord_pos pos;
	uint32_t left; /* messages */
};

/* What the record says of the next message in the file, or 0. */
static uint32_t
read_next(struct reading *r)
{
	if (r->left == 0)
		return 0;
	r->left--;
	return cc_uidrecord_next(r->rec, &r->pos);
}

/* Does the record say of the messages that the session knows, before `from',
 * what it does? It must where the file does not. */
static bool
agrees(const struct mbox *m, uint32_t from, struct reading *r)
{
	bool missing = m->file_uidvalidity == 0;

	for (uint32_t i = 0; i < from; i++) {
		const struct mbox_msg *msg = &m->index.msgs[i];
		uint32_t uid;

		if (msg->flags & MBOX_GONE)
			continue;
		missing = missing || (msg->flags & MBOX_NO_UID) != 0;
		uid = read_next(r);
		if (uid != msg->uid && (uid != 0 || missing))
			return false;
	}
	return true;
}

/* UIDs above `known' for the messages from `from' on: by the record, by the
 * file, or new ones above *last. CC_ECHANGED if these are in disorder. */
static int
give_new(struct mbox_index *index, uint32_t from, struct reading *r,
    uint32_t known, uint32_t *last)
{
	uint32_t before = known;

	for (uint32_t i = from; i < index->count; i++) {
		struct mbox_msg *msg = &index->msgs[i];
		uint32_t uid = read_next(r);

		if (!(msg->flags & MBOX_NO_UID)) {
			if (uid != 0 && uid != msg->uid)
				return CC_ECHANGED;
			uid = msg->uid;
		} else if (uid == 0) {
			uid = *last + 1;
		}
		if (uid <= before || uid > CC_MBOX_UID_MAX)
			return CC_ECHANGED;
		msg->uid = before = uid;
		if (uid > *last)
			*last = uid;
	}
	return 0;
}

/* The same by a record that was read, or is empty; last: of the front. */
static int
settle_new(struct mbox *m, uint32_t from, uint32_t known, uint32_t last,
    const struct uidrecord *rec)
{
	struct reading reading = { .rec = rec };
	int r;

	if (rec->uidvalidity == m->index.uidvalidity) {
		reading.left = cc_mbox_uids_covered(rec, &m->index);
		if (reading.left < cc_uidrecord_messages(rec))
			return CC_ECHANGED;
		if (cc_uidrecord_floor(rec, false) > last)
			last = cc_uidrecord_floor(rec, false);
	} else if (rec->uidvalidity != 0) {
		return CC_ECHANGED;
	}
	if (known > last)
		last = known;
	if (!agrees(m, from, &reading))
		return CC_ECHANGED;
	if ((r = give_new(&m->index, from, &reading, known, &last)) == 0)
		m->index.uid_last = last;
	return r;
}

int
cc_mbox_uids_settle_new(struct mbox *m, uint32_t from, uint32_t known)
{
	int privdir = cc_privdir_open(), r = CC_ECHANGED;
	struct uidrecord rec;
	struct stat st;
	uint32_t last;

	if (privdir < 0)
		return CC_ECHANGED;
	if (!m->index.lent && !m->index.lenient && fstat(m->fd, &st) == 0 &&
	    front_holds(m, &last)) {
		if (cc_uidrecord_read(privdir, &st, &rec) != 0)
			cc_uidrecord_init(&rec, &st);
		r = settle_new(m, from, known, last, &rec);
		cc_uidrecord_free(&rec);
	}
	close(privdir);
	return r;
}
