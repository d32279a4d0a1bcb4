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
#include <sys/stat.h>

#include "cc_err.h"
#include "cc_limits.h"
#include "fetch.h"
#include "filestat.h"
#include "rfc822_header.h"

/* Octets converted between two looks at the output's size. */
#define CHUNK (16u * 1024)

/* "label {size}" CRLF, or "label NIL". */
static void
put_literal(struct fetch_run *run, const struct fetch_item *item, uint64_t size)
{
	struct strbuf *b = &run->out->buf;

	cc_strbuf_put_span(b, item->label);
	cc_strbuf_put(b, " {", 2);
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

/* Octets of a header or text still to be sent. */
struct walk {
	struct fetch_run *run;
	struct mail_reader reader;
	enum mime_newline newline;
	struct span span; /* what is left of the present span */
	unsigned state;   /* of cc_mail_convert */
	bool marking;     /* places of this text are kept */
	uint64_t octets;  /* marking: sent octets before the present place */
};

enum walk_to {
	AWAY,
	OUT,
};

static void
walk_init(struct walk *w, struct fetch_run *run)
{
	w->run = run;
	w->newline = cc_mail_newline(run->stream);
	w->span = cc_span(NULL, 0);
	w->state = 0;
	w->marking = false;
}

static struct fetch_mark
mark_here(const struct walk *w, uint64_t octets)
{
	return (struct fetch_mark){ octets, w->reader.pos - w->span.len,
		w->state };
}

/* Every second mark goes. */
static void
thin_marks(struct fetch_resume *resume)
{
	size_t kept = 0;

	for (size_t i = 1; i < resume->mark_count; i += 2)
		resume->marks[kept++] = resume->marks[i];
	resume->mark_count = kept;
	resume->step *= 2;
}

/* Another n octets went by. */
static void
pass_by(struct walk *w, size_t n)
{
	struct fetch_resume *resume = w->run->resume;
	size_t count = resume->mark_count;

	w->octets += n;
	if (w->octets <
	    (count ? resume->marks[count - 1].octets : 0) + resume->step)
		return;
	if (count == FETCH_MARKS)
		thin_marks(resume);
	else
		resume->marks[resume->mark_count++] = mark_here(w, w->octets);
}

/* Moves `want` octets as sent to the output, or away if `to` is AWAY. Fewer at
 * the end: *done_r says how many. */
static int
walk_move(struct walk *w, enum walk_to to, uint64_t want, uint64_t *done_r)
{
	struct strbuf *b = to == AWAY ? &w->run->scratch : &w->run->out->buf;
	int more = 1;

	*done_r = 0;
	while (*done_r < want) {
		size_t room =
		    want - *done_r < CHUNK ? (size_t)(want - *done_r) : CHUNK;
		size_t n;
		char *p;

		if (w->span.len == 0 && more > 0 &&
		    (more = cc_mail_next(&w->reader, &w->span)) < 0)
			return more;
		if (!(p = cc_strbuf_room(b, room)))
			return CC_ELIMIT;
		n = cc_mail_convert(w->newline, &w->span, p, room, &w->state);
		/* At the end half of a line end may still have come. */
		if (n == 0 && more == 0)
			return 0;
		*done_r += n;
		if (w->marking)
			pass_by(w, n);
		if (to == AWAY)
			continue;
		cc_strbuf_claim(b, n);
		if (!output_check(w->run->out))
			return CC_ECLOSED;
	}
	return 0;
}

/* As walk_move, but exactly so many. */
static int
walk_exactly(struct walk *w, enum walk_to to, uint64_t want)
{
	uint64_t done;
	int r = walk_move(w, to, want, &done);

	if (r == 0 && done != want)
		r = CC_ECHANGED;
	return r;
}

/* The last place known that is not behind start, or NULL. */
static const struct fetch_mark *
find_mark(const struct fetch_resume *resume, uint64_t start)
{
	const struct fetch_mark *found = NULL;

	for (size_t i = 0; i < resume->mark_count; i++)
		if (resume->marks[i].octets <= start)
			found = &resume->marks[i];
	if (resume->last.octets <= start &&
	    (!found || found->octets < resume->last.octets))
		found = &resume->last;
	return found;
}

/* Begins with a text of which places are kept. */
static void
begin_marks(const struct walk *w, struct fetch_resume *resume)
{
	if (resume->uid != w->run->record.uid)
		*resume = (struct fetch_resume){ .uid = w->run->record.uid };
	resume->pos = w->reader.pos;
	resume->last = mark_here(w, 0);
	resume->step = FETCH_MARK_STEP;
	resume->mark_count = 0;
}

/* Goes on at the last place of this text that is known and not behind start.
 * The octets that are still to be skipped. */
static uint64_t
take_up(struct walk *w, bool partial, uint64_t start)
{
	struct fetch_resume *resume = w->run->resume;
	const struct fetch_mark *mark;

	if (!partial)
		return start;
	if (resume->uid != w->run->record.uid || resume->pos != w->reader.pos)
		begin_marks(w, resume);
	w->marking = true;
	w->octets = 0;
	if ((mark = find_mark(resume, start)) == NULL)
		return start;
	w->octets = mark->octets;
	w->reader.pos = mark->at;
	w->state = mark->state;
	return start - mark->octets;
}

/* Keeps the place in the text, octets behind its beginning. */
static void
keep_place(const struct walk *w, uint64_t octets)
{
	w->run->resume->last = mark_here(w, octets);
}

static struct fetch_stamp
stamp_of(MAILSTREAM *stream)
{
	const char *path = cc_mail_watch(stream);
	struct stat st;

	if (!path || stat(path, &st) != 0)
		return (struct fetch_stamp){ .known = false };
	return (struct fetch_stamp){ true, st.st_ino, st.st_size, st.st_mtim,
		st.st_ctim };
}

static bool
same_stamp(const struct fetch_stamp *a, const struct fetch_stamp *b)
{
	return a->known && b->known && a->ino == b->ino && a->size == b->size &&
	    is_same_time(&a->mtime, &b->mtime) &&
	    is_same_time(&a->ctime, &b->ctime);
}

/* What is known of the header at pos is true only while nobody writes: the
 * lines in it that no client sees may go elsewhere with the flags, and all
 * others behind them move. */
static void
check_header(struct fetch_run *run, uint64_t pos)
{
	struct fetch_resume *resume = run->resume;
	struct fetch_stamp now = stamp_of(run->stream);

	if (resume->uid != run->record.uid)
		*resume = (struct fetch_resume){ .uid = run->record.uid };
	if (!same_stamp(&now, &resume->stamp)) {
		resume->header_octets = 0;
		if (resume->pos == pos)
			resume->pos = UINT64_MAX;
	}
	resume->stamp = now;
}

/* Sends what lies in header or text of a range that begins *start octets
 * behind it, and leaves the rest of the range for what follows. */
static int
put_half(struct fetch_run *run, enum mail_what what, bool partial,
    uint64_t *start, uint64_t *length)
{
	struct fetch_resume *resume = run->resume;
	uint64_t pos, skip, done, sent = 0;
	struct walk w;
	int r;

	walk_init(&w, run);
	if ((r = cc_mail_read(run->stream, run->msgno, what, &w.reader)) != 0)
		return r;
	pos = w.reader.pos;
	if (partial && what == MAIL_HEADER)
		check_header(run, pos);
	if (what == MAIL_HEADER && resume->uid == run->record.uid &&
	    resume->header == pos && resume->header_octets > 0 &&
	    resume->header_octets <= *start) {
		*start -= resume->header_octets;
		return 0;
	}
	skip = take_up(&w, partial, *start);
	if ((r = walk_move(&w, AWAY, skip, &done)) != 0 ||
	    (done == skip && (r = walk_move(&w, OUT, *length, &sent)) != 0))
		return r;
	done += *start - skip + sent;
	if (partial)
		keep_place(&w, done);
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
put_walk(struct fetch_run *run, const struct fetch_item *item, struct walk *w,
    uint64_t size)
{
	bool partial = item->section.partial;
	uint64_t start, length;
	int r;

	if (partial && w->reader.in_header)
		check_header(run, w->reader.pos);
	fetch_clip(&item->section, size, &start, &length);
	put_literal(run, item, length);
	if ((r = walk_exactly(w, AWAY, take_up(w, partial, start))) != 0 ||
	    (r = walk_exactly(w, OUT, length)) != 0)
		return r;
	if (partial)
		keep_place(w, start + length);
	return 0;
}

/* BODY[TEXT]: all of the message but its header, which may be longer than what
 * is kept of a header elsewhere. */
static int
put_message_text(struct fetch_run *run, const struct fetch_item *item)
{
	uint64_t size, header;
	struct walk w;
	int r;

	walk_init(&w, run);
	if ((r = cc_mail_size(run->stream, run->msgno, &size)) != 0 ||
	    (r = cc_mail_read(run->stream, run->msgno, MAIL_HEADER,
		 &w.reader)) != 0 ||
	    (r = walk_move(&w, AWAY, UINT64_MAX, &header)) != 0)
		return r;
	if (header > size)
		return CC_ECHANGED;
	walk_init(&w, run);
	if ((r = cc_mail_read(run->stream, run->msgno, MAIL_TEXT, &w.reader)) !=
	    0)
		return r;
	return put_walk(run, item, &w, size - header);
}

static int
put_extent(struct fetch_run *run, const struct fetch_item *item,
    const struct mime_extent *extent)
{
	struct walk w;
	int r;

	walk_init(&w, run);
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
