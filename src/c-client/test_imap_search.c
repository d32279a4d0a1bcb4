/*
 * test_imap_search.c - SEARCH programs: reading, writing, limits.
 */
#include "cc_err.h"
#include "cc_limits.h"
#include "fs.h"
#include "imap_grammar.h"
#include "imap_search.h"
#include "misc.h"
#include "test_imap_search.h"
#include "test_util.h"

static int
parse(const char *in, size_t len, SEARCHPGM **pgm_r, size_t *left_r)
{
	char *copy = exact_copy(in, len);
	struct cursor c = cc_cursor(cc_span(copy, len));
	struct arena a;
	int r;

	cc_arena_init(&a, 1u << 20);
	r = cc_imap_parse_search(&c, test_astring, &a, pgm_r);
	*left_r = cc_cursor_left(&c);
	cc_arena_free(&a);
	free(copy);
	return r;
}

/* What is parsed is written as in the second column. */
static void
test_parse(void **state)
{
	static const struct {
		const char *in, *out;
		size_t left;
	} cases[] = {
		{ "ALL", "ALL", 0 },
		{ "all", "ALL", 0 },
		{ "(ALL)", "ALL", 0 },
		{ "ALL)", "ALL", 1 },
		{ "ANSWERED", "ANSWERED", 0 },
		{ "DELETED DRAFT FLAGGED OLD RECENT SEEN",
		    "DELETED DRAFT FLAGGED OLD RECENT SEEN", 0 },
		{ "UNSEEN UNFLAGGED UNDRAFT UNDELETED UNANSWERED",
		    "UNANSWERED UNDELETED UNDRAFT UNFLAGGED UNSEEN", 0 },
		{ "new", "RECENT UNSEEN", 0 },
		{ "bcc a cc b from c to d", "BCC a CC b FROM c TO d", 0 },
		{ "SUBJECT \"a b\" TEXT {3}\r\nx\"y BODY ~",
		    "BODY ~ SUBJECT \"a b\" TEXT {3}\r\nx\"y", 0 },
		{ "SUBJECT \"\"", "SUBJECT \"\"", 0 },
		{ "FROM {2}\r\n\xc3\xa4", "FROM {2}\r\n\xc3\xa4", 0 },
		{ "TEXT a TEXT b TEXT a", "TEXT a TEXT b TEXT a", 0 },
		{ "KEYWORD $Junk UNKEYWORD Work KEYWORD b",
		    "KEYWORD $Junk KEYWORD b UNKEYWORD Work", 0 },
		{ "HEADER x-y z HEADER Message-ID \"\"",
		    "HEADER x-y z HEADER Message-ID \"\"", 0 },
		{ "LARGER 5 SMALLER 4294967296", "LARGER 5 SMALLER 4294967296",
		    0 },
		{ "LARGER 5 LARGER 6 LARGER 4", "LARGER 6", 0 },
		{ "SMALLER 5 SMALLER 4 SMALLER 6", "SMALLER 4", 0 },
		{ "LARGER 0", "NOT SMALLER 1", 0 },
		{ "SMALLER 0", "NOT ALL", 0 },
		{ "OLDER 5 OLDER 6 YOUNGER 9 YOUNGER 8", "OLDER 6 YOUNGER 8",
		    0 },
		{ "YOUNGER 4294967295", "YOUNGER 4294967295", 0 },
		{ "BEFORE 1-feb-1994", "BEFORE 1-Feb-1994", 0 },
		{ "ON \"01-Feb-1994\" SINCE 2-FEB-94",
		    "ON 1-Feb-1994 SINCE 2-Feb-1994", 0 },
		{ "SENTSINCE 1-Feb-69 SENTBEFORE 1-Feb-70",
		    "SENTBEFORE 1-Feb-1970 SENTSINCE 1-Feb-2069", 0 },
		{ "SENTON 31-Feb-2001", "SENTON 3-Mar-2001", 0 },
		{ "BEFORE 2-Feb-1994 BEFORE 1-Feb-1994 BEFORE 3-Feb-1994",
		    "BEFORE 1-Feb-1994", 0 },
		{ "SENTSINCE 2-Feb-94 SENTSINCE 3-Feb-94 SENTSINCE 1-Jan-70",
		    "SENTSINCE 3-Feb-1994", 0 },
		{ "ON 1-Feb-1994 ON 1-Feb-1994", "ON 1-Feb-1994", 0 },
		{ "ON 1-Feb-1994 ON 2-Feb-1994",
		    "ON 1-Feb-1994 NOT NOT ON 2-Feb-1994", 0 },
		{ "SINCE 1-Jan-1969", "ALL", 0 },
		{ "BEFORE 1-Jan-1969", "NOT ALL", 0 },
		{ "BEFORE 1-Jan-2098", "ALL", 0 },
		{ "SINCE 1-Jan-2098", "NOT ALL", 0 },
		{ "ON 1-Jan-2098", "NOT ALL", 0 },
		{ "ON 31-Dec-2097 SINCE 1-Jan-1970",
		    "ON 31-Dec-2097 SINCE 1-Jan-1970", 0 },
		{ "1", "1", 0 },
		{ "*", "*", 0 },
		{ "1:3,7,*,9:*,8:5,6:6", "1:3,7,*,9:*,5:8,6", 0 },
		{ "UID 4294967294", "UID 4294967294", 0 },
		{ "UID 1:* 5", "5 UID 1:*", 0 },
		{ "1:9 3:4 8", "1:9 NOT NOT 3:4 NOT NOT 8", 0 },
		{ "NOT SEEN", "NOT SEEN", 0 },
		{ "NOT NOT SEEN", "NOT NOT SEEN", 0 },
		{ "NOT (SEEN DELETED)", "NOT (DELETED SEEN)", 0 },
		{ "NOT (SEEN) DELETED", "DELETED NOT SEEN", 0 },
		{ "NOT SEEN NOT DELETED", "NOT SEEN NOT DELETED", 0 },
		{ "OR SEEN DELETED", "OR SEEN DELETED", 0 },
		{ "OR SEEN DELETED DRAFT", "DRAFT OR SEEN DELETED", 0 },
		{ "OR (SEEN DRAFT) (DELETED)", "OR (DRAFT SEEN) DELETED", 0 },
		{ "OR OR SEEN DELETED DRAFT", "OR OR SEEN DELETED DRAFT", 0 },
		{ "OR SEEN OR DELETED NOT DRAFT",
		    "OR SEEN OR DELETED NOT DRAFT", 0 },
		{ "OR 1 2 OR 3 4", "OR 1 2 OR 3 4", 0 },
		{ "OR (OR 1 2 OR 3 4) ALL", "OR (OR 1 2 OR 3 4) ALL", 0 },
		{ "((1 (SEEN) ((2))))", "1 SEEN NOT NOT 2", 0 },
		{ "NOT (OR ALL ALL)", "NOT OR ALL ALL", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		SEARCHPGM *pgm = NIL, *again = NIL;
		struct strbuf out, twice;
		size_t left;

		assert_int_equal(parse(cases[i].in, strlen(cases[i].in), &pgm,
				     &left),
		    0);
		assert_int_equal(left, cases[i].left);
		cc_strbuf_init(&out, 1000);
		cc_strbuf_init(&twice, 1000);
		cc_imap_put_search(&out, pgm);
		assert_string_equal(cc_strbuf_str(&out), cases[i].out);
		assert_int_equal(parse(out.data, out.len, &again, &left), 0);
		cc_imap_put_search(&twice, again);
		assert_string_equal(cc_strbuf_str(&twice), cases[i].out);
		mail_free_searchpgm(&pgm);
		mail_free_searchpgm(&again);
		cc_strbuf_free(&out);
		cc_strbuf_free(&twice);
	}
}

static void
test_wrong(void **state)
{
	static const char *const cases[] = { "", " ", " ALL", "ALL ",
		"ALL  ALL", "BOGUS", "ALLX", "(", "()", "(ALL", "(ALL ",
		"( ALL)", "(ALL )", "NOT", "NOT ", "NOT  SEEN", "NOT)", "OR",
		"OR SEEN", "OR SEEN ", "OR (SEEN)", "OR SEEN)", "(OR SEEN)",
		"(NOT)", "FROM", "FROM ", "FROM (", "FROM )", "FROM \"a",
		"FROM {3}", "FROM {3}\r\nab", "HEADER", "HEADER a", "HEADER a ",
		"HEADER {1}\r\na", "KEYWORD", "UNKEYWORD ", "LARGER", "LARGER ",
		"LARGER -1", "LARGER x", "LARGER 9999999999999999999",
		"SMALLER \"1\"", "OLDER 0", "YOUNGER 0", "OLDER",
		"YOUNGER 4294967296", "OLDER -5", "BEFORE", "BEFORE 1",
		"BEFORE 1-Feb", "BEFORE 1-Feb-1", "BEFORE 1-Feb-19945",
		"ON 0-Feb-1994", "ON 32-Feb-1994", "SINCE 1-Foo-1994",
		"SENTON 1994-02-01", "SENTON", "0", "1,", "1:", "1:2:3", "01",
		"4294967296", "UID", "UID ", "UID x", "UID (1)", "UID 0", "1 0",
		"1SEEN", "*,", "SEEN(", "NEW=", "\"ALL\"", "{3}\r\nALL",
		"\\Seen", "CHARSET UTF-8 ALL" };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		SEARCHPGM *pgm = NIL;
		size_t left;

		if (parse(cases[i], strlen(cases[i]), &pgm, &left) == 0 &&
		    left == 0)
			fail_msg("\"%s\" was accepted", cases[i]);
		mail_free_searchpgm(&pgm);
	}
}

