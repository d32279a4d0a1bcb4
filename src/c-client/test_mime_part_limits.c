/*
 * test_mime_part_limits.c - messages made to cost memory or time: deep, wide,
 * long. Each has its limit, and none takes more than linear time.
 */
#include "test_mime_part.h"

static void
measure(const struct mime_part *part, unsigned *count_r, unsigned *depth_r)
{
	unsigned depth = 1;

	*count_r = *depth_r = 0;
	while (part) {
		++*count_r;
		if (depth > *depth_r)
			*depth_r = depth;
		if (part->child) {
			part = part->child;
			depth++;
			continue;
		}
		while (part && !part->next) {
			part = part->parent;
			depth--;
		}
		if (part)
			part = part->next;
	}
}

/* unit, written times over. */
static void
put_times(struct strbuf *b, const char *unit, unsigned times)
{
	for (unsigned i = 0; i < times; i++)
		cc_strbuf_puts(b, unit);
}

/*
 * CVE-2020-12100: parts nested very deep exhausted the stack. Whatever nests,
 * the tree ends at the limit, the deepest part being text with all the rest.
 */
static void
test_cve_2020_12100_deep_nesting(void **state)
{
	static const char *const units[] = { MSG, M("a") "--a\n",
		MSG M("a") "--a\n",
		"Content-Type: multipart/digest; boundary=a\n\n--a\n\n" };
	struct strbuf msg;

	(void)state;
	cc_strbuf_init(&msg, SIZE_MAX / 4);
	for (size_t i = 0; i < COUNT(units); i++) {
		unsigned count, depth;
		struct mime_part *root;
		struct arena a;

		cc_strbuf_reset(&msg);
		put_times(&msg, units[i], 100000);
		root = parse(&a, cc_strbuf_span(&msg), MIME_LF, 65536);
		measure(root, &count, &depth);
		assert_int_equal(depth, CC_MIME_DEPTH + 1);
		assert_true(count <= CC_MIME_PARTS);
		cc_arena_free(&a);
	}
	cc_strbuf_free(&msg);
}

/* At the limit of depth, one below it and one above. */
static void
test_depth_limit(void **state)
{
	struct strbuf msg;

	(void)state;
	cc_strbuf_init(&msg, SIZE_MAX / 4);
	for (unsigned n = CC_MIME_DEPTH - 1; n <= CC_MIME_DEPTH + 1; n++) {
		unsigned count, depth;
		struct mime_part *part;
		struct arena a;

		cc_strbuf_reset(&msg);
		put_times(&msg, MSG, n);
		cc_strbuf_puts(&msg, "Content-Type: image/gif\n\nx");
		part = parse(&a, cc_strbuf_span(&msg), MIME_LF, SIZE_MAX / 2);
		measure(part, &count, &depth);
		assert_int_equal(depth,
		    n < CC_MIME_DEPTH ? n + 1 : CC_MIME_DEPTH + 1);
		while (part->child)
			part = part->child;
		assert_span(part->subtype,
		    n <= CC_MIME_DEPTH ? "GIF" : "PLAIN");
		cc_arena_free(&a);
	}
	cc_strbuf_free(&msg);
}

/* CVE-2020-12100: very many parts. The last one holds the rest. */
static void
test_cve_2020_12100_many_parts(void **state)
{
	unsigned count, depth;
	const struct mime_part *part;
	struct strbuf msg;
	struct mime_part *root;
	struct arena a;

	(void)state;
	cc_strbuf_init(&msg, SIZE_MAX / 4);
	cc_strbuf_puts(&msg, M("a"));
	put_times(&msg, "--a\n\nx\n", CC_MIME_PARTS + 5);
	cc_strbuf_puts(&msg, "--a--\n");
	root = parse(&a, cc_strbuf_span(&msg), MIME_LF, 4096);
	measure(root, &count, &depth);
	assert_int_equal(count, CC_MIME_PARTS);
	for (part = root->child; part->next; part = part->next)
		assert_int_equal(part->body.octets, 1);
	assert_int_equal(part->body.octets,
	    1 + 2 + 6 * 10 + sizeof("--a--\r\n") - 1);
	cc_arena_free(&a);
	cc_strbuf_free(&msg);
}

/* An arena that is full leaves out parts and texts, never a count. */
static void
test_arena_limit(void **state)
{
	static const char msg[] =
	    M("a") "--a\nContent-ID: <x>\n" MSG "To: b\n\nx\n--a\n\ny\n--a--\n";
	size_t octets = 0;

	(void)state;
	for (size_t max = 0; max < 4096; max += 16) {
		struct mime_parser *p;
		struct mime_part *root = NULL;
		struct arena a;
		int r;

		cc_arena_init(&a, max);
		p = cc_mime_new(&a, MIME_LF);
		r = cc_mime_feed(p, cc_span_z(msg), 0);
		assert_int_equal(cc_mime_end(&p, &root), r);
		assert_null(p);
		if (r == 0) {
			octets = root->body.octets;
			assert_int_equal(root->header.octets, 45);
			if (root->type == TYPEMULTIPART)
				assert_int_equal(octets, 83);
		} else {
			assert_int_equal(r, CC_ELIMIT);
			assert_int_equal(octets, 0);
		}
		cc_arena_free(&a);
	}
	assert_int_equal(octets, 83);
}

