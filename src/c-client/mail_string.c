/*
 * mail_string.c - STRINGs: the one over memory, and reading from any.
 */
#include <string.h>

#include "mail.h"
#include "mail_string.h"

static void mem_init(STRING *s, void *data, unsigned long size);
static void mem_setpos(STRING *s, unsigned long i);

STRINGDRIVER mail_string = { mem_init, cc_string_next, mem_setpos };

static void
mem_init(STRING *s, void *data, unsigned long size)
{
	s->data = data;
	s->size = s->chunksize = s->cursize = size;
	s->chunk = s->curpos = data;
	s->offset = 0;
}

/* chunksize, not size, is the bound: the MIME parser narrows size for a
 * while. */
static void
mem_setpos(STRING *s, unsigned long i)
{
	if (i > s->chunksize)
		i = s->chunksize;
	s->curpos = s->chunk + i;
	s->cursize = s->chunksize - i;
}

char
cc_string_next(STRING *s)
{
	char c = *s->curpos;

	SETPOS(s, GETPOS(s) + 1);
	return c;
}

unsigned long
cc_string_read(STRING *s, char *buf, unsigned long n)
{
	unsigned long done = 0;

	if (n > SIZE(s))
		n = SIZE(s);
	/* a string may turn out to end before it said it would */
	while (done < n && SIZE(s) > 0) {
		unsigned long part = n - done;

		if (s->cursize == 0)
			SETPOS(s, GETPOS(s));
		if (s->cursize == 0)
			break;
		if (part > s->cursize)
			part = s->cursize;
		memcpy(buf + done, s->curpos, part);
		done += part;
		SETPOS(s, GETPOS(s) + part);
	}
	return done;
}
