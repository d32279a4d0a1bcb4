/*
 * fuzz_text_search.c - searching text in pieces finds what a simple search of
 * the decoded whole finds.
 *
 * The first octets of the input choose charset, size of pieces and length of
 * the needle; needle and text follow.
 */
#include "charset.h"
#include "fuzz_util.h"
#include "text_search.h"

static unsigned char
fold(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

static bool
naive(const struct cc_needle *n, const SIZEDTEXT *text)
{
	size_t k;

	for (size_t i = 0; i + n->len <= text->size; i++) {
		for (k = 0; k < n->len; k++)
			if (fold(text->data[i + k]) != n->text[k])
				break;
		if (k == n->len)
			return true;
	}
	return false;
}

static bool
in_pieces(const struct cc_needle *needle, const CHARSET *cs, struct span text,
    size_t size)
{
	struct cc_text_search t;
	size_t n;

	cc_text_search_init(&t, needle, cs);
	while (text.len) {
		n = text.len < size ? text.len : size;
		cc_text_search_feed(&t, cc_span(text.p, n));
		text = cc_span(text.p + n, text.len - n);
	}
	return cc_text_search_finish(&t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const CHARSET *cs = utf8_charset(NULL);
	struct cc_utf8_out out;
	struct cc_needle needle;
	struct span text;
	SIZEDTEXT form;
	size_t count = 0, len;

	if (size < 3)
		return 0;
	while (cs[count].name)
		count++;
	cs += data[0] % count;
	len = data[2] % 32 < size - 3 ? data[2] % 32 : size - 3;
	cc_needle_init(&needle, cc_span(data + 3, len));
	text = cc_span(data + 3 + len, size - 3 - len);
	cc_utf8_init(&out, ucs4_titlecase, ucs4_decompose_recursive);
	cc_decode(&out, text, cs);
	cc_utf8_finish(&out, &form);
	must(in_pieces(&needle, cs, text, (size_t)data[1] + 1) ==
	    naive(&needle, &form));
	free(form.data);
	cc_needle_free(&needle);
	return 0;
}
