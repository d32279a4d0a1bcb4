/*
 * login_gate_io.c - the client's side of the gate: waiting, reading, writing,
 * each with a deadline; and the signals that end a connection.
 *
 * In clear the descriptors stay as they came: they are shared with the session
 * that will use them, so O_NONBLOCK must not be set. Under TLS only the gate
 * uses them, and it is.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "cc_err.h"
#include "login_gate.h"

static volatile sig_atomic_t caught; /* one gate is one connection */
static sigset_t open_mask;           /* signals while waiting */

static void catch (int sig)
{
	caught = sig;
}

/* They are blocked but in cc_gate_wait, so that none is missed between looking
 * and waiting. */
void
cc_gate_catch_signals(void)
{
	static const int signals[] = { SIGHUP, SIGTERM, SIGALRM };
	struct sigaction sa = { .sa_handler = catch };
	sigset_t blocked;

	sigemptyset(&blocked);
	sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		sigaction(signals[i], &sa, NULL);
		sigaddset(&blocked, signals[i]);
	}
	signal(SIGPIPE, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	signal(SIGUSR2, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	sigemptyset(&open_mask);
}

int
cc_gate_signal(void)
{
	return caught;
}

int
cc_gate_due(int64_t deadline)
{
	const struct timespec none = { 0, 0 };

	/* A wait that ends at once because there is something to read lets no
	 * signal in. */
	ppoll(NULL, 0, &none, &open_mask);
	if (caught)
		return CC_EBUSY;
	return deadline >= 0 && cc_login_now() >= deadline ? CC_ETIMEOUT : 0;
}

int
cc_gate_wait(int fd, short events, int64_t deadline)
{
	struct pollfd pfd = { .fd = fd, .events = events };
	struct timespec ts, *wait = NULL;
	int64_t left;
	int n, r;

	r = cc_gate_due(deadline);
	if (r != 0)
		return r;
	if (deadline >= 0) {
		left = deadline - cc_login_now();
		if (left <= 0)
			return CC_ETIMEOUT;
		ts.tv_sec = (time_t)(left / 1000);
		ts.tv_nsec = (long)(left % 1000) * 1000000;
		wait = &ts;
	}
	n = ppoll(&pfd, 1, wait, &open_mask);
	if (n > 0)
		return 0;
	if (n == 0)
		return CC_ETIMEOUT;
	return errno == EINTR ? CC_EBUSY : CC_EIO;
}

bool
cc_gate_pending(const struct gate_io *io)
{
	struct pollfd pfd = { .fd = io->in, .events = POLLIN };
	char octet;

	if (poll(&pfd, 1, 0) <= 0 || !(pfd.revents & POLLIN))
		return false;
	/* The end of the stream can be read, too, but is nothing. On a pipe
	 * it cannot be told from octets. */
	return recv(io->in, &octet, 1, MSG_PEEK | MSG_DONTWAIT) != 0;
}

int
cc_gate_read(struct gate_io *io, void *buf, size_t size, int64_t deadline)
{
	ssize_t n;
	int r;

	if (io->tls)
		return cc_gate_tls_read(io, buf, size, deadline);
	for (;;) {
		r = cc_gate_wait(io->in, POLLIN, deadline);
		if (r != 0)
			return r;
		n = read(io->in, buf, size);
		if (n >= 0)
			return (int)n;
		if (errno == ECONNRESET)
			return CC_ECLOSED;
		if (errno != EAGAIN && errno != EINTR)
			return CC_EIO;
	}
}

/* As much as goes without waiting; a descriptor that is no socket waits. */
static ssize_t
write_some(int fd, const char *p, size_t len)
{
	ssize_t n = send(fd, p, len, MSG_DONTWAIT | MSG_NOSIGNAL);

	return n < 0 && errno == ENOTSOCK ? write(fd, p, len) : n;
}

int
cc_gate_write(struct gate_io *io, const void *buf, size_t len, int64_t deadline)
{
	const char *p = buf;
	ssize_t n;
	int r;

	if (io->tls)
		return cc_gate_tls_write(io, buf, len, deadline);
	while (len > 0) {
		n = write_some(io->out, p, len);
		if (n >= 0) {
			p += n;
			len -= (size_t)n;
			continue;
		}
		if (errno == EPIPE || errno == ECONNRESET)
			return CC_ECLOSED;
		if (errno != EAGAIN && errno != EINTR)
			return CC_EIO;
		r = cc_gate_wait(io->out, POLLOUT, deadline);
		if (r != 0)
			return r;
	}
	return 0;
}
