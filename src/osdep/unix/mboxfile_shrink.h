/*
 * mboxfile_shrink.h - rewriting a file in place from its beginning to its
 * end, where the new content never needs more room than the old had up to the
 * same place: an expunge.
 *
 * The new content is said from its first octet to its last. What stays before
 * the first change is not touched; what follows moves down once, in steps of
 * mboxfile_redo.h. Between two steps the gap is filled, piece by piece: what
 * lies in it is of no use.
 */
#ifndef MBOXFILE_SHRINK_H
#define MBOXFILE_SHRINK_H

#include "mboxfile_redo.h"

struct shrinker {
	struct mbox *m;
	uint64_t size;    /* of the file, until the end */
	uint64_t gap;     /* as in struct redo_step, as it is on disk */
	uint64_t gap_end; /* equal to gap: there is none */
	uint64_t src;     /* old octets before this one are dealt with */
	uint64_t at;      /* new ones are in the file up to here */
	unsigned char *buf;
	size_t cap;
	size_t used;   /* octets collected, which belong there */
	bool recorded; /* there is a redo record */
};

/* Begins at the beginning of a file of size octets. */
void cc_shrink_begin(struct shrinker *v, struct mbox *m, uint64_t size);

/* Old octets up to position to stay as they are. */
int cc_shrink_copy(struct shrinker *v, uint64_t to);

/* New octets come behind what was said last; at most CC_REDO_PUT_MAX. */
int cc_shrink_put(struct shrinker *v, struct span data);

/* Old octets up to position to are dropped. */
void cc_shrink_drop(struct shrinker *v, uint64_t to);

/* Writes what is left, closes the gap and cuts the file off. Everything must
 * have been said. */
int cc_shrink_end(struct shrinker *v);

/* Gives the memory back; after an error, too. The redo record stays then. */
void cc_shrink_free(struct shrinker *v);

#endif
