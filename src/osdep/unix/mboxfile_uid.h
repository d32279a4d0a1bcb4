/*
 * mboxfile_uid.h - between the parts of the UIDs: all of a mailbox
 * (mboxfile_uid.c), new messages (mboxfile_uid_new.c), and their record
 * (mboxfile_uid_record.c).
 */
#ifndef MBOXFILE_UID_H
#define MBOXFILE_UID_H

#include "mboxfile.h"
#include "uidrecord.h"

/* For how many messages of the index does the record count? */
uint32_t cc_mbox_uids_covered(const struct uidrecord *rec,
    const struct mbox_index *index);

#endif
