/*
 * test_fdlock.c - flock, with the fcntl lock that goes with it: against other
 * processes that have either.
 */
#include "fdlock.h"
#include "test_locks.h"

/* Ends it a moment later, by a process of its own. */
static pid_t
end_later(struct holder *h)
{
	pid_t pid = fork();

	if (pid == 0) {
		struct timespec ts = { 0, 100 * 1000000 };

		nanosleep(&ts, NULL);
		_exit(0);
	}
	close(h->go); /* the child still has it open until it ends */
	return pid;
}

static bool
hold_flock_sh(const char *path)
{
	return flock(open(path, O_RDWR), LOCK_SH | LOCK_NB) == 0;
}

static bool
hold_fcntl(const char *path)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return fcntl(open(path, O_RDWR), F_SETLK, &l) == 0;
}

static void
test_fdlock(void **state)
{
	static const struct {
		bool (*hold)(const char *path);
		int sh, ex;
	} cases[] = {
		{ hold_flock_ex, CC_EBUSY, CC_EBUSY },
		{ hold_flock_sh, 0, CC_EBUSY },
		{ hold_fcntl, 0, CC_EBUSY },
	};
	struct tmpdir t;
	int fd;

	(void)state;
	tmpdir_make(&t);
	fd = open_file(&t, "box");
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct holder h =
		    start_holder(cases[i].hold, tmpdir_path(&t, "box"));

		assert_int_equal(cc_fdlock_get(fd, FDLOCK_SH, 0), cases[i].sh);
		cc_fdlock_release(fd);
		assert_int_equal(cc_fdlock_get(fd, FDLOCK_EX, 0), cases[i].ex);
		assert_int_equal(cc_fdlock_get(fd, FDLOCK_EX, 60), cases[i].ex);
		end_holder(&h);
		assert_int_equal(cc_fdlock_get(fd, FDLOCK_EX, 0), 0);
		cc_fdlock_release(fd);
	}
	close(fd);
	tmpdir_remove(&t);
}

/* What another process gets while we hold a lock. */
static int
other_gets(const char *path, enum fdlock_mode mode)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(-cc_fdlock_get(open(path, O_RDWR), mode, 0));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return -WEXITSTATUS(status);
}

static bool
other_fcntl(const char *path)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(hold_fcntl(path));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WEXITSTATUS(status) == 1;
}

static void
test_fdlock_held(void **state)
{
	struct tmpdir t;
	const char *path;
	int fd;

	(void)state;
	tmpdir_make(&t);
	fd = open_file(&t, "box");
	path = tmpdir_path(&t, "box");
	assert_int_equal(cc_fdlock_get(fd, FDLOCK_EX, 0), 0);
	assert_int_equal(other_gets(path, FDLOCK_SH), CC_EBUSY);
	assert_false(other_fcntl(path));
	/* Another descriptor of the file, closed: the lock stays. */
	close(open(path, O_RDWR));
	assert_false(other_fcntl(path));
	/* Changed to shared: no fcntl lock any more. */
	assert_int_equal(cc_fdlock_get(fd, FDLOCK_SH, 0), 0);
	assert_int_equal(other_gets(path, FDLOCK_SH), 0);
	assert_int_equal(other_gets(path, FDLOCK_EX), CC_EBUSY);
	assert_true(other_fcntl(path));
	cc_fdlock_release(fd);
	assert_int_equal(other_gets(path, FDLOCK_EX), 0);
	cc_fdlock_release(fd);
	close(fd);
	/* A descriptor that cannot write has no fcntl write lock. */
	fd = open(path, O_RDONLY);
	assert_int_equal(cc_fdlock_get(fd, FDLOCK_EX, 0), 0);
	assert_true(other_fcntl(path));
	close(fd);
	assert_int_equal(cc_fdlock_get(-1, FDLOCK_EX, 0), CC_EIO);
	tmpdir_remove(&t);
}

static void
test_fdlock_waits(void **state)
{
	struct tmpdir t;
	struct holder h;
	int fd, status;
	pid_t later;

	(void)state;
	tmpdir_make(&t);
	fd = open_file(&t, "box");
	h = start_holder(hold_flock_ex, tmpdir_path(&t, "box"));
	later = end_later(&h);
	assert_int_equal(cc_fdlock_get(fd, FDLOCK_EX, SOON), 0);
	assert_int_equal(waitpid(later, &status, 0), later);
	assert_int_equal(waitpid(h.pid, &status, 0), h.pid);
	close(fd);
	tmpdir_remove(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fdlock),
		cmocka_unit_test(test_fdlock_held),
		cmocka_unit_test(test_fdlock_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
