/*
 * fuzz_mime_word.c - encoded-words: what is decoded, encoded again in one way,
 * is read as the same pieces.
 *
 * Input: one octet (bit 0: lenient), then the text.
 */
#include "fuzz_util.h"
#include "mime_word.h"
#include "strbuf.h"

static void
put_word(struct strbuf *out, const struct mime_word *word)
{
	cc_strbuf_puts(out, "=?");
	cc_strbuf_put_span(out, word->charset);
	if (word->language.p) {
		cc_strbuf_putc(out, '*');
		cc_strbuf_put_span(out, word->language);
	}
	cc_strbuf_puts(out, "?q?");
	for (size_t i = 0; i < word->text.len; i++)
		cc_strbuf_printf(out, "=%02X", (unsigned char)word->text.p[i]);
	cc_strbuf_puts(out, "?=");
}

static void
check_again(struct mime_words *first, struct strbuf *coded)
{
	struct mime_words second;
	struct mime_word a, b;

	cc_mime_words_init(&second, first->arena, cc_strbuf_span(coded), false);
	while (cc_mime_words_next(first, &a) > 0) {
		must(cc_mime_words_next(&second, &b) == 1);
		must(a.encoded == b.encoded);
		must(fuzz_same(a.text, b.text));
		must(fuzz_same(a.charset, b.charset));
		must(fuzz_same(a.language, b.language));
	}
	must(cc_mime_words_next(&second, &b) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mime_words w, again;
	struct mime_word word;
	struct strbuf coded;
	struct arena a;
	size_t octets = 0;
	bool after = false;

	if (size < 1)
		return 0;
	cc_arena_init(&a, 1 << 26);
	cc_strbuf_init(&coded, SIZE_MAX / 4);
	cc_mime_words_init(&w, &a, cc_span(data + 1, size - 1), data[0] & 1);
	again = w;
	while (cc_mime_words_next(&w, &word) > 0) {
		must(word.encoded || word.text.len > 0);
		octets += word.text.len;
		if (word.encoded && after)
			cc_strbuf_putc(&coded, ' ');
		if (word.encoded)
			put_word(&coded, &word);
		else
			cc_strbuf_put_span(&coded, word.text);
		after = word.encoded;
	}
	must(octets < size);
	/* Where words may touch text, what stands before one may become the
	 * beginning of another. */
	if (!(data[0] & 1))
		check_again(&again, &coded);
	cc_strbuf_free(&coded);
	cc_arena_free(&a);
	return 0;
}
