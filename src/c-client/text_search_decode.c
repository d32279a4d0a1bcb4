/*
 * text_search_decode.c - text in a charset, searched as it lies if possible.
 *
 * Octets below 80 mean ASCII in the charsets of mail, and are searched without
 * conversion up to the first other one. In UTF-8 and ISO 8859-1 such
 * characters are decoded one by one to the caseless form. In other charsets,
 * and where the next octets are no UTF-8, it is text to the end of a line, or
 * of the lines in DECODED octets. Lines are the unit since no character of
 * these charsets, and no state of ISO 2022 or UTF-7, goes over a line's end;
 * of UTF-16 and UCS all of it is decoded.
 */
#include "cc_limits.h"
#include "charset.h"
#include "fs.h"
#include "text_search.h"

/* Octets that are decoded at once, more only for the end of a line, where a
 * converter has to be opened first. */
#define DECODED 2048

const CHARSET *
cc_text_charset(char *name)
{
	const CHARSET *cs = name ? utf8_charset(name) : NULL;

	return cs && cs->type == CT_ASCII ? NULL : cs;
}

void
cc_text_search_init(struct cc_text_search *t, const struct cc_needle *needle,
    const CHARSET *cs)
{
	static const CHARSET utf8 = { NULL, CT_UTF8, 0, NULL, 0, NULL };

	cc_search_init(&t->search, needle);
	t->cs = cs ? cs : &utf8;
	cc_strbuf_init(&t->held, CC_SEARCH_LINE);
}

static bool
is_wide(const CHARSET *cs)
{
	return cs->type == CT_UTF16 || cs->type == CT_UCS2 ||
	    cs->type == CT_UCS4;
}

/* Octets that are looked at ahead for one that is to be decoded. */
#define AHEAD 16384

/* Letters of VISCII where ASCII has controls. */
static bool
is_viscii_letter(unsigned char c)
{
	const uint32_t letters = 1u << 0x02 | 1u << 0x05 | 1u << 0x06 |
	    1u << 0x14 | 1u << 0x19 | 1u << 0x1e;

	return c < 32 && (letters >> c & 1);
}

/* Octets at the front that mean their own ASCII characters; all of what is
 * looked at ahead, often. */
static size_t
plain(const CHARSET *cs, struct span text)
{
	const char *shift = cs->type == CT_2022 ? "\033\016\017"
	    : cs->type == CT_UTF7               ? "+"
						: "";
	const char *at;
	size_t i = 0, n = text.len < AHEAD ? text.len : AHEAD;

	for (; *shift; shift++) {
		at = memchr(text.p, *shift, n);
		n = at ? (size_t)(at - text.p) : n;
	}
	n = cc_ascii_run(cc_span(text.p, n));
	if (cs->type != CT_1BYTE8)
		return n;
	while (i < n && !is_viscii_letter((unsigned char)text.p[i]))
		i++;
	return i;
}

static void
decode(struct cc_text_search *t, struct span text)
{
	struct cc_utf8_out out;
	SIZEDTEXT form;

	cc_utf8_init(&out, ucs4_titlecase, ucs4_decompose_recursive);
	cc_decode(&out, text, t->cs);
	cc_utf8_finish(&out, &form);
	cc_search_feed(&t->search, cc_span(form.data, form.size));
	fs_give((void **)&form.data);
}

/* Octets up to the end of a line, which is worth decoding at once; 0 if no
 * line ends here. */
static size_t
lines(const CHARSET *cs, struct span text)
{
	size_t least = cs->type == CT_UTF8 ? 0 : DECODED;
	size_t from = text.len < least ? text.len : least;
	const char *lf = memchr(text.p + from, '\n', text.len - from);

	if (!lf)
		lf = memrchr(text.p, '\n', from);
	return lf ? (size_t)(lf - text.p) + 1 : 0;
}

/* Octets of the mark that says which octet of UTF-16 and UCS comes first. */
static size_t
mark(const CHARSET *cs, struct span text)
{
	const size_t n = cs->type == CT_UCS4 ? 4 : 2;

	if (!is_wide(cs) || text.len < n)
		return 0;
	return memcmp(text.p, "\377\376\0", n) == 0 ? n : 0;
}

/* Searches what is held, and forgets all but the mark. */
static void
release(struct cc_text_search *t)
{
	struct span held = cc_strbuf_span(&t->held);

	decode(t, held);
	cc_strbuf_truncate(&t->held, mark(t->cs, held));
}

