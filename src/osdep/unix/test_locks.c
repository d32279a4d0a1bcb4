/*
 * test_locks.c - flock, inode lock and dot-lock: against other processes,
 * other programs' locks, and whatever anybody may have put in their way.
 */
#include "test_util.h"

#include <dirent.h>
#include <errno.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "mail.h"
#include "osdep.h"
#include "cc_err.h"
#include "dotlock.h"
#include "env_state.h"
#include "fdlock.h"
#include "fs.h"
#include "inodelock.h"
#include "misc.h"
#include "test_callbacks.h"
#include "test_tmpdir.h"

#define SOON 10000 /* milliseconds; far more than is needed */

static int
open_file(struct tmpdir *t, const char *name)
{
	int fd = open(tmpdir_path(t, name), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	return fd;
}

/* Runs hold in another process; when this returns it has what it wanted. It
 * goes on holding until the pipe that end_holder closes ends. */
struct holder {
	pid_t pid;
	int go; /* its end is ours to close */
};

static struct holder
start_holder(bool (*hold)(const char *path), const char *path)
{
	int ready[2], go[2];
	struct holder h;
	char c = 0;

	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(go), 0);
	h.pid = fork();
	if (h.pid == 0) {
		close(go[1]);
		c = hold(path) ? '+' : '-';
		if (write(ready[1], &c, 1) == 1 && read(go[0], &c, 1) == 0)
			_exit(0);
		_exit(1);
	}
	close(ready[1]);
	close(go[0]);
	assert_int_equal(read(ready[0], &c, 1), 1);
	assert_int_equal(c, '+');
	close(ready[0]);
	h.go = go[1];
	return h;
}

static void
end_holder(struct holder *h)
{
	int status;

	close(h->go);
	assert_int_equal(waitpid(h->pid, &status, 0), h->pid);
	assert_int_equal(status, 0);
}

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
hold_flock_ex(const char *path)
{
	return flock(open(path, O_RDWR), LOCK_EX | LOCK_NB) == 0;
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

/* ------------------------------------------------------------ inode locks */

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

/* What only the owner of a lock may do. */
static void
be_alone(struct tmpdir *t)
{
	const char *mark = tmpdir_path(t, "mark");
	int fd = open(mark, O_WRONLY | O_CREAT | O_EXCL, 0600);

	if (fd < 0 || unlink(mark) != 0)
		_exit(2);
	close(fd);
}

/* Processes that all take a lock, are alone, and drop it. */
static void
compete(struct tmpdir *t, void (*once)(struct tmpdir *t), int times)
{
	enum { PROCESSES = 4 };
	int status;

	for (int i = 0; i < PROCESSES; i++)
		if (fork() == 0) {
			for (int n = 0; n < times; n++)
				once(t);
			_exit(0);
		}
	for (int i = 0; i < PROCESSES; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
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

/* -------------------------------------------------------------- dot-locks */

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

/* ------------------------------------------------------- public functions */

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
		cmocka_unit_test(test_fdlock),
		cmocka_unit_test(test_fdlock_held),
		cmocka_unit_test(test_fdlock_waits),
		cmocka_unit_test(test_inodelock_name),
		cmocka_unit_test(test_inodelock_holder),
		cmocka_unit_test(test_inodelock_shared),
		cmocka_unit_test(test_inodelock_content),
		cmocka_unit_test(test_inodelock_tricks),
		cmocka_unit_test(test_inodelock_other_owner),
		cmocka_unit_test(test_inodelock_processes),
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
		cmocka_unit_test(test_public_inodelock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
