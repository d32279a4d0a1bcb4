/*
 * login_gate_imap_cmd.c - the commands of IMAP before login (RFC 3501
 * sections 6.1 and 6.2; ID of RFC 2971; SASL-IR of RFC 4959; the mechanisms
 * PLAIN of RFC 4616, CRAM-MD5 of RFC 2195, ANONYMOUS of RFC 4505, and LOGIN).
 *
 * Each handler parses all its arguments before it does anything. None of them
 * decides whether somebody may come in: that is the monitor's.
 */
#include "cc_limits.h"
#include "base64.h"
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

static enum gate_imap_result
done(struct gate *g, const char *text)
{
	cc_gate_imap_reply(g, g->imap.tag, text);
	return GATE_IMAP_DONE;
}

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

/* ---------------------------------------------------------- any state */

static enum gate_imap_result
cmd_capability(struct gate *g, struct gate_imap_args *a)
{
	(void)a;
	cc_strbuf_puts(&g->out, "* CAPABILITY ");
	cc_gate_imap_put_capability(g, IMAP_CAP_ALL);
	cc_strbuf_puts(&g->out, "\r\n");
	return done(g, "OK CAPABILITY completed");
}

static enum gate_imap_result
cmd_noop(struct gate *g, struct gate_imap_args *a)
{
	(void)a;
	return done(g, "OK NOOP completed");
}

static enum gate_imap_result
cmd_logout(struct gate *g, struct gate_imap_args *a)
{
	(void)a;
	cc_strbuf_printf(&g->out,
	    "* BYE %s IMAP4rev1 server terminating connection\r\n",
	    g->setup.local);
	g->log(g, LOGIN_EV_LOGOUT, cc_span("", 0), 0);
	done(g, "OK LOGOUT completed");
	return GATE_IMAP_END;
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
	return done(g, "OK ID completed");
}

static enum gate_imap_result
cmd_starttls(struct gate *g, struct gate_imap_args *a)
{
	(void)a;
	if (g->tls)
		return done(g, "NO Already in an SSL session");
	if (!g->certificate)
		return done(g, "NO Server certificate not installed");
	/* Octets behind the command would be taken for the client's after the
	 * change, though anybody on the way can have put them there. */
	if (g->in.len > 0) {
		g->log(g, LOGIN_EV_STARTTLS_INJECTION, cc_span("", 0), 0);
		done(g, "BAD Nothing may follow STARTTLS");
		return GATE_IMAP_END;
	}
	done(g, "OK STARTTLS completed");
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
	return done(g, "OK NETSCAPE completed");
}

/* -------------------------------------------------------------- login */

/* The longest name, each octet as three, and the longest host twice. */
#define GATE_REFERRAL_MAX (3 * LOGIN_USER_MAX + 2 * LOGIN_HOST_MAX + 100)
#define ANONYMOUS_MAX 255 /* characters (RFC 4505 section 2) */

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

#define REFUSED_TEXT "NO Invalid authentication credentials"

static const struct {
	const char *name;
	unsigned bit;      /* in setup.mechanisms */
	bool server_first; /* so that it can have no initial response */
	bool shows;        /* the password, to whoever listens */
	const char *refused, *cancelled;
} mechanisms[] = {
	[GATE_SASL_PLAIN] = { "PLAIN", IMAP_MECH_PLAIN, false, true,
	    REFUSED_TEXT, "NO cancelled by user" },
	[GATE_SASL_LOGIN] = { "LOGIN", IMAP_MECH_LOGIN, true, true,
	    REFUSED_TEXT, "NO cancelled by user" },
	[GATE_SASL_CRAM_MD5] = { "CRAM-MD5", IMAP_MECH_CRAM_MD5, true, false,
	    REFUSED_TEXT, "NO cancelled by user" },
	[GATE_SASL_ANONYMOUS] = { "ANONYMOUS", IMAP_MECH_ANONYMOUS, false,
	    false, "NO AUTHENTICATE ANONYMOUS failed",
	    "BAD AUTHENTICATE ANONYMOUS cancelled" },
};

#define MECHANISMS (sizeof(mechanisms) / sizeof(mechanisms[0]))

/* A mechanism that shows the password is not offered in clear, and its
 * failure then looks as if it did not exist. */
