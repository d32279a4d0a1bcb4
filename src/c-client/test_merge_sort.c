/*
 * test_merge_sort.c - order, stability, and how often things are compared.
 */
#include "merge_sort.h"
#include "test_util.h"

#define MOST 3000

static uint32_t key[MOST];
static size_t comparisons;

static int
by_key(uint32_t a, uint32_t b, const void *context)
{
	const uint32_t *keys = context;

	comparisons++;
	return keys[a] < keys[b] ? -1 : keys[a] > keys[b];
}

static void
check(size_t n)
{
	uint32_t v[MOST];
	bool seen[MOST] = { false };
	size_t log = 0;

	for (size_t i = 0; i < n; i++)
		v[i] = (uint32_t)i;
	comparisons = 0;
	cc_merge_sort(v, n, by_key, key);
	for (size_t i = 0; i < n; i++) {
		assert_false(seen[v[i]]);
		seen[v[i]] = true;
		if (i > 0 && key[v[i - 1]] == key[v[i]])
			assert_true(v[i - 1] < v[i]);
		if (i > 0)
			assert_true(key[v[i - 1]] <= key[v[i]]);
	}
	while ((size_t)1 << log < n)
		log++;
	assert_true(comparisons <= n * (log + 1));
}

static void
test_orders(void **state)
{
	static const size_t sizes[] = { 0, 1, 2, 3, 4, 5, 7, 8, 9, 100, 1023,
		1024, 1025, MOST };
	uint32_t random = 1;

	(void)state;
	for (size_t s = 0; s < COUNT(sizes); s++) {
		size_t n = sizes[s];

		for (size_t i = 0; i < n; i++)
			key[i] = (uint32_t)i;
		check(n);
		assert_true(n == 0 || comparisons == n - 1);
		for (size_t i = 0; i < n; i++)
			key[i] = (uint32_t)(n - i);
		check(n);
		for (size_t i = 0; i < n; i++)
			key[i] = 7;
		check(n);
		for (size_t i = 0; i < n; i++) {
			random = random * 1664525 + 1013904223;
			key[i] = random >> 24;
		}
		check(n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_orders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
