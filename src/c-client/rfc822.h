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

/*
 * The steps of a list, for programs that take it apart themselves. Strings are
 * not changed unless that is said; ret, end and *string receive the place
 * behind what was read. Complaints go to mm_log at PARSE.
 */

/* One address or group, appended behind last, the tail of *lst; depth: 0.
 * Gives the new tail, or NIL if there is none; *string is NIL at the end. */
ADDRESS *rfc822_parse_address(ADDRESS **lst, ADDRESS *last, char **string,
    char *defaulthost, unsigned long depth);

/* "name: members;" - an element with the name, the members, an empty element;
 * NIL if it is no group. */
ADDRESS *rfc822_parse_group(ADDRESS **lst, ADDRESS *last, char **string,
    char *defaulthost, unsigned long depth);

/* One mailbox, "phrase <address>" or "local@host"; the routine of
 * SET_PARSEPHRASE may know what a bare phrase means. */
ADDRESS *rfc822_parse_mailbox(char **string, char *defaulthost);

/* T if a phrase that ends here has nothing else behind it: the end, "," or
 * ";". */
long rfc822_phraseonly(char *end);

/* "<@route:local@host>"; NIL if it does not begin so. */
ADDRESS *rfc822_parse_routeaddr(char *string, char **ret, char *defaulthost);

/* "local@host (name)", "local at host"; without a host defaulthost, or "@" if
 * that is NIL, takes its place. */
ADDRESS *rfc822_parse_addrspec(char *string, char **ret, char *defaulthost);

/* A domain or domain literal, allocated; NIL, and *end NIL, if there is
 * none. */
char *rfc822_parse_domain(char *string, char **end);

/* The place behind as many words as there are, or behind one word, which ends
 * at one of delimiters (NIL: those of RFC 5322); NIL if there is none or a
 * quote is not closed. */
char *rfc822_parse_phrase(char *string);
char *rfc822_parse_word(char *string, const char *delimiters);

/* An allocated copy without quotes and backslashes; removes them in place. */
char *rfc822_cpy(char *src);
char *rfc822_quote(char *src);

/* Moves over blanks, line ends and comments. */
void rfc822_skipws(char **s);

/* At "(": moves behind the comment and gives its text, without blanks around
 * it and, with trim, ended by a NUL in its place. NIL if it is not closed: the
 * string then ends before it. */
char *rfc822_skip_comment(char **s, long trim);

/* The subtype of a TYPE code for parts that name none. */
char *rfc822_default_subtype(unsigned short type);

/* ------------------------------------------------------ writing messages */

/*
 * Through a buffer. All give T, or NIL once the routine gave NIL; what was
 * written last lies in the buffer until rfc822_output_flush. No text can begin
 * a field of its own: line ends in it become folds, or go.
 */

/* Hands what is in the buffer to its routine, with a NUL behind it. */
long rfc822_output_flush(RFC822BUFFER *buf);

/*
 * rfc822_output_full - a complete message, without Bcc.
 *
 * body		NIL: a header alone; its contents are encoded in place, see
 *		rfc822_encode_body_7bit
 * ok8		T: the transport takes 8-bit text
 *
 * Flushes at the end. The routines of SET_RFC822OUTPUTFULL and of
 * SET_RFC822OUTPUT take its place.
 */
long rfc822_output_full(RFC822BUFFER *buf, ENVELOPE *env, BODY *body, long ok8);

/*
 * rfc822_output_header - all fields and the empty line.
 *
 * env		with remail, that header comes first and the other fields are
 *		ReSent- ones
 * body		its MIME fields are written unless there is a remail; NIL: none
 * specials	octets of a phrase that want quotes; NIL: those of RFC 5322
 * flags	T: with Bcc
 */
long rfc822_output_header(RFC822BUFFER *buf, ENVELOPE *env, BODY *body,
    const char *specials, long flags);

/* "Type: text", or "ReSent-Type: text", and CRLF; nothing if there is no text
 * (or address). Address lines are folded. */
long rfc822_output_header_line(RFC822BUFFER *buf, char *type, long resent,
    char *text);
long rfc822_output_address_line(RFC822BUFFER *buf, char *type, long resent,
    ADDRESS *adr, const char *specials);

