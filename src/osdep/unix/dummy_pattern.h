/*
 * dummy_pattern.h - LIST patterns of local names (inner interface).
 */
#ifndef DUMMY_PATTERN_H
#define DUMMY_PATTERN_H

#include <stdbool.h>

#include "span.h"
#include "strbuf.h"

/*
 * The pattern that reference and pattern make together, put into *out, which
 * the caller initialised. 0; CC_ENOENT if no local name can match (remote
 * names, unknown namespaces); CC_ELIMIT if there are too many wildcards or
 * octets. ref may be NULL.
 */
int cc_dummy_pattern(const char *ref, const char *pat, struct strbuf *out);

/* The root of a name, which an empty pattern asks for: up to its first "/",
 * that included, else "". */
struct span cc_dummy_root(struct span name);

/* The directory where a pattern's walk begins: what is before its first
 * wildcard, up to the last "/" of that. */
struct span cc_dummy_base(struct span pattern);

/* Does the pattern, in upper case, match INBOX? */
bool cc_dummy_matches_inbox(struct span pattern);

#endif
