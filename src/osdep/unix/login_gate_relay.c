/*
 * login_gate_relay.c - the gate after login: TLS on one side, the session in
 * clear on the other, over a socket pair.
 *
 * Looks at no octet. Waits for room on one side before it takes more from the
 * other, so that memory stays what it is here. When the session has ended,
 * what it wrote is still delivered; a client that does not take it any more is
 * given up after a while.
 */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cc_err.h"
#include "login_gate.h"

#define RELAY_UP 16384          /* octets from the client: one record */
#define RELAY_DOWN 65536        /* octets to the client: eight records */
#define RELAY_STALLED_MS 180000 /* last words that nobody takes */

struct flow {
	size_t pos, len; /* octets of the buffer that wait */
	bool closed;     /* nothing more comes in */
};

struct relay {
	struct gate_io *io;
	int session;
	struct flow up, down;
	bool told;        /* the session knows that the client is gone */
	bool again;       /* read before waiting */
	short want_read;  /* what TLS waits for before it can read */
	short want_write; /* and before it can write */
	char up_data[RELAY_UP];
	char down_data[RELAY_DOWN];
};

static bool
is_again(void)
{
	return errno == EAGAIN || errno == EINTR;
}

static void
receive_up(struct relay *r)
{
	int n;

	n = cc_gate_tls_recv(r->io, r->up_data, RELAY_UP, &r->want_read);
	if (n > 0) {
		r->up.pos = 0;
		r->up.len = (size_t)n;
	} else if (n != CC_EBUSY) {
		r->up.closed = true;
	}
}

static void
send_up(struct relay *r)
{
	ssize_t n = send(r->session, r->up_data + r->up.pos, r->up.len,
	    MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n >= 0) {
		r->up.pos += (size_t)n;
		r->up.len -= (size_t)n;
	} else if (!is_again()) {
		/* The session ended; what it wrote before is still there. */
		r->up.len = 0;
		r->up.closed = true;
	}
}

/* From the client to the session. */
static void
move_up(struct relay *r)
{
	r->want_read = 0;
	if (r->up.len == 0 && !r->up.closed)
		receive_up(r);
	if (r->up.len > 0)
		send_up(r);
	/* As long as TLS did not say what it waits for, it may hold octets
	 * that poll(2) cannot see. */
	r->again = r->up.len == 0 && !r->up.closed && r->want_read == 0;
	if (r->up.closed && r->up.len == 0 && !r->told) {
		shutdown(r->session, SHUT_WR);
		r->told = true;
	}
}

/* From the session to the client. False if the client is gone. */
static bool
move_down(struct relay *r)
{
	ssize_t n;
	int put;

	r->want_write = 0;
	if (r->down.len == 0 && !r->down.closed) {
		n = recv(r->session, r->down_data, RELAY_DOWN, MSG_DONTWAIT);
		if (n > 0) {
			r->down.pos = 0;
			r->down.len = (size_t)n;
		} else if (n == 0 || !is_again()) {
			r->down.closed = true;
		}
	}
	while (r->down.len > 0) {
		put = cc_gate_tls_send(r->io, r->down_data + r->down.pos,
		    r->down.len, &r->want_write);
		if (put == CC_EBUSY)
			return true;
		if (put < 0)
			return false;
		r->down.pos += (size_t)put;
		r->down.len -= (size_t)put;
	}
	return true;
}

/* Waits until something can be moved; false after a silence that is too
 * long. */
static bool
await(struct relay *r)
{
	struct pollfd pfd[3] = {
		{ .fd = r->session },
		{ .fd = r->io->in },
		{ .fd = r->io->out },
	};
	short want = r->want_write;
	int n;

	if (r->up.len > 0)
		pfd[0].events |= POLLOUT;
	else if (!r->up.closed)
		want |= r->want_read;
	if (r->down.len == 0 && !r->down.closed)
		pfd[0].events |= POLLIN;
	pfd[1].events = want & POLLIN;
	pfd[2].events = want & POLLOUT;
	/* A descriptor of which nothing is wanted would only report its end,
	 * again and again. */
	for (size_t i = 0; i < 3; i++)
		if (pfd[i].events == 0)
			pfd[i].fd = -1;
	n = poll(pfd, 3,
	    r->down.closed || r->up.closed ? RELAY_STALLED_MS : -1);
	return n > 0 || (n < 0 && errno == EINTR);
}

void
cc_gate_relay(struct gate_io *io, int session, struct strbuf *ahead)
{
	static struct relay relay; /* too large for the stack */
	struct relay *r = &relay;

	r->io = io;
	r->session = session;
	r->up.len = ahead->len < RELAY_UP ? ahead->len : RELAY_UP;
	if (r->up.len)
		memcpy(r->up_data, ahead->data, r->up.len);
	for (;;) {
		move_up(r);
		if (!move_down(r))
			return;
		if (r->down.closed && r->down.len == 0)
			break;
		if (!r->again && !await(r))
			return;
	}
	cc_gate_tls_end(io);
}
