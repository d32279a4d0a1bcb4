/*
 * mboxfile_undo.h - what is written behind the end of a mailbox file, so that
 * it is there whole or not at all.
 *
 * Before the first octet is written a record says where the file ends and
 * what will follow; it goes when all of it is on the disk. Whoever of ours
 * gets the locks next and finds a record cuts off what was begun and not
 * ended. Deliveries that came in behind it are kept.
 */
#ifndef MBOXFILE_UNDO_H
#define MBOXFILE_UNDO_H

#include "mboxfile_redo.h"
#include "mboxfile_spool.h"

/* Text to be appended, in pieces that lie in memory or in a spool. */
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

/* Up to len octets from position *at of piece *piece on, which move along: how
 * many (0 at the end), or negative. */
struct mbox_text_pos {
	size_t piece;
	uint64_t at;
};
long cc_text_read(const struct mbox_text *t, struct mbox_text_pos *pos,
    char *buf, size_t len);

/*
 * Appends the text to the file of size octets, under its locks, and syncs it.
 * 0; on an error the file is as it was, or has its record. Writes behind the
 * end that the file has then: a delivery without locks is not overwritten.
 */
int cc_undo_append(struct mbox *m, uint64_t size, const struct mbox_text *t);

/* Is this text of a record one of an append? */
bool cc_undo_is(struct span record);

/* Does what the record of an append asks for, under all locks: 0 and the
 * record is gone, or negative. */
int cc_undo_recover(struct mbox *m, int dir, struct span record);

#endif
