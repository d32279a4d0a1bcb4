/*
 * md5.c - the MD5 digest (RFC 1321) and HMAC over it (RFC 2104).
 *
 * Its own code, as the auth process shall link no more than it needs, and the
 * API's functions work without a library behind them. Nothing else may use it:
 * the digest is no protection of anything that somebody can choose.
 */
#include "md5.h"

#include <stdint.h>

/* The integer part of 2^32 times abs(sin(i + 1)). */
/* clang-format off */
static const uint32_t sines[64] = {
	0xd76aa478u, 0xe8c7b756u, 0x242070dbu, 0xc1bdceeeu, 0xf57c0fafu,
	0x4787c62au, 0xa8304613u, 0xfd469501u, 0x698098d8u, 0x8b44f7afu,
	0xffff5bb1u, 0x895cd7beu, 0x6b901122u, 0xfd987193u, 0xa679438eu,
	0x49b40821u, 0xf61e2562u, 0xc040b340u, 0x265e5a51u, 0xe9b6c7aau,
	0xd62f105du, 0x02441453u, 0xd8a1e681u, 0xe7d3fbc8u, 0x21e1cde6u,
	0xc33707d6u, 0xf4d50d87u, 0x455a14edu, 0xa9e3e905u, 0xfcefa3f8u,
	0x676f02d9u, 0x8d2a4c8au, 0xfffa3942u, 0x8771f681u, 0x6d9d6122u,
	0xfde5380cu, 0xa4beea44u, 0x4bdecfa9u, 0xf6bb4b60u, 0xbebfbc70u,
	0x289b7ec6u, 0xeaa127fau, 0xd4ef3085u, 0x04881d05u, 0xd9d4d039u,
	0xe6db99e5u, 0x1fa27cf8u, 0xc4ac5665u, 0xf4292244u, 0x432aff97u,
	0xab9423a7u, 0xfc93a039u, 0x655b59c3u, 0x8f0ccc92u, 0xffeff47du,
	0x85845dd1u, 0x6fa87e4fu, 0xfe2ce6e0u, 0xa3014314u, 0x4e0811a1u,
	0xf7537e82u, 0xbd3af235u, 0x2ad7d2bbu, 0xeb86d391u,
};
/* clang-format on */

static const unsigned char turns[4][4] = {
	{ 7, 12, 17, 22 },
	{ 5, 9, 14, 20 },
	{ 4, 11, 16, 23 },
	{ 6, 10, 15, 21 },
};

