/*
 * test_mail_sort_memory.c - a SORT that needs all the memory it may, and one
 * that needs more. The file tested is part of this one, with a small limit.
 */
#include "cc_limits.h"

#undef CC_SORT_MEMORY
#define CC_SORT_MEMORY 4000u

#include "mail_sort_fast.c"

#include "test_driver.h"

#define BOX 5
#define EACH 1000 /* octets of memory for each subject */

static char headers[BOX][EACH + 20];

static MAILSTREAM *
open_box(void)
{
	struct mem_box *box = mem_setup();

	for (int i = 0; i < BOX; i++) {
		char *h = headers[i];
		size_t len = EACH - sizeof(text_len);

		memcpy(h, "Subject: ", 9);
		memset(h + 9, 'Z' - i, len);
		memcpy(h + 9 + len, "\n\n", 3);
		mem_add(box, fOLD, h, "");
	}
	mem_forget();
	return mail_open(NIL, "mem:box", NIL);
}

static void
test_memory(void **state)
{
	SORTPGM pgm = { .function = SORTSUBJECT };
	uint32_t msgnos[] = { 1, 2, 3, 4, 5 };
	MAILSTREAM *stream = open_box();

	(void)state;
	assert_int_equal(cc_mail_sort(stream, &pgm, msgnos, 4), 0);
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(msgnos[i], 4 - i);
	assert_int_equal(cc_mail_sort(stream, &pgm, msgnos, 5), CC_ELIMIT);
	for (uint32_t i = 0; i < 5; i++)
		assert_int_equal(msgnos[i], i < 4 ? 4 - i : 5);
	mail_close(stream);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
