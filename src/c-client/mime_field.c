/*
 * mime_field.c - the Content-* fields of a body part (RFC 2045, 2183, 2557,
 * 3282, 1864).
 *
 * One pass over each field. The text is a stranger's: what is missing or does
 * not follow the grammar is as if it were not there.
 */
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

void
cc_mime_name_type(struct mime_part *part, struct arena *a, struct span name,
    struct span subtype)
{
	unsigned short type;

	for (type = TYPETEXT; type < TYPEOTHER; type++)
		if (cc_span_eq_nocase(name, types[type].name))
			break;
	part->type = type;
	part->type_name =
	    type < TYPEOTHER ? types[type].name : cc_mime_upper(a, name);
	part->subtype =
	    subtype.len ? cc_mime_upper(a, subtype) : types[type].subtype;
}

void
cc_mime_name_encoding(struct mime_part *part, struct arena *a, struct span name)
{
	unsigned short enc;

	for (enc = ENC7BIT; enc < ENCOTHER; enc++)
		if (cc_span_eq_nocase(name, encodings[enc]))
			break;
	part->encoding = enc;
	part->encoding_name =
	    enc < ENCOTHER ? encodings[enc] : cc_mime_upper(a, name);
}

static void
parse_type(struct mime_part *part, struct arena *a, struct span body)
{
	struct cursor c = cc_cursor(body);
	struct span name, subtype = { 0 };

	if (part->type_name.p)
		return;
	cc_rfc822_skip_cfws(&c);
	name = cc_mime_take_token(&c, ";/(,\"");
	/* RFC 2045 section 5.2: what is no type is as if it were missing. */
	if (!name.len)
		return;
	cc_rfc822_skip_cfws(&c);
	if (cc_cursor_skip(&c, '/')) {
		cc_rfc822_skip_cfws(&c);
		subtype = cc_mime_take_token(&c, ";(,\"");
	}
	cc_mime_name_type(part, a, name, subtype);
	part->params = cc_mime_parse_params(&c, a);
}

static void
parse_encoding(struct mime_part *part, struct arena *a, struct span body)
{
	struct cursor c = cc_cursor(body);
	struct span name;

	if (part->encoding_name.p)
		return;
	cc_rfc822_skip_cfws(&c);
	name = cc_mime_take_token(&c, ";(,");
	if (name.len)
		cc_mime_name_encoding(part, a, name);
}

static void
parse_disposition(struct mime_part *part, struct arena *a, struct span body)
{
	struct cursor c = cc_cursor(body);
	struct span name;

	if (part->disposition.p)
		return;
	cc_rfc822_skip_cfws(&c);
	name = cc_mime_take_token(&c, ";(,\"");
	if (!name.len)
		return;
	part->disposition = cc_mime_upper(a, name);
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
		tag = cc_mime_take_token(&c, ",(;");
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

/* A description may be empty (RFC 2045 section 8: *text); an id or a digest may
 * not. */
static void
parse_description(struct mime_part *part, struct arena *a, struct span body)
{
	if (!part->description.p && !cc_span_trim(body).len)
		part->description = cc_span("", 0);
	else
		parse_text(&part->description, a, body);
}

/* A folded URI: line ends and the blanks behind them are no part of it (RFC
 * 2557 section 4.4.2). */
static void
parse_location(struct mime_part *part, struct arena *a, struct span body)
{
	struct cursor c = cc_cursor(cc_span_trim(body));
	size_t len = 0;
	char *uri;

	if (part->location.p || cc_cursor_at_end(&c) ||
	    !(uri = cc_arena_get(a, cc_cursor_left(&c))))
		return;
	while (!cc_cursor_at_end(&c))
		if (*c.p == '\r' || *c.p == '\n')
			cc_rfc822_skip_blanks(&c);
		else
			uri[len++] = (char)*c.p++;
	part->location = cc_span(uri, len);
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
		parse_description(part, a, body);
	else if (cc_span_is_nocase(name, "Location"))
		parse_location(part, a, body);
	else if (cc_span_is_nocase(name, "MD5"))
		parse_text(&part->md5, a, body);
}

/* Text without a charset is US-ASCII (RFC 2046 section 4.1.2). */
static void
default_charset(struct mime_part *part, struct arena *a)
{
	struct mime_param **tail = &part->params, *param;

	if (cc_mime_has_param(part->params, "CHARSET"))
		return;
	while (*tail)
		tail = &(*tail)->next;
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
