/*
 * mboxfile_base.c - the last UID in the first message of a mailbox file,
 * raised where it stands (formats/unix.md sections 3 and 4).
 *
 * A number of the same length is overwritten. Cut off anywhere between, it is
 * higher than it was, which does no harm. Under all locks. The header may be
 * a stranger's: its lines are read as the parser reads them.
 */
#include <stdio.h>

#include "cc_ctype.h"
#include "cc_err.h"
#include "fdio.h"
#include "fs.h"
#include "mboxfile_append.h"

/* Octets that a disk writes or does not write. */
#define SECTOR 512

/* Octets looked at: first few, then as many as a line may have. */
static const size_t reads[] = { 4096, CC_MBOX_LINE_MAX };

static size_t
skip(struct span s, size_t i, bool digits)
{
	while (i < s.len && (digits ? is_digit(s.p[i]) : s.p[i] == ' '))
		i++;
	return i;
}

/* Is it the line? Its value was parsed: there are two numbers. */
static bool
take_line(struct span line, uint64_t pos, struct mbox_base_place *place_r)
{
	enum mbox_line kind = cc_mbox_line_kind(line);
	struct span value = cc_mbox_line_value(line);
	struct mbox_base base;
	size_t from, to;

	if ((kind != MBOX_LINE_BASE && kind != MBOX_LINE_PSEUDO) ||
	    cc_mbox_parse_base(value, &base) != 0)
		return false;
	from = skip(value, skip(value, skip(value, 0, false), true), false);
	to = skip(value, from, true);
	*place_r =
	    (struct mbox_base_place){ pos + (uint64_t)(value.p - line.p) + from,
		    to - from, base.uidvalidity, base.last_uid };
	return true;
}

/* In the first octets of the file: 1; 0 if it is not in the header; CC_ELIMIT
 * if more must be read. */
static int
look(struct span text, struct mbox_base_place *place_r)
{
	bool header = false;
	size_t at = 0;

	while (at < text.len) {
		const char *p = text.p + at;
		const char *lf = memchr(p, '\n', text.len - at);
		struct span line;

		if (!lf)
			return CC_ELIMIT;
		line = cc_span(p, (size_t)(lf - p) + 1);
		if (header && cc_mbox_line_blank(line))
			return 0;
		if (header && take_line(line, at, place_r))
			return 1;
		if (!header)
			header = line.len > 5 && memcmp(p, "From ", 5) == 0;
		at += line.len;
	}
	return CC_ELIMIT;
}

int
cc_mbox_base_find(const struct mbox *m, struct mbox_base_place *place_r)
{
	char *buf = fs_get(CC_MBOX_LINE_MAX);
	int r = CC_ELIMIT;
	size_t got;

	for (size_t i = 0; r == CC_ELIMIT && i < 2; i++) {
		r = cc_fd_read_at(m->fd, 0, buf, reads[i], &got);
		if (r == 0)
			r = look(cc_span(buf, got), place_r);
	}
	fs_give((void **)&buf);
	return r == CC_ELIMIT ? 0 : r;
}

int
cc_mbox_base_raise(const struct mbox *m, const struct mbox_base_place *place,
    uint32_t last)
{
	char old[24], new[24];
	size_t from = 0, to = place->digits;
	int r;

	if (to >= sizeof(new) ||
	    snprintf(new, sizeof(new), "%0*lu", (int)to, (unsigned long)last) !=
		(int)to ||
	    snprintf(old, sizeof(old), "%0*lu", (int)to,
		(unsigned long)place->last) != (int)to)
		return 0;
	while (from < to && old[from] == new[from])
		from++;
	while (to > from && old[to - 1] == new[to - 1])
		to--;
	if (from == to)
		return 1;
	if ((place->pos + from) / SECTOR != (place->pos + to - 1) / SECTOR)
		return 0;
	r = cc_fd_write_at(m->fd, place->pos + from,
	    cc_span(new + from, to - from));
	return r == 0 ? 1 : r;
}
