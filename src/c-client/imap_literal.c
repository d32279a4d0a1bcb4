/*
 * imap_literal.c - announcements of literals: "{n}" (RFC 3501 section 4.3),
 * "{n+}" (RFC 7888 section 4), "~{n}" and "~{n+}" (RFC 4466 section 6).
 *
 * One reader for all who get literals: the session and the gate before it,
 * which see an announcement at the end of a line and have yet to ask for the
 * octets, and readers of responses, which find them behind the line end. No
 * memory is taken on an announced size here.
 */
#include "cc_ctype.h"
#include "cc_err.h"
#include "imap_grammar.h"

int
cc_imap_parse_literal(struct cursor *c, struct imap_literal *literal_r)
{
	const struct cursor start = *c;
	struct imap_literal lit = { 0 };
	int r;

	lit.binary = cc_cursor_skip(c, '~');
	if (!cc_cursor_skip(c, '{'))
		goto wrong;
	r = cc_imap_parse_number64(c, &lit.octets);
	if (r == CC_ERANGE) {
		/* Still a literal: its octets are on their way, or would be. */
		while (is_digit(cc_cursor_peek(c)))
			c->p++;
		lit.octets = CC_IMAP_LITERAL_HUGE;
	} else if (r != 0) {
		goto wrong;
	}
	lit.nonsync = cc_cursor_skip(c, '+');
	if (!cc_cursor_skip(c, '}'))
		goto wrong;
	*literal_r = lit;
	return 0;
wrong:
	*c = start;
	return CC_EPARSE;
}

bool
cc_imap_find_literal(struct span line, struct imap_literal *literal_r,
    size_t *at_r)
{
	struct cursor c;
	size_t at;

	if (line.len == 0 || line.p[line.len - 1] != '}')
		return false;
	for (at = line.len - 1; at > 0 && line.p[at] != '{';)
		at--;
	if (at > 0 && line.p[at - 1] == '~')
		at--;
	c = cc_cursor(cc_span(line.p + at, line.len - at));
	if (cc_imap_parse_literal(&c, literal_r) != 0 || !cc_cursor_at_end(&c))
		return false;
	*at_r = at;
	return true;
}
