/*
 * charset_unicode.c - UTF-16 (RFC 2781), UCS-4 and UTF-7 (RFC 2152) to UTF-8.
 *
 * Without a byte order mark the high octet comes first. iconv(3) takes the
 * order of the machine there, and its decoders keep state, so these are ours.
 */
#include <stdint.h>

#include "base64.h"
#include "charset.h"

/* A sequence of 16-bit units, of which pairs make one character. */
struct units {
	struct cc_utf8_out *out;
	unsigned long high; /* the first of a pair, or 0 */
};

static void
flush_unit(struct units *u)
{
	if (u->high)
		cc_utf8_char(u->out, UBOGON);
	u->high = 0;
}

static void
put_unit(struct units *u, unsigned long unit)
{
	if (unit >= UTF16_SURRL && unit <= UTF16_SURRLEND && u->high) {
		cc_utf8_char(u->out,
		    UTF16_BASE + ((u->high & UTF16_MASK) << UTF16_SHIFT) +
			(unit & UTF16_MASK));
		u->high = 0;
		return;
	}
	flush_unit(u);
	if (unit >= UTF16_SURRH && unit <= UTF16_SURRHEND)
		u->high = unit;
	else
		cc_utf8_char(u->out, unit);
}

/* The number of n octets at p, the high one first unless little. */
static unsigned long
number(const char *p, unsigned n, bool little)
{
	unsigned long c = 0;

	for (unsigned k = 0; k < n; k++)
		c = c << 8 | (unsigned char)p[little ? n - 1 - k : k];
	return c;
}

/* Drops the byte order mark of n octets, if there is one; is it a little
 * endian's? */
static bool
byte_order(struct span *text, unsigned n)
{
	for (unsigned little = 0; text->len >= n && little < 2; little++)
		if (number(text->p, n, little) == UCS2_BOM) {
			text->p += n;
			text->len -= n;
			return little;
		}
	return false;
}

void
cc_decode_utf16(struct cc_utf8_out *out, struct span text)
{
	struct units u = { out, 0 };
	bool little = byte_order(&text, 2);
	size_t i;

	for (i = 0; i + 2 <= text.len; i += 2)
		put_unit(&u, number(text.p + i, 2, little));
	flush_unit(&u);
	if (i < text.len)
		cc_utf8_char(out, UBOGON);
}

void
cc_decode_ucs4(struct cc_utf8_out *out, struct span text)
{
	bool little = byte_order(&text, 4);
	size_t i;

	for (i = 0; i + 4 <= text.len; i += 4)
		cc_utf8_char(out, number(text.p + i, 4, little));
	if (i < text.len)
		cc_utf8_char(out, UBOGON);
}

/* A run behind "+": up to the first octet that is no digit, a "-" there being
 * part of it. Returns how many octets that is. */
static size_t
decode_run(struct cc_utf8_out *out, struct span text)
{
	struct units u = { out, 0 };
	unsigned long bits = 0;
	unsigned count = 0;
	size_t i;
	int value;

	for (i = 0; i < text.len; i++) {
		if ((value = cc_base64_digit((unsigned char)text.p[i])) < 0)
			break;
		bits = (bits << 6 | (unsigned long)value) & 0x3fffff;
		count += 6;
		if (count >= 16) {
			count -= 16;
			put_unit(&u, bits >> count & 0xffff);
		}
	}
	flush_unit(&u);
	if (i == 0 && text.len && text.p[0] == '-')
		cc_utf8_char(out, '+');
	else if (i == 0)
		cc_utf8_char(out, UBOGON);
	return i < text.len && text.p[i] == '-' ? i + 1 : i;
}

void
cc_decode_utf7(struct cc_utf8_out *out, struct span text)
{
	size_t i = 0;
	unsigned char c;

	while (i < text.len) {
		c = (unsigned char)text.p[i++];
		if (c == '+')
			i += decode_run(out, cc_span(text.p + i, text.len - i));
		else
			cc_utf8_char(out, c < 0x80 ? c : UBOGON);
	}
}
