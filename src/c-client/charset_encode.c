/*
 * charset_encode.c - UTF-8 to text in other charsets, by tables of codes.
 *
 * A table is made with iconv(3), once for a charset and thread. Only charsets
 * whose characters are one or two octets have one, and ISO-2022-JP, whose
 * table is EUC-JP's and whose escapes (RFC 1468) are written here.
 */
#include <iconv.h>
#include <stdint.h>

#include "charset.h"
#include "fs.h"

#define CODES 0x10000u

/* Charsets that utf8_csvalidmap can tell apart. */
#define VALID_MAX 31

static bool
is_surrogate(unsigned long c)
{
	return c >= UTF16_SURR && c <= UTF16_MAXSURR;
}

/* The code of a character by a converter; NOCHAR if it is none of one or two
 * octets. */
static unsigned short
code_by_iconv(iconv_t cd, uint32_t c)
{
	unsigned char octets[8];
	char *in = (char *)&c, *out = (char *)octets;
	size_t left = sizeof(c), room = sizeof(octets);

	iconv(cd, NULL, NULL, NULL, NULL);
	/* A positive result is a character that is only similar. */
	if (iconv(cd, &in, &left, &out, &room) != 0)
		return NOCHAR;
	switch (sizeof(octets) - room) {
	case 1:
		return octets[0];
	case 2:
		return (unsigned short)(octets[0] << 8 | octets[1]);
	default:
		return NOCHAR;
	}
}

static bool
fill_by_iconv(unsigned short *map, const char *name, bool jis)
{
	iconv_t cd = iconv_open(name, cc_iconv_ucs4());
	unsigned short code;

	if (cd == (iconv_t)-1)
		return false;
	for (uint32_t c = 0; c < CODES; c++) {
		code = is_surrogate(c) ? NOCHAR : code_by_iconv(cd, c);
		/* ISO-2022-JP has ASCII and JIS X 0208 only. */
		if (jis && code >= 0x80 && code < 0xa1a1)
			code = NOCHAR;
		map[c] = code;
	}
	iconv_close(cd);
	return true;
}

static void
fill_identity(unsigned short *map, unsigned limit)
{
	for (unsigned c = 0; c < CODES; c++)
		map[c] = c < limit ? (unsigned short)c : NOCHAR;
}

static bool
is_iso2022jp(const CHARSET *cs)
{
	return cs->type == CT_2022 && cs->name &&
	    cc_span_is_nocase(cc_span_z(cs->name), "ISO-2022-JP");
}

static bool
fill(unsigned short *map, const CHARSET *cs)
{
	const struct cc_codec *codec = cs->tab;

	switch (cs->type) {
	case CT_ASCII:
		fill_identity(map, 0x80);
		return true;
	case CT_1BYTE0:
		fill_identity(map, 0x100);
		return true;
	case CT_1BYTE:
	case CT_1BYTE8:
	case CT_EUC:
	case CT_DBYTE:
	case CT_DBYTE2:
		return codec->encode &&
		    fill_by_iconv(map, codec->encode, false);
	case CT_SJIS:
		return fill_by_iconv(map, cc_codec_sjis.encode, false);
	case CT_2022:
		return is_iso2022jp(cs) && fill_by_iconv(map, "EUC-JP", true);
	default:
		return false;
	}
}

unsigned short *
utf8_rmap_gen(const CHARSET *cs, unsigned short *oldmap)
{
	unsigned short *map = oldmap;

	if (!map)
		map = fs_get(CODES * sizeof(*map));
	if (fill(map, cs))
		return map;
	if (!oldmap)
		fs_give((void **)&map);
	return NULL;
}

unsigned short *
utf8_rmap_cs(const CHARSET *cs)
{
	static _Thread_local unsigned short *map;
	static _Thread_local const CHARSET *of;

	if (!cs || cs == of)
		return cs ? map : NULL;
	of = NULL;
	if (!map)
		map = fs_get(CODES * sizeof(*map));
	if (!utf8_rmap_gen(cs, map))
		return NULL;
	of = cs;
	return map;
}

