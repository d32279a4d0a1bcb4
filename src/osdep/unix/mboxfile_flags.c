/*
 * mboxfile_flags.c - writing changed flags where they stand (formats/unix.md
 * section 5).
 *
 * The lines Status, X-Status and X-Keywords of a message that was written by
 * a rewrite are padded so that their length need not change. Then only these
 * octets are written, under all locks, and only if the file is what was
 * parsed or could be joined with it. Flags of a message without such lines
 * stay in the session, marked, until a rewrite makes them. In a mailbox that
 * gets no keywords (cc_mbox_is_plain) there are only the first two lines,
 * without padding.
 */
#include <time.h>

#include "cc_err.h"
#include "cc_limits.h"
#include "fdio.h"
#include "fdlock.h"
#include "fs.h"
#include "mail.h"
#include "mboxfile.h"
#include "mboxfile_changes.h"
#include "mboxfile_redo.h"
#include "strbuf.h"

/* Octets of the internal lines of one message: those of a rewrite have under
 * 2 KiB. What is longer is left to the next rewrite. */
#define BLOCK_MAX (16u * 1024)

#define CHANGES_FIRST 16 /* changes of the first allocation */

/* The lines of a block in their order; X-IMAPbase is not always there. */
enum block_line { BLOCK_BASE, BLOCK_STATUS, BLOCK_XSTATUS, BLOCK_KEYWORDS };

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

/* Where flags stand. */
struct block {
	uint64_t pos; /* of the first octet */
	size_t len;   /* to before the LF of its last line */
	struct span old;
};

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

/* ---------------------------------------------------------------- in place */

/* Which line of a block is this? Only as a rewrite spells it. */
static int
block_line(struct span line)
{
	if (memchr(line.p, '\r', line.len) || line.p[line.len - 1] != '\n')
		return -1;
	switch (cc_mbox_line_kind(line)) {
	case MBOX_LINE_BASE:
		return BLOCK_BASE;
	case MBOX_LINE_STATUS:
		return BLOCK_STATUS;
	case MBOX_LINE_XSTATUS:
		return BLOCK_XSTATUS;
	case MBOX_LINE_KEYWORDS:
		return BLOCK_KEYWORDS;
	default:
		return -1;
	}
}

static bool
holds_flags(struct span line)
{
	enum mbox_line kind = cc_mbox_line_kind(line);

	return kind == MBOX_LINE_STATUS || kind == MBOX_LINE_XSTATUS ||
	    kind == MBOX_LINE_KEYWORDS;
}

/*
 * Finds the block in lines, which stand at pos: from the line first to last,
 * each line behind the other, and no line with flags anywhere else.
 */
static bool
find_block(struct span lines, uint64_t pos, enum block_line first,
    enum block_line last, struct block *b)
{
	size_t at = 0, start = 0, end = 0;
	int want = (int)first;

	for (struct span line; at < lines.len; at += line.len) {
		const char *p = lines.p + at;
		const char *lf = memchr(p, '\n', lines.len - at);

		line = cc_span(p, lf ? (size_t)(lf - p) + 1 : lines.len - at);
		if (end == 0 && block_line(line) == want) {
			if (want == (int)first)
				start = at;
			if (want++ == (int)last)
				end = at + line.len - 1;
		} else if (holds_flags(line) ||
		    (end == 0 && want != (int)first)) {
			return false;
		}
	}
	*b = (struct block){ pos + start, end - start,
		cc_span(lines.p + start, end - start) };
	return end != 0;
}

/* The block of message i: 1, 0 if it has none to write in, or negative. */
static int
get_block(struct mbox *m, uint32_t i, enum block_line first, struct block *b)
{
	struct mbox_place place;
	struct span lines;
	int r;

	if ((r = cc_mbox_locate(m, i, &place)) != 0)
		return r;
	if (place.text - place.hidden > BLOCK_MAX)
		return 0;
	if (place.hidden == place.text)
		return 0;
	r = cc_mbox_peek(m, i, place.hidden,
	    (size_t)(place.text - place.hidden), place.text, &lines);
	if (r != 0)
		return r;
	return find_block(lines, place.hidden, first,
	    cc_mbox_is_plain(m) ? BLOCK_XSTATUS : BLOCK_KEYWORDS, b);
}

