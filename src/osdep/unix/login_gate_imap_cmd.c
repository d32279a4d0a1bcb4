/*
 * login_gate_imap_cmd.c - the commands of IMAP before login (RFC 3501
 * sections 6.1 and 6.2; ID of RFC 2971); AUTHENTICATE is in
 * login_gate_imap_sasl.c.
 *
 * Each handler parses all its arguments before it does anything. None of them
 * decides whether somebody may come in: that is the monitor's.
 */
#include "cc_limits.h"
#include "cc_ctype.h"
#include "cc_err.h"
#include "imap_grammar.h"
#include "login_gate_imap.h"

void
cc_gate_imap_put_capability(struct gate *g, unsigned parts)
{
	const struct imap_capability_state state = {
		.tls = g->tls,
		.plaintext = cc_gate_plaintext(g),
		.mechanisms = g->setup.mechanisms,
		.netscape = g->setup.netscape[0] != '\0',
	};

	cc_imap_put_capability(&g->out, parts, &state);
}

enum gate_imap_result
cc_gate_imap_done(struct gate *g, const char *text)
{
	cc_gate_imap_reply(g, g->imap.tag, text);
	return GATE_IMAP_DONE;
}

/* ---------------------------------------------------------------- arguments */

/* The literal announced at the cursor, or the wish for it. */
static int
parse_literal(struct gate *g, struct gate_imap_args *a, struct span *s_r)
{
	const struct gate_imap *im = &g->imap;
	size_t end, k = a->literals;

	if (cc_gate_imap_literal(&a->c, &a->size, &a->wait) != 0)
		return GATE_IMAP_BADARGS;
	end = im->text.len - cc_cursor_left(&a->c);
	if (k == im->literal_count)
		return cc_cursor_at_end(&a->c) ? GATE_IMAP_WANT_LITERAL
					       : GATE_IMAP_BADARGS;
	if (end != im->literal[k].end)
		return GATE_IMAP_BADARGS;
	*s_r =
	    cc_span(im->literals.data + im->literal[k].pos, im->literal[k].len);
	a->literals++;
	/* NUL is in no string of IMAP; it would end a name early. */
	if (s_r->len && memchr(s_r->p, '\0', s_r->len))
		return GATE_IMAP_BADARGS;
	return GATE_IMAP_DONE;
}

static int
parse_string(struct gate *g, struct gate_imap_args *a, struct span *s_r)
{
	if (cc_cursor_peek(&a->c) == '{')
		return parse_literal(g, a, s_r);
	return cc_imap_parse_quoted(&a->c, &g->imap.arena, s_r) == 0
	    ? GATE_IMAP_DONE
	    : GATE_IMAP_BADARGS;
}

/* astring; GATE_IMAP_DONE and the value, or what the command ends with. */
static int
parse_astring(struct gate *g, struct gate_imap_args *a, struct span *s_r)
{
	const unsigned char *start = a->c.p;
	int ch = cc_cursor_peek(&a->c);

	if (ch == '{' || ch == '"')
		return parse_string(g, a, s_r);
	while (cc_imap_is_astring_char(cc_cursor_peek(&a->c)))
		a->c.p++;
	*s_r = cc_cursor_since(&a->c, start);
	return s_r->len ? GATE_IMAP_DONE : GATE_IMAP_BADARGS;
}

/* SP astring */
static int
parse_argument(struct gate *g, struct gate_imap_args *a, struct span *s_r)
{
	if (!cc_cursor_skip(&a->c, ' '))
		return GATE_IMAP_BADARGS;
	return parse_astring(g, a, s_r);
}

/* nstring */
static int
parse_nstring(struct gate *g, struct gate_imap_args *a)
{
	struct span s;

	if (cc_cursor_left(&a->c) >= 3 &&
	    cc_span_is_nocase(cc_span(a->c.p, 3), "NIL")) {
		a->c.p += 3;
		return GATE_IMAP_DONE;
	}
	return parse_string(g, a, &s);
}

/* "(" [string SP nstring *(SP string SP nstring)] ")": nothing of it is kept.
 * What the client calls itself is of no use to somebody not known yet. */
