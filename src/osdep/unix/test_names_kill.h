/*
 * test_names_kill.h - test_mboxfile_kill.h for tests of files that come and
 * go: the calls that change names kill, too.
 */
#ifndef TEST_NAMES_KILL_H
#define TEST_NAMES_KILL_H

#include "test_mboxfile_kill.h"

/* Names that end so are on another file system. */
static const char *elsewhere;

static inline bool
is_elsewhere(const char *name)
{
	size_t len = strlen(name), end = elsewhere ? strlen(elsewhere) : 0;

	return elsewhere && len >= end &&
	    strcmp(name + len - end, elsewhere) == 0;
}

static inline void
strike(void)
{
	if (is_time())
		die();
}

int
renameat2(int fd, const char *from, int fd2, const char *to, unsigned flags_)
{
	strike();
	if (is_elsewhere(from) != is_elsewhere(to)) {
		errno = EXDEV;
		return -1;
	}
	return (int)syscall(SYS_renameat2, fd, from, fd2, to, flags_);
}

int
linkat(int fd, const char *from, int fd2, const char *to, int flags_)
{
	strike();
	return (int)syscall(SYS_linkat, fd, from, fd2, to, flags_);
}

int
unlink(const char *name)
{
	strike();
	return (int)syscall(SYS_unlinkat, AT_FDCWD, name, 0);
}

int
rmdir(const char *name)
{
	strike();
	return (int)syscall(SYS_unlinkat, AT_FDCWD, name, AT_REMOVEDIR);
}

int
mkdir(const char *name, mode_t mode)
{
	strike();
	return (int)syscall(SYS_mkdirat, AT_FDCWD, name, mode);
}

int
fchmod(int fd, mode_t mode)
{
	strike();
	return (int)syscall(SYS_fchmod, fd, mode);
}

/* As programs link them: dummy takes what is left. For the group's set-up. */
static inline int
link_drivers(void **state)
{
	mail_link(&unixdriver);
	mail_link(&dummydriver);
	linked = true;
	return choose_seed(state);
}

#endif
