/*
 * cmd_append.c - APPEND, of one message or of many (RFC 3501 section 6.3.11;
 * RFC 3502; RFC 4315; RFC 4466 section 2; literal8 of RFC 3516; RFC 7888).
 *
 * All messages are read into a spool first; the library gets them when the last
 * one is complete and well-formed, and adds all of them or none. Memory is
 * bounded whatever their size is. A wrong argument is told before the literal
 * behind it is asked for.
 */
#include <errno.h>

#include "cc_limits.h"
#include "cc_ctype.h"
#include "cc_err.h"
#include "command.h"
#include "spool.h"
#include "unsolicited.h"

struct message {
	char *flags; /* "(\Seen)", or NULL */
	char *date;  /* or NULL: now */
	uint64_t at; /* where it lies in the spool */
	uint64_t size;
	struct message *next;
};

struct append {
	struct session *s;
	char *mailbox;
	struct message *first, *last;
	struct spool spool;
	bool has_nul; /* a literal8 has octets 0 in it */

	/* What the library was given. */
	struct message *given;
	STRING string;
};

static enum cmd_result
refuse(struct session *s, enum cmd_result result, const char *why)
{
	cmd_say(s, "%s %s", why, s->command);
	return result;
}

/* "(" flags ")", between which clients have put more or fewer spaces. Made
 * proper in the arena. */
static int
parse_flags(struct args *args, char **flags_r)
{
	struct span flag;
	struct strbuf b;
	int r = 0;

	args->c.p++;
	cc_strbuf_init(&b, CC_IMAP_LINE);
	cc_strbuf_putc(&b, '(');
	while (r == 0 && cc_cursor_peek(&args->c) != ')') {
		if (args_space(args))
			continue;
		if ((r = cc_imap_parse_flag(&args->c, &flag)) != 0)
			break;
		if (b.len > 1)
			cc_strbuf_putc(&b, ' ');
		cc_strbuf_put_span(&b, flag);
	}
	cc_strbuf_putc(&b, ')');
	cc_cursor_skip(&args->c, ')');
	*flags_r = cc_arena_dup(args->arena, cc_strbuf_span(&b));
	cc_strbuf_free(&b);
	if (r == 0 && !*flags_r)
		r = CC_ELIMIT;
	return r;
}

/* DQUOTE date-time DQUOTE, or a date as it stands in mail. */
static enum cmd_result
parse_date(struct session *s, struct args *args, char **date_r)
{
	MESSAGECACHE elt = { 0 };
	struct span date;

	if (args_string(args, &date) != 0 ||
	    !(*date_r = cc_arena_dup(args->arena, date)))
		return cmd_missing(s);
	if (!mail_parse_date(&elt, (unsigned char *)*date_r)) {
		cmd_say(s, "Bad date in append: %.80s", *date_r);
		return CMD_NO;
	}
	return CMD_OK;
}

/* Why there is no literal where one must be. */
static enum cmd_result
no_literal(struct session *s, struct args *args)
{
	uint32_t size;

	if (!cc_cursor_skip(&args->c, '{'))
		return refuse(s, CMD_BAD, "Missing literal in");
	if (cc_imap_parse_number(&args->c, &size) != 0)
		return refuse(s, CMD_BAD, "Missing message to");
	cc_cursor_skip(&args->c, '+');
	return cc_cursor_skip(&args->c, '}')
	    ? cmd_missing(s)
	    : refuse(s, CMD_BAD, "Missing message to");
}

static void
keep(void *ctx, struct span octets)
{
	struct append *a = ctx;

	spool_put(&a->spool, octets);
}

static void
keep_binary(void *ctx, struct span octets)
{
	struct append *a = ctx;

	a->has_nul |= memchr(octets.p, '\0', octets.len) != NULL;
	spool_put(&a->spool, octets);
}

