/*
 * fuzz_root.h - a directory for fuzzers whose parsers want files, which is the
 * user's home, too. It is in memory and goes when the program ends.
 */
#ifndef FUZZ_ROOT_H
#define FUZZ_ROOT_H

#include <dirent.h>
#include <fcntl.h>
#include <syslog.h>
#include <unistd.h>

#include "fuzz_util.h"

static char fuzz_root[] = "/dev/shm/cedar-fuzz-XXXXXX";

/* Removes all files in it. */
static inline void
fuzz_root_clear(void)
{
	DIR *d = opendir(fuzz_root);
	struct dirent *e;

	must(d != NULL);
	while ((e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			(void)unlinkat(dirfd(d), e->d_name, 0);
	closedir(d);
}

static inline void
fuzz_root_remove(void)
{
	fuzz_root_clear();
	(void)rmdir(fuzz_root);
}

/* Makes it, at the first call; nobody has to read what is logged. */
static inline void
fuzz_root_make(void)
{
	static bool made;

	if (made)
		return;
	made = true;
	must(mkdtemp(fuzz_root) != NULL);
	atexit(fuzz_root_remove);
	setenv("HOME", fuzz_root, 1);
	setlogmask(LOG_MASK(LOG_EMERG));
}

/* A descriptor of it. */
static inline int
fuzz_root_dir(void)
{
	static int fd = -1;

	if (fd < 0) {
		fuzz_root_make();
		fd = open(fuzz_root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		must(fd >= 0);
	}
	return fd;
}

/* Makes a file in it. */
static inline void
fuzz_root_put(const char *name, struct span text)
{
	int fd = openat(fuzz_root_dir(), name,
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	must(fd >= 0 && write(fd, text.p, text.len) == (ssize_t)text.len);
	close(fd);
}

#endif
