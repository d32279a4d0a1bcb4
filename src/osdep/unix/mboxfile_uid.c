/*
 * mboxfile_uid.c - UIDs of messages in whose file they are not written yet.
 *
 * A UID that a client was told is on disk first: in the file's own headers,
 * or in the UID record of the private directory (uidrecord.h), which names
 * the UIDs of all messages and a digest of those messages. When the file is
 * parsed anew the record counts for as many messages as its digest fits; if
 * it does not fit, its highest UID still is never given again.
 *
 * UIDs that the file carries itself are safe there from all but programs that
 * rewrite it without them. For these the record has a number that no UID has
 * reached yet; it is raised by RESERVE at a time, and UIDs go on behind it
 * when the file has lost its own UIDVALIDITY.
 *
 * UIDs only ever move up: a message that cannot be recognised gets a new one
 * above all others, and to clients it is another message.
 */
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "cc_err.h"
#include "fdlock.h"
#include "fnv.h"
#include "fs.h"
#include "mboxfile.h"
#include "mboxfile_append.h"
#include "mboxfile_changes.h"
#include "misc.h"
#include "privdir.h"
#include "uidrecord.h"

/* UIDs for which one write of the record is enough. */
#define RESERVE 1000

/* What is known of a mailbox besides its file. */
struct memory {
	struct uidrecord rec;
	uint32_t covers; /* messages for which it counts */
	uint32_t floor;  /* the highest UID ever told, as far as is known */
	uint32_t *uids;  /* of each message, or 0; owned */
	uint32_t uidvalidity; /* to which they belong, or 0 */
};

/* Where message n of those in the file begins, from 0. */
static uint64_t
position_of(const struct mbox_index *index, uint64_t n)
{
	for (uint32_t i = 0; i < index->count; i++)
		if (!(index->msgs[i].flags & MBOX_GONE) && n-- == 0)
			return index->msgs[i].pos;
	return UINT64_MAX;
}

static uint64_t
add_word(uint64_t h, uint64_t v)
{
	for (int k = 0; k < 8; k++, v >>= 8)
		h = fnv_octet(h, v & 0xff);
	return h;
}

/* A digest of the first n messages that are in the file: what clients see of
 * them in size, their from-lines and headers; all octets of those that look
 * alike among them. Flags and internal lines do not matter, so that it holds
 * while others write those. */
static uint64_t
digest(const struct mbox_index *index, uint64_t n)
{
	uint64_t h = FNV_START, end = position_of(index, n);
	const struct mbox_twin *twins = index->twins;
	uint32_t k = 0;

	for (uint32_t i = 0; i < index->count && n > 0; i++) {
		const struct mbox_msg *msg = &index->msgs[i];

		if (msg->flags & MBOX_GONE)
			continue;
		h = add_word(h,
		    (uint64_t)msg->head_sum << 50 |
			(uint64_t)msg->from_sum << 36 | (uint64_t)msg->size);
		while (k < index->twin_count && twins[k].pos < msg->pos)
			k++;
		if (k < index->twin_count && twins[k].pos == msg->pos &&
		    twins[k].near < end)
			h = add_word(h, twins[k].digest);
		n--;
	}
	return h;
}

/* For how many messages of the index does the record count? */
static uint32_t
covers(const struct uidrecord *rec, const struct mbox_index *index)
{
	uint64_t n = cc_uidrecord_messages(rec);

	return n <= index->count && digest(index, n) == rec->digest
	    ? (uint32_t)n
	    : 0;
}

/* The record of an index. CC_ELIMIT if it has too many runs. */
static int
make_record(const struct mbox *m, const struct mbox_index *index,
    struct uidrecord *rec_r)
{
	struct uidrecord rec;
	struct stat st = { .st_dev = m->stamp.dev, .st_ino = m->stamp.ino };
	int r = 0;

	cc_uidrecord_init(&rec, &st);
	for (uint32_t i = 0; r == 0 && i < index->count; i++)
		if (!(index->msgs[i].flags & MBOX_GONE))
			r = cc_uidrecord_add(&rec, index->msgs[i].uid);
	/* size stays 0: also of a file that shrank, uidlast still counts */
	rec.uidvalidity = index->uidvalidity;
	rec.uidlast = index->uid_last;
	rec.digest = digest(index, index->count);
	if (r != 0)
		cc_uidrecord_free(&rec);
	else
		*rec_r = rec;
	return r;
}

