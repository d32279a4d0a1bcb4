/*
 * test_mime_part_place.c - where body parts lie in a message, and finding one
 * by its number (RFC 3501 section 6.4.5).
 */
#include "test_mime_part.h"

/* The first child of each: octets and lines of its header and body. */
static void
show_extents(struct strbuf *out, const struct mime_part *part)
{
	for (; part; part = part->child)
		cc_strbuf_printf(out, "%llu/%llu+%llu/%llu ",
		    (unsigned long long)part->header.octets,
		    (unsigned long long)part->header.lines,
		    (unsigned long long)part->body.octets,
		    (unsigned long long)part->body.lines);
}

/* The line end before a delimiter is not the header's, though the header ends
 * in an empty line (RFC 2046 section 5.1.1). */
static void
test_line_end_of_delimiter(void **state)
{
	static const struct tree_case cases[] = {
		{ M("a") "--a\nA: b\n\n--a--", "45/2+18/3 6/1+0/0 " },
		{ M("a") "--a\nA: b\n\n\n--a--", "45/2+20/4 8/2+0/0 " },
		{ M("a") "--a\nA: b\n--a--", "45/2+16/2 4/0+0/0 " },
		{ M("a") "--a\n\n--a--", "45/2+12/2 0/0+0/0 " },
		{ M("a") "--a\n--a--", "45/2+10/1 0/0+0/0 " },
		/* A multipart's own first delimiter. */
		{ M("a") "--a\n\n1", "45/2+8/2 2/1+1/0 " },
		{ M("a") "--a\n" M("b") "--a--",
		    "45/2+55/3 43/1+0/0 0/0+0/0 " },
		/* In a message, and around one. */
		{ M("a") "--a\n" MSG "A: b\n\n--a--",
		    "45/2+50/5 32/2+6/1 6/1+0/0 " },
		{ M("a") "--a\n" MSG "A: b\n\n\n--a--",
		    "45/2+52/6 32/2+8/2 8/2+0/0 " },
		{ M("a") "--a\n" MSG "\n--a--", "45/2+44/4 32/2+0/0 0/0+0/0 " },
		{ M("a") "--a\n" MSG "--a--", "45/2+42/3 30/1+0/0 0/0+0/0 " },
		{ M("a") "--a\n" MSG MSG "--a--",
		    "45/2+74/5 32/2+30/1 30/1+0/0 0/0+0/0 " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases) * 2; i++) {
		const struct tree_case *c = &cases[i / 2];
		struct mime_part *root;
		struct strbuf out;
		struct arena a;

		cc_strbuf_init(&out, 4096);
		root = parse(&a, cc_span_z(c->in), MIME_LF,
		    i % 2 ? 1 : SIZE_MAX / 2);
		show_extents(&out, root);
		assert_string_equal(out.data, c->want);
		cc_strbuf_free(&out);
		cc_arena_free(&a);
	}
}

static void
check_extent(const struct mime_extent *e, uint64_t pos, uint64_t end,
    uint64_t octets, uint64_t lines)
{
	assert_int_equal(e->pos, pos);
	assert_int_equal(e->end, end);
	assert_int_equal(e->octets, octets);
	assert_int_equal(e->lines, lines);
}

/* Positions are those of the feeder: here a line was left out of the header,
 * and the message does not begin at 0. */
static void
test_positions(void **state)
{
	static const char one[] = "A: b\n";
	static const char two[] =
	    "Content-Type: multipart/mixed; boundary=a\n\n";
	static const char body[] = "--a\nB: c\n\nx\n--a--\n";
	struct mime_parser *p;
	struct mime_part *root;
	struct arena a;

	(void)state;
	cc_arena_init(&a, 1 << 16);
	p = cc_mime_new(&a, MIME_LF);
	assert_int_equal(cc_mime_feed(p, cc_span_z(one), 1000), 0);
	assert_int_equal(cc_mime_feed(p, cc_span_z(two), 2000), 0);
	assert_int_equal(cc_mime_feed(p, cc_span_z(body), 2043), 0);
	assert_int_equal(cc_mime_end(&p, &root), 0);
	check_extent(&root->header, 1000, 2043, 6 + 43 + 2, 3);
	check_extent(&root->body, 2043, 2061, 23, 5);
	check_extent(&root->child->header, 2047, 2053, 8, 2);
	check_extent(&root->child->body, 2053, 2054, 1, 0);
	cc_arena_free(&a);
}

