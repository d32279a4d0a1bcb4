/*
 * login_monitor.c - one connection of a server that was started as root.
 *
 * The monitor starts the gate, which talks to the client, and answers the few
 * requests the gate may make (login_msg.h); for each attempt to log in it
 * starts an auth process; when that says yes, it drops to the user and starts
 * the session. It lives until all of them have ended. Anything it does not
 * expect ends the connection.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "cc_err.h"
#include "cc_limits.h"
#include "login_files.h"
#include "login_monitor.h"
#include "login_session.h"

/* Time the gate has beyond CC_LOGIN_SECONDS for its last words; then it is
 * killed. */
#define GATE_GRACE_MS 60000
#define GATE_END_MS 30000   /* to end after a login in clear */
#define RELAY_END_MS 240000 /* to deliver what the session wrote */
#define KEEPER_END_MS 10000
#define SESSION_CLOSE_MS 60000 /* PAM modules closing a session */

/* Leaves TZ and LANG, which the log's and the greeting's dates need. */
static void
scrub_environment(void)
{
	static const char *const kept[] = { "TZ", "LANG" };
	char values[2][256];
	const char *value;

	for (size_t i = 0; i < 2; i++) {
		value = getenv(kept[i]);
		cc_login_put(values[i], sizeof(values[i]), value ? value : "",
		    value ? strlen(value) : 0, false);
	}
	clearenv();
	for (size_t i = 0; i < 2; i++)
		if (values[i][0])
			setenv(kept[i], values[i], 1);
}

/* 0, 1 and 2 open and nothing else; no core with passwords in it. */
static int
tidy_process(void)
{
	const struct rlimit none = { 0, 0 };
	mode_t mask = umask(022);
	int null;

	if (mask != 0)
		umask(mask);
	setrlimit(RLIMIT_CORE, &none);
	if (close_range(3, ~0u, 0) != 0)
		return CC_EIO;
	do
		null = open("/dev/null", O_RDWR);
	while (null >= 0 && null < 2);
	if (null < 0 || dup2(null, 2) != 2)
		return CC_EIO;
	if (null > 2)
		close(null);
	return 0;
}

/* The base name of argv[0]: log identity, and name of the certificate. */
static void
put_program(struct monitor *m, const char *arg)
{
	const char *slash = arg ? strrchr(arg, '/') : NULL;
	const char *name = slash ? slash + 1 : arg;

	if (!name || !*name)
		name = m->service == LOGIN_IMAP ? "imapd" : "ipop3d";
	cc_login_put(m->program, sizeof(m->program), name, strlen(name), true);
}

static int
send_setup(struct monitor *m)
{
	struct login_setup s;

	cc_login_begin(&s, sizeof(s), LOGIN_SETUP);
	s.service = m->service;
	s.plaintext = (uint32_t)m->config.plaintext;
	s.tls_at_once = m->tls_at_once;
	s.seconds = CC_LOGIN_SECONDS;
	s.mechanisms = m->mechanisms;
	s.nonce = m->nonce;
	s.time = m->time;
	memcpy(s.program, m->program, sizeof(s.program));
	memcpy(s.host, m->server, sizeof(s.host));
	memcpy(s.local, m->local, sizeof(s.local));
	memcpy(s.address, m->local_address, sizeof(s.address));
	memcpy(s.certificates, m->config.certificates, sizeof(s.certificates));
	memcpy(s.keys, m->config.keys, sizeof(s.keys));
	memcpy(s.netscape, m->config.netscape, sizeof(s.netscape));
	return cc_login_send(m->control, &s, sizeof(s));
}

/* The gate did what it must not: whoever sits in it is thrown out. */
static void
throw_out(struct monitor *m, const char *what)
{
	syslog(LOG_AUTH | LOG_ALERT,
	    "gate violated the login protocol (%s), killed host=%.80s", what,
	    m->client);
	cc_monitor_signal(&m->gate, SIGKILL);
	cc_monitor_signal(&m->session, SIGKILL);
	m->status = 1;
}

/* One packet of the gate. 1: somebody is in; 0: go on; negative: the gate is
 * gone, or has to go. */
