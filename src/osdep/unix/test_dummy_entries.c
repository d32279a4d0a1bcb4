/*
 * test_dummy_entries.c - LIST in a directory with as many entries as it looks
 * at, and one more. The directory is not on the disk: readdir is ours.
 */
#include "test_util.h"

#include <dirent.h>

#include "mail.h"
#include "osdep.h"
#include "cc_limits.h"
#include "dummy.h"
#include "env_state.h"
#include "misc.h"
#include "test_callbacks.h"
#include "test_tmpdir.h"

static struct tmpdir tmp;

static unsigned long entries; /* that are still to come */
static struct dirent entry;   /* each of them; the last one is "box" */

struct dirent *
readdir(DIR *dir)
{
	(void)dir;
	if (entries == 0)
		return NULL;
	memcpy(entry.d_name, --entries == 0 ? "box" : ".\0\0", 4);
	return &entry;
}

static void
begin(void)
{
	cc_env_free();
	test_callbacks_reset();
	tmpdir_make(&tmp);
	tmpdir_write(&tmp, "config", "", 0);
	mail_parameters(NIL, SET_CONFIGFILE,
	    (void *)tmpdir_path(&tmp, "config"));
	assert_int_equal(env_init("ann", tmp.path), LONGT);
	tmpdir_write(&tmp, "box", "", 0);
	mail_link(&dummydriver);
}

static void
test_entries(void **state)
{
	(void)state;
	begin();
	for (unsigned long more = 0; more < 2; more++) {
		test_callbacks_reset();
		entries = CC_LIST_ENTRIES + more;
		mail_list(NIL, NIL, "b*");
		assert_int_equal(entries, 0);
		assert_int_equal(strstr(test_callbacks.listed, " box ") == NULL,
		    more);
		assert_string_equal(test_callbacks.log,
		    more ? "Too many names to list all of them" : "");
	}
	cc_env_free();
	unlink(tmpdir_path(&tmp, "box"));
	unlink(tmpdir_path(&tmp, "config"));
	assert_int_equal(rmdir(tmp.path), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
