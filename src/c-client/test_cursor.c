/*
 * test_cursor.c - the cursor at and near the end of its input.
 */
#include "cursor.h"
#include "test_util.h"

static void
test_empty(void **state)
{
	static const struct span empty[] = { { NULL, 0 }, { "x", 0 } };

	(void)state;
	for (size_t i = 0; i < COUNT(empty); i++) {
		struct cursor c = cc_cursor(empty[i]);

		assert_true(cc_cursor_at_end(&c));
		assert_int_equal(cc_cursor_left(&c), 0);
		assert_int_equal(cc_cursor_peek(&c), -1);
		assert_false(cc_cursor_skip(&c, 'x'));
		assert_int_equal(cc_cursor_rest(&c).len, 0);
		assert_true(cc_cursor_at_end(&c));
	}
}

static void
test_walk(void **state)
{
	struct cursor c = cc_cursor(cc_span("a\xff\0b", 4));
	const unsigned char *start = c.p;

	(void)state;
	assert_int_equal(c.depth, 0);
	assert_int_equal(cc_cursor_peek(&c), 'a');
	assert_false(cc_cursor_skip(&c, 'b'));
	assert_true(cc_cursor_skip(&c, 'a'));
	/* Octets are 0 to 255: none is taken for the end. */
	assert_int_equal(cc_cursor_peek(&c), 0xff);
	assert_true(cc_cursor_skip(&c, 0xff));
	assert_int_equal(cc_cursor_peek(&c), 0);
	assert_true(cc_cursor_skip(&c, 0));
	assert_int_equal(cc_cursor_left(&c), 1);
	assert_span(cc_cursor_rest(&c), "b");
	assert_int_equal(cc_cursor_since(&c, start).len, 3);
	assert_true(cc_cursor_skip(&c, 'b'));
	assert_true(cc_cursor_at_end(&c));
	assert_int_equal(cc_cursor_peek(&c), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_walk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
