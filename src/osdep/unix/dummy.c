/*
 * dummy.c - the driver of last resort: empty files, directories, and an INBOX
 * that is not there (yet).
 *
 * A session on an empty file has no messages and no locks. It looks at the
 * file at each ping, and turns into a session of the real driver when the
 * file has got a format. The first append decides which that is.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mail.h"
#include "osdep.h"
#include "cc_err.h"
#include "cc_say.h"
#include "dummy.h"
#include "env_state.h"
#include "mail_generic.h"
#include "mailfile.h"
#include "mboxfile.h"
#include "uidrecord.h"

static DRIVER *dummy_valid(char *mailbox);
static void *dummy_parameters(long function, void *value);
static long dummy_subscribe(MAILSTREAM *stream, char *mailbox);
static long dummy_make(MAILSTREAM *stream, char *mailbox);
static long dummy_status(MAILSTREAM *stream, char *mailbox, long flags);
static MAILSTREAM *dummy_open(MAILSTREAM *stream);
static void dummy_close(MAILSTREAM *stream, long options);
static long dummy_ping(MAILSTREAM *stream);
static void dummy_check(MAILSTREAM *stream);
static long dummy_expunge(MAILSTREAM *stream, char *sequence, long options);
static long dummy_copy(MAILSTREAM *stream, char *sequence, char *mailbox,
    long options);
static long dummy_append(MAILSTREAM *stream, char *mailbox, append_t af,
    void *data);

DRIVER dummydriver = {
	.name = "dummy",
	.flags = DR_LOCAL | DR_MAIL,
	.valid = dummy_valid,
	.parameters = dummy_parameters,
	.scan = dummy_scan,
	.list = dummy_list,
	.lsub = dummy_lsub,
	.subscribe = dummy_subscribe,
	.create = dummy_make,
	.mbxdel = dummy_delete,
	.mbxren = dummy_rename,
	.status = dummy_status,
	.open = dummy_open,
	.close = dummy_close,
	.ping = dummy_ping,
	.check = dummy_check,
	.expunge = dummy_expunge,
	.copy = dummy_copy,
	.append = dummy_append,
};

MAILSTREAM dummyproto = { .dtb = &dummydriver };

/* Looks at a file that is empty at one moment, and not at the next. */
#define LOOKS_MAX 5

/* What a name is here. */
enum what {
	INVALID, /* a name that is not for this user */
	MISSING, /* nothing there, or nothing that may be seen */
	EMPTY,   /* a regular file without contents */
	FULL,    /* a regular file with contents */
	DIRECTORY,
	OTHER, /* a device, a FIFO */
};

static enum what
look(char *mailbox, char *path)
{
	struct stat st;

	if (!dummy_file(path, mailbox))
		return INVALID;
	if (stat(path, &st) != 0)
		return MISSING;
	if (S_ISDIR(st.st_mode))
		return DIRECTORY;
	if (!S_ISREG(st.st_mode))
		return OTHER;
	return st.st_size == 0 ? EMPTY : FULL;
}

static bool
is_inbox(const char *mailbox)
{
	return cc_mailpath_is_inbox(cc_span_z(mailbox));
}

/* A client should not do this, but it works. */
static void
warn_directory(const char *mailbox)
{
	struct strbuf b;

	cc_strbuf_init(&b, MAILTMPLEN - 1);
	cc_strbuf_printf(&b,
	    "CLIENT BUG DETECTED: subscribe of non-mailbox directory %.256s",
	    mailbox);
	mm_notify(NIL, (char *)cc_strbuf_str(&b), WARN);
	cc_strbuf_free(&b);
}

static DRIVER *
dummy_valid(char *mailbox)
{
	char path[MAILTMPLEN];

	switch (look(mailbox, path)) {
	case EMPTY:
	case FULL:
	case DIRECTORY:
		return &dummydriver;
	case MISSING:
		return is_inbox(mailbox) ? &dummydriver : NIL;
	default:
		return NIL;
	}
}

static void *
dummy_parameters(long function, void *value)
{
	if (function != GET_INBOXPATH || !value)
		return NIL;
	return dummy_file(value, "INBOX");
}

static long
dummy_subscribe(MAILSTREAM *stream, char *mailbox)
{
	char path[MAILTMPLEN];

	(void)stream;
	switch (look(mailbox, path)) {
	case EMPTY:
	case FULL:
		break;
	case DIRECTORY:
		warn_directory(mailbox);
		break;
	default:
		cc_mail_complain("subscribe to mailbox", mailbox,
		    "no such mailbox");
		return NIL;
	}
	return sm_subscribe(mailbox);
}

/* A new mailbox has the format that new mailboxes have, whatever is open. */
static long
dummy_make(MAILSTREAM *stream, char *mailbox)
{
	MAILSTREAM *proto = default_proto(NIL);

	if (proto && proto->dtb != &dummydriver && proto->dtb->create)
		return (*proto->dtb->create)(stream, mailbox);
	return dummy_create(stream, mailbox);
}

/* The driver of a file that was empty when drivers were asked, and has mail by
 * now; or NIL. */
static DRIVER *
filled_meanwhile(char *mailbox, enum what what)
{
	DRIVER *d = what == FULL ? mail_valid(NIL, mailbox, NIL) : NIL;

	return d == &dummydriver ? NIL : d;
}

