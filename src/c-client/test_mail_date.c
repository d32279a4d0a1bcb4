/*
 * test_mail_date.c - dates of elts: written, read, counted.
 */
#include <stdlib.h>
#include <time.h>

#include "mail_generic.h"
#include "test_util.h"

static const struct {
	char *in;
	const char *date;   /* of mail_date; NULL: refused */
	unsigned long secs; /* of mail_longdate */
} cases[] = {
	/* RFC 5322 and RFC 822 */
	{ "Tue, 5 Mar 2024 09:01:02 +0000", " 5-Mar-2024 09:01:02 +0000",
	    1709629262 },
	{ "5 Mar 2024 09:01:02 +0000", " 5-Mar-2024 09:01:02 +0000",
	    1709629262 },
	{ "Tue, 05 Mar 2024 10:01:02 +0100 (CET)", " 5-Mar-2024 10:01:02 +0100",
	    1709629262 },
	{ "Tue, 5 Mar 2024 09:01 GMT", " 5-Mar-2024 09:01:00 +0000",
	    1709629260 },
	{ "Tue, 5 Mar 24 09:01:02 UT", " 5-Mar-2024 09:01:02 +0000",
	    1709629262 },
	{ "tue, 5 mar 2024 04:01:02 est", " 5-Mar-2024 04:01:02 -0500",
	    1709629262 },
	{ "5 Mar 2024 09:01:02 Z", " 5-Mar-2024 09:01:02 +0000", 1709629262 },
	{ "5 March 2024 09:01:02 +0000", " 5-Mar-2024 09:01:02 +0000",
	    1709629262 },
	/* IMAP */
	{ " 5-Mar-2024 09:01:02 +0000", " 5-Mar-2024 09:01:02 +0000",
	    1709629262 },
	{ "05-Mar-2024 09:01:02 +0000", " 5-Mar-2024 09:01:02 +0000",
	    1709629262 },
	{ "5-Mar-2024", " 5-Mar-2024 00:00:00 +0000", 1709596800 },
	{ "5-Mar-2024 01:02:03 -1130", " 5-Mar-2024 01:02:03 -1130",
	    1709641923 },
	/* others */
	{ "3/5/2024", " 5-Mar-2024 00:00:00 +0000", 1709596800 },
	{ "3/5/24", " 5-Mar-2024 00:00:00 +0000", 1709596800 },
	{ "2024-03-05", " 5-Mar-2024 00:00:00 +0000", 1709596800 },
	{ "20240305", " 5-Mar-2024 00:00:00 +0000", 1709596800 },
	/* years */
	{ "1-Jan-48 00:00:00 +0000", " 1-Jan-2048 00:00:00 +0000", 2461449600 },
	{ "1-Jan-70 00:00:00 +0000", " 1-Jan-1970 00:00:00 +0000", 0 },
	{ "1-Jan-99 00:00:00 +0000", " 1-Jan-1999 00:00:00 +0000", 915148800 },
	{ "1-Jan-1970 00:00:00 +0000", " 1-Jan-1970 00:00:00 +0000", 0 },
	{ "1-Jan-1970 00:30:00 +0100", " 1-Jan-1970 00:30:00 +0100", 0 },
	{ "31-Dec-2097 23:59:59 +0000", "31-Dec-2097 23:59:59 +0000",
	    4039372799 },
	{ "31-Dec-1969 23:59:59 +0000", NULL, 0 },
	{ "1-Jan-2098 00:00:00 +0000", NULL, 0 },
	{ "1-Jan-49 00:00:00 +0000", NULL, 0 }, /* 1949 */
	{ "29-Feb-2024 12:00:00 +0000", "29-Feb-2024 12:00:00 +0000",
	    1709208000 },
	{ "19-Jan-2038 03:14:08 +0000", "19-Jan-2038 03:14:08 +0000",
	    2147483648 },
	{ "7-Feb-2106 06:28:16 +0000", NULL, 0 },
	/* none at all */
	{ "", NULL, 0 },
	{ " ", NULL, 0 },
	{ "(comment)", NULL, 0 },
	{ "yesterday", NULL, 0 },
	{ "5-Foo-2024", NULL, 0 },
	{ "0-Mar-2024", NULL, 0 },
	{ "32-Mar-2024", NULL, 0 },
	{ "5-Mar-2024 24:00:00 +0000", NULL, 0 },
	{ "5-Mar-2024 09:60:00 +0000", NULL, 0 },
	{ "13/13/2024", NULL, 0 },
};

static void
test_parse(void **state)
{
	char text[MAILTMPLEN];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		MESSAGECACHE elt = { .day = 9, .zoccident = 1, .minutes = 59 };
		char *in = exact_copy(cases[i].in, strlen(cases[i].in) + 1);
		long ok = mail_parse_date(&elt, (unsigned char *)in);

		free(in);
		if (!ok != !cases[i].date)
			print_error("at %s\n", cases[i].in);
		assert_int_equal(ok, cases[i].date ? T : NIL);
		if (!ok)
			continue;
		assert_string_equal(mail_date(text, &elt), cases[i].date);
		if (mail_longdate(&elt) != cases[i].secs)
			print_error("at %s\n", cases[i].in);
		assert_int_equal(mail_longdate(&elt), cases[i].secs);
	}
}

