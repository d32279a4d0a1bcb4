/*
 * fetch_parse.c - what a client writes behind BODY and BINARY: the section
 * specifier and the octets wanted of it (RFC 3501 section 6.4.5).
 *
 * It is the client's: CC_MIME_DEPTH numbers and CC_FETCH_FIELDS names at most
 * (CVE-2002-0379).
 */
#include "cc_ctype.h"
#include "cc_err.h"
#include "cc_limits.h"
#include "fetch.h"

static const char SYNTAX[] = "Syntax error in section specifier";
static const char UNKNOWN[] = "Unknown section text specifier";
static const char FIELDS[] = "Syntax error in header fields";
static const char OPEN[] = "Section specifier not terminated";
static const char PARTIAL[] = "Syntax error in partial text specifier";
static const char BEHIND[] = "Syntax error after section specifier";

static const struct {
	const char *name;
	enum fetch_section_kind kind;
} texts[] = {
	{ "HEADER", SECTION_HEADER },
	{ "HEADER.FIELDS", SECTION_FIELDS },
	{ "HEADER.FIELDS.NOT", SECTION_FIELDS_NOT },
	{ "TEXT", SECTION_TEXT },
	{ "MIME", SECTION_MIME },
};

int
fetch_parse_part(struct args *a, struct fetch_section *sec, bool *more_r)
{
	*more_r = false;
	sec->part = cc_arena_get(a->arena, CC_MIME_DEPTH * sizeof(uint32_t));
	if (!sec->part)
		return CC_ELIMIT;
	while (is_digit(cc_cursor_peek(&a->c))) {
		if (sec->parts == CC_MIME_DEPTH)
			return CC_ELIMIT;
		if (cc_imap_parse_nz_number(&a->c, &sec->part[sec->parts]) != 0)
			return CC_EPARSE;
		sec->parts++;
		*more_r = cc_cursor_skip(&a->c, '.');
		if (!*more_r)
			return 0;
	}
	return 0;
}

/* SP "(" astring *(SP astring) ")" */
static int
parse_fields(struct args *a, struct fetch_section *sec)
{
	struct span *fields;
	int r;

	if (!args_space(a) || !cc_cursor_skip(&a->c, '('))
		return CC_EPARSE;
	fields = cc_arena_get(a->arena, CC_FETCH_FIELDS * sizeof(*fields));
	if (!fields)
		return CC_ELIMIT;
	do {
		if (sec->field_count == CC_FETCH_FIELDS)
			return CC_ELIMIT;
		if ((r = args_astring(a, &fields[sec->field_count])) != 0)
			return r;
		if (fields[sec->field_count].len == 0)
			return CC_EPARSE;
		sec->field_count++;
	} while (args_space(a));
	sec->fields = fields;
	return cc_cursor_skip(&a->c, ')') ? 0 : CC_EPARSE;
}

/* HEADER, TEXT and so on. */
static int
parse_text(struct args *a, struct fetch_section *sec, const char **why_r)
{
	const unsigned char *start = a->c.p;
	struct span name;
	size_t i, n = sizeof(texts) / sizeof(*texts);

	while (is_alpha(cc_cursor_peek(&a->c)) || cc_cursor_peek(&a->c) == '.')
		a->c.p++;
	name = cc_cursor_since(&a->c, start);
	for (i = 0; i < n && !cc_span_is_nocase(name, texts[i].name); i++)
		;
	if (i == n || (texts[i].kind == SECTION_MIME && sec->parts == 0)) {
		*why_r = name.len ? UNKNOWN : SYNTAX;
		return CC_EPARSE;
	}
	sec->kind = texts[i].kind;
	if (sec->kind == SECTION_FIELDS || sec->kind == SECTION_FIELDS_NOT) {
		*why_r = FIELDS;
		return parse_fields(a, sec);
	}
	return 0;
}

int
fetch_parse_partial(struct args *a, struct fetch_section *sec)
{
	uint32_t start, length;

	if (!cc_cursor_skip(&a->c, '<'))
		return 0;
	if (cc_imap_parse_number(&a->c, &start) != 0 ||
	    !cc_cursor_skip(&a->c, '.') ||
	    cc_imap_parse_nz_number(&a->c, &length) != 0 ||
	    !cc_cursor_skip(&a->c, '>'))
		return CC_EPARSE;
	sec->partial = true;
	sec->start = start;
	sec->length = length;
	return 0;
}

/* The section as it stands in the reply: without .PEEK and length, header
 * names in upper case. */
static struct span
make_label(struct arena *a, const struct fetch_section *sec)
{
	struct strbuf b;
	char *label;

	cc_strbuf_init(&b, CC_COMMAND_MEMORY);
	cc_strbuf_puts(&b, "BODY[");
	for (size_t i = 0; i < sec->parts; i++)
		cc_strbuf_printf(&b, i ? ".%u" : "%u", sec->part[i]);
	if (sec->kind != SECTION_ALL) {
		if (sec->parts)
			cc_strbuf_putc(&b, '.');
		for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
			if (texts[i].kind == sec->kind)
				cc_strbuf_puts(&b, texts[i].name);
	}
	for (size_t i = 0; i < sec->field_count; i++) {
		cc_strbuf_puts(&b, i ? " " : " (");
		cc_imap_put_astring(&b, sec->fields[i]);
	}
	cc_strbuf_puts(&b, sec->field_count ? ")]" : "]");
	if (sec->partial)
		cc_strbuf_printf(&b, "<%llu>", (unsigned long long)sec->start);
	label = cc_arena_dup(a, cc_strbuf_span(&b));
	cc_strbuf_free(&b);
	return label ? cc_span_z(label) : cc_span(NULL, 0);
}

/* The names in upper case, which is how they are compared and shown. */
static int
raise_fields(struct arena *a, struct fetch_section *sec)
{
	for (size_t i = 0; i < sec->field_count; i++) {
		char *p = cc_arena_dup(a, sec->fields[i]);

		if (!p)
			return CC_ELIMIT;
		for (size_t k = 0; k < sec->fields[i].len; k++)
			p[k] = (char)to_upper((unsigned char)p[k]);
		sec->fields[i].p = p;
	}
	return 0;
}

int
fetch_parse_section(struct args *a, struct fetch_item *item, const char **why_r)
{
	struct fetch_section *sec = &item->section;
	bool more;
	int r;

	*why_r = SYNTAX;
	if (!cc_cursor_skip(&a->c, '['))
		return CC_EPARSE;
	if ((r = fetch_parse_part(a, sec, &more)) != 0)
		return r;
	if ((more || is_alpha(cc_cursor_peek(&a->c))) &&
	    (r = parse_text(a, sec, why_r)) != 0)
		return r;
	*why_r = args_end(a) ? OPEN : SYNTAX;
	if (!cc_cursor_skip(&a->c, ']'))
		return CC_EPARSE;
	*why_r = PARTIAL;
	if ((r = fetch_parse_partial(a, sec)) != 0)
		return r;
	*why_r = BEHIND;
	if (!args_end(a) && cc_cursor_peek(&a->c) != ' ' &&
	    cc_cursor_peek(&a->c) != ')')
		return CC_EPARSE;
	if ((r = raise_fields(a->arena, sec)) != 0)
		return r;
	item->label = make_label(a->arena, sec);
	return item->label.p ? 0 : CC_ELIMIT;
}
