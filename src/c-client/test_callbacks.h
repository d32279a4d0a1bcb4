/*
 * test_callbacks.h - what the mm_ callbacks of unit tests saw.
 */
#ifndef TEST_CALLBACKS_H
#define TEST_CALLBACKS_H

#include <setjmp.h>

#include "mail.h"

#define TEST_NUMBERS 256 /* entries kept of each list of numbers */

struct test_numbers {
	unsigned count; /* calls; only the first TEST_NUMBERS are kept */
	unsigned long number[TEST_NUMBERS];
};

struct test_callbacks {
	char log[MAILTMPLEN]; /* the last mm_log text, and its level */
	long log_level;
	unsigned logs;
	char notify[MAILTMPLEN];
	long notify_level;
	unsigned notifies;
	char dlog[MAILTMPLEN];

	struct test_numbers searched, exists, expunged, flags;

	/* mm_list and mm_lsub: lines "/ name 0x40\n" (delimiter, name,
	 * attributes); a missing delimiter is "-". */
	char listed[8 * MAILTMPLEN];
	char lsubbed[8 * MAILTMPLEN];

	char status_name[MAILTMPLEN];
	MAILSTATUS status;

	const char *user, *password; /* for mm_login; NULL gives up */
	unsigned logins;

	int critical; /* mm_critical less mm_nocritical */
	unsigned diskerrors;
	long diskerror_answer;

	/*
	 * All calls but mm_login in their order, a line each, e.g. "exists 3",
	 * "log 2 TEXT", "status NAME FLAGS MESSAGES RECENT UNSEEN UIDNEXT
	 * UIDVALIDITY" (flags in hexadecimal), "critical". What does not fit
	 * is left out.
	 */
	char journal[64 * MAILTMPLEN];

	char fatal[MAILTMPLEN];
	jmp_buf *on_fatal; /* where mm_fatal jumps; NULL: abort follows */
};

extern struct test_callbacks test_callbacks;

/* Forgets everything. */
void test_callbacks_reset(void);

/*
 * Runs a statement that must end in fatal(); true if it did, with the text in
 * test_callbacks.fatal.
 */
#define TEST_IS_FATAL(statement)                                               \
	__extension__({                                                        \
		jmp_buf test_jump;                                             \
		volatile int test_jumped = 1;                                  \
		test_callbacks.on_fatal = &test_jump;                          \
		if (setjmp(test_jump) == 0) {                                  \
			statement;                                             \
			test_jumped = 0;                                       \
		}                                                              \
		test_callbacks.on_fatal = NULL;                                \
		test_jumped;                                                   \
	})

#endif
