/*
 * siphash.h - a keyed hash: who does not know the key cannot make two texts
 * that collide, so strangers' texts may be keys of a hash table.
 */
#ifndef SIPHASH_H
#define SIPHASH_H

#include <stdint.h>

#include "span.h"

struct cc_hash_key {
	uint64_t k[2];
};

/* 128 bits: no two texts that occur have the same (the chance is 2 to the
 * -64 for 2 to the 32 texts), so that it may stand for the text itself. */
struct cc_hash {
	uint64_t h[2];
};

/* A key that nobody can guess. */
void cc_hash_key_init(struct cc_hash_key *key);

struct cc_hash cc_hash(const struct cc_hash_key *key, struct span text);

static inline bool
cc_hash_same(struct cc_hash a, struct cc_hash b)
{
	return a.h[0] == b.h[0] && a.h[1] == b.h[1];
}

#endif
