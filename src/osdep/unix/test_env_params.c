/*
 * test_env_params.c - every number of mail_parameters() that the environment
 * answers: its standard value, that it is set and read back, that texts are
 * copies, and that the number is the one programs were compiled with.
 */
#include "test_util.h"

#include "mail.h"
#include "osdep.h"
#include "env_state.h"
#include "misc.h"
#include "test_env.h"

enum kind { NUMBER, FLAG, TEXT, POINTER };

/* The standard value of a text is not looked at where it is ANY. */
static const char any[] = "(any)";
#define ANY any

static const struct {
	const char *name;
	long get, set;
	int number; /* of get */
	enum kind kind;
	long value;       /* standard */
	const char *text; /* standard */
} params[] = {
#define NUM(name, number, value)                                               \
	{                                                                      \
#name, GET_##name, SET_##name, number, NUMBER, value, NULL     \
	}
#define FLG(name, number, value)                                               \
	{                                                                      \
#name, GET_##name, SET_##name, number, FLAG, value, NULL       \
	}
#define TXT(name, number, text)                                                \
	{                                                                      \
#name, GET_##name, SET_##name, number, TEXT, 0, text           \
	}
#define PTR(name, number)                                                      \
	{                                                                      \
#name, GET_##name, SET_##name, number, POINTER, 0, NULL        \
	}
	FLG(BLOCKENVINIT, 161, 0),
	TXT(USERNAME, 201, "ann"),
	TXT(HOMEDIR, 203, ANY),
	TXT(LOCALHOST, 205, ANY),
	TXT(SYSINBOX, 207, "/var/mail/ann"),
	NUM(DISABLEPLAINTEXT, 211, 2),
	FLG(CHROOTSERVER, 213, 0),
	FLG(ADVERTISETHEWORLD, 215, 0),
	FLG(DISABLEAUTOSHAREDNS, 217, 0),
	TXT(MAILSUBDIR, 219, NULL),
	FLG(DISABLE822TZTEXT, 221, 0),
	FLG(LIMITEDADVERTISE, 223, 0),
	PTR(LOGOUTHOOK, 225),
	PTR(LOGOUTDATA, 227),
	TXT(EXTERNALAUTHID, 229, NULL),
	TXT(SSLCAPATH, 231, NULL),
	NUM(RESTRICTIONS, 233, 0),
	FLG(KERBEROS_CP_SVR_NAME, 336, 0),
	NUM(MBXPROTECTION, 500, 0600),
	NUM(DIRPROTECTION, 502, 0700),
	NUM(LOCKPROTECTION, 504, 0666),
	FLG(FROMWIDGET, 506, 1),
	TXT(NEWSACTIVE, 508, ANY),
	TXT(NEWSSPOOL, 510, ANY),
	TXT(NEWSRC, 512, ANY),
	FLG(DISABLEFCNTLLOCK, 516, 0),
	FLG(LOCKEACCESERROR, 518, 1),
	NUM(LISTMAXLEVEL, 520, 20),
	TXT(ANONYMOUSHOME, 522, ANY),
	TXT(FTPHOME, 524, ANY),
	TXT(PUBLICHOME, 526, ANY),
	TXT(SHAREDHOME, 528, ANY),
	FLG(USERHASNOLIFE, 536, 0),
	NUM(FTPPROTECTION, 538, 0644),
	NUM(PUBLICPROTECTION, 540, 0666),
	NUM(SHAREDPROTECTION, 542, 0660),
	NUM(LOCKTIMEOUT, 544, 5),
	FLG(NOTIMEZONES, 546, 0),
	FLG(HIDEDOTFILES, 548, 0),
	NUM(FTPDIRPROTECTION, 550, 0755),
	NUM(PUBLICDIRPROTECTION, 552, 0777),
	NUM(SHAREDDIRPROTECTION, 554, 0770),
	FLG(TRUSTDNS, 556, 1),
	FLG(SASLUSESPTRNAME, 558, 1),
	FLG(NETFSSTATBUG, 560, 0),
};

static void
begin(void)
{
	tmpdir_make(&tmp);
	begin_env("");
	assert_int_equal(env_init("ann", tmp.path), LONGT);
}

static void
expect_standard(size_t i)
{
	void *is = mail_parameters(NIL, params[i].get, NIL);

	switch (params[i].kind) {
	case NUMBER:
		assert_int_equal((long)is, params[i].value);
		break;
	case FLAG:
		assert_int_equal(is != NIL, params[i].value);
		break;
	case TEXT:
		if (!params[i].text)
			assert_null(is);
		else if (params[i].text != any)
			assert_string_equal(is, params[i].text);
		break;
	case POINTER:
		assert_null(is);
		break;
	}
}

static void
test_standard_values(void **state)
{
	(void)state;
	begin();
	assert_string_equal(mail_parameters(NIL, GET_HOMEDIR, NIL), tmp.path);
	for (size_t i = 0; i < COUNT(params); i++) {
		print_message("%s\n", params[i].name);
		assert_int_equal(params[i].get, params[i].number);
		assert_int_equal(params[i].set, params[i].number + 1);
		expect_standard(i);
	}
	end();
}

static void
set_number(size_t i)
{
	mail_parameters(NIL, params[i].set, (void *)1234L);
	assert_int_equal((long)mail_parameters(NIL, params[i].get, NIL), 1234);
	mail_parameters(NIL, params[i].set, (void *)params[i].value);
}

/* VOIDT is a literal, of which there may be several: it is no NIL. */
static void
set_flag(size_t i)
{
	assert_non_null(mail_parameters(NIL, params[i].set, "x"));
	assert_non_null(mail_parameters(NIL, params[i].get, NIL));
	assert_null(mail_parameters(NIL, params[i].set, NIL));
	assert_null(mail_parameters(NIL, params[i].get, NIL));
	mail_parameters(NIL, params[i].set, params[i].value ? VOIDT : NIL);
}

/* Texts are the library's own. */
static void
set_text(size_t i)
{
	char text[] = "/some/text";
	char *is;

	assert_string_equal(mail_parameters(NIL, params[i].set, text), text);
	text[1] = 'S';
	is = mail_parameters(NIL, params[i].get, NIL);
	assert_string_equal(is, "/some/text");
	/* what it gave out may be given back */
	mail_parameters(NIL, params[i].set, is);
	assert_string_equal(mail_parameters(NIL, params[i].get, NIL),
	    "/some/text");
}

/* Each number sets its own value, and no other's. */
static void
test_set(void **state)
{
	int mark;

	(void)state;
	for (size_t i = 0; i < COUNT(params); i++) {
		begin();
		print_message("%s\n", params[i].name);
		switch (params[i].kind) {
		case NUMBER:
			set_number(i);
			break;
		case FLAG:
			set_flag(i);
			break;
		case TEXT:
			set_text(i);
			break;
		case POINTER:
			mail_parameters(NIL, params[i].set, &mark);
			assert_ptr_equal(mail_parameters(NIL, params[i].get,
					     NIL),
			    &mark);
			mail_parameters(NIL, params[i].set, NIL);
			break;
		}
		for (size_t k = 0; k < COUNT(params); k++)
			if (k != i &&
			    !(params[i].get == GET_HOMEDIR &&
				params[k].kind == TEXT))
				expect_standard(k);
		end();
	}
}

/* What this system has not, and what nobody knows. */
static void
test_unknown(void **state)
{
	static const long cases[] = { GET_USERPROMPT, GET_EXTENSION, 0, -1,
		9999 };

	(void)state;
	begin();
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_null(mail_parameters(NIL, cases[i], NIL));
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_standard_values),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
