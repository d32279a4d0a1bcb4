/*
 * flstring.c - a STRING over a file of stdio.
 *
 * The window is one octet inside the STRING (data1): what flstring.h says of
 * copies follows from that. Several strings may share one FILE. Where the file
 * ends, or cannot be read, the string does: its size says so. Who reads on all
 * the same gets NULs.
 */
#include <stdio.h>

#include "flstring.h"
#include "mail_string.h"

static void file_init(STRING *s, void *data, unsigned long size);
static void file_setpos(STRING *s, unsigned long i);

STRINGDRIVER file_string = { file_init, cc_string_next, file_setpos };

static void
file_init(STRING *s, void *data, unsigned long size)
{
	s->data = data;
	s->size = size;
	s->chunksize = 1;
	SETPOS(s, 0);
	s->size = size; /* nobody has read on yet */
}

static void
file_setpos(STRING *s, unsigned long i)
{
	FILE *f = s->data;
	int c;

	s->chunk = s->curpos = (char *)&s->data1;
	s->offset = i;
	s->cursize = 1;
	/* Reading on needs no seek, which would throw stdio's buffer away. */
	if (ftello(f) != (off_t)i && fseeko(f, (off_t)i, SEEK_SET) != 0)
		c = EOF;
	else
		c = getc(f);
	*s->curpos = c == EOF ? '\0' : (char)c;
	if (c == EOF && i < s->size)
		s->size = i;
}