static int
parse_id_list(struct gate *g, struct gate_imap_args *a)
{
	struct span s;
	int r;

	if (!cc_cursor_skip(&a->c, '('))
		return GATE_IMAP_BADARGS;
	if (cc_cursor_skip(&a->c, ')'))
		return GATE_IMAP_DONE;
	for (unsigned i = 0; i < CC_ID_PAIRS; i++) {
		if ((r = parse_string(g, a, &s)) != GATE_IMAP_DONE)
			return r;
		if (!cc_cursor_skip(&a->c, ' '))
			return GATE_IMAP_BADARGS;
		if ((r = parse_nstring(g, a)) != GATE_IMAP_DONE)
			return r;
		if (cc_cursor_skip(&a->c, ')'))
			return GATE_IMAP_DONE;
		if (!cc_cursor_skip(&a->c, ' '))
			return GATE_IMAP_BADARGS;
	}
	return GATE_IMAP_BADARGS;
}

/* ---------------------------------------------------------------- any state */

static enum gate_imap_result
cmd_capability(struct gate *g, struct gate_imap_args *a)
{
	(void)a;
	cc_strbuf_puts(&g->out, "* CAPABILITY ");
	cc_gate_imap_put_capability(g, IMAP_CAP_ALL);
	cc_strbuf_puts(&g->out, "\r\n");
	return cc_gate_imap_done(g, "OK CAPABILITY completed");
}

static enum gate_imap_result
cmd_noop(struct gate *g, struct gate_imap_args *a)
{
	(void)a;
	return cc_gate_imap_done(g, "OK NOOP completed");
}

static enum gate_imap_result
cmd_logout(struct gate *g, struct gate_imap_args *a)
{
	(void)a;
	cc_strbuf_printf(&g->out,
	    "* BYE %s IMAP4rev1 server terminating connection\r\n",
	    g->setup.local);
	g->log(g, LOGIN_EV_LOGOUT, cc_span("", 0), 0);
	cc_gate_imap_done(g, "OK LOGOUT completed");
	return GATE_IMAP_END;
}

static enum gate_imap_result
cmd_id(struct gate *g, struct gate_imap_args *a)
{
	int r;

	if (!cc_cursor_skip(&a->c, ' '))
		return GATE_IMAP_BADARGS;
	r = cc_cursor_peek(&a->c) == '(' ? parse_id_list(g, a)
					 : parse_nstring(g, a);
	if (r != GATE_IMAP_DONE)
		return (enum gate_imap_result)r;
	if (!cc_cursor_at_end(&a->c))
		return GATE_IMAP_BADARGS;
	cc_strbuf_puts(&g->out,
	    "* ID (\"name\" \"Cedar IMAP\" \"version\" \"" CC_VERSION
	    "\")\r\n");
	return cc_gate_imap_done(g, "OK ID completed");
}

static enum gate_imap_result
cmd_starttls(struct gate *g, struct gate_imap_args *a)
{
	(void)a;
	if (g->tls)
		return cc_gate_imap_done(g, "NO Already in an SSL session");
	if (!g->certificate)
		return cc_gate_imap_done(g,
		    "NO Server certificate not installed");
	/* Octets behind the command would be taken for the client's after the
	 * change, though anybody on the way can have put them there. */
	if (g->in.len > 0) {
		g->log(g, LOGIN_EV_STARTTLS_INJECTION, cc_span("", 0), 0);
		cc_gate_imap_done(g, "BAD Nothing may follow STARTTLS");
		return GATE_IMAP_END;
	}
	cc_gate_imap_done(g, "OK STARTTLS completed");
	return GATE_IMAP_STARTTLS;
}

/* Where the account is managed, which old clients ask for. */
static enum gate_imap_result
cmd_netscape(struct gate *g, struct gate_imap_args *a)
{
	(void)a;
	cc_strbuf_puts(&g->out,
	    "* OK [NETSCAPE]\r\n* VERSION 1.0 UNIX\r\n* ACCOUNT-URL ");
	cc_imap_put_string(&g->out, cc_span_z(g->setup.netscape));
	cc_strbuf_puts(&g->out, "\r\n");
	return cc_gate_imap_done(g, "OK NETSCAPE completed");
}

/* -------------------------------------------------------------------- login */

/* The longest name, each octet as three, and the longest host twice. */
#define GATE_REFERRAL_MAX (3 * LOGIN_USER_MAX + 2 * LOGIN_HOST_MAX + 100)

