/*
 * test_mail_elt.c - elts: when they are made, what is in them, how they end.
 */
#include "test_driver.h"
#include "cc_fn.h"

#define HEADER "Subject: s\n\n"

static MAILSTREAM *
open_with(unsigned long count, char *name)
{
	struct mem_box *box = mem_setup();

	for (unsigned long i = 0; i < count; i++)
		mem_add(box, i % 2 ? fOLD | fSEEN : fOLD, HEADER, "text\n");
	return mail_open(NIL, name, NIL);
}

static void
test_nothing_is_made_by_exists(void **state)
{
	MAILSTREAM *stream = open_with(5, "mem:box");

	(void)state;
	assert_int_equal(stream->nmsgs, 5);
	assert_null(stream->cache);
	assert_null(stream->sc);
	assert_int_equal(stream->cachesize, 0);
	mail_elt(stream, 3);
	assert_true(stream->cachesize >= 5);
	assert_null(cc_mail_elt_if(stream, 2));
	mail_close(stream);
}

static void
test_filled_from_the_record(void **state)
{
	MAILSTREAM *stream = open_with(2, "mem:box");
	MESSAGECACHE *elt = mail_elt(stream, 2);
	char text[MAILTMPLEN];

	(void)state;
	assert_int_equal(elt->msgno, 2);
	assert_int_equal(elt->lockcount, 1);
	assert_int_equal(elt->private.uid, 20);
	assert_true(elt->valid && elt->seen && !elt->recent && !elt->deleted);
	assert_int_equal(elt->rfc822_size, 14 + 6);
	assert_string_equal(mail_date(text, elt), " 5-Mar-2024 10:01:02 +0100");
	assert_ptr_equal(elt, mail_elt(stream, 2));
	mail_close(stream);
}

static void
test_bad_numbers_are_fatal(void **state)
{
	MAILSTREAM *stream = open_with(2, "mem:box");

	(void)state;
	assert_true(TEST_IS_FATAL(mail_elt(stream, 0)));
	assert_true(TEST_IS_FATAL(mail_elt(stream, 3)));
	assert_true(TEST_IS_FATAL(mm_cache(stream, 1, 999)));
	mail_close(stream);
}

static void
check_numbers(MAILSTREAM *stream)
{
	for (unsigned long i = 1; i <= stream->nmsgs; i++)
		assert_int_equal(mail_elt(stream, i)->msgno, i);
}

/* The elt is there while mm_expunged runs, and numbers move afterwards. */
static void
test_expunge_order(void **state)
{
	MAILSTREAM *stream = open_with(4, "old:box");
	MESSAGECACHE *second = mail_elt(stream, 2);
	MESSAGECACHE *third = mail_elt(stream, 3);

	(void)state;
	mem_forget();
	second->lockcount++;
	mail_expunged(stream, 2);
	assert_string_equal(test_callbacks.journal, "expunged 2\n");
	assert_int_equal(stream->nmsgs, 3);
	assert_int_equal(second->msgno, 0);
	assert_int_equal(second->lockcount, 1);
	assert_int_equal(second->private.uid, 20);
	assert_ptr_equal(mail_elt(stream, 2), third);
	assert_int_equal(third->msgno, 2);
	check_numbers(stream);
	mail_free_elt(&second);
	assert_null(second);
	mail_expunged(stream, 3);
	mail_expunged(stream, 1);
	mail_expunged(stream, 1);
	assert_int_equal(stream->nmsgs, 0);
	mail_expunged(stream, 1);
	assert_int_equal(test_callbacks.log_level, ERROR);
	mail_close(stream);
}

static void
test_locked_elt_survives_close(void **state)
{
	MAILSTREAM *stream = open_with(1, "mem:box");
	MESSAGECACHE *elt = mail_elt(stream, 1);

	(void)state;
	elt->lockcount++;
	mail_close(stream);
	assert_int_equal(elt->lockcount, 1);
	assert_int_equal(elt->private.uid, 10);
	mail_free_elt(&elt);
}

