/*
 * mailpath.h - from mailbox name to path: the one place that decides which
 * file a name means and whether this user may name it.
 *
 * Names are octets as the client sent them (modified UTF-7 is never decoded);
 * at most CC_MAILBOX_NAME of them. Paths are at most CC_MAILPATH_MAX.
 */
#ifndef MAILPATH_H
#define MAILPATH_H

#include <stdbool.h>

#include "cc_limits.h"
#include "span.h"
#include "strbuf.h"

/* What `set restrict-mailbox-access` forbids; RESTRICT bits of the API. */
enum {
	MAILPATH_NO_ROOT = 1,       /* absolute names outside one's own */
	MAILPATH_NO_OTHERUSERS = 2, /* ~USER names */
};

/* Whose protections a name gets: decided by its spelling alone. */
enum mailpath_space {
	MAILPATH_OWN,
	MAILPATH_FTP,
	MAILPATH_PUBLIC,
	MAILPATH_SHARED,
};

/* The facts that names are judged by; all pointers borrowed. */
struct mailpath_rules {
	const char *mail_dir;    /* the mailbox directory, absolute */
	const char *mail_subdir; /* below each user's home, or NULL */
	const char *sysinbox;    /* the spool file */
	const char *black_box;   /* directory of all users' boxes, or NULL */
	const char *ftp_home;    /* of "#ftp/", or NULL */
	const char *public_home; /* of "#public/", or NULL */
	const char *shared_home; /* of "#shared/", or NULL */
	bool own_inbox;          /* INBOX is a file of the mailbox directory */
	bool closed_box;         /* the process is in a chroot */
	bool anonymous;          /* nobody's own names */
	unsigned restrictions;   /* MAILPATH_NO_ bits */
	/* Home directory of a user: 0, or CC_ENOENT. */
	int (*user_home)(struct span user, struct strbuf *home_r);
};

/*
 * The path of a mailbox, put into *path_r (initialised by the caller with a
 * ceiling of CC_MAILPATH_MAX). It is empty for INBOX where each format has
 * its own place for that. Nothing is looked at on disk but the password
 * database for ~USER.
 *
 * 0; CC_EINVAL (empty, over-long, CR, LF, remote or foreign name);
 * CC_EACCESS (not for this user; the private directory); CC_ENOENT (no such
 * user or namespace); CC_ELIMIT (path too long). *path_r is undefined then.
 */
int cc_mailpath(const struct mailpath_rules *rules, struct span name,
    struct strbuf *path_r);

/* The same by this process's environment. */
int cc_mailbox_path(const char *mailbox, struct strbuf *path_r);

/* The same, INBOX being the system inbox (spool file): for the formats that
 * live there, unix and mmdf, and for dummy. */
int cc_mailbox_file(const char *mailbox, struct strbuf *path_r);

/* The namespace that a name is spelled in. */
enum mailpath_space cc_mailpath_space(struct span name);

/* Is it INBOX, in any case? */
bool cc_mailpath_is_inbox(struct span name);

/* Does the name go through the private directory, or is it that of a file
 * which we keep beside mailboxes (".cedar-...")? */
bool cc_mailpath_is_private(struct span name);

#endif
