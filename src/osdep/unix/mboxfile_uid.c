/*
 * mboxfile_uid.c - UIDs of messages in whose file they are not written yet.
 *
 * A UID that a client was told is on disk first: in the file's own headers,
 * or in the UID record of the private directory (mboxfile_uid_record.c). When
 * the file is parsed anew the record counts for as many messages as its digest
 * fits; if it does not fit, its highest UID still is never given again.
 *
 * UIDs that the file carries itself are safe there from all but programs that
 * rewrite it without them. When it has lost its own UIDVALIDITY, UIDs go on
 * behind the number that the record has reserved.
 *
 * UIDs only ever move up: a message that cannot be recognised gets a new one
 * above all others, and to clients it is another message.
 */
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "cc_err.h"
#include "fdlock.h"
#include "fs.h"
#include "mboxfile_uid.h"
#include "misc.h"
#include "privdir.h"

/* What is known of a mailbox besides its file. */
struct memory {
	struct uidrecord rec;
	uint32_t covers; /* messages for which it counts */
	uint32_t floor;  /* the highest UID ever told, as far as is known */
	uint32_t *uids;  /* of each message, or 0; owned */
	uint32_t uidvalidity; /* to which they belong, or 0 */
};

/*
 * The record on disk. A file that was replaced by another has none under the
 * new one's name, or that of an older one whose inode it has; but its UIDs are
 * in the records of its predecessors.
 */
static void
recall(const struct mbox *m, int privdir, uint32_t uidvalidity,
    struct memory *mem)
{
	bool lost = m->file_uidvalidity == 0;
	struct uidrecord rec;
	struct stat st;

	if (fstat(m->fd, &st) == 0 &&
	    cc_uidrecord_read(privdir, &st, &rec) == 0) {
		mem->rec = rec;
		mem->covers = cc_mbox_uids_covered(&rec, &m->index);
	}
	if (uidvalidity == 0 || mem->rec.uidvalidity == uidvalidity)
		mem->floor = cc_uidrecord_floor(&mem->rec, lost);
	if (uidvalidity != 0 &&
	    (mem->covers < m->index.count ||
		mem->rec.uidvalidity != uidvalidity) &&
	    cc_mbox_uids_missing(&m->index)) {
		uint32_t highest =
		    cc_uidrecord_highest(privdir, uidvalidity, lost);

		if (highest > mem->floor)
			mem->floor = highest;
	}
}

/* The UIDs that the record says. */
static void
take_record(struct memory *mem)
{
	struct uidrecord_pos pos = { 0 };

	for (uint32_t i = 0; i < mem->covers; i++)
		mem->uids[i] = cc_uidrecord_next(&mem->rec, &pos);
}

static uint32_t
count_known(const uint32_t *uids, uint32_t count)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < count; i++)
		n += uids[i] != 0;
	return n;
}

static bool
differ(const struct mbox_twin *a, const struct mbox_twin *b)
{
	return a && b && a->digest != 0 && b->digest != 0 &&
	    a->digest != b->digest;
}

/* The record tells by headers, mostly: what the session knew under a UID may
 * be another message now. */
static void
doubt(const struct mbox_index *index, const struct mbox_index *old,
    struct memory *mem)
{
	for (uint32_t i = 0; i < mem->covers; i++) {
		uint32_t k = cc_mbox_find_uid(old, mem->uids[i]);

		if (k < old->count && old->msgs[k].uid == mem->uids[i] &&
		    !(old->msgs[k].flags & MBOX_GONE) &&
		    differ(cc_mbox_twin_at(index, index->msgs[i].pos),
			cc_mbox_twin_at(old, old->msgs[k].pos)))
			mem->uids[i] = 0;
	}
}

/*
 * What the session itself knows, beside the record, or in its place if that is
 * of another UIDVALIDITY and says less.
 */
