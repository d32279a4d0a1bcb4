/*
 * strbuf.c - text being built, and the few span functions that are not inline.
 *
 * Holds no state and trusts its caller only with the pointers it passes.
 */
#include "cc_ctype.h"
#include "cc_err.h"
#include "fs.h"
#include "strbuf.h"

#define STRBUF_FIRST 64 /* octets of the first allocation */

void
cc_strbuf_init(struct strbuf *b, size_t max)
{
	*b = (struct strbuf){ .max = max };
}

void
cc_strbuf_free(struct strbuf *b)
{
	size_t max = b->max;

	if (b->data)
		fs_give((void **)&b->data);
	cc_strbuf_init(b, max);
}

void
cc_strbuf_wipe(struct strbuf *b)
{
	if (b->data)
		explicit_bzero(b->data, b->cap);
	cc_strbuf_free(b);
}

void
cc_strbuf_reset(struct strbuf *b)
{
	b->len = 0;
	b->over = false;
	if (b->data)
		b->data[0] = '\0';
}

void
cc_strbuf_truncate(struct strbuf *b, size_t len)
{
	if (len >= b->len)
		return;
	b->len = len;
	b->data[len] = '\0';
}

size_t
cc_drop_octet(void *p, size_t len, int ch)
{
	char *end = (char *)p + len, *to = len ? memchr(p, ch, len) : NULL;
	char *from, *next;

	if (!to)
		return len;
	for (from = to + 1; from < end; from = next + 1) {
		next = memchr(from, ch, (size_t)(end - from));
		if (!next)
			next = end;
		memmove(to, from, (size_t)(next - from));
		to += next - from;
	}
	return (size_t)(to - (char *)p);
}

void
cc_strbuf_drop_octet(struct strbuf *b, int ch)
{
	cc_strbuf_truncate(b, cc_drop_octet(b->data, b->len, ch));
}

void
cc_strbuf_consume(struct strbuf *b, size_t n)
{
	if (n == 0)
		return;
	b->len -= n;
	memmove(b->data, b->data + n, b->len + 1);
}

int
cc_strbuf_status(const struct strbuf *b)
{
	return b->over ? CC_ELIMIT : 0;
}

/* A ceiling of SIZE_MAX means none; doubling must not wrap all the same. */
static bool
can_double(const struct strbuf *b, size_t n)
{
	return n < SIZE_MAX / 4 && b->len < SIZE_MAX / 4;
}

/* Room for n more octets and a NUL? No allocation passes the ceiling. */
static bool
has_room(const struct strbuf *b, size_t n)
{
	return !b->over && n < b->cap - b->len;
}

/* Makes room for n more octets and a NUL; false if that passes the ceiling. */
static bool
strbuf_grow(struct strbuf *b, size_t n)
{
	size_t cap;

	if (b->over || n > b->max || b->len > b->max - n || !can_double(b, n)) {
		b->over = true;
		return false;
	}
	if (b->len + n < b->cap)
		return true;
	cap = b->cap ? b->cap : STRBUF_FIRST;
	while (cap <= b->len + n)
		cap *= 2;
	/* The ceiling bounds what is wasted by doubling, too. */
	if (cap - 1 > b->max)
		cap = b->max + 1;
	fs_resize((void **)&b->data, cap);
	b->cap = cap;
	return true;
}

void
cc_strbuf_put(struct strbuf *b, const void *p, size_t len)
{
	if (len == 0 || (!has_room(b, len) && !strbuf_grow(b, len)))
		return;
	memcpy(b->data + b->len, p, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void
cc_strbuf_putc(struct strbuf *b, int c)
{
	char octet = (char)c;

	cc_strbuf_put(b, &octet, 1);
}

void
cc_strbuf_puts(struct strbuf *b, const char *s)
{
	cc_strbuf_put(b, s, strlen(s));
}

void
cc_strbuf_put_span(struct strbuf *b, struct span s)
{
	cc_strbuf_put(b, s.p, s.len);
}

void
cc_strbuf_put_uint(struct strbuf *b, uint64_t n)
{
	char digits[20];
	size_t i = sizeof(digits);

	do {
		digits[--i] = (char)('0' + n % 10);
		n /= 10;
	} while (n);
	cc_strbuf_put(b, digits + i, sizeof(digits) - i);
}

void
cc_strbuf_vprintf(struct strbuf *b, const char *fmt, va_list ap)
{
	size_t room = b->over ? 0 : b->cap - b->len;
	va_list again;
	int n;

	/* mostly it fits at once */
	va_copy(again, ap);
	n = vsnprintf(room ? b->data + b->len : NULL, room, fmt, again);
	va_end(again);
	if (n < 0)
		b->over = true;
	if (n > 0 && (size_t)n >= room && strbuf_grow(b, (size_t)n))
		vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
	if (n > 0 && !b->over)
		b->len += (size_t)n;
	else if (b->data)
		b->data[b->len] = '\0';
}

void
cc_strbuf_printf(struct strbuf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	cc_strbuf_vprintf(b, fmt, ap);
	va_end(ap);
}

char *
cc_strbuf_room(struct strbuf *b, size_t n)
{
	return strbuf_grow(b, n) ? b->data + b->len : NULL;
}

void
cc_strbuf_claim(struct strbuf *b, size_t n)
{
	b->len += n;
	b->data[b->len] = '\0';
}

char *
cc_strbuf_take(struct strbuf *b)
{
	char *s = b->data;

	if (!s) {
		s = fs_get(1);
		s[0] = '\0';
	}
	cc_strbuf_init(b, b->max);
	return s;
}

bool
cc_span_eq_nocase(struct span a, struct span b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (to_upper((unsigned char)a.p[i]) !=
		    to_upper((unsigned char)b.p[i]))
			return false;
	return true;
}

bool
cc_span_is_nocase(struct span a, const char *s)
{
	return cc_span_eq_nocase(a, cc_span_z(s));
}

struct span
cc_span_trim(struct span s)
{
	while (s.len > 0 && is_space(s.p[0])) {
		s.p++;
		s.len--;
	}
	while (s.len > 0 && is_space(s.p[s.len - 1]))
		s.len--;
	return s;
}

char *
cc_span_dup(struct span s)
{
	char *copy = fs_get(s.len + 1);

	if (s.len)
		memcpy(copy, s.p, s.len);
	copy[s.len] = '\0';
	return copy;
}
