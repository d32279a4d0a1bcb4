/*
 * env_apply.c - configuration files, applied to the environment.
 *
 * One row says what a directive sets: a member of struct cc_env, or a number
 * of mail_parameters where the value belongs to another part of the library.
 * A user's file that is no regular file or too large is ignored.
 */
#include <fcntl.h>
#include <syslog.h>

#include "cc_limits.h"
#include "mail.h"
#include "osdep.h"
#include "cc_err.h"
#include "env_apply.h"
#include "env_state.h"
#include "misc.h"
#include "privfile.h"

enum kind {
	TEXT,       /* char * */
	TEXT_FIRST, /* char *, the first one stays */
	NUMBER,     /* long */
	MODE,       /* long, a file mode */
	NOT,        /* long, 1 if the number is 0 */
	PARAM_TEXT, /* mail_parameters with the text */
	PARAM,      /* mail_parameters with the number */
	OTHER,      /* a function of its own */
};

struct row {
	enum kind kind;
	size_t at;   /* of the member in struct cc_env */
	long number; /* of mail_parameters */
	void (*other)(struct span value);
};

static void set_black_box_default(struct span value);
static void set_create_format(struct span value);
static void set_empty_format(struct span value);
static void set_from_widget(struct span value);
static void set_keywords(struct span value);
static void set_disabled(struct span value);
static void set_plaintext(struct span value);
static void set_plaintext_clients(struct span value);
static void set_nothing(struct span value);
static void set_restrictions(struct span value);
static void set_sandbox(struct span value);
static void set_sandbox_path(struct span value);

#define MEMBER(kind, member)                                                   \
	{                                                                      \
		kind, offsetof(struct cc_env, member), 0, NULL                 \
	}
#define PARAM_ROW(kind, number)                                                \
	{                                                                      \
		kind, 0, number, NULL                                          \
	}
#define FUNCTION(f)                                                            \
	{                                                                      \
		OTHER, 0, 0, f                                                 \
	}

