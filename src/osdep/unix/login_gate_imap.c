/*
 * login_gate_imap.c - IMAP before login: reading commands (RFC 3501 sections
 * 2.2, 4.3 and 6.1; LITERAL+ of RFC 7888).
 *
 * Trusts nothing it gets. All memory is of fixed size and counted against
 * CC_PRELOGIN_MEMORY; literals are stored as they arrive, never allocated on
 * their announced size; nothing nests. The commands are in
 * login_gate_imap_cmd.c.
 */
#include "cc_err.h"
#include "cursor.h"
#include "imap_grammar.h"
#include "login_gate_imap.h"

_Static_assert(CC_IMAP_LINE + CC_PRELOGIN_LITERALS + CC_SASL_ANSWER +
	    2 * CC_IMAP_LINE + GATE_OUT_MAX + 2 * LOGIN_AHEAD_MAX +
	    sizeof(struct gate) <=
	CC_PRELOGIN_MEMORY,
    "the buffers of a connection are larger than it may have");

static void
imap_init(struct gate *g)
{
	struct gate_imap *im = &g->imap;

	memset(im, 0, sizeof(*im));
	cc_strbuf_init(&im->text, CC_IMAP_LINE);
	cc_strbuf_init(&im->literals, CC_PRELOGIN_LITERALS);
	cc_strbuf_init(&im->secret, CC_SASL_ANSWER);
	/* Two names with "*" between; more is cut off, and still too long. */
	cc_strbuf_init(&im->login_name, GATE_LOGIN_NAME);
	cc_strbuf_room(&im->text, CC_IMAP_LINE);
	cc_strbuf_room(&im->literals, CC_PRELOGIN_LITERALS);
	cc_strbuf_room(&im->secret, CC_SASL_ANSWER);
	/* A quoted string is not longer than the line it stands in. */
	cc_arena_init(&im->arena, 2 * CC_IMAP_LINE);
}

static void
clear(struct strbuf *b)
{
	if (b->len)
		explicit_bzero(b->data, b->len);
	cc_strbuf_reset(b);
}

/* Forgets the command, with the password that it may have held; also where
 * the input was before it was moved up. */
static void
forget(struct gate *g)
{
	struct gate_imap *im = &g->imap;

	clear(&im->text);
	clear(&im->literals);
	clear(&im->secret);
	cc_arena_reset(&im->arena);
	im->literal_count = 0;
	if (g->in.data)
		explicit_bzero(g->in.data + g->in.len, g->in.cap - g->in.len);
}

static void
imap_free(struct gate *g)
{
	struct gate_imap *im = &g->imap;

	cc_strbuf_wipe(&im->text);
	cc_strbuf_wipe(&im->literals);
	cc_strbuf_wipe(&im->secret);
	cc_strbuf_free(&im->login_name);
	cc_arena_free(&im->arena);
	explicit_bzero(im, sizeof(*im));
}

static void
imap_secured(struct gate *g)
{
	bool began = g->imap.began;
	unsigned unknown = g->imap.unknown;

	/* Counters that protect the server go on; all else begins anew. */
	imap_free(g);
	imap_init(g);
	g->imap.began = began;
	g->imap.unknown = unknown;
}

/* The alert, once, at the end of the first command. */
static void
put_alert(struct gate *g)
{
	struct cursor c = cc_cursor(cc_strbuf_span(&g->alert));
	const unsigned char *lf;
	struct span line;

	if (g->imap.began)
		return;
	g->imap.began = true;
	while (!cc_cursor_at_end(&c)) {
		lf = memchr(c.p, '\n', cc_cursor_left(&c));
		line =
		    cc_span(c.p, lf ? (size_t)(lf - c.p) : cc_cursor_left(&c));
		c.p = lf ? lf + 1 : c.end;
		cc_strbuf_puts(&g->out, "* OK [ALERT] ");
		for (size_t i = 0; i < line.len; i++)
			if (line.p[i] != '\r' && line.p[i] != '\0')
				cc_strbuf_putc(&g->out, line.p[i]);
		cc_strbuf_puts(&g->out, "\r\n");
	}
}

