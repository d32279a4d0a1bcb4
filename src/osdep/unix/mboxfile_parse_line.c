/*
 * mboxfile_parse_line.c - lines of a mailbox file, as the parser's window
 * shows them (formats/unix.md sections 1 and 2).
 *
 * A line may be of any length: what is longer than CC_MBOX_LINE_MAX comes in
 * pieces. All octets are hostile; nothing outside the window is looked at.
 */
#include "mboxfile_parse_inner.h"

#define FROM_WORD "From "
#define HISTORY 4 /* octets kept before the place, to know a separator */

/* More octets behind those in the window: 1, 0 at the limit, or negative. */
static int
more(struct mbox_scan *s)
{
	size_t keep = s->at > HISTORY ? s->at - HISTORY : 0;
	int r = cc_mbox_window_more(s->w, keep, s->limit);

	s->at -= keep;
	return r;
}

int
cc_scan_need(struct mbox_scan *s, size_t n)
{
	int r = 1;

	while (r > 0 && cc_scan_available(s) < n)
		r = more(s);
	return r;
}

int
cc_scan_line(struct mbox_scan *s, struct span *line_r)
{
	size_t seen = 0, len;
	const char *lf;
	int r;

	for (;;) {
		len = cc_scan_available(s);
		if (len > CC_MBOX_LINE_MAX)
			len = CC_MBOX_LINE_MAX;
		lf = len > seen
		    ? memchr(cc_scan_here(s) + seen, '\n', len - seen)
		    : NULL;
		if (lf) {
			*line_r = cc_span(cc_scan_here(s),
			    (size_t)(lf - cc_scan_here(s)) + 1);
			return 1;
		}
		seen = len;
		if (len == CC_MBOX_LINE_MAX)
			break;
		if ((r = more(s)) < 0)
			return r;
		if (r == 0)
			break;
	}
	*line_r = cc_span(cc_scan_here(s), len);
	return 0;
}

int
cc_scan_from_line(struct mbox_scan *s, struct span *line_r)
{
	const size_t word = sizeof(FROM_WORD) - 1;
	struct mbox_from from;
	struct span line;
	int r;

	if ((r = cc_scan_need(s, word)) <= 0 ||
	    memcmp(cc_scan_here(s), FROM_WORD, word) != 0)
		return r < 0 ? r : 0;
	if ((r = cc_scan_line(s, &line)) <= 0)
		return r;
	line.len--;
	if (!cc_mbox_from_line(line, true, &from))
		return 0;
	*line_r = line;
	return 1;
}
