/*
 * mboxfile_transfer.h - moving all mail of one mailbox file to the end of
 * another, so that every message is in one of them at any time, and in one
 * only when it is done, whoever is killed in between.
 *
 * What is under way is written down in the private directory (see the .c). A
 * source that has such a record is recovered before it is looked at again.
 */
#ifndef MBOXFILE_TRANSFER_H
#define MBOXFILE_TRANSFER_H

#include "mboxfile.h"

/*
 * Moves the content of the file at from behind that of *to, which is locked
 * and not read-only; the octets stay as they are. *moved_r: how many octets.
 * The file at from is empty afterwards, and keeps its name, owner and mode.
 *
 * 0, also if it is empty or not there; CC_EBUSY (locked); CC_EPARSE (not in
 * unix format); CC_EINVAL (it is the same file); CC_EACCESS (it cannot be
 * written, or there is no private directory); CC_ENOSPACE, CC_EIO: nothing
 * is moved, or a record says how far it got.
 */
int cc_mbox_transfer(const char *from, struct mbox *to, int wait_ms,
    uint64_t *moved_r);

/* The same to the mailbox at path to, which is locked meanwhile. */
int cc_mbox_transfer_to(const char *from, const char *to, uint64_t *moved_r);

/* Moves it to a new mailbox of that mode. CC_EEXIST if there is one. */
int cc_mbox_transfer_new(const char *from, const char *to, mode_t mode);

/* Ends a transfer to a mailbox of any name that was killed. Nothing is done
 * if there was none. */
int cc_mbox_transfer_recover(const char *from);

/* For tests: reads a record, and writes it into *out, which is initialised
 * here. CC_EPARSE if it is none. */
int cc_mbox_transfer_again(struct span text, struct strbuf *out);

#endif
