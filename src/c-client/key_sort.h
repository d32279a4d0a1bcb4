/*
 * key_sort.h - a stable sort of numbers by keys that are numbers, too.
 */
#ifndef KEY_SORT_H
#define KEY_SORT_H

#include <stddef.h>
#include <stdint.h>

struct keyed {
	uint64_t key;
	uint32_t item;
};

/*
 * Sorts n items by their keys; those with equal keys keep their order. The
 * time is linear, whatever the keys are. spare: room for n more.
 */
void cc_key_sort(struct keyed *v, struct keyed *spare, size_t n);

#endif
