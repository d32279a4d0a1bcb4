/*
 * fuzz_util.h - what every fuzzer includes.
 *
 * A fuzzer is a program of libFuzzer (make fuzz). It hands its input to one
 * parser, whose own faults the sanitizers see, and uses must() for what has
 * to hold besides: where there is a writer, what it writes parses to the same.
 */
#ifndef FUZZ_UTIL_H
#define FUZZ_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "span.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(condition)                                                        \
	((condition) ? (void)0 : fuzz_broken(__FILE__, __LINE__, #condition))

static inline void
fuzz_broken(const char *file, int line, const char *condition)
{
	fprintf(stderr, "%s:%d: must hold: %s\n", file, line, condition);
	abort();
}

static inline bool
fuzz_same(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

#endif
