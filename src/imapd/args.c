/*
 * args.c - arguments of a command (RFC 3501 section 9).
 *
 * Trusts nobody: the octets are the client's. Memory comes from the command's
 * arena, whose ceiling bounds it (CC_COMMAND_MEMORY).
 */
#include "args.h"
#include "cc_err.h"

void
args_init(struct args *a, struct arena *arena, struct input *in, size_t at)
{
	a->arena = arena;
	a->in = in;
	a->c = cc_cursor(cc_span(in->piece.p + at, in->piece.len - at));
}

bool
args_end(const struct args *a)
{
	return cc_cursor_at_end(&a->c);
}

bool
args_space(struct args *a)
{
	return cc_cursor_skip(&a->c, ' ');
}

int
args_atom(struct args *a, struct span *s_r)
{
	return cc_imap_parse_atom(&a->c, s_r);
}

/* A literal is the last thing of its piece; what follows is the next one. */
bool
args_at_literal(const struct args *a)
{
	const char *at = a->in->piece.p + a->in->literal_at;

	return a->in->announced && (const char *)a->c.p == at;
}

static int
literal(struct args *a, struct span *s_r)
{
	int r;

	if (!args_at_literal(a))
		return CC_EPARSE;
	r = input_literal(a->in, a->arena, s_r);
	if (r == 0)
		a->c = cc_cursor(a->in->piece);
	return r;
}

int
args_string(struct args *a, struct span *s_r)
{
	switch (cc_cursor_peek(&a->c)) {
	case '"':
		return cc_imap_parse_quoted(&a->c, a->arena, s_r);
	case '{':
		return literal(a, s_r);
	default:
		return CC_EPARSE;
	}
}

/* 1*octet of a class. */
static int
run_of(struct args *a, bool (*is)(int), struct span *s_r)
{
	const unsigned char *start = a->c.p;

	while (is(cc_cursor_peek(&a->c)))
		a->c.p++;
	*s_r = cc_cursor_since(&a->c, start);
	return s_r->len > 0 ? 0 : CC_EPARSE;
}

/* A string, or a run of such characters. */
static int
string_or(struct args *a, bool (*is)(int c), struct span *s_r)
{
	int c = cc_cursor_peek(&a->c);

	if (c == '"' || c == '{')
		return args_string(a, s_r);
	return run_of(a, is, s_r);
}

/* The same as a C string in the arena. */
static int
text_or(struct args *a, bool (*is)(int c), char **text_r)
{
	struct span s;
	int r = string_or(a, is, &s);

	if (r != 0)
		return r;
	*text_r = cc_arena_dup(a->arena, s);
	return *text_r ? 0 : CC_ELIMIT;
}

int
args_astring(struct args *a, struct span *s_r)
{
	return string_or(a, cc_imap_is_astring_char, s_r);
}

int
args_nstring(struct args *a, struct span *s_r)
{
	int c = cc_cursor_peek(&a->c), r;

	if (c == '"' || c == '{')
		return args_string(a, s_r);
	if ((r = args_atom(a, s_r)) != 0)
		return r;
	if (!cc_span_is_nocase(*s_r, "NIL"))
		return CC_EPARSE;
	*s_r = cc_span(NULL, 0);
	return 0;
}

int
args_mailbox(struct args *a, char **name_r)
{
	return text_or(a, cc_imap_is_astring_char, name_r);
}

int
args_list_mailbox(struct args *a, char **pattern_r)
{
	return text_or(a, cc_imap_is_list_char, pattern_r);
}

int
args_message(struct args *a, void (*keep)(void *ctx, struct span octets),
    void *ctx)
{
	int r;

	if (!args_at_literal(a))
		return CC_EPARSE;
	r = input_message(a->in, keep, ctx);
	if (r == 0)
		a->c = cc_cursor(a->in->piece);
	return r;
}

int
args_seqset(struct args *a, struct imap_seqset *set_r)
{
	return cc_imap_parse_seqset(&a->c, a->arena, set_r);
}

/* The cursor is that of ctx, which a literal moves to the next piece. */
static int
search_astring(void *ctx, struct cursor *c, struct span *s_r)
{
	struct args *a = ctx;

	if (cc_cursor_peek(c) == '"')
		return cc_imap_parse_quoted_8bit(c, a->arena, s_r);
	return args_astring(ctx, s_r);
}

int
args_search(struct args *a, SEARCHPGM **pgm_r)
{
	return cc_imap_parse_search(&a->c, search_astring, a, pgm_r);
}
