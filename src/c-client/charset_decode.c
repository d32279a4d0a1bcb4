/*
 * charset_decode.c - text in any charset, to UTF-8.
 *
 * Every octet of the text ends up in a character: what is none in its charset
 * becomes U+FFFD and decoding goes on at the next octet. The text is a
 * stranger's; each step consumes at least one octet, so the work is linear.
 * Each conversion has a converter of its own: threads share nothing.
 */
#include <errno.h>
#include <iconv.h>
#include <stdint.h>

#include "cc_ctype.h"
#include "charset.h"
#include "fs.h"

/* Characters that are converted at once. */
#define BATCH 512

/* Octets of ASCII that are worth a call of their own. */
#define RUN 32

void
cc_utf8_init(struct cc_utf8_out *out, ucs4cn_t cv, ucs4de_t de)
{
	/* In proportion to the text: an octet gives at most 33, U+FDFA's. */
	cc_strbuf_init(&out->text, SIZE_MAX / 2);
	out->cv = cv;
	out->de = de;
	out->known = (!cv || cv == ucs4_titlecase) &&
	    (!de || de == ucs4_decompose || de == ucs4_decompose_recursive);
	out->n = 0;
}

static void
drain(struct cc_utf8_out *out)
{
	cc_strbuf_put(&out->text, out->chunk, out->n);
	out->n = 0;
}

void
cc_utf8_finish(struct cc_utf8_out *out, SIZEDTEXT *ret)
{
	drain(out);
	ret->size = out->text.len;
	ret->data = (unsigned char *)cc_strbuf_take(&out->text);
}

static void
put(struct cc_utf8_out *out, unsigned long c)
{
	unsigned char *end;

	if (out->n + 4 > sizeof(out->chunk))
		drain(out);
	end = out->chunk + out->n;
	end = utf8_put(end, utf8_size(c) ? c : UBOGON);
	out->n = (size_t)(end - out->chunk);
}

/* ASCII octets, of which those functions only make capitals. */
static void
put_ascii(struct cc_utf8_out *out, const unsigned char *p, size_t n)
{
	char *to;

	drain(out);
	to = cc_strbuf_room(&out->text, n);
	for (size_t i = 0; i < n; i++)
		to[i] = (char)(p[i] - (out->cv && is_lower(p[i]) ? 0x20 : 0));
	cc_strbuf_claim(&out->text, n);
}

/* What a character is made of, by the API's own way. */
static void
put_parts(struct cc_utf8_out *out, unsigned long c)
{
	int32_t to[CC_DECOMPOSED_MAX];
	unsigned n = cc_ucs4_parts(c, to);

	for (unsigned i = 0; i < n; i++)
		put(out, (unsigned long)to[i]);
}

void
cc_utf8_char(struct cc_utf8_out *out, unsigned long c)
{
	void *more;

	if (c < 0x80 && out->known) {
		if (out->n == sizeof(out->chunk))
			drain(out);
		out->chunk[out->n++] =
		    (unsigned char)(out->cv ? to_upper((int)c) : (int)c);
		return;
	}

	if (c > UCS4_MAXUNICODE)
		c = UBOGON;
	if (out->cv)
		c = out->cv(c);
	if (!out->de) {
		put(out, c);
		return;
	}
	if (out->known) {
		put_parts(out, c);
		return;
	}
	put(out, out->de(c, &more));
	while (more)
		put(out, out->de(U8G_ERROR, &more));
}

/* Four words at a time, then octets to the first one that is none. */
size_t
cc_ascii_run(struct span text)
{
	const uint64_t high = 0x8080808080808080;
	uint64_t word[4];
	size_t i = 0;

	for (; text.len - i >= sizeof(word); i += sizeof(word)) {
		memcpy(word, text.p + i, sizeof(word));
		if ((word[0] | word[1] | word[2] | word[3]) & high)
			break;
	}
	while (i < text.len && (unsigned char)text.p[i] < 0x80)
		i++;
	return i;
}

bool
cc_is_ascii(struct span text)
{
	return cc_ascii_run(text) == text.len;
}

static void
decode_latin1(struct cc_utf8_out *out, struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		cc_utf8_char(out, (unsigned char)text.p[i]);
}

