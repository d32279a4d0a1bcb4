/*
 * env_proto.h - formats of new mailboxes.
 */
#ifndef ENV_PROTO_H
#define ENV_PROTO_H

/* Finds the formats that the configuration names; at the end of env_init. */
void cc_env_proto_init(void);

/* The mode of a new file, by its mailbox name. */
long cc_env_file_mode(const char *mailbox);

#endif
