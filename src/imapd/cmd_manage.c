/*
 * cmd_manage.c - CREATE, DELETE, RENAME (RFC 3501 sections 6.3.3 to 6.3.5).
 */
#include "cc_err.h"
#include "command.h"

/* SP mailbox, for the last one with nothing behind it. */
static enum cmd_result
parse_name(struct session *s, struct args *args, bool last, char **name_r)
{
	if (!args_space(args) || args_mailbox(args, name_r) != 0)
		return cmd_missing(s);
	return last && !args_end(args) ? cmd_extra(s) : CMD_OK;
}

enum cmd_result
cmd_create(struct session *s, struct args *args)
{
	enum cmd_result r;
	char *name;

	if ((r = parse_name(s, args, true, &name)) != CMD_OK)
		return r;
	if (cmd_is_remote(name))
		return cmd_no_mailbox(s, "create mailbox", name);
	if (mail_create(NIL, name))
		return CMD_OK;
	if (strcasecmp(name, "INBOX") == 0 || mail_valid(NIL, name, NIL))
		cmd_why(s, "ALREADYEXISTS");
	return CMD_NO;
}

enum cmd_result
cmd_delete(struct session *s, struct args *args)
{
	enum cmd_result r;
	char *name;

	if ((r = parse_name(s, args, true, &name)) != CMD_OK)
		return r;
	if (cmd_is_remote(name))
		return cmd_no_mailbox(s, "delete mailbox", name);
	if (cmd_is_selected(s, name)) {
		cmd_say(s, "Can not DELETE the selected mailbox");
		return CMD_NO;
	}
	if (mail_delete(NIL, name))
		return CMD_OK;
	if (strcasecmp(name, "INBOX") == 0)
		cmd_why(s, "CANNOT");
	else
		cmd_explain(s, name);
	return CMD_NO;
}

enum cmd_result
cmd_rename(struct session *s, struct args *args)
{
	char *from, *to;
	enum cmd_result r;

	if ((r = parse_name(s, args, false, &from)) != CMD_OK ||
	    (r = parse_name(s, args, true, &to)) != CMD_OK)
		return r;
	if (cmd_is_remote(from))
		return cmd_no_mailbox(s, "rename mailbox", from);
	if (cmd_is_remote(to))
		return cmd_no_mailbox(s, "rename to mailbox", to);
	if (cmd_is_selected(s, from)) {
		cmd_say(s, "Can not RENAME the selected mailbox");
		return CMD_NO;
	}
	if (mail_rename(NIL, from, to))
		return CMD_OK;
	if (strcasecmp(to, "INBOX") == 0 || mail_valid(NIL, to, NIL))
		cmd_why(s, "ALREADYEXISTS");
	else
		cmd_explain(s, from);
	return CMD_NO;
}
