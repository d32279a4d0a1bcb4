/*
 * mail_section.c - octets of a message or of its parts: mail_fetch_message,
 * _header, _text, _mime, _body and the partial ones (RFC 3501 section 6.4.5).
 *
 * Remote drivers load a section into the cache with msgdata; for all others it
 * is cut out of the message. Texts returned are the stream's, in writable
 * memory with a NUL behind, since programs write into them and treat them as
 * strings.
 */
#include <limits.h>

#include "cc_err.h"
#include "ftl.h"
#include "mail_inner.h"
#include "mail_params.h"
#include "rfc822_header.h"
#include "fs.h"
#include "mail_text.h"

/* What a fetch call was asked for. */
struct wanted {
	MAILSTREAM *stream;
	unsigned long msgno;
	char *section;      /* never NULL */
	unsigned long *len; /* may be NULL */
	long flags;
	char what[MAILTMPLEN]; /* name of the section for SET_GETS */
};

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
wants_lf(const struct wanted *w)
{
	return (w->flags & FT_INTERNAL) && !(w->stream->dtb->flags & DR_CRLF);
}

static void
put_lf(struct strbuf *out, struct span text)
{
	const char *cr;
	size_t n;

	while (text.len) {
		cr = memchr(text.p, '\r', text.len);
		n = cr ? (size_t)(cr - text.p) : text.len;
		cc_strbuf_put(out, text.p, n);
		if (cr && (n + 1 == text.len || cr[1] != '\n'))
			cc_strbuf_putc(out, '\r');
		n += cr != NULL;
		text = cc_span(text.p + n, text.len - n);
	}
}

/* Copies text to where results are kept, unless it is there already. */
static struct span
settle(const struct wanted *w, struct span text)
{
	struct strbuf *out = &cc_mail_inner(w->stream)->result;

	if (!wants_lf(w) && text.p[text.len] == '\0')
		return text;
	cc_strbuf_reset(out);
	if (wants_lf(w))
		put_lf(out, text);
	else
		cc_strbuf_put_span(out, text);
	return cc_strbuf_span(out);
}

/* Gives a text back to the program. text lies in memory of the stream and has
 * an octet behind it. */
