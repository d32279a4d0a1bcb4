/*
 * login_monitor_spawn.c - the monitor's children, each with just the
 * descriptors it needs.
 *
 * All become other programs, and so hold nothing of the monitor's memory. The
 * session does so after it has become the user, for good.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include "cc_err.h"
#include "login_account.h"
#include "login_monitor.h"
#include "login_session.h"
#include "strbuf.h"

#define OWN_IMAGE "/proc/self/exe"
#define SPARE_FD 20 /* above all numbers that children know */

/* Of a session until it is executed: where it reports that it cannot be, and
 * the image. */
#define REPORT_FD 40
#define IMAGE_FD 41

extern char **environ;

/* What is left of the environment; clearenv makes environ NULL, which fexecve
 * does not take. */
static char **
environment(void)
{
	static char *none[] = { NULL };

	return environ ? environ : none;
}

/* BIN/../libexec/cedar/NAME, BIN being where this program lies. */
static int
program_path(char *path, size_t size, const char *name)
{
	char self[PATH_MAX];
	ssize_t n = readlink(OWN_IMAGE, self, sizeof(self) - 1);
	int len;

	if (n <= 0)
		return CC_EIO;
	self[n] = '\0';
	len =
	    snprintf(path, size, "%s/../libexec/cedar/%s", dirname(self), name);
	return len > 0 && (size_t)len < size ? 0 : CC_EIO;
}

/* Why a child could not become a program is asked behind it: it had no log. */
void
cc_monitor_log_unexecuted(const char *name)
{
	char path[PATH_MAX];

	if (program_path(path, sizeof(path), name) != 0)
		syslog(LOG_ALERT, "cannot execute %s", name);
	else if (access(path, X_OK) != 0)
		syslog(LOG_ALERT, "cannot execute %.255s: %s", path,
		    strerror(errno));
	else
		syslog(LOG_ALERT, "cannot execute %.255s", path);
}

/*
 * Gives the child descriptors 0, 1, ... count-1 as listed, -1 standing for
 * /dev/null, and no others but REPORT_FD and IMAGE_FD with `image`, which an
 * exec closes. All are first moved out of the way, as one of them may have a
 * number that another one shall get.
 */
static int
take_fds(const int *fds, int count, bool image)
{
	int high[8];

	for (int i = 0; i < count; i++) {
		high[i] = fds[i] >= 0 ? fds[i] : open("/dev/null", O_RDWR);
		high[i] = fcntl(high[i], F_DUPFD_CLOEXEC, SPARE_FD);
		if (high[i] < 0)
			return CC_EIO;
	}
	for (int i = 0; i < count; i++)
		if (dup2(high[i], i) != i)
			return CC_EIO;
	if (!image)
		return close_range((unsigned)count, ~0u, 0);
	return close_range((unsigned)count, REPORT_FD - 1, 0) ||
	    close_range(IMAGE_FD + 1, ~0u, 0);
}

/* In the child: becomes the program name of libexec, called argv0, with one
 * argument or none. */
static void
become_program(const char *name, char *argv0, char *arg, const int *fds,
    int count)
{
	char path[PATH_MAX];
	char *argv[] = { argv0, arg, NULL };

	cc_monitor_reset_signals();
	if (program_path(path, sizeof(path), name) != 0 ||
	    take_fds(fds, count, false) != 0)
		return;
	execve(path, argv, environment());
}

int
cc_monitor_spawn_gate(struct monitor *m)
{
	char gate[] = "gate";
	int control[2], relay[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control) != 0)
		return CC_EIO;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, relay) != 0) {
		close(control[0]);
		close(control[1]);
		return CC_EIO;
	}
	pid = fork();
	if (pid == 0) {
		const int fds[] = { 0, 1, -1, control[1], relay[1] };

		become_program("gate", gate, NULL, fds, 5);
		_exit(LOGIN_EXIT_UNEXECUTED);
	}
	close(control[1]);
	close(relay[1]);
	m->control = control[0];
	m->relay = relay[0];
	m->gate = (struct monitor_child){ .pid = pid };
	return pid < 0 ? CC_EIO : 0;
}

int
cc_monitor_spawn_auth(struct monitor *m, bool token, int *fd_r)
{
	char arg[] = LOGIN_AUTH_TOKEN;
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return CC_EIO;
	pid = fork();
	if (pid == 0) {
		const int fds[] = { -1, -1, -1, pair[1] };

		/* Its name in the log is the server's. */
		become_program("auth", m->program, token ? arg : NULL, fds, 4);
		_exit(LOGIN_EXIT_UNEXECUTED);
	}
	close(pair[1]);
	m->auth_child = (struct monitor_child){ .pid = pid };
	if (pid > 0) {
		*fd_r = pair[0];
		return 0;
	}
	close(pair[0]);
	return CC_EIO;
}

/* In the child: the user, and the same program afresh. Returns on failure
 * only, and then nothing has been said to the client. */
static void
become_session(struct monitor *m, int client_in, int client_out, int record,
    int keeper)
{
	const int fds[] = { client_in, client_out, -1, record, keeper };
	const struct login_verdict *v = &m->verdict;
	char *argv[] = { m->program, (char *)(uintptr_t)SESSION_ARG, NULL };
	int image;

	cc_monitor_reset_signals();
	/* The image is opened while we may: it can lie where the user may
	 * not look. */
	image = open(OWN_IMAGE, O_PATH | O_CLOEXEC);
	if (image < 0 || dup3(image, IMAGE_FD, O_CLOEXEC) != IMAGE_FD)
		return;
	if (cc_login_become(v->name, v->uid, v->gid) != 0)
		return;
	if (chdir(v->home) != 0 && chdir("/") != 0)
		return;
	if (take_fds(fds, keeper >= 0 ? 5 : 4, true) != 0)
		return;
	fexecve(IMAGE_FD, argv, environment());
}

/* Becomes the session, or reports the errno. */
static _Noreturn void
begin_session(struct monitor *m, int record, int keeper, int report)
{
	bool tls = m->state == LOGIN_STATE_RELAY;

	if (dup3(report, REPORT_FD, O_CLOEXEC) == REPORT_FD) {
		become_session(m, tls ? m->relay : 0, tls ? m->relay : 1,
		    record, keeper);
		if (write(REPORT_FD, &errno, sizeof(errno)) < 0)
			_exit(LOGIN_EXIT_UNEXECUTED);
	}
	_exit(LOGIN_EXIT_UNEXECUTED);
}

/* Until the child is the session: 0, or CC_EIO and its errno. Name services may
 * take their time over the groups of the user. */
static int
await_session(struct monitor *m, int report)
{
	int failure = 0, r;

	do
		r = cc_monitor_wait(m, report, -1);
	while (r == CC_EBUSY);
	if (r == 0 && read(report, &failure, sizeof(failure)) == 0)
		return 0;
	errno = failure;
	return CC_EIO;
}

int
cc_monitor_spawn_session(struct monitor *m, int record, int keeper)
{
	int report[2], r = CC_EIO;
	pid_t pid;

	if (pipe2(report, O_CLOEXEC) != 0)
		return CC_EIO;
	pid = fork();
	if (pid == 0)
		begin_session(m, record, keeper, report[1]);
	close(report[1]);
	m->session = (struct monitor_child){ .pid = pid };
	if (pid > 0)
		r = await_session(m, report[0]);
	close(report[0]);
	return r;
}
