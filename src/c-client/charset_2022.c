/*
 * charset_2022.c - ISO 2022 text, as of RFC 1468, 1554, 1557 and 1922.
 *
 * All names of the ISO-2022 family are decoded alike: whatever sets a text
 * designates are understood. The sets themselves are parts of EUC charsets
 * and of ISO 8859, which iconv(3) knows; the escapes are followed here, since
 * converters that keep state have had faults, and each line starts afresh, so
 * that a cut line does not spoil those behind it. Octets above 80 are none of
 * these charsets'.
 */
#include <iconv.h>
#include <stdint.h>

#include "charset.h"

/* A set that can be designated, and where it lies in a charset of iconv. */
struct set {
	unsigned short code; /* I2CS_, without the kinds' common octets */
	unsigned char prefix[2];
	const char *name; /* NULL: computed in plain() */
};

static const struct set sets[] = {
	{ I2CS_JIS_OLD, { 0, 0 }, "EUC-JP" },
	{ I2CS_JIS_NEW, { 0, 0 }, "EUC-JP" },
	{ I2CS_JIS_EXT, { EUC_CS3, 0 }, "EUC-JP" },
	{ I2CS_GB, { 0, 0 }, "EUC-CN" },
	{ I2CS_KSC, { 0, 0 }, "EUC-KR" },
	{ I2CS_CNS1, { 0, 0 }, "EUC-TW" },
	{ I2CS_CNS2, { EUC_CS2, 0xa2 }, "EUC-TW" },
	{ I2CS_CNS3, { EUC_CS2, 0xa3 }, "EUC-TW" },
	{ I2CS_CNS4, { EUC_CS2, 0xa4 }, "EUC-TW" },
	{ I2CS_CNS5, { EUC_CS2, 0xa5 }, "EUC-TW" },
	{ I2CS_CNS6, { EUC_CS2, 0xa6 }, "EUC-TW" },
	{ I2CS_CNS7, { EUC_CS2, 0xa7 }, "EUC-TW" },
	{ I2CS_ISO8859_1, { 0, 0 }, "ISO-8859-1" },
	{ I2CS_ISO8859_2, { 0, 0 }, "ISO-8859-2" },
	{ I2CS_ISO8859_3, { 0, 0 }, "ISO-8859-3" },
	{ I2CS_ISO8859_4, { 0, 0 }, "ISO-8859-4" },
	{ I2CS_ISO8859_5, { 0, 0 }, "ISO-8859-5" },
	{ I2CS_ISO8859_6, { 0, 0 }, "ISO-8859-6" },
	{ I2CS_ISO8859_7, { 0, 0 }, "ISO-8859-7" },
	{ I2CS_ISO8859_8, { 0, 0 }, "ISO-8859-8" },
	{ I2CS_ISO8859_9, { 0, 0 }, "ISO-8859-9" },
	{ I2CS_ISO8859_10, { 0, 0 }, "ISO-8859-10" },
	{ I2CS_ISO8859_13, { 0, 0 }, "ISO-8859-13" },
	{ I2CS_ISO8859_14, { 0, 0 }, "ISO-8859-14" },
	{ I2CS_ISO8859_15, { 0, 0 }, "ISO-8859-15" },
	{ I2CS_ISO8859_16, { 0, 0 }, "ISO-8859-16" },
	{ I2CS_TIS620, { 0, 0 }, "TIS-620" },
	{ I2CS_VSCII, { 0, 0 }, "TCVN5712-1" },
};

#define SETS (sizeof(sets) / sizeof(sets[0]))
#define CLOSED ((iconv_t)-1)

struct decoder {
	struct cc_utf8_out *out;
	const unsigned char *p, *end;
	unsigned g[4];      /* I2CS_ designated to G0 to G3 */
	unsigned left;      /* which of them is shifted in */
	iconv_t open[SETS]; /* converters opened so far, or CLOSED */
	bool missing[SETS]; /* this machine has none */
};

/* A character of a set that is ASCII but for some octets, or kana. */
static unsigned long
plain(unsigned code, unsigned char c)
{
	switch (code) {
	case I2CS_BRITISH:
		return c == BRITISH_POUNDSTERLING ? UCS2_POUNDSTERLING : c;
	case I2CS_JIS_ROMAN:
	case I2CS_JIS_BUGROM:
		return c == JISROMAN_YEN     ? UCS2_YEN
		    : c == JISROMAN_OVERLINE ? UCS2_OVERLINE
					     : c;
	case I2CS_JIS_KANA:
		return c >= MIN_KANA_7 && c < MAX_KANA_7 ? KANA_7 + c : UBOGON;
	case I2CS_ASCII:
		return c;
	default:
		return UBOGON;
	}
}

