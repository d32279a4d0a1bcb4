/*
 * mboxfile_flags_write.c - writing changed flags where they stand (formats/
 * unix.md section 5).
 *
 * Only octets that differ are written, under all locks, and only if the file
 * is what was parsed or could be joined with it. They are collected and
 * written in steps, each with a redo record where it needs one. Flags of a
 * message without room stay in the session, marked, until a rewrite makes it.
 */
#include <time.h>

#include "cc_err.h"
#include "mail.h"
#include "fs.h"
#include "mboxfile_changes.h"
#include "mboxfile_flags.h"
#include "mboxfile_redo.h"
#include "strbuf.h"

/* Octets that one step writes, at most: each has a redo record. */
#define BATCH_MAX (1024u * 1024)
#define BATCH_PUTS 8192

/* Octets that a power failure leaves old or new, never in between. */
#define SECTOR 512

/* What is to be written, collected. */
struct batch {
	struct strbuf data;
	struct strbuf text; /* lines of the message in hand */
	struct change {
		uint64_t pos;
		size_t at; /* in data */
		size_t len;
		uint32_t i; /* the message */
	} * changes;
	size_t count;
	bool crosses; /* some change lies in two sectors */
};

/* --------------------------------------------------------------- collecting */

/*
 * Flags of message i that are not ours become those of the file. Mostly they
 * are; but a change of another session within one tick of the file system's
 * clock leaves no trace in the file's times.
 */
static void
merge_flags(struct mbox *m, uint32_t i, const struct mbox_flags *there)
{
	struct mbox_msg *msg = &m->index.msgs[i];
	struct mbox_change ours = cc_mbox_change_of(m, msg->uid);
	unsigned system = (msg->flags ^ there->system) & ~ours.flags &
	    MBOX_SYSTEM & ~(unsigned)fOLD;
	uint32_t keywords = (msg->keywords ^ there->keywords) & ~ours.keywords &
	    m->keywords_there;

	if (system == 0 && keywords == 0)
		return;
	msg->flags = (uint16_t)((msg->flags ^ system) | MBOX_TELL);
	msg->keywords ^= keywords;
	m->tell = true;
}

/* Puts text, which ends in LF, in place of the block: 1, or 0 if it is longer.
 * Only octets that differ are written. */
static int
put_block(struct batch *batch, uint32_t i, const struct mbox_block *b,
    struct span text)
{
	size_t from = 0, to = b->len;
	struct change *c = &batch->changes[batch->count];

	if (text.len - 1 != b->len)
		return 0;
	while (from < to && text.p[from] == b->old.p[from])
		from++;
	while (to > from && text.p[to - 1] == b->old.p[to - 1])
		to--;
	if (from == to)
		return 1;
	*c = (struct change){ b->pos + from, batch->data.len, to - from, i };
	cc_strbuf_put(&batch->data, text.p + from, to - from);
	cc_strbuf_put(&batch->data, b->old.p + from, to - from);
	if (c->pos / SECTOR != (c->pos + c->len - 1) / SECTOR)
		batch->crosses = true;
	batch->count++;
	return 1;
}

/* The last UID for X-IMAPbase. While messages have UIDs that are not in the
 * file it stays: who reads them there counts on from it. */
static uint32_t
base_last(const struct mbox_index *index)
{
	if (index->uid_base == index->uid_last || cc_mbox_uids_missing(index))
		return index->uid_base;
	return index->uid_last;
}

/*
 * The block of message i with its flags, behind X-IMAPbase if base, into the
 * batch: 1, 0 if there is no room, or negative. With `O': after this session
 * it is not new any more.
 */
