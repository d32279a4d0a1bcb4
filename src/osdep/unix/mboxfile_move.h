/*
 * mboxfile_move.h - rewriting a file in place from its end to its beginning.
 *
 * The new content is said from its last octet to its first: what is copied
 * from the old file, what is new, what of the old is dropped. It collects in
 * memory and goes into the file in steps of mboxfile_redo.h, each of which
 * leaves all content there once.
 */
#ifndef MBOXFILE_MOVE_H
#define MBOXFILE_MOVE_H

#include "mboxfile_redo.h"

struct mover {
	struct mbox *m;
	uint64_t size_before; /* of the file, as it is on disk now */
	uint64_t size;        /* what it will be while we work */
	uint64_t gap;         /* as in struct redo_step, as it is on disk */
	uint64_t gap_end;
	uint64_t src;       /* old octets from here on are dealt with */
	unsigned char *buf; /* cap octets; what is collected is at its end */
	size_t cap;
	size_t used;
	bool recorded; /* there is a redo record */
};

/* Begins at the end of a file of size octets that needs room for more octets
 * at most while it is rewritten. */
void cc_move_begin(struct mover *v, struct mbox *m, uint64_t size,
    uint64_t more);

/* Old octets down to position from stay as they are. */
int cc_move_copy(struct mover *v, uint64_t from);

/* New octets come before what was said last; at most CC_REDO_PUT_MAX. */
int cc_move_put(struct mover *v, struct span data);

/* Old octets down to position from are dropped. */
void cc_move_drop(struct mover *v, uint64_t from);

/* Writes what is left and closes the gap. Old octets before the last position
 * that was said stay. */
int cc_move_end(struct mover *v);

/* Gives the memory back; after an error, too. The redo record stays then. */
void cc_move_free(struct mover *v);

#endif
