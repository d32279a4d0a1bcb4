/*
 * utf8_text.c - text to UTF-8: the public functions over charset_decode.c,
 * and guessing where no charset was named. No state; the text is a stranger's.
 */
#include <stdint.h>

#include "charset.h"

/* "$@", "$B", "(J" or "(I" behind ESC: JIS, of which ISO-2022-JP is made. */
static bool
is_jis(const unsigned char *p, size_t left)
{
	return left >= 3 && p[0] == I2C_ESC &&
	    ((p[1] == '$' && (p[2] == '@' || p[2] == 'B')) ||
		(p[1] == '(' && (p[2] == 'J' || p[2] == 'I')));
}

bool
cc_is_utf8(struct span text)
{
	unsigned char *s = (unsigned char *)(uintptr_t)text.p;
	unsigned long left = text.len;
	size_t run;

	while (left > 0) {
		run = cc_ascii_run(cc_span(s, left));
		s += run;
		left -= run;
		if (left > 0 && utf8_get(&s, &left) & U8G_ERROR)
			return false;
	}
	return true;
}

const CHARSET *
utf8_infercharset(SIZEDTEXT *src)
{
	struct span text = cc_span(src->data, src->size);

	if (!cc_is_ascii(text))
		return cc_is_utf8(text) ? utf8_charset("UTF-8") : NULL;
	for (unsigned long i = 0; i < src->size; i++)
		if (is_jis(src->data + i, src->size - i))
			return utf8_charset("ISO-2022-JP");
	return utf8_charset("US-ASCII");
}

/* Is this UTF-8 as it lies, with the same meaning? */
static bool
is_done(const SIZEDTEXT *text, const CHARSET *cs)
{
	struct span s = cc_span(text->data, text->size);

	switch (cs->type) {
	case CT_UTF8:
		return cc_is_utf8(s);
	case CT_UTF7:
		return cc_is_ascii(s) && !memchr(s.p, '+', s.len);
	case CT_2022:
		return cc_is_ascii(s) && !memchr(s.p, I2C_ESC, s.len) &&
		    !memchr(s.p, I2C_SO, s.len) && !memchr(s.p, I2C_SI, s.len);
	case CT_ASCII:
	case CT_1BYTE0:
	case CT_1BYTE:
	case CT_EUC:
	case CT_DBYTE:
	case CT_DBYTE2:
	case CT_SJIS:
		return cc_is_ascii(s);
	default:
		return false;
	}
}

long
utf8_text_cs(SIZEDTEXT *text, const CHARSET *cs, SIZEDTEXT *ret, ucs4cn_t cv,
    ucs4de_t de)
{
	struct cc_utf8_out out;

	if (!ret)
		return T;
	if (text->size == 0 || (!cv && !de && is_done(text, cs))) {
		*ret = *text;
		return T;
	}
	cc_utf8_init(&out, cv, de);
	cc_decode(&out, cc_span(text->data, text->size), cs);
	cc_utf8_finish(&out, ret);
	return T;
}

long
utf8_text(SIZEDTEXT *text, char *charset, SIZEDTEXT *ret, long flags)
{
	const CHARSET *cs = charset && *charset ? utf8_charset(charset)
	    : text                              ? utf8_infercharset(text)
						: NULL;

	if (cs)
		return utf8_text_cs(text, cs, ret,
		    flags & U8T_CASECANON ? ucs4_titlecase : NULL,
		    flags & U8T_DECOMPOSE ? ucs4_decompose_recursive : NULL);
	if (ret && text)
		*ret = *text;
	return NIL;
}

/* One of the functions by type. */
static void
by_type(SIZEDTEXT *text, SIZEDTEXT *ret, unsigned short type, void *tab,
    ucs4cn_t cv, ucs4de_t de)
{
	const CHARSET cs = { NULL, type, 0, tab, 0, NULL };
	struct cc_utf8_out out;

	cc_utf8_init(&out, cv, de);
	cc_decode(&out, cc_span(text->data, text->size), &cs);
	cc_utf8_finish(&out, ret);
}

void
utf8_text_1byte0(SIZEDTEXT *text, SIZEDTEXT *ret, ucs4cn_t cv, ucs4de_t de)
{
	by_type(text, ret, CT_1BYTE0, NULL, cv, de);
}

void
utf8_text_1byte(SIZEDTEXT *text, SIZEDTEXT *ret, void *tab, ucs4cn_t cv,
    ucs4de_t de)
{
	by_type(text, ret, CT_1BYTE, tab, cv, de);
}

void
utf8_text_1byte8(SIZEDTEXT *text, SIZEDTEXT *ret, void *tab, ucs4cn_t cv,
    ucs4de_t de)
{
	by_type(text, ret, CT_1BYTE8, tab, cv, de);
}

void
utf8_text_euc(SIZEDTEXT *text, SIZEDTEXT *ret, void *tab, ucs4cn_t cv,
    ucs4de_t de)
{
	by_type(text, ret, CT_EUC, tab, cv, de);
}

void
utf8_text_dbyte(SIZEDTEXT *text, SIZEDTEXT *ret, void *tab, ucs4cn_t cv,
    ucs4de_t de)
{
	by_type(text, ret, CT_DBYTE, tab, cv, de);
}

void
utf8_text_dbyte2(SIZEDTEXT *text, SIZEDTEXT *ret, void *tab, ucs4cn_t cv,
    ucs4de_t de)
{
	by_type(text, ret, CT_DBYTE2, tab, cv, de);
}

void
utf8_text_sjis(SIZEDTEXT *text, SIZEDTEXT *ret, ucs4cn_t cv, ucs4de_t de)
{
	by_type(text, ret, CT_SJIS, NULL, cv, de);
}

void
utf8_text_2022(SIZEDTEXT *text, SIZEDTEXT *ret, ucs4cn_t cv, ucs4de_t de)
{
	by_type(text, ret, CT_2022, NULL, cv, de);
}

void
utf8_text_utf7(SIZEDTEXT *text, SIZEDTEXT *ret, ucs4cn_t cv, ucs4de_t de)
{
	by_type(text, ret, CT_UTF7, NULL, cv, de);
}

void
utf8_text_utf8(SIZEDTEXT *text, SIZEDTEXT *ret, ucs4cn_t cv, ucs4de_t de)
{
	by_type(text, ret, CT_UTF8, NULL, cv, de);
}

void
utf8_text_ucs2(SIZEDTEXT *text, SIZEDTEXT *ret, ucs4cn_t cv, ucs4de_t de)
{
	by_type(text, ret, CT_UCS2, NULL, cv, de);
}

void
utf8_text_ucs4(SIZEDTEXT *text, SIZEDTEXT *ret, ucs4cn_t cv, ucs4de_t de)
{
	by_type(text, ret, CT_UCS4, NULL, cv, de);
}

void
utf8_text_utf16(SIZEDTEXT *text, SIZEDTEXT *ret, ucs4cn_t cv, ucs4de_t de)
{
	by_type(text, ret, CT_UTF16, NULL, cv, de);
}
