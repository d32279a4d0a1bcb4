/*
 * mime_tree.c - the tree of body parts: where parts begin and end (RFC 2046
 * section 5.1), and what section numbers name (RFC 3501 section 6.4.5).
 *
 * Every part lives in the arena. Extents of parts that are still open hold
 * their beginning, from which the end is counted when they close.
 */
#include "cc_err.h"
#include "mime_param.h"
#include "mime_parser.h"
#include "rfc822_header.h"

static void
extent_begin(struct mime_extent *e, const struct mime_mark *at)
{
	e->pos = e->end = at->pos;
	e->octets = at->octets;
	e->lines = at->lines;
}

static void
extent_end(struct mime_extent *e, const struct mime_mark *at)
{
	e->end = at->pos;
	e->octets = at->octets - e->octets;
	e->lines = at->lines - e->lines;
}

/* A new part below parent (NULL: the first), whose header begins at the mark.
 * NULL past a limit. */
static struct mime_part *
part_new(struct mime_parser *p, struct mime_part *parent,
    const struct mime_mark *at)
{
	struct mime_part *part;

	if (p->parts >= CC_MIME_PARTS ||
	    !(part = cc_arena_get(p->arena, sizeof(*part)))) {
		p->full = true;
		return NULL;
	}
	p->parts++;
	part->parent = parent;
	extent_begin(&part->header, at);
	return part;
}

/* Makes part the present one; its header is to come. */
static void
part_enter(struct mime_parser *p, struct mime_part *part, bool message)
{
	p->part = part;
	p->message = message;
	p->first = !message && part != p->root;
	p->state = MIME_HEADER;
	p->keep = false;
	cc_strbuf_reset(&p->fields);
	cc_strbuf_reset(&p->header);
}

int
cc_mime_tree_begin(struct mime_parser *p)
{
	struct mime_mark at = { .pos = p->pos };

	p->root = part_new(p, NULL, &at);
	if (!p->root)
		return CC_ELIMIT;
	part_enter(p, p->root, false);
	return 0;
}

/* The longest boundary to look for changes with the open levels. */
static void
measure_boundaries(struct mime_parser *p)
{
	p->boundary = 0;
	for (unsigned i = 0; i < p->depth && !p->full; i++)
		if (p->levels[i].boundary.len > p->boundary)
			p->boundary = p->levels[i].boundary.len;
}

static struct mime_level *
level_push(struct mime_parser *p, struct mime_part *part)
{
	struct mime_level *level = &p->levels[p->depth++];

	*level = (struct mime_level){ .part = part };
	return level;
}

/* Takes the Content- fields that were kept into the present part. */
static void
parse_fields(struct mime_parser *p)
{
	struct mime_part *part = p->part;
	const size_t prefix = sizeof("Content-") - 1;
	struct span text = cc_strbuf_span(&p->fields);
	struct rfc822_field field;
	struct cursor c;
	bool digest;

	text.p = text.len ? cc_arena_dup(p->arena, text) : NULL;
	c = cc_cursor(text.p ? text : cc_span("", 0));
	while (cc_rfc822_next_field(&c, &field) > 0)
		if (field.name.len > prefix)
			cc_mime_parse_field(part, p->arena,
			    cc_span(field.name.p + prefix,
				field.name.len - prefix),
			    field.body);
	digest = p->depth > 0 && p->levels[p->depth - 1].digest;
	cc_mime_set_defaults(part, p->arena, digest);
}

/* What cannot have parts, though it says so, is text. */
static void
make_text(struct mime_part *part, struct arena *a)
{
	part->type_name = part->subtype = cc_span(NULL, 0);
	part->params = NULL;
	cc_mime_set_defaults(part, a, false);
}

/* The present part is a multipart: its boundary is looked for from now on. */
static void
open_multipart(struct mime_parser *p)
{
	struct span boundary =
	    cc_mime_param_decoded(p->part->params, "BOUNDARY", p->arena);
	struct mime_level *level;

	/* RFC 2046 section 5.1.1: a boundary does not end in a blank. */
	if (boundary.p)
		boundary = cc_span_trim(boundary);
	level = level_push(p, p->part);
	level->digest = cc_span_is(p->part->subtype, "DIGEST");
	if (boundary.len > 0 && boundary.len <= CC_MIME_BOUNDARY)
		level->boundary = boundary;
	measure_boundaries(p);
	p->state = MIME_BODY;
}

/* The present part is a message: what follows is that message's header. */
static void
open_message(struct mime_parser *p, const struct mime_mark *at)
{
	struct mime_part *part = p->part;
	struct mime_part *inside = part_new(p, part, at);

	if (!inside) {
		make_text(part, p->arena);
		return;
	}
	part->child = inside;
	level_push(p, part)->last = inside;
	part_enter(p, inside, true);
}

/* The header of the message inside goes to the part around it. */
static void
keep_header(struct mime_parser *p)
{
	struct span text = cc_strbuf_span(&p->header);

	text.p = cc_arena_dup(p->arena, text);
	p->part->parent->msg_header = text.p ? text : cc_span("", 0);
}

void
cc_mime_header_end(struct mime_parser *p, const struct mime_mark *at)
{
	struct mime_part *part = p->part;
	bool message;

	extent_end(&part->header, at);
	extent_begin(&part->body, at);
	p->state = MIME_BODY;
	if (p->message)
		keep_header(p);
	parse_fields(p);
	message =
	    part->type == TYPEMESSAGE && cc_span_is(part->subtype, "RFC822");
	if (part->type != TYPEMULTIPART && !message)
		return;
	if (p->depth == CC_MIME_DEPTH)
		make_text(part, p->arena);
	else if (message)
		open_message(p, at);
	else
		open_multipart(p);
}