void
cc_gate_imap_reply(struct gate *g, const char *tag, const char *text)
{
	put_alert(g);
	cc_strbuf_printf(&g->out, "%s %s\r\n", tag, text);
}

static enum gate_want
end(struct gate *g)
{
	g->status = 0;
	forget(g);
	return GATE_END;
}

int
cc_gate_imap_literal(struct cursor *c, uint64_t *size_r, bool *wait_r)
{
	const struct cursor start = *c;
	struct imap_literal lit;

	if (cc_imap_parse_literal(c, &lit) != 0)
		return CC_EPARSE;
	/* No command before login takes a literal8. */
	if (lit.binary) {
		*c = start;
		return CC_EPARSE;
	}
	*size_r = lit.octets;
	*wait_r = !lit.nonsync;
	return 0;
}

/* Does the text end in "{n+}", octets that come whether we like it or not? */
static bool
has_unasked_literal(struct span text, uint64_t *size_r)
{
	struct imap_literal lit;
	size_t at;

	if (!cc_imap_find_literal(text, &lit, &at) || !lit.nonsync)
		return false;
	*size_r = lit.octets;
	return true;
}

/* A command was refused (and answered). Literals that the client sends all the
 * same are dropped, so that both sides stay in step. */
static enum gate_want
refused(struct gate *g)
{
	struct gate_imap *im = &g->imap;
	uint64_t size;

	if (has_unasked_literal(cc_strbuf_span(&im->text), &size)) {
		im->state = GATE_IMAP_SKIP_LITERAL;
		im->left = size;
	} else {
		im->state = GATE_IMAP_LINE;
	}
	forget(g);
	return GATE_INPUT;
}

/* The command needs a literal of size octets next. */
static enum gate_want
want_literal(struct gate *g, const char *name, uint64_t size, bool wait)
{
	struct gate_imap *im = &g->imap;
	bool many = im->literal_count == CC_IMAP_LITERALS;
	char text[64];

	if (!many && size <= CC_IMAP_LITERAL &&
	    size <= CC_PRELOGIN_LITERALS - im->literals.len) {
		im->literal[im->literal_count].pos = im->literals.len;
		im->literal[im->literal_count].len = (size_t)size;
		im->literal[im->literal_count].end = im->text.len;
		im->literal_count++;
		im->left = size;
		im->state = GATE_IMAP_LITERAL;
		if (wait)
			cc_strbuf_puts(&g->out, "+ Ready for argument\r\n");
		return GATE_INPUT;
	}
	if (many) {
		cc_strbuf_puts(&g->out,
		    "* BAD Too many literals in command\r\n");
	} else {
		cc_strbuf_puts(&g->out,
		    "* BAD Absurdly long client literal\r\n");
		g->log(g, LOGIN_EV_OVERLONG_LITERAL, cc_span("", 0),
		    size > UINT32_MAX ? UINT32_MAX : (uint32_t)size);
	}
	snprintf(text, sizeof(text), "BAD Missing or invalid argument to %s",
	    name);
	cc_gate_imap_reply(g, im->tag, text);
	return refused(g);
}

/* A line that is no command at all: answered, logged, and the end. What sends
 * such lines is another protocol's client, driven by a stranger. */
static enum gate_want
hopeless(struct gate *g, const char *tag, const char *text,
    enum login_event event)
{
	cc_gate_imap_reply(g, tag, text);
	g->log(g, event, cc_span("", 0), 0);
	return end(g);
}

/* Reads the tag into im->tag. 0, or negative with the want in *want_r. */
static int
read_tag(struct gate *g, struct cursor *c, enum gate_want *want_r)
{
	struct span tag;
	int r = cc_imap_parse_tag(c, &tag);

	if (r == CC_ELIMIT) {
		cc_gate_imap_reply(g, "*", "BAD Excessively long tag");
		*want_r = refused(g);
		return r;
	}
	if (r != 0 || !cc_cursor_skip(c, ' ')) {
		*want_r = hopeless(g, "*", "BAD Missing command tag",
		    LOGIN_EV_NULL_COMMAND);
		return CC_EPARSE;
	}
	cc_login_put(g->imap.tag, sizeof(g->imap.tag), tag.p, tag.len, false);
	if (cc_cursor_at_end(c)) {
		*want_r = hopeless(g, g->imap.tag, "BAD Missing command",
		    LOGIN_EV_MISSING_COMMAND);
		return CC_EPARSE;
	}
	return 0;
}

