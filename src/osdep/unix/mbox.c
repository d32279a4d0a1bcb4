/*
 * mbox.c - the driver of an INBOX that is kept in ~/mbox: a traditional
 * mailbox file (unix.c) to which the mail of the system inbox is moved
 * (formats/unix.md section 10).
 *
 * The system inbox is emptied at open and then at pings, under all locks of
 * both files and by a record that a kill cannot make double (see
 * mboxfile_transfer.c). Everything else is the unix driver's, on that file.
 */
#include <errno.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>

#include "mail.h"
#include "osdep.h"
#include "cc_err.h"
#include "cc_say.h"
#include "env_state.h"
#include "mail_generic.h"
#include "mail_params.h"
#include "mailpath.h"
#include "mboxfile.h"
#include "mboxfile_status.h"
#include "mboxfile_transfer.h"
#include "misc.h"
#include "unix_inner.h"

/* Milliseconds for the locks of the system inbox; the next ping tries again. */
#define SPOOL_WAIT 200

static DRIVER *mbox_valid(char *mailbox);
static void *mbox_parameters(long function, void *value);
static long mbox_create(MAILSTREAM *stream, char *mailbox);
static long mbox_delete(MAILSTREAM *stream, char *mailbox);
static long mbox_rename(MAILSTREAM *stream, char *old, char *newname);
static long mbox_status(MAILSTREAM *stream, char *mbx, long flags);
static MAILSTREAM *mbox_open(MAILSTREAM *stream);
static long mbox_ping(MAILSTREAM *stream);
static void mbox_check(MAILSTREAM *stream);
static long mbox_append(MAILSTREAM *stream, char *mailbox, append_t af,
    void *data);

DRIVER mboxdriver = {
	.name = "mbox",
	.flags = DR_LOCAL | DR_MAIL | DR_LOCKING | DR_XPOINT,
	.valid = mbox_valid,
	.parameters = mbox_parameters,
	.scan = cc_unix_scan,
	.list = cc_unix_list,
	.lsub = cc_unix_lsub,
	.create = mbox_create,
	.mbxdel = mbox_delete,
	.mbxren = mbox_rename,
	.status = mbox_status,
	.open = mbox_open,
	.close = cc_unix_close,
	.ping = mbox_ping,
	.check = mbox_check,
	.expunge = cc_unix_expunge,
	.copy = cc_unix_copy,
	.append = mbox_append,
	.fastpath = &cc_unix_fast,
};

MAILSTREAM mboxproto = { .dtb = &mboxdriver };

/* ------------------------------------------------------------------- names */

/* Where every format has an INBOX of its own there is no spool to empty. */
static int
get_path(struct strbuf *path_r)
{
	if (cc_env_rules()->own_inbox)
		return CC_EACCESS;
	return cc_mailbox_path(CC_MBOX_FILE, path_r);
}

/* Is it in unix format, or empty? */
static bool
is_fit(const char *path, const struct stat *st)
{
	return S_ISREG(st->st_mode) &&
	    (st->st_size == 0 || cc_unix_is_file_now(path, st));
}

static DRIVER *
mbox_valid(char *mailbox)
{
	struct strbuf path;
	struct stat st;
	bool yes;

	if (!cc_mailpath_is_inbox(cc_span_z(mailbox)))
		return NIL;
	cc_strbuf_init(&path, CC_MAILPATH_MAX);
	yes = get_path(&path) == 0 && stat(cc_strbuf_str(&path), &st) == 0 &&
	    is_fit(cc_strbuf_str(&path), &st) &&
	    (stat(sysinbox(), &st) != 0 ? errno == ENOENT
					: is_fit(sysinbox(), &st));
	cc_strbuf_free(&path);
	return yes ? &mboxdriver : NIL;
}

static void *
mbox_parameters(long function, void *value)
{
	if (function != GET_INBOXPATH || !value)
		return NIL;
	return mailboxfile(value, CC_MBOX_FILE);
}

/* ---------------------------------------------------------- the new mail */

