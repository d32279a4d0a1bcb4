/*
 * login_lockkeeper.c - makes and removes the dot-lock of one user's inbox,
 * where the spool directory is writable for its group only (dotlock.h has the
 * protocol, locking.md 3 the lock).
 *
 * Started by the monitor, with the user's uid and the spool's group; it can
 * reach the spool directory alone (Landlock), and make no call but those for
 * files and its socket. The name of the lock is fixed at the start: the session
 * can say when, never what. It waits for nobody and ends with the session.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "dotlock.h"
#include "dotlock_owner.h"
#include "filestat.h"
#include "login_account.h"
#include "login_monitor.h"
#include "sandbox.h"
#include "strbuf.h"

#ifndef CC_MAILSPOOL
#define CC_MAILSPOOL "/var/mail"
#endif

#define LOCK_MODE 0666    /* as all dot-locks (locking.md 3) */
#define STALE_SECONDS 300 /* of the lock's ctime */

struct keeper {
	int dir;                       /* the spool */
	char lock[LOGIN_USER_MAX + 8]; /* "NAME.lock" */
	struct utsname host;
	bool held;
	dev_t dev; /* of the lock that is held */
	ino_t ino;
	int fd; /* with its flock(), which says that we live */
};

/* The name that nobody else uses: of the hitching post, of a lock moved
 * aside. */
static const char *
own_name(const struct keeper *k, struct strbuf *name)
{
	cc_strbuf_reset(name);
	cc_strbuf_printf(name, "%s.%lld.%ld.%.64s", k->lock,
	    (long long)time(NULL), (long)getpid(), k->host.nodename);
	return cc_strbuf_str(name);
}

/* A lock that is too old is moved aside, looked at again, and removed; if it
 * was another one by then, it is put back. The octet to answer, '+' if the way
 * is free. */
static char
clear_way(struct keeper *k, struct strbuf *scratch)
{
	struct stat st, moved;
	const char *aside;

	if (fstatat(k->dir, k->lock, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return '+';
	if (S_ISREG(st.st_mode) && st.st_size > DOTLOCK_SIZE_MAX)
		return '!';
	if (!S_ISREG(st.st_mode) ||
	    (st.st_ctime > time(NULL) - STALE_SECONDS &&
		!cc_dotlock_is_orphan(k->dir, k->lock, k->host.nodename, &st)))
		return '-';
	aside = own_name(k, scratch);
	if (renameat(k->dir, k->lock, k->dir, aside) != 0)
		return '-';
	if (fstatat(k->dir, aside, &moved, AT_SYMLINK_NOFOLLOW) != 0)
		return '-';
	/* one that was made meanwhile may have the inode of the first */
	if (!is_same_file(&moved, &st) ||
	    !is_same_time(&moved.st_mtim, &st.st_mtim)) {
		if (linkat(k->dir, aside, k->dir, k->lock, 0) != 0)
			errno = 0; /* a third one was faster */
		unlinkat(k->dir, aside, 0);
		return '-';
	}
	return unlinkat(k->dir, aside, 0) == 0 ? '+' : '-';
}

/* One try; the octet to answer. */
static char
take(struct keeper *k, struct strbuf *scratch)
{
	const char *post;
	struct stat st;
	char answer;
	int fd, error;

	if (k->held)
		return '+';
	answer = clear_way(k, scratch);
	if (answer != '+')
		return answer;
	post = own_name(k, scratch);
	fd = openat(k->dir, post,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, LOCK_MODE);
	if (fd < 0)
		return '!';
	cc_dotlock_sign(fd, k->host.nodename);
	/* The link count tells the truth, the call's result may not; but a
	 * disk that refuses is no lock to wait for. */
	error = linkat(k->dir, post, k->dir, k->lock, 0) == 0 ? 0 : errno;
	answer = error == 0 || error == EEXIST || error == ENOENT ? '-' : '!';
	if (fstat(fd, &st) != 0) {
		answer = '!';
	} else if (st.st_nlink == 2) {
		fchmod(fd, LOCK_MODE);
		k->dev = st.st_dev;
		k->ino = st.st_ino;
		k->held = true;
		k->fd = fd;
		answer = '+';
	}
	if (!k->held)
		close(fd);
	unlinkat(k->dir, post, 0);
	return answer;
}

/* Gives the lock up, if it is still the one we made. */
static void
give_up(struct keeper *k)
{
	struct stat st;

	if (!k->held)
		return;
	k->held = false;
	if (fstatat(k->dir, k->lock, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_dev == k->dev && st.st_ino == k->ino)
		unlinkat(k->dir, k->lock, 0);
	close(k->fd);
}

static void
serve(struct keeper *k, int session)
{
	struct strbuf scratch;
	char octet;
	ssize_t n;

	cc_strbuf_init(&scratch, 256);
	own_name(k, &scratch);
	for (;;) {
		n = read(session, &octet, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n != 1 || (octet != 'L' && octet != 'U'))
			break;
		if (octet == 'L') {
			octet = take(k, &scratch);
		} else {
			give_up(k);
			octet = '+';
		}
		if (send(session, &octet, 1, MSG_NOSIGNAL) != 1)
			break;
	}
	give_up(k);
}

/* The child. */
static void
keep(const struct monitor *m, struct keeper *k, gid_t group, int session)
{
	/* Signals that are meant for the session must not leave a lock. */
	signal(SIGHUP, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	if (dup2(k->dir, 0) != 0 || dup2(session, 1) != 1 ||
	    close_range(2, ~0u, 0) != 0)
		return;
	k->dir = 0;
	umask(0);
	if (cc_login_become(NULL, m->verdict.uid, group) != 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
	    cc_sandbox_lockkeeper(k->dir) != 0)
		return;
	serve(k, 1);
}

/* The spool, if a lock in it needs the group and can be made with it. */
static int
open_spool(const struct monitor *m, struct keeper *k, struct stat *st)
{
	const char *path = m->config.system_inbox, *name = m->verdict.name;
	char dir[LOGIN_PATH_MAX + 1] = CC_MAILSPOOL;
	const char *slash;

	if (path[0] == '/') {
		slash = strrchr(path, '/');
		cc_login_put(dir, sizeof(dir), path, (size_t)(slash - path),
		    false);
		name = slash + 1;
	}
	if (name[0] == '\0' || strchr(name, '/') || strcmp(name, "..") == 0 ||
	    strcmp(name, ".") == 0 || strlen(name) > LOGIN_USER_MAX)
		return -1;
	snprintf(k->lock, sizeof(k->lock), "%s.lock", name);
	k->dir = open(dir[0] ? dir : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (k->dir < 0)
		return -1;
	if (fstat(k->dir, st) == 0 && (st->st_mode & S_IWGRP) &&
	    !(st->st_mode & S_IWOTH) && st->st_gid != 0)
		return 0;
	close(k->dir);
	return -1;
}

int
cc_monitor_spawn_keeper(struct monitor *m)
{
	struct keeper k = { .dir = -1 };
	struct stat st;
	int pair[2];
	pid_t pid;

	if (open_spool(m, &k, &st) != 0)
		return -1;
	uname(&k.host);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
		close(k.dir);
		return -1;
	}
	pid = fork();
	if (pid == 0) {
		keep(m, &k, st.st_gid, pair[1]);
		_exit(0);
	}
	close(pair[1]);
	close(k.dir);
	m->keeper = (struct monitor_child){ .pid = pid };
	if (pid > 0)
		return pair[0];
	m->keeper.pid = 0;
	close(pair[0]);
	return -1;
}
