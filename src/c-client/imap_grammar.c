/*
 * imap_grammar.c - the words of IMAP (RFC 3501 section 9): numbers, atoms,
 * tags, quoted strings and flags read; strings written.
 *
 * Holds no state, takes no locks. The input comes from a stranger: nothing is
 * looked at behind the cursor's end, and what has to be kept apart from the
 * input (a quoted string with escapes) is bounded by the arena.
 */
#include "cc_ctype.h"
#include "cc_err.h"
#include "cc_limits.h"
#include "imap_grammar.h"

static bool
is_printable(int c)
{
	return c > ' ' && c < 0x7f;
}

bool
cc_imap_is_astring_char(int c)
{
	switch (c) {
	case '(':
	case ')':
	case '{':
	case '%':
	case '*':
	case '"':
	case '\\':
		return false;
	default:
		return is_printable(c);
	}
}

bool
cc_imap_is_atom_char(int c)
{
	return c != ']' && cc_imap_is_astring_char(c);
}

bool
cc_imap_is_list_char(int c)
{
	return c == '%' || c == '*' || cc_imap_is_astring_char(c);
}

/* 1*DIGIT not above max. */
static int
parse_digits(struct cursor *c, uint64_t max, uint64_t *num_r)
{
	const unsigned char *p = c->p;
	uint64_t num = 0;

	if (p == c->end || !is_digit(*p))
		return CC_EPARSE;
	for (; p < c->end && is_digit(*p); p++) {
		unsigned digit = *p - (unsigned)'0';

		if (num > (max - digit) / 10)
			return CC_ERANGE;
		num = num * 10 + digit;
	}
	c->p = p;
	*num_r = num;
	return 0;
}

int
cc_imap_parse_number(struct cursor *c, uint32_t *num_r)
{
	uint64_t num;
	int r = parse_digits(c, UINT32_MAX, &num);

	if (r == 0)
		*num_r = (uint32_t)num;
	return r;
}

int
cc_imap_parse_nz_number(struct cursor *c, uint32_t *num_r)
{
	const struct cursor start = *c;
	uint32_t num;
	int r = cc_imap_parse_number(c, &num);

	if (r != 0)
		return r;
	/* digit-nz *DIGIT */
	if (*start.p == '0') {
		*c = start;
		return num == 0 ? CC_ERANGE : CC_EPARSE;
	}
	*num_r = num;
	return 0;
}

int
cc_imap_parse_number64(struct cursor *c, uint64_t *num_r)
{
	return parse_digits(c, INT64_MAX, num_r);
}

int
cc_imap_parse_atom(struct cursor *c, struct span *atom_r)
{
	const unsigned char *p = c->p;

	while (p < c->end && cc_imap_is_atom_char(*p))
		p++;
	if (p == c->p)
		return CC_EPARSE;
	*atom_r = cc_span(c->p, (size_t)(p - c->p));
	c->p = p;
	return 0;
}

int
cc_imap_parse_tag(struct cursor *c, struct span *tag_r)
{
	const unsigned char *p = c->p;

	while (p < c->end && cc_imap_is_astring_char(*p))
		p++;
	if (p == c->p || *c->p == '+')
		return CC_EPARSE;
	if ((size_t)(p - c->p) > CC_IMAP_TAG)
		return CC_ELIMIT;
	*tag_r = cc_span(c->p, (size_t)(p - c->p));
	c->p = p;
	return 0;
}

/*
 * Finds the DQUOTE that ends the quoted string which begins at p and has no
 * octet above top: 0 and its place, and the number of octets of the value,
 * which is smaller than what lies between if there are escapes.
 */
