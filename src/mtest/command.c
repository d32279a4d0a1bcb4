/*
 * command.c - the commands: one letter decides, the rest of its word is
 * ignored, an argument stands behind the first space.
 */
#include <ctype.h>

#include "mtest.h"

/* The message that an argument names, or the current one; 0 after saying what
 * is wrong. */
static unsigned long
message(const char *arg)
{
	char *end;
	unsigned long n = mtest.msgno;

	if (!mtest.stream) {
		puts("?No mailbox is open");
		return 0;
	}
	if (arg[0] == '\0' && n == 0) {
		puts("?Missing message number");
		return 0;
	}
	if (arg[0] != '\0') {
		n = isdigit((unsigned char)arg[0]) ? strtoul(arg, &end, 10) : 0;
		if (n == 0 || *end != '\0') {
			puts("?Bad message number");
			return 0;
		}
	}
	if (n > mtest.stream->nmsgs) {
		puts("?Bad message number");
		return 0;
	}
	return mtest.msgno = n;
}

static void
do_check(char *arg)
{
	(void)arg;
	if (mtest.stream)
		mail_check(mtest.stream);
	show_status();
}

static void
mark(char *arg, long flags)
{
	unsigned long n = message(arg);
	char sequence[24];

	snprintf(sequence, sizeof(sequence), "%lu", n);
	if (n)
		mail_flag(mtest.stream, sequence, "\\DELETED", flags);
}

static void
do_delete(char *arg)
{
	mark(arg, ST_SET);
}

static void
do_undelete(char *arg)
{
	mark(arg, NIL);
}

static void
do_expunge(char *arg)
{
	(void)arg;
	if (mtest.stream)
		mail_expunge(mtest.stream);
}

static void
do_find(char *arg)
{
	char *pattern = arg[0] != '\0' ? arg : "%";

	puts("Known mailboxes:");
	mail_list(mtest.stream, NIL, pattern);
	puts("Subscribed mailboxes:");
	mail_lsub(mtest.stream, NIL, pattern);
}

static void
do_gc(char *arg)
{
	(void)arg;
	if (mtest.stream)
		mail_gc(mtest.stream, GC_ENV | GC_TEXTS | GC_ELT);
}

/* A number, or what to search for. */
static void
do_headers(char *arg)
{
	if (arg[0] != '\0' && !isdigit((unsigned char)arg[0])) {
		SEARCHPGM *pgm;

		if (!mtest.stream)
			puts("?No mailbox is open");
		else if ((pgm = mail_criteria(arg)) != NIL)
			mail_search_full(mtest.stream, NIL, pgm, SE_FREE);
	} else {
		unsigned long n = message(arg);

		if (n)
			show_header_line(mtest.stream, n);
	}
}

static void
do_status(char *arg)
{
	char *name = arg[0] != '\0' ? arg
	    : mtest.stream          ? mtest.stream->mailbox
				    : NULL;

	if (!name)
		puts("?Missing mailbox");
	else
		mail_status(mtest.stream, name,
		    SA_MESSAGES | SA_RECENT | SA_UNSEEN | SA_UIDNEXT |
			SA_UIDVALIDITY);
}

/* The argument is the name; without one it is asked for. */
static void
do_new(char *arg)
{
	MAILSTREAM *stream;

	if (arg[0] == '\0') {
		open_mailbox();
		return;
	}
	stream = mail_open(mtest.stream, arg, mtest.debug ? OP_DEBUG : NIL);
	if (stream != mtest.stream)
		mtest.msgno = 0;
	mtest.stream = stream;
	show_status();
}

static void
do_overview(char *arg)
{
	if (arg[0] == '\0')
		puts("?Missing UID");
	else if (mtest.stream)
		show_overview(mtest.stream, arg);
}

static void
do_ping(char *arg)
{
	(void)arg;
	if (mtest.stream && !mail_ping(mtest.stream))
		puts("?The mailbox is gone");
	show_status();
}

static void
do_send(char *arg)
{
	(void)arg;
	puts("?Sending mail is not in this version");
}

static void
do_debug(char *arg)
{
	(void)arg;
	mtest.debug = true;
	if (mtest.stream)
		mail_debug(mtest.stream);
}

static void
do_nodebug(char *arg)
{
	(void)arg;
	mtest.debug = false;
	if (mtest.stream)
		mail_nodebug(mtest.stream);
}

static void
do_namespaces(char *arg)
{
	(void)arg;
	show_namespaces();
}

static void do_help(char *arg);

static const struct {
	char letter;
	void (*run)(char *arg);
	const char *help;
	/* what is done with one message, where run is NULL */
	void (*show)(MAILSTREAM *stream, unsigned long msgno);
} commands[] = {
	{ 'B', NULL, "Body structure of a message", show_structure },
	{ 'C', do_check, "Check: make changes permanent", NULL },
	{ 'D', do_delete, "Delete: mark a message", NULL },
	{ 'E', do_expunge, "Expunge marked messages", NULL },
	{ 'F', do_find, "Find mailboxes; argument: pattern", NULL },
	{ 'G', do_gc, "Garbage: free what is cached", NULL },
	{ 'H', do_headers, "Header lines; argument: number or criteria", NULL },
	{ 'L', NULL, "Literal octets of a message", show_literal },
	{ 'M', do_status, "Mailbox status; argument: name", NULL },
	{ 'N', do_new, "New mailbox; argument: name", NULL },
	{ 'O', do_overview, "Overview; argument: UIDs", NULL },
	{ 'P', do_ping, "Ping: look for new mail", NULL },
	{ 'S', do_send, "Send mail", NULL },
	{ 'T', NULL, "Type a message", show_message },
	{ 'U', do_undelete, "Undelete: take the mark off", NULL },
	{ '+', do_debug, "protocol debugging on", NULL },
	{ '-', do_nodebug, "protocol debugging off", NULL },
	{ '#', do_namespaces, "namespaces", NULL },
	{ '?', do_help, "this text", NULL },
};

static void
do_help(char *arg)
{
	(void)arg;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		printf(" %c  %s\n", commands[i].letter, commands[i].help);
	puts(" Q  Quit\n X  eXpunge and quit\n"
	     " a number: that message; an empty line: the next one");
}

/* The next message, with its number as current one. */
static void
next_message(void)
{
	if (!mtest.stream || mtest.msgno >= mtest.stream->nmsgs)
		puts("%No next message");
	else
		show_header_line(mtest.stream, ++mtest.msgno);
}

bool
command(char *line)
{
	char letter = (char)toupper((unsigned char)line[0]);
	char *arg = line + strcspn(line, " ");

	arg += strspn(arg, " ");
	if (letter == '\0') {
		next_message();
		return true;
	}
	if (isdigit((unsigned char)letter)) {
		do_headers(line);
		return true;
	}
	if (letter == 'X')
		do_expunge(arg);
	if (letter == 'X' || letter == 'Q')
		return false;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (commands[i].letter == letter) {
			if (commands[i].run)
				commands[i].run(arg);
			else if (message(arg))
				commands[i].show(mtest.stream, mtest.msgno);
			return true;
		}
	fputs("?Unrecognized command: ", stdout);
	put_line(line);
	return true;
}
