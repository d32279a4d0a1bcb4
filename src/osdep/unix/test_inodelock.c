/*
 * test_inodelock.c - locks in /tmp, named after device and inode: against
 * other processes, and whatever anybody may have put in their way.
 */
#include "inodelock.h"
#include "misc.h"
#include "test_locks.h"

static char lock_path[256];

/* The lock file of the mailbox "box", in the same directory. */
static const char *
lock_file(struct tmpdir *t, struct stat *st)
{
	assert_int_equal(stat(tmpdir_path(t, "box"), st), 0);
	snprintf(lock_path, sizeof(lock_path), "%s/.%lx.%lx", t->path,
	    (unsigned long)st->st_dev, (unsigned long)st->st_ino);
	return lock_path;
}

static int
get_lock(struct tmpdir *t, struct inodelock *lock, enum fdlock_mode mode,
    pid_t *pid)
{
	struct stat st;

	lock_file(t, &st);
	return cc_inodelock_get_in(t->path, lock, &st, mode, 0, pid);
}

static bool
has_lock_file(void)
{
	struct stat st;

	return lstat(lock_path, &st) == 0;
}

static void
test_inodelock_name(void **state)
{
	struct stat st = { .st_dev = 0xfe00, .st_ino = 11093489 };
	struct inodelock lock;
	struct tmpdir t;

	(void)state;
	tmpdir_make(&t);
	assert_int_equal(cc_inodelock_get_in(t.path, &lock, &st, FDLOCK_EX, 0,
			     NULL),
	    0);
	assert_string_equal(lock.name, tmpdir_path(&t, ".fe00.a945f1"));
	assert_int_equal(stat(lock.name, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0666);
	assert_int_equal(st.st_size, 0);
	cc_inodelock_release(&lock);
	assert_false(tmpdir_has(&t, ".fe00.a945f1"));
	cc_inodelock_release(&lock);
	tmpdir_remove(&t);
}

/* For start_holder: path is the mailbox, its directory that of the lock. */
static bool
hold_inode(const char *path)
{
	static struct inodelock lock;
	char *dir = strdup(path);
	struct stat st;

	*strrchr(dir, '/') = '\0';
	return stat(path, &st) == 0 &&
	    cc_inodelock_get_in(dir, &lock, &st, FDLOCK_EX, 0, NULL) == 0 &&
	    cc_inodelock_put_pid(&lock) == 0;
}

static void
test_inodelock_holder(void **state)
{
	struct inodelock lock;
	struct tmpdir t;
	struct holder h;
	struct stat st;
	char want[16];
	pid_t pid = 1;

	(void)state;
	tmpdir_make(&t);
	close(open_file(&t, "box"));
	h = start_holder(hold_inode, tmpdir_path(&t, "box"));
	assert_int_equal(get_lock(&t, &lock, FDLOCK_EX, &pid), CC_EBUSY);
	assert_int_equal(pid, h.pid);
	assert_int_equal(lock.fd, -1);
	assert_int_equal(get_lock(&t, &lock, FDLOCK_SH, &pid), CC_EBUSY);
	snprintf(want, sizeof(want), "%d", (int)h.pid);
	tmpdir_expect(&t, lock_file(&t, &st) + strlen(t.path) + 1, want);
	end_holder(&h);
	/* The holder died with the lock: its file is left, with its pid, and
	 * is in nobody's way. Nobody must be sent to that pid any more. */
	assert_true(has_lock_file());
	assert_int_equal(get_lock(&t, &lock, FDLOCK_EX, &pid), 0);
	assert_int_equal(pid, 0);
	tmpdir_expect(&t, lock.name + strlen(t.path) + 1, "");
	cc_inodelock_release(&lock);
	assert_false(has_lock_file());
	tmpdir_remove(&t);
}

static void
test_inodelock_shared(void **state)
{
	struct inodelock a, b, c;
	struct tmpdir t;

	(void)state;
	tmpdir_make(&t);
	close(open_file(&t, "box"));
	assert_int_equal(get_lock(&t, &a, FDLOCK_SH, NULL), 0);
	assert_int_equal(get_lock(&t, &b, FDLOCK_SH, NULL), 0);
	assert_int_equal(get_lock(&t, &c, FDLOCK_EX, NULL), CC_EBUSY);
	cc_inodelock_release(&a);
	assert_true(has_lock_file());
	assert_int_equal(get_lock(&t, &c, FDLOCK_EX, NULL), CC_EBUSY);
	cc_inodelock_release(&b);
	assert_false(has_lock_file());
	tmpdir_remove(&t);
}

/* The content of a busy lock file is anybody's. */
static void
test_inodelock_content(void **state)
{
	static const struct {
		const char *content;
		pid_t pid;
	} cases[] = {
		{ "", 0 },
		{ "0", 0 },
		{ "1512", 1512 },
		{ "1512\n", 1512 },
		{ "-1", 0 },
		{ "x", 0 },
		{ " 5", 0 },
		{ "2147483647", 2147483647 },
		{ "2147483648", 0 },
		{ "4294967297", 0 },
		{ "99999999999999999999999999999999", 0 },
	};
	struct inodelock lock;
	struct tmpdir t;
	struct stat st;
	pid_t pid;

	(void)state;
	tmpdir_make(&t);
	close(open_file(&t, "box"));
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct holder h;

		lock_file(&t, &st);
		tmpdir_write(&t, lock_path + strlen(t.path) + 1,
		    cases[i].content, strlen(cases[i].content));
		h = start_holder(hold_flock_ex, lock_path);
		assert_int_equal(get_lock(&t, &lock, FDLOCK_EX, &pid),
		    CC_EBUSY);
		assert_int_equal(pid, cases[i].pid);
		end_holder(&h);
	}
	tmpdir_remove(&t);
}

