/*
 * unix_inner.h - what the drivers of traditional mailbox files share: unix,
 * and mbox, whose INBOX is such a file elsewhere.
 */
#ifndef UNIX_INNER_H
#define UNIX_INNER_H

#include "mail.h"
#include "mail_fast.h"

/* The file of the INBOX of mbox, as a unix mailbox. */
#define CC_MBOX_FILE "~/mbox"

/* Members of the driver's table. */
void cc_unix_scan(MAILSTREAM *stream, char *ref, char *pat, char *contents);
void cc_unix_list(MAILSTREAM *stream, char *ref, char *pat);
void cc_unix_lsub(MAILSTREAM *stream, char *ref, char *pat);
long cc_unix_create(MAILSTREAM *stream, char *mailbox);
long cc_unix_delete(MAILSTREAM *stream, char *mailbox);
long cc_unix_rename(MAILSTREAM *stream, char *old, char *newname);
void cc_unix_close(MAILSTREAM *stream, long options);
long cc_unix_ping(MAILSTREAM *stream);
void cc_unix_check(MAILSTREAM *stream);
long cc_unix_expunge(MAILSTREAM *stream, char *sequence, long options);
long cc_unix_status(MAILSTREAM *stream, char *mbx, long flags);
long cc_unix_append(MAILSTREAM *stream, char *mailbox, append_t af, void *data);
long cc_unix_copy(MAILSTREAM *stream, char *sequence, char *mailbox,
    long options);
extern const struct cc_driver_fast cc_unix_fast;
extern DRIVER unixdriver;

struct mbox;

/* The private state of an open stream; NULL if it is not open. */
static inline struct mbox *
cc_unix_mbox(MAILSTREAM *stream)
{
	return stream->local;
}

/* Is the file at path a traditional mailbox, or one that is being changed? */
bool cc_unix_is_file(const char *path);

/* The same for one who has looked what there is. */
bool cc_unix_is_file_now(const char *path, const struct stat *st);

/* Opens the file at path as what the stream's mailbox means. before, if not
 * NULL, is called with it before anything is told. */
MAILSTREAM *cc_unix_open_file(MAILSTREAM *stream, const char *path,
    void (*before)(MAILSTREAM *stream, struct mbox *m));

/* Does another program keep the mailbox, and will it not let go? Then this
 * session can only read, which the user was told. */
bool cc_unix_is_kept(const MAILSTREAM *stream, struct mbox *m);

/* Tells counters by mm_status; stream: the mailbox if it is open, or NIL. */
struct mbox_status;
void cc_unix_answer(MAILSTREAM *stream, char *mbx, long flags,
    const struct mbox_status *counted);

/* RENAME of an INBOX that is the file at path: its mail goes to a new mailbox,
 * and the file stays, empty. Complains by itself. */
long cc_unix_move_inbox(const char *path, char *newname);

#endif
