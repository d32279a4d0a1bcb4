/*
 * rfc822_header.c - header fields (RFC 5322 section 2.2), and those of them
 * that an ENVELOPE needs (RFC 3501 section 7.4.2).
 *
 * Works on octets in memory and holds no state. The header is a stranger's:
 * lines may be no fields at all, and at most CC_FIELDS_MAX are looked at
 * (CVE-2024-23184).
 */
#include "cc_ctype.h"
#include "cc_limits.h"
#include "rfc822_header.h"
#include "rfc822_token.h"

/* One past the LF that ends the line at p; end if there is none. */
static const unsigned char *
line_end(const unsigned char *p, const unsigned char *end)
{
	const unsigned char *lf = memchr(p, '\n', (size_t)(end - p));

	return lf ? lf + 1 : end;
}

/* The field's name, if its first line has one: visible ASCII and a colon. */
static struct span
field_name(const unsigned char *p, const unsigned char *eol,
    const unsigned char **body_r)
{
	const unsigned char *q = p, *name_end;

	while (q<eol && * q> ' ' && *q < 0x7f && *q != ':')
		q++;
	name_end = q;
	while (q < eol && is_wsp(*q))
		q++;
	*body_r = p;
	if (name_end == p || q == eol || *q != ':')
		return cc_span(p, 0);
	*body_r = q + 1;
	return cc_span(p, (size_t)(name_end - p));
}

int
cc_rfc822_next_field(struct cursor *c, struct rfc822_field *field_r)
{
	const unsigned char *p = c->p, *eol, *body, *end;

	if (p == c->end)
		return 0;
	if (*p == '\n' || (*p == '\r' && c->end - p > 1 && p[1] == '\n')) {
		c->p += *p == '\n' ? 1 : 2;
		return 0;
	}
	eol = line_end(p, c->end);
	field_r->name = field_name(p, eol, &body);
	while (eol < c->end && is_wsp(*eol))
		eol = line_end(eol, c->end);
	for (end = eol; end > body && (end[-1] == '\n' || end[-1] == '\r');)
		end--;
	field_r->body = cc_span(body, (size_t)(end - body));
	field_r->all = cc_span(p, (size_t)(eol - p));
	c->p = eol;
	return 1;
}

void
cc_rfc822_put_unfolded(struct strbuf *out, struct span body)
{
	struct cursor c = cc_cursor(cc_span_trim(body));
	const unsigned char *from;

	while (c.p < c.end) {
		for (from = c.p; c.p < c.end && *c.p != '\r' && *c.p != '\n';)
			c.p++;
		cc_strbuf_put(out, from, (size_t)(c.p - from));
		while (c.p < c.end && (*c.p == '\r' || *c.p == '\n'))
			c.p++;
	}
}

/* The fields of struct rfc822_envelope; lists are joined when repeated. */
static const struct slot {
	const char *name;
	size_t len;
	size_t offset;
	bool list;
} slots[] = {
#define SLOT(name, member, list)                                               \
	{                                                                      \
		name, sizeof(name) - 1,                                        \
		    offsetof(struct rfc822_envelope, member), list             \
	}
	SLOT("DATE", date, false),
	SLOT("SUBJECT", subject, false),
	SLOT("FROM", from, true),
	SLOT("SENDER", sender, true),
	SLOT("REPLY-TO", reply_to, true),
	SLOT("TO", to, true),
	SLOT("CC", cc, true),
	SLOT("BCC", bcc, true),
	SLOT("IN-REPLY-TO", in_reply_to, false),
	SLOT("MESSAGE-ID", message_id, false),
	SLOT("NEWSGROUPS", newsgroups, false),
	SLOT("FOLLOWUP-TO", followup_to, false),
	SLOT("REFERENCES", references, false),
#undef SLOT
};

#define SLOTS (sizeof(slots) / sizeof(slots[0]))

