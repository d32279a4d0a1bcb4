/*
 * misc.c - small helpers of the API: case, copies, searching, comparison.
 *
 * Only ASCII has case here, whatever the locale; texts are counted where the
 * prototype counts them. Hash tables are in misc_hash.c.
 */
#include <stdint.h>
#include <string.h>

#include "cc_ctype.h"
#include "fs.h"
#include "ftl.h"
#include "mail_string.h"
#include "misc.h"

unsigned char *
ucase(unsigned char *string)
{
	for (unsigned char *s = string; *s; s++)
		*s = (unsigned char)to_upper(*s);
	return string;
}

unsigned char *
lcase(unsigned char *string)
{
	for (unsigned char *s = string; *s; s++)
		*s = (unsigned char)to_lower(*s);
	return string;
}

char *
cpystr(const char *string)
{
	size_t size;

	if (!string)
		return NULL;
	size = strlen(string) + 1;
	return memcpy(fs_get(size), string, size);
}

/* Gives dst a new block for size octets and a NUL, which is in place. What it
 * held is returned, since the source may lie in it; the caller frees it. */
static void *
text_renew(SIZEDTEXT *dst, unsigned long size)
{
	void *old = dst->data;

	if (size + 1 == 0)
		fatal("Text too long to copy");
	dst->data = fs_get(size + 1);
	dst->data[size] = '\0';
	dst->size = size;
	return old;
}

char *
cpytxt(SIZEDTEXT *dst, char *text, unsigned long size)
{
	void *old = text_renew(dst, size);

	if (size)
		memcpy(dst->data, text, size);
	fs_give(&old);
	return (char *)dst->data;
}

char *
textcpy(SIZEDTEXT *dst, SIZEDTEXT *src)
{
	return cpytxt(dst, (char *)src->data, src->size);
}

char *
textcpystring(SIZEDTEXT *text, STRING *bs)
{
	return textcpyoffstring(text, bs, GETPOS(bs), SIZE(bs));
}

char *
textcpyoffstring(SIZEDTEXT *text, STRING *bs, unsigned long offset,
    unsigned long size)
{
	unsigned long got;
	void *old;

	if (offset > bs->size)
		offset = bs->size;
	if (size > bs->size - offset)
		size = bs->size - offset;
	old = text_renew(text, size);
	SETPOS(bs, offset);
	got = cc_string_read(bs, (char *)text->data, size);
	memset(text->data + got, '\0', size - got);
	fs_give(&old);
	return (char *)text->data;
}

unsigned long
find_rightmost_bit(unsigned long *valptr)
{
	uint32_t low = (uint32_t)*valptr;

	if (low == 0)
		return 0xffffffff;
	*valptr &= ~(unsigned long)(low & -low);
	return (unsigned long)__builtin_ctz(low);
}

long
Min(long i, long j)
{
	return i < j ? i : j;
}

long
Max(long i, long j)
{
	return i > j ? i : j;
}

static bool
eq_nocase(const unsigned char *a, const unsigned char *b, size_t len)
{
	while (len--)
		if (to_lower(*a++) != to_lower(*b++))
			return false;
	return true;
}

/* Horspool's search: skip[c] tells how far the pattern may move when the
 * octet under its last one is c. */
static bool
find_nocase(const unsigned char *base, size_t basec, const unsigned char *pat,
    size_t patc)
{
	size_t skip[256];

	for (size_t i = 0; i < 256; i++)
		skip[i] = patc;
	for (size_t i = 0; i + 1 < patc; i++)
		skip[to_lower(pat[i])] = patc - 1 - i;
	while (basec >= patc) {
		size_t step = skip[to_lower(base[patc - 1])];

		if (eq_nocase(base, pat, patc))
			return true;
		if (step > basec)
			break;
		base += step;
		basec -= step;
	}
	return false;
}

long
search(unsigned char *base, long basec, unsigned char *pat, long patc)
{
	if (!base || basec <= 0)
		return NIL;
	if (!pat || patc <= 0)
		return T;
	return find_nocase(base, (size_t)basec, pat, (size_t)patc) ? T : NIL;
}

long
ssearch(unsigned char *base, long basec, unsigned char *pat, long patc)
{
	if (!base || basec <= 0)
		return NIL;
	if (!pat || patc <= 0)
		return T;
	return memmem(base, (size_t)basec, pat, (size_t)patc) ? T : NIL;
}

/* The value of a hexadecimal digit. */
static int
hex_value(int c)
{
	return is_digit(c) ? c - '0' : to_lower(c) - 'a' + 10;
}

unsigned char
hex2byte(unsigned char c1, unsigned char c2)
{
	return (unsigned char)(hex_value(c1) << 4 | hex_value(c2));
}

int
compare_ulong(unsigned long l1, unsigned long l2)
{
	return (l1 > l2) - (l1 < l2);
}

int
compare_uchar(unsigned char c1, unsigned char c2)
{
	return compare_ulong((unsigned long)to_lower(c1),
	    (unsigned long)to_lower(c2));
}

int
compare_string(unsigned char *s1, unsigned char *s2)
{
	int r;

	if (!s1 || !s2)
		return compare_ulong(s1 != NULL, s2 != NULL);
	r = strcmp((char *)s1, (char *)s2);
	return (r > 0) - (r < 0);
}

int
compare_cstring(unsigned char *s1, unsigned char *s2)
{
	SIZEDTEXT text;

	if (!s1 || !s2)
		return compare_ulong(s1 != NULL, s2 != NULL);
	text.data = s2;
	text.size = strlen((char *)s2);
	return compare_csizedtext(s1, &text);
}

int
compare_csizedtext(unsigned char *s1, SIZEDTEXT *s2)
{
	unsigned long i;

	if (!s1 || !s2)
		return compare_ulong(s1 != NULL, s2 != NULL);
	for (i = 0; i < s2->size && s1[i]; i++) {
		int r = compare_uchar(s1[i], s2->data[i]);

		if (r)
			return r;
	}
	return compare_ulong(s1[i] != '\0', i < s2->size);
}