static void
recall_own(struct mbox_index *index, const struct mbox_index *old,
    struct memory *mem)
{
	uint32_t *own = fs_get(((size_t)index->count + 1) * sizeof(*own));

	memset(own, 0, ((size_t)index->count + 1) * sizeof(*own));
	cc_mbox_match(old, index, own);
	if (mem->rec.uidvalidity != old->uidvalidity &&
	    count_known(own, index->count) >= mem->covers)
		mem->covers = 0;
	if (mem->rec.uidvalidity == old->uidvalidity)
		doubt(index, old, mem);
	if (mem->covers == 0)
		mem->uidvalidity = old->uidvalidity;
	/* where the file is not believed all sessions follow the record */
	for (uint32_t i = 0; index->lenient && i < mem->covers; i++)
		index->msgs[i].flags |= MBOX_NO_UID;
	if (mem->uidvalidity == old->uidvalidity) {
		memcpy(mem->uids + mem->covers, own + mem->covers,
		    (index->count - mem->covers) * sizeof(*own));
		if (old->uid_last > mem->floor)
			mem->floor = old->uid_last;
	}
	fs_give((void **)&own);
}

/* Gives UIDs by what is remembered of the same UIDVALIDITY. */
static void
apply(struct mbox_index *index, const struct memory *mem)
{
	uint32_t last = index->uid_base, before = 0;

	if (mem->floor > last && mem->floor <= CC_MBOX_UID_MAX)
		last = mem->floor;
	for (uint32_t i = 0; i < index->count; i++) {
		struct mbox_msg *msg = &index->msgs[i];
		uint32_t uid =
		    msg->flags & MBOX_NO_UID ? mem->uids[i] : msg->uid;

		if (uid <= before || uid > CC_MBOX_UID_MAX) {
			msg->flags |= MBOX_NO_UID;
			uid = last < CC_MBOX_UID_MAX ? ++last : 0;
		}
		if (uid <= before) {
			cc_mbox_renumber(index);
			return;
		}
		msg->uid = before = uid;
		if (uid > last)
			last = uid;
	}
	index->uid_last = last;
}

static uint32_t
now(void)
{
	return (uint32_t)time(NULL);
}

/* A UIDVALIDITY never used before, if that can be known; or that under which
 * clients waited for the first mail. */
static void
new_uidvalidity(struct mbox *m, int privdir)
{
	uint32_t v;

	if (privdir >= 0 &&
	    cc_uidvalidity_take_missing(privdir, m->path, &v) == 0)
		;
	else if (privdir < 0 || cc_uidvalidity_next(privdir, now(), &v) != 0) {
		m->uid_nosticky = true;
		v = now();
	}
	m->index.uidvalidity = v;
}

bool
cc_mbox_uids_missing(const struct mbox_index *index)
{
	if (index->uidvalidity == 0)
		return true;
	for (uint32_t i = 0; i < index->count; i++)
		if (index->msgs[i].flags & MBOX_NO_UID)
			return true;
	return false;
}

/* All that is known of the file's UIDs besides what it says. */
static void
remember(struct mbox *m, int privdir, const struct mbox_index *old,
    struct memory *mem)
{
	struct mbox_index *index = &m->index;
	size_t octets = ((size_t)index->count + 1) * sizeof(*mem->uids);
	bool lost = m->file_uidvalidity == 0;

	*mem = (struct memory){ .uids = fs_get(octets) };
	memset(mem->uids, 0, octets);
	if (privdir >= 0)
		recall(m, privdir,
		    index->uidvalidity == 0 && old ? old->uidvalidity
						   : index->uidvalidity,
		    mem);
	take_record(mem);
	/* a file that is or was empty goes on with what it was told to have */
	if (mem->covers > 0 ||
	    (mem->rec.uidvalidity != 0 &&
		(mem->rec.uidvalidity == index->uidvalidity ||
		    index->count == 0 ||
		    cc_uidrecord_messages(&mem->rec) == 0)))
		mem->uidvalidity = mem->rec.uidvalidity;
	if (old &&
	    (index->uidvalidity == 0 || index->uidvalidity == old->uidvalidity))
		recall_own(index, old, mem);
	if (mem->uidvalidity == mem->rec.uidvalidity &&
	    cc_uidrecord_floor(&mem->rec, lost) > mem->floor)
		mem->floor = cc_uidrecord_floor(&mem->rec, lost);
}

