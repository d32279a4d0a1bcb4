/*
 * tempfile.c - write, sync, rename, sync the directory.
 *
 * The temporary name carries the thread's number, so that no two writers
 * meet; what a killed writer left under it is removed by the next one with
 * that number.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cc_err.h"
#include "fdio.h"
#include "fs.h"
#include "strbuf.h"
#include "tempfile.h"

/* Octets of a file name, as file systems allow. */
#define TEMP_NAME_MAX 255

static int
open_new(int dirfd, const char *temp)
{
	return openat(dirfd, temp,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

int
cc_tempfile_begin(struct tempfile *t, int dirfd, const char *name, mode_t mode)
{
	struct strbuf b;
	int r;

	*t = (struct tempfile){ .dirfd = dirfd, .fd = -1 };
	cc_strbuf_init(&b, TEMP_NAME_MAX);
	cc_strbuf_printf(&b, "%s.%ld.new", name, (long)gettid());
	if ((r = cc_strbuf_status(&b)) != 0) {
		cc_strbuf_free(&b);
		return r;
	}
	t->temp = cc_strbuf_take(&b);
	t->name = cc_span_dup(cc_span_z(name));
	t->fd = open_new(dirfd, t->temp);
	if (t->fd < 0 && errno == EEXIST && unlinkat(dirfd, t->temp, 0) == 0)
		t->fd = open_new(dirfd, t->temp);
	if (t->fd < 0 || fchmod(t->fd, mode) != 0) {
		r = cc_err_errno();
		cc_tempfile_abort(t);
		return r;
	}
	return 0;
}

int
cc_tempfile_write(struct tempfile *t, struct span s)
{
	return cc_fd_write(t->fd, s);
}

/* Frees all but the descriptor's file. */
static void
end(struct tempfile *t)
{
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
	fs_give((void **)&t->name);
	fs_give((void **)&t->temp);
}

int
cc_tempfile_commit(struct tempfile *t)
{
	int r = 0;

	if (fsync(t->fd) != 0 ||
	    renameat(t->dirfd, t->temp, t->dirfd, t->name) != 0) {
		r = cc_err_errno();
		cc_tempfile_abort(t);
		return r;
	}
	/* The new content is there for everybody; only after this sync is it
	 * there after a power failure, too. */
	if (fsync(t->dirfd) != 0)
		r = cc_err_errno();
	end(t);
	return r;
}

void
cc_tempfile_abort(struct tempfile *t)
{
	int saved = errno;

	if (t->fd >= 0)
		unlinkat(t->dirfd, t->temp, 0);
	end(t);
	errno = saved;
}

int
cc_tempfile_replace(int dirfd, const char *name, mode_t mode, struct span s)
{
	struct tempfile t;
	int r = cc_tempfile_begin(&t, dirfd, name, mode);

	if (r != 0)
		return r;
	if ((r = cc_tempfile_write(&t, s)) != 0) {
		cc_tempfile_abort(&t);
		return r;
	}
	return cc_tempfile_commit(&t);
}
