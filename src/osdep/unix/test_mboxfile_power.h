/*
 * test_mboxfile_power.h - what a power failure may leave of a session.
 *
 * A session is recorded: its calls that change files, with their data and
 * order, and its syncs. Then, for each call, the states are made that the disk
 * may be in if the power fails behind it: what was synced is there, the rest
 * is there, is not, or is there in part, each call for itself. Every state is
 * opened and looked at.
 */
#ifndef TEST_MBOXFILE_POWER_H
#define TEST_MBOXFILE_POWER_H

#include <errno.h>
#include <fnmatch.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "test_seed.h"
#include "test_unix.h"

/* The last four are of test_mboxfile_power_names.c: DROP is the end of the
 * name that a LINK was made from. */
enum kind { WRITE, LENGTH, RENAME, UNLINK, SYNC, CREATE, MKDIR, LINK, DROP };

struct op {
	enum kind kind;
	char path[128]; /* below the directory of the test */
	char to[128];   /* RENAME; LINK: of what */
	off_t at;       /* WRITE; LENGTH: the length */
	size_t len;
	size_t data; /* where the octets are in the log */
};

#define OPS_MAX 4000
#define DATA_MAX (16u * 1024 * 1024)

struct log {
	size_t count;
	size_t used;
	size_t confirmed; /* calls before an expunge was said to be done */
	struct op ops[OPS_MAX];
	char data[DATA_MAX];
};

static struct log *recorder; /* shared with the recorded process */
static bool recording;
static const char *unsynced; /* files never synced, as fnmatch; or NULL */
static size_t calls_done;    /* of the state that is looked at */
static bool names_are_made;  /* a file is there only after its CREATE */
static bool in_order;        /* a disk writes the sectors of a call in order */

/* -------------------------------------------------------------- recording */

/* The name of what fd has open, below the directory of the test. */
static inline bool
name_of(int fd, char *name)
{
	char link[64], path[4096];
	size_t len = strlen(tmp.path);
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n <= (ssize_t)len || memcmp(path, tmp.path, len) != 0)
		return false;
	path[n] = '\0';
	snprintf(name, 128, "%.127s", path + len + 1);
	return true;
}

static inline struct op *
record(enum kind kind, int fd)
{
	struct op *op = &recorder->ops[recorder->count];

	if (!recording || !name_of(fd, op->path))
		return NULL;
	assert_true(recorder->count + 1 < OPS_MAX);
	op->kind = kind;
	recorder->count++;
	return op;
}

static inline void
record_data(int fd, const void *buf, size_t n, off_t at)
{
	struct op *op = record(WRITE, fd);

	if (!op)
		return;
	assert_true(recorder->used + n <= DATA_MAX);
	op->at = at;
	op->len = n;
	op->data = recorder->used;
	memcpy(recorder->data + recorder->used, buf, n);
	recorder->used += n;
}

static inline void
record_length(int fd, off_t size)
{
	struct op *op = record(LENGTH, fd);

	if (op)
		op->at = size;
}

ssize_t
pwrite(int fd, const void *buf, size_t n, off_t at)
{
	record_data(fd, buf, n, at);
	return syscall(SYS_pwrite64, fd, buf, n, at);
}

ssize_t
write(int fd, const void *buf, size_t n)
{
	struct stat st;

	if (recording && (fcntl(fd, F_GETFL) & O_APPEND) && fstat(fd, &st) == 0)
		record_data(fd, buf, n, st.st_size);
	else if (recording)
		record_data(fd, buf, n, lseek(fd, 0, SEEK_CUR));
	return syscall(SYS_write, fd, buf, n);
}

int
ftruncate(int fd, off_t size)
{
	record_length(fd, size);
	return (int)syscall(SYS_ftruncate, fd, size);
}

int
fallocate(int fd, int mode, off_t at, off_t len)
{
	record_length(fd, at + len);
	return (int)syscall(SYS_fallocate, fd, mode, at, len);
}

int
renameat(int fd, const char *from, int fd2, const char *to)
{
	struct op *op = record(RENAME, fd);

	if (op) {
		char dir[64];

		snprintf(dir, sizeof(dir), "%.60s", op->path);
		snprintf(op->to, sizeof(op->to), "%s/%.60s", dir, to);
		snprintf(op->path, sizeof(op->path), "%s/%.60s", dir, from);
	}
	return (int)syscall(SYS_renameat, fd, from, fd2, to);
}

int
unlinkat(int fd, const char *name, int flags_)
{
	struct op *op;
	int r = (int)syscall(SYS_unlinkat, fd, name, flags_);

	if (r == 0 && (op = record(UNLINK, fd)))
		snprintf(op->path + strlen(op->path), 64, "/%.60s", name);
	return r;
}

int
fsync(int fd)
{
	char name[128];

	if (!unsynced || !name_of(fd, name) || fnmatch(unsynced, name, 0) != 0)
		(void)record(SYNC, fd);
	return 0;
}

int
fdatasync(int fd)
{
	return fsync(fd);
}

/* -------------------------------------------------------------- the states */

enum variant { NOTHING, EVERYTHING, SOME, PARTS, HOLES, VARIANTS };

/* The directory that an op changes, or its file. */
static inline bool
syncs(const struct op *sync, const struct op *op)
{
	size_t len = strlen(sync->path);

	if (op->kind == WRITE || op->kind == LENGTH)
		return strcmp(sync->path, op->path) == 0;
	return strncmp(op->path, sync->path, len) == 0 &&
	    op->path[len] == '/' && !strchr(op->path + len + 1, '/');
}

