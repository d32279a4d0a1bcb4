/*
 * nl_unix.c - from LF to CRLF.
 */
#include <stdbool.h>

#include "fs.h"
#include "ftl.h"
#include "mail.h"
#include "nl.h"

/* Is src[i] a line feed without a carriage return before it? */
static bool
is_bare_lf(const unsigned char *src, unsigned long i)
{
	return src[i] == '\n' && (i == 0 || src[i - 1] != '\r');
}

unsigned long
strcrlfcpy(unsigned char **dst, unsigned long *dstl, unsigned char *src,
    unsigned long srcl)
{
	unsigned long len = srcl;
	unsigned char *d;

	for (unsigned long i = 0; i < srcl; i++)
		len += is_bare_lf(src, i);
	if (len < srcl || len + 1 == 0)
		fatal("strcrlfcpy: text too long");
	if (!*dst || *dstl < len) {
		fs_resize((void **)dst, len + 1);
		*dstl = len;
	}
	d = *dst;
	for (unsigned long i = 0; i < srcl; i++) {
		if (is_bare_lf(src, i))
			*d++ = '\r';
		*d++ = src[i];
	}
	*d = '\0';
	return len;
}

unsigned long
strcrlflen(STRING *s)
{
	unsigned long pos = GETPOS(s);
	unsigned long left = SIZE(s);
	unsigned long len = left;
	char last = 0;

	while (left--) {
		char c = SNX(s);

		len += c == '\n' && last != '\r';
		last = c;
	}
	SETPOS(s, pos);
	return len;
}