/* The octets up to the next space or the end; may be none. */
static struct span
read_word(struct cursor *c)
{
	const unsigned char *start = c->p;

	while (c->p < c->end && *c->p != ' ')
		c->p++;
	return cc_cursor_since(c, start);
}

static enum gate_want
unknown_command(struct gate *g)
{
	cc_gate_imap_reply(g, g->imap.tag, "BAD Command unrecognized");
	if (++g->imap.unknown >= CC_PRELOGIN_UNKNOWN)
		return end(g);
	return refused(g);
}

/* A whole line is there, without its end: a command, or one that goes on with
 * a literal. */
static enum gate_want
run_command(struct gate *g)
{
	struct gate_imap *im = &g->imap;
	struct cursor c = cc_cursor(cc_strbuf_span(&im->text));
	const struct gate_imap_command *cmd;
	struct gate_imap_args args;
	enum gate_want want;
	char text[80];

	if (read_tag(g, &c, &want) != 0)
		return want;
	cmd = cc_gate_imap_find(g, read_word(&c));
	if (!cmd)
		return unknown_command(g);
	if (cmd->bare && !cc_cursor_at_end(&c)) {
		snprintf(text, sizeof(text),
		    "BAD Argument given to %s when none expected", cmd->name);
		cc_gate_imap_reply(g, im->tag, text);
		return refused(g);
	}
	args = (struct gate_imap_args){ .c = c };
	switch (cmd->run(g, &args)) {
	case GATE_IMAP_DONE:
		im->state = GATE_IMAP_LINE;
		forget(g);
		return GATE_INPUT;
	case GATE_IMAP_REFUSED:
		return refused(g);
	case GATE_IMAP_BADARGS:
		snprintf(text, sizeof(text),
		    "BAD Missing or invalid argument to %s", cmd->name);
		cc_gate_imap_reply(g, im->tag, text);
		return refused(g);
	case GATE_IMAP_WANT_LITERAL:
		return want_literal(g, cmd->name, args.size, args.wait);
	case GATE_IMAP_CHALLENGED:
		im->state = GATE_IMAP_SASL;
		forget(g);
		return GATE_INPUT;
	case GATE_IMAP_TRY:
		im->state = GATE_IMAP_LINE;
		forget(g);
		return GATE_TRY;
	case GATE_IMAP_STARTTLS:
		forget(g);
		return GATE_STARTTLS;
	case GATE_IMAP_END:
	default:
		return end(g);
	}
}

/* The answer to a challenge is there. */
static enum gate_want
run_sasl(struct gate *g)
{
	enum gate_imap_result result;

	result = cc_gate_imap_sasl(g, cc_strbuf_span(&g->imap.text));
	if (result == GATE_IMAP_REFUSED)
		return refused(g);
	forget(g);
	if (result == GATE_IMAP_CHALLENGED)
		return GATE_INPUT;
	g->imap.state = GATE_IMAP_LINE;
	return GATE_TRY;
}

/* Says so when the end of the long line was reached. */
static enum gate_want
too_long(struct gate *g)
{
	struct cursor c = cc_cursor(cc_strbuf_span(&g->imap.text));
	struct span tag;

	if (cc_imap_parse_tag(&c, &tag) == 0 && cc_cursor_skip(&c, ' '))
		cc_login_put(g->imap.tag, sizeof(g->imap.tag), tag.p, tag.len,
		    false);
	else
		cc_login_put(g->imap.tag, sizeof(g->imap.tag), "*", 1, false);
	return hopeless(g, g->imap.tag, "BAD Command line too long",
	    LOGIN_EV_LINE_TOO_LONG);
}

