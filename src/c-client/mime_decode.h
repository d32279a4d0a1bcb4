/*
 * mime_decode.h - content transfer encodings, decoded as the text comes
 * (RFC 2045 section 6).
 *
 * Text may come in pieces, cut anywhere; memory does not grow with it.
 */
#ifndef MIME_DECODE_H
#define MIME_DECODE_H

#include <stdint.h>

#include "strbuf.h"

struct mime_decoder {
	unsigned short encoding; /* ENC7BIT ... of mail_const.h */
	struct strbuf held;      /* quoted-printable: what waits for more */
	uint32_t bits;           /* base64: digits of a group of four */
	unsigned digits;         /* how many; 4 behind the padding */
	unsigned pads;           /* "=" of that group */
	bool broken;             /* the text does not follow the encoding */
	bool after_end;          /* base64: text behind the padding */
};

void cc_mime_decode_init(struct mime_decoder *d, unsigned short encoding);

/*
 * Appends what the next octets stand for; encodings without a decoder go
 * through. What does not follow the encoding is read as RFC 2045 advises:
 * other octets than base64's are skipped, "=" that begins no sequence of
 * quoted-printable stays. A program that must not guess looks at d->broken.
 *
 * base64 ends at its padding. More than 8 KiB of blanks at the end of a
 * quoted-printable line may stay.
 */
void cc_mime_decode(struct mime_decoder *d, struct strbuf *out, struct span in);

/* Ends the text: appends what was held and frees it. base64 without its
 * padding gives the whole octets that are there. */
void cc_mime_decode_end(struct mime_decoder *d, struct strbuf *out);

#endif
