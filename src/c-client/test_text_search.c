/*
 * test_text_search.c - searching text: what is found, wherever it is cut, and
 * how much is compared.
 */
#include "charset.h"
#include "test_util.h"
#include "text_search.h"

static const struct {
	const char *charset; /* NULL: none */
	struct span needle;  /* UTF-8 */
	struct span text;
	bool want;
} cases[] = {
	{ NULL, OCTETS(""), OCTETS(""), true },
	{ NULL, OCTETS(""), OCTETS("x"), true },
	{ NULL, OCTETS("x"), OCTETS(""), false },
	{ NULL, OCTETS("x"), OCTETS("X"), true },
	{ NULL, OCTETS("ab"), OCTETS("a"), false },
	{ NULL, OCTETS("AbC"), OCTETS("xxaBcx"), true },
	{ NULL, OCTETS("[x]"), OCTETS("{x}[X]"), true },
	{ NULL, OCTETS("[x]"), OCTETS("{x}"), false },
	{ NULL, OCTETS("@"), OCTETS("`"), false },
	{ NULL, OCTETS("aab"), OCTETS("aaab"), true },
	{ NULL, OCTETS("abab\r\nc"), OCTETS("ababab\r\nc"), true },
	{ NULL, OCTETS("a\0b"), OCTETS("\0A\0B"), true },
	/* Letters and accents apart; either form finds the other. */
	{ "UTF-8", OCTETS("cafe"), OCTETS("un Caf\303\251 noir"), true },
	{ "UTF-8", OCTETS("CAF\303\211"), OCTETS("caf\303\251"), true },
	{ "UTF-8", OCTETS("caf\303\251"), OCTETS("cafe\314\201"), true },
	{ "UTF-8", OCTETS("caf\303\251"), OCTETS("cafe"), false },
	{ "UTF-8", OCTETS("file"), OCTETS("\357\254\201le"), true },
	{ "UTF-8", OCTETS("\320\277\321\200"), OCTETS("\320\237\320\240"),
	    true },
	{ "ISO-8859-1", OCTETS("\303\251"), OCTETS("CAF\311"), true },
	{ "ISO-8859-1", OCTETS("\303\251"), OCTETS("caf\303\251"), false },
	{ "KOI8-R", OCTETS("\320\277\321\200"), OCTETS("x\n\360\362\nx"),
	    true },
	{ "ISO-2022-JP", OCTETS("\346\227\245"), OCTETS("a\n\033$BF|\033(B"),
	    true },
	/* These octets are no "F" to one who reads. */
	{ "ISO-2022-JP", OCTETS("F|"), OCTETS("a\033$BF|\033(B"), false },
	{ "Shift_JIS", OCTETS("{"), OCTETS("\226{"), false },
	{ "Shift_JIS", OCTETS("{"), OCTETS("\226{\n{"), true },
	{ "UTF-7", OCTETS("AOk"), OCTETS("+AOk-"), false },
	{ "UTF-7", OCTETS("\303\251"), OCTETS("x +AOk-"), true },
	{ "UTF-16", OCTETS("ab"), OCTETS("\377\376a\0B\0"), true },
	{ "UTF-16", OCTETS("ab"), OCTETS("\0a\0B"), true },
	{ "VISCII", OCTETS("\341\272\262"), OCTETS("x\002"), true },
	{ NULL, OCTETS("a\377"), OCTETS("\377a\377"), false },
	{ "US-ASCII", OCTETS("b"), OCTETS("a\351b"), true },
	/* Across a line's end, and with text before and after. */
	{ "UTF-8", OCTETS("e\n\303\251"), OCTETS("\303\251e\n\303\211e"),
	    true },
};

static const CHARSET *
charset_of(const char *name)
{
	return name ? utf8_charset((char *)(uintptr_t)name) : NULL;
}

