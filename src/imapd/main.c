/*
 * main.c - imapd: the monitor where it was started by root, else the session.
 *
 * As root nothing is done here but to call the monitor (login_monitor.h), which
 * gets the client logged in and executes this program afresh as the user, with
 * --session and a record of who that is. Started by an ordinary user the
 * session greets with PREAUTH and serves that user over its descriptors.
 */
#include <fcntl.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "alert.h"
#include "c-client.h"
#include "dotlock.h"
#include "env_state.h"
#include "event.h"
#include "imap_capability.h"
#include "login_files.h"
#include "login_monitor.h"
#include "login_session.h"
#include "sandbox.h"
#include "session.h"
#include "unsolicited.h"

#define SERVICE "imap"

static struct session session; /* too large for the stack */

/* The base name by which we were called: the identity in the log. */
static const char *
program_name(const char *argv0)
{
	const char *slash = argv0 ? strrchr(argv0, '/') : NULL;

	return slash ? slash + 1 : argv0 && *argv0 ? argv0 : "imapd";
}

/*
 * Descriptors 0 to 2 are open, and nothing that a library prints to the third
 * can reach the client, which it is under inetd.
 */
static void
tidy_descriptors(void)
{
	struct stat st;
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= 2);
	if (fd < 0)
		return;
	if (fstat(2, &st) != 0 || S_ISSOCK(st.st_mode))
		dup2(fd, 2);
	close(fd);
}

/* Where a client that did not log in comes from. */
static const char *
peer_name(void)
{
	static const char *const names[] = { "SSH_CLIENT", "KRB5REMOTEADDR",
		"SSH2_CLIENT" };
	static char text[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *value = getenv(names[i]);

		if (!value)
			continue;
		snprintf(text, sizeof(text), "%s=%s", names[i], value);
		return text;
	}
	return "UNKNOWN";
}

static void
link_drivers(void)
{
	mail_parameters(NULL, SET_SERVICENAME, SERVICE);
#include "linkage.c"
}

/* What a session may do with its files: somebody anonymous looks only. */
static enum sandbox_access
own_access(void)
{
	return cc_env()->anonymous ? SANDBOX_READ : SANDBOX_WRITE;
}

/* The directory of a path; the root never is, which would allow all there
 * is. */
static void
allow_directory(struct sandbox_paths *paths, const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;
	char *dir;

	if (!slash || slash == path)
		return;
	dir = cc_span_dup(cc_span(path, (size_t)(slash - path)));
	cc_sandbox_allow(paths, dir, own_access());
	fs_give((void **)&dir);
}

static void
allow(struct sandbox_paths *paths, const char *path)
{
	if (path)
		cc_sandbox_allow(paths, path, own_access());
}

/* Accounts that have no home of their own may have the root directory. */
static void
allow_home(struct sandbox_paths *paths, const char *home)
{
	struct stat root, st;

	if (stat("/", &root) == 0 && stat(home, &st) == 0 &&
	    (st.st_dev != root.st_dev || st.st_ino != root.st_ino))
		cc_sandbox_allow(paths, home, own_access());
}

/* The files of this session: its user's, those of the namespaces, and what the
 * administrator adds. Then there is no way to others. False, which is logged,
 * if that cannot be had: nobody is served without. */
static bool
confine(struct session *s)
{
	static struct sandbox_paths paths;
	const struct cc_env *env = cc_env();

	if (!env->sandbox)
		return true;
	cc_sandbox_init(&paths);
	/* The account nobody may have processes that are not mail's. */
	paths.kisses = !env->anonymous;
	cc_sandbox_allow_system(&paths, env->config);
	allow_home(&paths, env->home);
	if (env->mail_subdir && *env->mail_subdir)
		cc_sandbox_allow(&paths, env->mail_dir, SANDBOX_OWN);
	allow_directory(&paths, env->sysinbox);
	cc_sandbox_allow(&paths, cc_env_lock_dir(), SANDBOX_WRITE);
	allow(&paths, env->ftp_home);
	allow(&paths, env->public_home);
	if (!env->anonymous)
		allow(&paths, env->shared_home);
	if (!(env->restrictions & RESTRICTOTHERUSER) && !env->anonymous)
		allow_directory(&paths, env->home);
	for (char *const *p = env->sandbox_paths; *p; p++)
		allow(&paths, *p);
	if (cc_sandbox_session(&paths) != 0) {
		syslog(LOG_ALERT, "Unable to confine the session");
		return false;
	}
	s->sandbox = &paths;
	return true;
}

/* There is no service, which the log knows the reason of. */
static int
refuse(struct session *s)
{
	output_puts(&s->out, "* BYE [UNAVAILABLE] Service not available\r\n");
	session_end(s, NULL, 1);
	return session_run(s);
}

static void
put_capability(struct session *s)
{
	struct imap_capability_state state;

	session_capability(s, &state);
	output_puts(&s->out, "[CAPABILITY ");
	cc_imap_put_capability(&s->out.buf, IMAP_CAP_BASE | IMAP_CAP_SESSION,
	    &state);
	output_puts(&s->out, "] ");
}