static void
log_moved(uint64_t moved, const char *path)
{
	struct cc_env *env = cc_env();

	if (env->moved_logged)
		return;
	env->moved_logged = true;
	syslog(LOG_INFO,
	    "Moved %llu bytes of new mail to %.256s from %.256s host= %.80s",
	    (unsigned long long)moved, path, sysinbox(),
	    env->client_host ? env->client_host : "UNKNOWN");
}

/* Once in a session: each ping comes here. */
static void
complain(struct mbox *m, int r)
{
	if (m->spool_told)
		return;
	m->spool_told = true;
	if (r == CC_EINVAL) {
		syslog(LOG_ALERT, "File %.256s and %.256s are the same file!",
		    m->path, sysinbox());
		return;
	}
	cc_say(WARN, "Can't move new mail to %.256s from %.256s: %s", m->path,
	    sysinbox(),
	    r == CC_EPARSE ? "it is not in mailbox format" : cc_strerror(r));
}

/* Moves what the system inbox has. While the locks are held the session takes
 * it over: its UIDs are on the disk before anybody else sees it. */
static int
move_new_mail(struct mbox *m)
{
	struct mbox_lock lock;
	uint64_t moved = 0;
	const char *why;
	int r;

	if ((r = cc_mbox_lock(m, FDLOCK_EX, CC_MBOX_WAIT_PING, &lock)) != 0)
		return r;
	if ((r = cc_mbox_transfer(sysinbox(), m, SPOOL_WAIT, &moved)) == 0 &&
	    moved > 0) {
		log_moved(moved, m->path);
		(void)cc_mbox_sync(m, &why); /* the next ping tells why */
	}
	cc_mbox_unlock(&lock);
	return r;
}

static bool
is_due(const MAILSTREAM *stream, unsigned long now)
{
	long pause = cc_params.snarfinterval;

	return pause <= 0 || now >= stream->snarf.time + (unsigned long)pause ||
	    now < stream->snarf.time; /* the clock was set */
}

static void
look_for_mail(MAILSTREAM *stream, struct mbox *m)
{
	unsigned long now = (unsigned long)time(NULL);
	struct stat st;
	int r;

	if (m->rdonly || m->dead || !is_due(stream, now))
		return;
	r = stat(sysinbox(), &st) == 0 && st.st_size > 0 ? move_new_mail(m) : 0;
	if (r == CC_EBUSY)
		return; /* the next ping tries again */
	stream->snarf.time = now;
	if (r != 0)
		complain(m, r);
}

/* -------------------------------------------------------------- open, ping */

/* An empty file has no UIDs that the first mail could contradict: what is
 * there goes into it before it is looked at. */
static void
fill_empty(const char *path)
{
	uint64_t moved = 0;
	struct stat st;

	if (stat(path, &st) != 0 || st.st_size > 0)
		return;
	if (cc_mbox_transfer_to(sysinbox(), path, &moved) == 0 && moved > 0)
		log_moved(moved, path);
}

static MAILSTREAM *
mbox_open(MAILSTREAM *stream)
{
	struct strbuf path;
	int r;

	if (!stream)
		return &mboxproto;
	cc_strbuf_init(&path, CC_MAILPATH_MAX);
	if ((r = get_path(&path)) != 0) {
		cc_mail_complain("open mailbox", stream->mailbox,
		    cc_strerror(r));
		stream = NIL;
	} else {
		(void)cc_mbox_transfer_recover(cc_strbuf_str(&path));
		if (!stream->rdonly)
			fill_empty(cc_strbuf_str(&path));
		stream->inbox = T;
		stream->snarf.time = 0;
		stream = cc_unix_open_file(stream, cc_strbuf_str(&path),
		    look_for_mail);
	}
	cc_strbuf_free(&path);
	return stream;
}

static long
mbox_ping(MAILSTREAM *stream)
{
	look_for_mail(stream, stream->local);
	return cc_unix_ping(stream);
}

/* A CHECK looks at once. */
static void
mbox_check(MAILSTREAM *stream)
{
	stream->snarf.time = 0;
	look_for_mail(stream, stream->local);
	cc_unix_check(stream);
}

