/*
 * mail_bodypart.c - from a section ("1.2") to the body it names (RFC 3501
 * section 6.4.5), and to its octets.
 */
#include "cc_err.h"
#include "mail_text.h"

static bool
is_message(const BODY *body)
{
	return body->type == TYPEMESSAGE && body->subtype &&
	    cc_span_is_nocase(cc_span_z(body->subtype), "RFC822");
}

static BODY *
child_part(BODY *body, uint32_t number)
{
	PART *part = body->nested.part;

	while (part && --number)
		part = part->next;
	return part ? &part->body : NIL;
}

/*
 * One number of a section. fresh: body is that of a message, whose only part,
 * if it is no multipart, is number 1.
 */
static BODY *
step(BODY *body, uint32_t number, bool fresh)
{
	if (body->type == TYPEMULTIPART)
		return child_part(body, number);
	return fresh && number == 1 ? body : NIL;
}

BODY *
mail_body(MAILSTREAM *stream, unsigned long msgno, unsigned char *section)
{
	struct cursor c;
	BODY *body = NIL;
	uint32_t number;
	bool fresh = true;

	if (!section || !*section ||
	    !mail_fetch_structure(stream, msgno, &body, NIL))
		return NIL;
	c = cc_cursor(cc_span_z((char *)section));
	while (body && cc_imap_parse_nz_number(&c, &number) == 0) {
		if (!(body = step(body, number, fresh)) || cc_cursor_at_end(&c))
			return body;
		if (!cc_cursor_skip(&c, '.'))
			return NIL;
		fresh = is_message(body);
		if (fresh)
			body = body->nested.msg ? body->nested.msg->body : NIL;
	}
	return NIL;
}

MESSAGE *
cc_mail_message_of(struct mail_wanted *w)
{
	BODY *body;

	if (!*w->section)
		return &mail_elt(w->stream, w->msgno)->private.msg;
	body = mail_body(w->stream, w->msgno, (unsigned char *)w->section);
	return body && is_message(body) ? body->nested.msg : NIL;
}

int
cc_mail_load_extent(struct mail_wanted *w, unsigned long offset,
    unsigned long size, struct span *text_r)
{
	struct span text;
	int r;

	if ((r = cc_mail_load_text(w->stream, w->msgno, w->flags, &text)) != 0)
		return r;
	if (offset > text.len)
		offset = text.len;
	if (size > text.len - offset)
		size = text.len - offset;
	*text_r = cc_span(text.p + offset, size);
	return 0;
}

void
cc_mail_wanted_seen(const struct mail_wanted *w)
{
	if (!(w->flags & FT_PEEK))
		cc_mail_set_seen(w->stream, w->msgno);
}
