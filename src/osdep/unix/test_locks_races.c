/*
 * test_locks_races.c - locks that somebody else takes, or takes away, between
 * two calls of ours.
 */
#include <errno.h>
#include <sys/file.h>
#include <sys/syscall.h>

#include "cc_err.h"
#include "dotlock.h"
#include "inodelock.h"
#include "test_tmpdir.h"

static struct tmpdir dir;

/* Called before the next rename. */
static void (*renaming)(void);

int
rename(const char *from, const char *to)
{
	void (*now)(void) = renaming;

	renaming = NULL;
	if (now)
		now();
	return (int)syscall(SYS_rename, from, to);
}

static void
take_stale_lock(void)
{
	assert_int_equal(unlink(tmpdir_path(&dir, "box.lock")), 0);
	tmpdir_write(&dir, "box.lock", "young", 5);
}

/* Of two that find a stale lock, one must not take what the other has made,
 * though it may have the inode of the stale one. */
static void
test_stale_lock_of_two(void **state)
{
	struct dotlock lock;
	struct stat st;
	char box[sizeof(dir.name)];

	(void)state;
	tmpdir_make(&dir);
	snprintf(box, sizeof(box), "%s", tmpdir_path(&dir, "box"));
	tmpdir_write(&dir, "box.lock", "old", 3);
	assert_int_equal(stat(tmpdir_path(&dir, "box.lock"), &st), 0);
	renaming = take_stale_lock;
	assert_int_equal(cc_dotlock_try(&lock, box, st.st_ctim.tv_sec + 300,
			     300, true),
	    CC_EBUSY);
	assert_null(renaming);
	tmpdir_expect(&dir, "box.lock", "young");
	tmpdir_remove(&dir);
}

/* Some programs set the times of their files: only ctime tells the age. */
static void
test_age_is_not_mtime(void **state)
{
	static const struct timespec times[2] = { { 1, 0 }, { 1, 0 } };
	struct dotlock lock;
	struct stat st;
	char box[sizeof(dir.name)];

	(void)state;
	tmpdir_make(&dir);
	snprintf(box, sizeof(box), "%s", tmpdir_path(&dir, "box"));
	tmpdir_write(&dir, "box.lock", "", 0);
	assert_int_equal(utimensat(AT_FDCWD, tmpdir_path(&dir, "box.lock"),
			     times, 0),
	    0);
	assert_int_equal(stat(tmpdir_path(&dir, "box.lock"), &st), 0);
	assert_int_equal(cc_dotlock_try(&lock, box, st.st_ctim.tv_sec, 300,
			     true),
	    CC_EBUSY);
	assert_false(lock.seized);
	tmpdir_expect(&dir, "box.lock", "");
	tmpdir_remove(&dir);
}

/* Letting go removes one's own lock file, and no other. */
static void
test_inode_lock_of_another(void **state)
{
	struct stat st = { .st_dev = 0xfe00, .st_ino = 11093489 };
	struct inodelock lock;

	(void)state;
	tmpdir_make(&dir);
	assert_int_equal(cc_inodelock_get_in(dir.path, &lock, &st, FDLOCK_EX, 0,
			     NULL),
	    0);
	assert_int_equal(unlink(lock.name), 0);
	tmpdir_write(&dir, ".fe00.a945f1", "77", 2);
	cc_inodelock_release(&lock);
	tmpdir_expect(&dir, ".fe00.a945f1", "77");
	tmpdir_remove(&dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stale_lock_of_two),
		cmocka_unit_test(test_age_is_not_mtime),
		cmocka_unit_test(test_inode_lock_of_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
