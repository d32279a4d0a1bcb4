/*
 * fnv.h - FNV-1a, 64 bits: a sum that finds damage, not forgery.
 */
#ifndef FNV_H
#define FNV_H

#include <stddef.h>
#include <stdint.h>

#define FNV_START 0xcbf29ce484222325u

static inline uint64_t
fnv_octet(uint64_t sum, unsigned octet)
{
	return (sum ^ octet) * 0x100000001b3u;
}

static inline uint64_t
fnv_add(uint64_t sum, const void *data, size_t len)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < len; i++)
		sum = fnv_octet(sum, p[i]);
	return sum;
}

#endif
