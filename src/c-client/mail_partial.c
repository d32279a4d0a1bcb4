/*
 * mail_partial.c - handing some octets of a text to the program's routine
 * (SET_GETS).
 */
#include <limits.h>

#include "ftl.h"
#include "mail_params.h"
#include "mail_text.h"

/* Hands octets of a text to the program's routine. */
static long
partial(struct mail_wanted *w, PARTTEXT *t, unsigned long first,
    unsigned long last)
{
	struct span text;
	unsigned long start;
	GETS_DATA md;
	STRING bs;

	if (!cc_params.gets)
		fatal("mail_partial_ without SET_GETS");
	if (w->stream->dtb->msgdata && !t->text.data)
		return (*w->stream->dtb->msgdata)(w->stream, w->msgno, w->what,
		    first, last, NIL, w->flags & ~FT_UID);
	if (w->stream->dtb->msgdata)
		text = cc_span(t->text.data, t->text.size);
	else if (cc_mail_load_extent(w, t->offset, t->text.size, &text) != 0)
		return NIL;
	cc_mail_wanted_seen(w);
	start = first < text.len ? first : text.len;
	text = cc_span(text.p + start, text.len - start);
	if (last && last < text.len)
		text.len = last;
	INIT_GETS(md, w->stream, w->msgno, w->what, first, last);
	INIT(&bs, mail_string, (void *)(text.p), text.len);
	(*cc_params.gets)(mail_read, &bs, text.len, &md);
	return LONGT;
}

long
mail_partial_text(MAILSTREAM *stream, unsigned long msgno, char *section,
    unsigned long first, unsigned long last, long flags)
{
	struct mail_wanted w = { stream, msgno, section, NULL, flags, "" };
	PARTTEXT whole = { .text.size = ULONG_MAX };
	MESSAGE *msg;

	if (!cc_mail_wanted(&w, "TEXT"))
		return NIL;
	if (!*w.section && !stream->dtb->msgdata)
		return partial(&w, &whole, first, last);
	return (msg = cc_mail_message_of(&w))
	    ? partial(&w, &msg->text, first, last)
	    : NIL;
}

long
mail_partial_body(MAILSTREAM *stream, unsigned long msgno, char *section,
    unsigned long first, unsigned long last, long flags)
{
	struct mail_wanted w = { stream, msgno, section, NULL, flags, "" };
	BODY *body;

	if (!section || !*section)
		return mail_partial_text(stream, msgno, section, first, last,
		    flags);
	if (!cc_mail_wanted(&w, "") ||
	    !(body = mail_body(stream, w.msgno, (unsigned char *)w.section)))
		return NIL;
	return partial(&w, &body->contents, first, last);
}
