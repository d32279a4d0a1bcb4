/*
 * mail_convert.c - text as it lies in a mailbox, made what clients see.
 *
 * IMAP and POP3 send CRLF line ends and no NUL (RFC 3501 section 9, CHAR8),
 * whatever the format keeps; a literal8 may hold NUL (RFC 3516). Works on
 * octets that a driver handed out; holds no state but the caller's, and trusts
 * nothing in the text.
 */
#include <stdint.h>

#include "mail_fast.h"

/* Sixteen octets at a time: one register on every machine we meet. */
#define LANES 16

typedef unsigned char lanes __attribute__((vector_size(LANES)));

#define NUL_AS 0x80 /* what an octet 0 goes out as */

/* The index of the first octet of mask that is not 0, or LANES. */
static unsigned
first_lane(lanes mask)
{
	uint64_t half[2];
	const bool little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;

	memcpy(half, &mask, sizeof(half));
	for (unsigned i = 0; i < 2; i++)
		if (half[i])
			return i * 8 +
			    (unsigned)(little ? __builtin_ctzll(half[i])
					      : __builtin_clzll(half[i])) /
			    8;
	return LANES;
}

/*
 * Copies up to the first CR or LF, at most n octets, and returns how many.
 * Octets beyond the result may be written, but none beyond dst + n. An octet 0
 * becomes nul.
 */
static size_t
copy_line(char *dst, const char *src, size_t n, unsigned char nul)
{
	lanes v, mask;
	size_t i = 0;
	unsigned hit;

	for (; n - i >= LANES; i += LANES) {
		memcpy(&v, src + i, LANES);
		mask = (lanes)(v == '\n') | (lanes)(v == '\r');
		v |= (lanes)(v == 0) & nul;
		memcpy(dst + i, &v, LANES);
		if ((hit = first_lane(mask)) != LANES)
			return i + hit;
	}
	for (; i < n && src[i] != '\n' && src[i] != '\r'; i++)
		dst[i] = src[i] ? src[i] : (char)nul;
	return i;
}

/* Copies n octets, with nul for an octet 0. */
static void
copy_binary(char *dst, const char *src, size_t n, unsigned char nul)
{
	lanes v;
	size_t i = 0;

	for (; n - i >= LANES; i += LANES) {
		memcpy(&v, src + i, LANES);
		v |= (lanes)(v == 0) & nul;
		memcpy(dst + i, &v, LANES);
	}
	for (; i < n; i++)
		dst[i] = src[i] ? src[i] : (char)nul;
}

static size_t
convert_crlf(struct span *src, char *dst, size_t room, unsigned char nul)
{
	size_t n = src->len < room ? src->len : room;

	copy_binary(dst, src->p, n, nul);
	src->p += n;
	src->len -= n;
	return n;
}

/*
 * *state is 1 when the CR of the LF at src->p was written but not the LF. The
 * LF stays in src until then, so that src->len tells whether all is done.
 */
static size_t
convert(enum mime_newline newline, struct span *src, char *dst, size_t room,
    unsigned *state, unsigned char nul)
{
	const char *p = src->p, *end;
	char *d = dst, *dst_end = dst + room;
	size_t n;

	/* An empty span may stand nowhere. */
	if (src->len == 0)
		return 0;
	if (newline == MIME_CRLF)
		return convert_crlf(src, dst, room, nul);
	end = p + src->len;
	while (p < end) {
		if (*state == 0) {
			n = (size_t)(end - p);
			if (n > (size_t)(dst_end - d))
				n = (size_t)(dst_end - d);
			n = copy_line(d, p, n, nul);
			p += n;
			d += n;
			if (p < end && *p == '\r') {
				p++;
				continue;
			}
			if (p == end || d == dst_end)
				break;
			*d++ = '\r';
			*state = 1;
		}
		if (d == dst_end)
			break;
		*d++ = '\n';
		*state = 0;
		p++;
	}
	src->len -= (size_t)(p - src->p);
	src->p = p;
	return (size_t)(d - dst);
}

size_t
cc_mail_convert(enum mime_newline newline, struct span *src, char *dst,
    size_t room, unsigned *state)
{
	return convert(newline, src, dst, room, state, NUL_AS);
}

size_t
cc_mail_convert_binary(enum mime_newline newline, struct span *src, char *dst,
    size_t room, unsigned *state)
{
	return convert(newline, src, dst, room, state, '\0');
}
