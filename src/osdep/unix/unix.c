/*
 * unix.c - the driver of traditional mailbox files, in which a line that
 * begins "From " begins a message (formats/unix.md).
 *
 * The table and its thin functions; the work is done in mboxfile*.c. Messages
 * have LF line ends. Between two calls no lock is held, so any number of
 * sessions may have the mailbox open, also beside programs that keep locks.
 */
#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mail.h"
#include "osdep.h"
#include "cc_err.h"
#include "dummy.h"
#include "mail_generic.h"
#include "mailpath.h"
#include "mboxfile.h"
#include "mboxfile_redo.h"
#include "mboxfile_transfer.h"
#include "misc.h"
#include "unix_inner.h"

/* Tries for the lock of a session that was asked to let go, a second each. */
#define KISS_TRIES 15

/* Milliseconds in which a session that only writes lets go of itself. */
#define SHORT_HOLD 1000

static DRIVER *unix_valid(char *mailbox);
static void *unix_parameters(long function, void *value);
static void unix_scan(MAILSTREAM *stream, char *ref, char *pat, char *contents);
static void unix_list(MAILSTREAM *stream, char *ref, char *pat);
static void unix_lsub(MAILSTREAM *stream, char *ref, char *pat);
static MAILSTREAM *unix_open(MAILSTREAM *stream);
static void unix_close(MAILSTREAM *stream, long options);
static long unix_ping(MAILSTREAM *stream);
static void unix_check(MAILSTREAM *stream);
static long unix_expunge(MAILSTREAM *stream, char *sequence, long options);

static int fast_record(MAILSTREAM *stream, unsigned long msgno,
    struct mail_record *record_r);
static int fast_size(MAILSTREAM *stream, unsigned long msgno, uint64_t *size_r);
static int fast_date(MAILSTREAM *stream, unsigned long msgno,
    struct imap_date *date_r);
static int fast_locate(MAILSTREAM *stream, unsigned long msgno,
    enum mail_what what, uint64_t *pos_r, uint64_t *end_r);
static int fast_next(struct mail_reader *reader, struct span *span_r);
static int fast_store(MAILSTREAM *stream, unsigned long msgno, unsigned mask,
    unsigned value, uint32_t keyword_mask, uint32_t keyword_value);
static int fast_flush(MAILSTREAM *stream, bool sync);
static const char *fast_watch(MAILSTREAM *stream);

const struct cc_driver_fast cc_unix_fast = {
	.record = fast_record,
	.size = fast_size,
	.date = fast_date,
	.locate = fast_locate,
	.next = fast_next,
	.store = fast_store,
	.flush = fast_flush,
	.watch = fast_watch,
	.newline = MIME_LF,
};

DRIVER unixdriver = {
	.name = "unix",
	.flags = DR_LOCAL | DR_MAIL | DR_LOCKING | DR_XPOINT,
	.valid = unix_valid,
	.parameters = unix_parameters,
	.scan = unix_scan,
	.list = unix_list,
	.lsub = unix_lsub,
	.create = cc_unix_create,
	.mbxdel = cc_unix_delete,
	.mbxren = cc_unix_rename,
	.status = mail_status_default,
	.open = unix_open,
	.close = unix_close,
	.ping = unix_ping,
	.check = unix_check,
	.expunge = unix_expunge,
	.copy = cc_unix_copy,
	.append = cc_unix_append,
	.fastpath = &cc_unix_fast,
};

MAILSTREAM unixproto = { .dtb = &unixdriver };

static struct mbox *
mbox_of(MAILSTREAM *stream)
{
	return stream->local;
}

/* ------------------------------------------------------------ by name */

/* In the middle of a rewrite, of one that was killed too, the file may begin
 * with anything. Its redo record knows better. */
