/*
 * sandbox_calls.c - the system calls that each kind of process may make.
 *
 * Lists of what is allowed, never of what is not: a call that a later kernel
 * invents is refused. Older calls that some machines do not have stand behind
 * #ifdef.
 */
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "sandbox.h"
#include "sandbox_filter.h"

#define LIST(calls)                                                            \
	{                                                                      \
		(calls), sizeof(calls) / sizeof((calls)[0])                    \
	}

#define FCNTL(command)                                                         \
	{                                                                      \
		SYS_fcntl, 1, UINT32_MAX, (command)                            \
	}

/* Open descriptors, memory without new code, time, the end. */
static const struct sandbox_call calls_core[] = {
	SANDBOX_CALL(read),
	SANDBOX_CALL(write),
	SANDBOX_CALL(readv),
	SANDBOX_CALL(writev),
	SANDBOX_CALL(close),
	SANDBOX_CALL(ppoll),
#ifdef SYS_poll
	SANDBOX_CALL(poll),
#endif
	SANDBOX_CALL(recvfrom),
	/* To the peer only, with no address (its length is looked at, as a
	 * pointer cannot be); and without sendmsg and recvmsg no descriptor
	 * comes or goes. */
	{ SYS_sendto, 5, UINT32_MAX, 0 },
	SANDBOX_CALL(shutdown),
	SANDBOX_CALL(brk),
	SANDBOX_CALL(munmap),
	SANDBOX_CALL(mremap),
	SANDBOX_CALL(madvise),
	{ SYS_mmap, 2, PROT_EXEC, 0 },
	{ SYS_mprotect, 2, PROT_EXEC, 0 },
	SANDBOX_CALL(futex),
	SANDBOX_CALL(getrandom),
	SANDBOX_CALL(clock_gettime),
	SANDBOX_CALL(clock_nanosleep),
	SANDBOX_CALL(nanosleep),
	SANDBOX_CALL(gettimeofday),
#ifdef SYS_time
	SANDBOX_CALL(time),
#endif
	SANDBOX_CALL(getpid),
	SANDBOX_CALL(gettid),
	SANDBOX_CALL(rt_sigaction),
	SANDBOX_CALL(rt_sigprocmask),
	SANDBOX_CALL(rt_sigreturn),
	SANDBOX_CALL(restart_syscall),
	SANDBOX_CALL(sched_yield),
	SANDBOX_CALL(exit),
	SANDBOX_CALL(exit_group),
};

/* Files by name, as far as Landlock and the file's mode let them. */
static const struct sandbox_call calls_files[] = {
	SANDBOX_CALL(openat),
#ifdef SYS_open
	SANDBOX_CALL(open),
#endif
#ifdef SYS_creat
	SANDBOX_CALL(creat),
#endif
	SANDBOX_CALL(newfstatat),
	SANDBOX_CALL(fstat),
	SANDBOX_CALL(statx),
#ifdef SYS_stat
	SANDBOX_CALL(stat),
	SANDBOX_CALL(lstat),
#endif
	SANDBOX_CALL(faccessat),
	SANDBOX_CALL(faccessat2),
#ifdef SYS_access
	SANDBOX_CALL(access),
#endif
	SANDBOX_CALL(linkat),
#ifdef SYS_link
	SANDBOX_CALL(link),
#endif
	SANDBOX_CALL(renameat2),
#ifdef SYS_renameat
	SANDBOX_CALL(renameat),
#endif
#ifdef SYS_rename
	SANDBOX_CALL(rename),
#endif
	SANDBOX_CALL(unlinkat),
#ifdef SYS_unlink
	SANDBOX_CALL(unlink),
	SANDBOX_CALL(rmdir),
#endif
	SANDBOX_CALL(fchmod),
	SANDBOX_CALL(fchmodat),
#ifdef SYS_chmod
	SANDBOX_CALL(chmod),
#endif
	SANDBOX_CALL(fsync),
	/* Descriptors and locks. F_SETOWN and F_SETSIG are not here: they would
	 * be another way to signal. */
	FCNTL(F_DUPFD),
	FCNTL(F_DUPFD_CLOEXEC),
	FCNTL(F_GETFD),
	FCNTL(F_SETFD),
	FCNTL(F_GETFL),
	FCNTL(F_SETFL),
	FCNTL(F_GETLK),
	FCNTL(F_SETLK),
	FCNTL(F_SETLKW),
	FCNTL(F_OFD_GETLK),
	FCNTL(F_OFD_SETLK),
	FCNTL(F_OFD_SETLKW),
	SANDBOX_CALL(umask),
	SANDBOX_CALL(getuid),
	SANDBOX_CALL(geteuid),
	SANDBOX_CALL(getgid),
	SANDBOX_CALL(getegid),
	SANDBOX_CALL(uname),
};

