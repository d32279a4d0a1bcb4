/*
 * test_rfc822_msgid.c - message-ids and lists of them (RFC 5322 section
 * 3.6.4), as they are and as they should not be.
 */
#include "cc_err.h"
#include "rfc822_msgid.h"
#include "test_util.h"

static const struct {
	struct span in;
	const char *ids; /* each followed by "|" */
} cases[] = {
	{ OCTETS(""), "" },
	{ OCTETS(" \r\n "), "" },
	{ OCTETS("<a@b>"), "a@b|" },
	{ OCTETS(" <a@b> "), "a@b|" },
	{ OCTETS("<a@b><c@d>"), "a@b|c@d|" },
	{ OCTETS("<a@b> <c@d>\r\n\t<e@f>"), "a@b|c@d|e@f|" },
	{ OCTETS("<a@b>, <c@d>;<e@f>"), "a@b|c@d|e@f|" },
	{ OCTETS("<A@b> <a@B>"), "A@b|a@B|" },
	/* RFC 5256: quoting makes no other id */
	{ OCTETS("<\"01KF8JCEOCBS0045PS\"@xxx.yyy.com>"),
	    "01KF8JCEOCBS0045PS@xxx.yyy.com|" },
	{ OCTETS("<01KF8JCEOCBS0045PS@xxx.yyy.com>"),
	    "01KF8JCEOCBS0045PS@xxx.yyy.com|" },
	{ OCTETS("<\"a\\b\\\"c\\\\d\"@e>"), "ab\"c\\d@e|" },
	{ OCTETS("<\"a b\"@c>"), "a b@c|" },
	{ OCTETS("<\"a>b<c@d\"@e>"), "a>b<c@d@e|" },
	{ OCTETS("<\"a\r\n b\"@c>"), "a b@c|" },
	{ OCTETS("<\"a\".\"b\".c@d>"), "a.b.c@d|" },
	{ OCTETS("<a\"b@c>"), "a\"b@c|" },
	{ OCTETS("<a\"b@c> <d\"e@f>"), "a\"b@c|d\"e@f|" },
	{ OCTETS("<\"a@b>"), "\"a@b|" },
	{ OCTETS("<\"a@b\\"), "\"a@b\\|" },
	{ OCTETS("<\"\"@b>"), "" },
	{ OCTETS("<DOMAIN\\user@b>"), "DOMAIN\\user@b|" },
	{ OCTETS("<a@[192.0.2.1]>"), "a@[192.0.2.1]|" },
	/* comments */
	{ OCTETS("(no <x@y>) <a@b> (c <d@e>)"), "a@b|" },
	{ OCTETS("(a(b)<c@d>) <e@f>"), "e@f|" },
	{ OCTETS("(\\) <x@y>) <a@b>"), "a@b|" },
	{ OCTETS("(open <a@b> <c@d>"), "a@b|c@d|" },
	{ OCTETS("<(c)a(d) . (e) b@(f)g(h)>"), "a.b@g|" },
	{ OCTETS("<a(\\))@b>"), "a@b|" },
	{ OCTETS("<a(b@c> <d)e@f>"), "a(b@c|d)e@f|" },
	{ OCTETS("<a(b@c>"), "a(b@c|" },
	/* blanks and folds */
	{ OCTETS("< a@b >"), "a@b|" },
	{ OCTETS("<a @ b>"), "a@b|" },
	{ OCTETS("<aaa\r\n bbb@c\r\n .d>"), "aaabbb@c.d|" },
	{ OCTETS("<a@b\r\n >\n\t<c@d>"), "a@b|c@d|" },
	/* no "@" */
	{ OCTETS("<abc>"), "" },
	{ OCTETS("<yes> <a@b> <y>"), "a@b|" },
	{ OCTETS("<no id here>"), "" },
	{ OCTETS("<not\r\n this>"), "" },
	{ OCTETS("<not an id> <a@b>"), "a@b|" },
	{ OCTETS("<@b>"), "" },
	{ OCTETS("<@>"), "" },
	{ OCTETS("<a@>"), "a@|" },
	{ OCTETS("<>"), "" },
	{ OCTETS("< \t>"), "" },
	{ OCTETS("<> <a@b>"), "a@b|" },
	/* not closed, closed twice */
	{ OCTETS("<"), "" },
	{ OCTETS("<a@b"), "a@b|" },
	{ OCTETS("<a@b <c@d>"), "a@b|c@d|" },
	{ OCTETS("<<a@b>>"), "a@b|" },
	{ OCTETS("<a@b>>c@d>"), "a@b|" },
	{ OCTETS("> <a@b>"), "a@b|" },
	/* no brackets at all */
	{ OCTETS("a@b"), "a@b|" },
	{ OCTETS("a@b c@d,\r\n e@f"), "a@b|c@d|e@f|" },
	{ OCTETS("a@b>"), "a@b|" },
	{ OCTETS("\"a\"@b (c)"), "a@b|" },
	{ OCTETS("(c@d) a@b"), "a@b|" },
	{ OCTETS("(c@d a@b"), "(c@d|a@b|" },
	{ OCTETS("joe@example.com's message of Monday"), "" },
	{ OCTETS("a@b c"), "" },
	{ OCTETS("abc"), "" },
	{ OCTETS("@b"), "" },
	{ OCTETS("@b a@c"), "a@c|" },
	/* phrases of an In-Reply-To */
	{ OCTETS("Your message of \"Mon, 1 Jan 2001 <x@y>\" <a@b>"), "a@b|" },
	{ OCTETS("Joe's message <a@b> of Monday"), "a@b|" },
	{ OCTETS("Message from Joe <joe@c> of 1 Jan <a@b>"), "joe@c|a@b|" },
	{ OCTETS("Your message of \"Mon <a@b>"), "a@b|" },
	/* octets of all kinds */
	{ OCTETS("<\303\251\377@b>"), "\303\251\377@b|" },
	{ OCTETS("\377<a@b>\377"), "a@b|" },
	{ OCTETS("\0<a@b>\0"), "a@b|" },
	{ OCTETS("<a\177b@c>"), "a\177b@c|" },
};

