/*
 * rfc822_write_body.c - the fields of a body as text (RFC 2045, RFC 2183, RFC
 * 3282), with parameters folded between lines and, where no line can hold one,
 * in pieces (RFC 2231 section 3).
 *
 * Holds no state. See rfc822_write.c for whom texts come from.
 */
#include "rfc822_write.h"

/* Octets of a piece of a parameter (RFC 2231 section 3): twice as many if all
 * are escaped. CC_MIME_PARAMS of them are read. */
#define PIECE_OCTETS 400

static void
put_param(struct strbuf *out, const PARAMETER *param)
{
	cc_rfc822_put_one_line(out, param->attribute ? param->attribute : "");
	cc_strbuf_putc(out, '=');
	cc_rfc822_put_word(out, param->value ? param->value : "",
	    RFC822_TOKEN_SPECIALS);
}

void
cc_rfc822_put_params(struct strbuf *out, const PARAMETER *param)
{
	for (; param; param = param->next) {
		cc_strbuf_puts(out, "; ");
		put_param(out, param);
	}
}

static const char *
text_of(const STRINGLIST *l)
{
	return l->text.data ? (const char *)l->text.data : "";
}

void
cc_rfc822_put_words(struct strbuf *out, const STRINGLIST *list)
{
	for (const STRINGLIST *l = list; l; l = l->next) {
		if (l != list)
			cc_strbuf_puts(out, ", ");
		cc_rfc822_put_word(out, text_of(l), RFC822_TOKEN_SPECIALS);
	}
}

/* A field of short things with `separator` between; its present line began at
 * offset line of out. */
struct folded {
	struct strbuf *out;
	struct strbuf word; /* the present thing */
	char separator;
	size_t line;
};

static struct folded
folded(struct strbuf *out, size_t from, char separator)
{
	struct folded f = { .out = out, .separator = separator, .line = from };

	cc_strbuf_init(&f.word, SIZE_MAX);
	return f;
}

/* The offset of the last line. */
static size_t
last_line(const struct strbuf *out)
{
	const char *lf = memrchr(out->data, '\n', out->len);

	return lf ? (size_t)(lf + 1 - out->data) : 0;
}

/* The thing in f->word, in the next line if it does not fit into this one. */
static void
put_next(struct folded *f)
{
	struct strbuf *out = f->out;
	size_t from;

	cc_strbuf_putc(out, f->separator);
	/* A blank before it, and a separator may follow. */
	if (out->len - f->line + 1 + f->word.len + 1 > RFC822_FOLD_COLUMN) {
		cc_strbuf_puts(out, RFC822_FOLD);
		f->line = out->len - RFC822_FOLD_INDENT;
	} else {
		cc_strbuf_putc(out, ' ');
	}
	from = out->len;
	cc_rfc822_put_long_line(out, cc_strbuf_span(&f->word));
	if (out->len > from + f->word.len)
		f->line = last_line(out);
	cc_strbuf_reset(&f->word);
}

/* A value that no line can hold, in pieces (RFC 2231 section 3). */
static void
put_pieces(struct folded *f, const PARAMETER *param)
{
	struct span value = cc_span_z(param->value);

	for (unsigned i = 0; value.len > 0; i++) {
		size_t n = value.len < PIECE_OCTETS ? value.len : PIECE_OCTETS;

		cc_rfc822_put_one_line(&f->word, param->attribute);
		cc_strbuf_printf(&f->word, "*%u=", i);
		cc_rfc822_put_quoted(&f->word, cc_span(value.p, n));
		put_next(f);
		value = cc_span(value.p + n, value.len - n);
	}
}

/* Parameters in a field that began at offset `from`. */
static void
put_folded_params(struct strbuf *out, size_t from, const PARAMETER *param)
{
	struct folded f = folded(out, from, ';');

	for (; param; param = param->next) {
		/* One that is coded already has pieces of its own. */
		if (param->attribute && param->value &&
		    !strchr(param->attribute, '*') &&
		    strlen(param->value) > RFC822_LONG_LINE / 2) {
			put_pieces(&f, param);
			continue;
		}
		put_param(&f.word, param);
		put_next(&f);
	}
	cc_strbuf_free(&f.word);
}

static void
put_content_type(struct strbuf *out, const BODY *body)
{
	unsigned short code = body->type <= TYPEMAX ? body->type : TYPEOTHER;
	const char *type = body_types[code] ? body_types[code] : "X-UNKNOWN";
	size_t from = cc_rfc822_begin_field(out, "Content-Type", false);

	cc_strbuf_puts(out, type);
	cc_strbuf_putc(out, '/');
	cc_rfc822_put_one_line(out,
	    body->subtype ? body->subtype : rfc822_default_subtype(code));
	if (body->parameter)
		put_folded_params(out, from, body->parameter);
	else if (code == TYPETEXT)
		/* Nobody said what octets above 7F are. */
		cc_strbuf_puts(out,
		    body->encoding == ENC7BIT ? "; CHARSET=US-ASCII"
					      : "; CHARSET=X-UNKNOWN");
	cc_rfc822_end_field(out, from);
}

static void
put_disposition(struct strbuf *out, const BODY *body)
{
	size_t from;

	if (!body->disposition.type)
		return;
	from = cc_rfc822_begin_field(out, "Content-Disposition", false);
	cc_rfc822_put_one_line(out, body->disposition.type);
	put_folded_params(out, from, body->disposition.parameter);
	cc_rfc822_end_field(out, from);
}

static void
put_language(struct strbuf *out, const BODY *body)
{
	struct folded f;
	size_t from;

	if (!body->language)
		return;
	from = cc_rfc822_begin_field(out, "Content-Language", false);
	cc_rfc822_put_word(out, text_of(body->language), RFC822_TOKEN_SPECIALS);
	f = folded(out, from, ',');
	for (const STRINGLIST *l = body->language->next; l; l = l->next) {
		cc_rfc822_put_word(&f.word, text_of(l), RFC822_TOKEN_SPECIALS);
		put_next(&f);
	}
	cc_strbuf_free(&f.word);
	cc_rfc822_end_field(out, from);
}

void
cc_rfc822_put_body_header(struct strbuf *out, const BODY *body)
{
	put_content_type(out, body);
	if (body->encoding != ENC7BIT && body->encoding <= ENCMAX)
		cc_rfc822_put_line(out, "Content-Transfer-Encoding", false,
		    body_encodings[body->encoding]);
	cc_rfc822_put_line(out, "Content-ID", false, body->id);
	cc_rfc822_put_line(out, "Content-Description", false,
	    body->description);
	cc_rfc822_put_line(out, "Content-MD5", false, body->md5);
	put_language(out, body);
	cc_rfc822_put_line(out, "Content-Location", false, body->location);
	put_disposition(out, body);
}
