/*
 * cmd_fetch.c - FETCH and UID FETCH (RFC 3501 sections 6.4.5, 6.4.8).
 *
 * The items are compiled once and walked for each message; nothing is
 * allocated per message. A message that cannot be read leaves no half response:
 * it is taken back, the others follow, and the command ends in NO. Only if
 * octets of an announced literal are already with the client, or might be
 * missing in it, the connection is closed.
 */
#include "cc_err.h"
#include "command.h"
#include "event.h"
#include "unsolicited.h"

/* Ceilings of the buffers for one header. */
#define SCRATCH_MAX (CC_HEADER_MAX + 64u * 1024)
#define CONVERTED_MAX (2u * CC_HEADER_MAX + 64u * 1024)

/* Sets \Seen where an item does and it is not set; true if it changed. */
static bool
set_seen(struct session *s, struct fetch_run *run,
    const struct fetch_program *p)
{
	if (!p->seen || (run->record.flags & fSEEN) || s->stream->rdonly)
		return false;
	if (cc_mail_store(s->stream, run->msgno, fSEEN, fSEEN, 0, 0) != 0)
		return false;
	if (s->dirty == 0)
		s->dirty = event_now();
	return cc_mail_record(s->stream, run->msgno, &run->record) == 0;
}

/* "* n FETCH (...)" for the present message. */
static int
put_message(struct session *s, struct fetch_run *run,
    const struct fetch_program *p)
{
	struct strbuf *b = &s->out.buf;
	bool changed = set_seen(s, run, p), first = !s->uid;
	int r = 0;

	cc_strbuf_put(b, "* ", 2);
	cc_strbuf_put_uint(b, run->msgno);
	cc_strbuf_put(b, " FETCH (", 8);
	if (s->uid) {
		static const struct fetch_item uid = { .label =
							   CC_SPAN("UID") };

		fetch_put_uid(run, &uid);
	}
	for (size_t i = 0; r == 0 && i < p->count; i++) {
		if (s->uid && p->items[i].put == fetch_put_uid)
			continue;
		if (!first)
			cc_strbuf_putc(b, ' ');
		first = false;
		r = p->items[i].put(run, &p->items[i]);
	}
	if (r == 0 && changed && !p->flags) {
		cc_strbuf_put(b, " FLAGS ", 7);
		fetch_put_flag_list(&s->out, s->stream, &run->record);
	}
	cc_strbuf_put(b, ")\r\n", 3);
	return r;
}

/* One message, wholly or not at all. */
static int
fetch_message(struct session *s, struct fetch_run *run,
    const struct fetch_program *p)
{
	uint64_t mark = output_mark(&s->out);
	struct mail_record before, now;
	int r;

	if ((r = cc_mail_record(s->stream, run->msgno, &run->record)) != 0)
		return r;
	before = run->record;
	s->out.in_line = true;
	r = put_message(s, run, p);
	s->out.in_line = false;
	if (r == 0 && cc_strbuf_status(&s->out.buf) != 0)
		r = CC_ELIMIT;
	if (r == 0)
		return output_check(&s->out) ? 0 : CC_ECLOSED;
	/* What it did is told when the command is done. */
	if (cc_mail_record(s->stream, run->msgno, &now) == 0 &&
	    now.flags != before.flags)
		unsolicited_flags(s, run->msgno);
	if (!output_failed(&s->out) && !output_undo(&s->out, mark))
		session_end(s, "Mailbox changed while a message was sent", 1);
	return r;
}

static enum cmd_result
fetch_all(struct session *s, const struct imap_seqset *set,
    const struct fetch_program *p)
{
	struct cmd_walk w = { .set = set };
	struct fetch_run run = {
		.stream = s->stream, .out = &s->out, .resume = &s->resume
	};
	int failed = 0, r;

	cc_strbuf_init(&run.scratch, SCRATCH_MAX);
	cc_strbuf_init(&run.converted, CONVERTED_MAX);
	s->news.muted = true; /* \Seen is told in the response itself */
	while (!run.unknown_cte && cmd_walk_next(s, &w)) {
		run.msgno = w.msgno;
		if ((r = fetch_message(s, &run, p)) != 0)
			failed = r;
	}
	if (p->seen && (r = cc_mail_flush(s->stream, false)) != 0)
		failed = r;
	s->news.muted = false;
	cc_strbuf_free(&run.scratch);
	cc_strbuf_free(&run.converted);
	if (failed == 0)
		return CMD_OK;
	if (run.unknown_cte)
		cmd_why(s, "UNKNOWN-CTE");
	cmd_say(s, "%s failed: %s", s->command,
	    run.unknown_cte ? run.unknown_cte : cc_strerror(failed));
	return CMD_NO;
}

enum cmd_result
cmd_fetch(struct session *s, struct args *args)
{
	struct imap_seqset set;
	struct fetch_program program;
	const char *why;
	enum cmd_result r;

	if ((r = cmd_sequence(s, args, &set)) != CMD_OK)
		return r;
	if (!args_space(args))
		return cmd_missing(s);
	if (fetch_parse(args, &program, &why) == 0)
		return fetch_all(s, &set, &program);
	if (!why || s->in.refusal)
		return cmd_missing(s);
	/* why comes from a fixed set of our own texts. */
	cc_strbuf_reset(&s->text);
	for (const char *p = why; *p; p++) {
		if (p[0] == '%' && p[1] == 's') {
			cc_strbuf_puts(&s->text, s->command);
			p++;
		} else {
			cc_strbuf_putc(&s->text, *p);
		}
	}
	return CMD_BAD;
}
