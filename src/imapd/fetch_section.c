/*
 * fetch_section.c - sending BODY[section]<partial> and the RFC822 family (RFC
 * 3501 section 6.4.5).
 *
 * Texts are streamed: spans of the mailbox are converted right into the output
 * buffer, and no message is ever in memory as a whole. A literal's size is
 * known before its first octet goes out and is met exactly; if the mailbox
 * changed under us the connection is closed instead (mail_fast.h,
 * CC_ECHANGED).
 */
#include "cc_err.h"
#include "cc_limits.h"
#include "fetch_walk.h"
#include "rfc822_header.h"

/* "label {size}" CRLF, a literal8 if need be, or "label NIL". */
static void
put_literal(struct fetch_run *run, const struct fetch_item *item, uint64_t size)
{
	struct strbuf *b = &run->out->buf;

	cc_strbuf_put_span(b, item->label);
	cc_strbuf_puts(b, run->has_nul ? " ~{" : " {");
	cc_strbuf_put_uint(b, size);
	cc_strbuf_put(b, "}\r\n", 3);
}

static int
put_nil(struct fetch_run *run, const struct fetch_item *item)
{
	cc_strbuf_put_span(&run->out->buf, item->label);
	cc_strbuf_put(&run->out->buf, " NIL", 4);
	return 0;
}

void
fetch_clip(const struct fetch_section *sec, uint64_t total, uint64_t *start_r,
    uint64_t *length_r)
{
	*start_r = 0;
	*length_r = total;
	if (!sec->partial)
		return;
	*start_r = sec->start < total ? sec->start : total;
	*length_r = total - *start_r;
	if (*length_r > sec->length)
		*length_r = sec->length;
}

/* A text that is in memory as it is sent. */
static int
put_text(struct fetch_run *run, const struct fetch_item *item, struct span text)
{
	uint64_t start, length;

	fetch_clip(&item->section, text.len, &start, &length);
	put_literal(run, item, length);
	cc_strbuf_put(&run->out->buf, text.p + start, (size_t)length);
	return output_check(run->out) ? 0 : CC_ECLOSED;
}

/* Native text, converted as a whole into run->converted. */
static int
convert(struct fetch_run *run, struct span native)
{
	enum mime_newline newline = cc_mail_newline(run->stream);
	unsigned state = 0;

	cc_strbuf_reset(&run->converted);
	while (native.len > 0) {
		size_t want = native.len + native.len / 16 + 64;
		char *room = cc_strbuf_room(&run->converted, want);

		if (!room)
			return CC_ELIMIT;
		cc_strbuf_claim(&run->converted,
		    cc_mail_convert(newline, &native, room, want, &state));
	}
	return 0;
}

/* Sends what lies in header or text of a range that begins *start octets
 * behind it, and leaves the rest of the range for what follows. */
static int
put_half(struct fetch_run *run, enum mail_what what, bool partial,
    uint64_t *start, uint64_t *length)
{
	struct fetch_resume *resume = run->resume;
	uint64_t pos, skip, done, sent = 0;
	struct fetch_walk w;
	int r;

	fetch_walk_init(&w, run);
	if ((r = cc_mail_read(run->stream, run->msgno, what, &w.reader)) != 0)
		return r;
	pos = w.reader.pos;
	if (partial && what == MAIL_HEADER)
		fetch_walk_check(run, pos);
	if (what == MAIL_HEADER && resume->uid == run->record.uid &&
	    resume->header == pos && resume->header_octets > 0 &&
	    resume->header_octets <= *start) {
		*start -= resume->header_octets;
		return 0;
	}
	skip = fetch_walk_take_up(&w, partial, *start);
	w.reader.follow = !partial;
	if ((r = fetch_walk_move(&w, AWAY, skip, &done)) != 0 ||
	    (done == skip &&
		(r = fetch_walk_move(&w, OUT, *length, &sent)) != 0))
		return r;
	done += *start - skip + sent;
	if (partial)
		fetch_walk_keep(&w, done);
	if (partial && what == MAIL_HEADER && sent < *length) {
		resume->header = pos;
		resume->header_octets = done;
	}
	*start -= *start < done ? *start : done;
	*length -= sent;
	return 0;
}

/* BODY[]: header and text behind each other. */
static int
put_whole(struct fetch_run *run, const struct fetch_item *item)
{
	bool partial = item->section.partial;
	uint64_t size, start, length;
	int r;

	if ((r = cc_mail_size(run->stream, run->msgno, &size)) != 0)
		return r;
	fetch_clip(&item->section, size, &start, &length);
	put_literal(run, item, length);
	if ((r = put_half(run, MAIL_HEADER, partial, &start, &length)) != 0 ||
	    (length > 0 &&
		(r = put_half(run, MAIL_TEXT, partial, &start, &length)) != 0))
		return r;
	return length == 0 ? 0 : CC_ECHANGED;
}

