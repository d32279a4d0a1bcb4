/*
 * test_dotlock.c - files that end in .lock: against other programs', stale
 * ones, whatever anybody may have put in their way; by a lock keeper, and by a
 * helper.
 */
#include <dirent.h>
#include <sys/socket.h>

#include "dotlock.h"
#include "env_state.h"
#include "misc.h"
#include "test_locks.h"

static unsigned
count_files(struct tmpdir *t)
{
	DIR *dir = opendir(t->path);
	struct dirent *e;
	unsigned n = 0;

	assert_non_null(dir);
	while ((e = readdir(dir)))
		n += e->d_name[0] != '.';
	closedir(dir);
	return n;
}

/* The lock says whose it is. */
static void
expect_owner(struct tmpdir *t)
{
	char text[256];

	snprintf(text, sizeof(text), "%ld:%s", (long)getpid(), mylocalhost());
	tmpdir_expect(t, "box.lock", text);
}

static void
test_dotlock(void **state)
{
	struct dotlock lock, second;
	struct tmpdir t;
	struct stat st;
	char box[128];

	(void)state;
	tmpdir_make(&t);
	snprintf(box, sizeof(box), "%s/box", t.path);
	close(open_file(&t, "box"));
	assert_int_equal(cc_dotlock_get(&lock, box, -1, 0), 0);
	assert_string_equal(lock.name, tmpdir_path(&t, "box.lock"));
	assert_false(lock.seized);
	assert_int_equal(lstat(lock.name, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0666);
	assert_int_equal(st.st_nlink, 1);
	expect_owner(&t);
	assert_int_equal(count_files(&t), 2);
	assert_int_equal(cc_dotlock_get(&second, box, -1, 0), CC_EBUSY);
	assert_null(second.name);
	cc_dotlock_release(&second);
	assert_int_equal(count_files(&t), 2);
	cc_dotlock_release(&lock);
	assert_int_equal(count_files(&t), 1);
	cc_dotlock_release(&lock);
	tmpdir_remove(&t);
}

/* The age at which a lock is seized, to the second. */
static void
test_dotlock_stale(void **state)
{
	struct dotlock lock;
	struct tmpdir t;
	struct stat st;
	char box[128];

	(void)state;
	tmpdir_make(&t);
	snprintf(box, sizeof(box), "%s/box", t.path);
	tmpdir_write(&t, "box.lock", "old", 3);
	assert_int_equal(stat(tmpdir_path(&t, "box.lock"), &st), 0);
	assert_int_equal(cc_dotlock_try(&lock, box, st.st_ctim.tv_sec + 299,
			     300, true),
	    CC_EBUSY);
	assert_false(lock.seized);
	/* A clock that is wrong. */
	assert_int_equal(cc_dotlock_try(&lock, box, st.st_ctim.tv_sec - 9999,
			     300, true),
	    CC_EBUSY);
	assert_int_equal(cc_dotlock_try(&lock, box, st.st_ctim.tv_sec + 300,
			     300, false),
	    CC_EBUSY);
	assert_true(lock.seized);
	tmpdir_expect(&t, "box.lock", "old");
	assert_int_equal(cc_dotlock_try(&lock, box, st.st_ctim.tv_sec + 300,
			     300, true),
	    0);
	assert_true(lock.seized);
	expect_owner(&t);
	cc_dotlock_release(&lock);
	assert_int_equal(count_files(&t), 0);
	tmpdir_remove(&t);
}

/* A mailbox or directory that has the lock's name is none, however old. */
static void
test_dotlock_is_somebodys_mail(void **state)
{
	char mail[DOTLOCK_SIZE_MAX + 2], box[128];
	struct dotlock lock;
	struct tmpdir t;
	int64_t later = time(NULL) + 9999;

	(void)state;
	tmpdir_make(&t);
	snprintf(box, sizeof(box), "%s/box", t.path);
	memset(mail, 'm', sizeof(mail));
	mail[sizeof(mail) - 1] = '\0';
	tmpdir_write(&t, "box.lock", mail, DOTLOCK_SIZE_MAX + 1);
	assert_int_equal(cc_dotlock_try(&lock, box, later, 300, true),
	    CC_EACCESS);
	tmpdir_expect(&t, "box.lock", mail);
	tmpdir_write(&t, "box.lock", mail, DOTLOCK_SIZE_MAX);
	assert_int_equal(cc_dotlock_try(&lock, box, later, 300, true), 0);
	cc_dotlock_release(&lock);
	assert_int_equal(mkdir(tmpdir_path(&t, "box.lock"), 0700), 0);
	assert_int_equal(cc_dotlock_try(&lock, box, later, 300, true),
	    CC_EACCESS);
	assert_int_equal(rmdir(tmpdir_path(&t, "box.lock")), 0);
	assert_int_equal(count_files(&t), 0);
	tmpdir_remove(&t);
}

/* A lock that was seized from us is not ours to remove. */
static void
test_dotlock_lost(void **state)
{
	struct dotlock lock;
	struct tmpdir t;
	char box[128];

	(void)state;
	tmpdir_make(&t);
	snprintf(box, sizeof(box), "%s/box", t.path);
	assert_int_equal(cc_dotlock_get(&lock, box, -1, 0), 0);
	/* The other's file is made before ours goes, so that it cannot get
	 * our inode. */
	tmpdir_write(&t, "other", "other", 5);
	assert_int_equal(rename(tmpdir_path(&t, "other"), lock.name), 0);
	cc_dotlock_release(&lock);
	tmpdir_expect(&t, "box.lock", "other");
	tmpdir_remove(&t);
}

static void
test_dotlock_tricks(void **state)
{
	struct dotlock lock;
	char box[600];
	struct tmpdir t;

	(void)state;
	tmpdir_make(&t);
	snprintf(box, sizeof(box), "%s/box", t.path);
	tmpdir_write(&t, "victim", "precious", 8);
	assert_int_equal(symlink("victim", tmpdir_path(&t, "box.lock")), 0);
	assert_int_equal(cc_dotlock_get(&lock, box, -1, 0), CC_EACCESS);
	tmpdir_expect(&t, "victim", "precious");
	assert_true(tmpdir_has(&t, "box.lock"));
	unlink(tmpdir_path(&t, "box.lock"));
	/* Paths that are too long have no dot-lock. */
	memset(box, 'x', sizeof(box));
	box[0] = '/';
	box[513] = '\0';
	assert_int_equal(cc_dotlock_get(&lock, box, -1, 0), CC_EACCESS);
	snprintf(box, sizeof(box), "%s/no/such/box", t.path);
	assert_int_equal(cc_dotlock_get(&lock, box, -1, 0), CC_ENOENT);
	tmpdir_remove(&t);
}

static bool
hold_dotlock(const char *path)
{
	static struct dotlock lock;

	return cc_dotlock_get(&lock, path, -1, 0) == 0;
}

static void
test_dotlock_waits(void **state)
{
	struct dotlock lock;
	struct tmpdir t;
	struct holder h;
	char box[128];
	pid_t later;
	int status;

	(void)state;
	tmpdir_make(&t);
	snprintf(box, sizeof(box), "%s/box", t.path);
	h = start_holder(hold_dotlock, box);
	assert_int_equal(cc_dotlock_get(&lock, box, -1, 60), CC_EBUSY);
	/* Its file goes while we wait. */
	later = fork();
	if (later == 0) {
		struct timespec ts = { 0, 100 * 1000000 };

		nanosleep(&ts, NULL);
		_exit(unlink(tmpdir_path(&t, "box.lock")));
	}
	assert_int_equal(cc_dotlock_get(&lock, box, -1, SOON), 0);
	assert_int_equal(waitpid(later, &status, 0), later);
	cc_dotlock_release(&lock);
	end_holder(&h);
	tmpdir_remove(&t);
}

static void
be_alone_by_dotlock(struct tmpdir *t)
{
	struct dotlock lock;
	char box[128];

	snprintf(box, sizeof(box), "%s/box", t->path);
	if (cc_dotlock_get(&lock, box, -1, -1) != 0)
		_exit(1);
	be_alone(t);
	cc_dotlock_release(&lock);
}

static void
test_dotlock_processes(void **state)
{
	struct tmpdir t;

	(void)state;
	tmpdir_make(&t);
	compete(&t, be_alone_by_dotlock, 25);
	assert_int_equal(count_files(&t), 0);
	tmpdir_remove(&t);
}

/* A directory that may not be written to: told so, and warned about once the
 * caller wants that. */
static void
test_dotlock_no_permission(void **state)
{
	struct tmpdir t;
	int status;
	pid_t pid;

	(void)state;
	if (geteuid() != 0)
		skip();
	tmpdir_make(&t);
	assert_int_equal(chmod(t.path, 0755), 0);
	pid = fork();
	if (pid == 0) {
		struct dotlock lock;
		char box[128];

		snprintf(box, sizeof(box), "%s/box", t.path);
		if (setuid(12345) != 0 ||
		    cc_dotlock_get(&lock, box, -1, 0) != CC_EACCESS)
			_exit(1);
		test_callbacks_reset();
		cc_dotlock_warn(box, CC_EACCESS);
		if (test_callbacks.log_level != WARN ||
		    !strstr(test_callbacks.log,
			"Mailbox vulnerable - "
			"directory ") ||
		    !strstr(test_callbacks.log, t.path) ||
		    !strstr(test_callbacks.log, " must have 1777 protection"))
			_exit(2);
		cc_env()->lock_warning = 0;
		test_callbacks_reset();
		cc_dotlock_warn(box, CC_EACCESS);
		_exit(test_callbacks.logs == 0 ? 0 : 3);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 0);
	tmpdir_remove(&t);
}

/* A lock keeper that answers as told. */
static void
play_keeper(int fd, const char *answers)
{
	char asked;

	for (; *answers; answers++)
		if (read(fd, &asked, 1) != 1 || write(fd, answers, 1) != 1)
			_exit(1);
	_exit(read(fd, &asked, 1) == 0 ? 0 : 2);
}

static void
test_dotlock_keeper(void **state)
{
	struct dotlock lock;
	int ends[2], status;
	pid_t pid;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		play_keeper(ends[1], "-++!-");
	}
	close(ends[1]);
	cc_dotlock_use_keeper(ends[0], "/var/mail/ann");
	/* Busy at first. */
	assert_int_equal(cc_dotlock_get(&lock, "/var/mail/ann", -1, SOON), 0);
	assert_true(lock.keeper);
	cc_dotlock_release(&lock);
	assert_int_equal(cc_dotlock_get(&lock, "/var/mail/ann", -1, 0),
	    CC_EACCESS);
	assert_int_equal(cc_dotlock_get(&lock, "/var/mail/ann", -1, 0),
	    CC_EBUSY);
	/* Other mailboxes are not its business. */
	assert_int_equal(cc_dotlock_get(&lock, "/no/such/dir/ann", -1, 0),
	    CC_ENOENT);
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	/* It is gone: no answer is no lock. */
	assert_int_equal(cc_dotlock_get(&lock, "/var/mail/ann", -1, 0),
	    CC_EACCESS);
	cc_dotlock_use_keeper(-1, NULL);
}

