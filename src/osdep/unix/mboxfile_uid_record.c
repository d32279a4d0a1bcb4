/*
 * mboxfile_uid_record.c - the UID record of a mailbox: for which messages it
 * counts, writing it, and what stays of it (uidrecord.h).
 *
 * It names the UIDs of all messages and a digest of those messages, so that it
 * counts only as far as they are still the same. For a file that carries its
 * UIDs it has a number that no UID has reached yet, raised by RESERVE at a
 * time: other programs may take the UIDs out of the file. Whoever writes it has
 * a lock of the mailbox.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "cc_err.h"
#include "fnv.h"
#include "mboxfile_changes.h"
#include "mboxfile_uid.h"
#include "privdir.h"

/* UIDs for which one write of the record is enough. */
#define RESERVE 1000

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

uint32_t
cc_mbox_uids_covered(const struct uidrecord *rec,
    const struct mbox_index *index)
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

/* ------------------------------------------------------------------ writing */

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

/* --------------------------------------------------------------- what stays */

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