/* The slot of a field name, or SLOTS. */
static size_t
find_slot(struct span name)
{
	int first = name.len > 1 ? to_upper((unsigned char)name.p[0]) : 0;

	for (size_t i = 0; i < SLOTS; i++)
		if (slots[i].name[0] == first && slots[i].len == name.len &&
		    cc_span_eq_nocase(name,
			cc_span(slots[i].name, slots[i].len)))
			return i;
	return SLOTS;
}

static struct span *
slot_of(struct rfc822_envelope *env, size_t i)
{
	return (struct span *)(void *)((char *)env + slots[i].offset);
}

/*
 * The bodies of repeated address fields, joined by commas: one pass over the
 * header for all of them, so that repeating fields costs nothing more. What
 * passes the arena's ceiling keeps the first body.
 */
static void
join_lists(struct span header, struct arena *a, const size_t *total,
    struct rfc822_envelope *env)
{
	struct cursor c = cc_cursor(header);
	struct rfc822_field field;
	char *text[SLOTS] = { 0 };
	size_t used[SLOTS] = { 0 };

	for (size_t i = 0; i < SLOTS; i++)
		if (total[i])
			text[i] = cc_arena_get(a, total[i]);
	for (unsigned n = 0;
	     n < CC_FIELDS_MAX && cc_rfc822_next_field(&c, &field) > 0; n++) {
		size_t i = find_slot(field.name);

		if (i == SLOTS || !text[i])
			continue;
		if (used[i])
			text[i][used[i]++] = ',';
		memcpy(text[i] + used[i], field.body.p, field.body.len);
		used[i] += field.body.len;
	}
	for (size_t i = 0; i < SLOTS; i++)
		if (text[i])
			*slot_of(env, i) = cc_span(text[i], used[i]);
}

int
cc_rfc822_scan_envelope(struct span header, struct arena *a,
    struct rfc822_envelope *env_r)
{
	struct rfc822_envelope env = { 0 };
	struct cursor c = cc_cursor(header);
	struct rfc822_field field;
	size_t total[SLOTS] = { 0 }; /* octets joined, where repeated */
	bool repeated = false;

	for (unsigned n = 0;
	     n < CC_FIELDS_MAX && cc_rfc822_next_field(&c, &field) > 0; n++) {
		size_t i = find_slot(field.name);
		struct span *body;

		if (i == SLOTS)
			continue;
		body = slot_of(&env, i);
		if (!body->p) {
			*body = field.body;
		} else if (slots[i].list) {
			if (!total[i])
				total[i] = body->len;
			total[i] += field.body.len + 1;
			repeated = true;
		}
	}
	if (repeated)
		join_lists(header, a, total, &env);
	*env_r = env;
	return 0;
}

/* Appends the lines of a field with CRLF line ends and without other CRs. */
static void
put_lines(struct strbuf *out, struct span all)
{
	struct cursor c = cc_cursor(all);
	const unsigned char *from;

	while (c.p < c.end) {
		for (from = c.p; c.p < c.end && *c.p != '\r' && *c.p != '\n';)
			c.p++;
		cc_strbuf_put(out, from, (size_t)(c.p - from));
		if (c.p < c.end && *c.p++ == '\n')
			cc_strbuf_put(out, "\r\n", 2);
	}
	if (all.len && all.p[all.len - 1] != '\n')
		cc_strbuf_put(out, "\r\n", 2);
}

static bool
is_listed(struct span name, const struct span *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (names[i].len == name.len &&
		    cc_span_eq_nocase(names[i], name))
			return true;
	return false;
}

void
cc_rfc822_filter_fields(struct strbuf *out, struct span header,
    const struct span *names, size_t count, bool invert)
{
	struct cursor c = cc_cursor(header);
	struct rfc822_field field;

	while (cc_rfc822_next_field(&c, &field) > 0)
		if (is_listed(field.name, names, count) != invert)
			put_lines(out, field.all);
	cc_strbuf_put(out, "\r\n", 2);
}
