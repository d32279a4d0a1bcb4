/*
 * privdir.c - the private directory ~/.cedar.
 *
 * Trusts the home directory's path, not what is found in it: the directory
 * must be a real one and ours. All files in it are opened relative to its
 * descriptor.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cc_err.h"
#include "env_state.h"
#include "privdir.h"

#define PRIVDIR_MODE 0700

/* Ours, a directory, and closed to everybody else afterwards? */
static int
check_dir(int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return CC_EIO;
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid())
		return CC_EACCESS;
	if ((st.st_mode & 07777) != PRIVDIR_MODE &&
	    fchmod(fd, PRIVDIR_MODE) != 0)
		return CC_EACCESS;
	return 0;
}

static int
open_below(int home)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(home, CC_PRIVDIR_NAME, flags);
	int r;

	if (fd < 0 && errno == ENOENT) {
		if (mkdirat(home, CC_PRIVDIR_NAME, PRIVDIR_MODE) != 0 &&
		    errno != EEXIST)
			return cc_err_errno();
		/* What is synced in it must not vanish with it. */
		if (fsync(home) != 0)
			return cc_err_errno();
		fd = openat(home, CC_PRIVDIR_NAME, flags);
	}
	if (fd < 0)
		return errno == ELOOP || errno == ENOTDIR ? CC_EACCESS
							  : cc_err_errno();
	if ((r = check_dir(fd)) != 0) {
		close(fd);
		return r;
	}
	return fd;
}

int
cc_privdir_open_in(const char *home)
{
	int dir = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (dir < 0)
		return cc_err_errno();
	r = open_below(dir);
	close(dir);
	return r;
}

int
cc_privdir_open(void)
{
	const struct cc_env *env = cc_env();

	if (env->anonymous)
		return CC_EACCESS;
	return env->home ? cc_privdir_open_in(env->home) : CC_ENOENT;
}
