/*
 * mboxfile_flags.c - writing changed flags where they stand (formats/unix.md
 * section 5).
 *
 * The lines Status, X-Status and X-Keywords of a message that was written by
 * a rewrite are padded so that their length need not change. Then only these
 * octets are written, under all locks, and only if the file is what was
 * parsed or could be joined with it. Flags of a message without such lines
 * stay in the session, marked, until a rewrite makes them.
 */
#include "cc_err.h"
#include "fdio.h"
#include "fdlock.h"
#include "mail.h"
#include "mboxfile.h"
#include "misc.h"
#include "strbuf.h"

/* Octets of the internal lines of one message: those of a rewrite have under
 * 2 KiB. What is longer is left to the next rewrite. */
#define BLOCK_MAX (16u * 1024)

/* The lines of a block in their order; X-IMAPbase is not always there. */
enum block_line { BLOCK_BASE, BLOCK_STATUS, BLOCK_XSTATUS, BLOCK_KEYWORDS };

/* Where flags stand. */
struct block {
	uint64_t pos; /* of the first octet */
	size_t len;   /* to before the LF of X-Keywords */
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

void
cc_mbox_store(struct mbox *m, uint32_t i, unsigned flags, uint32_t keywords)
{
	const unsigned mine = MBOX_SYSTEM & ~(unsigned)fOLD;
	struct mbox_msg *msg = &m->index.msgs[i];

	if ((msg->flags & mine) == (flags & mine) && msg->keywords == keywords)
		return;
	msg->flags = (uint16_t)((msg->flags & ~mine) | (flags & mine));
	msg->keywords = keywords;
	if (m->rdonly)
		return;
	msg->flags |= MBOX_DIRTY | MBOX_PENDING;
	if (m->dirty_to == 0 || i < m->dirty_from)
		m->dirty_from = i;
	if (i >= m->dirty_to)
		m->dirty_to = i + 1;
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
 * Finds the block in lines, which stand at pos: from the line first on, each
 * line behind the other, and no line with flags anywhere else.
 */
static bool
find_block(struct span lines, uint64_t pos, enum block_line first,
    struct block *b)
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
			if (want++ == BLOCK_KEYWORDS)
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
	return find_block(lines, place.hidden, first, b);
}

/* Puts text, which ends in LF, in place of the block: 1, 0 if it is longer,
 * or negative. Only octets that differ are written. */
static int
put_block(struct mbox *m, const struct block *b, struct span text)
{
	size_t from = 0, to = b->len;
	int r;

	if (text.len - 1 != b->len)
		return 0;
	while (from < to && text.p[from] == b->old.p[from])
		from++;
	while (to > from && text.p[to - 1] == b->old.p[to - 1])
		to--;
	if (from == to)
		return 1;
	r = cc_fd_write_at(m->fd, b->pos + from,
	    cc_span(text.p + from, to - from));
	m->unsynced = true;
	return r == 0 ? 1 : r;
}

/* Flags of message i, with `O': after this session it is not new any more. */
static int
write_flags(struct mbox *m, uint32_t i)
{
	const struct mbox_msg *msg = &m->index.msgs[i];
	struct strbuf text;
	struct block b;
	int r;

	if ((r = get_block(m, i, BLOCK_STATUS, &b)) <= 0)
		return r;
	cc_strbuf_init(&text, 2 * BLOCK_MAX);
	cc_mbox_put_status(&text, msg->flags | fOLD,
	    msg->keywords & m->keywords_there, &m->index.keywords, 0, b.len);
	if ((r = cc_strbuf_status(&text)) == 0)
		r = put_block(m, &b, cc_strbuf_span(&text));
	cc_strbuf_free(&text);
	return r;
}

static uint32_t
all_keywords(const struct mbox *m)
{
	return (uint32_t)(((uint64_t)1 << m->index.keywords.count) - 1);
}

/*
 * New keywords into the X-IMAPbase line, if the padding behind it has room.
 * Only the first message has one, and it must be as a rewrite wrote it.
 */
static int
write_base(struct mbox *m)
{
	const struct mbox_index *index = &m->index;
	struct mbox_msg *msg = index->msgs;
	struct strbuf text;
	struct block b;
	int r;

	if (m->keywords_there == all_keywords(m))
		return 1;
	if (!index->based || index->pseudo || index->count == 0 ||
	    index->unbelieved || (msg->flags & MBOX_GONE))
		return 0;
	if ((r = get_block(m, 0, BLOCK_BASE, &b)) <= 0)
		return r;
	cc_strbuf_init(&text, 2 * BLOCK_MAX);
	cc_mbox_put_base(&text, "X-IMAPbase", 0, m->file_uidvalidity,
	    index->uid_last, &index->keywords);
	cc_mbox_put_status(&text, msg->flags | fOLD, msg->keywords,
	    &index->keywords, 0, b.len);
	if ((r = cc_strbuf_status(&text)) == 0)
		r = put_block(m, &b, cc_strbuf_span(&text));
	if (r == 1) {
		m->keywords_there = all_keywords(m);
		m->file_uid_last = index->uid_last;
		msg->flags |= MBOX_OLD_THERE;
		msg->flags &= (uint16_t) ~(MBOX_DIRTY | MBOX_PENDING);
	}
	cc_strbuf_free(&text);
	return r;
}

/* ------------------------------------------------------------------- flush */

/* The flags that the file has, for one whose change did not get there. */
static int
read_flags(struct mbox *m, uint32_t i)
{
	const unsigned mine = MBOX_SYSTEM & ~(unsigned)fOLD;
	struct mbox_msg *msg = &m->index.msgs[i];
	struct mbox_place place;
	unsigned flags = 0;
	uint32_t keywords = 0;
	struct span lines;
	int r;

	if ((r = cc_mbox_locate(m, i, &place)) != 0)
		return r;
	if (place.hidden < place.text &&
	    (r = cc_mbox_peek(m, i, place.hidden,
		 (size_t)(place.text - place.hidden), place.text, &lines)) != 0)
		return r;
	for (size_t at = 0; place.hidden < place.text && at < lines.len;) {
		const char *lf = memchr(lines.p + at, '\n', lines.len - at);
		struct span line = cc_span(lines.p + at,
		    lf ? (size_t)(lf - lines.p) + 1 - at : lines.len - at);
		struct span value = cc_mbox_line_value(line);
		enum mbox_line kind = cc_mbox_line_kind(line);

		if (kind == MBOX_LINE_STATUS || kind == MBOX_LINE_XSTATUS)
			flags |= cc_mbox_parse_status(value);
		else if (kind == MBOX_LINE_KEYWORDS)
			keywords |=
			    cc_mbox_parse_keywords(&m->index.keywords, value);
		at += line.len;
	}
	msg->flags = (uint16_t)((msg->flags & ~mine) | (flags & mine));
	msg->keywords = keywords;
	return 0;
}

/* Forgets the changes since the last flush: the command said no. */
static void
take_back(struct mbox *m)
{
	for (uint32_t i = m->dirty_from; i < m->dirty_to; i++) {
		struct mbox_msg *msg = &m->index.msgs[i];

		if (!(msg->flags & MBOX_PENDING))
			continue;
		msg->flags &= (uint16_t) ~(MBOX_PENDING | MBOX_DIRTY);
		if (read_flags(m, i) == 0) {
			msg->flags |= MBOX_TELL;
			m->tell = true;
		}
	}
}

/* Writes what is marked: 0 or negative; what has no room stays marked. */
static int
write_dirty(struct mbox *m)
{
	uint32_t first = 0, end = 0;
	int r = write_base(m);

	for (uint32_t i = m->dirty_from; r >= 0 && i < m->dirty_to; i++) {
		struct mbox_msg *msg = &m->index.msgs[i];

		if (!(msg->flags & MBOX_DIRTY))
			continue;
		if ((r = write_flags(m, i)) < 0)
			break;
		msg->flags &= (uint16_t)~MBOX_PENDING;
		if (r == 1)
			msg->flags |= MBOX_OLD_THERE;
		if (r == 1 && (msg->keywords & ~m->keywords_there) == 0) {
			msg->flags &= (uint16_t)~MBOX_DIRTY;
			continue;
		}
		if (end == 0)
			first = i;
		end = i + 1;
	}
	if (r < 0)
		return r;
	m->dirty_from = first;
	m->dirty_to = end;
	return 0;
}

/* The file as it is after our own writing. */
static void
restamp(struct mbox *m)
{
	struct stat st;

	if (fstat(m->fd, &st) == 0 && st.st_size == m->stamp.size)
		cc_mbox_stamp_of(&st, &m->stamp);
	cc_mbox_view_drop(m);
}

static int
flush_locked(struct mbox *m)
{
	const char *why;
	int r = cc_mbox_sync(m, &why);

	if (r != 0)
		return r;
	cc_mbox_view_drop(m);
	r = write_dirty(m);
	restamp(m);
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
			take_back(m);
	}
	if (r == 0 && sync && m->unsynced && (r = cc_fd_datasync(m->fd)) == 0)
		m->unsynced = false;
	return r;
}
