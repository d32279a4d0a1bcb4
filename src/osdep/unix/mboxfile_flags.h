/*
 * mboxfile_flags.h - between the parts of the flags: those that the session
 * changed (mboxfile_flags.c), where flags stand in the file
 * (mboxfile_flags_block.c), and writing them there (mboxfile_flags_write.c).
 */
#ifndef MBOXFILE_FLAGS_H
#define MBOXFILE_FLAGS_H

#include "mboxfile.h"

/* Octets of the internal lines of one message: those of a rewrite have under
 * 2 KiB. What is longer is left to the next rewrite. */
#define CC_MBOX_BLOCK_MAX (16u * 1024)

/* The lines of a block in their order; X-IMAPbase is not always there. */
enum mbox_block_line {
	BLOCK_BASE,
	BLOCK_STATUS,
	BLOCK_XSTATUS,
	BLOCK_KEYWORDS
};

/* Where flags stand. */
struct mbox_block {
	uint64_t pos; /* of the first octet */
	size_t len;   /* to before the LF of its last line */
	struct span old;
};

struct mbox_flags {
	unsigned system;
	uint32_t keywords;
};

/* The block of message i from the line `first' on: 1, 0 if it has none to
 * write in, or negative. */
int cc_mbox_block_get(struct mbox *m, uint32_t i, enum mbox_block_line first,
    struct mbox_block *b);

/* What internal lines say. */
struct mbox_flags cc_mbox_flags_parse(const struct mbox *m, struct span lines);

/* The flags of message i as the file has them: 0, or negative. */
int cc_mbox_flags_there(struct mbox *m, uint32_t i, struct mbox_flags *there_r);

/* The index may say of flags what the file did not: all of it is looked at
 * anew, and the change list does not lead on from it. */
void cc_mbox_flags_doubt(struct mbox *m);

#endif
