/*
 * mail_mailbox.c - mailboxes by name: create, delete, rename, subscribe,
 * status.
 *
 * Names come from users; what is refused here is refused for every driver.
 * Which driver a new mailbox gets: the one "#driver." names, the stream's, the
 * owner of a "{" or "#" name, else the create prototype.
 */
#include "cc_err.h"
#include "cc_say.h"
#include "env.h"
#include "mail_generic.h"

/* Octets of the longest name, as mail_valid has it. */
#define NAME_MAX_OCTETS                                                        \
	(NETMAXHOST + NETMAXUSER * 2 + NETMAXMBX + NETMAXSRV + 50)

static bool
is_inbox(const char *name)
{
	return cc_span_is_nocase(cc_span_z(name), "INBOX");
}

static bool
is_base64_octet(unsigned char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    (c >= '0' && c <= '9') || c == '+' || c == ',';
}

char *
mail_utf7_valid(char *mailbox)
{
	bool shifted = false;

	for (unsigned char *s = (unsigned char *)mailbox; *s; s++) {
		if (*s & 0x80)
			return "mailbox name with 8-bit octet";
		if (!shifted)
			shifted = *s == '&';
		else if (*s == '-')
			shifted = false;
		else if (!is_base64_octet(*s))
			return "invalid modified UTF-7 name";
	}
	return shifted ? "unterminated modified UTF-7 name" : NIL;
}

/* What is wrong with a name for a new mailbox, to stand behind "Can't create";
 * NIL if nothing is. */
static const char *
bad_new_name(char *name)
{
	if (strlen(name) >= NAME_MAX_OCTETS)
		return "invalid name";
	/* RFC 5198 section 2: no terminal should have to show them */
	for (const unsigned char *s = (const unsigned char *)name; *s; s++)
		if (*s < ' ' || *s == 0x7f)
			return "invalid name";
	return NULL;
}

static DRIVER *
default_driver(void)
{
	MAILSTREAM *proto = default_proto(NIL);

	return proto ? proto->dtb : NIL;
}

/* The driver for a new mailbox without "#driver."; NIL after a message. */
static DRIVER *
driver_for_new(MAILSTREAM *stream, char *mailbox)
{
	MAILSTREAM *proto;
	DRIVER *d = NIL;

	if (stream && stream->dtb)
		return stream->dtb;
	if ((mailbox[0] == '{' || mailbox[0] == '#') &&
	    (proto = mail_open(NIL, mailbox, OP_PROTOTYPE | OP_SILENT)))
		d = proto->dtb;
	if (!d && mailbox[0] != '{')
		d = default_driver();
	if (!d)
		cc_mail_complain("create mailbox", mailbox,
		    "indeterminate mailbox format");
	return d;
}

long
mail_create(MAILSTREAM *stream, char *mailbox)
{
	const char *rest = NULL, *why;
	DRIVER *d;

	if ((why = bad_new_name(mailbox))) {
		cc_mail_complain("create", mailbox, why);
		return NIL;
	}
	if (is_inbox(mailbox)) {
		MM_LOG("Can't create INBOX", ERROR);
		return NIL;
	}
	if ((why = mail_utf7_valid(mailbox))) {
		cc_say(ERROR, "Can't create %s: %.80s", why, mailbox);
		return NIL;
	}
	if (cc_mail_names_driver(mailbox)) {
		d = cc_mail_named_driver(mailbox, &rest);
		if (!d || !rest || !*rest) {
			cc_mail_complain("create mailbox", mailbox,
			    d ? "bad driver syntax" : "unknown driver");
			return NIL;
		}
		mailbox += rest - mailbox;
	} else if (!(d = driver_for_new(stream, mailbox))) {
		return NIL;
	}
	if (!d->create) {
		cc_mail_complain("create mailbox", mailbox,
		    cc_strerror(CC_EUNSUPPORTED));
		return NIL;
	}
	return (*d->create)(stream, mailbox);
}

