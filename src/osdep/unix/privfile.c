/*
 * privfile.c - reading a small file whole.
 *
 * The size is never believed beforehand: the file is read until its end or
 * the ceiling, so one that grows meanwhile does no harm.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cc_err.h"
#include "privfile.h"

#define READ_STEP 4096 /* octets asked for at a time */

static int
read_all(int fd, struct strbuf *out)
{
	for (;;) {
		size_t left = out->max - out->len, step = READ_STEP;
		char *room, probe;
		ssize_t n;

		if (left == 0) {
			n = read(fd, &probe, 1);
			return n == 0 ? 0 : n > 0 ? CC_ELIMIT : CC_EIO;
		}
		if (step > left)
			step = left;
		room = cc_strbuf_room(out, step);
		n = read(fd, room, step);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return CC_EIO;
		if (n == 0)
			return 0;
		cc_strbuf_claim(out, (size_t)n);
	}
}

static int
open_and_read(int dirfd, const char *name, int flags, struct strbuf *out)
{
	struct stat st;
	int fd, r;

	fd = openat(dirfd, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | flags);
	if (fd < 0)
		return errno == ELOOP ? CC_EACCESS : cc_err_errno();
	if (fstat(fd, &st) != 0)
		r = CC_EIO;
	else if (!S_ISREG(st.st_mode))
		r = CC_EACCESS;
	else
		r = read_all(fd, out);
	close(fd);
	return r;
}

int
cc_privfile_read(int dirfd, const char *name, struct strbuf *out)
{
	return open_and_read(dirfd, name, O_NOFOLLOW, out);
}

int
cc_privfile_read_follow(int dirfd, const char *name, struct strbuf *out)
{
	return open_and_read(dirfd, name, 0, out);
}
