/*
 * dummy_pattern.c - LIST patterns: reference and pattern put together.
 *
 * Both are a stranger's. Lengths and wildcards are limited here, so that the
 * walk behind has a pattern of at most twice a name's length
 * (CVE-2000-0284: the two were joined in an array of fixed size).
 */
#include "mail.h"
#include "osdep.h"
#include "cc_ctype.h"
#include "cc_err.h"
#include "dummy.h"
#include "dummy_pattern.h"
#include "imap_grammar.h"
#include "mailpath.h"

/* A namespace's prefix, slash included; empty if the name has none that local
 * files live in. */
static struct span
space_prefix(struct span name)
{
	if (name.len == 0 || name.p[0] != '#' ||
	    cc_mailpath_space(name) == MAILPATH_OWN)
		return cc_span(name.p, 0);
	return cc_dummy_root(name);
}

struct span
cc_dummy_root(struct span name)
{
	const char *slash = memchr(name.p, '/', name.len);

	return cc_span(name.p, slash ? (size_t)(slash - name.p) + 1 : 0);
}

/* Puts reference and pattern together. */
static int
join(struct span ref, struct span pat, struct strbuf *out)
{
	char first = pat.len > 0 ? pat.p[0] : '\0';

	if (first == '/' && ref.len > 0 && ref.p[0] == '#') {
		struct span prefix = space_prefix(ref);

		if (prefix.len == 0)
			return CC_ENOENT;
		cc_strbuf_put(out, prefix.p, prefix.len - 1);
	} else if (first != '#' && first != '/' && first != '~') {
		cc_strbuf_put_span(out, ref);
	}
	cc_strbuf_put_span(out, pat);
	return cc_strbuf_status(out);
}

int
cc_dummy_pattern(const char *ref, const char *pat, struct strbuf *out)
{
	struct span r = cc_span_z(ref ? ref : ""), p = cc_span_z(pat), all;
	unsigned wildcards = 0;
	int code;

	cc_strbuf_reset(out);
	if (r.len > NETMAXMBX || p.len > NETMAXMBX)
		return CC_ELIMIT;
	if ((r.len > 0 && r.p[0] == '{') || (p.len > 0 && p.p[0] == '{'))
		return CC_ENOENT;
	if ((code = join(r, p, out)) != 0)
		return code;
	all = cc_strbuf_span(out);
	for (size_t i = 0; i < all.len; i++)
		wildcards += all.p[i] == '*' || all.p[i] == '%';
	if (wildcards > MAXWILDCARDS)
		return CC_ELIMIT;
	if (all.len > 0 && all.p[0] == '#' && space_prefix(all).len == 0)
		return CC_ENOENT;
	return 0;
}

struct span
cc_dummy_base(struct span pattern)
{
	size_t i = 0, end = 0;

	for (; i < pattern.len && pattern.p[i] != '*' && pattern.p[i] != '%';
	     i++)
		if (pattern.p[i] == '/')
			end = i + 1;
	return cc_span(pattern.p, end);
}

bool
cc_dummy_matches_inbox(struct span pattern)
{
	struct strbuf upper;
	bool match;

	cc_strbuf_init(&upper, pattern.len);
	for (size_t i = 0; i < pattern.len; i++)
		cc_strbuf_putc(&upper, to_upper((unsigned char)pattern.p[i]));
	match = cc_imap_match(cc_span_z("INBOX"), cc_strbuf_span(&upper), '/');
	cc_strbuf_free(&upper);
	return match;
}

long
dummy_canonicalize(char *tmp, char *ref, char *pat)
{
	struct strbuf pattern;
	int r;

	cc_strbuf_init(&pattern, MAILTMPLEN - 1);
	r = cc_dummy_pattern(ref, pat, &pattern);
	if (r == 0)
		memcpy(tmp, cc_strbuf_str(&pattern), pattern.len + 1);
	else if (r == CC_ELIMIT)
		mm_log("Excessive wildcards in LIST/LSUB", ERROR);
	cc_strbuf_free(&pattern);
	return r == 0 ? LONGT : NIL;
}