long
mail_delete(MAILSTREAM *stream, char *mailbox)
{
	DRIVER *d;

	if (is_inbox(mailbox)) {
		MM_LOG("Can't delete INBOX", ERROR);
		return NIL;
	}
	if (!(d = mail_valid(stream, mailbox, "delete mailbox")))
		return NIL;
	if (!d->mbxdel) {
		cc_mail_complain("delete mailbox", mailbox,
		    cc_strerror(CC_EUNSUPPORTED));
		return NIL;
	}
	return SAFE_DELETE(d, stream, mailbox);
}

long
mail_rename(MAILSTREAM *stream, char *old, char *newname)
{
	const char *why;
	DRIVER *d;

	if (is_inbox(newname))
		why = "mailbox already exists";
	else
		why = bad_new_name(newname);
	if (!why && mail_utf7_valid(newname)) {
		cc_say(ERROR, "Can't rename to %s: %.80s",
		    mail_utf7_valid(newname), newname);
		return NIL;
	}
	if (!why && newname[0] != '{' && newname[0] != '#' &&
	    mail_valid(NIL, newname, NIL))
		why = "mailbox already exists";
	if (why) {
		cc_mail_complain("rename to mailbox", newname, why);
		return NIL;
	}
	if (!(d = mail_valid(stream, old, "rename mailbox")))
		return NIL;
	if (!d->mbxren) {
		cc_mail_complain("rename mailbox", old,
		    cc_strerror(CC_EUNSUPPORTED));
		return NIL;
	}
	return SAFE_RENAME(d, stream, old, newname);
}

long
mail_subscribe(MAILSTREAM *stream, char *mailbox)
{
	DRIVER *d = mail_valid(stream, mailbox, "subscribe to mailbox");

	if (!d)
		return NIL;
	return d->subscribe ? (*d->subscribe)(stream, mailbox)
			    : sm_subscribe(mailbox);
}

long
mail_unsubscribe(MAILSTREAM *stream, char *mailbox)
{
	DRIVER *d = mail_valid(stream, mailbox, NIL);

	return d && d->unsubscribe ? (*d->unsubscribe)(stream, mailbox)
				   : sm_unsubscribe(mailbox);
}

/* Is the stream one on which this driver may answer for the name? */
static bool
serves(MAILSTREAM *stream, DRIVER *d, const char *name)
{
	if (!stream || stream->dtb != d)
		return false;
	return !(d->flags & DR_LOCAL) || !strcmp(name, stream->mailbox) ||
	    (stream->original_mailbox &&
		!strcmp(name, stream->original_mailbox));
}

long
mail_status(MAILSTREAM *stream, char *mbx, long flags)
{
	DRIVER *d = mail_valid(NIL, mbx, "get status of mailbox");

	if (!d)
		return NIL;
	if (!serves(stream, d, mbx))
		stream = NIL;
	return d->status ? SAFE_STATUS(d, stream, mbx, flags)
			 : mail_status_default(stream, mbx, flags);
}

static unsigned long
count_unseen(MAILSTREAM *stream)
{
	struct mail_record record;
	unsigned long unseen = 0;

	for (unsigned long i = 1; i <= stream->nmsgs; i++)
		if (cc_mail_record(stream, i, &record) == 0 &&
		    !(record.flags & fSEEN))
			unseen++;
	return unseen;
}

long
mail_status_default(MAILSTREAM *stream, char *mbx, long flags)
{
	MAILSTREAM *opened = NIL;
	MAILSTATUS status = { .flags = flags };

	if (!stream)
		stream = opened = mail_open(NIL, mbx, OP_READONLY | OP_SILENT);
	if (!stream)
		return NIL;
	status.messages = stream->nmsgs;
	status.recent = stream->recent;
	if (flags & SA_UNSEEN)
		status.unseen = count_unseen(stream);
	status.uidnext = stream->uid_last + 1;
	status.uidvalidity = stream->uid_validity;
	MM_STATUS(stream, mbx, &status);
	mail_close(opened);
	return LONGT;
}