static bool
is_being_changed(const char *path)
{
	return cc_redo_names(path) || cc_mbox_is_unix(path);
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
	    (cc_mbox_is_unix(cc_strbuf_str(&path)) ||
		is_being_changed(cc_strbuf_str(&path)));
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
static void
unix_scan(MAILSTREAM *stream, char *ref, char *pat, char *contents)
{
	if (stream)
		dummy_scan(NIL, ref, pat, contents);
}

static void
unix_list(MAILSTREAM *stream, char *ref, char *pat)
{
	if (stream)
		dummy_list(NIL, ref, pat);
}

static void
unix_lsub(MAILSTREAM *stream, char *ref, char *pat)
{
	if (stream)
		dummy_lsub(NIL, ref, pat);
}

/* ------------------------------------------------------------- open, close */

/* Asks the holder of the inode lock, once, and waits until he is gone. */
static int
kiss(const struct stat *st, pid_t holder, struct inodelock *lock)
{
	struct strbuf b;
	int r;

	if (holder <= 1 || holder == getpid() ||
	    !cc_inodelock_is_holder(st, holder) || kill(holder, SIGUSR2) != 0)
		return CC_EBUSY;
	cc_strbuf_init(&b, MAILTMPLEN - 1);
	cc_strbuf_printf(&b, "Trying to get mailbox lock from process %ld",
	    (long)holder);
	MM_LOG((char *)cc_strbuf_str(&b), WARN);
	cc_strbuf_free(&b);
	r = cc_inodelock_get(lock, st, FDLOCK_EX, KISS_TRIES * 1000, NULL);
	return r;
}

/*
 * Another program may keep the mailbox for itself as long as it has it open.
 * It is asked to let go (formats/locking.md section 5); if it does not, this
 * session can only read. Ours hold the lock for moments, and are waited for.
 */
static bool
is_kept(MAILSTREAM *stream, const struct mbox *m)
{
	struct inodelock lock;
	pid_t holder = 0;
	struct stat st;
	int r;

	if (fstat(m->fd, &st) != 0)
		return false;
	r = cc_inodelock_get(&lock, &st, FDLOCK_EX, SHORT_HOLD, &holder);
	if (r == CC_EBUSY && !stream->nokod && !stream->silent)
		r = kiss(&st, holder, &lock);
	if (r == 0) {
		cc_inodelock_release(&lock);
		return false;
	}
	MM_LOG("Mailbox is open by another process, access is readonly", WARN);
	return true;
}

/* What the core wants to know of an open mailbox. */
static void
describe(MAILSTREAM *stream, struct mbox *m)
{
	bool can = !m->rdonly;

	stream->rdonly = m->rdonly;
	stream->perm_seen = stream->perm_deleted = stream->perm_flagged =
	    stream->perm_answered = stream->perm_draft = can;
	if (m->file_uidvalidity == 0)
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
	if (!m->rdonly && is_kept(stream, m))
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

static void
unix_close(MAILSTREAM *stream, long options)
{
	struct mbox *m = mbox_of(stream);
	int r;

	if (!m)
		return;
	if (options & CL_EXPUNGE) {
		stream->silent = T;
		(void)unix_expunge(stream, NIL, NIL);
	}
	cc_mbox_adopt_keywords(m, stream);
	if (!m->dead && (r = cc_mbox_check(m)) != 0)
		cc_mail_complain("update mailbox", stream->mailbox,
		    cc_strerror(r));
	cc_mbox_free(m);
	fs_give(&stream->local);
}

static long
unix_ping(MAILSTREAM *stream)
{
	return cc_mbox_ping(mbox_of(stream), stream) ? LONGT : NIL;
}

static void
unix_check(MAILSTREAM *stream)
{
	struct mbox *m = mbox_of(stream);
	int r;

	cc_mbox_adopt_keywords(m, stream);
	if ((r = cc_mbox_check(m)) != 0)
		cc_mail_complain("checkpoint mailbox", stream->mailbox,
		    cc_strerror(r));
	else if (unix_ping(stream))
		MM_LOG("Check completed", NIL);
}

/* ----------------------------------------------------------------- expunge */

/* Which messages a sequence names, by position; NIL after a complaint. */
static bool *
asked_for(MAILSTREAM *stream, char *sequence, long options)
{
	unsigned char *s = (unsigned char *)sequence;
	MESSAGECACHE *elt;
	bool *asked;

	if (!(options & EX_UID ? mail_uid_sequence(stream, s)
			       : mail_sequence(stream, s)))
		return NIL;
	asked = fs_get((stream->nmsgs + 1) * sizeof(*asked));
	for (unsigned long i = 0; i < stream->nmsgs; i++) {
		elt = cc_mail_elt_if(stream, i + 1);
		asked[i] = elt && elt->sequence;
	}
	return asked;
}

static void
say_expunged(MAILSTREAM *stream, unsigned long n)
{
	char text[MAILTMPLEN];

	if (stream->silent)
		return;
	if (n > 0)
		snprintf(text, sizeof(text), "Expunged %lu messages", n);
	else
		snprintf(text, sizeof(text),
		    "Mailbox checkpointed, but no messages expunged");
	MM_LOG(text, NIL);
}

static void
complain_expunge(MAILSTREAM *stream, int r)
{
	if (r == CC_EBUSY)
		MM_LOG("[INUSE] Can't expunge: mailbox is locked by another "
		       "program",
		    ERROR);
	else if (r == CC_EACCESS)
		cc_mail_complain("expunge mailbox", stream->mailbox,
		    "no lock or no redo record can be made");
	else
		cc_mail_complain("expunge mailbox", stream->mailbox,
		    cc_strerror(r));
}

static long
unix_expunge(MAILSTREAM *stream, char *sequence, long options)
{
	struct mbox *m = mbox_of(stream);
	unsigned long n = 0;
	bool *asked = NIL;
	int r;

	if (m->dead)
		return NIL;
	if (m->rdonly) {
		if (!stream->silent)
			MM_LOG("Expunge ignored on readonly mailbox", NIL);
		return LONGT;
	}
	if (sequence && !(asked = asked_for(stream, sequence, options)))
		return NIL;
	cc_mbox_adopt_keywords(m, stream);
	r = cc_mbox_expunge(m, asked, stream->nmsgs, &n);
	if (asked)
		fs_give((void **)&asked);
	if (r != 0) {
		complain_expunge(stream, r);
		return NIL;
	}
	cc_mbox_tell(m, stream, true);
	say_expunged(stream, n);
	return LONGT;
}

/* --------------------------------------------------------------- fast path */

/* The message, or NULL if there is no such number. */
static struct mbox_msg *
msg_of(MAILSTREAM *stream, unsigned long msgno)
{
	struct mbox *m = mbox_of(stream);

	return m && msgno > 0 && msgno <= m->index.count
	    ? &m->index.msgs[msgno - 1]
	    : NULL;
}

static int
fast_record(MAILSTREAM *stream, unsigned long msgno,
    struct mail_record *record_r)
{
	const struct mbox_msg *msg = msg_of(stream, msgno);

	if (!msg)
		return CC_ENOENT;
	*record_r = (struct mail_record){ msg->uid, msg->flags & MBOX_SYSTEM,
		msg->keywords };
	return 0;
}

static int
fast_size(MAILSTREAM *stream, unsigned long msgno, uint64_t *size_r)
{
	const struct mbox_msg *msg = msg_of(stream, msgno);

	if (!msg)
		return CC_ENOENT;
	*size_r = msg->size;
	return 0;
}

static int
fast_date(MAILSTREAM *stream, unsigned long msgno, struct imap_date *date_r)
{
	struct mbox *m = mbox_of(stream);
	uint32_t i = (uint32_t)(msgno - 1);
	int r;

	if (!msg_of(stream, msgno))
		return CC_ENOENT;
	r = cc_mbox_date(m, i, date_r);
	if (r == CC_ECHANGED && cc_mbox_refresh(m) == 0)
		r = cc_mbox_date(m, i, date_r);
	return r;
}

static int
fast_locate(MAILSTREAM *stream, unsigned long msgno, enum mail_what what,
    uint64_t *pos_r, uint64_t *end_r)
{
	struct mbox *m = mbox_of(stream);
	uint32_t i = (uint32_t)(msgno - 1);
	struct mbox_place place;
	int r;

	if (!msg_of(stream, msgno))
		return CC_ENOENT;
	r = cc_mbox_locate(m, i, &place);
	if (r == CC_ECHANGED && cc_mbox_refresh(m) == 0)
		r = cc_mbox_locate(m, i, &place); /* others have moved it */
	if (r != 0)
		return r;
	*pos_r = what == MAIL_HEADER ? place.header : place.text;
	*end_r = what == MAIL_HEADER ? place.text : place.end;
	return 0;
}

static int
fast_next(struct mail_reader *reader, struct span *span_r)
{
	if (!msg_of(reader->stream, reader->msgno))
		return CC_ENOENT;
	return cc_mbox_next(mbox_of(reader->stream),
	    (uint32_t)(reader->msgno - 1), reader->in_header, &reader->pos,
	    reader->end, span_r);
}

static int
fast_store(MAILSTREAM *stream, unsigned long msgno, unsigned mask,
    unsigned value, uint32_t keyword_mask, uint32_t keyword_value)
{
	const struct mbox_msg *msg = msg_of(stream, msgno);
	struct mbox *m = mbox_of(stream);

	if (!msg)
		return CC_ENOENT;
	if (m->dead)
		return CC_ECHANGED;
	cc_mbox_adopt_keywords(m, stream);
	cc_mbox_store(m, (uint32_t)(msgno - 1),
	    (msg->flags & ~mask) | (value & mask),
	    (msg->keywords & ~keyword_mask) | (keyword_value & keyword_mask));
	return 0;
}

static int
fast_flush(MAILSTREAM *stream, bool sync)
{
	struct mbox *m = mbox_of(stream);

	return m ? cc_mbox_flush(m, sync) : 0;
}

static const char *
fast_watch(MAILSTREAM *stream)
{
	return mbox_of(stream)->path;
}
