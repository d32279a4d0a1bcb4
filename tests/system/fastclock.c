/*
 * fastclock.c - preloaded into a server, for which time goes by FASTCLOCK
 * times as fast from its start on. Only the clock that nobody sets, and waits
 * for descriptors: the dates of files stay what they are.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)

static int64_t began, factor;

static int64_t
now(void)
{
	struct timespec t;

	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t);
	return t.tv_sec * SECOND + t.tv_nsec;
}

__attribute__((constructor)) static void
begin(void)
{
	const char *value = getenv("FASTCLOCK");

	factor = value ? atoi(value) : 1;
	began = now();
}

int
clock_gettime(clockid_t clock, struct timespec *t)
{
	int64_t ns;

	if (clock != CLOCK_MONOTONIC)
		return (int)syscall(SYS_clock_gettime, clock, t);
	ns = began + (now() - began) * factor;
	t->tv_sec = ns / SECOND;
	t->tv_nsec = ns % SECOND;
	return 0;
}

int
ppoll(struct pollfd *fds, nfds_t count, const struct timespec *wait,
    const sigset_t *mask)
{
	struct timespec less;

	if (wait) {
		int64_t ns = wait->tv_sec * SECOND + wait->tv_nsec;

		ns = (ns + factor - 1) / factor;
		less.tv_sec = ns / SECOND;
		less.tv_nsec = ns % SECOND;
	}
	return (int)syscall(SYS_ppoll, fds, count, wait ? &less : NULL, mask,
	    (size_t)(_NSIG / 8));
}

int __ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *wait,
    const sigset_t *mask, size_t size);

int
__ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *wait,
    const sigset_t *mask, size_t size)
{
	(void)size;
	return ppoll(fds, count, wait, mask);
}
