/*
 * imap_match.c - LIST wildcards (RFC 3501 section 6.3.8).
 *
 * Holds no state, takes no locks. Both texts come from a stranger. Trying the
 * wildcards' lengths one after the other would take time that grows with a
 * power of the name's length for each wildcard (CVE-2026-33607); instead all
 * places of the pattern at which a match may stand are carried along while
 * the name is read once, so that a match takes at most |name| * |pattern|
 * steps whatever the pattern is.
 */
#include "fs.h"
#include "imap_grammar.h"

#define MATCH_ROOM 256 /* octets of a pattern that needs no allocation */

struct match {
	struct span pattern;
	int delim; /* hierarchy delimiter, or -1 */
	bool *on;  /* on[i]: pattern[0..i) matches what was read */
	size_t lo; /* no place below is on */
	size_t hi; /* no place above is on */
};

static bool
is_wildcard(char c)
{
	return c == '*' || c == '%';
}

/* A wildcard may stand for nothing: the place behind it is on as well. */
static void
open_wildcards(struct match *m)
{
	for (size_t i = m->lo; i <= m->hi && i < m->pattern.len; i++) {
		if (!m->on[i] || !is_wildcard(m->pattern.p[i]))
			continue;
		m->on[i + 1] = true;
		if (m->hi < i + 1)
			m->hi = i + 1;
	}
}

/* Moves all places over one octet of the name; false when none is left. */
static bool
step(struct match *m, unsigned char c)
{
	size_t lo = SIZE_MAX, hi = 0;

	/* From the end, so that a place moves once only. */
	for (size_t i = m->hi + 1; i-- > m->lo;) {
		bool was = m->on[i];
		unsigned char p;

		m->on[i] = false;
		if (!was || i == m->pattern.len)
			continue;
		p = (unsigned char)m->pattern.p[i];
		if (p == '*' || (p == '%' && c != m->delim)) {
			m->on[i] = true;
			lo = i;
			hi = hi > i ? hi : i;
		} else if (p == c && p != '%') {
			m->on[i + 1] = true;
			lo = i + 1;
			hi = hi > i + 1 ? hi : i + 1;
		}
	}
	if (lo == SIZE_MAX)
		return false;
	m->lo = lo;
	m->hi = hi;
	open_wildcards(m);
	return true;
}

/* Reads the whole name; false if no place is left. */
static bool
run(struct match *m, struct span name)
{
	m->lo = m->hi = 0;
	m->on[0] = true;
	open_wildcards(m);
	for (size_t i = 0; i < name.len; i++)
		if (!step(m, (unsigned char)name.p[i]))
			return false;
	return true;
}

/* Is a place from first to last on after the name was read? */
static bool
reaches(struct span name, struct span pattern, char delim, bool at_end)
{
	bool room[MATCH_ROOM + 1] = { false };
	struct match m = { .pattern = pattern,
		.delim = delim ? (unsigned char)delim : -1,
		.on = room };
	bool found = false;

	if (pattern.len > MATCH_ROOM) {
		m.on = fs_get(pattern.len + 1);
		memset(m.on, 0, pattern.len + 1);
	}
	if (run(&m, name))
		found = at_end ? m.on[pattern.len] : m.lo < pattern.len;
	if (m.on != room)
		fs_give((void **)&m.on);
	return found;
}

/* The octets before the first wildcard. */
static size_t
literal_prefix(struct span pattern)
{
	size_t i = 0;

	while (i < pattern.len && !is_wildcard(pattern.p[i]))
		i++;
	return i;
}

static struct span
skip(struct span s, size_t n)
{
	return cc_span(s.p + n, s.len - n);
}

bool
cc_imap_match(struct span name, struct span pattern, char delim)
{
	size_t n = literal_prefix(pattern);

	/* Most patterns are a directory and one wildcard. */
	if (name.len < n || (n > 0 && memcmp(name.p, pattern.p, n) != 0))
		return false;
	if (n == pattern.len)
		return name.len == n;
	if (pattern.len == n + 1 && pattern.p[n] == '*')
		return true;
	return reaches(skip(name, n), skip(pattern, n), delim, true);
}

bool
cc_imap_match_below(struct span dir, struct span pattern, char delim)
{
	return reaches(dir, pattern, delim, false);
}
