/*
 * mail_envelope.c - public ENVELOPE and ADDRESS structures from header text
 * (RFC 5322 section 3.6).
 *
 * The grammar is rfc822_header.c's and rfc822_addr.c's; here texts are only
 * copied to where programs own them. Addresses past CC_ADDRESSES_MAX are left
 * out.
 */
#include "cc_limits.h"
#include "fs.h"
#include "mail_text.h"
#include "misc.h"
#include "rfc822.h"
#include "rfc822_addr.h"
#include "rfc822_header.h"

/* A copy of what is there. */
static char *
copy_of(struct span s)
{
	return s.p ? cc_span_dup(s) : NIL;
}

/* The value of a field in one line; NIL if the field is missing. */
static char *
unfolded(struct span body)
{
	struct strbuf out;

	if (!body.p)
		return NIL;
	cc_strbuf_init(&out, CC_HEADER_MAX);
	cc_rfc822_put_unfolded(&out, body);
	return cc_strbuf_take(&out);
}

/* The same without any blanks: a list of newsgroups. */
static char *
without_blanks(struct span body)
{
	char *s = unfolded(body), *to = s;

	if (!s)
		return NIL;
	for (char *from = s; *from; from++)
		if (*from != ' ' && *from != '\t')
			*to++ = *from;
	*to = '\0';
	return s;
}

static ADDRESS *
new_address(const struct rfc822_addr *from, const char *host)
{
	ADDRESS *adr = mail_newaddr();

	switch (from->kind) {
	case RFC822_ADDR_MAILBOX:
		adr->personal = copy_of(from->personal);
		adr->adl = copy_of(from->adl);
		adr->mailbox =
		    from->mailbox.p ? cc_span_dup(from->mailbox) : cpystr("");
		adr->host =
		    from->host.p ? cc_span_dup(from->host) : cpystr(host);
		break;
	case RFC822_ADDR_GROUP_START:
		adr->mailbox =
		    from->mailbox.p ? cc_span_dup(from->mailbox) : cpystr("");
		break;
	case RFC822_ADDR_GROUP_END:
		break;
	}
	return adr;
}

void
cc_mail_append_addresses(ADDRESS **lst, struct span list, const char *host)
{
	struct rfc822_addr_parser parser;
	struct rfc822_addr found;
	struct arena a;

	while (*lst)
		lst = &(*lst)->next;
	cc_arena_init(&a, CC_MIME_MEMORY);
	cc_rfc822_addr_init(&parser, &a, list);
	while (cc_rfc822_addr_next(&parser, &found) > 0) {
		*lst = new_address(&found, host);
		lst = &(*lst)->next;
	}
	/* Past a limit a group may be left open; programs need its end. */
	for (; parser.c.depth; parser.c.depth--) {
		*lst = mail_newaddr();
		lst = &(*lst)->next;
	}
	cc_arena_free(&a);
}

static ADDRESS *
addresses(struct span field, const char *host)
{
	ADDRESS *list = NIL;

	if (field.p)
		cc_mail_append_addresses(&list, field, host);
	return list;
}

static void
fill_envelope(ENVELOPE *env, const struct rfc822_envelope *scan,
    const char *host)
{
	env->date = (unsigned char *)unfolded(scan->date);
	env->subject = unfolded(scan->subject);
	env->in_reply_to = unfolded(scan->in_reply_to);
	env->message_id = unfolded(scan->message_id);
	env->references = unfolded(scan->references);
	env->newsgroups = without_blanks(scan->newsgroups);
	env->followup_to = without_blanks(scan->followup_to);
	env->from = addresses(scan->from, host);
	env->sender = addresses(scan->sender, host);
	env->reply_to = addresses(scan->reply_to, host);
	env->to = addresses(scan->to, host);
	env->cc = addresses(scan->cc, host);
	env->bcc = addresses(scan->bcc, host);
	if (!env->sender)
		env->sender = rfc822_cpy_adr(env->from);
	if (!env->reply_to)
		env->reply_to = rfc822_cpy_adr(env->from);
}

ENVELOPE *
cc_mail_new_envelope(struct span header, const char *host)
{
	ENVELOPE *env = mail_newenvelope();
	struct rfc822_envelope scan;
	struct arena a;

	cc_arena_init(&a, CC_MIME_MEMORY);
	if (header.len > CC_HEADER_MAX)
		header.len = CC_HEADER_MAX;
	if (cc_rfc822_scan_envelope(header, &a, &scan) == 0)
		fill_envelope(env, &scan, host ? host : BADHOST);
	cc_arena_free(&a);
	return env;
}

ADDRESS *
rfc822_cpy_adr(ADDRESS *adr)
{
	ADDRESS *copy = NIL, **tail = &copy;

	for (; adr; adr = adr->next, tail = &(*tail)->next) {
		*tail = mail_newaddr();
		(*tail)->personal = cpystr(adr->personal);
		(*tail)->adl = cpystr(adr->adl);
		(*tail)->mailbox = cpystr(adr->mailbox);
		(*tail)->host = cpystr(adr->host);
	}
	return copy;
}

void
rfc822_parse_adrlist(ADDRESS **lst, char *string, char *host)
{
	if (string)
		cc_mail_append_addresses(lst, cc_span_z(string),
		    host ? host : "@");
}