/* A multipart in which no part was found has all its body as one. */
static void
imply_part(struct mime_parser *p, struct mime_part *part)
{
	struct mime_mark at = { .pos = part->body.pos };
	struct mime_part *text = part_new(p, part, &at);

	if (!text)
		return;
	cc_mime_set_defaults(text, p->arena, false);
	text->body = part->body;
	part->child = text;
}

/* The innermost level and its part end. */
static void
level_pop(struct mime_parser *p, const struct mime_mark *end)
{
	struct mime_level *level = &p->levels[--p->depth];

	extent_end(&level->part->body, end);
	if (!level->last)
		imply_part(p, level->part);
}

/*
 * The line end before a delimiter belongs to the delimiter, even if it makes
 * the empty line that ended the header (RFC 2046 section 5.1.1: a part that
 * ends with a line break has two before the delimiter). The header gives it
 * up, and so the empty body begins where the header now ends.
 */
static bool
give_up_line(struct mime_part *part, const struct mime_mark *end)
{
	struct mime_extent *header = &part->header, *body = &part->body;
	uint64_t back = body->octets - end->octets;

	if (header->octets < back)
		return false;
	header->end = end->pos;
	header->octets -= back;
	header->lines -= body->lines - end->lines;
	extent_begin(body, end);
	return true;
}

/*
 * Where what is open ends when a delimiter of level depth - 1 comes. Its line
 * end may lie before the present part: in the part's header, in that of the
 * message/rfc822 around it, or in the delimiter before it. Then the part is
 * empty.
 */
static struct mime_mark
end_of(const struct mime_parser *p, unsigned depth, const struct mime_mark *end)
{
	struct mime_part *part = p->part;
	struct mime_extent *e =
	    p->state == MIME_HEADER ? &part->header : &part->body;
	bool own = depth > 0 && p->levels[depth - 1].part == part;

	if (end->octets >= e->octets)
		return *end;
	if (p->state == MIME_HEADER && p->message &&
	    give_up_line(part->parent, end)) {
		extent_begin(&part->header, end);
		return *end;
	}
	/* A multipart's first delimiter needs the empty line before it. */
	if (p->state != MIME_HEADER && !own && give_up_line(part, end))
		return *end;
	return (struct mime_mark){ e->pos, e->octets, e->lines };
}

/* The present part ends, with all around it that is deeper than depth. */
static void
close_to(struct mime_parser *p, unsigned depth, const struct mime_mark *at)
{
	struct mime_mark end = end_of(p, depth, at);

	/* A header may end without an empty line, and it may be that of a
	 * message or multipart, whose end this is as well. */
	while (p->state == MIME_HEADER)
		cc_mime_header_end(p, &end);
	/* A multipart's own body is ended with its level. */
	if (p->depth == 0 || p->part != p->levels[p->depth - 1].part)
		extent_end(&p->part->body, &end);
	while (p->depth > depth)
		level_pop(p, &end);
	measure_boundaries(p);
}

void
cc_mime_tree_end(struct mime_parser *p, const struct mime_mark *end)
{
	close_to(p, 0, end);
}

struct mime_level *
cc_mime_match(struct mime_parser *p, struct span head, bool *closing_r)
{
	struct mime_level *found = NULL, *level;
	const char *text = head.p + 2;
	size_t len = head.len - 2;

	if (head.len < 3 || head.p[0] != '-' || head.p[1] != '-')
		return NULL;
	for (unsigned i = p->depth; i-- > 0;) {
		struct span b = p->levels[i].boundary;

		level = &p->levels[i];
		if (!b.len || b.len > len || b.p[0] != text[0] ||
		    memcmp(b.p, text, b.len) != 0)
			continue;
		if (!found || b.len > found->boundary.len ||
		    (b.len == found->boundary.len && found->closed))
			found = level;
	}
	if (!found || found->closed)
		return NULL;
	text += found->boundary.len;
	len -= found->boundary.len;
	*closing_r = len >= 2 && text[0] == '-' && text[1] == '-';
	if (!*closing_r && p->parts >= CC_MIME_PARTS) {
		p->full = true;
		measure_boundaries(p);
		return NULL;
	}
	return found;
}

void
cc_mime_delimiter(struct mime_parser *p, struct mime_level *level, bool closing,
    const struct mime_mark *eol)
{
	close_to(p, (unsigned)(level - p->levels) + 1, eol);
	p->part = level->part;
	p->state = MIME_DELIMITER;
	p->new_part = !closing;
	level->closed = closing;
}

void
cc_mime_part_begin(struct mime_parser *p, const struct mime_mark *at)
{
	struct mime_level *level = &p->levels[p->depth - 1];
	struct mime_part *part = part_new(p, level->part, at);

	if (!part) {
		measure_boundaries(p);
		p->state = MIME_BODY;
		return;
	}
	if (level->last)
		level->last->next = part;
	else
		level->part->child = part;
	level->last = part;
	part_enter(p, part, false);
}

const struct mime_part *
cc_mime_find(const struct mime_part *root, const uint32_t *numbers,
    size_t count)
{
	const struct mime_part *part = root;
	bool message = true; /* part is the body of a message */

	for (size_t i = 0; i < count && part; i++) {
		uint32_t n = numbers[i];

		if (i > 0 && cc_mime_is_message(part)) {
			part = part->child;
			message = true;
		}
		if (part->type == TYPEMULTIPART) {
			part = n > 0 ? part->child : NULL;
			while (part && --n > 0)
				part = part->next;
		} else if (!message || n != 1) {
			part = NULL;
		}
		message = false;
	}
	return part;
}
