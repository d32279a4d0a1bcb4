/*
 * utf8aux.h - UTF-8 for mail: encoded words (RFC 2047), mailbox names (RFC
 * 3501 section 5.1.3), search programs. Needs mail.h and utf8.h.
 */
#ifndef UTF8AUX_H
#define UTF8AUX_H

#include "mail.h"

CC_DECLS_BEGIN

/*
 * utf8_mime2text - encoded words of a header, to UTF-8 (RFC 2047).
 *
 * flags	U8T_CASECANON, U8T_DECOMPOSE for all of the text
 *
 * dst->data is src->data itself if nothing had to change, else a new block
 * with a NUL behind it, which the caller gives back. White space between two
 * words goes, and characters that were cut in two by it are whole again. What
 * follows the grammar in part only stays as it is; the octets of a word whose
 * charset is not known are given as they are. T.
 */
long utf8_mime2text(SIZEDTEXT *src, SIZEDTEXT *dst, long flags);

/* The end, a "?" before se, of the charset or encoding that begins at s; *t
 * gets it too. NIL if there is none. */
unsigned char *mime2_token(unsigned char *s, unsigned char *se,
    unsigned char **t);

/* The end, the "?" of "?=" before se, of the encoded text that begins at s;
 * NIL if there is none. */
unsigned char *mime2_text(unsigned char *s, unsigned char *se);

/* Decodes text from t to te in the encoding that e points to, "B" or "Q", into
 * a new block. NIL for another encoding or bad text. */
long mime2_decode(unsigned char *e, unsigned char *t, unsigned char *te,
    SIZEDTEXT *txt);

/* UTF-8 to a mailbox name and back, allocated; NIL if src is not UTF-8, not a
 * mailbox name. */
unsigned char *utf8_to_mutf7(unsigned char *src);
unsigned char *utf8_from_mutf7(unsigned char *src);

/* Makes each string of the program, which is in this charset, caseless and
 * decomposed UTF-8; in place, so that it fits no other charset any more. */
void utf8_searchpgm(SEARCHPGM *pgm, char *charset);

CC_DECLS_END

#endif
