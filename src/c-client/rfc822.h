/*
 * rfc822.h - messages: parsing and writing headers and bodies, and their
 * transfer encodings (RFC 5322, RFC 2045). Needs mail.h.
 */
#ifndef RFC822_H
#define RFC822_H

#include "mail.h"

CC_DECLS_BEGIN

/*
 * Where output goes. One spare octet must follow end: a flush puts a NUL at
 * cur, hands beg to f, and begins again.
 */
typedef struct rfc822buffer {
	soutr_t f; /* app: flush routine */
	void *s;   /* app: its argument */
	char *beg; /* app: the buffer */
	char *cur; /* where the next octet goes */
	char *end; /* app: one past the last that may be used */
} RFC822BUFFER;

/* SET_RFC822OUTPUT: writes a message; tmp has SENDBUFLEN octets. */
typedef long (*rfc822out_t)(char *tmp, ENVELOPE *env, BODY *body, soutr_t f,
    void *s, long ok8bit);

/* SET_RFC822OUTPUTFULL: the same into a buffer. */
typedef long (*rfc822outfull_t)(RFC822BUFFER *buf, ENVELOPE *env, BODY *body,
    long ok8bit);

CC_DECLS_END

/* clang-format off */

#define rfc822_write_address(dest, adr) \
	rfc822_write_address_full(dest, adr, NIL)
#define rfc822_parse_msg(en, bdy, s, i, bs, host, flags) \
	rfc822_parse_msg_full(en, bdy, s, i, bs, host, 0, flags)

/* clang-format on */

#endif
