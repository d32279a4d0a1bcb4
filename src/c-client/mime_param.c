/*
 * mime_param.c - the values of Content-* fields (RFC 2045 section 5).
 *
 * One pass over each value; values are a stranger's. What breaks the grammar
 * is read the way most senders mean it, see the header.
 */
#include "cc_ctype.h"
#include "cc_limits.h"
#include "mail_const.h"
#include "mime_param.h"
#include "rfc822_token.h"

/* Indexed by TYPE code: names and the subtype of a type without one. */
static const struct {
	struct span name, subtype;
} types[] = {
	[TYPETEXT] = { CC_SPAN("TEXT"), CC_SPAN("PLAIN") },
	[TYPEMULTIPART] = { CC_SPAN("MULTIPART"), CC_SPAN("MIXED") },
	[TYPEMESSAGE] = { CC_SPAN("MESSAGE"), CC_SPAN("RFC822") },
	[TYPEAPPLICATION] = { CC_SPAN("APPLICATION"), CC_SPAN("OCTET-STREAM") },
	[TYPEAUDIO] = { CC_SPAN("AUDIO"), CC_SPAN("BASIC") },
	[TYPEIMAGE] = { CC_SPAN("IMAGE"), CC_SPAN("UNKNOWN") },
	[TYPEVIDEO] = { CC_SPAN("VIDEO"), CC_SPAN("UNKNOWN") },
	[TYPEMODEL] = { CC_SPAN("MODEL"), CC_SPAN("UNKNOWN") },
	[TYPEOTHER] = { CC_SPAN("X-UNKNOWN"), CC_SPAN("UNKNOWN") },
};

/* Indexed by ENC code. */
static const struct span encodings[] = {
	[ENC7BIT] = CC_SPAN("7BIT"),
	[ENC8BIT] = CC_SPAN("8BIT"),
	[ENCBINARY] = CC_SPAN("BINARY"),
	[ENCBASE64] = CC_SPAN("BASE64"),
	[ENCQUOTEDPRINTABLE] = CC_SPAN("QUOTED-PRINTABLE"),
};

/* Moves to the first octet of `stops`, a blank or the end. */
static struct span
take_token(struct cursor *c, const char *stops)
{
	const unsigned char *from = c->p;

	while (c->p < c->end && !cc_rfc822_is_blank(*c->p) &&
	    (*c->p == '\0' || !strchr(stops, *c->p)))
		c->p++;
	return cc_cursor_since(c, from);
}

/* An upper case copy in the arena; p NULL if it is full. */
static struct span
upper(struct arena *a, struct span s)
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
		if (take_token(c, ";(").len)
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
			take_token(c, ";(");
	}
}

