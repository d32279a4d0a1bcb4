/*
 * cmd_select.c - SELECT, EXAMINE, CLOSE, UNSELECT, CHECK (RFC 3501 sections
 * 6.3.1, 6.3.2, 6.4.1, 6.4.2; RFC 3691).
 *
 * The old mailbox is closed before the new one is opened, so that a session
 * never holds two; it stays only if the command cannot be understood.
 */
#include <syslog.h>

#include "cc_err.h"
#include "command.h"
#include "event.h"
#include "unsolicited.h"

/* The name is whatever somebody unknown wrote: no line of the log is to be
 * forged by it. */
static void
log_anonymous(const struct session *s, const char *name)
{
	char shown[81]; /* as much as is logged */
	size_t n;

	for (n = 0; name[n] && n < sizeof(shown) - 1; n++)
		shown[n] = name[n] >= ' ' && name[n] <= '~' ? name[n] : '?';
	shown[n] = '\0';
	syslog(LOG_INFO, "Anonymous select of %s host=%.80s", shown, s->client);
}

enum cmd_result
select_mailbox(struct session *s, char *name, long options)
{
	enum cmd_result r = cmd_may_name(s, name);

	session_deselect(s);
	if (r != CMD_OK)
		return r;
	if (cmd_is_remote(name))
		return cmd_no_mailbox(s, "open mailbox", name);
	if (s->anonymous) {
		options |= OP_READONLY | OP_ANONYMOUS;
		log_anonymous(s, name);
	}
	s->news.muted = true;
	s->opening = true;
	s->stream = mail_open(NULL, name, options);
	s->opening = false;
	s->news.muted = false;
	if (!s->stream) {
		cmd_explain(s, name);
		return CMD_NO;
	}
	unsolicited_put_mailbox(s);
	unsolicited_selected(s);
	s->code = s->stream->rdonly ? "[READ-ONLY]" : "[READ-WRITE]";
	/* An error that did not keep the mailbox from being opened is told,
	 * but a client would take NO for "nothing is selected". */
	if (s->notes.error.len) {
		unsolicited_note(s, "NO", "%s", cc_strbuf_str(&s->notes.error));
		cc_strbuf_reset(&s->notes.error);
	}
	return CMD_OK;
}

static enum cmd_result
open_mailbox(struct session *s, struct args *args, long options)
{
	char *name;

	if (!args_space(args) || args_mailbox(args, &name) != 0)
		return cmd_missing(s);
	if (!args_end(args))
		return cmd_extra(s);
	return select_mailbox(s, name, options);
}

enum cmd_result
cmd_select(struct session *s, struct args *args)
{
	return open_mailbox(s, args, NIL);
}

enum cmd_result
cmd_examine(struct session *s, struct args *args)
{
	return open_mailbox(s, args, OP_READONLY);
}

/* What is marked goes without a word. If it cannot, the client must know, and
 * the mailbox stays selected: NO to a CLOSE says that nothing was closed. */
enum cmd_result
cmd_close(struct session *s, struct args *args)
{
	enum cmd_result r = cmd_no_args(s, args);

	if (r != CMD_OK)
		return r;
	if (!s->stream->rdonly && !s->anonymous) {
		bool silent = s->stream->silent;
		long done;

		s->stream->silent = true;
		done = mail_expunge(s->stream);
		s->stream->silent = silent;
		if (!done)
			return CMD_NO;
	}
	session_deselect(s);
	return CMD_OK;
}

enum cmd_result
cmd_unselect(struct session *s, struct args *args)
{
	enum cmd_result r = cmd_no_args(s, args);

	if (r != CMD_OK)
		return r;
	session_deselect(s);
	return CMD_OK;
}

enum cmd_result
cmd_check(struct session *s, struct args *args)
{
	enum cmd_result r = cmd_no_args(s, args);

	if (r != CMD_OK)
		return r;
	if (!s->anonymous)
		mail_check(s->stream);
	s->dirty = 0;
	return CMD_OK;
}
