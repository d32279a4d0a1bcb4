/*
 * cmd_any.c - commands of every state: CAPABILITY, NOOP, ID, ENABLE, LOGOUT
 * (RFC 3501 section 6.1, RFC 2971, RFC 5161).
 */
#include <syslog.h>

#include "cc_limits.h"
#include "cc_err.h"
#include "command.h"
#include "imap_capability.h"
#include "unsolicited.h"

enum cmd_result
cmd_capability(struct session *s, struct args *args)
{
	struct imap_capability_state state;
	enum cmd_result r = cmd_no_args(s, args);

	if (r != CMD_OK)
		return r;
	session_capability(s, &state);
	output_puts(&s->out, "* CAPABILITY ");
	cc_imap_put_capability(&s->out.buf, IMAP_CAP_ALL, &state);
	output_puts(&s->out, "\r\n");
	return CMD_OK;
}

/* What it is good for happens after every command. */
enum cmd_result
cmd_noop(struct session *s, struct args *args)
{
	return cmd_no_args(s, args);
}

/* "(" string nstring ... ")" or NIL; what the client is called is of no use
 * to us. */
static int
parse_id(struct args *args)
{
	struct span name, value;
	unsigned pairs = 0;
	int r;

	if (!args_space(args))
		return CC_EPARSE;
	if (!cc_cursor_skip(&args->c, '(')) {
		if ((r = args_nstring(args, &value)) != 0)
			return r;
		return value.p ? CC_EPARSE : 0;
	}
	if (cc_cursor_skip(&args->c, ')'))
		return 0;
	do {
		if (++pairs > CC_ID_PAIRS)
			return CC_ELIMIT;
		if ((r = args_string(args, &name)) != 0)
			return r;
		if (!args_space(args))
			return CC_EPARSE;
		if ((r = args_nstring(args, &value)) != 0)
			return r;
	} while (args_space(args));
	return cc_cursor_skip(&args->c, ')') ? 0 : CC_EPARSE;
}

enum cmd_result
cmd_id(struct session *s, struct args *args)
{
	if (parse_id(args) != 0)
		return cmd_missing(s);
	if (!args_end(args))
		return cmd_extra(s);
	output_puts(&s->out,
	    "* ID (\"name\" \"Cedar IMAP\" \"version\" \"" CC_VERSION
	    "\")\r\n");
	return CMD_OK;
}

/* What there is works without being enabled; names that we do not know are
 * passed over (RFC 5161 section 3.1). */
enum cmd_result
cmd_enable(struct session *s, struct args *args)
{
	struct span name;

	do {
		if (!args_space(args) || args_atom(args, &name) != 0)
			return cmd_missing(s);
	} while (!args_end(args));
	output_puts(&s->out, "* ENABLED\r\n");
	return CMD_OK;
}

enum cmd_result
cmd_logout(struct session *s, struct args *args)
{
	enum cmd_result r = cmd_no_args(s, args);

	if (r != CMD_OK)
		return r;
	output_printf(&s->out,
	    "* BYE %s IMAP4rev1 server terminating connection\r\n", s->server);
	/* What the client did is in the mailbox when it reads the OK: its next
	 * session may begin at once. */
	session_deselect(s);
	session_end(s, "Logout", 0);
	return CMD_OK;
}
