/*
 * mboxfile_text.c - the text of an append, in pieces that lie in memory or in
 * a spool. Nothing is copied until it is written.
 */
#include "fs.h"
#include "mboxfile_text.h"

void
cc_text_init(struct mbox_text *t, const struct mbox_spool *spool)
{
	*t = (struct mbox_text){ .spool = spool };
}

void
cc_text_free(struct mbox_text *t)
{
	fs_give((void **)&t->pieces);
	fs_give((void **)&t->starts);
	t->count = t->room = t->start_count = t->start_room = 0;
}

void
cc_text_begin(struct mbox_text *t)
{
	if (t->start_count == t->start_room) {
		t->start_room += 4 + t->start_room / 2;
		fs_resize((void **)&t->starts,
		    t->start_room * sizeof(*t->starts));
	}
	t->starts[t->start_count++] = t->len;
}

void
cc_text_add(struct mbox_text *t, const char *p, uint64_t pos, uint64_t len)
{
	if (len == 0)
		return;
	if (t->count == t->room) {
		t->room += 4 + t->room / 2;
		fs_resize((void **)&t->pieces, t->room * sizeof(*t->pieces));
	}
	t->pieces[t->count++] = (struct mbox_piece){ p, pos, len };
	t->len += len;
}

/* Octets of one piece. */
static int
read_piece(const struct mbox_text *t, const struct mbox_piece *piece,
    uint64_t at, char *buf, size_t len)
{
	if (!piece->p)
		return cc_spool_read(t->spool, piece->pos + at, buf, len);
	memcpy(buf, piece->p + at, len);
	return 0;
}

long
cc_text_read(const struct mbox_text *t, struct mbox_text_pos *pos, char *buf,
    size_t len)
{
	size_t done = 0;
	int r;

	while (done < len && pos->piece < t->count) {
		const struct mbox_piece *piece = &t->pieces[pos->piece];
		uint64_t left = piece->len - pos->at;
		size_t n = left < len - done ? (size_t)left : len - done;

		if ((r = read_piece(t, piece, pos->at, buf + done, n)) != 0)
			return r;
		done += n;
		pos->at += n;
		if (pos->at == piece->len)
			*pos = (struct mbox_text_pos){ pos->piece + 1, 0 };
	}
	return (long)done;
}