/* What mail in files needs besides. */
static const struct sandbox_call calls_session[] = {
	SANDBOX_CALL(pread64),
	SANDBOX_CALL(pwrite64),
	SANDBOX_CALL(preadv),
	SANDBOX_CALL(pwritev),
	SANDBOX_CALL(preadv2),
	SANDBOX_CALL(pwritev2),
	SANDBOX_CALL(lseek),
	SANDBOX_CALL(sendfile),
	SANDBOX_CALL(copy_file_range),
	SANDBOX_CALL(splice),
	SANDBOX_CALL(ftruncate),
	SANDBOX_CALL(truncate),
	SANDBOX_CALL(fallocate),
	SANDBOX_CALL(fadvise64),
	SANDBOX_CALL(readahead),
	SANDBOX_CALL(fdatasync),
	SANDBOX_CALL(sync_file_range),
	SANDBOX_CALL(msync),
	SANDBOX_CALL(flock),
	SANDBOX_CALL(openat2),
	SANDBOX_CALL(getdents64),
	SANDBOX_CALL(statfs),
	SANDBOX_CALL(fstatfs),
	SANDBOX_CALL(readlinkat),
#ifdef SYS_readlink
	SANDBOX_CALL(readlink),
#endif
	SANDBOX_CALL(mkdirat),
#ifdef SYS_mkdir
	SANDBOX_CALL(mkdir),
#endif
	SANDBOX_CALL(symlinkat),
#ifdef SYS_symlink
	SANDBOX_CALL(symlink),
#endif
	SANDBOX_CALL(fchown),
	SANDBOX_CALL(fchownat),
	SANDBOX_CALL(utimensat),
#ifdef SYS_utimes
	SANDBOX_CALL(utimes),
#endif
#ifdef SYS_utime
	SANDBOX_CALL(utime),
#endif
#ifdef SYS_futimesat
	SANDBOX_CALL(futimesat),
#endif
	SANDBOX_CALL(getcwd),
	SANDBOX_CALL(chdir),
	SANDBOX_CALL(fchdir),
	SANDBOX_CALL(dup),
	SANDBOX_CALL(dup3),
#ifdef SYS_dup2
	SANDBOX_CALL(dup2),
#endif
	SANDBOX_CALL(pipe2),
#ifdef SYS_pipe
	SANDBOX_CALL(pipe),
#endif
	SANDBOX_CALL(memfd_create),
	SANDBOX_CALL(eventfd2),
	SANDBOX_CALL(signalfd4),
	SANDBOX_CALL(timerfd_create),
	SANDBOX_CALL(timerfd_settime),
	SANDBOX_CALL(timerfd_gettime),
	SANDBOX_CALL(inotify_init1),
	SANDBOX_CALL(inotify_add_watch),
	SANDBOX_CALL(inotify_rm_watch),
	SANDBOX_CALL(epoll_create1),
	SANDBOX_CALL(epoll_ctl),
	SANDBOX_CALL(epoll_pwait),
#ifdef SYS_epoll_wait
	SANDBOX_CALL(epoll_wait),
#endif
	SANDBOX_CALL(pselect6),
#ifdef SYS_select
	SANDBOX_CALL(select),
#endif
	/* Character set modules of iconv(3) are code that is loaded late. */
	SANDBOX_CALL(mmap),
	SANDBOX_CALL(mprotect),
	SANDBOX_CALL(mlock),
	SANDBOX_CALL(munlock),
	SANDBOX_CALL(mincore),
	SANDBOX_CALL(rt_sigpending),
	SANDBOX_CALL(rt_sigsuspend),
	SANDBOX_CALL(rt_sigtimedwait),
	SANDBOX_CALL(sigaltstack),
	SANDBOX_CALL(setitimer),
	SANDBOX_CALL(getitimer),
#ifdef SYS_alarm
	SANDBOX_CALL(alarm),
#endif
#ifdef SYS_pause
	SANDBOX_CALL(pause),
#endif
	SANDBOX_CALL(clock_getres),
	SANDBOX_CALL(times),
	SANDBOX_CALL(getrusage),
	SANDBOX_CALL(sysinfo),
	SANDBOX_CALL(getresuid),
	SANDBOX_CALL(getresgid),
	SANDBOX_CALL(getgroups),
	SANDBOX_CALL(getppid),
	SANDBOX_CALL(getpgid),
	SANDBOX_CALL(getsid),
	{ SYS_prlimit64, 0, UINT32_MAX, 0 },
#ifdef SYS_getrlimit
	SANDBOX_CALL(getrlimit),
#endif
	SANDBOX_CALL(sched_getaffinity),
	SANDBOX_CALL(set_robust_list),
	SANDBOX_CALL(rseq),
	SANDBOX_CALL(getsockname),
	SANDBOX_CALL(getpeername),
	SANDBOX_CALL(getsockopt),
	SANDBOX_CALL(wait4),
	{ SYS_ioctl, 1, UINT32_MAX, FIONREAD },
	{ SYS_ioctl, 1, UINT32_MAX, TCGETS },
};

