/*
 * subjects MAILBOX - lists flags and subjects of a mailbox, as many small
 * programs for this library do: one include, linkage.c in main, fifteen
 * callbacks.
 */
#include <stdio.h>
#include "c-client.h"

static char last_error[MAILTMPLEN];

void
mm_searched(MAILSTREAM *stream, unsigned long number)
{
	printf("found %lu of %lu\n", number, stream->nmsgs);
}

void
mm_exists(MAILSTREAM *stream, unsigned long number)
{
	printf("%s: %lu messages\n", stream->original_mailbox, number);
}

void
mm_expunged(MAILSTREAM *stream, unsigned long number)
{
	printf("%s: %lu expunged\n", stream->mailbox, number);
}

void
mm_flags(MAILSTREAM *stream, unsigned long number)
{
	printf("flags of %lu: %s\n", number,
	    mail_elt(stream, number)->flagged ? "flagged" : "plain");
}

void
mm_notify(MAILSTREAM *stream, char *string, long errflg)
{
	if (stream)
		mm_log(string, errflg);
}

void
mm_list(MAILSTREAM *stream, int delimiter, char *name, long attributes)
{
	if (!stream && !(attributes & LATT_NOSELECT))
		printf("list %c %s\n", delimiter ? delimiter : '-', name);
}

void
mm_lsub(MAILSTREAM *stream, int delimiter, char *name, long attributes)
{
	mm_list(stream, delimiter, name, attributes);
}

void
mm_status(MAILSTREAM *stream, char *mailbox, MAILSTATUS *status)
{
	if ((status->flags & SA_MESSAGES) && (!stream || stream->dtb))
		printf("status %s: %lu messages\n", mailbox, status->messages);
}

void
mm_log(char *string, long errflg)
{
	if (errflg == ERROR) {
		strncpy(last_error, string, sizeof(last_error) - 1);
		fprintf(stderr, "error: %s\n", string);
	}
}

void
mm_dlog(char *string)
{
	fprintf(stderr, "%s\n", string);
}

void
mm_login(NETMBX *mb, char *user, char *pwd, long trial)
{
	strcpy(user, *mb->user ? mb->user : "nobody");
	if (trial == 0)
		strcpy(pwd, "password");
	else
		*pwd = '\0';
}

void
mm_critical(MAILSTREAM *stream)
{
	if (stream && stream->debug)
		mm_dlog("critical");
}

void
mm_nocritical(MAILSTREAM *stream)
{
	mm_critical(stream);
}

long
mm_diskerror(MAILSTREAM *stream, long errcode, long serious)
{
	fprintf(stderr, "%s: error %ld\n", stream->mailbox, errcode);
	return serious ? NIL : T;
}

void
mm_fatal(char *string)
{
	fprintf(stderr, "fatal: %s\n", string);
}

static void
show(MAILSTREAM *stream, unsigned long number)
{
	BODY *body = NIL;
	ENVELOPE *env = mail_fetchstructure(stream, number, &body);
	MESSAGECACHE *elt = mail_elt(stream, number);
	char from[21], date[MAILTMPLEN];

	mail_fetchfrom(from, stream, number, 20);
	printf("%lu uid %lu %s%s %s %s| %s | %s/%s %lu octets\n", number,
	    mail_uid(stream, number), elt->seen ? "S" : "-",
	    elt->flagged ? "F" : "-", mail_date(date, elt), from,
	    env->subject ? env->subject : "(no subject)",
	    body_types[body->type], body->subtype, elt->rfc822_size);
}

int
main(int argc, char *argv[])
{
	MAILSTREAM *stream = NIL;
	unsigned long number;
	unsigned long length;
	char *name = argc > 1 ? argv[1] : "INBOX";
	char *text;
#include "linkage.c"
	if (!(stream = mail_open(stream, name, OP_READONLY))) {
		printf("cannot open: %s\n", last_error);
		return 1;
	}
	for (number = 1; number <= stream->nmsgs; number++)
		show(stream, number);
	text = mail_fetchtext_full(stream, 1, &length, FT_PEEK);
	printf("text of 1: %lu octets: %.*s\n", length,
	    (int)strcspn(text, "\r\n"), text);
	mail_status(NIL, name, SA_MESSAGES);
	mail_list(NIL, "", "mail%");
	stream = mail_close(stream);
	return stream ? 1 : 0;
}
