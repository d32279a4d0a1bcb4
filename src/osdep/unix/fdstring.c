/*
 * fdstring.c - a STRING over an open file.
 *
 * The caller's FDDATA is read once, at INIT: the descriptor goes to data, the
 * position of the string's beginning to data1. The file offset is not used.
 * Where octets cannot be read, or are not there any more, the string ends: its
 * size says so. Who reads on all the same gets NULs.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "fdstring.h"
#include "mail_string.h"

static void fd_init(STRING *s, void *data, unsigned long size);
static void fd_setpos(STRING *s, unsigned long i);

STRINGDRIVER fd_string = { fd_init, cc_string_next, fd_setpos };

static void
fd_init(STRING *s, void *data, unsigned long size)
{
	const FDDATA *d = data;

	s->data = (void *)(intptr_t)d->fd;
	s->data1 = d->pos;
	s->size = size;
	s->chunk = s->curpos = d->chunk;
	s->chunksize = d->chunksize;
	s->offset = s->cursize = 0;
	SETPOS(s, 0);
	s->size = size; /* nobody has read on yet */
}

/* Fills the window with len octets from position i of the string on; behind
 * those that there are, with NULs. */
static unsigned long
fd_load(STRING *s, unsigned long i, unsigned long len)
{
	int fd = (int)(intptr_t)s->data;
	unsigned long got = 0;

	while (got < len) {
		ssize_t n = pread(fd, s->chunk + got, len - got,
		    (off_t)(s->data1 + i + got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		got += (unsigned long)n;
	}
	memset(s->chunk + got, '\0', len - got);
	return got;
}

/* curpos and cursize always end where the window does, whatever was read. */
static void
fd_setpos(STRING *s, unsigned long i)
{
	unsigned long end = GETPOS(s) + s->cursize;
	unsigned long len, got;

	if (i >= s->offset && i < end) {
		s->curpos = s->chunk + (i - s->offset);
		s->cursize = end - i;
		return;
	}
	if (i > s->size)
		i = s->size;
	len = s->size - i;
	if (len > s->chunksize)
		len = s->chunksize;
	/* The MIME parser narrows size for a while: there is always an octet
	 * to go on from, as SNX wants it. */
	if (len == 0)
		len = 1;
	got = fd_load(s, i, len);
	if (got < len && i + got < s->size)
		s->size = i + got;
	s->offset = i;
	s->curpos = s->chunk;
	s->cursize = got > 0 ? got : 1;
}
