/*
 * mailfile.c - making and renaming files and directories by path.
 *
 * A new file is written under a private name in its directory, synced, and
 * then given its own name by a call that fails where there is one already; so
 * no other process ever sees a part of it, and two who make the same mailbox
 * cannot replace each other's. The writer keeps a lock on the private file:
 * one that can be locked was left by a writer who was killed.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cc_err.h"
#include "dotlock.h"
#include "dotlock_post.h"
#include "env_state.h"
#include "fdio.h"
#include "fdlock.h"
#include "fs.h"
#include "mailfile.h"
#include "strbuf.h"

#define LOCK_SUFFIX ".lock"
#define NAME_LEN_MAX 64 /* octets of a private name */

/* ----------------------------------------------------------------- parents */

int
cc_mailfile_parent(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir =
	    cc_span_dup(slash ? cc_span(path, (size_t)(slash - path) + 1)
			      : cc_span(".", 1));
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	fs_give((void **)&dir);
	return fd >= 0 ? fd : cc_err_errno();
}

int
cc_mailfile_sync_parent(const char *path)
{
	int fd = cc_mailfile_parent(path), r = 0;

	/* A directory that may be written but not read cannot be synced. */
	if (fd >= 0) {
		if (fsync(fd) != 0)
			r = cc_err_errno();
		close(fd);
	}
	return r;
}

/* Makes one directory with that mode, whatever the umask; a set-group-id bit
 * that it inherits stays. */
static int
make_directory(const char *path, mode_t mode)
{
	struct stat st;

	if (mkdir(path, mode) != 0)
		return cc_err_errno();
	if (stat(path, &st) == 0 && (st.st_mode & 0777) != (mode & 0777) &&
	    chmod(path, (mode & 07777) | (st.st_mode & S_ISGID)) != 0)
		return cc_err_errno();
	return cc_mailfile_sync_parent(path);
}

static int
make_parents(char *path, mode_t mode)
{
	for (char *s = strchr(path + 1, '/'); s; s = strchr(s + 1, '/')) {
		struct stat st;
		int r = 0;

		*s = '\0';
		if (stat(path, &st) != 0) {
			r = make_directory(path, mode);
		} else if (!S_ISDIR(st.st_mode)) {
			errno = ENOTDIR;
			r = CC_ENOENT;
		}
		*s = '/';
		if (r != 0 && r != CC_EEXIST)
			return r;
	}
	return 0;
}

int
cc_mailfile_parents(const char *path, mode_t mode)
{
	char *copy = cc_span_dup(cc_span_z(path));
	int r = make_parents(copy, mode);

	fs_give((void **)&copy);
	return r;
}

/* ------------------------------------------------------------------ rename */

/* On a file system that cannot rename and spare: a second name and away with
 * the first, for files; a directory cannot replace but an empty one. */
