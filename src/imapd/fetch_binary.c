/*
 * fetch_binary.c - BINARY[part]<partial> and BINARY.SIZE[part]: body parts
 * without their content transfer encoding (RFC 3516).
 *
 * A part is decoded as it goes by, never held: once to learn how long it is and
 * whether it has octets 0, which need a literal8, and once to send it. What the
 * first walk found is kept for the next partial fetch of the same part, with
 * places on its way and the one where the second walk ended, so that pieces
 * cost the same in any order. Text that does not follow its
 * encoding is not guessed at: the command fails with UNKNOWN-CTE. What has no
 * encoding is looked through for octets 0 and goes the way of BODY[part].
 */
#include "cc_err.h"
#include "fetch.h"
#include "mail_const.h"

/* Octets of encoded text that are decoded at once. */
#define CHUNK (16u * 1024)

/* ---------------------------------------------------------------- parsing */

static struct span
make_label(struct arena *a, const char *name, const struct fetch_section *sec)
{
	struct strbuf b;
	char *label;

	cc_strbuf_init(&b, CC_COMMAND_MEMORY);
	cc_strbuf_printf(&b, "%s[", name);
	for (size_t i = 0; i < sec->parts; i++)
		cc_strbuf_printf(&b, i ? ".%u" : "%u", sec->part[i]);
	cc_strbuf_putc(&b, ']');
	if (sec->partial)
		cc_strbuf_printf(&b, "<%llu>", (unsigned long long)sec->start);
	label = cc_arena_dup(a, cc_strbuf_span(&b));
	cc_strbuf_free(&b);
	return label ? cc_span_z(label) : cc_span(NULL, 0);
}

int
fetch_parse_binary(struct args *a, struct fetch_item *item, const char **why_r)
{
	bool size = item->put == fetch_put_binary_size, more;
	int r;

	*why_r = "Syntax error in binary specifier";
	if (!cc_cursor_skip(&a->c, '['))
		return CC_EPARSE;
	if ((r = fetch_parse_part(a, &item->section, &more)) != 0)
		return r;
	if (more || !cc_cursor_skip(&a->c, ']'))
		return CC_EPARSE;
	if (!size) {
		*why_r = "Syntax error in partial text specifier";
		if ((r = fetch_parse_partial(a, &item->section)) != 0)
			return r;
	}
	*why_r = "Syntax error after section specifier";
	if (!args_end(a) && cc_cursor_peek(&a->c) != ' ' &&
	    cc_cursor_peek(&a->c) != ')')
		return CC_EPARSE;
	item->label = make_label(a->arena, size ? "BINARY.SIZE" : "BINARY",
	    &item->section);
	return item->label.p ? 0 : CC_ELIMIT;
}

/* --------------------------------------------------------------- decoding */

/* A walk over the decoded octets of a part. */
struct decoding {
	struct fetch_run *run;
	struct mail_reader reader;
	enum mime_newline newline;
	struct span span; /* of the reader, what is left */
	unsigned state;   /* of cc_mail_convert */
	struct mime_decoder decoder;
	struct strbuf out; /* decoded, what the last step gave */
	uint64_t octets;   /* decoded before that step */
	bool ended;
};

static int
decoding_begin(struct decoding *d, struct fetch_run *run,
    const struct mime_part *part)
{
	*d = (struct decoding){ .run = run,
		.newline = cc_mail_newline(run->stream) };
	cc_mime_decode_init(&d->decoder, part->encoding);
	cc_strbuf_init(&d->out, 4 * CHUNK);
	return cc_mail_read_extent(run->stream, run->msgno, &part->body,
	    &d->reader);
}

static void
decoding_end(struct decoding *d)
{
	cc_strbuf_free(&d->decoder.held);
	cc_strbuf_free(&d->out);
}

/* Decodes the next piece into d->out: 1, 0 at the end, or negative. */
static int
decoding_step(struct decoding *d)
{
	char text[CHUNK];
	size_t n = 0;
	int more = 1;

	d->octets += d->out.len;
	cc_strbuf_reset(&d->out);
	if (d->ended)
		return 0;
	while (n < sizeof(text) && more > 0) {
		size_t k;

		if (d->span.len == 0 &&
		    (more = cc_mail_next(&d->reader, &d->span)) < 0)
			return more;
		k = cc_mail_convert(d->newline, &d->span, text + n,
		    sizeof(text) - n, &d->state);
		n += k;
		more = more > 0 || k > 0;
	}
	cc_mime_decode(&d->decoder, &d->out, cc_span(text, n));
	if (n == 0) {
		d->ended = true;
		cc_mime_decode_end(&d->decoder, &d->out);
	}
	return cc_strbuf_status(&d->out) != 0 ? CC_ELIMIT : 1;
}

