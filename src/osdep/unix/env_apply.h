/*
 * env_apply.h - configuration files, applied to the environment.
 */
#ifndef ENV_APPLY_H
#define ENV_APPLY_H

#include "env_config.h"

/* Reads the system's file: cc_env()->config, or /etc/c-client.cf. */
void cc_env_read_system(void);

/* Reads ~/.mminit and ~/.imaprc. */
void cc_env_read_user(void);

#endif
