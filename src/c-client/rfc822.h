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

/* ------------------------------------------------------ parsing messages */

/*
 * rfc822_parse_msg_full - envelope and body of a message.
 *
 * en, bdy	receive them, the caller's; bdy may be NIL
 * s, i		the header and its octets; no NUL is needed
 * bs		the text, from where it stands; unused if bdy is NIL
 * host		for addresses without one; NIL: BADHOST
 * depth	0; parts are nested to the limit of the library, not further
 * flags	DR_ of the driver; DR_CRLF: sizes are as they stand, else every
 *		LF counts as CRLF
 *
 * Sender and Reply-To that are missing are copied from From. Of fields that
 * occur more than once the first counts, but addresses accumulate. The routine
 * of SET_PARSELINE sees every field.
 */
void rfc822_parse_msg_full(ENVELOPE **en, BODY **bdy, char *s, unsigned long i,
    STRING *bs, char *host, unsigned long depth, unsigned long flags);

/*
 * rfc822_parse_content - offsets, sizes and parts of a body whose Content-
 * fields are known, from its text; h: host, as above.
 */
void rfc822_parse_content(BODY *body, STRING *bs, char *h, unsigned long depth,
    unsigned long flags);

/* Takes a Content- field into a body; name is what stands behind "Content-".
 * Type and encoding names unknown so far get a place in body_types and
 * body_encodings, while there is room. */
void rfc822_parse_content_header(BODY *body, char *name, char *s);

/* Appends ";name=value" pairs: names in upper case, values unquoted. RFC 2231
 * is left as it is written. */
void rfc822_parse_parameter(PARAMETER **par, char *text);

/* Appends the addresses of a list to *lst; host, or "@" if it is NIL, for
 * those without one. What is no address has the host ERRHOST. */
void rfc822_parse_adrlist(ADDRESS **lst, char *string, char *host);

/* A copy of a list: personal, adl, mailbox and host. */
ADDRESS *rfc822_cpy_adr(ADDRESS *adr);

/* The subtype of a TYPE code for parts that name none. */
char *rfc822_default_subtype(unsigned short type);

CC_DECLS_END

/* clang-format off */

#define rfc822_write_address(dest, adr) \
	rfc822_write_address_full(dest, adr, NIL)
#define rfc822_parse_msg(en, bdy, s, i, bs, host, flags) \
	rfc822_parse_msg_full(en, bdy, s, i, bs, host, 0, flags)

/* clang-format on */

#endif
