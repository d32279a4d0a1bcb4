/*
 * fuzz_imap_body.c - whatever a message is, its ENVELOPE, BODY and
 * BODYSTRUCTURE follow the grammar of RFC 3501 section 9, and a client reads
 * from them the structures that local parsing makes of the message.
 *
 * Input: one octet (bit 0: CRLF), then the message.
 */
#include "cc_limits.h"
#include "fuzz_util.h"
#include "imap_body.h"
#include "imap_envelope.h"
#include "imap_read.h"
#include "mail_text.h"
#include "test_wire.h"
#include "test_wire_put.h"

/* The envelope in out, read, says what that of the header does. NUL ends a
 * text of the API and goes out as something else. */
static void
read_envelope_back(const struct strbuf *out, struct span header)
{
	struct strbuf local, remote;
	ENVELOPE *env = NIL;
	struct cursor c = cc_cursor(cc_strbuf_span(out));
	struct arena a;

	if (header.len && memchr(header.p, 0, header.len))
		return;
	cc_strbuf_init(&local, SIZE_MAX / 4);
	cc_strbuf_init(&remote, SIZE_MAX / 4);
	cc_arena_init(&a, CC_MIME_MEMORY);
	must(cc_imap_read_envelope(&c, &a, &env) == 0);
	must(cc_cursor_at_end(&c));
	put_envelope(&remote, env);
	mail_free_envelope(&env);
	env = cc_mail_new_envelope(header, NIL);
	put_envelope(&local, env);
	mail_free_envelope(&env);
	must(fuzz_same(cc_strbuf_span(&local), cc_strbuf_span(&remote)));
	cc_arena_free(&a);
	cc_strbuf_free(&local);
	cc_strbuf_free(&remote);
}

/* The same for the structure in out; a multipart's own size is not sent. */
static void
read_body_back(const struct strbuf *out, const struct mime_part *root,
    bool extended)
{
	BODY *sent = NIL, *body = mail_newbody();
	struct strbuf local, remote;
	struct cursor c = cc_cursor(cc_strbuf_span(out));
	struct arena a;

	cc_strbuf_init(&local, SIZE_MAX / 4);
	cc_strbuf_init(&remote, SIZE_MAX / 4);
	cc_arena_init(&a, CC_MIME_MEMORY);
	must(cc_imap_read_body(&c, &a, &sent) == 0);
	must(cc_cursor_at_end(&c));
	put_body(&remote, sent, extended);
	cc_mail_fill_body(body, root, 0, BADHOST);
	put_body(&local, body, extended);
	must(fuzz_same(cc_strbuf_span(&local), cc_strbuf_span(&remote)));
	mail_free_body(&sent);
	mail_free_body(&body);
	cc_arena_free(&a);
	cc_strbuf_free(&local);
	cc_strbuf_free(&remote);
}

static void
check_envelope(struct strbuf *out, struct span msg, struct span localhost)
{
	struct rfc822_envelope env;
	struct cursor c;
	struct arena a;

	cc_arena_init(&a, CC_MIME_MEMORY);
	cc_strbuf_reset(out);
	must(cc_rfc822_scan_envelope(msg, &a, &env) == 0);
	must(cc_imap_put_envelope(out, &a, &env, localhost) == 0);
	c = cc_cursor(cc_strbuf_span(out));
	must(wire_envelope(&c) && cc_cursor_at_end(&c));
	if (!localhost.p)
		read_envelope_back(out, msg);
	cc_arena_free(&a);
	/* The same with hardly any memory: less of it, but well-formed. */
	cc_arena_init(&a, 64);
	cc_strbuf_reset(out);
	must(cc_rfc822_scan_envelope(msg, &a, &env) == 0);
	must(cc_imap_put_envelope(out, &a, &env, localhost) == 0);
	c = cc_cursor(cc_strbuf_span(out));
	must(wire_envelope(&c) && cc_cursor_at_end(&c));
	cc_arena_free(&a);
}

static void
check_body(struct strbuf *out, struct span msg, enum mime_newline newline,
    size_t memory)
{
	struct mime_parser *p;
	struct mime_part *root;
	struct cursor c;
	struct arena a;

	cc_arena_init(&a, memory);
	p = cc_mime_new(&a, newline);
	must(cc_mime_feed(p, msg, 0) == 0);
	must(cc_mime_end(&p, &root) == 0);
	for (int extended = 0; extended < 2; extended++) {
		cc_strbuf_reset(out);
		must(cc_imap_put_body(out, &a, root, extended,
			 cc_span(NULL, 0)) == 0);
		c = cc_cursor(cc_strbuf_span(out));
		must(wire_body(&c, extended) && cc_cursor_at_end(&c));
		/* Local parsing does not stop for want of memory where this
		 * does. */
		if (memory == CC_MIME_MEMORY &&
		    !(msg.len && memchr(msg.p, 0, msg.len)))
			read_body_back(out, root, extended);
	}
	cc_arena_free(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum mime_newline newline;
	struct strbuf out;
	struct span msg;

	if (size < 1)
		return 0;
	newline = data[0] & 1 ? MIME_CRLF : MIME_LF;
	msg = cc_span(data + 1, size - 1);
	cc_strbuf_init(&out, SIZE_MAX / 4);
	check_envelope(&out, msg, cc_span(NULL, 0));
	check_body(&out, msg, newline, CC_MIME_MEMORY);
	check_body(&out, msg, newline, 1024);
	cc_strbuf_free(&out);
	return 0;
}
