/*
 * mboxfile_move.c - rewriting a file in place from its end to its beginning.
 *
 * The file grows by what is needed, which makes a gap at its end. Content from
 * before the gap is put behind it, changed or not, until the gap has reached
 * the first octet that changes. In between the file is: old content, gap, new
 * content. Each step is durable before the next begins (mboxfile_redo.c).
 */
#include "cc_err.h"
#include "fdio.h"
#include "fs.h"
#include "mboxfile_move.h"

void
cc_move_begin(struct mover *v, struct mbox *m, uint64_t size, uint64_t more)
{
	*v = (struct mover){ .m = m,
		.size_before = size,
		.size = size + more,
		.gap = size,
		.gap_end = size + more,
		.src = size };
	v->cap = cc_redo_put_max(m);
	v->buf = fs_get(v->cap);
}

void
cc_move_free(struct mover *v)
{
	fs_give((void **)&v->buf);
}

static unsigned char *
collected(const struct mover *v)
{
	return v->buf + v->cap - v->used;
}

static int
flush(struct mover *v)
{
	uint64_t pos = v->gap_end - v->used;
	struct redo_put put = { pos, cc_span(collected(v), v->used), NULL };
	struct redo_step step = { v->size_before, v->size, v->src, pos, &put, 1,
		false };
	int r;

	if (v->src > pos)
		return CC_EINVAL; /* more was put than there is room for */
	if (v->src == v->gap && v->used == 0)
		return 0;
	if (v->src == pos && v->gap == v->gap_end &&
	    v->size == v->size_before) {
		if ((r = cc_redo_trim(v->m, &put)) != 0)
			return r;
		if (put.data.len == 0)
			goto done;
	}
	if ((r = cc_redo_step(v->m, &step, true)) != 0)
		return r;
	v->recorded = true;
	v->size_before = v->size;
done:
	v->gap = v->src;
	v->gap_end = pos;
	v->used = 0;
	return 0;
}

int
cc_move_copy(struct mover *v, uint64_t from)
{
	size_t room, got;
	int r;

	if (v->gap == v->gap_end && v->used == 0 && v->src == v->gap) {
		v->src = v->gap = v->gap_end = from;
		return 0;
	}
	while (v->src > from) {
		room = v->cap - v->used;
		if (room == 0) {
			if ((r = flush(v)) != 0)
				return r;
			continue;
		}
		if (v->src - from < room)
			room = (size_t)(v->src - from);
		r = cc_fd_read_at(v->m->fd, v->src - room, collected(v) - room,
		    room, &got);
		if (r == 0 && got != room)
			r = CC_ECHANGED;
		if (r != 0)
			return r;
		v->src -= room;
		v->used += room;
	}
	return 0;
}

int
cc_move_put(struct mover *v, struct span data)
{
	int r;

	if (data.len > v->cap)
		return CC_ELIMIT;
	if (data.len > v->cap - v->used && (r = flush(v)) != 0)
		return r;
	memcpy(collected(v) - data.len, data.p, data.len);
	v->used += data.len;
	return 0;
}

void
cc_move_drop(struct mover *v, uint64_t from)
{
	v->src = from;
}

int
cc_move_end(struct mover *v)
{
	int r;

	if ((r = flush(v)) != 0)
		return r;
	/* Room that was not needed after all was never made. */
	if (!v->recorded && v->size_before != v->size)
		return 0;
	return cc_redo_close(v->m, v->gap, v->gap_end, true);
}
