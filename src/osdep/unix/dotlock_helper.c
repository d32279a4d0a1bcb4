/*
 * dotlock_helper.c - dot-locks by the mlock program, for directories that the
 * user may not write to.
 *
 * mlock runs with the spool's group. It is a grandchild, so that nobody has
 * to wait for it, in a process group of its own, and inherits the mailbox as
 * descriptor 3 and its pipes; it removes the lock when its input ends, so
 * that the lock goes with us however we end. Where set-group-id has no effect
 * (no_new_privs) or in a chroot it is not tried.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mail.h"
#include "osdep.h"
#include "cc_err.h"
#include "dotlock.h"
#include "env_state.h"
#include "misc.h"

/* Milliseconds that mlock itself may try. */
#define HELPER_WAIT_MAX (5 * 60 * 1000)
#define HELPER_WAIT_MIN 1000

#define MAILBOX_FD 3 /* in the helper */
#define MAILBOX_FD_ARG "3"

static const char *const programs[] = {
#ifdef LOCKPGM
	LOCKPGM,
#else
	"/usr/libexec/mlock",
	"/usr/sbin/mlock",
	"/etc/mlock",
	"/usr/bin/mlock",
#endif
};

static const char *
find_program(void)
{
	if (cc_env()->closed_box || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0))
		return NULL;
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if (access(programs[i], X_OK) == 0)
			return programs[i];
	return NULL;
}

/* In the grandchild: in, out and box are above 2, and 3 if need be. */
static _Noreturn void
run(const char *program, const char *path, int box, int in, int out)
{
	char *argv[] = { (char *)program, MAILBOX_FD_ARG, (char *)path, NULL };

	setpgid(0, 0);
	if (dup2(in, 0) == 0 && dup2(out, 1) == 1 && dup2(out, 2) == 2 &&
	    dup2(box, MAILBOX_FD) == MAILBOX_FD &&
	    close_range(MAILBOX_FD + 1, ~0u, 0) == 0)
		execv(program, argv);
	_exit(127);
}

/* Starts it; the descriptors are the helper's ends. 0 or CC_EACCESS. */
static int
start(const char *program, const char *path, int box, int in, int out)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (fork() == 0)
			run(program, path, box, in, out);
		_exit(0);
	}
	if (pid < 0)
		return CC_EACCESS;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return 0;
}

/* A descriptor above those that the helper's will have; the old is closed. */
static int
move_up(int fd)
{
	int up = fcntl(fd, F_DUPFD_CLOEXEC, MAILBOX_FD + 1);

	close(fd);
	return up;
}

/* A pipe whose ends are above 3. */
static int
make_pipe(int ends[2])
{
	if (pipe2(ends, O_CLOEXEC) != 0)
		return CC_EACCESS;
	ends[0] = move_up(ends[0]);
	ends[1] = move_up(ends[1]);
	return ends[0] < 0 || ends[1] < 0 ? CC_EACCESS : 0;
}

/* The helper's answer as a code. */
static int
wait_answer(int fd, int wait_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char answer = '?';

	if (wait_ms < HELPER_WAIT_MIN)
		wait_ms = HELPER_WAIT_MIN;
	if (wait_ms > HELPER_WAIT_MAX)
		wait_ms = HELPER_WAIT_MAX;
	if (poll(&p, 1, wait_ms) <= 0)
		return CC_EBUSY;
	if (read(fd, &answer, 1) != 1)
		answer = '?';
	return answer == '+' ? 0 : answer == '-' ? CC_EBUSY : CC_EACCESS;
}

static void
close_pair(int ends[2])
{
	for (int i = 0; i < 2; i++)
		if (ends[i] >= 0)
			close(ends[i]);
}

int
cc_dotlock_helper(struct dotlock *lock_r, const char *path, int fd, int wait_ms)
{
	const char *program = find_program();

	if (program && path[0] == '/')
		return cc_dotlock_helper_run(program, lock_r, path, fd,
		    wait_ms);
	errno = EACCES;
	return CC_EACCESS;
}

int
cc_dotlock_helper_run(const char *program, struct dotlock *lock_r,
    const char *path, int fd, int wait_ms)
{
	int in[2] = { -1, -1 }, out[2] = { -1, -1 };
	int box, r = CC_EACCESS;

	box = fcntl(fd, F_DUPFD_CLOEXEC, MAILBOX_FD + 1);
	if (box >= 0 && (r = make_pipe(in)) == 0 && (r = make_pipe(out)) == 0)
		r = start(program, path, box, in[0], out[1]);
	/* Its ends are closed here, so that its end shows as end of file. */
	if (in[0] >= 0)
		close(in[0]);
	if (out[1] >= 0)
		close(out[1]);
	in[0] = out[1] = -1;
	if (box >= 0)
		close(box);
	if (r == 0)
		r = wait_answer(out[0], wait_ms);
	if (r != 0) {
		close_pair(in);
		close_pair(out);
		errno = EACCES;
		return r;
	}
	*lock_r = (struct dotlock)DOTLOCK_NONE;
	lock_r->name = cpystr(path); /* its own: mlock's is not ours */
	lock_r->helper_in = out[0];
	lock_r->helper_out = in[1];
	return 0;
}
