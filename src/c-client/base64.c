/*
 * base64.c - base64 of SASL: octets in, octets out (RFC 4648 section 4).
 *
 * Holds no state, takes no locks. What is decoded was sent before login by a
 * stranger. The tables are looked up by secret octets; who can measure cache
 * lines in this process has its memory anyway.
 */
#include "base64.h"
#include "cc_ctype.h"
#include "cc_err.h"

const char cc_base64_digits[64 + 1] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int
cc_base64_digit(unsigned char c)
{
	if (is_upper(c))
		return c - 'A';
	if (is_lower(c))
		return c - 'a' + 26;
	if (is_digit(c))
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* Decodes four digits, of which the last `pad` count as zero, into bits. */
static int
decode_group(const char *in, unsigned pad, uint32_t *bits_r)
{
	uint32_t bits = 0;

	for (unsigned i = 0; i < 4; i++) {
		int v = i < 4 - pad ? cc_base64_digit((unsigned char)in[i]) : 0;

		if (v < 0)
			return CC_EPARSE;
		bits = bits << 6 | (uint32_t)v;
	}
	/* Other bits here would be a second spelling of the same octets. */
	if (bits & ((1u << (8 * pad)) - 1))
		return CC_EPARSE;
	*bits_r = bits;
	return 0;
}

int
cc_base64_decode(struct strbuf *out, struct span in)
{
	size_t old = out->len;
	unsigned pad = 0;

	if (in.len % 4 != 0)
		return CC_EPARSE;
	if (in.len > 0 && in.p[in.len - 1] == '=')
		pad = in.p[in.len - 2] == '=' ? 2 : 1;
	for (size_t i = 0; i < in.len; i += 4) {
		unsigned drop = i + 4 == in.len ? pad : 0;
		uint32_t bits;
		char octets[3];
		int r = decode_group(in.p + i, drop, &bits);

		if (r != 0) {
			cc_strbuf_truncate(out, old);
			return r;
		}
		octets[0] = (char)(bits >> 16);
		octets[1] = (char)(bits >> 8);
		octets[2] = (char)bits;
		cc_strbuf_put(out, octets, 3 - drop);
	}
	return cc_strbuf_status(out);
}

void
cc_base64_encode(struct strbuf *out, struct span in)
{
	for (size_t i = 0; i < in.len; i += 3) {
		size_t n = in.len - i < 3 ? in.len - i : 3;
		uint32_t bits = 0;
		char digits[4];

		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 |
			    (k < n ? (unsigned char)in.p[i + k] : 0);
		for (unsigned k = 0; k < 4; k++)
			digits[k] = k <= n
			    ? cc_base64_digits[bits >> (18 - 6 * k) & 63]
			    : '=';
		cc_strbuf_put(out, digits, 4);
	}
}
