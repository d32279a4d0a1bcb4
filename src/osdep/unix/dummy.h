/*
 * dummy.h - names on this system: walking directories, making and removing
 * mailboxes, for all local drivers. Comes behind mail.h.
 */
#ifndef DUMMY_H
#define DUMMY_H

#include "mail.h"

CC_DECLS_BEGIN

/* LIST, SCAN and LSUB of local names: what drivers without names of their own
 * put into their tables. Answers go to mm_list and mm_lsub. */
void dummy_list(MAILSTREAM *stream, char *ref, char *pat);
void dummy_scan(MAILSTREAM *stream, char *ref, char *pat, char *contents);
void dummy_lsub(MAILSTREAM *stream, char *ref, char *pat);

/*
 * dummy_canonicalize - the one pattern that reference and pattern make, put
 * into the MAILTMPLEN octets of tmp. NIL if nothing can match, or after an
 * error.
 */
long dummy_canonicalize(char *tmp, char *ref, char *pat);

/*
 * scan_contents - does the file at path name hold these csiz octets, case
 * ignored? Asks the driver if it has a way of its own (SCANCONTENTS).
 *
 * fsiz		octets of the file
 */
long scan_contents(DRIVER *dtb, char *name, char *contents, unsigned long csiz,
    unsigned long fsiz);
long dummy_scan_contents(char *name, char *contents, unsigned long csiz,
    unsigned long fsiz);

/* mailboxfile, INBOX being the system inbox. */
char *dummy_file(char *dst, char *name);

/*
 * dummy_create - makes an empty file with its parents; only the directory if
 * the name ends in "/".
 */
long dummy_create(MAILSTREAM *stream, char *mailbox);

/* The same for a path, with dirmode for new directories. */
long dummy_create_path(MAILSTREAM *stream, char *path, long dirmode);

/* Remove, rename a file or directory; no locks. */
long dummy_delete(MAILSTREAM *stream, char *mailbox);
long dummy_rename(MAILSTREAM *stream, char *old, char *newname);

CC_DECLS_END

#endif
