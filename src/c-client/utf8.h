/*
 * utf8.h - charsets, to and from UTF-8 (RFC 3629). Needs mail.h.
 */
#ifndef UTF8_H
#define UTF8_H

#include "mail.h"
#include "utf8_const.h"

CC_DECLS_BEGIN

/* Maps a character; used for the caseless form. */
typedef unsigned long (*ucs4cn_t)(unsigned long c);

/* The first character c decomposes into; *more carries the rest on to calls
 * with U8G_ERROR for c, until it is NIL. */
typedef unsigned long (*ucs4de_t)(unsigned long c, void **more);

typedef struct utf8_csent {
	char *name;
	unsigned short type;  /* CT_ */
	unsigned short flags; /* CF_ */
	void *tab;            /* as the type wants it */
	unsigned long script; /* SC_ */
	char *preferred;      /* name to use in its stead, or NIL */
} CHARSET;

typedef struct utf8_scent {
	char *name;
	char *description;
	unsigned long script; /* SC_ */
} SCRIPT;

CC_DECLS_END

/* clang-format off */

/* The octets of a character of the first plane, and writing it at b, which
 * moves on. */
#define UTF8_SIZE_BMP(c) \
	((c) & 0xff80 ? ((c) & 0xf800 ? 3 : 2) : 1)
#define UTF8_PUT_BMP(b, c) \
	((c) & 0xff80 \
	    ? ((c) & 0xf800 \
		? (*(b)++ = (unsigned char)(0xe0 | ((c) >> 12)), \
		   *(b)++ = (unsigned char)(0x80 | (((c) >> 6) & 0x3f))) \
		: (*(b)++ = (unsigned char)(0xc0 | ((c) >> 6))), \
	       *(b)++ = (unsigned char)(0x80 | ((c) & 0x3f))) \
	    : (*(b)++ = (unsigned char)(c)))

/* clang-format on */

#endif
