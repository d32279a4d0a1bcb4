/*
 * test_dotlock_owner.c - dot-locks of processes that were killed, and programs
 * that were told to end while they wait.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test_util.h"

#include "mail.h"
#include "osdep.h"
#include "cc_err.h"
#include "dotlock.h"
#include "env_state.h"
#include "misc.h"
#include "test_tmpdir.h"

/* Another process that has the lock of box when this returns. */
static pid_t
start_holder(const char *box)
{
	struct dotlock lock;
	int ready[2];
	pid_t pid;
	char c;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		if (cc_dotlock_get(&lock, box, -1, 0) != 0 ||
		    write(ready[1], "+", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	return pid;
}

static void
kill_holder(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* What the lock file of a process that was killed says, and what others may
 * have written there. */
static void
test_dotlock_orphan(void **state)
{
	static const struct {
		const char *format; /* of pid and host */
		enum { DEAD, PARENT, OURS } who;
		int r;
	} cases[] = {
		{ "%ld:%s", DEAD, 0 },
		{ "%ld:%s", PARENT, CC_EBUSY },
		/* we have it no more: it could not be removed */
		{ "%ld:%s", OURS, 0 },
		{ "%ld:%s.elsewhere", DEAD, CC_EBUSY },
		{ "%ld:x%s", DEAD, CC_EBUSY },
		{ "%ld", DEAD, CC_EBUSY },
		{ "%ld\n", DEAD, CC_EBUSY },
		{ "%ld:%s\n", DEAD, CC_EBUSY },
		{ "-%ld:%s", DEAD, CC_EBUSY },
		{ "99999999999%ld:%s", DEAD, CC_EBUSY },
		{ ":%ld%s", DEAD, CC_EBUSY },
		{ "", DEAD, CC_EBUSY },
	};
	struct dotlock lock;
	struct tmpdir t;
	char box[128], text[256];
	pid_t gone, holder;

	(void)state;
	tmpdir_make(&t);
	snprintf(box, sizeof(box), "%s/box", t.path);
	/* alive, then killed with the lock */
	holder = start_holder(box);
	assert_int_equal(cc_dotlock_get(&lock, box, -1, 0), CC_EBUSY);
	kill_holder(holder);
	assert_true(tmpdir_has(&t, "box.lock"));
	assert_int_equal(cc_dotlock_get(&lock, box, -1, 0), 0);
	cc_dotlock_release(&lock);
	assert_false(tmpdir_has(&t, "box.lock"));
	gone = fork();
	if (gone == 0)
		_exit(0);
	assert_int_equal(waitpid(gone, NULL, 0), gone);
	for (size_t i = 0; i < COUNT(cases); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(text, sizeof(text), cases[i].format,
		    (long)(cases[i].who == DEAD      ? gone
			    : cases[i].who == PARENT ? getppid()
						     : getpid()),
		    mylocalhost());
#pragma GCC diagnostic pop
		tmpdir_write(&t, "box.lock", text, strlen(text));
		assert_int_equal(cc_dotlock_get(&lock, box, -1, 0), cases[i].r);
		cc_dotlock_release(&lock);
		if (cases[i].r != 0)
			assert_int_equal(unlink(tmpdir_path(&t, "box.lock")),
			    0);
	}
	tmpdir_remove(&t);
}

/* The id is that of no process here, but its owner lives: in a namespace of
 * its own, say. */
static void
test_dotlock_owner_elsewhere(void **state)
{
	struct dotlock lock;
	struct tmpdir t;
	char box[128], text[256];
	pid_t gone = fork();
	int fd;

	(void)state;
	if (gone == 0)
		_exit(0);
	assert_int_equal(waitpid(gone, NULL, 0), gone);
	tmpdir_make(&t);
	snprintf(box, sizeof(box), "%s/box", t.path);
	snprintf(text, sizeof(text), "%ld:%s", (long)gone, mylocalhost());
	tmpdir_write(&t, "box.lock", text, strlen(text));
	fd = open(tmpdir_path(&t, "box.lock"), O_RDONLY);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
	assert_int_equal(cc_dotlock_get(&lock, box, -1, 0), CC_EBUSY);
	close(fd);
	assert_int_equal(cc_dotlock_get(&lock, box, -1, 0), 0);
	cc_dotlock_release(&lock);
	tmpdir_remove(&t);
}

static bool
give_up(void)
{
	return true;
}

/* A program that was told to end waits for no lock. */
static void
test_lock_wait_given_up(void **state)
{
	struct dotlock lock;
	struct tmpdir t;
	char box[128];
	pid_t holder;

	(void)state;
	tmpdir_make(&t);
	snprintf(box, sizeof(box), "%s/box", t.path);
	holder = start_holder(box);
	cc_env()->give_up = give_up;
	assert_int_equal(cc_dotlock_get(&lock, box, -1, -1), CC_EBUSY);
	cc_env()->give_up = NULL;
	kill_holder(holder);
	tmpdir_remove(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dotlock_orphan),
		cmocka_unit_test(test_dotlock_owner_elsewhere),
		cmocka_unit_test(test_lock_wait_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
