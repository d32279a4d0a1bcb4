/*
 * qp.c - quoted-printable (RFC 2045 section 6.7).
 *
 * Works on octets in memory and holds no state. Input to the decoder is a
 * stranger's.
 */
#include "cc_ctype.h"
#include "cc_err.h"
#include "cursor.h"
#include "qp.h"

#define QP_LINE 75 /* octets of a line before the "=" of a soft break */

/* At a blank: past blanks, if a line end or the end follows them. */
static bool
skip_padding(struct cursor *c)
{
	const unsigned char *p = c->p;

	while (p < c->end && is_wsp(*p))
		p++;
	if (p < c->end && *p != '\n' &&
	    !(*p == '\r' && c->end - p > 1 && p[1] == '\n'))
		return false;
	c->p = p;
	return true;
}

/* Past a line end, if it is there. */
static bool
skip_newline(struct cursor *c)
{
	if (c->end - c->p > 1 && c->p[0] == '\r' && c->p[1] == '\n')
		c->p++;
	return cc_cursor_skip(c, '\n');
}

/* Behind "=": one octet or a soft line break. */
static int
decode_escape(struct strbuf *out, struct cursor *c)
{
	struct cursor soft = *c;
	int high, low;

	if (c->end - c->p > 1 && (high = xdigit_value(c->p[0])) >= 0 &&
	    (low = xdigit_value(c->p[1])) >= 0) {
		cc_strbuf_putc(out, high << 4 | low);
		c->p += 2;
		return 0;
	}
	/* Relays may have added blanks behind the "=". */
	skip_padding(&soft);
	if (skip_newline(&soft) || cc_cursor_at_end(&soft)) {
		*c = soft;
		return 0;
	}
	cc_strbuf_putc(out, '=');
	return CC_EPARSE;
}

int
cc_qp_decode(struct strbuf *out, struct span in)
{
	struct cursor c = cc_cursor(in);
	int r = 0;

	while (!cc_cursor_at_end(&c)) {
		const unsigned char *from = c.p;

		while (c.p < c.end && *c.p != '=' && !is_wsp(*c.p))
			c.p++;
		cc_strbuf_put(out, from, (size_t)(c.p - from));
		if (cc_cursor_at_end(&c))
			break;
		if (cc_cursor_skip(&c, '=')) {
			if (decode_escape(out, &c) != 0)
				r = CC_EPARSE;
		} else if (!skip_padding(&c)) {
			/* All blanks at once: each is looked at once. */
			for (from = c.p; c.p < c.end && is_wsp(*c.p);)
				c.p++;
			cc_strbuf_put(out, from, (size_t)(c.p - from));
		}
	}
	return r;
}

/* Does the blank at p end a line? */
static bool
ends_line(const unsigned char *p, const unsigned char *end)
{
	return end - p == 1 || p[1] == '\r' || p[1] == '\n';
}

void
cc_qp_encode(struct strbuf *out, struct span in)
{
	static const char digits[] = "0123456789ABCDEF";
	struct cursor c = cc_cursor(in);
	size_t column = 0;

	while (!cc_cursor_at_end(&c)) {
		const unsigned char *p = c.p;
		bool plain = *p > ' ' && *p < 0x7f && *p != '=';
		size_t width;

		if (*p == '\r' && skip_newline(&c)) {
			cc_strbuf_put(out, "\r\n", 2);
			column = 0;
			continue;
		}
		plain |= *p == ' ' && !ends_line(p, c.end);
		width = plain ? 1 : 3;
		if (column + width > QP_LINE) {
			cc_strbuf_put(out, "=\r\n", 3);
			column = 0;
		}
		if (plain) {
			cc_strbuf_putc(out, *p);
		} else {
			char code[3] = { '=', digits[*p >> 4],
				digits[*p & 15] };

			cc_strbuf_put(out, code, 3);
		}
		column += width;
		c.p = p + 1;
	}
}
