/*
 * mailfile.h - making and renaming files and directories by path, for good:
 * what is told to be done is on the disk, and nothing that exists is ever
 * replaced. No locks: callers take those of their format around.
 */
#ifndef MAILFILE_H
#define MAILFILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "span.h"

/* Files of ours that are not finished; what is killed leaves one. */
#define CC_MAILFILE_NEW ".cedar-new"

/* The directory that path is in, open for reading: a descriptor, or negative
 * with errno kept. */
int cc_mailfile_parent(const char *path);

/* What all of these return: 0, or a code of cc_err.h with errno kept. */

/* Makes the directories on the way to the last "/" of path that are not there,
 * with this mode whatever the umask is. */
int cc_mailfile_parents(const char *path, mode_t mode);

/* Syncs the directory that path is in. */
int cc_mailfile_sync_parent(const char *path);

/*
 * Makes a file with this content and mode: it appears whole or not at all, and
 * is synced. CC_EEXIST if there is anything of that name.
 */
int cc_mailfile_make(const char *path, mode_t mode, struct span content);

/* Makes the empty file of an INBOX, which is always there for clients, when its
 * first message comes. 0, also if it is there by now. */
int cc_mailfile_make_inbox(const char *path);

/* Renames a file or directory and syncs both parents. CC_EEXIST if there is
 * anything of the new name. */
int cc_mailfile_rename(const char *old, const char *path);

/* Removes an empty directory: files that are not finished, and whose writers
 * were killed, do not count. */
int cc_mailfile_rmdir(const char *path);

/* Is it the lock file of a mailbox that is there? */
bool cc_mailfile_is_lock(const char *path);

/* Does it end as lock files do? No mailbox is made under such a name. */
bool cc_mailfile_looks_like_lock(const char *path);

#endif
