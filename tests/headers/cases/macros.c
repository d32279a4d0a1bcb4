/* Macros that programs call as functions. */
#include "c-client.h"
#include "imap4r1.h"

unsigned long walk(char *text, unsigned long size);
unsigned long ready(GETS_DATA *data, MAILSTREAM *stream);

unsigned long
walk(char *text, unsigned long size)
{
	STRING s;
	unsigned long sum = 0;

	INIT(&s, mail_string, text, size);
	while (SIZE(&s))
		sum = sum * 31 + (unsigned char)SNX(&s);
	SETPOS(&s, 0);
	CHR(&s) = 'x';
	return sum + GETPOS(&s);
}

unsigned long
ready(GETS_DATA *data, MAILSTREAM *stream)
{
	unsigned char buf[3], *end = buf;
	unsigned long c = 0x20ac;

	INIT_GETS(*data, stream, 1, "TEXT", 0, 0)
	UTF8_PUT_BMP(end, c);
	return UTF8_SIZE_BMP(c) + (unsigned long)(end - buf) +
	    (unsigned long)data->flags;
}