/* Something that is called as mlock is. */
static const char helper[] =
    "#!/bin/sh\n"
    "d=$(dirname \"$0\")\n"
    "ls -l /proc/$$/fd/3 | grep -q \"/box$\" || { printf ?; exit 1; }\n"
    "[ \"$1\" = 3 ] || { printf ?; exit 1; }\n"
    "[ -e /proc/$$/fd/4 ] && { printf ?; exit 1; }\n"
    "[ -e \"$2.lock\" ] && { printf -- -; exit 0; }\n"
    "touch \"$2.lock\"\n"
    "printf +\n"
    "read answer\n"
    "rm \"$2.lock\"\n"
    "echo \"$answer\" >\"$d/said\"\n";

static void
wait_for(struct tmpdir *t, const char *name, bool there)
{
	struct timespec ts = { 0, 10 * 1000000 };

	for (int i = 0; tmpdir_has(t, name) != there; i++) {
		assert_true(i < SOON / 10);
		nanosleep(&ts, NULL);
	}
}

static void
test_dotlock_helper(void **state)
{
	struct dotlock lock, second;
	char program[128], box[128];
	struct tmpdir t;
	int fd;

	(void)state;
	tmpdir_make(&t);
	snprintf(program, sizeof(program), "%s/helper", t.path);
	snprintf(box, sizeof(box), "%s/box", t.path);
	tmpdir_write(&t, "helper", helper, sizeof(helper) - 1);
	assert_int_equal(chmod(program, 0700), 0);
	fd = open_file(&t, "box");
	assert_int_equal(cc_dotlock_helper_run(program, &lock, box, fd, SOON),
	    0);
	assert_true(tmpdir_has(&t, "box.lock"));
	assert_int_equal(cc_dotlock_helper_run(program, &second, box, fd, SOON),
	    CC_EBUSY);
	cc_dotlock_release(&lock);
	wait_for(&t, "box.lock", false);
	wait_for(&t, "said", true);
	tmpdir_expect(&t, "box", "");
	/* We end without a word: so does the lock. */
	assert_int_equal(cc_dotlock_helper_run(program, &lock, box, fd, SOON),
	    0);
	close(lock.helper_in);
	close(lock.helper_out);
	wait_for(&t, "box.lock", false);
	fs_give((void **)&lock.name);
	/* One that says nothing, and none at all. */
	assert_int_equal(cc_dotlock_helper_run("/bin/true", &lock, box, fd,
			     SOON),
	    CC_EACCESS);
	assert_int_equal(cc_dotlock_helper_run("/no/such/program", &lock, box,
			     fd, SOON),
	    CC_EACCESS);
	close(fd);
	tmpdir_remove(&t);
}

