/*
 * imap_read.c - strings and lists of responses, as servers send them (RFC 3501
 * section 9; RFC 4466, literal8; RFC 6855, UTF-8 between quotes).
 *
 * Holds no state, takes no locks, does not recurse: lists are skipped by
 * counting parentheses. The server is a stranger: a literal is at most what
 * is there, and values stay in the input unless they have escapes.
 */
#include "cc_err.h"
#include "imap_grammar.h"
#include "imap_read.h"

int
cc_imap_next(struct cursor *c)
{
	while (cc_cursor_peek(c) == ' ')
		c->p++;
	return cc_cursor_peek(c);
}

/* Without a, for one that is skipped, escapes stay. */
static int
read_quoted(struct cursor *c, struct arena *a, struct span *s_r)
{
	const unsigned char *from = c->p + 1, *p;
	size_t escapes = 0;
	char *to;

	for (p = from; p < c->end && *p != '"'; p++) {
		/* The end of the line is that of the response. */
		if (*p == '\r' || *p == '\n' || *p == '\0')
			return CC_EPARSE;
		if (*p != '\\')
			continue;
		escapes++;
		if (++p == c->end || *p == '\r' || *p == '\n' || *p == '\0')
			return CC_EPARSE;
	}
	if (p == c->end)
		return CC_EPARSE;
	*s_r = cc_span(from, (size_t)(p - from));
	if (escapes && a) {
		if (!(to = cc_arena_get(a, s_r->len - escapes)))
			return CC_ELIMIT;
		*s_r = cc_span(to, s_r->len - escapes);
		for (; from < p; from++) {
			from += *from == '\\';
			*to++ = (char)*from;
		}
	}
	c->p = p + 1;
	return 0;
}

static int
read_literal(struct cursor *c, struct span *s_r)
{
	struct cursor at = *c;
	struct imap_literal lit;

	if (cc_imap_parse_literal(&at, &lit) != 0)
		return CC_EPARSE;
	(void)cc_cursor_skip(&at, '\r');
	if (!cc_cursor_skip(&at, '\n') || lit.octets > cc_cursor_left(&at))
		return CC_EPARSE;
	*s_r = cc_span(at.p, (size_t)lit.octets);
	at.p += lit.octets;
	*c = at;
	return 0;
}

/* What may stand in the place of a string without quotes. */
static bool
is_bare(int ch)
{
	return ch > ' ' && ch != '(' && ch != ')' && ch != '"' && ch != 0x7f;
}

static int
read_bare(struct cursor *c, struct span *s_r)
{
	const unsigned char *from = c->p;

	while (is_bare(cc_cursor_peek(c)))
		c->p++;
	*s_r = cc_cursor_since(c, from);
	if (s_r->len == 0)
		return CC_EPARSE;
	if (cc_span_is_nocase(*s_r, "NIL"))
		*s_r = cc_span(NULL, 0);
	return 0;
}

static int
read_value(struct cursor *c, struct arena *a, struct span *s_r)
{
	const struct cursor start = *c;
	int r;

	switch (cc_imap_next(c)) {
	case '"':
		r = read_quoted(c, a, s_r);
		break;
	case '{':
		r = read_literal(c, s_r);
		break;
	case '~':
		r = read_literal(c, s_r);
		if (r != 0)
			r = read_bare(c, s_r);
		break;
	default:
		r = read_bare(c, s_r);
		break;
	}
	if (r != 0)
		*c = start;
	return r;
}

int
cc_imap_read_nstring(struct cursor *c, struct arena *a, struct span *s_r)
{
	return read_value(c, a, s_r);
}

int
cc_imap_read_member(struct cursor *c, struct arena *a, struct span *text_r)
{
	int r;

	*text_r = cc_span(NULL, 0);
	if (cc_imap_next(c) == ')')
		return 0;
	if (cc_cursor_peek(c) == '(')
		return cc_imap_skip_value(c);
	if ((r = read_value(c, a, text_r)) == 0 && text_r->p)
		text_r->len = strnlen(text_r->p, text_r->len);
	return r;
}

/* Moves on until `depth` open lists are closed, over one value if none is. */
static int
skip(struct cursor *c, size_t depth)
{
	const struct cursor start = *c;
	struct span value;
	int r = 0;

	do {
		switch (cc_imap_next(c)) {
		case '(':
			c->p++;
			depth++;
			break;
		case ')':
			if (depth == 0)
				r = CC_EPARSE;
			else
				depth--;
			c->p++;
			break;
		default:
			r = read_value(c, NULL, &value);
			break;
		}
	} while (r == 0 && depth > 0);
	if (r != 0)
		*c = start;
	return r;
}

int
cc_imap_skip_value(struct cursor *c)
{
	return skip(c, 0);
}

int
cc_imap_skip_list(struct cursor *c)
{
	return skip(c, 1);
}
