/*
 * mboxfile_redo.h - changes to a mailbox file that a kill or a power failure
 * in the middle does not leave half done.
 *
 * A mailbox is changed in place, since others hold it by its inode. While it
 * is, it has a gap: octets that are of no use. Its content is what lies before
 * the gap and what lies behind it. A step puts octets somewhere and moves the
 * gap. Each step is written down first, in a redo record beside the mailbox
 * (or in the private directory); whoever of ours gets the locks next and finds
 * a record does the step again and closes the gap. Deliveries that came in
 * between lie behind the size which the record names, and are kept.
 */
#ifndef MBOXFILE_REDO_H
#define MBOXFILE_REDO_H

#include "cc_limits.h"
#include "mboxfile.h"

/* Line ends at the end of a gap; more than any real from-line. */
#define CC_REDO_MARK 1024

static inline size_t
cc_redo_put_max(const struct mbox *m)
{
	return m->step_max ? m->step_max : CC_REDO_PUT_MAX;
}

/* Octets to be written at a place. Those of one step do not overlap. */
struct redo_put {
	uint64_t pos;
	struct span data;
	const char *old; /* data.len octets that are there; NULL: not known */
};

struct redo_step {
	uint64_t size_before; /* of the file, before the step */
	uint64_t size;        /* from the step on; never less */
	uint64_t gap;         /* octets gap to gap_end-1 are of no use */
	uint64_t gap_end;     /* after the step; equal to gap: there is none */
	const struct redo_put *puts;
	size_t count;
	bool bare; /* is done without a record where none can be made */
};

/*
 * Does a step: writes the record, lengthens the file, puts the octets. sync:
 * record and octets are on the disk before this goes on. The record stays.
 * Under all locks. 0; CC_ENOSPACE, CC_EACCESS and CC_EIO, after which the
 * mailbox is as it was, or has its record.
 */
int cc_redo_step(struct mbox *m, const struct redo_step *step, bool sync);

/*
 * The same for a step that puts octets at the beginning of the gap, as it is
 * on disk, and moves that to behind them; gap_end is where it ends now. Where
 * they fit into the gap they go there first: what lies there is of no use, so
 * the record need not have them.
 */
int cc_redo_advance(struct mbox *m, uint64_t gap_end,
    const struct redo_step *step, bool sync);

/* Takes octets that are there already off the ends of a put. */
int cc_redo_trim(const struct mbox *m, struct redo_put *put);

/*
 * Closes the gap and cuts the file to its content, step by step, and removes
 * the record. size is that of the file without later deliveries.
 */
int cc_redo_close(struct mbox *m, uint64_t gap, uint64_t gap_end, bool sync);

/* Is there a record for this file? For one who has a lock. */
bool cc_redo_found(const struct mbox *m);

/* The same without any lock: is somebody in the middle of moving octets, or
 * was he? Changes nothing. */
bool cc_redo_is_moving(const struct mbox *m);

/* The same for the file at path, without any lock; changes nothing. */
bool cc_redo_names(const char *path);

/*
 * Does what a record asks for, under all locks. A record that does not fit
 * the file any more is set aside under a visible name and logged. 0 (also if
 * there is none), or negative: then the record stays.
 */
int cc_redo_recover(struct mbox *m);

/*
 * For one who reads, and could not do what the record asks for: where the
 * content of the file ends, if all that is left to be done is to cut off what
 * lies behind it, or to remove the record. CC_ENOENT if there is no record;
 * other codes if the file is in the middle of a change.
 */
int cc_redo_content(struct mbox *m, uint64_t *end_r);

#endif
