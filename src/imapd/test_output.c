/*
 * test_output.c - what is collected for the client, up to its limit.
 *
 * TEST_OBJECTS: imapd/output.c imapd/event.c
 */
#include <fcntl.h>
#include <unistd.h>

#include "cc_limits.h"
#include "output.h"
#include "test_util.h"

/* A response of `size` octets that is put in one piece: is it written? */
static bool
is_written(size_t size, struct output *out)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	char *text = malloc(size);
	bool r;

	memset(text, 'x', size);
	output_init(out, fd);
	output_puts(out, "* ");
	output_put(out, cc_span(text, size - 2));
	r = output_check(out);
	output_free(out);
	free(text);
	close(fd);
	return r;
}

/* One of the greatest size goes out. Of a larger one nothing does, and the
 * session ends: the client would take what follows for its rest. */
static void
test_largest_response(void **state)
{
	struct output out;

	(void)state;
	assert_true(is_written(CC_IMAP_RESPONSE, &out));
	assert_int_equal(out.total, CC_IMAP_RESPONSE);
	assert_false(out.broken);
	assert_false(is_written(CC_IMAP_RESPONSE + 1, &out));
	assert_int_equal(out.total, 0);
	assert_true(out.broken);
	assert_true(output_failed(&out));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_largest_response),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
