/*
 * rfc822_complain.c - telling the program about malformed mail (mm_log, PARSE).
 * The text is a stranger's; it gets no say in how the line looks.
 */
#include "mail_generic.h"
#include "rfc822_complain.h"

#define SHOWN 80 /* octets */

void
cc_rfc822_complain(const char *what, struct span text)
{
	char line[MAILTMPLEN];

	text = cc_span_trim(text);
	if (text.len > SHOWN)
		text.len = SHOWN;
	snprintf(line, sizeof(line), "%s: %.*s", what, (int)text.len, text.p);
	for (unsigned char *s = (unsigned char *)line; *s; s++)
		if (*s < ' ' || *s == 0x7f)
			*s = '?';
	MM_LOG(line, PARSE);
}
