/*
 * utf7.c - modified UTF-7 of mailbox names (RFC 3501 section 5.1.3): a name is
 * printable ASCII, and "&", the base64 of UTF-16BE with "," for "/" and
 * without padding, and "-" for runs of all other characters; "&-" is "&".
 *
 * Holds no state, takes no locks, trusts nothing in its input.
 */
#include "base64.h"
#include "cc_err.h"
#include "cursor.h"
#include "utf7.h"
#include "utf8.h"

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
	if (c == ',')
		return 63;
	return c < 0 || c == '/' ? -1 : cc_base64_digit((unsigned char)c);
}

static void
put_digit(struct strbuf *out, uint32_t bits)
{
	cc_strbuf_putc(out, bits == 63 ? ',' : cc_base64_digits[bits]);
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
	unsigned char octets[4];

	cc_strbuf_put(out, octets, (size_t)(utf8_put(octets, ch) - octets));
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

/* The next character, shortest form only, no surrogates (RFC 3629). */
static int
next_utf8(struct cursor *c, uint32_t *ch_r)
{
	unsigned char *p = (unsigned char *)(uintptr_t)c->p;
	unsigned long left = cc_cursor_left(c), ch = utf8_get(&p, &left);

	if (ch == 0 || (ch & U8G_ERROR))
		return CC_EPARSE;
	c->p = p;
	*ch_r = (uint32_t)ch;
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
		put_digit(w->out, w->bits >> w->count & 63);
	}
}

static void
end_run(struct writer *w)
{
	if (!w->in_run)
		return;
	if (w->count > 0)
		put_digit(w->out, w->bits << (6 - w->count) & 63);
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