/* The character of octets in a set of iconv's; U+FFFD if it has none. */
static unsigned long
convert(struct decoder *d, size_t set, const unsigned char *octets, unsigned n)
{
	char in[4], *from = in;
	uint32_t ucs4 = UBOGON;
	char *to = (char *)&ucs4;
	size_t left = 0, room = sizeof(ucs4);

	if (d->open[set] == CLOSED && !d->missing[set]) {
		d->open[set] = iconv_open(cc_iconv_ucs4(), sets[set].name);
		d->missing[set] = d->open[set] == CLOSED;
	}
	if (d->missing[set])
		return UBOGON;
	for (unsigned k = 0; k < 2 && sets[set].prefix[k]; k++)
		in[left++] = (char)sets[set].prefix[k];
	for (unsigned k = 0; k < n; k++)
		in[left++] = (char)(octets[k] | BIT8);
	iconv(d->open[set], NULL, NULL, NULL, NULL);
	if (iconv(d->open[set], &from, &left, &to, &room) == (size_t)-1)
		return UBOGON;
	if (room > 0)
		iconv(d->open[set], NULL, NULL, &to, &room);
	return room == 0 ? ucs4 : UBOGON;
}

/* One character of the set with this code; d->p is at its first octet. */
static void
character(struct decoder *d, unsigned code)
{
	unsigned n = code & I2CS_MUL ? 2 : 1;
	unsigned char first = *d->p;
	size_t set = 0;

	while (set < SETS && sets[set].code != code)
		set++;
	if (set == SETS) {
		d->p++;
		cc_utf8_char(d->out, plain(code, first));
		return;
	}
	/* A control, blank or end where the second octet should be. */
	if (n == 2 && (d->end - d->p < 2 || d->p[1] <= ' ' || d->p[1] > '~')) {
		d->p++;
		cc_utf8_char(d->out, UBOGON);
		return;
	}
	cc_utf8_char(d->out, convert(d, set, d->p, n));
	d->p += n;
}

/* Behind ESC: a designation "$"? [(-/]? final. True if it was one. */
static bool
designate(struct decoder *d)
{
	const unsigned char *p = d->p;
	unsigned kind = I2CS_94, to = 0;

	if (p < d->end && *p == '$') {
		kind = I2CS_94x94;
		p++;
	}
	if (p < d->end && *p >= '(' && *p <= '/') {
		to = (unsigned)(*p - '(') % 4;
		kind |= *p >= ',' ? I2CS_96 : 0;
		p++;
	} else if (kind == I2CS_94) {
		return false;
	}
	if (p == d->end || *p < '0' || *p > '~')
		return false;
	d->g[to] = kind | *p;
	d->p = p + 1;
	return true;
}

/* ESC: a designation, or a shift. An unknown one is passed by alone. */
static void
escape(struct decoder *d)
{
	d->p++;
	if (designate(d))
		return;
	switch (d->p < d->end ? *d->p : 0) {
	case I2C_LS2:
	case I2C_LS3:
		d->left = *d->p++ == I2C_LS2 ? 2 : 3;
		return;
	case I2C_SS2:
	case I2C_SS3:
		d->p++;
		if (d->p < d->end && *d->p >= ' ' && *d->p < BIT8)
			character(d, d->g[d->p[-1] == I2C_SS2 ? 2 : 3]);
		return;
	default:
		cc_utf8_char(d->out, I2C_ESC);
	}
}

static void
control(struct decoder *d)
{
	unsigned char c = *d->p;

	if (c == I2C_ESC) {
		escape(d);
		return;
	}
	d->p++;
	if (c == I2C_SI || c == I2C_SO) {
		d->left = c == I2C_SO ? 1 : 0;
		return;
	}
	if (c == '\n') {
		d->g[0] = I2CS_ASCII;
		d->left = 0;
	}
	cc_utf8_char(d->out, c);
}

void
cc_decode_2022(struct cc_utf8_out *out, struct span text)
{
	struct decoder d = { .out = out,
		.p = (const unsigned char *)text.p,
		.g = { I2CS_ASCII, I2CS_ASCII, I2CS_ASCII, I2CS_ASCII } };

	d.end = text.len ? d.p + text.len : d.p;
	for (size_t i = 0; i < SETS; i++)
		d.open[i] = CLOSED;
	while (d.p < d.end) {
		if (*d.p < ' ') {
			control(&d);
		} else if (*d.p >= BIT8) {
			d.p++;
			cc_utf8_char(out, UBOGON);
		} else if ((*d.p == ' ' || *d.p == 0x7f) &&
		    !(d.g[d.left] & I2CS_96 && !(d.g[d.left] & I2CS_MUL))) {
			cc_utf8_char(out, *d.p++);
		} else {
			character(&d, d.g[d.left]);
		}
	}
	for (size_t i = 0; i < SETS; i++)
		if (d.open[i] != CLOSED)
			iconv_close(d.open[i]);
}
