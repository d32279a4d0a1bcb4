/*
 * test_imap_date.c - internal dates in every form, dates of SEARCH, days.
 */
#include <time.h>

#include "cc_err.h"
#include "fs.h"
#include "imap_grammar.h"
#include "test_util.h"

#define HOUR 60              /* minutes */
#define MAR_5 INT64_C(19787) /* days from 1970-01-01 to 2024-03-05 */
#define T(h, m, s) (MAR_5 * 86400 + (h)*3600 + (m)*60 + (s))

static const struct {
	const char *in;
	int want;
	int64_t time;
	int zone;
} date_times[] = {
	/* What this toolkit writes, both paddings. */
	{ " 5-Mar-2024 09:01:02 +0000", 0, T(9, 1, 2), 0 },
	{ "05-Mar-2024 09:01:02 +0000", 0, T(9, 1, 2), 0 },
	{ "5-Mar-2024 09:01:02 +0000", 0, T(9, 1, 2), 0 },
	{ "05-mar-2024 09:01:02 +0130", 0, T(7, 31, 2), 90 },
	{ "05-MAR-2024 09:01:02 -0800", 0, T(17, 1, 2), -8 * HOUR },
	{ " 5-Mar-2024 09:01:02 -0030", 0, T(9, 31, 2), -30 },
	{ " 5-Mar-2024 09:01:02 +1559", 0, T(-6, -58, 2), 959 },
	{ " 5-Mar-2024 09:01:02 +1600", CC_ERANGE, 0, 0 },
	{ " 5-Mar-2024 09:01:02 +0060", CC_ERANGE, 0, 0 },
	{ " 5-Mar-2024 09:01:02 +1659", CC_ERANGE, 0, 0 },
	{ " 5-Mar-2024 09:01:02 -9999", CC_ERANGE, 0, 0 },
	/* RFC 822 and 5322. */
	{ "Tue, 5 Mar 2024 09:01:02 +0000", 0, T(9, 1, 2), 0 },
	{ "tue, 05 mar 2024 09:01:02 +0100", 0, T(8, 1, 2), HOUR },
	{ "Tue,  5 Mar 2024 09:01:02 +0100", 0, T(8, 1, 2), HOUR },
	{ "Tue, 5 Mar 24 09:01 PST", 0, T(17, 1, 0), -8 * HOUR },
	{ "Tue, 5 Mar 2024 09:01:02 +0100 (CET)", 0, T(8, 1, 2), HOUR },
	{ "Tue, 5 Mar 2024 09:01:02 +0100 ()", 0, T(8, 1, 2), HOUR },
	{ "Tue, 5 Mar 2024 09:01:02 GMT (x) y", CC_EPARSE, 0, 0 },
	{ "T1e, 5 Mar 2024", CC_EPARSE, 0, 0 },
	{ "Tu1, 5 Mar 2024", CC_EPARSE, 0, 0 },
	{ "Tue, 5 March 2024 09:01:02 UT", 0, T(9, 1, 2), 0 },
	{ "5 Sept 2024 00:00:00 Z", 0, (MAR_5 + 184) * INT64_C(86400), 0 },
	{ "Tue 5 Mar 2024 09:01:02 +0000", CC_EPARSE, 0, 0 },
	{ "Tuesday, 5 Mar 2024 09:01:02 +0000", CC_EPARSE, 0, 0 },
	/* Any one octet before the time. */
	{ "5-Mar-2024T9:1:2", 0, T(9, 1, 2), 0 },
	{ "5-Mar-2024;9:1", 0, T(9, 1, 0), 0 },
	{ "5-Mar-2024", 0, T(0, 0, 0), 0 },
	{ "5 Mar 2024", 0, T(0, 0, 0), 0 },
	{ "5-Mar 2024", CC_EPARSE, 0, 0 },
	{ "5-Mar-2024 ", CC_EPARSE, 0, 0 },
	{ "5-Mar-2024 9", CC_EPARSE, 0, 0 },
	{ "5-Mar-2024 9:", CC_EPARSE, 0, 0 },
	{ "5-Mar-2024 9:1:", CC_EPARSE, 0, 0 },
	{ "5-Mar-2024  9:1", CC_EPARSE, 0, 0 },
	/* Ranges. */
	{ "0-Mar-2024", CC_ERANGE, 0, 0 },
	{ "1-Mar-2024", 0, T(0, 0, 0) - 4 * 86400, 0 },
	{ "31-Mar-2024", 0, T(0, 0, 0) + 26 * 86400, 0 },
	{ "32-Mar-2024", CC_ERANGE, 0, 0 },
	{ "31-Feb-2024", 0, T(0, 0, 0) - 3 * 86400, 0 },
	{ "5-Mar-2024 23:59:60", 0, T(24, 0, 0), 0 },
	{ "5-Mar-2024 24:00:00", CC_ERANGE, 0, 0 },
	{ "5-Mar-2024 23:60:00", CC_ERANGE, 0, 0 },
	{ "5-Mar-2024 23:59:61", CC_ERANGE, 0, 0 },
	{ "5-Mar-2024 123:59", CC_EPARSE, 0, 0 },
	{ "1-Jan-1970 00:00:00 +0000", 0, 0, 0 },
	{ "1-Jan-1970 00:00:00 +0100", 0, -3600, HOUR },
	{ "31-Dec-1969 23:59:59 +0000", CC_ERANGE, 0, 0 },
	{ "31-Dec-2097 23:59:59 +0000", 0, INT64_C(4039372799), 0 },
	{ "1-Jan-2098 00:00:00 +0000", CC_ERANGE, 0, 0 },
	{ "1-Jan-99999", CC_EPARSE, 0, 0 },
	{ "1-Jan-4294969266", CC_EPARSE, 0, 0 },
	{ "184467440737095516165-Mar-2024", CC_EPARSE, 0, 0 },
	/* Short years. */
	{ "5-Mar-48", 0, INT64_C(2466979200), 0 },  /* 2048 */
	{ "5-Mar-49", CC_ERANGE, 0, 0 },            /* 1949 */
	{ "5-Mar-70", 0, 63 * 86400, 0 },           /* 1970 */
	{ "5-Mar-99", 0, INT64_C(920592000), 0 },   /* 1999 */
	{ "5-Mar-100", 0, INT64_C(952214400), 0 },  /* 2000 */
	{ "5-Mar-197", 0, INT64_C(4013280000), 0 }, /* 2097 */
	{ "5-Mar-198", CC_ERANGE, 0, 0 },
	{ "5-Mar-4", CC_EPARSE, 0, 0 },
	/* Numbers only; no time may follow. */
	{ "3/5/24", 0, T(0, 0, 0), 0 },
	{ "03/05/2024", 0, T(0, 0, 0), 0 },
	{ "1/1/1970", 0, 0, 0 },
	{ "12/31/1970", 0, 364 * 86400, 0 },
	{ "0/05/2024", CC_ERANGE, 0, 0 },
	{ "13/05/2024", CC_ERANGE, 0, 0 },
	{ "3/32/2024", CC_ERANGE, 0, 0 },
	{ "3/5-2024", CC_EPARSE, 0, 0 },
	{ "2024-03-05", 0, T(0, 0, 0), 0 },
	{ "1970-01-01", 0, 0, 0 },
	{ "1970-12-31", 0, 364 * 86400, 0 },
	{ "2024-00-05", CC_ERANGE, 0, 0 },
	{ "2024-13-05", CC_ERANGE, 0, 0 },
	{ "2024-03", CC_EPARSE, 0, 0 },
	{ "2024-03-05 09:01", CC_EPARSE, 0, 0 },
	{ "20240305", 0, T(0, 0, 0), 0 },
	{ "19700101", 0, 0, 0 },
	{ "19701231", 0, 364 * 86400, 0 },
	{ "20240005", CC_ERANGE, 0, 0 },
	{ "20241305", CC_ERANGE, 0, 0 },
	{ "20240300", CC_ERANGE, 0, 0 },
	{ "20240332", CC_ERANGE, 0, 0 },
	{ "202403050", CC_EPARSE, 0, 0 },
	{ "2024030", CC_EPARSE, 0, 0 },
	/* Months. */
	{ "5-Ma-2024", CC_EPARSE, 0, 0 },
	{ "5-Mai-2024", CC_EPARSE, 0, 0 },
	{ "5-Marchs-2024", CC_EPARSE, 0, 0 },
	{ "5--2024", CC_EPARSE, 0, 0 },
	/* Zones. */
	{ "5-Mar-2024 09:01:02-EST", 0, T(14, 1, 2), -5 * HOUR },
	{ "5-Mar-2024 09:01:02 edt", 0, T(13, 1, 2), -4 * HOUR },
	{ "5-Mar-2024 09:01:02 Z", 0, T(9, 1, 2), 0 },
	{ "5-Mar-2024 09:01:02 A", 0, T(8, 1, 2), HOUR },
	{ "5-Mar-2024 09:01:02 H", 0, T(1, 1, 2), 8 * HOUR },
	{ "5-Mar-2024 09:01:02 JST", 0, T(0, 1, 2), 9 * HOUR },
	{ "5-Mar-2024 09:01:02 M", 0, T(-2, -59, 2), 12 * HOUR },
	{ "5-Mar-2024 09:01:02 N", 0, T(10, 1, 2), -HOUR },
	{ "5-Mar-2024 09:01:02 Y", 0, T(21, 1, 2), -12 * HOUR },
	{ "5-Mar-2024 09:01:02 HST", 0, T(19, 1, 2), -10 * HOUR },
	{ "5-Mar-2024 09:01:02+0000", CC_EPARSE, 0, 0 },
	{ "5-Mar-2024 09:01:02 +000", CC_EPARSE, 0, 0 },
	{ "5-Mar-2024 09:01:02 +00000", CC_EPARSE, 0, 0 },
	{ "5-Mar-2024 09:01:02 0000", CC_EPARSE, 0, 0 },
	{ "5-Mar-2024 09:01:02 -", CC_EPARSE, 0, 0 },
	{ "5-Mar-2024 09:01:02 ", CC_EPARSE, 0, 0 },
	{ "5-Mar-2024 09:01:02-0800", CC_EPARSE, 0, 0 },
	{ "5-Mar-2024 09:01:02 EST x", CC_EPARSE, 0, 0 },
	/* Nothing. */
	{ "", CC_EPARSE, 0, 0 },
	{ " ", CC_EPARSE, 0, 0 },
	{ "  5-Mar-2024", CC_EPARSE, 0, 0 },
	{ "Tue, ", CC_EPARSE, 0, 0 },
	{ "\xff", CC_EPARSE, 0, 0 },
};

