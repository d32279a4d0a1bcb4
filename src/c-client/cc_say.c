/*
 * cc_say.c - a line for the user of the program. Holds no state.
 */
#include <stdarg.h>
#include <stdio.h>

#include "mail.h"
#include "osdep.h"
#include "cc_say.h"

void
cc_say(long level, const char *fmt, ...)
{
	char text[MAILTMPLEN];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	for (unsigned char *s = (unsigned char *)text; *s; s++)
		if (*s < ' ' || *s == 0x7f)
			*s = '?';
	MM_LOG(text, level);
}
