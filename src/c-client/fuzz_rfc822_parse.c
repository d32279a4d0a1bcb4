/*
 * fuzz_rfc822_parse.c - messages as programs get them: every part lies inside
 * the text, and the same message with LF and with CRLF line ends has the same
 * parts, of the same size, with the same octets.
 */
#include "fuzz_util.h"
#include "mail_fast.h"
#include "mail_text.h"
#include "rfc822.h"
#include "rfc822_header.h"

struct parsed {
	struct strbuf text; /* the message's text */
	ENVELOPE *env;
	BODY *body;
};

static struct span
extent(const struct parsed *p, const PARTTEXT *t)
{
	must(t->offset <= p->text.len);
	must(t->text.size <= p->text.len - t->offset);
	return cc_span(cc_strbuf_str(&p->text) + t->offset, t->text.size);
}

static void
convert(struct span from, struct strbuf *to)
{
	unsigned state = 0;
	char *room = cc_strbuf_room(to, from.len * 2 + 1);
	size_t n;

	must(room != NULL);
	n = cc_mail_convert(MIME_LF, &from, room, from.len * 2, &state);
	must(from.len == 0 && state == 0);
	cc_strbuf_claim(to, n);
}

/* The octets of a part of the one, converted, are those of the other. */
static void
compare_extent(const struct parsed *lf, const PARTTEXT *a,
    const struct parsed *crlf, const PARTTEXT *b)
{
	struct strbuf wire;

	cc_strbuf_init(&wire, 1 << 24);
	convert(extent(lf, a), &wire);
	must(fuzz_same(cc_strbuf_span(&wire), extent(crlf, b)));
	cc_strbuf_free(&wire);
}

static bool
is_message(const BODY *body)
{
	return body->type == TYPEMESSAGE && body->nested.msg &&
	    cc_span_is(cc_span_z(body->subtype), "RFC822");
}

static void
compare(const struct parsed *lf, const BODY *a, const struct parsed *crlf,
    const BODY *b, bool root)
{
	const PART *pa, *pb;

	must(a->type == b->type && a->encoding == b->encoding);
	must(!strcmp(a->subtype, b->subtype));
	must(a->size.bytes == b->size.bytes && a->size.lines == b->size.lines);
	must(a->size.bytes == b->contents.text.size);
	compare_extent(lf, &a->contents, crlf, &b->contents);
	if (!root)
		compare_extent(lf, &a->mime, crlf, &b->mime);
	if (is_message(a)) {
		must(is_message(b));
		compare_extent(lf, &a->nested.msg->header, crlf,
		    &b->nested.msg->header);
		compare_extent(lf, &a->nested.msg->text, crlf,
		    &b->nested.msg->text);
		compare(lf, a->nested.msg->body, crlf, b->nested.msg->body,
		    false);
		return;
	}
	if (a->type != TYPEMULTIPART)
		return;
	pb = b->nested.part;
	for (pa = a->nested.part; pa; pa = pa->next, pb = pb->next) {
		must(pb != NULL);
		compare(lf, &pa->body, crlf, &pb->body, false);
	}
	must(pb == NULL);
}

static void
parse(struct parsed *p, struct span header, unsigned long flags)
{
	STRING bs;

	INIT(&bs, mail_string, (void *)cc_strbuf_str(&p->text), p->text.len);
	rfc822_parse_msg(&p->env, &p->body, (char *)header.p, header.len, &bs,
	    NIL, flags);
}

static void
release(struct parsed *p)
{
	mail_free_envelope(&p->env);
	mail_free_body(&p->body);
	cc_strbuf_free(&p->text);
}

/* The message with LF line ends, and without NULs, which go out as something
 * else and may stand in a boundary. */
static struct strbuf
native(const uint8_t *data, size_t size)
{
	struct strbuf b;

	cc_strbuf_init(&b, 1 << 24);
	for (size_t i = 0; i < size; i++)
		if (data[i] != '\r')
			cc_strbuf_putc(&b, data[i] ? data[i] : 'N');
	return b;
}

static size_t
header_length(struct span message)
{
	struct cursor c = cc_cursor(message);
	struct rfc822_field field;

	while (cc_rfc822_next_field(&c, &field) > 0)
		;
	return message.len - cc_cursor_left(&c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct parsed lf = { 0 }, crlf = { 0 };
	struct strbuf message = native(data, size), header;
	struct span all = cc_strbuf_span(&message);
	size_t n = header_length(all);

	cc_strbuf_init(&header, 1 << 24);
	cc_strbuf_init(&lf.text, 1 << 24);
	cc_strbuf_init(&crlf.text, 1 << 24);
	convert(cc_span(all.p, n), &header);
	cc_strbuf_put(&lf.text, all.p + n, all.len - n);
	convert(cc_span(all.p + n, all.len - n), &crlf.text);
	parse(&lf, cc_span(all.p, n), NIL);
	parse(&crlf, cc_strbuf_span(&header), DR_CRLF);
	compare(&lf, lf.body, &crlf, crlf.body, true);
	release(&lf);
	release(&crlf);
	cc_strbuf_free(&message);
	cc_strbuf_free(&header);
	return 0;
}
