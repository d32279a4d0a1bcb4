/*
 * rfc822_parse.c - parsing messages for programs: rfc822_parse_msg_full and
 * what it is made of (RFC 5322, RFC 2045).
 *
 * Each is a thin cover over the grammar: text is fed to the MIME parser, and
 * the tree turned into public structures. Input is hostile; its limits are
 * those of cc_limits.h, not the depth argument, which programs pass as 0.
 */
#include "cc_limits.h"
#include "fs.h"
#include "mail_params.h"
#include "mail_string.h"
#include "mail_text.h"
#include "mime_param.h"
#include "misc.h"
#include "rfc822.h"
#include "rfc822_header.h"

#define PIECE 65536 /* octets of a STRING that are fed at once */

static enum mime_newline
newline_of(unsigned long driver_flags)
{
	return driver_flags & DR_CRLF ? MIME_CRLF : MIME_LF;
}

/* Feeds what is left of bs; its first octet has position pos. */
static void
feed_string(struct mime_parser *parser, STRING *bs, uint64_t pos)
{
	unsigned long left = SIZE(bs), n;
	char *buf = fs_get(PIECE);

	for (; left; left -= n, pos += n) {
		n = cc_string_read(bs, buf, left < PIECE ? left : PIECE);
		if (n == 0 || cc_mime_feed(parser, cc_span(buf, n), pos) != 0)
			break;
	}
	fs_give((void **)&buf);
}

/*
 * Fills body from a header and the text behind it. Offsets are positions in
 * bs, wherever it stands: the header is given those positions that make it so.
 */
static void
parse_body(BODY *body, struct span header, STRING *bs, const char *host,
    unsigned long flags)
{
	unsigned long offset = GETPOS(bs);
	struct mime_parser *parser;
	struct mime_part *root;
	struct arena a;

	cc_arena_init(&a, CC_MIME_MEMORY);
	parser = cc_mime_new(&a, newline_of(flags));
	if (cc_mime_feed(parser, header, offset) == 0)
		feed_string(parser, bs, offset + header.len);
	if (cc_mime_end(&parser, &root) == 0)
		cc_mail_fill_body(body, root, header.len, host);
	body->mime = (PARTTEXT){ 0 };
	cc_arena_free(&a);
}

/* Shows every field to the program's routine, name in upper case. */
static void
show_fields(ENVELOPE *env, struct span header, char *host)
{
	struct cursor c = cc_cursor(header);
	struct rfc822_field field;
	struct strbuf data;
	char *name;

	if (!cc_params.parseline)
		return;
	cc_strbuf_init(&data, CC_HEADER_MAX);
	while (cc_rfc822_next_field(&c, &field) > 0) {
		if (!field.name.len)
			continue;
		name = cc_span_dup(field.name);
		cc_strbuf_reset(&data);
		cc_strbuf_putc(&data, ' ');
		cc_strbuf_reset(&data);
		cc_rfc822_put_unfolded(&data, field.body);
		(*cc_params.parseline)(env,
		    (char *)ucase((unsigned char *)name), data.data, host);
		fs_give((void **)&name);
	}
	cc_strbuf_free(&data);
}

/*
 * The header's fields and an empty line: programs may leave that out, and what
 * they give as the text is the text, whatever stands before it.
 */
static void
put_fields(struct strbuf *out, struct span header)
{
	struct cursor c = cc_cursor(header);
	struct rfc822_field field;

	while (cc_rfc822_next_field(&c, &field) > 0) {
		if (!field.name.len)
			continue;
		cc_strbuf_put_span(out, field.all);
		if (field.all.p[field.all.len - 1] != '\n')
			cc_strbuf_puts(out, "\r\n");
	}
	cc_strbuf_puts(out, "\r\n");
}

void
rfc822_parse_msg_full(ENVELOPE **en, BODY **bdy, char *s, unsigned long i,
    STRING *bs, char *host, unsigned long depth, unsigned long flags)
{
	struct span header = cc_span(s, i);
	struct strbuf fields;

	(void)depth;
	*en = cc_mail_new_envelope(header, host);
	show_fields(*en, header, host ? host : BADHOST);
	if (!bdy)
		return;
	*bdy = mail_newbody();
	cc_strbuf_init(&fields, SIZE_MAX);
	put_fields(&fields, header);
	parse_body(*bdy, cc_strbuf_span(&fields), bs, host, flags);
	cc_strbuf_free(&fields);
}

/* A parameter's value as a quoted string. */
static void
put_quoted(struct strbuf *out, const char *s)
{
	cc_strbuf_putc(out, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			cc_strbuf_putc(out, '\\');
		if (*s != '\r' && *s != '\n')
			cc_strbuf_putc(out, *s);
	}
	cc_strbuf_putc(out, '"');
}

/* The header that a body of this type would have. */
static void
put_type(struct strbuf *out, const BODY *body)
{
	const char *type = body_types[body->type];

	cc_strbuf_printf(out, "Content-Type: %s/%s", type ? type : "X-UNKNOWN",
	    body->subtype ? body->subtype : rfc822_default_subtype(body->type));
	for (PARAMETER *p = body->parameter; p; p = p->next) {
		cc_strbuf_printf(out, "; %s=", p->attribute);
		put_quoted(out, p->value ? p->value : "");
	}
	cc_strbuf_puts(out, "\r\n\r\n");
}

void
rfc822_parse_content(BODY *body, STRING *bs, char *h, unsigned long depth,
    unsigned long flags)
{
	struct strbuf header;
	BODY *parsed = mail_newbody();

	(void)depth;
	cc_strbuf_init(&header, CC_HEADER_MAX);
	put_type(&header, body);
	parse_body(parsed, cc_strbuf_span(&header), bs, h, flags);
	cc_strbuf_free(&header);
	body->contents.offset = parsed->contents.offset;
	body->contents.text.size = parsed->contents.text.size;
	body->size = parsed->size;
	/* The union's two members are taken over as they are. */
	body->nested = parsed->nested;
	memset(&parsed->nested, 0, sizeof(parsed->nested));
	mail_free_body(&parsed);
}

void
rfc822_parse_content_header(BODY *body, char *name, char *s)
{
	struct mime_part part = { 0 };
	struct arena a;

	cc_arena_init(&a, CC_MIME_MEMORY);
	cc_mime_parse_field(&part, &a, cc_span_z(name), cc_span_z(s));
	cc_mail_fill_fields(body, &part);
	cc_arena_free(&a);
}

void
rfc822_parse_parameter(PARAMETER **par, char *text)
{
	struct cursor c = cc_cursor(cc_span_z(text ? text : ""));
	struct arena a;

	while (*par)
		par = &(*par)->next;
	cc_arena_init(&a, CC_MIME_MEMORY);
	*par = cc_mail_new_parameters(cc_mime_parse_params(&c, &a));
	cc_arena_free(&a);
}
