/*
 * login_account.h - changing from root to an ordinary account, for good.
 */
#ifndef LOGIN_ACCOUNT_H
#define LOGIN_ACCOUNT_H

#include <sys/types.h>

/* The account that talks to strangers. An installation makes it; where it is
 * missing a number serves that no distribution hands out. */
#define LOGIN_GATE_ACCOUNT "cedar-gate"
#define LOGIN_GATE_NUMBER 65529

void cc_login_gate_account(uid_t *uid_r, gid_t *gid_r);

/*
 * Takes the ids for good: supplementary groups (those of the account name, or
 * none if it is NULL), then the group, then the user, all three of each; looks
 * whether it became so, and whether there is no way back. 0 or CC_EACCESS;
 * after an error the process must end. uid 0 is refused.
 */
int cc_login_become(const char *name, uid_t uid, gid_t gid);

#endif