static enum gate_imap_result
sasl_ended(struct gate *g, bool cancelled)
{
	size_t m = g->imap.mechanism;
	bool offered = g->tls || !mechanisms[m].shows;

	g->log(g, offered ? LOGIN_EV_AUTH_FAILURE : LOGIN_EV_AUTH_INVALID,
	    cc_span_z(mechanisms[m].name), 0);
	cc_gate_imap_reply(g, g->imap.tag,
	    !offered        ? "BAD Command unrecognized"
		: cancelled ? mechanisms[m].cancelled
			    : mechanisms[m].refused);
	return GATE_IMAP_REFUSED;
}

static enum gate_imap_result
sasl_failed(struct gate *g)
{
	return sasl_ended(g, false);
}

static enum gate_imap_result
challenge(struct gate *g, struct span text)
{
	cc_strbuf_puts(&g->out, "+ ");
	cc_base64_encode(&g->out, text);
	cc_strbuf_puts(&g->out, "\r\n");
	return GATE_IMAP_CHALLENGED;
}

/* RFC 4616: [authzid] NUL authcid NUL passwd, and not one NUL more. */
static enum gate_imap_result
sasl_plain(struct gate *g, struct span in)
{
	struct gate_attempt attempt = { .mechanism = "PLAIN",
		.tag = g->imap.tag };
	const char *first, *second;
	const char *end = in.p + in.len;

	first = memchr(in.p, '\0', in.len);
	second =
	    first ? memchr(first + 1, '\0', (size_t)(end - first - 1)) : NULL;
	if (!second || memchr(second + 1, '\0', (size_t)(end - second - 1)))
		return sasl_failed(g);
	attempt.user = cc_span(in.p, (size_t)(first - in.p));
	attempt.admin = cc_span(first + 1, (size_t)(second - first - 1));
	attempt.secret = cc_span(second + 1, (size_t)(end - second - 1));
	if (attempt.user.len == 0) {
		attempt.user = attempt.admin;
		attempt.admin.len = 0;
	}
	cc_gate_fill_try(g, &attempt);
	return GATE_IMAP_TRY;
}

/* Two prompts, each with the NUL at its end that clients know. */
static enum gate_imap_result
sasl_login(struct gate *g, struct span in)
{
	struct gate_imap *im = &g->imap;
	struct gate_attempt attempt = { .mechanism = "LOGIN", .tag = im->tag };

	if (in.len && memchr(in.p, '\0', in.len))
		return sasl_failed(g);
	if (!im->has_user) {
		cc_strbuf_reset(&im->login_name);
		cc_strbuf_put(&im->login_name, in.p,
		    in.len < GATE_LOGIN_NAME ? in.len : GATE_LOGIN_NAME);
		im->has_user = true;
		return challenge(g, cc_span("Password", 9));
	}
	cc_gate_split_name(cc_strbuf_span(&im->login_name), &attempt.user,
	    &attempt.admin);
	attempt.secret = in;
	cc_gate_fill_try(g, &attempt);
	return GATE_IMAP_TRY;
}

/* RFC 2195: name SP digest. The name may have spaces in it. */
static enum gate_imap_result
sasl_cram_md5(struct gate *g, struct span in)
{
	struct gate_attempt attempt = { .mechanism = "CRAM-MD5",
		.tag = g->imap.tag,
		.proof = LOGIN_PROOF_CRAM_MD5 };
	const char *space = in.len ? memrchr(in.p, ' ', in.len) : NULL;

	if (!space || memchr(in.p, '\0', in.len))
		return sasl_failed(g);
	cc_gate_split_name(cc_span(in.p, (size_t)(space - in.p)), &attempt.user,
	    &attempt.admin);
	attempt.secret =
	    cc_span(space + 1, in.len - (size_t)(space - in.p) - 1);
	cc_gate_fill_try(g, &attempt);
	return GATE_IMAP_TRY;
}

/* RFC 4505: at most 255 characters of UTF-8, which are for the log. */
static enum gate_imap_result
sasl_anonymous(struct gate *g, struct span in)
{
	struct gate_attempt attempt = { .mechanism = "ANONYMOUS",
		.tag = g->imap.tag,
		.proof = LOGIN_PROOF_NONE,
		.user = cc_span_z("anonymous"),
		.secret = in };
	size_t characters = 0;

	for (size_t i = 0; i < in.len; i++) {
		if (in.p[i] == '\0')
			return sasl_failed(g);
		characters += ((unsigned char)in.p[i] & 0xc0) != 0x80;
	}
	if (characters > ANONYMOUS_MAX || in.len > LOGIN_PASSWORD_MAX)
		return sasl_failed(g);
	cc_gate_fill_try(g, &attempt);
	return GATE_IMAP_TRY;
}

