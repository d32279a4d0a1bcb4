/*
 * uidrecord_text.h - words and numbers of the records in the private
 * directory (uidrecord.c, uidvalidity.c). All parsers: 0, or negative with
 * the cursor unmoved.
 */
#ifndef UIDRECORD_TEXT_H
#define UIDRECORD_TEXT_H

#include <stdint.h>

#include "cursor.h"
#include "strbuf.h"

/* Exactly these octets. */
int cc_uidrecord_word(struct cursor *c, const char *word);

/* Lower-case hexadecimal of so many digits; 0: any up to 16, without leading
 * zeros. */
int cc_uidrecord_hex(struct cursor *c, size_t digits, uint64_t *n_r);

/* Decimal without leading zeros, at most max. */
int cc_uidrecord_dec(struct cursor *c, uint64_t max, uint64_t *n_r);

/* The last line, and nothing behind it: the sum of everything from start. */
int cc_uidrecord_check(struct cursor *c, const char *start);
void cc_uidrecord_put_check(struct strbuf *out, size_t start);

#endif
