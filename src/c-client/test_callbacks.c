/*
 * test_callbacks.c - the mm_ callbacks of unit tests: they record, and do
 * nothing else.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "mail.h"
#include "test_callbacks.h"

struct test_callbacks test_callbacks;

void
test_callbacks_reset(void)
{
	memset(&test_callbacks, 0, sizeof(test_callbacks));
}

static void
keep(char *dst, const char *text)
{
	snprintf(dst, MAILTMPLEN, "%s", text);
}

/* A line of the journal. */
__attribute__((format(printf, 1, 2))) static void
note(const char *fmt, ...)
{
	char *journal = test_callbacks.journal;
	size_t len = strlen(journal);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(journal + len, sizeof(test_callbacks.journal) - len, fmt, ap);
	va_end(ap);
}

static void
count(struct test_numbers *list, unsigned long number)
{
	if (list->count < TEST_NUMBERS)
		list->number[list->count] = number;
	list->count++;
}

static void
add_name(char *lines, int delimiter, const char *name, long attributes)
{
	size_t len = strlen(lines);

	snprintf(lines + len, sizeof(test_callbacks.listed) - len,
	    "%c %s 0x%lx\n", delimiter ? delimiter : '-', name,
	    (unsigned long)attributes);
}

void
mm_searched(MAILSTREAM *stream, unsigned long number)
{
	(void)stream;
	count(&test_callbacks.searched, number);
	note("searched %lu\n", number);
}

void
mm_exists(MAILSTREAM *stream, unsigned long number)
{
	(void)stream;
	count(&test_callbacks.exists, number);
	note("exists %lu\n", number);
}

void
mm_expunged(MAILSTREAM *stream, unsigned long number)
{
	(void)stream;
	count(&test_callbacks.expunged, number);
	note("expunged %lu\n", number);
}

void
mm_flags(MAILSTREAM *stream, unsigned long number)
{
	(void)stream;
	count(&test_callbacks.flags, number);
	note("flags %lu\n", number);
}

void
mm_notify(MAILSTREAM *stream, char *string, long errflg)
{
	(void)stream;
	keep(test_callbacks.notify, string);
	test_callbacks.notify_level = errflg;
	test_callbacks.notifies++;
	note("notify %ld %s\n", errflg, string);
}

void
mm_list(MAILSTREAM *stream, int delimiter, char *name, long attributes)
{
	(void)stream;
	add_name(test_callbacks.listed, delimiter, name, attributes);
	note("list %c %lx %s\n", delimiter ? delimiter : '-',
	    (unsigned long)attributes, name);
}

void
mm_lsub(MAILSTREAM *stream, int delimiter, char *name, long attributes)
{
	(void)stream;
	add_name(test_callbacks.lsubbed, delimiter, name, attributes);
	note("lsub %c %lx %s\n", delimiter ? delimiter : '-',
	    (unsigned long)attributes, name);
}

void
mm_status(MAILSTREAM *stream, char *mailbox, MAILSTATUS *status)
{
	(void)stream;
	keep(test_callbacks.status_name, mailbox);
	test_callbacks.status = *status;
	note("status %s %lx %lu %lu %lu %lu %lu\n", mailbox,
	    (unsigned long)status->flags, status->messages, status->recent,
	    status->unseen, status->uidnext, status->uidvalidity);
}

void
mm_log(char *string, long errflg)
{
	keep(test_callbacks.log, string);
	test_callbacks.log_level = errflg;
	test_callbacks.logs++;
	note("log %ld %s\n", errflg, string);
}

void
mm_dlog(char *string)
{
	keep(test_callbacks.dlog, string);
	note("dlog %s\n", string);
}

void
mm_login(NETMBX *mb, char *user, char *pwd, long trial)
{
	(void)mb;
	(void)trial;
	keep(user, test_callbacks.user ? test_callbacks.user : "");
	keep(pwd, test_callbacks.password ? test_callbacks.password : "");
	test_callbacks.logins++;
}

void
mm_critical(MAILSTREAM *stream)
{
	(void)stream;
	test_callbacks.critical++;
	note("critical\n");
}

void
mm_nocritical(MAILSTREAM *stream)
{
	(void)stream;
	test_callbacks.critical--;
	note("nocritical\n");
}

long
mm_diskerror(MAILSTREAM *stream, long errcode, long serious)
{
	(void)stream;
	test_callbacks.diskerrors++;
	note("diskerror %ld %ld\n", errcode, serious);
	return test_callbacks.diskerror_answer;
}

void
mm_fatal(char *string)
{
	keep(test_callbacks.fatal, string);
	note("fatal %s\n", string);
	if (test_callbacks.on_fatal)
		longjmp(*test_callbacks.on_fatal, 1);
	fprintf(stderr, "fatal: %s\n", string);
}
