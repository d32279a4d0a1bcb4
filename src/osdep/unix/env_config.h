/*
 * env_config.h - the lines of /etc/c-client.cf, ~/.mminit and ~/.imaprc.
 *
 * A pure function over octets, without memory of its own and without any
 * other part of the library: the login monitor parses with it as root.
 */
#ifndef ENV_CONFIG_H
#define ENV_CONFIG_H

#include <stdbool.h>

#include "span.h"

/* Which file is being read; a directive names those that it counts in. */
enum config_file {
	CONFIG_SYSTEM = 1, /* /etc/c-client.cf */
	CONFIG_MMINIT = 2, /* ~/.mminit: keywords, and nothing else */
	CONFIG_IMAPRC = 4, /* ~/.imaprc */
};

/* One for each directive; some have two names. */
enum config_key {
	CONFIG_ADVERTISE_WORLD,
	CONFIG_ALLOW_REVERSE_DNS,
	CONFIG_ALLOW_USER_CONFIG,
	CONFIG_ANONYMOUS_HOME,
	CONFIG_BLACK_BOX,
	CONFIG_BLACK_BOX_DEFAULT,
	CONFIG_CA_PATH,
	CONFIG_CERTIFICATE_DIR,
	CONFIG_CHROOT_SERVER,
	CONFIG_CLOSE_ON_ERROR,
	CONFIG_CREATE_FORMAT,
	CONFIG_DIR_MODE,
	CONFIG_DISABLE_AUTH,
	CONFIG_DISABLE_PLAINTEXT,
	CONFIG_EMPTY_FORMAT,
	CONFIG_FROM_WIDGET,
	CONFIG_FTP_DIR_MODE,
	CONFIG_FTP_HOME,
	CONFIG_FTP_MODE,
	CONFIG_HIDE_DOT_FILES,
	CONFIG_IDLE_FAKE_MAIL,
	CONFIG_IMAP_PORT,
	CONFIG_K5_SERVICE_NAME,
	CONFIG_KEY_DIR,
	CONFIG_KEYWORDS,
	CONFIG_LIMITED_ADVERTISE,
	CONFIG_LIST_MAX_LEVEL,
	CONFIG_LOCAL_HOST,
	CONFIG_LOCK_MODE,
	CONFIG_LOCK_TIMEOUT,
	CONFIG_LOGIN_ATTEMPTS,
	CONFIG_LOOKAHEAD,
	CONFIG_MAIL_SUBDIR,
	CONFIG_MAILBOX_MODE,
	CONFIG_MAX_LOGIN_TRIALS,
	CONFIG_MH_ALLOW_INBOX,
	CONFIG_MH_PATH,
	CONFIG_NETFS_STAT_BUG,
	CONFIG_NETSCAPE_URL,
	CONFIG_NEWS_ACTIVE,
	CONFIG_NEWS_SPOOL,
	CONFIG_NEWS_STATE,
	CONFIG_NNTP_RANGE,
	CONFIG_NO_AUTO_SHARED,
	CONFIG_NO_FCNTL_LOCKING,
	CONFIG_NO_LOCK_WARNING,
	CONFIG_NO_UNIX_UIDS,
	CONFIG_PAM_SESSION,
	CONFIG_PASSWORD_TYPE,
	CONFIG_PLAINTEXT_CLIENTS,
	CONFIG_POP3_PORT,
	CONFIG_PREFETCH,
	CONFIG_PUBLIC_DIR_MODE,
	CONFIG_PUBLIC_HOME,
	CONFIG_PUBLIC_MODE,
	CONFIG_RESTRICT,
	CONFIG_RSH_COMMAND,
	CONFIG_RSH_PATH,
	CONFIG_RSH_TIMEOUT,
	CONFIG_SANDBOX,
	CONFIG_SANDBOX_PATH,
	CONFIG_SASL_PTR_NAME,
	CONFIG_SHARED_DIR_MODE,
	CONFIG_SHARED_HOME,
	CONFIG_SHARED_MODE,
	CONFIG_SSH_COMMAND,
	CONFIG_SSH_PATH,
	CONFIG_SSH_TIMEOUT,
	CONFIG_STATUS_COMPLAINT,
	CONFIG_SYSINBOX,
	CONFIG_TCP_OPEN_TIMEOUT,
	CONFIG_TCP_READ_TIMEOUT,
	CONFIG_TCP_WRITE_TIMEOUT,
	CONFIG_TRUST_DNS,
	CONFIG_TRY_SSL_FIRST,
	CONFIG_UID_LOOKAHEAD,
	CONFIG_KEYS, /* how many there are */
};

/* Restriction words of CONFIG_RESTRICT, as the API's RESTRICT bits. */
#define CONFIG_RESTRICT_ROOT 1L
#define CONFIG_RESTRICT_OTHER 2L
#define CONFIG_RESTRICT_ALL (-1L)

/*
 * Calls directive for each line `set NAME VALUE` of text whose name is known
 * and counts in this file, in order; it says false to stop. value lies in
 * text. Reading ends at the first line that has no LF, holds a NUL, or has
 * CC_CONFIG_LINE octets or more; all other lines are ignored.
 */
void cc_config_parse(struct span text, enum config_file file,
    bool (*directive)(void *ctx, enum config_key key, struct span value),
    void *ctx);

/* A decimal number; what has no digits is 0, what is too large the largest. */
long cc_config_number(struct span value);

/* The same, but what has no digits is `otherwise`: for settings of which a zero
 * takes a protection away. */
long cc_config_number_or(struct span value, long otherwise);

/* A file mode: decimal, or octal with a leading 0; 0 if it is none. */
long cc_config_mode(struct span value);

/* The words `root`, `otherusers`, `all`, as bits. */
long cc_config_restrictions(struct span value);

/* Names of mechanisms, as the bits of imap_capability.h. */
unsigned cc_config_mechanisms(struct span value);

/* Takes the next word, words being separated by commas and spaces, off the
 * front of *list; false if there is none. */
bool cc_config_word(struct span *list, struct span *word_r);

#endif
