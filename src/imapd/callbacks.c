/*
 * callbacks.c - the mm_ callbacks of the mail API.
 *
 * A callback runs in the middle of a library call, perhaps while a response is
 * half written. So it only notes what happened; the dispatcher puts it between
 * responses (unsolicited.c). EXPUNGE is the exception, since later numbers
 * depend on it: the library may expunge only where the dispatcher allows it,
 * and there no response is open. Callbacks have no context argument, which is
 * why the session stands here.
 */
#include <errno.h>
#include <syslog.h>

#include "command.h"
#include "event.h"
#include "unsolicited.h"

#define DISK_RETRY (60 * 1000) /* milliseconds until the next try */

static struct session *session; /* the one there is */

void
callbacks_serve(struct session *s)
{
	session = s;
}

/* -------------------------------------------------------------------- texts */

void
mm_log(char *string, long errflg)
{
	struct notes *n = &session->notes;

	switch (errflg) {
	case NIL:
		if (n->info.len)
			unsolicited_note(session, "OK", "%s",
			    cc_strbuf_str(&n->info));
		unsolicited_keep(&n->info, string);
		break;
	case ERROR:
		unsolicited_keep(&n->error, string);
		break;
	case WARN:
		unsolicited_note(session, "NO", "%s", string);
		break;
	case PARSE:
		unsolicited_note(session, "OK", "[PARSE] %s", string);
		break;
	default:
		break;
	}
}

void
mm_notify(MAILSTREAM *stream, char *string, long errflg)
{
	(void)stream;
	if (strncmp(string, "[TRYCREATE]", 11) == 0)
		cmd_why(session, "TRYCREATE");
	if (session->news.muted && strncmp(string, "[TRYCREATE]", 11) != 0 &&
	    strncmp(string, "[UIDNOTSTICKY]", 14) != 0 &&
	    strncmp(string, "[ALERT]", 7) != 0)
		return; /* SELECT tells it in its own order */
	unsolicited_note(session,
	    errflg == ERROR || errflg == WARN || errflg == BYE ? "NO" : "OK",
	    "%s", string);
}

void
mm_dlog(char *string)
{
	syslog(LOG_DEBUG, "%.500s", string);
}

/* -------------------------------------------------------------- the mailbox */

/* Is it the selected mailbox, and does the client hear of it now? */
static bool
concerns(MAILSTREAM *stream)
{
	return stream && stream == session->stream && !session->news.muted;
}

void
mm_exists(MAILSTREAM *stream, unsigned long number)
{
	(void)stream; /* told from the stream itself when the poll is over */
	(void)number;
}

void
mm_expunged(MAILSTREAM *stream, unsigned long number)
{
	struct news *news = &session->news;
	size_t kept = 0;

	if (!concerns(stream))
		return;
	if (!news->expunge_ok) {
		/* The numbers that the client uses are wrong from now on. */
		output_puts(&session->out,
		    "* BYE Mailbox changed at an unexpected moment\r\n");
		session_end(session, "Mailbox changed at an unexpected moment",
		    1);
		news->muted = true;
		return;
	}
	/* A message that the client has not heard of is not taken back. */
	if (number <= news->exists) {
		output_printf(&session->out, "* %lu EXPUNGE\r\n", number);
		output_check(&session->out);
		news->exists--;
		news->expunged = true;
	}
	for (size_t i = 0; i < news->flag_count; i++)
		if (news->flags[i] != number)
			news->flags[kept++] =
			    news->flags[i] - (news->flags[i] > number);
	news->flag_count = kept;
}

void
mm_flags(MAILSTREAM *stream, unsigned long number)
{
	if (concerns(stream))
		unsolicited_flags(session, number);
}

/* ------------------------------------------------ answers, and what is left */

void
mm_list(MAILSTREAM *stream, int delimiter, char *name, long attributes)
{
	(void)stream;
	list_put(session, "LIST", delimiter, name, attributes);
}

void
mm_lsub(MAILSTREAM *stream, int delimiter, char *name, long attributes)
{
	(void)stream;
	list_put(session, "LSUB", delimiter, name, attributes);
}

void
mm_status(MAILSTREAM *stream, char *mailbox, MAILSTATUS *status)
{
	(void)stream;
	status_put(session, mailbox, status);
}

void
mm_searched(MAILSTREAM *stream, unsigned long number)
{
	(void)stream;
	(void)number;
}

/* Nobody is there to be asked: the session serves files only. */
void
mm_login(NETMBX *mb, char *user, char *pwd, long trial)
{
	(void)mb;
	(void)trial;
	user[0] = '\0';
	pwd[0] = '\0';
}

/* Signals are heard where the session waits, never inside the library. */
void
mm_critical(MAILSTREAM *stream)
{
	(void)stream;
	session->critical++;
}

void
mm_nocritical(MAILSTREAM *stream)
{
	(void)stream;
	session->critical--;
}

/*
 * The disk is full or broken. Where the mailbox is whole the operation is given
 * up; where it is not, trying again is the only way to make it whole.
 */
long
mm_diskerror(MAILSTREAM *stream, long errcode, long serious)
{
	const char *why = strerror((int)errcode);

	if (errcode == ENOSPC || errcode == EDQUOT)
		cmd_why(session, "OVERQUOTA");
	if (!serious) {
		unsolicited_note(session, "NO", "Disk error: %s", why);
		return T;
	}
	syslog(LOG_ALERT,
	    "Retrying after disk error user=%.80s host=%.80s "
	    "mbx=%.80s: %s",
	    session->user, session->client,
	    stream && stream->mailbox ? stream->mailbox : "???", why);
	unsolicited_note(session, "BAD",
	    "Retrying to fix probable mailbox damage!");
	event_wait(NULL, 0, event_now() + DISK_RETRY);
	return NIL;
}

void
mm_fatal(char *string)
{
	struct session *s = session;

	if (!s)
		return;
	/* Out of memory, what is done here may end here again. */
	session = NULL;
	syslog(LOG_ALERT, "Fatal error user=%.80s host=%.80s mbx=%.80s: %.500s",
	    s->user, s->client,
	    s->stream && s->stream->mailbox ? s->stream->mailbox : "???",
	    string);
	/* What is half written there could be any octets of a message. */
	if (s->out.in_line)
		return;
	output_puts(&s->out, "* BYE [ALERT] IMAP4rev1 server crashing: ");
	output_text(&s->out, cc_span_z(string));
	output_puts(&s->out, "\r\n");
	output_flush(&s->out);
}