static void
test_date_time(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(date_times); i++) {
		size_t len = strlen(date_times[i].in);
		char *in = exact_copy(date_times[i].in, len);
		struct imap_date date = { -77, -77 };
		int r = cc_imap_parse_date_time(cc_span(in, len), &date);

		if (r != date_times[i].want)
			print_error("%s\n", date_times[i].in);
		assert_int_equal(r, date_times[i].want);
		if (r != 0) {
			assert_true(date.time == -77 && date.zone == -77);
		} else {
			if (date.time != date_times[i].time)
				print_error("%s: %lld\n", date_times[i].in,
				    (long long)date.time);
			assert_true(date.time == date_times[i].time);
			assert_int_equal(date.zone, date_times[i].zone);
		}
		free(in);
	}
}

/* The names of zones in the order of the clock, each with its hours. */
static void
test_zone_names(void **state)
{
	static const struct {
		const char *names;
		int hours;
	} cases[] = {
		{ "UT UTC GMT Z", 0 },
		{ "MET A", 1 },
		{ "EET B", 2 },
		{ "C", 3 },
		{ "D", 4 },
		{ "E", 5 },
		{ "F", 6 },
		{ "G", 7 },
		{ "H", 8 },
		{ "JST I", 9 },
		{ "K", 10 },
		{ "L", 11 },
		{ "M", 12 },
		{ "N", -1 },
		{ "O", -2 },
		{ "ADT P", -3 },
		{ "AST EDT Q", -4 },
		{ "EST CDT R", -5 },
		{ "CST MDT S", -6 },
		{ "MST PDT T", -7 },
		{ "PST YDT U", -8 },
		{ "YST V", -9 },
		{ "HST W", -10 },
		{ "X", -11 },
		{ "Y", -12 },
	};
	struct imap_date date;
	char text[40];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *p = cases[i].names;

		for (size_t n; *p; p += n + (p[n] == ' ')) {
			n = strcspn(p, " ");
			snprintf(text, sizeof(text), "5-Mar-2024 00:00:00 %.*s",
			    (int)n, p);
			assert_int_equal(
			    cc_imap_parse_date_time(cc_span_z(text), &date), 0);
			assert_int_equal(date.zone, cases[i].hours * HOUR);
		}
	}
}

