/*
 * fuzz_imap_match.c - LIST wildcards against a slow matcher that follows the
 * words of RFC 3501 section 6.3.8, on input small enough for it.
 *
 * Input: the delimiter, then the pattern up to the first newline, then the
 * name.
 */
#include "fuzz_util.h"
#include "imap_grammar.h"

#define SLOW_MAX 40 /* octets of name and of pattern for the slow matcher */

static bool table[SLOW_MAX + 1][SLOW_MAX + 1];

/* table[i][k]: do name[i..] and pattern[k..] match? */
static bool
by_definition(struct span name, struct span pattern, char delim)
{
	for (size_t i = name.len + 1; i-- > 0;) {
		for (size_t k = pattern.len + 1; k-- > 0;) {
			bool more = i < name.len;
			bool yes;

			if (k == pattern.len)
				yes = !more;
			else if (pattern.p[k] == '*' || pattern.p[k] == '%')
				yes = table[i][k + 1] ||
				    (more && table[i + 1][k] &&
					(pattern.p[k] == '*' || delim == '\0' ||
					    name.p[i] != delim));
			else
				yes = more && name.p[i] == pattern.p[k] &&
				    table[i + 1][k + 1];
			table[i][k] = yes;
		}
	}
	return table[0][0];
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span all = cc_span(data, size), pattern, name;
	const char *newline;
	char delim;
	bool got, below;

	if (size < 1 || !(newline = memchr(all.p + 1, '\n', size - 1)))
		return 0;
	delim = all.p[0] == '0' ? '\0' : all.p[0];
	pattern = cc_span(all.p + 1, (size_t)(newline - all.p) - 1);
	name = cc_span(newline + 1, size - pattern.len - 2);
	got = cc_imap_match(name, pattern, delim);
	below = cc_imap_match_below(name, pattern, delim);
	if (name.len <= SLOW_MAX && pattern.len <= SLOW_MAX)
		must(got == by_definition(name, pattern, delim));
	/* What matches a name matches below each of its beginnings. */
	for (size_t i = 0; got && i < name.len && i < 100; i++)
		must(cc_imap_match_below(cc_span(name.p, i), pattern, delim));
	/* A "*" at the end takes whatever follows what matches so far. */
	if (got && pattern.len > 0 && pattern.p[pattern.len - 1] == '*')
		must(below);
	return 0;
}
