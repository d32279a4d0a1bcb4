/*
 * utf7.c - modified UTF-7 of mailbox names (RFC 3501 section 5.1.3): a name is
 * printable ASCII, and "&", the base64 of UTF-16BE with "," for "/" and
 * without padding, and "-" for runs of all other characters; "&-" is "&".
 *
 * Holds no state, takes no locks, trusts nothing in its input.
 */
#include "cc_ctype.h"
#include "cc_err.h"
#include "cursor.h"
#include "utf7.h"

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/* Characters that stand for themselves, "&" apart. */
static bool
is_direct(uint32_t ch)
{
	return ch >= ' ' && ch <= '~';
}

/* The six bits of a digit, or -1. */
static int
digit_value(int c)
{
	if (is_upper(c))
		return c - 'A';
	if (is_lower(c))
		return c - 'a' + 26;
	if (is_digit(c))
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == ',' ? 63 : -1;
}

const char *
cc_utf7_check(struct span name)
{
	struct cursor c = cc_cursor(name);

	while (!cc_cursor_at_end(&c)) {
		int ch = *c.p++;

		if (ch > 0x7f)
			return "mailbox name with 8-bit octet";
		if (ch != '&')
			continue;
		while (digit_value(cc_cursor_peek(&c)) >= 0)
			c.p++;
		if (cc_cursor_at_end(&c))
			return "unterminated modified UTF-7 name";
		if (!cc_cursor_skip(&c, '-'))
			return "invalid modified UTF-7 name";
	}
	return NULL;
}

static void
put_utf8(struct strbuf *out, uint32_t ch)
{
	if (ch < 0x80) {
		cc_strbuf_putc(out, (int)ch);
		return;
	}
	if (ch < 0x800) {
		cc_strbuf_putc(out, (int)(0xc0 | ch >> 6));
	} else {
		if (ch < 0x10000) {
			cc_strbuf_putc(out, (int)(0xe0 | ch >> 12));
		} else {
			cc_strbuf_putc(out, (int)(0xf0 | ch >> 18));
			cc_strbuf_putc(out, (int)(0x80 | (ch >> 12 & 0x3f)));
		}
		cc_strbuf_putc(out, (int)(0x80 | (ch >> 6 & 0x3f)));
	}
	cc_strbuf_putc(out, (int)(0x80 | (ch & 0x3f)));
}

/* A run being decoded: digits in, UTF-16 units, characters out. */
struct run {
	uint32_t bits;  /* not yet a unit */
	unsigned count; /* how many bits */
	uint32_t high;  /* surrogate that waits for its other half, or 0 */
	struct strbuf *out;
};

static int
run_unit(struct run *run, uint32_t unit)
{
	bool is_low = unit >= 0xdc00 && unit <= 0xdfff;

	if ((run->high != 0) != is_low)
		return CC_EPARSE;
	if (unit >= 0xd800 && unit <= 0xdbff) {
		run->high = unit;
		return 0;
	}
	if (is_low) {
		unit = 0x10000 + ((run->high - 0xd800) << 10) + (unit - 0xdc00);
		run->high = 0;
	}
	/* Printable ASCII in a run would be a second spelling of a name. */
	if (unit == 0 || is_direct(unit))
		return CC_EPARSE;
	put_utf8(run->out, unit);
	return 0;
}

/* The digits of a run up to and with its "-"; there is at least one. */
static int
decode_run(struct cursor *c, struct strbuf *out)
{
	struct run run = { .out = out };
	int v, r;

	while ((v = digit_value(cc_cursor_peek(c))) >= 0) {
		c->p++;
		run.bits = (run.bits << 6 | (uint32_t)v) & 0x3fffff;
		run.count += 6;
		if (run.count < 16)
			continue;
		run.count -= 16;
		if ((r = run_unit(&run, run.bits >> run.count & 0xffff)) != 0)
			return r;
	}
	/* What is left over is padding: less than a digit, and zero. */
	if (!cc_cursor_skip(c, '-') || run.high != 0 || run.count >= 6 ||
	    (run.bits & ((1u << run.count) - 1)) != 0)
		return CC_EPARSE;
	return 0;
}

