/*
 * mail_append.c - adding messages to a mailbox: finding the driver, which does
 * the work and tells where the messages went.
 */
#include "cc_err.h"
#include "env.h"
#include "mail_generic.h"

/* The one message of mail_append_full. */
struct single {
	char *flags;
	char *date;
	STRING *message;
};

static long
append_single(MAILSTREAM *stream, void *data, char **flags, char **date,
    STRING **message)
{
	struct single *one = data;

	(void)stream;
	*flags = one->flags;
	*date = one->date;
	*message = one->message;
	one->message = NIL;
	return T;
}

long
mail_append_full(MAILSTREAM *stream, char *mailbox, char *flags, char *date,
    STRING *message)
{
	struct single one = { flags, date, message };

	return mail_append_multiple(stream, mailbox, append_single, &one);
}

/* "#driver.NAME/REST": the driver, and *mailbox moved to REST; NIL after a
 * message. */
static DRIVER *
named_driver(char **mailbox)
{
	const char *rest = NULL;
	DRIVER *d = cc_mail_named_driver(*mailbox, &rest);

	if (!d || !rest || !*rest) {
		cc_mail_complain("append to mailbox", *mailbox,
		    d ? "bad driver syntax" : "unknown driver");
		return NIL;
	}
	*mailbox += rest - *mailbox;
	return d;
}

/* A mailbox that does not exist is for the driver of new ones to complain of,
 * which it does with [TRYCREATE]. */
static DRIVER *
driver_for(MAILSTREAM *stream, char *mailbox)
{
	DRIVER *d = mail_valid(stream, mailbox, NIL);
	MAILSTREAM *proto;

	if (d)
		return d;
	if (mailbox[0] == '{' || strpbrk(mailbox, "\r\n") ||
	    strlen(mailbox) > NETMAXMBX)
		return mail_valid(stream, mailbox, "append to mailbox");
	proto = default_proto(NIL);
	return proto ? proto->dtb : NIL;
}

long
mail_append_multiple(MAILSTREAM *stream, char *mailbox, append_t af, void *data)
{
	DRIVER *d = cc_mail_names_driver(mailbox) ? named_driver(&mailbox)
						  : driver_for(stream, mailbox);

	if (!d)
		return NIL;
	if (!d->append) {
		cc_mail_complain("append to mailbox", mailbox,
		    cc_strerror(CC_EUNSUPPORTED));
		return NIL;
	}
	return SAFE_APPEND(d, stream, mailbox, af, data);
}
