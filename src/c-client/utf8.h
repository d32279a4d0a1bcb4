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

/*
 * The record of a charset or script by its name, case ignored; NIL for "" and
 * for names that are not known. With NIL the whole table, which a record whose
 * name is NIL ends. The records are constant.
 */
const CHARSET *utf8_charset(char *charset);
SCRIPT *utf8_script(char *script);

/* NIL if charset is known or NIL; else "[BADCHARSET (every name)] Unknown
 * charset: NAME", made printable and of bounded length, which the caller
 * gives back. */
char *utf8_badcharset(char *charset);

/*
 * utf8_text - text in a charset, to UTF-8.
 *
 * charset	its name; NIL or "" where utf8_infercharset shall tell
 * ret		receives data and size; with NIL, is charset supported?
 * flags	U8T_CASECANON, U8T_DECOMPOSE, U8T_CANONICAL
 *
 * ret->data is text->data itself if nothing had to change, else a new block
 * with a NUL behind it, which the caller gives back. What is no character of
 * the charset becomes U+FFFD, an octet each. NIL if the charset is not known;
 * ret is then the text itself.
 */
long utf8_text(SIZEDTEXT *text, char *charset, SIZEDTEXT *ret, long flags);

/* The same by a record; cv maps each character, de decomposes what cv gave;
 * both may be NIL. U8T_CANONICAL is ucs4_titlecase with
 * ucs4_decompose_recursive (RFC 5051). */
long utf8_text_cs(SIZEDTEXT *text, const CHARSET *cs, SIZEDTEXT *ret,
    ucs4cn_t cv, ucs4de_t de);

/* The same by CHARSET.type, with CHARSET.tab where there is one. ret->data is
 * always a new block. */
void utf8_text_1byte0(SIZEDTEXT *text, SIZEDTEXT *ret, ucs4cn_t cv,
    ucs4de_t de);
void utf8_text_1byte(SIZEDTEXT *text, SIZEDTEXT *ret, void *tab, ucs4cn_t cv,
    ucs4de_t de);
void utf8_text_1byte8(SIZEDTEXT *text, SIZEDTEXT *ret, void *tab, ucs4cn_t cv,
    ucs4de_t de);
void utf8_text_euc(SIZEDTEXT *text, SIZEDTEXT *ret, void *tab, ucs4cn_t cv,
    ucs4de_t de);
void utf8_text_dbyte(SIZEDTEXT *text, SIZEDTEXT *ret, void *tab, ucs4cn_t cv,
    ucs4de_t de);
void utf8_text_dbyte2(SIZEDTEXT *text, SIZEDTEXT *ret, void *tab, ucs4cn_t cv,
    ucs4de_t de);
void utf8_text_sjis(SIZEDTEXT *text, SIZEDTEXT *ret, ucs4cn_t cv, ucs4de_t de);
void utf8_text_2022(SIZEDTEXT *text, SIZEDTEXT *ret, ucs4cn_t cv, ucs4de_t de);
void utf8_text_utf7(SIZEDTEXT *text, SIZEDTEXT *ret, ucs4cn_t cv, ucs4de_t de);
void utf8_text_utf8(SIZEDTEXT *text, SIZEDTEXT *ret, ucs4cn_t cv, ucs4de_t de);
void utf8_text_ucs2(SIZEDTEXT *text, SIZEDTEXT *ret, ucs4cn_t cv, ucs4de_t de);
void utf8_text_ucs4(SIZEDTEXT *text, SIZEDTEXT *ret, ucs4cn_t cv, ucs4de_t de);
void utf8_text_utf16(SIZEDTEXT *text, SIZEDTEXT *ret, ucs4cn_t cv, ucs4de_t de);

/*
 * utf8_cstext - UTF-8 to text in a charset.
 *
 * errch	character that stands for those the charset has not and for what
 *		is not UTF-8; 0 makes the call fail then
 *
 * ret is as of utf8_text. NIL if the charset is not known, has no table (UTF-7,
 * UCS, ISO 2022 but for ISO-2022-JP), or lacks a character.
 */
long utf8_cstext(SIZEDTEXT *text, char *charset, SIZEDTEXT *ret,
    unsigned long errch);

