/*
 * utf8_case.c - case, decomposition and width of characters, by the tables of
 * utf8proc; together the collation i;unicode-casemap (RFC 5051). No state.
 */
#include <stdint.h>

#include <utf8proc.h>

#include "charset.h"

unsigned long
ucs4_titlecase(unsigned long c)
{
	if (c < 0x80)
		return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
	/* utf8proc makes a capital of sharp s, UnicodeData.txt does not. */
	if (c > UCS4_MAXUNICODE || c == 0xdf)
		return c;
	return (unsigned long)utf8proc_totitle((utf8proc_int32_t)c);
}

unsigned
cc_ucs4_parts(unsigned long c, int32_t to[CC_DECOMPOSED_MAX])
{
	utf8proc_ssize_t n = 0;

	to[0] = (int32_t)c;
	if (c >= 0x80 && c <= UCS4_MAXUNICODE)
		n = utf8proc_decompose_char((utf8proc_int32_t)c, to,
		    CC_DECOMPOSED_MAX, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT,
		    NULL);
	if (n > 0 && n <= CC_DECOMPOSED_MAX)
		return (unsigned)n;
	to[0] = (int32_t)c;
	return 1;
}

/* Character number k of what c decomposes into; *count_r is how many. */
static unsigned long
decomposed(unsigned long c, unsigned k, unsigned *count_r)
{
	int32_t to[CC_DECOMPOSED_MAX];

	*count_r = cc_ucs4_parts(c, to);
	return k < *count_r ? (unsigned long)to[k] : c;
}

/*
 * What is to come is kept in the pointer itself, as the character and the
 * number of the next one: nothing is left behind by who stops half-way, and
 * threads share nothing.
 */
unsigned long
ucs4_decompose_recursive(unsigned long c, void **more)
{
	uintptr_t state = c & U8G_ERROR ? (uintptr_t)*more : 0;
	unsigned k = (unsigned)(state & 0xff), n;
	unsigned long result;

	if (c & U8G_ERROR)
		c = (unsigned long)(state >> 8);
	*more = NULL;
	/* A character can be an argument: one without Unicode has no parts. */
	if (c < 0x80 || c > UCS4_MAXUNICODE)
		return c;
	result = decomposed(c, k, &n);
	if (k + 1 < n)
		*more = (void *)((uintptr_t)c << 8 | (k + 1));
	return result;
}

unsigned long
ucs4_decompose(unsigned long c, void **more)
{
	return ucs4_decompose_recursive(c, more);
}

long
ucs4_width(unsigned long c)
{
	if (c > UCS4_MAXUNICODE)
		return (long)U4W_NOTUNCD;
	if (c >= UCS4_PVTBASE)
		return (long)U4W_PRIVATE;
	if (c >= UCS4_SSPBASE)
		return (long)U4W_SSPCHAR;
	if (c >= UCS4_UNABASE)
		return (long)U4W_UNASSGN;
	if (c <= UCS2_C0CONTROLEND || (c >= 0x7f && c <= UCS2_C1CONTROLEND) ||
	    (c >= UTF16_SURR && c <= UTF16_MAXSURR))
		return (long)U4W_CTLSRGT;
	return utf8proc_charwidth((utf8proc_int32_t)c);
}

long
utf8_textwidth(SIZEDTEXT *utf8)
{
	unsigned char *s = utf8->data;
	unsigned long i = utf8->size, c;
	long width = 0, w;

	while (i > 0) {
		c = utf8_get(&s, &i);
		if (c & U8G_ERROR)
			return -1;
		w = ucs4_width(c);
		if (!((unsigned long)w & U4W_ERROR))
			width += w;
	}
	return width;
}

long
utf8_strwidth(unsigned char *s)
{
	SIZEDTEXT text = { s, strlen((char *)s) };

	return utf8_textwidth(&text);
}
