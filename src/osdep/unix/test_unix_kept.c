/*
 * test_unix_kept.c - a mailbox file that another program keeps by its inode
 * lock: who is asked to let it go, and when.
 */
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "test_unix.h"

/* Anybody may write a pid into a lock file (its mode is 0666); no signal goes
 * to a process that does not hold the lock. */
static void
test_pid_of_a_lock_is_not_believed(void **state)
{
	struct inodelock lock;
	struct stat st;

	(void)state;
	begin();
	box(MSG);
	assert_int_equal(stat(tmpdir_path(&tmp, "home/box"), &st), 0);
	assert_false(cc_inodelock_is_holder(&st, getpid()));
	assert_int_equal(cc_inodelock_get(&lock, &st, FDLOCK_EX, 0, NULL), 0);
	assert_true(cc_inodelock_is_holder(&st, getpid()));
	assert_false(cc_inodelock_is_holder(&st, getppid()));
	cc_inodelock_release(&lock);
	end();
}

/* Has the lock as the original takes it, for a moment longer than ours do;
 * the pid in it is that of the one before. */
static void
keep_for_a_moment(const char *name)
{
	const struct timespec moment = { 1, 500000000 };
	int fd = open(name, O_RDWR | O_CREAT, 0666);

	if (fd < 0 || flock(fd, LOCK_EX) != 0 || write(fd, "1", 1) != 1)
		_exit(1);
	nanosleep(&moment, NULL);
	unlink(name);
	_exit(0);
}

/* A program that keeps the mailbox by its lock file's name. */
static pid_t
start_holder(void (*hold)(const char *name))
{
	struct inodelock lock;
	struct stat st;
	char *name;
	pid_t pid;

	assert_int_equal(stat(tmpdir_path(&tmp, "home/box"), &st), 0);
	assert_int_equal(cc_inodelock_get(&lock, &st, FDLOCK_EX, 0, NULL), 0);
	name = strdup(lock.name);
	cc_inodelock_release(&lock);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		hold(name);
	while (!cc_inodelock_is_holder(&st, pid))
		poll(NULL, 0, 1);
	free(name);
	return pid;
}

/* Programs that come and go: none of them keeps the mailbox, and a session
 * that meets one after another is not read-only for that. */
static void
test_holders_that_change(void **state)
{
	MAILSTREAM *s;
	pid_t pid;

	(void)state;
	begin();
	box(MSG);
	pid = start_holder(keep_for_a_moment);
	s = open_box(NIL);
	assert_false(s->rdonly);
	mail_close(s);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	end();
}

static bool asked_under_lock;

int
kill(pid_t pid, int sig)
{
	if (sig == SIGUSR2)
		asked_under_lock = tmpdir_has(&tmp, "home/box.lock");
	return (int)syscall(SYS_kill, pid, sig);
}

/* Keeps the mailbox as the original does, until it is asked to let go. */
static void
keep(const char *name)
{
	char pid[32];
	int fd = open(name, O_RDWR | O_CREAT, 0666);
	int n = snprintf(pid, sizeof(pid), "%ld", (long)getpid());

	if (fd < 0 || write(fd, pid, (size_t)n) != n || flock(fd, LOCK_EX) != 0)
		_exit(1);
	for (;;)
		pause();
}

/* A program is thrown out only while it writes nothing: its dot-lock would
 * stay for minutes, and so would half a change. */
static void
test_kiss_under_dot_lock(void **state)
{
	MAILSTREAM *s;
	int status;
	pid_t pid;

	(void)state;
	begin();
	box(MSG);
	pid = start_holder(keep);
	asked_under_lock = false;
	s = open_box(NIL);
	assert_false(s->rdonly);
	assert_true(asked_under_lock);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR2);
	assert_false(tmpdir_has(&tmp, "home/box.lock"));
	mail_close(s);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pid_of_a_lock_is_not_believed),
		cmocka_unit_test(test_holders_that_change),
		cmocka_unit_test(test_kiss_under_dot_lock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
