/*
 * imap_read.h - what servers send, as a client gets it: strings, ENVELOPE,
 * BODY and BODYSTRUCTURE (RFC 3501 sections 7.4.2 and 9).
 *
 * Input is a response with its literals behind their announcements. Read as
 * meant is what real servers do wrong: blanks too many or missing, NIL or an
 * atom where a string is due, members missing at the end of a list or too
 * many, which are skipped, as are extensions yet to be invented.
 *
 * Nothing recurses. Memory is in proportion to the input, and bounded by
 * CC_ADDRESSES_MAX, CC_MIME_PARAMS, CC_MIME_PARTS and CC_MIME_DEPTH; what
 * passes them is left out, with one complaint to the program.
 *
 * All readers: 0 and the result, or CC_EPARSE, CC_ELIMIT (the arena is full)
 * with the cursor unmoved. The arena is scratch.
 */
#ifndef IMAP_READ_H
#define IMAP_READ_H

#include "arena.h"
#include "cursor.h"
#include "mail.h"

/*
 * nstring: quoted, a literal of any kind, NIL in any case (p NULL), or an atom
 * in the place of one; blanks before it are skipped. A quoted string may hold
 * octets above 7F (RFC 6855) and escapes of any character. The value lies in
 * the input or, if it has escapes, in the arena.
 */
int cc_imap_read_nstring(struct cursor *c, struct arena *a, struct span *s_r);

/* Moves past one value: an nstring, or a list with all that is in it. */
int cc_imap_skip_value(struct cursor *c);

/* Moves past what is left of a list and its ")". */
int cc_imap_skip_list(struct cursor *c);

/*
 * The envelope in parentheses, marked imapenvonly. Groups are as RFC 3501 has
 * them, (NIL NIL name NIL) to (NIL NIL NIL NIL); they come out balanced and
 * not nested, whatever was sent. Sender and Reply-To default to From.
 */
int cc_imap_read_envelope(struct cursor *c, struct arena *a, ENVELOPE **env_r);

/*
 * BODY or BODYSTRUCTURE. Attributes, subtypes and dispositions are put into
 * upper case. nested is as local parsing makes it: a MULTIPART has at least
 * one part (an empty text/plain if none was sent), a MESSAGE/RFC822 a message
 * with envelope and body.
 */
int cc_imap_read_body(struct cursor *c, struct arena *a, BODY **body_r);

/* Moves past blanks; the octet there, or -1. */
int cc_imap_next(struct cursor *c);

/*
 * Pieces of these two, for each other. They leave the cursor anywhere if they
 * fail, and read the ")" of the list around them as NIL.
 */

/* A member that is a text; NIL if it is a list. The texts of the API end at a
 * NUL, which only a literal that breaks RFC 3501 can hold, and so does this. */
int cc_imap_read_member(struct cursor *c, struct arena *a, struct span *text_r);

/* "name value" pairs in parentheses; NULL for NIL and what is no list. */
struct mime_param;
int cc_imap_read_params(struct cursor *c, struct arena *a,
    struct mime_param **params_r);

/* The data of an extended part behind its MD5: disposition, language,
 * location, and extensions, to the ")" that ends the part. */
struct mime_part;
int cc_imap_read_extension(struct cursor *c, struct arena *a,
    struct mime_part *part);

#endif