unsigned short *
utf8_rmap(char *charset)
{
	return charset ? utf8_rmap_cs(utf8_charset(charset)) : NULL;
}

/* Text being written by a table. */
struct encoder {
	struct strbuf *out;
	const unsigned short *map;
	unsigned long errch;
	bool iso2022jp;
	bool shifted; /* JIS X 0208 is designated */
};

static void
shift(struct encoder *e, bool shifted)
{
	if (e->iso2022jp && e->shifted != shifted)
		cc_strbuf_puts(e->out, shifted ? "\033$B" : "\033(B");
	e->shifted = shifted;
}

/* False if neither the character nor what stands for it has a code. */
static bool
encode(struct encoder *e, unsigned long c)
{
	unsigned code = c < CODES ? e->map[c] : NOCHAR;

	if (code == NOCHAR && e->errch > 0 && e->errch < CODES)
		code = e->map[e->errch];
	if (code == NOCHAR)
		return false;
	shift(e, code > 0xff);
	if (code > 0xff) {
		code &= e->iso2022jp ? 0x7f7f : 0xffff;
		cc_strbuf_putc(e->out, (int)(code >> 8));
	}
	cc_strbuf_putc(e->out, (int)(code & 0xff));
	return true;
}

long
utf8_rmaptext(SIZEDTEXT *text, unsigned short *rmap, SIZEDTEXT *ret,
    unsigned long errch, long iso2022jp)
{
	struct strbuf out;
	struct encoder e = { &out, rmap, errch, iso2022jp != 0, false };
	unsigned char *s = text->data;
	unsigned long left = text->size, c;

	cc_strbuf_init(&out, SIZE_MAX / 2);
	while (left > 0) {
		c = utf8_get(&s, &left);
		if (c & U8G_ERROR) {
			s++;
			left--;
		}
		if (!encode(&e, c)) {
			cc_strbuf_free(&out);
			return NIL;
		}
	}
	shift(&e, false);
	ret->size = out.len;
	ret->data = (unsigned char *)cc_strbuf_take(&out);
	return T;
}

unsigned long
utf8_rmapsize(SIZEDTEXT *text, unsigned short *rmap, unsigned long errch,
    long iso2022jp)
{
	SIZEDTEXT ret;

	if (!utf8_rmaptext(text, rmap, &ret, errch, iso2022jp))
		return 0;
	fs_give((void **)&ret.data);
	return ret.size + 1;
}

/* Characters by a table; false if one had no code, which is then left out. */
static bool
encode_all(struct strbuf *out, const unsigned long *ucs4, unsigned long len,
    const unsigned short *rmap, unsigned long errch)
{
	struct encoder e = { out, rmap, errch, false, false };
	bool all = true;

	cc_strbuf_init(out, SIZE_MAX / 2);
	for (unsigned long i = 0; i < len; i++)
		all &= encode(&e, ucs4[i]);
	return all;
}

long
ucs4_rmaptext(unsigned long *ucs4, unsigned long len, unsigned short *rmap,
    SIZEDTEXT *ret, unsigned long errch)
{
	struct strbuf out;

	if (!encode_all(&out, ucs4, len, rmap, errch)) {
		cc_strbuf_free(&out);
		return NIL;
	}
	ret->size = out.len;
	ret->data = (unsigned char *)cc_strbuf_take(&out);
	return T;
}

long
ucs4_rmaplen(unsigned long *ucs4, unsigned long len, unsigned short *rmap,
    unsigned long errch)
{
	struct strbuf out;
	bool all = encode_all(&out, ucs4, len, rmap, errch);
	long size = (long)out.len;

	cc_strbuf_free(&out);
	return all ? size : -1;
}

long
ucs4_rmapbuf(unsigned char *t, unsigned long *ucs4, unsigned long len,
    unsigned short *rmap, unsigned long errch)
{
	struct strbuf out;

	encode_all(&out, ucs4, len, rmap, errch);
	if (out.len)
		memcpy(t, out.data, out.len);
	cc_strbuf_free(&out);
	return T;
}

