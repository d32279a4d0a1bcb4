/*
 * fuzz_answers.h - does a server answer as a client must be able to read it?
 * For fuzz_imapd_session.c.
 *
 * What was sent and what came are walked together: each command has its
 * tagged response, or "* BAD" where it had no tag, in their order; "+" comes
 * only for a literal or an IDLE; literals have the octets that they announce;
 * nothing follows that nobody asked for. Numbers of messages are those that
 * the client can know, and none goes away while FETCH, STORE or SEARCH is
 * answered (RFC 3501 section 7.4.1).
 */
#ifndef FUZZ_ANSWERS_H
#define FUZZ_ANSWERS_H

#include "cc_limits.h"
#include "fuzz_util.h"
#include "imap_grammar.h"

static inline bool
fuzz_begins(struct span s, const char *word)
{
	size_t n = strlen(word);

	return s.len >= n && memcmp(s.p, word, n) == 0;
}

/* Does a line announce a literal, and of how many octets? Texts for people may
 * end in anything. */
static inline bool
fuzz_announced(struct span line, size_t *octets_r)
{
	size_t i = line.len, n = 0;

	*octets_r = 0;
	if (!fuzz_begins(line, "* ") || line.p[line.len - 1] != '}' ||
	    fuzz_begins(line, "* OK") || fuzz_begins(line, "* NO") ||
	    fuzz_begins(line, "* BAD") || fuzz_begins(line, "* BYE"))
		return false;
	while (i > 0 && line.p[i - 1] != '{')
		i--;
	must(i > 0);
	for (; i < line.len - 1; i++) {
		must(line.p[i] >= '0' && line.p[i] <= '9');
		n = n * 10 + (size_t)(line.p[i] - '0');
	}
	*octets_r = n;
	return true;
}

/* Takes one response with its literals from the answers. */
static inline struct span
fuzz_response(struct span *s)
{
	const char *first = s->p;
	size_t literal;
	bool more;

	do {
		const char *end = memmem(s->p, s->len, "\r\n", 2);
		size_t n;

		must(end != NULL);
		n = (size_t)(end - s->p);
		must(!memchr(s->p, '\0', n) && !memchr(s->p, '\n', n));
		more = fuzz_announced(cc_span(first, (size_t)(end - first)),
		    &literal);
		*s = cc_span(end + 2, s->len - n - 2);
		must(literal <= s->len);
		*s = cc_span(s->p + literal, s->len - literal);
	} while (more);
	return cc_span(first, (size_t)(s->p - first));
}

/* Takes one line without its end from what was sent; false at the end. */
static inline bool
fuzz_sent_line(struct span *in, struct span *line_r)
{
	const char *lf = in->len ? memchr(in->p, '\n', in->len) : NULL;
	size_t n;

	if (!lf)
		return false;
	n = (size_t)(lf - in->p);
	*line_r = cc_span(in->p, n - (n > 0 && lf[-1] == '\r'));
	*in = cc_span(lf + 1, in->len - n - 1);
	return true;
}

/* Takes the literals of a command whose first line is given, with the lines
 * behind them; false if the end of what was sent comes first. */
static inline bool
fuzz_sent_literals(struct span *in, struct span line, struct span *out)
{
	struct imap_literal literal;
	size_t at;

	while (cc_imap_find_literal(line, &literal, &at)) {
		if (!literal.nonsync) {
			if (!fuzz_begins(*out, "+ Ready"))
				return true;
			(void)fuzz_response(out);
		}
		if (literal.octets > in->len)
			return false;
		*in = cc_span(in->p + literal.octets,
		    in->len - (size_t)literal.octets);
		if (!fuzz_sent_line(in, &line))
			return false;
	}
	return true;
}

static inline bool
fuzz_has_tag(struct span line, struct span *tag_r)
{
	struct cursor c = cc_cursor(line);

	return cc_imap_parse_tag(&c, tag_r) == 0 && cc_cursor_skip(&c, ' ');
}

