/*
 * strbuf.h - text being built.
 *
 * The ceiling is chosen at birth. An append that would pass it appends
 * nothing and sets `over`, which stays set, so that a run of appends needs one
 * check at its end (cc_strbuf_status). Memory comes from fs_get and never
 * fails.
 */
#ifndef STRBUF_H
#define STRBUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "span.h"

struct strbuf {
	char *data; /* owned; data[len] is always NUL once anything was put */
	size_t len; /* octets in use, the NUL not counted */
	size_t cap; /* octets allocated */
	size_t max; /* ceiling for len, set by cc_strbuf_init() */
	bool over;  /* an append passed max: the content is incomplete */
};

/* Makes *b empty with a ceiling of max octets; allocates nothing. */
void cc_strbuf_init(struct strbuf *b, size_t max);

/* Gives the memory back; *b may be used again as after cc_strbuf_init. */
void cc_strbuf_free(struct strbuf *b);

/* As cc_strbuf_free, but the content is wiped first (passwords, tokens). */
void cc_strbuf_wipe(struct strbuf *b);

/* Empties the buffer and forgets an overflow; keeps the memory. */
void cc_strbuf_reset(struct strbuf *b);

/* Cuts the content back to len octets; no-op if it is not longer. */
void cc_strbuf_truncate(struct strbuf *b, size_t len);

/* Drops each octet ch of len octets at p, in place. How many are left. */
size_t cc_drop_octet(void *p, size_t len, int ch);
void cc_strbuf_drop_octet(struct strbuf *b, int ch);

/* Drops n octets at the front; n is at most b->len. */
void cc_strbuf_consume(struct strbuf *b, size_t n);

/* 0, or CC_ELIMIT if any append since the last reset did not fit. */
int cc_strbuf_status(const struct strbuf *b);

void cc_strbuf_put(struct strbuf *b, const void *p, size_t len);
void cc_strbuf_putc(struct strbuf *b, int c);
void cc_strbuf_puts(struct strbuf *b, const char *s);
void cc_strbuf_put_span(struct strbuf *b, struct span s);
void cc_strbuf_put_uint(struct strbuf *b, uint64_t n);
void cc_strbuf_printf(struct strbuf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void cc_strbuf_vprintf(struct strbuf *b, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

/*
 * Room for n octets behind the content, to be filled by the caller and
 * claimed with cc_strbuf_claim; NULL (and `over`) if that passes the ceiling.
 * The pointer is good until the next call on b.
 */
char *cc_strbuf_room(struct strbuf *b, size_t n);

/* Counts n octets, written into the room last asked for, as content. */
void cc_strbuf_claim(struct strbuf *b, size_t n);

/* Hands the content over as an fs_get block with a NUL behind it; b is then
 * empty. Never NULL: an empty buffer gives "". */
char *cc_strbuf_take(struct strbuf *b);

/* The content; good until the next call on b. */
static inline struct span
cc_strbuf_span(const struct strbuf *b)
{
	return cc_span(b->len ? b->data : "", b->len);
}

/* The content as a C string; good until the next call on b. */
static inline const char *
cc_strbuf_str(const struct strbuf *b)
{
	return b->len ? b->data : "";
}

#endif
