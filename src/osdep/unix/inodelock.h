/*
 * inodelock.h - the lock file in /tmp that is named after device and inode of
 * a mailbox: .DEV.INO, both in lower-case hexadecimal. Its flock() is the
 * lock; the decimal pid in it, if there is one, says whom to ask to let go.
 *
 * Anybody may make files in /tmp, so nothing found there is trusted: not a
 * symbolic link, not a file with two names, nothing but a regular file.
 */
#ifndef INODELOCK_H
#define INODELOCK_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "fdlock.h"

struct inodelock {
	int fd;     /* of the lock file; -1: nothing held */
	char *name; /* path of the lock file, owned */
};

/* Nothing held. */
#define INODELOCK_NONE                                                         \
	{                                                                      \
		-1, NULL                                                       \
	}

/*
 * Takes the inode lock of the file described by *st, trying for at most
 * wait_ms milliseconds (0: once, negative: for ever).
 *
 * 0; CC_EBUSY if somebody keeps it, *holder_r (may be NULL) then being the
 * pid written in it or 0; CC_EACCESS if there is a file that cannot be used
 * (another user's with mode 0600, a link; links are logged); CC_EIO.
 */
int cc_inodelock_get(struct inodelock *lock_r, const struct stat *st,
    enum fdlock_mode mode, int wait_ms, pid_t *holder_r);

/* The same with the lock file in directory dir. */
int cc_inodelock_get_in(const char *dir, struct inodelock *lock_r,
    const struct stat *st, enum fdlock_mode mode, int wait_ms, pid_t *holder_r);

/*
 * Does process pid hold the inode lock of the file described by *st? Anybody
 * may write into a lock file, so ask this before a signal is sent to the pid
 * found there.
 */
bool cc_inodelock_is_holder(const struct stat *st, pid_t pid);

/* Is it held by a program of ours, which lets go of it by itself? */
bool cc_inodelock_is_ours(const struct stat *st);

/* Writes our pid into a held lock, so that others may ask us to let go. */
int cc_inodelock_put_pid(const struct inodelock *lock);

/*
 * Gives an exclusive lock up and removes its file. Harmless if nothing is
 * held. A shared lock's file is removed only if nobody else uses it.
 */
void cc_inodelock_release(struct inodelock *lock);

#endif
