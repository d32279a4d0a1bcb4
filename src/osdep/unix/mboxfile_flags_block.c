/*
 * mboxfile_flags_block.c - the header lines in which a message's flags stand,
 * as the file has them now (formats/unix.md section 5).
 *
 * A rewrite puts Status, X-Status and X-Keywords one behind the other, pads
 * them, and spells them in one way: such a block can be written over. Others
 * are only read. Locks are the caller's; the octets may be anybody's, and
 * cc_mbox_peek says whether they are still those of the message.
 */
#include "cc_err.h"
#include "mboxfile_flags.h"

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
find_block(struct span lines, uint64_t pos, enum mbox_block_line first,
    enum mbox_block_line last, struct mbox_block *b)
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
	*b = (struct mbox_block){ pos + start, end - start,
		cc_span(lines.p + start, end - start) };
	return end != 0;
}

int
cc_mbox_block_get(struct mbox *m, uint32_t i, enum mbox_block_line first,
    struct mbox_block *b)
{
	struct mbox_place place;
	struct span lines;
	int r;

	if ((r = cc_mbox_locate(m, i, &place)) != 0)
		return r;
	if (place.text - place.hidden > CC_MBOX_BLOCK_MAX)
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

struct mbox_flags
cc_mbox_flags_parse(const struct mbox *m, struct span lines)
{
	struct mbox_flags f = { 0, 0 };

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

int
cc_mbox_flags_there(struct mbox *m, uint32_t i, struct mbox_flags *there_r)
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
	*there_r = cc_mbox_flags_parse(m, lines);
	return 0;
}

int
cc_mbox_flags_hold(struct mbox *m, uint32_t i)
{
	const struct mbox_msg *msg = &m->index.msgs[i];
	struct mbox_flags there;
	int r = cc_mbox_flags_there(m, i, &there);

	if (r != 0)
		return r;
	return there.system == (msg->flags & MBOX_SYSTEM) &&
	    there.keywords == msg->keywords;
}
