/*
 * test_locks.h - other processes that hold locks, for the tests of fdlock.c,
 * inodelock.c and dotlock.c.
 */
#ifndef TEST_LOCKS_H
#define TEST_LOCKS_H

#include "test_util.h"

#include <errno.h>
#include <sys/file.h>
#include <sys/wait.h>

#include "cc_err.h"
#include "fs.h"
#include "mail.h"
#include "osdep.h"
#include "test_callbacks.h"
#include "test_tmpdir.h"

#define SOON 10000 /* milliseconds; far more than is needed */

static inline int
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

static inline struct holder
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

static inline void
end_holder(struct holder *h)
{
	int status;

	close(h->go);
	assert_int_equal(waitpid(h->pid, &status, 0), h->pid);
	assert_int_equal(status, 0);
}

/* What only the owner of a lock may do. */
static inline void
be_alone(struct tmpdir *t)
{
	const char *mark = tmpdir_path(t, "mark");
	int fd = open(mark, O_WRONLY | O_CREAT | O_EXCL, 0600);

	if (fd < 0 || unlink(mark) != 0)
		_exit(2);
	close(fd);
}

/* Processes that all take a lock, are alone, and drop it. */
static inline void
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

static inline bool
hold_flock_ex(const char *path)
{
	return flock(open(path, O_RDWR), LOCK_EX | LOCK_NB) == 0;
}

#endif
