/*
 * rfc822_addr.c - address lists (RFC 5322 sections 3.4 and 4.4, RFC 6532).
 *
 * One pass from left to right: every octet is looked at a bounded number of
 * times, whatever the list is made of. Works on octets in memory; the list is
 * a stranger's (CVE-2017-14461, CVE-2024-23184, CVE-2026-47088).
 */
#include "cc_ctype.h"
#include "cc_err.h"
#include "cc_limits.h"
#include "rfc822_addr.h"
#include "rfc822_token.h"

/* Classes of octets in the scan of a phrase or local part. */
enum {
	TEXT, /* stands for itself */
	BLANK,
	STOP, /* < @ , ; : end the run */
	OPEN, /* ( */
	QUOTE,
	ESCAPE,
	SHIFT, /* ESC, ISO-2022-JP */
};

static const unsigned char class_of[256] = {
	[' '] = BLANK,
	['\t'] = BLANK,
	['\r'] = BLANK,
	['\n'] = BLANK,
	['<'] = STOP,
	['@'] = STOP,
	[','] = STOP,
	[';'] = STOP,
	[':'] = STOP,
	['('] = OPEN,
	['"'] = QUOTE,
	['\\'] = ESCAPE,
	[0x1b] = SHIFT,
};

#define WORDS 3 /* "local at domain" is told by three */

/* A run of words: a phrase, a group's name or a local part. */
struct words {
	struct span raw;           /* first word to last */
	struct span word[WORDS];   /* the first ones */
	size_t count;              /* of words */
	unsigned what;             /* marks in raw, see cc_rfc822_unquote */
	bool plain;                /* raw is the value */
	bool quoted;               /* one quoted string without escapes */
	const unsigned char *last; /* where the present word began */
};

void
cc_rfc822_addr_init(struct rfc822_addr_parser *p, struct arena *a,
    struct span list)
{
	*p = (struct rfc822_addr_parser){ .c = cc_cursor(list), .arena = a };
}

/* At "(": past the comment, or false if it is to be taken as text. */
static bool
skip_comment(struct rfc822_addr_parser *p, struct span *comment)
{
	if (p->no_comment)
		return false;
	if (cc_rfc822_skip_comment(&p->c, comment) == 0)
		return true;
	p->no_comment = true;
	return false;
}

/* Past blanks and comments; *comment is the last one seen. */
static void
skip_cfws(struct rfc822_addr_parser *p, struct span *comment)
{
	do
		cc_rfc822_skip_blanks(&p->c);
	while (cc_cursor_peek(&p->c) == '(' && skip_comment(p, comment));
}

/* What of raw text is no part of its value, as far as this is known where the
 * text begins. */
static unsigned
marks(const struct rfc822_addr_parser *p)
{
	return RFC822_UNFOLD | RFC822_ESCAPES |
	    (p->no_quote ? 0u : RFC822_QUOTES) |
	    (p->no_comment ? 0u : RFC822_COMMENTS);
}

/* A word begins or goes on at `at`. */
static void
word_on(struct words *w, const unsigned char *at)
{
	if (w->last)
		return;
	w->last = at;
	w->count++;
}

/* The present word, if any, ends at `at`. */
static void
word_off(struct words *w, const unsigned char *at)
{
	if (!w->last)
		return;
	if (w->count <= WORDS)
		w->word[w->count - 1] =
		    cc_span(w->last, (size_t)(at - w->last));
	if (!w->raw.p)
		w->raw.p = (const char *)w->last;
	w->raw.len = (size_t)((const char *)at - w->raw.p);
	w->last = NULL;
}

/* At DQUOTE: takes the quoted string into the run. */
static void
scan_quoted(struct rfc822_addr_parser *p, struct words *w)
{
	const unsigned char *from = p->c.p;
	struct span text;

	word_on(w, from);
	w->plain = false;
	if (!p->no_quote && cc_rfc822_skip_quoted(&p->c, &text) == 0) {
		w->quoted = w->count == 1 && w->last == from;
		return;
	}
	p->no_quote = true;
	p->c.p++;
}

/* What is no plain text inside a run; false where the run ends. */
static bool
scan_special(struct rfc822_addr_parser *p, struct words *w,
    struct span *comment, int stop)
{
	struct cursor *c = &p->c;
	const unsigned char *from = c->p;

