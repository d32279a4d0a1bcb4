/*
 * login_gate.c - the program that talks to strangers (libexec/cedar/gate).
 *
 * Started by the monitor as root with the client on 0 and 1, the monitor on
 * LOGIN_FD_CONTROL and, for TLS, the session's end of a socket pair on
 * LOGIN_FD_RELAY. It is told what it needs, locks itself up
 * (login_gate_setup.c), and only then reads from the client. After login in
 * clear it ends; under TLS it stays as relay.
 *
 * Exit status: that of the connection if nobody logged in (imapd.md 8.6), or
 * LOGIN_EXIT_UNREADY.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cc_err.h"
#include "login_gate.h"

#define BYE_MS 5000 /* for last words that nobody may be reading */

static void
log_event(struct gate *g, enum login_event event, struct span text,
    uint32_t number)
{
	struct login_log log;

	/* A stranger must not fill the log; the monitor counts, too. */
	if (g->logs >= LOGIN_LOGS_MAX - 1)
		return;
	g->logs++;
	cc_login_begin(&log, sizeof(log), LOGIN_LOG);
	log.event = event;
	log.number = number;
	cc_login_put(log.text, sizeof(log.text), text.p, text.len, true);
	cc_login_send(LOGIN_FD_CONTROL, &log, sizeof(log));
}

static int
flush(struct gate *g, struct gate_io *io, int64_t deadline)
{
	int r = cc_strbuf_status(&g->out);

	if (r == 0 && g->out.len > 0)
		r = cc_gate_write(io, g->out.data, g->out.len, deadline);
	cc_strbuf_reset(&g->out);
	return r;
}

/* Nothing was said to the client yet, and must not be by who is not locked up:
 * the monitor does it. */
static _Noreturn void
end_unready(struct gate *g)
{
	g->log(g, LOGIN_EV_UNREADY, cc_span_z(strerror(errno)), 0);
	_exit(LOGIN_EXIT_UNREADY);
}

/* Says why it is over, if the client can hear it. Returns the exit status. */
static int
give_up(struct gate *g, struct gate_io *io,
    const struct gate_protocol *protocol, int r)
{
	int64_t deadline = cc_login_now() + BYE_MS;
	bool heard = true;
	int status = 1;

	if (r == CC_EBUSY && cc_gate_signal() == SIGHUP) {
		g->log(g, LOGIN_EV_HANGUP, cc_span("", 0), 0);
		heard = false;
	} else if (r == CC_EBUSY && cc_gate_signal() == SIGTERM) {
		g->log(g, LOGIN_EV_KILLED, cc_span("", 0), 0);
		protocol->bye(g, "Killed (terminated)");
	} else if (r == CC_ETIMEOUT && g->heard) {
		/* It spoke, but took too long over it. */
		g->log(g, LOGIN_EV_AUTOLOGOUT, cc_span("", 0), 0);
		protocol->bye(g, "Autologout");
		status = 0;
	} else if (r == CC_ETIMEOUT || r == CC_EBUSY) {
		g->log(g, LOGIN_EV_AUTOLOGOUT, cc_span("", 0), 0);
		protocol->bye(g, "Autologout (idle for too long)");
	} else {
		g->log(g, LOGIN_EV_DISCONNECT, cc_span_z("reading line"), 0);
		heard = false;
	}
	if (heard)
		flush(g, io, deadline);
	return status;
}

/* Sends gate.try and gets the answer. The client waits, as do we. */
static int
ask_monitor(struct gate *g, struct login_answer *answer_r)
{
	struct login_try *try = &g->try;
	ssize_t n;
	int r;

	try->ahead_len = (uint32_t)g->in.len;
	if (g->in.len)
		memcpy(try->ahead, g->in.data, g->in.len);
	r = cc_login_send(LOGIN_FD_CONTROL, try, sizeof(*try));
	explicit_bzero(try, sizeof(*try));
	if (r != 0)
		return r;
	n = cc_login_receive(LOGIN_FD_CONTROL, answer_r, sizeof(*answer_r), -1);
	if (n < 0)
		return (int)n;
	return cc_login_check_answer(answer_r, (size_t)n);
}

/* More octets of the client. */
static int
fill(struct gate *g, struct gate_io *io, int64_t deadline)
{
	char *room = cc_strbuf_room(&g->in, LOGIN_AHEAD_MAX);
	int n;

	n = cc_gate_read(io, room, LOGIN_AHEAD_MAX, deadline);
	if (n == 0)
		return CC_ECLOSED;
	if (n < 0)
		return n;
	cc_strbuf_claim(&g->in, (size_t)n);
	g->heard = true;
	return 0;
}

