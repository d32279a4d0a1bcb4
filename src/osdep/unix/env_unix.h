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

/*
 * env_init - sets user and home, and reads the configuration; once, before
 * threads start. Otherwise it happens by itself when a user is needed.
 *
 * user		login name; NIL: of the account we run as
 * home		home directory; NIL: from the environment or the database
 *
 * A second call ends the program (fatal), unless SET_BLOCKENVINIT, which
 * makes it do nothing at all.
 */
long env_init(char *user, char *home);

/* The user's login name, the library's; "root" if root has not become one.
 * flags, if not NIL, receives a MU_ code. */
char *myusername_full(unsigned long *flags);

/* Path of the system inbox; the library's. */
char *sysinbox(void);

/* Puts the path of dir/name into the MAILTMPLEN octets of dst; of the mailbox
 * directory if both are NIL. NIL if the name is invalid. */
char *mailboxdir(char *dst, char *dir, char *name);

/* As rfc822_date, without weekday and with a day of two digits. */
void rfc822_fixed_date(char *date);

/* Reads a configuration file; flag: it is a user's, in which the directives of
 * the system's do not count. */
void dorc(char *file, long flag);

/* Default keywords: put into the stream's free places; the i-th, or NIL. */
MAILSTREAM *user_flags(MAILSTREAM *stream);
char *default_user_flag(unsigned long i);

/* The mode of a new directory for that name; sets that of a new file. */
long get_dir_protection(char *mailbox);
long set_mbx_protections(char *mailbox, char *path);

/*
 * dotlock_lock - makes file.lock, waiting for it as long as SET_LOCKTIMEOUT
 * says, and seizing one that is older.
 *
 * base		what dotlock_unlock needs
 * fd		the open mailbox, for a helper; or -1
 *
 * T, or NIL if no lock can be made here.
 */
long dotlock_lock(char *file, DOTLOCK *base, int fd);
long dotlock_unlock(DOTLOCK *base);

/*
 * The inode lock of a path, of an open file, or of sbuf, a struct stat. op is
 * as flock's. lock, MAILTMPLEN octets, receives the name; pid, if not NIL,
 * the process that keeps it. The descriptor of the lock, or -1.
 */
int lockname(char *lock, char *fname, int op, long *pid);
int lockfd(int fd, char *lock, int op);
int lock_work(char *lock, void *sbuf, int op, long *pid);

/* -1: no such file; 0: a symbolic link, which is logged; else its links. */
long chk_notsymlink(char *name, void *sbuf);

/* Gives an inode lock up, and removes it if nobody else uses it. */
void unlockfd(int fd, char *lock);

/* mail_create() for programs that deliver to other users' mailboxes: of any
 * name, whatever restrictions this user has; in a black box, too, a name that
 * begins with "/" is a path. Only where no other thread names mailboxes. */
long path_create(MAILSTREAM *stream, char *mailbox);

/* write() until all is written: nbytes, or -1. */
long safe_write(int fd, char *buf, long nbytes);

/* sigaction(): the handler before. */
void *arm_signal(int sig, void *action);

/* Waits for a child, after sending it killreq if that is not 0; status, if
 * not NIL, is an int. */
void grim_pid_reap_status(int pid, int killreq, void *status);

/* SET_BLOCKNOTIFY's default, which does nothing: this library never calls
 * alarm(), so a program's may go off at any time. */
void *mm_blocknotify(int reason, void *data);

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
