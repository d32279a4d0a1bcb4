/*
 * dummy_file.c - making, removing and renaming files and directories by
 * mailbox name. No locks: drivers that need them take them around.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mail.h"
#include "osdep.h"
#include "cc_err.h"
#include "dummy.h"
#include "env_state.h"

/* "TEXT NAME: reason" for the user; the reason is errno's. */
static long
complain(const char *text, const char *name)
{
	struct strbuf b;

	cc_strbuf_init(&b, MAILTMPLEN - 1);
	cc_strbuf_printf(&b, "%s %.256s: %s", text, name, strerror(errno));
	mm_log((char *)cc_strbuf_str(&b), ERROR);
	cc_strbuf_free(&b);
	return NIL;
}

static long
invalid(const char *text, const char *name)
{
	struct strbuf b;

	cc_strbuf_init(&b, MAILTMPLEN - 1);
	cc_strbuf_printf(&b, "%s %.256s: invalid name", text, name);
	mm_log((char *)cc_strbuf_str(&b), ERROR);
	cc_strbuf_free(&b);
	return NIL;
}

char *
dummy_file(char *dst, char *name)
{
	struct strbuf path;
	char *result = NIL;

	cc_strbuf_init(&path, CC_MAILPATH_MAX);
	if (cc_mailbox_file(name, &path) == 0) {
		memcpy(dst, cc_strbuf_str(&path), path.len + 1);
		result = dst;
	}
	cc_strbuf_free(&path);
	return result;
}

/* Makes a change of a directory's entries last: the parent of path. */
static int
sync_parent(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir = cc_span_dup(cc_span(path,
	    slash && slash > path ? (size_t)(slash - path) : 1));
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;

	/* A directory that may be written but not read cannot be synced. */
	if (fd >= 0) {
		if (fsync(fd) != 0)
			r = cc_err_errno();
		close(fd);
	}
	fs_give((void **)&dir);
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
	return 0;
}

/* Makes all directories on the way to the last "/" of path that are not
 * there; path is changed meanwhile. */
static int
make_parents(char *path, mode_t mode)
{
	for (char *s = strchr(path + 1, '/'); s; s = strchr(s + 1, '/')) {
		struct stat st;
		int r = 0;

		*s = '\0';
		if (stat(path, &st) != 0) {
			if ((r = make_directory(path, mode)) == 0)
				r = sync_parent(path);
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

/* An empty file of one's own. */
static int
make_file(const char *path)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd = open(path, flags, 0600), r = 0;

	if (fd < 0)
		return cc_err_errno();
	if (fchmod(fd, (mode_t)cc_env()->mailbox_mode) != 0 || fsync(fd) != 0)
		r = cc_err_errno();
	close(fd);
	return r == 0 ? sync_parent(path) : r;
}

/* A name like this is in use. */
static long
exists(const char *path)
{
	errno = EEXIST;
	return complain("Can't create mailbox node", path);
}

long
dummy_create_path(MAILSTREAM *stream, char *path, long dirmode)
{
	size_t len = strlen(path);
	char *copy;
	struct stat st;
	bool is_dir = len > 0 && path[len - 1] == '/';
	int r;

	(void)stream;
	if (len < 2 || path[0] != '/') {
		errno = EINVAL;
		return complain("Can't create mailbox node", path);
	}
	if (strstr(path, "//") || lstat(path, &st) == 0)
		return exists(path);
	copy = cc_span_dup(cc_span_z(path));
	r = make_parents(copy, (mode_t)dirmode);
	fs_give((void **)&copy);
	if (r == 0 && !is_dir)
		r = make_file(path);
	return r != 0 ? complain("Can't create mailbox node", path) : LONGT;
}

long
dummy_create(MAILSTREAM *stream, char *mailbox)
{
	char path[MAILTMPLEN];

	if (cc_mailpath_is_inbox(cc_span_z(mailbox)) ||
	    !mailboxfile(path, mailbox) || !*path)
		return invalid("Can't create", mailbox);
	if (!dummy_create_path(stream, path, get_dir_protection(mailbox)))
		return NIL;
	if (path[strlen(path) - 1] != '/')
		set_mbx_protections(mailbox, path);
	return LONGT;
}

/* Cuts the slash off that a directory's name may have. */
static void
cut_slash(char *path)
{
	size_t len = strlen(path);

	if (len > 1 && path[len - 1] == '/')
		path[len - 1] = '\0';
}

long
dummy_delete(MAILSTREAM *stream, char *mailbox)
{
	char path[MAILTMPLEN];
	struct stat st;
	int r;

	(void)stream;
	if (!dummy_file(path, mailbox))
		return invalid("Can't delete", mailbox);
	cut_slash(path);
	r = stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? rmdir(path)
							: unlink(path);
	if (r != 0 || sync_parent(path) != 0)
		return complain("Can't delete mailbox", mailbox);
	return LONGT;
}

/* Renames, never over what is there. */
static int
rename_new(const char *old, const char *path)
{
	struct stat st;

	if (renameat2(AT_FDCWD, old, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	/* A file system that has no such call. */
	if (lstat(path, &st) == 0) {
		errno = EEXIST;
		return -1;
	}
	return rename(old, path);
}

long
dummy_rename(MAILSTREAM *stream, char *old, char *newname)
{
	char from[MAILTMPLEN], to[MAILTMPLEN];
	char *copy;
	int r;

	(void)stream;
	if (!dummy_file(from, old))
		return invalid("Can't rename", old);
	if (!mailboxfile(to, newname) || !*to)
		return invalid("Can't rename to", newname);
	cut_slash(from);
	cut_slash(to);
	copy = cc_span_dup(cc_span_z(to));
	r = make_parents(copy, (mode_t)get_dir_protection(newname));
	fs_give((void **)&copy);
	if (r != 0 || rename_new(from, to) != 0 || sync_parent(to) != 0 ||
	    sync_parent(from) != 0)
		return complain("Can't rename mailbox", old);
	return LONGT;
}
