/*
 * login_monitor_try.c - an attempt to log in, decided and answered.
 *
 * The order of the questions, and that all refusals look alike to the client,
 * are in auth.md 1. A refusal is answered at a fixed moment after the request
 * was complete; where a password check takes longer than that, at the next
 * such moment, so that its length tells nothing.
 */
#include <errno.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "cc_err.h"
#include "imap_capability.h"
#include "login_monitor.h"

#define REFUSAL_MS 3000 /* between a request and its refusal */
#define AUTH_MS 120000  /* for a password check, slow directories included */
#define AUTH_END_MS 10000

/* Fills the question for auth. */
static void
fill_check(const struct monitor *m, struct login_check *check)
{
	const struct login_try *try = &m->request.try;

	cc_login_begin(check, sizeof(*check), LOGIN_CHECK);
	check->service = m->service;
	check->flags = m->config.pam_session ? LOGIN_CHECK_SESSION : 0;
	check->password_len = try->password_len;
	check->proof = try->proof;
	if (try->proof == LOGIN_PROOF_CRAM_MD5)
		cc_login_challenge(check->challenge, m->nonce, m->time,
		    try->challenge, m->local);
	memcpy(check->backend, m->config.backend, sizeof(check->backend));
	memcpy(check->address, m->client_address, sizeof(check->address));
	memcpy(check->user, try->user, sizeof(check->user));
	memcpy(check->admin, try->admin, sizeof(check->admin));
	memcpy(check->password, try->password, sizeof(check->password));
}

/* An auth process that ended, or was ended, before it gave a verdict. */
static void
log_no_answer(struct monitor *m)
{
	int status = m->auth_child.status;

	m->unavailable =
	    WIFEXITED(status) && WEXITSTATUS(status) == LOGIN_EXIT_UNEXECUTED;
	if (m->unavailable)
		cc_monitor_log_unexecuted("auth");
	else
		syslog(LOG_AUTH | LOG_ALERT,
		    "auth gave no answer, login refused");
}

/* Asks an auth process; true for a yes, which is then in m->verdict. */
static bool
ask_auth(struct monitor *m)
{
	struct login_check check;
	struct login_verdict *v = &m->verdict;
	bool answered;
	int fd, r;
	ssize_t n;

	memset(v, 0, sizeof(*v));
	if (cc_monitor_spawn_auth(m,
		m->request.try.proof != LOGIN_PROOF_PASSWORD, &fd) != 0) {
		syslog(LOG_AUTH | LOG_ALERT, "cannot start auth: %s",
		    strerror(errno));
		m->unavailable = true;
		return false;
	}
	fill_check(m, &check);
	r = cc_login_send(fd, &check, sizeof(check));
	explicit_bzero(&check, sizeof(check));
	n = r == 0 ? cc_login_receive(fd, v, sizeof(*v), AUTH_MS) : CC_EIO;
	answered = n >= 0 && cc_login_check_verdict(v, (size_t)n) == 0;
	if (answered && v->yes && m->config.pam_session) {
		m->auth = fd;
		return true;
	}
	close(fd);
	cc_monitor_reap(m, &m->auth_child, AUTH_END_MS);
	if (answered)
		return v->yes != 0;
	memset(v, 0, sizeof(*v));
	log_no_answer(m);
	return false;
}

/* A session that must be locked into its home cannot be started: its image
 * would not find its libraries there. Nobody gets in less confined than the
 * administrator wants. */
static bool
may_enter(struct monitor *m)
{
	if (!m->config.chroot_server)
		return true;
	syslog(LOG_AUTH | LOG_NOTICE,
	    "Login %.80s failed: unable to set chroot=%.80s host=%.80s",
	    m->verdict.name, m->verdict.home, m->client);
	m->verdict.yes = 0;
	if (m->auth >= 0) {
		close(m->auth);
		m->auth = -1;
		cc_monitor_reap(m, &m->auth_child, AUTH_END_MS);
	}
	return false;
}

/* A password: tries left, plain text allowed? NULL, or why not. */
static const char *
why_no_password(const struct monitor *m)
{
	bool tls = (m->request.try.flags & LOGIN_TRY_TLS) != 0;

	if (m->tries_left <= 0)
		return "excessive login failures";
	if (m->config.plaintext == LOGIN_PLAIN_NEVER ||
	    (m->config.plaintext == LOGIN_PLAIN_TLS && !tls))
		return "disabled";
	return NULL;
}

/* A digest: is there such a thing, and was the challenge ours, the newest and
 * not answered yet? */
