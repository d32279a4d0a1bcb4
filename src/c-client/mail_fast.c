/*
 * mail_fast.c - the library's inner door: each call goes to the driver's fast
 * table, or to mail_generic.c, which does the same over the public calls.
 *
 * ENVELOPE and BODYSTRUCTURE (RFC 3501 section 7.4.2) are made here straight
 * from the octets of the message; no public structure exists in between. What
 * a message costs is bounded by CC_HEADER_MAX and CC_MIME_MEMORY. A stream is
 * used by one thread at a time; message text is a stranger's.
 */
#include "cc_err.h"
#include "cc_limits.h"
#include "imap_body.h"
#include "imap_envelope.h"
#include "mail_fast.h"
#include "mail_generic.h"
#include "mail_inner.h"
#include "rfc822.h"

static const struct span missing_host = CC_SPAN(BADHOST);

static const struct cc_driver_fast *
fast_of(MAILSTREAM *stream)
{
	return stream->dtb && stream->dtb->fastpath ? stream->dtb->fastpath
						    : &cc_generic_fast;
}

static bool
no_such(MAILSTREAM *stream, unsigned long msgno)
{
	return !stream->dtb || msgno == 0 || msgno > stream->nmsgs;
}

int
cc_mail_record(MAILSTREAM *stream, unsigned long msgno,
    struct mail_record *record_r)
{
	if (no_such(stream, msgno))
		return CC_ENOENT;
	return fast_of(stream)->record(stream, msgno, record_r);
}

int
cc_mail_size(MAILSTREAM *stream, unsigned long msgno, uint64_t *size_r)
{
	if (no_such(stream, msgno))
		return CC_ENOENT;
	return fast_of(stream)->size(stream, msgno, size_r);
}

int
cc_mail_date(MAILSTREAM *stream, unsigned long msgno, struct imap_date *date_r)
{
	if (no_such(stream, msgno))
		return CC_ENOENT;
	return fast_of(stream)->date(stream, msgno, date_r);
}

enum mime_newline
cc_mail_newline(MAILSTREAM *stream)
{
	return fast_of(stream)->newline;
}

int
cc_mail_read(MAILSTREAM *stream, unsigned long msgno, enum mail_what what,
    struct mail_reader *reader_r)
{
	struct mail_reader reader = { .stream = stream,
		.msgno = msgno,
		.in_header = what == MAIL_HEADER };
	int r;

	if (no_such(stream, msgno))
		return CC_ENOENT;
	r = fast_of(stream)->locate(stream, msgno, what, &reader.pos,
	    &reader.end);
	if (r == 0)
		*reader_r = reader;
	return r;
}

/* An extent lies in the header or in the text, never across: the driver's own
 * lines are hidden in the header only. */
int
cc_mail_read_extent(MAILSTREAM *stream, unsigned long msgno,
    const struct mime_extent *extent, struct mail_reader *reader_r)
{
	struct mail_reader header;
	int r;

	if ((r = cc_mail_read(stream, msgno, MAIL_HEADER, &header)) != 0)
		return r;
	*reader_r = (struct mail_reader){ .stream = stream,
		.msgno = msgno,
		.pos = extent->pos,
		.end = extent->end,
		.in_header = extent->pos < header.end };
	return 0;
}

int
cc_mail_next(struct mail_reader *reader, struct span *span_r)
{
	if (no_such(reader->stream, reader->msgno))
		return CC_ENOENT;
	if (reader->pos >= reader->end)
		return 0;
	return fast_of(reader->stream)->next(reader, span_r);
}

/* The rest of a header whose first piece is in *piece, into scratch. */
static int
gather(struct mail_reader *reader, struct span piece, struct strbuf *scratch)
{
	size_t left;
	int r = 1;

	cc_strbuf_reset(scratch);
	while (r > 0) {
		left = CC_HEADER_MAX - scratch->len;
		if (piece.len > left)
			piece.len = left;
		cc_strbuf_put_span(scratch, piece);
		if (piece.len == left)
			break;
		r = cc_mail_next(reader, &piece);
	}
	return r < 0 ? r : cc_strbuf_status(scratch);
}

/* Without each CR that is dropped when the header is sent, and would make
 * another header of it. */
static int
drop_cr(struct span *header, struct strbuf *scratch)
{
	if (!header->len || !memchr(header->p, '\r', header->len))
		return 0;
	if (header->p != scratch->data) {
		cc_strbuf_reset(scratch);
		cc_strbuf_put_span(scratch, *header);
		if (cc_strbuf_status(scratch) != 0)
			return cc_strbuf_status(scratch);
	}
	cc_strbuf_drop_octet(scratch, '\r');
	*header = cc_strbuf_span(scratch);
	return 0;
}

static int
load_header(MAILSTREAM *stream, unsigned long msgno, struct strbuf *scratch,
    struct span *header_r)
{
	struct mail_reader reader;
	struct span piece;
	int r;

	if ((r = cc_mail_read(stream, msgno, MAIL_HEADER, &reader)) != 0 ||
	    (r = cc_mail_next(&reader, &piece)) < 0)
		return r;
	if (r == 0)
		piece = cc_span("", 0);
	if (reader.pos >= reader.end && piece.len <= CC_HEADER_MAX) {
		*header_r = piece;
		return 0;
	}
	if ((r = gather(&reader, piece, scratch)) == 0)
		*header_r = cc_strbuf_span(scratch);
	return r;
}