/* ------------------------------------------------------------------ status */

/* What waits in the system inbox will be here at the next open. */
static void
add_waiting(struct mbox_status *counted)
{
	struct mbox_status waiting;
	struct stat st;

	if (stat(sysinbox(), &st) != 0 || st.st_size == 0 ||
	    cc_mbox_look(sysinbox(), &waiting) != 0)
		return;
	counted->messages += waiting.messages;
	counted->uid_last += waiting.messages;
	counted->recent += waiting.recent;
	counted->unseen += waiting.unseen;
}

/* The counters of the mailbox that is open. */
static void
count(MAILSTREAM *stream, struct mbox_status *counted_r)
{
	struct mail_record record;

	*counted_r = (struct mbox_status){
		.messages = (uint32_t)stream->nmsgs,
		.recent = (uint32_t)stream->recent,
		.uid_last = (uint32_t)stream->uid_last,
		.uidvalidity = (uint32_t)stream->uid_validity,
	};
	for (unsigned long i = 1; i <= stream->nmsgs; i++)
		if (cc_mail_record(stream, i, &record) == 0)
			counted_r->unseen += !(record.flags & fSEEN);
}

/* The counters of the one that is not. */
static int
look(struct mbox_status *counted_r)
{
	struct strbuf path;
	int r;

	cc_strbuf_init(&path, CC_MAILPATH_MAX);
	if ((r = get_path(&path)) == 0) {
		(void)cc_mbox_transfer_recover(cc_strbuf_str(&path));
		r = cc_mbox_look(cc_strbuf_str(&path), counted_r);
	}
	cc_strbuf_free(&path);
	return r;
}

static long
mbox_status(MAILSTREAM *stream, char *mbx, long flags)
{
	struct mbox_status counted;

	if (stream)
		count(stream, &counted);
	else if (look(&counted) != 0)
		return NIL;
	if (counted.recent == 0)
		add_waiting(&counted);
	cc_unix_answer(stream, mbx, flags, &counted);
	return LONGT;
}

/* ---------------------------------------------------------- other mailboxes */

static long
mbox_create(MAILSTREAM *stream, char *mailbox)
{
	char path[MAILTMPLEN];
	struct stat st;
	DRIVER *d;

	if (!cc_mailpath_is_inbox(cc_span_z(mailbox)) ||
	    cc_env_rules()->own_inbox) {
		cc_mail_complain("create", mailbox, "invalid name");
		return NIL;
	}
	d = mail_valid(NIL, mailbox, NIL);
	if ((d && strcmp(d->name, "dummy") != 0) ||
	    stat(sysinbox(), &st) == 0 || !mailboxfile(path, CC_MBOX_FILE) ||
	    lstat(path, &st) == 0) {
		cc_mail_complain("create mailbox", "INBOX",
		    "mailbox already exists");
		return NIL;
	}
	return cc_unix_create(stream, CC_MBOX_FILE);
}

/* INBOX is always there: an empty one takes the place of what goes. */
static long
mbox_delete(MAILSTREAM *stream, char *mailbox)
{
	(void)mailbox;
	return cc_unix_delete(stream, CC_MBOX_FILE) &&
		cc_unix_create(stream, CC_MBOX_FILE)
	    ? LONGT
	    : NIL;
}

static long
mbox_rename(MAILSTREAM *stream, char *old, char *newname)
{
	struct strbuf path;
	long ok;

	(void)old;
	(void)stream;
	cc_strbuf_init(&path, CC_MAILPATH_MAX);
	ok = get_path(&path) == 0 &&
	    cc_unix_move_inbox(cc_strbuf_str(&path), newname);
	cc_strbuf_free(&path);
	return ok ? LONGT : NIL;
}

static long
mbox_append(MAILSTREAM *stream, char *mailbox, append_t af, void *data)
{
	(void)mailbox;
	return cc_unix_append(stream, CC_MBOX_FILE, af, data);
}
