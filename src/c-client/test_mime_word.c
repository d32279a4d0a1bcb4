/*
 * test_mime_word.c - encoded-words.
 */
#include "cc_err.h"
#include "mime_word.h"
#include "strbuf.h"
#include "test_util.h"

/* The pieces: plain text as it is, words as "{charset*language:octets}". */
static void
show(struct strbuf *out, struct span text, bool lenient)
{
	struct mime_words w;
	struct mime_word word;
	struct arena a;
	int r;

	cc_arena_init(&a, 1 << 20);
	cc_mime_words_init(&w, &a, text, lenient);
	while ((r = cc_mime_words_next(&w, &word)) > 0) {
		assert_true(word.encoded || word.text.len > 0);
		if (word.encoded) {
			cc_strbuf_putc(out, '{');
			cc_strbuf_put_span(out, word.charset);
			if (word.language.p) {
				cc_strbuf_putc(out, '*');
				cc_strbuf_put_span(out, word.language);
			}
			cc_strbuf_putc(out, ':');
		}
		cc_strbuf_put_span(out, word.text);
		if (word.encoded)
			cc_strbuf_putc(out, '}');
	}
	assert_int_equal(r, 0);
	cc_arena_free(&a);
}

static void
test_words(void **state)
{
	static const struct {
		const char *in;
		bool lenient;
		const char *want;
	} cases[] = {
		{ "", false, "" },
		{ "a b", false, "a b" },
		{ "=?utf-8?q?a?=", false, "{utf-8:a}" },
		{ "=?utf-8?Q?=c3=A4_=5F?=", false, "{utf-8:\xc3\xa4 _}" },
		{ "=?x?b?YWJj?=", false, "{x:abc}" },
		{ "=?x?B?YWI=?=", false, "{x:ab}" },
		{ "=?x?B?YQ==?=", false, "{x:a}" },
		{ "=?x?B?YQ?=", false, "{x:a}" },
		/* padding ends the text */
		{ "=?x?B?YQ==Yg==?=", false, "{x:a}" },
		{ "=?x?B?=YWI?=", false, "{x:}" },
		{ "=?x?B?Y!Q=?=", false, "{x:a}" },
		{ "=?x?q?"
		  "?=",
		    false, "{x:}" },
		{ "=?x*en?q?a?=", false, "{x*en:a}" },
		/* Blanks around words: RFC 2047 section 8. */
		{ "=?x?q?a?= b", false, "{x:a} b" },
		{ "b =?x?q?a?=", false, "b {x:a}" },
		{ "=?x?q?a?= =?x?q?b?=", false, "{x:a}{x:b}" },
		{ "=?x?q?a?=  \t\r\n =?x?q?b?= ", false, "{x:a}{x:b} " },
		{ "=?x?q?a?= c =?x?q?b?=", false, "{x:a} c {x:b}" },
		{ "=?x?q?a_?= =?x?q?_b?=", false, "{x:a }{x: b}" },
		/* Touching other text. */
		{ "=?x?q?a?=b", false, "=?x?q?a?=b" },
		{ "b=?x?q?a?=", false, "b=?x?q?a?=" },
		{ "=?x?q?a?==?x?q?b?=", false, "=?x?q?a?==?x?q?b?=" },
		{ "=?x?q?a?=b", true, "{x:a}b" },
		{ "b=?x?q?a?=", true, "b{x:a}" },
		{ "=?x?q?a?==?x?q?b?=", true, "{x:a}{x:b}" },
		/* No words. */
		{ "=?", false, "=?" },
		{ "=?x?q?a", false, "=?x?q?a" },
		{ "=?x?q?a?", false, "=?x?q?a?" },
		{ "=?x?z?a?=", false, "=?x?z?a?=" },
		{ "=?x?qq?a?=", false, "=?x?qq?a?=" },
		{ "=??q?a?=", false, "=??q?a?=" },
		{ "=?x?q?a b?=", false, "=?x?q?a b?=" },
		{ "=?x?q?a?b?=", false, "=?x?q?a?b?=" },
		{ "=?x?q =?y?q?a?=", false, "=?x?q {y:a}" },
		/* No hex digits. */
		{ "=?x?q?=4=zz=?=", false, "{x:=4=zz=}" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t len = strlen(cases[i].in);
		char *in = exact_copy(cases[i].in, len);
		struct strbuf out;

		cc_strbuf_init(&out, 4096);
		show(&out, cc_span(in, len), cases[i].lenient);
		assert_span(cc_strbuf_span(&out), cases[i].want);
		cc_strbuf_free(&out);
		free(in);
	}
}

static void
test_arena_limit(void **state)
{
	struct mime_words w;
	struct mime_word word;
	struct arena a;

	(void)state;
	cc_arena_init(&a, 0);
	cc_mime_words_init(&w, &a, cc_span_z("a =?x?q?b?="), false);
	assert_int_equal(cc_mime_words_next(&w, &word), 1);
	assert_int_equal(cc_mime_words_next(&w, &word), CC_ELIMIT);
	cc_arena_free(&a);
}

/* Texts that begin words again and again go by in one pass. */
static void
test_linear(void **state)
{
	static const char *const units[] = { "=", "=?", "=?x?", "=?x?q?", "?",
		"=?x?q?a?=", "=?x?q?a?= ", " =?x?q?a", "=?x", " " };
	struct strbuf in, out;

	(void)state;
	cc_strbuf_init(&in, SIZE_MAX / 4);
	cc_strbuf_init(&out, SIZE_MAX / 4);
	for (size_t i = 0; i < 2 * COUNT(units); i++) {
		struct mime_words w;
		struct mime_word word;
		struct arena a;
		size_t octets = 0;

		cc_strbuf_reset(&in);
		while (in.len < 1u << 20)
			cc_strbuf_puts(&in, units[i / 2]);
		cc_arena_init(&a, 16u << 20);
		cc_mime_words_init(&w, &a, cc_strbuf_span(&in), i % 2);
		while (cc_mime_words_next(&w, &word) > 0)
			octets += word.text.len;
		assert_true(octets <= in.len && cc_cursor_at_end(&w.c));
		cc_arena_free(&a);
	}
	cc_strbuf_free(&in);
	cc_strbuf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_arena_limit),
		cmocka_unit_test(test_linear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