/* TLS from here on. */
static int
secure(struct gate *g, struct gate_io *io, const struct gate_protocol *protocol,
    struct gate_tls *tls, int64_t deadline)
{
	int r = cc_gate_tls_accept(g, io, protocol, tls, deadline);

	if (r != 0)
		return r;
	g->tls = true;
	protocol->secured(g);
	return 0;
}

/* STARTTLS was answered. Octets that are here before the client can have seen
 * the answer were not meant for TLS. */
static int
start_tls(struct gate *g, struct gate_io *io,
    const struct gate_protocol *protocol, struct gate_tls *tls,
    int64_t deadline)
{
	int r;

	if (cc_gate_pending(io)) {
		g->log(g, LOGIN_EV_STARTTLS_INJECTION, cc_span("", 0), 0);
		return CC_EPARSE;
	}
	r = flush(g, io, deadline);
	return r != 0 ? r : secure(g, io, protocol, tls, deadline);
}

/* Commands until somebody is in (0) or it is over (1, gate.status). */
static int
converse(struct gate *g, struct gate_io *io,
    const struct gate_protocol *protocol, struct gate_tls *tls,
    int64_t deadline)
{
	struct login_answer answer;
	int r = 0;

	for (;;) {
		switch (protocol->step(g)) {
		case GATE_INPUT:
			r = flush(g, io, deadline);
			if (r == 0 && g->in.len == 0)
				r = fill(g, io, deadline);
			break;
		case GATE_TRY:
			r = flush(g, io, deadline);
			if (r == 0 && (r = ask_monitor(g, &answer)) == 0) {
				protocol->answer(g, &answer);
				if (answer.yes)
					return flush(g, io, deadline) == 0 ? 0
									   : 1;
			}
			break;
		case GATE_STARTTLS:
			r = start_tls(g, io, protocol, tls, deadline);
			if (r != 0) {
				g->status = r == CC_EPARSE ? 0 : 1;
				return 1;
			}
			break;
		case GATE_END:
		default:
			flush(g, io, cc_login_now() + BYE_MS);
			return 1;
		}
		if (r != 0) {
			g->status = give_up(g, io, protocol, r);
			return 1;
		}
	}
}

/* One connection. Returns the exit status. */
static int
serve(struct gate *g, const struct gate_protocol *protocol,
    struct gate_tls *tls)
{
	int64_t deadline = cc_login_now() + 1000 * (int64_t)g->setup.seconds;
	struct gate_io io = { .in = 0, .out = 1 };
	int r;

	protocol->init(g);
	if (g->setup.tls_at_once &&
	    (!tls || secure(g, &io, protocol, tls, deadline) != 0))
		return 1;
	protocol->greet(g);
	if (g->nologin) {
		flush(g, &io, deadline);
		if (io.tls)
			cc_gate_tls_end(&io);
		return 0;
	}
	r = converse(g, &io, protocol, tls, deadline);
	protocol->free(g);
	if (r != 0) {
		if (io.tls)
			cc_gate_tls_end(&io);
		return g->status;
	}
	if (io.tls) {
		close(LOGIN_FD_CONTROL);
		cc_gate_relay(&io, LOGIN_FD_RELAY, &g->in);
	}
	return 0;
}

static int
get_setup(struct gate *g)
{
	ssize_t n;

	n = cc_login_receive(LOGIN_FD_CONTROL, &g->setup, sizeof(g->setup), -1);
	return n < 0 ? (int)n : cc_login_check_setup(&g->setup, (size_t)n);
}

int
main(void)
{
	static struct gate gate; /* one connection */
	struct gate *g = &gate;
	const struct gate_protocol *protocol;
	struct gate_tls *tls;

	g->log = log_event;
	cc_strbuf_init(&g->in, LOGIN_AHEAD_MAX);
	cc_strbuf_init(&g->out, GATE_OUT_MAX);
	cc_strbuf_init(&g->alert, GATE_ALERT_MAX);
	cc_strbuf_room(&g->in, LOGIN_AHEAD_MAX);
	/* Only root can lock itself up as is needed here. */
	if (geteuid() != 0)
		_exit(1);
	if (get_setup(g) != 0 || g->setup.service != LOGIN_IMAP)
		end_unready(g);
	protocol = &cc_gate_imap;
	if (cc_gate_look_around(g) != 0)
		end_unready(g);
	tls = cc_gate_tls_new(g);
	g->certificate = tls != NULL;
	cc_gate_catch_signals();
	if (cc_gate_confine() != 0)
		end_unready(g);
	/* No clean-up behind this point: handlers of libraries may make calls
	 * that kill. */
	_exit(serve(g, protocol, tls));
}
