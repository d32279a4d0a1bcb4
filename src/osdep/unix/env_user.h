/*
 * env_user.h - accounts: names and home directories (inner interface).
 */
#ifndef ENV_USER_H
#define ENV_USER_H

#include <stdbool.h>

#include "span.h"
#include "strbuf.h"

/* Home directory of a user by the password database: 0 or CC_ENOENT. */
int cc_env_user_home(struct span user, struct strbuf *home_r);

/* The name of the account we run as; the caller frees it. */
char *cc_env_own_name(void);

/* The home directory of an account that the program did not name one for:
 * $HOME if that is a directory, else the database's; the caller frees it. */
char *cc_env_default_home(const char *user);

/* Is it one, links followed? path may be NULL. */
bool cc_env_is_directory(const char *path);

#endif
