/*
 * utf8_mime.c - encoded words of headers, to UTF-8 (RFC 2047, RFC 2231 section
 * 5).
 *
 * A word counts where white space, a parenthesis or the text's end is on both
 * sides of it, and may be longer than 75 octets. The header is a stranger's;
 * what is looked ahead ends at the next "?", so the work is linear.
 */
#include <stdint.h>

#include "base64.h"
#include "cc_ctype.h"
#include "charset.h"
#include "fs.h"
#include "utf8aux.h"

/* Octets of a charset's name that are looked at; no real one has more. */
#define NAME_MAX_OCTETS 64

/* Decoding of one header. */
struct header {
	struct strbuf out;   /* UTF-8 so far */
	struct strbuf word;  /* decoded octets of adjacent words */
	struct span charset; /* theirs; len 0: there are none */
};

/* One word: "=?charset?encoding?text?=". */
struct word {
	struct span charset; /* the language cut off */
	unsigned char *encoding;
	unsigned char *text, *text_end;
	unsigned char *end;
};

unsigned char *
mime2_token(unsigned char *s, unsigned char *se, unsigned char **t)
{
	for (*t = s; *t < se && **t != '?'; ++*t)
		if (**t <= ' ' || **t >= 0x7f || strchr("()<>@,;:\"/[].=", **t))
			return NULL;
	return s < *t && *t < se ? *t : NULL;
}

unsigned char *
mime2_text(unsigned char *s, unsigned char *se)
{
	while (s<se && * s> ' ' && *s != '?')
		s++;
	return se - s >= 2 && s[0] == '?' && s[1] == '=' ? s : NULL;
}

static bool
decode_q(struct strbuf *out, const unsigned char *t, const unsigned char *te)
{
	int high, low;

	for (; t < te; t++) {
		if (*t != '=') {
			cc_strbuf_putc(out, *t == '_' ? ' ' : *t);
			continue;
		}
		if (te - t < 3 || (high = xdigit_value(t[1])) < 0 ||
		    (low = xdigit_value(t[2])) < 0)
			return false;
		cc_strbuf_putc(out, high << 4 | low);
		t += 2;
	}
	return true;
}

/* Padding may be missing, as it often is; nothing but it follows. */
static bool
decode_b(struct strbuf *out, const unsigned char *t, const unsigned char *te)
{
	uint32_t bits = 0;
	unsigned count = 0;
	int value;

	for (; t < te && (value = cc_base64_digit(*t)) >= 0; t++) {
		bits = (bits << 6 | (uint32_t)value) & 0xffffff;
		count += 6;
		if (count >= 8) {
			count -= 8;
			cc_strbuf_putc(out, (int)(bits >> count & 0xff));
		}
	}
	while (t < te && *t == '=')
		t++;
	return t == te;
}

long
mime2_decode(unsigned char *e, unsigned char *t, unsigned char *te,
    SIZEDTEXT *txt)
{
	struct strbuf out;
	bool good = false;

	cc_strbuf_init(&out, (size_t)(te - t));
	if (to_upper(*e) == 'B')
		good = decode_b(&out, t, te);
	else if (to_upper(*e) == 'Q')
		good = decode_q(&out, t, te);
	txt->size = good ? out.len : 0;
	txt->data = NULL;
	if (good)
		txt->data = (unsigned char *)cc_strbuf_take(&out);
	cc_strbuf_free(&out);
	return good ? T : NIL;
}

/* Is there a word at s? The end is not yet looked at. */
static bool
word_at(unsigned char *s, unsigned char *end, struct word *w)
{
	unsigned char *t, *star;

	if (end - s < 2 || s[0] != '=' || s[1] != '?' ||
	    !mime2_token(s + 2, end, &t))
		return false;
	star = memchr(s + 2, '*', (size_t)(t - s - 2));
	w->charset = cc_span(s + 2, (size_t)((star ? star : t) - s - 2));
	w->encoding = t + 1;
	if (!mime2_token(w->encoding, end, &t) || t != w->encoding + 1)
		return false;
	w->text = t + 1;
	if (!(w->text_end = mime2_text(w->text, end)))
		return false;
	w->end = w->text_end + 2;
	return true;
}

