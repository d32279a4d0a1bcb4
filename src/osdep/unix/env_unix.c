/*
 * env_unix.c - who the user is and where his things are: the one process-wide
 * state of the library's environment layer, and its set-up.
 *
 * Set-up happens once, before threads start, or on the first call that needs
 * a user. It never asks the DNS: the host name is what the system says, or
 * what the configuration or the program sets.
 */
#include <stdint.h>
#include <unistd.h>

#include "mail.h"
#include "osdep.h"
#include "cc_err.h"
#include "env_apply.h"
#include "env_namespace.h"
#include "env_proto.h"
#include "env_state.h"
#include "env_user.h"
#include "misc.h"
#include "strbuf.h"

#ifndef MAILSPOOL
#define MAILSPOOL "/var/mail"
#endif
#ifndef NEWSSPOOL
#define NEWSSPOOL "/var/spool/news"
#endif
#ifndef ACTIVEFILE
#define ACTIVEFILE "/var/lib/news/active"
#endif

/* What holds before any configuration is read. */
#define ENV_DEFAULTS                                                           \
	{                                                                      \
		.mailbox_mode = 0600, .dir_mode = 0700, .lock_mode = 0666,     \
		.ftp_mode = 0644, .public_mode = 0666, .shared_mode = 0660,    \
		.ftp_dir_mode = 0755, .public_dir_mode = 0777,                 \
		.shared_dir_mode = 0770, .lock_timeout = 5,                    \
		.list_max_level = 20, .lock_warning = 1, .from_widget = 1,     \
		.trust_dns = 1, .sasl_ptr_name = 1, .disable_plaintext = 2,    \
		.login_attempts = 3, .sandbox = 1, .status_complaint = 1,      \
		.keeper_fd = -1, .status_fd = -1,                              \
	}

static struct cc_env state = ENV_DEFAULTS;
static struct mailpath_rules rules;

struct cc_env *
cc_env(void)
{
	return &state;
}

void
cc_env_set(char **text, const char *value)
{
	char *copy = value ? cpystr(value) : NULL;

	if (*text)
		fs_give((void **)text);
	*text = copy;
}

/* DIR/NAME as an allocated text. */
static char *
join(const char *dir, const char *name)
{
	struct strbuf b;

	cc_strbuf_init(&b, SIZE_MAX / 2);
	cc_strbuf_puts(&b, strcmp(dir, "/") == 0 ? "" : dir);
	cc_strbuf_putc(&b, '/');
	cc_strbuf_puts(&b, name);
	return cc_strbuf_take(&b);
}

/* Fills an empty setting in. */
static void
set_default(char **text, const char *dir, const char *name)
{
	if (!*text)
		*text = join(dir, name);
}

/* A box DIR/USER, or the default box, or the end. */
static char *
black_box_home(void)
{
	char *home = join(state.black_box_dir, state.user);

	if (!strchr(state.user, '/') && state.user[0] != '.' &&
	    cc_env_is_directory(home))
		return home;
	fs_give((void **)&home);
	if (!cc_env_is_directory(state.black_box_default))
		fatal("no home");
	return cpystr(state.black_box_default);
}

/* "/home/ann/" would make "//" of every path. */
static void
cut_slashes(char *path)
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		path[--len] = '\0';
}

static void
set_home(char *home)
{
	char *chosen;

	if (state.anonymous) {
		set_default(&state.anonymous_home, MAILSPOOL, "anonymous");
		chosen = cpystr(state.anonymous_home);
	} else if (state.black_box_dir) {
		state.black_box = true;
		chosen = black_box_home();
	} else if (home || state.home) {
		chosen = cpystr(home ? home : state.home);
	} else {
		chosen = cc_env_default_home(state.user);
	}
	cut_slashes(chosen);
	cc_env_set(&state.home, chosen);
	fs_give((void **)&chosen);
}

