/*
 * test_imap_match.c - LIST wildcards, and that no pattern is expensive.
 */
#include "imap_grammar.h"
#include "test_util.h"

static void
test_match(void **state)
{
	static const struct {
		const char *name, *pattern;
		char delim;
		bool want;
	} cases[] = {
		{ "", "", '/', true },
		{ "a", "", '/', false },
		{ "", "a", '/', false },
		{ "", "*", '/', true },
		{ "", "%", '/', true },
		{ "", "%*%", '/', true },
		{ "abc", "abc", '/', true },
		{ "abc", "ab", '/', false },
		{ "ab", "abc", '/', false },
		{ "abc", "ABC", '/', false },
		{ "a/b/c", "*", '/', true },
		{ "a/b/c", "a*", '/', true },
		{ "a/b/c", "*c", '/', true },
		{ "a/b/c", "*/", '/', false },
		{ "a", "%", '/', true },
		{ "a/b", "%", '/', false },
		{ "a/", "%", '/', false },
		{ "a/", "%/", '/', true },
		{ "a/b", "%/%", '/', true },
		{ "a/b/c", "%/%", '/', false },
		{ "a/b/c", "%/%/%", '/', true },
		{ "a/b/c", "%*", '/', true },
		{ "a/b/c", "*%", '/', true },
		{ "a/b/c", "a/%c", '/', false },
		{ "a/bc", "a/%c", '/', true },
		{ "a/bcc", "a/%c", '/', true },
		{ "a.b", "%", '/', true },
		{ "a.b", "%", '.', false },
		/* No hierarchy: % is as good as *. */
		{ "a/b", "%", '\0', true },
		/* A wildcard in the name is an ordinary octet. */
		{ "a*b", "a*b", '/', true },
		{ "a%b", "a%b", '/', true },
		{ "axb", "a%b", '/', true },
		{ "%", "*", '/', true },
		{ "*", "a", '/', false },
		/* A first guess that has to be given up. */
		{ "aab", "*ab", '/', true },
		{ "abab", "*ab", '/', true },
		{ "ababc", "*ab", '/', false },
		{ "x/aab", "%/%ab", '/', true },
		{ "a/x/ab", "*/%b", '/', true },
		{ "ab/a/cb", "*a%b", '/', false },
		{ "ab/acb", "*a%b", '/', true },
		{ "a/a/b/b", "*a%/%b*", '/', true },
		{ "a/a/b/b", "%a%/%b%", '/', false },
		{ "mississippi", "*iss*ip*", '/', true },
		{ "mississippi", "m*i%s%p", '/', false },
		{ "INBOX", "INB%X", '/', true },
		{ "\xff\x80", "%\x80", '/', true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t n = strlen(cases[i].name), m = strlen(cases[i].pattern);
		char *name = exact_copy(cases[i].name, n);
		char *pattern = exact_copy(cases[i].pattern, m);
		bool got = cc_imap_match(cc_span(name, n), cc_span(pattern, m),
		    cases[i].delim);

		if (got != cases[i].want)
			print_error("%s %s\n", cases[i].name, cases[i].pattern);
		assert_int_equal(got, cases[i].want);
		free(name);
		free(pattern);
	}
	assert_true(cc_imap_match(cc_span(NULL, 0), cc_span(NULL, 0), '/'));
}

static void
test_below(void **state)
{
	static const struct {
		const char *dir, *pattern;
		bool want;
	} cases[] = {
		{ "a/", "*", true },
		{ "a/", "%", false },
		{ "a/", "%/%", true },
		{ "a/b/", "%/%", false },
		{ "a/", "a/b", true },
		{ "a/", "a/", false },
		{ "a/", "b/*", false },
		{ "a/b/", "a/%", false },
		{ "a/b/", "a/%/c", true },
		{ "a/b/", "a*c", true },
		{ "a/b/", "%b*", false },
		{ "", "a", true },
		{ "", "", false },
		{ "/", "%", false },
		{ "/", "/%", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(cc_imap_match_below(cc_span_z(cases[i].dir),
				     cc_span_z(cases[i].pattern), '/'),
		    cases[i].want);
}

/* What the words of RFC 3501 say, as slowly as they say it. */
static bool
by_definition(struct span name, struct span pattern)
{
	struct span rest = { pattern.p + 1, pattern.len - 1 };

	if (pattern.len == 0)
		return name.len == 0;
	if (*pattern.p != '*' && *pattern.p != '%')
		return name.len > 0 && *name.p == *pattern.p &&
		    by_definition(cc_span(name.p + 1, name.len - 1), rest);
	for (size_t n = 0; n <= name.len; n++) {
		if (by_definition(cc_span(name.p + n, name.len - n), rest))
			return true;
		if (n < name.len && *pattern.p == '%' && name.p[n] == '/')
			break;
	}
	return false;
}

/* Writes the n-th text of len octets over the letters. */
static void
nth(char *to, size_t len, const char *letters, unsigned n)
{
	unsigned base = (unsigned)strlen(letters);

	for (size_t i = 0; i < len; i++, n /= base)
		to[i] = letters[n % base];
}

/* All patterns of up to five octets, all names of up to four. */
static void
test_all_small(void **state)
{
	char name[4], pattern[5];

	(void)state;
	for (size_t m = 0, patterns = 1; m <= 5; m++, patterns *= 4) {
		for (unsigned p = 0; p < patterns; p++) {
			struct span pat = cc_span(pattern, m);

			nth(pattern, m, "a/*%", p);
			for (size_t n = 0, names = 1; n <= 4; n++, names *= 3) {
				for (unsigned i = 0; i < names; i++) {
					struct span s = cc_span(name, n);

					nth(name, n, "a/b", i);
					if (cc_imap_match(s, pat, '/') !=
					    by_definition(s, pat))
						fail_msg("%.*s %.*s", (int)n,
						    name, (int)m, pattern);
				}
			}
		}
	}
}

/*
 * Trying the lengths of twenty wildcards one after the other would take
 * longer than the universe is old; here it is a few million steps.
 */
static void
test_cve_2026_33607_many_wildcards(void **state)
{
	static const char *const pieces[] = { "*a", "%a", "*a%a", "%%a", "*%" };
	char name[2000], pattern[1000];

	(void)state;
	memset(name, 'a', sizeof(name));
	for (size_t i = 0; i < COUNT(pieces); i++) {
		size_t len = strlen(pieces[i]), used = 0;

		while (used + len < sizeof(pattern)) {
			memcpy(pattern + used, pieces[i], len);
			used += len;
		}
		pattern[used++] = 'b';
		assert_false(cc_imap_match(cc_span(name, sizeof(name)),
		    cc_span(pattern, used), '/'));
		assert_true(cc_imap_match(cc_span(name, sizeof(name)),
		    cc_span(pattern, used - 1), '/'));
		assert_true(cc_imap_match_below(cc_span(name, sizeof(name)),
		    cc_span(pattern, used), '/'));
	}
}

/* Around the size from which on a pattern needs memory of its own. */
static void
test_long_patterns(void **state)
{
	char text[600];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[0] = '*';
	for (size_t m = 250; m < 262; m++) {
		struct span pattern = cc_span(text, m);

		assert_true(cc_imap_match(cc_span(text + 1, m - 1), pattern,
		    '/'));
		assert_true(cc_imap_match(cc_span(text + 1, m + 5), pattern,
		    '/'));
		assert_false(cc_imap_match(cc_span(text + 1, m - 2), pattern,
		    '/'));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_match),
		cmocka_unit_test(test_below),
		cmocka_unit_test(test_all_small),
		cmocka_unit_test(test_cve_2026_33607_many_wildcards),
		cmocka_unit_test(test_long_patterns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
