/*
 * mail_text.c - getting the octets of a message for the public fetch calls.
 *
 * Programs expect whole texts in memory, with CRLF line ends and a NUL behind.
 * The stream keeps one header and one text, so that the parts of a message are
 * fetched one after the other at no cost. Our servers do not come here: they
 * use mail_fast.h.
 */
#include "cc_err.h"
#include "mail_inner.h"
#include "mail_string.h"
#include "mail_text.h"

/* Converted octets that are made room for at once. */
#define CHUNK ((size_t)64 * 1024)

static void
put_converted(struct strbuf *out, enum mime_newline newline, struct span piece)
{
	unsigned state = 0;
	size_t room;
	char *dst;

	while (piece.len) {
		room =
		    piece.len < CHUNK ? piece.len + piece.len / 8 + 2 : CHUNK;
		if (!(dst = cc_strbuf_room(out, room)))
			return;
		cc_strbuf_claim(out,
		    cc_mail_convert(newline, &piece, dst, room, &state));
	}
}

static int
load_fast(MAILSTREAM *stream, unsigned long msgno, enum mail_what what,
    struct strbuf *out)
{
	struct mail_reader reader;
	struct span piece;
	int r;

	cc_strbuf_reset(out);
	if ((r = cc_mail_read(stream, msgno, what, &reader)) != 0)
		return r;
	while ((r = cc_mail_next(&reader, &piece)) > 0)
		put_converted(out, cc_mail_newline(stream), piece);
	return r < 0 ? r : cc_strbuf_status(out);
}

static int
load_header(MAILSTREAM *stream, unsigned long msgno, long flags,
    struct strbuf *out)
{
	unsigned long len = 0;
	char *header;

	cc_strbuf_reset(out);
	if (!stream->dtb->header)
		return CC_ENOENT;
	header = (*stream->dtb->header)(stream, msgno, &len,
	    flags & ~(FT_UID | FT_INTERNAL));
	if (!header)
		return CC_ENOENT;
	cc_strbuf_put(out, header, len);
	return cc_strbuf_status(out);
}

/* The driver always peeks here: cc_mail_set_seen does the other thing. */
static int
load_text(MAILSTREAM *stream, unsigned long msgno, long flags,
    struct strbuf *out)
{
	STRING bs;
	unsigned long size;
	char *dst;

	cc_strbuf_reset(out);
	if (!stream->dtb->text ||
	    !(*stream->dtb->text)(stream, msgno, &bs,
		(flags | FT_PEEK) & ~(FT_UID | FT_INTERNAL)))
		return CC_ENOENT;
	size = SIZE(&bs);
	if (size == 0)
		return 0;
	if (!(dst = cc_strbuf_room(out, size)))
		return CC_ELIMIT;
	cc_strbuf_claim(out, cc_string_read(&bs, dst, size));
	return 0;
}

/* A strbuf that never got anything has no memory; callers want a "" that may
 * be written to. */
static struct span
terminated(struct strbuf *b)
{
	if (!b->data) {
		cc_strbuf_putc(b, ' ');
		cc_strbuf_truncate(b, 0);
	}
	return cc_span(b->data, b->len);
}

int
cc_mail_load_header(MAILSTREAM *stream, unsigned long msgno, long flags,
    struct span *header_r)
{
	struct mail_inner *in = cc_mail_inner(stream);
	int r = 0;

	if (in->header_msgno != msgno) {
		in->header_msgno = 0;
		r = stream->dtb->fastpath
		    ? load_fast(stream, msgno, MAIL_HEADER, &in->header)
		    : load_header(stream, msgno, flags, &in->header);
	}
	if (r != 0)
		return r;
	in->header_msgno = msgno;
	*header_r = terminated(&in->header);
	return 0;
}

int
cc_mail_load_text(MAILSTREAM *stream, unsigned long msgno, long flags,
    struct span *text_r)
{
	struct mail_inner *in = cc_mail_inner(stream);
	int r = 0;

	if (in->text_msgno != msgno) {
		in->text_msgno = 0;
		r = stream->dtb->fastpath
		    ? load_fast(stream, msgno, MAIL_TEXT, &in->text)
		    : load_text(stream, msgno, flags, &in->text);
	}
	if (r != 0)
		return r;
	in->text_msgno = msgno;
	*text_r = terminated(&in->text);
	return 0;
}
