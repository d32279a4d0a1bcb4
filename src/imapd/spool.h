/*
 * spool.h - messages on their way from the client to a mailbox.
 *
 * They are kept here until the last one is complete, so that no lock of a
 * mailbox is held while the session waits for its client, and so that one
 * wrong message of many keeps all of them out. Small ones stay in memory, what
 * is more goes to a file without a name.
 */
#ifndef SPOOL_H
#define SPOOL_H

#include <stdint.h>

#include "mail.h"
#include "span.h"
#include "strbuf.h"

struct spool {
	struct strbuf memory; /* what is not in the file yet */
	int fd;               /* the file, or -1 */
	uint64_t written;     /* octets in the file */
	int failed;           /* errno of the first failure, or 0 */
	char *window;         /* of a STRING over the file, owned */
};

void spool_init(struct spool *sp);
void spool_free(struct spool *sp);

/* Octets so far. */
uint64_t spool_size(const struct spool *sp);

/* Appends; after a failure, which is remembered, nothing is kept. */
void spool_put(struct spool *sp, struct span octets);

/* All is in: 0, or negative, errno being in sp->failed. No spool_put may
 * follow. */
int spool_finish(struct spool *sp);

/* A STRING over `size` octets from position `at` on, good until the next one
 * of this spool is made. */
void spool_string(struct spool *sp, uint64_t at, uint64_t size,
    STRING *string_r);

#endif