static void
test_inodelock_tricks(void **state)
{
	struct inodelock lock;
	struct tmpdir t;
	struct stat st;

	(void)state;
	tmpdir_make(&t);
	close(open_file(&t, "box"));
	tmpdir_write(&t, "victim", "precious", 8);
	lock_file(&t, &st);
	assert_int_equal(symlink(tmpdir_path(&t, "victim"), lock_path), 0);
	assert_int_equal(get_lock(&t, &lock, FDLOCK_EX, NULL), CC_EACCESS);
	unlink(lock_path);
	assert_int_equal(symlink("/nowhere/x", lock_path), 0);
	assert_int_equal(get_lock(&t, &lock, FDLOCK_EX, NULL), CC_EACCESS);
	unlink(lock_path);
	assert_int_equal(link(tmpdir_path(&t, "victim"), lock_path), 0);
	assert_int_equal(get_lock(&t, &lock, FDLOCK_EX, NULL), CC_EACCESS);
	unlink(lock_path);
	assert_int_equal(mkfifo(lock_path, 0666), 0);
	assert_int_equal(get_lock(&t, &lock, FDLOCK_EX, NULL), CC_EACCESS);
	unlink(lock_path);
	assert_int_equal(mkdir(lock_path, 0700), 0);
	assert_int_equal(get_lock(&t, &lock, FDLOCK_EX, NULL), CC_EACCESS);
	rmdir(lock_path);
	tmpdir_expect(&t, "victim", "precious");
	assert_int_equal(stat(tmpdir_path(&t, "victim"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	tmpdir_remove(&t);
}

/* A lock file of another user: usable with mode 0666, not with 0600. */
static void
test_inodelock_other_owner(void **state)
{
	struct tmpdir t;
	struct stat st;
	int status;
	pid_t pid;

	(void)state;
	if (geteuid() != 0)
		skip();
	tmpdir_make(&t);
	assert_int_equal(chmod(t.path, 01777), 0);
	close(open_file(&t, "box"));
	lock_file(&t, &st);
	tmpdir_write(&t, lock_path + strlen(t.path) + 1, "17", 2);
	for (int usable = 0; usable <= 1; usable++) {
		assert_int_equal(chmod(lock_path, usable ? 0666 : 0600), 0);
		pid = fork();
		if (pid == 0) {
			struct inodelock lock;
			int r;

			if (setuid(12345) != 0)
				_exit(99);
			r = cc_inodelock_get_in(t.path, &lock, &st, FDLOCK_EX,
			    0, NULL);
			cc_inodelock_release(&lock);
			_exit(-r);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(WEXITSTATUS(status), usable ? 0 : -CC_EACCESS);
	}
	tmpdir_remove(&t);
}

static void
be_alone_by_inodelock(struct tmpdir *t)
{
	struct inodelock lock;
	struct stat st;

	if (stat(tmpdir_path(t, "box"), &st) != 0 ||
	    cc_inodelock_get_in(t->path, &lock, &st, FDLOCK_EX, -1, NULL) != 0)
		_exit(1);
	be_alone(t);
	cc_inodelock_release(&lock);
}

/* Never two at once, although the lock's file comes and goes. */
static void
test_inodelock_processes(void **state)
{
	struct tmpdir t;
	struct stat st;

	(void)state;
	tmpdir_make(&t);
	close(open_file(&t, "box"));
	lock_file(&t, &st);
	compete(&t, be_alone_by_inodelock, 50);
	assert_false(has_lock_file());
	tmpdir_remove(&t);
}

static void
test_public_inodelock(void **state)
{
	char name[MAILTMPLEN], second[MAILTMPLEN], want[MAILTMPLEN];
	struct tmpdir t;
	struct stat st;
	long pid;
	int fd, box;

	(void)state;
	tmpdir_make(&t);
	box = open_file(&t, "box");
	assert_int_equal(fstat(box, &st), 0);
	snprintf(want, sizeof(want), "/tmp/.%lx.%lx", (unsigned long)st.st_dev,
	    (unsigned long)st.st_ino);
	fd = lockname(name, (char *)tmpdir_path(&t, "box"), LOCK_EX | LOCK_NB,
	    &pid);
	assert_true(fd >= 0);
	assert_string_equal(name, want);
	assert_int_equal(lockfd(box, second, LOCK_SH | LOCK_NB), -1);
	assert_int_equal(write(fd, "77", 2), 2);
	assert_int_equal(lock_work(second, &st, LOCK_EX | LOCK_NB, &pid), -1);
	assert_int_equal(pid, 77);
	unlockfd(fd, name);
	assert_int_equal(chk_notsymlink(want, &st), -1);
	assert_int_equal(chk_notsymlink((char *)tmpdir_path(&t, "box"), &st),
	    1);
	assert_int_equal(symlink("box", tmpdir_path(&t, "link")), 0);
	assert_int_equal(chk_notsymlink(t.name, &st), 0);
	assert_int_equal(lockname(name, (char *)tmpdir_path(&t, "none"),
			     LOCK_EX, &pid),
	    -1);
	close(box);
	tmpdir_remove(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inodelock_name),
		cmocka_unit_test(test_inodelock_holder),
		cmocka_unit_test(test_inodelock_shared),
		cmocka_unit_test(test_inodelock_content),
		cmocka_unit_test(test_inodelock_tricks),
		cmocka_unit_test(test_inodelock_other_owner),
		cmocka_unit_test(test_inodelock_processes),
		cmocka_unit_test(test_public_inodelock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
