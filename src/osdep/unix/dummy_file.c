/*
 * dummy_file.c - making, removing and renaming files and directories by
 * mailbox name. No locks: drivers that need them have their own.
 */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mail.h"
#include "osdep.h"
#include "cc_err.h"
#include "cc_say.h"
#include "dummy.h"
#include "env_proto.h"
#include "env_state.h"
#include "mailfile.h"

/* "TEXT NAME: reason" for the user; the reason is errno's. */
static long
complain(const char *text, const char *name)
{
	cc_say(ERROR, "%s %.256s: %s", text, name, strerror(errno));
	return NIL;
}

static long
invalid(const char *text, const char *name)
{
	cc_say(ERROR, "%s %.256s: invalid name", text, name);
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

/* A name like this is in use. */
static long
exists(const char *path)
{
	errno = EEXIST;
	return complain("Can't create mailbox node", path);
}

/* The file or directory of a new mailbox, with its parents. */
static long
make_node(char *path, mode_t dirmode, mode_t mode)
{
	size_t len = strlen(path);
	struct stat st;
	int r;

	if (len < 2 || path[0] != '/') {
		errno = EINVAL;
		return complain("Can't create mailbox node", path);
	}
	if (strstr(path, "//") || lstat(path, &st) == 0)
		return exists(path);
	r = cc_mailfile_parents(path, dirmode);
	if (r == 0 && path[len - 1] != '/')
		r = cc_mailfile_make(path, mode, cc_span_z(""));
	return r != 0 ? complain("Can't create mailbox node", path) : LONGT;
}

long
dummy_create_path(MAILSTREAM *stream, char *path, long dirmode)
{
	(void)stream;
	return make_node(path, (mode_t)dirmode, (mode_t)cc_env()->mailbox_mode);
}

/* The path of a mailbox to be made: no INBOX, no lock. */
static bool
new_path(char *path, char *mailbox)
{
	return mailboxfile(path, mailbox) && *path &&
	    !cc_mailfile_looks_like_lock(path);
}

long
dummy_create(MAILSTREAM *stream, char *mailbox)
{
	char path[MAILTMPLEN];

	(void)stream;
	if (cc_mailpath_is_inbox(cc_span_z(mailbox)) ||
	    !new_path(path, mailbox))
		return invalid("Can't create", mailbox);
	return make_node(path, (mode_t)get_dir_protection(mailbox),
	    (mode_t)cc_env_file_mode(mailbox));
}

/* May it be a directory's name only? */
static bool
is_directory_name(const char *path)
{
	size_t len = strlen(path);

	return len > 1 && path[len - 1] == '/';
}

/* Cuts the slash off that a directory's name may have. */
static void
cut_slash(char *path)
{
	if (is_directory_name(path))
		path[strlen(path) - 1] = '\0';
}

/* Another program's lock on a mailbox is not ours to take away. */
static long
refuse_lock(const char *text, const char *mailbox)
{
	errno = EBUSY;
	return complain(text, mailbox);
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
	if (cc_mailfile_is_lock(path))
		return refuse_lock("Can't delete mailbox", mailbox);
	r = lstat(path, &st) == 0 && S_ISDIR(st.st_mode)
	    ? cc_mailfile_rmdir(path)
	    : unlink(path);
	if (r != 0 || cc_mailfile_sync_parent(path) != 0)
		return complain("Can't delete mailbox", mailbox);
	return LONGT;
}

/* INBOX stays when it is renamed: without mail, the new mailbox is all there
 * is to do. */
static long
rename_inbox(MAILSTREAM *stream, const char *path, char *newname)
{
	MAILSTREAM *proto = default_proto(NIL);
	struct stat st;

	if (stat(path, &st) == 0 && st.st_size > 0) {
		errno = EINVAL; /* in no format that is known here */
		return complain("Can't rename mailbox", "INBOX");
	}
	if (proto && proto->dtb->create &&
	    strcmp(proto->dtb->name, "dummy") != 0)
		return (*proto->dtb->create)(stream, newname);
	return dummy_create(stream, newname);
}

long
dummy_rename(MAILSTREAM *stream, char *old, char *newname)
{
	char from[MAILTMPLEN], to[MAILTMPLEN];

	if (!dummy_file(from, old))
		return invalid("Can't rename", old);
	if (!newname || !new_path(to, newname))
		return invalid("Can't rename to", newname ? newname : "");
	/* INBOX is a file, which no directory's name is for. */
	if (cc_mailpath_is_inbox(cc_span_z(old)) && is_directory_name(to))
		return invalid("Can't rename to", newname);
	if (cc_mailpath_is_inbox(cc_span_z(old)))
		return rename_inbox(stream, from, newname);
	cut_slash(from);
	cut_slash(to);
	if (cc_mailfile_is_lock(from))
		return refuse_lock("Can't rename mailbox", old);
	if (cc_mailfile_parents(to, (mode_t)get_dir_protection(newname)) != 0 ||
	    cc_mailfile_rename(from, to) != 0)
		return complain("Can't rename mailbox", old);
	return LONGT;
}
