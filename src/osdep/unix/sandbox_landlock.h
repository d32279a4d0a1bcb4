/*
 * sandbox_landlock.h - Landlock, as far as the running kernel knows it.
 *
 * The definitions are our own: the headers of a stable distribution are older
 * than its kernels.
 */
#ifndef SANDBOX_LANDLOCK_H
#define SANDBOX_LANDLOCK_H

#include <stdbool.h>

/* Version of Landlock that the kernel offers; 0 if none. */
int cc_landlock_abi(void);

/* A rule set under which nothing is allowed yet: its descriptor, or CC_EIO.
 * Connecting and binding TCP sockets is refused, too, unless network. */
int cc_landlock_new(int abi, bool network);

/* Allows what is at path (a file, or a directory with all below), to read or
 * to change. dir is where a relative path begins, AT_FDCWD for here; "" is dir
 * itself. 0, CC_ENOENT, or another error. */
int cc_landlock_allow(int rules, int abi, int dir, const char *path,
    bool write);

/* Puts the rules into force and closes them. 0 or CC_EIO. */
int cc_landlock_enforce(int rules);

#endif
