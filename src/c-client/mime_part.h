/*
 * mime_part.h - the tree of body parts of a message (RFC 2045, 2046).
 *
 * The parser is fed with the message as it lies in the mailbox, in pieces of
 * any size, and counts what clients will see: octets and lines with CRLF line
 * ends. It looks at every octet once, keeps no text but Content-* fields and
 * the headers of message/rfc822 parts, does not recurse, and is bounded by
 * CC_MIME_DEPTH, CC_MIME_PARTS and the arena's ceiling.
 *
 * Any octets give a tree:
 *
 * - A line is a delimiter if it begins with "--" and the boundary of an open
 *   multipart (RFC 2046 section 5.1.1 asks for no more). If several fit, the
 *   longest counts, then the innermost that has not had its closing line.
 *   Multiparts inside that one end there, whether they were closed or not.
 * - A header ends at an empty line, a delimiter line, or the end. LF and CRLF
 *   end lines; a CR alone does not, and of MIME_LF is as if it were not there.
 *   A part whose first line is no field has no
 *   header: the text begins there.
 * - A multipart without a boundary, or whose boundary never comes, has one
 *   part: text/plain, all of its body, so that clients can read it.
 * - Parts deeper than CC_MIME_DEPTH become text/plain. After CC_MIME_PARTS
 *   parts, what follows belongs to the last one.
 * - The line end before a delimiter line belongs to the delimiter.
 */
#ifndef MIME_PART_H
#define MIME_PART_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "mail_const.h"
#include "span.h"

struct mime_param {
	struct span attribute;   /* upper case */
	struct span value;       /* unquoted; RFC 2231 as written */
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

	unsigned short type;       /* TYPETEXT ... of mail_const.h */
	unsigned short encoding;   /* ENC7BIT ... */
	struct span type_name;     /* upper case, as given; never NULL */
	struct span subtype;       /* upper case; never NULL */
	struct span encoding_name; /* as given, upper case; never NULL */
	struct mime_param *params;
	struct span disposition; /* upper case, or p NULL */
	struct mime_param *disposition_params;
	struct span *language; /* languages of them */
	size_t languages;
	struct span id, description, location, md5; /* p NULL if absent */

	struct mime_extent header; /* of the part, with its empty line */
	struct mime_extent body;

	/* message/rfc822: the header of the message inside, without its empty
	 * line, raw, in the arena, at most CC_HEADER_MAX octets; child is then
	 * that message's body part. */
	struct span msg_header;
};

struct mime_parser;

/* A parser whose tree will live in the arena. Never NULL. */
struct mime_parser *cc_mime_new(struct arena *a, enum mime_newline newline);

/*
 * Feeds the next octets of the message: header, empty line, body. pos is the
 * position of data.p[0]; inside the header it need not join the last piece's
 * end (a hidden line was left out). The tree does not depend on where pieces
 * are cut. 0, or CC_ELIMIT if the arena could not even hold the first part;
 * past other limits the tree gets no more parts, and counting goes on.
 */
int cc_mime_feed(struct mime_parser *p, struct span data, uint64_t pos);

/* Ends the message and gives its tree, which lives in the arena; frees *p. */
int cc_mime_end(struct mime_parser **p, struct mime_part **root_r);

void cc_mime_free(struct mime_parser **p);

/* Is the part a message/rfc822 with the message inside as its child? */
static inline bool
cc_mime_is_message(const struct mime_part *part)
{
	return part->type == TYPEMESSAGE && part->child;
}

/* The part that a section number names ("1.2"); NULL if there is none.
 * RFC 3501 section 6.4.5: part 1 of a message that is no multipart is its
 * text; numbers below a message/rfc822 go on inside it. */
const struct mime_part *cc_mime_find(const struct mime_part *root,
    const uint32_t *numbers, size_t count);

#endif
