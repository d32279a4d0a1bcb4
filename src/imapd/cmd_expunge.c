/*
 * cmd_expunge.c - EXPUNGE and UID EXPUNGE (RFC 3501 section 6.4.3; RFC 4315
 * section 2.1).
 *
 * The library tells of each message that is gone while the command runs, which
 * is allowed here (RFC 3501 section 7.4.1); EXISTS and RECENT follow when the
 * mailbox is looked at afterwards.
 */
#include "cc_err.h"
#include "command.h"
#include "unsolicited.h"

static enum cmd_result
expunge(struct session *s, char *sequence)
{
	long done;

	s->news.expunge_ok = true;
	done = mail_expunge_full(s->stream, sequence, sequence ? EX_UID : NIL);
	s->news.expunge_ok = false;
	return done ? CMD_OK : CMD_NO;
}

enum cmd_result
cmd_expunge(struct session *s, struct args *args)
{
	struct imap_seqset set;
	enum cmd_result r;
	char *text;

	if (!s->uid)
		return args_end(args) ? expunge(s, NULL) : cmd_extra(s);
	if ((r = cmd_sequence(s, args, &set)) != CMD_OK)
		return r;
	if (!args_end(args))
		return cmd_extra(s);
	if (cmd_sequence_text(s, &set, &text) != 0)
		return cmd_bogus_sequence(s, "Sequence too long");
	return text ? expunge(s, text) : CMD_OK;
}