	switch (class_of[*c->p]) {
	case STOP:
		return false;
	case BLANK:
		word_off(w, from);
		/* A fold inside the run is not part of its value. */
		for (; c->p < c->end && cc_rfc822_is_blank(*c->p); c->p++)
			w->plain &= !w->count || is_wsp(*c->p);
		return true;
	case OPEN:
		if (skip_comment(p, comment)) {
			word_off(w, from);
			w->plain &= !w->count;
			return true;
		}
		break;
	case QUOTE:
		scan_quoted(p, w);
		return true;
	case ESCAPE:
		w->plain = false;
		if (c->end - c->p > 1)
			c->p++;
		break;
	case SHIFT:
		word_on(w, from);
		w->quoted = false;
		cc_rfc822_skip_iso2022(c);
		return true;
	default:
		if (*c->p == stop)
			return false;
		break;
	}
	word_on(w, from);
	w->quoted = false;
	c->p++;
	return true;
}

/* Reads words up to a STOP octet, to `stop` (-1: none), or to the end. */
static void
scan_words(struct rfc822_addr_parser *p, struct words *w, struct span *comment,
    int stop)
{
	struct cursor *c = &p->c;
	const unsigned char *from;

	*w = (struct words){ .what = marks(p), .plain = true };
	for (;;) {
		for (from = c->p;
		     c->p < c->end && class_of[*c->p] == TEXT && *c->p != stop;)
			c->p++;
		if (c->p > from) {
			word_on(w, from);
			w->quoted = false;
		}
		if (c->p == c->end || !scan_special(p, w, comment, stop))
			break;
	}
	word_off(w, c->p);
	/* Blanks and comments behind the last word are not its matter. */
	w->quoted &= w->count == 1;
}

/* The value of a run of words as a phrase. */
static int
phrase_value(struct rfc822_addr_parser *p, const struct words *w,
    struct span *text_r)
{
	if (w->plain) {
		*text_r = w->raw;
		return 0;
	}
	if (w->quoted && w->raw.len >= 2 &&
	    !memchr(w->raw.p, '\\', w->raw.len) &&
	    !memchr(w->raw.p, '\n', w->raw.len) &&
	    !memchr(w->raw.p, '\r', w->raw.len)) {
		*text_r = cc_span(w->raw.p + 1, w->raw.len - 2);
		return 0;
	}
	return cc_rfc822_unquote(p->arena, w->raw, w->what, text_r);
}

/* The same as a local part or domain: blanks beside dots go. */
static int
local_value(struct rfc822_addr_parser *p, const struct words *w,
    struct span *text_r)
{
	if (w->count == 1 && (w->plain || w->quoted))
		return phrase_value(p, w, text_r);
	return cc_rfc822_unquote(p->arena, w->raw, w->what | RFC822_LOCAL,
	    text_r);
}

/* At "[": past a domain literal; false if it is none. Quoted pairs in it are
 * obsolete and never seen. */
static bool
skip_literal(struct cursor *c)
{
	const unsigned char *p = c->p + 1;

	while (p < c->end && *p != ']' && *p != '[' && *p != '>' &&
	    (class_of[*p] == TEXT || *p == ':' || is_wsp(*p)))
		p++;
	if (p == c->end || *p != ']')
		return false;
	c->p = p + 1;
	return true;
}

/*
 * Behind "@": a domain, *host_r with p NULL if there is none. Words are read
 * only as far as dots join them, so that what follows is seen as unexpected.
 */
static int
scan_domain(struct rfc822_addr_parser *p, struct span *comment,
    struct span *host_r)
{
	struct cursor *c = &p->c;
	const unsigned char *from, *to;
	unsigned what;
	bool plain = true, dot = true, open = false;

	*host_r = cc_span(NULL, 0);
	skip_cfws(p, comment);
	what = marks(p) | RFC822_LOCAL;
	from = to = c->p;
	while (c->p < c->end) {
		const unsigned char *word = c->p;
		int ch = *c->p;

		/* Without the blanks and comments in it, what has an open
		 * bracket might be a literal. */
		if ((!dot && ch != '.') || (open && to != word))
			break;
		if (ch == '.') {
			c->p++;
		} else if (ch != '[' || !dot || !skip_literal(c)) {
			open |= ch == '[' && dot;
			while (c->p < c->end && class_of[*c->p] == TEXT &&
			    *c->p != '.' && *c->p != '>')
				c->p++;
		}
		if (c->p == word)
			break;
		dot = c->p[-1] == '.';
		plain &= to == word;
		to = c->p;
		skip_cfws(p, comment);
	}
	if (to == from)
		return 0;
	*host_r = cc_span(from, (size_t)(to - from));
	if (plain)
		return 0;
	return cc_rfc822_unquote(p->arena, *host_r, what, host_r);
}