static int
take_request(struct monitor *m)
{
	ssize_t n;
	int r = 0;

	n = cc_login_receive(m->control, &m->request, sizeof(m->request), 0);
	if (n == CC_ECLOSED || n == CC_EIO)
		return CC_ECLOSED;
	if (n == CC_ETIMEOUT)
		return 0;
	if (n < 0 ||
	    cc_login_check_request(&m->request, (size_t)n, m->state) != 0) {
		throw_out(m, "malformed or out of order");
		r = CC_EPARSE;
	} else if (m->request.head.kind == LOGIN_TRY) {
		r = cc_monitor_try(m);
		if (r == CC_EPARSE)
			throw_out(m, "hasty");
	} else if (++m->logs > LOGIN_LOGS_MAX) {
		throw_out(m, "too many lines to log");
		r = CC_ELIMIT;
	} else {
		cc_monitor_log_request(m);
	}
	/* What is needed of an accepted request is taken from it first. */
	if (r != 1)
		explicit_bzero(&m->request, sizeof(m->request));
	return r;
}

/* How the gate ended, as our own status. */
static int
gate_status(struct monitor *m)
{
	int status = m->gate.status;

	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	syslog(LOG_AUTH | LOG_ALERT, "gate killed by signal %d host=%.80s",
	    WTERMSIG(status), m->client);
	return 1;
}

/* A gate that ended as one that said nothing: there is no service. */
static void
excuse_gate(struct monitor *m)
{
	if (m->status < LOGIN_EXIT_UNREADY)
		return;
	if (m->status == LOGIN_EXIT_UNEXECUTED)
		cc_monitor_log_unexecuted("gate");
	m->status = 1;
	cc_monitor_excuse(m, 1);
}

/* Until somebody is in (1) or the gate ended (0). */
static int
await_login(struct monitor *m)
{
	int64_t deadline =
	    cc_login_now() + 1000 * CC_LOGIN_SECONDS + GATE_GRACE_MS;
	int r;

	for (;;) {
		/* A gate that always has a request gets no more time. */
		r = cc_login_now() < deadline
		    ? cc_monitor_wait(m, m->control, deadline)
		    : CC_ETIMEOUT;
		if (r == CC_EBUSY)
			continue;
		if (r == 0)
			r = take_request(m);
		if (r == 1)
			return 1;
		if (r != 0)
			break;
	}
	if (r == CC_ETIMEOUT)
		cc_monitor_signal(&m->gate, SIGKILL);
	cc_monitor_reap(m, &m->gate, GATE_END_MS);
	if (m->status == 0) {
		m->status = gate_status(m);
		excuse_gate(m);
	}
	return 0;
}

/* Are passwords taken on this connection? The session's capabilities say. */
static bool
takes_plaintext(const struct monitor *m)
{
	return m->config.plaintext == LOGIN_PLAIN_ALLOWED ||
	    (m->config.plaintext == LOGIN_PLAIN_TLS &&
		m->state == LOGIN_STATE_RELAY);
}

static int
write_record(struct monitor *m, bool keeper)
{
	static char anonymous[] = "ANONYMOUS";
	struct login_try *try = &m->request.try;
	struct session_record record = {
		.uid = m->verdict.uid,
		.user = m->verdict.name,
		.home = m->verdict.home,
		.typed = try->user,
		.mechanisms = m->mechanisms,
		.mechanism = try->mechanism,
		.admin = try->admin,
		.client = m->client,
		.server = m->server,
		.tag = try->tag,
		.config = m->config.file,
		.alert = try->alert,
		.tls = m->state == LOGIN_STATE_RELAY,
		.plaintext = takes_plaintext(m),
		.anonymous = try->proof == LOGIN_PROOF_NONE,
		.lockkeeper = keeper,
	};

	if (record.anonymous)
		record.typed = anonymous;
	/* Under TLS the gate keeps it, and sends it down the relay. */
	if (!record.tls)
		record.ahead = cc_span(try->ahead, try->ahead_len);
	return cc_session_record_write(&record);
}

/* The client sees the end of the connection only when nobody holds it. */
static void
let_go_of_client(struct monitor *m)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	dup2(null, 0);
	dup2(null, 1);
	close(null);
	close(m->relay);
}

