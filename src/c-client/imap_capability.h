/*
 * imap_capability.h - what our IMAP server can do, in one table.
 *
 * The login gate writes its greeting from it and the session its answers, so
 * that both always say the same. A name stands in the table when the server
 * does it, not before.
 */
#ifndef IMAP_CAPABILITY_H
#define IMAP_CAPABILITY_H

#include <stdbool.h>

#include "strbuf.h"

/* Parts of the list, to be or'ed. The code [CAPABILITY ...] has BASE with
 * LOGIN before the login and BASE with SESSION after it; the CAPABILITY
 * command prints all three in every state. */
#define IMAP_CAP_BASE 1u
#define IMAP_CAP_SESSION 2u
#define IMAP_CAP_LOGIN 4u
#define IMAP_CAP_ALL (IMAP_CAP_BASE | IMAP_CAP_SESSION | IMAP_CAP_LOGIN)

/* Mechanisms of AUTHENTICATE (RFC 4422), to be or'ed. */
#define IMAP_MECH_PLAIN 1u
#define IMAP_MECH_LOGIN 2u
#define IMAP_MECH_CRAM_MD5 4u  /* there is a file of its passwords */
#define IMAP_MECH_ANONYMOUS 8u /* strangers are let in */
#define IMAP_MECH_ALL 15u

/* What the list depends on. */
struct imap_capability_state {
	bool tls;            /* the connection is encrypted */
	bool plaintext;      /* a password in plain text is accepted now */
	bool anonymous;      /* the user is nobody in particular */
	bool netscape;       /* there is a URL for NETSCAPE */
	unsigned mechanisms; /* IMAP_MECH bits of those that are there */
};

/* Appends the names of the parts, separated by spaces, without "CAPABILITY"
 * and without a space at either end. */
void cc_imap_put_capability(struct strbuf *out, unsigned parts,
    const struct imap_capability_state *state);

/* The bit of the mechanism of that name, in any case; 0: none of ours. */
unsigned cc_imap_mechanism(struct span name);

#endif
