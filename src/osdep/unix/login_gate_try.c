/*
 * login_gate_try.c - an attempt to log in, as the monitor gets it.
 *
 * The gate decides nothing here. Names that are too long are cut and marked;
 * passwords that no check would accept are sent empty, which always fails, so
 * that they cost the same time as all others.
 */
#include "imap_capability.h"
#include "login_gate.h"

bool
cc_gate_plaintext(const struct gate *g)
{
	return g->setup.plaintext == LOGIN_PLAIN_ALLOWED ||
	    (g->setup.plaintext == LOGIN_PLAIN_TLS && g->tls);
}

void
cc_gate_split_name(struct span name, struct span *user_r, struct span *admin_r)
{
	const char *star = name.len ? memchr(name.p, '*', name.len) : NULL;

	*user_r = name;
	*admin_r = cc_span("", 0);
	if (!star)
		return;
	user_r->len = (size_t)(star - name.p);
	*admin_r = cc_span(star + 1, name.len - user_r->len - 1);
}

static void
put_name(struct login_try *try, char *member, struct span name)
{
	if (name.len > LOGIN_USER_MAX)
		try->flags |= LOGIN_TRY_OVERLONG;
	cc_login_put(member, LOGIN_USER_MAX + 1, name.p, name.len, false);
}

bool
cc_gate_is_anonymous(const struct gate *g, struct span name)
{
	return (g->setup.mechanisms & IMAP_MECH_ANONYMOUS) &&
	    cc_span_is_nocase(name, "anonymous");
}

/* Would a check take it for what it is? */
static bool
is_possible(const struct gate *g, const struct gate_attempt *a)
{
	if (a->secret.len > LOGIN_PASSWORD_MAX ||
	    (a->secret.len && memchr(a->secret.p, '\0', a->secret.len)))
		return false;
	/* Where no passwords are accepted, none goes any further. */
	return a->proof != LOGIN_PROOF_PASSWORD || cc_gate_plaintext(g);
}

void
cc_gate_fill_try(struct gate *g, const struct gate_attempt *a)
{
	struct login_try *try = &g->try;
	size_t len = is_possible(g, a) ? a->secret.len : 0;

	cc_login_begin(try, sizeof(*try), LOGIN_TRY);
	if (g->tls)
		try->flags |= LOGIN_TRY_TLS;
	try->proof = a->proof;
	try->challenge = g->challenges;
	cc_login_put(try->mechanism, sizeof(try->mechanism), a->mechanism,
	    strlen(a->mechanism), false);
	cc_login_put(try->tag, sizeof(try->tag), a->tag, strlen(a->tag), false);
	put_name(try, try->user, a->user);
	put_name(try, try->admin, a->admin);
	cc_login_put(try->password, sizeof(try->password), a->secret.p, len,
	    false);
	try->password_len = (uint32_t)len;
	if (g->imap.began)
		try->alert = g->alert_time;
}