/* The UIDVALIDITY of a mailbox without messages, on disk before it is told.
 * CC_ECHANGED if there is mail by now. */
static int
give_uids(MAILSTREAM *stream, const char *path, enum what what)
{
	uint32_t uidvalidity = (uint32_t)time(NULL), last = 0;
	int r = 0;

	if (what == EMPTY)
		r = cc_mbox_uids_of_empty(path, &uidvalidity, &last);
	else
		r = cc_uidvalidity_of_missing(path, &uidvalidity);
	stream->uid_validity = uidvalidity;
	stream->uid_last = last;
	stream->uid_nosticky = r != 0;
	return r;
}

static bool
may_read(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	bool yes = fd >= 0 || errno != EACCES;

	if (fd >= 0)
		close(fd);
	return yes;
}

/* Why is it no mailbox here? NULL if it is one. INBOX always can be opened:
 * mail may come, and what is there, if it is no mail, stays untouched. */
static const char *
reason(char *mailbox, const char *path, enum what what)
{
	if (is_inbox(mailbox) &&
	    (what == MISSING || what == EMPTY || what == FULL))
		return NULL;
	if (what == DIRECTORY)
		return "not a selectable mailbox";
	if ((what == EMPTY || what == FULL) && !may_read(path))
		return "permission denied";
	return what == EMPTY ? NULL : "unknown mailbox format";
}

static MAILSTREAM *
dummy_open(MAILSTREAM *stream)
{
	char path[MAILTMPLEN];
	int r = CC_ECHANGED;
	const char *why;
	enum what what;
	DRIVER *d;

	if (!stream)
		return &dummyproto;
	for (int i = 0; r == CC_ECHANGED && i < LOOKS_MAX; i++) {
		what = look(stream->mailbox, path);
		if ((d = filled_meanwhile(stream->mailbox, what)) != NIL) {
			stream->dtb = d;
			return (*d->open)(stream);
		}
		if ((why = reason(stream->mailbox, path, what)) != NULL) {
			if (!stream->silent)
				cc_mail_complain("open mailbox",
				    stream->mailbox, why);
			return NIL;
		}
		r = give_uids(stream, path, what);
	}
	stream->inbox = is_inbox(stream->mailbox);
	mail_exists(stream, 0);
	mail_recent(stream, 0);
	stream->sequence++;
	return stream;
}

static long
dummy_status(MAILSTREAM *stream, char *mailbox, long flags)
{
	char path[MAILTMPLEN];
	enum what what = look(mailbox, path);
	const char *why = stream ? NULL : reason(mailbox, path, what);

	/* what is opened only for this does not say why it cannot be */
	if (why && !filled_meanwhile(mailbox, what)) {
		cc_mail_complain("get status of mailbox", mailbox, why);
		return NIL;
	}
	return mail_status_default(stream, mailbox, flags);
}

static void
dummy_close(MAILSTREAM *stream, long options)
{
	(void)stream;
	(void)options; /* no state of its own */
}

static long
dummy_ping(MAILSTREAM *stream)
{
	char path[MAILTMPLEN];
	DRIVER *d;

	if (look(stream->mailbox, path) != FULL ||
	    !(d = mail_valid(NIL, stream->mailbox, NIL)) || d == &dummydriver)
		return LONGT;
	/* Nothing of ours hangs on the stream: the real driver opens it as
	 * if it had been closed. If it cannot, we go on being empty. */
	stream->dtb = d;
	if ((*d->open)(stream))
		return LONGT;
	(*d->close)(stream, NIL);
	stream->local = NIL;
	stream->dtb = &dummydriver;
	return LONGT;
}

static void
dummy_check(MAILSTREAM *stream)
{
	dummy_ping(stream);
}

static long
dummy_expunge(MAILSTREAM *stream, char *sequence, long options)
{
	(void)stream;
	(void)sequence;
	(void)options; /* no messages */
	return LONGT;
}

static long
dummy_copy(MAILSTREAM *stream, char *sequence, char *mailbox, long options)
{
	unsigned char *s = (unsigned char *)sequence;

	if ((options & CP_UID) ? mail_uid_sequence(stream, s)
			       : mail_sequence(stream, s))
		cc_mail_complain("copy to mailbox", mailbox, "no messages");
	return NIL;
}

static long
refuse_append(const char *path)
{
	cc_say(ERROR, "Can't append - not in valid mailbox format: %.256s",
	    path);
	return NIL;
}

static long
dummy_append(MAILSTREAM *stream, char *mailbox, append_t af, void *data)
{
	MAILSTREAM *proto = default_proto(T);
	char path[MAILTMPLEN];
	enum what what = look(mailbox, path);
	DRIVER *d = filled_meanwhile(mailbox, what);

	if (d && d->append)
		return (*d->append)(stream, mailbox, af, data);
	if (what == MISSING && is_inbox(mailbox) &&
	    cc_mailfile_make_inbox(path) == 0)
		what = EMPTY;
	if (what == MISSING && !is_inbox(mailbox)) {
		mm_notify(stream,
		    "[TRYCREATE] Must create mailbox before append", NIL);
		return NIL;
	}
	if (what != EMPTY || !proto || !proto->dtb->append ||
	    proto->dtb == &dummydriver)
		return refuse_append(what == INVALID ? mailbox : path);
	return (*proto->dtb->append)(stream, mailbox, af, data);
}
