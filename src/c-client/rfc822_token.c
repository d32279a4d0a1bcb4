/*
 * rfc822_token.c - the words of structured header fields (RFC 5322 section
 * 3.2).
 *
 * Works on octets in memory and holds no state. The text is a stranger's: a
 * quote, comment or escape may end anywhere.
 */
#include "cc_err.h"
#include "rfc822_token.h"

#define ESC 0x1b

void
cc_rfc822_skip_blanks(struct cursor *c)
{
	while (c->p < c->end && cc_rfc822_is_blank(*c->p))
		c->p++;
}

int
cc_rfc822_skip_comment(struct cursor *c, struct span *text_r)
{
	const unsigned char *p = c->p;
	size_t open = 0;

	do {
		if (p == c->end)
			return CC_EPARSE;
		switch (*p++) {
		case '(':
			open++;
			break;
		case ')':
			open--;
			break;
		case '\\':
			/* The last octet may be the backslash itself. */
			if (p < c->end)
				p++;
			break;
		}
	} while (open > 0);
	*text_r = cc_span(c->p + 1, (size_t)(p - c->p) - 2);
	c->p = p;
	return 0;
}

void
cc_rfc822_skip_cfws(struct cursor *c)
{
	struct span text;

	for (;;) {
		cc_rfc822_skip_blanks(c);
		if (cc_cursor_peek(c) != '(')
			return;
		if (cc_rfc822_skip_comment(c, &text) != 0)
			c->p = c->end;
	}
}

int
cc_rfc822_skip_quoted(struct cursor *c, struct span *text_r)
{
	const unsigned char *p = c->p + 1;

	for (; p < c->end && *p != '"'; p++)
		if (*p == '\\' && ++p == c->end)
			break;
	if (p >= c->end)
		return CC_EPARSE;
	*text_r = cc_span(c->p + 1, (size_t)(p - c->p) - 1);
	c->p = p + 1;
	return 0;
}

void
cc_rfc822_skip_iso2022(struct cursor *c)
{
	const unsigned char *p = c->p++;

	if (c->end - p < 3 || p[1] != '$' || (p[2] != '@' && p[2] != 'B'))
		return;
	/* Characters are pairs of 21 to 7E; anything else ends the run, so
	 * that no octet is looked at for two runs. */
	for (p += 3; p<c->end && * p> ' ' && *p < 0x7f; p++)
		;
	if (c->end - p >= 3 && p[0] == ESC && p[1] == '(' &&
	    (p[2] == 'B' || p[2] == 'J'))
		c->p = p + 3;
}

/* Does any octet of raw stand for something else than itself? */
static bool
has_marks(struct span raw, unsigned what)
{
	for (size_t i = 0; i < raw.len; i++)
		switch (raw.p[i]) {
		case '\r':
		case '\n':
		case '\\':
		case '"':
		case '(':
		case ESC:
			return true;
		case ' ':
		case '\t':
			if (what & RFC822_LOCAL)
				return true;
			break;
		}
	return false;
}

/* Appends one octet to what cc_rfc822_unquote builds. */
static void
put(char *out, size_t *len, int ch)
{
	out[(*len)++] = (char)ch;
}

/* Blanks beside these mean nothing in a local part, domain or route. */
static bool
is_joint(int c)
{
	return c == '.' || c == '@' || c == ',';
}

/* A blank outside quotes of a local part: kept only between two words. */
static void
put_gap(struct cursor *c, char *out, size_t *len)
{
	cc_rfc822_skip_blanks(c);
	if (*len > 0 && !is_joint(out[*len - 1]) && out[*len - 1] != ' ' &&
	    c->p < c->end && !is_joint(*c->p) && *c->p != '(')
		put(out, len, ' ');
}

/* A comment outside quotes: one blank takes its place between two words. */
static int
drop_comment(struct cursor *c, unsigned what, char *out, size_t *len)
{
	struct span text;

	if (cc_rfc822_skip_comment(c, &text) != 0) {
		put(out, len, *c->p++);
		return CC_EPARSE;
	}
	cc_rfc822_skip_blanks(c);
	if (what & RFC822_LOCAL)
		put_gap(c, out, len);
	else if (*len > 0 && !cc_rfc822_is_blank(out[*len - 1]))
		put(out, len, ' ');
	return 0;
}

/* An ISO-2022-JP run goes over as it is. */
static void
put_iso2022(struct cursor *c, char *out, size_t *len)
{
	const unsigned char *from = c->p;

	cc_rfc822_skip_iso2022(c);
	while (from < c->p)
		put(out, len, *from++);
}

int
cc_rfc822_unquote(struct arena *a, struct span raw, unsigned what,
    struct span *text_r)
{
	struct cursor c = cc_cursor(raw);
	bool quoted = false;
	size_t len = 0;
	char *out;

	if (!has_marks(raw, what)) {
		*text_r = raw;
		return 0;
	}
	if (!(out = cc_arena_get(a, raw.len + 1)))
		return CC_ELIMIT;
	while (c.p < c.end) {
		int ch = *c.p;

		if (ch == ESC && !quoted) {
			put_iso2022(&c, out, &len);
		} else if (ch == '(' && !quoted && (what & RFC822_COMMENTS)) {
			/* Not closed: nor is any that begins later. */
			if (drop_comment(&c, what, out, &len) != 0)
				what &= ~(unsigned)RFC822_COMMENTS;
		} else if ((ch == ' ' || ch == '\t') && !quoted &&
		    (what & RFC822_LOCAL)) {
			put_gap(&c, out, &len);
		} else {
			c.p++;
			if ((ch == '\r' || ch == '\n') &&
			    (what & RFC822_UNFOLD))
				continue;
			if (ch == '"' && (what & RFC822_QUOTES)) {
				quoted = !quoted;
				continue;
			}
			if (ch == '\\' && (what & RFC822_ESCAPES) &&
			    c.p < c.end)
				ch = *c.p++;
			put(out, &len, ch);
		}
	}
	*text_r = cc_span(out, len);
	return 0;
}
