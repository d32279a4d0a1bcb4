/*
 * test_wire_put.h - the public ENVELOPE and BODY structures written as ENVELOPE
 * and BODYSTRUCTURE, for tests and fuzzers: what was read can be shown, and
 * two structures with the same text say the same.
 */
#ifndef TEST_WIRE_PUT_H
#define TEST_WIRE_PUT_H

#include "imap_grammar.h"
#include "mail.h"

static inline void
put_text(struct strbuf *out, const void *s)
{
	cc_imap_put_nstring(out,
	    s ? cc_span_z((const char *)s) : cc_span(NULL, 0));
}

static inline void
put_addresses(struct strbuf *out, const ADDRESS *adr)
{
	if (!adr) {
		cc_strbuf_puts(out, "NIL");
		return;
	}
	cc_strbuf_putc(out, '(');
	for (; adr; adr = adr->next) {
		cc_strbuf_putc(out, '(');
		put_text(out, adr->personal);
		cc_strbuf_putc(out, ' ');
		put_text(out, adr->adl);
		cc_strbuf_putc(out, ' ');
		put_text(out, adr->mailbox);
		cc_strbuf_putc(out, ' ');
		put_text(out, adr->host);
		cc_strbuf_putc(out, ')');
	}
	cc_strbuf_putc(out, ')');
}

static inline void
put_envelope(struct strbuf *out, const ENVELOPE *env)
{
	const ADDRESS *lists[] = { env->from, env->sender, env->reply_to,
		env->to, env->cc, env->bcc };

	cc_strbuf_putc(out, '(');
	put_text(out, env->date);
	cc_strbuf_putc(out, ' ');
	put_text(out, env->subject);
	cc_strbuf_putc(out, ' ');
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		put_addresses(out, lists[i]);
		cc_strbuf_putc(out, ' ');
	}
	put_text(out, env->in_reply_to);
	cc_strbuf_putc(out, ' ');
	put_text(out, env->message_id);
	cc_strbuf_putc(out, ')');
}

static inline void
put_parameters(struct strbuf *out, const PARAMETER *par)
{
	if (!par) {
		cc_strbuf_puts(out, "NIL");
		return;
	}
	for (char before = '('; par; par = par->next, before = ' ') {
		cc_strbuf_putc(out, before);
		put_text(out, par->attribute);
		cc_strbuf_putc(out, ' ');
		put_text(out, par->value);
	}
	cc_strbuf_putc(out, ')');
}

static inline void
put_extension(struct strbuf *out, const BODY *body)
{
	cc_strbuf_putc(out, ' ');
	if (body->disposition.type) {
		cc_strbuf_putc(out, '(');
		put_text(out, body->disposition.type);
		cc_strbuf_putc(out, ' ');
		put_parameters(out, body->disposition.parameter);
		cc_strbuf_putc(out, ')');
	} else {
		cc_strbuf_puts(out, "NIL");
	}
	cc_strbuf_putc(out, ' ');
	for (const STRINGLIST *l = body->language; l; l = l->next) {
		cc_strbuf_putc(out, l == body->language ? '(' : ' ');
		put_text(out, l->text.data);
	}
	cc_strbuf_puts(out, body->language ? ") " : "NIL ");
	put_text(out, body->location);
}

static inline void put_body(struct strbuf *out, const BODY *body,
    bool extended);

static inline void
put_multipart(struct strbuf *out, const BODY *body, bool extended)
{
	for (const PART *p = body->nested.part; p; p = p->next)
		put_body(out, &p->body, extended);
	cc_strbuf_putc(out, ' ');
	put_text(out, body->subtype);
	if (!extended)
		return;
	cc_strbuf_putc(out, ' ');
	put_parameters(out, body->parameter);
	put_extension(out, body);
}

static inline void
put_single(struct strbuf *out, const BODY *body, bool extended)
{
	const MESSAGE *msg = NIL;
	const char *type = body_types[body->type];
	const char *encoding = body_encodings[body->encoding];

	if (body->type == TYPEMESSAGE && !strcmp(body->subtype, "RFC822"))
		msg = body->nested.msg;
	put_text(out, type ? type : "X-UNKNOWN");
	cc_strbuf_putc(out, ' ');
	put_text(out, body->subtype);
	cc_strbuf_putc(out, ' ');
	put_parameters(out, body->parameter);
	cc_strbuf_putc(out, ' ');
	put_text(out, body->id);
	cc_strbuf_putc(out, ' ');
	put_text(out, body->description);
	cc_strbuf_putc(out, ' ');
	put_text(out, encoding ? encoding : "X-UNKNOWN");
	cc_strbuf_printf(out, " %lu", body->size.bytes);
	if (msg) {
		cc_strbuf_putc(out, ' ');
		put_envelope(out, msg->env);
		cc_strbuf_putc(out, ' ');
		put_body(out, msg->body, extended);
	}
	if (msg || body->type == TYPETEXT)
		cc_strbuf_printf(out, " %lu", body->size.lines);
	if (!extended)
		return;
	cc_strbuf_putc(out, ' ');
	put_text(out, body->md5);
	put_extension(out, body);
}

/* Recurses to the depth of the structure, which CC_MIME_DEPTH bounds. */
static inline void
put_body(struct strbuf *out, const BODY *body, bool extended)
{
	cc_strbuf_putc(out, '(');
	if (body->type == TYPEMULTIPART)
		put_multipart(out, body, extended);
	else
		put_single(out, body, extended);
	cc_strbuf_putc(out, ')');
}

#endif
