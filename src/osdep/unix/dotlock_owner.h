/*
 * dotlock_owner.h - who made a dot-lock, so that one whose maker was killed
 * need not be waited for until it is stale.
 *
 * Also used by the lock keeper, which has the C library alone.
 */
#ifndef DOTLOCK_OWNER_H
#define DOTLOCK_OWNER_H

#include <stdbool.h>
#include <sys/stat.h>

/*
 * Writes our process id and host into a new lock file, and takes its flock():
 * both last until fd is closed. A file system that has no room or no flock()
 * leaves a lock that says nothing, which is as good as any.
 */
void cc_dotlock_sign(int fd, const char *host);

/*
 * Is the process that made the lock file st, called name in directory dir,
 * gone? Only if it says so itself: its id is of this host and of no process,
 * and nobody has the flock().
 */
bool cc_dotlock_is_orphan(int dir, const char *name, const char *host,
    const struct stat *st);

#endif
