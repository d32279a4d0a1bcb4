/*
 * login_gate_try.c - an attempt to log in, as the monitor gets it.
 *
 * The gate decides nothing here. Names that are too long are cut and marked;
 * passwords that no check would accept are sent empty, which always fails, so
 * that they cost the same time as all others.
 */
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

void
cc_gate_fill_try(struct gate *g, const char *mechanism, const char *tag,
    struct span user, struct span admin, struct span password)
{
	struct login_try *try = &g->try;

	cc_login_begin(try, sizeof(*try), LOGIN_TRY);
	if (g->tls)
		try->flags |= LOGIN_TRY_TLS;
	cc_login_put(try->mechanism, sizeof(try->mechanism), mechanism,
	    strlen(mechanism), false);
	cc_login_put(try->tag, sizeof(try->tag), tag, strlen(tag), false);
	put_name(try, try->user, user);
	put_name(try, try->admin, admin);
	/* Where none is accepted, none goes any further. */
	if (!cc_gate_plaintext(g) || password.len > LOGIN_PASSWORD_MAX ||
	    (password.len && memchr(password.p, '\0', password.len)))
		password.len = 0;
	cc_login_put(try->password, sizeof(try->password), password.p,
	    password.len, false);
	try->password_len = (uint32_t)password.len;
	if (g->imap.began)
		try->alert = g->alert_time;
}
