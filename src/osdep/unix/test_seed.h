/*
 * test_seed.h - tests that take some of many cases, the same ones each time
 * for a seed that they print; SEED in the environment is another.
 */
#ifndef TEST_SEED_H
#define TEST_SEED_H

#include <stdlib.h>

#include "test_util.h"

static uint32_t seed = 1;

/* The setup function of a group of tests. */
static inline int
choose_seed(void **state)
{
	const char *text = getenv("SEED");

	(void)state;
	if (text)
		seed = (uint32_t)strtoul(text, NULL, 10);
	print_message("SEED=%lu\n", (unsigned long)seed);
	return 0;
}

/* Any number below n. */
static inline uint32_t
dice(uint32_t n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % n;
}

#endif
