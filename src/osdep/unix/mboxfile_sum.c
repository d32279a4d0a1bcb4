/*
 * mboxfile_sum.c - sums of header lines and from-lines, by which messages are
 * told apart.
 *
 * UID records and change lists depend on them (mboxfile_uid_record.c,
 * mboxfile_changes.c): with another function those of before fit no mailbox.
 * Not cryptographic, and few bits are kept: a stranger can make two headers
 * of one sum (mboxfile_twins.c). No I/O.
 */
#include "mboxfile_parse_inner.h"

uint16_t
cc_mbox_sum_fold(uint64_t h)
{
	h ^= h >> 32;
	return (uint16_t)((h ^ h >> 16) & CC_MBOX_SUM_MAX);
}

#define SUM_FACTOR 0x9e3779b97f4a7c15u

static uint64_t
mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * SUM_FACTOR;
	return h ^ h >> 29;
}

static uint64_t
mix_octets(uint64_t h, const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return mix(h, v);
}

uint64_t
cc_mbox_sum_add(uint64_t h, struct span line)
{
	const char *p = line.p, *end = p + line.len;
	uint64_t a = line.len, b = 0;

	for (; end - p >= 16; p += 16) {
		a = mix_octets(a, p);
		b = mix_octets(b, p + 8);
	}
	if (line.len >= 8) {
		if (end - p > 8)
			a = mix_octets(a, p);
		b = mix_octets(b, end - 8);
	} else {
		while (p < end)
			b = b << 8 | (unsigned char)*p++;
	}
	return mix(h, mix(a, b));
}

/* It only tells a from-line from other text. */
uint16_t
cc_mbox_from_sum(struct span line)
{
	return cc_mbox_sum_fold(cc_mbox_sum_add(0, line));
}
