/*
 * test_mboxfile_power.c - what a power failure may leave of a rewrite or an
 * expunge.
 */
#include "test_mboxfile_power.h"
#include "test_mboxfile_scene.h"

/* The mailbox as it was, in the same inode: records name it by that. */
static void
reset(void)
{
	remove_files("home", "box");
	remove_files("home/.cedar", "");
	make_box();
}

static void
check_rewrite(bool done)
{
	(void)done;
	check_box(0);
}

static void
test_power_fails_anywhere(void **state)
{
	static const struct {
		size_t step;
		int lines;
	} sizes[] = { { 400, 17 }, { 1200, 17 }, { 0, 17 }, { 30000, 200 },
		{ 0, 2400 } };

	(void)state;
	begin_power();
	for (size_t k = 0; k < COUNT(sizes); k++) {
		lines = sizes[k].lines;
		try_states(reset, victim, sizes[k].step, check_rewrite);
	}
	munmap(recorder, sizeof(*recorder));
}

static void
confirm(void)
{
	recorder->confirmed = recorder->count;
}

static void
check_expunge(bool done)
{
	check_left(done, false);
}

static void
test_power_fails_in_expunge(void **state)
{
	static const struct {
		size_t step;
		int lines;
		unsigned doomed;
	} runs[] = { { 900, 17, 0x155 }, { 2000, 17, 1 }, { 0, 17, 0x0aa },
		{ 900, 17, EVERY }, { 0, 17, 1u << (MESSAGES - 1) },
		{ 30000, 200, 0x038 }, { 0, 2400, 1 } };

	(void)state;
	begin_power();
	confirmed = confirm;
	for (size_t k = 0; k < COUNT(runs); k++) {
		lines = runs[k].lines;
		doomed = runs[k].doomed;
		try_states(reset, expunge_doomed, runs[k].step, check_expunge);
	}
	confirmed = NULL;
	munmap(recorder, sizeof(*recorder));
}

/* --------------------------------------------------- syncs that are missing */

/* Is message msgno one of the scene's, whole, with its UID? Its number, or -1.
 */
static int
whole_one(MAILSTREAM *s, unsigned long msgno)
{
	const char subject[] = "Subject: message ";
	struct strbuf header, text, want;
	int i = -1;

	if (get(s, msgno, MAIL_HEADER, &header) == 0 &&
	    strncmp(cc_strbuf_str(&header), subject, strlen(subject)) == 0)
		i = (int)strtol(header.data + strlen(subject), NULL, 10);
	cc_strbuf_free(&header);
	cc_strbuf_init(&want, SIZE_MAX);
	cc_strbuf_printf(&want, "Text of %d\n", i);
	for (int k = 0; k < i * lines; k++)
		cc_strbuf_printf(&want, "line %d of %d\n", k, i);
	if (get(s, msgno, MAIL_TEXT, &text) != 0 || text.len != want.len ||
	    memcmp(text.data, want.data, want.len) != 0 ||
	    mail_uid(s, msgno) != (unsigned long)(i < 4 ? i + 1 : i + 2))
		i = -1;
	cc_strbuf_free(&text);
	cc_strbuf_free(&want);
	return i;
}

/* Is what must be left there, and nothing else? */
static bool
is_left(bool done)
{
	MAILSTREAM *s = mail_open(NIL, "box", NIL);
	unsigned seen = 0, left = EVERY & ~doomed;
	int before = -1;
	bool ok = s != NIL;

	for (unsigned long n = 1; ok && n <= s->nmsgs; n++) {
		int i = whole_one(s, n);

		ok = i > before && i < MESSAGES;
		before = i;
		if (ok)
			seen |= 1u << i;
	}
	mail_close(s);
	return ok && (seen & left) == left && (!done || seen == left);
}

static unsigned wrong;

static void
count_wrong(bool done)
{
	wrong += !is_left(done);
}

/* The mailbox, the records, their directory: none may go without its syncs. */
static void
test_syncs_are_needed(void **state)
{
	static const char *const files[] = { "home/box", "home/.cedar-redo.*",
		"home" };

	(void)state;
	begin_power();
	confirmed = confirm;
	lines = 17;
	doomed = 0x155;
	for (size_t i = 0; i <= COUNT(files); i++) {
		unsynced = i < COUNT(files) ? files[i] : NULL;
		wrong = 0;
		for (int k = 0; k < 3; k++)
			try_states(reset, expunge_doomed, 900, count_wrong);
		print_message("without syncs of %s: %u\n",
		    unsynced ? unsynced : "none", wrong);
		assert_int_equal(wrong > 0, unsynced != NULL);
	}
	unsynced = NULL;
	confirmed = NULL;
	munmap(recorder, sizeof(*recorder));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_power_fails_anywhere),
		cmocka_unit_test(test_power_fails_in_expunge),
		cmocka_unit_test(test_syncs_are_needed),
	};

	return cmocka_run_group_tests(tests, choose_seed, NULL);
}
