/*
 * imap_body.c - BODY and BODYSTRUCTURE on the wire (RFC 3501 section 7.4.2).
 *
 * Walks the tree by its parent pointers, so that depth costs no stack
 * (CVE-2020-12100). Texts of the tree are a stranger's; what is written is
 * always well-formed.
 */
#include "imap_body.h"
#include "imap_envelope.h"
#include "imap_grammar.h"
#include "mail_const.h"

/* What the walk needs at every part. */
struct walk {
	struct strbuf *out;
	struct arena *arena;
	bool extended;
	struct span localhost;
};

static void
put_params(struct strbuf *out, const struct mime_param *param)
{
	if (!param) {
		cc_strbuf_puts(out, "NIL");
		return;
	}
	for (char before = '('; param; param = param->next, before = ' ') {
		cc_strbuf_putc(out, before);
		cc_imap_put_string(out, param->attribute);
		cc_strbuf_putc(out, ' ');
		cc_imap_put_string(out, param->value);
	}
	cc_strbuf_putc(out, ')');
}

/* " disposition language location", which ends the data of every part. */
static void
put_extension(struct strbuf *out, const struct mime_part *part)
{
	cc_strbuf_putc(out, ' ');
	if (part->disposition.p) {
		cc_strbuf_putc(out, '(');
		cc_imap_put_string(out, part->disposition);
		cc_strbuf_putc(out, ' ');
		put_params(out, part->disposition_params);
		cc_strbuf_putc(out, ')');
	} else {
		cc_strbuf_puts(out, "NIL");
	}
	cc_strbuf_putc(out, ' ');
	for (size_t i = 0; i < part->languages; i++) {
		cc_strbuf_putc(out, i ? ' ' : '(');
		cc_imap_put_string(out, part->language[i]);
	}
	cc_strbuf_puts(out, part->languages ? ") " : "NIL ");
	cc_imap_put_nstring(out, part->location);
}

/* type subtype params id description encoding octets */
static void
put_basic(struct strbuf *out, const struct mime_part *part)
{
	cc_imap_put_string(out, part->type_name);
	cc_strbuf_putc(out, ' ');
	cc_imap_put_string(out, part->subtype);
	cc_strbuf_putc(out, ' ');
	put_params(out, part->params);
	cc_strbuf_putc(out, ' ');
	cc_imap_put_nstring(out, part->id);
	cc_strbuf_putc(out, ' ');
	cc_imap_put_nstring(out, part->description);
	cc_strbuf_putc(out, ' ');
	cc_imap_put_string(out, part->encoding_name);
	cc_strbuf_putc(out, ' ');
	cc_strbuf_put_uint(out, part->body.octets);
}

static void
put_envelope(const struct walk *w, struct span header)
{
	struct rfc822_envelope env;

	cc_rfc822_scan_envelope(header, w->arena, &env);
	cc_strbuf_putc(w->out, ' ');
	cc_imap_put_envelope(w->out, w->arena, &env, w->localhost);
	cc_strbuf_putc(w->out, ' ');
}

/* A multipart without parts is no body in the grammar: an empty text takes
 * the place of what limits left out. */
static void
put_no_part(const struct walk *w)
{
	cc_strbuf_puts(w->out,
	    "(\"TEXT\" \"PLAIN\" (\"CHARSET\" "
	    "\"US-ASCII\") NIL NIL \"7BIT\" 0 0");
	cc_strbuf_puts(w->out, w->extended ? " NIL NIL NIL NIL)" : ")");
}

/* What stands before the parts inside a part. */
static void
begin_part(const struct walk *w, const struct mime_part *part)
{
	cc_strbuf_putc(w->out, '(');
	if (part->type != TYPEMULTIPART)
		put_basic(w->out, part);
	else if (!part->child)
		put_no_part(w);
	if (cc_mime_is_message(part))
		put_envelope(w, part->msg_header);
}

/* What stands behind them. */
static void
end_part(const struct walk *w, const struct mime_part *part)
{
	struct strbuf *out = w->out;

	if (part->type == TYPEMULTIPART) {
		cc_strbuf_putc(out, ' ');
		cc_imap_put_string(out, part->subtype);
		if (w->extended) {
			cc_strbuf_putc(out, ' ');
			put_params(out, part->params);
			put_extension(out, part);
		}
	} else {
		if (part->type == TYPETEXT || cc_mime_is_message(part)) {
			cc_strbuf_putc(out, ' ');
			cc_strbuf_put_uint(out, part->body.lines);
		}
		if (w->extended) {
			cc_strbuf_putc(out, ' ');
			cc_imap_put_nstring(out, part->md5);
			put_extension(out, part);
		}
	}
	cc_strbuf_putc(out, ')');
}

int
cc_imap_put_body(struct strbuf *out, struct arena *a,
    const struct mime_part *part, bool extended, struct span localhost)
{
	struct walk w = { out, a, extended, localhost };
	const struct mime_part *at = part;

	begin_part(&w, at);
	for (;;) {
		if (at->child) {
			at = at->child;
			begin_part(&w, at);
			continue;
		}
		end_part(&w, at);
		while (at != part && !at->next) {
			at = at->parent;
			end_part(&w, at);
		}
		if (at == part)
			return cc_strbuf_status(out);
		at = at->next;
		begin_part(&w, at);
	}
}
