/*
 * base64.h - base64 of SASL: octets in, octets out (RFC 4648 section 4).
 */
#ifndef BASE64_H
#define BASE64_H

#include "span.h"
#include "strbuf.h"

/*
 * Appends what `in` encodes to out. Strict, as SASL wants it: the length is a
 * multiple of 4, padding stands at the end only, the bits it leaves over are
 * zero, and nothing else than the alphabet occurs, no white space either.
 * 0; CC_EPARSE with out as it was; CC_ELIMIT if out cannot hold it.
 */
int cc_base64_decode(struct strbuf *out, struct span in);

/* The digits, by what they stand for; and the six bits of one, or -1. */
extern const char cc_base64_digits[64 + 1];
int cc_base64_digit(unsigned char c);

/* Appends the encoding of `in`, in one line. */
void cc_base64_encode(struct strbuf *out, struct span in);

#endif
