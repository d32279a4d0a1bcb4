/*
 * fdlock.h - the lock on an open mailbox or index file: BSD flock(), as every
 * program that shares the store uses it, and for writers a POSIX write lock
 * beside it, for delivery agents that know only fcntl().
 *
 * On NFS flock() is skipped and counts as successful (the original does the
 * same; there only the dot-lock protects).
 */
#ifndef FDLOCK_H
#define FDLOCK_H

#include <stdbool.h>
#include <sys/types.h>

enum fdlock_mode {
	FDLOCK_SH, /* readers: flock shared */
	FDLOCK_EX, /* writers: flock exclusive, and the fcntl write lock */
};

/*
 * Takes the lock, trying for at most wait_ms milliseconds (0: once, negative:
 * for ever). A lock already held on fd is changed to the mode asked for; from
 * shared to exclusive the shared one may be lost for a moment, so hold another
 * lock that all writers need first. 0; CC_EBUSY if somebody else keeps it
 * (what fd held before may be gone then); CC_EIO.
 */
int cc_fdlock_get(int fd, enum fdlock_mode mode, int wait_ms);

/* Gives it up; harmless if nothing is held. Closing fd does the same. */
void cc_fdlock_release(int fd);

/*
 * Does the kernel say that process pid holds a flock() on the file that fd has
 * open? What somebody wrote into a file does not count. false where the
 * kernel's list (/proc/locks) cannot be read. File systems may name their
 * device otherwise there, so the inode number alone tells files apart.
 */
bool cc_fdlock_is_holder(int fd, pid_t pid);

/* Does somebody have the fcntl() write lock of the file that fd has open? Of a
 * lock file that is locked only ours have it: the original knows flock(). */
bool cc_fdlock_has_fcntl(int fd);

#endif