struct flags {
	unsigned system;
	uint32_t keywords;
};

/* What internal lines say. */
static struct flags
parse_flags(const struct mbox *m, struct span lines)
{
	struct flags f = { 0, 0 };

	while (lines.len > 0) {
		const char *lf = memchr(lines.p, '\n', lines.len);
		size_t n = lf ? (size_t)(lf - lines.p) + 1 : lines.len;
		struct span line = cc_span(lines.p, n);
		struct span value = cc_mbox_line_value(line);
		enum mbox_line kind = cc_mbox_line_kind(line);

		if (kind == MBOX_LINE_STATUS || kind == MBOX_LINE_XSTATUS)
			f.system |= cc_mbox_parse_status(value);
		else if (kind == MBOX_LINE_KEYWORDS)
			f.keywords |=
			    cc_mbox_parse_keywords(&m->index.keywords, value);
		lines = cc_span(lines.p + n, lines.len - n);
	}
	return f;
}

/*
 * Flags of message i that are not ours become those of the file. Mostly they
 * are; but a change of another session within one tick of the file system's
 * clock leaves no trace in the file's times.
 */
static void
merge_flags(struct mbox *m, uint32_t i, const struct flags *there)
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
put_block(struct batch *batch, uint32_t i, const struct block *b,
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
	struct block b = { .len = 0 };
	struct strbuf *text = &batch->text;
	struct flags there;
	int r;

	r = get_block(m, i, base ? BLOCK_BASE : BLOCK_STATUS, &b);
	if (r <= 0)
		return r;
	there = parse_flags(m, b.old);
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

/* The index may say of flags what the file did not: all of it is looked at
 * anew, and the change list does not lead on from it. */
static void
doubt(struct mbox *m)
{
	m->stale = true;
	m->racy = true;
}

int
cc_mbox_write_dirty(struct mbox *m)
{
	struct batch batch = { .count = 0 };
	int r;

	cc_strbuf_init(&batch.data, 2 * BATCH_MAX);
	cc_strbuf_init(&batch.text, 2 * BLOCK_MAX);
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
		doubt(m); /* some of it may be written */
	return r;
}

/* -------------------------------------------------------------- taking back */

/* The flags of message i as the file has them. */
static int
flags_there(struct mbox *m, uint32_t i, struct flags *there_r)
{
	struct mbox_place place;
	struct span lines = cc_span("", 0);
	int r;

	if ((r = cc_mbox_locate(m, i, &place)) != 0)
		return r;
	if (place.hidden < place.text &&
	    (r = cc_mbox_peek(m, i, place.hidden,
		 (size_t)(place.text - place.hidden), place.text, &lines)) != 0)
		return r;
	*there_r = parse_flags(m, lines);
	return 0;
}

int
cc_mbox_flags_hold(struct mbox *m, uint32_t i)
{
	const struct mbox_msg *msg = &m->index.msgs[i];
	struct flags there;
	int r = flags_there(m, i, &there);

	if (r != 0)
		return r;
	return there.system == (msg->flags & MBOX_SYSTEM) &&
	    there.keywords == msg->keywords;
}

/* The flags that the file has, for one whose change did not get there. */
static int
read_flags(struct mbox *m, uint32_t i)
{
	const unsigned mine = MBOX_SYSTEM & ~(unsigned)fOLD;
	struct mbox_msg *msg = &m->index.msgs[i];
	struct flags there;
	int r = flags_there(m, i, &there);

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
		doubt(m);
	cc_mbox_find_dirty(m);
}

/* -------------------------------------------------------------------- flush */

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