/* Is op i on the disk for sure when n ops are done? */
static inline bool
is_durable(size_t i, size_t n)
{
	for (size_t j = i + 1; j < n; j++)
		if (recorder->ops[j].kind == SYNC &&
		    syncs(&recorder->ops[j], &recorder->ops[i]))
			return true;
	return false;
}

/* What is on the way to it may not be there. */
static inline void
apply_name(const struct op *op)
{
	const char *path = tmpdir_path(&tmp, op->path);
	char to[4200];
	int r;

	if (op->kind == CREATE) {
		r = open(path, O_WRONLY | O_CREAT, 0600);
		if (r >= 0)
			r = close(r);
	} else if (op->kind == MKDIR) {
		r = mkdir(path, 0700);
	} else if (op->kind == LINK) {
		snprintf(to, sizeof(to), "%s", path);
		r = link(tmpdir_path(&tmp, op->to), to);
	} else {
		r = unlink(path);
	}
	if (r != 0)
		assert_int_equal(errno, ENOENT);
}

static inline void
apply(const struct op *op, size_t len)
{
	int create = names_are_made ? 0 : O_CREAT;
	char to[4200];
	int fd;

	switch (op->kind) {
	case WRITE:
		fd = open(tmpdir_path(&tmp, op->path), O_WRONLY | create, 0600);
		if (fd < 0 && names_are_made)
			break;
		assert_true(fd >= 0);
		assert_int_equal(pwrite(fd, recorder->data + op->data, len,
				     op->at),
		    (ssize_t)len);
		close(fd);
		break;
	case LENGTH:
		if (truncate(tmpdir_path(&tmp, op->path), op->at) != 0)
			assert_int_equal(errno, ENOENT);
		break;
	case RENAME:
		snprintf(to, sizeof(to), "%s", tmpdir_path(&tmp, op->to));
		if (rename(tmpdir_path(&tmp, op->path), to) != 0)
			assert_int_equal(errno, ENOENT);
		break;
	case UNLINK:
		unlink(tmpdir_path(&tmp, op->path));
		break;
	case SYNC:
		break;
	case CREATE:
	case MKDIR:
	case LINK:
	case DROP:
		apply_name(op);
		break;
	}
}

/* A disk writes a sector or does not. */
static inline size_t
whole_sectors(const struct op *op, size_t len)
{
	size_t end = ((size_t)op->at + len) / 512 * 512;

	return end > (size_t)op->at ? end - (size_t)op->at : 0;
}

/* Nor does it write them in their order. */
static inline void
apply_sectors(const struct op *op)
{
	for (size_t at = 0, n; at < op->len; at += n) {
		struct op sector = *op;

		n = 512 - ((size_t)op->at + at) % 512;
		if (n > op->len - at)
			n = op->len - at;
		sector.at += (off_t)at;
		sector.data += at;
		if (dice(2) == 0)
			apply(&sector, n);
	}
}

static inline void
make_state(size_t n, enum variant variant)
{
	for (size_t i = 0; i < n; i++) {
		const struct op *op = &recorder->ops[i];
		bool sure = is_durable(i, n);
		size_t len = op->len;

		if (!sure &&
		    (variant == NOTHING || (variant >= SOME && dice(2) == 0)))
			continue;
		if (!sure && variant == PARTS && op->kind == WRITE)
			len = whole_sectors(op, dice((uint32_t)len + 1));
		if (!sure && variant == HOLES && op->kind == WRITE && !in_order)
			apply_sectors(op);
		else if (len > 0 || op->kind != WRITE)
			apply(op, len);
	}
}

/* ------------------------------------------------------------- start again */

static inline void
remove_files(const char *dir, const char *but)
{
	char path[4200];
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), "%s", tmpdir_path(&tmp, dir));
	d = opendir(path);
	assert_non_null(d);
	while ((e = readdir(d)) != NULL)
		if (e->d_type == DT_REG && strcmp(e->d_name, but) != 0)
			unlinkat(dirfd(d), e->d_name, 0);
	closedir(d);
}

/* How many ops the session made; they are in the recorder. */
static inline size_t
record_session(void (*session)(size_t), size_t step)
{
	int status;
	pid_t pid;

	recorder->count = recorder->used = 0;
	recorder->confirmed = SIZE_MAX;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		recording = true;
		session(step);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	return recorder->count;
}

static inline void
begin_power(void)
{
	recorder = mmap(NULL, sizeof(*recorder), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(recorder != MAP_FAILED);
}

/* Opens the states of a session that begins with what again() makes; check is
 * told whether the first n calls were enough for it to have said that it is
 * done. */
static inline void
try_states(void (*again)(void), void (*session)(size_t), size_t step,
    void (*check)(bool done))
{
	bool all = getenv("CEDAR_ALL") != NULL;
	size_t ops;

	begin();
	tmpdir_mkdir(&tmp, "home/.cedar");
	(*again)();
	ops = record_session(session, step);
	print_message("steps of %zu: %zu calls\n", step, ops);
	assert_true(ops > 10);
	for (size_t n = 0, next; n <= ops; n = next) {
		for (int v = 0; v < VARIANTS * (all ? 4 : 1); v++) {
			(*again)();
			make_state(n, (enum variant)(v % VARIANTS));
			calls_done = n;
			check(n >= recorder->confirmed);
		}
		next = n + 1 + (all ? 0 : dice(7));
		if (n < ops && next > ops)
			next = ops; /* the end is not left out */
	}
	end();
}

#endif