/* Is the name of the command one of the words? */
static inline bool
fuzz_is_command(struct span line, const char *const *words)
{
	struct cursor c = cc_cursor(line);
	const unsigned char *start;
	struct span tag;

	if (cc_imap_parse_tag(&c, &tag) != 0 || !cc_cursor_skip(&c, ' '))
		return false;
	start = c.p;
	while (cc_cursor_peek(&c) > ' ')
		c.p++;
	for (; *words; words++)
		if (cc_span_is_nocase(cc_cursor_since(&c, start), *words))
			return true;
	return false;
}

/* "* N word": the number, and whether it is such a response. */
static inline bool
fuzz_numbered(struct span response, const char *word, unsigned long *number_r)
{
	char *end;

	if (!fuzz_begins(response, "* ") || response.p[2] < '0' ||
	    response.p[2] > '9')
		return false;
	*number_r = strtoul(response.p + 2, &end, 10);
	return *end == ' ' && strncmp(end + 1, word, strlen(word)) == 0;
}

/* How many messages there are after an untagged response to a command, if
 * there were `exists` before. */
static inline unsigned long
fuzz_exists(struct span line, struct span response, unsigned long exists)
{
	static const char *const opening[] = { "SELECT", "EXAMINE", "BBOARD",
		NULL };
	static const char *const keeping[] = { "FETCH", "STORE", "SEARCH",
		NULL };
	unsigned long n;

	if (fuzz_numbered(response, "EXISTS\r\n", &n)) {
		must(n >= exists || fuzz_is_command(line, opening));
		return n;
	}
	if (fuzz_numbered(response, "EXPUNGE\r\n", &n)) {
		must(n > 0 && n <= exists && !fuzz_is_command(line, keeping));
		return exists - 1;
	}
	if (fuzz_numbered(response, "FETCH (", &n))
		must(n > 0 && n <= exists);
	if (fuzz_numbered(response, "RECENT\r\n", &n))
		must(n <= exists);
	return exists;
}

/* Is this the end of the answer? */
static inline bool
fuzz_is_last(struct span response, bool tagged, struct span tag)
{
	if (!tagged)
		return fuzz_begins(response, "* BAD Missing command tag") ||
		    fuzz_begins(response, "* BAD Excessively long tag") ||
		    fuzz_begins(response, "* BAD Command line too long");
	return response.len > tag.len && response.p[tag.len] == ' ' &&
	    memcmp(response.p, tag.p, tag.len) == 0;
}

/* The answer to one command. False if it need not have come, and nothing
 * follows. */
static inline bool
fuzz_answer(struct span *in, struct span *out, struct span line, bool complete,
    unsigned long *exists)
{
	struct span tag = { 0 }, response;
	const struct span first = line;
	bool tagged = fuzz_has_tag(line, &tag), bye = false;

	for (;;) {
		if (out->len == 0) {
			must(bye || !complete);
			return false;
		}
		response = fuzz_response(out);
		if (fuzz_is_last(response, tagged, tag))
			return !bye;
		*exists = fuzz_exists(first, response, *exists);
		if (fuzz_begins(response, "+ Waiting"))
			complete = fuzz_sent_line(in, &line) &&
			    fuzz_sent_literals(in, line, out);
		else
			must(fuzz_begins(response, "* "));
		bye |= fuzz_begins(response, "* BYE");
	}
}

static inline void
fuzz_check_answers(struct span in, struct span out)
{
	unsigned long exists = 0;
	struct span line;
	bool more = true;

	while (more && fuzz_sent_line(&in, &line)) {
		bool complete;

		/* A tag that a client takes for a continuation (RFC 3501 has
		 * none): what follows cannot be told apart. */
		if (fuzz_begins(line, "+"))
			return;
		complete = fuzz_sent_literals(&in, line, &out);
		more =
		    fuzz_answer(&in, &out, line, complete, &exists) && complete;
	}
	/* After the last command only a farewell may stand. */
	must(out.len == 0 || fuzz_begins(fuzz_response(&out), "* BYE"));
	must(out.len == 0);
}

#endif