static int
start_session(struct monitor *m)
{
	bool anonymous = m->request.try.proof == LOGIN_PROOF_NONE;
	int keeper = anonymous ? -1 : cc_monitor_spawn_keeper(m);
	int record = write_record(m, keeper >= 0);
	int r = CC_EIO;

	explicit_bzero(&m->request, sizeof(m->request));
	if (record >= 0)
		r = cc_monitor_spawn_session(m, record, keeper);
	if (r != 0) {
		syslog(LOG_ALERT,
		    "cannot start a session user=%.80s host=%.80s: %s",
		    m->verdict.name, m->client, strerror(errno));
		cc_monitor_excuse(m,
		    m->state == LOGIN_STATE_RELAY ? m->relay : 1);
	}
	if (record >= 0)
		close(record);
	if (keeper >= 0)
		close(keeper);
	let_go_of_client(m);
	return r;
}

/* Under TLS the gate may still log; all else ends it. */
static void
accompany(struct monitor *m)
{
	bool open = m->state == LOGIN_STATE_RELAY;
	int r;

	while (m->session.pid > 0 && !m->session.ended) {
		r = cc_monitor_wait(m, open ? m->control : -1, -1);
		if (r == 0 && take_request(m) != 0)
			open = false;
	}
	cc_monitor_reap(m, &m->gate, RELAY_END_MS);
	cc_monitor_reap(m, &m->keeper, KEEPER_END_MS);
	if (m->auth >= 0) {
		close(m->auth);
		cc_monitor_reap(m, &m->auth_child, SESSION_CLOSE_MS);
	}
}

/* How the session ended, as our own end: the same status, the same abort. */
static int
session_status(const struct monitor *m)
{
	int status = m->session.status;

	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	if (WTERMSIG(status) == SIGABRT) {
		signal(SIGABRT, SIG_DFL);
		abort();
	}
	return 1;
}

/* Somebody is in. */
static int
serve_user(struct monitor *m)
{
	cc_monitor_log_success(m);
	if (m->state == LOGIN_STATE_OVER) {
		/* The gate may still be writing to the client. */
		cc_monitor_reap(m, &m->gate, GATE_END_MS);
		if (gate_status(m) != 0)
			return 1;
	}
	if (start_session(m) != 0)
		m->status = 1;
	accompany(m);
	return m->status ? m->status : session_status(m);
}

static int
no_service(const struct monitor *m)
{
	cc_monitor_excuse(m, 1);
	return 1;
}

static int
run(struct monitor *m)
{
	pid_t resolver;
	int names;

	if (!cc_monitor_read_config(&m->config)) {
		/* The port decides about what may be said. */
		cc_monitor_look_at_peer(m);
		return no_service(m);
	}
	m->tries_left = m->digests_left = m->config.attempts;
	m->mechanisms = cc_login_mechanisms() & ~m->config.disabled;
	m->time = time(NULL);
	cc_monitor_look_at_peer(m);
	if (getrandom(&m->nonce, sizeof(m->nonce), 0) != sizeof(m->nonce))
		return no_service(m);
	m->nonce >>= 1; /* numbers are added to it */
	cc_monitor_log_start(m);
	names = cc_monitor_start_resolver(m, &resolver);
	if (cc_monitor_spawn_gate(m) != 0) {
		syslog(LOG_ALERT, "cannot start the gate: %s", strerror(errno));
		return no_service(m);
	}
	cc_monitor_end_resolver(m, names, resolver);
	/* A gate that is not there to be told shows by its end. */
	if (send_setup(m) != 0)
		shutdown(m->control, SHUT_RDWR);
	if (!await_login(m))
		return m->status;
	return serve_user(m);
}

int
cc_login_monitor(int argc, char **argv, const char *service)
{
	static struct monitor monitor; /* one connection */
	struct monitor *m = &monitor;

	m->service = strcmp(service, "imap") == 0 ? LOGIN_IMAP : LOGIN_POP3;
	m->control = m->relay = m->auth = -1;
	m->state = LOGIN_STATE_OPEN;
	put_program(m, argc > 0 ? argv[0] : NULL);
	if (argc == 3 && strcmp(argv[1], "-c") == 0)
		cc_login_put(m->config.file, sizeof(m->config.file), argv[2],
		    strlen(argv[2]), false);
	if (tidy_process() != 0)
		return 1;
	openlog(m->program, LOG_PID, LOG_MAIL);
	if (cc_monitor_open_signals(m) != 0)
		return 1;
	cc_monitor_note_environment(m);
	scrub_environment();
	return run(m);
}
