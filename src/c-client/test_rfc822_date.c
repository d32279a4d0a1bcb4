/*
 * test_rfc822_date.c - the dates of header fields.
 */
#include "cc_err.h"
#include "rfc822_date.h"
#include "test_util.h"

static void
test_parse(void **state)
{
	static const struct {
		const char *in;
		int want;
		int64_t time;
		int zone;
	} cases[] = {
		/* RFC 5322 appendix A. */
		{ "Fri, 21 Nov 1997 09:55:06 -0600", 0, 880127706, -360 },
		{ "Tue, 1 Jul 2003 10:52:37 +0200", 0, 1057049557, 120 },
		{ "Thu,\r\n 13\r\n Feb\r\n 1969\r\n 23:32\r\n -0330 "
		  "(Newfoundland Time)",
		    0, -27723480, -210 },
		{ "21 Nov 97 09:55:06 GMT", 0, 880106106, 0 },
		{ "Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", 0,
		    880127706, -360 },
		{ "1 Jan 1970 00:00:00 +0000", 0, 0, 0 },
		{ "1 Jan 1970 00:00", 0, 0, 0 },
		{ "01 January 1970 0:0:0 UT", 0, 0, 0 },
		{ "19 Jan 2038 03:14:08 Z", 0, 2147483648, 0 },
		{ "29 Feb 2000 00:00 +0000", 0, 951782400, 0 },
		{ "1 Jan 1970 01:00 CET", 0, 0, 60 },
		{ "31 Dec 1969 19:00 EST", 0, 0, -300 },
		{ "1 Jan 1970 00:00 XYZ", 0, 0, 0 },
		{ "1 Jan 1970 02:00 GMT+0200", 0, 0, 120 },
		{ "1 Jan 1970 02:00 +02", 0, 0, 120 },
		/* Years of two and three digits (RFC 5322 section 4.3). */
		{ "1 Jan 49 00:00", 0, 2493072000, 0 },
		{ "1 Jan 50 00:00", 0, -631152000, 0 },
		{ "1 Jan 100 00:00", 0, 946684800, 0 },
		{ "31 Dec 1998 23:59:60 +0000", 0, 915148800, 0 },
		/* Other orders. */
		{ "Fri Nov 21 09:55:06 1997", 0, 880106106, 0 },
		{ "Fri Nov 21 09:55:06 EST 1997", 0, 880124106, -300 },
		{ "Nov  1 09:55 1997", 0, 878378100, 0 },
		{ "Friday, 21-Nov-97 09:55:06 GMT", 0, 880106106, 0 },
		{ "Fri 21 Nov 1997 09:55:06 -0600", 0, 880127706, -360 },
		/* What is no date. */
		{ "", CC_EPARSE, 0, 0 },
		{ "x", CC_EPARSE, 0, 0 },
		{ "Fri,", CC_EPARSE, 0, 0 },
		{ "21", CC_EPARSE, 0, 0 },
		{ "21 Nov", CC_EPARSE, 0, 0 },
		{ "21 Nov 1997", CC_EPARSE, 0, 0 },
		{ "21 Nov 1997 09", CC_EPARSE, 0, 0 },
		{ "21 Nov 1997 09:55:", CC_EPARSE, 0, 0 },
		{ "21 Nox 1997 09:55", CC_EPARSE, 0, 0 },
		{ "121 Nov 1997 09:55", CC_EPARSE, 0, 0 },
		{ "21 Nov 7 09:55", CC_EPARSE, 0, 0 },
		{ "21 Nov 19970 09:55", CC_EPARSE, 0, 0 },
		{ "21 Nov 1997 09:55 +1", CC_EPARSE, 0, 0 },
		{ "0 Nov 1997 09:55", CC_ERANGE, 0, 0 },
		{ "31 Nov 1997 09:55", CC_ERANGE, 0, 0 },
		{ "29 Feb 1900 09:55", CC_ERANGE, 0, 0 },
		{ "21 Nov 1997 24:00", CC_ERANGE, 0, 0 },
		{ "21 Nov 1997 23:60", CC_ERANGE, 0, 0 },
		{ "21 Nov 1997 23:59:61", CC_ERANGE, 0, 0 },
		{ "21 Nov 1997 23:59 +9999", CC_ERANGE, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t len = strlen(cases[i].in);
		char *in = exact_copy(cases[i].in, len);
		struct imap_date date = { 0, 0 };
		int r = cc_rfc822_parse_date(cc_span(in, len), &date);

		if (r != cases[i].want || date.time != cases[i].time ||
		    date.zone != cases[i].zone)
			print_error("case \"%s\": %d %lld %d\n", cases[i].in, r,
			    (long long)date.time, date.zone);
		assert_int_equal(r, cases[i].want);
		assert_int_equal(date.time, cases[i].time);
		assert_int_equal(date.zone, cases[i].zone);
		free(in);
	}
}

/* A date that ends anywhere: read from a block of just that size. */
static void
test_every_prefix(void **state)
{
	static const char *const dates[] = {
		"Fri, 21 Nov 1997 09(c\\)):55:06 -0600 (a(b)\\",
		"Fri Nov 21 09:55:06 EST 1997 GMT+0200"
	};

	(void)state;
	for (size_t i = 0; i < COUNT(dates); i++)
		for (size_t len = 0; len <= strlen(dates[i]); len++) {
			char *in = exact_copy(dates[i], len);
			struct imap_date date;
			int r = cc_rfc822_parse_date(cc_span(in, len), &date);

			assert_true(r <= 0);
			free(in);
		}
}

/* RFC 5256 section 2.2: what is not valid is UTC, 0:00, or no date. */
static void
test_sent_date(void **state)
{
	static const struct {
		const char *in;
		int want;
		int64_t time;
	} cases[] = {
		{ "31 Dec 2000 16:01:33 -0800", 0, 978307293 },
		{ "1 Jan 2001 00:01:33 +0000", 0, 978307293 },
		{ "1 Jan 2001 00:01:33", 0, 978307293 },
		{ "1 Jan 2001 00:01:33 +1", 0, 978307293 },
		{ "1 Jan 2001 00:01:33 +0000000", 0, 978307293 },
		{ "1 Jan 2001 00:01:33 -9900", 0, 978307293 },
		{ "1 Jan 2001 00:01:33 nonsense", 0, 978307293 },
		{ "1 Jan 2001 24:00:00 -0800", 0, 978307200 },
		{ "1 Jan 2001 12:60:00", 0, 978307200 },
		{ "1 Jan 2001 noon", 0, 978307200 },
		{ "1 Jan 2001", 0, 978307200 },
		{ "Mon Jan  1 00:01:33 2001", 0, 978307293 },
		{ "Mon Jan  1 00:01:61 PST 2001", 0, 978307200 },
		{ "31 Dec 1969 23:59:59 +0000", 0, -1 },
		{ "30 Feb 2001 00:00:00 +0000", CC_ERANGE, 0 },
		{ "0 Jan 2001 00:00:00 +0000", CC_ERANGE, 0 },
		{ "1 Foo 2001 00:00:00 +0000", CC_EPARSE, 0 },
		{ "1 Jan", CC_EPARSE, 0 },
		{ "Jan 1 12:00", CC_EPARSE, 0 },
		{ "soon", CC_EPARSE, 0 },
		{ "", CC_EPARSE, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t time = 0;
		int r = cc_rfc822_sent_date(cc_span_z(cases[i].in), &time);

		if (r != cases[i].want || time != cases[i].time)
			print_error("\"%s\": %d %lld\n", cases[i].in, r,
			    (long long)time);
		assert_int_equal(r, cases[i].want);
		assert_int_equal(time, cases[i].time);
	}
}

/* RFC 5322 section 4.3, and the names of other places; letters alone, and what
 * is not known, say nothing. */
static void
test_zones(void **state)
{
	static const struct {
		const char *name;
		int hours;
	} zones[] = { { "UT", 0 }, { "GMT", 0 }, { "EST", -5 }, { "EDT", -4 },
		{ "CST", -6 }, { "CDT", -5 }, { "MST", -7 }, { "MDT", -6 },
		{ "PST", -8 }, { "PDT", -7 }, { "BST", 1 }, { "WET", 0 },
		{ "WEST", 1 }, { "CET", 1 }, { "CEST", 2 }, { "MET", 1 },
		{ "MEST", 2 }, { "EET", 2 }, { "EEST", 3 }, { "MSK", 3 },
		{ "JST", 9 }, { "HST", -10 }, { "AKST", -9 }, { "AKDT", -8 },
		{ "Z", 0 }, { "A", 0 }, { "M", 0 }, { "n", 0 }, { "Y", 0 },
		{ "cet", 1 }, { "ES", 0 }, { "ESTX", 0 } };

	(void)state;
	for (size_t i = 0; i < COUNT(zones); i++) {
		struct imap_date date;
		char text[64];

		snprintf(text, sizeof(text), "5 Mar 2024 09:01:02 %s",
		    zones[i].name);
		assert_int_equal(cc_rfc822_parse_date(cc_span_z(text), &date),
		    0);
		if (date.zone != zones[i].hours * 60)
			print_error("%s\n", zones[i].name);
		assert_int_equal(date.zone, zones[i].hours * 60);
		assert_int_equal(date.time,
		    1709629262 - (int64_t)zones[i].hours * 3600);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_zones),
		cmocka_unit_test(test_every_prefix),
		cmocka_unit_test(test_sent_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
