/*
 * unsolicited.h - what the server says without being asked, and the texts that
 * the library logs (RFC 3501 section 7).
 */
#ifndef UNSOLICITED_H
#define UNSOLICITED_H

#include "session.h"

/* callbacks.c: makes s the session that the mm_ callbacks serve, or none. */
void callbacks_serve(struct session *s);

/* Prepares s for news, and makes it the one that the callbacks serve. */
void unsolicited_init(struct session *s);
void unsolicited_free(struct session *s);

/* Forgets the texts of the command before. */
void unsolicited_begin(struct session *s);

/* A new mailbox is selected, of which the client was told everything. */
void unsolicited_selected(struct session *s);

/*
 * Looks at the mailbox and puts EXPUNGE, EXISTS, RECENT, FLAGS and FETCH for
 * what is new, then the lines noted; expunge_ok: EXPUNGE may be sent. False if
 * the mailbox is lost: BYE was put and the session is ending.
 */
bool unsolicited_poll(struct session *s, bool expunge_ok);

/* Notes "* KIND text" for the client, to be put when no response is half
 * written. The text is cut to 1000 octets; none but printable ASCII is sent. */
void unsolicited_note(struct session *s, const char *kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Replaces the content of b, which is one of s->notes, by text, cut to 1000
 * octets. */
void unsolicited_keep(struct strbuf *b, const char *text);

/* The flags of a message are to be told at the end of the command. */
void unsolicited_flags(struct session *s, unsigned long number);

/* Puts the lines noted, which must not happen within a response. */
void unsolicited_notes(struct session *s);

/* How many keywords the mailbox has. */
unsigned unsolicited_keywords(const MAILSTREAM *stream);

/* FLAGS and PERMANENTFLAGS of the selected mailbox. */
void unsolicited_put_flags(struct session *s);

/* UIDVALIDITY and so on: what SELECT tells of a mailbox. */
void unsolicited_put_mailbox(struct session *s);

#endif
