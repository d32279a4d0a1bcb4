/*
 * nl.h - from this system's line ends to those of mail, CRLF. Needs mail.h.
 */
#ifndef NL_H
#define NL_H

#include "mail.h"

CC_DECLS_BEGIN

/*
 * strcrlfcpy - copies text with every LF that has no CR before it as CRLF.
 *
 * dst	*dst is used if it holds the result, else replaced by an fs_get block;
 *	NIL at first
 * dstl	octets of *dst, its NUL not counted
 * srcl	octets of src
 *
 * Returns the octets written; a NUL stands behind them.
 */
unsigned long strcrlfcpy(unsigned char **dst, unsigned long *dstl,
    unsigned char *src, unsigned long srcl);

/* The octets that strcrlfcpy would make of what is left of s, whose position
 * stays. */
unsigned long strcrlflen(STRING *s);

CC_DECLS_END

#endif