/* All ids of a text, each followed by "|". */
static char *
ids_of(struct span in)
{
	struct rfc822_msgids p;
	struct strbuf scratch, out;
	struct span id;
	int r;

	cc_strbuf_init(&scratch, in.len);
	cc_strbuf_init(&out, 2 * in.len + 1);
	cc_rfc822_msgids_init(&p, &scratch, in);
	while ((r = cc_rfc822_msgids_next(&p, &id)) > 0) {
		cc_strbuf_put_span(&out, id);
		cc_strbuf_putc(&out, '|');
	}
	assert_int_equal(r, 0);
	assert_int_equal(cc_rfc822_msgids_next(&p, &id), 0);
	cc_strbuf_free(&scratch);
	return cc_strbuf_take(&out);
}

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *copy = exact_copy(cases[i].in.p, cases[i].in.len);
		char *got = ids_of(cc_span(copy, cases[i].in.len));

		if (strcmp(got, cases[i].ids))
			print_error("row %zu: %.*s\n", i, (int)cases[i].in.len,
			    cases[i].in.p);
		assert_string_equal(got, cases[i].ids);
		free(got);
		free(copy);
	}
}

/* A text may end at any octet: what is read of it is no more than it has. */
static void
test_cut_anywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t len = 0; len < cases[i].in.len; len++) {
			char *copy = exact_copy(cases[i].in.p, len);
			char *got = ids_of(cc_span(copy, len));

			assert_true(strlen(got) <= 2 * len);
			free(got);
			free(copy);
		}
}

/* An id that has to be put together may be too long, one that lies there not;
 * what follows is read. */
static void
test_ceiling(void **state)
{
	struct rfc822_msgids p;
	struct strbuf scratch;
	struct span id;

	(void)state;
	cc_strbuf_init(&scratch, 6);
	cc_rfc822_msgids_init(&p, &scratch,
	    cc_span_z("<long.id@host> <\"1234\"@6> <\"12345\"@7> <a @b>"));
	assert_int_equal(cc_rfc822_msgids_next(&p, &id), 1);
	assert_span(id, "long.id@host");
	assert_int_equal(cc_rfc822_msgids_next(&p, &id), 1);
	assert_span(id, "1234@6");
	assert_int_equal(cc_rfc822_msgids_next(&p, &id), CC_ELIMIT);
	assert_int_equal(cc_rfc822_msgids_next(&p, &id), 1);
	assert_span(id, "a@b");
	assert_int_equal(cc_rfc822_msgids_next(&p, &id), 0);
	cc_strbuf_free(&scratch);
}

/* A million octets of each kind that could make a parser look at the same
 * octets again and again; more than linear work would not end. */
static void
test_hostile_is_linear(void **state)
{
	static const struct {
		const char *unit, *end;
	} hostile[] = {
		{ "<", "" },
		{ "<(", "" },
		{ "<(", ")" },
		{ "<(((", ">" },
		{ "(", "<a@b>" },
		{ "<\"", "" },
		{ "<a.\"\\\"", "" },
		{ "\"\\\"", "<a@b>" },
		{ "(@ ", "" },
		{ "a@b (", "" },
		{ "@", ">" },
		{ "<a@b> ", "" },
	};
	const size_t size = 1000000;
	char *text = malloc(size + 16);

	(void)state;
	for (size_t i = 0; i < COUNT(hostile); i++) {
		size_t len = 0, unit = strlen(hostile[i].unit);
		char *got;

		while (len < size) {
			memcpy(text + len, hostile[i].unit, unit);
			len += unit;
		}
		memcpy(text + len, hostile[i].end, strlen(hostile[i].end));
		len += strlen(hostile[i].end);
		got = ids_of(cc_span(text, len));
		assert_true(strlen(got) <= 2 * len);
		free(got);
	}
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_ceiling),
		cmocka_unit_test(test_hostile_is_linear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
