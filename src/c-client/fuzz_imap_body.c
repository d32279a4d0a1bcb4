/*
 * fuzz_imap_body.c - whatever a message is, its ENVELOPE, BODY and
 * BODYSTRUCTURE follow the grammar of RFC 3501 section 9.
 *
 * Input: one octet (bit 0: CRLF), then the message.
 */
#include "cc_limits.h"
#include "fuzz_util.h"
#include "imap_body.h"
#include "imap_envelope.h"
#include "test_wire.h"

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
