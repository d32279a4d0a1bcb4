/*
 * mboxfile_there.c - do messages still lie where the index says?
 *
 * There is no lock while a message is read, so the file may change at any
 * time, even in the middle. Therefore the file's stamp is compared with that
 * of the parse after each read. If it differs, the octets are read again until
 * the file is at rest (mboxfile_view.c), and the from-lines at both ends of the
 * message must still be there, its header be what it was, its text where it
 * was; then only its hidden lines can have changed, in place. All octets are
 * hostile.
 */
#include "cc_ctype.h"
#include "cc_err.h"
#include "cc_limits.h"
#include "fdio.h"
#include "fs.h"
#include "mboxfile_view.h"

int
cc_mbox_from_line_at(const struct mbox *m, uint64_t pos, uint16_t *sum_r,
    uint64_t *from_r, uint64_t *len_r)
{
	char small[CC_MBOX_FROM_READ], *buf = small, *lf = NULL;
	size_t cap = sizeof(small), got, i = 0;
	int r;

	for (;;) {
		r = cc_fd_read_at(m->fd, pos, buf, cap, &got);
		for (i = 0; r == 0 && i < got && is_space(buf[i]);)
			i++;
		lf = r == 0 ? memchr(buf + i, '\n', got - i) : NULL;
		if (r != 0 || lf || got < cap || cap > CC_READ_WINDOW)
			break;
		/* once more, for a line of any length that counts */
		cap = CC_READ_WINDOW + 1;
		buf = fs_get(cap);
	}
	if (r == 0 && !lf)
		r = CC_ECHANGED;
	if (r == 0) {
		*sum_r =
		    cc_mbox_from_sum(cc_span(buf + i, (size_t)(lf - buf) - i));
		*from_r = pos + i;
		*len_r = (uint64_t)(lf - buf) + 1;
	}
	if (buf != small)
		fs_give((void **)&buf);
	return r;
}

/* Does message i begin where it should, and where does its text? Many messages
 * may have one from-line, so the header is looked at, too. */
static int
check_header(const struct mbox *m, uint32_t i, uint64_t *text_r)
{
	const struct mbox_msg *msg = &m->index.msgs[i];
	struct mbox_window w;
	struct mbox_msg now;
	int r;

	cc_mbox_window_init(&w, m->fd, CC_MBOX_SMALL_READ);
	r = cc_mbox_read_sums(&w, msg->pos, cc_mbox_msg_end(&m->index, i), &now,
	    text_r);
	cc_mbox_window_free(&w);
	if (r == CC_EPARSE ||
	    (r == 0 &&
		(now.from_sum != msg->from_sum ||
		    now.head_sum != msg->head_sum || now.junk != msg->junk)))
		r = CC_ECHANGED;
	return r;
}

/* Does a message begin where the next one should? */
static int
check_begin(const struct mbox *m, const struct mbox_msg *msg)
{
	uint64_t from, len;
	uint16_t sum;
	int r = cc_mbox_from_line_at(m, msg->pos, &sum, &from, &len);

	/* an empty line more or less means that it has moved */
	if (r == 0 && (sum != msg->from_sum || (from > msg->pos) != msg->junk))
		r = CC_ECHANGED;
	return r;
}

/* The first message behind i that is in the file, or count. */
static uint32_t
next_there(const struct mbox_index *index, uint32_t i)
{
	do
		i++;
	while (i < index->count && (index->msgs[i].flags & MBOX_GONE));
	return i;
}

int
cc_mbox_is_there(const struct mbox *m, uint32_t i)
{
	uint32_t next = next_there(&m->index, i);
	uint64_t text;
	int r = check_header(m, i, &text);

	return r == 0 && next < m->index.count
	    ? check_begin(m, &m->index.msgs[next])
	    : r;
}

int
cc_mbox_check_message(const struct mbox *m, uint32_t i, off_t size)
{
	bool placed = m->place.known && m->place.i == i;
	uint32_t next = next_there(&m->index, i);
	uint64_t text;
	int r;

	if ((r = check_header(m, i, &text)) != 0)
		return r;
	/* its own hidden lines may be longer or shorter */
	if (placed && m->place.text != text)
		return CC_ECHANGED;
	if (next < m->index.count)
		return check_begin(m, &m->index.msgs[next]);
	/* Nothing marks the end of the last message. It has not moved if its
	 * text still begins where it was found while all was well. */
	return placed && (uint64_t)size >= m->index.end ? 0 : CC_ECHANGED;
}