/* What was parsed may lie in the arena: wiped here, as that keeps it. */
static void
wipe(struct span s)
{
	if (s.len)
		explicit_bzero((void *)(uintptr_t)s.p, s.len);
}

static enum gate_imap_result
cmd_login(struct gate *g, struct gate_imap_args *a)
{
	struct gate_attempt attempt = { .mechanism = "", .tag = g->imap.tag };
	struct span name, password;
	int r;

	if ((r = parse_argument(g, a, &name)) != GATE_IMAP_DONE)
		return (enum gate_imap_result)r;
	if ((r = parse_argument(g, a, &password)) != GATE_IMAP_DONE)
		return (enum gate_imap_result)r;
	if (cc_cursor_at_end(&a->c)) {
		attempt.secret = password;
		if (cc_gate_is_anonymous(g, name)) {
			attempt.proof = LOGIN_PROOF_NONE;
			attempt.user = name;
		} else {
			cc_gate_split_name(name, &attempt.user, &attempt.admin);
		}
		cc_gate_fill_try(g, &attempt);
		g->imap.mechanism = GATE_LOGIN;
		r = GATE_IMAP_TRY;
	} else {
		r = GATE_IMAP_BADARGS;
	}
	wipe(password);
	return (enum gate_imap_result)r;
}

static void
put_warning(struct gate *g, const char *what, int32_t days)
{
	if (days == LOGIN_NO_WARNING)
		return;
	if (days <= 0)
		cc_strbuf_printf(&g->out, "* NO [ALERT] %s expires today!\r\n",
		    what);
	else
		cc_strbuf_printf(&g->out,
		    "* OK [ALERT] %s expires in %d day(s)\r\n", what, days);
}

/* RFC 2221 section 4.1, with a URL of RFC 5092: the user is elsewhere. */
static void
put_referral(struct gate *g, const struct login_answer *answer)
{
	struct strbuf text;

	cc_strbuf_init(&text, GATE_REFERRAL_MAX);
	cc_strbuf_puts(&text, "NO [REFERRAL IMAP://");
	for (const char *p = answer->name; *p; p++)
		cc_strbuf_printf(&text,
		    is_alnum((unsigned char)*p) ? "%c" : "%%%02X",
		    (unsigned char)*p);
	cc_strbuf_printf(&text,
	    ";AUTH=*@%s/] Specified user is invalid on this server. Try %s.",
	    answer->referral, answer->referral);
	cc_gate_imap_done(g, cc_strbuf_str(&text));
	cc_strbuf_free(&text);
}

void
cc_gate_imap_answer(struct gate *g, const struct login_answer *answer)
{
	if (answer->yes) {
		put_warning(g, "Password", answer->password_days);
		put_warning(g, "Account", answer->account_days);
	} else if (answer->referral[0]) {
		put_referral(g, answer);
	} else if (answer->unavailable) {
		/* RFC 5530 section 3: no reason to ask for another password */
		cc_gate_imap_done(g,
		    "NO [UNAVAILABLE] Login is not possible now");
	} else if (g->imap.mechanism == GATE_LOGIN) {
		cc_gate_imap_done(g, "NO Invalid login credentials");
	} else {
		cc_gate_imap_sasl_failed(g);
	}
	explicit_bzero(&g->try, sizeof(g->try));
}

/* ---------------------------------------------------------------- the table */

static const struct gate_imap_command commands[] = {
	{ "CAPABILITY", true, cmd_capability },
	{ "NOOP", true, cmd_noop },
	{ "NETSCAPE", true, cmd_netscape },
	{ "LOGOUT", true, cmd_logout },
	{ "ID", false, cmd_id },
	{ "STARTTLS", true, cmd_starttls },
	{ "LOGIN", false, cmd_login },
	{ "AUTHENTICATE", false, cc_gate_imap_authenticate },
#ifdef CC_GATE_EXPLOIT_TEST
	{ "XEXPLOIT", false, cc_gate_exploit },
#endif
};

const struct gate_imap_command *
cc_gate_imap_find(const struct gate *g, struct span name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (cc_span_is_nocase(name, commands[i].name) &&
		    (commands[i].run != cmd_netscape || g->setup.netscape[0]))
			return &commands[i];
	return NULL;
}
