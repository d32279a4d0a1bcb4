/*
 * env.h - what a program needs of the system it runs on: user, home, mailbox
 * paths, dates, login. Needs mail.h.
 */
#ifndef ENV_H
#define ENV_H

#include "mail.h"

CC_DECLS_BEGIN

/* T if s matches the LIST pattern pat: "*" all, "%" all but delim. */
long pmatch_full(unsigned char *s, unsigned char *pat, unsigned char delim);

/* T if names below the directory s may match. */
long dmatch(unsigned char *s, unsigned char *pat, unsigned char delim);

/* mail_parameters for what this layer keeps; NIL for numbers it does not. */
void *env_parameters(long function, void *value);

/* Write the present date into MAILTMPLEN octets: as in a Date header with the
 * zone's name as comment (SET_DISABLE822TZTEXT leaves it out), and as
 * INTERNALDATE. */
void rfc822_date(char *date);
void internal_date(char *date);

/* Appends " (name)" of the zone of t, a struct tm, to s. */
void rfc822_timezone(char *s, void *t);

/* Waits for standard input to have something, for so many seconds: T if it
 * has. */
long server_input_wait(long seconds);

/* This host's name, or "unknown"; the library's. No DNS. */
char *mylocalhost(void);

/* The user's home directory; the library's. */
char *myhomedir(void);

/*
 * mailboxfile - the path of a mailbox, put into the MAILTMPLEN octets of dst.
 *
 * Returns dst, which is "" for INBOX where each driver has its own place for
 * it; NIL if the name is invalid or not for this user.
 */
char *mailboxfile(char *dst, char *name);

/* The prototype stream of new mailboxes (NIL), or of what an empty file
 * becomes when it is appended to (T); NIL if that is refused. */
MAILSTREAM *default_proto(long type);

CC_DECLS_END

/* clang-format off */

#define pmatch(s, pat)		pmatch_full(s, pat, NIL)

/* The subscription file and its successor while it is rewritten; t has
 * MAILTMPLEN octets. They need stdio.h. */
#define SUBSCRIPTIONFILE(t) \
	sprintf((t), "%s/.mailboxlist", myhomedir())
#define SUBSCRIPTIONTEMP(t) \
	sprintf((t), "%s/.mlbxlsttmp", myhomedir())

/* clang-format on */

#endif
