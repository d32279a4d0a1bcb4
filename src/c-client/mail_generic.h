/*
 * mail_generic.h - the fast table for drivers that have none of their own,
 * and what it shares with the public elts.
 */
#ifndef MAIL_GENERIC_H
#define MAIL_GENERIC_H

#include "mail_fast.h"
#include "osdep.h"

extern const struct cc_driver_fast cc_generic_fast;

/* The flags of an elt as bits: fSEEN ... fDRAFT, fOLD for not \Recent. */
unsigned cc_mail_elt_flags(const MESSAGECACHE *elt);

/* Writes "(\Seen Work)" for flag bits and keywords. */
void cc_mail_put_flags(MAILSTREAM *stream, unsigned flags, uint32_t keywords,
    struct strbuf *out);

/* Puts flag bits and keywords into an elt and marks it valid. */
void cc_mail_elt_set_flags(MESSAGECACHE *elt, unsigned flags,
    uint32_t keywords);

/* The internal date of an elt; 1970 if it has none. */
struct imap_date cc_mail_elt_date(const MESSAGECACHE *elt);

/* Puts a date into an elt; years outside 1970..2097 become the nearest. */
void cc_mail_elt_set_date(MESSAGECACHE *elt, const struct imap_date *date);

/* The elt of a message if it exists, else NIL; makes none. */
MESSAGECACHE *cc_mail_elt_if(MAILSTREAM *stream, unsigned long msgno);

/* msgno, or that of a UID with FT_UID; 0 if there is no such message. */
unsigned long cc_mail_msgno(MAILSTREAM *stream, unsigned long msgno,
    long flags);

/* mail_sequence or mail_uid_sequence. */
long cc_mail_mark(MAILSTREAM *stream, char *sequence, long uid);

/* Is it a "#driver." name; its driver, and what follows the delimiter (NULL if
 * there is none). */
bool cc_mail_names_driver(const char *name);
DRIVER *cc_mail_named_driver(const char *name, const char **rest_r);

/* Copies to a mailbox that the source's driver cannot write, through the
 * program's routine or by appending what is read. */
long cc_mail_copy_elsewhere(MAILSTREAM *stream, char *sequence, char *mailbox,
    long options);

/* "Can't WHAT NAME: WHY" to mm_log, at ERROR; or with the text of a code. */
void cc_mail_complain(const char *what, const char *name, const char *why);
void cc_mail_report(const char *what, const char *name, int code);

/* Fills the elt of a message from the driver's record, if it exists. */
void cc_mail_elt_refresh(MAILSTREAM *stream, unsigned long msgno);

#endif
