/*
 * cursor.h - input being parsed.
 *
 * A parser takes a cursor, consumes what it accepts, leaves it unmoved on an
 * error, never writes to the input and never looks past end.
 */
#ifndef CURSOR_H
#define CURSOR_H

#include <stdbool.h>
#include <stddef.h>

#include "span.h"

struct cursor {
	const unsigned char *p;   /* next octet */
	const unsigned char *end; /* one past the last */
	unsigned depth;           /* open parentheses, comments or parts */
};

static inline struct cursor
cc_cursor(struct span s)
{
	const unsigned char *p = (const unsigned char *)s.p;

	/* NULL with a length of 0 is an empty input as well. */
	return (struct cursor){ p, s.len ? p + s.len : p, 0 };
}

static inline size_t
cc_cursor_left(const struct cursor *c)
{
	return (size_t)(c->end - c->p);
}

static inline bool
cc_cursor_at_end(const struct cursor *c)
{
	return c->p == c->end;
}

/* The next octet, or -1 at the end; not consumed. */
static inline int
cc_cursor_peek(const struct cursor *c)
{
	return c->p < c->end ? *c->p : -1;
}

/* Consumes octet ch if it is the next one. */
static inline bool
cc_cursor_skip(struct cursor *c, int ch)
{
	if (c->p == c->end || *c->p != ch)
		return false;
	c->p++;
	return true;
}

/* What was consumed since the position `from` of the same input. */
static inline struct span
cc_cursor_since(const struct cursor *c, const unsigned char *from)
{
	return cc_span(from, (size_t)(c->p - from));
}

/* What is left. */
static inline struct span
cc_cursor_rest(const struct cursor *c)
{
	return cc_span(c->p, cc_cursor_left(c));
}

#endif
