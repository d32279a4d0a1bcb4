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
	} sizes[] = { { 400, 17 }, { 1200, 17 }, { 0, 17 }, { 30000, 200 } };

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
		{ 30000, 200, 0x038 } };

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_power_fails_anywhere),
		cmocka_unit_test(test_power_fails_in_expunge),
	};

	return cmocka_run_group_tests(tests, choose_seed, NULL);
}
