/*
 * mboxfile_append.h - adding messages to a mailbox file (formats/unix.md
 * section 7): appends, and copies from another mailbox.
 */
#ifndef MBOXFILE_APPEND_H
#define MBOXFILE_APPEND_H

#include "mboxfile.h"
#include "mboxfile_spool.h"

/* Where messages went. */
struct mbox_appended {
	uint32_t uidvalidity;
	uint32_t uid; /* of the first, the others follow; 0: nobody can say */
};

/* Milliseconds that an append waits for others who write. */
#define CC_MBOX_WAIT_APPEND (30 * 1000)

/*
 * Adds the messages of the spool to the file at path, which exists: all of
 * them or none. They are on the disk afterwards, and \Recent there, copies as
 * well (RFC 3501 section 6.4.7). Keywords that it cannot take are left out with
 * a WARN.
 *
 * 0; CC_ENOENT, CC_EACCESS, CC_EINVAL (no regular file), CC_EPARSE (another
 * format), CC_EBUSY, CC_ENOSPACE, CC_EIO.
 */
int cc_mbox_append(const char *path, const struct mbox_spool *spool,
    struct mbox_appended *result_r);

/* Puts message i of an open mailbox into a spool, as it will stand elsewhere.
 * CC_ECHANGED if it is gone. */
int cc_mbox_take(struct mbox *m, uint32_t i, struct mbox_spool *spool);

/* --------------------------------------- the front: mboxfile_base.c */

/* The last UID in X-IMAP or X-IMAPbase, as it stands in the file. */
struct mbox_base_place {
	uint64_t pos; /* of its digits */
	size_t digits;
	uint32_t uidvalidity;
	uint32_t last;
};

/* Looks for it: 1, 0 if there is none in the first 64 KiB, or negative. */
int cc_mbox_base_find(const struct mbox *m, struct mbox_base_place *place_r);

/* Writes another number there if it has the same digits and no power failure
 * can leave a part of it: 1, 0 if not, or negative. */
int cc_mbox_base_raise(const struct mbox *m,
    const struct mbox_base_place *place, uint32_t last);

#endif
