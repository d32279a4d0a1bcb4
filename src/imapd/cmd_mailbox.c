/*
 * cmd_mailbox.c - STATUS, SUBSCRIBE, UNSUBSCRIBE (RFC 3501 sections 6.3.6,
 * 6.3.7, 6.3.10).
 */
#include "cc_err.h"
#include "command.h"
#include "env_state.h"
#include "unsolicited.h"

static const struct {
	const char *name;
	long flag;
} items[] = {
	{ "MESSAGES", SA_MESSAGES },
	{ "RECENT", SA_RECENT },
	{ "UNSEEN", SA_UNSEEN },
	{ "UIDNEXT", SA_UIDNEXT },
	{ "UIDVALIDITY", SA_UIDVALIDITY },
};

#define ITEMS (sizeof(items) / sizeof(*items))

/* One item; an unknown one is told and left out. */
static long
item_flag(struct session *s, struct span name)
{
	for (size_t i = 0; i < ITEMS; i++)
		if (cc_span_is_nocase(name, items[i].name))
			return items[i].flag;
	unsolicited_note(s, "NO", "Unknown status flag %.*s", (int)name.len,
	    name.p);
	return 0;
}

/* SP "(" item *(SP item) ")" */
static int
parse_items(struct session *s, struct args *args, long *flags_r)
{
	struct span name;

	*flags_r = 0;
	if (!args_space(args) || !cc_cursor_skip(&args->c, '('))
		return CC_EPARSE;
	do {
		if (args_atom(args, &name) != 0)
			return CC_EPARSE;
		*flags_r |= item_flag(s, name);
	} while (args_space(args));
	return cc_cursor_skip(&args->c, ')') ? 0 : CC_EPARSE;
}

enum cmd_result
cmd_status(struct session *s, struct args *args)
{
	enum cmd_result r;
	char *name;
	long flags;

	if (!args_space(args) || args_mailbox(args, &name) != 0 ||
	    parse_items(s, args, &flags) != 0)
		return cmd_missing(s);
	if (!args_end(args))
		return cmd_extra(s);
	if ((r = cmd_may_name(s, name)) != CMD_OK)
		return r;
	if (cmd_is_selected(s, name)) {
		/* What it says is what it is now. */
		if (!unsolicited_poll(s, true))
			return CMD_NO;
		if (cc_env()->status_complaint)
			unsolicited_note(s, "NO",
			    "CLIENT BUG DETECTED: "
			    "STATUS on selected mailbox: %s",
			    name);
	}
	if (cmd_is_remote(name))
		return cmd_no_mailbox(s, "get status of", name);
	if (mail_status(s->stream, name, flags))
		return CMD_OK;
	cmd_explain(s, name);
	return CMD_NO;
}

void
status_put(struct session *s, const char *mailbox, const MAILSTATUS *status)
{
	const unsigned long values[ITEMS] = { status->messages, status->recent,
		status->unseen, status->uidnext, status->uidvalidity };
	const char *space = "";

	output_puts(&s->out, "* STATUS ");
	cc_imap_put_astring(&s->out.buf, cc_span_z(mailbox));
	output_puts(&s->out, " (");
	for (size_t i = 0; i < ITEMS; i++) {
		if (!(status->flags & items[i].flag))
			continue;
		output_printf(&s->out, "%s%s %lu", space, items[i].name,
		    values[i]);
		space = " ";
	}
	output_puts(&s->out, ")\r\n");
	output_check(&s->out);
}

/* SP mailbox, and nothing else. The old form "MAILBOX name" is known, too.
 * CMD_OK, or the answer. */
static enum cmd_result
parse_subscription(struct session *s, struct args *args, char **name_r)
{
	if (!args_space(args) || args_mailbox(args, name_r) != 0)
		return cmd_missing(s);
	if (strcasecmp(*name_r, "MAILBOX") == 0 && args_space(args) &&
	    args_mailbox(args, name_r) != 0)
		return cmd_missing(s);
	return args_end(args) ? CMD_OK : cmd_extra(s);
}

enum cmd_result
cmd_subscribe(struct session *s, struct args *args)
{
	char *name;
	enum cmd_result r = parse_subscription(s, args, &name);

	if (r != CMD_OK)
		return r;
	return mail_subscribe(NULL, name) ? CMD_OK : CMD_NO;
}

enum cmd_result
cmd_unsubscribe(struct session *s, struct args *args)
{
	char *name;
	enum cmd_result r = parse_subscription(s, args, &name);

	if (r != CMD_OK)
		return r;
	return mail_unsubscribe(NULL, name) ? CMD_OK : CMD_NO;
}