static const char *
why_no_digest(struct monitor *m)
{
	uint32_t number = m->request.try.challenge;

	if (!(m->mechanisms & IMAP_MECH_CRAM_MD5) || number <= m->challenge)
		return "failed";
	m->challenge = number;
	return m->digests_left <= 0 ? "excessive login failures" : NULL;
}

static const char *
why_not(struct monitor *m)
{
	switch (m->request.try.proof) {
	case LOGIN_PROOF_PASSWORD:
		return why_no_password(m);
	case LOGIN_PROOF_CRAM_MD5:
		return why_no_digest(m);
	default:
		return m->mechanisms & IMAP_MECH_ANONYMOUS ? NULL : "failed";
	}
}

/* Wrong passwords count, and wrong digests of those who have a secret: names
 * that nobody has use no try up (auth.md 1). */
static void
count_failure(struct monitor *m)
{
	if (m->request.try.proof == LOGIN_PROOF_PASSWORD)
		m->tries_left--;
	else if (m->verdict.known)
		m->digests_left--;
}

/* Is somebody to be let in? Logs why not. */
static bool
is_accepted(struct monitor *m)
{
	const char *reason;

	if (m->request.try.flags & LOGIN_TRY_OVERLONG) {
		m->tries_left = 0;
		m->digests_left = 0;
		cc_monitor_log_failure(m, "SYSTEM BREAK-IN ATTEMPT",
		    LOG_AUTH | LOG_ALERT);
		return false;
	}
	reason = why_not(m);
	if (reason) {
		cc_monitor_log_failure(m, reason, LOG_AUTH | LOG_NOTICE);
		return false;
	}
	if (ask_auth(m) && may_enter(m)) {
		if (m->verdict.override == LOGIN_OVERRIDE_YES)
			cc_monitor_log_override(m, true);
		return true;
	}
	if (m->verdict.referral[0]) {
		cc_monitor_log_referral(m);
		return false;
	}
	/* The log says why; the user did nothing wrong. */
	if (m->unavailable)
		return false;
	count_failure(m);
	if (m->verdict.override == LOGIN_OVERRIDE_NO)
		cc_monitor_log_override(m, false);
	cc_monitor_log_failure(m, "failed", LOG_AUTH | LOG_NOTICE);
	return false;
}

/* Waits for the moment of a refusal. The gate has nothing to say meanwhile:
 * CC_EPARSE if it does, CC_ECLOSED if it ended. */
static int
wait_for_moment(struct monitor *m, int64_t asked)
{
	int64_t now = cc_login_now();
	int64_t moment = asked + REFUSAL_MS;
	char octet;
	int r;

	while (moment < now)
		moment += REFUSAL_MS;
	do
		r = cc_monitor_wait(m, m->control, moment);
	while (r == CC_EBUSY && !m->gate.ended);
	if (r == CC_ETIMEOUT)
		return 0;
	if (recv(m->control, &octet, 1, MSG_PEEK | MSG_DONTWAIT) > 0)
		return CC_EPARSE;
	return CC_ECLOSED;
}

static int
answer(struct monitor *m, bool yes)
{
	struct login_answer a;

	cc_login_begin(&a, sizeof(a), LOGIN_ANSWER);
	a.yes = yes;
	a.unavailable = m->unavailable;
	a.password_days = yes ? m->verdict.password_days : LOGIN_NO_WARNING;
	a.account_days = yes ? m->verdict.account_days : LOGIN_NO_WARNING;
	if (!yes && m->verdict.referral[0]) {
		memcpy(a.name, m->verdict.name, sizeof(a.name));
		memcpy(a.referral, m->verdict.referral, sizeof(a.referral));
	}
	return cc_login_send(m->control, &a, sizeof(a));
}

int
cc_monitor_try(struct monitor *m)
{
	struct login_try *try = &m->request.try;
	int64_t asked = cc_login_now();
	bool yes;
	int r = 0;

	memset(&m->verdict, 0, sizeof(m->verdict));
	m->unavailable = false;
	yes = is_accepted(m);

	/* The words of somebody anonymous are for the log. */
	if (try->proof != LOGIN_PROOF_NONE)
		explicit_bzero(try->password, sizeof(try->password));
	if (!yes && !m->verdict.referral[0])
		r = wait_for_moment(m, asked);
	if (r == 0 && answer(m, yes) != 0)
		r = CC_ECLOSED;
	if (r != 0)
		return r;
	if (!yes)
		return 0;
	m->state =
	    try->flags & LOGIN_TRY_TLS ? LOGIN_STATE_RELAY : LOGIN_STATE_OVER;
	return 1;
}
