/*
 * imap_envelope.h - ENVELOPE on the wire (RFC 3501 section 7.4.2).
 */
#ifndef IMAP_ENVELOPE_H
#define IMAP_ENVELOPE_H

#include "arena.h"
#include "rfc822_header.h"
#include "strbuf.h"

/* Appends "(date subject ...)" for the header scanned into env. localhost
 * stands in for a missing domain as api/functions.md says. */
int cc_imap_put_envelope(struct strbuf *out, struct arena *a,
    const struct rfc822_envelope *env, struct span localhost);

#endif
