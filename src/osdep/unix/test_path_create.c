/*
 * test_path_create.c - mailboxes made by programs that deliver: of any name,
 * whatever the user himself may reach.
 */
#include "test_unix.h"

#include "dummy.h"

static void
link_dummy(void)
{
	static bool done;

	if (!done)
		mail_link(&dummydriver);
	done = true;
}

static char *
copy_path(char *out, size_t size, const char *name)
{
	const char *path = tmpdir_path(&tmp, name);

	assert_true(strlen(path) < size);
	memcpy(out, path, strlen(path) + 1);
	return out;
}

static void
test_restrictions(void **state)
{
	static const long restrictions[] = { 0, RESTRICTROOT,
		RESTRICTROOT | RESTRICTOTHERUSER, -1 };
	char path[512];

	(void)state;
	for (size_t i = 0; i < COUNT(restrictions); i++) {
		begin();
		link_dummy();
		mail_parameters(NIL, SET_RESTRICTIONS, (void *)restrictions[i]);
		copy_path(path, sizeof(path), "elsewhere/new");
		assert_int_equal(mail_create(NIL, path) != NIL, i == 0);
		assert_int_equal(tmpdir_has(&tmp, "elsewhere/new"), i == 0);
		if (i == 0)
			assert_int_equal(unlink(path), 0);
		assert_int_equal(path_create(NIL, path), LONGT);
		assert_true(tmpdir_has(&tmp, "elsewhere/new"));
		/* they hold again */
		assert_int_equal((long)mail_parameters(NIL, GET_RESTRICTIONS,
				     NIL),
		    restrictions[i]);
		assert_int_equal((*unixdriver.valid)(path) != NIL, i == 0);
		/* what is there is not made again, and a name is a name */
		assert_int_equal(path_create(NIL, path), NIL);
		assert_int_equal(path_create(NIL, (char *)""), NIL);
		assert_int_equal(path_create(NIL, (char *)"a\nb"), NIL);
		end();
	}
}

/* In a black box a name that begins with "/" is a user's; here it is not. */
static void
test_black_box(void **state)
{
	char path[512];

	(void)state;
	begin();
	link_dummy();
	tmpdir_mkdir(&tmp, "box");
	tmpdir_mkdir(&tmp, "box/ann");
	cc_env_free();
	tmpdir_write(&tmp, "config", "", 0);
	mail_parameters(NIL, SET_CONFIGFILE,
	    (void *)tmpdir_path(&tmp, "config"));
	mail_parameters(NIL, SET_BLACKBOXDIR, (void *)tmpdir_path(&tmp, "box"));
	assert_int_equal(env_init("ann", (char *)tmpdir_path(&tmp, "home")),
	    LONGT);
	assert_true(cc_env()->black_box);
	copy_path(path, sizeof(path), "real");
	assert_int_equal(path_create(NIL, path), LONGT);
	assert_true(tmpdir_has(&tmp, "real"));
	assert_true(cc_env()->black_box);
	assert_int_equal(path_create(NIL, (char *)"mine"), LONGT);
	assert_true(tmpdir_has(&tmp, "box/ann/mine"));
	assert_int_equal(mail_create(NIL, (char *)"/ann/other"), LONGT);
	assert_true(tmpdir_has(&tmp, "box/ann/other"));
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_restrictions),
		cmocka_unit_test(test_black_box),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
