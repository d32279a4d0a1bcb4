/*
 * env_process.c - small services around processes and descriptors that the
 * API offers to programs and drivers.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mail.h"
#include "osdep.h"
#include "cc_fn.h"
#include "fdio.h"
#include "imap_grammar.h"

long
safe_write(int fd, char *buf, long nbytes)
{
	return nbytes <= 0 || cc_fd_write(fd, cc_span(buf, (size_t)nbytes)) == 0
	    ? nbytes
	    : -1;
}

void *
arm_signal(int sig, void *action)
{
	struct sigaction new = { .sa_flags = SA_RESTART }, old;

	new.sa_handler = (void (*)(int))cc_ptr_to_fn(action);
	sigemptyset(&new.sa_mask);
	if (sigaction(sig, &new, &old) != 0)
		return NIL;
	return cc_fn_to_ptr((void (*)(void))old.sa_handler);
}

void
grim_pid_reap_status(int pid, int killreq, void *status)
{
	if (killreq)
		kill(pid, killreq);
	while (waitpid(pid, status, 0) < 0 && errno == EINTR)
		;
}

void *
mm_blocknotify(int reason, void *data)
{
	(void)reason;
	(void)data;
	return NIL;
}

long
server_input_wait(long seconds)
{
	struct pollfd p = { .fd = 0, .events = POLLIN };
	int ms = seconds > 1000000 ? 1000000000 : (int)seconds * 1000;

	return poll(&p, 1, ms) > 0 ? LONGT : NIL;
}

long
pmatch_full(unsigned char *s, unsigned char *pat, unsigned char delim)
{
	return cc_imap_match(cc_span_z((char *)s), cc_span_z((char *)pat),
		   (char)delim)
	    ? LONGT
	    : NIL;
}

long
dmatch(unsigned char *s, unsigned char *pat, unsigned char delim)
{
	return cc_imap_match_below(cc_span_z((char *)s), cc_span_z((char *)pat),
		   (char)delim)
	    ? LONGT
	    : NIL;
}
