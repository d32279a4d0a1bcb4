/*
 * imap_body_read.c - BODY and BODYSTRUCTURE as a client gets them (RFC 3501
 * section 7.4.2), into the public structures.
 *
 * Parts in parts are kept on a list of levels, not on the stack, and are at
 * most CC_MIME_DEPTH (CVE-2020-12100), so that freeing them by recursion is
 * bounded, too. The server is a stranger; see imap_read.h for what is read as
 * it was meant.
 */
#include "cc_ctype.h"
#include "cc_err.h"
#include "cc_limits.h"
#include "imap_grammar.h"
#include "imap_read.h"
#include "mail_text.h"
#include "mime_param.h"
#include "rfc822_complain.h"

/* A part whose end has not come: a multipart, or a message/rfc822. */
struct level {
	struct level *outer;
	BODY *body;
	PART **tail;           /* of a multipart: where the next part goes */
	BODY *inner;           /* of a message: its body, which comes next */
	struct mime_part part; /* what was said of it so far */
};

struct reader {
	struct cursor c;
	struct arena *arena;
	struct level *level; /* the innermost */
	unsigned depth;      /* levels */
	unsigned parts;      /* parts of multiparts */
	bool deep, many;     /* a limit was passed */
};

static int
read_text(struct reader *r, struct span *text_r)
{
	return cc_imap_read_member(&r->c, r->arena, text_r);
}

/* A member that is a number, in quotes or not; 0 if it is none. */
static int
read_number(struct reader *r, unsigned long *num_r)
{
	struct span text;
	struct cursor c;
	uint64_t num;
	int e = read_text(r, &text);

	if (e != 0 || !text.p)
		return e;
	c = cc_cursor(text);
	if (cc_imap_parse_number64(&c, &num) == 0 && cc_cursor_at_end(&c))
		*num_r = (unsigned long)num;
	return 0;
}

/* Lines stand behind octets where they are sent at all, NIL never. */
static int
read_lines(struct reader *r, unsigned long *lines_r)
{
	return is_digit(cc_imap_next(&r->c)) ? read_number(r, lines_r) : 0;
}

/* A text without octets, for a part that was not sent or is too deep. */
static int
make_empty(struct reader *r, BODY *body)
{
	struct mime_part part = { 0 };

	cc_mime_set_defaults(&part, r->arena, false);
	cc_mail_fill_fields(body, &part);
	return part.params ? 0 : CC_ELIMIT;
}

static int
push(struct reader *r, BODY *body, const struct mime_part *part)
{
	struct level *level = cc_arena_get(r->arena, sizeof(*level));

	if (!level)
		return CC_ELIMIT;
	level->outer = r->level;
	level->body = body;
	level->part = *part;
	r->level = level;
	r->depth++;
	return 0;
}

/* A multipart has a part, whatever was sent. */
static int
ensure_part(struct reader *r, BODY *body)
{
	if (body->type != TYPEMULTIPART || body->nested.part)
		return 0;
	body->nested.part = mail_newbody_part();
	return make_empty(r, &body->nested.part->body);
}

/* All that is behind the fields of every single part, and its ")". */
static int
end_single(struct reader *r, BODY *body, struct mime_part *part)
{
	int e = read_lines(r, &body->size.lines);

	if (e != 0)
		return e;
	if (cc_imap_next(&r->c) != '(' && (e = read_text(r, &part->md5)) != 0)
		return e;
	if ((e = cc_imap_read_extension(&r->c, r->arena, part)) != 0)
		return e;
	cc_mail_fill_fields(body, part);
	return ensure_part(r, body);
}

/* What is behind the subtype of a multipart, and its ")". */
static int
end_multipart(struct reader *r, BODY *body, struct mime_part *part,
    struct span subtype)
{
	int e;

	body->type = TYPEMULTIPART;
	cc_mime_name_type(part, r->arena, cc_span_z("MULTIPART"), subtype);
	if ((e = cc_imap_read_params(&r->c, r->arena, &part->params)) != 0 ||
	    (e = cc_imap_read_extension(&r->c, r->arena, part)) != 0)
		return e;
	if (!part->subtype.p)
		return CC_ELIMIT;
	cc_mail_fill_fields(body, part);
	return ensure_part(r, body);
}

/* "(string list)" or "(string NIL)" is a disposition and no body. */
static bool
is_body(struct cursor c)
{
	struct span s;

	if (cc_imap_next(&c) != '(')
		return false;
	c.p++;
	if (cc_imap_next(&c) == '(')
		return true;
	return cc_imap_read_nstring(&c, NULL, &s) == 0 &&
	    cc_imap_next(&c) != '(' &&
	    cc_imap_read_nstring(&c, NULL, &s) == 0 && cc_imap_next(&c) != ')';
}

/* Behind the octets: is a message's envelope there, or NIL and its body? Some
 * servers leave both out. */
static bool
has_message(struct cursor c)
{
	struct span s;

	if (cc_imap_next(&c) == '(')
		return true;
	return cc_imap_read_nstring(&c, NULL, &s) == 0 && !s.p && is_body(c);
}

/* What begins here is nested too deeply: skipped, an empty text. */
static int
skip_deep(struct reader *r, BODY *body)
{
	int e = make_empty(r, body);

	r->deep = true;
	return e == 0 ? cc_imap_skip_value(&r->c) : e;
}

