/*
 * rfc822_complain.h - telling the program about malformed mail.
 */
#ifndef RFC822_COMPLAIN_H
#define RFC822_COMPLAIN_H

#include "span.h"

/* "WHAT: TEXT" to mm_log at PARSE, in one line: the first 80 octets of the
 * text, controls as "?". */
void cc_rfc822_complain(const char *what, struct span text);

#endif
