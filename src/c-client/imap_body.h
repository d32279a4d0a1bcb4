/*
 * imap_body.h - BODY and BODYSTRUCTURE on the wire (RFC 3501 section 7.4.2).
 */
#ifndef IMAP_BODY_H
#define IMAP_BODY_H

#include "arena.h"
#include "mime_part.h"
#include "strbuf.h"

/* Appends the structure of part and all below it; extended: BODYSTRUCTURE.
 * Does not recurse. localhost as for cc_imap_put_envelope. */
int cc_imap_put_body(struct strbuf *out, struct arena *a,
    const struct mime_part *part, bool extended, struct span localhost);

#endif
