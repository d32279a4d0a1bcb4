/*
 * unix_manage.c - CREATE, DELETE and RENAME of traditional mailbox files, by
 * mailbox name, and what users are told of it.
 *
 * INBOX is the system's: its file is neither removed nor renamed, its mail
 * moves (mboxfile_transfer.c). All other names are files below directories
 * that are made as they are needed, with the protection of their namespace.
 */
#include <errno.h>
#include <sys/stat.h>

#include "mail.h"
#include "osdep.h"
#include "cc_err.h"
#include "dummy.h"
#include "env_proto.h"
#include "mail_generic.h"
#include "mailfile.h"
#include "mailpath.h"
#include "mboxfile.h"
#include "mboxfile_transfer.h"
#include "misc.h"
#include "unix_inner.h"

/* errno says more than most codes, where a call failed. */
static const char *
reason(int r)
{
	return r == CC_EBUSY ? "mailbox is in use by another process"
	    : errno != 0     ? strerror(errno)
			     : cc_strerror(r);
}

static long
fail(const char *what, const char *mailbox, int r)
{
	cc_mail_complain(what, mailbox,
	    r == CC_EINVAL || r == CC_ELIMIT ? "invalid name" : reason(r));
	return NIL;
}

/* A name that may be a new mailbox's: 0, or CC_EINVAL. */
static int
new_file(const char *mailbox, struct strbuf *path_r)
{
	int r = cc_mailbox_path(mailbox, path_r);

	if (r == 0 &&
	    (path_r->len == 0 ||
		cc_mailfile_looks_like_lock(cc_strbuf_str(path_r))))
		r = CC_EINVAL;
	return r == 0 ? 0 : CC_EINVAL;
}

/* ------------------------------------------------------------------ create */

/* "#driver.unix/INBOX", the one way to make a system inbox: only while there
 * is none of any kind. */
static long
create_inbox(char *mailbox)
{
	struct strbuf path;
	DRIVER *d;
	int r;

	cc_strbuf_init(&path, CC_MAILPATH_MAX);
	/* dummy takes an INBOX that is not there, too */
	if ((d = mail_valid(NIL, mailbox, NIL)) &&
	    strcmp(d->name, "dummy") != 0)
		r = CC_EEXIST;
	else if ((r = cc_mailbox_file(mailbox, &path)) == 0)
		r = cc_mbox_create(cc_strbuf_str(&path),
		    (mode_t)cc_env_file_mode(mailbox));
	cc_strbuf_free(&path);
	if (r == CC_EEXIST)
		cc_mail_complain("create mailbox", "INBOX",
		    "mailbox already exists");
	else if (r != 0)
		fail("create mailbox", "INBOX", r);
	return r == 0 ? LONGT : NIL;
}

/* "Can't create mailbox node PATH: File exists", as for all local mailboxes. */
static int
create_file(char *mailbox, const char *path)
{
	struct stat st;

	if (strstr(path, "//") || lstat(path, &st) == 0) {
		errno = EEXIST;
		return CC_EEXIST;
	}
	if (cc_mailfile_parents(path, (mode_t)get_dir_protection(mailbox)) != 0)
		return cc_err_errno();
	return cc_mbox_create(path, (mode_t)cc_env_file_mode(mailbox));
}

long
cc_unix_create(MAILSTREAM *stream, char *mailbox)
{
	struct strbuf path;
	size_t len = strlen(mailbox);
	int r;

	if (cc_mailpath_is_inbox(cc_span_z(mailbox)))
		return create_inbox(mailbox);
	if (len > 0 && mailbox[len - 1] == '/')
		return dummy_create(stream, mailbox);
	cc_strbuf_init(&path, CC_MAILPATH_MAX);
	errno = 0;
	if ((r = new_file(mailbox, &path)) != 0)
		cc_mail_complain("create", mailbox, "invalid name");
	else if ((r = create_file(mailbox, cc_strbuf_str(&path))) != 0)
		cc_mail_complain("create mailbox node", cc_strbuf_str(&path),
		    reason(r));
	cc_strbuf_free(&path);
	return r == 0 ? LONGT : NIL;
}

/* ------------------------------------------------------------------ delete */

