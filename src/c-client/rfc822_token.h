/*
 * rfc822_token.h - the words of structured header fields: blanks, comments,
 * quoted strings (RFC 5322 section 3.2), with the obsolete forms and with the
 * octets above 7F of RFC 6532 taken as text.
 *
 * All of it is linear in the octets it moves over. Nesting is counted, never
 * recursed into.
 */
#ifndef RFC822_TOKEN_H
#define RFC822_TOKEN_H

#include <stdint.h>

#include "arena.h"
#include "cursor.h"

/* Space, tab, CR or LF: what folding may leave between words. */
static inline bool
cc_rfc822_is_blank(int c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Moves past blanks and line ends; comments stay. */
void cc_rfc822_skip_blanks(struct cursor *c);

/*
 * At "(": moves past the comment, nested ones included; *text_r is what stands
 * between the outer parentheses. CC_EPARSE and an unmoved cursor if it is not
 * closed.
 */
int cc_rfc822_skip_comment(struct cursor *c, struct span *text_r);

/* Moves past blanks and comments. A comment that is not closed reaches to the
 * end of the text. */
void cc_rfc822_skip_cfws(struct cursor *c);

/* At DQUOTE: moves past the quoted string; *text_r is what stands between the
 * quotes, escapes and folds included. CC_EPARSE and an unmoved cursor if it is
 * not closed. */
int cc_rfc822_skip_quoted(struct cursor *c, struct span *text_r);

/* At ESC: moves past a run of two-byte characters of ISO-2022-JP (RFC 1468),
 * whose octets look like specials; past the ESC alone if it is none. */
void cc_rfc822_skip_iso2022(struct cursor *c);

/* What cc_rfc822_unquote takes away. */
enum {
	RFC822_UNFOLD = 1,  /* CR and LF */
	RFC822_ESCAPES = 2, /* a backslash before any octet */
	RFC822_QUOTES = 4,  /* DQUOTEs that no backslash protects */
	RFC822_COMMENTS =
	    8, /* comments outside quotes; a blank takes the place */
	RFC822_LOCAL = 16, /* blanks beside "." "@" "," and at the ends */
};

/*
 * The value of raw text: *text_r lies in raw if nothing has to go, else in the
 * arena. 0, or CC_ELIMIT from the arena.
 */
int cc_rfc822_unquote(struct arena *a, struct span raw, unsigned what,
    struct span *text_r);

#endif