static void
set_fault(struct rfc822_addr *addr, const char *fault)
{
	addr->mailbox = cc_span_z(fault);
	addr->host = cc_span_z(".SYNTAX-ERROR.");
}

/* "local at domain" of RFC 733. */
static bool
is_at_form(const struct words *w)
{
	struct span host = w->word[2];

	if (w->count != 3 || !cc_span_is_nocase(w->word[1], "at"))
		return false;
	for (size_t i = 0; i < host.len; i++)
		if (class_of[(unsigned char)host.p[i]] != TEXT ||
		    host.p[i] == '>' || host.p[i] == '[')
			return false;
	return true;
}

static int
take_at_form(struct rfc822_addr_parser *p, const struct words *w,
    struct rfc822_addr *addr)
{
	addr->host = w->word[2];
	return cc_rfc822_unquote(p->arena, w->word[0], w->what | RFC822_LOCAL,
	    &addr->mailbox);
}

/* At "@" behind "<": a source route up to its ":". Without one nothing is set,
 * and what follows cannot be an address. */
static int
scan_route(struct rfc822_addr_parser *p, struct rfc822_addr *addr)
{
	struct cursor *c = &p->c;
	const unsigned char *from = c->p, *to = from;
	const unsigned what = marks(p) | RFC822_LOCAL;
	struct span host, comment;
	int r;

	while (cc_cursor_skip(c, '@')) {
		if ((r = scan_domain(p, &comment, &host)) != 0)
			return r;
		to = c->p;
		do
			skip_cfws(p, &comment);
		while (cc_cursor_skip(c, ','));
	}
	if (!cc_cursor_skip(c, ':'))
		return 0;
	return cc_rfc822_unquote(p->arena, cc_span(from, (size_t)(to - from)),
	    what, &addr->adl);
}

/* Past what cannot belong to an address, up to a separator or `stop`. True if
 * there was anything. */
static bool
skip_junk(struct rfc822_addr_parser *p, int stop)
{
	const unsigned char *from = p->c.p;
	struct words w;
	struct span comment;

	for (;;) {
		int ch;

		scan_words(p, &w, &comment, stop);
		ch = cc_cursor_peek(&p->c);
		if (ch < 0 || ch == stop || ch == ',' || ch == ';')
			return p->c.p > from;
		p->c.p++;
	}
}

/* The end of "<...": text before ">" is a fault, one ">"
 * too few or too many is not. */
static void
end_angle(struct rfc822_addr_parser *p, struct span *comment)
{
	skip_cfws(p, comment);
	if (skip_junk(p, '>'))
		p->fault = true;
	while (cc_cursor_skip(&p->c, '>'))
		;
}

/* Behind "<". */
static int
scan_angle(struct rfc822_addr_parser *p, struct rfc822_addr *addr,
    struct span *comment)
{
	struct cursor *c = &p->c;
	struct words w;
	int r = 0;

	do
		skip_cfws(p, comment);
	while (cc_cursor_skip(c, '<'));
	if (cc_cursor_peek(c) == '@' && (r = scan_route(p, addr)) != 0)
		return r;
	/* "mailto:" and the like are no part of the address. */
	do
		scan_words(p, &w, comment, '>');
	while (cc_cursor_skip(c, ':'));
	if (w.count == 0) {
		set_fault(addr, "INVALID_ADDRESS");
		skip_junk(p, '>');
	} else if (cc_cursor_skip(c, '@')) {
		if ((r = local_value(p, &w, &addr->mailbox)) == 0)
			r = scan_domain(p, comment, &addr->host);
	} else if (is_at_form(&w)) {
		r = take_at_form(p, &w, addr);
	} else {
		r = local_value(p, &w, &addr->mailbox);
	}
	if (r == 0)
		end_angle(p, comment);
	return r;
}

/*
 * A phrase and "<": w.raw is the display name. A comment is the name of an
 * address without angle brackets only (RFC 5322 section 3.4); here one counts
 * inside of them, where it is behind such an address.
 */
static int
name_angle(struct rfc822_addr_parser *p, const struct words *w,
    struct rfc822_addr *addr, struct span *comment)
{
	int r = w->count ? phrase_value(p, w, &addr->personal) : 0;
	struct span behind;