static void
test_public_dotlock(void **state)
{
	struct tmpdir t;
	char box[128];
	DOTLOCK lock, none = { .lock = "" };

	(void)state;
	tmpdir_make(&t);
	snprintf(box, sizeof(box), "%s/box", t.path);
	assert_int_equal(dotlock_lock(box, &lock, -1), LONGT);
	assert_string_equal(lock.lock, tmpdir_path(&t, "box.lock"));
	assert_true(tmpdir_has(&t, "box.lock"));
	assert_int_equal(dotlock_unlock(&lock), LONGT);
	assert_false(tmpdir_has(&t, "box.lock"));
	assert_int_equal(dotlock_unlock(&lock), LONGT);
	assert_int_equal(dotlock_unlock(&none), LONGT);
	tmpdir_remove(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dotlock),
		cmocka_unit_test(test_dotlock_stale),
		cmocka_unit_test(test_dotlock_is_somebodys_mail),
		cmocka_unit_test(test_dotlock_lost),
		cmocka_unit_test(test_dotlock_tricks),
		cmocka_unit_test(test_dotlock_waits),
		cmocka_unit_test(test_dotlock_processes),
		cmocka_unit_test(test_dotlock_no_permission),
		cmocka_unit_test(test_dotlock_keeper),
		cmocka_unit_test(test_dotlock_helper),
		cmocka_unit_test(test_public_dotlock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
