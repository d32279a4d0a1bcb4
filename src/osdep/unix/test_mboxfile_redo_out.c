/*
 * test_mboxfile_redo_out.c - all octets of a record are in its file, whatever
 * their number, also where the file system does not let them past the cache.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cc_err.h"
#include "fdio.h"
#include "fs.h"
#include "mboxfile_redo_out.h"
#include "test_util.h"

#define ROOM ((size_t)1024 * 1024)

enum refusal {
	NONE,
	NO_DIRECT,      /* EINVAL for each direct write */
	NO_SECOND,      /* ... but for the first */
	CUT,            /* of the second only some octets are written */
	FULL,           /* no space for the second */
	NO_DIRECT_FLAG, /* the flag cannot be set */
	REFUSALS
};

static enum refusal refusal;
static int direct_writes;

static bool
is_direct(int fd)
{
	return (syscall(SYS_fcntl, fd, F_GETFL) & O_DIRECT) != 0;
}

ssize_t
pwrite(int fd, const void *buf, size_t n, off_t at)
{
	if (is_direct(fd)) {
		direct_writes++;
		assert_int_equal((uintptr_t)buf % 4096, 0);
		assert_int_equal(n % 4096, 0);
		assert_int_equal(at % 4096, 0);
		if (refusal == NO_DIRECT ||
		    (refusal == NO_SECOND && direct_writes > 1)) {
			errno = EINVAL;
			return -1;
		}
		if (refusal == FULL && direct_writes > 1) {
			errno = ENOSPC;
			return -1;
		}
		if (refusal == CUT && direct_writes == 2)
			n = 4096;
	}
	return syscall(SYS_pwrite64, fd, buf, n, at);
}

int
fcntl(int fd, int command, ...)
{
	va_list ap;
	long arg;

	va_start(ap, command);
	arg = va_arg(ap, long);
	va_end(ap);
	if (refusal == NO_DIRECT_FLAG && command == F_SETFL &&
	    (arg & O_DIRECT)) {
		errno = EINVAL;
		return -1;
	}
	return (int)syscall(SYS_fcntl, fd, command, arg);
}

/* Octets that do not repeat within a block. */
static void
fill(char *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		data[i] = (char)(i * 7 + i / 4093);
}

static void
is_written(int fd, const char *data, size_t len)
{
	char *there = fs_get(len + 1);
	size_t got;

	assert_int_equal(cc_fd_read_at(fd, 0, there, len + 1, &got), 0);
	assert_int_equal(got, len);
	assert_memory_equal(there, data, len);
	fs_give((void **)&there);
}

/* In pieces of so many octets. */
static void
write_record(int fd, const char *data, size_t len, size_t piece)
{
	struct redo_sum want = { .h = 0 };
	struct redo_out out;
	int full = refusal == FULL && len > 2 * ROOM, r;

	assert_int_equal(ftruncate(fd, 0), 0);
	direct_writes = 0;
	cc_redo_out_begin(&out, fd);
	for (size_t at = 0, n; at < len; at += n) {
		n = len - at < piece ? len - at : piece;
		cc_redo_out(&out, data + at, n);
		assert_true(cc_redo_out_len(&out) == at + n);
	}
	r = cc_redo_out_end(&out);
	cc_redo_sum_add(&want, data, len);
	assert_true(cc_redo_sum_end(&want) == cc_redo_sum_end(&out.sum));
	assert_false(is_direct(fd));
	if (full && direct_writes > 1) {
		assert_int_equal(r, CC_ENOSPACE);
		return;
	}
	assert_int_equal(r, 0);
	is_written(fd, data, len);
}

static void
test_lengths(void **state)
{
	static const size_t lengths[] = { 0, 1, 4096, ROOM - 1, ROOM, ROOM + 1,
		2 * ROOM, 2 * ROOM + 1, 3 * ROOM + 5000 };
	static const size_t pieces[] = { 100, 16 * 1024, ROOM, 5 * ROOM };
	char *data = fs_get(4 * ROOM), path[64];

	(void)state;
	fill(data, 4 * ROOM);
	for (refusal = NONE; refusal < REFUSALS; refusal++) {
		for (size_t d = 0; d < 2; d++) {
			int fd;

			/* most often a disk, and memory */
			memcpy(path,
			    d ? "/dev/shm/cedar-test-XXXXXX"
			      : "/var/tmp/cedar-test-XXXXXX",
			    27);
			if ((fd = mkstemp(path)) < 0)
				continue;
			unlink(path);
			for (size_t i = 0; i < COUNT(lengths); i++)
				for (size_t k = 0; k < COUNT(pieces); k++)
					write_record(fd, data, lengths[i],
					    pieces[k]);
			close(fd);
		}
	}
	fs_give((void **)&data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
