/*
 * test_imap_search.h - SEARCH programs of tests and fuzzers: text to tree.
 */
#ifndef TEST_IMAP_SEARCH_H
#define TEST_IMAP_SEARCH_H

#include "cc_err.h"
#include "imap_grammar.h"
#include "imap_search.h"

/* Strings as they are in a line; a literal stands where it is announced. */
static inline int
test_astring(void *ctx, struct cursor *c, struct span *s_r)
{
	const unsigned char *start = c->p;
	uint32_t n;

	if (cc_cursor_peek(c) == '"')
		return cc_imap_parse_quoted(c, ctx, s_r);
	if (cc_cursor_skip(c, '{')) {
		if (cc_imap_parse_number(c, &n) != 0 ||
		    !cc_cursor_skip(c, '}') || !cc_cursor_skip(c, '\r') ||
		    !cc_cursor_skip(c, '\n') || n > cc_cursor_left(c))
			return CC_EPARSE;
		*s_r = cc_span(c->p, n);
		c->p += n;
		return 0;
	}
	while (cc_imap_is_astring_char(cc_cursor_peek(c)))
		c->p++;
	*s_r = cc_cursor_since(c, start);
	return s_r->len ? 0 : CC_EPARSE;
}

#endif
