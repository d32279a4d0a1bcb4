/*
 * merge_sort.h - a stable sort of numbers that stand for things.
 */
#ifndef MERGE_SORT_H
#define MERGE_SORT_H

#include <stddef.h>
#include <stdint.h>

/* Negative, 0 or positive, as a comes before b, with it, or behind it. */
typedef int cc_compare(uint32_t a, uint32_t b, const void *context);

/*
 * Sorts n numbers; equal ones keep their order. At most n log2(n) comparisons
 * whatever they are, n - 1 where they are in order; memory for n more while it
 * runs.
 */
void cc_merge_sort(uint32_t *v, size_t n, cc_compare *compare,
    const void *context);

#endif
