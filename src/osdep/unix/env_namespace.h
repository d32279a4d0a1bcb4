/*
 * env_namespace.h - what NAMESPACE answers (RFC 2342).
 */
#ifndef ENV_NAMESPACE_H
#define ENV_NAMESPACE_H

#include "mail.h"

/* Personal, other users' and shared namespaces: an array of three lists, made
 * at the first call; the library's. */
NAMESPACE **cc_env_namespaces(void);

/* Gives them back; they are made anew when asked for. */
void cc_env_namespaces_free(void);

#endif