/* clang-format off */
static const struct row rows[CONFIG_KEYS] = {
	[CONFIG_ADVERTISE_WORLD] = MEMBER(NUMBER, advertise_world),
	[CONFIG_ALLOW_REVERSE_DNS] = PARAM_ROW(PARAM, SET_ALLOWREVERSEDNS),
	[CONFIG_ALLOW_USER_CONFIG] = MEMBER(NUMBER, allow_user_config),
	[CONFIG_ANONYMOUS_HOME] = MEMBER(TEXT_FIRST, anonymous_home),
	[CONFIG_BLACK_BOX] = MEMBER(TEXT_FIRST, black_box_dir),
	[CONFIG_BLACK_BOX_DEFAULT] = FUNCTION(set_black_box_default),
	[CONFIG_CA_PATH] = MEMBER(TEXT, ca_path),
	[CONFIG_CERTIFICATE_DIR] = MEMBER(TEXT, certificate_dir),
	[CONFIG_CHROOT_SERVER] = MEMBER(NUMBER, chroot_server),
	[CONFIG_CLOSE_ON_ERROR] = PARAM_ROW(PARAM, SET_CLOSEONERROR),
	[CONFIG_CREATE_FORMAT] = FUNCTION(set_create_format),
	[CONFIG_DIR_MODE] = MEMBER(MODE, dir_mode),
	[CONFIG_DISABLE_AUTH] = FUNCTION(set_disabled),
	[CONFIG_DISABLE_PLAINTEXT] = FUNCTION(set_plaintext),
	[CONFIG_EMPTY_FORMAT] = FUNCTION(set_empty_format),
	[CONFIG_FROM_WIDGET] = FUNCTION(set_from_widget),
	[CONFIG_FTP_DIR_MODE] = MEMBER(MODE, ftp_dir_mode),
	[CONFIG_FTP_HOME] = MEMBER(TEXT, ftp_home),
	[CONFIG_FTP_MODE] = MEMBER(MODE, ftp_mode),
	[CONFIG_HIDE_DOT_FILES] = MEMBER(NUMBER, hide_dot_files),
	[CONFIG_IDLE_FAKE_MAIL] = MEMBER(NUMBER, idle_fake_mail),
	[CONFIG_IMAP_PORT] = PARAM_ROW(PARAM, SET_IMAPPORT),
	[CONFIG_K5_SERVICE_NAME] = MEMBER(NUMBER, k5_service_name),
	[CONFIG_KEY_DIR] = MEMBER(TEXT, key_dir),
	[CONFIG_KEYWORDS] = FUNCTION(set_keywords),
	[CONFIG_LIMITED_ADVERTISE] = MEMBER(NUMBER, limited_advertise),
	[CONFIG_LIST_MAX_LEVEL] = MEMBER(NUMBER, list_max_level),
	[CONFIG_LOCAL_HOST] = MEMBER(TEXT, localhost),
	[CONFIG_LOCK_MODE] = MEMBER(MODE, lock_mode),
	[CONFIG_LOCK_TIMEOUT] = MEMBER(NUMBER, lock_timeout),
	[CONFIG_LOGIN_ATTEMPTS] = MEMBER(NUMBER, login_attempts),
	[CONFIG_LOOKAHEAD] = PARAM_ROW(PARAM, SET_LOOKAHEAD),
	[CONFIG_MAIL_SUBDIR] = MEMBER(TEXT, mail_subdir),
	[CONFIG_MAILBOX_MODE] = MEMBER(MODE, mailbox_mode),
	[CONFIG_MAX_LOGIN_TRIALS] = PARAM_ROW(PARAM, SET_MAXLOGINTRIALS),
	[CONFIG_MH_ALLOW_INBOX] = PARAM_ROW(PARAM, SET_MHALLOWINBOX),
	[CONFIG_MH_PATH] = PARAM_ROW(PARAM_TEXT, SET_MHPATH),
	[CONFIG_NETFS_STAT_BUG] = MEMBER(NUMBER, netfs_stat_bug),
	[CONFIG_NETSCAPE_URL] = MEMBER(TEXT, netscape_url),
	[CONFIG_NEWS_ACTIVE] = MEMBER(TEXT, news_active),
	[CONFIG_NEWS_SPOOL] = MEMBER(TEXT, news_spool),
	[CONFIG_NEWS_STATE] = MEMBER(TEXT, newsrc),
	[CONFIG_NNTP_RANGE] = PARAM_ROW(PARAM, SET_NNTPRANGE),
	[CONFIG_NO_AUTO_SHARED] = MEMBER(NUMBER, no_auto_shared),
	[CONFIG_NO_FCNTL_LOCKING] = MEMBER(NUMBER, no_fcntl_locking),
	[CONFIG_NO_LOCK_WARNING] = MEMBER(NOT, lock_warning),
	[CONFIG_NO_UNIX_UIDS] = MEMBER(NUMBER, no_unix_uids),
	[CONFIG_PAM_SESSION] = MEMBER(NUMBER, pam_session),
	[CONFIG_PASSWORD_TYPE] = FUNCTION(set_nothing),
	[CONFIG_PLAINTEXT_CLIENTS] = FUNCTION(set_plaintext_clients),
	[CONFIG_POP3_PORT] = PARAM_ROW(PARAM, SET_POP3PORT),
	[CONFIG_PREFETCH] = PARAM_ROW(PARAM, SET_PREFETCH),
	[CONFIG_PUBLIC_DIR_MODE] = MEMBER(MODE, public_dir_mode),
	[CONFIG_PUBLIC_HOME] = MEMBER(TEXT, public_home),
	[CONFIG_PUBLIC_MODE] = MEMBER(MODE, public_mode),
	[CONFIG_RESTRICT] = FUNCTION(set_restrictions),
	[CONFIG_RSH_COMMAND] = PARAM_ROW(PARAM_TEXT, SET_RSHCOMMAND),
	[CONFIG_RSH_PATH] = PARAM_ROW(PARAM_TEXT, SET_RSHPATH),
	[CONFIG_RSH_TIMEOUT] = PARAM_ROW(PARAM, SET_RSHTIMEOUT),
	[CONFIG_SANDBOX] = FUNCTION(set_sandbox),
	[CONFIG_SANDBOX_PATH] = FUNCTION(set_sandbox_path),
	[CONFIG_SASL_PTR_NAME] = MEMBER(NUMBER, sasl_ptr_name),
	[CONFIG_SHARED_DIR_MODE] = MEMBER(MODE, shared_dir_mode),
	[CONFIG_SHARED_HOME] = MEMBER(TEXT, shared_home),
	[CONFIG_SHARED_MODE] = MEMBER(MODE, shared_mode),
	[CONFIG_SSH_COMMAND] = PARAM_ROW(PARAM_TEXT, SET_SSHCOMMAND),
	[CONFIG_SSH_PATH] = PARAM_ROW(PARAM_TEXT, SET_SSHPATH),
	[CONFIG_SSH_TIMEOUT] = PARAM_ROW(PARAM, SET_SSHTIMEOUT),
	[CONFIG_STATUS_COMPLAINT] = MEMBER(NUMBER, status_complaint),
	[CONFIG_SYSINBOX] = MEMBER(TEXT, sysinbox),
	[CONFIG_TCP_OPEN_TIMEOUT] = PARAM_ROW(PARAM, SET_OPENTIMEOUT),
	[CONFIG_TCP_READ_TIMEOUT] = PARAM_ROW(PARAM, SET_READTIMEOUT),
	[CONFIG_TCP_WRITE_TIMEOUT] = PARAM_ROW(PARAM, SET_WRITETIMEOUT),
	[CONFIG_TRUST_DNS] = MEMBER(NUMBER, trust_dns),
	[CONFIG_TRY_SSL_FIRST] = PARAM_ROW(PARAM, SET_TRYSSLFIRST),
	[CONFIG_UID_LOOKAHEAD] = PARAM_ROW(PARAM, SET_UIDLOOKAHEAD),
};
/* clang-format on */

