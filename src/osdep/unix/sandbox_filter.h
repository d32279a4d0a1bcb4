/*
 * sandbox_filter.h - seccomp filters from a list of system calls.
 *
 * Written by hand and not with libseccomp, since the monitor, the lock keeper
 * and the session link the C library only.
 */
#ifndef SANDBOX_FILTER_H
#define SANDBOX_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What happens to a call that no row allows. */
enum sandbox_default {
	SANDBOX_KILL, /* the process ends with SIGSYS */
	SANDBOX_EPERM /* the call fails */
};

/* One call that is allowed; with a mask only if argument `arg`, its low 32
 * bits, masked, is `value`. */
struct sandbox_call {
	unsigned nr;
	unsigned arg;
	uint32_t mask;
	uint32_t value;
};

#define SANDBOX_CALL(name)                                                     \
	{                                                                      \
		.nr = SYS_##name                                               \
	}

/* A list of calls; lists are joined when a filter is made. */
struct sandbox_list {
	const struct sandbox_call *calls;
	size_t count;
};

/* Sets no_new_privs and installs the filter. 0 or CC_EIO. */
int cc_sandbox_filter(const struct sandbox_list *lists, size_t count,
    enum sandbox_default otherwise);

/* The filters of session and lock keeper (sandbox_calls.c), which get their
 * files from Landlock first. 0 or CC_EIO. */
int cc_sandbox_calls_session(bool network, bool kisses);
int cc_sandbox_calls_lockkeeper(void);

#endif