/* Is there such a process? And the kiss of death (unix_kept.c). */
static const struct sandbox_call calls_probe[] = {
	{ SYS_kill, 1, UINT32_MAX, 0 },
};

static const struct sandbox_call calls_kiss[] = {
	{ SYS_kill, 1, UINT32_MAX, SIGUSR2 },
};

/* Connections to other servers, where the configuration wants them. */
static const struct sandbox_call calls_network[] = {
	{ SYS_socket, 0, UINT32_MAX, AF_INET },
	{ SYS_socket, 0, UINT32_MAX, AF_INET6 },
	{ SYS_socket, 0, UINT32_MAX, AF_UNIX },
	{ SYS_socket, 0, UINT32_MAX, AF_NETLINK },
	SANDBOX_CALL(connect),
	SANDBOX_CALL(bind),
	SANDBOX_CALL(setsockopt),
	SANDBOX_CALL(sendto),
	SANDBOX_CALL(sendmsg),
	SANDBOX_CALL(recvmsg),
	SANDBOX_CALL(sendmmsg),
	SANDBOX_CALL(recvmmsg),
	{ SYS_ioctl, 1, UINT32_MAX, FIONBIO },
};

/* Name services of the account databases may live behind a local socket. */
static const struct sandbox_call calls_local[] = {
	{ SYS_socket, 0, UINT32_MAX, AF_UNIX },
	SANDBOX_CALL(connect),
	SANDBOX_CALL(setsockopt),
	SANDBOX_CALL(sendto),
	SANDBOX_CALL(sendmsg),
	SANDBOX_CALL(recvmsg),
	SANDBOX_CALL(sendmmsg),
};

/* Only O_NONBLOCK and its like, and when TCP acknowledges, can be set with
 * these. */
static const struct sandbox_call calls_gate[] = {
	{ SYS_setsockopt, 2, UINT32_MAX, TCP_QUICKACK },
	FCNTL(F_GETFL),
	FCNTL(F_SETFL),
#ifdef __SANITIZE_ADDRESS__
	SANDBOX_CALL(sigaltstack),
#endif
};

int
cc_sandbox_gate(void)
{
	static const struct sandbox_list lists[] = { LIST(calls_core),
		LIST(calls_gate) };

	return cc_sandbox_filter(lists, 2, SANDBOX_KILL);
}

int
cc_sandbox_auth(void)
{
	static const struct sandbox_list lists[] = { LIST(calls_core),
		LIST(calls_files), LIST(calls_session), LIST(calls_local) };

	return cc_sandbox_filter(lists, 4, SANDBOX_EPERM);
}

int
cc_sandbox_resolver(void)
{
	static const struct sandbox_list lists[] = { LIST(calls_core),
		LIST(calls_files), LIST(calls_session), LIST(calls_network) };

	return cc_sandbox_filter(lists, 4, SANDBOX_EPERM);
}

int
cc_sandbox_calls_lockkeeper(void)
{
	static const struct sandbox_call asks[] = {
		SANDBOX_CALL(flock), /* of a lock file: its maker lives */
		SANDBOX_CALL(pread64),
	};
	static const struct sandbox_list lists[] = { LIST(calls_core),
		LIST(calls_files), LIST(calls_probe), LIST(asks) };

	return cc_sandbox_filter(lists, 4, SANDBOX_KILL);
}

int
cc_sandbox_calls_session(bool network, bool kisses)
{
	/* abort(3) and raise(3) */
	struct sandbox_call own[] = {
		{ SYS_tgkill, 0, UINT32_MAX, (uint32_t)getpid() },
	};
	struct sandbox_list lists[7] = { LIST(calls_core), LIST(calls_files),
		LIST(calls_session), LIST(calls_probe), LIST(own) };
	size_t count = 5;

	if (kisses)
		lists[count++] = (struct sandbox_list)LIST(calls_kiss);
	if (network)
		lists[count++] = (struct sandbox_list)LIST(calls_network);
	return cc_sandbox_filter(lists, count, SANDBOX_EPERM);
}