	p->c.p++;
	*comment = cc_span(NULL, 0);
	if (r == 0)
		r = scan_angle(p, addr, comment);
	if (r == 0)
		skip_cfws(p, &behind);
	return r;
}

/* Words and "@": an address, or a display name that looks like one. */
static int
local_at(struct rfc822_addr_parser *p, struct words *w,
    struct rfc822_addr *addr, struct span *comment)
{
	int r;

	p->c.p++;
	if (w->count == 0) {
		set_fault(addr, "INVALID_ADDRESS");
		skip_junk(p, -1);
		return 0;
	}
	if ((r = local_value(p, w, &addr->mailbox)) != 0 ||
	    (r = scan_domain(p, comment, &addr->host)) != 0)
		return r;
	skip_cfws(p, comment);
	if (cc_cursor_peek(&p->c) != '<')
		return 0;
	w->raw = cc_span_trim(cc_span(w->raw.p,
	    (size_t)((const char *)p->c.p - w->raw.p)));
	w->plain = w->quoted = false;
	addr->mailbox = addr->host = cc_span(NULL, 0);
	return name_angle(p, w, addr, comment);
}

/* Words with nothing behind them: a mailbox without a host if it is one. */
static int
words_alone(struct rfc822_addr_parser *p, const struct words *w,
    struct rfc822_addr *addr)
{
	if (w->count == 1)
		return local_value(p, w, &addr->mailbox);
	if (is_at_form(w))
		return take_at_form(p, w, addr);
	set_fault(addr, "INVALID_ADDRESS");
	return phrase_value(p, w, &addr->personal);
}

/* Behind an address: its comment may be the name, and a separator follows. */
static int
finish(struct rfc822_addr_parser *p, struct rfc822_addr *addr,
    struct span *comment)
{
	int r = 0;

	skip_cfws(p, comment);
	if (!addr->personal.len)
		addr->personal = cc_span(NULL, 0);
	if (!addr->personal.p && comment->p) {
		*comment = cc_span_trim(*comment);
		if (comment->len)
			r = cc_rfc822_unquote(p->arena, *comment,
			    RFC822_UNFOLD | RFC822_ESCAPES, &addr->personal);
	}
	if (skip_junk(p, -1))
		p->fault = true;
	return r;
}

/* Past commas and the like. True where a group or the list has ended. */
static bool
skip_separators(struct rfc822_addr_parser *p, struct span *comment)
{
	for (;;) {
		skip_cfws(p, comment);
		if (cc_cursor_skip(&p->c, ','))
			continue;
		if (!cc_cursor_skip(&p->c, ';'))
			break;
		if (p->c.depth > 0 && --p->c.depth == 0)
			return true;
	}
	return cc_cursor_at_end(&p->c);
}

/* One element: 1, 0 at the end, or CC_ELIMIT. */
static int
scan_element(struct rfc822_addr_parser *p, struct rfc822_addr *addr)
{
	struct span comment = { 0 };
	struct words w;
	int r;

	for (;;) {
		unsigned open = p->c.depth;

		if (skip_separators(p, &comment)) {
			addr->kind = RFC822_ADDR_GROUP_END;
			p->c.depth = 0;
			return open > 0;
		}
		scan_words(p, &w, &comment, -1);
		if (!cc_cursor_skip(&p->c, ':'))
			break;
		if (p->c.depth++ > 0)
			continue;
		addr->kind = RFC822_ADDR_GROUP_START;
		addr->mailbox = cc_span("", 0);
		r = w.count ? phrase_value(p, &w, &addr->mailbox) : 0;
		return r != 0 ? r : 1;
	}
	switch (cc_cursor_peek(&p->c)) {
	case '<':
		r = name_angle(p, &w, addr, &comment);
		break;
	case '@':
		r = local_at(p, &w, addr, &comment);
		break;
	default:
		r = words_alone(p, &w, addr);
		break;
	}
	if (r == 0)
		r = finish(p, addr, &comment);
	return r != 0 ? r : 1;
}

int
cc_rfc822_addr_next(struct rfc822_addr_parser *p, struct rfc822_addr *addr_r)
{
	struct rfc822_addr addr = { 0 };
	int r = 1;

	if (p->count >= CC_ADDRESSES_MAX)
		return CC_ELIMIT;
	if (p->fault) {
		set_fault(&addr, "UNEXPECTED_DATA_AFTER_ADDRESS");
		p->fault = false;
	} else {
		r = scan_element(p, &addr);
	}
	if (r > 0) {
		p->count++;
		*addr_r = addr;
	}
	return r;
}
