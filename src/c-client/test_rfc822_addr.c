/*
 * test_rfc822_addr.c - address lists: the forms of RFC 5322, the obsolete
 * ones, and what real mail makes of them.
 */
#include "cc_err.h"
#include "cc_limits.h"
#include "fs.h"
#include "rfc822_addr.h"
#include "strbuf.h"
#include "test_util.h"

#define FAULT "<.SYNTAX-ERROR.>"

static void
put_part(struct strbuf *out, struct span s)
{
	if (s.p) {
		cc_strbuf_putc(out, '<');
		cc_strbuf_put_span(out, s);
		cc_strbuf_putc(out, '>');
	} else {
		cc_strbuf_putc(out, '-');
	}
}

/* The list as text: "personal adl mailbox host," with <> around what is
 * there and - for what is not; "name{" and "}" for groups. */
static void
show(struct strbuf *out, struct arena *a, struct span list)
{
	struct rfc822_addr_parser p;
	struct rfc822_addr addr;
	int r;

	cc_rfc822_addr_init(&p, a, list);
	while ((r = cc_rfc822_addr_next(&p, &addr)) > 0) {
		if (addr.kind == RFC822_ADDR_GROUP_START) {
			cc_strbuf_put_span(out, addr.mailbox);
			cc_strbuf_putc(out, '{');
			continue;
		}
		if (addr.kind == RFC822_ADDR_GROUP_END) {
			cc_strbuf_putc(out, '}');
			continue;
		}
		if (addr.personal.p)
			put_part(out, addr.personal);
		if (addr.adl.p)
			put_part(out, addr.adl);
		put_part(out, addr.mailbox);
		put_part(out, addr.host);
		cc_strbuf_putc(out, ',');
	}
	assert_int_equal(r, 0);
}

static void
check(struct span list, const char *want)
{
	char *in = exact_copy(list.p, list.len);
	struct strbuf out;
	struct arena a;

	cc_arena_init(&a, 1 << 20);
	cc_strbuf_init(&out, 1 << 20);
	show(&out, &a, cc_span(in, list.len));
	assert_span(cc_strbuf_span(&out), want);
	cc_strbuf_free(&out);
	cc_arena_free(&a);
	free(in);
}

struct list_case {
	const char *in, *want;
};

static void
check_all(const struct list_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check(cc_span_z(cases[i].in), cases[i].want);
}

static void
test_mailboxes(void **state)
{
	static const struct list_case cases[] = {
		{ "", "" },
		{ " \r\n\t", "" },
		{ ",, ,", "" },
		{ "a@b", "<a><b>," },
		{ "a@b,c@d", "<a><b>,<c><d>," },
		{ "<a@b>", "<a><b>," },
		{ "A B <a@b>", "<A B><a><b>," },
		{ "\"Doe, J.\" <a@b>", "<Doe, J.><a><b>," },
		{ "J. Doe <a@b>", "<J. Doe><a><b>," },
		{ "\"a\" b \"c\" <a@b>", "<a b c><a><b>," },
		{ "\"a\\\"b\" <a@b>", "<a\"b><a><b>," },
		{ "\"a\"<a@b>", "<a><a><b>," },
		{ "\"\" <a@b>", "<a><b>," },
		{ "A\r\n B <a@b>", "<A B><a><b>," },
		{ "=?utf-8?q?x?= <a@b>", "<=?utf-8?q?x?=><a><b>," },
		{ "J\xc3\xb6 <\xc3\xa4@\xc3\xb6.de>",
		    "<J\xc3\xb6><\xc3\xa4><\xc3\xb6.de>," },
		{ "\"a b\"@c", "<a b><c>," },
		{ "\"a\\@b\"@c", "<a@b><c>," },
		{ "a@[1.2.3.4]", "<a><[1.2.3.4]>," },
		{ "a@[IPv6:::1]", "<a><[IPv6:::1]>," },
		{ "a+b=c!d%e@f-g.h", "<a+b=c!d%e><f-g.h>," },
		{ "\x1b$B(\",<\x1b(B <a@b>", "<\x1b$B(\",<\x1b(B><a><b>," },
	};

	(void)state;
	check_all(cases, COUNT(cases));
}