/* One that the file has is not given to another mailbox. Who only counts tells
 * no UID that goes with it: that new ones are later than now is enough. */
static void
note_uidvalidity(const struct mbox *m, int privdir)
{
	if (!m->look || m->index.uidvalidity >= now())
		(void)cc_uidvalidity_seen(privdir, now(), m->index.uidvalidity);
}

bool
cc_mbox_uids_settle(struct mbox *m, const struct mbox_index *old)
{
	struct mbox_index *index = &m->index;
	int privdir = cc_privdir_open();
	struct memory mem;

	m->file_uidvalidity = index->lent ? 0 : index->uidvalidity;
	m->file_uid_last = index->uid_last;
	remember(m, privdir, old, &mem);
	if (index->uidvalidity == 0)
		index->uidvalidity = mem.uidvalidity;
	if (index->uidvalidity != 0 &&
	    (index->uidvalidity == mem.uidvalidity || mem.floor)) {
		if (index->uidvalidity != mem.uidvalidity)
			memset(mem.uids, 0, index->count * sizeof(*mem.uids));
		apply(index, &mem);
	}
	m->uid_safe = mem.rec.uidvalidity == index->uidvalidity
	    ? cc_uidrecord_floor(&mem.rec, true)
	    : 0;
	cc_uidrecord_free(&mem.rec);
	fs_give((void **)&mem.uids);
	if (index->uidvalidity == 0)
		new_uidvalidity(m, privdir);
	else if (privdir >= 0)
		note_uidvalidity(m, privdir);
	if (privdir >= 0)
		close(privdir);
	return m->file_uidvalidity != index->uidvalidity ||
	    m->file_uid_last != index->uid_last || cc_mbox_uids_missing(index);
}

/* -------------------------------------------------------------- empty files */

/* The empty file, to be locked; also where only reading is allowed. */
static int
open_empty(const char *path)
{
	const int flags = O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	int fd = open(path, O_RDWR | flags);

	return fd < 0 ? open(path, O_RDONLY | flags) : fd;
}

/* Under the file's lock: 0; CC_ECHANGED; CC_EACCESS if it is kept nowhere. */
static int
settle_empty(struct mbox *m, uint32_t *uidvalidity_r, uint32_t *last_r)
{
	struct stat st;

	if (fstat(m->fd, &st) != 0)
		return CC_EIO;
	if (!S_ISREG(st.st_mode) || st.st_size != 0)
		return CC_ECHANGED;
	cc_mbox_stamp_of(&st, &m->stamp);
	cc_mbox_index_init(&m->index);
	if (cc_mbox_uids_settle(m, NULL))
		cc_mbox_uids_save(m);
	*uidvalidity_r = m->index.uidvalidity;
	*last_r = m->index.uid_last;
	cc_mbox_index_free(&m->index);
	return m->uid_nosticky ? CC_EACCESS : 0;
}

int
cc_mbox_uids_of_empty(const char *path, uint32_t *uidvalidity_r,
    uint32_t *last_r)
{
	struct mbox m = { .fd = open_empty(path) };
	int r;

	*uidvalidity_r = now();
	*last_r = 0;
	if (m.fd < 0)
		return cc_err_errno();
	m.path = cpystr(path);
	r = cc_fdlock_get(m.fd, FDLOCK_EX, CC_MBOX_WAIT_CHECK);
	if (r == 0)
		r = settle_empty(&m, uidvalidity_r, last_r);
	close(m.fd);
	fs_give((void **)&m.path);
	return r;
}