static void
hold(struct cc_text_search *t, struct span text)
{
	size_t room, n;

	while (text.len) {
		room = CC_SEARCH_LINE - t->held.len;
		n = text.len < room ? text.len : room;
		cc_strbuf_put(&t->held, text.p, n);
		text = cc_span(text.p + n, text.len - n);
		if (t->held.len == CC_SEARCH_LINE)
			release(t);
	}
}

/* The rest of the line that is held; what is left of text lies behind it. */
static struct span
finish_line(struct cc_text_search *t, struct span text)
{
	const char *lf = memchr(text.p, '\n', text.len);
	size_t n = lf ? (size_t)(lf - text.p) + 1 : text.len;

	hold(t, cc_span(text.p, n));
	if (lf)
		release(t);
	return cc_span(text.p + n, text.len - n);
}

/* Octets of the caseless form that are searched at once; one character gives
 * much fewer than what the chunk has beyond. */
#define FORMED 256

bool
cc_text_is_foreign(unsigned long c)
{
	return (c >= 0x386 && c <= 0x52f) || /* Greek, Cyrillic */
	    (c >= 0x5d0 && c <= 0x5ea) ||    /* Hebrew */
	    (c >= 0x620 && c <= 0x64a) ||    /* Arabic */
	    (c >= 0x3041 && c <= 0x3096) ||  /* Hiragana */
	    (c >= 0x30a1 && c <= 0x30fa) ||  /* Katakana */
	    (c >= 0x4e00 && c <= 0x9fff) ||  /* Han */
	    (c >= 0xac00 && c <= 0xd7a3);    /* Hangul */
}

/* A character whose form the needle cannot hold: nothing goes over it. */
static bool
is_barrier(const struct cc_text_search *t, unsigned long c)
{
	return t->search.needle->ascii && cc_text_is_foreign(c);
}

static void
search_form(struct cc_text_search *t, struct cc_utf8_out *out)
{
	cc_search_feed(&t->search, cc_span(out->chunk, out->n));
	out->n = 0;
}

/*
 * Characters at the front that are not ASCII, where each stands for itself:
 * they are decoded here, without a line around them. Returns their octets; 0
 * for other charsets, and where a character is cut or none.
 */
static size_t
decode_chars(struct cc_text_search *t, struct span text)
{
	unsigned char *s = (unsigned char *)(uintptr_t)text.p, *next = s;
	unsigned long left = text.len, c;
	struct cc_utf8_out out;

	if (t->cs->type != CT_UTF8 && t->cs->type != CT_1BYTE0)
		return 0;
	cc_utf8_init(&out, ucs4_titlecase, ucs4_decompose_recursive);
	while (left > 0 && *s >= 0x80 && out.n < FORMED) {
		if (t->cs->type == CT_UTF8) {
			c = utf8_get(&next, &left);
			if (c & U8G_ERROR)
				break;
		} else {
			c = *next++;
			left--;
		}
		if (is_barrier(t, c)) {
			search_form(t, &out);
			t->search.matched = 0;
		} else {
			cc_utf8_char(&out, c);
		}
		s = next;
	}
	search_form(t, &out);
	return (size_t)((const char *)s - text.p);
}

bool
cc_text_search_feed(struct cc_text_search *t, struct span text)
{
	size_t n;

	if (is_wide(t->cs)) {
		hold(t, text);
		return t->search.found;
	}
	if (t->held.len && text.len)
		text = finish_line(t, text);
	while (text.len && !t->search.found) {
		n = plain(t->cs, text);
		cc_search_feed(&t->search, cc_span(text.p, n));
		text = cc_span(text.p + n, text.len - n);
		if (text.len == 0 || n >= AHEAD)
			continue;
		if ((n = decode_chars(t, text)) > 0) {
			text = cc_span(text.p + n, text.len - n);
			continue;
		}
		if ((n = lines(t->cs, text)) == 0) {
			hold(t, text);
			break;
		}
		decode(t, cc_span(text.p, n));
		text = cc_span(text.p + n, text.len - n);
	}
	return t->search.found;
}

bool
cc_text_search_finish(struct cc_text_search *t)
{
	if (t->held.len && !t->search.found)
		decode(t, cc_strbuf_span(&t->held));
	cc_strbuf_free(&t->held);
	return t->search.found;
}

bool
cc_text_search(const struct cc_needle *needle, const CHARSET *cs,
    struct span text)
{
	struct cc_text_search t;

	cc_text_search_init(&t, needle, cs);
	cc_text_search_feed(&t, text);
	return cc_text_search_finish(&t);
}