/* RFC 5322 section 4.4 and RFC 733. */
static void
test_obsolete(void **state)
{
	static const struct list_case cases[] = {
		{ "a . b @ c . d", "<a.b><c.d>," },
		{ "a(x).b@c(y).d", "<y><a.b><c.d>," },
		{ "\"a b\".c@d", "<a b.c><d>," },
		{ "<@r:a@b>", "<@r><a><b>," },
		{ "<@r,@s:a@b>", "<@r,@s><a><b>," },
		{ "<@r , (x) @ s : a@b>", "<@r,@s><a><b>," },
		{ "<@r,,@s:a@b>", "<@r,,@s><a><b>," },
		{ "a at b", "<a><b>," },
		{ "a AT b (x)", "<x><a><b>," },
		{ "<a at b>", "<a><b>," },
		{ "at", "<at>-," },
		{ "a at", "<a at><INVALID_ADDRESS>" FAULT "," },
	};

	(void)state;
	check_all(cases, COUNT(cases));
}

static void
test_groups(void **state)
{
	static const struct list_case cases[] = {
		{ "g:;", "g{}" },
		{ "undisclosed-recipients: ;", "undisclosed-recipients{}" },
		{ "a b: c@d;", "a b{<c><d>,}" },
		{ "\"a:b\": c@d, e <f@g>;, h@i",
		    "a:b{<c><d>,<e><f><g>,}<h><i>," },
		{ "g: a@b", "g{<a><b>,}" },
		{ "g:", "g{}" },
		{ "g: a@b; h: c@d;", "g{<a><b>,}h{<c><d>,}" },
		/* Nested groups join the outer one. */
		{ "g: h: a@b;, c@d;, e@f", "g{<a><b>,<c><d>,}<e><f>," },
		{ ":;", "{}" },
		{ "g:,,;", "g{}" },
	};

	(void)state;
	check_all(cases, COUNT(cases));
}

static void
test_comments(void **state)
{
	static const struct list_case cases[] = {
		{ "a@b (N)", "<N><a><b>," },
		{ "a@b ( N M )", "<N M><a><b>," },
		{ "a@b (N (m) \\) o)", "<N (m) ) o><a><b>," },
		{ "a@b ()", "<a><b>," },
		{ "(x) a@b", "<x><a><b>," },
		{ "(x) a@b (y)", "<y><a><b>," },
		{ "N <a@b> (x)", "<N><a><b>," },
		{ "<a@b> (x)", "<a><b>," },
		{ "<a@b (x)> (y)", "<x><a><b>," },
		{ "(x) <a@b> (y), c@d (z)", "<a><b>,<z><c><d>," },
		{ "N (x) <a@b>", "<N><a><b>," },
		{ "N (x) M <a@b>", "<N M><a><b>," },
		{ "N <a(x)@b(y)>(z)", "<N><a><b>," },
		{ "a@b (x), c@d (y)", "<x><a><b>,<y><c><d>," },
		{ "user (N)", "<N><user>-," },
		/* One that is never closed leaves the others alone. */
		{ "f@g().(",
		    "<f><g.>,<UNEXPECTED_DATA_AFTER_ADDRESS>" FAULT "," },
		{ "a (x) b (<f@g>", "<a b (><f><g>," },
	};

	(void)state;
	check_all(cases, COUNT(cases));
}

