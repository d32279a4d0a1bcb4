/*
 * utf7.h - modified UTF-7 of mailbox names (RFC 3501 section 5.1.3).
 */
#ifndef UTF7_H
#define UTF7_H

#include "span.h"
#include "strbuf.h"

/*
 * NULL if name is 7-bit and each "&...-" has letters, digits, "+" and ","
 * only; else an English phrase that fits behind "Can't create ". Whether the
 * runs decode to anything is not looked at, since names are stored as given.
 */
const char *cc_utf7_check(struct span name);

/*
 * Appends the UTF-8 of a name. Only the one proper spelling is accepted:
 * printable ASCII stands for itself, runs are not split, surrogates come in
 * pairs, no octet 0 comes out; so cc_utf7_from_utf8 always gives the same
 * name back. 0; CC_EPARSE with out as it was; CC_ELIMIT.
 */
int cc_utf7_to_utf8(struct strbuf *out, struct span name);

/* Appends the modified UTF-7 of UTF-8 text. 0; CC_EPARSE with out as it was
 * if the text is not UTF-8 (RFC 3629) or has an octet 0; CC_ELIMIT. */
int cc_utf7_from_utf8(struct strbuf *out, struct span text);

#endif
