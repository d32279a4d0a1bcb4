/*
 * mime_decode.c - base64 and quoted-printable in pieces (RFC 2045 sections 6.7
 * and 6.8).
 *
 * Each octet is looked at a bounded number of times. The text is a stranger's.
 */
#include "cc_limits.h"
#include "base64.h"
#include "cc_ctype.h"
#include "mail_const.h"
#include "mime_decode.h"
#include "qp.h"

void
cc_mime_decode_init(struct mime_decoder *d, unsigned short encoding)
{
	*d = (struct mime_decoder){ .encoding = encoding };
	cc_strbuf_init(&d->held, SIZE_MAX);
}

/* The octets of the group so far; of n digits n - 1 are whole. */
static void
put_group(struct mime_decoder *d, struct strbuf *out)
{
	uint32_t bits = d->bits << 6 * (4 - d->digits);
	char octets[3] = { (char)(bits >> 16), (char)(bits >> 8), (char)bits };

	if (d->digits > 1)
		cc_strbuf_put(out, octets, d->digits - 1);
	d->digits = 0;
	d->bits = 0;
}

/* "=": the group of two or three digits is complete. */
static void
pad(struct mime_decoder *d, struct strbuf *out)
{
	unsigned need = 4 - d->digits;

	if (d->digits < 2) {
		d->broken = true;
		return;
	}
	if (++d->pads < need)
		return;
	put_group(d, out);
}

/* Whole groups at the front, where none is begun; returns their octets. */
static size_t
whole_groups(const struct mime_decoder *d, struct strbuf *out, struct span in)
{
	char to[768];
	size_t i = 0, n = 0;

	if (d->digits > 0 || d->pads > 0)
		return 0;
	for (; in.len - i >= 4 && n < sizeof(to); i += 4) {
		const unsigned char *p = (const unsigned char *)in.p + i;
		int a = cc_base64_digit(p[0]), b = cc_base64_digit(p[1]);
		int c = cc_base64_digit(p[2]), e = cc_base64_digit(p[3]);
		unsigned bits;

		if ((a | b | c | e) < 0)
			break;
		bits = (unsigned)(a << 18 | b << 12 | c << 6 | e);
		to[n++] = (char)(bits >> 16);
		to[n++] = (char)(bits >> 8);
		to[n++] = (char)bits;
	}
	cc_strbuf_put(out, to, n);
	return i;
}

static void
base64(struct mime_decoder *d, struct strbuf *out, struct span in)
{
	for (size_t i = 0; i < in.len; i++) {
		unsigned char c;
		int value;

		i += whole_groups(d, out, cc_span(in.p + i, in.len - i));
		if (i == in.len)
			break;
		c = (unsigned char)in.p[i];
		value = cc_base64_digit(c);

		if (is_space(c))
			continue;
		if (d->pads > 0 && d->digits == 0) {
			d->after_end = true;
		} else if (c == '=') {
			pad(d, out);
		} else if (value < 0 || d->pads > 0) {
			d->broken = true;
		} else {
			d->bits = d->bits << 6 | (uint32_t)value;
			if (++d->digits == 4)
				put_group(d, out);
		}
	}
}

static bool
all_blank(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_wsp(s.p[i]))
			return false;
	return true;
}

/* What waits for more is copied; mostly that is nothing. */
static void
quoted_printable(struct mime_decoder *d, struct strbuf *out, struct span in)
{
	bool waits = d->held.len > 0 && d->held.len + in.len <= CC_QP_HELD &&
	    is_wsp(d->held.data[d->held.len - 1]) && all_blank(in);
	struct cursor c;

	if (!d->held.len) {
		c = cc_cursor(in);
		if (cc_qp_decode_some(out, &c) != 0)
			d->broken = true;
		in = cc_cursor_rest(&c);
		if (!in.len)
			return;
	}
	cc_strbuf_put_span(&d->held, in);
	/* More blanks tell nothing about those that wait, and need not be
	 * looked at again however small the pieces are. */
	if (waits)
		return;
	c = cc_cursor(cc_strbuf_span(&d->held));
	if (cc_qp_decode_some(out, &c) != 0)
		d->broken = true;
	if (cc_cursor_left(&c) > CC_QP_HELD) {
		cc_strbuf_put_span(out, cc_cursor_rest(&c));
		d->broken = true;
		c.p = c.end;
	}
	cc_strbuf_consume(&d->held, d->held.len - cc_cursor_left(&c));
}

void
cc_mime_decode(struct mime_decoder *d, struct strbuf *out, struct span in)
{
	if (d->encoding == ENCBASE64)
		base64(d, out, in);
	else if (d->encoding == ENCQUOTEDPRINTABLE)
		quoted_printable(d, out, in);
	else
		cc_strbuf_put_span(out, in);
}

void
cc_mime_decode_end(struct mime_decoder *d, struct strbuf *out)
{
	if (d->encoding == ENCBASE64) {
		/* One digit is no octet, half a padding none. */
		d->broken |= d->digits == 1 || (d->digits > 0 && d->pads > 0);
		put_group(d, out);
	} else if (cc_qp_decode(out, cc_strbuf_span(&d->held)) != 0) {
		d->broken = true;
	}
	cc_strbuf_free(&d->held);
}