/* What depends on the user: environment, formats, working directory. */
static void
enter(char *user, char *home)
{
	env_init(user, home);
	link_drivers();
	/* Nothing has to be there for somebody anonymous. */
	if (chdir(cc_env()->home) != 0 && !cc_env()->anonymous)
		syslog(LOG_NOTICE, "No home directory user=%.80s",
		    cc_env()->user);
}

/* Are passwords in clear taken on a connection without TLS? */
static bool
takes_plaintext(void)
{
	return cc_env()->disable_plaintext == 0;
}

/* A session of the user who started us. */
static int
preauth(void)
{
	struct session *s = &session;
	char date[MAILTMPLEN];

	/* cppcheck-suppress getpwuidCalled ; there is one thread */
	if (!getpwuid(geteuid())) {
		static const char text[] =
		    "* BYE [ALERT] IMAP4rev1 server "
		    "crashing: Unable to look up user name\r\n";

		if (write(1, text, sizeof(text) - 1) >= 0)
			syslog(LOG_ALERT, "Unable to look up user name");
		abort();
	}
	session_init(s, 0, 1, cc_span("", 0));
	enter(NULL, NULL);
	s->user = cc_env()->user;
	s->client = peer_name();
	cc_env_set(&cc_env()->client_host, s->client);
	s->server = mylocalhost();
	s->plaintext = takes_plaintext();
	s->mechanisms = cc_login_mechanisms() & ~cc_env()->disabled_mechanisms;
	s->anonymous = cc_env()->anonymous;
	rfc822_date(date);
	if (alert_nologin()) {
		output_printf(&s->out,
		    "* BYE Service not available %s "
		    "Cedar IMAP " CC_VERSION " at %s\r\n",
		    s->server, date);
		session_end(s, NULL, 0);
		return session_run(s);
	}
	syslog(LOG_INFO, "Preauthenticated user=%.80s host=%.80s", s->user,
	    s->client);
	if (!confine(s))
		return refuse(s);
	output_puts(&s->out, "* PREAUTH ");
	put_capability(s);
	output_printf(&s->out,
	    "Pre-authenticated user %s %s Cedar IMAP " CC_VERSION " at %s\r\n",
	    s->user, s->server, date);
	return session_run(s);
}

/* A session of the user whom the monitor let in. */
static int
after_login(void)
{
	static char anonymous[] = ANONYMOUSUSER;
	struct session *s = &session;
	struct session_record rec;

	if (cc_session_record_read(SESSION_FD_RECORD, &rec) != 0) {
		syslog(LOG_ALERT, "Unable to read the session record");
		session_init(s, 0, 1, cc_span("", 0));
		return refuse(s);
	}
	close(SESSION_FD_RECORD);
	if (*rec.config)
		cc_env_set(&cc_env()->config, rec.config);
	session_init(s, 0, 1, rec.ahead);
	/* The anonymous user has a home of his own, which no account has. */
	enter(rec.anonymous ? anonymous : rec.user,
	    rec.anonymous ? NULL : rec.home);
	s->user = rec.anonymous ? rec.typed : rec.user;
	s->client = rec.client;
	cc_env_set(&cc_env()->client_host, s->client);
	s->server = rec.server;
	s->tls = rec.tls;
	s->plaintext = rec.plaintext;
	s->mechanisms = rec.mechanisms;
	s->anonymous = cc_env()->anonymous;
	s->alerts.system = (time_t)rec.alert;
	if (rec.lockkeeper)
		cc_dotlock_use_keeper(SESSION_FD_LOCKKEEPER, sysinbox());
	if (!confine(s))
		return refuse(s);
	output_printf(&s->out, "%s OK ", rec.tag);
	put_capability(s);
	output_puts(&s->out, "User ");
	output_text(&s->out, cc_span_z(rec.typed));
	output_puts(&s->out, " authenticated\r\n");
	return session_run(s);
}

/* The one we were started with, unless that is none at all. */
static void
set_umask(void)
{
	mode_t old = umask(022);

	if (old != 0)
		umask(old);
}

/* "-c FILE", which whoever starts us for himself may say. */
static void
parse_arguments(int argc, char *argv[])
{
	if (argc == 3 && strcmp(argv[1], "-c") == 0)
		cc_env_set(&cc_env()->config, argv[2]);
}

/* Asked while a lock is waited for; a SELECT says what it waits for. */
static bool
told_to_end(void)
{
	if (session.opening && session.notes.lines.len > 0) {
		unsolicited_notes(&session);
		(void)output_flush(&session.out);
	}
	return event_poll() != 0;
}

int
main(int argc, char *argv[])
{
	bool logged_in = argc > 1 && strcmp(argv[1], SESSION_ARG) == 0;

	if (geteuid() == 0 && !logged_in)
		return cc_login_monitor(argc, argv, SERVICE);
	tidy_descriptors();
	set_umask();
	/* Executed by descriptor, we would have its number for a name. */
	prctl(PR_SET_NAME, program_name(argv[0]), 0, 0, 0);
	/* Before the sandbox, which lets no socket be made. */
	openlog(program_name(argv[0]), LOG_PID | LOG_NDELAY, LOG_MAIL);
	event_init();
	cc_env()->give_up = told_to_end;
	if (logged_in)
		return after_login();
	parse_arguments(argc, argv);
	return preauth();
}