struct mime_param *
cc_mime_parse_params(struct cursor *c, struct arena *a)
{
	struct mime_param *first = NULL, **tail = &first, *param;
	unsigned count = 0;
	bool semicolon;

	while (count < CC_MIME_PARAMS && next_param(c, &semicolon)) {
		struct span name = take_token(c, ";=("), value = { 0 };

		cc_rfc822_skip_cfws(c);
		if (cc_cursor_skip(c, '='))
			value = take_value(c, a);
		else if (!semicolon)
			continue;
		if (!value.p)
			value = cc_span_z("MISSING_PARAMETER_VALUE");
		if (!(param = cc_arena_get(a, sizeof(*param))))
			break;
		param->attribute = upper(a, name);
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

static void
parse_type(struct mime_part *part, struct arena *a, struct span body)
{
	struct cursor c = cc_cursor(body);
	struct span name, subtype = { 0 };
	unsigned short type;

	if (part->type_name.p)
		return;
	cc_rfc822_skip_cfws(&c);
	name = take_token(&c, ";/(,\"");
	/* RFC 2045 section 5.2: what is no type is as if it were missing. */
	if (!name.len)
		return;
	cc_rfc822_skip_cfws(&c);
	if (cc_cursor_skip(&c, '/')) {
		cc_rfc822_skip_cfws(&c);
		subtype = take_token(&c, ";(,\"");
	}
	for (type = TYPETEXT; type < TYPEOTHER; type++)
		if (cc_span_eq_nocase(name, types[type].name))
			break;
	part->type = type;
	part->type_name = type < TYPEOTHER ? types[type].name : upper(a, name);
	part->subtype = subtype.len ? upper(a, subtype) : types[type].subtype;
	part->params = cc_mime_parse_params(&c, a);
}

static void
parse_encoding(struct mime_part *part, struct arena *a, struct span body)
{
	struct cursor c = cc_cursor(body);
	struct span name;
	unsigned short enc;

	if (part->encoding_name.p)
		return;
	cc_rfc822_skip_cfws(&c);
	name = take_token(&c, ";(,");
	if (!name.len)
		return;
	for (enc = ENC7BIT; enc < ENCOTHER; enc++)
		if (cc_span_eq_nocase(name, encodings[enc]))
			break;
	part->encoding = enc;
	part->encoding_name = enc < ENCOTHER ? encodings[enc] : upper(a, name);
}

static void
parse_disposition(struct mime_part *part, struct arena *a, struct span body)
{
	struct cursor c = cc_cursor(body);
	struct span name;

	if (part->disposition.p)
		return;
	cc_rfc822_skip_cfws(&c);
	name = take_token(&c, ";(,\"");
	if (!name.len)
		return;
	part->disposition = upper(a, name);
	part->disposition_params = cc_mime_parse_params(&c, a);
}

/* Content-Language: tags between commas (RFC 3282 section 2). */
static void
parse_language(struct mime_part *part, struct arena *a, struct span body)
{
	struct cursor c = cc_cursor(body);
	struct span tags[CC_MIME_PARAMS], tag;
	size_t count = 0;

	if (part->language)
		return;
	while (count < CC_MIME_PARAMS && !cc_cursor_at_end(&c)) {
		cc_rfc822_skip_cfws(&c);
		tag = take_token(&c, ",(;");
		if (tag.len)
			tags[count++] = tag;
		else if (!cc_cursor_at_end(&c) && *c.p != '(')
			c.p++;
	}
	if (!count || !(part->language = cc_arena_get(a, count * sizeof(tag))))
		return;
	memcpy(part->language, tags, count * sizeof(tag));
	part->languages = count;
}

/* A field whose body is one text. */
static void
parse_text(struct span *text, struct arena *a, struct span body)
{
	struct span value;

	body = cc_span_trim(body);
	if (!text->p && body.len &&
	    cc_rfc822_unquote(a, body, RFC822_UNFOLD, &value) == 0)
		*text = value;
}

void
cc_mime_parse_field(struct mime_part *part, struct arena *a, struct span name,
    struct span body)
{
	if (cc_span_is_nocase(name, "Type"))
		parse_type(part, a, body);
	else if (cc_span_is_nocase(name, "Transfer-Encoding"))
		parse_encoding(part, a, body);
	else if (cc_span_is_nocase(name, "Disposition"))
		parse_disposition(part, a, body);
	else if (cc_span_is_nocase(name, "Language"))
		parse_language(part, a, body);
	else if (cc_span_is_nocase(name, "ID"))
		parse_text(&part->id, a, body);
	else if (cc_span_is_nocase(name, "Description"))
		parse_text(&part->description, a, body);
	else if (cc_span_is_nocase(name, "Location"))
		parse_text(&part->location, a, body);
	else if (cc_span_is_nocase(name, "MD5"))
		parse_text(&part->md5, a, body);
}

/* Text without a charset is US-ASCII (RFC 2046 section 4.1.2). */
static void
default_charset(struct mime_part *part, struct arena *a)
{
	struct mime_param **tail = &part->params, *param;

	for (; *tail; tail = &(*tail)->next)
		if (cc_span_is((*tail)->attribute, "CHARSET") ||
		    cc_span_is((*tail)->attribute, "CHARSET*"))
			return;
	if (!(param = cc_arena_get(a, sizeof(*param))))
		return;
	param->attribute = cc_span_z("CHARSET");
	param->value = cc_span_z("US-ASCII");
	*tail = param;
}

void
cc_mime_set_defaults(struct mime_part *part, struct arena *a, bool digest)
{
	if (!part->type_name.p) {
		part->type = digest ? TYPEMESSAGE : TYPETEXT;
		part->type_name = types[part->type].name;
		part->subtype = types[part->type].subtype;
	}
	if (!part->subtype.p)
		part->subtype = types[part->type].subtype;
	if (!part->encoding_name.p)
		part->encoding_name = encodings[ENC7BIT];
	if (part->type == TYPETEXT)
		default_charset(part, a);
}
