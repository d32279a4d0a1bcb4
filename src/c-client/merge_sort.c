/*
 * merge_sort.c - merging runs of 1, 2, 4 ... numbers, from the bottom up. The
 * standard's qsort promises neither an order of equal elements nor a bound.
 */
#include <string.h>

#include "fs.h"
#include "merge_sort.h"

/* Merges from[0, mid) and from[mid, n) into to. */
static void
merge(const uint32_t *from, size_t mid, size_t n, uint32_t *to,
    cc_compare *compare, const void *context)
{
	size_t a = 0, b = mid;

	if (mid >= n || compare(from[mid - 1], from[mid], context) <= 0) {
		memcpy(to, from, n * sizeof(*to));
		return;
	}
	while (a < mid && b < n)
		*to++ = compare(from[a], from[b], context) <= 0 ? from[a++]
								: from[b++];
	memcpy(to, from + a, (mid - a) * sizeof(*to));
	memcpy(to + (mid - a), from + b, (n - b) * sizeof(*to));
}

void
cc_merge_sort(uint32_t *v, size_t n, cc_compare *compare, const void *context)
{
	uint32_t *buffer, *from = v, *to, *other;

	if (n < 2)
		return;
	buffer = to = fs_get(n * sizeof(*v));
	for (size_t run = 1; run < n; run *= 2) {
		for (size_t i = 0; i < n; i += 2 * run) {
			size_t left = n - i < 2 * run ? n - i : 2 * run;

			merge(from + i, run, left, to + i, compare, context);
		}
		other = from;
		from = to;
		to = other;
	}
	if (from != v)
		memcpy(v, from, n * sizeof(*v));
	fs_give((void **)&buffer);
}
