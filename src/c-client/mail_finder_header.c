/*
 * mail_finder_header.c - the keys of a search that headers answer: FROM, TO,
 * CC, BCC, SUBJECT, HEADER, SENTBEFORE, SENTON, SENTSINCE (RFC 3501 section
 * 6.4.4).
 *
 * Fields are looked at where they lie; only those with folds or encoded words
 * are copied. Linear in the header for each key. Headers are a stranger's.
 */
#include "cc_ctype.h"
#include "cc_err.h"
#include "cc_limits.h"
#include "fs.h"
#include "mail_finder_node.h"
#include "rfc822_header.h"
#include "utf8aux.h"

/* Octets of a Date field that are looked at. */
#define DATE_MAX 128

int
cc_finder_header(struct cc_finder *f, struct span *header_r)
{
	if (!f->part)
		return cc_mail_header(f->stream, f->msgno, &f->native,
		    header_r);
	*header_r =
	    cc_mime_is_message(f->part) ? f->part->msg_header : cc_span("", 0);
	return 0;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The position behind the line that begins at `at`. */
static size_t
next_line(struct span header, size_t at)
{
	const char *lf = memchr(header.p + at, '\n', header.len - at);

	return lf ? (size_t)(lf - header.p) + 1 : header.len;
}

/* Does a field of this name begin here? Gives the position behind its colon;
 * blanks may stand before that (RFC 5322 section 4.5). */
static bool
is_field(struct span header, size_t at, struct span name, size_t *colon_r)
{
	size_t i = at + name.len;

	if (header.len - at <= name.len || (header.p[at] ^ name.p[0]) & ~0x20 ||
	    !cc_span_eq_nocase(cc_span(header.p + at, name.len), name))
		return false;
	while (i < header.len && is_blank(header.p[i]))
		i++;
	*colon_r = i + 1;
	return i < header.len && header.p[i] == ':';
}

bool
cc_finder_field(struct span header, size_t *at, struct span name,
    struct span *body_r)
{
	size_t colon;

	while (*at < header.len && name.len) {
		bool found = is_field(header, *at, name, &colon);

		*at = next_line(header, *at);
		if (!found)
			continue;
		while (*at < header.len && is_blank(header.p[*at]))
			*at = next_line(header, *at);
		*body_r = cc_span_trim(cc_span(header.p + colon, *at - colon));
		return true;
	}
	return false;
}

/* "?" is rare in headers, "=" is not. */
static bool
has_words(struct span s)
{
	const char *end = s.p + s.len, *p = s.p;

	while (p < end && (p = memchr(p, '?', (size_t)(end - p))) != NULL) {
		if (p > s.p && p[-1] == '=')
			return true;
		p++;
	}
	return false;
}

static bool
has_folds(struct span header)
{
	const char *end = header.p + header.len, *p = header.p;

	while (p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL)
		if (++p < end && is_blank(*p))
			return true;
	return false;
}

/* Encoded words are UTF-8 then, and the rest is what it was. */
static bool
in_words(const struct cc_needle *needle, struct span text)
{
	SIZEDTEXT src = { (unsigned char *)(uintptr_t)text.p, text.len }, dst;
	bool found;

	dst = src;
	utf8_mime2text(&src, &dst, NIL);
	found = cc_text_search(needle, NULL, cc_span(dst.data, dst.size));
	if (dst.data != src.data)
		fs_give((void **)&dst.data);
	return found;
}

/* A field's body, or a header without encoded words whose folds do not
 * matter. */
static bool
in_text(struct cc_finder *f, const struct cc_needle *needle, struct span text)
{
	if (memchr(text.p, '\n', text.len)) {
		cc_strbuf_reset(&f->field);
		cc_rfc822_put_unfolded(&f->field, text);
		for (size_t i = 0; i < f->field.len; i++)
			if (f->field.data[i] == '\t')
				f->field.data[i] = ' ';
		text = cc_strbuf_span(&f->field);
	}
	return has_words(text) ? in_words(needle, text)
			       : cc_text_search(needle, NULL, text);
}

/* An address as it is shown: without quotes and quoting backslashes. */
static bool
in_unquoted(struct cc_finder *f, const struct cc_needle *needle,
    struct span text)
{
	if (!memchr(text.p, '"', text.len) && !memchr(text.p, '\\', text.len))
		return false;
	cc_strbuf_reset(&f->decoded);
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] == '\\' && i + 1 < text.len)
			i++;
		else if (text.p[i] == '"' || text.p[i] == '\\')
			continue;
		cc_strbuf_putc(&f->decoded, text.p[i]);
	}
	return in_text(f, needle, cc_strbuf_span(&f->decoded));
}

/* Each field by itself: its name as it stands, and its text; or only those
 * with encoded words. */
static bool
in_fields(struct cc_finder *f, const struct cc_needle *needle,
    struct span header, bool encoded)
{
	struct cursor c = cc_cursor(header);
	struct rfc822_field field;

	while (cc_rfc822_next_field(&c, &field) > 0)
		if ((!encoded || has_words(field.all)) &&
		    in_text(f, needle, cc_span_trim(field.all)))
			return true;
	return false;
}

/*
 * Where the string could only stand in one line as it lies, that is looked at
 * first: mostly it is not there, and then only encoded words can hold it. If it
 * is there and such words are, it may be part of their code.
 */
bool
cc_finder_in_header(struct cc_finder *f, const struct cc_needle *needle,
    struct span header)
{
	bool words = has_words(header);

	if (memchr(needle->text, ' ', needle->len) && has_folds(header))
		return in_fields(f, needle, header, false);
	if (!cc_text_search(needle, NULL, header))
		return words && in_fields(f, needle, header, true);
	return !words || in_fields(f, needle, header, false);
}

static bool
field_holds(struct cc_finder *f, const struct finder_node *node,
    struct span header)
{
	struct span name = cc_span_z(node->u.text.field), body;
	size_t at = 0;

	while (cc_finder_field(header, &at, name, &body))
		if (in_text(f, &node->u.text.needle, body) ||
		    (node->u.text.address &&
			in_unquoted(f, &node->u.text.needle, body)))
			return true;
	return false;
}

/* The day that the Date field tells, in its own zone. */
static bool
sent_holds(struct cc_finder *f, const struct finder_node *node,
    struct span header)
{
	static const struct span name = CC_SPAN("Date");
	struct imap_date date;
	struct span body;
	const char *comment;
	size_t at = 0;
	int64_t local;

	if (!cc_finder_field(header, &at, name, &body))
		return false;
	cc_strbuf_reset(&f->field);
	cc_rfc822_put_unfolded(&f->field, body);
	body = cc_strbuf_span(&f->field);
	if (body.len > DATE_MAX)
		body.len = DATE_MAX;
	if ((comment = memchr(body.p, '(', body.len)) != NULL)
		body.len = (size_t)(comment - body.p);
	if (cc_imap_parse_date_time(cc_span_trim(body), &date) != 0)
		return false;
	local = date.time + (int64_t)date.zone * 60;
	return cc_finder_days_hold(&node->u.days,
	    local / 86400 - (local % 86400 < 0));
}

int
cc_finder_headers(struct cc_finder *f)
{
	struct finder_node *node;
	struct span header = { NULL, 0 };
	int r;

	for (node = f->nodes; node < f->nodes + f->count; node++) {
		if (node->stage != STAGE_HEADER || !node->live)
			continue;
		if (!header.p && (r = cc_finder_header(f, &header)) != 0)
			return r;
		node->value = node->kind == FIND_SENT
		    ? sent_holds(f, node, header)
		    : field_holds(f, node, header);
	}
	return 0;
}
