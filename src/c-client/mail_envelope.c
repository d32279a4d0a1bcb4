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
#include "mail_params.h"
#include "mail_text.h"
#include "misc.h"
#include "rfc822.h"
#include "rfc822_addr.h"
#include "rfc822_complain.h"
#include "rfc822_header.h"

#define COMPLAINTS 3 /* about one list */

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

/* A list while it is read. */
struct list {
	struct rfc822_addr_parser parser;
	const char *host;
	struct span raw;     /* the text of the last element */
	unsigned complaints; /* made so far */
};

/* The element without what separates it from the one before. */
static struct span
without_separators(struct span raw)
{
	while (raw.len > 0 && raw.p[0] && strchr(", ;\t\r\n", raw.p[0])) {
		raw.p++;
		raw.len--;
	}
	return raw;
}

/* Asks the program what a phrase without an address means; NIL if it does not
 * know, or if there is no such phrase. */
static ADDRESS *
ask_phrase(const struct list *l, const struct rfc822_addr *from)
{
	char *text, *end;
	ADDRESS *adr = NIL;

	if (!cc_params.parsephrase || from->kind != RFC822_ADDR_MAILBOX ||
	    from->adl.p || (from->host.p && !cc_span_is(from->host, ERRHOST)))
		return NIL;
	text = cc_span_dup(l->raw);
	end = rfc822_parse_phrase(text);
	if (end && rfc822_phraseonly(end))
		adr = (*cc_params.parsephrase)(text, end, (char *)l->host);
	fs_give((void **)&text);
	return adr;
}

static void
complain(struct list *l, const struct rfc822_addr *from)
{
	if (from->kind != RFC822_ADDR_MAILBOX ||
	    !cc_span_is(from->host, ERRHOST) || l->complaints >= COMPLAINTS)
		return;
	l->complaints++;
	cc_rfc822_complain(cc_span_is(from->mailbox,
			       "UNEXPECTED_DATA_AFTER_ADDRESS")
		? "Unexpected characters at end of address"
		: "Invalid mailbox list",
	    l->raw);
}

/* The next element, or NIL at the end. */
static ADDRESS *
next_address(struct list *l, struct rfc822_addr *found)
{
	struct cursor before = l->parser.c;
	bool fault = l->parser.fault;
	ADDRESS *adr;

	if (cc_rfc822_addr_next(&l->parser, found) <= 0)
		return NIL;
	/* A fault is told after the element that has it. */
	if (!fault)
		l->raw =
		    without_separators(cc_cursor_since(&l->parser.c, before.p));
	if (!fault && (adr = ask_phrase(l, found)))
		return adr;
	complain(l, found);
	return new_address(found, l->host);
}

static ADDRESS **
append(ADDRESS **tail, ADDRESS *adr)
{
	*tail = adr;
	while (*tail)
		tail = &(*tail)->next;
	return tail;
}

/* Appends elements, to the end of the first group if `group` is set. */
static void
append_list(struct list *l, ADDRESS **tail, bool group)
{
	struct rfc822_addr found;
	ADDRESS *adr;

	while ((adr = next_address(l, &found))) {
		tail = append(tail, adr);
		if (group && found.kind == RFC822_ADDR_GROUP_END)
			return;
	}
	/* Past a limit a group may be left open; programs need its end. */
	for (; l->parser.c.depth; l->parser.c.depth--)
		tail = append(tail, mail_newaddr());
}

/* Appends the addresses of a list to *lst. The program's routine for phrases is
 * asked, and mm_log is told of malformed ones, a few times per list. */
static void
append_addresses(ADDRESS **lst, struct span list, const char *host)
{
	struct list l = { .host = host };
	struct arena a;

	while (*lst)
		lst = &(*lst)->next;
	cc_arena_init(&a, CC_MIME_MEMORY);
	cc_rfc822_addr_init(&l.parser, &a, list);
	append_list(&l, lst, false);
	cc_arena_free(&a);
}

ADDRESS *
cc_mail_new_group(struct span *list, const char *host)
{
	struct list l = { .host = host };
	ADDRESS *first = NIL;
	struct arena a;

	cc_arena_init(&a, CC_MIME_MEMORY);
	cc_rfc822_addr_init(&l.parser, &a, *list);
	append_list(&l, &first, true);
	*list = cc_cursor_rest(&l.parser.c);
	cc_arena_free(&a);
	return first;
}

static ADDRESS *
addresses(struct span field, const char *host)
{
	ADDRESS *list = NIL;

	if (field.p)
		append_addresses(&list, field, host);
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
		append_addresses(lst, cc_span_z(string), host ? host : "@");
}
