/*
 * command.c - the table of commands, and the way of each: reading, dispatch,
 * a look at the mailbox, the tagged response (RFC 3501 sections 2.2.1, 5.5, 6).
 *
 * What the client sends is hostile; whatever it is, it is answered once, and
 * the next command is read where the client begins it.
 */
#include <errno.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "alert.h"
#include "cc_ctype.h"
#include "cc_err.h"
#include "command.h"
#include "env_state.h"
#include "event.h"
#include "mailpath.h"
#include "unsolicited.h"

static const struct command commands[] = {
	{ "CAPABILITY", ST_ANY, 0, cmd_capability },
	{ "NOOP", ST_ANY, 0, cmd_noop },
	{ "ID", ST_ANY, 0, cmd_id },
	{ "LOGOUT", ST_ANY, CMD_NOPOLL, cmd_logout },
	{ "SELECT", ST_ANY, CMD_NOPOLL, cmd_select },
	{ "EXAMINE", ST_ANY, CMD_NOPOLL, cmd_examine },
	{ "ENABLE", ST_ANY, 0, cmd_enable },
	{ "LIST", ST_ANY, 0, cmd_list },
	{ "LSUB", ST_ANY, 0, cmd_lsub },
	/* No name here is a referral (RFC 2193): the same answers. */
	{ "RLIST", ST_ANY, 0, cmd_list },
	{ "RLSUB", ST_ANY, 0, cmd_lsub },
	{ "SCAN", ST_ANY, 0, cmd_scan },
	{ "NAMESPACE", ST_ANY, 0, cmd_namespace },
	{ "STATUS", ST_ANY, 0, cmd_status },
	{ "CREATE", ST_ANY, CMD_NAMED, cmd_create },
	{ "DELETE", ST_ANY, CMD_NAMED, cmd_delete },
	{ "RENAME", ST_ANY, CMD_NAMED, cmd_rename },
	{ "APPEND", ST_ANY, CMD_NAMED, cmd_append },
	{ "SUBSCRIBE", ST_ANY, CMD_NAMED, cmd_subscribe },
	{ "UNSUBSCRIBE", ST_ANY, CMD_NAMED, cmd_unsubscribe },
	{ "IDLE", ST_ANY, 0, cmd_idle },
	{ "FETCH", ST_SELECTED, CMD_UID | CMD_NOEXPUNGE, cmd_fetch },
	{ "STORE", ST_SELECTED, CMD_UID | CMD_NOEXPUNGE, cmd_store },
	{ "COPY", ST_SELECTED, CMD_UID | CMD_NOEXPUNGE | CMD_NAMED, cmd_copy },
	{ "SORT", ST_SELECTED, CMD_UID | CMD_NOEXPUNGE, cmd_sort },
	{ "THREAD", ST_SELECTED, CMD_UID | CMD_NOEXPUNGE, cmd_thread },
	{ "SEARCH", ST_SELECTED, CMD_UID | CMD_NOEXPUNGE, cmd_search },
	{ "EXPUNGE", ST_SELECTED, CMD_UID | CMD_NAMED, cmd_expunge },
	{ "CHECK", ST_SELECTED, 0, cmd_check },
	{ "CLOSE", ST_SELECTED, 0, cmd_close },
	{ "UNSELECT", ST_SELECTED, CMD_NOPOLL, cmd_unselect },
	{ "BBOARD", ST_ANY, CMD_NOPOLL, cmd_bboard },
	{ "FIND", ST_ANY, 0, cmd_find },
	{ "NETSCAPE", ST_ANY, CMD_NETSCAPE, cmd_netscape },
};

void
cmd_say(struct session *s, const char *fmt, ...)
{
	va_list ap;

	cc_strbuf_reset(&s->text);
	va_start(ap, fmt);
	cc_strbuf_vprintf(&s->text, fmt, ap);
	va_end(ap);
}

enum cmd_result
cmd_missing(struct session *s)
{
	cmd_say(s, "Missing or invalid argument to %s", s->command);
	return CMD_BAD;
}

enum cmd_result
cmd_extra(struct session *s)
{
	cmd_say(s, "Argument given to %s when none expected", s->command);
	return CMD_BAD;
}