/* The octets of the message, into the spool. */
static enum cmd_result
read_message(struct append *a, struct args *args, struct message *m)
{
	struct session *s = a->s;
	bool binary = s->in.binary;

	if (!args_at_literal(args)) {
		cc_cursor_skip(&args->c, '~');
		return no_literal(s, args);
	}
	if (s->in.literal == 0)
		return refuse(s, CMD_NO, "Empty message to");
	if (s->in.literal > CC_APPEND_MAX)
		return refuse(s, CMD_NO, "Excessively large message to");
	m->at = spool_size(&a->spool);
	m->size = s->in.literal;
	if (args_message(args, binary ? keep_binary : keep, a) != 0)
		return cmd_missing(s);
	return CMD_OK;
}

/* [SP flags] [SP date] SP literal, behind the space. */
static enum cmd_result
parse_message(struct append *a, struct args *args)
{
	struct session *s = a->s;
	struct message *m = cc_arena_get(args->arena, sizeof(*m));
	enum cmd_result r;

	if (!m)
		return cmd_missing(s);
	*m = (struct message){ 0 };
	if (cc_cursor_peek(&args->c) == '(' &&
	    (parse_flags(args, &m->flags) != 0 || !args_space(args)))
		return cmd_missing(s);
	if (cc_cursor_peek(&args->c) == '"' &&
	    (r = parse_date(s, args, &m->date)) != CMD_OK)
		return r;
	if (m->date && !args_space(args))
		return cmd_missing(s);
	if ((r = read_message(a, args, m)) != CMD_OK)
		return r;
	if (a->last)
		a->last->next = m;
	else
		a->first = m;
	a->last = m;
	return CMD_OK;
}

/* The hook of the library: the next message. */
static long
give(MAILSTREAM *stream, void *data, char **flags, char **date,
    STRING **message)
{
	struct append *a = data;
	struct message *m = a->given;

	(void)stream;
	*message = NIL;
	if (!m)
		return T;
	a->given = m->next;
	*flags = m->flags;
	*date = m->date;
	spool_string(&a->spool, m->at, m->size, &a->string);
	*message = &a->string;
	return T;
}

/*
 * There is no such mailbox: the library says so as it does for any message,
 * and the client need not send one. Only INBOX comes to be when mail does.
 */
static bool
mailbox_missing(struct append *a)
{
	if (a->mailbox[0] == '#' || mail_valid(NIL, a->mailbox, NIL))
		return false;
	a->given = NULL;
	return mail_append_multiple(NIL, a->mailbox, give, a) == NIL;
}

static enum cmd_result
append_all(struct append *a)
{
	struct session *s = a->s;

	if (spool_finish(&a->spool) != 0) {
		cmd_why(s, "UNAVAILABLE");
		cmd_say(s, "%s failed: cannot keep the message: %s", s->command,
		    strerror(a->spool.failed));
		return CMD_NO;
	}
	/* No format here keeps octets 0 as they are (RFC 3516 section 4.4). */
	if (a->has_nul) {
		cmd_why(s, "UNKNOWN-CTE");
		cmd_say(s, "%s failed: mailboxes cannot hold NUL octets",
		    s->command);
		return CMD_NO;
	}
	a->given = a->first;
	if (mail_append_multiple(NIL, a->mailbox, give, a))
		return CMD_OK;
	cmd_explain(s, a->mailbox);
	return CMD_NO;
}

static enum cmd_result
append(struct append *a, struct args *args)
{
	struct session *s = a->s;
	enum cmd_result r;

	if (!args_space(args) || args_mailbox(args, &a->mailbox) != 0 ||
	    !args_space(args))
		return cmd_missing(s);
	if (cmd_is_remote(a->mailbox))
		return cmd_no_mailbox(s, "append to mailbox", a->mailbox);
	if (mailbox_missing(a))
		return CMD_NO;
	do {
		if ((r = parse_message(a, args)) != CMD_OK)
			return r;
	} while (args_space(args));
	return args_end(args) ? append_all(a) : cmd_missing(s);
}

enum cmd_result
cmd_append(struct session *s, struct args *args)
{
	struct append a = { .s = s };
	enum cmd_result r;

	spool_init(&a.spool);
	r = append(&a, args);
	spool_free(&a.spool);
	return r;
}