enum gate_imap_result
cc_gate_imap_sasl(struct gate *g, struct span line)
{
	struct gate_imap *im = &g->imap;
	struct span in;

	if (line.len > 0 && line.p[0] == '*')
		return sasl_ended(g, true);
	cc_strbuf_reset(&im->secret);
	if (cc_base64_decode(&im->secret, line) != 0)
		return sasl_failed(g);
	in = cc_strbuf_span(&im->secret);
	switch (im->mechanism) {
	case GATE_SASL_PLAIN:
		return sasl_plain(g, in);
	case GATE_SASL_LOGIN:
		return sasl_login(g, in);
	case GATE_SASL_CRAM_MD5:
		return sasl_cram_md5(g, in);
	case GATE_SASL_ANONYMOUS:
		return sasl_anonymous(g, in);
	case GATE_LOGIN:
	default:
		return sasl_failed(g);
	}
}

/* The first line from us. */
static enum gate_imap_result
first_challenge(struct gate *g)
{
	char text[LOGIN_CHALLENGE_MAX + 1];

	switch (g->imap.mechanism) {
	case GATE_SASL_LOGIN:
		return challenge(g, cc_span("User Name", 10));
	case GATE_SASL_CRAM_MD5:
		cc_login_challenge(text, g->setup.nonce, g->setup.time,
		    ++g->challenges, g->setup.local);
		return challenge(g, cc_span_z(text));
	default:
		return challenge(g, cc_span("", 0));
	}
}

/* The mechanism of that name, if it is there and can be used now, or
 * MECHANISMS. */
static size_t
find_mechanism(const struct gate *g, struct span name)
{
	for (size_t m = GATE_SASL_PLAIN; m < MECHANISMS; m++)
		if (cc_span_is_nocase(name, mechanisms[m].name) &&
		    (g->setup.mechanisms & mechanisms[m].bit) &&
		    (!mechanisms[m].shows || cc_gate_plaintext(g)))
			return m;
	return MECHANISMS;
}

static enum gate_imap_result
cmd_authenticate(struct gate *g, struct gate_imap_args *a)
{
	struct span name, initial = cc_span("", 0);
	bool has_initial;
	size_t m;

	if (!cc_cursor_skip(&a->c, ' ') ||
	    cc_imap_parse_atom(&a->c, &name) != 0)
		return GATE_IMAP_BADARGS;
	/* mutt with GNU SASL sends the space also if nothing follows. */
	has_initial = cc_cursor_skip(&a->c, ' ') && !cc_cursor_at_end(&a->c);
	if (has_initial)
		initial = cc_cursor_rest(&a->c);
	else if (!cc_cursor_at_end(&a->c))
		return GATE_IMAP_BADARGS;
	m = find_mechanism(g, name);
	if (m == MECHANISMS) {
		g->log(g, LOGIN_EV_AUTH_INVALID, name, 0);
		done(g, "BAD Command unrecognized");
		return GATE_IMAP_REFUSED;
	}
	g->imap.mechanism = (enum gate_mechanism)m;
	g->imap.has_user = false;
	if (!has_initial)
		return first_challenge(g);
	if (mechanisms[m].server_first)
		return sasl_failed(g);
	if (cc_span_is(initial, "="))
		initial.len = 0;
	else if (initial.p[0] == '*')
		return GATE_IMAP_BADARGS;
	return cc_gate_imap_sasl(g, initial);
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
	done(g, cc_strbuf_str(&text));
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
	} else if (g->imap.mechanism == GATE_LOGIN) {
		done(g, "NO Invalid login credentials");
	} else {
		sasl_failed(g);
	}
	explicit_bzero(&g->try, sizeof(g->try));
}

static const struct gate_imap_command commands[] = {
	{ "CAPABILITY", true, cmd_capability },
	{ "NOOP", true, cmd_noop },
	{ "NETSCAPE", true, cmd_netscape },
	{ "LOGOUT", true, cmd_logout },
	{ "ID", false, cmd_id },
	{ "STARTTLS", true, cmd_starttls },
	{ "LOGIN", false, cmd_login },
	{ "AUTHENTICATE", false, cmd_authenticate },
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
