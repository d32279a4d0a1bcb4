/*
 * dotlock.h - the lock beside the mailbox: PATH.lock (formats/locking.md 3).
 *
 * Made directly where the directory allows it, else through a helper: the lock
 * keeper that the monitor left for a session (descriptor given to
 * cc_dotlock_use_keeper), or the mlock program.
 *
 * Lock keeper protocol, one octet each way over a socket pair: 'L' asks for
 * the lock of the user's inbox, answered '+' (held), '-' (busy) or '!' (cannot
 * be made); 'U' gives it up, answered '+'. End of file gives it up, too. The
 * keeper waits for nobody: retrying is the session's.
 */
#ifndef DOTLOCK_H
#define DOTLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Octets of a lock file, at most: a process id, a host's name. What is larger
 * is a mailbox that happens to have the name, and never removed. */
#define DOTLOCK_SIZE_MAX 128

struct dotlock {
	char *name;    /* lock file, owned; NULL: nothing held */
	bool keeper;   /* held by the lock keeper */
	bool seized;   /* a stale one was in the way, and is gone */
	int helper_in; /* mlock's pipes, or -1 */
	int helper_out;
	dev_t dev; /* the lock file, to know that it is still ours */
	ino_t ino;
	int fd; /* of it, with the lock that says that we live; or -1 */
};

/* Nothing held. */
#define DOTLOCK_NONE                                                           \
	{                                                                      \
		.helper_in = -1, .helper_out = -1, .fd = -1                    \
	}

/* Names the lock keeper's descriptor and the one mailbox that it serves. */
void cc_dotlock_use_keeper(int fd, const char *path);

/*
 * Takes the lock of the mailbox at path (fd: the open mailbox, for mlock, or
 * -1), trying for at most wait_ms milliseconds, with 10 to 50 ms between
 * tries. 0; CC_EBUSY if somebody else keeps it; CC_EACCESS if no lock can be
 * made here (the caller goes on with the file lock and warns once).
 */
int cc_dotlock_get(struct dotlock *lock_r, const char *path, int fd,
    int wait_ms);

/* As cc_dotlock_get; a wait of more than a second is told to the user, with
 * the seconds that are left, then every 15 s. */
int cc_dotlock_wait(struct dotlock *lock_r, const char *path, int fd,
    int wait_ms);

/*
 * One try, for cc_dotlock_get and tests: as cc_dotlock_get, at UTC second now.
 * A lock file whose ctime lies stale seconds or more before now is removed and
 * replaced if seize, else it is CC_EBUSY with lock_r->seized set. What has the
 * lock's name and cannot be one (DOTLOCK_SIZE_MAX, a directory) is CC_EACCESS.
 * A lock whose maker is gone (dotlock_owner.h) is stale at any age.
 */
int cc_dotlock_try(struct dotlock *lock_r, const char *path, int64_t now,
    int64_t stale, bool seize);

/* Gives it up, if it is still ours. NULL-safe on an empty lock. */
void cc_dotlock_release(struct dotlock *lock);

/* Warns the user that there is no lock beside path, r being what
 * cc_dotlock_get said, unless SET_LOCKEACCESERROR is off. errno is the
 * reason. */
void cc_dotlock_warn(const char *path, int r);

/* The mlock program (dotlock_helper.c): 0 and its pipes; CC_EBUSY;
 * CC_EACCESS if there is none or it refused. */
int cc_dotlock_helper(struct dotlock *lock_r, const char *path, int fd,
    int wait_ms);

/* The same with this program, which is called as mlock is. */
int cc_dotlock_helper_run(const char *program, struct dotlock *lock_r,
    const char *path, int fd, int wait_ms);

#endif
