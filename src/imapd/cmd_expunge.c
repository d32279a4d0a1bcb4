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

/* The set as the library wants it: text in the arena, NULL if it is empty. */
static int
set_text(struct session *s, const struct imap_seqset *set, char **text_r)
{
	struct strbuf b;
	int r;

	*text_r = NULL;
	if (set->count == 0)
		return 0;
	cc_strbuf_init(&b, CC_COMMAND_MEMORY);
	cc_imap_put_seqset(&b, set);
	r = cc_strbuf_status(&b);
	if (r == 0 && !(*text_r = cc_arena_dup(&s->arena, cc_strbuf_span(&b))))
		r = CC_ELIMIT;
	cc_strbuf_free(&b);
	return r;
}

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
	if (set_text(s, &set, &text) != 0)
		return cmd_bogus_sequence(s, "Sequence too long");
	return text ? expunge(s, text) : CMD_OK;
}
