/*
 * login_session.h - how the monitor starts the session of a user who logged
 * in, and how the session learns who that is.
 *
 * The monitor drops to the user and executes this same program afresh, with
 * an empty environment but TZ and LANG, and these descriptors only:
 *
 *	0, 1	the client: its socket, or the relay's end of a socket pair
 *	3	the session record, a sealed memory file, read once and closed
 *	4	the lock keeper, if there is one
 *
 * argv[0] is the server's name ("imapd"), argv[1] is "--session". Whoever runs
 * that by hand gains nothing: the record only names what the caller already
 * may do, and a record whose uid is not the caller's is refused.
 */
#ifndef LOGIN_SESSION_H
#define LOGIN_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "span.h"

#define SESSION_FD_RECORD 3
#define SESSION_FD_LOCKKEEPER 4
#define SESSION_ARG "--session"

struct session_record {
	uid_t uid;
	char *user;          /* canonical name in the password database */
	char *home;          /* home directory */
	char *typed;         /* the name as the client sent it */
	char *mechanism;     /* SASL mechanism, "" for LOGIN or USER/PASS */
	char *admin;         /* who authenticated, "" if the user did */
	char *client;        /* for log lines: "name [address]" */
	char *server;        /* host name for greetings and BYE */
	char *tag;           /* tag of the login command, still unanswered */
	char *config;        /* configuration file, "" for the default */
	struct span ahead;   /* octets the client sent behind that command */
	int64_t alert;       /* modification time of the alert that the client
			    * was shown before the login, or 0 */
	unsigned mechanisms; /* IMAP_MECH bits, for capabilities */
	bool plaintext;      /* passwords are taken on this connection */
	bool anonymous;      /* nobody in particular */
	bool tls;            /* the client's side is encrypted */
	bool lockkeeper;     /* SESSION_FD_LOCKKEEPER is open */
};

/*
 * Reads and checks the record: sizes, strings, uid equal to ours. 0, or
 * CC_EPARSE, CC_EACCESS, CC_EIO. All members are fs_get memory until
 * cc_session_record_free.
 */
int cc_session_record_read(int fd, struct session_record *record_r);

/* Writes the record to a sealed memory file and returns its descriptor, or
 * negative. */
int cc_session_record_write(const struct session_record *record);

void cc_session_record_free(struct session_record *record);

#endif
