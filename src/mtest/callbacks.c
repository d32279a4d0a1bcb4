/*
 * callbacks.c - what the library tells the program: shown as it comes.
 */
#include "mtest.h"

/* Search results arrive here; they are the messages whose lines are shown. */
void
mm_searched(MAILSTREAM *stream, unsigned long number)
{
	show_header_line(stream, number);
}

void
mm_exists(MAILSTREAM *stream, unsigned long number)
{
	(void)stream;
	(void)number;
}

/* Later messages move down. */
void
mm_expunged(MAILSTREAM *stream, unsigned long number)
{
	if (stream != mtest.stream)
		return;
	if (mtest.msgno > number ||
	    (mtest.msgno == number && mtest.msgno >= stream->nmsgs))
		mtest.msgno--;
}

void
mm_flags(MAILSTREAM *stream, unsigned long number)
{
	(void)stream;
	(void)number;
}

void
mm_notify(MAILSTREAM *stream, char *string, long errflg)
{
	(void)stream;
	mm_log(string, errflg);
}

static void
show_name(const char *what, int delimiter, const char *name, long attributes)
{
	static const struct {
		long bit;
		const char *name;
	} names[] = {
		{ LATT_NOINFERIORS, "no inferiors" },
		{ LATT_NOSELECT, "no select" },
		{ LATT_MARKED, "marked" },
		{ LATT_UNMARKED, "unmarked" },
		{ LATT_REFERRAL, "has referrals" },
		{ LATT_HASCHILDREN, "has children" },
		{ LATT_HASNOCHILDREN, "has no children" },
	};

	printf("[%s ", what);
	if (delimiter)
		printf("\"%c\"", delimiter);
	else
		fputs("{none}", stdout);
	putchar(' ');
	put_text(name, strlen(name));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (attributes & names[i].bit)
			printf(", %s", names[i].name);
	puts("]");
}

void
mm_list(MAILSTREAM *stream, int delimiter, char *name, long attributes)
{
	(void)stream;
	show_name("List", delimiter, name, attributes);
}

void
mm_lsub(MAILSTREAM *stream, int delimiter, char *name, long attributes)
{
	(void)stream;
	show_name("Lsub", delimiter, name, attributes);
}

void
mm_status(MAILSTREAM *stream, char *mailbox, MAILSTATUS *status)
{
	(void)stream;
	fputs(" Mailbox ", stdout);
	put_text(mailbox, strlen(mailbox));
	if (status->flags & SA_MESSAGES)
		printf(", %lu messages", status->messages);
	if (status->flags & SA_RECENT)
		printf(", %lu recent", status->recent);
	if (status->flags & SA_UNSEEN)
		printf(", %lu unseen", status->unseen);
	if (status->flags & SA_UIDVALIDITY)
		printf(", %lu UID validity", status->uidvalidity);
	if (status->flags & SA_UIDNEXT)
		printf(", %lu next UID", status->uidnext);
	putchar('\n');
}

void
mm_log(char *string, long errflg)
{
	switch (errflg) {
	case NIL:
		putchar('[');
		put_text(string, strlen(string));
		puts("]");
		break;
	case PARSE:
	case WARN:
		putchar('%');
		put_line(string);
		break;
	default:
		putchar('?');
		put_line(string);
		break;
	}
}

void
mm_dlog(char *string)
{
	put_line(string);
}

void
mm_login(NETMBX *mb, char *user, char *pwd, long trial)
{
	char prompt[MTEST_LINE], line[MTEST_LINE];

	(void)trial;
	user[0] = pwd[0] = '\0';
	if (mb->user[0] != '\0') {
		snprintf(user, MAILTMPLEN, "%s", mb->user);
		snprintf(prompt, sizeof(prompt),
		    "{%s/%s/user=%s} password:", mb->host, mb->service,
		    mb->user);
	} else {
		snprintf(prompt, sizeof(prompt), "{%s/%s} username: ", mb->host,
		    mb->service);
		if (!ask(prompt, line))
			return;
		snprintf(user, MAILTMPLEN, "%s", line);
		snprintf(prompt, sizeof(prompt), "password: ");
	}
	if (ask_secret(prompt, line))
		snprintf(pwd, MAILTMPLEN, "%s", line);
	explicit_bzero(line, sizeof(line));
}

void
mm_critical(MAILSTREAM *stream)
{
	(void)stream;
}

void
mm_nocritical(MAILSTREAM *stream)
{
	(void)stream;
}

/* Gives up where that is allowed, else whoever types may make room. */
long
mm_diskerror(MAILSTREAM *stream, long errcode, long serious)
{
	char line[MTEST_LINE];

	(void)stream;
	printf("?Writing failed: %s\n", strerror((int)errcode));
	return !serious ||
	    !ask("The mailbox would be damaged. Return tries again: ", line);
}

void
mm_fatal(char *string)
{
	putchar('?');
	put_line(string);
	fflush(stdout);
}