long
cc_unix_delete(MAILSTREAM *stream, char *mailbox)
{
	struct strbuf path;
	int r;

	(void)stream;
	cc_strbuf_init(&path, CC_MAILPATH_MAX);
	errno = 0;
	if ((r = cc_mailbox_file(mailbox, &path)) == 0)
		r = cc_mbox_delete(cc_strbuf_str(&path));
	cc_strbuf_free(&path);
	return r == 0 ? LONGT : fail("delete mailbox", mailbox, r);
}

/* ------------------------------------------------------------------ rename */

/* As new_file, for mail that is there: no directory can hold it. */
static int
moved_file(const char *mailbox, struct strbuf *path_r)
{
	int r = new_file(mailbox, path_r);

	if (r == 0 && path_r->data[path_r->len - 1] == '/')
		r = CC_EINVAL;
	return r;
}

/* A mailbox that goes to another namespace gets the protection of that. */
static int
move_file(const char *old, const char *from, char *newname, const char *to)
{
	struct stat st;
	int r;

	r = cc_mailfile_parents(to, (mode_t)get_dir_protection(newname));
	if (r == 0)
		r = cc_mbox_rename(from, to);
	if (r == 0 &&
	    cc_mailpath_space(cc_span_z(old)) !=
		cc_mailpath_space(cc_span_z(newname)) &&
	    lstat(to, &st) == 0 && S_ISREG(st.st_mode))
		set_mbx_protections(newname, (char *)to);
	return r;
}

/* The session that renames its own mailbox goes on with it. */
static void
follow(MAILSTREAM *stream, const char *from, const char *to, char *newname)
{
	struct mbox *m;

	if (!stream || stream->dtb->fastpath != &cc_unix_fast ||
	    !(m = stream->local) || strcmp(m->path, from) != 0)
		return;
	fs_give((void **)&m->path);
	m->path = cpystr(to);
	fs_give((void **)&stream->mailbox);
	stream->mailbox = cpystr(newname);
}

long
cc_unix_move_inbox(const char *path, char *newname)
{
	struct strbuf to;
	int r;

	cc_strbuf_init(&to, CC_MAILPATH_MAX);
	errno = 0;
	if (moved_file(newname, &to) != 0) {
		fail("rename to", newname, r = CC_EINVAL);
	} else {
		r = cc_mailfile_parents(cc_strbuf_str(&to),
		    (mode_t)get_dir_protection(newname));
		if (r == 0)
			r = cc_mbox_transfer_new(path, cc_strbuf_str(&to),
			    (mode_t)cc_env_file_mode(newname));
		if (r != 0)
			fail("rename mailbox", "INBOX", r);
	}
	cc_strbuf_free(&to);
	return r == 0 ? LONGT : NIL;
}

static int
rename_file(MAILSTREAM *stream, char *old, char *newname)
{
	struct strbuf from, to;
	int r;

	cc_strbuf_init(&from, CC_MAILPATH_MAX);
	cc_strbuf_init(&to, CC_MAILPATH_MAX);
	if (moved_file(newname, &to) != 0) {
		fail("rename to", newname, r = CC_EINVAL);
	} else {
		if ((r = cc_mailbox_file(old, &from)) == 0)
			r = move_file(old, cc_strbuf_str(&from), newname,
			    cc_strbuf_str(&to));
		if (r == 0)
			follow(stream, cc_strbuf_str(&from), cc_strbuf_str(&to),
			    newname);
		else
			fail("rename mailbox", old, r);
	}
	cc_strbuf_free(&from);
	cc_strbuf_free(&to);
	return r;
}

long
cc_unix_rename(MAILSTREAM *stream, char *old, char *newname)
{
	struct strbuf path;
	long ok;

	errno = 0;
	if (!cc_mailpath_is_inbox(cc_span_z(old)))
		return rename_file(stream, old, newname) == 0 ? LONGT : NIL;
	cc_strbuf_init(&path, CC_MAILPATH_MAX);
	ok = cc_mailbox_file(old, &path) == 0 &&
	    cc_unix_move_inbox(cc_strbuf_str(&path), newname);
	cc_strbuf_free(&path);
	return ok ? LONGT : NIL;
}