/* A parser that is given up, at each point of a message. */
static void
test_given_up(void **state)
{
	static const char msg[] = M("a") "--a\n" MSG "To: b\n\nx\n--a--\n";
	struct mime_parser *none = NULL;

	(void)state;
	cc_mime_free(&none);
	for (size_t len = 0; len < sizeof(msg); len++) {
		struct mime_parser *p;
		struct arena a;

		cc_arena_init(&a, 1 << 16);
		p = cc_mime_new(&a, MIME_LF);
		assert_int_equal(cc_mime_feed(p, cc_span(msg, len), 0), 0);
		cc_mime_free(&p);
		assert_null(p);
		cc_arena_free(&a);
	}
}

/* The longest boundary that is found, and one octet more. */
static void
test_boundary_limit(void **state)
{
	struct strbuf msg;

	(void)state;
	cc_strbuf_init(&msg, SIZE_MAX / 4);
	for (unsigned n = CC_MIME_BOUNDARY; n <= CC_MIME_BOUNDARY + 1; n++) {
		struct mime_part *root;
		struct arena a;

		cc_strbuf_reset(&msg);
		cc_strbuf_puts(&msg,
		    "Content-Type: multipart/mixed; boundary=");
		put_times(&msg, "b", n);
		cc_strbuf_puts(&msg, "\n\n--");
		put_times(&msg, "b", n);
		cc_strbuf_puts(&msg, "\nContent-Type: text/html\n\n\n--");
		put_times(&msg, "b", n);
		cc_strbuf_puts(&msg, "--\n");
		root = parse(&a, cc_strbuf_span(&msg), MIME_LF, 100);
		assert_span(root->child->subtype,
		    n == CC_MIME_BOUNDARY ? "HTML" : "PLAIN");
		cc_arena_free(&a);
	}
	cc_strbuf_free(&msg);
}

/*
 * CVE-2024-23185 for parts: headers without end. Of the Content-* fields as
 * much is kept as the limit says, wherever pieces are cut, and of the header
 * of a message inside no more than CC_HEADER_MAX.
 */
static void
test_cve_2024_23185_large_part_headers(void **state)
{
	struct strbuf msg;
	struct mime_part *root;
	struct arena a;

	(void)state;
	cc_strbuf_init(&msg, SIZE_MAX / 4);
	cc_strbuf_puts(&msg, "Content-Description: ");
	put_times(&msg, "d", 3 * CC_MIME_FIELDS);
	cc_strbuf_puts(&msg, "\nContent-Type: text/html\n\nx");
	for (size_t piece = 1000; piece < 3000; piece += 999) {
		root = parse(&a, cc_strbuf_span(&msg), MIME_LF, piece);
		assert_int_equal(root->description.len,
		    CC_MIME_FIELDS - sizeof("Content-Description: ") + 1);
		assert_span(root->subtype, "PLAIN");
		assert_int_equal(root->body.octets, 1);
		cc_arena_free(&a);
	}
	cc_strbuf_reset(&msg);
	cc_strbuf_puts(&msg, MSG);
	put_times(&msg, "A: b\n", CC_HEADER_MAX / 5 + 100);
	root = parse(&a, cc_strbuf_span(&msg), MIME_LF, 65536);
	assert_int_equal(root->msg_header.len, CC_HEADER_MAX);
	assert_int_equal(root->body.octets, 6 * (CC_HEADER_MAX / 5 + 100));
	cc_arena_free(&a);
	cc_strbuf_free(&msg);
}

/*
 * Bodies made of what could be a delimiter, below as many open multiparts as
 * there may be: each such line costs a bounded number of compares. A parser
 * that looks back, or at every part so far, does not come back from this.
 */
static void
test_linear(void **state)
{
	static const char *const units[] = { "\n--", "\n-", "\n--a", "\n--b\n",
		"--a\n", "\n--a\n\n", "\n--a--", "\r",
		"\n--a\nContent-Type: ", ("\n--a\n" MSG), "\n--a0" };
	struct strbuf msg;

	(void)state;
	cc_strbuf_init(&msg, SIZE_MAX / 4);
	for (size_t i = 0; i < COUNT(units); i++) {
		struct mime_part *root;
		struct arena a;

		cc_strbuf_reset(&msg);
		for (unsigned n = 0; n < CC_MIME_DEPTH - 1; n++)
			cc_strbuf_printf(&msg,
			    "Content-Type: multipart/x; boundary=a%u\n"
			    "\n--a%u\n",
			    n, n);
		cc_strbuf_puts(&msg, M("a") "--a\n\n");
		while (msg.len < 4u << 20)
			cc_strbuf_puts(&msg, units[i]);
		root = parse(&a, cc_strbuf_span(&msg), MIME_LF, 65536);
		assert_true(root->body.end == msg.len);
		cc_arena_free(&a);
	}
	cc_strbuf_free(&msg);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cve_2020_12100_deep_nesting),
		cmocka_unit_test(test_depth_limit),
		cmocka_unit_test(test_cve_2020_12100_many_parts),
		cmocka_unit_test(test_arena_limit),
		cmocka_unit_test(test_given_up),
		cmocka_unit_test(test_boundary_limit),
		cmocka_unit_test(test_cve_2024_23185_large_part_headers),
		cmocka_unit_test(test_linear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
