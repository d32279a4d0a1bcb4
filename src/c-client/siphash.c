/*
 * siphash.c - SipHash-2-4 with 128 bits of result, by J.-P. Aumasson and
 * D. J. Bernstein ("SipHash: a fast short-input PRF", 2012). No state.
 */
#include "cc_random.h"
#include "siphash.h"

struct state {
	uint64_t v0, v1, v2, v3;
};

static uint64_t
rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static void
rounds(struct state *s, unsigned n)
{
	while (n-- > 0) {
		s->v0 += s->v1;
		s->v2 += s->v3;
		s->v1 = rotate(s->v1, 13) ^ s->v0;
		s->v3 = rotate(s->v3, 16) ^ s->v2;
		s->v0 = rotate(s->v0, 32);
		s->v2 += s->v1;
		s->v0 += s->v3;
		s->v1 = rotate(s->v1, 17) ^ s->v2;
		s->v3 = rotate(s->v3, 21) ^ s->v0;
		s->v2 = rotate(s->v2, 32);
	}
}

static void
compress(struct state *s, uint64_t word)
{
	s->v3 ^= word;
	rounds(s, 2);
	s->v0 ^= word;
}

/* The little-endian number of up to eight octets. */
static uint64_t
number(const char *p, size_t len)
{
	uint64_t n = 0;

	while (len-- > 0)
		n = n << 8 | (unsigned char)p[len];
	return n;
}

static uint64_t
finish(struct state *s)
{
	rounds(s, 4);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

void
cc_hash_key_init(struct cc_hash_key *key)
{
	cc_random(key, sizeof(*key));
}

struct cc_hash
cc_hash(const struct cc_hash_key *key, struct span text)
{
	struct state s = {
		.v0 = key->k[0] ^ 0x736f6d6570736575,
		.v1 = key->k[1] ^ 0x646f72616e646f6d ^ 0xee,
		.v2 = key->k[0] ^ 0x6c7967656e657261,
		.v3 = key->k[1] ^ 0x7465646279746573,
	};
	size_t whole = text.len & ~(size_t)7;
	struct cc_hash hash;

	for (size_t i = 0; i < whole; i += 8)
		compress(&s, number(text.p + i, 8));
	compress(&s,
	    (uint64_t)text.len << 56 |
		number(text.p + whole, text.len - whole));
	s.v2 ^= 0xee;
	hash.h[0] = finish(&s);
	s.v1 ^= 0xdd;
	hash.h[1] = finish(&s);
	return hash;
}
