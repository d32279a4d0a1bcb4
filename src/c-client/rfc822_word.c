/*
 * rfc822_word.c - the words of structured fields for programs (RFC 5322
 * section 3.2).
 *
 * Strings are the program's, writable, and of a stranger's text. Each call is
 * linear in what it moves over.
 */
#include "fs.h"
#include "misc.h"
#include "rfc822.h"
#include "rfc822_complain.h"
#include "rfc822_token.h"
#include "rfc822_word.h"
#include "rfc822_write.h"

#define ESC 0x1b

/* What ends a word if the program does not say; dots join words. */
static const char no_word[] = " ()<>@,;:\\\"[]" RFC822_CONTROLS;

size_t
cc_rfc822_comment_len(const char *s)
{
	size_t i = 0, open = 0;

	do {
		switch (s[i]) {
		case '\0':
			return 0;
		case '(':
			open++;
			break;
		case ')':
			open--;
			break;
		case '\\':
			if (s[i + 1])
				i++;
			break;
		}
		i++;
	} while (open > 0);
	return i;
}

void
rfc822_skipws(char **s)
{
	size_t len;

	for (;;) {
		while (cc_rfc822_is_blank(**s))
			++*s;
		if (**s != '(')
			return;
		/* One that is not closed reaches to the end. */
		len = cc_rfc822_comment_len(*s);
		*s += len ? len : strlen(*s);
	}
}

char *
rfc822_skip_comment(char **s, long trim)
{
	struct span text;
	char *from;
	size_t len;

	if (**s != '(')
		return NIL;
	if (!(len = cc_rfc822_comment_len(*s))) {
		cc_rfc822_complain("Unterminated comment", cc_span_z(*s));
		**s = '\0';
		return NIL;
	}
	text = cc_span_trim(cc_span(*s + 1, len - 2));
	from = *s + (text.p - *s);
	*s += len;
	if (trim)
		from[text.len] = '\0';
	return from;
}

char *
rfc822_quote(char *src)
{
	char *from = src, *to = src;

	if (!src)
		return NIL;
	for (; *from; from++) {
		if (*from == '"')
			continue;
		if (*from == '\\' && !*++from)
			break;
		*to++ = *from;
	}
	*to = '\0';
	return src;
}

char *
rfc822_cpy(char *src)
{
	return rfc822_quote(cpystr(src));
}

/* At DQUOTE: behind the quoted string, NIL if it is not closed. */
static char *
past_quoted(char *s)
{
	for (s++; *s && *s != '"'; s++)
		if (*s == '\\' && !*++s)
			return NIL;
	return *s ? s + 1 : NIL;
}

/* At ESC: behind a run of ISO-2022-JP, or behind the ESC. */
static char *
past_iso2022(char *s)
{
	size_t len = strnlen(s, 3);
	struct cursor c;

	while (s[len] > ' ' && s[len] < 0x7f)
		len++;
	c = cc_cursor(cc_span(s, len + strnlen(s + len, 3)));
	cc_rfc822_skip_iso2022(&c);
	return s + (c.p - (const unsigned char *)s);
}

char *
rfc822_parse_word(char *string, const char *delimiters)
{
	char *s = string, *from;

	if (!s)
		return NIL;
	rfc822_skipws(&s);
	for (from = s; s && *s;) {
		if (*s == '"')
			s = past_quoted(s);
		else if (*s == '\\')
			s += s[1] ? 2 : 1;
		else if (*s == ESC && !delimiters)
			s = past_iso2022(s);
		else if (strchr(delimiters ? delimiters : no_word, *s))
			break;
		else
			s++;
	}
	return s == from ? NIL : s;
}

char *
rfc822_parse_phrase(char *string)
{
	char *end = NIL, *next = string;

	while ((next = rfc822_parse_word(next, NIL)))
		end = next;
	return end;
}

long
rfc822_phraseonly(char *end)
{
	rfc822_skipws(&end);
	return *end == '\0' || *end == ',' || *end == ';' ? LONGT : NIL;
}
