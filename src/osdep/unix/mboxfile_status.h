/*
 * mboxfile_status.h - the counters of mailboxes that nobody here has selected:
 * what STATUS asks for, kept beside the change lists so that a mailbox that
 * did not change is not read again.
 *
 * ~/.cedar/status is a cache. What it says counts for one state of a file
 * (mbox_stamp) and while the machine's clock runs on; whoever finds nothing in
 * it looks at the mailbox.
 */
#ifndef MBOXFILE_STATUS_H
#define MBOXFILE_STATUS_H

#include "mboxfile.h"

struct mbox_status {
	struct mbox_stamp stamp; /* of the file that has these counters */
	uint32_t uidvalidity;
	uint32_t uid_last;
	uint32_t messages;
	uint32_t recent; /* to a session that begins now */
	uint32_t unseen;
};

/* ------------------------------------ the file: mboxfile_status.c */

/* The counters of the file in this state: 0, or CC_ENOENT. No lock is needed
 * (mboxfile_status.c says why). */
int cc_status_find(const struct mbox_stamp *stamp,
    struct mbox_status *status_r);

/* Keeps them, in place of what was known of the file. Of no effect where that
 * is not possible. */
void cc_status_keep(const struct mbox_status *status);

/* Would any change from now on show in the file's times? Those of a change in
 * this moment may not. */
bool cc_status_is_settled(const struct mbox_stamp *stamp);

/* ------------------------------ of a mailbox: mboxfile_look.c */

/* The counters of m as a session finds them that opens it now. */
void cc_mbox_count(const struct mbox *m, struct mbox_status *status_r);

/* Keeps those of m, all of which was looked at in the state m->stamp, if they
 * are what anybody else would find. Under a lock. */
void cc_mbox_keep_status(const struct mbox *m);

/*
 * The counters of the mailbox at path; it is opened only if they are not
 * known. 0, or an error as of cc_mbox_open.
 */
int cc_mbox_look(const char *path, struct mbox_status *status_r);

#endif