/* A text of known size that begins where w->reader stands. */
static int
put_walk(struct fetch_run *run, const struct fetch_item *item,
    struct fetch_walk *w, uint64_t size)
{
	bool partial = item->section.partial;
	uint64_t start, length;
	int r;

	if (partial && w->reader.in_header)
		fetch_walk_check(run, w->reader.pos);
	fetch_clip(&item->section, size, &start, &length);
	put_literal(run, item, length);
	w->reader.follow = !partial;
	if ((r = fetch_walk_exactly(w, AWAY,
		 fetch_walk_take_up(w, partial, start))) != 0 ||
	    (r = fetch_walk_exactly(w, OUT, length)) != 0)
		return r;
	if (partial)
		fetch_walk_keep(w, start + length);
	return 0;
}

/* BODY[TEXT]: all of the message but its header, which may be longer than what
 * is kept of a header elsewhere. */
static int
put_message_text(struct fetch_run *run, const struct fetch_item *item)
{
	uint64_t size, header;
	struct fetch_walk w;
	int r;

	fetch_walk_init(&w, run);
	if ((r = cc_mail_size(run->stream, run->msgno, &size)) != 0 ||
	    (r = cc_mail_read(run->stream, run->msgno, MAIL_HEADER,
		 &w.reader)) != 0 ||
	    (r = fetch_walk_move(&w, AWAY, UINT64_MAX, &header)) != 0)
		return r;
	if (header > size)
		return CC_ECHANGED;
	fetch_walk_init(&w, run);
	if ((r = cc_mail_read(run->stream, run->msgno, MAIL_TEXT, &w.reader)) !=
	    0)
		return r;
	return put_walk(run, item, &w, size - header);
}

static int
put_extent(struct fetch_run *run, const struct fetch_item *item,
    const struct mime_extent *extent)
{
	struct fetch_walk w;
	int r;

	fetch_walk_init(&w, run);
	r = cc_mail_read_extent(run->stream, run->msgno, extent, &w.reader);
	return r != 0 ? r : put_walk(run, item, &w, extent->octets);
}

/* The fields of a native header that were asked for. */
static int
put_fields(struct fetch_run *run, const struct fetch_item *item,
    struct span header)
{
	const struct fetch_section *sec = &item->section;

	cc_strbuf_reset(&run->converted);
	cc_rfc822_filter_fields(&run->converted, header, sec->fields,
	    sec->field_count, sec->kind == SECTION_FIELDS_NOT);
	if (cc_strbuf_status(&run->converted) != 0)
		return CC_ELIMIT;
	for (char *p = run->converted.data, *end = p + run->converted.len;
	     p && (p = memchr(p, '\0', (size_t)(end - p)));)
		*p++ = (char)0x80; /* as in all texts that are sent */
	return put_text(run, item, cc_strbuf_span(&run->converted));
}

/* A section of the message itself. */
static int
put_of_message(struct fetch_run *run, const struct fetch_item *item)
{
	struct span header;
	int r;

	switch (item->section.kind) {
	case SECTION_ALL:
		return put_whole(run, item);
	case SECTION_TEXT:
		return put_message_text(run, item);
	default:
		break;
	}
	if ((r = cc_mail_header(run->stream, run->msgno, &run->scratch,
		 &header)) != 0)
		return r;
	if (item->section.kind != SECTION_HEADER)
		return put_fields(run, item, header);
	if ((r = convert(run, header)) != 0)
		return r;
	return put_text(run, item, cc_strbuf_span(&run->converted));
}

/* A section of a body part. HEADER and TEXT belong to the message inside a
 * message/rfc822 part, and there is none of them elsewhere. */
static int
put_of_part(struct fetch_run *run, const struct fetch_item *item)
{
	const struct fetch_section *sec = &item->section;
	const struct mime_part *root, *part;
	int r;

	if ((r = cc_mail_structure(run->stream, run->msgno, &root)) != 0)
		return r;
	part = cc_mime_find(root, sec->part, sec->parts);
	if (!part)
		return put_nil(run, item);
	if (sec->kind == SECTION_ALL)
		return put_extent(run, item, &part->body);
	if (sec->kind == SECTION_MIME)
		return put_extent(run, item, &part->header);
	if (!part->msg_header.p || !part->child)
		return put_nil(run, item);
	if (sec->kind == SECTION_HEADER)
		return put_extent(run, item, &part->child->header);
	if (sec->kind == SECTION_TEXT)
		return put_extent(run, item, &part->child->body);
	return put_fields(run, item, part->msg_header);
}

int
fetch_put_section(struct fetch_run *run, const struct fetch_item *item)
{
	return item->section.parts ? put_of_part(run, item)
				   : put_of_message(run, item);
}
