/*
 * test_mail_link.c - the lists of drivers and mechanisms, and who takes a name.
 */
#include "mail_link.h"
#include "mail_params.h"
#include "test_callbacks.h"
#include "test_util.h"

static DRIVER *valid_a(char *name);
static DRIVER *valid_remote(char *name);
static DRIVER *valid_all(char *name);
static void *parameters_a(long function, void *value);
static void *parameters_b(long function, void *value);
static long yes(void);
static long no(void);
static long client(authchallenge_t challenger, authrespond_t responder,
    char *service, NETMBX *mb, void *s, unsigned long *trial, char *user);
static char *server(authresponse_t responder, int argc, char *argv[]);

static DRIVER a = { .name = "a",
	.flags = DR_LOCAL,
	.valid = valid_a,
	.parameters = parameters_a };
static DRIVER remote = { .name = "remote", .valid = valid_remote };
static DRIVER dummy = { .name = "dummy",
	.flags = DR_LOCAL,
	.valid = valid_all,
	.parameters = parameters_b };
static AUTHENTICATOR strong = { AU_SECURE, "STRONG", yes, client, server,
	NULL };
static AUTHENTICATOR absent = { AU_SECURE, "ABSENT", no, client, server, NULL };
static AUTHENTICATOR serving = { AU_SECURE, "SERVING", NULL, NULL, server,
	NULL };
static AUTHENTICATOR weak = { AU_AUTHUSER, "WEAK", NULL, client, server, NULL };
static AUTHENTICATOR external = { AU_SECURE | AU_HIDE, "EXTERNAL", NULL, client,
	server, NULL };
static unsigned asked; /* yes() and no() */

static DRIVER *
valid_a(char *name)
{
	assert_int_not_equal(*name, '{');
	return *name == 'a' ? &a : NULL;
}

static DRIVER *
valid_remote(char *name)
{
	return strncmp(name, "{a}", 3) == 0 ? &remote : NULL;
}

static DRIVER *
valid_all(char *name)
{
	assert_int_not_equal(*name, '{');
	return *name == '?' ? NULL : &dummy;
}

static void *
parameters_a(long function, void *value)
{
	return function == GET_INBOXPATH              ? "a's"
	    : function == 9998                        ? "a knows"
	    : function == GET_NEWSRC && value != NULL ? value
						      : NULL;
}

static void *
parameters_b(long function, void *value)
{
	(void)value;
	return function == GET_INBOXPATH ? "dummy's" : NULL;
}

static long
yes(void)
{
	asked++;
	return T;
}

static long
no(void)
{
	asked++;
	return NIL;
}

static long
client(authchallenge_t challenger, authrespond_t responder, char *service,
    NETMBX *mb, void *s, unsigned long *trial, char *user)
{
	(void)challenger;
	(void)responder;
	(void)service;
	(void)mb;
	(void)s;
	(void)trial;
	(void)user;
	return NIL;
}

static char *
server(authresponse_t responder, int argc, char *argv[])
{
	(void)responder;
	(void)argv;
	return argc == 7 ? "joe" : NULL;
}

static int
link_all(void **state)
{
	(void)state;
	mail_link(&a);
	mail_link(&remote);
	mail_link(&dummy);
	auth_link(&strong);
	auth_link(&absent);
	auth_link(&serving);
	auth_link(&weak);
	auth_link(&external);
	return 0;
}

/* The second linking of one must not tie the list into a ring. */
static void
test_order(void **state)
{
	(void)state;
	mail_link(&a);
	mail_link(&remote);
	auth_link(&weak);
	assert_ptr_equal(cc_drivers(), &a);
	assert_ptr_equal(a.next, &remote);
	assert_ptr_equal(remote.next, &dummy);
	assert_null(dummy.next);
	assert_ptr_equal(mail_parameters(NIL, GET_DRIVERS, NIL), &a);
	assert_int_equal(asked, 2);
	assert_ptr_equal(mail_lookup_auth(1), &strong);
	assert_ptr_equal(mail_lookup_auth(2), &serving);
	assert_ptr_equal(mail_lookup_auth(4), &external);
	assert_null(mail_lookup_auth(5));
	assert_null(mail_lookup_auth(0));
	assert_null(mail_lookup_auth(~0ul));
}

