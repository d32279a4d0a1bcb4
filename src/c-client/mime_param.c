/*
 * mime_param.c - the parameters of Content-* fields (RFC 2045 section 5.1,
 * RFC 2231).
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

/* A piece of an RFC 2231 value: "NAME*", "NAME*n" or "NAME*n*". */
struct piece {
	const struct mime_param *param;
	unsigned number;
	bool encoded;
};

/* Is the attribute such a piece of name? */
static bool
is_piece(const struct mime_param *param, const char *name,
    struct piece *piece_r)
{
	struct span s = param->attribute;
	size_t len = strlen(name), i;
	unsigned number = 0;

	if (s.len <= len || memcmp(s.p, name, len) != 0 || s.p[len] != '*')
		return false;
	for (i = len + 1; i < s.len && is_digit(s.p[i]); i++) {
		number = number * 10 + (unsigned)(s.p[i] - '0');
		if (number >= CC_MIME_PARAMS)
			return false;
	}
	piece_r->param = param;
	piece_r->number = number;
	piece_r->encoded = i == len + 1;
	if (i < s.len && s.p[i] == '*') {
		piece_r->encoded = true;
		i++;
	}
	return i == s.len;
}

/* Writes what an encoded piece stands for; the first begins with a charset
 * and a language between apostrophes. */
static size_t
decode_piece(const struct piece *piece, char *out)
{
	struct span s = piece->param->value;
	size_t len = 0, i = 0;
	int quotes = piece->encoded && piece->number == 0 ? 2 : 0;
	const char *from = s.p;

	if (!s.p)
		return 0;
	while (quotes > 0 && from &&
	    (from = memchr(from, '\'', s.len - (size_t)(from - s.p)))) {
		from++;
		quotes--;
	}
	if (from)
		i = (size_t)(from - s.p);
	for (; i < s.len; i++) {
		int high, low;

		if (piece->encoded && s.p[i] == '%' && s.len - i > 2 &&
		    (high = xdigit_value((unsigned char)s.p[i + 1])) >= 0 &&
		    (low = xdigit_value((unsigned char)s.p[i + 2])) >= 0) {
			out[len++] = (char)(high << 4 | low);
			i += 2;
		} else {
			out[len++] = s.p[i];
		}
	}
	return len;
}

struct span
cc_mime_param_decoded(const struct mime_param *params, const char *name,
    struct arena *a)
{
	struct piece pieces[CC_MIME_PARAMS] = { 0 }, piece;
	struct span value = cc_mime_param(params, name);
	size_t total = 0, len = 0;
	char *out;

	if (value.p)
		return value;
	for (; params; params = params->next)
		if (is_piece(params, name, &piece) &&
		    !pieces[piece.number].param) {
			pieces[piece.number] = piece;
			total += params->value.len;
		}
	if (!pieces[0].param || !(out = cc_arena_get(a, total + 1)))
		return value;
	for (unsigned i = 0; i < CC_MIME_PARAMS && pieces[i].param; i++)
		len += decode_piece(&pieces[i], out + len);
	return cc_span(out, len);
}

bool
cc_mime_has_param(const struct mime_param *params, const char *name)
{
	struct piece piece;

	for (; params; params = params->next)
		if (cc_span_is(params->attribute, name) ||
		    is_piece(params, name, &piece))
			return true;
	return false;
}
