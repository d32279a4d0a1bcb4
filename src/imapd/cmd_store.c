/*
 * cmd_store.c - STORE and UID STORE (RFC 3501 sections 6.4.6, 6.4.8).
 */
#include "cc_ctype.h"
#include "cc_err.h"
#include "command.h"
#include "event.h"
#include "unsolicited.h"

#define SYSTEM_FLAGS (fSEEN | fDELETED | fFLAGGED | fANSWERED | fDRAFT)

static const struct {
	const char *name;
	unsigned bit;
} system_flags[] = {
	{ "\\Seen", fSEEN },
	{ "\\Deleted", fDELETED },
	{ "\\Flagged", fFLAGGED },
	{ "\\Answered", fANSWERED },
	{ "\\Draft", fDRAFT },
};

/* What a STORE does. */
struct change {
	char op;           /* '+', '-', or 0 for replace */
	bool silent;       /* no untagged FETCH */
	unsigned flags;    /* system flags named */
	uint32_t keywords; /* bits of the keywords named */
};

/* FLAGS, +FLAGS, -FLAGS, each with .SILENT. */
static int
parse_op(struct args *args, struct change *ch)
{
	struct span op;
	int c = cc_cursor_peek(&args->c);

	if (c == '+' || c == '-') {
		ch->op = (char)c;
		args->c.p++;
	}
	if (args_atom(args, &op) != 0)
		return CC_EPARSE;
	ch->silent = cc_span_is_nocase(op, "FLAGS.SILENT");
	return ch->silent || cc_span_is_nocase(op, "FLAGS") ? 0 : CC_EPARSE;
}

/* The bit of a keyword that the mailbox has, else 0. */
static uint32_t
keyword_bit(const MAILSTREAM *stream, struct span name)
{
	for (unsigned i = 0; i < NUSERFLAGS; i++)
		if (stream->user_flags[i] &&
		    cc_span_is_nocase(name, stream->user_flags[i]))
			return UINT32_C(1) << i;
	return 0;
}

/* A keyword that may have to be made, which is the library's work. */
static void
add_keyword(struct session *s, struct change *ch, struct span name)
{
	uint32_t bit = keyword_bit(s->stream, name);
	unsigned long made = 0;
	char *flag;

	if (!bit && ch->op != '-' && name.len <= MAXUSERFLAG &&
	    s->stream->kwd_create &&
	    (flag = cc_arena_dup(&s->arena, name)) != NULL) {
		mail_parse_flags(s->stream, flag, &made);
		bit = keyword_bit(s->stream, name);
	}
	if (!bit && ch->op != '-')
		cmd_say(s, "Unknown flag: %.*s", (int)name.len, name.p);
	ch->keywords |= bit;
}

static void
add_flag(struct session *s, struct change *ch, struct span name)
{
	if (name.p[0] != '\\') {
		add_keyword(s, ch, name);
		return;
	}
	for (size_t i = 0; i < sizeof(system_flags) / sizeof(*system_flags);
	     i++) {
		if (cc_span_is_nocase(name, system_flags[i].name)) {
			ch->flags |= system_flags[i].bit;
			return;
		}
	}
	cmd_say(s, "Unsupported system flag: %.*s", (int)name.len, name.p);
}

/* Flags with or without parentheses: first all are read, then each is taken,
 * so that a wrong list makes no keyword. */
static int
parse_flags(struct session *s, struct args *args, struct change *ch)
{
	bool list = cc_cursor_skip(&args->c, '(');
	struct cursor start = args->c;
	struct span name;

	if (!(list && cc_cursor_peek(&args->c) == ')'))
		do {
			if (cc_imap_parse_flag(&args->c, &name) != 0)
				return CC_EPARSE;
		} while (args_space(args));
	if (list && !cc_cursor_skip(&args->c, ')'))
		return CC_EPARSE;
	if (!args_end(args))
		return CC_EPARSE;
	while (cc_imap_parse_flag(&start, &name) == 0) {
		add_flag(s, ch, name);
		cc_cursor_skip(&start, ' ');
	}
	return 0;
}

/* "* n FETCH (FLAGS (...))", with the UID behind it for UID STORE. */
static void
put_flags(struct session *s, unsigned long msgno)
{
	struct mail_record record;

	if (cc_mail_record(s->stream, msgno, &record) != 0)
		return;
	cc_strbuf_put(&s->out.buf, "* ", 2);
	cc_strbuf_put_uint(&s->out.buf, msgno);
	output_puts(&s->out, " FETCH (FLAGS ");
	fetch_put_flag_list(&s->out, s->stream, &record);
	if (s->uid)
		output_printf(&s->out, " UID %u", record.uid);
	output_puts(&s->out, ")\r\n");
	output_check(&s->out);
}

static enum cmd_result
store_all(struct session *s, const struct imap_seqset *set,
    const struct change *ch)
{
	struct cmd_walk w = { .set = set };
	unsigned mask = ch->op ? ch->flags : SYSTEM_FLAGS;
	unsigned value = ch->op == '-' ? 0 : ch->flags;
	uint32_t kmask = ch->op ? ch->keywords : UINT32_MAX;
	uint32_t kvalue = ch->op == '-' ? 0 : ch->keywords;
	int failed = 0;

	s->news.muted = true;
	while (failed == 0 && cmd_walk_next(s, &w)) {
		failed = cc_mail_store(s->stream, w.msgno, mask, value, kmask,
		    kvalue);
		if (failed == 0 && !ch->silent)
			put_flags(s, w.msgno);
	}
	if (failed == 0)
		failed = cc_mail_flush(s->stream, false);
	s->news.muted = false;
	if (s->dirty == 0)
		s->dirty = event_now();
	if (failed == 0)
		return CMD_OK;
	cmd_say(s, "%s failed: %s", s->command, cc_strerror(failed));
	return CMD_NO;
}

enum cmd_result
cmd_store(struct session *s, struct args *args)
{
	struct change ch = { 0 };
	struct imap_seqset set;
	unsigned known = unsolicited_keywords(s->stream);
	enum cmd_result r;

	if ((r = cmd_sequence(s, args, &set)) != CMD_OK)
		return r;
	if (!args_space(args))
		return cmd_missing(s);
	if (parse_op(args, &ch) != 0)
		return cmd_bogus_list(s);
	if (!args_space(args) || parse_flags(s, args, &ch) != 0)
		return cmd_missing(s);
	/* A keyword is announced before it is used. */
	if (unsolicited_keywords(s->stream) != known)
		unsolicited_put_flags(s);
	return store_all(s, &set, &ch);
}