static void
test_valid(void **state)
{
	static const struct {
		const char *name;
		DRIVER *want;
		const char *log; /* with purpose "open mailbox" */
	} cases[] = {
		{ "abc", &a, "" },
		{ "bcd", &dummy, "" },
		{ "", &dummy, "" },
		{ "{a}x", &remote, "" },
		{ "{b}x", NULL,
		    "Can't open mailbox {b}x: invalid remote specification" },
		{ "?", NULL, "Can't open mailbox ?: no such mailbox" },
		{ "a\nb", NULL, "Can't open mailbox a?b: invalid name" },
		{ "a\r", NULL, "Can't open mailbox a?: invalid name" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *name =
		    exact_copy(cases[i].name, strlen(cases[i].name) + 1);

		test_callbacks_reset();
		assert_ptr_equal(mail_valid(NIL, name, "open mailbox"),
		    cases[i].want);
		assert_string_equal(test_callbacks.log, cases[i].log);
		assert_int_equal(test_callbacks.log_level,
		    cases[i].want ? NIL : ERROR);
		assert_ptr_equal(mail_valid(NIL, name, NIL), cases[i].want);
		assert_int_equal(test_callbacks.logs, !cases[i].want);
		free(name);
	}
}

static void
test_valid_length(void **state)
{
	char name[715];

	(void)state;
	test_callbacks_reset();
	memset(name, 'a', sizeof(name));
	name[712] = '\0';
	assert_ptr_equal(mail_valid(NIL, name, "open mailbox"), &a);
	name[712] = 'a';
	name[713] = '\0';
	assert_null(mail_valid(NIL, name, "open mailbox"));
	assert_int_equal(test_callbacks.logs, 1);
	assert_true(strlen(test_callbacks.log) < 200);
}

static void
test_valid_stream(void **state)
{
	MAILSTREAM of_a = { .dtb = &a }, of_remote = { .dtb = &remote };

	(void)state;
	assert_ptr_equal(mail_valid(&of_a, "abc", NIL), &a);
	/* dummy's mailboxes may become the stream's driver's. */
	assert_ptr_equal(mail_valid(&of_a, "bcd", NIL), &a);
	assert_null(mail_valid(&of_remote, "abc", NIL));
	assert_null(mail_valid(&of_a, "{a}x", NIL));
}

static void
test_switches(void **state)
{
	(void)state;
	assert_ptr_equal(mail_parameters(NIL, GET_DRIVER, "A"), &a);
	assert_null(mail_parameters(NIL, GET_DRIVER, "z"));
	assert_ptr_equal(mail_parameters(NIL, DISABLE_DRIVER, "a"), &a);
	assert_ptr_equal(mail_valid(NIL, "abc", NIL), &dummy);
	mail_parameters(NIL, ENABLE_DRIVER, "a");
	assert_ptr_equal(mail_valid(NIL, "abc", NIL), &a);
	assert_int_equal(a.flags, DR_LOCAL);

	assert_ptr_equal(mail_parameters(NIL, DISABLE_AUTHENTICATOR, "strong"),
	    &strong);
	assert_int_equal(mail_lookup_auth_name("STRONG", NIL), 0);
	mail_parameters(NIL, ENABLE_AUTHENTICATOR, "STRONG");
	assert_int_equal(mail_lookup_auth_name("STRONG", NIL), 1);
	mail_parameters(NIL, HIDE_AUTHENTICATOR, "STRONG");
	assert_int_equal(strong.flags, AU_SECURE | AU_HIDE);
	mail_parameters(NIL, UNHIDE_AUTHENTICATOR, "STRONG");
	assert_int_equal(strong.flags, AU_SECURE);
	assert_null(mail_parameters(NIL, HIDE_AUTHENTICATOR, "NONE"));
}

static void
test_lookup_name(void **state)
{
	(void)state;
	assert_int_equal(mail_lookup_auth_name("weak", NIL), 3);
	assert_int_equal(mail_lookup_auth_name("WEAK", AU_AUTHUSER), 3);
	assert_int_equal(mail_lookup_auth_name("WEAK", AU_SECURE), 0);
	assert_int_equal(mail_lookup_auth_name("WEAK", AU_SECURE | AU_AUTHUSER),
	    0);
	assert_int_equal(mail_lookup_auth_name("SERVING", NIL), 0);
	assert_int_equal(mail_lookup_auth_name("ABSENT", NIL), 0);
}

static void
test_auth(void **state)
{
	(void)state;
	mail_parameters(NIL, SET_DISABLEPLAINTEXT, (void *)1);
	assert_string_equal(mail_auth("strong", NULL, 7, NULL), "joe");
	assert_null(mail_auth("strong", NULL, 1, NULL));
	assert_null(mail_auth("WEAK", NULL, 7, NULL));
	assert_null(mail_auth("", NULL, 7, NULL));
	mail_parameters(NIL, SET_DISABLEPLAINTEXT, NIL);
	assert_string_equal(mail_auth("WEAK", NULL, 7, NULL), "joe");
	mail_parameters(NIL, DISABLE_AUTHENTICATOR, "WEAK");
	assert_null(mail_auth("WEAK", NULL, 7, NULL));
	mail_parameters(NIL, ENABLE_AUTHENTICATOR, "WEAK");
}

static void
test_external(void **state)
{
	(void)state;
	assert_string_equal(mail_parameters(NIL, SET_EXTERNALAUTHID, "joe"),
	    "joe");
	assert_int_equal(external.flags, AU_SECURE);
	assert_null(mail_parameters(NIL, SET_EXTERNALAUTHID, NIL));
	assert_int_equal(external.flags, AU_SECURE | AU_HIDE);
}

static void
test_version(void **state)
{
	(void)state;
	mail_versioncheck(CCLIENTVERSION);
	assert_true(TEST_IS_FATAL(mail_versioncheck("2007f")));
	assert_non_null(strstr(test_callbacks.fatal, "2007f"));
}

static void
test_ask_drivers(void **state)
{
	MAILSTREAM of_a = { .dtb = &a };
	MAILSTREAM of_remote = { .dtb = &remote };

	(void)state;
	/* The last answer counts; a stream's driver is asked alone. */
	assert_string_equal(mail_parameters(NIL, GET_INBOXPATH, NIL),
	    "dummy's");
	assert_string_equal(mail_parameters(&of_a, GET_INBOXPATH, NIL), "a's");
	assert_string_equal(mail_parameters(NIL, 9998, NIL), "a knows");
	assert_null(mail_parameters(&of_remote, 9998, NIL));
	assert_null(mail_parameters(NIL, 9999, NIL));
	assert_null(mail_parameters(NIL, 0, NIL));
	assert_null(mail_parameters(NIL, -1, NIL));
	assert_ptr_equal(mail_parameters(&of_a, GET_NEWSRC, NIL), &of_a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_valid_length),
		cmocka_unit_test(test_valid_stream),
		cmocka_unit_test(test_switches),
		cmocka_unit_test(test_lookup_name),
		cmocka_unit_test(test_auth),
		cmocka_unit_test(test_external),
		cmocka_unit_test(test_version),
		cmocka_unit_test(test_ask_drivers),
	};

	return cmocka_run_group_tests(tests, link_all, NULL);
}