static void
set_span(char **text, struct span value)
{
	if (*text)
		fs_give((void **)text);
	*text = cc_span_dup(value);
}

/* Counts only once there is a black box. */
static void
set_black_box_default(struct span value)
{
	struct cc_env *env = cc_env();

	if (env->black_box_dir && !env->black_box_default)
		set_span(&env->black_box_default, value);
}

static void
set_create_format(struct span value)
{
	/* Here, not for empty files, the INBOX format has its file's name. */
	set_span(&cc_env()->create_format,
	    cc_span_is_nocase(value, "mbox") ? cc_span_z("unix") : value);
}

static void
set_empty_format(struct span value)
{
	set_span(&cc_env()->empty_format, value);
	cc_env()->empty_invalid = cc_span_is_nocase(value, "invalid");
}

static void
set_from_widget(struct span value)
{
	cc_env()->from_widget = !cc_span_is_nocase(value, "header-only");
}

/* Directives that matter before there is a session only. */
static void
set_nothing(struct span value)
{
	(void)value;
}

/* The first list stays; a name that is too long ends it. */
static void
set_keywords(struct span value)
{
	struct cc_env *env = cc_env();
	struct span word;

	if (env->keywords[0])
		return;
	for (size_t i = 0; i < CC_ENV_KEYWORDS &&
	     cc_config_word(&value, &word) && word.len <= MAXUSERFLAG;
	     i++)
		env->keywords[i] = cc_span_dup(word);
}

static void
set_disabled(struct span value)
{
	cc_env()->disabled_mechanisms |= cc_config_mechanisms(value);
}

/* Of these two a zero opens something: what is no number does not. */
static void
set_plaintext(struct span value)
{
	cc_env()->disable_plaintext = cc_config_number_or(value, 1);
}

static void
set_sandbox(struct span value)
{
	cc_env()->sandbox = cc_config_number_or(value, 1);
}

/* Counts only behind disable-plaintext. */
static void
set_plaintext_clients(struct span value)
{
	struct cc_env *env = cc_env();

	if (env->disable_plaintext)
		set_span(&env->plaintext_clients, value);
}

static void
set_restrictions(struct span value)
{
	cc_env()->restrictions |= cc_config_restrictions(value);
}

