/*
 * unix_inner.h - what the drivers of traditional mailbox files share: unix,
 * and mbox, whose INBOX is such a file elsewhere.
 */
#ifndef UNIX_INNER_H
#define UNIX_INNER_H

#include "mail.h"
#include "mail_fast.h"

/* Members of the driver's table. */
long cc_unix_create(MAILSTREAM *stream, char *mailbox);
long cc_unix_delete(MAILSTREAM *stream, char *mailbox);
long cc_unix_rename(MAILSTREAM *stream, char *old, char *newname);
long cc_unix_append(MAILSTREAM *stream, char *mailbox, append_t af, void *data);
long cc_unix_copy(MAILSTREAM *stream, char *sequence, char *mailbox,
    long options);
extern const struct cc_driver_fast cc_unix_fast;
extern DRIVER unixdriver;

/* Opens the file at path as what the stream's mailbox means. */
MAILSTREAM *cc_unix_open_file(MAILSTREAM *stream, const char *path);

#endif
