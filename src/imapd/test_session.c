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

struct scene {
	const char *says; /* the client */
	int sig;          /* pending from the beginning, or 0 */
	bool anonymous;
};

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
play(const struct scene *scene, int *status_r, pid_t *pid_r)
{
	int out = memfd_create("out", MFD_CLOEXEC);
	struct tmpdir t;
	struct stat st;
	char *said;

	tmpdir_make(&t);
	write_inbox(&t);
	*pid_r = fork();
	if (*pid_r == 0)
		_exit(serve(&t, scene, out));
	assert_int_equal(waitpid(*pid_r, status_r, 0), *pid_r);
	tmpdir_remove(&t);
	assert_int_equal(fstat(out, &st), 0);
	said = fs_get((size_t)st.st_size + 1);
	assert_int_equal(pread(out, said, (size_t)st.st_size, 0), st.st_size);
	said[st.st_size] = '\0';
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

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene scene = { .sig = cases[i].sig,
			.says = "a SELECT INBOX\r\nb FETCH 1:* FLAGS\r\n"
				"c NOOP\r\n" };
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
	char *said;

	(void)state;
	cc_strbuf_init(&says, 10000);
	cc_strbuf_init(&want, 100);
	cc_strbuf_puts(&says, "a SELECT INBOX\r\n");
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		cc_strbuf_printf(&says, "r%zu %s 1 x\r\n", i, refused[i]);
	cc_strbuf_puts(&says,
	    "b STORE 1 +FLAGS (\\Deleted)\r\nc CHECK\r\nd CLOSE\r\n"
	    "e SELECT #shared/x\r\nf EXAMINE #mh/x\r\n"
	    "g STATUS {host}x (MESSAGES)\r\n"
	    "g2 STATUS \"{host}x\" (MESSAGES)\r\n"
	    "h LIST #driver.x/ *\r\ni LIST \"\" #PUBLIC/*\r\n"
	    "j LSUB \"\" #mhinbox\r\nk NAMESPACE\r\n"
	    "l CAPABILITY\r\nm SELECT INBOX\r\nn IDLE\r\nDONE\r\n"
	    "o LOGOUT\r\n");
	scene.says = cc_strbuf_str(&says);
	said = play(&scene, &status, &pid);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signals_are_heard_in_a_long_command),
		cmocka_unit_test(test_usr1_in_a_long_command),
		cmocka_unit_test(test_anonymous),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
