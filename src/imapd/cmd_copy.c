/*
 * cmd_copy.c - COPY and UID COPY (RFC 3501 sections 6.4.7, 6.4.8), and the
 * response codes of UIDPLUS (RFC 4315 section 3).
 *
 * The library copies all messages or none, and tells where they went while it
 * does so; that is kept for the tagged response.
 */
#include "cc_err.h"
#include "cc_fn.h"
#include "command.h"
#include "mail_generic.h"
#include "unsolicited.h"

static struct session *session; /* the one there is */
static bool copying;            /* what is appended is copied */

static void
put_set(struct strbuf *b, const SEARCHSET *set)
{
	for (const char *comma = ""; set; set = set->next, comma = ",") {
		cc_strbuf_printf(b, "%s%lu", comma, set->first);
		if (set->last)
			cc_strbuf_printf(b, ":%lu", set->last);
	}
}

/* "CODE validity [source] destination". */
static void
keep_code(const char *name, unsigned long validity, const SEARCHSET *source,
    const SEARCHSET *dest)
{
	struct strbuf b;

	if (!dest)
		return;
	cc_strbuf_init(&b, CC_COMMAND_MEMORY);
	cc_strbuf_printf(&b, "%s %lu ", name, validity);
	put_set(&b, source);
	if (source)
		cc_strbuf_putc(&b, ' ');
	put_set(&b, dest);
	if (cc_strbuf_status(&b) == 0)
		cmd_code(session, cc_strbuf_str(&b));
	cc_strbuf_free(&b);
}

static void
copied(MAILSTREAM *stream, char *mailbox, unsigned long validity,
    SEARCHSET *source, SEARCHSET *dest)
{
	(void)stream;
	(void)mailbox;
	if (source)
		keep_code("COPYUID", validity, source, dest);
}

/* The UIDs of the messages that are marked to be copied. */
static SEARCHSET *
marked(MAILSTREAM *stream)
{
	SEARCHSET *set = mail_newsearchset(), *tail = set;

	for (unsigned long i = 1; i <= stream->nmsgs; i++) {
		MESSAGECACHE *elt = cc_mail_elt_if(stream, i);

		if (elt && elt->sequence)
			tail = mail_append_set(tail, mail_uid(stream, i));
	}
	return set;
}

/* Also where a mailbox of another driver is the destination of a copy. */
static void
appended(char *mailbox, unsigned long validity, SEARCHSET *set)
{
	SEARCHSET *source;

	(void)mailbox;
	if (!copying) {
		keep_code("APPENDUID", validity, NULL, set);
		return;
	}
	source = marked(session->stream);
	if (source->first)
		keep_code("COPYUID", validity, source, set);
	mail_free_searchset(&source);
}

void
copy_init(struct session *s)
{
	session = s;
	mail_parameters(NULL, SET_COPYUID,
	    cc_fn_to_ptr((void (*)(void))copied));
	mail_parameters(NULL, SET_APPENDUID,
	    cc_fn_to_ptr((void (*)(void))appended));
}

enum cmd_result
cmd_copy(struct session *s, struct args *args)
{
	struct imap_seqset set;
	struct cmd_walk w = { .set = &set };
	enum cmd_result r;
	char *mailbox, *text;

	/* A UID that there is not is no error (RFC 3501 section 6.4.8). */
	if (s->stream->nmsgs == 0 && !s->uid) {
		cmd_say(s, "Mailbox is empty");
		return CMD_NO;
	}
	if ((r = cmd_sequence(s, args, &set)) != CMD_OK)
		return r;
	if (!args_space(args) || args_mailbox(args, &mailbox) != 0)
		return cmd_missing(s);
	if (!args_end(args))
		return cmd_extra(s);
	if (cmd_is_remote(mailbox))
		return cmd_no_mailbox(s, "copy to mailbox", mailbox);
	if (cmd_sequence_text(s, &set, &text) != 0)
		return cmd_bogus_sequence(s, "Sequence too long");
	if (!text || !cmd_walk_next(s, &w))
		return CMD_OK; /* none of these UIDs exist */
	copying = true;
	r = mail_copy_full(s->stream, text, mailbox, s->uid ? CP_UID : NIL)
	    ? CMD_OK
	    : CMD_NO;
	copying = false;
	if (r == CMD_OK)
		return r;
	cmd_explain(s, mailbox);
	return r;
}