static int
collect(struct mbox *m, uint32_t i, bool base, struct batch *batch)
{
	const struct mbox_index *index = &m->index;
	const struct mbox_msg *msg = &index->msgs[i];
	struct mbox_block b = { .len = 0 };
	struct strbuf *text = &batch->text;
	struct mbox_flags there;
	int r;

	r = cc_mbox_block_get(m, i, base ? BLOCK_BASE : BLOCK_STATUS, &b);
	if (r <= 0)
		return r;
	there = cc_mbox_flags_parse(m, b.old);
	merge_flags(m, i, &there);
	cc_strbuf_reset(text);
	if (base)
		cc_mbox_put_base(text, "X-IMAPbase", 0, index->uidvalidity,
		    base_last(index), &index->keywords);
	if (cc_mbox_is_plain(m))
		cc_mbox_put_flags(text, msg->flags | (m->hidden ? 0 : fOLD));
	else
		cc_mbox_put_status(text, msg->flags | (m->hidden ? 0 : fOLD),
		    base ? msg->keywords : msg->keywords & m->keywords_there,
		    &index->keywords, 0, b.len);
	if ((r = cc_strbuf_status(text)) == 0)
		r = put_block(batch, i, &b, cc_strbuf_span(text));
	return r;
}

/* ------------------------------------------------------------------ writing */

/* The file has the flags of message i. */
static void
settle(struct mbox *m, uint32_t i)
{
	struct mbox_msg *msg = &m->index.msgs[i];

	msg->flags &= (uint16_t)~MBOX_PENDING;
	msg->noted = 1;
	if (!m->hidden)
		msg->flags |= MBOX_OLD_THERE;
	if ((msg->keywords & ~m->keywords_there) == 0)
		msg->flags &= (uint16_t)~MBOX_DIRTY;
}

/* Writes what was collected, so that a kill leaves each place old or new. */
static int
write_batch(struct mbox *m, struct batch *batch)
{
	uint64_t size = (uint64_t)m->stamp.size;
	/* on a full disk, too: a kill then leaves some of them old */
	struct redo_step step = {
		.size_before = size, .size = size, .bare = true
	};
	struct redo_put *puts;
	int r;

	if (batch->count == 0)
		return 0;
	cc_mbox_mark_wait(m);
	puts = fs_get(batch->count * sizeof(*puts));
	for (size_t i = 0; i < batch->count; i++) {
		const char *new = batch->data.data + batch->changes[i].at;
		size_t len = batch->changes[i].len;

		puts[i] = (struct redo_put){ batch->changes[i].pos,
			cc_span(new, len), new + len };
	}
	step.puts = puts;
	step.count = batch->count;
	r = cc_redo_step(m, &step, batch->crosses);
	if (r == 0)
		r = cc_redo_close(m, 0, 0, false);
	fs_give((void **)&puts);
	for (size_t i = 0; r == 0 && i < batch->count; i++)
		settle(m, batch->changes[i].i);
	m->unsynced = m->unsynced || !batch->crosses;
	cc_strbuf_reset(&batch->data);
	batch->count = 0;
	batch->crosses = false;
	return r;
}

static uint32_t
all_keywords(const struct mbox *m)
{
	return (uint32_t)(((uint64_t)1 << m->index.keywords.count) - 1);
}

/*
 * New keywords and the last UID into the X-IMAPbase line, if the padding
 * behind it has room. Names must be there before messages use them. Only the
 * first message has such a line, and it must be as a rewrite wrote it.
 */
static int
write_base(struct mbox *m, struct batch *batch)
{
	struct mbox_index *index = &m->index;
	uint32_t there = m->keywords_there, last = base_last(index);
	int r;

	if (m->keywords_there == all_keywords(m) && index->uid_base == last)
		return 0;
	if (!index->based || index->pseudo || index->count == 0 ||
	    m->file_uidvalidity != index->uidvalidity ||
	    (index->msgs[0].flags & MBOX_GONE))
		return 0;
	r = collect(m, 0, true, batch);
	if (r <= 0)
		return r;
	m->keywords_there = all_keywords(m);
	if ((r = write_batch(m, batch)) != 0) {
		m->keywords_there = there;
		return r;
	}
	settle(m, 0);
	index->uid_base = last;
	cc_mbox_view_drop(m);
	return 0;
}

/* Something has no room. */
static void
is_late(struct mbox *m)
{
	if (m->late == 0)
		m->late = time(NULL);
}

/* May there be room where there was none? */
static bool
may_have_room(const struct mbox *m)
{
	return m->tried_keywords != m->keywords_there ||
	    !cc_mbox_stamp_same(&m->tried, &m->stamp);
}

/* Collects and writes what is marked; what has no room stays marked, and is
 * looked at again when the file has changed. */