enum cmd_result
cmd_bogus_list(struct session *s)
{
	cmd_say(s, "Bogus attribute list in %s", s->command);
	return CMD_BAD;
}

enum cmd_result
cmd_bogus_sequence(struct session *s, const char *why)
{
	cmd_say(s, "Bogus sequence in %s: %s", s->command, why);
	return CMD_BAD;
}

static const char *
bracketed(struct session *s, const char *code)
{
	size_t n = strlen(code);
	char *p = cc_arena_get(&s->arena, n + 3);

	if (!p)
		return NULL;
	p[0] = '[';
	memcpy(p + 1, code, n);
	p[n + 1] = ']';
	p[n + 2] = '\0';
	return p;
}

void
cmd_code(struct session *s, const char *code)
{
	s->code = bracketed(s, code);
}

void
cmd_why(struct session *s, const char *code)
{
	if (!s->why)
		s->why = bracketed(s, code);
}

void
cmd_explain(struct session *s, const char *name)
{
	struct strbuf path;
	struct stat st;

	session_explain(s, name);
	cc_strbuf_init(&path, CC_MAILPATH_MAX);
	if (cc_mailbox_file(name, &path) != 0 || path.len == 0)
		;
	else if (stat(cc_strbuf_str(&path), &st) != 0)
		cmd_why(s,
		    errno == EACCES || errno == EPERM ? "NOPERM"
						      : "NONEXISTENT");
	else if (access(cc_strbuf_str(&path), R_OK | W_OK) != 0)
		cmd_why(s, "NOPERM");
	cc_strbuf_free(&path);
}

enum cmd_result
cmd_no_mailbox(struct session *s, const char *purpose, const char *name)
{
	cmd_why(s, "NONEXISTENT");
	cmd_say(s, "Can't %s %s: no such mailbox", purpose, name);
	return CMD_NO;
}

enum cmd_result
cmd_may_name(struct session *s, const char *name)
{
	static const char *const open[] = { "#news.", "#ftp/", "#public/" };

	if (!s->anonymous || (name[0] != '#' && name[0] != '{'))
		return CMD_OK;
	for (size_t i = 0; i < sizeof(open) / sizeof(*open); i++)
		if (strncasecmp(name, open[i], strlen(open[i])) == 0)
			return CMD_OK;
	cmd_say(s, "Anonymous may not %s this name", s->command);
	return CMD_NO;
}

bool
cmd_is_selected(struct session *s, const char *name)
{
	const char *file = s->stream ? cc_mail_watch(s->stream) : NULL;
	struct strbuf path;
	bool same;

	if (!s->stream)
		return false;
	if (strcmp(name, s->stream->mailbox) == 0 ||
	    (s->stream->original_mailbox &&
		strcmp(name, s->stream->original_mailbox) == 0))
		return true;
	cc_strbuf_init(&path, CC_MAILPATH_MAX);
	same = file && cc_mailbox_file(name, &path) == 0 &&
	    strcmp(cc_strbuf_str(&path), file) == 0;
	cc_strbuf_free(&path);
	return same;
}

enum cmd_result
cmd_no_args(struct session *s, struct args *args)
{
	return args_end(args) ? CMD_OK : cmd_extra(s);
}

bool
cmd_is_remote(const char *name)
{
	return name[0] == '{' || (name[0] == '#' && strchr(name, '{'));
}

/* ---------------------------------------------------------------- dispatch */

/* What came before the first SP or the end of the line. */
static struct span
word(struct cursor *c)
{
	const unsigned char *start = c->p;

	while (c->p < c->end && *c->p != ' ')
		c->p++;
	return cc_cursor_since(c, start);
}

/* The name in upper case, cut to 80 octets, for the table and for texts. */
static void
set_name(struct session *s, const char *prefix, struct span name)
{
	size_t n = strlen(prefix);

	memcpy(s->command, prefix, n);
	for (size_t i = 0; i < name.len && n < 80; i++)
		s->command[n++] = (char)to_upper((unsigned char)name.p[i]);
	s->command[n] = '\0';
}

