/*
 * imap_capability.c - the capability list (RFC 3501 section 7.2.1).
 *
 * The order is that of the table: base names, what a session can do, what
 * leads to a session. Clients of the toolkit have seen this order for decades.
 */
#include "imap_capability.h"

/* When a name is shown. */
#define WHEN_CLEAR 1u     /* not under TLS */
#define WHEN_TLS 2u       /* under TLS only */
#define WHEN_PLAINTEXT 4u /* passwords are accepted */
#define WHEN_DISABLED 8u  /* they are not */
#define WHEN_NAMED 16u    /* the user is not anonymous */
#define WHEN_NETSCAPE 32u /* that command is there */

static const struct {
	const char *name;
	unsigned part;
	unsigned when;      /* all of these must hold */
	unsigned mechanism; /* this one must be there, if not 0 */
} names[] = {
	{ "IMAP4REV1", IMAP_CAP_BASE, 0, 0 },
	{ "I18NLEVEL=1", IMAP_CAP_BASE, 0, 0 },
	{ "LITERAL+", IMAP_CAP_BASE, 0, 0 },
	{ "X-NETSCAPE", IMAP_CAP_BASE, WHEN_NETSCAPE, 0 },
	{ "ID", IMAP_CAP_BASE, 0, 0 },

	{ "IDLE", IMAP_CAP_SESSION, 0, 0 },
	{ "UIDPLUS", IMAP_CAP_SESSION, 0, 0 },
	{ "NAMESPACE", IMAP_CAP_SESSION, 0, 0 },
	{ "CHILDREN", IMAP_CAP_SESSION, 0, 0 },
	{ "MAILBOX-REFERRALS", IMAP_CAP_SESSION, 0, 0 },
	{ "BINARY", IMAP_CAP_SESSION, 0, 0 },
	{ "UNSELECT", IMAP_CAP_SESSION, 0, 0 },
	{ "ESEARCH", IMAP_CAP_SESSION, 0, 0 },
	{ "WITHIN", IMAP_CAP_SESSION, 0, 0 },
	{ "SORT", IMAP_CAP_SESSION, 0, 0 },
	{ "THREAD=REFERENCES", IMAP_CAP_SESSION, 0, 0 },
	{ "THREAD=ORDEREDSUBJECT", IMAP_CAP_SESSION, 0, 0 },
	{ "MULTIAPPEND", IMAP_CAP_SESSION, WHEN_NAMED, 0 },
	{ "SCAN", IMAP_CAP_SESSION, 0, 0 },
	{ "ENABLE", IMAP_CAP_SESSION, 0, 0 },

	{ "SASL-IR", IMAP_CAP_LOGIN, 0, 0 },
	{ "LOGIN-REFERRALS", IMAP_CAP_LOGIN, 0, 0 },
	{ "STARTTLS", IMAP_CAP_LOGIN, WHEN_CLEAR, 0 },
	{ "LOGINDISABLED", IMAP_CAP_LOGIN, WHEN_DISABLED, 0 },
	{ "AUTH=CRAM-MD5", IMAP_CAP_LOGIN, 0, IMAP_MECH_CRAM_MD5 },
	/* Mechanisms that show the password are not offered in clear, though
	 * they work where plain text is allowed. */
	{ "AUTH=PLAIN", IMAP_CAP_LOGIN, WHEN_TLS | WHEN_PLAINTEXT,
	    IMAP_MECH_PLAIN },
	{ "AUTH=LOGIN", IMAP_CAP_LOGIN, WHEN_TLS | WHEN_PLAINTEXT,
	    IMAP_MECH_LOGIN },
	{ "AUTH=ANONYMOUS", IMAP_CAP_LOGIN, 0, IMAP_MECH_ANONYMOUS },
};

void
cc_imap_put_capability(struct strbuf *out, unsigned parts,
    const struct imap_capability_state *state)
{
	bool first = true;
	unsigned holds;

	holds = (state->tls ? WHEN_TLS : WHEN_CLEAR) |
	    (state->plaintext ? WHEN_PLAINTEXT : WHEN_DISABLED) |
	    (state->anonymous ? 0 : WHEN_NAMED) |
	    (state->netscape ? WHEN_NETSCAPE : 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!(names[i].part & parts) || (names[i].when & ~holds) ||
		    (names[i].mechanism & ~state->mechanisms))
			continue;
		if (!first)
			cc_strbuf_putc(out, ' ');
		cc_strbuf_puts(out, names[i].name);
		first = false;
	}
}

unsigned
cc_imap_mechanism(struct span name)
{
	static const char auth[] = "AUTH=";

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].mechanism &&
		    cc_span_is_nocase(name, names[i].name + sizeof(auth) - 1))
			return names[i].mechanism;
	return 0;
}
