/*
 * test_login_monitor_config.c - the configuration file as the monitor reads it:
 * whole, or nobody gets in.
 *
 * TEST_OBJECTS: osdep/unix/login_monitor_config.c osdep/unix/login_msg.c
 */
#include "test_util.h"

#include "cc_limits.h"
#include "login_monitor.h"
#include "test_tmpdir.h"

static struct tmpdir tmp;

/* Reads a file of this size, which ends with a line that forbids passwords. */
static bool
reads(size_t size, struct monitor_config *config)
{
	static const char last[] = "\nset disable-plaintext 1\n";
	const size_t len = sizeof(last) - 1;
	char *text = malloc(size);
	bool r;

	memset(text, '\n', size);
	memcpy(text + size - len, last, len);
	tmpdir_write(&tmp, "config", text, size);
	free(text);
	*config = (struct monitor_config){ .attempts = 0 };
	assert_true(snprintf(config->file, sizeof(config->file), "%s",
			tmpdir_path(&tmp, "config")) <
	    (int)sizeof(config->file));
	r = cc_monitor_read_config(config);
	assert_int_equal(config->attempts, 3);
	return r;
}

static void
test_size_of_the_file(void **state)
{
	struct monitor_config config;

	(void)state;
	tmpdir_make(&tmp);
	assert_true(reads(100, &config));
	assert_int_equal(config.plaintext, 1);
	assert_true(reads(CC_CONFIG_FILE, &config));
	assert_int_equal(config.plaintext, 1);
	assert_false(reads(CC_CONFIG_FILE + 1, &config));
	tmpdir_remove(&tmp);
}

static void
test_no_file(void **state)
{
	struct monitor_config config = { .attempts = 0 };

	(void)state;
	snprintf(config.file, sizeof(config.file), "/nonexistent/c-client.cf");
	assert_true(cc_monitor_read_config(&config));
	assert_int_equal(config.attempts, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_size_of_the_file),
		cmocka_unit_test(test_no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
