/*
 * privfile.h - reading a small file that should be ours but is not trusted.
 */
#ifndef PRIVFILE_H
#define PRIVFILE_H

#include "strbuf.h"

/*
 * Appends the content of the regular file name in dirfd (AT_FDCWD: a path) to
 * *out, whose ceiling limits it. Never follows a symbolic link in the last
 * part, never waits for a FIFO. 0; CC_ENOENT; CC_ELIMIT (larger than the
 * ceiling); CC_EACCESS (no regular file, or not permitted); CC_EIO.
 */
int cc_privfile_read(int dirfd, const char *name, struct strbuf *out);

/* The same, following symbolic links: for files that users may keep
 * elsewhere, such as ~/.imaprc. */
int cc_privfile_read_follow(int dirfd, const char *name, struct strbuf *out);

#endif