long
utf8_cstext(SIZEDTEXT *text, char *charset, SIZEDTEXT *ret, unsigned long errch)
{
	const CHARSET *cs = charset ? utf8_charset(charset) : NULL;
	struct span s = cc_span(text->data, text->size);
	unsigned short *map;

	if (cs && cs->type == CT_UTF8 && cc_is_utf8(s)) {
		*ret = *text;
		return T;
	}
	if (!cs || !(map = utf8_rmap_cs(cs)))
		return NIL;
	/* VISCII has letters among the controls. */
	if (cs->type != CT_1BYTE8 && cc_is_ascii(s)) {
		*ret = *text;
		return T;
	}
	return utf8_rmaptext(text, map, ret, errch, cs->type == CT_2022);
}

long
utf8_cstocstext(SIZEDTEXT *text, char *sc, SIZEDTEXT *ret, char *dc,
    unsigned long errch)
{
	const CHARSET *from = sc && *sc ? utf8_charset(sc) : NULL;
	SIZEDTEXT utf8;
	long ok;

	if (from && dc && from == utf8_charset(dc)) {
		*ret = *text;
		return T;
	}
	if (!utf8_text(text, sc, &utf8, 0))
		return NIL;
	ok = utf8_cstext(&utf8, dc, ret, errch);
	if (utf8.data != text->data && (!ok || ret->data != utf8.data))
		fs_give((void **)&utf8.data);
	return ok;
}

unsigned long
ucs4_cs_get(CHARSET *cs, unsigned char **s, unsigned long *i)
{
	struct cc_utf8_out out;
	unsigned long c, left;
	unsigned char *p;
	SIZEDTEXT text;

	if (*i == 0)
		return U8G_ENDSTRG;
	if (cs->type == CT_UTF8)
		return utf8_get(s, i);
	if (cs->type == CT_2022 || cs->type == CT_UTF7)
		return U8G_NOTUTF8;
	/* As few octets as are one good character. */
	for (unsigned long n = 1; n <= 4 && n <= *i; n++) {
		cc_utf8_init(&out, NULL, NULL);
		cc_decode(&out, cc_span(*s, n), cs);
		cc_utf8_finish(&out, &text);
		p = text.data;
		left = text.size;
		c = utf8_get(&p, &left);
		fs_give((void **)&text.data);
		if (!(c & U8G_ERROR) && c != UBOGON && left == 0) {
			*s += n;
			*i -= n;
			return c;
		}
	}
	return U8G_NOTUTF8;
}

/* Letters, marks and forms of Chinese, Japanese and Korean. */
static bool
is_cjk(unsigned c)
{
	return (c >= 0x1100 && c <= 0x11ff) || (c >= 0x2e80 && c <= 0xa4cf) ||
	    (c >= 0xac00 && c <= 0xd7ff) || (c >= 0xf900 && c <= 0xfaff) ||
	    (c >= 0xfe30 && c <= 0xfe4f) || (c >= 0xff00 && c <= 0xffef);
}

/* Sets a bit for each character the charset has; UTF-8 and its like have all,
 * what has no table and no name has none. */
static void
mark_valid(unsigned long *valid, const CHARSET *cs, unsigned long bit,
    unsigned short *map)
{
	bool table = cs && utf8_rmap_gen(cs, map);
	bool every = cs && !table && (cs->script & SC_UNICODE);

	for (unsigned c = 0; c < CODES; c++)
		if (!is_surrogate(c) && ((table && map[c] != NOCHAR) || every))
			valid[c] |= bit;
}

unsigned long *
utf8_csvalidmap(char *charsets[])
{
	unsigned long *valid = fs_get(CODES * sizeof(*valid));
	unsigned short *map = fs_get(CODES * sizeof(*map));

	for (unsigned c = 0; c < CODES; c++)
		valid[c] = !is_cjk(c);
	for (unsigned i = 0; i < VALID_MAX && charsets[i]; i++)
		mark_valid(valid, utf8_charset(charsets[i]), 2ul << i, map);
	fs_give((void **)&map);
	return valid;
}