static int
rename_by_link(int olddir, const char *old, int dir, const char *name)
{
	struct stat st;

	if (fstatat(olddir, old, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return -1;
	if (!S_ISDIR(st.st_mode))
		return linkat(olddir, old, dir, name, 0) != 0
		    ? -1
		    : unlinkat(olddir, old, 0);
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return -1;
	}
	return renameat(olddir, old, dir, name);
}

static int
rename_new(int olddir, const char *old, int dir, const char *name)
{
	if (renameat2(olddir, old, dir, name, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno == EINVAL || errno == ENOSYS)
		return rename_by_link(olddir, old, dir, name);
	return -1;
}

int
cc_mailfile_rename(const char *old, const char *path)
{
	int r;

	if (rename_new(AT_FDCWD, old, AT_FDCWD, path) != 0)
		return cc_err_errno();
	/* the new name first: a power failure may show both, never none */
	r = cc_mailfile_sync_parent(path);
	return r == 0 ? cc_mailfile_sync_parent(old) : r;
}

/* -------------------------------------------------------------------- make */

/* Was it left by somebody who does not write it any more? */
static bool
is_left_over(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	bool yes;

	if (fd < 0)
		return false;
	yes = cc_fdlock_get(fd, FDLOCK_EX, 0) == 0;
	close(fd);
	return yes;
}

/* Opens the private file; one of the same name that was left goes. */
static int
open_new(int dir, const char *temp)
{
	const int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(dir, temp, flags, 0600);

	if (fd < 0 && errno == EEXIST && is_left_over(dir, temp) &&
	    unlinkat(dir, temp, 0) == 0)
		fd = openat(dir, temp, flags, 0600);
	return fd;
}

static int
fill(int fd, mode_t mode, struct span content)
{
	int r;

	(void)cc_fdlock_get(fd, FDLOCK_EX, 0);
	if ((r = cc_fd_write_at(fd, 0, content)) != 0)
		return r;
	return fchmod(fd, mode) != 0 || fsync(fd) != 0 ? cc_err_errno() : 0;
}

static int
make_in(int dir, const char *name, mode_t mode, struct span content)
{
	struct strbuf temp;
	int fd, r, saved;

	cc_strbuf_init(&temp, NAME_LEN_MAX);
	cc_strbuf_printf(&temp, CC_MAILFILE_NEW ".%ld", (long)gettid());
	fd = open_new(dir, cc_strbuf_str(&temp));
	if (fd < 0) {
		r = cc_err_errno();
	} else {
		r = fill(fd, mode, content);
		if (r == 0 &&
		    rename_new(dir, cc_strbuf_str(&temp), dir, name) != 0)
			r = cc_err_errno();
		saved = errno;
		if (r != 0)
			unlinkat(dir, cc_strbuf_str(&temp), 0);
		close(fd);
		errno = saved;
	}
	cc_strbuf_free(&temp);
	return r == 0 && fsync(dir) != 0 ? cc_err_errno() : r;
}

int
cc_mailfile_make(const char *path, mode_t mode, struct span content)
{
	const char *slash = strrchr(path, '/');
	struct stat st;
	int dir, r, saved;

	if (lstat(path, &st) == 0) {
		errno = EEXIST;
		return CC_EEXIST;
	}
	if ((dir = cc_mailfile_parent(path)) < 0)
		return dir;
	r = make_in(dir, slash ? slash + 1 : path, mode, content);
	saved = errno;
	close(dir);
	errno = saved;
	return r;
}

int
cc_mailfile_make_inbox(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    (mode_t)cc_env()->mailbox_mode);

	if (fd < 0)
		return errno == EEXIST ? 0 : cc_err_errno();
	close(fd);
	/* A spool may let us write, and not read its directory. */
	(void)cc_mailfile_sync_parent(path);
	return 0;
}

/* ------------------------------------------------------------------ remove */

/* Removes what killed writers left in a directory. */
static void
sweep(const char *path)
{
	int64_t now = time(NULL);
	DIR *dir = opendir(path);
	struct dirent *d;

	while (dir && (d = readdir(dir)) != NULL)
		if (cc_dotlock_sweep(dirfd(dir), d->d_name, now))
			continue;
		else if (strncmp(d->d_name, CC_MAILFILE_NEW ".",
			     sizeof(CC_MAILFILE_NEW)) == 0 &&
		    is_left_over(dirfd(dir), d->d_name))
			unlinkat(dirfd(dir), d->d_name, 0);
	if (dir)
		closedir(dir);
}

int
cc_mailfile_rmdir(const char *path)
{
	if (rmdir(path) == 0)
		return 0;
	if (errno != ENOTEMPTY && errno != EEXIST)
		return cc_err_errno();
	sweep(path);
	return rmdir(path) == 0 ? 0 : cc_err_errno();
}

/* ------------------------------------------------------------------- locks */

bool
cc_mailfile_looks_like_lock(const char *path)
{
	size_t len = strlen(path), suffix = strlen(LOCK_SUFFIX);

	if (len > 0 && path[len - 1] == '/')
		len--;
	return len > suffix && path[len - suffix - 1] != '/' &&
	    strncmp(path + len - suffix, LOCK_SUFFIX, suffix) == 0;
}

bool
cc_mailfile_is_lock(const char *path)
{
	struct stat st, of;
	char *mailbox;
	bool yes;

	if (!cc_mailfile_looks_like_lock(path) || lstat(path, &st) != 0 ||
	    !S_ISREG(st.st_mode) || st.st_size > DOTLOCK_SIZE_MAX)
		return false;
	mailbox =
	    cc_span_dup(cc_span(path, strlen(path) - strlen(LOCK_SUFFIX)));
	yes = lstat(mailbox, &of) == 0;
	fs_give((void **)&mailbox);
	return yes;
}
