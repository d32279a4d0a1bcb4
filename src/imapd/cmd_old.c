/*
 * cmd_old.c - commands of before IMAP4, and of one client: BBOARD, FIND,
 * NETSCAPE. Nobody has to offer them, and clients of the toolkit know them.
 */
#include "cc_err.h"
#include "command.h"
#include "env_state.h"

/* The namespace that BBOARD selects in. */
#define PUBLIC "#public/"

/* SELECT, read-only, of a mailbox that everybody sees. */
enum cmd_result
cmd_bboard(struct session *s, struct args *args)
{
	char *name, *full;
	size_t n;

	if (!args_space(args) || args_mailbox(args, &name) != 0)
		return cmd_missing(s);
	if (!args_end(args))
		return cmd_extra(s);
	n = strlen(name);
	full = cc_arena_get(&s->arena, sizeof(PUBLIC) + n);
	if (!full)
		return cmd_missing(s);
	memcpy(full, PUBLIC, sizeof(PUBLIC) - 1);
	memcpy(full + sizeof(PUBLIC) - 1, name, n + 1);
	return select_mailbox(s, full, OP_READONLY);
}

/*
 * FIND MAILBOXES and FIND ALL.MAILBOXES of IMAP2bis: "* MAILBOX name" for each
 * subscribed or existing one. "*" is the only wildcard that means the same as
 * today.
 */
enum cmd_result
cmd_find(struct session *s, struct args *args)
{
	enum cmd_result r;
	struct span what;
	char *text;
	bool all;

	if (!args_space(args) || args_atom(args, &what) != 0)
		return cmd_missing(s);
	all = cc_span_is_nocase(what, "ALL.MAILBOXES");
	if ((!all && !cc_span_is_nocase(what, "MAILBOXES")) ||
	    !args_space(args) || args_list_mailbox(args, &text) != 0)
		return cmd_missing(s);
	if (!args_end(args))
		return cmd_extra(s);
	if ((r = cmd_may_name(s, text)) != CMD_OK)
		return r;
	if (strpbrk(text, "%?")) {
		cmd_say(s, "The only wildcard of FIND is *");
		return CMD_NO;
	}
	s->finding = true;
	if (all)
		mail_list(NULL, "", text);
	else
		mail_lsub(NULL, "", text);
	s->finding = false;
	return CMD_OK;
}

enum cmd_result
cmd_netscape(struct session *s, struct args *args)
{
	enum cmd_result r = cmd_no_args(s, args);

	if (r != CMD_OK)
		return r;
	output_puts(&s->out,
	    "* OK [NETSCAPE]\r\n"
	    "* VERSION 1.0 UNIX\r\n"
	    "* ACCOUNT-URL ");
	cc_imap_put_string(&s->out.buf, cc_span_z(cc_env()->netscape_url));
	output_puts(&s->out, "\r\n");
	return CMD_OK;
}