static int
write_marked(struct mbox *m, struct batch *batch)
{
	int r = write_base(m, batch);
	const unsigned wanted =
	    may_have_room(m) ? MBOX_DIRTY : MBOX_DIRTY | MBOX_PENDING;

	for (uint32_t i = m->dirty_from; r == 0 && i < m->dirty_to; i++) {
		struct mbox_msg *msg = &m->index.msgs[i];
		size_t before = batch->count;

		if ((msg->flags & wanted) != wanted)
			continue;
		r = collect(m, i, false, batch);
		if (r == 0)
			msg->flags &= (uint16_t)~MBOX_PENDING;
		if (r == 0 || (msg->keywords & ~m->keywords_there) != 0)
			is_late(m);
		if (r == 1 && batch->count == before)
			settle(m, i); /* the file has them already */
		if (r >= 0)
			r = batch->count < BATCH_PUTS &&
				batch->data.len < BATCH_MAX
			    ? 0
			    : write_batch(m, batch);
	}
	if (r == 0)
		r = write_batch(m, batch);
	if (r == 0) {
		m->tried = m->stamp;
		m->tried_keywords = m->keywords_there;
	}
	return r;
}

int
cc_mbox_write_dirty(struct mbox *m)
{
	struct batch batch = { .count = 0 };
	int r;

	cc_strbuf_init(&batch.data, 2 * BATCH_MAX);
	cc_strbuf_init(&batch.text, 2 * CC_MBOX_BLOCK_MAX);
	batch.changes = fs_get((BATCH_PUTS + 1) * sizeof(*batch.changes));
	cc_mbox_view_drop(m);
	m->writing = true;
	r = write_marked(m, &batch);
	m->writing = false;
	fs_give((void **)&batch.changes);
	cc_strbuf_free(&batch.data);
	cc_strbuf_free(&batch.text);
	cc_mbox_find_dirty(m);
	if (r != 0)
		cc_mbox_flags_doubt(m); /* some of it may be written */
	return r;
}

/* ------------------------------------------------------------ the new times */

/* What was written, for the other sessions. */
static void
note_written(struct mbox *m, const struct mbox_stamp *before)
{
	struct mbox_snapshot now = { m->stamp, m->index, m->file_uidvalidity,
		m->file_uid_last };
	struct strbuf entry;

	if (m->stale || !cc_mbox_stamp_same(before, &m->sure)) {
		/* no entry may lead on from what the index was before */
		m->racy = true;
		return;
	}
	if (cc_changes_wanted(m)) {
		cc_strbuf_init(&entry, CC_CHANGES_MAX);
		cc_changes_put_noted(&entry, before, &now, m->keywords_there);
		cc_changes_add(m, &entry);
		cc_strbuf_free(&entry);
	}
	cc_mbox_is_sure(m);
}

static bool
any_noted(const struct mbox *m)
{
	for (uint32_t i = 0; i < m->index.count; i++)
		if (m->index.msgs[i].noted)
			return true;
	return false;
}

static void
clear_notes(struct mbox *m)
{
	for (uint32_t i = 0; i < m->index.count; i++)
		m->index.msgs[i].noted = 0;
}

/*
 * Where something was written the mtime is a second ago, as the original leaves
 * it, and to the nanosecond: the kernel's own go in ticks, so that another
 * program's write in the same tick shows.
 */
void
cc_mbox_restamp(struct mbox *m)
{
	struct timespec times[2] = { { 0, UTIME_NOW }, { 0, UTIME_OMIT } };
	struct mbox_stamp before = m->stamp;
	struct stat st;

	if (any_noted(m) && clock_gettime(CLOCK_REALTIME, &times[1]) == 0)
		times[1].tv_sec--;
	(void)futimens(m->fd, times);
	if (fstat(m->fd, &st) == 0 && st.st_size == m->stamp.size) {
		cc_mbox_stamp_of(&st, &m->stamp);
		if (cc_mbox_stamp_same(&m->tried, &before))
			m->tried = m->stamp;
		note_written(m, &before);
	} else {
		m->racy = true;
	}
	clear_notes(m);
	cc_mbox_view_drop(m);
}
