/*
 * rfc822_addr.h - address lists (RFC 5322 section 3.4, obsolete forms of 4.4).
 *
 * One parser; the public ADDRESS lists (rfc822_parse_adrlist) and the ENVELOPE
 * on the wire (imap_envelope.c) are both made from what it hands out.
 */
#ifndef RFC822_ADDR_H
#define RFC822_ADDR_H

#include "arena.h"
#include "cursor.h"

enum rfc822_addr_kind {
	RFC822_ADDR_MAILBOX,	 /* mailbox and host; personal, adl if given */
	RFC822_ADDR_GROUP_START, /* mailbox is the group's name */
	RFC822_ADDR_GROUP_END,	 /* nothing is set */
};

/* p is NULL for what is absent. Texts lie in the input or in the arena. */
struct rfc822_addr {
	enum rfc822_addr_kind kind;
	struct span personal; /* display name, unquoted */
	struct span adl;      /* source route "@a,@b" */
	struct span mailbox;  /* local part, unquoted; or a group's name */
	struct span host;     /* domain; p NULL where the text has none */
};

struct rfc822_addr_parser {
	struct cursor c;
	struct arena *arena;
	bool in_group;
	unsigned count; /* addresses handed out, at most CC_ADDRESSES_MAX */
};

void cc_rfc822_addr_init(struct rfc822_addr_parser *p, struct arena *a,
    struct span list);

/* 1 and the next element; 0 at the end. Text that is no address is skipped up
 * to the next comma or handed out with host ".SYNTAX-ERROR." as the API
 * (ERRHOST) has it; never an error but CC_ELIMIT. */
int cc_rfc822_addr_next(struct rfc822_addr_parser *p,
    struct rfc822_addr *addr_r);

#endif
