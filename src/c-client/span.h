/*
 * span.h - text being looked at: a borrowed slice, not NUL-terminated.
 */
#ifndef SPAN_H
#define SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

struct span {
	const char *p; /* borrowed; not NUL-terminated */
	size_t len;
};

/* A string literal as a span, usable in initialisers. */
#define CC_SPAN(literal)                                                       \
	{                                                                      \
		(literal), sizeof(literal) - 1                                 \
	}

static inline struct span
cc_span(const void *p, size_t len)
{
	return (struct span){ p, len };
}

static inline struct span
cc_span_z(const char *s)
{
	return (struct span){ s, strlen(s) };
}

static inline bool
cc_span_is(struct span a, const char *s)
{
	size_t len = strlen(s);

	return a.len == len && memcmp(a.p, s, len) == 0;
}

/* ASCII case is ignored, whatever the locale of the program is. */
bool cc_span_eq_nocase(struct span a, struct span b);
bool cc_span_is_nocase(struct span a, const char *s);

/* The span without spaces, tabs, CR and LF at its ends. */
struct span cc_span_trim(struct span s);

/* A NUL-terminated copy in fs_get memory; the caller frees it. An octet 0 in
 * the span ends the copy as far as C strings are concerned. */
char *cc_span_dup(struct span s);

#endif