/* Paths that follow from user and home, where nothing else was said. */
static void
set_paths(void)
{
	fs_give((void **)&state.mail_dir);
	state.mail_dir = state.mail_subdir && *state.mail_subdir
	    ? join(state.home, state.mail_subdir)
	    : cpystr(state.home);
	if (state.sysinbox)
		;
	else if (state.anonymous || state.black_box)
		state.sysinbox = join(state.home, "INBOX");
	else if (state.closed_box)
		state.sysinbox = cpystr("INBOX");
	else
		state.sysinbox = join(MAILSPOOL, state.user);
	set_default(&state.newsrc, state.home, ".newsrc");
	if (!state.news_spool)
		state.news_spool = cpystr(NEWSSPOOL);
	if (!state.news_active)
		state.news_active = cpystr(ACTIVEFILE);
}

/* The home of a namespace that is an account, if nothing was configured. */
static void
set_shared(char **home, const char *user)
{
	struct strbuf b;

	if (*home || state.closed_box || state.no_auto_shared)
		return;
	cc_strbuf_init(&b, CC_MAILPATH_MAX);
	if (cc_env_user_home(cc_span_z(user), &b) == 0)
		*home = cc_strbuf_take(&b);
	cc_strbuf_free(&b);
}

static void
set_rules(void)
{
	rules = (struct mailpath_rules){
		.mail_dir = state.mail_dir,
		.mail_subdir = state.mail_subdir && *state.mail_subdir
		    ? state.mail_subdir
		    : NULL,
		.sysinbox = state.sysinbox,
		.black_box = state.black_box ? state.black_box_dir : NULL,
		.ftp_home = state.ftp_home,
		.public_home = state.public_home,
		.shared_home = state.shared_home,
		.own_inbox =
		    state.anonymous || state.black_box || state.closed_box,
		.closed_box = state.closed_box,
		.anonymous = state.anonymous,
		.restrictions = (unsigned)state.restrictions,
		.user_home = cc_env_user_home,
	};
}

long
env_init(char *user, char *home)
{
	if (state.block_init)
		return LONGT;
	if (state.init)
		fatal("env_init called twice!");
	state.init = true;
	if (user && !home && !strcmp(user, ANONYMOUSUSER))
		state.anonymous = true;
	if (user)
		cc_env_set(&state.user, user);
	else if (!state.user)
		state.user = cc_env_own_name();
	cc_env_read_system();
	set_home(home);
	if (state.allow_user_config && !state.anonymous)
		cc_env_read_user();
	set_paths();
	set_shared(&state.ftp_home, "ftp");
	set_shared(&state.public_home, "imappublic");
	set_shared(&state.shared_home, "imapshared");
	set_rules();
	cc_env_proto_init();
	mylocalhost(); /* before there are threads that ask for it */
	return LONGT;
}

/* Before anything that needs a user. */
static void
need_init(void)
{
	if (!state.init && !state.block_init)
		env_init(NIL, NIL);
}

const struct mailpath_rules *
cc_env_rules(void)
{
	need_init();
	if (!state.home) /* SET_BLOCKENVINIT, and nothing set since */
		state.home = cpystr("/");
	if (!state.user)
		state.user = cpystr(UNLOGGEDUSER);
	if (!state.mail_dir || !state.sysinbox)
		set_paths();
	set_rules(); /* parameters may have been set since */
	return &rules;
}

char *
myusername_full(unsigned long *flags)
{
	unsigned long what = MU_LOGGEDIN;
	char *name;

	if (!state.init && !state.user && geteuid() != 0)
		need_init();
	name = state.user;
	if (!name) {
		what = MU_NOTLOGGEDIN;
		name = UNLOGGEDUSER;
	} else if (state.anonymous) {
		what = MU_ANONYMOUS;
	}
	if (flags)
		*flags = what;
	return name;
}

char *
myhomedir(void)
{
	if (!state.home)
		need_init();
	return state.home ? state.home : "";
}

char *
sysinbox(void)
{
	cc_env_rules();
	return state.sysinbox;
}

long
path_create(MAILSTREAM *stream, char *mailbox)
{
	long restrictions, made;
	bool black_box;

	need_init();
	restrictions = state.restrictions;
	black_box = state.black_box;
	state.restrictions = 0;
	state.black_box = black_box && *mailbox != '/';
	made = mail_create(stream, mailbox);
	state.restrictions = restrictions;
	state.black_box = black_box;
	return made;
}

const char *
cc_env_lock_dir(void)
{
	return state.closed_box ? "/" : "/tmp";
}

