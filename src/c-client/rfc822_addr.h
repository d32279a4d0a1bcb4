/*
 * rfc822_addr.h - address lists (RFC 5322 section 3.4, obsolete forms of 4.4).
 *
 * One parser; the public ADDRESS lists (rfc822_parse_adrlist) and the ENVELOPE
 * on the wire (imap_envelope.c) are both made from what it hands out.
 *
 * What real mail does wrong is read as it was meant: an address before
 * "<address>", ";" between addresses, quotes, comments and "<" that are not
 * closed. Nested groups are joined to the outer one. What cannot be an address
 * is handed out with host ".SYNTAX-ERROR." and a mailbox that names the fault:
 * INVALID_ADDRESS (a phrase is kept as personal) or, after an address,
 * UNEXPECTED_DATA_AFTER_ADDRESS.
 */
#ifndef RFC822_ADDR_H
#define RFC822_ADDR_H

#include "arena.h"
#include "cursor.h"

enum rfc822_addr_kind {
	RFC822_ADDR_MAILBOX,     /* mailbox and host; personal, adl if given */
	RFC822_ADDR_GROUP_START, /* mailbox is the group's name */
	RFC822_ADDR_GROUP_END,   /* nothing is set */
};

/* p is NULL for what is absent. Texts lie in the input, in the arena, or are
 * constants. */
struct rfc822_addr {
	enum rfc822_addr_kind kind;
	struct span personal; /* display name, unquoted */
	struct span adl;      /* source route "@a,@b" */
	struct span mailbox;  /* local part, unquoted; or a group's name */
	struct span host;     /* domain; p NULL where the text has none */
};

struct rfc822_addr_parser {
	struct cursor c; /* c.depth counts open groups */
	struct arena *arena;
	unsigned count;  /* elements handed out, at most CC_ADDRESSES_MAX */
	bool fault;      /* the next element is UNEXPECTED_DATA... */
	bool no_comment; /* "(" is text: one of them is never closed */
	bool no_quote;   /* the same for DQUOTE */
};

void cc_rfc822_addr_init(struct rfc822_addr_parser *p, struct arena *a,
    struct span list);

/*
 * 1 and the next element; 0 at the end, where open groups have been closed.
 * CC_ELIMIT after CC_ADDRESSES_MAX elements or when the arena is full; a group
 * may then be open (p->c.depth).
 */
int cc_rfc822_addr_next(struct rfc822_addr_parser *p,
    struct rfc822_addr *addr_r);

#endif
