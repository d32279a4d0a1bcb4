/*
 * test_mboxfile_status.h - a mailbox that STATUS is asked of: what is read of
 * it and which locks are taken is counted, its file's times and the machine's
 * clock are what a test wants, and others write to it at any moment.
 */
#ifndef TEST_MBOXFILE_STATUS_H
#define TEST_MBOXFILE_STATUS_H

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <sys/syscall.h>
#include <time.h>

#include "test_unix.h"

#include "cc_limits.h"
#include "mboxfile_status.h"
#include "test_seed.h"

#define TABLE "home/.cedar/status"

#define ALL (SA_MESSAGES | SA_RECENT | SA_UNSEEN | SA_UIDNEXT | SA_UIDVALIDITY)

#define STATE(status, uid)                                                     \
	"Status: " status "\nX-Status: \nX-Keywords:          \nX-UID: " uid   \
	"\n"

/* Two messages, the first of them read. */
#define TWO                                                                    \
	FROM "Subject: s\n" BASE STATE("RO", "6") "\nbody\n\n" FROM2           \
						  "Subject: t\n" STATE("O ",   \
						      "7") "\ntext\n\n"

/* ---------------------------------------------------------------- the scene */

/* When somebody delivers without a lock, or writes flags. */
enum { NEVER, WHEN_COUNTED, AT_THE_END, WHEN_READ, WHEN_MARKED };

static struct {
	bool in_seconds; /* all times of files */
	bool refused;    /* the mailbox may not be opened */
	bool frozen;     /* the clock of the mailbox's file */
	bool others;     /* the table is another user's */
	bool full;       /* the disk */
	time_t started;  /* seconds by which the machine started later */
	time_t set;      /* seconds by which the clock was set */
	int intrude;     /* NEVER, ... */
	unsigned asked;  /* times of the mailbox since they were set */
	unsigned reads;  /* of the mailbox */
	unsigned locks;  /* dot-locks made */
} scene;

static struct timespec frozen_at;

static inline int
coarse(int r, struct stat *st)
{
	if (scene.in_seconds)
		st->st_mtim.tv_nsec = st->st_ctim.tv_nsec = 0;
	if (scene.frozen)
		st->st_mtim = st->st_ctim = frozen_at;
	return r;
}

static inline void
read_second(void)
{
	patch("O \nX-Status: \nX-Keywords:          \nX-UID: 7",
	    "RO\nX-Status: \nX-Keywords:          \nX-UID: 7");
}

/* The second message is read now, as the file's times say, or not. */
static inline void
write_flags(bool restored)
{
	struct timespec times[2];
	struct stat st;

	scene.intrude = NEVER;
	assert_int_equal(fstatat(AT_FDCWD, tmpdir_path(&tmp, "home/box"), &st,
			     0),
	    0);
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	read_second();
	if (restored)
		assert_int_equal(utimensat(AT_FDCWD,
				     tmpdir_path(&tmp, "home/box"), times, 0),
		    0);
}

static inline bool
is_that_of_box(const struct stat *st)
{
	struct stat box;

	return fstatat(AT_FDCWD, tmpdir_path(&tmp, "home/box"), &box, 0) == 0 &&
	    st->st_ino == box.st_ino;
}

int
fstat(int fd, struct stat *st)
{
	int r = fstatat(fd, "", st, AT_EMPTY_PATH);

	if (r != 0)
		return r;
	if (scene.others && S_ISREG(st->st_mode) && !is_that_of_box(st))
		st->st_uid++;
	if (scene.intrude == WHEN_MARKED && is_that_of_box(st) &&
	    scene.asked++ == 1) {
		write_flags(false);
		r = fstatat(fd, "", st, AT_EMPTY_PATH);
	}
	return coarse(r, st);
}

int
stat(const char *path, struct stat *st)
{
	return coarse(fstatat(AT_FDCWD, path, st, 0), st);
}

int
clock_gettime(clockid_t clock, struct timespec *t)
{
	int r = (int)syscall(SYS_clock_gettime, clock, t);

	if (clock == CLOCK_BOOTTIME)
		t->tv_sec -= scene.started;
	if (clock == CLOCK_REALTIME)
		t->tv_sec += scene.set;
	return r;
}

static inline bool
is_box(int fd)
{
	struct stat st, box;

	return fstat(fd, &st) == 0 &&
	    stat(tmpdir_path(&tmp, "home/box"), &box) == 0 &&
	    st.st_ino == box.st_ino;
}

