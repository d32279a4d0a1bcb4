/*
 * mime_param.h - the values of Content-* fields (RFC 2045 section 5, 2183,
 * 2231, 2557, 3282, 1864).
 *
 * Values go as they were written: RFC 2231 pieces and percent codes stay. At
 * most CC_MIME_PARAMS parameters of a field are kept (CVE-2026-27859).
 */
#ifndef MIME_PARAM_H
#define MIME_PARAM_H

#include "arena.h"
#include "cursor.h"
#include "mime_part.h"

/*
 * ";attribute=value" pairs up to the end of the text: attributes in upper
 * case, values unquoted. A value that is missing becomes
 * "MISSING_PARAMETER_VALUE". One that is no token goes up to the next ";".
 * Gives NULL if there is none; what passes the arena's ceiling is left out.
 */
struct mime_param *cc_mime_parse_params(struct cursor *c, struct arena *a);

/* Moves to the first octet of `stops`, a blank or the end. */
struct span cc_mime_take_token(struct cursor *c, const char *stops);

/* An upper case copy in the arena; p NULL if it is full. */
struct span cc_mime_upper(struct arena *a, struct span s);

/* Is there a parameter of this (upper case) name, in one piece or several? */
bool cc_mime_has_param(const struct mime_param *params, const char *name);

/* The value of a parameter, p NULL if there is none of this (upper case)
 * name. */
struct span cc_mime_param(const struct mime_param *params, const char *name);

/* A value as it was meant (RFC 2231). */
struct mime_value {
	struct span charset;  /* of the octets; p NULL if none is told */
	struct span language; /* p NULL if none is told, else maybe empty */
	struct span octets;
};

/*
 * The value of a parameter of this (upper case) name, in one piece or several,
 * percent codes decoded. A value with a charset is preferred to a plain one
 * beside it, which is there for old readers. False if there is none or the
 * arena is full. Spans lie in the params or in the arena.
 */
bool cc_mime_param_decode(const struct mime_param *params, const char *name,
    struct arena *a, struct mime_value *value_r);

/*
 * Its octets alone, and the plain value preferred: for boundaries, which all
 * readers must read alike. Joined from pieces and percent-decoded where it was
 * written so ("NAME*", "NAME*0", "NAME*1*" ...); charset and language are left
 * out. Lies in the params or in the arena; p NULL if it is full.
 */
struct span cc_mime_param_decoded(const struct mime_param *params,
    const char *name, struct arena *a);

/*
 * Takes a field into the part. name is what stands behind "Content-", in any
 * case; body is the field's body with its folds. Of a repeated field the first
 * counts; other fields are ignored.
 */
void cc_mime_parse_field(struct mime_part *part, struct arena *a,
    struct span name, struct span body);

/* Sets type and subtype, in upper case; a missing subtype (no octets) is the
 * type's usual one. */
void cc_mime_name_type(struct mime_part *part, struct arena *a,
    struct span name, struct span subtype);

/* Sets the encoding. */
void cc_mime_name_encoding(struct mime_part *part, struct arena *a,
    struct span name);

/* Fills in what no field has said: the type (message/rfc822 if digest is set,
 * else text/plain), a subtype, charset US-ASCII for text, 7BIT. */
void cc_mime_set_defaults(struct mime_part *part, struct arena *a, bool digest);

#endif
