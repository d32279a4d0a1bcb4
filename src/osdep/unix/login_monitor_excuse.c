/*
 * login_monitor_excuse.c - the one line that the monitor itself may say to a
 * client: that there is no service.
 *
 * Only where no other process of ours ever spoke, or will: nothing is read, and
 * the line is a constant (RFC 5530 section 3, UNAVAILABLE; RFC 3206 section 4
 * for POP3).
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "login_monitor.h"

void
cc_monitor_excuse(const struct monitor *m, int fd)
{
	const char *text = m->service == LOGIN_IMAP
	    ? "* BYE [UNAVAILABLE] Service not available\r\n"
	    : "-ERR [SYS/TEMP] Service not available\r\n";
	struct pollfd pfd = { .fd = fd, .events = POLLOUT };
	ssize_t n;

	/* Who waits for TLS must not be told anything in clear. */
	if (fd == 1 && m->tls_at_once)
		return;
	n = send(fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0 && errno == ENOTSOCK && poll(&pfd, 1, 0) == 1)
		n = write(fd, text, strlen(text));
	if (n < 0)
		errno = 0; /* the client is gone, or takes nothing */
}
