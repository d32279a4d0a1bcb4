/*
 * fuzz_rfc822_addr.c - address lists: groups begin and end in turn, and what
 * is handed out, written in canonical form, is read back as the same.
 */
#include "cc_err.h"
#include "cc_limits.h"
#include "fuzz_util.h"
#include "rfc822_addr.h"
#include "strbuf.h"

/* A word in quotes. */
static void
put_quoted(struct strbuf *out, struct span s)
{
	cc_strbuf_putc(out, '"');
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			cc_strbuf_putc(out, '\\');
		cc_strbuf_putc(out, s.p[i]);
	}
	cc_strbuf_putc(out, '"');
}

static void
put_addr(struct strbuf *out, const struct rfc822_addr *addr)
{
	if (addr->personal.p)
		put_quoted(out, addr->personal);
	cc_strbuf_putc(out, '<');
	if (addr->adl.p) {
		cc_strbuf_put_span(out, addr->adl);
		cc_strbuf_putc(out, ':');
	}
	put_quoted(out, addr->mailbox);
	if (addr->host.p) {
		cc_strbuf_putc(out, '@');
		cc_strbuf_put_span(out, addr->host);
	}
	cc_strbuf_puts(out, ">,");
}

static bool
is_fault(const struct rfc822_addr *addr)
{
	return cc_span_is(addr->host, ".SYNTAX-ERROR.");
}

/* Can the text be written between quotes and come back? Folds go, and in runs
 * of ISO-2022-JP a backslash is none. */
static bool
is_plain(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] == '\r' || s.p[i] == '\n' || s.p[i] == 0x1b)
			return false;
	return true;
}

static void
check_again(const struct rfc822_addr *addr, struct arena *a)
{
	struct rfc822_addr_parser p;
	struct rfc822_addr again;
	struct strbuf out;

	if (!is_plain(addr->personal) || !is_plain(addr->mailbox))
		return;
	cc_strbuf_init(&out, SIZE_MAX / 4);
	put_addr(&out, addr);
	cc_rfc822_addr_init(&p, a, cc_strbuf_span(&out));
	must(cc_rfc822_addr_next(&p, &again) == 1);
	must(again.kind == RFC822_ADDR_MAILBOX);
	must(fuzz_same(again.personal, addr->personal));
	must(fuzz_same(again.mailbox, addr->mailbox));
	must(fuzz_same(again.host, addr->host));
	must(fuzz_same(again.adl, addr->adl));
	must(cc_rfc822_addr_next(&p, &again) == 0);
	cc_strbuf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rfc822_addr_parser p;
	struct rfc822_addr addr;
	struct arena a;
	bool group = false;
	size_t octets = 0;
	int r;

	cc_arena_init(&a, 1 << 26);
	cc_rfc822_addr_init(&p, &a, cc_span(data, size));
	while ((r = cc_rfc822_addr_next(&p, &addr)) > 0) {
		switch (addr.kind) {
		case RFC822_ADDR_GROUP_START:
			must(!group && addr.mailbox.p && !addr.host.p);
			group = true;
			break;
		case RFC822_ADDR_GROUP_END:
			must(group && !addr.mailbox.p && !addr.host.p);
			group = false;
			break;
		case RFC822_ADDR_MAILBOX:
			must(addr.mailbox.p);
			if (is_fault(&addr))
				continue;
			octets += addr.mailbox.len + addr.host.len;
			check_again(&addr, &a);
			break;
		}
	}
	must(r == 0 || (r == CC_ELIMIT && p.count == CC_ADDRESSES_MAX));
	must(r < 0 || !group);
	must(octets <= size);
	cc_arena_free(&a);
	return 0;
}
