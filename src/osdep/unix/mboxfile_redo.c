/*
 * mboxfile_redo.c - steps that change a mailbox file, and closing its gap.
 *
 * The order of the writes of a step is its safety: what others wrote is
 * synced, then the record (mboxfile_redo_write.c), then the new length of the
 * file, then the octets. Whatever is cut off, the record says how to go on
 * (mboxfile_redo_recover.c). Under all locks.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cc_err.h"
#include "fdio.h"
#include "fs.h"
#include "mboxfile_record.h"
#include "mboxfile_redo.h"

/* More octets with blocks behind all of them, so that no disk fills up later;
 * without, where a file system cannot do that. */
static int
reserve(int fd, uint64_t from, uint64_t to)
{
	while (fallocate(fd, 0, (off_t)from, (off_t)(to - from)) != 0) {
		if (errno == EINTR)
			continue;
		return errno == EOPNOTSUPP && ftruncate(fd, (off_t)to) == 0
		    ? 0
		    : cc_err_errno();
	}
	return 0;
}

/*
 * Lengthens the file to step->size. It ends in line ends at once: what is
 * delivered behind it now must begin a line.
 */
static int
lengthen(const struct mbox *m, const struct redo_step *step, bool sync)
{
	uint64_t more = step->size - step->size_before;
	int r;

	if (more == 0)
		return 0;
	r = reserve(m->fd, step->size_before, step->size);
	if (r == 0)
		r = cc_fd_write_at(m->fd, step->size - (more < 2 ? more : 2),
		    cc_span("\n\n", more < 2 ? more : 2));
	/* no octet may be put before the file has its length for good */
	if (r == 0 && sync)
		r = cc_fd_datasync(m->fd);
	return r;
}

/* The file is as long as it was before: also where nothing can be cut off,
 * since nothing was added. */
static bool
is_short_again(const struct mbox *m, uint64_t size)
{
	struct stat st;

	return fstat(m->fd, &st) == 0 &&
	    ((uint64_t)st.st_size == size ||
		ftruncate(m->fd, (off_t)size) == 0);
}

/* *begun_r is set with the first octet that is written. */
static int
put_all(const struct mbox *m, const struct redo_step *step, bool *begun_r)
{
	int r = 0;

	*begun_r = false;
	for (size_t i = 0; r == 0 && i < step->count; i++) {
		size_t done;

		r = cc_fd_write_some(m->fd, step->puts[i].pos,
		    step->puts[i].data, &done);
		*begun_r = *begun_r || done > 0;
	}
	return r;
}

static int
do_step(struct mbox *m, const struct redo_step *step, bool sync)
{
	bool first = true, begun = false;
	int r = 0;

	/* The record says what is there now. Flags that some session wrote and
	 * did not sync must not be gone again when it is read. */
	if (sync && (r = cc_fd_datasync(m->fd)) != 0)
		return r;
	if ((r = cc_redo_write(m, step, sync, &first)) != 0 && !step->bare)
		return r;
	if ((r = lengthen(m, step, sync)) == 0)
		r = put_all(m, step, &begun);
	/* Nothing was put: the mailbox is as it was, and can be read without
	 * its record by those who could not do the step either. */
	if (r != 0 && first && !begun && is_short_again(m, step->size_before))
		(void)cc_redo_remove(m, sync);
	return r == 0 && sync ? cc_fd_datasync(m->fd) : r;
}

/*
 * What lies in a gap must not be taken for more than it is, also by programs
 * that know nothing of records. So it ends in line ends: what follows begins
 * a line, no header goes on into it, and a short gap is but empty lines. A gap
 * at the end of the file begins with them, too: later that tells whether it
 * was cut off, and what lies there is a delivery.
 */
static size_t
mark_gap(const struct redo_step *step, const char *mark, struct redo_put *puts)
{
	uint64_t len = step->gap_end - step->gap;
	uint64_t last = len < CC_REDO_MARK ? len : CC_REDO_MARK,
		 first = len - last;
	size_t n = 0;

	if (len == 0)
		return 0;
	puts[n++] = (struct redo_put){ step->gap_end - last,
		cc_span(mark, (size_t)last), NULL };
	/* puts of a step do not overlap */
	if (first > CC_REDO_MARK)
		first = CC_REDO_MARK;
	if (step->gap_end == step->size && first > 0)
		puts[n++] = (struct redo_put){ step->gap,
			cc_span(mark, (size_t)first), NULL };
	return n;
}

int
cc_redo_step(struct mbox *m, const struct redo_step *step, bool sync)
{
	struct redo_put *puts = fs_get((step->count + 2) * sizeof(*puts));
	struct redo_step marked = *step;
	char mark[CC_REDO_MARK];
	int r;

	memset(mark, '\n', sizeof(mark));
	if (step->count > 0)
		memcpy(puts, step->puts, step->count * sizeof(*puts));
	marked.puts = puts;
	marked.count += mark_gap(step, mark, puts + step->count);
	r = do_step(m, &marked, sync);
	fs_give((void **)&puts);
	return r;
}

