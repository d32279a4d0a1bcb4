/*
 * rfc822_msgid.c - message-ids (RFC 5322 section 3.6.4).
 *
 * Works on octets in memory and holds no state. The text is a stranger's:
 * brackets, quotes and comments may end anywhere or never. No octet is looked
 * at more than a fixed number of times: a quote or comment that turns out not
 * to end is remembered.
 */
#include "cc_err.h"
#include "rfc822_msgid.h"
#include "rfc822_token.h"

/* What ends a word where ids have no brackets. */
static bool
is_gap(int c)
{
	return cc_rfc822_is_blank(c) || c == ',' || c == ';' || c == '>';
}

/* Moves to the next word of a text without brackets; false at the end. */
static bool
to_word(struct rfc822_msgids *p)
{
	struct span text;

	while (p->c.p < p->c.end) {
		if (is_gap(*p->c.p))
			p->c.p++;
		else if (*p->c.p != '(' || p->no_comment)
			return true;
		else if (cc_rfc822_skip_comment(&p->c, &text) != 0)
			p->no_comment = true;
	}
	return false;
}

static struct span
word(struct rfc822_msgids *p)
{
	const unsigned char *from = p->c.p;

	while (p->c.p < p->c.end && !is_gap(*p->c.p))
		p->c.p++;
	return cc_cursor_since(&p->c, from);
}

/* A text without brackets is a phrase if any of its words has no "@". */
static bool
is_phrase(struct rfc822_msgids *p)
{
	const unsigned char *from = p->c.p;
	bool phrase = false;

	while (!phrase && to_word(p)) {
		struct span w = word(p);

		phrase = !memchr(w.p, '@', w.len);
	}
	p->c.p = from;
	return phrase;
}

void
cc_rfc822_msgids_init(struct rfc822_msgids *p, struct strbuf *scratch,
    struct span text)
{
	*p = (struct rfc822_msgids){ .c = cc_cursor(text), .scratch = scratch };
	p->bare = text.len > 0 && !memchr(text.p, '<', text.len);
	if (p->bare && is_phrase(p))
		p->c.p = p->c.end;
}

/* Moves behind the next "<" that stands in no quotes or comment. */
static bool
to_bracket(struct rfc822_msgids *p)
{
	struct span text;

	while (p->c.p < p->c.end) {
		if (*p->c.p == '(' && !p->no_comment) {
			if (cc_rfc822_skip_comment(&p->c, &text) == 0)
				continue;
			p->no_comment = true;
		} else if (*p->c.p == '"' && !p->no_quote) {
			if (cc_rfc822_skip_quoted(&p->c, &text) == 0)
				continue;
			p->no_quote = true;
		}
		if (*p->c.p++ == '<')
			return true;
	}
	return false;
}

/* Moves past a comment that ends within the brackets. */
static bool
skip_inner_comment(struct cursor *c)
{
	const unsigned char *p = c->p;
	size_t open = 0;

	for (; p < c->end && *p != '<' && *p != '>'; p++) {
		if (*p == '\\' && c->end - p > 1)
			p++;
		else if (*p == '(')
			open++;
		else if (*p == ')' && --open == 0) {
			c->p = p + 1;
			return true;
		}
	}
	return false;
}

/* A quoted string, where a word begins; false if it is none. */
static bool
put_quoted(struct rfc822_msgids *p)
{
	struct strbuf *id = p->scratch;
	struct span text;

	if (p->no_quote || (id->len > 0 && id->data[id->len - 1] != '.'))
		return false;
	if (cc_rfc822_skip_quoted(&p->c, &text) != 0) {
		p->no_quote = true;
		return false;
	}
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] == '\r' || text.p[i] == '\n')
			continue;
		if (text.p[i] == '\\')
			i++;
		cc_strbuf_putc(id, text.p[i]);
	}
	return true;
}

/* Puts the id behind a "<" into scratch and moves past its end. */
static void
put_id(struct rfc822_msgids *p)
{
	bool comments = true;

	cc_strbuf_reset(p->scratch);
	while (p->c.p < p->c.end && *p->c.p != '<') {
		int ch = *p->c.p;

		if (ch == '>') {
			p->c.p++;
			break;
		}
		if (cc_rfc822_is_blank(ch)) {
			p->c.p++;
			continue;
		}
		if (ch == '(' && comments) {
			comments = skip_inner_comment(&p->c);
			if (comments)
				continue;
		}
		if (ch == '"' && put_quoted(p))
			continue;
		cc_strbuf_putc(p->scratch, ch);
		p->c.p++;
	}
}

/* An id whose octets stand for themselves; false if it is another one. */
static bool
plain_id(struct rfc822_msgids *p, struct span *id_r)
{
	const unsigned char *q = p->c.p;

	while (q<p->c.end && * q> ' ' && *q != '>' && *q != '<' && *q != '"' &&
	    *q != '(')
		q++;
	if (q == p->c.end || *q != '>')
		return false;
	*id_r = cc_span(p->c.p, (size_t)(q - p->c.p));
	p->c.p = q + 1;
	return true;
}

/* "<yes>" is what people answered to a mailer that asked for an id: without
 * "@" it joins what does not belong together. */
static bool
is_valid(struct span id)
{
	return id.len > 0 && id.p[0] != '@' && memchr(id.p, '@', id.len);
}

/* Reads the id here, as it is when comments and quotes are taken away: 1, 0 if
 * it is none, or negative. */
static int
read_id(struct rfc822_msgids *p, struct span *id_r)
{
	put_id(p);
	if (cc_strbuf_status(p->scratch) != 0)
		return CC_ELIMIT;
	*id_r = cc_strbuf_span(p->scratch);
	return is_valid(*id_r);
}

/* The next id in brackets. */
static int
next_bracketed(struct rfc822_msgids *p, struct span *id_r)
{
	int r = 0;

	while (r == 0 && to_bracket(p))
		r = plain_id(p, id_r) ? is_valid(*id_r) : read_id(p, id_r);
	return r;
}

/* The next word, where no id has brackets. */
static int
next_bare(struct rfc822_msgids *p, struct span *id_r)
{
	struct rfc822_msgids inner = *p;
	int r = 0;

	while (r == 0 && to_word(p)) {
		inner.c = cc_cursor(word(p));
		r = read_id(&inner, id_r);
	}
	return r;
}

int
cc_rfc822_msgids_next(struct rfc822_msgids *p, struct span *id_r)
{
	struct span id;
	int r = p->bare ? next_bare(p, &id) : next_bracketed(p, &id);

	if (r > 0)
		*id_r = id;
	return r;
}
