/*
 * md5.h - the MD5 digest and HMAC over it (RFC 1321, RFC 2104).
 *
 * For CRAM-MD5 and APOP only, which have nothing better. The three functions
 * are part of the API, though no header of it declares them: programs that use
 * them repeat the structure and the prototypes.
 */
#ifndef CC_MD5_H
#define CC_MD5_H

#include "cc_decl.h"
#include "span.h"

#define MD5BLKLEN 64 /* octets of a block */
#define MD5DIGLEN 16 /* octets of a digest */

typedef struct {
	unsigned long chigh;          /* octets so far, upper 32 bits */
	unsigned long clow;           /* and lower ones */
	unsigned long state[4];       /* 32 bits each */
	unsigned char buf[MD5BLKLEN]; /* a block that is not full yet */
	unsigned char *ptr;           /* where its next octet goes */
} MD5CONTEXT;

CC_DECLS_BEGIN

void md5_init(MD5CONTEXT *ctx);
void md5_update(MD5CONTEXT *ctx, unsigned char *data, unsigned long len);

/* The MD5DIGLEN octets of the digest; wipes the context. */
void md5_final(unsigned char *digest, MD5CONTEXT *ctx);

CC_DECLS_END

/* The HMAC of text under key, as lower-case hexadecimal with a NUL. */
#define CC_HMAC_MD5_HEX (2 * MD5DIGLEN + 1)
void cc_hmac_md5(char hex[CC_HMAC_MD5_HEX], struct span key, struct span text);

#endif
