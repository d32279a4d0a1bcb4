/*
 * test_mboxfile_order.c - in what order locks are taken and given up, that no
 * octet of a mailbox is written without them, and that what makes, renames and
 * removes mailboxes is synced: the calls are listed as they are made.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "env_state.h"
#include "inodelock.h"
#include "test_unix.h"

static struct {
	bool on;
	char text[2048];       /* the calls */
	ino_t of;              /* the mailbox */
	void (*locking)(void); /* once, when the dot-lock is made */
	int fail_write;        /* errno of writes to the mailbox, or 0 */
	enum { LIVES, HALF, WHOLE } dies; /* in the first such write */
} trace;

static void
note(const char *what, const char *name)
{
	size_t n = strlen(trace.text);

	if (trace.on)
		snprintf(trace.text + n, sizeof(trace.text) - n, "%s%s%s",
		    n ? " " : "", what, name);
}

/* What a descriptor has open: "box", "inode", the last name of another. */
static const char *
name_of(int fd)
{
	static char path[512];
	char link[32], *slash;
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) == 0 && st.st_ino == trace.of)
		return "box";
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = '\0';
	slash = strrchr(path, '/');
	if (slash && slash[1] == '.' && strlen(slash + 1) > 3 &&
	    strchr(slash + 2, '.') && !strstr(slash, "cedar"))
		return "inode";
	return slash ? slash + 1 : path;
}

static bool
ends_in(const char *s, const char *end)
{
	size_t a = strlen(s), b = strlen(end);

	return a >= b && strcmp(s + a - b, end) == 0;
}

int
flock(int fd, int op)
{
	int r = (int)syscall(SYS_flock, fd, op);
	const char *name = name_of(fd);

	if (r == 0 && (!strcmp(name, "box") || !strcmp(name, "inode")))
		note(op & LOCK_UN ? "-" : op & LOCK_EX ? "+" : "~", name);
	return r;
}

int
link(const char *from, const char *to)
{
	void (*now)(void) = trace.locking;

	if (ends_in(to, "box.lock")) {
		note("+dot", "");
		trace.locking = NULL;
		if (trace.on && now)
			now();
	}
	return (int)syscall(SYS_link, from, to);
}

int
unlink(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (ends_in(path, "box.lock"))
		note("-dot", "");
	else if (slash && !strncmp(slash, "/.", 2) && strchr(slash + 2, '.'))
		note("-inode", "");
	else if (slash && !strstr(slash, ".lock."))
		note("unlink:", slash + 1);
	return (int)syscall(SYS_unlink, path);
}

int
renameat2(int d1, const char *a, int d2, const char *b, unsigned f)
{
	const char *slash = strrchr(b, '/');

	note("name:", slash ? slash + 1 : b);
	return (int)syscall(SYS_renameat2, d1, a, d2, b, f);
}

int
unlinkat(int d, const char *name, int how)
{
	note("gone:", strncmp(name, ".cedar-redo", 11) ? name : "record");
	return (int)syscall(SYS_unlinkat, d, name, how);
}

int
fsync(int fd)
{
	note("sync:", name_of(fd));
	return 0;
}

int
fdatasync(int fd)
{
	return fsync(fd);
}

/* Can somebody else have this lock? */
static bool
is_free(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	bool yes = fd >= 0 && syscall(SYS_flock, fd, LOCK_EX | LOCK_NB) == 0;

	if (fd >= 0)
		close(fd);
	return fd < 0 || yes;
}

