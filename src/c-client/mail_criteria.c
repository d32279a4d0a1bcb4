/*
 * mail_criteria.c - search programs in the words of IMAP2: what users type
 * (RFC 1176, SEARCH). No OR, NOT, HEADER and sets.
 *
 * The text is the program's user's; it is copied first. Repeated strings are
 * all kept, of a repeated date the last.
 */
#include <stdio.h>

#include "cc_ctype.h"
#include "cc_say.h"
#include "fs.h"
#include "imap_grammar.h"
#include "imap_search.h"
#include "misc.h"
#include "osdep.h"

/* The next word up to a blank; NULL at the end. *r moves behind the blank. */
static char *
next_word(char **r)
{
	char *s = *r, *word;

	if (!s)
		return NULL;
	while (*s == ' ')
		s++;
	word = s;
	while (*s && *s != ' ')
		s++;
	if (*s)
		*s++ = '\0';
	*r = s;
	return *word ? word : NULL;
}

/* Behind a quoted string of which s is the first octet; "\" takes the next
 * octet as it is. The string is unquoted in place. NULL if it has no end. */
static char *
take_quoted(char *s, char **end_r)
{
	char *from = s, *to = s;

	while (*from && *from != '"') {
		if (*from == '\\' && from[1])
			from++;
		*to++ = *from++;
	}
	if (*from != '"')
		return NULL;
	*to = '\0';
	*end_r = to;
	return from + 1;
}

/* "{n}" CRLF and n octets, of which the first is given. NULL if the text has
 * fewer. */
static char *
take_literal(char *s, char **data_r, char **end_r)
{
	struct cursor c = cc_cursor(cc_span_z(s));
	uint32_t n;

	if (cc_imap_parse_number(&c, &n) != 0 || !cc_cursor_skip(&c, '}') ||
	    !cc_cursor_skip(&c, '\r') || !cc_cursor_skip(&c, '\n') ||
	    n > cc_cursor_left(&c))
		return NULL;
	*data_r = s + ((const char *)c.p - s);
	*end_r = *data_r + n;
	return *end_r;
}

/* The next string: an atom, quoted, or a literal. False if there is none. */
static bool
next_string(char **r, char **data_r, size_t *len_r)
{
	char *s = *r, *end, *behind;

	if (!s)
		return false;
	while (*s == ' ')
		s++;
	if (*s == '"') {
		*data_r = s + 1;
		behind = take_quoted(s + 1, &end);
	} else if (*s == '{') {
		behind = take_literal(s + 1, data_r, &end);
	} else {
		*data_r = s;
		for (end = s; *end && *end != ' ';)
			end++;
		behind = end > s ? end : NULL;
	}
	if (!behind || (*behind && *behind != ' '))
		return false;
	*len_r = (size_t)(end - *data_r);
	*r = *behind ? behind + 1 : behind;
	return true;
}

int
mail_criteria_date(unsigned short *date, char **r)
{
	MESSAGECACHE elt = { 0 };
	char *data;
	size_t len;
	char text[64];

	if (!next_string(r, &data, &len) || len >= sizeof(text))
		return NIL;
	memcpy(text, data, len);
	text[len] = '\0';
	if (!mail_parse_date(&elt, (unsigned char *)text))
		return NIL;
	*date = mail_shortdate(elt.year, elt.month, elt.day);
	return T;
}

int
mail_criteria_string(STRINGLIST **s, char **r)
{
	char *data;
	size_t len;

	if (!next_string(r, &data, &len))
		return NIL;
	while (*s)
		s = &(*s)->next;
	*s = mail_newstringlist();
	(*s)->text.data = (unsigned char *)cc_span_dup(cc_span(data, len));
	(*s)->text.size = len;
	return T;
}

static bool
is(const char *word, const char *name)
{
	return cc_span_is_nocase(cc_span_z(word), name);
}

/* A word that stands alone. */
static int
take_flag(SEARCHPGM *pgm, const char *word)
{
	if (is(word, "ALL"))
		return T;
	if (is(word, "ANSWERED"))
		pgm->answered = T;
	else if (is(word, "DELETED"))
		pgm->deleted = T;
	else if (is(word, "FLAGGED"))
		pgm->flagged = T;
	else if (is(word, "NEW"))
		pgm->recent = pgm->unseen = T;
	else if (is(word, "OLD"))
		pgm->old = T;
	else if (is(word, "RECENT"))
		pgm->recent = T;
	else if (is(word, "SEEN"))
		pgm->seen = T;
	else if (is(word, "UNANSWERED"))
		pgm->unanswered = T;
	else if (is(word, "UNDELETED"))
		pgm->undeleted = T;
	else if (is(word, "UNFLAGGED"))
		pgm->unflagged = T;
	else if (is(word, "UNSEEN"))
		pgm->unseen = T;
	else
		return NIL;
	return T;
}

static int
take(SEARCHPGM *pgm, const char *word, char **r)
{
	const struct cc_search_member *m;

	for (m = cc_search_texts; m->name[0]; m++)
		if (is(word, m->name))
			return mail_criteria_string((void *)((char *)pgm +
							m->at),
			    r);
	for (m = cc_search_dates; m->name[0]; m++)
		if (is(word, m->name) && !strstr(m->name, "SENT"))
			return mail_criteria_date((void *)((char *)pgm + m->at),
			    r);
	return take_flag(pgm, word);
}

SEARCHPGM *
mail_criteria(char *criteria)
{
	SEARCHPGM *pgm = NIL;
	char *copy, *r, *word;

	if (!criteria)
		return NIL;
	r = copy = cpystr(criteria);
	pgm = mail_newsearchpgm();
	while (pgm && (word = next_word(&r)) != NULL) {
		if (take(pgm, word, &r))
			continue;
		cc_say(ERROR, "Unknown search criterion: %.80s", word);
		mail_free_searchpgm(&pgm);
	}
	fs_give((void **)&copy);
	return pgm;
}