static void
test_msg_header(void **state)
{
	struct mime_part *root;
	struct arena a;

	(void)state;
	root =
	    parse(&a, cc_span_z(MSG "To: a\n b\nSubject: c\n\nx"), MIME_LF, 3);
	assert_span(root->msg_header, "To: a\n b\nSubject: c\n");
	check_extent(&root->child->header, 30, 51, 25, 4);
	cc_arena_free(&a);
	root = parse(&a, cc_span_z(MSG "To: a"), MIME_LF, 3);
	assert_span(root->msg_header, "To: a");
	cc_arena_free(&a);
	root = parse(&a, cc_span_z(MSG "\nx"), MIME_LF, 3);
	assert_non_null(root->msg_header.p);
	assert_int_equal(root->msg_header.len, 0);
	cc_arena_free(&a);
}

/* RFC 3501 section 6.4.5, the example's tree. */
static void
test_find(void **state)
{
	static const char msg[] =
	    M("a") "--a\n\n1\n"
		   "--a\nContent-Type: application/x\n\n2\n"
		   "--a\n" MSG
		       M("b") "--b\n\n3.1\n--b\nContent-Type: a/b\n\n3.2\n"
			      "--b--\n"
			      "--a\n" M(
				  "c") "--c\nContent-Type: image/gif\n\n4.1\n"
				       "--c\n" MSG "Content-Type: text/html\n\n"
				       "4.2.1\n--c--\n--a--\n";
	static const struct {
		uint32_t numbers[4];
		size_t count;
		const char *subtype; /* NULL: no such part */
	} cases[] = {
		{ { 0 }, 0, "MIXED" },
		{ { 1 }, 1, "PLAIN" },
		{ { 1, 1 }, 2, NULL },
		{ { 2 }, 1, "X" },
		{ { 3 }, 1, "RFC822" },
		{ { 3, 1 }, 2, "PLAIN" },
		{ { 3, 2 }, 2, "B" },
		{ { 3, 3 }, 2, NULL },
		{ { 3, 2, 1 }, 3, NULL },
		{ { 4 }, 1, "MIXED" },
		{ { 4, 1 }, 2, "GIF" },
		{ { 4, 2 }, 2, "RFC822" },
		{ { 4, 2, 1 }, 3, "HTML" },
		{ { 4, 2, 2 }, 3, NULL },
		{ { 4, 2, 1, 1 }, 4, NULL },
		{ { 5 }, 1, NULL },
		{ { 0 }, 1, NULL },
		{ { UINT32_MAX }, 1, NULL },
	};
	struct mime_part *root;
	struct arena a;

	(void)state;
	root = parse(&a, cc_span_z(msg), MIME_LF, SIZE_MAX / 2);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct mime_part *part =
		    cc_mime_find(root, cases[i].numbers, cases[i].count);

		if (cases[i].subtype) {
			assert_non_null(part);
			assert_span(part->subtype, cases[i].subtype);
		} else {
			assert_null(part);
		}
	}
	cc_arena_free(&a);
}

/* Part 1 of a message that is no multipart is its text; a message/rfc822 at
 * the top is part 1, and the text inside is 1.1. */
static void
test_find_single(void **state)
{
	static const uint32_t one[] = { 1, 1, 1 }, two[] = { 2 };
	struct mime_part *root;
	struct arena a;

	(void)state;
	root = parse(&a, cc_span_z("\nx"), MIME_LF, SIZE_MAX / 2);
	assert_ptr_equal(cc_mime_find(root, one, 1), root);
	assert_null(cc_mime_find(root, one, 2));
	assert_null(cc_mime_find(root, two, 1));
	cc_arena_free(&a);
	root = parse(&a, cc_span_z(MSG "\nx"), MIME_LF, SIZE_MAX / 2);
	assert_ptr_equal(cc_mime_find(root, one, 1), root);
	assert_ptr_equal(cc_mime_find(root, one, 2), root->child);
	assert_null(cc_mime_find(root, one, 3));
	cc_arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line_end_of_delimiter),
		cmocka_unit_test(test_positions),
		cmocka_unit_test(test_msg_header),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_find_single),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
