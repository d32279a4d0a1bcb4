/*
 * mime_extended.c - parameter values that come in pieces, with a charset and a
 * language, and with percent codes (RFC 2231 sections 3 and 4).
 *
 * Parameters are a stranger's: at most CC_MIME_PARAMS of them, in any order,
 * doubled, or with gaps (CVE-2026-27859).
 */
#include "cc_ctype.h"
#include "cc_limits.h"
#include "mime_param.h"

/* A piece of a value: "NAME*", "NAME*n" or "NAME*n*". */
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

/* Cuts "charset'language'" off the first piece; without two apostrophes there
 * is no such thing. */
static struct span
take_charset(struct span s, struct mime_value *value)
{
	const char *language, *text;

	if (!(language = memchr(s.p, '\'', s.len)))
		return s;
	language++;
	text = memchr(language, '\'', s.len - (size_t)(language - s.p));
	if (!text)
		return s;
	value->charset = cc_span(s.p, (size_t)(language - s.p) - 1);
	value->language = cc_span(language, (size_t)(text - language));
	text++;
	return cc_span(text, s.len - (size_t)(text - s.p));
}

/* Writes what a piece stands for; gives its octets. */
static size_t
decode_piece(struct span s, bool encoded, char *out)
{
	size_t len = 0;

	for (size_t i = 0; i < s.len; i++) {
		int high, low;

		if (encoded && s.p[i] == '%' && s.len - i > 2 &&
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

/* Joins the pieces from the first on, as far as none is missing. */
static bool
join(const struct piece *pieces, size_t octets, struct arena *a,
    struct mime_value *value_r)
{
	struct mime_value value = { 0 };
	char *out = cc_arena_get(a, octets + 1);
	size_t len = 0;

	if (!out)
		return false;
	for (unsigned i = 0; i < CC_MIME_PARAMS && pieces[i].param; i++) {
		struct span s = pieces[i].param->value;

		if (i == 0 && pieces[i].encoded)
			s = take_charset(s, &value);
		len += decode_piece(s, pieces[i].encoded, out + len);
	}
	value.octets = cc_span(out, len);
	*value_r = value;
	return true;
}

static bool
decode_pieces(const struct mime_param *params, const char *name,
    struct arena *a, struct mime_value *value_r)
{
	struct piece pieces[CC_MIME_PARAMS] = { 0 }, piece;
	size_t octets = 0;

	for (; params; params = params->next)
		/* Of a doubled piece the first counts. */
		if (is_piece(params, name, &piece) &&
		    !pieces[piece.number].param) {
			pieces[piece.number] = piece;
			octets += params->value.len;
		}
	return pieces[0].param && join(pieces, octets, a, value_r);
}

bool
cc_mime_param_decode(const struct mime_param *params, const char *name,
    struct arena *a, struct mime_value *value_r)
{
	struct span plain;

	if (decode_pieces(params, name, a, value_r))
		return true;
	plain = cc_mime_param(params, name);
	if (!plain.p)
		return false;
	*value_r = (struct mime_value){ .octets = plain };
	return true;
}

struct span
cc_mime_param_decoded(const struct mime_param *params, const char *name,
    struct arena *a)
{
	struct mime_value value = { .octets = cc_mime_param(params, name) };

	if (!value.octets.p)
		decode_pieces(params, name, a, &value);
	return value.octets;
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
