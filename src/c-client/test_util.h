/*
 * test_util.h - what every unit test includes: cmocka and its headers.
 */
#ifndef TEST_UTIL_H
#define TEST_UTIL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "span.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* A literal with octets 0 in it as a table entry: pointer, length. */
#define OCTETS(literal)                                                        \
	{                                                                      \
		(literal), sizeof(literal) - 1                                 \
	}

#define assert_span(span, want) assert_span_at((span), (want), __LINE__)

static inline void
assert_span_at(struct span got, const char *want, int line)
{
	if (cc_span_is(got, want))
		return;
	print_error("line %d: got \"%.*s\", want \"%s\"\n", line, (int)got.len,
	    got.p, want);
	fail();
}

/*
 * A copy in a block of exactly that size, so that the sanitizers and valgrind
 * see a parser that looks behind its input. The caller frees it.
 */
static inline char *
exact_copy(const void *p, size_t len)
{
	char *copy = malloc(len > 0 ? len : 1);

	assert_non_null(copy);
	if (len > 0)
		memcpy(copy, p, len);
	return copy;
}

/* unit, repeated to fill len octets; the caller frees it. */
static inline char *
repeated(const char *unit, size_t len)
{
	char *s = malloc(len);
	size_t n = strlen(unit);

	assert_non_null(s);
	for (size_t i = 0; i < len; i++)
		s[i] = unit[i % n];
	return s;
}

#endif
