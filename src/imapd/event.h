/*
 * event.h - signals, and waiting for descriptors.
 *
 * Handlers only note that a signal came; it is acted on where the session
 * waits, so that no command is cut in two.
 */
#ifndef EVENT_H
#define EVENT_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum event_end {
	EVENT_NONE,
	EVENT_HANGUP,     /* SIGHUP */
	EVENT_TERMINATED, /* SIGTERM */
	EVENT_ALARM,      /* SIGALRM */
};

/* Installs the handlers; SIGPIPE and SIGUSR2 have no effect from now on. */
void event_init(void);

/* The signal that asks the session to end, if any came. */
enum event_end event_end(void);

/* The same, after hearing of the signals that came since the last wait. */
enum event_end event_poll(void);

/* True once for each SIGUSR1 (or more) that came since the last call. */
bool event_status_wanted(void);

/* Milliseconds of a clock that only goes forward. */
int64_t event_now(void);

/*
 * Waits until a descriptor is ready or the moment `until` (event_now) has
 * come. The number of ready descriptors, 0 when the time is over, or
 * CC_ECLOSED if a signal asks for the end. SIGUSR1 ends the wait with 0.
 */
int event_wait(struct pollfd *fds, nfds_t count, int64_t until);

#endif
