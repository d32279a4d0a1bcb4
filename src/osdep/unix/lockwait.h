/*
 * lockwait.h - waiting between two tries to get a lock.
 *
 * Every lock of this toolkit is tried, never waited for in the kernel, so
 * that the caller's limit holds whatever the holder does. The pause is 10 to
 * 50 ms with jitter, so that sessions which collided do not collide again.
 */
#ifndef LOCKWAIT_H
#define LOCKWAIT_H

#include <stdbool.h>
#include <stdint.h>

struct lockwait {
	int64_t deadline; /* monotonic milliseconds; INT64_MAX: no limit */
	uint32_t jitter;  /* state of the pause's generator */
};

/* Begins to wait for at most wait_ms milliseconds: 0 tries once, a negative
 * number waits for ever. */
void cc_lockwait_begin(struct lockwait *w, int wait_ms);

/* Sleeps for one pause and says true, or false when the time is used up, or
 * the program gives up waiting. */
bool cc_lockwait_again(struct lockwait *w);

/* Has the program been told to end (cc_env.give_up)? Then nothing is waited
 * for. */
bool cc_lockwait_given_up(void);

#endif
