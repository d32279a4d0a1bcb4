/*
 * mboxfile_spool.h - messages on their way into a mailbox file: collected
 * before any lock is taken, since they come as slowly as a client sends them.
 *
 * What is small stays in memory, the rest goes to a file without a name. Kept
 * is the form that the mailbox will have (formats/unix.md section 7), only
 * the internal lines are missing: they depend on what the mailbox knows.
 */
#ifndef MBOXFILE_SPOOL_H
#define MBOXFILE_SPOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "mail.h"
#include "mboxfile_state.h"
#include "strbuf.h"

/* A message of the spool. It begins where the one before it ends. */
struct mbox_new {
	uint64_t block; /* where its internal lines belong */
	uint64_t end;
	unsigned flags;    /* fSEEN ... fDRAFT, fOLD */
	uint32_t keywords; /* bit n: keyword n of the spool */
	uint32_t source;   /* its UID where it is copied from, or 0 */
};

struct mbox_spool {
	struct strbuf mem; /* what is not in the file */
	int fd;            /* -1: there is no file */
	uint64_t in_file;  /* octets; those in mem follow */
	struct mbox_new *msgs;
	size_t count, room;
	struct mbox_keywords keywords; /* that its messages use */
	int r;                         /* of the first write that failed */
};

void cc_spool_init(struct mbox_spool *s);
void cc_spool_free(struct mbox_spool *s);

/* Octets so far. */
static inline uint64_t
cc_spool_len(const struct mbox_spool *s)
{
	return s->in_file + s->mem.len;
}

/* Adds octets. What goes wrong is remembered in s->r. */
void cc_spool_put(struct mbox_spool *s, struct span data);

/* Forgets what lies behind the first len octets. */
void cc_spool_cut(struct mbox_spool *s, uint64_t len);

/* Octets at pos: len of them, which there are. 0 or CC_EIO. */
int cc_spool_read(const struct mbox_spool *s, uint64_t pos, void *buf,
    size_t len);

/* The message whose octets were put since the last one. 0, or s->r. */
int cc_spool_end(struct mbox_spool *s, const struct mbox_new *msg);

/*
 * Adds a message that a client or program made, with CRLF or LF line ends:
 * without CR, octets 0 as 80 (hex), with "From " quoted (all: on each line,
 * else only where it would begin a message) and with header lines that look
 * internal renamed. from: its from-line, with LF. flags and keywords of *msg
 * are the caller's, the rest is filled in.
 */
int cc_spool_message(struct mbox_spool *s, STRING *text, struct span from,
    bool all, struct mbox_new *msg);

#endif