/* Where the walk is; false if the decoder holds something back, or is done. */
static bool
place_here(const struct decoding *d, struct fetch_place *place_r)
{
	if (d->decoder.held.len > 0 || d->ended)
		return false;
	*place_r = (struct fetch_place){ .octets = d->octets + d->out.len,
		.at = d->reader.pos - d->span.len,
		.state = d->state,
		.decoder = d->decoder };
	place_r->decoder.held = (struct strbuf){ .max = d->decoder.held.max };
	return true;
}

/* Every second place goes. */
static void
thin_places(struct fetch_decoded *known)
{
	size_t kept = 0;

	for (size_t i = 1; i < known->place_count; i += 2)
		known->places[kept++] = known->places[i];
	known->place_count = kept;
	known->step *= 2;
}

/* Keeps the place if the last one is far enough behind. */
static void
pass_by(const struct decoding *d, struct fetch_decoded *known)
{
	size_t count = known->place_count;
	struct fetch_place here;

	if (!place_here(d, &here) ||
	    here.octets <
		(count ? known->places[count - 1].octets : 0) + known->step)
		return;
	if (count == FETCH_PLACES)
		thin_places(known);
	else
		known->places[known->place_count++] = here;
}

/* Goes on at the last place known that is not behind start. */
static void
take_up(struct decoding *d, const struct fetch_decoded *known, uint64_t start)
{
	const struct fetch_place *place = &known->last;

	if (place->octets > start)
		place = NULL;
	for (size_t i = 0; i < known->place_count; i++)
		if (known->places[i].octets <= start &&
		    (!place || known->places[i].octets > place->octets))
			place = &known->places[i];
	if (!place || place->octets == 0)
		return;
	d->octets = place->octets;
	d->reader.pos = place->at;
	d->state = place->state;
	cc_strbuf_free(&d->decoder.held);
	d->decoder = place->decoder;
}

static int
undecodable(struct fetch_run *run, const char *why)
{
	run->unknown_cte = why;
	return CC_EUNSUPPORTED;
}

static bool
is_known(const struct fetch_decoded *known, const struct fetch_run *run,
    const struct mime_part *part)
{
	return known->uid == run->record.uid && known->pos == part->body.pos &&
	    known->end == part->body.end;
}

/* Length and kind of the decoded part. */
static int
measure(struct fetch_run *run, const struct mime_part *part,
    struct fetch_decoded *known_r)
{
	struct decoding d;
	int r;

	if (is_known(known_r, run, part))
		return 0;
	*known_r = (struct fetch_decoded){ .pos = part->body.pos,
		.end = part->body.end,
		.step = FETCH_MARK_STEP };
	if ((r = decoding_begin(&d, run, part)) == 0)
		while ((r = decoding_step(&d)) > 0) {
			known_r->has_nul |= d.out.len > 0 &&
			    memchr(d.out.data, '\0', d.out.len) != NULL;
			pass_by(&d, known_r);
		}
	if (r == 0 && d.decoder.broken)
		r = undecodable(run,
		    part->encoding == ENCBASE64
			? "Undecodable BASE64 contents"
			: "Undecodable QUOTED-PRINTABLE contents");
	known_r->size = d.octets;
	known_r->uid = r == 0 ? run->record.uid : 0;
	decoding_end(&d);
	return r;
}

/* ---------------------------------------------------------------- sending */

/* Sends length decoded octets from start on. */
static int
send_decoded(struct fetch_run *run, const struct mime_part *part,
    struct fetch_decoded *known, uint64_t start, uint64_t length)
{
	uint64_t end = start + length;
	struct decoding d;
	int r = decoding_begin(&d, run, part);

	if (r == 0)
		take_up(&d, known, start);
	while (r == 0 && d.octets < end && (r = decoding_step(&d)) > 0) {
		uint64_t behind = d.octets + d.out.len;
		uint64_t from = d.octets < start ? start : d.octets;
		uint64_t to = behind < end ? behind : end;

		if (from < to)
			cc_strbuf_put(&run->out->buf,
			    d.out.data + (from - d.octets),
			    (size_t)(to - from));
		if (behind <= end)
			(void)place_here(&d, &known->last);
		r = output_check(run->out) ? 0 : CC_ECLOSED;
		if (behind >= end || d.ended)
			break;
	}
	/* The octets announced have to be there. */
	if (r == 0 && d.octets + d.out.len < end)
		r = CC_ECHANGED;
	decoding_end(&d);
	return r;
}

