/*
 * event.c - signals, and waiting for descriptors.
 *
 * A handler stores into a flag and returns. Signals are blocked except inside
 * ppoll, so that none can slip in between the look at the flags and the wait; a
 * command that computes for long asks with event_poll. System calls outside
 * ppoll are never interrupted.
 */
#include <errno.h>
#include <signal.h>

#include "cc_err.h"
#include "clock_ms.h"
#include "event.h"

static volatile sig_atomic_t ending;
static volatile sig_atomic_t status_wanted;
static sigset_t open_mask; /* as the process was started, ours unblocked */

static void
note(int sig)
{
	switch (sig) {
	case SIGHUP:
		ending = EVENT_HANGUP;
		break;
	case SIGTERM:
		ending = EVENT_TERMINATED;
		break;
	case SIGALRM:
		ending = EVENT_ALARM;
		break;
	case SIGUSR1:
		status_wanted = 1;
		break;
	default:
		/* SIGUSR2 asks for the mailbox lock: no format's lock is kept
		 * while the session waits, so there is nothing to give. */
		break;
	}
}

void
event_init(void)
{
	static const int signals[] = { SIGHUP, SIGTERM, SIGALRM, SIGUSR1,
		SIGUSR2 };
	struct sigaction act = { .sa_handler = note, .sa_flags = SA_RESTART };
	sigset_t ours;

	sigemptyset(&act.sa_mask);
	sigemptyset(&ours);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		sigaction(signals[i], &act, NULL);
		sigaddset(&ours, signals[i]);
	}
	sigprocmask(SIG_BLOCK, &ours, &open_mask);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		sigdelset(&open_mask, signals[i]);
	act.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &act, NULL);
	/* A file that may not grow is a full disk, no reason to die. */
	sigaction(SIGXFSZ, &act, NULL);
}

enum event_end
event_end(void)
{
	return (enum event_end)ending;
}

enum event_end
event_poll(void)
{
	static const struct timespec now;

	ppoll(NULL, 0, &now, &open_mask);
	return event_end();
}

bool
event_status_wanted(void)
{
	bool wanted = status_wanted != 0;

	status_wanted = 0;
	return wanted;
}

int64_t
event_now(void)
{
	return clock_ms();
}

int
event_wait(struct pollfd *fds, nfds_t count, int64_t until)
{
	for (;;) {
		int64_t left = until - event_now();
		struct timespec t;
		int n;

		if (ending)
			return CC_ECLOSED;
		if (left < 0)
			left = 0;
		t.tv_sec = (time_t)(left / 1000);
		t.tv_nsec = (long)(left % 1000) * 1000000;
		n = ppoll(fds, count, &t, &open_mask);
		if (ending)
			return CC_ECLOSED;
		if (n >= 0)
			return n;
		if (errno != EINTR)
			return CC_EIO;
		if (status_wanted)
			return 0;
	}
}
