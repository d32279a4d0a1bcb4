/*
 * test_mail_sequence.c - sequences of message numbers and UIDs; sets.
 */
#include <limits.h>

#include "test_driver.h"

/* Five messages with UIDs 10, 20, 30, 40, 50. */
static MAILSTREAM *
open_five(char *name)
{
	struct mem_box *box = mem_setup();

	for (int i = 0; i < 5; i++)
		mem_add(box, fOLD, "Subject: s\n\n", "x\n");
	return mail_open(NIL, name, NIL);
}

/* The messages marked, as "1 3 5"; those without an elt are not. */
static const char *
marked(MAILSTREAM *stream)
{
	static char text[64];
	MESSAGECACHE *elt;

	text[0] = '\0';
	for (unsigned long i = 1; i <= stream->nmsgs; i++)
		if ((elt = cc_mail_elt_if(stream, i)) && elt->sequence)
			snprintf(text + strlen(text),
			    sizeof(text) - strlen(text), "%s%lu",
			    *text ? " " : "", i);
	return text;
}

static const struct {
	char *sequence;
	long ok;
	const char *marked; /* if ok */
	const char *log;    /* if not */
} numbers[] = {
	{ "1", T, "1", NULL },
	{ "5", T, "5", NULL },
	{ "*", T, "5", NULL },
	{ "1:5", T, "1 2 3 4 5", NULL },
	{ "5:1", T, "1 2 3 4 5", NULL },
	{ "1:*", T, "1 2 3 4 5", NULL },
	{ "*:4", T, "4 5", NULL },
	{ "*:*", T, "5", NULL },
	{ "2,4", T, "2 4", NULL },
	{ "4,2,4", T, "2 4", NULL },
	{ "1:2,2:3,5", T, "1 2 3 5", NULL },
	{ "0", NIL, "", "Sequence out of range" },
	{ "6", NIL, "", "Sequence out of range" },
	{ "1:6", NIL, "", "Sequence out of range" },
	{ "6:7", NIL, "", "Sequence out of range" },
	{ "4294967295", NIL, "", "Sequence out of range" },
	{ "4294967294", NIL, "", "Sequence out of range" },
	{ "4294967296", NIL, "", "Sequence out of range" },
	{ "99999999999999999999", NIL, "", "Sequence out of range" },
	{ "", NIL, "", "Syntax error in sequence" },
	{ ",", NIL, "", "Syntax error in sequence" },
	{ "1,", NIL, "", "Syntax error in sequence" },
	{ ",1", NIL, "", "Syntax error in sequence" },
	{ "1:", NIL, "", "Syntax error in sequence" },
	{ ":1", NIL, "", "Syntax error in sequence" },
	{ "1:2:3", NIL, "", "Syntax error in sequence" },
	{ "1 2", NIL, "", "Syntax error in sequence" },
	{ "-1", NIL, "", "Syntax error in sequence" },
	{ "a", NIL, "", "Syntax error in sequence" },
};

static void
test_numbers(void **state)
{
	MAILSTREAM *stream = open_five("mem:box");

	(void)state;
	for (size_t i = 0; i < COUNT(numbers); i++) {
		mem_forget();
		assert_int_equal(mail_sequence(stream,
				     (unsigned char *)numbers[i].sequence),
		    numbers[i].ok);
		if (numbers[i].ok) {
			assert_string_equal(marked(stream), numbers[i].marked);
			assert_int_equal(test_callbacks.logs, 0);
		} else {
			assert_string_equal(test_callbacks.log, numbers[i].log);
			assert_int_equal(test_callbacks.log_level, ERROR);
		}
	}
	mail_close(stream);
}

static void
test_only_what_is_marked_is_made(void **state)
{
	MAILSTREAM *stream = open_five("mem:box");

	(void)state;
	assert_true(mail_sequence(stream, (unsigned char *)"2"));
	assert_true(mail_sequence(stream, (unsigned char *)"4"));
	assert_string_equal(marked(stream), "4");
	assert_non_null(cc_mail_elt_if(stream, 2));
	assert_null(cc_mail_elt_if(stream, 1));
	mail_close(stream);
}

static const struct {
	char *sequence;
	long ok;
	const char *marked;
} uids[] = {
	{ "10", T, "1" },
	{ "50", T, "5" },
	{ "9", T, "" },
	{ "11", T, "" },
	{ "51", T, "" },
	{ "1:9", T, "" },
	{ "1:10", T, "1" },
	{ "11:39", T, "2 3" },
	{ "39:11", T, "2 3" },
	{ "*", T, "5" },
	{ "40:*", T, "4 5" },
	{ "60:*", T, "5" }, /* RFC 3501 section 6.4.8: "*" is 50 */
	{ "4294967294", T, "" },
	{ "1:4294967295", T, "1 2 3 4 5" },
	{ "20,40", T, "2 4" },
	{ "4294967296", NIL, "" },
	{ "0", NIL, "" },
	{ "", NIL, "" },
};

