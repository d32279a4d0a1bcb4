/*
 * misc_hash.c - hash tables with the caller's strings as keys.
 *
 * Keys of the library's own tables come from messages (Message-IDs), and a
 * stranger may choose many with one hash; the tables chain, so that costs
 * time, bounded by the number of messages.
 */
#include <string.h>

#include "fs.h"
#include "ftl.h"
#include "misc.h"

HASHTAB *
hash_create(size_t size)
{
	HASHTAB *tab;
	size_t octets;

	if (size == 0)
		size = 1;
	if (__builtin_mul_overflow(size, sizeof(tab->table[0]), &octets) ||
	    __builtin_add_overflow(octets, sizeof(*tab), &octets))
		fatal("Hash table too large");
	tab = memset(fs_get(octets), 0, octets);
	tab->size = size;
	return tab;
}

void
hash_destroy(HASHTAB **hashtab)
{
	if (!*hashtab)
		return;
	hash_reset(*hashtab);
	fs_give((void **)hashtab);
}

void
hash_reset(HASHTAB *hashtab)
{
	for (size_t i = 0; i < hashtab->size; i++) {
		HASHENT *next;

		for (HASHENT *e = hashtab->table[i]; e; e = next) {
			next = e->next;
			fs_give((void **)&e);
		}
		hashtab->table[i] = NULL;
	}
}

unsigned long
hash_index(HASHTAB *hashtab, char *key)
{
	unsigned long sum = 0;

	for (const unsigned char *s = (unsigned char *)key; *s; s++)
		sum = sum * HASHMULT + *s;
	return sum % hashtab->size;
}

void **
hash_lookup(HASHTAB *hashtab, char *key)
{
	HASHENT *e = hashtab->table[hash_index(hashtab, key)];

	while (e && strcmp(e->name, key) != 0)
		e = e->next;
	return e ? e->data : NULL;
}

HASHENT *
hash_add(HASHTAB *hashtab, char *key, void *data, long extra)
{
	size_t slots = extra > 0 ? (size_t)extra : 0;
	HASHENT **bucket = &hashtab->table[hash_index(hashtab, key)];
	HASHENT *e;
	size_t octets;

	if (__builtin_mul_overflow(slots, sizeof(e->data[0]), &octets) ||
	    __builtin_add_overflow(octets, sizeof(*e), &octets))
		fatal("Hash entry too large");
	e = memset(fs_get(octets), 0, octets);
	e->next = *bucket;
	e->name = key;
	e->data[0] = data;
	*bucket = e;
	return e;
}

void **
hash_lookup_and_add(HASHTAB *hashtab, char *key, void *data, long extra)
{
	void **found = hash_lookup(hashtab, key);

	return found ? found : hash_add(hashtab, key, data, extra)->data;
}
