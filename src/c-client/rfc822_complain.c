/*
 * rfc822_complain.c - telling the program about malformed mail (mm_log, PARSE).
 * The text is a stranger's; it gets no say in how the line looks.
 */
#include "mail.h"
#include "cc_say.h"
#include "rfc822_complain.h"

#define SHOWN 80 /* octets */

void
cc_rfc822_complain(const char *what, struct span text)
{
	text = cc_span_trim(text);
	if (text.len > SHOWN)
		text.len = SHOWN;
	cc_say(PARSE, "%s: %.*s", what, (int)text.len, text.p);
}