/* A list; pretty is the column where it begins if lines are to be folded at 78
 * columns (then members of groups are left out), or NIL. */
long rfc822_output_address_list(RFC822BUFFER *buf, ADDRESS *adr, long pretty,
    const char *specials);

/* local@host; the local part alone if the host is "@". */
long rfc822_output_address(RFC822BUFFER *buf, ADDRESS *adr);

/* A word, in quotes if it is empty or has one of specials in it; NIL: if it is
 * no dot-atom. */
long rfc822_output_cat(RFC822BUFFER *buf, char *src, const char *specials);

/* "; NAME=value" of each; words with commas between. */
long rfc822_output_parameter(RFC822BUFFER *buf, PARAMETER *param);
long rfc822_output_stringlist(RFC822BUFFER *buf, STRINGLIST *stl);

/* The MIME fields of a body, without an empty line. */
long rfc822_output_body_header(RFC822BUFFER *buf, BODY *body);

/*
 * Make the contents fit for a transport, in place: 8BIT becomes
 * quoted-printable (7bit only), BINARY base64; multiparts get a boundary.
 * Contents must be fs_get blocks. An encoded MESSAGE is fatal.
 */
void rfc822_encode_body_7bit(ENVELOPE *env, BODY *body);
void rfc822_encode_body_8bit(ENVELOPE *env, BODY *body);

/* The contents, with boundaries; each is a text with a NUL. */
long rfc822_output_text(RFC822BUFFER *buf, BODY *body);

/* ----------------------------------------------------- content encodings */

/* Results are fs_get blocks with a NUL behind their *len octets. */

/* Decodes base64. NIL and *len 0 if there is anything in it but digits, blanks
 * and the padding where it belongs. */
void *rfc822_base64(unsigned char *src, unsigned long srcl, unsigned long *len);

/* Encodes to base64, in lines of 60 that end with CRLF; at least one. */
unsigned char *rfc822_binary(void *src, unsigned long srcl, unsigned long *len);

/* Decodes quoted-printable: blanks at line ends go, what is no sequence
 * stays. */
unsigned char *rfc822_qprint(unsigned char *src, unsigned long srcl,
    unsigned long *len);

/* Encodes to quoted-printable: CRLF stays, lines have at most 76 octets. */
unsigned char *rfc822_8bit(unsigned char *src, unsigned long srcl,
    unsigned long *len);

/* --------------------------------------------- writing into plain buffers */

/*
 * The buffer has SENDBUFLEN octets. Text ends before the first address or field
 * that does not fit, and mm_log is told. Those with dest append to the text
 * there; those with *header write there and move it to the new end, and use at
 * most SENDBUFLEN - MAILTMPLEN octets, as they cannot know what stands before.
 */

/* A whole header with its empty line, without Bcc. */
void rfc822_header(char *header, ENVELOPE *env, BODY *body);

/* Lines as above; ReSent- ones if env has a remail. */
void rfc822_header_line(char **header, char *type, ENVELOPE *env, char *text);
void rfc822_address_line(char **header, char *type, ENVELOPE *env,
    ADDRESS *adr);

/* Appends a list; base is where its line begins if lines are to be folded, or
 * NIL. Gives the new end. */
char *rfc822_write_address_full(char *dest, ADDRESS *adr, char *base);

/* Append local@host; a word. */
void rfc822_address(char *dest, ADDRESS *adr);
void rfc822_cat(char *dest, char *src, const char *specials);

/* The MIME fields of a body, without an empty line. */
void rfc822_write_body_header(char **header, BODY *body);

/* rfc822_output_full with t, of SENDBUFLEN octets, as its buffer; the contents
 * of a body alone. */
long rfc822_output(char *t, ENVELOPE *env, BODY *body, soutr_t f, void *s,
    long ok8bit);
long rfc822_output_body(BODY *body, soutr_t f, void *s);

CC_DECLS_END

/* clang-format off */

#define rfc822_write_address(dest, adr) \
	rfc822_write_address_full(dest, adr, NIL)
#define rfc822_parse_msg(en, bdy, s, i, bs, host, flags) \
	rfc822_parse_msg_full(en, bdy, s, i, bs, host, 0, flags)

/* clang-format on */

#endif
