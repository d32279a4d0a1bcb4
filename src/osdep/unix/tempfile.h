/*
 * tempfile.h - replacing a small file so that a crash leaves the old content
 * or the new, never a part: write beside it, sync, rename, sync the directory.
 */
#ifndef TEMPFILE_H
#define TEMPFILE_H

#include <sys/types.h>

#include "span.h"

struct tempfile {
	int dirfd;  /* borrowed: directory of both names */
	int fd;     /* of the new file; -1: none */
	char *name; /* name to be replaced, owned */
	char *temp; /* name of the new file until then, owned */
};

/* Begins a replacement of name in the directory dirfd; mode is of the new
 * file, whatever the umask is. 0 or negative. */
int cc_tempfile_begin(struct tempfile *t, int dirfd, const char *name,
    mode_t mode);

/* Appends to the new file: 0, CC_ENOSPACE, CC_EIO. */
int cc_tempfile_write(struct tempfile *t, struct span s);

/* Puts the new file in place. On an error the old one stays, and the new one
 * is removed. Ends *t either way. */
int cc_tempfile_commit(struct tempfile *t);

/* Removes the new file and ends *t; harmless on one that has ended. */
void cc_tempfile_abort(struct tempfile *t);

/* All of it: name in dirfd holds s afterwards. */
int cc_tempfile_replace(int dirfd, const char *name, mode_t mode,
    struct span s);

#endif