static bool
is_there(const struct session *s, const struct command *cmd)
{
	return !((cmd->flags & CMD_NAMED) && s->anonymous) &&
	    !((cmd->flags & CMD_NETSCAPE) && !cc_env()->netscape_url);
}

static const struct command *
find(struct session *s, struct span name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		const struct command *cmd = &commands[i];

		if (!cc_span_is_nocase(name, cmd->name))
			continue;
		if (!(cmd->states & session_state(s)) || !is_there(s, cmd) ||
		    (s->uid && !(cmd->flags & (CMD_UID | CMD_ONLYUID))) ||
		    (!s->uid && (cmd->flags & CMD_ONLYUID)))
			return NULL;
		return cmd;
	}
	return NULL;
}

/* The name of the command, which is two words for UID. */
static const struct command *
parse_name(struct session *s, struct cursor *c)
{
	struct span name = word(c);

	s->uid = false;
	if (!cc_span_is_nocase(name, "UID")) {
		set_name(s, "", name);
		return find(s, name);
	}
	if (!cc_cursor_skip(c, ' ')) {
		set_name(s, "", name);
		return NULL;
	}
	s->uid = true;
	name = word(c);
	set_name(s, "UID ", name);
	return find(s, name);
}

/* The tag, kept beyond the command's buffer. False after an answer. */
static bool
parse_tag(struct session *s, struct cursor *c)
{
	struct span tag;
	int r = cc_imap_parse_tag(c, &tag);

	s->tag[0] = '*';
	s->tag[1] = '\0';
	if (r == CC_ELIMIT || tag.len > CC_IMAP_TAG) {
		output_puts(&s->out, "* BAD Excessively long tag\r\n");
		return false;
	}
	if (r != 0 || !cc_cursor_skip(c, ' ')) {
		output_puts(&s->out, "* BAD Missing command tag\r\n");
		return false;
	}
	memcpy(s->tag, tag.p, tag.len);
	s->tag[tag.len] = '\0';
	return true;
}

/* Shall the client make the mailbox and try again? */
static bool
tries_create(const struct session *s)
{
	return s->why && strcmp(s->why, "[TRYCREATE]") == 0;
}

/* The text of the tagged response: what the library said goes first. */
static struct span
text_of(const struct session *s, enum cmd_result result)
{
	if (result == CMD_OK && s->notes.info.len)
		return cc_strbuf_span(&s->notes.info);
	if (result == CMD_NO && s->notes.error.len)
		return cc_strbuf_span(&s->notes.error);
	return cc_strbuf_span(&s->text);
}

static void
put_text(struct session *s, enum cmd_result result)
{
	struct span text = text_of(s, result);

	if (result == CMD_NO && tries_create(s)) {
		output_printf(&s->out, "%s failed: ", s->command);
		if (!text.len)
			text = cc_span_z("No such destination mailbox");
	}
	if (text.len)
		output_text(&s->out, text);
	else
		output_printf(&s->out, "%s %s", s->command,
		    result == CMD_OK ? "completed" : "failed");
}

static bool
ends_with(struct span text, const char *end)
{
	size_t n = strlen(end);

	return text.len >= n && memcmp(text.p + text.len - n, end, n) == 0;
}

/* The library puts the reason at the end of its texts: one of its own codes, of
 * the system's, or some words. */
