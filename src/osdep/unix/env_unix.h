/*
 * env_unix.h - the environment on this system: configuration, users, mailbox
 * paths, locks, processes. Comes behind mail.h.
 */
#ifndef ENV_UNIX_H
#define ENV_UNIX_H

#include "mail.h"
#include "env.h"

CC_DECLS_BEGIN

/* A lock beside a mailbox; see dotlock_lock. */
typedef struct dotlock_base {
	char lock[MAILTMPLEN]; /* lock file; "": none */
	int pipei;             /* from the helper that made it, or -1 */
	int pipeo;             /* to the helper, or -1 */
} DOTLOCK;

CC_DECLS_END

/* clang-format off */

#define SYSCONFIG	"/etc/c-client.cf"
#define ANONYMOUSUSER	"nobody"
#define UNLOGGEDUSER	"root"
#define ADMINGROUP	"mailadm"

/* myusername_full */
#define MU_LOGGEDIN	0
#define MU_NOTLOGGEDIN	1
#define MU_ANONYMOUS	2

/* SET_RESTRICTIONS */
#define RESTRICTROOT		((long)0x1)	/* no names from / */
#define RESTRICTOTHERUSER	((long)0x2)	/* no other users' names */

#define myusername()	myusername_full(NIL)
#define grim_pid_reap(pid, killreq) \
	grim_pid_reap_status(pid, killreq, NIL)

/* clang-format on */

#endif