int
cc_redo_advance(struct mbox *m, uint64_t gap_end, const struct redo_step *step,
    bool sync)
{
	const struct redo_put *put = step->puts;
	struct redo_step moved = *step;
	int r;

	/* The line ends that mark the gap's end stay until it has moved. */
	if (put->pos + put->data.len + CC_REDO_MARK > gap_end ||
	    gap_end == step->size)
		return cc_redo_step(m, step, sync);
	if ((r = cc_fd_write_at(m->fd, put->pos, put->data)) != 0)
		return r;
	moved.count = 0;
	return cc_redo_step(m, &moved, sync);
}

int
cc_redo_trim(const struct mbox *m, struct redo_put *put)
{
	size_t got, first = 0, len = put->data.len;
	unsigned char *old = fs_get(len + 1);
	const char *new = put->data.p;
	int r = cc_fd_read_at(m->fd, put->pos, old, len, &got);

	if (r == 0 && got == len) {
		while (len > 0 && old[len - 1] == (unsigned char)new[len - 1])
			len--;
		while (first < len && old[first] == (unsigned char)new[first])
			first++;
		put->data = cc_span(new + first, len - first);
		put->pos += first;
	}
	fs_give((void **)&old);
	return r;
}

/* Moves octets from behind the gap into it, as many as a step may put. */
static int
close_some(struct mbox *m, uint64_t *gap, uint64_t *gap_end, uint64_t size,
    unsigned char *buf, bool sync)
{
	uint64_t left = size - *gap_end;
	struct redo_put put = { .pos = *gap };
	struct redo_step step = { size, size, 0, 0, &put, 1, false };
	size_t n = cc_redo_put_max(m), got;
	int r;

	if (left < n)
		n = (size_t)left;
	if ((r = cc_fd_read_at(m->fd, *gap_end, buf, n, &got)) != 0)
		return r;
	if (got != n)
		return CC_ECHANGED;
	put.data = cc_span(buf, n);
	step.gap = *gap + n;
	step.gap_end = *gap_end + n;
	if ((r = cc_redo_advance(m, *gap_end, &step, sync)) != 0)
		return r;
	*gap = step.gap;
	*gap_end = step.gap_end;
	return 0;
}

/* Octets of a gap that are looked at, or written, at once. */
#define BLANK_STEP (64u * 1024)

/*
 * A gap at the end that cannot be cut off becomes line ends, which belong to
 * the last message for programs that know nothing of records: they would find
 * in it what was moved. Ours do not see it (cc_redo_content).
 */
static void
blank(const struct mbox *m, uint64_t gap, uint64_t gap_end)
{
	char *line_ends = fs_get(BLANK_STEP), *there = fs_get(BLANK_STEP);
	size_t got, n;
	int r = 0;

	memset(line_ends, '\n', BLANK_STEP);
	for (; r == 0 && gap < gap_end; gap += n) {
		n = gap_end - gap < BLANK_STEP ? (size_t)(gap_end - gap)
					       : BLANK_STEP;
		r = cc_fd_read_at(m->fd, gap, there, n, &got);
		if (r == 0 && (got != n || memcmp(there, line_ends, n) != 0))
			r = cc_fd_write_at(m->fd, gap, cc_span(line_ends, n));
	}
	fs_give((void **)&line_ends);
	fs_give((void **)&there);
}

/* Cuts the gap off, which is at the end by now. */
static int
cut(struct mbox *m, uint64_t gap, uint64_t gap_end, bool sync)
{
	struct stat st;
	int r;

	if (fstat(m->fd, &st) != 0)
		return CC_EIO;
	if ((uint64_t)st.st_size != gap_end)
		return CC_EBUSY; /* delivered without locks: the record stays */
	if (gap < gap_end && ftruncate(m->fd, (off_t)gap) != 0) {
		r = cc_err_errno();
		blank(m, gap, gap_end);
		return r;
	}
	if (gap < gap_end && sync && (r = cc_fd_datasync(m->fd)) != 0)
		return r;
	return cc_redo_remove(m, sync);
}

int
cc_redo_close(struct mbox *m, uint64_t gap, uint64_t gap_end, bool sync)
{
	unsigned char *buf = NULL;
	struct stat st;
	int r = 0;

	if (gap == gap_end)
		return cc_redo_remove(m, sync);
	for (;;) {
		if (fstat(m->fd, &st) != 0)
			r = CC_EIO;
		if (r != 0 || gap_end >= (uint64_t)st.st_size)
			break;
		if (!buf)
			buf = fs_get(cc_redo_put_max(m));
		r = close_some(m, &gap, &gap_end, (uint64_t)st.st_size, buf,
		    sync);
	}
	fs_give((void **)&buf);
	return r != 0 ? r : cut(m, gap, gap_end, sync);
}
