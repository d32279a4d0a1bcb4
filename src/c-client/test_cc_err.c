/*
 * test_cc_err.c - error codes: each has a text of its own; errno's meaning.
 */
#include <errno.h>

#include "cc_err.h"
#include "test_util.h"

static void
test_texts(void **state)
{
	(void)state;
	assert_string_equal(cc_strerror(0), "no error");
	for (int code = CC_EUNSUPPORTED; code <= 0; code++) {
		assert_string_not_equal(cc_strerror(code), "unknown error");
		for (int other = CC_EUNSUPPORTED; other < code; other++)
			assert_string_not_equal(cc_strerror(code),
			    cc_strerror(other));
	}
	assert_string_equal(cc_strerror(1), "unknown error");
	assert_string_equal(cc_strerror(CC_EUNSUPPORTED - 1), "unknown error");
	assert_string_equal(cc_strerror(-2147483647 - 1), "unknown error");
}

static void
test_errno(void **state)
{
	static const struct {
		int number, want;
	} cases[] = {
		{ ENOENT, CC_ENOENT },
		{ ENOTDIR, CC_ENOENT },
		{ EEXIST, CC_EEXIST },
		{ EACCES, CC_EACCESS },
		{ EROFS, CC_EACCESS },
		{ EAGAIN, CC_EBUSY },
		{ ENOSPC, CC_ENOSPACE },
		{ EDQUOT, CC_ENOSPACE },
		{ EFBIG, CC_ENOSPACE },
		{ EPIPE, CC_ECLOSED },
		{ ETIMEDOUT, CC_ETIMEOUT },
		{ ENAMETOOLONG, CC_EINVAL },
		{ EIO, CC_EIO },
		{ ENOMEM, CC_EIO },
		{ 0, CC_EIO },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		errno = cases[i].number;
		assert_int_equal(cc_err_errno(), cases[i].want);
		assert_int_equal(errno, cases[i].number);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_errno),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