static int
find_quote(const unsigned char *p, const unsigned char *end, unsigned char top,
    const unsigned char **quote_r, size_t *len_r)
{
	size_t len = 0;

	for (; p < end && *p != '"'; p++, len++) {
		if (*p == '\0' || *p == '\r' || *p == '\n' || *p > top)
			return CC_EPARSE;
		if (*p != '\\')
			continue;
		/* An escape at the very end has nothing behind it to read. */
		if (++p == end || (*p != '"' && *p != '\\'))
			return CC_EPARSE;
	}
	if (p == end)
		return CC_EPARSE;
	*quote_r = p;
	*len_r = len;
	return 0;
}

static int
parse_quoted(struct cursor *c, struct arena *a, unsigned char top,
    struct span *s_r)
{
	const unsigned char *p, *quote;
	char *copy, *to;
	size_t len;
	int r;

	if (cc_cursor_peek(c) != '"')
		return CC_EPARSE;
	p = c->p + 1;
	if ((r = find_quote(p, c->end, top, &quote, &len)) != 0)
		return r;
	if (len == (size_t)(quote - p)) {
		*s_r = cc_span(p, len);
		c->p = quote + 1;
		return 0;
	}
	copy = to = cc_arena_get(a, len);
	if (!copy)
		return CC_ELIMIT;
	for (; p < quote; p++) {
		if (*p == '\\')
			p++;
		*to++ = (char)*p;
	}
	*s_r = cc_span(copy, len);
	c->p = quote + 1;
	return 0;
}

int
cc_imap_parse_quoted(struct cursor *c, struct arena *a, struct span *s_r)
{
	return parse_quoted(c, a, 0x7f, s_r);
}

int
cc_imap_parse_quoted_8bit(struct cursor *c, struct arena *a, struct span *s_r)
{
	return parse_quoted(c, a, 0xff, s_r);
}

int
cc_imap_parse_flag(struct cursor *c, struct span *flag_r)
{
	const struct cursor start = *c;
	struct span atom;
	int r;

	(void)cc_cursor_skip(c, '\\');
	if ((r = cc_imap_parse_atom(c, &atom)) != 0) {
		*c = start;
		return r;
	}
	*flag_r = cc_cursor_since(c, start.p);
	return 0;
}

/* May s stand between DQUOTEs without escapes? Some clients mishandle them,
 * so what would need one goes out as a literal. */
static bool
can_be_quoted(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < ' ' || c >= 0x7f || c == '"' || c == '\\')
			return false;
	}
	return true;
}

/* NIL would be read as no string at all; "]" ends a response code for clients
 * that look for it before they know what an astring is. */
static bool
can_be_atom(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!cc_imap_is_atom_char((unsigned char)s.p[i]))
			return false;
	return s.len > 0 && !cc_span_is_nocase(s, "NIL");
}

/* A literal must not hold NUL (RFC 3501 section 9, CHAR8). */
static void
put_literal(struct strbuf *out, struct span s)
{
	cc_strbuf_putc(out, '{');
	cc_strbuf_put_uint(out, s.len);
	cc_strbuf_puts(out, "}\r\n");
	while (s.len > 0) {
		const char *nul = memchr(s.p, '\0', s.len);
		size_t len = nul ? (size_t)(nul - s.p) : s.len;

		cc_strbuf_put(out, s.p, len);
		if (nul) {
			cc_strbuf_putc(out, 0x80);
			len++;
		}
		s = cc_span(s.p + len, s.len - len);
	}
}

void
cc_imap_put_string(struct strbuf *out, struct span s)
{
	if (!can_be_quoted(s)) {
		put_literal(out, s);
		return;
	}
	cc_strbuf_putc(out, '"');
	cc_strbuf_put_span(out, s);
	cc_strbuf_putc(out, '"');
}

void
cc_imap_put_astring(struct strbuf *out, struct span s)
{
	if (can_be_atom(s))
		cc_strbuf_put_span(out, s);
	else
		cc_imap_put_string(out, s);
}

void
cc_imap_put_nstring(struct strbuf *out, struct span s)
{
	if (s.p)
		cc_imap_put_string(out, s);
	else
		cc_strbuf_puts(out, "NIL");
}