/* Takes octets up to and with LF from g->in into the command's text. True if
 * the line is complete, its end removed. */
static bool
take_line(struct gate *g)
{
	struct strbuf *text = &g->imap.text;
	const char *lf = memchr(g->in.data, '\n', g->in.len);
	size_t n = lf ? (size_t)(lf - g->in.data) + 1 : g->in.len;

	if (n > text->max - text->len) {
		g->imap.state = GATE_IMAP_LONG;
		return false;
	}
	cc_strbuf_put(text, g->in.data, n);
	cc_strbuf_consume(&g->in, n);
	if (!lf)
		return false;
	n = text->len - 1;
	if (n > 0 && text->data[n - 1] == '\r')
		n--;
	cc_strbuf_truncate(text, n);
	return true;
}

/* Drops octets up to and with LF. True if it was there. The last ones are
 * looked at for a further literal. */
static bool
drop_line(struct gate *g)
{
	const char *lf = memchr(g->in.data, '\n', g->in.len);

	cc_strbuf_consume(&g->in,
	    lf ? (size_t)(lf - g->in.data) + 1 : g->in.len);
	return lf != NULL;
}

static void
take_literal(struct gate *g)
{
	struct gate_imap *im = &g->imap;
	size_t n = im->left < g->in.len ? (size_t)im->left : g->in.len;

	if (im->state == GATE_IMAP_LITERAL)
		cc_strbuf_put(&im->literals, g->in.data, n);
	cc_strbuf_consume(&g->in, n);
	im->left -= n;
	if (im->left == 0)
		im->state = im->state == GATE_IMAP_LITERAL
		    ? GATE_IMAP_LINE
		    : GATE_IMAP_SKIP_LINE;
}

/* Uses some of the input; GATE_INPUT means: go on while there is any. */
static enum gate_want
step_once(struct gate *g)
{
	switch (g->imap.state) {
	case GATE_IMAP_LITERAL:
	case GATE_IMAP_SKIP_LITERAL:
		take_literal(g);
		return GATE_INPUT;
	case GATE_IMAP_SKIP_LINE:
		return take_line(g) ? refused(g) : GATE_INPUT;
	case GATE_IMAP_LONG:
		return drop_line(g) ? too_long(g) : GATE_INPUT;
	case GATE_IMAP_SASL:
		return take_line(g) ? run_sasl(g) : GATE_INPUT;
	case GATE_IMAP_LINE:
	default:
		return take_line(g) ? run_command(g) : GATE_INPUT;
	}
}

static enum gate_want
imap_step(struct gate *g)
{
	enum gate_want want = GATE_INPUT;

	/* An empty literal is complete before any octet came. */
	while (want == GATE_INPUT && g->in.len > 0 &&
	    g->out.len < GATE_OUT_MAX / 2)
		want = step_once(g);
	return want;
}

static void
imap_greet(struct gate *g)
{
	if (g->nologin) {
		cc_strbuf_printf(&g->out,
		    "* BYE Service not available %s Cedar IMAP %s at %s\r\n",
		    g->setup.host, CC_VERSION, g->greeting_date);
		return;
	}
	cc_strbuf_puts(&g->out, "* OK [CAPABILITY ");
	cc_gate_imap_put_capability(g, IMAP_CAP_BASE | IMAP_CAP_LOGIN);
	cc_strbuf_printf(&g->out, "] %s Cedar IMAP %s at %s\r\n", g->setup.host,
	    CC_VERSION, g->greeting_date);
}

static void
imap_bye(struct gate *g, const char *reason)
{
	cc_strbuf_printf(&g->out, "* BYE %s\r\n", reason);
}

static const char *const alpn[] = { "imap", NULL };

const struct gate_protocol cc_gate_imap = {
	.init = imap_init,
	.free = imap_free,
	.greet = imap_greet,
	.step = imap_step,
	.answer = cc_gate_imap_answer,
	.secured = imap_secured,
	.bye = imap_bye,
	.alpn = alpn,
};
