/*
 * login_files.h - files that decide by their being there what a login may be.
 */
#ifndef LOGIN_FILES_H
#define LOGIN_FILES_H

extern const char cc_login_secrets[];   /* passwords of CRAM-MD5 and APOP */
extern const char cc_login_anonymous[]; /* strangers are let in */
extern const char cc_login_referrals[]; /* users who are elsewhere */

/* The mechanisms that this machine has, as IMAP_MECH bits. */
unsigned cc_login_mechanisms(void);

#endif