/* Text that breaks the grammar. */
static void
test_malformed(void **state)
{
	static const struct list_case cases[] = {
		{ "a", "<a>-," },
		{ "<a>", "<a>-," },
		{ "\"a b\"", "<a b>-," },
		{ "a@", "<a>-," },
		{ "<a@>", "<a>-," },
		{ "a b", "<a b><INVALID_ADDRESS>" FAULT "," },
		{ "@", "<INVALID_ADDRESS>" FAULT "," },
		{ "@b", "<INVALID_ADDRESS>" FAULT "," },
		{ "@b, c@d", "<INVALID_ADDRESS>" FAULT ",<c><d>," },
		{ "<>", "<INVALID_ADDRESS>" FAULT "," },
		{ "N <>", "<N><INVALID_ADDRESS>" FAULT "," },
		{ "<@b>", "<INVALID_ADDRESS>" FAULT "," },
		{ "<", "<INVALID_ADDRESS>" FAULT "," },
		{ ">", "<>>-," },
		{ "a@b c", "<a><b>,<UNEXPECTED_DATA_AFTER_ADDRESS>" FAULT "," },
		{ "a@b c@d, e@f",
		    "<a><b>,<UNEXPECTED_DATA_AFTER_ADDRESS>" FAULT ",<e><f>," },
		{ "<a@b> c <d@e>, f@g",
		    "<a><b>,<UNEXPECTED_DATA_AFTER_ADDRESS>" FAULT ",<f><g>," },
		{ "a@b@c", "<a><b>,<UNEXPECTED_DATA_AFTER_ADDRESS>" FAULT "," },
		{ "<a@b c>",
		    "<a><b>,<UNEXPECTED_DATA_AFTER_ADDRESS>" FAULT "," },
		{ "a@b; c@d", "<a><b>,<c><d>," },
		{ "a@b <c@d>", "<a@b><c><d>," },
		{ "<a@b", "<a><b>," },
		{ "N <a@b, c@d", "<N><a><b>,<c><d>," },
		{ "<<a@b>>", "<a><b>," },
		{ "<mailto:a@b>", "<a><b>," },
		{ "\"N <a@b>", "<N><a><b>," },
		{ "N (x <a@b>", "<N (x><a><b>," },
		{ "a@b.", "<a><b.>," },
		{ "a..b@c", "<a..b><c>," },
		{ "a@[1.2", "<a><[1.2>," },
		{ "a@[1[2]", "<a><[1[2]>," },
		{ "a@[1[2 3]",
		    "<a><[1[2>,<UNEXPECTED_DATA_AFTER_ADDRESS>"
		    "<.SYNTAX-ERROR.>," },
		/* An open bracket and what a later one closes are no literal
		 * together. */
		{ "a@[1\r\n.2]",
		    "<a><[1>,<UNEXPECTED_DATA_AFTER_ADDRESS>" FAULT "," },
		{ "a@[1.(b).2]",
		    "<b><a><[1.>,<UNEXPECTED_DATA_AFTER_ADDRESS>" FAULT "," },
		{ "a@b . [1\n.2]",
		    "<a><b.[1>,<UNEXPECTED_DATA_AFTER_ADDRESS>" FAULT "," },
		{ "a@[", "<a><[>," },
		{ "a\\", "<a\\>-," },
	};

	(void)state;
	check_all(cases, COUNT(cases));
}

static void
test_nul(void **state)
{
	struct span list = OCTETS("a\0b <c\0@d\0>");
	struct rfc822_addr_parser p;
	struct rfc822_addr addr;
	struct arena a;

	(void)state;
	cc_arena_init(&a, 1024);
	cc_rfc822_addr_init(&p, &a, list);
	assert_int_equal(cc_rfc822_addr_next(&p, &addr), 1);
	assert_int_equal(addr.personal.len, 3);
	assert_int_equal(addr.mailbox.len, 2);
	assert_int_equal(addr.host.len, 2);
	assert_int_equal(cc_rfc822_addr_next(&p, &addr), 0);
	cc_arena_free(&a);
}

/* CVE-2017-14461: a list that ends inside an address was read past its end.
 * Every beginning of a list with all forms in it is parsed from a block of
 * just that size. */
static void
test_cve_2017_14461_every_prefix(void **state)
{
	static const char list[] = "\"a\\\"b\" (c(d)\\)) <@r,@s:\"l\\ p\"@"
				   "[1.2.3.4]>, g: x at y, \x1b$B$3\x1b(B;, "
				   "k . l @ m (n\\";

	(void)state;
	for (size_t len = 0; len < sizeof(list); len++) {
		char *in = exact_copy(list, len);
		struct strbuf out;
		struct arena a;

		cc_arena_init(&a, 4096);
		cc_strbuf_init(&out, 4096);
		show(&out, &a, cc_span(in, len));
		cc_strbuf_free(&out);
		cc_arena_free(&a);
		free(in);
	}
}