/* However a date is cut, nothing behind its end is looked at. */
static void
test_cut_at_every_octet(void **state)
{
	static const char *const whole[] = {
		"Tue, 5 March 2024 09:01:02 +0100 (CET)",
		"05-Mar-2024 09:01:02-PST",
		"2024-03-05",
		"20240305",
		"03/05/2024",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(whole); i++) {
		for (size_t n = 0; n < strlen(whole[i]); n++) {
			char *in = exact_copy(whole[i], n);
			struct imap_date date;
			int day;

			(void)cc_imap_parse_date_time(cc_span(in, n), &date);
			(void)cc_imap_parse_date(cc_span(in, n), &day);
			free(in);
		}
	}
}

/* A name that nobody knows is this machine's zone, summer time included. */
static void
test_unknown_zone_is_local(void **state)
{
	struct imap_date date;

	(void)state;
	assert_int_equal(setenv("TZ", "XYZ-3:30XYS-4:30,M4.1.0,M10.1.0", 1), 0);
	tzset();
	assert_int_equal(cc_imap_parse_date_time(
			     cc_span_z("5-Mar-2024 09:01:02 CET"), &date),
	    0);
	assert_int_equal(date.zone, 210);
	assert_true(date.time == T(9, 1, 2) - 210 * 60);
	assert_int_equal(cc_imap_parse_date_time(
			     cc_span_z("5-Jul-2024 09:01:02 CEST"), &date),
	    0);
	assert_int_equal(date.zone, 270);
	assert_int_equal(setenv("TZ", "UTC0", 1), 0);
	tzset();
	assert_int_equal(cc_imap_parse_date_time(
			     cc_span_z("5-Mar-2024 09:01:02-CET"), &date),
	    0);
	assert_int_equal(date.zone, 0);
}