static void
set_sandbox_path(struct span value)
{
	char **paths = cc_env()->sandbox_paths;

	for (size_t i = 0; i < CC_ENV_SANDBOX_PATHS; i++)
		if (!paths[i]) {
			paths[i] = cc_span_dup(value);
			return;
		}
}

/* Applies one directive; for cc_config_parse. Always true. */
static bool
apply(void *ctx, enum config_key key, struct span value)
{
	const struct row *row = &rows[key];
	char *member = (char *)cc_env() + row->at;
	char **text = (char **)(void *)member;
	long *number = (long *)(void *)member;
	char *copy;

	(void)ctx;
	switch (row->kind) {
	case TEXT_FIRST:
		if (!*text)
			set_span(text, value);
		break;
	case TEXT:
		set_span(text, value);
		break;
	case NUMBER:
		*number = cc_config_number(value);
		break;
	case MODE:
		*number = cc_config_mode(value);
		break;
	case NOT:
		*number = cc_config_number(value) == 0;
		break;
	case PARAM:
		mail_parameters(NIL, row->number,
		    (void *)cc_config_number(value));
		break;
	case PARAM_TEXT:
		copy = cc_span_dup(value);
		mail_parameters(NIL, row->number, copy);
		fs_give((void **)&copy);
		break;
	case OTHER:
		(*row->other)(value);
		break;
	}
	return true;
}

/* Directives by which a user's own file would lead him out of the directories
 * that restrict-mailbox-access leaves him. */
static const enum config_key leading_out[] = {
	CONFIG_FTP_HOME,
	CONFIG_MAIL_SUBDIR,
	CONFIG_MH_PATH,
	CONFIG_NEWS_ACTIVE,
	CONFIG_NEWS_SPOOL,
	CONFIG_NEWS_STATE,
	CONFIG_PUBLIC_HOME,
	CONFIG_SHARED_HOME,
	CONFIG_SYSINBOX,
};

/* The same for a user's file. */
static bool
apply_user(void *ctx, enum config_key key, struct span value)
{
	if (cc_env()->restrictions)
		for (size_t i = 0;
		     i < sizeof(leading_out) / sizeof(leading_out[0]); i++)
			if (key == leading_out[i])
				return true;
	return apply(ctx, key, value);
}

/* Of a file that is too large the whole lines that were read count: those of
 * the system may be what restricts the user. */
static void
take_begin(const char *path, struct strbuf *text)
{
	while (text->len > 0 && text->data[text->len - 1] != '\n')
		cc_strbuf_truncate(text, text->len - 1);
	syslog(LOG_ALERT, "%.256s is too large, only its beginning is read",
	    path);
}

static void
read_file(const char *path, enum config_file file)
{
	struct strbuf text;
	int r;

	cc_strbuf_init(&text, CC_CONFIG_FILE);
	r = cc_privfile_read_follow(AT_FDCWD, path, &text);
	if (r == CC_ELIMIT)
		take_begin(path, &text);
	if (r == 0 || r == CC_ELIMIT)
		cc_config_parse(cc_strbuf_span(&text), file,
		    file == CONFIG_SYSTEM ? apply : apply_user, NULL);
	cc_strbuf_free(&text);
}

void
cc_env_read_system(void)
{
	const char *path = cc_env()->config;

	read_file(path ? path : SYSCONFIG, CONFIG_SYSTEM);
}

static void
read_in_home(const char *name, enum config_file file)
{
	struct strbuf path;

	cc_strbuf_init(&path, CC_MAILPATH_MAX);
	cc_strbuf_printf(&path, "%s/%s", cc_env()->home, name);
	if (cc_strbuf_status(&path) == 0)
		read_file(path.data, file);
	cc_strbuf_free(&path);
}

void
cc_env_read_user(void)
{
	read_in_home(".mminit", CONFIG_MMINIT);
	read_in_home(".imaprc", CONFIG_IMAPRC);
}

void
dorc(char *file, long flag)
{
	if (!file)
		cc_env_read_system();
	else
		read_file(file, flag ? CONFIG_IMAPRC : CONFIG_SYSTEM);
}
