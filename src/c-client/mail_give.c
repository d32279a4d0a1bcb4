/*
 * mail_give.c - handing a text that was fetched to the program.
 *
 * Texts are the stream's, in writable memory with a NUL behind, since programs
 * write into them and treat them as strings; or they go through the routine of
 * SET_GETS, or are set up as a STRING.
 */
#include "mail_inner.h"
#include "mail_params.h"
#include "mail_string.h"
#include "mail_text.h"

long
mail_read(void *stream, unsigned long size, char *buffer)
{
	cc_string_read(stream, buffer, size);
	return T;
}

char *
mail_fetch_text_return(GETS_DATA *md, SIZEDTEXT *t, unsigned long *len)
{
	STRING bs;

	if (len)
		*len = t->size;
	if (!t->size || !t->data)
		return "";
	if (!cc_params.gets)
		return (char *)t->data;
	INIT(&bs, mail_string, t->data, t->size);
	return (*cc_params.gets)(mail_read, &bs, t->size, md);
}

char *
mail_fetch_string_return(GETS_DATA *md, STRING *bs, unsigned long i,
    unsigned long *len, long flags)
{
	struct strbuf *out;
	char *dst;

	if (len)
		*len = i;
	if (flags & FT_RETURNSTRINGSTRUCT) {
		md->stream->private.string = *bs;
		SETPOS(&md->stream->private.string, GETPOS(bs));
		return NIL;
	}
	if (cc_params.gets)
		return (*cc_params.gets)(mail_read, bs, i, md);
	if (bs->dtb == &mail_string && i == SIZE(bs))
		return i ? bs->curpos : "";
	out = &cc_mail_inner(md->stream)->result;
	cc_strbuf_reset(out);
	if (!i || !(dst = cc_strbuf_room(out, i)))
		return "";
	mail_read(bs, i, dst);
	cc_strbuf_claim(out, i);
	return out->data;
}

/* FT_INTERNAL: line ends as the mailbox has them. */
static bool
wants_lf(const struct mail_wanted *w)
{
	return (w->flags & FT_INTERNAL) && !(w->stream->dtb->flags & DR_CRLF);
}

/* Drops every CR before an LF. */
static void
strip_cr(struct strbuf *b)
{
	size_t to = 0;

	for (size_t from = 0; from < b->len; from++)
		if (b->data[from] != '\r' || b->data[from + 1] != '\n')
			b->data[to++] = b->data[from];
	cc_strbuf_truncate(b, to);
}

struct span
cc_mail_settle(const struct mail_wanted *w, struct span text)
{
	struct strbuf *out = &cc_mail_inner(w->stream)->result;

	if (!text.len)
		return cc_span("", 0);
	if (text.p != out->data) {
		if (!wants_lf(w) && text.p[text.len] == '\0')
			return text;
		cc_strbuf_reset(out);
		cc_strbuf_put_span(out, text);
	}
	if (wants_lf(w))
		strip_cr(out);
	return cc_strbuf_span(out);
}

char *
cc_mail_give(struct mail_wanted *w, struct span text)
{
	STRING *string = &w->stream->private.string;
	GETS_DATA md;
	SIZEDTEXT t;

	text = cc_mail_settle(w, text);
	if (w->flags & FT_RETURNSTRINGSTRUCT) {
		if (w->len)
			*w->len = text.len;
		INIT(string, mail_string, (void *)(text.p), text.len);
		return NIL;
	}
	INIT_GETS(md, w->stream, w->msgno, w->what, 0, 0);
	t.data = (unsigned char *)text.p;
	t.size = text.len;
	return mail_fetch_text_return(&md, &t, w->len);
}

char *
cc_mail_give_nothing(struct mail_wanted *w)
{
	if (w->len)
		*w->len = 0;
	if (w->flags & FT_RETURNSTRINGSTRUCT) {
		INIT(&w->stream->private.string, mail_string, "", 0);
		return NIL;
	}
	return "";
}

bool
cc_mail_wanted(struct mail_wanted *w, const char *kind)
{
	if (w->len)
		*w->len = 0;
	if (!w->section)
		w->section = "";
	snprintf(w->what, sizeof(w->what), "%s%s%s", w->section,
	    *w->section && *kind ? "." : "", kind);
	w->msgno = cc_mail_msgno(w->stream, w->msgno, w->flags);
	return w->msgno != 0;
}
