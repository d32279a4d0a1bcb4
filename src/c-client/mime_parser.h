/*
 * mime_parser.h - what the two halves of the MIME parser share: mime_part.c
 * cuts the stream into lines, mime_tree.c makes parts of them.
 */
#ifndef MIME_PARSER_H
#define MIME_PARSER_H

#include "cc_limits.h"
#include "mime_part.h"
#include "mime_scan.h"
#include "strbuf.h"

/* Octets of a line that tell what it is: "--", a boundary, "--". */
#define MIME_HEAD (2 + CC_MIME_BOUNDARY + 2)

/* A place in the message. */
struct mime_mark {
	uint64_t pos;    /* the feeder's position */
	uint64_t octets; /* before it, as sent */
	uint64_t lines;
};

/* A multipart or message/rfc822 around the present part. */
struct mime_level {
	struct mime_part *part;
	struct mime_part *last; /* its newest child */
	struct span boundary;   /* p NULL: there is none to look for */
	bool closed;            /* its closing delimiter was seen */
	bool digest;            /* parts default to message/rfc822 */
};

enum mime_state {
	MIME_HEADER,    /* lines of the present part's header */
	MIME_DELIMITER, /* in a delimiter line */
	MIME_BODY,
};

struct mime_parser {
	struct arena *arena;
	enum mime_newline newline;
	enum mime_state state;
	struct mime_part *root;
	struct mime_part *part; /* the present one */
	unsigned parts;
	bool full; /* a limit is reached: no more parts */
	struct mime_level levels[CC_MIME_DEPTH];
	unsigned depth;  /* levels in use */
	size_t boundary; /* octets of the longest open boundary, 0: none */
	bool new_part;   /* a part begins behind the delimiter line */

	/* Octets so far. */
	uint64_t fed;
	struct mime_count count;
	/* The piece being read, and its position. */
	const char *piece;
	uint64_t pos;
	/* The last two octets of the pieces before, and their positions. */
	char old[2];
	uint64_t old_pos[2];

	/* A CR waits at cr_pos for what follows it. */
	bool cr;
	uint64_t cr_pos;

	bool line_start;       /* the next octet begins a line */
	struct mime_mark line; /* where the line in head began */
	struct mime_mark eol;  /* where the line end before it began */
	char head[MIME_HEAD];  /* a line's first octets, still undecided */
	size_t head_len;

	bool keep;    /* the present header line is a Content- field */
	bool first;   /* no line of the present part's header was seen */
	bool message; /* the present header is a message's */
	struct strbuf fields; /* Content- fields of the present header */
	struct strbuf header; /* the whole of it, of a message inside */
};

/* The first part: 0 or CC_ELIMIT. */
int cc_mime_tree_begin(struct mime_parser *p);

/* Everything that is open ends at the mark. */
void cc_mime_tree_end(struct mime_parser *p, const struct mime_mark *end);

/* The present header is complete, and a body begins at the mark. Goes on with
 * MIME_BODY, or with MIME_HEADER for a message inside. */
void cc_mime_header_end(struct mime_parser *p, const struct mime_mark *at);

/* The level whose delimiter the line's first octets are, or NULL. */
struct mime_level *cc_mime_match(struct mime_parser *p, struct span head,
    bool *closing_r);

/* A delimiter line of the level: what is inside it ends at eol. */
void cc_mime_delimiter(struct mime_parser *p, struct mime_level *level,
    bool closing, const struct mime_mark *eol);

/* A part of the innermost level begins at the mark. */
void cc_mime_part_begin(struct mime_parser *p, const struct mime_mark *at);

#endif
