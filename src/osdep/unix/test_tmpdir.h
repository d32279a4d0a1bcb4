/*
 * test_tmpdir.h - a directory of its own for a unit test, with small files.
 */
#ifndef TEST_TMPDIR_H
#define TEST_TMPDIR_H

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "strbuf.h"
#include "test_util.h"

struct tmpdir {
	char path[64];   /* of the directory */
	char name[4096]; /* what tmpdir_path last gave */
};

/* In memory where that is possible: thousands of small files are made, written
 * and synced. */
static inline void
tmpdir_make(struct tmpdir *t)
{
	const char shm[] = "/dev/shm/cedar-test-XXXXXX";
	const char disk[] = "/tmp/cedar-test-XXXXXX";

	memcpy(t->path, shm, sizeof(shm));
	if (mkdtemp(t->path))
		return;
	memcpy(t->path, disk, sizeof(disk));
	assert_non_null(mkdtemp(t->path));
}

static inline int
tmpdir_remove_one(const char *path, const struct stat *st, int type,
    struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void
tmpdir_remove(struct tmpdir *t)
{
	nftw(t->path, tmpdir_remove_one, 32, FTW_DEPTH | FTW_PHYS);
}

/* The path of a name in it; good until the next call. */
static inline const char *
tmpdir_path(struct tmpdir *t, const char *name)
{
	snprintf(t->name, sizeof(t->name), "%s/%s", t->path, name);
	return t->name;
}

/* Makes a file with these octets, and the mode 0600. */
static inline void
tmpdir_write(struct tmpdir *t, const char *name, const void *p, size_t len)
{
	int fd = open(tmpdir_path(t, name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, p, len), (ssize_t)len);
	close(fd);
}

static inline void
tmpdir_mkdir(struct tmpdir *t, const char *name)
{
	assert_int_equal(mkdir(tmpdir_path(t, name), 0700), 0);
}

static inline bool
tmpdir_has(struct tmpdir *t, const char *name)
{
	struct stat st;

	return lstat(tmpdir_path(t, name), &st) == 0;
}

/* All of a file, to be freed by the caller. */
static inline void
file_read(const char *path, struct strbuf *out)
{
	int fd = open(path, O_RDONLY);
	char buf[65536];
	ssize_t n;

	assert_true(fd >= 0);
	cc_strbuf_init(out, SIZE_MAX);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		cc_strbuf_put(out, buf, (size_t)n);
	assert_int_equal(n, 0);
	close(fd);
}

/* Is the content of the file this text? */
static inline void
tmpdir_expect(struct tmpdir *t, const char *name, const char *want)
{
	struct strbuf b;

	file_read(tmpdir_path(t, name), &b);
	assert_string_equal(cc_strbuf_str(&b), want);
	cc_strbuf_free(&b);
}

#endif
