/*
 * mail_finder_text.c - the keys of a search that the octets of a message
 * answer: TEXT and BODY (RFC 3501 section 6.4.4).
 *
 * BODY looks into text parts, also those of messages inside; TEXT into all
 * headers besides. Each part is read once for all keys, in the spans of the
 * driver's window, decoded only where an encoding or charset asks for it. A
 * message that is one text is searched without making its structure. Parts are
 * a stranger's: memory is bounded by CC_MIME_MEMORY.
 */
#include "cc_err.h"
#include "cc_limits.h"
#include "mail_finder_node.h"
#include "mime_decode.h"
#include "mime_param.h"

/* Octets that are decoded at once. */
#define PIECE ((size_t)64 * 1024)

/* Is the leaf one of texts that is asked for and not found yet? */
static bool
is_open(const struct finder_node *node)
{
	return node->stage == STAGE_TEXT && node->live &&
	    node->value == VALUE_UNKNOWN;
}

static bool
any_open(const struct cc_finder *f)
{
	for (size_t i = 0; i < f->count; i++)
		if (is_open(&f->nodes[i]))
			return true;
	return false;
}

static bool
any_open_text(const struct cc_finder *f)
{
	for (size_t i = 0; i < f->count; i++)
		if (is_open(&f->nodes[i]) && f->nodes[i].kind == FIND_TEXT)
			return true;
	return false;
}

/* A header, for the keys that headers count for. */
static void
feed_header(struct cc_finder *f, struct span header)
{
	struct finder_node *node;

	for (node = f->nodes; node < f->nodes + f->count; node++)
		if (is_open(node) && node->kind == FIND_TEXT &&
		    cc_finder_in_header(f, &node->u.text.needle, header))
			node->value = VALUE_YES;
}

/* ------------------------------------------------------------------ a part */

static void
begin_searches(struct cc_finder *f, const CHARSET *cs)
{
	struct finder_node *node;

	for (node = f->nodes; node < f->nodes + f->count; node++)
		if (is_open(node))
			cc_text_search_init(&node->u.text.search,
			    &node->u.text.needle, cs);
}

/* False if all were found. */
static bool
feed_searches(struct cc_finder *f, struct span text)
{
	struct finder_node *node;
	bool more = false;

	for (node = f->nodes; node < f->nodes + f->count; node++)
		if (is_open(node))
			more |=
			    !cc_text_search_feed(&node->u.text.search, text);
	return more;
}

static void
end_searches(struct cc_finder *f)
{
	struct finder_node *node;

	for (node = f->nodes; node < f->nodes + f->count; node++)
		if (is_open(node) &&
		    cc_text_search_finish(&node->u.text.search))
			node->value = VALUE_YES;
}

/* What was decoded, with the line ends that the strings have. */
static bool
feed_decoded(struct cc_finder *f)
{
	if (f->drop_cr)
		cc_strbuf_drop_octet(&f->decoded, '\r');
	return feed_searches(f, cc_strbuf_span(&f->decoded));
}

/* The text as clients get it: where the mailbox has LF alone, no CR is sent.
 * Mostly there is none; one look at that costs little beside a search. */
static struct span
as_sent(struct cc_finder *f, struct span text)
{
	if (cc_mail_newline(f->stream) != MIME_LF ||
	    !memchr(text.p, '\r', text.len))
		return text;
	cc_strbuf_reset(&f->field);
	cc_strbuf_put_span(&f->field, text);
	cc_strbuf_drop_octet(&f->field, '\r');
	return cc_strbuf_span(&f->field);
}

/* False if all were found. */
static bool
feed_encoded(struct cc_finder *f, struct mime_decoder *d, struct span text)
{
	size_t n;

	for (; text.len; text = cc_span(text.p + n, text.len - n)) {
		n = text.len < PIECE ? text.len : PIECE;
		cc_strbuf_reset(&f->decoded);
		cc_mime_decode(d, &f->decoded, cc_span(text.p, n));
		if (!feed_decoded(f))
			return false;
	}
	return true;
}

static bool
is_encoded(const struct mime_part *part)
{
	return part->encoding == ENCBASE64 ||
	    part->encoding == ENCQUOTEDPRINTABLE;
}

static int
feed_encoded_part(struct cc_finder *f, const struct mime_part *part,
    struct mail_reader *reader)
{
	struct mime_decoder d;
	struct span piece;
	bool more = true;
	int r = 1;

	cc_mime_decode_init(&d, part->encoding);
	while (more && (r = cc_mail_next(reader, &piece)) > 0)
		more = feed_encoded(f, &d, as_sent(f, piece));
	cc_strbuf_reset(&f->decoded);
	cc_mime_decode_end(&d, &f->decoded);
	if (more && r == 0)
		feed_decoded(f);
	return r < 0 ? r : 0;
}

static const CHARSET *
charset_of(struct cc_finder *f, const struct mime_part *part)
{
	struct span name =
	    cc_mime_param_decoded(part->params, "CHARSET", &f->arena);

	return cc_text_charset(name.p ? cc_arena_dup(&f->arena, name) : NULL);
}

/* The octets of a text part; where is an extent, or NULL for all of the
 * message's text. What the part knows may lie in the window, so the charset is
 * found before anything is read. */
