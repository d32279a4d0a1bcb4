/*
 * mail_subject.c - the base subject (RFC 5256 sections 2.1 and 5).
 *
 * Works on a copy in UTF-8, whose white space is single spaces, as a span that
 * shrinks from both ends. A blob's end is looked for up to the next bracket
 * only, and after blobs that no "re:" follows nothing more can be taken off
 * the front but they: so each octet is looked at a bounded number of times.
 */
#include <stdint.h>

#include "cc_ctype.h"
#include "fs.h"
#include "mail.h"
#include "mail_subject.h"
#include "utf8.h"
#include "utf8aux.h"

static struct span
from(struct span s, size_t n)
{
	return cc_span(s.p + n, s.len - n);
}

static bool
begins(struct span s, const char *word)
{
	size_t n = strlen(word);

	return s.len >= n && cc_span_is_nocase(cc_span(s.p, n), word);
}

static bool
ends(struct span s, const char *word)
{
	size_t n = strlen(word);

	return s.len >= n && begins(from(s, s.len - n), word);
}

static size_t
blanks(struct span s)
{
	size_t n = 0;

	while (n < s.len && is_wsp(s.p[n]))
		n++;
	return n;
}

/* Octets of a subj-blob at the front, its blanks too; 0 if there is none. */
static size_t
blob(struct span s)
{
	size_t n = 1;

	if (s.len == 0 || s.p[0] != '[')
		return 0;
	while (n < s.len && s.p[n] != '[' && s.p[n] != ']' && s.p[n])
		n++;
	if (n == s.len || s.p[n] != ']')
		return 0;
	n++;
	return n + blanks(from(s, n));
}

/* Octets of a subj-refwd at the front; 0 if there is none. */
static size_t
refwd(struct span s)
{
	size_t n = begins(s, "re") ? 2
	    : begins(s, "fwd")     ? 3
	    : begins(s, "fw")      ? 2
				   : 0;

	if (n == 0)
		return 0;
	n += blanks(from(s, n));
	n += blob(from(s, n));
	return n < s.len && s.p[n] == ':' ? n + 1 : 0;
}

/* Step 2: subj-trailer, as often as there is one. */
static struct span
cut_trailers(struct span s, bool *marked)
{
	while (s.len > 0) {
		if (is_wsp(s.p[s.len - 1])) {
			s.len--;
		} else if (ends(s, "(fwd)")) {
			s.len -= 5;
			*marked = true;
		} else {
			break;
		}
	}
	return s;
}

/*
 * Steps 3 to 5: subj-leader and subj-blob, as often as there is one. Blobs
 * alone go as long as something is left, so the last of them may stay.
 */
static struct span
cut_leaders(struct span s, bool *marked)
{
	struct span rest, last;
	size_t n;

	for (;;) {
		rest = last = from(s, blanks(s));
		while ((n = blob(rest)) > 0) {
			last = rest;
			rest = from(rest, n);
		}
		if ((n = refwd(rest)) == 0)
			return rest.len ? rest : last;
		*marked = true;
		s = from(rest, n);
	}
}

/* The base subject of normalised text; it lies within the text. */
static struct span
base(struct span s, bool *marked)
{
	for (;;) {
		s = cut_leaders(cut_trailers(s, marked), marked);
		/* Step 6: "[fwd: ... ]" around all of it. */
		if (s.len < 6 || !begins(s, "[fwd:") || !ends(s, "]"))
			return s;
		*marked = true;
		s = cc_span(s.p + 5, s.len - 6);
	}
}

/* Step 1: UTF-8, tabs and continuations as spaces, no two in a row. Without an
 * `=' there is no encoded word. */
static void
normalise(struct strbuf *out, struct span subject)
{
	SIZEDTEXT src = { (unsigned char *)(uintptr_t)subject.p, subject.len };
	SIZEDTEXT text = src;
	bool blank = false, was = false;
	char *room;
	size_t n = 0;

	if (memchr(subject.p, '=', subject.len))
		utf8_mime2text(&src, &text, 0);
	room = cc_strbuf_room(out, text.size);
	for (unsigned long i = 0; room && i < text.size; i++) {
		blank = is_space(text.data[i]);
		room[n] = blank ? ' ' : (char)text.data[i];
		n += !(blank && was);
		was = blank;
	}
	cc_strbuf_claim(out, n);
	if (text.data != src.data)
		fs_give((void **)&text.data);
}

bool
cc_base_subject(struct strbuf *out, struct span subject)
{
	struct strbuf text;
	bool marked = false;

	cc_strbuf_init(&text, SIZE_MAX / 2);
	normalise(&text, subject);
	cc_strbuf_put_span(out, base(cc_strbuf_span(&text), &marked));
	cc_strbuf_free(&text);
	return marked;
}

unsigned int
mail_strip_subject(char *t, char **ret)
{
	struct strbuf out;
	bool marked;

	cc_strbuf_init(&out, SIZE_MAX / 2);
	marked = cc_base_subject(&out, cc_span_z(t));
	*ret = cc_strbuf_take(&out);
	return marked ? T : NIL;
}

char *
mail_strip_subject_wsp(char *s)
{
	return s + blanks(cc_span_z(s));
}

char *
mail_strip_subject_blob(char *s)
{
	size_t n = blob(cc_span_z(s));

	return n == 0 && *s == '[' ? NIL : s + n;
}
