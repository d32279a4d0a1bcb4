/*
 * test_mboxfile_from.c - which lines are from-lines, and the dates in them.
 */
#include <time.h>

#include "cc_err.h"
#include "fs.h"
#include "mboxfile_from.h"
#include "test_util.h"

#define Z36 "abcdefghijklmnopqrstuvwxyz0123456789"

static const struct {
	const char *line;
	size_t len; /* of line, without its NUL */
	bool yes;
} lines[] = {
#define YES(literal)                                                           \
	{                                                                      \
		(literal), sizeof(literal) - 1, true                           \
	}
#define NO(literal)                                                            \
	{                                                                      \
		(literal), sizeof(literal) - 1, false                          \
	}
	/* Every ending, with and without seconds. */
	YES("From u Thu Jun  6 14:07 2002"),
	YES("From u Thu Jun  6 14:07:31 2002"),
	YES("From u Thu Jun  6 14:07 EST 2002"),
	YES("From u Thu Jun  6 14:07:31 EST 2002"),
	YES("From u Thu Jun  6 14:07 +0200 2002"),
	YES("From u Thu Jun  6 14:07:31 -0200 2002"),
	YES("From u Thu Jun  6 14:07 2002 EST"),
	YES("From u Thu Jun  6 14:07:31 2002 EST"),
	YES("From u Thu Jun  6 14:07 2002 -0200"),
	YES("From u Thu Jun 06 14:07:31 2002 +0200"),
	/* The sender may be anything. */
	YES("From  Thu Jun  6 14:07 2002"),
	YES("From any words at all Thu Jun  6 14:07:31 2002"),
	YES("From \x80\xff\t\"'@ Thu Jun  6 14:07:31 2002"),
	YES("From " Z36 Z36 Z36 " Thu Jun  6 14:07:31 2002"),
	/* " remote from WORD", from 41 characters on. */
	YES("From u Thu Jun  6 14:07:31 2002 remote from hostx"),
	YES("From  Thu Jun  6 14:07 2002 remote from h"),
	YES("From u Thu Jun  6 14:07 +0200 2002 remote from " Z36),
	NO("From u Thu Jun  6 14:07:31 2002 remote from host x"),
	NO("From u Thu Jun  6 14:07:31 2002 Remote from hostx"),
	NO("From u Thu Jun  6 14:07:31 2002remote from hostx"),
	NO("From Thu Jun  6 14:07 2002 remote from hostx"),
	/* Letters and digits are not looked at. */
	YES("From u Xyz Abc  9 99:99:99 abcd"),
	YES("From u ... ... .. ..:.. ...."),
	YES("From u ... ... .. ..:.. +.... ...."),
	/* Fixed widths. */
	NO("From u Thu Jun 6 14:07:31 2002"),
	NO("From u Thu Jun  6 4:07:31 2002"),
	NO("From u Thu Jun  6 14:07:31 02"),
	NO("From u Thu Jun  6 14:07:31 EDTX 2002"),
	NO("From u Thu Jun  6 14:07:31 2002 EDTX"),
	NO("From u Thu Jun  6 14:07:31 2002 +01:00"),
	NO("From u Thu Jun  6 14:07:31 2002 *0100"),
	NO("From u Thu Jun  6 14:07:31 *0100 2002"),
	NO("From u Thu, 6 Jun 2002 14:07:31 +0200"),
	NO("From u Thu Jun  6 14:07:31 2002 "),
	NO("From u Thu Jun  6 14-07-31 2002"),
	NO("From u Thu Jun  6 14:07-31 2002"),
	NO("From u Thu June 6 14:07:31 2002"),
	NO("From u Thurs Jun  6 14:07:31 2002"),
	NO("From uThu Jun  6 14:07:31 2002"),
	NO("From u Thu Jun  6 14:07:31 2002\t"),
	/* 27 characters at least; with seconds one space is enough. */
	NO("From Thu Jun  6 14:07 2002"),
	YES("From Thu Jun  6 14:07:31 2002"),
	NO("FromThu Jun  6 14:07:31 2002"),
	/* The first word, exactly. */
	NO(">From u Thu Jun  6 14:07:31 2002"),
	NO("from u Thu Jun  6 14:07:31 2002"),
	NO("From: u Thu Jun  6 14:07:31 2002"),
	NO("From\tu Thu Jun  6 14:07:31 2002"),
	NO(" From u Thu Jun  6 14:07:31 2002"),
	NO("From u"),
	NO("From "),
	NO(""),
	NO("\r"),
	/* NUL anywhere, CR anywhere but at the end. */
	NO("From \0u Thu Jun  6 14:07:31 2002"),
	NO("From u Thu Jun  6 14:07:31 20\0002"),
	NO("From u Thu Jun  6 14:07:31 2002\0"),
	YES("From \ru Thu Jun  6 14:07:31 2002"),
	NO("From u Thu Jun  6 14:07:31 2002\r\r"),
	NO("From Thu Jun  6 14:07 2002\r"),
};

static void
test_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		char *copy = exact_copy(lines[i].line, lines[i].len);
		struct mbox_from f;
		bool got =
		    cc_mbox_from_line(cc_span(copy, lines[i].len), true, &f);

		if (got != lines[i].yes)
			print_error("row %zu: %s\n", i, lines[i].line);
		assert_int_equal(got, lines[i].yes);
		free(copy);
	}
}

