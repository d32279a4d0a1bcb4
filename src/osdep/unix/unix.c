/*
 * unix.c - the driver of traditional mailbox files, in which a line that
 * begins "From " begins a message (formats/unix.md).
 *
 * The table and its thin functions; the work is done in mboxfile*.c. Messages
 * have LF line ends. Between two calls no lock is held, so any number of
 * sessions may have the mailbox open, also beside programs that keep locks
 * (unix_kept.c).
 */
#include <sys/stat.h>

#include "mail.h"
#include "osdep.h"
#include "cc_err.h"
#include "dummy.h"
#include "lockwait.h"
#include "mail_generic.h"
#include "mailpath.h"
#include "mboxfile.h"
#include "mboxfile_redo.h"
#include "mboxfile_status.h"
#include "mboxfile_transfer.h"
#include "misc.h"
#include "unix_inner.h"

static DRIVER *unix_valid(char *mailbox);
static void *unix_parameters(long function, void *value);
static MAILSTREAM *unix_open(MAILSTREAM *stream);

DRIVER unixdriver = {
	.name = "unix",
	.flags = DR_LOCAL | DR_MAIL | DR_LOCKING | DR_XPOINT,
	.valid = unix_valid,
	.parameters = unix_parameters,
	.scan = cc_unix_scan,
	.list = cc_unix_list,
	.lsub = cc_unix_lsub,
	.create = cc_unix_create,
	.mbxdel = cc_unix_delete,
	.mbxren = cc_unix_rename,
	.status = cc_unix_status,
	.open = unix_open,
	.close = cc_unix_close,
	.ping = cc_unix_ping,
	.check = cc_unix_check,
	.expunge = cc_unix_expunge,
	.copy = cc_unix_copy,
	.append = cc_unix_append,
	.fastpath = &cc_unix_fast,
};

MAILSTREAM unixproto = { .dtb = &unixdriver };

/* ------------------------------------------------------------ by name */

#define LOOKS_MAX 300 /* at a file that never stands still */
#define LOOKS_MS 2000 /* milliseconds for a delivery that has just begun */
#define FRESH 5       /* seconds: who wrote may not be at the end yet */

static bool
stamp_of(const char *path, struct mbox_stamp *stamp_r)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return false;
	cc_mbox_stamp_of(&st, stamp_r);
	return true;
}

static bool
is_fresh(const struct mbox_stamp *stamp)
{
	return time(NULL) - stamp->mtime.tv_sec < FRESH;
}

/* In the middle of a change, of one that was killed too, the file may begin
 * with anything: its redo record knows better. When that is gone, the change
 * was ended meanwhile, and perhaps another one begun: no is said only of a
 * file that stood still, and does not end within its first from-line while
 * somebody delivers. */
bool
cc_unix_is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && cc_unix_is_file_now(path, &st);
}

bool
cc_unix_is_file_now(const char *path, const struct stat *st)
{
	struct mbox_stamp before, after;
	struct mbox_status counted;
	struct lockwait wait;

	cc_mbox_stamp_of(st, &after);
	if (cc_status_find(&after, &counted) == 0)
		return true; /* it was, and is what it was */
	cc_lockwait_begin(&wait, LOOKS_MS);
	for (int i = 0; i < LOOKS_MAX; i++) {
		before = after;
		if (cc_mbox_is_unix(path) || cc_redo_names(path) ||
		    cc_mbox_is_unix(path))
			return true;
		if (!stamp_of(path, &after))
			return false;
		if (is_fresh(&after) && cc_mbox_is_begun(path)) {
			if (!cc_lockwait_again(&wait))
				return false;
		} else if (cc_mbox_stamp_same(&before, &after)) {
			return false;
		}
	}
	return false;
}

static DRIVER *
unix_valid(char *mailbox)
{
	struct strbuf path;
	struct stat st;
	bool yes;

	cc_strbuf_init(&path, CC_MAILPATH_MAX);
	yes = cc_mailbox_file(mailbox, &path) == 0 &&
	    stat(cc_strbuf_str(&path), &st) == 0 && st.st_size > 0 &&
	    S_ISREG(st.st_mode) &&
	    cc_unix_is_file_now(cc_strbuf_str(&path), &st);
	cc_strbuf_free(&path);
	return yes ? &unixdriver : NIL;
}

