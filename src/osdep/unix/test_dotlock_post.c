/*
 * test_dotlock_post.c - what killed lockers leave beside a mailbox, who is
 * shown it, and when it goes; and locks that cannot be removed.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "test_util.h"

#include "cc_err.h"
#include "dotlock.h"
#include "dotlock_post.h"
#include "dummy.h"
#include "misc.h"
#include "test_env.h"

/* ------------------------------------------------- calls that kill, refuse */

static enum dies { NOBODY, BEFORE_LINK, BEHIND_LINK, BEFORE_UNLINK } dies;
static int refuse_unlink; /* an errno, once */

int
link(const char *from, const char *to)
{
	int r;

	if (dies == BEFORE_LINK)
		raise(SIGKILL);
	r = (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
	if (dies == BEHIND_LINK)
		raise(SIGKILL);
	return r;
}

int
unlink(const char *name)
{
	if (dies == BEFORE_UNLINK)
		raise(SIGKILL);
	if (refuse_unlink) {
		errno = refuse_unlink;
		refuse_unlink = 0;
		return -1;
	}
	return (int)syscall(SYS_unlinkat, AT_FDCWD, name, 0);
}

/* ----------------------------------------------------------------- helpers */

static char box[128];

static void
begin(void)
{
	tmpdir_make(&tmp);
	begin_home("");
	snprintf(box, sizeof(box), "%s/home/d/box", tmp.path);
	tmpdir_mkdir(&tmp, "home/d");
}

/* A process that locks the mailbox and is killed there. */
static void
kill_locker(enum dies where)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		struct dotlock lock;

		dies = where;
		(void)cc_dotlock_get(&lock, box, -1, 0);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
}

static pid_t
dead_process(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return pid;
}

/* Files in the directory of the mailbox. */
static unsigned
count_files(void)
{
	DIR *dir = opendir(tmpdir_path(&tmp, "home/d"));
	struct dirent *e;
	unsigned n = 0;

	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL)
		n += e->d_name[0] != '.';
	closedir(dir);
	return n;
}

static int
directory(void)
{
	int fd = open(tmpdir_path(&tmp, "home/d"), O_RDONLY | O_DIRECTORY);

	assert_true(fd >= 0);
	return fd;
}

/* ------------------------------------------------------------------- tests */

static const enum dies places[] = { BEFORE_LINK, BEHIND_LINK, BEFORE_UNLINK };

/* It is not listed, but sweeping it up is LIST's. */
static void
test_killed_is_not_listed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(places); i++) {
		struct dotlock lock;

		begin();
		tmpdir_write(&tmp, "home/d/box", "", 0);
		kill_locker(places[i]);
		assert_true(count_files() > 1);
		if (places[i] != BEFORE_LINK) {
			/* who takes the lock finds what else is left */
			assert_int_equal(cc_dotlock_get(&lock, box, -1, 0), 0);
			cc_dotlock_release(&lock);
			assert_int_equal(count_files(), 1);
		}
		mail_list(NIL, NIL, "*");
		assert_string_equal(test_callbacks.listed,
		    "/ d 0x22\n/ d/box 0x9\n- INBOX 0x1\n");
		assert_int_equal(count_files(), 1);
		end();
	}
}

static void
test_directory_of_the_killed_is_removed(void **state)
{
	(void)state;
	begin();
	kill_locker(BEFORE_LINK);
	kill_locker(BEFORE_LINK);
	assert_true(count_files() > 0);
	assert_true(mail_delete(NIL, "d"));
	assert_false(tmpdir_has(&tmp, "home/d"));
	end();
}

/* What the pid in name and content means. */
enum who { DEAD, PARENT };

static const struct {
	const char *name;    /* %ld is the pid, %s the host */
	const char *content; /* the same */
	enum who who;
	int age; /* in seconds */
	bool is_post, goes;
} posts[] = {
	{ "box.lock.1709629200.%ld.%s", "%ld:%s", DEAD, 0, true, true },
	{ "box.lock.1709629200.%ld.%s", "%ld:%s", PARENT, 9000, true, false },
	/* killed before it said who made it; or of another program */
	{ "box.lock.1709629200.%ld.%s", "", DEAD, 0, true, false },
	{ "box.lock.1709629200.%ld.%s", "", DEAD, 100, true, true },
	{ "box.lock.1709629200.%ld.%s", "", PARENT, 9000, true, false },
	{ "box.lock.1709629200.%ld.%s", "%ld:%s.x", DEAD, 9000, true, false },
	{ "a.lock.x.lock.1.%ld.%s", "%ld:%s", DEAD, 0, true, true },
	/* moved aside */
	{ "box.lock.1709629200.%ld.stale", "%ld:%s", DEAD, 0, true, true },
	{ "box.lock.1709629200.%ld.stale", "", DEAD, 0, true, false },
	{ "box.lock.1709629200.%ld.stale", "", DEAD, 100, true, true },
	{ "box.lock.1709629200.%ld.stale", "1512\n", DEAD, 100, true, true },
	{ "box.lock.1709629200.%ld.stale", "", PARENT, 9000, true, false },
	/* no posts, or none of ours */
	{ "box.lock.1709629200.%ld.%s.x", "%ld:%s", DEAD, 9000, false, false },
	{ "box.lock.1709629200.%ld", "%ld:%s", DEAD, 9000, false, false },
	{ "box.lock.1709629200.%ld.", "%ld:%s", DEAD, 9000, false, false },
	{ "box.lock.x.%ld.%s", "%ld:%s", DEAD, 9000, false, false },
	{ "box.lock..%ld.%s", "%ld:%s", DEAD, 9000, false, false },
	{ ".lock.1709629200.%ld.%s", "%ld:%s", DEAD, 9000, false, false },
	{ "box.lock.1.99999999999999999999%ld.%s", "", DEAD, 9000, false,
	    false },
	{ "box.lock", "%ld:%s", DEAD, 9000, false, false },
	{ "box", "%ld:%s", DEAD, 9000, false, false },
};

