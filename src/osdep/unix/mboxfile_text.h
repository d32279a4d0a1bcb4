/*
 * mboxfile_text.h - text to be appended to a mailbox file, in pieces that lie
 * in memory or in a spool.
 */
#ifndef MBOXFILE_TEXT_H
#define MBOXFILE_TEXT_H

#include "mboxfile_spool.h"

struct mbox_piece {
	const char *p; /* NULL: in the spool, at pos */
	uint64_t pos;
	uint64_t len;
};

struct mbox_text {
	const struct mbox_spool *spool;
	struct mbox_piece *pieces; /* owned */
	size_t count, room;
	uint64_t *starts; /* where its messages begin, owned */
	size_t start_count, start_room;
	uint64_t len; /* of all */
};

void cc_text_init(struct mbox_text *t, const struct mbox_spool *spool);
void cc_text_free(struct mbox_text *t);
/* What is added next begins a message. */
void cc_text_begin(struct mbox_text *t);
void cc_text_add(struct mbox_text *t, const char *p, uint64_t pos,
    uint64_t len);

struct mbox_text_pos {
	size_t piece;
	uint64_t at; /* octets of that piece */
};

/* Up to len octets from *pos on, which moves along: how many (0 at the end),
 * or negative. */
long cc_text_read(const struct mbox_text *t, struct mbox_text_pos *pos,
    char *buf, size_t len);

#endif
