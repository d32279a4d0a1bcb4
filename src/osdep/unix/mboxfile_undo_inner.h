/*
 * mboxfile_undo_inner.h - what writing and reading the records of appends
 * share.
 */
#ifndef MBOXFILE_UNDO_INNER_H
#define MBOXFILE_UNDO_INNER_H

#include <stdint.h>

#define UNDO_HEAD_WORD "cedar-append 1\n"

/* A text up to this length is recorded as it is. */
#define UNDO_TEXT_MAX (16u * 1024)

/* Of a longer one the beginning, so long, and sums of pieces that are at least
 * so long. */
#define UNDO_PIECE_MIN 4096u

/* When this machine was started, UTC seconds; 0 if it does not say. */
int64_t cc_undo_boot_time(void);

#endif
