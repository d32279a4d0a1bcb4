/*
 * ftl_unix.c - the end of a program that cannot go on.
 */
#include <stdlib.h>
#include <syslog.h>

#include "ftl.h"
#include "mail.h"

void
fatal(char *string)
{
	mm_fatal(string);
	syslog(LOG_ALERT, "IMAP toolkit crash: %.200s", string);
	abort();
}