static void
test_uids(void **state)
{
	static char *names[] = { "mem:box", "old:box" };

	(void)state;
	for (size_t n = 0; n < COUNT(names); n++) {
		MAILSTREAM *stream = open_five(names[n]);

		for (size_t i = 0; i < COUNT(uids); i++) {
			mem_forget();
			assert_int_equal(mail_uid_sequence(stream,
					     (unsigned char *)uids[i].sequence),
			    uids[i].ok);
			if (uids[i].ok)
				assert_string_equal(marked(stream),
				    uids[i].marked);
			else
				assert_int_equal(test_callbacks.log_level,
				    ERROR);
		}
		mail_close(stream);
	}
}

static void
test_empty_mailbox(void **state)
{
	struct mem_box *box = mem_setup();
	MAILSTREAM *stream;

	(void)state;
	box->uid_last = 50;
	stream = mail_open(NIL, "mem:box", NIL);
	assert_false(mail_sequence(stream, (unsigned char *)"*"));
	assert_false(mail_sequence(stream, (unsigned char *)"1"));
	assert_false(mail_sequence(stream, (unsigned char *)"1:*"));
	assert_true(mail_uid_sequence(stream, (unsigned char *)"*"));
	assert_true(mail_uid_sequence(stream, (unsigned char *)"1:*"));
	mail_close(stream);
}

/* More ranges than are parsed at once, and than one IMAP command may have. */
static void
test_many_ranges(void **state)
{
	MAILSTREAM *stream = open_five("mem:box");
	struct strbuf text;

	(void)state;
	cc_strbuf_init(&text, 1 << 20);
	for (int i = 0; i < 40000; i++)
		cc_strbuf_puts(&text, i % 2 ? "2," : "1,");
	cc_strbuf_puts(&text, "4");
	assert_true(mail_sequence(stream, (unsigned char *)text.data));
	assert_string_equal(marked(stream), "1 2 4");
	cc_strbuf_puts(&text, ",6");
	assert_false(mail_sequence(stream, (unsigned char *)text.data));
	cc_strbuf_free(&text);
	mail_close(stream);
}

static void
test_numbers_and_uids(void **state)
{
	static char *names[] = { "mem:box", "old:box" };

	(void)state;
	for (size_t n = 0; n < COUNT(names); n++) {
		MAILSTREAM *stream = open_five(names[n]);

		for (unsigned long i = 1; i <= 5; i++) {
			assert_int_equal(mail_uid(stream, i), i * 10);
			assert_int_equal(mail_msgno(stream, i * 10), i);
			assert_int_equal(mail_msgno(stream, i * 10 + 1), 0);
			assert_int_equal(mail_msgno(stream, i * 10 - 1), 0);
		}
		assert_int_equal(mail_uid(stream, 0), 0);
		assert_int_equal(mail_uid(stream, 6), 0);
		assert_int_equal(mail_msgno(stream, 0), 0);
		assert_int_equal(mail_msgno(stream, ULONG_MAX), 0);
		mail_close(stream);
	}
}

static const struct {
	char *text;
	const char *want; /* "first:last ..." ; NULL: none */
	size_t used;
} sets[] = {
	{ "1", "1:0", 1 },
	{ "1)", "1:0", 1 },
	{ "7:3", "3:7", 3 },
	{ "1,5:6,9]", "1:0 5:6 9:0", 7 },
	{ "4294967295", "4294967295:0", 10 },
	{ "4294967296", NULL, 0 },
	{ "*", NULL, 0 },
	{ "1,*", NULL, 0 },
	{ "1:*", NULL, 0 },
	{ "0", NULL, 0 },
	{ "", NULL, 0 },
};

static void
test_sets(void **state)
{
	char got[128], *rest;

	(void)state;
	for (size_t i = 0; i < COUNT(sets); i++) {
		SEARCHSET *set = mail_parse_set(sets[i].text, &rest);

		if (!sets[i].want) {
			assert_null(set);
			continue;
		}
		got[0] = '\0';
		for (SEARCHSET *s = set; s; s = s->next)
			snprintf(got + strlen(got), sizeof(got) - strlen(got),
			    "%s%lu:%lu", *got ? " " : "", s->first, s->last);
		assert_string_equal(got, sets[i].want);
		assert_ptr_equal(rest, sets[i].text + sets[i].used);
		mail_free_searchset(&set);
	}
	assert_null(mail_parse_set(NIL, &rest));
}

static void
test_append_to_set(void **state)
{
	SEARCHSET *set = mail_newsearchset(), *end;

	(void)state;
	assert_null(mail_append_set(NIL, 1));
	end = mail_append_set(set, 4);
	assert_ptr_equal(end, set);
	end = mail_append_set(end, 5);
	end = mail_append_set(end, 6);
	assert_ptr_equal(end, set);
	assert_int_equal(set->first, 4);
	assert_int_equal(set->last, 6);
	end = mail_append_set(set, 9);
	assert_ptr_equal(end, set->next);
	assert_int_equal(end->first, 9);
	assert_int_equal(end->last, 0);
	mail_free_searchset(&set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_only_what_is_marked_is_made),
		cmocka_unit_test(test_uids),
		cmocka_unit_test(test_empty_mailbox),
		cmocka_unit_test(test_many_ranges),
		cmocka_unit_test(test_numbers_and_uids),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_append_to_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