/* Somebody delivers who does not know our locks. */
static inline void
intrude(void)
{
	static const char text[] =
	    FROM3 "Subject: i\nX-UID: 15\n\nintruder\n\n";
	int fd = open(tmpdir_path(&tmp, "home/box"), O_WRONLY | O_APPEND);

	scene.intrude = NEVER;
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

int
futimens(int fd, const struct timespec times[2])
{
	if (scene.intrude == AT_THE_END && is_box(fd))
		intrude();
	scene.asked = 0;
	return (int)syscall(SYS_utimensat, fd, NULL, times, 0);
}

/* Apart from pread itself, which is inline to some compilers and may not use
 * what is static. */
ssize_t read_in_scene(int fd, void *buf, size_t n, off_t at);

ssize_t
read_in_scene(int fd, void *buf, size_t n, off_t at)
{
	ssize_t r;

	if (is_box(fd))
		scene.reads++;
	else if (scene.intrude == WHEN_COUNTED && scene.locks > 0)
		intrude();
	r = syscall(SYS_pread64, fd, buf, n, at);
	if (scene.intrude == WHEN_READ && scene.locks > 0 && is_box(fd)) {
		write_flags(true);
		scene.set += scene.frozen;
	}
	return r;
}

ssize_t
pread(int fd, void *buf, size_t n, off_t at)
{
	return read_in_scene(fd, buf, n, at);
}

/* A full disk takes some octets of the table. */
ssize_t
pwrite(int fd, const void *buf, size_t n, off_t at)
{
	if (scene.full && n > 60)
		n = 60;
	return syscall(SYS_pwrite64, fd, buf, n, at);
}

int
link(const char *from, const char *to)
{
	scene.locks++;
	return (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int
open(const char *path, int how, ...)
{
	if (scene.refused && strcmp(path, tmpdir_path(&tmp, "home/box")) == 0) {
		errno = EACCES;
		return -1;
	}
	return (int)syscall(SYS_openat, AT_FDCWD, path, how, 0600);
}

/* Gives the mailbox this mtime, as programs do that restore it. */
static inline void
set_mtime(time_t sec, long nsec)
{
	const struct timespec times[2] = { { 0, UTIME_OMIT }, { sec, nsec } };

	assert_int_equal(utimensat(AT_FDCWD, tmpdir_path(&tmp, "home/box"),
			     times, 0),
	    0);
}

/* An hour ago, and the clock of files has gone on since. */
static inline void
settle_ctime(void)
{
	struct timespec now;
	struct stat st;

	assert_int_equal(stat(tmpdir_path(&tmp, "home/box"), &st), 0);
	do {
		assert_int_equal(clock_gettime(CLOCK_REALTIME_COARSE, &now), 0);
	} while (now.tv_sec < st.st_ctim.tv_sec ||
	    (now.tv_sec == st.st_ctim.tv_sec &&
		now.tv_nsec <= st.st_ctim.tv_nsec));
}

static inline void
settle(void)
{
	set_mtime(time(NULL) - 3600, 12345);
	settle_ctime();
}

static inline void
begin_with(const char *text)
{
	memset(&scene, 0, sizeof(scene));
	begin();
	box(text);
	settle();
}

/* What STATUS says, as one word. */
static inline const char *
said(void)
{
	static char text[200];
	const MAILSTATUS *s = &test_callbacks.status;

	test_callbacks_reset();
	scene.reads = scene.locks = 0;
	if (!mail_status(NIL, (char *)"box", ALL))
		return "no";
	assert_string_equal(test_callbacks.status_name, "box");
	snprintf(text, sizeof(text),
	    "%lu messages %lu recent %lu unseen %lu %lu", s->messages,
	    s->recent, s->unseen, s->uidnext, s->uidvalidity);
	return text;
}

/* Files of the private directory whose names begin so. */
static inline int
files_of(const char *name)
{
	DIR *d = opendir(tmpdir_path(&tmp, "home/.cedar"));
	struct dirent *e;
	int n = 0;

	assert_non_null(d);
	while ((e = readdir(d)) != NULL)
		n += strncmp(e->d_name, name, strlen(name)) == 0;
	closedir(d);
	return n;
}

#define SAYS_TWO "2 messages 0 recent 1 unseen 8 1709629200"

/* The mailbox is looked at, and then known. */
static inline void
is_looked_at(const char *want)
{
	assert_string_equal(said(), want);
	assert_true(scene.reads > 0);
}

static inline void
is_known(const char *want)
{
	assert_string_equal(said(), want);
	assert_int_equal(scene.reads, 0);
	assert_int_equal(scene.locks, 0);
}

/* Another session of ours, whose file of counters is not open yet. */
static inline void
another_session(void)
{
	close(cc_env()->status_fd);
	cc_env()->status_fd = -1;
}

#endif
