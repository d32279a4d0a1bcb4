/*
 * test_mail_params.c - mail_parameters: what each number keeps, gives back and
 * refuses.
 */
#include "cc_fn.h"
#include "mail_params.h"
#include "osdep.h"
#include "test_callbacks.h"
#include "test_util.h"

/* Hooks are kept as they are, and NIL takes them away. */
static void
test_hooks(void **state)
{
	static const long hooks[] = { GET_GETS, GET_RFC822OUTPUT,
		GET_READPROGRESS, GET_MAILPROXYCOPY, GET_PARSEPHRASE,
		GET_SSLDRIVER, GET_SORTRESULTS, GET_THREADRESULTS,
		GET_PARSELINE, GET_NEWSRCQUERY, GET_FREEENVELOPESPAREP,
		GET_FREEELTSPAREP, GET_SSLSTART, GET_FREESTREAMSPAREP,
		GET_FREEBODYSPAREP, GET_COPYUID, GET_APPENDUID,
		GET_RFC822OUTPUTFULL };
	static char marks[COUNT(hooks)];

	(void)state;
	for (size_t i = 0; i < COUNT(hooks); i++) {
		assert_null(mail_parameters(NIL, hooks[i], NIL));
		assert_ptr_equal(mail_parameters(NIL, hooks[i] + 1, &marks[i]),
		    &marks[i]);
	}
	for (size_t i = 0; i < COUNT(hooks); i++)
		assert_ptr_equal(mail_parameters(NIL, hooks[i], NIL),
		    &marks[i]);
	assert_ptr_equal(cc_fn_to_ptr((void (*)(void))cc_params.appenduid),
	    mail_parameters(NIL, GET_APPENDUID, NIL));
	for (size_t i = 0; i < COUNT(hooks); i++) {
		assert_null(mail_parameters(NIL, hooks[i] + 1, NIL));
		assert_null(mail_parameters(NIL, hooks[i], NIL));
	}
}

/* These have a routine of the library where the program sets none. */
static void
test_default_hooks(void **state)
{
	static const struct {
		long get;
		void (*fn)(void);
	} cases[] = {
		{ GET_CACHE, (void (*)(void))mm_cache },
		{ GET_SMTPVERBOSE, (void (*)(void))mm_dlog },
		{ GET_BLOCKNOTIFY, (void (*)(void))mm_blocknotify },
	};
	char mark;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		void *fn = cc_fn_to_ptr(cases[i].fn);

		assert_ptr_equal(mail_parameters(NIL, cases[i].get, NIL), fn);
		mail_parameters(NIL, cases[i].get + 1, fn);
		assert_ptr_equal(mail_parameters(NIL, cases[i].get, NIL), fn);
		if (cases[i].get == GET_BLOCKNOTIFY)
			continue;
		assert_ptr_equal(mail_parameters(NIL, cases[i].get + 1, &mark),
		    &mark);
		assert_ptr_equal(mail_parameters(NIL, cases[i].get + 1, NIL),
		    fn);
	}
	assert_null(cc_params.blocknotify);
	assert_true(cc_param_cache() == mm_cache);
}

