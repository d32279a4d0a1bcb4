/*
 * imap_search.h - SEARCH programs on the wire, read into SEARCHPGM trees and
 * written back (RFC 3501 section 6.4.4; RFC 5032).
 */
#ifndef IMAP_SEARCH_H
#define IMAP_SEARCH_H

#include "cursor.h"
#include "mail.h"
#include "strbuf.h"

/*
 * Reads an astring at the cursor; 0 and its octets, or negative. A literal's
 * octets come from elsewhere: then *c becomes the piece of the command behind
 * it. The octets have to last until the program is parsed only.
 */
typedef int cc_imap_astring_fn(void *ctx, struct cursor *c,
    struct span *astring_r);

/*
 * search-key *(SP search-key), up to what follows none: a ")" too many, or the
 * end. At most CC_SEARCH_KEYS keys, CC_SEARCH_DEPTH of them inside each other.
 * Strings stay in the charset they were sent in.
 *
 * 0 and a new program, which the caller frees (mail_free_searchpgm). CC_EPARSE,
 * CC_ERANGE, CC_ELIMIT with the cursor anywhere.
 *
 * Keys are all ANDed, so parentheses leave no trace but in OR and NOT. Where
 * SEARCHPGM has one place for what stands there twice, the narrower of two
 * dates or sizes is kept; a second set, SENTON or ON goes into a NOT of a NOT.
 */
int cc_imap_parse_search(struct cursor *c, cc_imap_astring_fn *astring,
    void *ctx, SEARCHPGM **pgm_r);

/*
 * Writes the program so that parsing gives the same again; "ALL" for an empty
 * one. Strings that are no atoms become quoted strings or literals, which hold
 * a CRLF behind "}".
 */
void cc_imap_put_search(struct strbuf *out, const SEARCHPGM *pgm);

/* A key with a list of strings, or one with a date: where SEARCHPGM has it. */
struct cc_search_member {
	char name[16];
	size_t at; /* offset in SEARCHPGM */
};

/* Ended by an empty name. fields: those that are HEADER keys on the wire. */
extern const struct cc_search_member cc_search_texts[];
extern const struct cc_search_member cc_search_dates[];
extern const struct cc_search_member cc_search_fields[];

/* The keys without argument that ask for a flag. */
enum cc_search_flag {
	CC_SEARCH_ANSWERED,
	CC_SEARCH_DELETED,
	CC_SEARCH_DRAFT,
	CC_SEARCH_FLAGGED,
	CC_SEARCH_OLD,
	CC_SEARCH_RECENT,
	CC_SEARCH_SEEN,
	CC_SEARCH_UNANSWERED,
	CC_SEARCH_UNDELETED,
	CC_SEARCH_UNDRAFT,
	CC_SEARCH_UNFLAGGED,
	CC_SEARCH_UNSEEN,
	CC_SEARCH_FLAGS /* how many there are */
};

extern const char cc_search_flags[CC_SEARCH_FLAGS][12];

/* The flag keys of a program as bits, 1u << CC_SEARCH_ANSWERED and so on. */
unsigned cc_search_flag_bits(const SEARCHPGM *pgm);

#endif
