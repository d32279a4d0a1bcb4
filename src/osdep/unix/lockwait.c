/*
 * lockwait.c - waiting between two tries to get a lock.
 *
 * The jitter needs no good randomness, only that two processes differ: it is
 * seeded by pid and clock.
 */
#include <errno.h>
#include <unistd.h>

#include "clock_ms.h"
#include "env_state.h"
#include "lockwait.h"

/* Shortest and longest pause, in milliseconds. */
#define PAUSE_MIN 10
#define PAUSE_MAX 50

void
cc_lockwait_begin(struct lockwait *w, int wait_ms)
{
	int64_t now = clock_ms();

	w->deadline = wait_ms < 0 ? INT64_MAX : now + wait_ms;
	w->jitter = ((uint32_t)getpid() * 2654435761u) ^ (uint32_t)now;
}

bool
cc_lockwait_given_up(void)
{
	bool (*give_up)(void) = cc_env()->give_up;

	return give_up && (*give_up)();
}

bool
cc_lockwait_again(struct lockwait *w)
{
	int64_t left = w->deadline - clock_ms();
	int64_t pause;
	struct timespec ts;

	if (left <= 0 || cc_lockwait_given_up())
		return false;
	w->jitter = w->jitter * 1664525u + 1013904223u;
	pause = PAUSE_MIN + (w->jitter >> 16) % (PAUSE_MAX - PAUSE_MIN + 1);
	if (pause > left)
		pause = left;
	ts = (struct timespec){ 0, (long)pause * 1000000 };
	while (nanosleep(&ts, &ts) != 0 && errno == EINTR)
		;
	return true;
}