static void
test_drop_keeps_locked_ones(void **state)
{
	MAILSTREAM *stream = open_with(3, "mem:box");
	MESSAGECACHE *elt = mail_elt(stream, 2);

	(void)state;
	mail_elt(stream, 1);
	elt->lockcount++;
	cc_mail_drop_elts(stream);
	assert_null(cc_mail_elt_if(stream, 1));
	assert_ptr_equal(cc_mail_elt_if(stream, 2), elt);
	elt->lockcount--;
	cc_mail_drop_elts(stream);
	assert_null(stream->cache);
	assert_int_equal(mail_elt(stream, 2)->private.uid, 20);
	mail_close(stream);
}

/* A driver without records keeps what it knows in elts. */
static void
test_drop_leaves_other_drivers_alone(void **state)
{
	MAILSTREAM *stream = open_with(2, "old:box");

	(void)state;
	cc_mail_drop_elts(stream);
	assert_non_null(cc_mail_elt_if(stream, 1));
	mail_close(stream);
}

static void
test_changed_behind_our_back(void **state)
{
	MAILSTREAM *stream = open_with(2, "mem:box");
	MESSAGECACHE *elt = mail_elt(stream, 1);

	(void)state;
	mem_forget();
	mem_message(stream, 1)->flags |= fFLAGGED;
	assert_false(elt->flagged);
	cc_mail_changed(stream, 1);
	assert_true(elt->flagged);
	assert_string_equal(test_callbacks.journal, "flags 1\n");
	cc_mail_changed(stream, 2);
	assert_null(cc_mail_elt_if(stream, 2));
	mail_close(stream);
}

static void
test_exists_and_recent(void **state)
{
	MAILSTREAM *stream = open_with(2, "old:box");

	(void)state;
	mem_forget();
	mail_exists(stream, 700);
	assert_string_equal(test_callbacks.journal, "exists 700\n");
	assert_int_equal(mail_elt(stream, 700)->msgno, 700);
	mail_recent(stream, 701);
	assert_int_equal(test_callbacks.log_level, ERROR);
	assert_int_equal(stream->recent, 0);
	mail_recent(stream, 700);
	assert_int_equal(stream->recent, 700);
	mem_forget();
	mail_exists(stream, MAXMESSAGES + 1ul);
	assert_int_equal(test_callbacks.log_level, ERROR);
	assert_int_equal(stream->nmsgs, MAXMESSAGES);
	mail_close(stream);
}

static void
test_silent_stream(void **state)
{
	MAILSTREAM *stream = open_with(2, "old:box");

	(void)state;
	stream->silent = T;
	mem_forget();
	mail_exists(stream, 3);
	mail_expunged(stream, 3);
	assert_string_equal(test_callbacks.journal, "");
	mail_close(stream);
}

static void
test_sparep_hook(void **state)
{
	MAILSTREAM *stream = open_with(2, "mem:box");

	(void)state;
	mail_parameters(NIL, SET_FREEELTSPAREP,
	    cc_fn_to_ptr((void (*)(void))mem_free_sparep));
	mail_elt(stream, 1)->sparep = stream;
	mail_elt(stream, 2);
	mail_expunged(stream, 1);
	assert_int_equal(mem_freed, 1);
	mail_close(stream);
	assert_int_equal(mem_freed, 1);
	mail_parameters(NIL, SET_FREEELTSPAREP, NIL);
}

static void
test_sort_entries_move(void **state)
{
	MAILSTREAM *stream = open_with(3, "mem:box");
	SORTCACHE *third = mm_cache(stream, 3, CH_SORTCACHE);

	(void)state;
	third->subject = cpystr("s");
	third->message_id = cpystr("m");
	third->unique = third->message_id;
	mail_expunged(stream, 1);
	assert_ptr_equal(mm_cache(stream, 2, CH_SORTCACHE), third);
	assert_int_equal(third->num, 2);
	mm_cache(stream, 2, CH_FREESORTCACHE);
	mail_close(stream);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_made_by_exists),
		cmocka_unit_test(test_filled_from_the_record),
		cmocka_unit_test(test_bad_numbers_are_fatal),
		cmocka_unit_test(test_expunge_order),
		cmocka_unit_test(test_locked_elt_survives_close),
		cmocka_unit_test(test_drop_keeps_locked_ones),
		cmocka_unit_test(test_drop_leaves_other_drivers_alone),
		cmocka_unit_test(test_changed_behind_our_back),
		cmocka_unit_test(test_exists_and_recent),
		cmocka_unit_test(test_silent_stream),
		cmocka_unit_test(test_sparep_hook),
		cmocka_unit_test(test_sort_entries_move),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
