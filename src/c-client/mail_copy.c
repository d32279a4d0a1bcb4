/*
 * mail_copy.c - copying messages to another mailbox. The driver of the source
 * does it; where it cannot write the destination, the program's routine
 * (SET_MAILPROXYCOPY) may, else the messages are read and appended.
 *
 * An append that is read from a mailbox takes memory for one piece of a
 * message. What cannot be read ends it, and with it the copy: all or none.
 */
#include "cc_err.h"
#include "cc_limits.h"
#include "fs.h"
#include "mail_generic.h"
#include "mail_params.h"
#include "mail_string.h"

/* Octets of a message that are there at once. */
#define PIECE (64u * 1024)

/* A copy by reading and appending, and the message it is at. */
struct copy {
	MAILSTREAM *source;
	unsigned long msgno;
	struct mail_reader reader;
	bool in_text;       /* the header is done */
	struct span rest;   /* of the span in hand */
	unsigned state;     /* of its conversion */
	unsigned long made; /* octets so far */
	int r;
	STRING string;
	char *piece;
	struct strbuf flags;
	char date[MAILTMPLEN];
};

/* Begins the message again. */
static void
restart(struct copy *c)
{
	c->in_text = false;
	c->rest = cc_span("", 0);
	c->state = 0;
	c->made = 0;
	c->r = cc_mail_read(c->source, c->msgno, MAIL_HEADER, &c->reader);
}

/* The next span, of the text behind the header: 1, 0 or negative. */
static int
next_span(struct copy *c)
{
	int r = cc_mail_next(&c->reader, &c->rest);

	if (r != 0 || c->in_text)
		return r;
	c->in_text = true;
	r = cc_mail_read(c->source, c->msgno, MAIL_TEXT, &c->reader);
	return r != 0 ? r : cc_mail_next(&c->reader, &c->rest);
}

/* Fills the piece; at the end of the message and after an error with NUL. */
static void
fill(struct copy *c, unsigned long want)
{
	enum mime_newline newline = cc_mail_newline(c->source);
	unsigned long done = 0;

	while (c->r >= 0 && done < want) {
		if (c->rest.len == 0 && (c->r = next_span(c)) <= 0)
			break;
		done += cc_mail_convert(newline, &c->rest, c->piece + done,
		    want - done, &c->state);
	}
	if (c->r >= 0 && done < want)
		c->r = CC_ECHANGED; /* it is shorter than was said */
	memset(c->piece + done, '\0', want - done);
	c->made += want;
}

static void
copy_init(STRING *s, void *data, unsigned long size)
{
	struct copy *c = data;

	s->data = c;
	s->size = size;
	s->chunk = s->curpos = c->piece;
	s->chunksize = PIECE;
	s->offset = s->cursize = 0;
	restart(c);
	SETPOS(s, 0);
}

static void
copy_setpos(STRING *s, unsigned long i)
{
	struct copy *c = s->data;
	unsigned long end = GETPOS(s) + s->cursize, len;

	if (i > s->size)
		i = s->size;
	if (i < s->offset)
		restart(c);
	while (i >= c->made && c->made < s->size) {
		len = s->size - c->made < PIECE ? s->size - c->made : PIECE;
		s->offset = c->made;
		fill(c, len);
		end = c->made;
	}
	s->curpos = s->chunk + (i - s->offset);
	s->cursize = end - i;
}

static STRINGDRIVER copy_string = { copy_init, cc_string_next, copy_setpos };

/* The next marked message behind c->msgno, or 0. */
static unsigned long
next_marked(const struct copy *c)
{
	for (unsigned long i = c->msgno + 1; i <= c->source->nmsgs; i++) {
		MESSAGECACHE *elt = cc_mail_elt_if(c->source, i);

		if (elt && elt->sequence)
			return i;
	}
	return 0;
}

static int
begin_message(struct copy *c)
{
	struct mail_record record;
	struct imap_date when;
	MESSAGECACHE elt = { 0 };
	uint64_t size = 0;
	int r;

	if ((r = cc_mail_record(c->source, c->msgno, &record)) != 0 ||
	    (r = cc_mail_size(c->source, c->msgno, &size)) != 0 ||
	    (r = cc_mail_date(c->source, c->msgno, &when)) != 0)
		return r;
	cc_mail_elt_set_date(&elt, &when);
	mail_date(c->date, &elt);
	cc_strbuf_reset(&c->flags);
	cc_mail_put_flags(c->source, record.flags, record.keywords, &c->flags);
	INIT(&c->string, copy_string, c, (unsigned long)size);
	return c->r < 0 ? c->r : 0;
}

static long
give_message(MAILSTREAM *stream, void *data, char **flags, char **date,
    STRING **message)
{
	struct copy *c = data;

	(void)stream;
	*message = NIL;
	if (c->r < 0)
		return NIL; /* the one before was not whole */
	if ((c->msgno = next_marked(c)) == 0)
		return LONGT;
	if ((c->r = begin_message(c)) != 0)
		return NIL;
	*flags = c->flags.data;
	*date = c->date;
	*message = &c->string;
	return LONGT;
}

static long
copy_by_append(MAILSTREAM *stream, char *mailbox)
{
	struct copy c = { .source = stream };
	long ok;

	c.piece = fs_get(PIECE);
	cc_strbuf_init(&c.flags, CC_IMAP_LINE);
	ok = mail_append_multiple(NIL, mailbox, give_message, &c);
	if (c.r < 0)
		cc_mail_report("copy to mailbox", mailbox, c.r);
	cc_strbuf_free(&c.flags);
	fs_give((void **)&c.piece);
	return ok;
}

/* The program's routine marks what it moved itself. */
long
cc_mail_copy_elsewhere(MAILSTREAM *stream, char *sequence, char *mailbox,
    long options)
{
	if (cc_params.mailproxycopy)
		return (*cc_params.mailproxycopy)(stream, sequence, mailbox,
		    options);
	if (!cc_mail_mark(stream, sequence, options & CP_UID) ||
	    !copy_by_append(stream, mailbox))
		return NIL;
	if (options & CP_MOVE)
		mail_flag(stream, sequence, "\\Deleted",
		    ST_SET | (options & CP_UID ? ST_UID : 0));
	return LONGT;
}

long
mail_copy_full(MAILSTREAM *stream, char *sequence, char *mailbox, long options)
{
	if (!stream->dtb)
		return NIL;
	if (stream->dtb->copy)
		return SAFE_COPY(stream->dtb, stream, sequence, mailbox,
		    options);
	return cc_mail_copy_elsewhere(stream, sequence, mailbox, options);
}
