/*
 * env_params.c - mail_parameters for everything the environment layer keeps.
 *
 * One row for each pair of numbers: which member of struct cc_env it is, and
 * of which kind. The few that do more than store have a function.
 */
#include <stddef.h>

#include "mail.h"
#include "osdep.h"
#include "env_namespace.h"
#include "env_state.h"

enum kind {
	TEXT,   /* char *, copied */
	NUMBER, /* long */
	FLAG,   /* VOIDT or NIL */
	POINTER /* kept as it is */
};

struct row {
	long get; /* the number; SET is get + 1 */
	enum kind kind;
	size_t at;                /* of the member in struct cc_env */
	void (*before_get)(void); /* computes it, or NULL */
	void (*after_set)(void);  /* what follows from it, or NULL */
};

static void need_localhost(void);
static void need_sysinbox(void);
static void home_changed(void);

#define MEMBER(get, kind, member)                                              \
	{                                                                      \
		get, kind, offsetof(struct cc_env, member), NULL, NULL         \
	}
#define SPECIAL(get, kind, member, before, after)                              \
	{                                                                      \
		get, kind, offsetof(struct cc_env, member), before, after      \
	}

/* clang-format off */
static const struct row rows[] = {
	MEMBER(GET_BLOCKENVINIT, FLAG, block_init),
	MEMBER(GET_USERNAME, TEXT, user),
	SPECIAL(GET_HOMEDIR, TEXT, home, NULL, home_changed),
	SPECIAL(GET_LOCALHOST, TEXT, localhost, need_localhost, NULL),
	SPECIAL(GET_SYSINBOX, TEXT, sysinbox, need_sysinbox, NULL),
	MEMBER(GET_DISABLEPLAINTEXT, NUMBER, disable_plaintext),
	MEMBER(GET_CHROOTSERVER, FLAG, chroot_server),
	MEMBER(GET_ADVERTISETHEWORLD, FLAG, advertise_world),
	MEMBER(GET_DISABLEAUTOSHAREDNS, FLAG, no_auto_shared),
	SPECIAL(GET_MAILSUBDIR, TEXT, mail_subdir, NULL, home_changed),
	MEMBER(GET_DISABLE822TZTEXT, FLAG, no_822_tztext),
	MEMBER(GET_LIMITEDADVERTISE, FLAG, limited_advertise),
	MEMBER(GET_LOGOUTHOOK, POINTER, logout_hook),
	MEMBER(GET_LOGOUTDATA, POINTER, logout_data),
	MEMBER(GET_EXTERNALAUTHID, TEXT, external_authid),
	MEMBER(GET_SSLCAPATH, TEXT, ca_path),
	MEMBER(GET_RESTRICTIONS, NUMBER, restrictions),
	MEMBER(GET_MBXPROTECTION, NUMBER, mailbox_mode),
	MEMBER(GET_DIRPROTECTION, NUMBER, dir_mode),
	MEMBER(GET_LOCKPROTECTION, NUMBER, lock_mode),
	MEMBER(GET_FROMWIDGET, FLAG, from_widget),
	MEMBER(GET_NEWSACTIVE, TEXT, news_active),
	MEMBER(GET_NEWSSPOOL, TEXT, news_spool),
	MEMBER(GET_NEWSRC, TEXT, newsrc),
	MEMBER(GET_DISABLEFCNTLLOCK, FLAG, no_fcntl_locking),
	MEMBER(GET_LOCKEACCESERROR, FLAG, lock_warning),
	MEMBER(GET_LISTMAXLEVEL, NUMBER, list_max_level),
	MEMBER(GET_ANONYMOUSHOME, TEXT, anonymous_home),
	MEMBER(GET_FTPHOME, TEXT, ftp_home),
	MEMBER(GET_PUBLICHOME, TEXT, public_home),
	MEMBER(GET_SHAREDHOME, TEXT, shared_home),
	MEMBER(GET_USERHASNOLIFE, FLAG, no_unix_uids),
	MEMBER(GET_FTPPROTECTION, NUMBER, ftp_mode),
	MEMBER(GET_PUBLICPROTECTION, NUMBER, public_mode),
	MEMBER(GET_SHAREDPROTECTION, NUMBER, shared_mode),
	MEMBER(GET_LOCKTIMEOUT, NUMBER, lock_timeout),
	MEMBER(GET_NOTIMEZONES, FLAG, no_timezones),
	MEMBER(GET_HIDEDOTFILES, FLAG, hide_dot_files),
	MEMBER(GET_FTPDIRPROTECTION, NUMBER, ftp_dir_mode),
	MEMBER(GET_PUBLICDIRPROTECTION, NUMBER, public_dir_mode),
	MEMBER(GET_SHAREDDIRPROTECTION, NUMBER, shared_dir_mode),
	MEMBER(GET_TRUSTDNS, FLAG, trust_dns),
	MEMBER(GET_SASLUSESPTRNAME, FLAG, sasl_ptr_name),
	MEMBER(GET_NETFSSTATBUG, FLAG, netfs_stat_bug),
	MEMBER(GET_KERBEROS_CP_SVR_NAME, FLAG, k5_service_name),
	MEMBER(GET_CONFIGFILE, TEXT, config),
	MEMBER(GET_SANDBOX, NUMBER, sandbox),
	MEMBER(GET_CERTIFICATEDIR, TEXT, certificate_dir),
	MEMBER(GET_KEYDIR, TEXT, key_dir),
	MEMBER(GET_PAMSESSION, NUMBER, pam_session),
	MEMBER(GET_LOGINATTEMPTS, NUMBER, login_attempts),
	MEMBER(GET_PLAINTEXTCLIENTS, TEXT, plaintext_clients),
	MEMBER(GET_BLACKBOXDIR, TEXT, black_box_dir),
	MEMBER(GET_BLACKBOXDEFAULTHOME, TEXT, black_box_default),
};
/* clang-format on */

static void
need_localhost(void)
{
	mylocalhost();
}

static void
need_sysinbox(void)
{
	sysinbox();
}

/* The mailbox directory follows the home directory. */
static void
home_changed(void)
{
	cc_env_set(&cc_env()->mail_dir, NULL);
}

static void *
get(const struct row *row)
{
	const char *member = (const char *)cc_env() + row->at;

	if (row->before_get)
		(*row->before_get)();
	switch (row->kind) {
	case TEXT:
		return *(char *const *)(const void *)member;
	case NUMBER:
		return (void *)*(const long *)(const void *)member;
	case FLAG:
		return *(const long *)(const void *)member ? VOIDT : NIL;
	default:
		return *(void *const *)(const void *)member;
	}
}

static void
set(const struct row *row, void *value)
{
	char *member = (char *)cc_env() + row->at;

	switch (row->kind) {
	case TEXT:
		cc_env_set((char **)(void *)member, value);
		break;
	case NUMBER:
		*(long *)(void *)member = (long)value;
		break;
	case FLAG:
		*(long *)(void *)member = value ? 1 : 0;
		break;
	case POINTER:
		*(void **)(void *)member = value;
		break;
	}
	if (row->after_set)
		(*row->after_set)();
}

void *
env_parameters(long function, void *value)
{
	switch (function) {
	case GET_NAMESPACE:
		return cc_env_namespaces();
	case SET_NAMESPACE:
		fatal("SET_NAMESPACE not permitted");
		return NIL;
	case GET_SANDBOXPATHS:
		return cc_env()->sandbox_paths;
	default:
		break;
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (function == rows[i].get + 1)
			set(&rows[i], value);
		else if (function != rows[i].get)
			continue;
		return get(&rows[i]);
	}
	return NIL;
}
