/*
 * fuzz_mail_subject.c - the base subject is what the steps of RFC 5256 section
 * 2.1 give when they are done one by one, as often as they apply.
 */
#include "cc_ctype.h"
#include "fuzz_util.h"
#include "mail_subject.h"

static size_t
wsp(struct span s)
{
	return s.len > 0 && s.p[0] == ' ';
}

static struct span
behind(struct span s, size_t n)
{
	return cc_span(s.p + n, s.len - n);
}

static bool
has(struct span s, const char *word)
{
	return s.len >= strlen(word) &&
	    cc_span_is_nocase(cc_span(s.p, strlen(word)), word);
}

/* The length of each rule's match at the front, 0 for none. */
static size_t
subj_blob(struct span s)
{
	for (size_t n = 1; n < s.len && s.p[0] == '['; n++) {
		if (s.p[n] == ']')
			return n + 1 + wsp(behind(s, n + 1));
		if (s.p[n] == '[' || s.p[n] == '\0')
			return 0;
	}
	return 0;
}

static size_t
subj_refwd(struct span s)
{
	size_t n = has(s, "fwd") ? 3 : has(s, "re") || has(s, "fw") ? 2 : 0;

	if (n == 0)
		return 0;
	n += wsp(behind(s, n));
	n += subj_blob(behind(s, n));
	return n < s.len && s.p[n] == ':' ? n + 1 : 0;
}

static size_t
subj_leader(struct span s)
{
	size_t n = 0, one;

	if (wsp(s))
		return 1;
	while ((one = subj_blob(behind(s, n))) > 0)
		n += one;
	one = subj_refwd(behind(s, n));
	return one ? n + one : 0;
}

/* One step that applies; false if none does. */
static bool
step(struct span *s)
{
	size_t n;

	if (s->len && s->p[s->len - 1] == ' ') {
		s->len--;
	} else if (s->len >= 5 && has(behind(*s, s->len - 5), "(fwd)")) {
		s->len -= 5;
	} else if ((n = subj_leader(*s)) > 0 ||
	    ((n = subj_blob(*s)) > 0 && n < s->len)) {
		*s = behind(*s, n);
	} else if (has(*s, "[fwd:") && s->len > 5 && s->p[s->len - 1] == ']') {
		*s = cc_span(s->p + 5, s->len - 6);
	} else {
		return false;
	}
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = cc_span(data, size), s;
	struct strbuf out, plain;
	char *text;

	cc_strbuf_init(&out, 17 * size + 16);
	cc_base_subject(&out, in);
	must(!out.over);
	/* The steps are for text whose words and blanks are done with. */
	if (!memmem(data, size, "=?", 2)) {
		cc_strbuf_init(&plain, size);
		for (size_t i = 0; i < size; i++) {
			bool blank = data[i] && strchr(" \t\r\n", data[i]);

			if (!blank)
				cc_strbuf_putc(&plain, data[i]);
			else if (plain.len == 0 ||
			    plain.data[plain.len - 1] != ' ')
				cc_strbuf_putc(&plain, ' ');
		}
		text = cc_strbuf_take(&plain);
		s = cc_span(text, 0);
		for (s.len = 0; s.len < size && text[s.len];)
			s.len++;
		if (!memchr(data, '\0', size)) {
			while (step(&s))
				;
			must(fuzz_same(s, cc_strbuf_span(&out)));
		}
		free(text);
	}
	cc_strbuf_free(&out);
	return 0;
}
