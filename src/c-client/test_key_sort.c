/*
 * test_key_sort.c - order and stability, of few items and of many, whichever
 * octets of their keys differ.
 */
#include "key_sort.h"
#include "test_util.h"

#define MOST 3000

static struct keyed v[MOST], spare[MOST];

/* Items 0 to n-1 have been given their keys. */
static void
check(const uint64_t *keys, size_t n)
{
	bool seen[MOST] = { false };

	for (size_t i = 0; i < n; i++)
		v[i] = (struct keyed){ keys[i], (uint32_t)i };
	cc_key_sort(v, spare, n);
	for (size_t i = 0; i < n; i++) {
		assert_true(v[i].item < n);
		assert_false(seen[v[i].item]);
		seen[v[i].item] = true;
		assert_true(v[i].key == keys[v[i].item]);
		if (i == 0)
			continue;
		assert_true(v[i - 1].key <= v[i].key);
		if (v[i - 1].key == v[i].key)
			assert_true(v[i - 1].item < v[i].item);
	}
}

static uint64_t
next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed ^ *seed >> 31;
}

static void
test_orders(void **state)
{
	static const size_t sizes[] = { 0, 1, 2, 3, 47, 48, 49, 50, 255, 256,
		257, 1000, MOST };
	/* which bits of a random number make the key */
	static const uint64_t masks[] = { 0, 1, 0xff, 0xff00,
		0xff00000000000000, 0xff000000000000ff, 0x0f0f0f0f0f0f0f0f,
		0x00ffffff00000000, UINT64_MAX };
	uint64_t keys[MOST], seed = 1;

	(void)state;
	for (size_t s = 0; s < COUNT(sizes); s++) {
		for (size_t k = 0; k < COUNT(masks); k++) {
			for (size_t i = 0; i < sizes[s]; i++)
				keys[i] = next_random(&seed) & masks[k];
			check(keys, sizes[s]);
		}
	}
}

/* Upwards, downwards, and all the same but the first or the last. */
static void
test_corners(void **state)
{
	static const size_t sizes[] = { 2, 48, 49, 300 };
	uint64_t keys[MOST];

	(void)state;
	for (size_t s = 0; s < COUNT(sizes); s++) {
		const size_t n = sizes[s];

		for (size_t i = 0; i < n; i++)
			keys[i] = UINT64_MAX - n + i;
		check(keys, n);
		for (size_t i = 0; i < n; i++)
			keys[i] = UINT64_MAX - i;
		check(keys, n);
		for (size_t i = 0; i < n; i++)
			keys[i] = i == 0;
		check(keys, n);
		for (size_t i = 0; i < n; i++)
			keys[i] = i + 1 < n;
		check(keys, n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_orders),
		cmocka_unit_test(test_corners),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