static void
test_put(void **state)
{
	static const struct {
		struct imap_date date;
		const char *want;
	} cases[] = {
		{ { 0, 0 }, " 1-Jan-1970 00:00:00 +0000" },
		{ { T(9, 1, 2), 0 }, " 5-Mar-2024 09:01:02 +0000" },
		{ { T(9, 1, 2), -30 }, " 5-Mar-2024 08:31:02 -0030" },
		{ { T(9, 1, 2), 90 }, " 5-Mar-2024 10:31:02 +0130" },
		{ { T(23, 59, 59), HOUR }, " 6-Mar-2024 00:59:59 +0100" },
		{ { T(0, 0, 0) - 86400 * 5, 0 }, "29-Feb-2024 00:00:00 +0000" },
		{ { -3600, HOUR }, " 1-Jan-1970 00:00:00 +0100" },
		{ { INT64_C(4039372799), 0 }, "31-Dec-2097 23:59:59 +0000" },
		/* What cannot be written becomes the nearest that can. */
		{ { -1, 0 }, " 1-Jan-1970 00:00:00 +0000" },
		{ { INT64_MIN, -959 }, " 1-Jan-1970 00:00:00 -1559" },
		{ { INT64_C(4039372800), 0 }, "31-Dec-2097 23:59:59 +0000" },
		{ { INT64_MAX, 959 }, "31-Dec-2097 23:59:59 +1559" },
		{ { 0, 5000 }, " 1-Jan-1970 15:59:00 +1559" },
		{ { 86400, -2147483647 - 1 }, " 1-Jan-1970 08:01:00 -1559" },
	};
	struct strbuf out;

	(void)state;
	cc_strbuf_init(&out, 26);
	for (size_t i = 0; i < COUNT(cases); i++) {
		cc_strbuf_reset(&out);
		cc_imap_put_date_time(&out, &cases[i].date);
		assert_int_equal(cc_strbuf_status(&out), 0);
		assert_int_equal(out.len, 26);
		assert_span(cc_strbuf_span(&out), cases[i].want);
	}
	cc_strbuf_free(&out);
}

