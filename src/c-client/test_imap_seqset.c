/*
 * test_imap_seqset.c - sequence sets: reading, membership, joining, writing.
 */
#include "cc_err.h"
#include "cc_limits.h"
#include "fs.h"
#include "imap_grammar.h"
#include "test_util.h"

static void
check_written(struct span out, struct span in)
{
	if (cc_span_is(in, "*:*"))
		in.len = 1;
	assert_int_equal(out.len, in.len);
	assert_memory_equal(out.p, in.p, in.len);
}

static void
test_parse(void **state)
{
	static const struct {
		const char *in;
		int want;
		size_t left;
	} cases[] = {
		{ "1", 0, 0 },
		{ "*", 0, 0 },
		{ "1:*", 0, 0 },
		{ "*:1", 0, 0 },
		{ "*:*", 0, 0 },
		{ "4:2", 0, 0 },
		{ "1,2,3 (FLAGS)", 0, 8 },
		{ "2,4:7,9,12:* x", 0, 2 },
		{ "1)", 0, 1 },
		{ "4294967295", 0, 0 },
		{ "1:4294967295", 0, 0 },
		{ "4294967296", CC_ERANGE, 0 },
		{ "1:4294967296", CC_ERANGE, 0 },
		{ "0", CC_ERANGE, 0 },
		{ "1,0", CC_ERANGE, 0 },
		{ "0:*", CC_ERANGE, 0 },
		{ "01", CC_EPARSE, 0 },
		{ "1:09", CC_EPARSE, 0 },
		{ "", CC_EPARSE, 0 },
		{ " 1", CC_EPARSE, 0 },
		{ ",1", CC_EPARSE, 0 },
		{ "1,", CC_EPARSE, 0 },
		{ "1,,2", CC_EPARSE, 0 },
		{ "1:", CC_EPARSE, 0 },
		{ ":1", CC_EPARSE, 0 },
		{ "1:2:3", CC_EPARSE, 0 },
		{ "1::3", CC_EPARSE, 0 },
		{ "1*", CC_EPARSE, 0 },
		{ "*1", CC_EPARSE, 0 },
		{ "**", CC_EPARSE, 0 },
		{ "-1", CC_EPARSE, 0 },
		{ "$", CC_EPARSE, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t len = strlen(cases[i].in);
		char *in = exact_copy(cases[i].in, len);
		struct cursor c = cc_cursor(cc_span(in, len));
		struct imap_seqset set = { NULL, 0 };
		struct strbuf out;
		struct arena a;
		int r;

		cc_arena_init(&a, 1000);
		cc_strbuf_init(&out, 100);
		r = cc_imap_parse_seqset(&c, &a, &set);
		assert_int_equal(r, cases[i].want);
		assert_int_equal(cc_cursor_left(&c), r ? len : cases[i].left);
		assert_int_equal(set.count == 0, r != 0);
		/* What was read is written as it was, or shorter. */
		cc_imap_put_seqset(&out, &set);
		if (r == 0)
			check_written(cc_strbuf_span(&out),
			    cc_span(in, len - cases[i].left));
		cc_strbuf_free(&out);
		cc_arena_free(&a);
		free(in);
	}
}

static int
parse(const char *text, struct arena *a, struct imap_seqset *set_r)
{
	struct cursor c = cc_cursor(cc_span_z(text));

	return cc_imap_parse_seqset(&c, a, set_r);
}

static void
test_normalise(void **state)
{
	static const struct {
		const char *in;
		uint32_t max;
		const char *want;
	} cases[] = {
		{ "1", 9, "1" },
		{ "*", 9, "9" },
		{ "5:*", 9, "5:9" },
		{ "*:5", 9, "5:9" },
		{ "5:*", 3, "3:5" },
		{ "12:*", 9, "9:12" },
		{ "7:2", 9, "2:7" },
		{ "3,1,2", 9, "1:3" },
		{ "1,1,1", 9, "1" },
		{ "1:3,4:6", 9, "1:6" },
		{ "1:3,5:6", 9, "1:3,5:6" },
		{ "1:9,2:3", 9, "1:9" },
		{ "4,9:7,1:2,2", 9, "1:2,4,7:9" },
		{ "4294967295,4294967294", 9, "4294967294:4294967295" },
		{ "1:4294967295,7,4294967295", 9, "1:4294967295" },
		{ "4294967295,*", 9, "9,4294967295" },
		{ "*", UINT32_MAX, "4294967295" },
		/* The largest number of an empty mailbox is none. */
		{ "*", 0, "" },
		{ "1:*", 0, "" },
		{ "*,3:4", 0, "3:4" },
		{ "3:4,*:7,6", 0, "3:4,6" },
	};
	struct strbuf out;
	struct arena a;

	(void)state;
	cc_strbuf_init(&out, 100);
	cc_arena_init(&a, 1000);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct imap_seqset set;

		assert_int_equal(parse(cases[i].in, &a, &set), 0);
		cc_imap_seqset_normalise(&set, cases[i].max);
		cc_imap_put_seqset(&out, &set);
		assert_span(cc_strbuf_span(&out), cases[i].want);
		cc_strbuf_reset(&out);
		cc_arena_reset(&a);
	}
	cc_strbuf_free(&out);
	cc_arena_free(&a);
}

