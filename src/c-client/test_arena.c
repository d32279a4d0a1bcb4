/*
 * test_arena.c - memory of one command: its ceiling, alignment, reuse.
 */
#include <stdalign.h>

#include "arena.h"
#include "test_util.h"

#define UNIT alignof(max_align_t) /* sizes are rounded up to this */

static void
test_ceiling(void **state)
{
	static const size_t maxima[] = { UNIT, 2 * UNIT, 4096, 4096 + UNIT,
		100 * 1000 / UNIT * UNIT };

	(void)state;
	for (size_t i = 0; i < COUNT(maxima); i++) {
		struct arena a;

		cc_arena_init(&a, maxima[i]);
		assert_null(cc_arena_get(&a, maxima[i] + 1));
		assert_int_equal(a.used, 0);
		assert_non_null(cc_arena_get(&a, maxima[i]));
		assert_null(cc_arena_get(&a, 1));
		cc_arena_free(&a);
	}
}

/* A total, not a limit for each request (CVE-2026-27857, CVE-2024-34055). */
static void
test_cve_2024_34055_total(void **state)
{
	struct arena a;
	size_t got = 0;

	(void)state;
	cc_arena_init(&a, 10000 * UNIT);
	while (cc_arena_get(&a, 1))
		got++;
	assert_int_equal(got, 10000);
	assert_true(a.used <= a.max);
	cc_arena_free(&a);
}

static void
test_huge_sizes(void **state)
{
	static const size_t sizes[] = { SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 8,
		SIZE_MAX - UNIT + 1, SIZE_MAX - UNIT, SIZE_MAX / 2 };
	struct arena a;

	(void)state;
	cc_arena_init(&a, 1u << 20);
	for (size_t i = 0; i < COUNT(sizes); i++)
		assert_null(cc_arena_get(&a, sizes[i]));
	assert_null(cc_arena_dup(&a, cc_span("", SIZE_MAX)));
	assert_null(cc_arena_dup(&a, cc_span("", SIZE_MAX - 1)));
	assert_int_equal(a.used, 0);
	cc_arena_free(&a);
}

static void
test_alignment_and_zero(void **state)
{
	struct arena a;

	(void)state;
	cc_arena_init(&a, 1u << 20);
	for (size_t round = 0; round < 2; round++) {
		for (size_t size = 0; size < 300; size++) {
			unsigned char *p = cc_arena_get(&a, size);

			assert_non_null(p);
			assert_int_equal((uintptr_t)p % UNIT, 0);
			for (size_t i = 0; i < size; i++)
				assert_int_equal(p[i], 0);
			/* The next round must not see this. */
			memset(p, 0xaa, size);
		}
		cc_arena_reset(&a);
		assert_int_equal(a.used, 0);
	}
	cc_arena_free(&a);
}

static void
test_blocks_do_not_overlap(void **state)
{
	unsigned char *p[200];
	struct arena a;

	(void)state;
	cc_arena_init(&a, 1u << 20);
	for (size_t i = 0; i < COUNT(p); i++) {
		p[i] = cc_arena_get(&a, i * 7);
		assert_non_null(p[i]);
		memset(p[i], (int)i, i * 7);
	}
	for (size_t i = 0; i < COUNT(p); i++)
		for (size_t k = 0; k < i * 7; k++)
			assert_int_equal(p[i][k], i);
	cc_arena_free(&a);
}

static void
test_reset_keeps_ceiling(void **state)
{
	struct arena a;

	(void)state;
	cc_arena_init(&a, 20000);
	for (int i = 0; i < 100; i++) {
		assert_non_null(cc_arena_get(&a, 9000));
		assert_non_null(cc_arena_get(&a, 100));
		assert_null(cc_arena_get(&a, 11000));
		cc_arena_reset(&a);
	}
	cc_arena_free(&a);
	assert_non_null(cc_arena_get(&a, 16));
	cc_arena_free(&a);
	cc_arena_reset(&a);
}

static void
test_dup(void **state)
{
	struct arena a;

	(void)state;
	cc_arena_init(&a, 1000);
	assert_string_equal(cc_arena_dup(&a, cc_span("abcdef", 3)), "abc");
	assert_string_equal(cc_arena_dup(&a, cc_span(NULL, 0)), "");
	assert_memory_equal(cc_arena_dup(&a, cc_span("a\0b", 3)), "a\0b", 4);
	cc_arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ceiling),
		cmocka_unit_test(test_cve_2024_34055_total),
		cmocka_unit_test(test_huge_sizes),
		cmocka_unit_test(test_alignment_and_zero),
		cmocka_unit_test(test_blocks_do_not_overlap),
		cmocka_unit_test(test_reset_keeps_ceiling),
		cmocka_unit_test(test_dup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