/* Does what is around the word let it be one? */
static bool
stands_alone(const unsigned char *begin, const unsigned char *s,
    const unsigned char *end, const struct word *w)
{
	return (s == begin || is_space(s[-1]) || s[-1] == '(') &&
	    (w->end == end || is_space(*w->end) || *w->end == ')');
}

/* The adjacent words before here are complete: appends their text. */
static void
finish_words(struct header *h)
{
	SIZEDTEXT text = { (unsigned char *)h->word.data, h->word.len }, ret;
	char name[NAME_MAX_OCTETS + 1];

	if (h->charset.len == 0)
		return;
	memcpy(name, h->charset.p, h->charset.len);
	name[h->charset.len] = '\0';
	if (text.size > 0) {
		utf8_text(&text, name, &ret, 0);
		cc_strbuf_put(&h->out, ret.data, ret.size);
		if (ret.data != text.data)
			fs_give((void **)&ret.data);
	}
	cc_strbuf_reset(&h->word);
	h->charset.len = 0;
}

/* Takes the word over, with those of its charset before it; false if it
 * cannot be decoded. */
static bool
take_word(struct header *h, const struct word *w)
{
	SIZEDTEXT text;

	if (w->charset.len == 0 || w->charset.len > NAME_MAX_OCTETS ||
	    !mime2_decode(w->encoding, w->text, w->text_end, &text))
		return false;
	if (!cc_span_eq_nocase(w->charset, h->charset))
		finish_words(h);
	h->charset = w->charset;
	cc_strbuf_put(&h->word, text.data, text.size);
	fs_give((void **)&text.data);
	return true;
}

/* All of the text; false if there was no word in it. */
static bool
decode(struct header *h, unsigned char *begin, unsigned char *end)
{
	unsigned char *kept = begin, *s = begin; /* not yet in h->out */
	bool changed = false;
	struct word w;

	while (s < end && (s = memchr(s, '=', (size_t)(end - s)))) {
		unsigned char *blank = kept;

		if (!word_at(s, end, &w) || !stands_alone(begin, s, end, &w)) {
			s++;
			continue;
		}
		/* White space between two words is no part of the text. */
		while (blank < s && is_space(*blank))
			blank++;
		if (blank != s || h->charset.len == 0) {
			finish_words(h);
			cc_strbuf_put(&h->out, kept, (size_t)(s - kept));
			kept = s;
		}
		if (!take_word(h, &w)) {
			s++;
			continue;
		}
		changed = true;
		kept = s = w.end;
	}
	finish_words(h);
	cc_strbuf_put(&h->out, kept, (size_t)(end - kept));
	return changed;
}

long
utf8_mime2text(SIZEDTEXT *src, SIZEDTEXT *dst, long flags)
{
	struct header h;
	SIZEDTEXT text, form;
	bool changed;

	*dst = *src;
	if (src->size == 0)
		return T;
	cc_strbuf_init(&h.out, SIZE_MAX / 2);
	cc_strbuf_init(&h.word, SIZE_MAX / 2);
	h.charset = cc_span("", 0);
	changed = decode(&h, src->data, src->data + src->size);
	cc_strbuf_free(&h.word);
	text.size = h.out.len;
	text.data = (unsigned char *)cc_strbuf_take(&h.out);
	/* Octets that are not UTF-8 have no case (RFC 5051 section 2, 1b). */
	if (flags & U8T_CANONICAL &&
	    cc_is_utf8(cc_span(text.data, text.size))) {
		utf8_text(&text, (char *)(uintptr_t) "UTF-8", &form, flags);
		if (form.data != text.data)
			fs_give((void **)&text.data);
		text = form;
		changed = true;
	}
	if (changed)
		*dst = text;
	else
		fs_give((void **)&text.data);
	return T;
}