static void
expect_locked(int fd)
{
	struct stat st;
	char path[512];

	assert_int_equal(fstat(fd, &st), 0);
	assert_true(tmpdir_has(&tmp, "home/box.lock"));
	assert_false(is_free(tmpdir_path(&tmp, "home/box")));
	snprintf(path, sizeof(path), "%s/.%llx.%llx", cc_env_lock_dir(),
	    (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	assert_false(is_free(path));
}

ssize_t
pwrite(int fd, const void *buf, size_t n, off_t at)
{
	if (trace.on && !strcmp(name_of(fd), "box")) {
		expect_locked(fd);
		if (trace.dies && n > 2) {
			syscall(SYS_pwrite64, fd, buf,
			    trace.dies == HALF ? n / 2 : n, at);
			_exit(0);
		}
	}
	return syscall(SYS_pwrite64, fd, buf, n, at);
}

/* Appends: somebody who takes no lock is in between when they fail. */
ssize_t
write(int fd, const void *buf, size_t n)
{
	if (trace.on && !strcmp(name_of(fd), "box")) {
		expect_locked(fd);
		if (trace.dies) {
			syscall(SYS_write, fd, buf,
			    trace.dies == HALF ? n / 2 : n);
			_exit(0);
		}
		if (trace.fail_write) {
			int error = trace.fail_write;

			trace.on = false;
			deliver(FROM2 "Subject: between\n\nmail\n\n");
			errno = error;
			return -1;
		}
	}
	return syscall(SYS_write, fd, buf, n);
}

static void
watch(void)
{
	struct stat st;

	assert_int_equal(stat(tmpdir_path(&tmp, "home/box"), &st), 0);
	trace.of = st.st_ino;
	trace.text[0] = '\0';
	trace.on = true;
}

/* The calls that are listed follow each other, with others between. */
static void
calls_have(const char *const *want)
{
	const char *at = trace.text;

	trace.on = false;
	for (; *want; want++) {
		const char *found = strstr(at, *want);

		if (!found)
			print_error("%s, not in: %s\n", *want, trace.text);
		assert_non_null(found);
		at = found + strlen(*want);
	}
}

#define TWO MSG FROM2 "Subject: t\n\nother\n\n"

static void
test_reading(void **state)
{
	(void)state;
	begin();
	box(TWO);
	watch();
	mail_close(open_box(OP_READONLY));
	trace.on = false;
	calls_have((const char *const[]){ "+dot ~box", "-box -dot", NULL });
	assert_null(strstr(trace.text, "inode"));
	end();
}

static void
store_and_check(void)
{
	MAILSTREAM *s = open_box(NIL);

	watch();
	mail_flag(s, (char *)"2", (char *)"\\Flagged New", ST_SET);
	mail_check(s);
	trace.on = false;
	mail_close(s);
}

static void
test_writing(void **state)
{
	static const char *const want[] = { "+inode", "+dot", "+box", "-box",
		"-dot", "-inode", NULL };

	(void)state;
	begin();
	box(TWO);
	store_and_check();
	calls_have(want);
	box(TWO);
	{
		MAILSTREAM *s = open_box(NIL);

		mail_flag(s, (char *)"1", (char *)"\\Deleted", ST_SET);
		watch();
		mail_expunge(s);
		calls_have(want);
		mail_close(s);
	}
	end();
}

static long
append(const char *text)
{
	STRING string;

	INIT(&string, mail_string, (void *)text, strlen(text));
	return mail_append(NIL, (char *)"box", &string);
}

static void
test_appending(void **state)
{
	(void)state;
	begin();
	box(TWO);
	watch();
	assert_true(append("Subject: a\n\nx\n"));
	calls_have((const char *const[]){
	    "+inode", "+dot", "+box", "-box", "-dot", "-inode", NULL });
	end();
}

/* Another file takes the name when its predecessor's inode lock is ours. */
static void
replace_box(void)
{
	tmpdir_write(&tmp, "home/new", TWO, strlen(TWO));
	trace.on = false;
	{
		char from[sizeof(tmp.name)];

		snprintf(from, sizeof(from), "%s",
		    tmpdir_path(&tmp, "home/new"));
		assert_int_equal(rename(from, tmpdir_path(&tmp, "home/box")),
		    0);
	}
	watch();
}

static void
test_replaced_while_locking(void **state)
{
	(void)state;
	begin();
	box(MSG);
	trace.locking = replace_box;
	watch();
	(void)append("Subject: a\n\nx\n"); /* each write looks at the locks */
	trace.on = false;
	assert_null(trace.locking);
	end();
}

/* An append that fails takes back its own octets, not another's mail. */
static void
test_failed_append(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin();
	box(MSG);
	trace.fail_write = ENOSPC;
	watch();
	assert_false(append("Subject: a\n\nx\n"));
	trace.on = false;
	trace.fail_write = 0;
	s = open_box(NIL);
	assert_int_equal(s->nmsgs, 2);
	expect_text(s, 1, "body\n");
	expect_header(s, 2, "Subject: between\n\n");
	expect_text(s, 2, "mail\n");
	mail_close(s);
	end();
}

/* For which the block of flags has no room. */
#define LONG_WORD "a-keyword-that-is-longer-than-what-there-is-left"

static void
expunge_first(void)
{
	MAILSTREAM *s = open_box(NIL);

	mail_flag(s, (char *)"1", (char *)"\\Deleted", ST_SET);
	mail_check(s);
	watch();
	mail_expunge(s);
}

static void
append_one(void)
{
	watch();
	append("Subject: a\n\nx\n");
}

static void
store_more(void)
{
	MAILSTREAM *s = open_box(NIL);

	watch();
	mail_flag(s, (char *)"1:2", (char *)LONG_WORD, ST_SET);
	mail_check(s);
}

/* What a repair has done is on the disk before its record goes. */
static void
test_repairs_are_synced(void **state)
{
	static void (*const changes[])(void) = { expunge_first, append_one,
		store_more };

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(changes); i++) {
		pid_t pid;
		int status;

		begin();
		box(TWO);
		store_and_check(); /* UIDs are written */
		if ((pid = fork()) == 0) {
			trace.dies = i % 2 ? HALF : WHOLE;
			changes[i / 2]();
			_exit(1);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
		watch();
		mail_close(open_box(NIL));
		calls_have((const char *const[]){
		    "sync:box", "gone:record", NULL });
		end();
	}
}

/* Flags that were written in place, by CHECK. */
static void
test_flags_are_synced(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin();
	box(TWO);
	store_and_check();
	s = open_box(NIL);
	mail_flag(s, (char *)"1", (char *)"\\Seen", ST_SET);
	watch();
	mail_check(s);
	calls_have((const char *const[]){ "sync:box", NULL });
	mail_close(s);
	end();
}

/* Mailboxes appear and go for good: their directories are synced. */
static void
test_names_are_synced(void **state)
{
	(void)state;
	begin();
	box(MSG);
	watch();
	assert_true(mail_create(NIL, (char *)"made"));
	calls_have((const char *const[]){
	    "sync:.cedar-new", "name:made", "sync:home", NULL });
	watch();
	assert_true(mail_rename(NIL, (char *)"made", (char *)"moved"));
	calls_have((const char *const[]){
	    "name:moved", "sync:home", "sync:home", NULL });
	watch();
	assert_true(mail_delete(NIL, (char *)"moved"));
	calls_have((const char *const[]){ "unlink:moved", "sync:home", NULL });
	end();
}

/* What was remembered of a mailbox goes with it: another file will have its
 * inode. */
static void
test_forgotten(void **state)
{
	char uids[128];
	struct stat st;

	(void)state;
	begin();
	box(MSG);
	mail_close(open_box(NIL));
	assert_int_equal(stat(tmpdir_path(&tmp, "home/box"), &st), 0);
	snprintf(uids, sizeof(uids), "home/.cedar/uids.%llx.%llx",
	    (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	assert_true(tmpdir_has(&tmp, uids));
	assert_true(mail_delete(NIL, (char *)"box"));
	assert_false(tmpdir_has(&tmp, uids));
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reading),
		cmocka_unit_test(test_writing),
		cmocka_unit_test(test_appending),
		cmocka_unit_test(test_replaced_while_locking),
		cmocka_unit_test(test_failed_append),
		cmocka_unit_test(test_repairs_are_synced),
		cmocka_unit_test(test_flags_are_synced),
		cmocka_unit_test(test_names_are_synced),
		cmocka_unit_test(test_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
