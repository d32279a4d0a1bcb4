/*
 * key_sort.c - sorting by one octet of the key after the other, from the last
 * to the first. Octets that are the same in all keys cost nothing more than
 * to be counted, which is done for all octets in one pass.
 */
#include <stdbool.h>
#include <string.h>

#include "key_sort.h"

#define OCTETS 8 /* of a key */
#define VALUES 256

/* So few are put into their places one by one, with less work. */
#define FEW 48

static void
insert_each(struct keyed *v, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		const struct keyed one = v[i];
		size_t k = i;

		for (; k > 0 && v[k - 1].key > one.key; k--)
			v[k] = v[k - 1];
		v[k] = one;
	}
}

static unsigned
octet(uint64_t key, unsigned n)
{
	return (unsigned)(key >> (8 * n)) & (VALUES - 1);
}

/* How often each octet has each value; false if all is in order. */
static bool
count_octets(const struct keyed *v, size_t n, uint32_t count[OCTETS][VALUES])
{
	bool ordered = true;

	memset(count, 0, OCTETS * sizeof(*count));
	for (size_t i = 0; i < n; i++) {
		ordered = ordered && (i == 0 || v[i - 1].key <= v[i].key);
		for (unsigned k = 0; k < OCTETS; k++)
			count[k][octet(v[i].key, k)]++;
	}
	return !ordered;
}

/* Into the order of one octet. */
static void
distribute(const struct keyed *from, size_t n, struct keyed *to, unsigned k,
    uint32_t count[VALUES])
{
	uint32_t place = 0;

	for (unsigned value = 0; value < VALUES; value++) {
		const uint32_t here = count[value];

		count[value] = place;
		place += here;
	}
	for (size_t i = 0; i < n; i++)
		to[count[octet(from[i].key, k)]++] = from[i];
}

void
cc_key_sort(struct keyed *v, struct keyed *spare, size_t n)
{
	uint32_t count[OCTETS][VALUES];
	struct keyed *from = v, *to = spare, *other;

	if (n <= FEW) {
		insert_each(v, n);
		return;
	}
	if (!count_octets(v, n, count))
		return;
	for (unsigned k = 0; k < OCTETS; k++) {
		if (count[k][octet(v[0].key, k)] == n)
			continue;
		distribute(from, n, to, k, count[k]);
		other = from;
		from = to;
		to = other;
	}
	if (from != v)
		memcpy(v, from, n * sizeof(*v));
}