int
cc_mail_header(MAILSTREAM *stream, unsigned long msgno, struct strbuf *scratch,
    struct span *header_r)
{
	int r = load_header(stream, msgno, scratch, header_r);

	if (r == 0 && cc_mail_newline(stream) == MIME_LF)
		r = drop_cr(header_r, scratch);
	return r;
}

int
cc_mail_feed(MAILSTREAM *stream, unsigned long msgno, enum mail_what what,
    struct mime_parser *parser)
{
	struct mail_reader reader;
	struct span piece;
	int r;

	if ((r = cc_mail_read(stream, msgno, what, &reader)) != 0)
		return r;
	while ((r = cc_mail_next(&reader, &piece)) > 0)
		if (cc_mime_feed(parser, piece, reader.pos - piece.len) != 0)
			return 0;
	return r;
}

/* Where the message lies now. Another program may have moved it since its
 * tree was made, and the extents of the tree are positions. */
static int
locate(MAILSTREAM *stream, unsigned long msgno, struct mail_where *where_r)
{
	struct mail_where where = { .msgno = msgno };
	uint64_t end;
	int r;

	if ((r = fast_of(stream)->locate(stream, msgno, MAIL_HEADER,
		 &where.header, &end)) != 0 ||
	    (r = fast_of(stream)->locate(stream, msgno, MAIL_TEXT, &where.text,
		 &where.end)) != 0)
		return r;
	*where_r = where;
	return 0;
}

static bool
same_place(const struct mail_where *a, const struct mail_where *b)
{
	return a->msgno == b->msgno && a->header == b->header &&
	    a->text == b->text && a->end == b->end;
}

int
cc_mail_structure(MAILSTREAM *stream, unsigned long msgno,
    const struct mime_part **root_r)
{
	struct mail_inner *in;
	struct mail_where where;
	struct mime_parser *parser;
	struct mime_part *root;
	int r;

	if (no_such(stream, msgno))
		return CC_ENOENT;
	if ((r = locate(stream, msgno, &where)) != 0)
		return r;
	in = cc_mail_inner(stream);
	if (same_place(&in->tree_of, &where)) {
		*root_r = in->root;
		return 0;
	}
	in->tree_of.msgno = 0;
	cc_arena_reset(&in->tree);
	parser = cc_mime_new(&in->tree, cc_mail_newline(stream));
	if ((r = cc_mail_feed(stream, msgno, MAIL_HEADER, parser)) != 0 ||
	    (r = cc_mail_feed(stream, msgno, MAIL_TEXT, parser)) != 0)
		cc_mime_free(&parser);
	else if ((r = cc_mime_end(&parser, &root)) == 0) {
		in->root = *root_r = root;
		in->tree_of = where;
	}
	return r;
}

int
cc_mail_put_envelope(MAILSTREAM *stream, unsigned long msgno,
    struct strbuf *out)
{
	struct mail_inner *in;
	struct rfc822_envelope env;
	struct span header;
	int r;

	if (no_such(stream, msgno))
		return CC_ENOENT;
	in = cc_mail_inner(stream);
	cc_arena_reset(&in->scratch);
	if ((r = cc_mail_header(stream, msgno, &in->native, &header)) != 0 ||
	    (r = cc_rfc822_scan_envelope(header, &in->scratch, &env)) != 0)
		return r;
	return cc_imap_put_envelope(out, &in->scratch, &env, missing_host);
}

int
cc_mail_put_body(MAILSTREAM *stream, unsigned long msgno, bool extended,
    struct strbuf *out)
{
	const struct mime_part *root;
	struct mail_inner *in;
	int r;

	if ((r = cc_mail_structure(stream, msgno, &root)) != 0)
		return r;
	in = cc_mail_inner(stream);
	cc_arena_reset(&in->scratch);
	return cc_imap_put_body(out, &in->scratch, root, extended,
	    missing_host);
}

int
cc_mail_store(MAILSTREAM *stream, unsigned long msgno, unsigned mask,
    unsigned value, uint32_t keyword_mask, uint32_t keyword_value)
{
	int r;

	if (no_such(stream, msgno))
		return CC_ENOENT;
	r = fast_of(stream)->store(stream, msgno, mask, value, keyword_mask,
	    keyword_value);
	if (r == 0 && stream->dtb->fastpath)
		cc_mail_elt_refresh(stream, msgno);
	return r;
}

int
cc_mail_flush(MAILSTREAM *stream, bool sync)
{
	if (!stream->dtb || !fast_of(stream)->flush)
		return 0;
	return fast_of(stream)->flush(stream, sync);
}

const char *
cc_mail_watch(MAILSTREAM *stream)
{
	return stream->dtb ? fast_of(stream)->watch(stream) : NULL;
}

void
cc_mail_rest(MAILSTREAM *stream)
{
	if (stream->dtb && fast_of(stream)->rest)
		fast_of(stream)->rest(stream);
}

void
cc_mail_changed(MAILSTREAM *stream, unsigned long msgno)
{
	if (no_such(stream, msgno))
		return;
	cc_mail_elt_refresh(stream, msgno);
	MM_FLAGS(stream, msgno);
}

void
cc_mail_drop_elts(MAILSTREAM *stream)
{
	if (stream->dtb && stream->dtb->fastpath)
		cc_mail_cache_drop(stream);
}
