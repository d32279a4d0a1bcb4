/*
 * mail_string.h - reading from a STRING of any kind, the program's own kinds
 * included.
 */
#ifndef MAIL_STRING_H
#define MAIL_STRING_H

#include "mail.h"

/* The member `next` of drivers whose setpos does all: the octet here, and the
 * position behind it. */
char cc_string_next(STRING *s);

/* Copies up to n octets from the present position and moves on. Returns how
 * many: fewer than n only at the end of the string. */
unsigned long cc_string_read(STRING *s, char *buf, unsigned long n);

#endif