static void *
unix_parameters(long function, void *value)
{
	if (function != GET_INBOXPATH || !value)
		return NIL;
	return dummy_file(value, "INBOX");
}

/* Local names are dummy's: without a stream all drivers are asked, and one of
 * them must answer. */
void
cc_unix_scan(MAILSTREAM *stream, char *ref, char *pat, char *contents)
{
	if (stream)
		dummy_scan(NIL, ref, pat, contents);
}

void
cc_unix_list(MAILSTREAM *stream, char *ref, char *pat)
{
	if (stream)
		dummy_list(NIL, ref, pat);
}

void
cc_unix_lsub(MAILSTREAM *stream, char *ref, char *pat)
{
	if (stream)
		dummy_lsub(NIL, ref, pat);
}

/* ------------------------------------------------------------- open, close */

/* What the core wants to know of an open mailbox. */
static void
describe(MAILSTREAM *stream, struct mbox *m)
{
	bool can = !m->rdonly;

	stream->rdonly = m->rdonly;
	stream->perm_seen = stream->perm_deleted = stream->perm_flagged =
	    stream->perm_answered = stream->perm_draft = can;
	if (m->file_uidvalidity == 0 && !cc_mbox_is_plain(m))
		user_flags(stream);
	cc_mbox_adopt_keywords(m, stream);
	cc_mbox_tell(m, stream, false);
	if (m->index.count == 0) {
		mail_exists(stream, 0);
		mail_recent(stream, 0);
	}
}

static MAILSTREAM *
complain_open(MAILSTREAM *stream, int r)
{
	if (!stream->silent)
		cc_mail_complain("open mailbox", stream->mailbox,
		    cc_strerror(r));
	return NIL;
}

MAILSTREAM *
cc_unix_open_file(MAILSTREAM *stream, const char *path,
    void (*before)(MAILSTREAM *stream, struct mbox *m))
{
	struct mbox *m = fs_get(sizeof(*m));
	int r = cc_mbox_open(m, path, stream->rdonly);

	if (r != 0) {
		fs_give((void **)&m);
		return complain_open(stream, r);
	}
	stream->local = m;
	if (m->rdonly && !stream->rdonly && !stream->silent)
		MM_LOG("Can't get write access to mailbox, access is readonly",
		    WARN);
	if (!m->rdonly && cc_unix_is_kept(stream, m))
		m->rdonly = true;
	if (before)
		(*before)(stream, m);
	describe(stream, m);
	return stream;
}

static MAILSTREAM *
unix_open(MAILSTREAM *stream)
{
	struct strbuf path;
	int r;

	if (!stream)
		return &unixproto;
	cc_strbuf_init(&path, CC_MAILPATH_MAX);
	r = cc_mailbox_file(stream->mailbox, &path);
	/* where that fails its mail is still there, some of it twice */
	if (r == 0 && cc_mailpath_is_inbox(cc_span_z(stream->mailbox)))
		(void)cc_mbox_transfer_recover(cc_strbuf_str(&path));
	if (r == 0)
		stream = cc_unix_open_file(stream, cc_strbuf_str(&path), NULL);
	else
		stream = complain_open(stream, r);
	cc_strbuf_free(&path);
	return stream;
}

void
cc_unix_close(MAILSTREAM *stream, long options)
{
	struct mbox *m = cc_unix_mbox(stream);
	int r;

	if (!m)
		return;
	if (options & CL_EXPUNGE) {
		stream->silent = T;
		(void)cc_unix_expunge(stream, NIL, NIL);
	}
	cc_mbox_adopt_keywords(m, stream);
	if (!m->dead && (r = cc_mbox_check(m)) != 0)
		cc_mail_complain("update mailbox", stream->mailbox,
		    cc_strerror(r));
	cc_mbox_free(m);
	fs_give(&stream->local);
}

long
cc_unix_ping(MAILSTREAM *stream)
{
	return cc_mbox_ping(cc_unix_mbox(stream), stream) ? LONGT : NIL;
}

void
cc_unix_check(MAILSTREAM *stream)
{
	struct mbox *m = cc_unix_mbox(stream);
	int r;

	cc_mbox_adopt_keywords(m, stream);
	if ((r = cc_mbox_check(m)) != 0)
		cc_mail_complain("checkpoint mailbox", stream->mailbox,
		    cc_strerror(r));
	else if (cc_unix_ping(stream))
		MM_LOG("Check completed", NIL);
}