static const char *
code_of_reason(struct span text)
{
	const struct {
		const char *reason, *code;
	} codes[] = {
		{ cc_strerror(CC_ENOSPACE), "[OVERQUOTA]" },
		{ strerror(ENOSPC), "[OVERQUOTA]" },
		{ strerror(EDQUOT), "[OVERQUOTA]" },
		{ cc_strerror(CC_EBUSY), "[INUSE]" },
		{ "locked by another program", "[INUSE]" },
		{ cc_strerror(CC_EACCESS), "[NOPERM]" },
		{ strerror(EACCES), "[NOPERM]" },
		{ strerror(EPERM), "[NOPERM]" },
		{ strerror(EROFS), "[NOPERM]" },
		/* A message is gone that the client was not told of. */
		{ cc_strerror(CC_ECHANGED), "[EXPUNGEISSUED]" },
		{ "no such mailbox", "[NONEXISTENT]" },
		{ "invalid name", "[CANNOT]" },
		/* A directory goes when nothing is in it. */
		{ strerror(ENOTEMPTY), "[CANNOT]" },
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		if (ends_with(text, codes[i].reason))
			return codes[i].code;
	return NULL;
}

/* The response code, unless the text of the library brings its own. */
static void
put_code(struct session *s, enum cmd_result result)
{
	struct span text = text_of(s, result);
	const char *code = NULL;

	if (result == CMD_OK)
		code = s->code;
	else if (result == CMD_NO && !(text.len && text.p[0] == '['))
		code = s->why ? s->why : code_of_reason(text);
	if (code)
		output_printf(&s->out, "%s ", code);
}

static void
finish(struct session *s, enum cmd_result result)
{
	static const char *const words[] = { "OK", "NO", "BAD" };

	if (result == CMD_OK && s->notes.error.len)
		result = CMD_NO;
	output_printf(&s->out, "%s %s ", s->tag, words[result]);
	put_code(s, result);
	put_text(s, result);
	output_puts(&s->out, "\r\n");
}

/* A literal was refused: the reason is told before the tagged response. */
static void
put_refusal(struct session *s)
{
	if (!s->in.refusal)
		return;
	output_untagged(&s->out, "BAD", s->in.refusal);
	if (s->in.literal > CC_IMAP_LITERAL)
		syslog(LOG_INFO,
		    "Overlong (%llu) client literal user=%.80s "
		    "host=%.80s",
		    (unsigned long long)s->in.literal, s->user, s->client);
}

/* Looks at the mailbox and at the files of the administrator. */
static void
after(struct session *s, const struct command *cmd)
{
	if (session_gone(s))
		return;
	if (s->stream && !s->ending && !(cmd->flags & CMD_NOPOLL))
		unsolicited_poll(s, !(cmd->flags & CMD_NOEXPUNGE));
	unsolicited_notes(s);
	if (!s->ending)
		alert_check(s);
}

/* Runs what the line in s->in.piece asks for and answers it. */
static void
dispatch(struct session *s)
{
	struct cursor c = cc_cursor(s->in.piece);
	const struct command *cmd;
	enum cmd_result result;
	struct args args;

	if (!parse_tag(s, &c))
		return;
	if (cc_cursor_at_end(&c)) {
		output_printf(&s->out, "%s BAD Missing command\r\n", s->tag);
		return;
	}
	cmd = parse_name(s, &c);
	if (!cmd) {
		cmd_say(s, "Command unrecognized: %s", s->command);
		finish(s, CMD_BAD);
		return;
	}
	args_init(&args, &s->arena, &s->in,
	    (size_t)((const char *)c.p - s->in.piece.p));
	s->busy = true;
	result = cmd->run(s, &args);
	s->busy = false;
	/* In the middle of the command: there is no answer to that. */
	if (s->in.closed || (s->ending && event_end() != EVENT_NONE))
		return;
	if (s->in.too_long) {
		cmd_say(s, "Command line too long");
		result = CMD_BAD;
	}
	put_refusal(s);
	after(s, cmd);
	finish(s, result);
}

/* The line was too long to be read; its beginning tells the tag. */
static void
refuse_long(struct session *s)
{
	struct cursor c = cc_cursor(s->in.piece);
	struct span tag;
	bool has = cc_imap_parse_tag(&c, &tag) == 0 && tag.len <= CC_IMAP_TAG;

	output_put(&s->out, has ? tag : cc_span("*", 1));
	output_puts(&s->out, " BAD Command line too long\r\n");
}

void
command_serve(struct session *s)
{
	int r = input_command(&s->in);

	cc_arena_reset(&s->arena);
	cc_strbuf_reset(&s->text);
	s->code = s->why = NULL;
	unsolicited_begin(s);
	if (r == 0)
		dispatch(s);
	else if (r == CC_ELIMIT)
		refuse_long(s);
	else
		return; /* the wait that failed has said why */
	if (!s->ending && input_skip(&s->in) == CC_ELIMIT) {
		output_puts(&s->out, "* BYE Absurdly long client literal\r\n");
		session_end(s, "Absurdly long client literal", 1);
	}
}
