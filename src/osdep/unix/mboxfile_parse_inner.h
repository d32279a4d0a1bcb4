/*
 * mboxfile_parse_inner.h - between the parts of the parser of mailbox files:
 * lines (mboxfile_parse_line.c), headers (mboxfile_parse_header.c), messages
 * (mboxfile_parse.c), and the sums of what was read (mboxfile_sum.c).
 */
#ifndef MBOXFILE_PARSE_INNER_H
#define MBOXFILE_PARSE_INNER_H

#include "mboxfile_parse.h"

/* A parse in progress. */
struct mbox_scan {
	struct mbox_index *index;
	struct mbox_window *w;
	struct mbox_notes *notes;
	uint64_t limit; /* position past the last octet */
	size_t at;      /* the next octet, in the window */
	bool growth;    /* the index had messages before */

	/* of the message in hand */
	struct mbox_msg msg;
	uint64_t octets; /* that clients see, without separator */
	uint64_t sum;    /* of the header that clients see */
	struct mbox_tally tally;
	bool uid_settled; /* no X-UID of it counts any more */
	bool has_pseudo;  /* a good X-IMAP line */
	bool has_from;    /* the From: of an internal-data message */
	bool has_subject; /* its Subject: */
};

/* The octets here; good until more are read. */
static inline const char *
cc_scan_here(const struct mbox_scan *s)
{
	return (const char *)s->w->buf + s->at;
}

/* Their position in the file. */
static inline uint64_t
cc_scan_position(const struct mbox_scan *s)
{
	return s->w->pos + s->at;
}

/* How many are in the window. */
static inline size_t
cc_scan_available(const struct mbox_scan *s)
{
	return s->w->len - s->at;
}

/* At least n octets: 1, 0 if there are fewer before the limit, or negative. */
int cc_scan_need(struct mbox_scan *s, size_t n);

/*
 * The line here, with its LF: 1; 0 for one without LF, which is all there is
 * before the limit or CC_MBOX_LINE_MAX octets of a longer one; or negative.
 */
int cc_scan_line(struct mbox_scan *s, struct span *line_r);

/* Is there a from-line here (at the beginning of a line)? 1 and the line
 * without LF, 0, or negative. */
int cc_scan_from_line(struct mbox_scan *s, struct span *line_r);

/* From behind the from-line to the text: 1, 0 if the file ends before the
 * empty line, or negative. */
int cc_scan_header(struct mbox_scan *s);

/* Adds a line to a sum: two words at a time, and without waiting for what the
 * line before made. */
uint64_t cc_mbox_sum_add(uint64_t h, struct span line);

/* A sum as a record keeps it. */
uint16_t cc_mbox_sum_fold(uint64_t h);

#endif
