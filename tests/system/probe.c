/*
 * probe.c - a server whose session shows what a session gets, for the tests of
 * the login.
 *
 * Started as root it is the monitor that all servers have. As session it says
 * who it is, and tries what a line of the client asks for: it stands for a
 * session that was taken over.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "dotlock.h"
#include "fs.h"
#include "login_monitor.h"
#include "login_session.h"
#include "sandbox.h"

static void
say_groups(void)
{
	gid_t groups[64];
	int n = getgroups(64, groups);

	printf("groups=");
	for (int i = 0; i < n; i++)
		printf("%s%u", i ? "," : "", (unsigned)groups[i]);
}

static void
say_ids(void)
{
	uid_t r, e, s;
	gid_t rg, eg, sg;

	if (getresuid(&r, &e, &s) != 0 || getresgid(&rg, &eg, &sg) != 0)
		_exit(3);
	printf("* ids uid=%u,%u,%u gid=%u,%u,%u ", r, e, s, rg, eg, sg);
	say_groups();
	printf(" back=%d pid=%d\r\n", setuid(0), (int)getpid());
}

static bool fds_at_start[64];

static void
note_fds(void)
{
	for (int fd = 0; fd < 64; fd++)
		fds_at_start[fd] = fcntl(fd, F_GETFD) >= 0;
}

static void
say_fds(void)
{
	printf("* fds");
	for (int fd = 0; fd < 64; fd++)
		if (fds_at_start[fd])
			printf(" %d", fd);
	printf("\r\n");
}

static void
say_environment(void)
{
	extern char **environ;

	printf("* env");
	for (char **e = environ; *e; e++)
		printf(" %s", *e);
	printf("\r\n");
}

static const struct session_record *who;

static void
say_record(void)
{
	printf("* record uid=%u user=%s home=%s typed=%s mech=%s admin=%s "
	       "client=%s server=%s tag=%s tls=%d keeper=%d config=%s\r\n",
	    (unsigned)who->uid, who->user, who->home, who->typed,
	    who->mechanism, who->admin, who->client, who->server, who->tag,
	    who->tls, who->lockkeeper, who->config);
}

static void
confine(bool anonymous)
{
	struct sandbox_paths paths;

	cc_sandbox_init(&paths);
	paths.kisses = !anonymous;
	cc_sandbox_allow_system(&paths, NULL);
	cc_sandbox_allow(&paths, who->home, SANDBOX_WRITE);
	cc_sandbox_allow(&paths, "/tmp", SANDBOX_WRITE);
	cc_sandbox_allow(&paths, "/var/mail", SANDBOX_WRITE);
	printf("* sandbox %d\r\n", cc_sandbox_session(&paths));
	cc_sandbox_explain(&paths, "/home/secret/mbox");
	cc_sandbox_explain(&paths, "/home/secret/other");
	cc_sandbox_free(&paths);
}

/* The log's socket, the only one that could send to somebody else. */
static int
log_socket(void)
{
	int type;
	socklen_t len = sizeof(type);

	for (int fd = 3; fd < 64; fd++)
		if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
		    type == SOCK_DGRAM)
			return fd;
	return -1;
}

/* A datagram to a socket that is not the log's. */
static int
send_to(const char *path, bool by_message)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	char octet = 'x';
	struct iovec iov = { &octet, 1 };
	struct msghdr msg = { .msg_name = &to,
		.msg_namelen = sizeof(to),
		.msg_iov = &iov,
		.msg_iovlen = 1 };

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	if (by_message)
		return (int)sendmsg(log_socket(), &msg, 0);
	return (int)sendto(log_socket(), &octet, 1, 0,
	    (const struct sockaddr *)&to, sizeof(to));
}

/* Lets the kernel signal a process when something can be read. */
static int
set_owner(const char *pid)
{
	return fcntl(0, F_SETOWN, (pid_t)strtol(pid, NULL, 10));
}

/* "PID SIGNAL", each a number. */
static int
signal_process(const char *arg)
{
	char *end;
	pid_t pid = (pid_t)strtol(arg, &end, 10);

	return kill(pid, (int)strtol(end, NULL, 10));
}

/* The same for a thread. */
static int
signal_thread(const char *arg)
{
	char *end;
	pid_t pid = (pid_t)strtol(arg, &end, 10);

	return (int)syscall(SYS_tgkill, pid, pid, strtol(end, NULL, 10));
}

