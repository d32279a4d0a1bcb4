/*
 * login_monitor_log.c - the lines of the log that administrators and their
 * programs know (imapd.md 10).
 *
 * What a client chose goes in cut and without control characters, so that no
 * line can be forged.
 */
#include <syslog.h>

#include "login_monitor.h"

/* Events whose line has nothing but the host; the others are made below. */
static const struct {
	int priority;
	const char *text;
} lines[LOGIN_EV_LAST + 1] = {
	[LOGIN_EV_LINE_TOO_LONG] = { LOG_INFO,
	    "Line too long before authentication" },
	[LOGIN_EV_NULL_COMMAND] = { LOG_INFO,
	    "Null command before authentication" },
	[LOGIN_EV_MISSING_COMMAND] = { LOG_INFO,
	    "Missing command before authentication" },
	[LOGIN_EV_STARTTLS_INJECTION] = { LOG_NOTICE,
	    "Octets behind STARTTLS before authentication" },
	[LOGIN_EV_LOGOUT] = { LOG_INFO, "Logout user=???" },
	[LOGIN_EV_AUTOLOGOUT] = { LOG_INFO, "Autologout user=???" },
	[LOGIN_EV_KILLED] = { LOG_INFO, "Killed (terminated) user=???" },
	[LOGIN_EV_HANGUP] = { LOG_INFO, "Hangup user=???" },
};

/* Events whose line carries a text in its middle. */
static bool
log_with_text(const struct monitor *m, const struct login_log *log,
    const char *text)
{
	switch (log->event) {
	case LOGIN_EV_OVERLONG_LITERAL:
		syslog(LOG_INFO,
		    "Overlong (%u) client literal user=??? host=%.80s",
		    log->number, m->client);
		return true;
	case LOGIN_EV_AUTH_FAILURE:
		syslog(LOG_INFO, "AUTHENTICATE %.80s failure host=%.80s", text,
		    m->client);
		return true;
	case LOGIN_EV_AUTH_INVALID:
		syslog(LOG_INFO, "AUTHENTICATE %.80s invalid host=%.80s", text,
		    m->client);
		return true;
	case LOGIN_EV_DISCONNECT:
		syslog(LOG_INFO,
		    "Unexpected client disconnect, while %.80s user=??? "
		    "host=%.80s",
		    text, m->client);
		return true;
	case LOGIN_EV_TLS_CONTEXT:
		syslog(LOG_ALERT, "Unable to create SSL context, host=%.80s",
		    m->client);
		return true;
	case LOGIN_EV_TLS_CERTIFICATE:
		syslog(LOG_ALERT,
		    "Unable to load certificate from %.255s, host=%.80s", text,
		    m->client);
		return true;
	case LOGIN_EV_TLS_KEY:
		syslog(LOG_ALERT,
		    "Unable to load private key from %.255s, host=%.80s", text,
		    m->client);
		return true;
	case LOGIN_EV_TLS_CONNECTION:
		syslog(LOG_ALERT, "Unable to create SSL connection, host=%.80s",
		    m->client);
		return true;
	case LOGIN_EV_TLS_ACCEPT:
		syslog(LOG_INFO, "Unable to accept SSL connection, host=%.80s",
		    m->client);
		return true;
	case LOGIN_EV_TLS_KEY_MODE:
		syslog(LOG_WARNING, "Private key %.255s can be read by others",
		    text);
		return true;
	case LOGIN_EV_TLS_KEY_WRITABLE:
		syslog(LOG_ALERT,
		    "%.255s can be written by others, not used, host=%.80s",
		    text, m->client);
		return true;
	case LOGIN_EV_UNREADY:
		syslog(LOG_ALERT,
		    "the gate cannot lock itself up: %.255s, host=%.80s", text,
		    m->client);
		return true;
	case LOGIN_EV_TLS_STATUS:
		syslog(LOG_ERR, "SSL error status: %.255s", text);
		return true;
	default:
		return false;
	}
}

void
cc_monitor_log_request(struct monitor *m)
{
	const struct login_log *log = &m->request.log;
	char text[LOGIN_TEXT_MAX + 1];

	cc_login_put(text, sizeof(text), log->text, strlen(log->text), true);
	if (log_with_text(m, log, text))
		return;
	syslog(lines[log->event].priority, "%s host=%.80s",
	    lines[log->event].text, m->client);
}

void
cc_monitor_log_start(const struct monitor *m)
{
	const char *from = m->client_address[0] ? m->client_address : "UNKNOWN";
	const char *service = m->service == LOGIN_IMAP ? "imap" : "pop3";

	if (!m->is_socket)
		return;
	if (m->rule == MONITOR_PORT_PLAIN)
		syslog(LOG_DEBUG, "%s service init from %s", service, from);
	else if (m->rule == MONITOR_PORT_TLS)
		syslog(LOG_DEBUG, "%ss SSL service init from %s", service,
		    from);
	else
		syslog(LOG_DEBUG, "port %u service init from %s", m->port,
		    from);
}

/* user= and auth= of a line; "???" for none. */
static void
put_names(const struct monitor *m, char *user, char *admin, size_t size)
{
	const struct login_try *try = &m->request.try;
	const char *prover = try->admin[0] ? try->admin : try->user;

	cc_login_put(user, size, try->user, strlen(try->user), true);
	cc_login_put(admin, size, prover, strlen(prover), true);
}

void
cc_monitor_log_failure(const struct monitor *m, const char *reason,
    int priority)
{
	char user[LOGIN_USER_MAX + 1], admin[LOGIN_USER_MAX + 1];

	put_names(m, user, admin, sizeof(user));
	syslog(priority, "Login %s user=%.64s auth=%.64s host=%.80s", reason,
	    user, admin, m->client);
}

void
cc_monitor_log_override(const struct monitor *m, bool done)
{
	char user[LOGIN_USER_MAX + 1], admin[LOGIN_USER_MAX + 1];

	put_names(m, user, admin, sizeof(user));
	syslog(LOG_AUTH | LOG_NOTICE,
	    done ? "Admin %.80s override of user=%.80s host=%.80s"
		 : "Failed %.80s override of user=%.80s host=%.80s",
	    admin, user, m->client);
}

void
cc_monitor_log_referral(const struct monitor *m)
{
	syslog(LOG_INFO, "Login referral user=%.80s to=%.80s host=%.80s",
	    m->verdict.name, m->verdict.referral, m->client);
}

void
cc_monitor_log_success(const struct monitor *m)
{
	const struct login_try *try = &m->request.try;
	char words[81]; /* as much as is shown */

	/* The POP server's line also has numbers that only the session
	 * knows. */
	if (m->service != LOGIN_IMAP)
		return;
	if (try->proof == LOGIN_PROOF_NONE) {
		cc_login_put(words, sizeof(words), try->password,
		    try->password_len, true);
		syslog(LOG_INFO, "%s anonymous=%.80s host=%.80s",
		    try->mechanism[0] ? "Authenticated" : "Login", words,
		    m->client);
	} else if (try->mechanism[0]) {
		syslog(LOG_INFO, "Authenticated user=%.80s host=%.80s mech=%s",
		    m->verdict.name, m->client, try->mechanism);
	} else {
		syslog(LOG_INFO, "Login user=%.80s host=%.80s", m->verdict.name,
		    m->client);
	}
}
