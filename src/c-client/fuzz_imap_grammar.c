/*
 * fuzz_imap_grammar.c - the words of IMAP, each parser on the same input.
 */
#include "fuzz_util.h"
#include "imap_grammar.h"

/* What every parser owes: all or nothing, and nothing behind the end. */
static bool
accepted(int r, const struct cursor *before, const struct cursor *after)
{
	must(r <= 0);
	must(after->end == before->end && after->p <= after->end);
	must(after->depth == before->depth);
	must(r == 0 ? after->p > before->p : after->p == before->p);
	return r == 0;
}

static void
try_numbers(const struct cursor start)
{
	struct cursor c = start;
	uint32_t num = 0, nz = 0;
	uint64_t num64 = 0;
	bool is_num = accepted(cc_imap_parse_number(&c, &num), &start, &c);

	c = start;
	if (accepted(cc_imap_parse_nz_number(&c, &nz), &start, &c))
		must(is_num && nz == num && nz != 0);
	c = start;
	if (accepted(cc_imap_parse_number64(&c, &num64), &start, &c))
		must(num64 <= INT64_MAX && is_num == (num64 <= UINT32_MAX));
}

static void
try_words(const struct cursor start)
{
	struct cursor c = start;
	struct span word;

	if (accepted(cc_imap_parse_atom(&c, &word), &start, &c))
		must(fuzz_same(word, cc_cursor_since(&c, start.p)));
	c = start;
	if (accepted(cc_imap_parse_tag(&c, &word), &start, &c))
		must(word.len <= 50);
	c = start;
	if (accepted(cc_imap_parse_flag(&c, &word), &start, &c))
		must(word.len > 0 && word.p[word.len - 1] != '\\');
}

/* Strings come back from the writer as they went in. */
static void
try_quoted(const struct cursor start, struct arena *a)
{
	struct cursor c = start, again;
	struct span value, value2;
	struct strbuf out;

	if (!accepted(cc_imap_parse_quoted(&c, a, &value), &start, &c))
		return;
	must(!memchr(value.len ? value.p : "", '\0', value.len));
	cc_strbuf_init(&out, value.len + 30);
	cc_imap_put_string(&out, value);
	must(cc_strbuf_status(&out) == 0);
	again = cc_cursor(cc_strbuf_span(&out));
	if (cc_cursor_peek(&again) == '"') {
		must(cc_imap_parse_quoted(&again, a, &value2) == 0);
		must(cc_cursor_at_end(&again) && fuzz_same(value, value2));
	}
	cc_strbuf_free(&out);
}

/* A string of any octets is written as something that says its length. */
static void
try_put(struct span s)
{
	struct strbuf out;
	struct cursor c;
	uint32_t len;

	cc_strbuf_init(&out, s.len + 30);
	cc_imap_put_astring(&out, s);
	must(cc_strbuf_status(&out) == 0);
	c = cc_cursor(cc_strbuf_span(&out));
	if (cc_cursor_skip(&c, '{')) {
		must(cc_imap_parse_number(&c, &len) == 0 && len == s.len);
		must(cc_cursor_skip(&c, '}') && cc_cursor_skip(&c, '\r') &&
		    cc_cursor_skip(&c, '\n'));
		must(cc_cursor_left(&c) == s.len);
		must(!memchr(c.p, '\0', s.len));
	}
	cc_strbuf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span s = cc_span(data, size);
	struct arena a;

	cc_arena_init(&a, 4096);
	try_numbers(cc_cursor(s));
	try_words(cc_cursor(s));
	try_quoted(cc_cursor(s), &a);
	try_put(s);
	cc_arena_free(&a);
	return 0;
}
