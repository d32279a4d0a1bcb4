/*
 * login_files.c - what there is for logins, by files of the administrator.
 *
 * Only whether they exist is asked here; nothing is opened.
 */
#include <unistd.h>

#include "imap_capability.h"
#include "login_files.h"

#ifndef CC_SECRETS_FILE
#define CC_SECRETS_FILE "/etc/cram-md5.pwd"
#endif
#ifndef CC_ANONYMOUS_FILE
#define CC_ANONYMOUS_FILE "/etc/anonymous.newsgroups"
#endif
#ifndef CC_REFERRALS_FILE
#define CC_REFERRALS_FILE "/etc/imapd.referrals"
#endif

const char cc_login_secrets[] = CC_SECRETS_FILE;
const char cc_login_anonymous[] = CC_ANONYMOUS_FILE;
const char cc_login_referrals[] = CC_REFERRALS_FILE;

unsigned
cc_login_mechanisms(void)
{
	unsigned bits = IMAP_MECH_PLAIN | IMAP_MECH_LOGIN;

	if (access(cc_login_secrets, F_OK) == 0)
		bits |= IMAP_MECH_CRAM_MD5;
	if (access(cc_login_anonymous, F_OK) == 0)
		bits |= IMAP_MECH_ANONYMOUS;
	return bits;
}
