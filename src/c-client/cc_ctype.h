/*
 * cc_ctype.h - character classes of ASCII, independent of any locale.
 */
#ifndef CC_CTYPE_H
#define CC_CTYPE_H

#include <stdbool.h>

static inline bool
is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static inline bool
is_upper(int c)
{
	return c >= 'A' && c <= 'Z';
}

static inline bool
is_lower(int c)
{
	return c >= 'a' && c <= 'z';
}

static inline bool
is_alpha(int c)
{
	return is_upper(c) || is_lower(c);
}

static inline bool
is_alnum(int c)
{
	return is_alpha(c) || is_digit(c);
}

/* Space or tab: RFC 5234's WSP. */
static inline bool
is_wsp(int c)
{
	return c == ' ' || c == '\t';
}

/* What may stand between words and lines: WSP, CR, LF. */
static inline bool
is_space(int c)
{
	return is_wsp(c) || c == '\r' || c == '\n';
}

static inline int
to_upper(int c)
{
	return is_lower(c) ? c - 'a' + 'A' : c;
}

static inline int
to_lower(int c)
{
	return is_upper(c) ? c - 'A' + 'a' : c;
}

/* The value of a hexadecimal digit in either case, or -1. */
static inline int
xdigit_value(int c)
{
	if (is_digit(c))
		return c - '0';
	c = to_upper(c);
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

#endif
