/*
 * env_state.h - what the library knows of its user and of the configuration:
 * one structure for the process, changed at start only (inner interface).
 *
 * Texts are fs_get blocks or NULL. Programs reach the values through
 * mail_parameters; the servers may read them here.
 */
#ifndef ENV_STATE_H
#define ENV_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "mailpath.h"

/* As NUSERFLAGS of the API, which mail.h has. */
#define CC_ENV_KEYWORDS 30

/* Directories that `set sandbox-path` may add, at most. */
#define CC_ENV_SANDBOX_PATHS 64

/* Mailboxes of which a session remembers that it has asked their holder to let
 * go. */
#define CC_ENV_KISSED 32

struct cc_env {
	/* Who it is. */
	char *user;      /* login name; NULL until env_init */
	char *home;      /* home directory; NULL until env_init */
	bool init;       /* env_init is done */
	bool anonymous;  /* set it before env_init: the anonymous user */
	bool closed_box; /* set it before env_init: we are in a chroot */
	bool black_box;  /* home came from black_box_dir */

	long block_init;   /* SET_BLOCKENVINIT: leave all of this alone */
	int keeper_fd;     /* the lock keeper's socket, or -1 */
	char *keeper_path; /* the mailbox that it serves */

	/* Where things are. */
	char *config;      /* configuration file; NULL: the default one */
	char *localhost;   /* NULL until asked for */
	char *mail_subdir; /* below home */
	char *mail_dir;    /* home, or home/mail_subdir */
	char *sysinbox;    /* the spool file */
	char *client_host; /* for log lines; NULL: not known */
	bool moved_logged; /* that mail was moved from there, once */
	char *newsrc;
	char *news_active;
	char *news_spool;
	char *anonymous_home;
	char *black_box_dir;
	char *black_box_default;
	char *ftp_home;
	char *public_home;
	char *shared_home;

	/* Modes of new files, directories, locks. */
	long mailbox_mode;
	long dir_mode;
	long lock_mode;
	long ftp_mode;
	long public_mode;
	long shared_mode;
	long ftp_dir_mode;
	long public_dir_mode;
	long shared_dir_mode;

	/* Behaviour. */
	long restrictions;   /* RESTRICT bits; -1: all */
	long lock_timeout;   /* minutes until a dot-lock is stale */
	long list_max_level; /* how deep "*" goes */
	long hide_dot_files;
	long no_fcntl_locking; /* of the flock emulation only */
	long lock_warning;     /* warn when no dot-lock can be made */
	long from_widget;      /* quote all lines that begin "From " */
	long no_unix_uids;     /* none where a mailbox file has none yet */
	long no_timezones;     /* none in "From " lines */
	long no_822_tztext;    /* no zone comment from rfc822_date */
	long netfs_stat_bug;
	long trust_dns;
	long sasl_ptr_name;

	/* The server. */
	long disable_plaintext;  /* 0 allow, 1 never, 2 under TLS only */
	char *plaintext_clients; /* hosts to which that does not apply */
	long login_attempts;
	unsigned disabled_mechanisms; /* IMAP_MECH bits */
	long chroot_server;
	long advertise_world;
	long limited_advertise;
	long no_auto_shared; /* do not look for user "ftp" and so on */
	long allow_user_config;
	long k5_service_name;
	long pam_session;      /* keep a PAM session open */
	long sandbox;          /* confine the session to its files */
	long idle_fake_mail;   /* new mail is made up in long IDLEs */
	long status_complaint; /* of STATUS of the selected mailbox */
	char *netscape_url;    /* NETSCAPE's answer; NULL: no such command */
	char *sandbox_paths[CC_ENV_SANDBOX_PATHS + 1]; /* NULL at the end */
	char *certificate_dir;
	char *key_dir;
	void *logout_hook; /* logouthook_t */
	void *logout_data;
	char *external_authid;
	char *ca_path; /* file or directory of CA certificates */

	/* Formats by name; NULL: as built. */
	char *create_format;
	char *empty_format;
	bool empty_invalid; /* appending to an empty file is refused */

	char *keywords[CC_ENV_KEYWORDS]; /* default keywords of new mailboxes */

	/* Made of the above by env_init. */
	struct mail_stream *create_proto;     /* format of new mailboxes */
	struct mail_stream *empty_proto;      /* of empty files appended to */
	struct mail_namespace *namespaces[3]; /* personal, others', shared */

	/* Mailboxes whose holder was asked to let go, once: the last ones. */
	struct cc_env_kissed {
		dev_t dev;
		ino_t ino;
	} kissed[CC_ENV_KISSED];
	unsigned kisses; /* how many in all */

	/* Asked while a lock is waited for: true if the program was told to
	 * end. NULL: locks are waited for to the end. */
	bool (*give_up)(void);

	int status_fd; /* the file of counters (mboxfile_status.c), or -1 */

	/* What is known of the mailbox last appended to (mboxfile_tail.c):
	 * taken out and put in by one atomic exchange. */
	void *append_tail;
	void (*append_tail_free)(void *tail);
};

/* The one there is; nothing is initialised by asking. */
struct cc_env *cc_env(void);

/* The rules for mailbox names; env_init is done first, if nobody did. */
const struct mailpath_rules *cc_env_rules(void);

/* Replaces a text by a copy of value, which may be NULL. */
void cc_env_set(char **text, const char *value);

/* Forgets everything and gives all memory back: as before env_init. */
void cc_env_free(void);

/* Directory of the inode locks. */
const char *cc_env_lock_dir(void);

#endif
