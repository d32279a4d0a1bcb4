/*
 * imap_grammar.h - the words of IMAP: atoms, strings, numbers, sequence sets,
 * dates, LIST patterns (RFC 3501 section 9). Shared by server and client.
 *
 * All parsers: 0 and the result, or CC_EPARSE, CC_ERANGE, CC_ELIMIT with the
 * cursor unmoved. Of literals only the announcement is here: their octets
 * need I/O, so the reader of the server puts them where the command refers to
 * them (imapd/input.c). Responses, which a client has as a whole, are read by
 * imap_read.h.
 */
#ifndef IMAP_GRAMMAR_H
#define IMAP_GRAMMAR_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "arena.h"
#include "cursor.h"
#include "strbuf.h"

/* Classes of RFC 3501 section 9 as this toolkit reads them. */
bool cc_imap_is_atom_char(int c);    /* ATOM-CHAR: no specials, no "]" */
bool cc_imap_is_astring_char(int c); /* ATOM-CHAR and "]" */
bool cc_imap_is_list_char(int c);    /* ASTRING-CHAR and "%" "*" */

/* number, nz-number: unsigned 32 bit. A number may begin with zeros, an
 * nz-number may not; 0 as one is CC_ERANGE. */
int cc_imap_parse_number(struct cursor *c, uint32_t *num_r);
int cc_imap_parse_nz_number(struct cursor *c, uint32_t *num_r);

/* number64 (RFC 9051): at most 2^63-1. */
int cc_imap_parse_number64(struct cursor *c, uint64_t *num_r);

/* 1*ATOM-CHAR, as it stands in the input. */
int cc_imap_parse_atom(struct cursor *c, struct span *atom_r);

/* tag: at most CC_IMAP_TAG octets, else CC_ELIMIT. "+" may stand in it, which
 * RFC 3501 has not, but not at its beginning, where the answer would look like
 * a continuation request. The SP behind it is not consumed. */
int cc_imap_parse_tag(struct cursor *c, struct span *tag_r);

/* quoted: the value lies in the input if it has no escape, else in the arena.
 * Octets above 7F, CR, LF and NUL are refused. */
int cc_imap_parse_quoted(struct cursor *c, struct arena *a, struct span *s_r);

/* The same with octets above 7F: imapflow, imapfilter and others write the
 * strings of SEARCH CHARSET UTF-8 like this, not as literals. */
int cc_imap_parse_quoted_8bit(struct cursor *c, struct arena *a,
    struct span *s_r);

/* The announcement of a literal. */
struct imap_literal {
	uint64_t octets; /* at most CC_IMAP_LITERAL_HUGE */
	bool nonsync;    /* "+": the octets come without being asked for */
	bool binary;     /* "~": a literal8, which may hold NUL */
};

/* Octets of a literal whose number is no number64. */
#define CC_IMAP_LITERAL_HUGE ((uint64_t)INT64_MAX + 1)

/* "{n}", "{n+}", "~{n}", "~{n+}", without the line end behind it. */
int cc_imap_parse_literal(struct cursor *c, struct imap_literal *literal_r);

/* Does a line (without its line end) end in one? Then *at_r is its offset. */
bool cc_imap_find_literal(struct span line, struct imap_literal *literal_r,
    size_t *at_r);

/* flag: an atom, or "\" and an atom; `\*` is not one. */
int cc_imap_parse_flag(struct cursor *c, struct span *flag_r);

/* "*" in a range; no number is 0, while 2^32-1 is an ordinary UID. */
#define CC_IMAP_STAR 0u

/* A set of message numbers or UIDs, in the order written. */
struct imap_range {
	uint32_t first; /* CC_IMAP_STAR stands for "*" */
	uint32_t last;  /* the same; equal to first for a single number */
};

struct imap_seqset {
	struct imap_range *ranges; /* in the arena */
	size_t count;
};

/* sequence-set; at most CC_SEQSET_RANGES ranges. What follows is the caller's
 * to check, but it is none of ":", "*" and digits. */
int cc_imap_parse_seqset(struct cursor *c, struct arena *a,
    struct imap_seqset *set_r);

/* Is num in the set, with "*" meaning max? Linear in the ranges. A range with
 * "*" stands for nothing if max is 0. */
bool cc_imap_seqset_has(const struct imap_seqset *set, uint32_t num,
    uint32_t max);

/*
 * Sorts and joins: ranges become ascending, disjoint, with first <= last and
 * "*" replaced by max, so that walking messages and ranges together is linear.
 */
void cc_imap_seqset_normalise(struct imap_seqset *set, uint32_t max);

/* Writes "1:3,7"; nothing for an empty set. */
void cc_imap_put_seqset(struct strbuf *out, const struct imap_seqset *set);

/* An internal date: UTC seconds, and the zone it was written with. */
struct imap_date {
	int64_t time; /* seconds since 1970-01-01 00:00:00 UTC */
	int zone;     /* minutes east of UTC */
};

/*
 * date-time of APPEND (without the DQUOTEs), RFC 822 dates and the other forms
 * that imap_date.c lists. A date without a time is midnight, one without a
 * zone is +0000. CC_ERANGE for a year outside 1970-2097.
 */
int cc_imap_parse_date_time(struct span s, struct imap_date *date_r);

/* " 5-Mar-2024 09:01:02 +0000", always 26 characters, without DQUOTEs. What
 * such a date cannot say becomes the nearest it can. */
void cc_imap_put_date_time(struct strbuf *out, const struct imap_date *date);

/* date of SEARCH: d-Mmm-yyyy or d-Mmm-yy (70 is 1970, 69 is 2069); the result
 * is the day number since 1970. Any month has 31 days: 31-Feb is 3-Mar. */
int cc_imap_parse_date(struct span s, int *day_r);

/* Days since 1970-01-01 of a proleptic Gregorian date, and back. */
int64_t cc_days_from_civil(int year, int month, int day);
void cc_civil_from_days(int64_t days, int *year_r, int *month_r, int *day_r);

/* LIST: does name match pattern ("*" all, "%" all but delim)? Iterative, at
 * most |name| * |pattern| steps. delim 0: no hierarchy, "%" acts as "*". */
bool cc_imap_match(struct span name, struct span pattern, char delim);

/* Could some name that begins with the directory `dir` (ending in delim), and
 * is longer, match? Tells a directory walk whether to descend. */
bool cc_imap_match_below(struct span dir, struct span pattern, char delim);

/* Writing. string: quoted if all octets are printable ASCII without DQUOTE
 * and backslash, else a literal {n}; NUL goes out as 80 (hex). astring: an
 * atom where that is possible (not for "NIL", nor with "]"). nstring: NIL if
 * s.p is NULL. */
void cc_imap_put_string(struct strbuf *out, struct span s);
void cc_imap_put_astring(struct strbuf *out, struct span s);
void cc_imap_put_nstring(struct strbuf *out, struct span s);

#endif
