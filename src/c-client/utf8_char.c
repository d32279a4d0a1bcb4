/*
 * utf8_char.c - characters in UTF-8 (RFC 3629), one by one. Public helpers;
 * they trust nothing in the text and hold no state.
 */
#include "utf8.h"

/* The octets of a sequence by its first one; 0 if there is no such. */
static unsigned
sequence(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xc0 || first > 0xfd)
		return 0;
	return first < 0xe0 ? 2
	    : first < 0xf0  ? 3
	    : first < 0xf8  ? 4
	    : first < 0xfc  ? 5
			    : 6;
}

unsigned long
utf8_get_raw(unsigned char **s, unsigned long *i)
{
	/* The least character that needs so many octets. */
	static const unsigned long least[] = { 0, 0, 0x80, 0x800, 0x10000,
		0x200000, 0x4000000 };
	const unsigned char *p = *s;
	unsigned long c;
	unsigned n, k;

	if (*i == 0)
		return U8G_ENDSTRG;
	if ((n = sequence(p[0])) == 0)
		return p[0] < 0xc0 ? U8G_BADCONT : U8G_NOTUTF8;
	c = n == 1 ? p[0] : p[0] & (0x7fu >> n);
	for (k = 1; k < n && k < *i; k++) {
		if ((p[k] & 0xc0) != 0x80)
			return U8G_INCMPLT;
		c = c << 6 | (p[k] & 0x3f);
	}
	if (k < n)
		return U8G_ENDSTRI;
	/* RFC 3629 section 3: one spelling for each character. */
	if (c < least[n])
		return U8G_NOTUTF8;
	*s += n;
	*i -= n;
	return c;
}

unsigned long
utf8_get(unsigned char **s, unsigned long *i)
{
	unsigned char *p = *s;
	unsigned long left = *i, c = utf8_get_raw(&p, &left);

	if (c & U8G_ERROR)
		return c;
	if (c >= UTF16_SURR && c <= UTF16_MAXSURR)
		return U8G_SURROGA;
	if (c > UCS4_MAXUNICODE)
		return U8G_NOTUNIC;
	*s = p;
	*i = left;
	return c;
}

long
utf8_validate(unsigned char *s, unsigned long i)
{
	unsigned long left = i;

	return utf8_get(&s, &left) & U8G_ERROR ? -1 : (long)(i - left);
}

unsigned long
utf8_size(unsigned long c)
{
	if (c < 0x80)
		return 1;
	if (c < 0x800)
		return 2;
	if (c < UTF16_BASE)
		return c >= UTF16_SURR && c <= UTF16_MAXSURR ? 0 : 3;
	return c <= UCS4_MAXUNICODE ? 4 : 0;
}

unsigned char *
utf8_put(unsigned char *s, unsigned long c)
{
	unsigned long n = utf8_size(c);

	if (n == 1)
		*s = (unsigned char)c;
	if (n <= 1)
		return s + n;
	for (unsigned long k = n - 1; k > 0; k--) {
		s[k] = (unsigned char)(0x80 | (c & 0x3f));
		c >>= 6;
	}
	s[0] = (unsigned char)((0xf00u >> n & 0xf0) | c);
	return s + n;
}
