/*
 * text_search.h - does this text contain that string?
 *
 * Case is ignored and letters are taken apart from their accents, as in the
 * collation i;unicode-casemap (RFC 5051), and ASCII's case once more: a
 * ligature finds its letters in either case. ASCII text is searched as it
 * lies; only lines with other octets are decoded.
 */
#ifndef TEXT_SEARCH_H
#define TEXT_SEARCH_H

#include <stdint.h>

#include "span.h"
#include "strbuf.h"
#include "utf8.h"

/* A string that is looked for. Prepared once, then shared by any number of
 * searches and threads. */
struct cc_needle {
	unsigned char *text; /* canonical, ASCII letters small */
	uint32_t *border;    /* of each prefix: its longest border's length */
	size_t len;          /* 0: found in any text */
	size_t a, b;         /* two places with rare octets, a <= b */
	bool ascii;          /* text has no octets above 7F */
};

/* string is UTF-8; octets that are not are looked for as they are. At most
 * UINT32_MAX octets. */
void cc_needle_init(struct cc_needle *n, struct span string);
void cc_needle_free(struct cc_needle *n);

/* Octets searched for a needle, in whatever pieces they come. */
struct cc_search {
	const struct cc_needle *needle;
	size_t matched; /* octets of the needle that the text ends with */
	uint64_t steps; /* octets compared one by one, for tests */
	bool found;
};

void cc_search_init(struct cc_search *s, const struct cc_needle *needle);

/* Goes on with text that is canonical but for ASCII's case. True as soon as
 * the needle was found, and ever after. Time is linear in the text, whatever
 * needle and text are. */
bool cc_search_feed(struct cc_search *s, struct span text);

/* Text in a charset searched for a needle. */
struct cc_text_search {
	struct cc_search search;
	const CHARSET *cs;
	struct strbuf held; /* a line to be decoded, as far as it came */
};

/* The charset that a text part names, which may be NULL, for searching: NULL
 * for one that is unknown, and for US-ASCII, which is also what a part has
 * that names none (RFC 2045 section 5.2); what is not ASCII there mostly is
 * UTF-8. */
const CHARSET *cc_text_charset(char *name);

/* cs may be NULL for text without a (known) charset: it is taken as UTF-8. */
void cc_text_search_init(struct cc_text_search *t,
    const struct cc_needle *needle, const CHARSET *cs);

/* The next octets, content transfer encoding removed; lines end with LF or
 * CRLF. True as soon as the needle was found. */
bool cc_text_search_feed(struct cc_text_search *t, struct span text);

/* The end of the text: was the needle found? Gives back what t holds. */
bool cc_text_search_finish(struct cc_text_search *t);

/* Is it a character of a script whose caseless forms never hold ASCII? Not all
 * that are so, but those that texts are written in. */
bool cc_text_is_foreign(unsigned long c);

/* All of it at once. */
bool cc_text_search(const struct cc_needle *needle, const CHARSET *cs,
    struct span text);

#endif