static char *
give(struct wanted *w, struct span text)
{
	STRING *string = &w->stream->private.string;
	GETS_DATA md;
	SIZEDTEXT t;

	text = settle(w, text);
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

static char *
give_nothing(struct wanted *w)
{
	if (w->len)
		*w->len = 0;
	if (w->flags & FT_RETURNSTRINGSTRUCT) {
		INIT(&w->stream->private.string, mail_string, "", 0);
		return NIL;
	}
	return "";
}

/* Begins a fetch; false if there is no such message. */
static bool
begin(struct wanted *w, const char *kind)
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

static void
seen(const struct wanted *w)
{
	if (!(w->flags & FT_PEEK))
		cc_mail_set_seen(w->stream, w->msgno);
}

/* Has a remote driver load a section, if it is not in t yet. */
static bool
load_remote(struct wanted *w, STRINGLIST *lines, const SIZEDTEXT *t)
{
	return t->data ||
	    ((*w->stream->dtb->msgdata)(w->stream, w->msgno, w->what, 0, 0,
		 lines, w->flags & ~FT_UID) &&
		t->data);
}

static char *
give_remote(struct wanted *w, STRINGLIST *lines, const SIZEDTEXT *t)
{
	if (!load_remote(w, lines, t))
		return give_nothing(w);
	return give(w, cc_span(t->data, t->size));
}

/* The cache of a message: the elt's own, or that of a message part. */
static MESSAGE *
message_of(struct wanted *w)
{
	BODY *body;

	if (!*w->section)
		return &mail_elt(w->stream, w->msgno)->private.msg;
	body = mail_body(w->stream, w->msgno, (unsigned char *)w->section);
	return body && is_message(body) ? body->nested.msg : NIL;
}

/* Octets of the text by offset and size, as far as they are there. */
static int
load_extent(struct wanted *w, unsigned long offset, unsigned long size,
    struct span *text_r)
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

static char *
give_extent(struct wanted *w, unsigned long offset, unsigned long size)
{
	struct span text;

	if (load_extent(w, offset, size, &text) != 0)
		return give_nothing(w);
	seen(w);
	return give(w, text);
}

/* Only the fields that lines wants (or does not, with FT_NOT), as a result. */
static struct span
filtered(const struct wanted *w, struct span header, STRINGLIST *lines)
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
local_header(struct wanted *w, struct span *header_r)
{
	MESSAGE *msg;

	if (!*w->section)
		return cc_mail_load_header(w->stream, w->msgno, w->flags,
		    header_r);
	if (!(msg = message_of(w)))
		return CC_ENOENT;
	return load_extent(w, msg->header.offset, msg->header.text.size,
	    header_r);
}

/* A header never goes through SET_GETS's routine. */
static char *
give_header(struct wanted *w, struct span header)
{
	header = settle(w, header);
	if (w->len)
		*w->len = header.len;
	return header.len ? (char *)header.p : "";
}

char *
mail_fetch_header(MAILSTREAM *stream, unsigned long msgno, char *section,
    STRINGLIST *lines, unsigned long *len, long flags)
{
	struct wanted w = { stream, msgno, section, len, flags, "" };
	struct span header;
	MESSAGE *msg;

	if (!begin(&w, "HEADER"))
		return "";
	if (stream->dtb->msgdata) {
		if (!(msg = message_of(&w)) ||
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
	struct wanted w = { stream, msgno, section, len, flags, "" };
	MESSAGE *msg;

	if (!begin(&w, "TEXT"))
		return give_nothing(&w);
	if (!*w.section && !stream->dtb->msgdata)
		return give_extent(&w, 0, ULONG_MAX);
	if (!(msg = message_of(&w)))
		return give_nothing(&w);
	return stream->dtb->msgdata
	    ? give_remote(&w, NIL, &msg->text.text)
	    : give_extent(&w, msg->text.offset, msg->text.text.size);
}

/* Header and text together, as a result. */
static char *
give_whole(struct wanted *w)
{
	struct strbuf *out = &cc_mail_inner(w->stream)->result;
	struct span header, text;

	if (cc_mail_load_header(w->stream, w->msgno, w->flags, &header) != 0 ||
	    cc_mail_load_text(w->stream, w->msgno, w->flags, &text) != 0)
		return give_nothing(w);
	seen(w);
	cc_strbuf_reset(out);
	if (wants_lf(w)) {
		put_lf(out, header);
		put_lf(out, text);
	} else {
		cc_strbuf_put_span(out, header);
		cc_strbuf_put_span(out, text);
	}
	w->flags &= ~FT_INTERNAL;
	return out->len ? give(w, cc_strbuf_span(out)) : give_nothing(w);
}

char *
mail_fetch_message(MAILSTREAM *stream, unsigned long msgno, unsigned long *len,
    long flags)
{
	struct wanted w = { stream, msgno, NIL, len, flags, "" };

	if (!begin(&w, ""))
		return give_nothing(&w);
	if (stream->dtb->msgdata)
		return give_remote(&w, NIL, &message_of(&w)->full.text);
	return give_whole(&w);
}

char *
mail_fetch_mime(MAILSTREAM *stream, unsigned long msgno, char *section,
    unsigned long *len, long flags)
{
	struct wanted w = { stream, msgno, section, len, flags, "" };
	struct span header;
	BODY *body;

	if (!begin(&w, "MIME") || !*w.section ||
	    !(body = mail_body(stream, w.msgno, (unsigned char *)w.section)))
		return give_nothing(&w);
	if (stream->dtb->msgdata)
		return give_remote(&w, NIL, &body->mime.text);
	/* The only part of a message has the message's own header. */
	if (body == mail_elt(stream, w.msgno)->private.msg.body ||
	    body == stream->body) {
		if (cc_mail_load_header(stream, w.msgno, flags, &header) != 0)
			return give_nothing(&w);
		seen(&w);
		return give(&w, header);
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
	struct wanted w = { stream, msgno, section, len, flags, "" };
	char parent[MAILTMPLEN];
	BODY *body;

	if (!section || !*section)
		return mail_fetch_message(stream, msgno, len, flags);
	if (names_header(section, parent))
		return mail_fetch_header(stream, msgno, parent, NIL, len,
		    flags);
	if (!begin(&w, "") ||
	    !(body = mail_body(stream, w.msgno, (unsigned char *)w.section)))
		return give_nothing(&w);
	return stream->dtb->msgdata
	    ? give_remote(&w, NIL, &body->contents.text)
	    : give_extent(&w, body->contents.offset, body->contents.text.size);
}

/* Hands octets of a text to the program's routine. */
static long
partial(struct wanted *w, PARTTEXT *t, unsigned long first, unsigned long last)
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
	else if (load_extent(w, t->offset, t->text.size, &text) != 0)
		return NIL;
	seen(w);
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
	struct wanted w = { stream, msgno, section, NULL, flags, "" };
	PARTTEXT whole = { .text.size = ULONG_MAX };
	MESSAGE *msg;

	if (!begin(&w, "TEXT"))
		return NIL;
	if (!*w.section && !stream->dtb->msgdata)
		return partial(&w, &whole, first, last);
	return (msg = message_of(&w)) ? partial(&w, &msg->text, first, last)
				      : NIL;
}

long
mail_partial_body(MAILSTREAM *stream, unsigned long msgno, char *section,
    unsigned long first, unsigned long last, long flags)
{
	struct wanted w = { stream, msgno, section, NULL, flags, "" };
	BODY *body;

	if (!section || !*section)
		return mail_partial_text(stream, msgno, section, first, last,
		    flags);
	if (!begin(&w, "") ||
	    !(body = mail_body(stream, w.msgno, (unsigned char *)w.section)))
		return NIL;
	return partial(&w, &body->contents, first, last);
}