/* From charset sc to charset dc, through UTF-8. */
long utf8_cstocstext(SIZEDTEXT *text, char *sc, SIZEDTEXT *ret, char *dc,
    unsigned long errch);

/*
 * The code in a charset, of one octet or of two, of each character of the
 * first plane; NOCHAR where it has none of one or two. The library's own table,
 * the calling thread's until its next call for another charset; NIL as for
 * utf8_cstext. utf8_rmap_gen fills oldmap, of 65536, or a new block.
 */
unsigned short *utf8_rmap(char *charset);
unsigned short *utf8_rmap_cs(const CHARSET *cs);
unsigned short *utf8_rmap_gen(const CHARSET *cs, unsigned short *oldmap);

/* UTF-8 to text by such a table, that of ISO-2022-JP if iso2022jp; ret->data
 * is a new block. The size is one more than what it needs, 0 on failure. */
long utf8_rmaptext(SIZEDTEXT *text, unsigned short *rmap, SIZEDTEXT *ret,
    unsigned long errch, long iso2022jp);
unsigned long utf8_rmapsize(SIZEDTEXT *text, unsigned short *rmap,
    unsigned long errch, long iso2022jp);

/* The same for len characters. The length is negative on failure; the buffer
 * t is to hold it, and characters that have no code are left out of it. */
long ucs4_rmaptext(unsigned long *ucs4, unsigned long len, unsigned short *rmap,
    SIZEDTEXT *ret, unsigned long errch);
long ucs4_rmaplen(unsigned long *ucs4, unsigned long len, unsigned short *rmap,
    unsigned long errch);
long ucs4_rmapbuf(unsigned char *t, unsigned long *ucs4, unsigned long len,
    unsigned short *rmap, unsigned long errch);

/* The next character of text in a charset, as utf8_get. Charsets with shifts,
 * ISO 2022 and UTF-7, have no next one: U8G_NOTUTF8. */
unsigned long ucs4_cs_get(CHARSET *cs, unsigned char **s, unsigned long *i);

/*
 * For each character of the first plane, which charsets of a list of at most
 * 31, ended by NIL, have it: 2 for the first one, 4, 8 and so on; 1 if it is
 * not one of Chinese, Japanese or Korean. Allocated, 65536 of them.
 */
unsigned long *utf8_csvalidmap(char *charsets[]);

/*
 * The next character; *s and *i, the octets left, move on. A U8G_ code, with
 * both as they were, if there is none. The raw form takes surrogates and what
 * lies above Unicode too, and sequences of up to 6 octets.
 */
unsigned long utf8_get(unsigned char **s, unsigned long *i);
unsigned long utf8_get_raw(unsigned char **s, unsigned long *i);

/* The octets of the character that s, of i octets, begins with; -1 if it
 * does not begin with one (RFC 3629). */
long utf8_validate(unsigned char *s, unsigned long i);

/* The octets of c in UTF-8, 0 if it has none: surrogates, and what is above
 * 10FFFF. */
unsigned long utf8_size(unsigned long c);

/* Writes c at s, utf8_size octets, and returns where the next one goes. */
unsigned char *utf8_put(unsigned char *s, unsigned long c);

/* ISO-2022-JP, UTF-8 or US-ASCII, whichever the text can be; else NIL. */
const CHARSET *utf8_infercharset(SIZEDTEXT *src);

/* The titlecase mapping of Unicode, one character for one; c itself where
 * there is none. */
unsigned long ucs4_titlecase(unsigned long c);

/*
 * The first character of the decomposition, of any type and complete (RFC
 * 5051), of c; c itself if there is none. *more is then not NIL if there are
 * further ones, which calls with U8G_ERROR for c give one by one, until it is
 * NIL. It needs no giving back.
 */
unsigned long ucs4_decompose(unsigned long c, void **more);
unsigned long ucs4_decompose_recursive(unsigned long c, void **more);

/* Columns on a display: 0, 1 or 2, or a U4W_ code, to be told by its bit
 * U4W_ERROR. */
long ucs4_width(unsigned long c);

/* Columns of all of it, where characters without a width count nothing; -1 if
 * it is not UTF-8. */
long utf8_strwidth(unsigned char *s);
long utf8_textwidth(SIZEDTEXT *utf8);

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
