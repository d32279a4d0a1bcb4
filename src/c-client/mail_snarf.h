/*
 * mail_snarf.h - mailboxes into which another one is emptied: names like
 * "#move,SOURCE,DEST" and "#pop{HOST}DEST".
 */
#ifndef MAIL_SNARF_H
#define MAIL_SNARF_H

#include <stdbool.h>

#include "mail.h"

/* Is it such a name? */
bool cc_mail_is_snarf(const char *name);

/* mail_open for such a name. */
MAILSTREAM *cc_mail_open_snarf(MAILSTREAM *stream, char *name, long options);

/* Moves what is there, if the last time is long enough ago; true if something
 * was moved. */
bool cc_mail_snarf(MAILSTREAM *stream);

#endif