static uint32_t
rotate(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

static uint32_t
get_word(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

static void
put_word(unsigned char *p, unsigned long word)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (unsigned char)(word >> 8 * i);
}

/* What a step of round `round` mixes of three words. */
static uint32_t
mix(unsigned round, uint32_t b, uint32_t c, uint32_t d)
{
	switch (round) {
	case 0:
		return (b & c) | (~b & d);
	case 1:
		return (b & d) | (c & ~d);
	case 2:
		return b ^ c ^ d;
	default:
		return c ^ (b | ~d);
	}
}

/* One block (RFC 1321 section 3.4). */
static void
transform(MD5CONTEXT *ctx, const unsigned char *block)
{
	/* Factor and start of the walk through the block, by round. */
	static const unsigned step[4] = { 1, 5, 3, 7 };
	static const unsigned start[4] = { 0, 1, 5, 0 };
	uint32_t a = (uint32_t)ctx->state[0], b = (uint32_t)ctx->state[1];
	uint32_t c = (uint32_t)ctx->state[2], d = (uint32_t)ctx->state[3];

	for (unsigned i = 0; i < 64; i++) {
		unsigned round = i / 16;
		unsigned k = (start[round] + step[round] * i) % 16;
		uint32_t sum = a + mix(round, b, c, d) +
		    get_word(block + (size_t)4 * k) + sines[i];

		a = d;
		d = c;
		c = b;
		b += rotate(sum, turns[round][i % 4]);
	}
	ctx->state[0] = (uint32_t)(ctx->state[0] + a);
	ctx->state[1] = (uint32_t)(ctx->state[1] + b);
	ctx->state[2] = (uint32_t)(ctx->state[2] + c);
	ctx->state[3] = (uint32_t)(ctx->state[3] + d);
}

void
md5_init(MD5CONTEXT *ctx)
{
	memset(ctx, 0, sizeof(*ctx));
	ctx->state[0] = 0x67452301u;
	ctx->state[1] = 0xefcdab89u;
	ctx->state[2] = 0x98badcfeu;
	ctx->state[3] = 0x10325476u;
	ctx->ptr = ctx->buf;
}

/* Octets for the block, which goes when it is full. */
static void
fill(MD5CONTEXT *ctx, const unsigned char *data, unsigned long len)
{
	unsigned long room, n;

	while (len > 0) {
		room = (unsigned long)(ctx->buf + MD5BLKLEN - ctx->ptr);
		n = len < room ? len : room;
		memcpy(ctx->ptr, data, n);
		ctx->ptr += n;
		data += n;
		len -= n;
		if (n == room) {
			transform(ctx, ctx->buf);
			ctx->ptr = ctx->buf;
		}
	}
}

static void
add(MD5CONTEXT *ctx, const void *data, size_t len)
{
	uint64_t count = (uint64_t)ctx->chigh << 32 | ctx->clow;

	count += len;
	ctx->chigh = (uint32_t)(count >> 32);
	ctx->clow = (uint32_t)count;
	fill(ctx, data, len);
}

void
md5_update(MD5CONTEXT *ctx, unsigned char *data, unsigned long len)
{
	add(ctx, data, len);
}

void
md5_final(unsigned char *digest, MD5CONTEXT *ctx)
{
	static const unsigned char padding[MD5BLKLEN] = { 0x80 };
	uint64_t bits = ((uint64_t)ctx->chigh << 32 | ctx->clow) * 8;
	size_t used = (size_t)(ctx->ptr - ctx->buf);
	unsigned char length[8];

	put_word(length, (uint32_t)bits);
	put_word(length + 4, (uint32_t)(bits >> 32));
	fill(ctx, padding, (used < 56 ? 56 : 120) - used);
	fill(ctx, length, sizeof(length));
	for (size_t i = 0; i < 4; i++)
		put_word(digest + 4 * i, ctx->state[i]);
	explicit_bzero(ctx, sizeof(*ctx));
}

/* The digest of the key mixed with `pad`, then of text. */
static void
digest_padded(unsigned char digest[MD5DIGLEN],
    const unsigned char key[MD5BLKLEN], unsigned char pad, const void *text,
    size_t len)
{
	unsigned char block[MD5BLKLEN];
	MD5CONTEXT ctx;

	for (size_t i = 0; i < MD5BLKLEN; i++)
		block[i] = key[i] ^ pad;
	md5_init(&ctx);
	add(&ctx, block, sizeof(block));
	add(&ctx, text, len);
	md5_final(digest, &ctx);
	explicit_bzero(block, sizeof(block));
}

void
cc_hmac_md5(char hex[CC_HMAC_MD5_HEX], struct span key, struct span text)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char block[MD5BLKLEN] = { 0 }, digest[MD5DIGLEN];
	MD5CONTEXT ctx;

	if (key.len > MD5BLKLEN) {
		md5_init(&ctx);
		add(&ctx, key.p, key.len);
		md5_final(block, &ctx);
	} else if (key.len > 0) {
		memcpy(block, key.p, key.len);
	}
	digest_padded(digest, block, 0x36, text.p, text.len);
	digest_padded(digest, block, 0x5c, digest, sizeof(digest));
	explicit_bzero(block, sizeof(block));
	for (size_t i = 0; i < MD5DIGLEN; i++) {
		hex[2 * i] = digits[digest[i] >> 4];
		hex[2 * i + 1] = digits[digest[i] & 15];
	}
	hex[CC_HMAC_MD5_HEX - 1] = '\0';
}