static void
test_what_is_a_post(void **state)
{
	pid_t dead = dead_process();

	(void)state;
	for (size_t i = 0; i < COUNT(posts); i++) {
		long pid = posts[i].who == DEAD ? dead : getppid();
		char name[256] = "home/d/", text[256];
		int fd;

		begin();
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(name + 7, sizeof(name) - 7, posts[i].name, pid,
		    mylocalhost());
		snprintf(text, sizeof(text), posts[i].content, pid,
		    mylocalhost());
#pragma GCC diagnostic pop
		tmpdir_write(&tmp, name, text, strlen(text));
		fd = directory();
		assert_int_equal(cc_dotlock_sweep(fd, name + 7,
				     time(NULL) + posts[i].age),
		    posts[i].is_post);
		close(fd);
		assert_int_equal(tmpdir_has(&tmp, name), !posts[i].goes);
		end();
	}
}

/* Somebody has its lock; it is large; it is no file. */
static void
test_posts_that_stay(void **state)
{
	char name[256], text[256];
	int64_t later;
	int dir, fd;

	(void)state;
	begin();
	later = time(NULL) + 9000;
	snprintf(name, sizeof(name), "home/d/box.lock.1.%ld.%s",
	    (long)dead_process(), mylocalhost());
	tmpdir_write(&tmp, name, "", 0);
	dir = directory();
	fd = open(tmpdir_path(&tmp, name), O_RDONLY);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
	assert_true(cc_dotlock_sweep(dir, name + 7, later));
	assert_true(tmpdir_has(&tmp, name));
	close(fd);
	memset(text, 'x', sizeof(text));
	tmpdir_write(&tmp, name, text, DOTLOCK_SIZE_MAX + 1);
	assert_false(cc_dotlock_sweep(dir, name + 7, later));
	assert_int_equal(unlink(tmpdir_path(&tmp, name)), 0);
	tmpdir_mkdir(&tmp, name);
	assert_false(cc_dotlock_sweep(dir, name + 7, later));
	assert_int_equal(rmdir(tmpdir_path(&tmp, name)), 0);
	assert_int_equal(symlink("/etc/passwd", tmpdir_path(&tmp, name)), 0);
	assert_false(cc_dotlock_sweep(dir, name + 7, later));
	assert_true(tmpdir_has(&tmp, name));
	close(dir);
	end();
}

/* The disk refuses to remove a lock that is given up: that is no lock of
 * anybody's, and the next who wants one has it. */
static void
test_lock_that_cannot_be_removed(void **state)
{
	static const int errors[] = { EIO, EACCES, EROFS, EPERM };
	struct dotlock lock;

	(void)state;
	begin();
	for (size_t i = 0; i < COUNT(errors); i++) {
		assert_int_equal(cc_dotlock_get(&lock, box, -1, 0), 0);
		assert_int_equal(count_files(), 1);
		errno = 0;
		refuse_unlink = errors[i];
		cc_dotlock_release(&lock);
		assert_int_equal(errno, 0);
		assert_int_equal(count_files(), 1);
		assert_int_equal(cc_dotlock_get(&lock, box, -1, 0), 0);
		cc_dotlock_release(&lock);
		assert_int_equal(count_files(), 0);
	}
	/* the post cannot: the lock holds all the same, and goes */
	refuse_unlink = EIO;
	assert_int_equal(cc_dotlock_get(&lock, box, -1, 0), 0);
	assert_int_equal(refuse_unlink, 0);
	assert_int_equal(count_files(), 2);
	cc_dotlock_release(&lock);
	assert_int_equal(count_files(), 1);
	mail_list(NIL, NIL, "d/*");
	assert_int_equal(count_files(), 0);
	end();
}

static int
link_dummy(void **state)
{
	(void)state;
	mail_link(&dummydriver);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_killed_is_not_listed),
		cmocka_unit_test(test_directory_of_the_killed_is_removed),
		cmocka_unit_test(test_what_is_a_post),
		cmocka_unit_test(test_posts_that_stay),
		cmocka_unit_test(test_lock_that_cannot_be_removed),
	};

	return cmocka_run_group_tests(tests, link_dummy, NULL);
}
