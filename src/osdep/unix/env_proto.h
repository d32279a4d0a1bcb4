/*
 * env_proto.h - formats of new mailboxes.
 */
#ifndef ENV_PROTO_H
#define ENV_PROTO_H

/* Finds the formats that the configuration names; at the end of env_init. */
void cc_env_proto_init(void);

#endif
