/*
 * fdio.c - whole reads, whole writes and syncs on open files.
 */
#include <errno.h>
#include <unistd.h>

#include "cc_err.h"
#include "fdio.h"

int
cc_fd_read_at(int fd, uint64_t pos, void *buf, size_t len, size_t *got_r)
{
	size_t got = 0;
	ssize_t n;

	while (got < len) {
		n = pread(fd, (char *)buf + got, len - got, (off_t)(pos + got));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return CC_EIO;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	*got_r = got;
	return 0;
}

int
cc_fd_write(int fd, struct span data)
{
	while (data.len > 0) {
		ssize_t n = write(fd, data.p, data.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return cc_err_errno();
		data = cc_span(data.p + n, data.len - (size_t)n);
	}
	return 0;
}

int
cc_fd_write_some(int fd, uint64_t pos, struct span data, size_t *done_r)
{
	*done_r = 0;
	while (*done_r < data.len) {
		ssize_t n = pwrite(fd, data.p + *done_r, data.len - *done_r,
		    (off_t)(pos + *done_r));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return cc_err_errno();
		*done_r += (size_t)n;
	}
	return 0;
}

int
cc_fd_write_at(int fd, uint64_t pos, struct span data)
{
	size_t done;

	return cc_fd_write_some(fd, pos, data, &done);
}

int
cc_fd_datasync(int fd)
{
	while (fdatasync(fd) != 0)
		if (errno != EINTR)
			return cc_err_errno();
	return 0;
}
