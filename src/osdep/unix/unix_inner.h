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

struct mbox;

/* Opens the file at path as what the stream's mailbox means. before, if not
 * NULL, is called with it before anything is told. */
MAILSTREAM *cc_unix_open_file(MAILSTREAM *stream, const char *path,
    void (*before)(MAILSTREAM *stream, struct mbox *m));

/* RENAME of an INBOX that is the file at path: its mail goes to a new mailbox,
 * and the file stays, empty. Complains by itself. */
long cc_unix_move_inbox(const char *path, char *newname);

#endif