/* A CR before the LF is ignored where the format says so. */
static void
test_cr(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		char *copy = exact_copy(lines[i].line, lines[i].len + 1);
		struct span line = { copy, lines[i].len + 1 };
		struct mbox_from f;
		bool want = lines[i].yes;

		copy[lines[i].len] = '\r';
		if (memchr(lines[i].line, '\r', lines[i].len) == NULL) {
			assert_int_equal(cc_mbox_from_line(line, true, &f),
			    want);
			/* in "remote from WORD" it belongs to the word */
			if (!strstr(lines[i].line, "remote"))
				assert_false(cc_mbox_from_line(line, false,
				    &f));
		}
		free(copy);
	}
}

/* No prefix that lacks the end of the date is one. */
static void
test_every_prefix(void **state)
{
	const char *line = "From u Thu Jun  6 14:07:31 2002";
	size_t len = strlen(line);

	(void)state;
	for (size_t n = 0; n < len; n++) {
		char *copy = exact_copy(line, n);
		struct mbox_from f;

		assert_false(cc_mbox_from_line(cc_span(copy, n), true, &f));
		free(copy);
	}
}

static void
test_parts(void **state)
{
	struct mbox_from f;
	const char *full =
	    "From a b Thu Jun  6 14:07:31 +0230 2002 remote from x";
	const char *bare = "From  Thu Jun 16 14:07 2002";

	(void)state;
	assert_true(cc_mbox_from_line(cc_span_z(full), true, &f));
	assert_span(f.sender, "a b");
	assert_span(f.month, "Jun");
	assert_span(f.day, " 6");
	assert_span(f.hour, "14");
	assert_span(f.minute, "07");
	assert_span(f.second, "31");
	assert_span(f.zone, "+0230");
	assert_span(f.year, "2002");
	assert_true(cc_mbox_from_line(cc_span_z(bare), true, &f));
	assert_span(f.sender, "");
	assert_span(f.day, "16");
	assert_span(f.second, "");
	assert_span(f.zone, "");
}

#define JUN_6 (INT64_C(11844) * 86400) /* 2002-06-06 */
#define AT(h, m, s) (JUN_6 + (h)*3600 + (m)*60 + (s))
#define LOCAL 99999 /* the zone of this machine, whichever it is */

static const struct {
	const char *line;
	int want;
	int64_t time;
	int zone;
} dates[] = {
	{ "From u Thu Jun  6 14:07:31 2002 +0000", 0, AT(14, 7, 31), 0 },
	{ "From u Thu Jun 06 14:07:31 2002 +0200", 0, AT(12, 7, 31), 120 },
	{ "From u Thu JUN  6 14:07 -0130 2002", 0, AT(15, 37, 0), -90 },
	{ "From u Thu Jun  6 14:07 EST 2002", 0, AT(19, 7, 0), -300 },
	{ "From u Thu Jun  6 14:07 2002 MET", 0, AT(13, 7, 0), 60 },
	{ "From u xxx Jun  6 14:07 2002 GMT", 0, AT(14, 7, 0), 0 },
	{ "From u Thu Jun  6 14:07:60 2002 UTC", 0, AT(14, 7, 60), 0 },
	{ "From u Thu Jan  1 00:00:00 1970 +0000", 0, 0, 0 },
	{ "From u Thu Jun  6 14:07:31 2002", 0, AT(14, 7, 31), LOCAL },
	{ "From u Xyz Abc  9 99:99:99 abcd", CC_EPARSE, 0, 0 },
	{ "From u Thu Jun  6 24:07:31 2002", CC_EPARSE, 0, 0 },
	{ "From u Thu Jun  6 14:60:31 2002", CC_EPARSE, 0, 0 },
	{ "From u Thu Jun  6 14:07:31 1969 +0000", CC_EPARSE, 0, 0 },
	{ "From u Thu Jun  6 14:07:31 2098 +0000", CC_EPARSE, 0, 0 },
	{ "From u Thu Jun  6 14:07:31 2002 +00xx", CC_EPARSE, 0, 0 },
	{ "From u Thu Jun 32 14:07:31 2002 +0000", CC_EPARSE, 0, 0 },
	{ "From u Thu Jun  0 14:07:31 2002 +0000", CC_EPARSE, 0, 0 },
	{ "From u Thu Ju\xff  6 14:07:31 2002 +0000", CC_EPARSE, 0, 0 },
};

static void
test_dates(void **state)
{
	time_t now = time(NULL);
	struct imap_date got;
	struct mbox_from f;
	struct tm tm;

	(void)state;
	assert_non_null(localtime_r(&now, &tm));
	for (size_t i = 0; i < COUNT(dates); i++) {
		int zone = dates[i].zone;
		int64_t at = dates[i].time;

		if (zone == LOCAL) {
			zone = (int)(tm.tm_gmtoff / 60);
			at -= zone * 60;
		}
		assert_true(cc_mbox_from_line(cc_span_z(dates[i].line), true,
		    &f));
		got = (struct imap_date){ -1, -1 };
		if (cc_mbox_from_date(&f, &got) != dates[i].want)
			print_error("row %zu: %s\n", i, dates[i].line);
		assert_int_equal(cc_mbox_from_date(&f, &got), dates[i].want);
		assert_int_equal(got.time, at);
		assert_int_equal(got.zone, zone);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_cr),
		cmocka_unit_test(test_every_prefix),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_dates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
