/*
 * mime_word.c - encoded-words in header text (RFC 2047).
 *
 * One pass: what follows "=?" is looked at up to the next "?" or blank where
 * it does not fit, so that no octet is looked at more than a few times. The
 * text is a stranger's. Holds no state but the caller's.
 */
#include "base64.h"
#include "cc_ctype.h"
#include "cc_err.h"
#include "mime_word.h"
#include "rfc822_token.h"

/* An encoded-word as it stands in the text. */
struct raw_word {
	struct span charset, language, text;
	char encoding; /* 'B' or 'Q' */
};

void
cc_mime_words_init(struct mime_words *w, struct arena *a, struct span text,
    bool lenient)
{
	*w = (struct mime_words){
		.c = cc_cursor(text), .arena = a, .lenient = lenient
	};
}

/* Octets up to "?", at least one unless may_be_empty; blanks end it badly. */
static bool
take_field(struct cursor *c, bool may_be_empty, struct span *field_r)
{
	const unsigned char *from = c->p;

	while (c->p<c->end && * c->p> ' ' && *c->p != '?')
		c->p++;
	*field_r = cc_cursor_since(c, from);
	return (field_r->len > 0 || may_be_empty) && cc_cursor_skip(c, '?');
}

/* "charset*language" */
static void
split_language(struct raw_word *raw)
{
	const char *star = memchr(raw->charset.p, '*', raw->charset.len);

	raw->language = cc_span(NULL, 0);
	if (!star)
		return;
	raw->language = cc_span(star + 1,
	    (size_t)(raw->charset.p + raw->charset.len - star) - 1);
	raw->charset.len = (size_t)(star - raw->charset.p);
}

/* Moves past an encoded-word and what has to stand behind it, which stays. */
static bool
take_word(struct cursor *c, bool lenient, struct raw_word *raw)
{
	struct cursor at = *c;
	struct span encoding;

	if (!cc_cursor_skip(&at, '=') || !cc_cursor_skip(&at, '?') ||
	    !take_field(&at, false, &raw->charset) ||
	    !take_field(&at, false, &encoding) || encoding.len != 1 ||
	    !take_field(&at, true, &raw->text) || !cc_cursor_skip(&at, '='))
		return false;
	if (!lenient && !cc_cursor_at_end(&at) && !cc_rfc822_is_blank(*at.p))
		return false;
	raw->encoding = (char)to_upper(encoding.p[0]);
	if (raw->encoding != 'B' && raw->encoding != 'Q')
		return false;
	split_language(raw);
	*c = at;
	return true;
}

/* What is no digit is passed over, as RFC 2045 section 6.8 has it; padding
 * ends the text. */
static size_t
decode_b(struct span text, char *out)
{
	uint32_t bits = 0;
	int have = 0, value;
	size_t len = 0;

	for (size_t i = 0; i < text.len && text.p[i] != '='; i++) {
		if ((value = cc_base64_digit((unsigned char)text.p[i])) < 0)
			continue;
		bits = bits << 6 | (uint32_t)value;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[len++] = (char)(bits >> have);
		}
	}
	return len;
}

/* RFC 2047 section 4.2. */
static size_t
decode_q(struct span text, char *out)
{
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		int high, low;

		if (text.p[i] == '=' && text.len - i > 2 &&
		    (high = xdigit_value((unsigned char)text.p[i + 1])) >= 0 &&
		    (low = xdigit_value((unsigned char)text.p[i + 2])) >= 0) {
			out[len++] = (char)(high << 4 | low);
			i += 2;
		} else {
			out[len++] = text.p[i] == '_' ? ' ' : text.p[i];
		}
	}
	return len;
}

static int
decode(struct mime_words *w, const struct raw_word *raw,
    struct mime_word *word_r)
{
	char *out = cc_arena_get(w->arena, raw->text.len + 1);
	size_t len;

	if (!out)
		return CC_ELIMIT;
	len = raw->encoding == 'B' ? decode_b(raw->text, out)
				   : decode_q(raw->text, out);
	*word_r = (struct mime_word){ true, raw->charset, raw->language,
		cc_span(out, len) };
	w->after = true;
	return 1;
}

/* May an encoded-word begin at p? */
static bool
may_begin(const struct mime_words *w, const unsigned char *from,
    const unsigned char *p)
{
	return w->lenient || p == from || cc_rfc822_is_blank(p[-1]);
}

int
cc_mime_words_next(struct mime_words *w, struct mime_word *word_r)
{
	struct cursor *c = &w->c, at = *c;
	const unsigned char *from = c->p;
	struct raw_word raw;

	/* Blanks behind an encoded-word go if another one follows. */
	if (w->after)
		cc_rfc822_skip_blanks(&at);
	if ((!w->after || w->lenient || at.p > from) &&
	    take_word(&at, w->lenient, &raw)) {
		*c = at;
		return decode(w, &raw, word_r);
	}
	w->after = false;
	if (cc_cursor_at_end(c))
		return 0;
	for (c->p++; c->p < c->end; c->p++) {
		at = *c;
		if (*c->p == '=' && may_begin(w, from, c->p) &&
		    take_word(&at, w->lenient, &raw))
			break;
	}
	*word_r = (struct mime_word){ .text = cc_cursor_since(c, from) };
	return 1;
}
