/*
 * login_monitor_wait.c - the monitor waits: for packets, children, signals.
 *
 * Signals stay blocked and come in by a descriptor, so that nothing of the
 * monitor can be interrupted half-way.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cc_err.h"
#include "login_monitor.h"

/* What administrators send to the process they know. */
static const int passed_on[] = { SIGHUP, SIGTERM, SIGALRM, SIGUSR1, SIGUSR2,
	SIGINT };

static void
fill_mask(sigset_t *mask)
{
	sigemptyset(mask);
	sigaddset(mask, SIGCHLD);
	for (size_t i = 0; i < sizeof(passed_on) / sizeof(passed_on[0]); i++)
		sigaddset(mask, passed_on[i]);
}

int
cc_monitor_open_signals(struct monitor *m)
{
	sigset_t mask;

	/* Whoever started us may ignore children, who then leave no status. */
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	fill_mask(&mask);
	if (sigprocmask(SIG_BLOCK, &mask, NULL) != 0)
		return CC_EIO;
	m->signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	return m->signals < 0 ? CC_EIO : 0;
}

/* In a child, before it becomes another program. */
void
cc_monitor_reset_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	signal(SIGPIPE, SIG_DFL);
	for (size_t i = 0; i < sizeof(passed_on) / sizeof(passed_on[0]); i++)
		signal(passed_on[i], SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
look_at(struct monitor_child *child)
{
	int status;

	if (child->pid <= 0 || child->ended)
		return;
	if (waitpid(child->pid, &status, WNOHANG) == child->pid) {
		child->ended = true;
		child->status = status;
	}
}

void
cc_monitor_signal(const struct monitor_child *child, int sig)
{
	if (child->pid > 0 && !child->ended)
		kill(child->pid, sig);
}

/* The session gets the signal; before there is one, the gate, which knows what
 * to say to the client. */
static void
pass_on(struct monitor *m, int sig)
{
	if (m->session.pid > 0)
		cc_monitor_signal(&m->session, sig);
	else if (sig != SIGUSR1 && sig != SIGUSR2 && sig != SIGINT)
		cc_monitor_signal(&m->gate, sig);
}

static void
take_signals(struct monitor *m)
{
	struct signalfd_siginfo info;

	while (read(m->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		if (info.ssi_signo != SIGCHLD)
			pass_on(m, (int)info.ssi_signo);
	look_at(&m->gate);
	look_at(&m->session);
	look_at(&m->keeper);
	look_at(&m->auth_child);
}

int
cc_monitor_wait(struct monitor *m, int fd, int64_t deadline)
{
	struct pollfd pfd[2] = {
		{ .fd = m->signals, .events = POLLIN },
		{ .fd = fd, .events = POLLIN },
	};
	int64_t left = -1;
	int n;

	if (deadline >= 0) {
		left = deadline - cc_login_now();
		if (left < 0)
			left = 0;
	}
	n = poll(pfd, 2, (int)left);
	if (n < 0)
		return errno == EINTR ? CC_EBUSY : CC_EIO;
	if (n == 0)
		return CC_ETIMEOUT;
	if (pfd[0].revents)
		take_signals(m);
	return fd >= 0 && pfd[1].revents ? 0 : CC_EBUSY;
}

void
cc_monitor_reap(struct monitor *m, struct monitor_child *child, int wait_ms)
{
	int64_t deadline = wait_ms < 0 ? -1 : cc_login_now() + wait_ms;

	if (child->pid <= 0)
		return;
	look_at(child);
	while (!child->ended) {
		if (cc_monitor_wait(m, -1, deadline) != CC_ETIMEOUT)
			continue;
		if (child->ended)
			break;
		cc_monitor_signal(child, SIGKILL);
		deadline = cc_login_now() + 60000;
	}
}
