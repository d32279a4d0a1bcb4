/*
 * mboxfile_redo_out.h - the octets of a redo record on their way to its file,
 * with their sum.
 */
#ifndef MBOXFILE_REDO_OUT_H
#define MBOXFILE_REDO_OUT_H

#include <stdbool.h>

#include "mboxfile_record.h"

struct redo_out {
	int fd;       /* borrowed */
	uint64_t len; /* octets in the file */
	size_t used;  /* octets that follow them, at buf */
	char *buf;    /* in mem, at a place that a disk can read from */
	char *mem;    /* owned */
	bool tried;   /* direct writes were tried */
	bool direct;  /* they are what the file is open for */
	struct redo_sum sum;
	int r; /* of the first write that failed */
};

void cc_redo_out_begin(struct redo_out *o, int fd);

/* Puts octets behind those before. What fails shows at the end. */
void cc_redo_out(struct redo_out *o, const void *p, size_t len);

/* Writes what is left: 0, or negative. All octets are in the file, but only a
 * sync brings them to the disk. */
int cc_redo_out_end(struct redo_out *o);

/* Octets so far. */
static inline uint64_t
cc_redo_out_len(const struct redo_out *o)
{
	return o->len + o->used;
}

#endif
