/*
 * mboxfile_redo_out.c - writing a redo record to its file.
 *
 * A record is written once, synced, and hardly ever read. So one that is long
 * goes to the disk past the kernel's cache (O_DIRECT), which would take a page
 * for each 4 KiB of it, fill it and give it back: more work than all the rest
 * of a step. A file system that cannot do that says EINVAL; then, and for what
 * is left at the end, the cache it is.
 */
#include <errno.h>
#include <fcntl.h>

#include "cc_err.h"
#include "fdio.h"
#include "fs.h"
#include "mboxfile_redo_out.h"

/* Octets that are written at once, and what their place in memory and file is
 * a multiple of: no disk wants more. */
#define ROOM ((size_t)1024 * 1024)
#define ALIGN ((size_t)4096)

/* Octets that are summed and copied at a time: they stay in the processor's
 * cache in between. */
#define PIECE ((size_t)16 * 1024)

void
cc_redo_out_begin(struct redo_out *o, int fd)
{
	*o = (struct redo_out){ .fd = fd };
	o->mem = fs_get(ROOM + ALIGN);
	o->buf = o->mem + (ALIGN - (uintptr_t)o->mem % ALIGN);
}

static bool
set_direct(const struct redo_out *o, bool on)
{
	int flags = fcntl(o->fd, F_GETFL);

	return flags >= 0 &&
	    fcntl(o->fd, F_SETFL, on ? flags | O_DIRECT : flags & ~O_DIRECT) ==
	    0;
}

/* Through the cache from now on. */
static void
end_direct(struct redo_out *o)
{
	if (o->direct && !set_direct(o, false) && o->r == 0)
		o->r = CC_EIO;
	o->direct = false;
}

static void
write_out(struct redo_out *o)
{
	size_t done = 0;

	if (o->r == 0)
		o->r = cc_fd_write_some(o->fd, o->len, cc_span(o->buf, o->used),
		    &done);
	if (o->direct && o->r == CC_EINVAL) {
		o->r = 0;
		end_direct(o);
		if (o->r == 0)
			o->r = cc_fd_write_at(o->fd, o->len + done,
			    cc_span(o->buf + done, o->used - done));
	}
	o->len += o->used;
	o->used = 0;
}

/* There is a whole room of octets, and so there was before. */
static void
write_room(struct redo_out *o)
{
	if (!o->tried) {
		o->tried = true;
		o->direct = set_direct(o, true);
	}
	write_out(o);
}

void
cc_redo_out(struct redo_out *o, const void *p, size_t len)
{
	const char *from = p;
	size_t n;

	for (; len > 0; len -= n, from += n) {
		if (o->used == ROOM)
			write_room(o);
		n = ROOM - o->used < PIECE ? ROOM - o->used : PIECE;
		if (len < n)
			n = len;
		cc_redo_sum_add(&o->sum, from, n);
		memcpy(o->buf + o->used, from, n);
		o->used += n;
	}
}

int
cc_redo_out_end(struct redo_out *o)
{
	end_direct(o);
	if (o->used > 0)
		write_out(o);
	fs_give((void **)&o->mem);
	return o->r;
}
