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
#include "mboxfile_text.h"

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

/* cc_redo_content for the record of an append. */
int cc_undo_content(struct mbox *m, struct span record, uint64_t *end_r);

#endif