static void
test_flags(void **state)
{
	static const struct {
		long get;
		bool standard;
	} cases[] = {
		{ GET_EXPUNGEATPING, true },
		{ GET_TRYSSLFIRST, false },
		{ GET_DEBUGSENSITIVE, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(mail_parameters(NIL, cases[i].get, NIL) != NIL,
		    cases[i].standard);
		assert_non_null(mail_parameters(NIL, cases[i].get + 1, VOIDT));
		assert_string_equal(mail_parameters(NIL, cases[i].get, NIL),
		    "");
		assert_null(mail_parameters(NIL, cases[i].get + 1, NIL));
		assert_null(mail_parameters(NIL, cases[i].get, NIL));
	}
	mail_parameters(NIL, SET_EXPUNGEATPING, (void *)1);
}

static void
test_numbers(void **state)
{
	(void)state;
	assert_int_equal((long)mail_parameters(NIL, GET_SNARFINTERVAL, NIL),
	    60);
	assert_int_equal((long)mail_parameters(NIL, SET_SNARFINTERVAL,
			     (void *)7),
	    7);
	assert_int_equal((long)mail_parameters(NIL, GET_SNARFINTERVAL, NIL), 7);
	assert_null(mail_parameters(NIL, GET_TCPDEBUG, NIL));
	mail_parameters(NIL, SET_TCPDEBUG, (void *)-1);
	assert_int_equal(cc_params.tcpdebug, -1);
}

/* The name of the service is not copied. */
static void
test_service_name(void **state)
{
	static char name[] = "imap";

	(void)state;
	assert_string_equal(mail_parameters(NIL, GET_SERVICENAME, NIL),
	    "unknown");
	mail_parameters(NIL, SET_SERVICENAME, name);
	assert_ptr_equal(mail_parameters(NIL, GET_SERVICENAME, NIL), name);
}

static void
test_snarf_name(void **state)
{
	MAILSTREAM stream = { .dtb = NULL };
	char name[] = "source";

	(void)state;
	assert_null(mail_parameters(&stream, GET_SNARFMAILBOXNAME, NIL));
	assert_null(mail_parameters(NIL, GET_SNARFMAILBOXNAME, NIL));
	assert_string_equal(mail_parameters(&stream, SET_SNARFMAILBOXNAME,
				name),
	    "source");
	name[0] = 'S';
	assert_string_equal(mail_parameters(&stream, GET_SNARFMAILBOXNAME, NIL),
	    "source");
	/* One's own value is fine, too. */
	assert_string_equal(mail_parameters(&stream, SET_SNARFMAILBOXNAME,
				stream.snarf.name),
	    "source");
	assert_null(mail_parameters(&stream, SET_SNARFMAILBOXNAME, NIL));
	assert_null(stream.snarf.name);
}

static bool
is_refused(MAILSTREAM *stream, long function)
{
	return TEST_IS_FATAL(mail_parameters(stream, function, "x"));
}

static void
test_refused(void **state)
{
	static const long cases[] = { SET_DRIVERS, SET_DRIVER, SET_THREADERS,
		SET_NAMESPACE, SET_FETCHLOOKAHEAD, SET_INBOXPATH,
		SET_DIRFMTTEST, SET_SCANCONTENTS, SET_SNARFMAILBOXNAME,
		ENABLE_DEBUG, DISABLE_DEBUG };
	MAILSTREAM stream = { .dtb = NULL };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		test_callbacks_reset();
		assert_true(is_refused(NIL, cases[i]));
		assert_string_not_equal(test_callbacks.fatal, "");
	}
	assert_true(is_refused(&stream, SET_NEWSRC));
}

/* What the environment keeps is reached through the same door. */
static void
test_environment(void **state)
{
	THREADER *threader;

	(void)state;
	mail_parameters(NIL, SET_LOCALHOST, "host.example.org");
	assert_string_equal(mail_parameters(NIL, GET_LOCALHOST, NIL),
	    "host.example.org");
	mail_parameters(NIL, SET_LOCKTIMEOUT, (void *)9);
	assert_int_equal((long)mail_parameters(NIL, GET_LOCKTIMEOUT, NIL), 9);
	threader = mail_parameters(NIL, GET_THREADERS, NIL);
	assert_string_equal(threader->name, "REFERENCES");
	assert_string_equal(threader->next->name, "ORDEREDSUBJECT");
	assert_null(threader->next->next);
	assert_null(mail_parameters(NIL, GET_FETCHLOOKAHEAD, NIL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hooks),
		cmocka_unit_test(test_default_hooks),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_service_name),
		cmocka_unit_test(test_snarf_name),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_environment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
