/*
 * mboxfile_transfer_recover.c - going on with a transfer that was killed.
 *
 * A record that does not fit the source counts for nothing: somebody else has
 * taken the mail, or all was done, and what is there came since. One whose
 * destination is gone does not count either: the source has it all. With done 0
 * what was appended is taken away, if it is that and nothing more, and the
 * transfer begins again; if all of it is there it is done. What is at the
 * destination's end is compared octet by octet, since anybody may have written
 * there. Under all locks of both files.
 */
#include <errno.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "cc_err.h"
#include "fdio.h"
#include "fnv.h"
#include "fs.h"
#include "mboxfile_transfer_inner.h"

/* Octets of both files that should be the same: in how far are they? */
static int
compare_some(const struct mbox_both *b, uint64_t pos, uint64_t at, size_t len,
    bool *ours, bool *whole)
{
	unsigned char *x = fs_get(2 * (size_t)CHUNK), *y = x + CHUNK;
	size_t got, there;
	int r = cc_fd_read_at(b->from.fd, pos, x, len, &got);

	if (r == 0)
		r = cc_fd_read_at(b->to->fd, at, y, len, &there);
	if (r == 0 && (got != len || there != len))
		r = CC_ECHANGED;
	for (size_t i = 0; r == 0 && i < len; i++) {
		*whole = *whole && x[i] == y[i];
		/* where a power failure left nothing there are zeros */
		*ours = *ours && (x[i] == y[i] || y[i] == '\0');
	}
	fs_give((void **)&x);
	return r;
}

/* Is what lies behind the destination's old end the beginning of what was
 * appended, and nothing more? Or, *whole_r, all of it, and maybe more? */
static int
compare(const struct mbox_both *b, bool *ours_r, bool *whole_r)
{
	uint64_t size = cc_transfer_size(b->to),
		 at = b->rec.to_size + b->rec.pad;
	uint64_t pos = b->rec.skip, end = at + b->rec.size - pos;
	int r = 0;

	*ours_r = size <= end;
	*whole_r = size >= end;
	if (size < end)
		end = size;
	while (r == 0 && at < end) {
		size_t n = end - at < CHUNK ? (size_t)(end - at) : CHUNK;

		r = compare_some(b, pos, at, n, ours_r, whole_r);
		pos += n;
		at += n;
	}
	return r;
}

int
cc_transfer_step_back(struct mbox_both *b)
{
	uint64_t sum = FNV_START;
	int r;

	if (b->rec.skip == 0)
		return cc_transfer_remove(b);
	if ((r = cc_transfer_pass(b->from.fd, 0, b->rec.skip, -1, 0, &sum)) !=
	    0)
		return r;
	b->rec.size = b->rec.skip;
	b->rec.sum = sum;
	b->rec.done = true;
	return cc_transfer_write(b);
}

/* Of a transfer that was killed before it was known to be all there. */
static int
settle(struct mbox_both *b)
{
	bool ours, whole;
	struct stat st;
	int r;

	if (fstat(b->to->fd, &st) != 0)
		return CC_EIO;
	if ((uint64_t)st.st_dev != b->rec.to_dev ||
	    (uint64_t)st.st_ino != b->rec.to_ino ||
	    (uint64_t)st.st_size <= b->rec.to_size)
		return cc_transfer_step_back(b);
	if ((r = compare(b, &ours, &whole)) != 0)
		return r;
	if (whole) {
		if (fsync(b->to->fd) != 0)
			return cc_err_errno();
		b->rec.done = true;
		return cc_transfer_write(b);
	}
	if (ours) {
		if (ftruncate(b->to->fd, (off_t)b->rec.to_size) != 0 ||
		    fsync(b->to->fd) != 0)
			return cc_err_errno();
	} else {
		syslog(LOG_WARNING,
		    "%.512s changed while mail was moved to it: some of it may "
		    "be there twice",
		    b->to->path);
	}
	return cc_transfer_step_back(b);
}

/* Does the record speak of the octets that the source begins with? */
static int
fits(const struct mbox_both *b, bool *yes_r)
{
	uint64_t sum = FNV_START;
	int r = 0;

	*yes_r = cc_transfer_size(&b->from) >= b->rec.size;
	if (*yes_r)
		r = cc_transfer_pass(b->from.fd, 0, b->rec.size, -1, 0, &sum);
	*yes_r = *yes_r && sum == b->rec.sum;
	return r;
}

bool
cc_transfer_is_gone(const struct mbox_move *rec)
{
	struct stat st;

	if (stat(rec->path, &st) != 0)
		return errno == ENOENT || errno == ENOTDIR;
	return ((uint64_t)st.st_dev != rec->to_dev ||
		   (uint64_t)st.st_ino != rec->to_ino) &&
	    (uint64_t)st.st_size < rec->size - rec->skip;
}

int
cc_transfer_resume(struct mbox_both *b, const struct stat *st)
{
	int r;

	b->rec = (struct mbox_move){ .dev = st->st_dev, .ino = st->st_ino };
	if (cc_transfer_read(b->privdir, st, &b->rec) != 0)
		return 0;
	if ((r = fits(b, &b->begun)) != 0)
		return r;
	b->begun = b->begun && !cc_transfer_is_gone(&b->rec);
	if (!b->begun) {
		b->rec.done = false;
		return cc_transfer_remove(b);
	}
	return b->rec.done ? 0 : settle(b);
}