/* Written and read again it is the same, at every hour of many days. */
static void
test_round_trip(void **state)
{
	struct strbuf out;

	(void)state;
	cc_strbuf_init(&out, 26);
	for (int64_t t = 86400; t < INT64_C(4039200000); t += 86399 * 11) {
		struct imap_date date = { t, (int)(t % 1900) - 950 }, again;

		cc_strbuf_reset(&out);
		cc_imap_put_date_time(&out, &date);
		assert_int_equal(cc_imap_parse_date_time(cc_strbuf_span(&out),
				     &again),
		    0);
		assert_true(again.time == date.time);
		assert_int_equal(again.zone, date.zone);
	}
	cc_strbuf_free(&out);
}

static void
test_search_date(void **state)
{
	static const struct {
		const char *in;
		int want, day;
	} cases[] = {
		{ "1-Jan-1970", 0, 0 },
		{ "01-Jan-1970", 0, 0 },
		{ "5-mar-2024", 0, MAR_5 },
		{ "05-MAR-24", 0, MAR_5 },
		{ "31-Feb-2024", 0, MAR_5 - 3 },
		{ "1-Jan-70", 0, 0 },
		{ "1-Jan-69", 0, 36160 }, /* 2069 */
		{ "31-Dec-99", 0, 10956 },
		{ "1-Jan-00", 0, 10957 },
		{ "31-Dec-1969", 0, -1 },
		{ "1-Jan-0000", 0, -719528 },
		{ "31-Dec-9999", 0, 2932896 },
		{ "32-Jan-1970", CC_ERANGE, 0 },
		{ "0-Jan-1970", CC_ERANGE, 0 },
		{ " 1-Jan-1970", CC_EPARSE, 0 },
		{ "1-Jan-1970 ", CC_EPARSE, 0 },
		{ "1-Jan-197", CC_EPARSE, 0 },
		{ "1-Jan-10000", CC_EPARSE, 0 },
		{ "1-Jan-", CC_EPARSE, 0 },
		{ "1 Jan 1970", CC_EPARSE, 0 },
		{ "Jan-1-1970", CC_EPARSE, 0 },
		{ "001-Jan-1970", CC_EPARSE, 0 },
		{ "\"1-Jan-1970\"", CC_EPARSE, 0 },
		{ "", CC_EPARSE, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t len = strlen(cases[i].in);
		char *in = exact_copy(cases[i].in, len);
		int day = -7777777;

		assert_int_equal(cc_imap_parse_date(cc_span(in, len), &day),
		    cases[i].want);
		assert_int_equal(day, cases[i].want ? -7777777 : cases[i].day);
		free(in);
	}
}

/* Every day of 800 years follows the one before it. */
static void
test_days(void **state)
{
	static const int length[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	int64_t days = cc_days_from_civil(-400, 1, 1);

	(void)state;
	assert_int_equal(cc_days_from_civil(1970, 1, 1), 0);
	assert_int_equal(cc_days_from_civil(2000, 2, 29), 11016);
	assert_true(cc_days_from_civil(1, 1, 1) == -719162);
	for (int y = -400; y < 2400; y++) {
		bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

		for (int m = 1; m <= 12; m++) {
			int last = length[m - 1] + (m == 2 && leap);

			for (int d = 1; d <= last; d++, days++) {
				int y2, m2, d2;

				if (cc_days_from_civil(y, m, d) != days)
					fail();
				cc_civil_from_days(days, &y2, &m2, &d2);
				if (y2 != y || m2 != m || d2 != d)
					fail();
			}
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_date_time),
		cmocka_unit_test(test_zone_names),
		cmocka_unit_test(test_cut_at_every_octet),
		cmocka_unit_test(test_unknown_zone_is_local),
		cmocka_unit_test(test_put),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_search_date),
		cmocka_unit_test(test_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
