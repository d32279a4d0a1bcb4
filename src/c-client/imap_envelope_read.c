/*
 * imap_envelope_read.c - ENVELOPE as a client gets it (RFC 3501 section
 * 7.4.2), into the public structures.
 *
 * The server is a stranger, and its message's sender another one. See
 * imap_read.h for what is read as it was meant, and for limits.
 */
#include "cc_err.h"
#include "cc_limits.h"
#include "imap_read.h"
#include "misc.h"
#include "rfc822.h"
#include "rfc822_complain.h"

/* At the end of the list, after which members are as if they were NIL? */
static bool
is_over(struct cursor *c)
{
	return cc_imap_next(c) == ')';
}

static int
read_copy(struct cursor *c, struct arena *a, char **text_r)
{
	struct span text;
	int r = cc_imap_read_member(c, a, &text);

	if (r == 0 && text.p)
		*text_r = cc_span_dup(text);
	return r;
}

/* A list of addresses while it is read. */
struct list {
	ADDRESS *first, **tail;
	unsigned count; /* elements, ends of groups apart */
	unsigned depth; /* open groups; all but the outer one are left out */
	bool full;      /* CC_ADDRESSES_MAX was passed */
};

static ADDRESS *
append(struct list *l)
{
	ADDRESS *adr = mail_newaddr();

	*l->tail = adr;
	l->tail = &adr->next;
	return adr;
}

static char *
copy_of(struct span s)
{
	return s.p ? cc_span_dup(s) : NIL;
}

static void
add_element(struct list *l, const struct span member[4])
{
	struct span mailbox = member[2], host = member[3];
	ADDRESS *adr;

	if (!host.p && !mailbox.p) {
		if (l->depth > 0 && --l->depth == 0)
			append(l);
		return;
	}
	if (!host.p && l->depth++ > 0)
		return;
	if (l->count == CC_ADDRESSES_MAX) {
		/* The end of this group is not to close another one. */
		if (!host.p)
			l->depth--;
		l->full = true;
		return;
	}
	l->count++;
	adr = append(l);
	adr->mailbox = mailbox.p ? cc_span_dup(mailbox) : cpystr("");
	adr->host = copy_of(host);
	if (!host.p)
		return;
	adr->personal = copy_of(member[0]);
	adr->adl = copy_of(member[1]);
}

/* (personal route mailbox host); anything else in its place is skipped. */
static int
read_element(struct cursor *c, struct arena *a, struct list *l)
{
	struct span member[4];
	int r;

	if (cc_cursor_peek(c) != '(')
		return cc_imap_skip_value(c);
	c->p++;
	for (int i = 0; i < 4; i++)
		if ((r = cc_imap_read_member(c, a, &member[i])) != 0)
			return r;
	if ((r = cc_imap_skip_list(c)) == 0)
		add_element(l, member);
	return r;
}

static int
read_list(struct cursor *c, struct arena *a, ADDRESS **list_r)
{
	struct list l = { .tail = list_r };
	const unsigned char *from;
	int r;

	if (is_over(c))
		return 0;
	if (cc_cursor_peek(c) != '(')
		return cc_imap_skip_value(c);
	from = c->p++;
	while (cc_imap_next(c) != ')')
		if ((r = read_element(c, a, &l)) != 0)
			return r;
	c->p++;
	if (l.depth > 0)
		append(&l);
	if (l.full)
		cc_rfc822_complain("Ignoring addresses that are too many",
		    cc_cursor_since(c, from));
	return 0;
}

static int
read_members(struct cursor *c, struct arena *a, ENVELOPE *env)
{
	int r;

	if ((r = read_copy(c, a, (char **)&env->date)) == 0 &&
	    (r = read_copy(c, a, &env->subject)) == 0 &&
	    (r = read_list(c, a, &env->from)) == 0 &&
	    (r = read_list(c, a, &env->sender)) == 0 &&
	    (r = read_list(c, a, &env->reply_to)) == 0 &&
	    (r = read_list(c, a, &env->to)) == 0 &&
	    (r = read_list(c, a, &env->cc)) == 0 &&
	    (r = read_list(c, a, &env->bcc)) == 0 &&
	    (r = read_copy(c, a, &env->in_reply_to)) == 0 &&
	    (r = read_copy(c, a, &env->message_id)) == 0)
		r = cc_imap_skip_list(c);
	return r;
}

int
cc_imap_read_envelope(struct cursor *c, struct arena *a, ENVELOPE **env_r)
{
	const struct cursor start = *c;
	ENVELOPE *env;
	int r;

	if (cc_imap_next(c) != '(') {
		*c = start;
		return CC_EPARSE;
	}
	c->p++;
	env = mail_newenvelope();
	if ((r = read_members(c, a, env)) != 0) {
		mail_free_envelope(&env);
		*c = start;
		return r;
	}
	env->imapenvonly = T;
	if (!env->sender)
		env->sender = rfc822_cpy_adr(env->from);
	if (!env->reply_to)
		env->reply_to = rfc822_cpy_adr(env->from);
	*env_r = env;
	return 0;
}
