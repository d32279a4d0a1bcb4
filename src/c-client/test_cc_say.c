/*
 * test_cc_say.c - lines for the user.
 */
#include "cc_say.h"
#include "test_callbacks.h"
#include "test_util.h"

static void
test_one_line(void **state)
{
	static const struct {
		const char *name, *want;
	} cases[] = {
		{ "", "mailbox : 7" },
		{ "box", "mailbox box: 7" },
		{ "a\r\nb\tc\x7f\x1b[2J", "mailbox a??b?c??[2J: 7" },
		{ "\xc3\xa4 %s", "mailbox \xc3\xa4 %s: 7" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		test_callbacks_reset();
		cc_say(WARN, "mailbox %s: %d", cases[i].name, 7);
		assert_string_equal(test_callbacks.log, cases[i].want);
		assert_int_equal(test_callbacks.log_level, WARN);
		assert_int_equal(test_callbacks.logs, 1);
	}
}

static void
test_length(void **state)
{
	char text[MAILTMPLEN + 2];

	(void)state;
	for (int len = MAILTMPLEN - 2; len <= MAILTMPLEN + 1; len++) {
		memset(text, 'x', sizeof(text));
		text[len] = '\0';
		test_callbacks_reset();
		cc_say(ERROR, "%s", text);
		assert_int_equal(strlen(test_callbacks.log),
		    len < MAILTMPLEN ? len : MAILTMPLEN - 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_line),
		cmocka_unit_test(test_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
