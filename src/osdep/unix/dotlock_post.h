/*
 * dotlock_post.h - hitching posts that killed processes left: the files with
 * names of their own from which dot-locks are made (dotlock.c).
 */
#ifndef DOTLOCK_POST_H
#define DOTLOCK_POST_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Is the file called name in directory dir a hitching post of this host, or a
 * stale lock moved aside? One whose maker is gone is removed: by what it says
 * (dotlock_owner.h), or, if it says nothing, by its name, a minute after it was
 * made (now is in UTC seconds).
 */
bool cc_dotlock_sweep(int dir, const char *name, int64_t now);

/* The same of all posts beside the lock file at this path. */
void cc_dotlock_sweep_beside(const char *lock, int64_t now);

#endif
