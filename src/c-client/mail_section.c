/*
 * mail_section.c - octets of a message or of its parts: mail_fetch_message,
 * _header, _text, _mime and _body (RFC 3501 section 6.4.5).
 *
 * Remote drivers load a section into the cache with msgdata; for all others it
 * is cut out of the message.
 */
#include <limits.h>

#include "cc_err.h"
#include "mail_inner.h"
#include "rfc822_header.h"
#include "fs.h"
#include "mail_text.h"

/* Has a remote driver load a section, if it is not in t yet. */
static bool
load_remote(struct mail_wanted *w, STRINGLIST *lines, const SIZEDTEXT *t)
{
	return t->data ||
	    ((*w->stream->dtb->msgdata)(w->stream, w->msgno, w->what, 0, 0,
		 lines, w->flags & ~FT_UID) &&
		t->data);
}

static char *
give_remote(struct mail_wanted *w, STRINGLIST *lines, const SIZEDTEXT *t)
{
	if (!load_remote(w, lines, t))
		return cc_mail_give_nothing(w);
	return cc_mail_give(w, cc_span(t->data, t->size));
}

static char *
give_extent(struct mail_wanted *w, unsigned long offset, unsigned long size)
{
	struct span text;

	if (cc_mail_load_extent(w, offset, size, &text) != 0)
		return cc_mail_give_nothing(w);
	cc_mail_wanted_seen(w);
	return cc_mail_give(w, text);
}

/* Only the fields that lines wants (or does not, with FT_NOT), as a result. */
static struct span
filtered(const struct mail_wanted *w, struct span header, STRINGLIST *lines)
{
	struct strbuf *out = &cc_mail_inner(w->stream)->result;
	struct span *names;
	size_t count = 0;

	for (STRINGLIST *l = lines; l; l = l->next)
		count++;
	names = fs_get(count * sizeof(*names));
	count = 0;
	for (STRINGLIST *l = lines; l; l = l->next)
		names[count++] = cc_span(l->text.data, l->text.size);
	cc_strbuf_reset(out);
	cc_rfc822_filter_fields(out, header, names, count,
	    (w->flags & FT_NOT) != 0);
	fs_give((void **)&names);
	return cc_strbuf_span(out);
}

/* The header wanted, as far as it can be had. */
static int
local_header(struct mail_wanted *w, struct span *header_r)
{
	MESSAGE *msg;

	if (!*w->section)
		return cc_mail_load_header(w->stream, w->msgno, w->flags,
		    header_r);
	if (!(msg = cc_mail_message_of(w)))
		return CC_ENOENT;
	return cc_mail_load_extent(w, msg->header.offset, msg->header.text.size,
	    header_r);
}

/* A header never goes through SET_GETS's routine. */
static char *
give_header(struct mail_wanted *w, struct span header)
{
	header = cc_mail_settle(w, header);
	if (w->len)
		*w->len = header.len;
	return header.len ? (char *)header.p : "";
}

char *
mail_fetch_header(MAILSTREAM *stream, unsigned long msgno, char *section,
    STRINGLIST *lines, unsigned long *len, long flags)
{
	struct mail_wanted w = { stream, msgno, section, len, flags, "" };
	struct span header;
	MESSAGE *msg;

	if (!cc_mail_wanted(&w, "HEADER"))
		return "";
	if (stream->dtb->msgdata) {
		if (!(msg = cc_mail_message_of(&w)) ||
		    !load_remote(&w, lines, &msg->header.text))
			return "";
		header = cc_span(msg->header.text.data, msg->header.text.size);
	} else if (local_header(&w, &header) != 0) {
		return "";
	}
	if (lines)
		header = filtered(&w, header, lines);
	return give_header(&w, header);
}

