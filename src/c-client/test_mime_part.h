/*
 * test_mime_part.h - a message parsed in pieces, for the tests of mime_part.c.
 */
#ifndef TEST_MIME_PART_H
#define TEST_MIME_PART_H

#include "cc_err.h"
#include "cc_limits.h"
#include "mime_part.h"
#include "strbuf.h"
#include "test_util.h"

#define M(boundary) "Content-Type: multipart/mixed; boundary=" boundary "\n\n"
#define MSG "Content-Type: message/rfc822\n\n"

/* Feeds msg in pieces of that size; the caller frees the arena. */
static inline struct mime_part *
parse(struct arena *a, struct span msg, enum mime_newline newline, size_t piece)
{
	struct mime_parser *p;
	struct mime_part *root = NULL;

	cc_arena_init(a, CC_MIME_MEMORY);
	p = cc_mime_new(a, newline);
	for (size_t at = 0; at < msg.len; at += piece) {
		size_t n = msg.len - at < piece ? msg.len - at : piece;
		char *copy = exact_copy(msg.p + at, n);

		assert_int_equal(cc_mime_feed(p, cc_span(copy, n), at), 0);
		free(copy);
	}
	assert_int_equal(cc_mime_end(&p, &root), 0);
	assert_null(p);
	assert_non_null(root);
	return root;
}

struct tree_case {
	const char *in, *want;
};

#endif
