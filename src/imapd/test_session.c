/*
 * test_session.c - whole sessions of users that no conversation can be: the
 * anonymous one, and ones that get a signal in the middle of a command.
 *
 * Each session runs in a child. All that the client says is there before it
 * starts, so it never waits, and a signal that is pending from the beginning is
 * first heard of in the first command that takes long.
 *
 * TEST_OBJECTS: imapd/?*.c osdep/unix/sandbox*.c
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "c-client.h"
#include "env_state.h"
#include "event.h"
#include "session.h"
#include "test_tmpdir.h"
#include "test_util.h"

static const char one_message[] =
    "From a@example.com Tue Mar  5 09:01:02 2024\n"
    "From: A <a@example.com>\nSubject: one\n\ntext\n\n";

static int log_fd = -1; /* what would be logged; nowhere at first */

/* In the place of the C library's, whatever name a call of it has. */
#undef syslog
void syslog(int level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void __syslog_chk(int level, int flag, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void log_line(const char *fmt, va_list ap)
    __attribute__((format(printf, 1, 0)));

static void
log_line(const char *fmt, va_list ap)
{
	vdprintf(log_fd, fmt, ap);
	dprintf(log_fd, "\n");
}

void
syslog(int level, const char *fmt, ...)
{
	va_list ap;

	(void)level;
	va_start(ap, fmt);
	log_line(fmt, ap);
	va_end(ap);
}

void
__syslog_chk(int level, int flag, const char *fmt, ...)
{
	va_list ap;

	(void)level;
	(void)flag;
	va_start(ap, fmt);
	log_line(fmt, ap);
	va_end(ap);
}

struct scene {
	const char *says; /* the client */
	const char *out;  /* where it is written to, or NULL: kept */
	int sig;          /* pending from the beginning, or 0 */
	bool anonymous;
	bool takes_recent; /* each look at a mailbox finds one less recent */
};

static long (*real_ping)(MAILSTREAM *stream);

/* As a format does where another session can take \Recent away. */
static long
ping_and_take_recent(MAILSTREAM *stream)
{
	if (stream->recent > 0)
		mail_recent(stream, stream->recent - 1);
	return (*real_ping)(stream);
}

static void
take_recent(void)
{
	DRIVER *d = mail_parameters(NIL, GET_DRIVER, "unix");

	real_ping = d->ping;
	d->ping = ping_and_take_recent;
}

static void
write_inbox(struct tmpdir *t)
{
	struct strbuf b;

	cc_strbuf_init(&b, 10000);
	for (int i = 0; i < 3; i++)
		cc_strbuf_puts(&b, one_message);
	tmpdir_mkdir(t, "home");
	tmpdir_write(t, "inbox", b.data, b.len);
	tmpdir_write(t, "home/INBOX", b.data, b.len); /* the anonymous one */
	cc_strbuf_reset(&b);
	cc_strbuf_printf(&b,
	    "set system-inbox %s/inbox\n"
	    "set anonymous-home-directory %s/home\n",
	    t->path, t->path);
	tmpdir_write(t, "config", b.data, b.len);
	cc_strbuf_free(&b);
}

/* In the child. */
static int
serve(struct tmpdir *t, const struct scene *scene, int out)
{
	static struct session s;

	cc_env_set(&cc_env()->config, tmpdir_path(t, "config"));
	cc_env()->anonymous = scene->anonymous;
	env_init((char *)(uintptr_t) "user",
	    (char *)(uintptr_t)tmpdir_path(t, "home"));
#include "linkage.c"
	if (scene->takes_recent)
		take_recent();
	event_init();
	session_init(&s, open("/dev/null", O_RDONLY), out,
	    cc_span_z(scene->says));
	s.user = "user";
	s.client = "UNKNOWN";
	s.server = "server";
	s.anonymous = scene->anonymous;
	if (scene->sig)
		raise(scene->sig);
	return session_run(&s);
}

/* What the server said, and how it ended. */
static char *
content(int fd)
{
	struct stat st;
	char *text;

	assert_int_equal(fstat(fd, &st), 0);
	text = fs_get((size_t)st.st_size + 1);
	assert_int_equal(pread(fd, text, (size_t)st.st_size, 0), st.st_size);
	text[st.st_size] = '\0';
	return text;
}

static char *
play(const struct scene *scene, int *status_r, pid_t *pid_r)
{
	int out = scene->out ? open(scene->out, O_WRONLY)
			     : memfd_create("out", MFD_CLOEXEC);
	struct tmpdir t;
	char *said;

	tmpdir_make(&t);
	write_inbox(&t);
	*pid_r = fork();
	if (*pid_r == 0)
		_exit(serve(&t, scene, out));
	assert_int_equal(waitpid(*pid_r, status_r, 0), *pid_r);
	tmpdir_remove(&t);
	said = scene->out ? cpystr("") : content(out);
	close(out);
	return said;
}

static void
has(const char *said, const char *what)
{
	if (!strstr(said, what))
		fail_msg("no \"%s\" in:\n%s", what, said);
}

static void
has_not(const char *said, const char *what)
{
	if (strstr(said, what))
		fail_msg("\"%s\" in:\n%s", what, said);
}

static void
test_signals_are_heard_in_a_long_command(void **state)
{
	static const struct {
		int sig;
		const char *bye; /* NULL: none */
	} cases[] = {
		{ SIGTERM, "* BYE Killed (terminated)\r\n" },
		{ SIGALRM, "* BYE Autologout (idle for too long)\r\n" },
		{ SIGHUP, NULL },
	};
	static const char *const says[] = {
		"a SELECT INBOX\r\nb FETCH 1:* FLAGS\r\nc NOOP\r\n",
		"a SELECT INBOX\r\nb STORE 1:* FLAGS x\r\nc NOOP\r\n",
		"a SELECT INBOX\r\nb SEARCH TEXT x\r\nc NOOP\r\n",
		"a SELECT INBOX\r\nb SORT (SUBJECT) UTF-8 ALL\r\nc NOOP\r\n",
		"a SELECT INBOX\r\nb THREAD REFERENCES UTF-8 ALL\r\nc X\r\n",
	};

	(void)state;
	for (size_t k = 0; k < COUNT(says) * COUNT(cases); k++) {
		size_t i = k % COUNT(cases);
		struct scene scene = { .sig = cases[i].sig,
			.says = says[k / COUNT(cases)] };
		int status;
		pid_t pid;
		char *said = play(&scene, &status, &pid);

		assert_int_equal(WEXITSTATUS(status), 1);
		has(said, "a OK [READ-WRITE]");
		if (cases[i].bye)
			has(said, cases[i].bye);
		else
			has_not(said, "BYE");
		has_not(said, "FETCH (");
		has_not(said, "* S");
		has_not(said, "* T");
		has_not(said, "\r\nb ");
		has_not(said, "\r\nc ");
		fs_give((void **)&said);
	}
}

static void
test_usr1_in_a_long_command(void **state)
{
	struct scene scene = { .sig = SIGUSR1,
		.says = "a SELECT INBOX\r\nb FETCH 1:* FLAGS\r\n"
			"c LOGOUT\r\n" };
	char path[64], text[1000];
	int status, fd;
	ssize_t n;
	char *said;
	pid_t pid;

	(void)state;
	said = play(&scene, &status, &pid);
	assert_int_equal(WEXITSTATUS(status), 0);
	has(said, "* 3 FETCH (FLAGS (");
	has(said, "b OK FETCH completed\r\n");
	fs_give((void **)&said);
	snprintf(path, sizeof(path), "/tmp/imapd-status.%d.user", (int)pid);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	unlink(path);
	assert_true(n > 0);
	text[n] = '\0';
	has(text, "mailbox open\n");
	has(text, "(read-write)\nrunning, last command=FETCH\n");
}

static void
test_anonymous(void **state)
{
	static const char *const refused[] = { "APPEND", "CREATE", "DELETE",
		"RENAME", "SUBSCRIBE", "UNSUBSCRIBE", "COPY", "UID COPY",
		"EXPUNGE", "UID EXPUNGE" };
	struct scene scene = { .anonymous = true };
	struct strbuf says, want;
	int status;
	pid_t pid;
	char *said, *logged;

	(void)state;
	cc_strbuf_init(&says, 10000);
	cc_strbuf_init(&want, 100);
	cc_strbuf_puts(&says, "a SELECT INBOX\r\n");
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		cc_strbuf_printf(&says, "r%zu %s 1 x\r\n", i, refused[i]);
	cc_strbuf_puts(&says,
	    "b STORE 1 +FLAGS (\\Deleted)\r\nc CHECK\r\nd CLOSE\r\n"
	    "d2 SELECT {14+}\r\nx\nLogin user=y\r\n"
	    "e SELECT #shared/x\r\nf EXAMINE #mh/x\r\n"
	    "g STATUS {host}x (MESSAGES)\r\n"
	    "g2 STATUS \"{host}x\" (MESSAGES)\r\n"
	    "h LIST #driver.x/ *\r\ni LIST \"\" #PUBLIC/*\r\n"
	    "h2 SCAN #shared/ * x\r\nh3 SCAN \"\" #shared/* x\r\n"
	    "h5 FIND ALL.MAILBOXES #shared/*\r\n"
	    "h4 SCAN \"\" * x\r\n"
	    "j LSUB \"\" #mhinbox\r\nk NAMESPACE\r\n"
	    "l CAPABILITY\r\nm SELECT INBOX\r\nn IDLE\r\nDONE\r\n"
	    "o LOGOUT\r\n");
	scene.says = cc_strbuf_str(&says);
	log_fd = memfd_create("log", MFD_CLOEXEC);
	said = play(&scene, &status, &pid);
	logged = content(log_fd);
	close(log_fd);
	has(logged, "Anonymous select of INBOX host=UNKNOWN\n");
	has(logged, "Anonymous select of x?Login user=y host=UNKNOWN\n");
	fs_give((void **)&logged);
	assert_int_equal(WEXITSTATUS(status), 0);
	has(said, "a OK [READ-ONLY] SELECT completed\r\n");
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		cc_strbuf_reset(&want);
		cc_strbuf_printf(&want, "r%zu BAD Command unrecognized: %s\r\n",
		    i, refused[i]);
		has(said, cc_strbuf_str(&want));
	}
	has(said, "\r\nc OK CHECK completed\r\n");
	has(said, "\r\nd OK CLOSE completed\r\n");
	has(said, "\r\ne NO Anonymous may not SELECT this name\r\n");
	has(said, "\r\nf NO Anonymous may not EXAMINE this name\r\n");
	has(said, "\r\ng2 NO Anonymous may not STATUS this name\r\n");
	has(said, "\r\nh NO Anonymous may not LIST this name\r\n");
	has(said, "\r\nh2 NO Anonymous may not SCAN this name\r\n");
	has(said, "\r\nh3 NO Anonymous may not SCAN this name\r\n");
	has(said, "\r\nh5 NO Anonymous may not FIND this name\r\n");
	has(said, "\r\nh4 OK SCAN completed\r\n");
	has(said, "\r\ni OK LIST completed\r\n");
	has(said, "\r\nj NO Anonymous may not LSUB this name\r\n");
	has(said, "* NAMESPACE NIL NIL ((\"#ftp/\" \"/\")");
	has_not(said, "#shared/\"");
	has_not(said, "MULTIAPPEND");
	has(said, "\r\nm OK [READ-ONLY] SELECT completed\r\n");
	has(said, "* 3 EXISTS\r\n");
	has_not(said, "* 2 EXISTS");
	has(said, "\r\nn OK IDLE completed\r\n");
	fs_give((void **)&said);
	cc_strbuf_free(&says);
	cc_strbuf_free(&want);
}

/* What the client gets if the library gives up, in a line or not. */
static char *
crash(bool in_line)
{
	static struct session s;
	int out = memfd_create("out", MFD_CLOEXEC), status;
	pid_t pid = fork();
	char *said;

	if (pid == 0) {
		session_init(&s, open("/dev/null", O_RDONLY), out,
		    cc_span("", 0));
		s.user = s.client = "x";
		output_puts(&s.out, "* 1 FETCH (BODY[] {100}\r\nSubject");
		output_flush(&s.out);
		s.out.in_line = in_line;
		mm_fatal((char *)(uintptr_t) "Out of memory");
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	said = content(out);
	close(out);
	return said;
}

/* A BYE among the octets of a literal would be some of them. */
static void
test_crash_in_a_literal(void **state)
{
	char *said = crash(true);

	(void)state;
	has_not(said, "BYE");
	fs_give((void **)&said);
	said = crash(false);
	has(said, "* BYE [ALERT] IMAP4rev1 server crashing: Out of memory\r\n");
	fs_give((void **)&said);
}

/* The last line of each session says why it ended; others what went wrong. */
static void
test_log(void **state)
{
	static char flood[100000];
	static const struct {
		struct scene scene;
		const char *logged;
		int status;
	} cases[] = {
		{ { .says = "a LOGOUT\r\n" }, "Logout", 0 },
		{ { .says = "a NOO" },
		    "Unexpected client disconnect, while reading line", 1 },
		{ { .says = flood },
		    "Unexpected client disconnect, while flushing line", 1 },
		{ { .says = "a SELECT {5+}\r\nIN" },
		    "Unexpected client disconnect, while reading literal", 1 },
		{ { .says = "a APPEND INBOX {5+}\r\nIN" },
		    "Unexpected client disconnect, while reading literal", 1 },
		{ { .says = "a APPEND INBOX (x {5+}\r\nIN" },
		    "Unexpected client disconnect, while discarding unread "
		    "literal",
		    1 },
		{ { .says = "a NOOP\r\n", .out = "/dev/full" },
		    "Unexpected client disconnect, while writing text", 1 },
		{ { .says = "a SELECT {10001+}\r\n" },
		    "Overlong (10001) client literal", 1 },
		{ { .says = "a SELECT INBOX\r\nb STORE 1:3 FLAGS x\r\n",
		      .sig = SIGTERM },
		    "Killed (terminated)", 1 },
		{ { .says = "a SELECT INBOX\r\nb STORE 1:3 FLAGS x\r\n",
		      .sig = SIGHUP },
		    "Hangup", 1 },
		{ { .says = "a SELECT INBOX\r\nb STORE 1:3 FLAGS x\r\n",
		      .sig = SIGALRM },
		    "Autologout", 1 },
	};
	struct strbuf want;

	(void)state;
	memset(flood, 'x', sizeof(flood) - 1);
	cc_strbuf_init(&want, 1000);
	for (size_t i = 0; i < COUNT(cases); i++) {
		int status;
		pid_t pid;
		char *said, *logged;

		log_fd = memfd_create("log", MFD_CLOEXEC);
		said = play(&cases[i].scene, &status, &pid);
		logged = content(log_fd);
		cc_strbuf_reset(&want);
		cc_strbuf_printf(&want, "%s user=user host=UNKNOWN\n",
		    cases[i].logged);
		has(logged, cc_strbuf_str(&want));
		assert_int_equal(WEXITSTATUS(status), cases[i].status);
		close(log_fd);
		fs_give((void **)&said);
		fs_give((void **)&logged);
	}
	cc_strbuf_free(&want);
}

/* RFC 3501 section 7.3.2: of formats whose sessions keep \Recent to the end no
 * conversation can show it. */
static void
test_recent_alone(void **state)
{
	static const struct scene scene = {
		.says = "a SELECT INBOX\r\nb NOOP\r\nc NOOP\r\nd NOOP\r\n"
			"e NOOP\r\nf LOGOUT\r\n",
		.takes_recent = true,
	};
	int status;
	pid_t pid;
	char *said;

	(void)state;
	said = play(&scene, &status, &pid);
	assert_int_equal(status, 0);
	has(said, "* 3 EXISTS\r\n* 3 RECENT\r\n");
	has(said,
	    "* 2 RECENT\r\nb OK NOOP completed\r\n"
	    "* 1 RECENT\r\nc OK NOOP completed\r\n"
	    "* 0 RECENT\r\nd OK NOOP completed\r\n"
	    "e OK NOOP completed\r\n");
	fs_give((void **)&said);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signals_are_heard_in_a_long_command),
		cmocka_unit_test(test_usr1_in_a_long_command),
		cmocka_unit_test(test_recent_alone),
		cmocka_unit_test(test_anonymous),
		cmocka_unit_test(test_crash_in_a_literal),
		cmocka_unit_test(test_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