/* ------------------------------------------------------------- not encoded */

/* Is an octet 0 in what the reader gives? 1, 0, or negative. */
static int
find_nul(struct mail_reader *reader)
{
	struct span span;
	int r;

	while ((r = cc_mail_next(reader, &span)) > 0)
		if (memchr(span.p, '\0', span.len))
			return 1;
	return r;
}

/* The same of the whole message. */
static int
message_has_nul(struct fetch_run *run)
{
	struct mail_reader reader;
	int r;

	if ((r = cc_mail_read(run->stream, run->msgno, MAIL_HEADER, &reader)) !=
		0 ||
	    (r = find_nul(&reader)) != 0 ||
	    (r = cc_mail_read(run->stream, run->msgno, MAIL_TEXT, &reader)) !=
		0)
		return r;
	return find_nul(&reader);
}

/* The same of a part, looked for once for all pieces of it. */
static int
part_has_nul(struct fetch_run *run, const struct mime_part *part)
{
	struct fetch_decoded *known = &run->resume->decoded;
	struct mail_reader reader;
	int r;

	if (is_known(known, run, part))
		return known->has_nul;
	if ((r = cc_mail_read_extent(run->stream, run->msgno, &part->body,
		 &reader)) != 0 ||
	    (r = find_nul(&reader)) < 0)
		return r;
	*known = (struct fetch_decoded){ .uid = run->record.uid,
		.pos = part->body.pos,
		.end = part->body.end,
		.size = part->body.octets,
		.has_nul = r > 0 };
	return r;
}

/* Sends what has no encoding as BODY does, but for the octets 0. */
static int
put_as_it_is(struct fetch_run *run, const struct fetch_item *item, int has_nul)
{
	int r;

	if (has_nul < 0)
		return has_nul;
	run->has_nul = has_nul > 0;
	r = fetch_put_section(run, item);
	run->has_nul = false;
	return r;
}

/* Is there something to be decoded? Composite parts never are (RFC 2045
 * section 6.4). */
static bool
is_encoded(const struct mime_part *part)
{
	return part->type != TYPEMULTIPART && !cc_mime_is_message(part) &&
	    (part->encoding == ENCBASE64 ||
		part->encoding == ENCQUOTEDPRINTABLE);
}

/* The part that is asked for, if it can be sent. */
static int
find_part(struct fetch_run *run, const struct fetch_item *item,
    const struct mime_part **part_r)
{
	const struct fetch_section *sec = &item->section;
	const struct mime_part *root;
	int r;

	if ((r = cc_mail_structure(run->stream, run->msgno, &root)) != 0)
		return r;
	*part_r = cc_mime_find(root, sec->part, sec->parts);
	if (!*part_r)
		return undecodable(run, "Invalid body part");
	if ((*part_r)->encoding > ENCQUOTEDPRINTABLE)
		return undecodable(run, "Unknown Content-Transfer-Encoding");
	return 0;
}

int
fetch_put_binary(struct fetch_run *run, const struct fetch_item *item)
{
	struct fetch_decoded *known = &run->resume->decoded;
	struct strbuf *b = &run->out->buf;
	const struct mime_part *part;
	uint64_t start, length;
	int r;

	if (item->section.parts == 0)
		return put_as_it_is(run, item, message_has_nul(run));
	if ((r = find_part(run, item, &part)) != 0)
		return r;
	if (!is_encoded(part))
		return put_as_it_is(run, item, part_has_nul(run, part));
	if ((r = measure(run, part, known)) != 0)
		return r;
	fetch_clip(&item->section, known->size, &start, &length);
	cc_strbuf_put_span(b, item->label);
	cc_strbuf_puts(b, known->has_nul ? " ~{" : " {");
	cc_strbuf_put_uint(b, length);
	cc_strbuf_put(b, "}\r\n", 3);
	return send_decoded(run, part, known, start, length);
}

int
fetch_put_binary_size(struct fetch_run *run, const struct fetch_item *item)
{
	const struct mime_part *part;
	uint64_t size = 0;
	int r;

	if (item->section.parts == 0) {
		r = cc_mail_size(run->stream, run->msgno, &size);
	} else if ((r = find_part(run, item, &part)) == 0) {
		size = part->body.octets;
		if (is_encoded(part) &&
		    (r = measure(run, part, &run->resume->decoded)) == 0)
			size = run->resume->decoded.size;
	}
	if (r != 0)
		return r;
	cc_strbuf_put_span(&run->out->buf, item->label);
	cc_strbuf_putc(&run->out->buf, ' ');
	cc_strbuf_put_uint(&run->out->buf, size);
	return 0;
}