/* In pieces of n octets, each in a block of its own. */
static bool
in_pieces(const struct cc_needle *needle, const CHARSET *cs, struct span text,
    size_t n)
{
	struct cc_text_search t;
	char *piece;
	size_t len;

	cc_text_search_init(&t, needle, cs);
	for (size_t i = 0; i < text.len; i += n) {
		len = text.len - i < n ? text.len - i : n;
		piece = exact_copy(text.p + i, len);
		cc_text_search_feed(&t, cc_span(piece, len));
		free(piece);
	}
	return cc_text_search_finish(&t);
}

static void
test_cases(void **state)
{
	struct cc_needle needle;
	bool got;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		cc_needle_init(&needle, cases[i].needle);
		for (size_t n = 1; n <= cases[i].text.len + 1; n++) {
			got = in_pieces(&needle, charset_of(cases[i].charset),
			    cases[i].text, n);
			if (got != cases[i].want)
				print_error("case %zu in pieces of %zu\n", i,
				    n);
			assert_int_equal(got, cases[i].want);
		}
		cc_needle_free(&needle);
	}
}

/* The needle at every place of texts of every length around the blocks. */
static void
test_every_place(void **state)
{
	static const char *const words[] = { "q", "no", "Needle", "aaaa",
		"anneedlean needle an needl" };
	struct cc_needle needle;
	char text[260];
	size_t len;

	(void)state;
	for (size_t w = 0; w < COUNT(words); w++) {
		len = strlen(words[w]);
		cc_needle_init(&needle, cc_span(words[w], len));
		for (size_t size = len; size <= sizeof(text); size += 3)
			for (size_t at = 0; at + len <= size; at++) {
				memset(text, 'n', sizeof(text));
				memcpy(text + at, words[w], len);
				assert_true(in_pieces(&needle, NULL,
				    cc_span(text, size), size));
				text[at + len / 2] = '#';
				assert_false(in_pieces(&needle, NULL,
				    cc_span(text, size), size));
			}
		cc_needle_free(&needle);
	}
}

static bool
naive(struct span needle, struct span text)
{
	for (size_t i = 0; i + needle.len <= text.len; i++)
		if (cc_span_eq_nocase(needle, cc_span(text.p + i, needle.len)))
			return true;
	return false;
}

static uint32_t
next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 16;
}

/* Few letters, so that much nearly matches. */
static void
test_naive(void **state)
{
	struct cc_needle needle;
	uint32_t seed = 1;
	char text[700], word[12];
	size_t size, len, piece;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size = next_random(&seed) % sizeof(text);
		len = 1 + next_random(&seed) % sizeof(word);
		piece = 1 + next_random(&seed) % 300;
		for (size_t i = 0; i < size; i++)
			text[i] = "aAb"[next_random(&seed) % 3];
		for (size_t i = 0; i < len; i++)
			word[i] = "ab"[next_random(&seed) % 2];
		cc_needle_init(&needle, cc_span(word, len));
		assert_int_equal(in_pieces(&needle, NULL, cc_span(text, size),
				     piece),
		    naive(cc_span(word, len), cc_span(text, size)));
		cc_needle_free(&needle);
	}
}

/* Octets compared one by one in n octets of text, in pieces. */
static uint64_t
steps(struct span word, struct span pattern, size_t n, size_t piece)
{
	struct cc_needle needle;
	struct cc_search s;
	char *text = malloc(n);
	size_t len;

	assert_non_null(text);
	for (size_t i = 0; i < n; i++)
		text[i] = pattern.p[i % pattern.len];
	cc_needle_init(&needle, word);
	cc_search_init(&s, &needle);
	for (size_t i = 0; i < n; i += piece) {
		len = n - i < piece ? n - i : piece;
		assert_false(cc_search_feed(&s, cc_span(text + i, len)));
	}
	cc_needle_free(&needle);
	free(text);
	return s.steps;
}

/* What makes simple searches quadratic: at most a few steps for an octet, for
 * short needles and long ones, in large pieces and small. */
