/*
 * fuzz_imap_read.c - whatever a server sends: literals, strings, ENVELOPE and
 * BODYSTRUCTURE. What was read is well-formed when it is written, and is read
 * from that as the same.
 *
 * Input: one octet (0: an envelope, 1: a body, else: values), then the text.
 */
#include "cc_err.h"
#include "cc_limits.h"
#include "fuzz_util.h"
#include "imap_read.h"
#include "test_wire.h"
#include "test_wire_put.h"

/* All or nothing, and nothing behind the end. */
static bool
accepted(int r, const struct cursor *before, const struct cursor *after)
{
	must(r == 0 || r == CC_EPARSE || r == CC_ELIMIT);
	must(after->end == before->end && after->p <= after->end);
	must(r == 0 ? after->p > before->p : after->p == before->p);
	return r == 0;
}

/* Groups are closed, not nested, and only their ends are without a mailbox. */
static void
check_list(const ADDRESS *adr)
{
	bool open = false;
	unsigned n = 0;

	for (; adr; adr = adr->next, n++) {
		must(adr->host == NIL || adr->mailbox != NIL);
		if (!adr->host) {
			must(open == (adr->mailbox == NIL));
			open = !open;
		}
	}
	must(!open && n <= 2 * CC_ADDRESSES_MAX);
}

static bool
read_envelope(struct span in, size_t memory, struct strbuf *out)
{
	struct cursor start = cc_cursor(in), c = start;
	ENVELOPE *env = NIL;
	struct arena a;
	bool ok;

	cc_arena_init(&a, memory);
	ok = accepted(cc_imap_read_envelope(&c, &a, &env), &start, &c);
	cc_arena_free(&a);
	if (ok) {
		check_list(env->from);
		check_list(env->sender);
		check_list(env->reply_to);
		check_list(env->to);
		check_list(env->cc);
		check_list(env->bcc);
		put_envelope(out, env);
		c = cc_cursor(cc_strbuf_span(out));
		must(wire_envelope(&c) && cc_cursor_at_end(&c));
	}
	mail_free_envelope(&env);
	return ok;
}

static bool
read_body(struct span in, size_t memory, struct strbuf *out)
{
	struct cursor start = cc_cursor(in), c = start;
	BODY *body = NIL;
	struct arena a;
	bool ok;

	cc_arena_init(&a, memory);
	ok = accepted(cc_imap_read_body(&c, &a, &body), &start, &c);
	cc_arena_free(&a);
	if (ok) {
		put_body(out, body, true);
		c = cc_cursor(cc_strbuf_span(out));
		must(wire_body(&c, true) && cc_cursor_at_end(&c));
	}
	mail_free_body(&body);
	return ok;
}

static void
check(bool (*reader)(struct span in, size_t memory, struct strbuf *out),
    struct span in)
{
	struct strbuf out, again;

	cc_strbuf_init(&out, SIZE_MAX / 4);
	cc_strbuf_init(&again, SIZE_MAX / 4);
	if (reader(in, CC_MIME_MEMORY, &out)) {
		must(reader(cc_strbuf_span(&out), CC_MIME_MEMORY, &again));
		must(fuzz_same(cc_strbuf_span(&out), cc_strbuf_span(&again)));
	}
	/* With hardly any memory: the same, or nothing. */
	cc_strbuf_reset(&again);
	if (reader(in, 200, &again))
		must(fuzz_same(cc_strbuf_span(&out), cc_strbuf_span(&again)));
	cc_strbuf_free(&out);
	cc_strbuf_free(&again);
}

static void
check_literal(struct span in)
{
	struct imap_literal lit, found;
	struct cursor start = cc_cursor(in), c = start;
	size_t at;

	if (accepted(cc_imap_parse_literal(&c, &lit), &start, &c)) {
		must(lit.octets <= CC_IMAP_LITERAL_HUGE);
		must(cc_imap_find_literal(cc_cursor_since(&c, start.p), &found,
		    &at));
		must(at == 0 && lit.octets == found.octets);
		must(lit.binary == found.binary);
		must(lit.nonsync == found.nonsync);
	}
	if (cc_imap_find_literal(in, &found, &at)) {
		must(at < in.len);
		c = cc_cursor(cc_span(in.p + at, in.len - at));
		must(cc_imap_parse_literal(&c, &lit) == 0);
		must(cc_cursor_at_end(&c) && lit.octets == found.octets);
	}
}

/* Value by value: skipped as read, and strings written and read again. */
static void
check_values(struct span in)
{
	struct cursor c = cc_cursor(in), skipped = c, at = c;
	struct span s, again;
	struct strbuf out;
	struct arena a;

	cc_arena_init(&a, CC_MIME_MEMORY);
	cc_strbuf_init(&out, SIZE_MAX / 4);
	while (accepted(cc_imap_read_nstring(&c, &a, &s), &at, &c)) {
		must(cc_imap_skip_value(&skipped) == 0);
		must(skipped.p == c.p);
		at = c;
		if (s.p && memchr(s.p, 0, s.len))
			continue;
		cc_strbuf_reset(&out);
		cc_imap_put_nstring(&out, s);
		skipped = cc_cursor(cc_strbuf_span(&out));
		must(cc_imap_read_nstring(&skipped, &a, &again) == 0);
		must(cc_cursor_at_end(&skipped));
		must(!s.p == !again.p && fuzz_same(s, again));
		skipped = c;
	}
	while (accepted(cc_imap_skip_value(&skipped), &at, &skipped))
		at = skipped;
	(void)accepted(cc_imap_skip_list(&skipped), &at, &skipped);
	cc_arena_free(&a);
	cc_strbuf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in;

	if (size < 1)
		return 0;
	in = cc_span(data + 1, size - 1);
	switch (data[0] % 3) {
	case 0:
		check(read_envelope, in);
		break;
	case 1:
		check(read_body, in);
		break;
	default:
		check_literal(in);
		check_values(in);
		break;
	}
	return 0;
}
