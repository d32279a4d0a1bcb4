/*
 * mail_filter.c - choosing header fields by name, for programs.
 */
#include "mail_generic.h"
#include "fs.h"
#include "misc.h"
#include "rfc822_header.h"

static bool
lists(const STRINGLIST *lines, const SIZEDTEXT *name)
{
	for (; lines; lines = lines->next)
		if (cc_span_eq_nocase(cc_span(lines->text.data,
					  lines->text.size),
			cc_span(name->data, name->size)))
			return true;
	return false;
}

long
mail_match_lines(STRINGLIST *lines, STRINGLIST *msglines, long flags)
{
	/* A complete header serves everybody, a chosen one only those who
	 * want some of what was chosen. */
	if (!msglines)
		return T;
	if (flags & FT_NOT || !lines)
		return NIL;
	for (; lines; lines = lines->next)
		if (!lists(msglines, &lines->text))
			return NIL;
	return T;
}

unsigned long
mail_filter(char *text, unsigned long len, STRINGLIST *lines, long flags)
{
	struct cursor c = cc_cursor(cc_span(text, len));
	struct rfc822_field field;
	SIZEDTEXT name;
	unsigned long kept = 0;

	/* What is kept moves to the front, over what was looked at already. */
	while (cc_rfc822_next_field(&c, &field) > 0) {
		name = (SIZEDTEXT){ (unsigned char *)field.name.p,
			field.name.len };
		if (lists(lines, &name) == ((flags & FT_NOT) != 0))
			continue;
		memmove(text + kept, field.all.p, field.all.len);
		kept += field.all.len;
	}
	text[len] = '\0';
	kept += (unsigned long)snprintf(text + kept, len + 1 - kept, "\r\n");
	return kept < len ? kept : len;
}