/* The envelope and the body of a message/rfc822. */
static int
open_message(struct reader *r, BODY *body, struct mime_part *part)
{
	MESSAGE *msg = body->nested.msg = mail_newmsg();
	struct span nil;
	int e;

	msg->body = mail_newbody();
	if (!has_message(r->c)) {
		msg->env = mail_newenvelope();
		e = make_empty(r, msg->body);
		return e == 0 ? end_single(r, body, part) : e;
	}
	if (cc_imap_next(&r->c) == '(') {
		e = cc_imap_read_envelope(&r->c, r->arena, &msg->env);
	} else {
		msg->env = mail_newenvelope();
		e = read_text(r, &nil);
	}
	if (e != 0)
		return e;
	if (r->depth >= CC_MIME_DEPTH) {
		e = skip_deep(r, msg->body);
		return e == 0 ? end_single(r, body, part) : e;
	}
	if ((e = push(r, body, part)) == 0)
		r->level->inner = msg->body;
	return e;
}

/* type subtype params id description encoding octets, after the type. */
static int
read_fields(struct reader *r, struct mime_part *part, struct span type,
    struct span subtype, unsigned long *octets_r)
{
	struct span encoding;
	int e;

	cc_mime_name_type(part, r->arena, type.p ? type : cc_span_z("TEXT"),
	    subtype);
	if ((e = cc_imap_read_params(&r->c, r->arena, &part->params)) != 0 ||
	    (e = read_text(r, &part->id)) != 0 ||
	    (e = read_text(r, &part->description)) != 0 ||
	    (e = read_text(r, &encoding)) != 0 ||
	    (e = read_number(r, octets_r)) != 0)
		return e;
	cc_mime_name_encoding(part, r->arena,
	    encoding.len ? encoding : cc_span_z("7BIT"));
	return part->type_name.p && part->subtype.p && part->encoding_name.p
	    ? 0
	    : CC_ELIMIT;
}

/* A name that stands where a type or, in a multipart without any part, the
 * subtype of that is due. */
static bool
is_type(struct reader *r, struct span name)
{
	struct mime_part part = { 0 };

	cc_mime_name_type(&part, r->arena, name, cc_span("", 0));
	return part.type != TYPEOTHER;
}

static int
open_single(struct reader *r, BODY *body)
{
	struct mime_part part = { 0 };
	struct span type, subtype;
	int e = read_text(r, &type), next;

	if (e != 0)
		return e;
	next = cc_imap_next(&r->c);
	if (type.len && (next == '(' || next == ')') && !is_type(r, type)) {
		return end_multipart(r, body, &part, type);
	}
	subtype = cc_span(NULL, 0);
	if (next != '(' && (e = read_text(r, &subtype)) != 0)
		return e;
	if (!type.p && subtype.len) {
		return end_multipart(r, body, &part, subtype);
	}
	e = read_fields(r, &part, type, subtype, &body->size.bytes);
	if (e != 0)
		return e;
	cc_mail_fill_fields(body, &part);
	if (part.type == TYPEMESSAGE && cc_span_is(part.subtype, "RFC822"))
		return open_message(r, body, &part);
	/* Envelope and body of a message/global (RFC 9051) have no place in
	 * the structure. */
	if (cc_imap_next(&r->c) == '(' &&
	    ((e = cc_imap_skip_value(&r->c)) != 0 ||
		(is_body(r->c) && (e = cc_imap_skip_value(&r->c)) != 0)))
		return e;
	return end_single(r, body, &part);
}

/* Reads a part, or as much of it as comes before parts inside it. */
static int
open_body(struct reader *r, BODY *body)
{
	static const struct mime_part unknown = { 0 };
	struct cursor start;
	struct span nil;
	int e;

	if (cc_imap_next(&r->c) != '(') {
		e = make_empty(r, body);
		return e == 0 ? read_text(r, &nil) : e;
	}
	start = r->c;
	r->c.p++;
	if (cc_imap_next(&r->c) != '(')
		return open_single(r, body);
	if (r->depth >= CC_MIME_DEPTH) {
		r->c = start;
		return skip_deep(r, body);
	}
	if ((e = push(r, body, &unknown)) == 0) {
		body->type = TYPEMULTIPART;
		r->level->tail = &body->nested.part;
	}
	return e;
}

/* The next part of the innermost multipart. */
static int
read_part(struct reader *r, struct level *level)
{
	PART *part;

	if (r->parts >= CC_MIME_PARTS) {
		r->many = true;
		return cc_imap_skip_value(&r->c);
	}
	r->parts++;
	*level->tail = part = mail_newbody_part();
	level->tail = &part->next;
	return open_body(r, &part->body);
}

/* What comes next in the innermost level, or its end. */
static int
go_on(struct reader *r)
{
	struct level *level = r->level;
	BODY *inner = level->inner;
	struct span subtype;
	int e;

	if (inner) {
		level->inner = NIL;
		return open_body(r, inner);
	}
	if (level->tail && cc_imap_next(&r->c) == '(')
		return read_part(r, level);
	r->level = level->outer;
	r->depth--;
	if (!level->tail)
		return end_single(r, level->body, &level->part);
	if ((e = read_text(r, &subtype)) != 0)
		return e;
	return end_multipart(r, level->body, &level->part, subtype);
}

int
cc_imap_read_body(struct cursor *c, struct arena *a, BODY **body_r)
{
	struct reader r = { .c = *c, .arena = a };
	BODY *body;
	int e;

	if (cc_imap_next(&r.c) != '(')
		return CC_EPARSE;
	body = mail_newbody();
	e = open_body(&r, body);
	while (e == 0 && r.level)
		e = go_on(&r);
	if (e != 0) {
		mail_free_body(&body);
		return e;
	}
	if (r.deep)
		cc_rfc822_complain("Ignoring parts nested too deeply",
		    cc_cursor_since(&r.c, c->p));
	if (r.many)
		cc_rfc822_complain("Ignoring parts that are too many",
		    cc_cursor_since(&r.c, c->p));
	*c = r.c;
	*body_r = body;
	return 0;
}
