/*
 * mboxfile_sync.h - between learning what others did (mboxfile_sync.c), joining
 * it with what was known (mboxfile_join.c), and telling it (mboxfile_ping.c).
 */
#ifndef MBOXFILE_SYNC_H
#define MBOXFILE_SYNC_H

#include "mboxfile.h"

/* What is said of a file that is not understood any more. */
#define CC_MBOX_UNEXPECTED "Unexpected changes to mailbox (try restarting)"

/* Puts the keywords of the index in the order in which the session knows them,
 * and new ones behind. *known is taken over. */
void cc_mbox_map_keywords(struct mbox *m, struct mbox_keywords *known);

/*
 * Joins what was known with what there is, by UID. CC_ECHANGED if a message
 * turned up between known ones, or with a UID that was given before, or is
 * another than it was; then m->index is as it was.
 */
int cc_mbox_join(struct mbox *m, const struct mbox_index *was);

/* cc_mbox_sync, but growth of a large file is news enough: flags of messages
 * before it are looked at when there is nothing else to do. */
int cc_mbox_sync_quick(struct mbox *m, const char **why_r);

#endif
