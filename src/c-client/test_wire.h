/*
 * test_wire.h - ENVELOPE and BODYSTRUCTURE read strictly by the grammar of
 * RFC 3501 section 9, for tests and fuzzers: false is a fault of the writer.
 */
#ifndef TEST_WIRE_H
#define TEST_WIRE_H

#include "cc_ctype.h"
#include "cursor.h"

static inline bool
wire_word(struct cursor *c, const char *word)
{
	size_t len = strlen(word);

	if (cc_cursor_left(c) < len || memcmp(c->p, word, len) != 0)
		return false;
	c->p += len;
	return true;
}

static inline bool
wire_number(struct cursor *c, size_t *n_r)
{
	const unsigned char *from = c->p;

	for (*n_r = 0; c->p < c->end && is_digit(*c->p); c->p++)
		*n_r = *n_r * 10 + (size_t)(*c->p - '0');
	return c->p > from && (*from != '0' || c->p == from + 1);
}

/* quoted, or literal without NUL */
static inline bool
wire_string(struct cursor *c)
{
	size_t n;

	if (cc_cursor_skip(c, '"')) {
		while (c->p < c->end && *c->p != '"')
			if (*c->p < ' ' || *c->p > '~' || *c->p++ == '\\')
				return false;
		return cc_cursor_skip(c, '"');
	}
	if (!cc_cursor_skip(c, '{') || !wire_number(c, &n) ||
	    !wire_word(c, "}\r\n") || cc_cursor_left(c) < n ||
	    memchr(c->p, 0, n))
		return false;
	c->p += n;
	return true;
}

static inline bool
wire_nstring(struct cursor *c)
{
	return wire_word(c, "NIL") || wire_string(c);
}

static inline bool
wire_addresses(struct cursor *c)
{
	if (wire_word(c, "NIL"))
		return true;
	if (!cc_cursor_skip(c, '('))
		return false;
	do {
		if (!wire_word(c, "("))
			return false;
		for (int i = 0; i < 4; i++)
			if (!wire_nstring(c) ||
			    !cc_cursor_skip(c, i < 3 ? ' ' : ')'))
				return false;
	} while (!cc_cursor_skip(c, ')'));
	return true;
}

static inline bool
wire_envelope(struct cursor *c)
{
	if (!wire_word(c, "(") || !wire_nstring(c) || !wire_word(c, " ") ||
	    !wire_nstring(c) || !wire_word(c, " "))
		return false;
	for (int i = 0; i < 6; i++)
		if (!wire_addresses(c) || !wire_word(c, " "))
			return false;
	return wire_nstring(c) && wire_word(c, " ") && wire_nstring(c) &&
	    wire_word(c, ")");
}

/* NIL, or "(string string ...)"; pairs: an even number of them */
static inline bool
wire_strings(struct cursor *c, bool pairs)
{
	size_t n = 0;

	if (wire_word(c, "NIL"))
		return true;
	if (!wire_word(c, "("))
		return false;
	do {
		if (!wire_string(c))
			return false;
		n++;
	} while (wire_word(c, " "));
	return wire_word(c, ")") && (!pairs || n % 2 == 0);
}

/* " disposition language location" */
static inline bool
wire_extension(struct cursor *c)
{
	if (!wire_word(c, " "))
		return false;
	if (!wire_word(c, "NIL") &&
	    (!wire_word(c, "(") || !wire_string(c) || !wire_word(c, " ") ||
		!wire_strings(c, true) || !wire_word(c, ")")))
		return false;
	return wire_word(c, " ") && wire_strings(c, false) &&
	    wire_word(c, " ") && wire_nstring(c);
}

static inline bool wire_body(struct cursor *c, bool extended);

static inline bool
wire_multipart(struct cursor *c, bool extended)
{
	do
		if (!wire_body(c, extended))
			return false;
	while (cc_cursor_peek(c) == '(');
	if (!wire_word(c, " ") || !wire_string(c))
		return false;
	return !extended ||
	    (wire_word(c, " ") && wire_strings(c, true) && wire_extension(c));
}

static inline bool
wire_single(struct cursor *c, bool extended)
{
	bool text = wire_word(c, "\"TEXT\""), message = false;
	size_t n;

	if (!text && wire_word(c, "\"MESSAGE\" \"RFC822\""))
		message = true;
	else if ((!text && !wire_string(c)) || !wire_word(c, " ") ||
	    !wire_string(c))
		return false;
	if (!wire_word(c, " ") || !wire_strings(c, true) ||
	    !wire_word(c, " ") || !wire_nstring(c) || !wire_word(c, " ") ||
	    !wire_nstring(c) || !wire_word(c, " ") || !wire_string(c) ||
	    !wire_word(c, " ") || !wire_number(c, &n))
		return false;
	if (message &&
	    (!wire_word(c, " ") || !wire_envelope(c) || !wire_word(c, " ") ||
		!wire_body(c, extended)))
		return false;
	if ((text || message) && (!wire_word(c, " ") || !wire_number(c, &n)))
		return false;
	return !extended ||
	    (wire_word(c, " ") && wire_nstring(c) && wire_extension(c));
}

/* Recurses to the depth of the tree, which CC_MIME_DEPTH bounds. */
static inline bool
wire_body(struct cursor *c, bool extended)
{
	if (!wire_word(c, "("))
		return false;
	if (cc_cursor_peek(c) == '(' ? !wire_multipart(c, extended)
				     : !wire_single(c, extended))
		return false;
	return wire_word(c, ")");
}

#endif
