/*
 * imap_envelope.c - ENVELOPE on the wire (RFC 3501 section 7.4.2).
 *
 * Made straight from the header's octets: no address or text becomes a
 * structure on the way. The header is a stranger's; what is written here is
 * always well-formed.
 */
#include "cc_err.h"
#include "imap_envelope.h"
#include "imap_grammar.h"
#include "mail_const.h"
#include "rfc822_addr.h"

/* Appends text as a string, unfolded, outer blanks trimmed; NIL if p is NULL.
 * Takes no memory but out's. */
static void
put_unfolded(struct strbuf *out, struct span text)
{
	struct strbuf plain;

	if (text.p)
		text = cc_span_trim(text);
	if (!text.p || !text.len ||
	    (!memchr(text.p, '\n', text.len) &&
		!memchr(text.p, '\r', text.len))) {
		cc_imap_put_nstring(out, text);
		return;
	}
	cc_strbuf_init(&plain, text.len);
	cc_rfc822_put_unfolded(&plain, text);
	cc_imap_put_string(out, cc_strbuf_span(&plain));
	cc_strbuf_free(&plain);
}

/* One address structure. */
static void
put_addr(struct strbuf *out, const struct rfc822_addr *addr,
    struct span localhost)
{
	struct span host = addr->host;

	if (addr->kind == RFC822_ADDR_MAILBOX && !host.p)
		host = localhost;
	cc_strbuf_putc(out, '(');
	cc_imap_put_nstring(out, addr->personal);
	cc_strbuf_putc(out, ' ');
	cc_imap_put_nstring(out, addr->adl);
	cc_strbuf_putc(out, ' ');
	cc_imap_put_nstring(out, addr->mailbox);
	cc_strbuf_putc(out, ' ');
	cc_imap_put_nstring(out, host);
	cc_strbuf_putc(out, ')');
}

/* An address list; false, and nothing written, if it is empty. */
static bool
put_list(struct strbuf *out, struct arena *a, struct span list,
    struct span localhost)
{
	struct rfc822_addr_parser parser;
	struct rfc822_addr addr;
	bool any = false;
	int r;

	if (!list.len)
		return false;
	cc_rfc822_addr_init(&parser, a, list);
	while ((r = cc_rfc822_addr_next(&parser, &addr)) > 0) {
		if (!any)
			cc_strbuf_putc(out, '(');
		any = true;
		put_addr(out, &addr, localhost);
	}
	/* Where a limit cut the list inside a group, the group is closed. */
	if (r < 0 && parser.c.depth > 0 && any)
		cc_strbuf_puts(out, "(NIL NIL NIL NIL)");
	if (any)
		cc_strbuf_putc(out, ')');
	return any;
}

static void
put_list_or_nil(struct strbuf *out, struct arena *a, struct span list,
    struct span localhost)
{
	if (!put_list(out, a, list, localhost))
		cc_strbuf_puts(out, "NIL");
	cc_strbuf_putc(out, ' ');
}

/* Sender or Reply-To: where empty, the same octets as From, which lie at
 * offset `from` of out. */
static void
put_like_from(struct strbuf *out, struct arena *a, struct span list,
    struct span localhost, size_t from, size_t len)
{
	char *room;

	if (!put_list(out, a, list, localhost) &&
	    (room = cc_strbuf_room(out, len))) {
		memcpy(room, out->data + from, len);
		cc_strbuf_claim(out, len);
	}
	cc_strbuf_putc(out, ' ');
}

int
cc_imap_put_envelope(struct strbuf *out, struct arena *a,
    const struct rfc822_envelope *env, struct span localhost)
{
	size_t from, len;

	if (!localhost.p)
		localhost = cc_span_z(BADHOST);
	cc_strbuf_putc(out, '(');
	put_unfolded(out, env->date);
	cc_strbuf_putc(out, ' ');
	put_unfolded(out, env->subject);
	cc_strbuf_putc(out, ' ');
	from = out->len;
	put_list_or_nil(out, a, env->from, localhost);
	len = out->over ? 0 : out->len - from - 1;
	put_like_from(out, a, env->sender, localhost, from, len);
	put_like_from(out, a, env->reply_to, localhost, from, len);
	put_list_or_nil(out, a, env->to, localhost);
	put_list_or_nil(out, a, env->cc, localhost);
	put_list_or_nil(out, a, env->bcc, localhost);
	put_unfolded(out, env->in_reply_to);
	cc_strbuf_putc(out, ' ');
	put_unfolded(out, env->message_id);
	cc_strbuf_putc(out, ')');
	return cc_strbuf_status(out);
}