static void
decode_ascii(struct cc_utf8_out *out, struct span text)
{
	unsigned char c;

	for (size_t i = 0; i < text.len; i++) {
		c = (unsigned char)text.p[i];
		cc_utf8_char(out, c < 0x80 ? c : UBOGON);
	}
}

/* The input is only read; utf8_get's type is older than const. */
void
cc_decode_utf8(struct cc_utf8_out *out, struct span text)
{
	unsigned char *s = (unsigned char *)(uintptr_t)text.p;
	unsigned long left = text.len, c;
	size_t run;

	while (left > 0) {
		run = cc_ascii_run(cc_span(s, left));
		if (run > RUN && out->known) {
			put_ascii(out, s, run);
			s += run;
			left -= run;
			continue;
		}
		for (; run > 0; run--, left--)
			cc_utf8_char(out, *s++);
		if (left == 0)
			break;
		c = utf8_get(&s, &left);
		if (c & U8G_ERROR) {
			c = UBOGON;
			s++;
			left--;
		}
		cc_utf8_char(out, c);
	}
}

const char *
cc_iconv_ucs4(void)
{
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? "UTF-32LE"
							 : "UTF-32BE";
}

/* One call of iconv, with what it wrote appended; in of NULL is for what the
 * converter holds back. Returns iconv's result, errno being its. */
static size_t
step(struct cc_utf8_out *out, iconv_t cd, char **in, size_t *left)
{
	uint32_t ucs4[BATCH];
	char *to = (char *)ucs4;
	size_t room = sizeof(ucs4), r, n;
	int why;

	r = iconv(cd, in, left, &to, &room);
	why = errno;
	n = (sizeof(ucs4) - room) / sizeof(ucs4[0]);
	for (size_t i = 0; i < n; i++)
		cc_utf8_char(out, ucs4[i]);
	errno = why;
	return r;
}

bool
cc_decode_iconv(struct cc_utf8_out *out, struct span text, const char *name)
{
	iconv_t cd = iconv_open(cc_iconv_ucs4(), name);
	char *in = (char *)(uintptr_t)text.p;
	size_t left = text.len;

	if (cd == (iconv_t)-1)
		return false;
	while (left > 0) {
		/* No more than can be taken: iconv begins with thousands of
		 * characters, and anew for each piece that has no room. */
		size_t given = left < BATCH ? left : BATCH, rest = given;
		bool whole = step(out, cd, &in, &rest) != (size_t)-1;

		left -= given - rest;
		if (whole || errno == E2BIG ||
		    (errno == EINVAL && rest < given && rest < left))
			continue;
		/* Not of this charset, or cut off. What a converter of
		 * combining charsets holds back belongs before it. */
		step(out, cd, NULL, NULL);
		cc_utf8_char(out, UBOGON);
		in++;
		left--;
	}
	step(out, cd, NULL, NULL);
	iconv_close(cd);
	return true;
}

static void
decode_codec(struct cc_utf8_out *out, struct span text,
    const struct cc_codec *codec)
{
	bool done = codec->decode ? cc_decode_iconv(out, text, codec->decode)
				  : cc_decode_gb12345(out, text);

	/* A machine without this converter: the ASCII of it at least. */
	if (!done)
		decode_ascii(out, text);
}

void
cc_decode(struct cc_utf8_out *out, struct span text, const CHARSET *cs)
{
	switch (cs->type) {
	case CT_1BYTE0:
		decode_latin1(out, text);
		return;
	case CT_1BYTE:
	case CT_1BYTE8:
	case CT_EUC:
	case CT_DBYTE:
	case CT_DBYTE2:
		decode_codec(out, text, cs->tab);
		return;
	case CT_SJIS:
		decode_codec(out, text, &cc_codec_sjis);
		return;
	case CT_UTF8:
		cc_decode_utf8(out, text);
		return;
	case CT_UTF7:
		cc_decode_utf7(out, text);
		return;
	case CT_UCS2:
	case CT_UTF16:
		cc_decode_utf16(out, text);
		return;
	case CT_UCS4:
		cc_decode_ucs4(out, text);
		return;
	case CT_2022:
		cc_decode_2022(out, text);
		return;
	default:
		decode_ascii(out, text);
	}
}