char *
mail_fetch_text(MAILSTREAM *stream, unsigned long msgno, char *section,
    unsigned long *len, long flags)
{
	struct mail_wanted w = { stream, msgno, section, len, flags, "" };
	MESSAGE *msg;

	if (!cc_mail_wanted(&w, "TEXT"))
		return cc_mail_give_nothing(&w);
	if (!*w.section && !stream->dtb->msgdata)
		return give_extent(&w, 0, ULONG_MAX);
	if (!(msg = cc_mail_message_of(&w)))
		return cc_mail_give_nothing(&w);
	return stream->dtb->msgdata
	    ? give_remote(&w, NIL, &msg->text.text)
	    : give_extent(&w, msg->text.offset, msg->text.text.size);
}

/* Header and text together, as a result. */
static char *
give_whole(struct mail_wanted *w)
{
	struct strbuf *out = &cc_mail_inner(w->stream)->result;
	struct span header, text;

	if (cc_mail_load_header(w->stream, w->msgno, w->flags, &header) != 0 ||
	    cc_mail_load_text(w->stream, w->msgno, w->flags, &text) != 0)
		return cc_mail_give_nothing(w);
	cc_mail_wanted_seen(w);
	cc_strbuf_reset(out);
	cc_strbuf_put_span(out, header);
	cc_strbuf_put_span(out, text);
	return out->len ? cc_mail_give(w, cc_strbuf_span(out))
			: cc_mail_give_nothing(w);
}

char *
mail_fetch_message(MAILSTREAM *stream, unsigned long msgno, unsigned long *len,
    long flags)
{
	struct mail_wanted w = { stream, msgno, NIL, len, flags, "" };

	if (!cc_mail_wanted(&w, ""))
		return cc_mail_give_nothing(&w);
	if (stream->dtb->msgdata)
		return give_remote(&w, NIL, &cc_mail_message_of(&w)->full.text);
	return give_whole(&w);
}

char *
mail_fetch_mime(MAILSTREAM *stream, unsigned long msgno, char *section,
    unsigned long *len, long flags)
{
	struct mail_wanted w = { stream, msgno, section, len, flags, "" };
	struct span header;
	BODY *body;

	if (!cc_mail_wanted(&w, "MIME") || !*w.section ||
	    !(body = mail_body(stream, w.msgno, (unsigned char *)w.section)))
		return cc_mail_give_nothing(&w);
	if (stream->dtb->msgdata)
		return give_remote(&w, NIL, &body->mime.text);
	/* The only part of a message has the message's own header. */
	if (body == mail_elt(stream, w.msgno)->private.msg.body ||
	    body == stream->body) {
		if (cc_mail_load_header(stream, w.msgno, flags, &header) != 0)
			return cc_mail_give_nothing(&w);
		cc_mail_wanted_seen(&w);
		return cc_mail_give(&w, header);
	}
	return give_extent(&w, body->mime.offset, body->mime.text.size);
}

/* "0" or "1.2.0" means the header of that level: true, and the section without
 * its last number. */
static bool
names_header(const char *section, char parent[static MAILTMPLEN])
{
	size_t len = strlen(section);

	if (len >= MAILTMPLEN || len == 0 || section[len - 1] != '0' ||
	    (len > 1 && section[len - 2] != '.'))
		return false;
	snprintf(parent, MAILTMPLEN, "%.*s", len > 1 ? (int)len - 2 : 0,
	    section);
	return true;
}

char *
mail_fetch_body(MAILSTREAM *stream, unsigned long msgno, char *section,
    unsigned long *len, long flags)
{
	struct mail_wanted w = { stream, msgno, section, len, flags, "" };
	char parent[MAILTMPLEN];
	BODY *body;

	if (!section || !*section)
		return mail_fetch_message(stream, msgno, len, flags);
	if (names_header(section, parent))
		return mail_fetch_header(stream, msgno, parent, NIL, len,
		    flags);
	if (!cc_mail_wanted(&w, "") ||
	    !(body = mail_body(stream, w.msgno, (unsigned char *)w.section)))
		return cc_mail_give_nothing(&w);
	return stream->dtb->msgdata
	    ? give_remote(&w, NIL, &body->contents.text)
	    : give_extent(&w, body->contents.offset, body->contents.text.size);
}