/* A line that is cut never gives more than the keys before the cut. */
static void
test_cut(void **state)
{
	static const char line[] = "OR (FROM \"a\" NOT 1:3) HEADER x {1}\r\ny "
				   "SINCE 1-Feb-1994 LARGER 10 (UID 5,7 SEEN)";
	unsigned good = 0;

	(void)state;
	for (size_t len = 0; len < sizeof(line); len++) {
		SEARCHPGM *pgm = NIL;
		size_t left;

		good += parse(line, len, &pgm, &left) == 0 && left == 0;
		mail_free_searchpgm(&pgm);
	}
	/* "y"; years and numbers with fewer digits: 19, 1994; 1, 10; all. */
	assert_int_equal(good, 6);
}

/* TEXT repeated: "(((" or "NOT NOT ". */
static int
parse_deep(const char *open, const char *inner, const char *close, size_t n,
    SEARCHPGM **pgm_r)
{
	struct strbuf in;
	size_t left;
	int r;

	cc_strbuf_init(&in, 1u << 20);
	for (size_t i = 0; i < n; i++)
		cc_strbuf_puts(&in, open);
	cc_strbuf_puts(&in, inner);
	for (size_t i = 0; i < n; i++)
		cc_strbuf_puts(&in, close);
	assert_int_equal(cc_strbuf_status(&in), 0);
	r = parse(in.data, in.len, pgm_r, &left);
	if (r == 0)
		assert_int_equal(left, 0);
	cc_strbuf_free(&in);
	return r;
}