static bool
same_record(const struct uidrecord *a, const struct uidrecord *b)
{
	return a->uidvalidity == b->uidvalidity && a->uidlast == b->uidlast &&
	    a->reserved == b->reserved && a->digest == b->digest &&
	    a->count == b->count &&
	    (a->count == 0 ||
		memcmp(a->runs, b->runs, a->count * sizeof(*a->runs)) == 0);
}

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
		mem->covers = covers(&rec, &m->index);
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

/* ------------------------------------------------------------- new messages */

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
		reading.left = covers(rec, &m->index);
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

/* Writes the record unless it is there already. */
static int
save(struct mbox *m, int privdir)
{
	struct uidrecord rec, there;
	struct stat st;
	int r;

	if ((r = make_record(m, &m->index, &rec)) != 0)
		return r;
	if (fstat(m->fd, &st) == 0 &&
	    cc_uidrecord_read(privdir, &st, &there) == 0) {
		/* what the file carried counts, as long as it carries it */
		if (m->file_uidvalidity == rec.uidvalidity &&
		    there.uidvalidity == rec.uidvalidity)
			rec.reserved = there.reserved;
		if (!same_record(&rec, &there))
			r = cc_uidrecord_write(privdir, &rec);
		cc_uidrecord_free(&there);
	} else {
		r = cc_uidrecord_write(privdir, &rec);
	}
	m->uid_safe = r == 0 ? cc_uidrecord_floor(&rec, true) : 0;
	cc_uidrecord_free(&rec);
	return r;
}

void
cc_mbox_uids_save(struct mbox *m)
{
	int privdir = cc_privdir_open();

	m->uid_nosticky = privdir < 0 || save(m, privdir) != 0;
	if (privdir >= 0)
		close(privdir);
}

/* The record of the file, or one without messages. */
static void
read_or_begin(const struct mbox *m, int privdir, const struct stat *st,
    struct uidrecord *rec_r)
{
	if (cc_uidrecord_read(privdir, st, rec_r) == 0) {
		if (rec_r->uidvalidity == m->index.uidvalidity)
			return;
		cc_uidrecord_free(rec_r);
	}
	cc_uidrecord_init(rec_r, st);
	rec_r->uidvalidity = m->index.uidvalidity;
}

static void
reserve(struct mbox *m, int privdir, uint32_t uid)
{
	const uint32_t room = CC_MBOX_UID_MAX - uid;
	struct uidrecord rec;
	struct stat st;

	if (fstat(m->fd, &st) != 0)
		return;
	read_or_begin(m, privdir, &st, &rec);
	if (cc_uidrecord_floor(&rec, true) < uid) {
		rec.uidlast = uid;
		rec.reserved = uid + (room < RESERVE ? room : RESERVE);
		if (cc_uidrecord_write(privdir, &rec) != 0)
			rec.uidlast = rec.reserved = 0;
	}
	m->uid_safe = cc_uidrecord_floor(&rec, true);
	cc_uidrecord_free(&rec);
}

void
cc_mbox_uids_reserve(struct mbox *m, uint32_t uid)
{
	int privdir;

	if (uid <= m->uid_safe || uid > CC_MBOX_UID_MAX ||
	    (privdir = cc_privdir_open()) < 0)
		return;
	reserve(m, privdir, uid);
	close(privdir);
}

/*
 * What stays of a record: the highest UID. A session that is behind may find
 * the file without its UIDVALIDITY, and without the messages that had the UIDs
 * given last.
 */
static void
shorten(int privdir, const struct stat *st)
{
	struct uidrecord rec;

	if (cc_uidrecord_read(privdir, st, &rec) != 0)
		return;
	rec.digest = 0;
	if (rec.count > 0) {
		rec.count = 0;
		if (cc_uidrecord_write(privdir, &rec) != 0)
			(void)cc_uidrecord_remove(privdir, st);
	}
	cc_uidrecord_free(&rec);
}

void
cc_mbox_uids_forget(struct mbox *m, bool removed)
{
	int privdir = cc_privdir_open();
	struct stat st;

	if (privdir < 0)
		return;
	if (fstat(m->fd, &st) != 0)
		;
	else if (removed) {
		(void)cc_uidrecord_remove(privdir, &st);
		cc_changes_remove(&st);
	} else
		shorten(privdir, &st);
	close(privdir);
}

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
