/*
 * mime_part.h - the tree of body parts of a message (RFC 2045, 2046).
 *
 * The parser is fed with the message as it lies in the mailbox, in pieces of
 * any size, and counts what clients will see: octets and lines with CRLF line
 * ends. It looks at every octet once, keeps no text but Content-* fields and
 * the headers of message/rfc822 parts, does not recurse, and is bounded by
 * CC_MIME_DEPTH, CC_MIME_PARTS and the arena's ceiling.
 */
#ifndef MIME_PART_H
#define MIME_PART_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "span.h"

struct mime_param {
	struct span attribute;	 /* upper case */
	struct span value;	 /* unquoted; RFC 2231 as written */
	struct mime_param *next; /* in the order written */
};

/* How lines end in what is fed. */
enum mime_newline {
	MIME_LF,   /* LF; every CR is dropped when sent (mbox, mmdf, mh) */
	MIME_CRLF, /* octets are sent as they are */
};

/*
 * Where octets lie. pos and end are positions of the feeder (file offsets, as
 * given to cc_mime_feed); octets and lines count them as sent.
 */
struct mime_extent {
	uint64_t pos;
	uint64_t end;
	uint64_t octets;
	uint64_t lines;
};

struct mime_part {
	struct mime_part *parent, *child, *next;

	unsigned short type;	 /* TYPETEXT ... of mail.h */
	unsigned short encoding; /* ENC7BIT ... */
	struct span type_name;	 /* upper case, as given; never NULL */
	struct span subtype;	 /* upper case; never NULL */
	struct span encoding_name; /* as given, upper case; never NULL */
	struct mime_param *params;
	struct span disposition; /* upper case, or p NULL */
	struct mime_param *disposition_params;
	struct span *language; /* languages of them */
	size_t languages;
	struct span id, description, location, md5; /* p NULL if absent */

	struct mime_extent header; /* of the part, with its empty line */
	struct mime_extent body;

	/* message/rfc822: the header of the message inside, raw, in the
	 * arena; child is then that message's body part. */
	struct span msg_header;
};

struct mime_parser;

/* A parser whose tree will live in the arena. Never NULL. */
struct mime_parser *cc_mime_new(struct arena *a, enum mime_newline newline);

/*
 * Feeds the next octets of the message: header, empty line, body. pos is the
 * position of data.p[0]; it need not join the last piece's end (a hidden line
 * was left out). 0 or CC_ELIMIT, after which further pieces are ignored.
 */
int cc_mime_feed(struct mime_parser *p, struct span data, uint64_t pos);

/* Ends the message and gives its tree, which lives in the arena; frees *p. */
int cc_mime_end(struct mime_parser **p, struct mime_part **root_r);

void cc_mime_free(struct mime_parser **p);

/* The part that a section number names ("1.2"); NULL if there is none.
 * RFC 3501 section 6.4.5: part 1 of a message that is no multipart is its
 * text; numbers below a message/rfc822 go on inside it. */
const struct mime_part *cc_mime_find(const struct mime_part *root,
    const uint32_t *numbers, size_t count);

#endif
