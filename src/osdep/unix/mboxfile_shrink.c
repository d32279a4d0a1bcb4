/*
 * mboxfile_shrink.c - rewriting a file in place from its beginning to its
 * end: what is dropped leaves a gap, what follows is put before it, and the
 * gap travels to the end, where it is cut off. In between the file is: new
 * content, gap, old content. Each step is durable before the next begins
 * (mboxfile_redo.c). Where nothing moves there is but the cut.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "cc_err.h"
#include "fdio.h"
#include "fs.h"
#include "mboxfile_shrink.h"

void
cc_shrink_begin(struct shrinker *v, struct mbox *m, uint64_t size)
{
	*v = (struct shrinker){ .m = m, .size = size };
	v->cap = cc_redo_put_max(m);
	v->buf = fs_get(v->cap);
}

void
cc_shrink_free(struct shrinker *v)
{
	fs_give((void **)&v->buf);
}

/* Octets that go into the gap at once: they stay in the processor's cache from
 * being read to being written. */
#define PIECE ((size_t)256 * 1024)

/* Octets that go into it before it is written down that it has moved. */
#define STREAM_MAX (16u * 1024 * 1024)

static size_t
piece(const struct shrinker *v)
{
	return v->cap < PIECE ? v->cap : PIECE;
}

/* Is it worth while to fill the gap? A small one would be full too often. */
static bool
is_large(const struct shrinker *v, uint64_t gap)
{
	return gap >= v->cap / 2 && gap >= piece(v) + CC_REDO_MARK;
}

/* Is there room for a piece in the gap, as it is on disk? The line ends that
 * mark its end stay. */
static bool
can_stream(const struct shrinker *v)
{
	return is_large(v, v->gap_end - v->gap) && v->gap_end < v->size &&
	    v->at + piece(v) + CC_REDO_MARK <= v->gap_end &&
	    v->at - v->gap < STREAM_MAX;
}

/* Octets that can be collected before room must be made. Without a gap to fill
 * it takes a step with all of them, which is done once it leaves such a gap. */
static size_t
room(const struct shrinker *v)
{
	size_t most = v->cap;

	if (can_stream(v))
		most = piece(v);
	else if (v->at > v->gap ||
	    (v->used > 0 && is_large(v, v->src - v->at - v->used)))
		most = 0;
	return most > v->used ? most - v->used : 0;
}

/* Nothing moved yet, or all that did is at its place: octets that stay need
 * not be looked at. */
static bool
is_level(const struct shrinker *v)
{
	return v->gap == v->gap_end && v->gap + v->used == v->src;
}

/* Octets of the same length as those there: only what differs is put. */
static int
put_level(struct shrinker *v)
{
	struct redo_put put = { v->gap, cc_span(v->buf, v->used), NULL };
	struct redo_step step = { v->size, v->size, v->src, v->src, &put, 1,
		false };
	int r = cc_redo_trim(v->m, &put);

	if (r == 0 && put.data.len > 0) {
		r = cc_redo_step(v->m, &step, true);
		v->recorded |= r == 0;
	}
	return r;
}

static int
flush(struct shrinker *v)
{
	uint64_t pos = v->at + v->used;
	struct redo_put put = { v->at, cc_span(v->buf, v->used), NULL };
	struct redo_step step = { v->size, v->size, pos, v->src, &put, 1,
		false };
	int r;

	if (pos > v->src)
		return CC_EINVAL; /* more was put than there is room for */
	if (pos == v->gap && v->src == v->gap_end)
		return 0;
	if (is_level(v)) {
		r = put_level(v);
	} else {
		r = cc_redo_advance(v->m, v->gap_end, &step, true);
		v->recorded |= r == 0;
	}
	if (r != 0)
		return r;
	v->gap = v->at = pos;
	v->gap_end = v->src;
	v->used = 0;
	return 0;
}

/* Makes room: what is collected goes into the gap, of which nothing need be
 * said before it is full, or with a step to its place. */
static int
make_room(struct shrinker *v)
{
	int r;

	if (!can_stream(v) || v->at + v->used + CC_REDO_MARK > v->gap_end)
		return flush(v);
	r = cc_fd_write_at(v->m->fd, v->at, cc_span(v->buf, v->used));
	v->at += v->used;
	v->used = 0;
	return r;
}

int
cc_shrink_copy(struct shrinker *v, uint64_t to)
{
	int r;

	if (is_level(v)) {
		if ((r = flush(v)) != 0)
			return r;
		v->src = v->gap = v->at = v->gap_end = to;
		return 0;
	}
	while (v->src < to) {
		size_t n = room(v), got;

		if (n == 0) {
			if ((r = make_room(v)) != 0)
				return r;
			continue;
		}
		if (to - v->src < n)
			n = (size_t)(to - v->src);
		r = cc_fd_read_at(v->m->fd, v->src, v->buf + v->used, n, &got);
		if (r == 0 && got != n)
			r = CC_ECHANGED;
		if (r != 0)
			return r;
		v->src += n;
		v->used += n;
	}
	return 0;
}

int
cc_shrink_put(struct shrinker *v, struct span data)
{
	int r;

	if (data.len > v->cap)
		return CC_ELIMIT;
	if (data.len > v->cap - v->used && (r = flush(v)) != 0)
		return r;
	memcpy(v->buf + v->used, data.p, data.len);
	v->used += data.len;
	return 0;
}

void
cc_shrink_drop(struct shrinker *v, uint64_t to)
{
	v->src = to;
}

/* Did nothing move, and is but the end of the file to go? That is one call,
 * which is done or is not: it needs no record, and no room for one. */
static bool
is_but_a_cut(const struct shrinker *v)
{
	struct stat st;

	return !v->recorded && v->used == 0 && v->gap == v->gap_end &&
	    v->gap < v->src && v->src == v->size && fstat(v->m->fd, &st) == 0 &&
	    (uint64_t)st.st_size == v->size;
}

int
cc_shrink_end(struct shrinker *v)
{
	int r;

	if (is_but_a_cut(v) && ftruncate(v->m->fd, (off_t)v->gap) == 0)
		return cc_fd_datasync(v->m->fd);
	/* what cannot be cut off is marked as what it is */
	if ((r = flush(v)) != 0 || !v->recorded)
		return r;
	return cc_redo_close(v->m, v->gap, v->gap_end, true);
}
