/*
 * qp.h - quoted-printable: octets in, octets out (RFC 2045 section 6.7).
 */
#ifndef QP_H
#define QP_H

#include "cursor.h"
#include "strbuf.h"

/*
 * Appends what `in` encodes. Line ends stay as they are, blanks before them
 * go, and what is no "=XX" or soft line break is passed through. 0, or
 * CC_EPARSE if there was such: out is complete all the same.
 */
int cc_qp_decode(struct strbuf *out, struct span in);

/* The same for text that comes in pieces: decodes what does not depend on
 * octets to come, and moves the cursor behind it. */
int cc_qp_decode_some(struct strbuf *out, struct cursor *c);

/*
 * Appends `in` encoded for text: CRLF stays; other controls, TAB and a blank
 * before a line end included, and octets above 7E become "=XX"; lines are
 * broken softly so that none is longer than 76.
 */
void cc_qp_encode(struct strbuf *out, struct span in);

#endif