/* Returns 0 for what could be done, else the error. */
static int
attempt(const char *what, const char *arg)
{
	char *argv[] = { (char *)(uintptr_t) "true", NULL };
	char *none[] = { NULL };
	int r = -1;

	errno = 0;
	if (strcmp(what, "open") == 0)
		r = open(arg, O_RDONLY);
	else if (strcmp(what, "create") == 0)
		r = open(arg, O_WRONLY | O_CREAT, 0600);
	else if (strcmp(what, "unlink") == 0)
		r = unlink(arg);
	else if (strcmp(what, "socket") == 0)
		r = socket(AF_INET, SOCK_STREAM, 0);
	else if (strcmp(what, "local") == 0)
		r = socket(AF_UNIX, SOCK_STREAM, 0);
	else if (strcmp(what, "fork") == 0)
		r = fork();
	else if (strcmp(what, "exec") == 0)
		r = execve("/bin/true", argv, none);
	else if (strcmp(what, "ptrace") == 0)
		r = (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	else if (strcmp(what, "kill") == 0)
		r = signal_process(arg);
	else if (strcmp(what, "tgkill") == 0)
		r = signal_thread(arg);
	else if (strcmp(what, "owner") == 0)
		r = set_owner(arg);
	else if (strcmp(what, "sendto") == 0)
		r = send_to(arg, false);
	else if (strcmp(what, "sendmsg") == 0)
		r = send_to(arg, true);
	return r >= 0 ? 0 : errno;
}

static void
lock(const char *what)
{
	char octet = *what;

	if (write(SESSION_FD_LOCKKEEPER, &octet, 1) != 1 ||
	    read(SESSION_FD_LOCKKEEPER, &octet, 1) != 1)
		octet = '?';
	printf("* lock %c\r\n", octet);
}

/* Says that many octets. */
static void
say_many(long count)
{
	while (count-- > 2)
		putchar('x');
	printf("\r\n");
}

/* Reads that many. */
static void
take_many(long count)
{
	long n = 0;

	while (n < count && getchar() != EOF)
		n++;
	printf("* took %ld\r\n", n);
}

/* False at the end. */
static bool
obey(char *line)
{
	char *arg = strchr(line, ' ');

	if (arg)
		*arg++ = '\0';
	if (strcmp(line, "ids") == 0)
		say_ids();
	else if (strcmp(line, "fds") == 0)
		say_fds();
	else if (strcmp(line, "env") == 0)
		say_environment();
	else if (strcmp(line, "record") == 0)
		say_record();
	else if (strcmp(line, "confine") == 0)
		confine(arg && strcmp(arg, "anonymous") == 0);
	else if (strcmp(line, "lock") == 0 && arg)
		lock(arg);
	else if (strcmp(line, "log") == 0)
		syslog(LOG_INFO, "probe %s", arg ? arg : "");
	else if (strcmp(line, "many") == 0 && arg)
		say_many(strtol(arg, NULL, 10));
	else if (strcmp(line, "take") == 0 && arg)
		take_many(strtol(arg, NULL, 10));
	else if (strcmp(line, "abort") == 0)
		abort();
	else if (strcmp(line, "exit") == 0)
		return false;
	else
		printf("* %s %d\r\n", line, attempt(line, arg ? arg : ""));
	printf("done\r\n");
	fflush(stdout);
	return true;
}

static int
serve(void)
{
	struct session_record record;
	char line[1024];
	int r = cc_session_record_read(SESSION_FD_RECORD, &record);

	if (r != 0)
		return 2;
	who = &record;
	close(SESSION_FD_RECORD);
	openlog("probe", LOG_PID | LOG_NDELAY, LOG_MAIL);
	printf("%s OK probe ahead=%.*s\r\n", record.tag, (int)record.ahead.len,
	    record.ahead.p);
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\r\n")] = '\0';
		if (!obey(line))
			return 5;
	}
	return 1;
}

int
main(int argc, char **argv)
{
	note_fds();
	if (argc == 2 && strcmp(argv[1], SESSION_ARG) == 0)
		return serve();
	return geteuid() == 0 ? cc_login_monitor(argc, argv, "imap") : 1;
}
