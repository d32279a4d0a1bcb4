/*
 * mboxfile_transfer_inner.h - between the parts of a transfer: its record
 * (mboxfile_transfer_record.c), going on with one that was killed
 * (mboxfile_transfer_recover.c), and the transfer itself.
 */
#ifndef MBOXFILE_TRANSFER_INNER_H
#define MBOXFILE_TRANSFER_INNER_H

#include "mboxfile_transfer.h"

#define CHUNK (1u << 18) /* octets copied at a time */

/* What a record says. */
struct mbox_move {
	uint64_t dev, ino, skip, size, sum;
	uint64_t to_dev, to_ino, to_size, pad;
	bool done;
	char *path; /* of the destination, owned */
};

/* Both files, with all locks. */
struct mbox_both {
	struct mbox from;
	struct mbox_lock lock;
	struct mbox *to; /* borrowed */
	int privdir;
	bool begun; /* the record speaks of what is there */
	struct mbox_move rec;
	uint64_t end; /* of the destination, after our last append; or 0 */
};

/* The record of the file *st: 0, or CC_ENOENT, also if it is damaged. */
int cc_transfer_read(int privdir, const struct stat *st,
    struct mbox_move *rec_r);

/* Makes b->rec the record, durably; or removes it. 0, or negative. */
int cc_transfer_write(const struct mbox_both *b);
int cc_transfer_remove(const struct mbox_both *b);

/* Octets from..end of the source, added to *sum; written to position at of to,
 * too, if that is not -1. */
int cc_transfer_pass(int source, uint64_t from, uint64_t end, int to,
    uint64_t at, uint64_t *sum);

/* Octets of the file; 0 if it cannot be asked. */
uint64_t cc_transfer_size(const struct mbox *m);

/* Is the mailbox gone, with what was moved there? One that was replaced counts
 * if it is large enough. */
bool cc_transfer_is_gone(const struct mbox_move *rec);

/* Takes over what a record of the source *st says: b->begun, and b->rec.done if
 * there is something to end. */
int cc_transfer_resume(struct mbox_both *b, const struct stat *st);

/* Nothing of what the record means is in the destination: it speaks again of
 * what was moved before, if anything was. */
int cc_transfer_step_back(struct mbox_both *b);

#endif