static void
test_refused_date_is_cleared(void **state)
{
	MESSAGECACHE elt = { .day = 9, .month = 4, .zhours = 3 };

	(void)state;
	assert_false(mail_parse_date(&elt, (unsigned char *)"nonsense"));
	assert_int_equal(elt.day, 0);
	assert_int_equal(elt.month, 0);
	assert_int_equal(elt.zhours, 0);
	assert_false(mail_parse_date(&elt, NIL));
}

/* A zone that has no name here is the server's own. */
static void
test_unknown_zone(void **state)
{
	MESSAGECACHE elt = { 0 };
	char text[MAILTMPLEN];

	(void)state;
	setenv("TZ", "XYZ-2:30", 1);
	tzset();
	assert_true(mail_parse_date(&elt,
	    (unsigned char *)"5 Mar 2024 09:01:02 QQQ"));
	assert_string_equal(mail_date(text, &elt),
	    " 5-Mar-2024 09:01:02 +0230");
}

/* A Date field may be as long as a header; its end is not looked for. */
static void
test_endless_date(void **state)
{
	static char text[100000];
	MESSAGECACHE elt = { 0 };

	(void)state;
	memset(text, ' ', sizeof(text) - 1);
	assert_false(mail_parse_date(&elt, (unsigned char *)text));
	memset(text, '1', sizeof(text) - 1);
	assert_false(mail_parse_date(&elt, (unsigned char *)text));
	memcpy(text, "5-Mar-2024 09:01:02 +0000 (", 27);
	assert_true(mail_parse_date(&elt, (unsigned char *)text));
}

static void
test_cdate(void **state)
{
	MESSAGECACHE elt = { 0 };
	char text[MAILTMPLEN];

	(void)state;
	assert_string_equal(mail_cdate(text, &elt),
	    "Thu Jan  1 00:00:00 1970 +0000\n");
	assert_true(mail_parse_date(&elt,
	    (unsigned char *)"5-Mar-2024 09:01:02 -0330"));
	assert_string_equal(mail_cdate(text, &elt),
	    "Tue Mar  5 09:01:02 2024 -0330\n");
	assert_true(mail_parse_date(&elt,
	    (unsigned char *)"31-Dec-2097 23:59:59 +0000"));
	assert_string_equal(mail_cdate(text, &elt),
	    "Tue Dec 31 23:59:59 2097 +0000\n");
}

static void
test_unknown_date(void **state)
{
	MESSAGECACHE elt = { 0 };
	char text[MAILTMPLEN];

	(void)state;
	assert_string_equal(mail_date(text, &elt),
	    " 1-Jan-1970 00:00:00 +0000");
	assert_int_equal(mail_longdate(&elt), 0);
}

static void
test_shortdate(void **state)
{
	(void)state;
	assert_int_equal(mail_shortdate(0, 1, 1), 33);
	assert_int_equal(mail_shortdate(54, 3, 5), 54 * 512 + 3 * 32 + 5);
	assert_int_equal(mail_shortdate(127, 12, 31), 65439);
}

/* Records hold 64-bit seconds and any zone; elts what fits. */
static void
test_clamped(void **state)
{
	static const struct {
		struct imap_date in;
		const char *want;
	} dates[] = {
		{ { 0, 0 }, " 1-Jan-1970 00:00:00 +0000" },
		{ { -1, 0 }, " 1-Jan-1970 00:00:00 +0000" },
		{ { -3600, 60 }, " 1-Jan-1970 00:00:00 +0100" },
		{ { INT64_MIN / 2, 0 }, " 1-Jan-1970 00:00:00 +0000" },
		{ { 4039372799, 0 }, "31-Dec-2097 23:59:59 +0000" },
		{ { 4039372800, 0 }, "31-Dec-2097 23:59:59 +0000" },
		{ { INT64_MAX / 2, 0 }, "31-Dec-2097 23:59:59 +0000" },
		{ { 1709629262, -90 }, " 5-Mar-2024 07:31:02 -0130" },
		{ { 1709629262, 959 }, " 6-Mar-2024 01:00:02 +1559" },
		{ { 1709629262, 960 }, " 5-Mar-2024 09:01:02 +0000" },
		{ { 1709629262, -100000 }, " 5-Mar-2024 09:01:02 +0000" },
	};
	char text[MAILTMPLEN];

	(void)state;
	for (size_t i = 0; i < COUNT(dates); i++) {
		MESSAGECACHE elt = { 0 };

		cc_mail_elt_set_date(&elt, &dates[i].in);
		assert_string_equal(mail_date(text, &elt), dates[i].want);
	}
}

/* Every day that an elt can hold, there and back. */
static void
test_every_day(void **state)
{
	MESSAGECACHE elt = { 0 };

	(void)state;
	for (int64_t day = 0; day < 46751; day++) {
		const struct imap_date date = { day * 86400 + 45296, 0 };

		cc_mail_elt_set_date(&elt, &date);
		assert_int_equal(mail_longdate(&elt), date.time);
		assert_int_equal(cc_mail_elt_date(&elt).time, date.time);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_refused_date_is_cleared),
		cmocka_unit_test(test_unknown_zone),
		cmocka_unit_test(test_endless_date),
		cmocka_unit_test(test_cdate),
		cmocka_unit_test(test_unknown_date),
		cmocka_unit_test(test_shortdate),
		cmocka_unit_test(test_clamped),
		cmocka_unit_test(test_every_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
