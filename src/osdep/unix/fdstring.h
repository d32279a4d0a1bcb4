/*
 * fdstring.h - a STRING over an open file. Comes behind mail.h.
 */
#ifndef FDSTRING_H
#define FDSTRING_H

#include "mail.h"

CC_DECLS_BEGIN

/* INIT's data; its size counts from pos. */
typedef struct fd_data {
	int fd;
	unsigned long pos; /* octet of the file where the string begins */
	char *chunk;       /* the caller's buffer */
	unsigned long chunksize;
} FDDATA;

extern STRINGDRIVER fd_string;

CC_DECLS_END

#endif