static int
decode(struct cursor *c, struct strbuf *out)
{
	bool after_run = false;

	while (!cc_cursor_at_end(c)) {
		int ch = *c->p++, r;

		if (!is_direct((uint32_t)ch))
			return CC_EPARSE;
		if (ch != '&' || cc_cursor_skip(c, '-')) {
			cc_strbuf_putc(out, ch);
			after_run = false;
			continue;
		}
		/* Two runs side by side are one run, split. */
		if (after_run)
			return CC_EPARSE;
		if ((r = decode_run(c, out)) != 0)
			return r;
		after_run = true;
	}
	return 0;
}

int
cc_utf7_to_utf8(struct strbuf *out, struct span name)
{
	struct cursor c = cc_cursor(name);
	size_t old = out->len;
	int r = decode(&c, out);

	if (r != 0) {
		cc_strbuf_truncate(out, old);
		return r;
	}
	return cc_strbuf_status(out);
}

/* How many octets follow the first one of a character, or -1. */
static int
followers(unsigned char first)
{
	if (first < 0x80)
		return 0;
	if (first >= 0xc2 && first <= 0xdf)
		return 1;
	if (first >= 0xe0 && first <= 0xef)
		return 2;
	return first >= 0xf0 && first <= 0xf4 ? 3 : -1;
}

/* The next character, shortest form only, no surrogates (RFC 3629). */
static int
next_utf8(struct cursor *c, uint32_t *ch_r)
{
	static const uint32_t smallest[] = { 0, 0x80, 0x800, 0x10000 };
	static const unsigned char mask[] = { 0x7f, 0x1f, 0x0f, 0x07 };
	int n = followers(*c->p);
	uint32_t ch;

	if (n < 0 || cc_cursor_left(c) <= (size_t)n)
		return CC_EPARSE;
	ch = *c->p & mask[n];
	for (int i = 1; i <= n; i++) {
		if ((c->p[i] & 0xc0) != 0x80)
			return CC_EPARSE;
		ch = ch << 6 | (c->p[i] & 0x3f);
	}
	if (ch < smallest[n] || ch > 0x10ffff || ch == 0 ||
	    (ch >= 0xd800 && ch <= 0xdfff))
		return CC_EPARSE;
	c->p += n + 1;
	*ch_r = ch;
	return 0;
}

/* A run being encoded. */
struct writer {
	uint32_t bits;  /* not yet digits */
	unsigned count; /* how many bits, under 6 */
	bool in_run;
	struct strbuf *out;
};

static void
write_unit(struct writer *w, uint32_t unit)
{
	w->bits = w->bits << 16 | unit;
	w->count += 16;
	while (w->count >= 6) {
		w->count -= 6;
		cc_strbuf_putc(w->out, alphabet[w->bits >> w->count & 63]);
	}
}

static void
end_run(struct writer *w)
{
	if (!w->in_run)
		return;
	if (w->count > 0)
		cc_strbuf_putc(w->out,
		    alphabet[w->bits << (6 - w->count) & 63]);
	cc_strbuf_putc(w->out, '-');
	w->bits = w->count = 0;
	w->in_run = false;
}

static void
write_char(struct writer *w, uint32_t ch)
{
	if (is_direct(ch)) {
		end_run(w);
		cc_strbuf_putc(w->out, (int)ch);
		if (ch == '&')
			cc_strbuf_putc(w->out, '-');
		return;
	}
	if (!w->in_run)
		cc_strbuf_putc(w->out, '&');
	w->in_run = true;
	if (ch >= 0x10000) {
		write_unit(w, 0xd800 + ((ch - 0x10000) >> 10));
		ch = 0xdc00 + ((ch - 0x10000) & 0x3ff);
	}
	write_unit(w, ch);
}

int
cc_utf7_from_utf8(struct strbuf *out, struct span text)
{
	struct cursor c = cc_cursor(text);
	struct writer w = { .out = out };
	size_t old = out->len;

	while (!cc_cursor_at_end(&c)) {
		uint32_t ch;
		int r = next_utf8(&c, &ch);

		if (r != 0) {
			cc_strbuf_truncate(out, old);
			return r;
		}
		write_char(&w, ch);
	}
	end_run(&w);
	return cc_strbuf_status(out);
}
