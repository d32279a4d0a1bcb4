/*
 * arena.c - memory that lives as long as one command.
 */
#include <stdalign.h>
#include <stdint.h>

#include "arena.h"
#include "cc_limits.h"
#include "fs.h"

#define ARENA_PIECE CC_ARENA_PIECE

struct arena_piece {
	struct arena_piece *next;
	size_t size; /* octets of data */
	size_t used; /* octets of data handed out */
	alignas(max_align_t) unsigned char data[];
};

void
cc_arena_init(struct arena *a, size_t max)
{
	*a = (struct arena){ .max = max };
}

static struct arena_piece *
piece_new(struct arena *a, size_t size)
{
	struct arena_piece *piece = fs_get(sizeof(*piece) + size);

	piece->next = a->pieces;
	piece->size = size;
	piece->used = 0;
	a->pieces = piece;
	return piece;
}

void *
cc_arena_get(struct arena *a, size_t size)
{
	struct arena_piece *piece = a->pieces;
	const size_t align = alignof(max_align_t);
	void *p;

	if (size > a->max)
		return NULL;
	size = (size + align - 1) / align * align;
	if (size > a->max - a->used)
		return NULL;
	if (!piece || size > piece->size - piece->used)
		piece = piece_new(a, size > ARENA_PIECE ? size : ARENA_PIECE);
	p = piece->data + piece->used;
	piece->used += size;
	a->used += size;
	memset(p, 0, size);
	return p;
}

char *
cc_arena_dup(struct arena *a, struct span s)
{
	char *copy;

	if (s.len == SIZE_MAX)
		return NULL;
	copy = cc_arena_get(a, s.len + 1);
	if (copy && s.len)
		memcpy(copy, s.p, s.len);
	return copy;
}

void
cc_arena_reset(struct arena *a)
{
	struct arena_piece *keep = a->pieces;

	if (keep && keep->size == ARENA_PIECE) {
		a->pieces = keep->next;
		cc_arena_free(a);
		keep->next = NULL;
		keep->used = 0;
		a->pieces = keep;
	} else {
		cc_arena_free(a);
	}
}

void
cc_arena_free(struct arena *a)
{
	struct arena_piece *piece, *next;

	for (piece = a->pieces; piece; piece = next) {
		next = piece->next;
		fs_give((void **)&piece);
	}
	a->pieces = NULL;
	a->used = 0;
}
