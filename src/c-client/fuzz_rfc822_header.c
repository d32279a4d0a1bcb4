/*
 * fuzz_rfc822_header.c - the fields of a header are all of its octets in
 * their order; filtering splits them in two; what is unfolded has no line
 * end; and of repeated fields none is lost.
 */
#include "fuzz_util.h"
#include "rfc822_header.h"

static void
check_field(const struct rfc822_field *field, const unsigned char *at,
    struct strbuf *out)
{
	const char *end = field->all.p + field->all.len;

	must((const unsigned char *)field->all.p == at && field->all.len > 0);
	must(field->body.p >= field->all.p &&
	    field->body.p + field->body.len <= end);
	if (field->name.len) {
		must(field->name.p == field->all.p);
		must(field->body.p[-1] == ':');
		for (size_t i = 0; i < field->name.len; i++)
			must(field->name.p[i] > ' ' && field->name.p[i] != ':');
	}
	cc_strbuf_reset(out);
	cc_rfc822_put_unfolded(out, field->body);
	must(!memchr(cc_strbuf_str(out), '\n', out->len));
	must(!memchr(cc_strbuf_str(out), '\r', out->len));
}

/* Octets of the address fields of this name, counted one by one. */
static size_t
list_octets(struct span header, const char *name)
{
	struct cursor c = cc_cursor(header);
	struct rfc822_field field;
	size_t n = 0;

	while (cc_rfc822_next_field(&c, &field) > 0)
		if (cc_span_is_nocase(field.name, name))
			n += field.body.len;
	return n;
}

static void
check_envelope(struct span header)
{
	struct rfc822_envelope env;
	struct arena a;

	cc_arena_init(&a, 1 << 24);
	must(cc_rfc822_scan_envelope(header, &a, &env) == 0);
	must(env.to.len >= list_octets(header, "To"));
	must(env.from.len >= list_octets(header, "From"));
	must((env.cc.p != NULL) == (list_octets(header, "cc") > 0) ||
	    env.cc.len == 0);
	cc_arena_free(&a);
}

static void
check_filter(struct span header, struct strbuf *out)
{
	static const struct span names[] = { CC_SPAN("To"), CC_SPAN("from"),
		CC_SPAN("X") };
	size_t all, some, rest;

	cc_strbuf_reset(out);
	cc_rfc822_filter_fields(out, header, NULL, 0, true);
	all = out->len;
	cc_strbuf_reset(out);
	cc_rfc822_filter_fields(out, header, names, 3, false);
	some = out->len;
	for (size_t i = 0; i < out->len; i++)
		must((out->data[i] == '\r') ==
		    (i + 1 < out->len && out->data[i + 1] == '\n'));
	cc_strbuf_reset(out);
	cc_rfc822_filter_fields(out, header, names, 3, true);
	rest = out->len;
	must(all + 2 == some + rest);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span header = cc_span(data, size);
	struct cursor c = cc_cursor(header);
	struct rfc822_field field;
	struct strbuf out;
	const unsigned char *at = c.p;
	size_t left;

	cc_strbuf_init(&out, SIZE_MAX / 4);
	while (cc_rfc822_next_field(&c, &field) > 0) {
		check_field(&field, at, &out);
		at += field.all.len;
		must(c.p == at);
	}
	left = (size_t)(c.p - at);
	must(left <= 2 && (left == 0 || at[left - 1] == '\n'));
	must(left > 0 || cc_cursor_at_end(&c));
	check_envelope(header);
	check_filter(header, &out);
	cc_strbuf_free(&out);
	return 0;
}
