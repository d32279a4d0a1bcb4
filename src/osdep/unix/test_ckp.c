/*
 * test_ckp.c - the password file of CRAM-MD5, and the ageing of shadow(5),
 * each around its boundary days.
 *
 * TEST_OBJECTS: osdep/unix/ckp_file.c osdep/unix/ckp_shadow.c
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "ckp.h"
#include "login_msg.h"

static const struct {
	const char *text;
	const char *name, *password;
	bool yes, found;
} lines[] = {
	{ "", "u", "p", false, false },
	{ "u\tp", "u", "p", true, true },
	{ "u\tp\n", "u", "p", true, true },
	{ "u\tp\r\n", "u", "p", true, true },
	{ "u\tp\r", "u", "p", true, true },
	{ "\n\n\r\nu\tp", "u", "p", true, true },
	{ "u\tp \n", "u", "p", false, true },
	{ "u\tp \n", "u", "p ", true, true },
	{ "u\t p\tq\n", "u", " p\tq", true, true },
	{ "u\tone\nu\ttwo\n", "u", "two", false, true },
	{ "#u\tp\nu\tq\n", "u", "p", false, true },
	{ "#u\tp\n", "#u", "p", false, false },
	{ "u p\n", "u", "p", false, false },
	{ "u\t\n", "u", "", false, false },
	{ "u\t\nu\tp\n", "u", "p", true, true },
	{ "U\tp\n", "u", "p", false, false },
	{ "uu\tp\n", "u", "p", false, false },
	{ "u\tpass\n", "u", "pas", false, true },
	{ "u\tpass\n", "u", "passs", false, true },
	{ "u\tpass\n", "u", "", false, true },
	{ "u\tpassp\n", "u", "pass", false, true },
	{ "\tp\n", "", "p", true, true },
};

static void
test_password_file(void **state)
{
	struct span secret;
	bool found;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		found = cc_ckp_find(lines[i].text, strlen(lines[i].text),
		    lines[i].name, &secret);
		assert_int_equal(found &&
			cc_ckp_equal(secret, lines[i].password),
		    lines[i].yes);
		assert_int_equal(found, lines[i].found);
	}
}

#define NONE LOGIN_NO_WARNING
#define TODAY 20000

static const struct {
	struct ckp_ageing ageing;
	bool yes;
	int password_days, account_days;
} ages[] = {
	{ { 0, 99999, 7, -1 }, false, NONE, NONE },
	{ { 1, -1, 7, -1 }, true, NONE, NONE },
	{ { -1, 10, 7, -1 }, true, NONE, NONE },
	{ { TODAY - 10, 9, 7, -1 }, false, NONE, NONE },
	{ { TODAY - 10, 10, 7, -1 }, true, 0, NONE },
	{ { TODAY - 10, 11, 7, -1 }, true, 1, NONE },
	{ { TODAY - 10, 17, 7, -1 }, true, 7, NONE },
	{ { TODAY - 10, 18, 7, -1 }, true, NONE, NONE },
	{ { TODAY - 10, 10, -1, -1 }, true, NONE, NONE },
	{ { TODAY - 10, 99999, 7, TODAY - 1 }, false, NONE, NONE },
	{ { TODAY - 10, 99999, 7, TODAY }, true, NONE, 0 },
	{ { TODAY - 10, 99999, 7, TODAY + 27 }, true, NONE, 27 },
	{ { TODAY - 10, 99999, 7, TODAY + 28 }, true, NONE, NONE },
	{ { TODAY - 10, 99999, 7, 0 }, false, NONE, NONE },
};

static void
test_ageing(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ages) / sizeof(ages[0]); i++) {
		struct ckp_result r = { NONE, NONE, NULL };

		assert_int_equal(cc_ckp_ageing(&ages[i].ageing, TODAY, &r),
		    ages[i].yes);
		if (!ages[i].yes)
			continue;
		assert_int_equal(r.password_days, ages[i].password_days);
		assert_int_equal(r.account_days, ages[i].account_days);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_password_file),
		cmocka_unit_test(test_ageing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
