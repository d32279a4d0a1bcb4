/*
 * ckp_file.c - passwords checked against the file of CRAM-MD5 and APOP, which
 * holds them in plain text (auth.md 6). Pure.
 */
#include <stdint.h>

#include "ckp.h"

/* All of it is looked at. */
bool
cc_ckp_equal(struct span secret, const char *typed)
{
	size_t len = strlen(typed);
	unsigned diff = secret.len != len;

	for (size_t i = 0; i < secret.len; i++)
		diff |= (unsigned)(secret.p[i] ^ typed[len ? i % len : 0]);
	return diff == 0;
}

/* The next line, without CR or LF, which both end one. */
static bool
next_line(struct span *rest, struct span *line_r)
{
	size_t n = 0;

	if (rest->len == 0)
		return false;
	while (n < rest->len && rest->p[n] != '\n' && rest->p[n] != '\r')
		n++;
	*line_r = cc_span(rest->p, n);
	if (n < rest->len)
		n++;
	*rest = cc_span(rest->p + n, rest->len - n);
	return true;
}

bool
cc_ckp_find(const char *text, size_t len, const char *name,
    struct span *secret_r)
{
	struct span rest = cc_span(text, len), line;
	const char *tab;

	while (next_line(&rest, &line)) {
		if (line.len == 0 || line.p[0] == '#')
			continue;
		tab = memchr(line.p, '\t', line.len);
		if (!tab || (size_t)(tab - line.p) + 1 == line.len ||
		    !cc_span_is(cc_span(line.p, (size_t)(tab - line.p)), name))
			continue;
		*secret_r =
		    cc_span(tab + 1, line.len - (size_t)(tab + 1 - line.p));
		return true;
	}
	return false;
}