static int
feed_part(struct cc_finder *f, const struct mime_part *part,
    const struct mime_extent *where)
{
	const CHARSET *cs = charset_of(f, part);
	struct mail_reader reader;
	struct span piece;
	int r;

	r = where ? cc_mail_read_extent(f->stream, f->msgno, where, &reader)
		  : cc_mail_read(f->stream, f->msgno, MAIL_TEXT, &reader);
	if (r != 0)
		return r;
	reader.follow = true;
	begin_searches(f, cs);
	if (is_encoded(part))
		r = feed_encoded_part(f, part, &reader);
	else
		while ((r = cc_mail_next(&reader, &piece)) > 0)
			if (!feed_searches(f, as_sent(f, piece)))
				break;
	end_searches(f);
	return r < 0 ? r : 0;
}

/* ----------------------------------------------------------------- parts */

/* The header of a part, which is small but for hostile ones. */
static int
feed_part_header(struct cc_finder *f, const struct mime_part *part)
{
	struct mail_reader reader;
	struct span piece;
	int r;

	if (!any_open_text(f) || part->header.end <= part->header.pos)
		return 0;
	cc_strbuf_reset(&f->native);
	r = cc_mail_read_extent(f->stream, f->msgno, &part->header, &reader);
	reader.follow = true;
	while (r == 0 && (r = cc_mail_next(&reader, &piece)) > 0) {
		r = 0;
		cc_strbuf_put_span(&f->native, piece);
		if (f->native.over)
			break;
	}
	if (r < 0)
		return r;
	if (cc_mail_newline(f->stream) == MIME_LF)
		cc_strbuf_drop_octet(&f->native, '\r');
	feed_header(f, cc_strbuf_span(&f->native));
	return 0;
}

static int
visit(struct cc_finder *f, const struct mime_part *part)
{
	if (cc_mime_is_message(part))
		feed_header(f, part->msg_header);
	return part->type == TYPETEXT ? feed_part(f, part, &part->body) : 0;
}

/* The part behind this one in the order they are written, below root. */
static const struct mime_part *
following(const struct mime_part *root, const struct mime_part *part)
{
	if (part->child)
		return part->child;
	while (part != root && !part->next)
		part = part->parent;
	return part == root ? NULL : part->next;
}

/* A part and all those in it. The header of the first is the caller's; that of
 * a message's only part has been looked at with the message. */
static int
feed_tree(struct cc_finder *f, const struct mime_part *root)
{
	const struct mime_part *part = root;
	int r = 0;

	while (part && r == 0 && any_open(f)) {
		if (part != root && !cc_mime_is_message(part->parent))
			r = feed_part_header(f, part);
		if (r == 0)
			r = visit(f, part);
		part = following(root, part);
	}
	return r;
}

/* ------------------------------------------------------------ the message */

/* The Content- fields of a message's header. */
static void
read_fields(struct cc_finder *f, struct span header, struct mime_part *part)
{
	static const struct span type = CC_SPAN("Content-Type");
	static const struct span encoding =
	    CC_SPAN("Content-Transfer-Encoding");
	const size_t prefix = strlen("Content-");
	struct span body;
	size_t at = 0;

	if (cc_finder_field(header, &at, type, &body))
		cc_mime_parse_field(part, &f->arena,
		    cc_span(type.p + prefix, type.len - prefix), body);
	at = 0;
	if (cc_finder_field(header, &at, encoding, &body))
		cc_mime_parse_field(part, &f->arena,
		    cc_span(encoding.p + prefix, encoding.len - prefix), body);
	cc_mime_set_defaults(part, &f->arena, false);
}

/* The structure, made from the header in hand, so that the message is not
 * located again; nobody else has use for it. Positions of the header are not
 * asked for: its parts' own are in the text. */
static int
parse_parts(struct cc_finder *f, struct span header, struct mime_part **root_r)
{
	struct mime_parser *parser =
	    cc_mime_new(&f->arena, cc_mail_newline(f->stream));
	int r = 0;

	if (cc_mime_feed(parser, header, 0) == 0)
		r = cc_mail_feed(f->stream, f->msgno, MAIL_TEXT, parser);
	if (r == 0)
		return cc_mime_end(&parser, root_r);
	cc_mime_free(&parser);
	return r;
}

/* A message of which the header is known. */
static int
feed_message(struct cc_finder *f, struct span header)
{
	struct mime_part part = { 0 }, *root;
	int r;

	read_fields(f, header, &part);
	if (part.type != TYPEMULTIPART && part.type != TYPEMESSAGE &&
	    part.type != TYPETEXT)
		return 0;
	if (part.type == TYPETEXT)
		return feed_part(f, &part, NULL);
	r = parse_parts(f, header, &root);
	return r != 0 ? r : feed_tree(f, root);
}

int
cc_finder_texts(struct cc_finder *f)
{
	struct finder_node *node;
	struct span header;
	int r;

	cc_arena_reset(&f->arena);
	if (f->part) {
		r = feed_tree(f, f->part);
	} else {
		if ((r = cc_finder_header(f, &header)) != 0)
			return r;
		feed_header(f, header);
		r = any_open(f) ? feed_message(f, header) : 0;
	}
	for (node = f->nodes; node < f->nodes + f->count; node++)
		if (is_open(node))
			node->value = VALUE_NO;
	return r;
}
