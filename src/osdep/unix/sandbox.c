/*
 * sandbox.c - the files of a session and of a lock keeper (landlock(7)), then
 * the calls (sandbox_calls.c).
 *
 * Landlock comes first, since the filter forbids it. A session that cannot be
 * kept from system calls does not start; one without Landlock does, as most of
 * what it keeps out is the user's own right in a shell, and says so in the log.
 */
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "cc_err.h"
#include "fs.h"
#include "sandbox.h"
#include "sandbox_filter.h"
#include "sandbox_landlock.h"
#include "span.h"

/* What every session may read. Files that may come later (nologin, the alert)
 * are visible in a session only if they were there at its start, but for
 * stat(2), which needs no permission. */
static const char *const system_files[] = {
	"/etc/passwd",
	"/etc/group",
	"/etc/nsswitch.conf",
	"/etc/localtime",
	"/etc/nologin",
	"/etc/imapd.alert",
	"/usr/share/zoneinfo",
	"/dev/null",
	"/dev/urandom",
	/* who really holds an inode lock */
	"/proc/locks",
};

/* Where iconv(3) finds its modules; the first two are those of this C
 * library's usual homes, each left out where it does not exist. */
static const char *const gconv_directories[] = {
#if defined(__x86_64__)
	"/usr/lib/x86_64-linux-gnu/gconv",
#elif defined(__aarch64__)
	"/usr/lib/aarch64-linux-gnu/gconv",
#elif defined(__i386__)
	"/usr/lib/i386-linux-gnu/gconv",
#endif
	"/usr/lib64/gconv",
	"/usr/lib/gconv",
};

void
cc_sandbox_init(struct sandbox_paths *paths)
{
	paths->count = 0;
	paths->network = false;
	paths->kisses = true;
}

void
cc_sandbox_free(struct sandbox_paths *paths)
{
	while (paths->count > 0)
		fs_give((void **)&paths->paths[--paths->count].path);
}

void
cc_sandbox_allow(struct sandbox_paths *paths, const char *path,
    enum sandbox_access access)
{
	char resolved[PATH_MAX];
	struct stat st;

	if (*path != '/' || !realpath(path, resolved))
		return;
	if (access == SANDBOX_OWN &&
	    (stat(resolved, &st) != 0 || st.st_uid != geteuid()))
		return;
	if (paths->count == SANDBOX_PATHS_MAX) {
		syslog(LOG_ERR, "sandbox: more than %d paths; %.256s left out",
		    SANDBOX_PATHS_MAX, path);
		return;
	}
	paths->paths[paths->count].path = cc_span_dup(cc_span_z(resolved));
	paths->paths[paths->count++].access = access;
}

void
cc_sandbox_allow_system(struct sandbox_paths *paths, const char *config)
{
	size_t i;

	for (i = 0; i < sizeof(system_files) / sizeof(system_files[0]); i++)
		cc_sandbox_allow(paths, system_files[i], SANDBOX_READ);
	for (i = 0;
	     i < sizeof(gconv_directories) / sizeof(gconv_directories[0]); i++)
		cc_sandbox_allow(paths, gconv_directories[i], SANDBOX_READ);
	cc_sandbox_allow(paths, config ? config : "/etc/c-client.cf",
	    SANDBOX_READ);
}

/* One rule. The owner is asked of what is allowed: the name may mean something
 * else by now. */
static int
add_rule(int rules, int abi, const char *path, enum sandbox_access access)
{
	struct stat st;
	int fd, r = CC_EACCESS;

	if (access != SANDBOX_OWN)
		return cc_landlock_allow(rules, abi, AT_FDCWD, path,
		    access == SANDBOX_WRITE);
	fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return CC_ENOENT;
	if (fstat(fd, &st) == 0 && st.st_uid == geteuid())
		r = cc_landlock_allow(rules, abi, fd, "", true);
	close(fd);
	return r;
}

/* The files of the session. A path that went away meanwhile is left out. */
static int
confine_files(const struct sandbox_paths *paths, int abi)
{
	int rules, r;

	rules = cc_landlock_new(abi, paths->network);
	if (rules < 0)
		return rules;
	for (size_t i = 0; i < paths->count; i++) {
		r = add_rule(rules, abi, paths->paths[i].path,
		    paths->paths[i].access);
		if (r == CC_EIO) {
			close(rules);
			return r;
		}
	}
	return cc_landlock_enforce(rules);
}

int
cc_sandbox_session(const struct sandbox_paths *paths)
{
	int abi = cc_landlock_abi();

	if (abi == 0)
		syslog(LOG_WARNING,
		    "sandbox: this kernel has no Landlock, files not confined");
	else if (confine_files(paths, abi) != 0)
		return CC_EIO;
	return cc_sandbox_calls_session(paths->network, paths->kisses);
}

/* Is path, resolved as far as it exists, one of the paths or below one? */
static bool
is_allowed(const struct sandbox_paths *paths, const char *path)
{
	size_t len;

	for (size_t i = 0; i < paths->count; i++) {
		len = strlen(paths->paths[i].path);
		if (len == 1) /* the root */
			return true;
		if (strncmp(path, paths->paths[i].path, len) == 0 &&
		    (path[len] == '/' || path[len] == '\0'))
			return true;
	}
	return false;
}

void
cc_sandbox_explain(const struct sandbox_paths *paths, const char *path)
{
	static bool told; /* per process: one session, one line */
	char resolved[PATH_MAX];
	const char *slash;

	if (realpath(path, resolved))
		path = resolved;
	if (told || *path != '/' || is_allowed(paths, path))
		return;
	told = true;
	slash = strrchr(path, '/');
	syslog(LOG_NOTICE,
	    "sandbox: refused %.256s; \"set sandbox-path %.*s\" allows it",
	    path,
	    slash == path ? 1 : (int)(slash - path > 256 ? 256 : slash - path),
	    path);
}

int
cc_sandbox_lockkeeper(int dir)
{
	int abi = cc_landlock_abi();
	int rules, r;

	if (abi > 0) {
		rules = cc_landlock_new(abi, false);
		if (rules < 0)
			return rules;
		r = cc_landlock_allow(rules, abi, dir, "", true);
		if (r != 0) {
			close(rules);
			return r;
		}
		r = cc_landlock_enforce(rules);
		if (r != 0)
			return r;
	}
	return cc_sandbox_calls_lockkeeper();
}
