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

/*
 * At a blank: past blanks, if a line end or the end follows them. *cut: what
 * follows them is not there yet.
 */
static bool
skip_padding(struct cursor *c, bool *cut)
{
	const unsigned char *p = c->p;

	while (p < c->end && is_wsp(*p))
		p++;
	*cut = p == c->end || (*p == '\r' && c->end - p == 1);
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

/* At "=": one octet or a soft line break. 1 and an unmoved cursor if that
 * needs octets that are not there yet. */
static int
decode_escape(struct strbuf *out, struct cursor *c, bool last)
{
	struct cursor soft = *c;
	int high, low;
	bool cut;

	soft.p++;
	if (c->end - c->p > 2 && (high = xdigit_value(c->p[1])) >= 0 &&
	    (low = xdigit_value(c->p[2])) >= 0) {
		cc_strbuf_putc(out, high << 4 | low);
		c->p += 3;
		return 0;
	}
	if (!last && c->end - c->p == 2 && xdigit_value(c->p[1]) >= 0)
		return 1;
	/* Relays may have added blanks behind the "=". */
	skip_padding(&soft, &cut);
	if (cut && !last)
		return 1;
	if (skip_newline(&soft) || cc_cursor_at_end(&soft)) {
		*c = soft;
		return 0;
	}
	cc_strbuf_putc(out, '=');
	c->p++;
	return CC_EPARSE;
}

/* At a blank: the whole run at once, so that each is looked at once. 1 and an
 * unmoved cursor if what follows it is not there yet. */
static int
decode_blanks(struct strbuf *out, struct cursor *c, bool last)
{
	const unsigned char *from = c->p;
	bool padding, cut;

	padding = skip_padding(c, &cut);
	if (cut && !last) {
		c->p = from;
		return 1;
	}
	if (!padding) {
		while (c->p < c->end && is_wsp(*c->p))
			c->p++;
		cc_strbuf_put(out, from, (size_t)(c->p - from));
	}
	return 0;
}

/* The first of the blanks that end at p, if there are any; else p. */
static const unsigned char *
before_blanks(const unsigned char *from, const unsigned char *p)
{
	while (p > from && is_wsp(p[-1]))
		p--;
	return p;
}

/*
 * Moves past octets that stand for themselves, to the "=" at stop or to blanks
 * that a line end, or the end of the octets, follows. Each octet is looked at a
 * bounded number of times.
 */
static void
skip_plain(struct cursor *c, const unsigned char *stop)
{
	const unsigned char *p = c->p, *lf, *blanks;

	while (p < stop && (lf = memchr(p, '\n', (size_t)(stop - p)))) {
		const unsigned char *eol = lf;

		if (eol > p && eol[-1] == '\r')
			eol--;
		blanks = before_blanks(p, eol);
		if (blanks < eol) {
			c->p = blanks;
			return;
		}
		p = lf + 1;
	}
	c->p = stop;
	if (stop == c->end && p < stop) {
		blanks = stop[-1] == '\r' ? stop - 1 : stop;
		if (before_blanks(p, blanks) < blanks)
			c->p = before_blanks(p, blanks);
	}
}

static int
decode(struct strbuf *out, struct cursor *c, bool last)
{
	const unsigned char *stop = NULL; /* the next "=", or the end */
	int r = 0, ret = 0;

	while (r <= 0) {
		const unsigned char *from = c->p;

		if (cc_cursor_at_end(c))
			break;
		if (!stop || stop < c->p)
			stop = memchr(c->p, '=', cc_cursor_left(c));
		if (!stop)
			stop = c->end;
		skip_plain(c, stop);
		cc_strbuf_put(out, from, (size_t)(c->p - from));
		if (cc_cursor_at_end(c))
			break;
		r = *c->p == '=' ? decode_escape(out, c, last)
				 : decode_blanks(out, c, last);
		if (r < 0)
			ret = r;
	}
	return ret;
}

int
cc_qp_decode(struct strbuf *out, struct span in)
{
	struct cursor c = cc_cursor(in);

	return decode(out, &c, true);
}

int
cc_qp_decode_some(struct strbuf *out, struct cursor *c)
{
	return decode(out, c, false);
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
