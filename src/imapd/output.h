/*
 * output.h - what goes to the client: one buffer, written when it is full and
 * when the session waits for the client.
 *
 * An error in writing is remembered: from then on nothing is written, and
 * output_failed tells the session to end.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "span.h"
#include "strbuf.h"

/* Octets collected before they are written: one system call for each of them
 * costs nothing beside copying so much. */
#define OUTPUT_SIZE (64u * 1024)

struct output {
	struct strbuf buf; /* not yet written */
	int fd;
	bool failed;    /* the client is gone or does not read */
	bool broken;    /* a response could not be ended as announced */
	bool in_line;   /* a response is half written */
	uint64_t total; /* octets written since the start */
};

void output_init(struct output *out, int fd);
void output_free(struct output *out);

/* Nothing more can be written: the session has to end. */
static inline bool
output_failed(const struct output *out)
{
	return out->failed;
}

/* Writes all that is collected; true unless that failed. */
bool output_flush(struct output *out);

/* Gives the memory back that a session does not need while it is idle; what is
 * collected was written. */
void output_shrink(struct output *out);

/* To be called after each untagged response and piece of a literal: writes
 * when OUTPUT_SIZE is reached. False if the session has to end. */
bool output_check(struct output *out);

/*
 * output_undo takes back what was put since output_mark, so that a response
 * that cannot be made leaves no trace. False if part of it is written already:
 * then the connection cannot go on.
 */
uint64_t output_mark(const struct output *out);
bool output_undo(struct output *out, uint64_t mark);

/* Collects octets as they are. */
void output_puts(struct output *out, const char *s);
void output_put(struct output *out, struct span s);
void output_printf(struct output *out, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Text of a response line: CR, LF, NUL and octets above 7F, which no line may
 * hold (RFC 3501 section 9, text), become "?" and blanks. */
void output_text(struct output *out, struct span text);

/* "* KIND text" CRLF, the text as by output_text. */
void output_untagged(struct output *out, const char *kind, const char *text);

#endif