/* CVE-2026-47088: a comment whose last octet is a backslash. */
static void
test_cve_2026_47088_comment_ends_in_backslash(void **state)
{
	(void)state;
	check(cc_span_z("(\\"), "<(\\>-,");
	check(cc_span_z("(a\\"), "<(a\\>-,");
	check(cc_span_z("((a\\)\\"), "<((a)\\>-,");
	check(cc_span_z("a@b (c\\"),
	    "<a><b>,<UNEXPECTED_DATA_AFTER_ADDRESS>" FAULT ",");
	check(cc_span_z("\"a\\"), "<a\\>-,");
}

/*
 * CVE-2024-23184: a header with very many addresses. The list ends at the
 * limit, and what one address takes from the arena does not grow with the
 * list.
 */
static void
test_cve_2024_23184_many_addresses(void **state)
{
	size_t len = 20u * CC_ADDRESSES_MAX;
	char *in = repeated("\"a\\b\" <c@d>,", len);
	struct rfc822_addr_parser p;
	struct rfc822_addr addr;
	struct arena a;
	unsigned n = 0;
	int r;

	(void)state;
	cc_arena_init(&a, 32 * CC_ADDRESSES_MAX);
	cc_rfc822_addr_init(&p, &a, cc_span(in, len));
	while ((r = cc_rfc822_addr_next(&p, &addr)) > 0)
		n++;
	assert_int_equal(r, CC_ELIMIT);
	assert_int_equal(n, CC_ADDRESSES_MAX);
	cc_arena_free(&a);
	free(in);
}

/* The same for the arena: its end is told, nothing is read or written past
 * it. */
static void
test_arena_limit(void **state)
{
	struct rfc822_addr_parser p;
	struct rfc822_addr addr;
	struct arena a;

	(void)state;
	cc_arena_init(&a, 8);
	cc_rfc822_addr_init(&p, &a, cc_span_z("\"a\\b c d e f\" <g@h>"));
	assert_int_equal(cc_rfc822_addr_next(&p, &addr), CC_ELIMIT);
	cc_arena_free(&a);
}

/*
 * Lists made to be read again and again: openings that are never closed, each
 * of which could send a parser to the end and back. 4 MB of each are read in
 * one pass; a parser that reads them in quadratic time does not come back.
 */
static void
test_linear(void **state)
{
	static const char *const units[] = { "(", "((", "\"", "<", "@", ":",
		";", "[", "\\", "\"\\", "(\\", "a@[", "\x1b$B", "a ", "a,",
		"a@b ", "<@a:", "<@a,", "(a)", "a(b)", "a.(b)", "\"a\" ",
		"( \"", " ", "\r\n ", "g:a;", "a at ", "<a@b", "a@b<", "a@b(" };
	const size_t len = 4u << 20;

	(void)state;
	for (size_t i = 0; i < COUNT(units); i++) {
		char *in = repeated(units[i], len);
		struct rfc822_addr_parser p;
		struct rfc822_addr addr;
		struct arena a;
		unsigned n = 0;
		int r;

		cc_arena_init(&a, 4 * len);
		cc_rfc822_addr_init(&p, &a, cc_span(in, len));
		while ((r = cc_rfc822_addr_next(&p, &addr)) > 0)
			n++;
		assert_true(r == 0 || n == CC_ADDRESSES_MAX);
		assert_true(a.used <= 2 * len + 64 * CC_ADDRESSES_MAX);
		cc_arena_free(&a);
		free(in);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mailboxes),
		cmocka_unit_test(test_obsolete),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_comments),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_cve_2017_14461_every_prefix),
		cmocka_unit_test(test_cve_2026_47088_comment_ends_in_backslash),
		cmocka_unit_test(test_cve_2024_23184_many_addresses),
		cmocka_unit_test(test_arena_limit),
		cmocka_unit_test(test_linear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
