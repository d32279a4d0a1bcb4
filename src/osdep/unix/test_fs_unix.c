/*
 * test_fs_unix.c - memory, fatal errors and line ends.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fs.h"
#include "ftl.h"
#include "mail_params.h"
#include "nl.h"
#include "test_callbacks.h"
#include "test_util.h"

static int notified[4];
static unsigned notifications;

static void *
notify(int reason, void *data)
{
	if (notifications < COUNT(notified))
		notified[notifications] = reason;
	notifications++;
	if (reason == BLOCK_NONSENSITIVE)
		assert_ptr_equal(data, notified);
	return reason == BLOCK_SENSITIVE ? notified : NULL;
}

static void
test_blocks(void **state)
{
	char *block = fs_get(0);

	(void)state;
	block[0] = 'x';
	fs_resize((void **)&block, 100000);
	assert_int_equal(block[0], 'x');
	memset(block + 1, 'y', 99999);
	fs_resize((void **)&block, 0);
	fs_give((void **)&block);
	assert_null(block);
	fs_give((void **)&block);
	/* Programs mix it with malloc's family. */
	block = malloc(10);
	fs_resize((void **)&block, 20);
	free(block);
	block = NULL;
	fs_resize((void **)&block, 5);
	free(block);
}

static void
test_block_notify(void **state)
{
	void *block;

	(void)state;
	notifications = 0;
	cc_params.blocknotify = notify;
	block = fs_get(1);
	fs_give(&block);
	cc_params.blocknotify = NULL;
	assert_int_equal(notifications, 4);
	assert_int_equal(notified[0], BLOCK_SENSITIVE);
	assert_int_equal(notified[1], BLOCK_NONSENSITIVE);
	assert_int_equal(notified[2], BLOCK_SENSITIVE);
	assert_int_equal(notified[3], BLOCK_NONSENSITIVE);
}

static void
test_fatal(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	assert_true(TEST_IS_FATAL(fatal("the end")));
	assert_string_equal(test_callbacks.fatal, "the end");
	fflush(NULL);
	pid = fork();
	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		close(STDERR_FILENO);
		fatal("abort");
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

static void
test_crlf(void **state)
{
	static const struct {
		struct span in, out;
	} cases[] = {
		{ OCTETS(""), OCTETS("") },
		{ OCTETS("a"), OCTETS("a") },
		{ OCTETS("\n"), OCTETS("\r\n") },
		{ OCTETS("\r\n"), OCTETS("\r\n") },
		{ OCTETS("\n\n"), OCTETS("\r\n\r\n") },
		{ OCTETS("\r\r\n"), OCTETS("\r\r\n") },
		{ OCTETS("a\nb\r\nc"), OCTETS("a\r\nb\r\nc") },
		{ OCTETS("a\r"), OCTETS("a\r") },
		{ OCTETS("\r\n\n"), OCTETS("\r\n\r\n") },
		{ OCTETS("\0\n\0"), OCTETS("\0\r\n\0") },
	};
	unsigned char *dst = NULL;
	unsigned long dstl = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *src = exact_copy(cases[i].in.p, cases[i].in.len);
		STRING s;

		assert_int_equal(strcrlfcpy(&dst, &dstl, (unsigned char *)src,
				     cases[i].in.len),
		    cases[i].out.len);
		assert_memory_equal(dst, cases[i].out.p, cases[i].out.len);
		assert_int_equal(dst[cases[i].out.len], '\0');
		assert_true(dstl >= cases[i].out.len);
		INIT(&s, mail_string, src, cases[i].in.len);
		assert_int_equal(strcrlflen(&s), cases[i].out.len);
		assert_int_equal(GETPOS(&s), 0);
		free(src);
	}
	fs_give((void **)&dst);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_block_notify),
		cmocka_unit_test(test_fatal),
		cmocka_unit_test(test_crlf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