/* Membership before and after normalising is the same, for all numbers. */
static void
test_has(void **state)
{
	static const char *const sets[] = { "1", "*", "2:*", "*:2", "9:*",
		"1,3,5:7", "7:5,2", "4294967295", "3:4294967295",
		"4294967294:4294967295,1" };
	static const uint32_t nums[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
		UINT32_MAX - 2, UINT32_MAX - 1, UINT32_MAX };
	struct arena a;

	(void)state;
	cc_arena_init(&a, 100000);
	for (size_t i = 0; i < COUNT(sets); i++) {
		for (uint32_t max = 0; max < 10; max++) {
			struct imap_seqset set, sorted;

			assert_int_equal(parse(sets[i], &a, &set), 0);
			assert_int_equal(parse(sets[i], &a, &sorted), 0);
			cc_imap_seqset_normalise(&sorted, max);
			for (size_t k = 0; k < COUNT(nums); k++)
				assert_int_equal(cc_imap_seqset_has(&set,
						     nums[k], max),
				    cc_imap_seqset_has(&sorted, nums[k], max));
		}
	}
	cc_arena_free(&a);
}

static void
test_has_values(void **state)
{
	static const struct {
		const char *set;
		uint32_t num, max;
		bool want;
	} cases[] = {
		{ "5:*", 9, 9, true },
		{ "5:*", 4, 9, false },
		/* RFC 3501 section 9: "5:*" has the last one, even below 5. */
		{ "5:*", 3, 3, true },
		{ "5:*", 4, 3, true },
		{ "5:*", 2, 3, false },
		/* But 2^32-1 is only a number. */
		{ "5:4294967295", 3, 3, false },
		{ "4294967295", 3, 3, false },
		{ "*", 3, 3, true },
		{ "*", 2, 3, false },
		{ "*", 1, 0, false },
		{ "1:*", 1, 0, false },
		{ "3:1", 2, 9, true },
	};
	struct arena a;

	(void)state;
	cc_arena_init(&a, 1000);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct imap_seqset set;

		assert_int_equal(parse(cases[i].set, &a, &set), 0);
		assert_int_equal(cc_imap_seqset_has(&set, cases[i].num,
				     cases[i].max),
		    cases[i].want);
	}
	cc_arena_free(&a);
}

static void
test_limits(void **state)
{
	struct imap_seqset set;
	struct strbuf in;
	struct arena a;

	(void)state;
	cc_arena_init(&a, 1u << 20);
	cc_strbuf_init(&in, 1u << 20);
	for (unsigned i = 1; i <= CC_SEQSET_RANGES; i++)
		cc_strbuf_printf(&in, "%s%u", i > 1 ? "," : "", 2 * i);
	assert_int_equal(parse(cc_strbuf_str(&in), &a, &set), 0);
	assert_int_equal(set.count, CC_SEQSET_RANGES);
	cc_strbuf_puts(&in, ",1");
	assert_int_equal(parse(cc_strbuf_str(&in), &a, &set), CC_ELIMIT);
	cc_arena_free(&a);

	/* Memory is asked for once, and its lack is no crash. */
	cc_arena_init(&a, sizeof(struct imap_range));
	assert_int_equal(parse("1,2,3", &a, &set), CC_ELIMIT);
	cc_arena_free(&a);
	cc_strbuf_free(&in);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_normalise),
		cmocka_unit_test(test_has),
		cmocka_unit_test(test_has_values),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
