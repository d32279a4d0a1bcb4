/*
 * input.h - what comes from the client: command lines and literals
 * (RFC 3501 sections 2.2.1, 4.3; RFC 7888; RFC 4466, literal8).
 *
 * A command is one line, or several pieces of lines with literals between
 * them. The pieces of one command stand behind each other in a buffer that
 * never moves, so spans into any of them are good until the next command.
 */
#ifndef INPUT_H
#define INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "cc_limits.h"
#include "output.h"
#include "span.h"

/* What the reader waits for; the time-outs differ. */
enum input_wait {
	INPUT_COMMAND, /* the first octet of a command */
	INPUT_MORE,    /* the rest of a line, a literal */
};

/* What it is reading, for the log. */
enum input_doing {
	INPUT_LINE,
	INPUT_FLUSH,   /* the rest of a line that is too long */
	INPUT_LITERAL, /* one that belongs to the command */
	INPUT_DISCARD, /* one that was refused */
};

struct input {
	enum input_doing doing;
	int fd;
	bool closed;    /* the client sends no more */
	char *raw;      /* octets read ahead, owned */
	size_t raw_cap; /* octets allocated */
	size_t raw_pos; /* first octet not used */
	size_t raw_len; /* end of what was read */

	char line[CC_IMAP_LINE]; /* the pieces of the present command */
	size_t used;             /* octets of line[] in use */
	struct span piece;       /* the last piece, without its line end */

	/* The literal that the last piece announces at its end. */
	bool announced;      /* it does, and it was not read yet */
	bool nonsync;        /* {n+} */
	bool binary;         /* ~{n}: it may hold NUL */
	size_t literal_at;   /* offset of "{" or "~" in the piece */
	uint64_t literal;    /* octets */
	unsigned literals;   /* read or refused for this command */
	bool too_long;       /* a later piece was, and the rest is lost */
	const char *refusal; /* why a literal was refused, or NULL */

	struct output *out; /* for continuation requests */

	/* Called before a read that would have to wait; flushes the output.
	 * 0: there is something to read. Negative: the session ends. */
	int (*wait)(void *ctx, enum input_wait why);
	void *ctx;
};

/* ahead: octets of the client that somebody else has read; copied. */
void input_init(struct input *in, int fd, struct output *out,
    struct span ahead);
void input_free(struct input *in);

/*
 * Reads the first line of a command into in->piece. 0; CC_ELIMIT if the line
 * was too long, of which the piece holds the beginning; negative for the end.
 */
int input_command(struct input *in);

/* A line that belongs to no command (IDLE): as input_command. A literal behind
 * it is nobody's, for input_skip (RFC 7888 section 3). */
int input_line(struct input *in);

/*
 * Reads the literal that in->piece announces, of at most CC_IMAP_LITERAL
 * octets, into the arena, and the next piece behind it. CC_ELIMIT and
 * in->refusal if it is too long or one too many; CC_EPARSE if it holds a NUL
 * and is no literal8.
 */
int input_literal(struct input *in, struct arena *a, struct span *literal_r);

/*
 * Reads the literal that in->piece announces, of whatever size, and the next
 * piece behind it; keep gets the octets as they come. CC_ELIMIT with
 * in->too_long if that piece is too long.
 */
int input_message(struct input *in, void (*keep)(void *ctx, struct span octets),
    void *ctx);

/*
 * Makes the connection step to the next command: literals that the client
 * sends without waiting, and the lines behind them, are read away. 0; negative
 * for the end.
 */
int input_skip(struct input *in);

/* Are there octets that were read but not used? */
static inline bool
input_ahead(const struct input *in)
{
	return in->raw_pos < in->raw_len;
}

#endif
