/*
 * mime_param.c - the parameters of Content-* fields (RFC 2045 section 5.1).
 *
 * One pass over each value; values are a stranger's. What breaks the grammar
 * is read the way most senders mean it, see the header.
 */
#include "cc_ctype.h"
#include "cc_limits.h"
#include "mime_param.h"
#include "rfc822_token.h"

struct span
cc_mime_take_token(struct cursor *c, const char *stops)
{
	const unsigned char *from = c->p;

	while (c->p < c->end && !cc_rfc822_is_blank(*c->p) &&
	    (*c->p == '\0' || !strchr(stops, *c->p)))
		c->p++;
	return cc_cursor_since(c, from);
}

struct span
cc_mime_upper(struct arena *a, struct span s)
{
	char *copy = cc_arena_get(a, s.len);

	for (size_t i = 0; copy && i < s.len; i++)
		copy[i] = (char)to_upper((unsigned char)s.p[i]);
	return cc_span(copy, copy ? s.len : 0);
}

/* What has no quotes: the words up to ";", comments at their ends apart. */
static struct span
bare_value(struct cursor *c)
{
	const unsigned char *from = c->p, *to = c->p;

	while (c->p < c->end && *c->p != ';') {
		if (cc_mime_take_token(c, ";(").len)
			to = c->p;
		cc_rfc822_skip_cfws(c);
	}
	return cc_span(from, (size_t)(to - from));
}

/* The value behind "=", or p NULL if it is missing. */
static struct span
take_value(struct cursor *c, struct arena *a)
{
	struct span raw, value = { 0 };
	unsigned what = RFC822_UNFOLD | RFC822_ESCAPES;

	cc_rfc822_skip_cfws(c);
	if (cc_cursor_peek(c) != '"') {
		raw = bare_value(c);
		if (!raw.len)
			return value;
		what = RFC822_UNFOLD;
	} else if (cc_rfc822_skip_quoted(c, &raw) != 0) {
		/* Never closed: all that is left. */
		c->p++;
		raw = cc_span_trim(cc_cursor_rest(c));
		c->p = c->end;
	}
	if (cc_rfc822_unquote(a, raw, what, &value) != 0)
		value = cc_span("", 0);
	return value;
}

/* Past anything up to the next parameter; false at the end. *semicolon: there
 * was one, without which a word is no parameter unless "=" follows. */
static bool
next_param(struct cursor *c, bool *semicolon)
{
	*semicolon = false;
	for (;;) {
		cc_rfc822_skip_cfws(c);
		if (cc_cursor_skip(c, ';'))
			*semicolon = true;
		else if (cc_cursor_at_end(c) || *c->p != '=')
			return !cc_cursor_at_end(c);
		else
			cc_mime_take_token(c, ";(");
	}
}

struct mime_param *
cc_mime_parse_params(struct cursor *c, struct arena *a)
{
	struct mime_param *first = NULL, **tail = &first, *param;
	unsigned count = 0;
	bool semicolon;

	while (count < CC_MIME_PARAMS && next_param(c, &semicolon)) {
		struct span name = cc_mime_take_token(c, ";=("), value = { 0 };

		cc_rfc822_skip_cfws(c);
		if (cc_cursor_skip(c, '='))
			value = take_value(c, a);
		else if (!semicolon)
			continue;
		if (!value.p)
			value = cc_span_z("MISSING_PARAMETER_VALUE");
		if (!(param = cc_arena_get(a, sizeof(*param))))
			break;
		param->attribute = cc_mime_upper(a, name);
		param->value = value;
		if (!param->attribute.p)
			break;
		*tail = param;
		tail = &param->next;
		count++;
	}
	return first;
}

struct span
cc_mime_param(const struct mime_param *params, const char *name)
{
	for (; params; params = params->next)
		if (cc_span_is(params->attribute, name))
			return params->value;
	return cc_span(NULL, 0);
}
