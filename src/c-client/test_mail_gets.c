/*
 * test_mail_gets.c - texts handed to a program's own reader (GETS), whole and
 * in part.
 */
#include <limits.h>

#include "cc_fn.h"
#include "mail_params.h"
#include "test_mail_fetch.h"

static char gets_what[64];
static char gets_text[4096];
static unsigned long gets_first, gets_last;

static char *
gets_all(readfn_t f, void *stream, unsigned long size, GETS_DATA *md)
{
	assert_true(size < sizeof(gets_text));
	snprintf(gets_what, sizeof(gets_what), "%lu %s", md->msgno, md->what);
	gets_first = md->first;
	gets_last = md->last;
	(*f)(stream, size, gets_text);
	gets_text[size] = '\0';
	return "from gets";
}

static void
set_gets(mailgets_t routine)
{
	mail_parameters(NIL, SET_GETS, cc_fn_to_ptr((void (*)(void))routine));
}

static void
test_gets(void **state)
{
	unsigned long len;

	(void)state;
	setup_box();
	for (size_t d = 0; d < COUNT(drivers); d++) {
		MAILSTREAM *stream = mail_open(NIL, drivers[d], NIL);

		assert_true(TEST_IS_FATAL(mail_partial_text(stream, 1, NIL, 0,
		    0, NIL)));
		set_gets(gets_all);
		assert_string_equal(mail_fetch_text(stream, 2, NIL, &len, NIL),
		    "from gets");
		assert_string_equal(gets_what, "2 TEXT");
		assert_string_equal(gets_text, wire(TEXT_2));
		assert_int_equal(len, strlen(gets_text));
		assert_string_equal(mail_fetch_body(stream, 10, "2.1", &len,
					FT_UID),
		    "from gets");
		assert_string_equal(gets_what, "1 2.1");
		assert_string_equal(gets_text, "plain");
		assert_string_equal(mail_fetch_message(stream, 2, &len, NIL),
		    "from gets");
		assert_string_equal(gets_what, "2 ");
		assert_string_equal(mail_fetch_header(stream, 2, NIL, NIL, &len,
					NIL),
		    "Subject: plain\r\n\r\n");
		set_gets(NULL);
		mail_close(stream);
	}
}

static void
test_partial(void **state)
{
	static const struct {
		char *section;
		unsigned long first, last;
		const char *want; /* NULL: refused */
	} rows[] = {
		{ "2.1", 0, 0, "plain" },
		{ "2.1", 0, 2, "pl" },
		{ "2.1", 1, 3, "lai" },
		{ "2.1", 1, 4, "lain" },
		{ "2.1", 1, 5, "lain" },
		{ "2.1", 4, 0, "n" },
		{ "2.1", 5, 0, "" },
		{ "2.1", 6, 1, "" },
		{ "2.1", ULONG_MAX, ULONG_MAX, "" },
		{ "9", 0, 0, NULL },
	};

	(void)state;
	setup_box();
	for (size_t i = 0; i < COUNT(rows) * 2; i++) {
		MAILSTREAM *stream = mail_open(NIL, drivers[i % 2], NIL);
		const size_t c = i / 2;
		long ok;

		set_gets(gets_all);
		gets_text[0] = '\0';
		ok = mail_partial_body(stream, 1, rows[c].section,
		    rows[c].first, rows[c].last, FT_PEEK);
		assert_int_equal(ok, rows[c].want ? T : NIL);
		if (ok) {
			assert_string_equal(gets_text, rows[c].want);
			assert_int_equal(gets_first, rows[c].first);
			assert_int_equal(gets_last, rows[c].last);
		}
		assert_true(mail_partial_text(stream, 2, NIL, 3, 4, FT_PEEK));
		assert_string_equal(gets_text, "\r\n\r\n");
		assert_true(mail_partial_text(stream, 1, "3", 0, 6, FT_PEEK));
		assert_string_equal(gets_text, "single");
		set_gets(NULL);
		mail_close(stream);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gets),
		cmocka_unit_test(test_partial),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
