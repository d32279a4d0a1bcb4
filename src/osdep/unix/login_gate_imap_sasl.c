/*
 * login_gate_imap_sasl.c - AUTHENTICATE (RFC 3501 section 6.2.2; SASL-IR of RFC
 * 4959): the mechanisms PLAIN of RFC 4616, CRAM-MD5 of RFC 2195, ANONYMOUS of
 * RFC 4505, and LOGIN.
 *
 * Input is a stranger's. None of this decides whether somebody may come in:
 * that is the monitor's. What is decoded lies in buffers that never grow, so
 * that no copy of a password is left behind.
 */
#include "base64.h"
#include "imap_grammar.h"
#include "login_gate_imap.h"

#define ANONYMOUS_MAX 255 /* characters (RFC 4505 section 2) */

#define REFUSED_TEXT "NO Invalid authentication credentials"

static const struct {
	const char *name;
	unsigned bit;      /* in setup.mechanisms */
	bool server_first; /* so that it can have no initial response */
	bool shows;        /* the password, to whoever listens */
	const char *refused;
	const char *cancelled; /* by BAD (RFC 3501 section 6.2.2) */
} mechanisms[] = {
	[GATE_SASL_PLAIN] = { "PLAIN", IMAP_MECH_PLAIN, false, true,
	    REFUSED_TEXT, "BAD cancelled by user" },
	[GATE_SASL_LOGIN] = { "LOGIN", IMAP_MECH_LOGIN, true, true,
	    REFUSED_TEXT, "BAD cancelled by user" },
	[GATE_SASL_CRAM_MD5] = { "CRAM-MD5", IMAP_MECH_CRAM_MD5, true, false,
	    REFUSED_TEXT, "BAD cancelled by user" },
	[GATE_SASL_ANONYMOUS] = { "ANONYMOUS", IMAP_MECH_ANONYMOUS, false,
	    false, "NO AUTHENTICATE ANONYMOUS failed",
	    "BAD AUTHENTICATE ANONYMOUS cancelled" },
};

#define MECHANISMS (sizeof(mechanisms) / sizeof(mechanisms[0]))

/* A mechanism that shows the password is not offered in clear, and its
 * failure then looks as if it did not exist. */
static enum gate_imap_result
sasl_ended(struct gate *g, const char *answer)
{
	size_t m = g->imap.mechanism;
	bool offered = g->tls || !mechanisms[m].shows;

	g->log(g, offered ? LOGIN_EV_AUTH_FAILURE : LOGIN_EV_AUTH_INVALID,
	    cc_span_z(mechanisms[m].name), 0);
	cc_gate_imap_reply(g, g->imap.tag,
	    offered ? answer : "BAD Command unrecognized");
	return GATE_IMAP_REFUSED;
}

enum gate_imap_result
cc_gate_imap_sasl_failed(struct gate *g)
{
	return sasl_ended(g, mechanisms[g->imap.mechanism].refused);
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
		return cc_gate_imap_sasl_failed(g);
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
		return cc_gate_imap_sasl_failed(g);
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
		return cc_gate_imap_sasl_failed(g);
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
			return cc_gate_imap_sasl_failed(g);
		characters += ((unsigned char)in.p[i] & 0xc0) != 0x80;
	}
	if (characters > ANONYMOUS_MAX || in.len > LOGIN_PASSWORD_MAX)
		return cc_gate_imap_sasl_failed(g);
	cc_gate_fill_try(g, &attempt);
	return GATE_IMAP_TRY;
}

enum gate_imap_result
cc_gate_imap_sasl(struct gate *g, struct span line)
{
	struct gate_imap *im = &g->imap;
	struct span in;

	if (line.len > 0 && line.p[0] == '*')
		return sasl_ended(g, mechanisms[im->mechanism].cancelled);
	cc_strbuf_reset(&im->secret);
	if (cc_base64_decode(&im->secret, line) != 0)
		return cc_gate_imap_sasl_failed(g);
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
		return cc_gate_imap_sasl_failed(g);
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

enum gate_imap_result
cc_gate_imap_authenticate(struct gate *g, struct gate_imap_args *a)
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
		cc_gate_imap_done(g, "BAD Command unrecognized");
		return GATE_IMAP_REFUSED;
	}
	g->imap.mechanism = (enum gate_mechanism)m;
	g->imap.has_user = false;
	if (!has_initial)
		return first_challenge(g);
	if (mechanisms[m].server_first) /* RFC 4959 section 3 */
		return sasl_ended(g,
		    "BAD Missing or invalid argument to AUTHENTICATE");
	if (cc_span_is(initial, "="))
		initial.len = 0;
	else if (initial.p[0] == '*')
		return GATE_IMAP_BADARGS;
	return cc_gate_imap_sasl(g, initial);
}
