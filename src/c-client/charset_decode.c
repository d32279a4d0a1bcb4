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

#include "charset.h"
#include "fs.h"

/* Characters that are converted at once. */
#define BATCH 512

void
cc_utf8_init(struct cc_utf8_out *out, ucs4cn_t cv, ucs4de_t de)
{
	/* In proportion to the text: an octet gives at most 33, U+FDFA's. */
	cc_strbuf_init(&out->text, SIZE_MAX / 2);
	out->cv = cv;
	out->de = de;
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

void
cc_utf8_char(struct cc_utf8_out *out, unsigned long c)
{
	void *more;

	if (c > UCS4_MAXUNICODE)
		c = UBOGON;
	if (out->cv)
		c = out->cv(c);
	if (!out->de) {
		put(out, c);
		return;
	}
	put(out, out->de(c, &more));
	while (more)
		put(out, out->de(U8G_ERROR, &more));
}

bool
cc_is_ascii(struct span text)
{
	const uint64_t high = 0x8080808080808080;
	uint64_t word, seen = 0;
	size_t i = 0;

	for (; i + sizeof(word) <= text.len; i += sizeof(word)) {
		memcpy(&word, text.p + i, sizeof(word));
		seen |= word;
	}
	for (; i < text.len; i++)
		seen |= (unsigned char)text.p[i];
	return (seen & high) == 0;
}

void
cc_decode_latin1(struct cc_utf8_out *out, struct span text)
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

	while (left > 0) {
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
		if (step(out, cd, &in, &left) != (size_t)-1 || errno == E2BIG)
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
	/* A machine without this converter: the ASCII of it at least. */
	if (!cc_decode_iconv(out, text, codec->decode))
		decode_ascii(out, text);
}

void
cc_decode(struct cc_utf8_out *out, struct span text, const CHARSET *cs)
{
	switch (cs->type) {
	case CT_1BYTE0:
		cc_decode_latin1(out, text);
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