/* The system's name for this host. */
static char *
host_name(void)
{
	struct strbuf b;
	char *room;

	cc_strbuf_init(&b, NETMAXHOST);
	room = cc_strbuf_room(&b, NETMAXHOST);
	if (gethostname(room, NETMAXHOST) == 0)
		cc_strbuf_claim(&b, strnlen(room, NETMAXHOST - 1));
	for (size_t i = 0; i < b.len; i++)
		if (b.data[i] < 0x21 || b.data[i] > 0x7e)
			cc_strbuf_reset(&b);
	if (b.len == 0)
		cc_strbuf_puts(&b, "unknown");
	return cc_strbuf_take(&b);
}

char *
mylocalhost(void)
{
	if (!state.localhost)
		state.localhost = host_name();
	return state.localhost;
}

/* Copies a path into a caller's MAILTMPLEN octets. */
static char *
give_path(char *dst, struct strbuf *path, int r)
{
	if (r == 0)
		memcpy(dst, cc_strbuf_str(path), path->len + 1);
	cc_strbuf_free(path);
	return r == 0 ? dst : NIL;
}

char *
mailboxfile(char *dst, char *name)
{
	struct strbuf path;

	if (!name)
		return NIL;
	cc_strbuf_init(&path, CC_MAILPATH_MAX);
	return give_path(dst, &path, cc_mailbox_path(name, &path));
}

char *
mailboxdir(char *dst, char *dir, char *name)
{
	struct strbuf path, both;
	int r;

	cc_strbuf_init(&path, CC_MAILPATH_MAX);
	cc_strbuf_init(&both, CC_MAILBOX_NAME);
	if (dir)
		cc_strbuf_puts(&both, dir);
	if (name) {
		if (both.len > 0 && both.data[both.len - 1] != '/')
			cc_strbuf_putc(&both, '/');
		cc_strbuf_puts(&both, name);
	}
	r = cc_strbuf_status(&both);
	if (r == 0 && both.len > 0) {
		r = cc_mailbox_path(both.data, &path);
	} else if (r == 0) {
		cc_strbuf_puts(&path, cc_env_rules()->mail_dir);
		r = cc_strbuf_status(&path);
	}
	cc_strbuf_free(&both);
	return give_path(dst, &path, r);
}

/* Where the texts are in the structure, for cc_env_free. */
static const size_t texts[] = {
	offsetof(struct cc_env, user),
	offsetof(struct cc_env, home),
	offsetof(struct cc_env, keeper_path),
	offsetof(struct cc_env, config),
	offsetof(struct cc_env, localhost),
	offsetof(struct cc_env, client_host),
	offsetof(struct cc_env, mail_subdir),
	offsetof(struct cc_env, mail_dir),
	offsetof(struct cc_env, sysinbox),
	offsetof(struct cc_env, newsrc),
	offsetof(struct cc_env, news_active),
	offsetof(struct cc_env, news_spool),
	offsetof(struct cc_env, anonymous_home),
	offsetof(struct cc_env, black_box_dir),
	offsetof(struct cc_env, black_box_default),
	offsetof(struct cc_env, ftp_home),
	offsetof(struct cc_env, public_home),
	offsetof(struct cc_env, shared_home),
	offsetof(struct cc_env, plaintext_clients),
	offsetof(struct cc_env, certificate_dir),
	offsetof(struct cc_env, key_dir),
	offsetof(struct cc_env, netscape_url),
	offsetof(struct cc_env, ca_path),
	offsetof(struct cc_env, external_authid),
	offsetof(struct cc_env, create_format),
	offsetof(struct cc_env, empty_format),
};

void
cc_env_free(void)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		cc_env_set((char **)(void *)((char *)&state + texts[i]), NULL);
	for (size_t i = 0; i < CC_ENV_SANDBOX_PATHS; i++)
		cc_env_set(&state.sandbox_paths[i], NULL);
	for (size_t i = 0; i < CC_ENV_KEYWORDS; i++)
		cc_env_set(&state.keywords[i], NULL);
	cc_env_namespaces_free();
	if (state.status_fd >= 0)
		close(state.status_fd);
	if (state.append_tail)
		(*state.append_tail_free)(state.append_tail);
	state = (struct cc_env)ENV_DEFAULTS;
	rules = (struct mailpath_rules){ 0 };
}
