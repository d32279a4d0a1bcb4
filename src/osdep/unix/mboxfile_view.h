/*
 * mboxfile_view.h - between the parts of reading: is the message still there
 * (mboxfile_there.c), the window (mboxfile_view.c), where its parts lie
 * (mboxfile_place.c), and its octets (mboxfile_read.c).
 */
#ifndef MBOXFILE_VIEW_H
#define MBOXFILE_VIEW_H

#include "mboxfile.h"

/* What is read where little is wanted: most headers fit. */
#define CC_MBOX_SMALL_READ (8u * 1024)

/* Octets that hold any real from-line. */
#define CC_MBOX_FROM_READ 512

/* The from-line at pos, behind white space, from the file and not the view:
 * 0 and its sum, its place, its length with all before it; CC_ECHANGED,
 * CC_EIO. */
int cc_mbox_from_line_at(const struct mbox *m, uint64_t pos, uint16_t *sum_r,
    uint64_t *from_r, uint64_t *len_r);

/* 0 if message i lies where the index says, in a file that has changed and is
 * size octets long by now; CC_ECHANGED, CC_EIO. Only the file is looked at, not
 * the view. */
int cc_mbox_check_message(const struct mbox *m, uint32_t i, off_t size);

/* Has the view the octets at pos: so many as are wanted, or all before limit?
 */
bool cc_mbox_in_view(const struct mbox_view *v, uint64_t pos, size_t want,
    uint64_t limit);

/* Octets from pos on that are in the view already: of them, all before limit;
 * none if nothing is. */
struct span cc_mbox_in_sight(const struct mbox *m, uint32_t i, uint64_t pos,
    uint64_t limit);

/*
 * The line at pos, of which at most CC_MBOX_LINE_MAX octets: 1 with its LF, 0
 * without (longer, or cut off by limit), or negative.
 */
int cc_mbox_line_at(struct mbox *m, uint32_t i, uint64_t pos, uint64_t limit,
    struct span *line_r);

/* Behind the line at pos, however long it is: 1, 0 if limit cut it off, or
 * negative. *blank_r: clients see it empty. */
int cc_mbox_skip_line(struct mbox *m, uint32_t i, uint64_t limit, uint64_t *pos,
    bool *blank_r);

#endif