static void
test_limits(void **state)
{
	static const struct {
		const char *open, *inner, *close;
		size_t n;
	} cases[] = {
		{ "(", "ALL", ")", CC_SEARCH_DEPTH },
		{ "NOT ", "ALL", "", CC_SEARCH_DEPTH },
		{ "OR ", "ALL", " SEEN", CC_SEARCH_DEPTH },
		{ "NOT (", "ALL", ")", CC_SEARCH_DEPTH / 2 },
		{ "", "ALL", " ALL", CC_SEARCH_KEYS - 1 },
		{ "NOT 1 ", "ALL", "", CC_SEARCH_KEYS / 2 - 1 },
		{ "FROM a ", "ALL", "", CC_SEARCH_KEYS - 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		SEARCHPGM *pgm = NIL;

		assert_int_equal(parse_deep(cases[i].open, cases[i].inner,
				     cases[i].close, cases[i].n, &pgm),
		    0);
		mail_free_searchpgm(&pgm);
		assert_int_equal(parse_deep(cases[i].open, cases[i].inner,
				     cases[i].close, cases[i].n + 1, &pgm),
		    CC_ELIMIT);
		assert_null(pgm);
	}
}

/* Fields that the API has places for go out as HEADER. */
static void
test_fields(void **state)
{
	SEARCHPGM *pgm = mail_newsearchpgm();
	struct strbuf out;

	(void)state;
	pgm->message_id = mail_newstringlist();
	pgm->message_id->text.data = (unsigned char *)cpystr("<a@b>");
	pgm->message_id->text.size = 5;
	pgm->references = mail_newstringlist();
	pgm->references->text.data = (unsigned char *)cpystr("");
	cc_strbuf_init(&out, 1000);
	cc_imap_put_search(&out, pgm);
	assert_string_equal(out.data,
	    "HEADER Message-ID <a@b> HEADER References \"\"");
	cc_strbuf_free(&out);
	mail_free_searchpgm(&pgm);
}

/* Written and freed without recursion. */
static void
test_deep_program(void **state)
{
	SEARCHPGM *pgm = mail_newsearchpgm();
	struct strbuf out;

	(void)state;
	for (unsigned i = 0; i < 200000; i++) {
		SEARCHPGM *outer = mail_newsearchpgm();

		if (i % 2) {
			outer->or = mail_newsearchor();
			mail_free_searchpgm(&outer->or->second);
			outer->or->second = pgm;
		} else {
			outer->not = mail_newsearchpgmlist();
			mail_free_searchpgm(&outer->not ->pgm);
			outer->not ->pgm = pgm;
		}
		pgm = outer;
	}
	cc_strbuf_init(&out, 10u << 20);
	cc_imap_put_search(&out, pgm);
	assert_int_equal(cc_strbuf_status(&out), 0);
	/* 100,000 times "OR ALL NOT ", then "ALL". */
	assert_int_equal(out.len, 100000 * 11 + 3);
	cc_strbuf_free(&out);
	mail_free_searchpgm(&pgm);
	assert_null(pgm);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_deep_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