static void
test_linear(void **state)
{
	static const size_t pieces[] = { 1, 7, 4096, 262144, 1u << 20 };
	const size_t n = 1u << 20, most = 10000;
	char *a = malloc(most), *ba = malloc(most), *ab = malloc(most);

	(void)state;
	memset(a, 'a', most);
	memset(ba, 'a', most);
	memset(ab, 'a', most);
	ba[0] = 'b';
	ab[most - 1] = 'b';
	for (size_t i = 0; i < COUNT(pieces); i++) {
		assert_in_range(steps(cc_span(ba, most), cc_span("A", 1), n,
				    pieces[i]),
		    0, 4 * n);
		assert_in_range(steps(cc_span(ab, most), cc_span("a", 1), n,
				    pieces[i]),
		    0, 4 * n);
		assert_in_range(steps(cc_span(ba, 50), cc_span("a", 1), n,
				    pieces[i]),
		    0, 4 * n);
		/* All that is missing is in the middle. */
		ab[most - 1] = 'a';
		ab[most / 2] = 'b';
		assert_in_range(steps(cc_span(ab, most), cc_span("a", 1), n,
				    pieces[i]),
		    0, 4 * n);
		ab[most / 2] = 'a';
		ab[most - 1] = 'b';
		/* Both rare octets at their distance, nothing else. */
		assert_in_range(steps(cc_span_z("qeeeez"), cc_span_z("qeeexz"),
				    n, pieces[i]),
		    0, 4 * n);
	}
	free(a);
	free(ba);
	free(ab);
}

/* Ordinary text is hardly looked at octet by octet. */
static void
test_few_steps(void **state)
{
	static const char line[] = "The quick brown fox jumps over the lazy "
				   "dog, then it sleeps.\r\n";
	const size_t n = 1u << 20;

	(void)state;
	assert_in_range(steps(cc_span_z("needle in hay"), cc_span_z(line), n,
			    262144),
	    0, n / 16);
}

/* A line without end is searched in bounded memory. */
static void
test_endless_line(void **state)
{
	const size_t n = (size_t)3 << 20;
	char *text = malloc(n);
	struct cc_needle needle;
	struct cc_text_search t;
	static const char *const names[] = { "UTF-8", "UTF-16", "GBK" };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		memset(text, '\0', n);
		for (size_t k = 1; k < n; k += 2)
			text[k] = 'x';
		memcpy(text, "\376\377", 2);
		memcpy(text + n - 8, i == 1 ? "\0n\0e\0e\0d" : "    need", 8);
		cc_needle_init(&needle, cc_span_z("NEED"));
		cc_text_search_init(&t, &needle, charset_of(names[i]));
		for (size_t k = 0; k < n; k += 65536) {
			cc_text_search_feed(&t, cc_span(text + k, 65536));
			assert_true(t.held.len <= (size_t)1 << 20);
		}
		assert_true(cc_text_search_finish(&t));
		assert_true(cc_text_search(&needle, charset_of(names[i]),
		    cc_span(text, n)));
		cc_needle_free(&needle);
	}
	/* Little endian all the way. */
	for (size_t k = 0; k < n; k += 2)
		memcpy(text + k, "x", 2);
	memcpy(text, "\377\376", 2);
	memcpy(text + n - 8, "n\0e\0e\0d", 8);
	cc_needle_init(&needle, cc_span_z("need"));
	assert_true(cc_text_search(&needle, charset_of("UTF-16"),
	    cc_span(text, n)));
	cc_needle_free(&needle);
	free(text);
}

/* Characters that are passed over have no ASCII in their forms. */
static void
test_foreign(void **state)
{
	int32_t to[CC_DECOMPOSED_MAX];
	unsigned long count = 0;

	(void)state;
	for (unsigned long c = 0; c <= 0x10ffff; c++) {
		if (!cc_text_is_foreign(c))
			continue;
		count++;
		for (unsigned n = cc_ucs4_parts(ucs4_titlecase(c), to); n > 0;
		     n--)
			assert_true(to[n - 1] >= 0x80);
	}
	assert_true(count > 32000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_every_place),
		cmocka_unit_test(test_naive),
		cmocka_unit_test(test_linear),
		cmocka_unit_test(test_few_steps),
		cmocka_unit_test(test_endless_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
