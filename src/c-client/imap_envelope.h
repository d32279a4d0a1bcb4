/*
 * imap_envelope.h - ENVELOPE on the wire (RFC 3501 section 7.4.2).
 */
#ifndef IMAP_ENVELOPE_H
#define IMAP_ENVELOPE_H

#include "arena.h"
#include "rfc822_header.h"
#include "strbuf.h"

/*
 * Appends "(date subject ...)" for the header scanned into env. localhost
 * stands in for the domain of an address that has none; p NULL: BADHOST.
 * Sender and Reply-To default to From. The arena serves as scratch and may be
 * reset afterwards.
 *
 * 0, or CC_ELIMIT if out is full. Of an address list that passes
 * CC_ADDRESSES_MAX or the arena's ceiling the rest is left out.
 */
int cc_imap_put_envelope(struct strbuf *out, struct arena *a,
    const struct rfc822_envelope *env, struct span localhost);

#endif
