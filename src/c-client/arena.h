/*
 * arena.h - memory that lives as long as one command (or one parsed message).
 *
 * Blocks are carved from larger pieces and given back all at once. The total
 * has a ceiling, since what is put here was sent by a stranger: past it
 * cc_arena_get returns NULL and the caller answers CC_ELIMIT.
 */
#ifndef ARENA_H
#define ARENA_H

#include <stddef.h>

#include "span.h"

struct arena_piece;

struct arena {
	struct arena_piece *pieces; /* newest first */
	size_t used;                /* octets handed out */
	size_t max;                 /* ceiling for used */
};

void cc_arena_init(struct arena *a, size_t max);

/* Zeroed memory for any type; NULL past the ceiling. */
void *cc_arena_get(struct arena *a, size_t size)
    __attribute__((malloc, alloc_size(2)));

/* A copy of the span with a NUL behind it; NULL past the ceiling. */
char *cc_arena_dup(struct arena *a, struct span s);

/* Forgets everything handed out; keeps one piece for the next command. */
void cc_arena_reset(struct arena *a);

/* Gives all memory back. */
void cc_arena_free(struct arena *a);

#endif
