/*
 * test_timers.c - how long a session waits for its client, with a clock of our
 * own that jumps to the end of each wait.
 *
 * TEST_OBJECTS: imapd/[!e]*.c osdep/unix/sandbox*.c
 */
#include <unistd.h>

#include "c-client.h"
#include "env_state.h"
#include "event.h"
#include "session.h"
#include "test_tmpdir.h"
#include "test_util.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)

static int64_t clock_now;
static struct tmpdir tmp;

void
event_init(void)
{
}

enum event_end
event_end(void)
{
	return EVENT_NONE;
}

enum event_end
event_poll(void)
{
	return EVENT_NONE;
}

bool
event_status_wanted(void)
{
	return false;
}

int64_t
event_now(void)
{
	return clock_now;
}

/* What is there is there; for the rest time goes by. */
int
event_wait(struct pollfd *fds, nfds_t count, int64_t until)
{
	int n = poll(fds, count, 0);

	if (n == 0)
		clock_now = until;
	return n;
}

/* A session of a client that says this and then nothing more, and what it was
 * told. */
static char *
play(const char *says, int *status_r)
{
	static struct session s;
	int in[2], out[2];
	char *said = fs_get(65536);
	ssize_t n;

	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	assert_int_equal(write(in[1], says, strlen(says)), strlen(says));
	clock_now = 5 * MINUTE;
	session_init(&s, in[0], out[1], cc_span("", 0));
	s.user = "user";
	s.client = "UNKNOWN";
	s.server = "server";
	*status_r = session_run(&s);
	clock_now -= 5 * MINUTE;
	n = read(out[0], said, 65535);
	said[n < 0 ? 0 : n] = '\0';
	close(in[0]);
	close(in[1]);
	close(out[0]);
	close(out[1]);
	return said;
}

static void
test_autologout(void **state)
{
	static const struct {
		const char *says;
		int64_t ends; /* after so long */
	} cases[] = {
		{ "", 30 * MINUTE },
		{ "a NOOP\r\n", 30 * MINUTE },
		{ "a NOO", 5 * MINUTE },
		{ "a SELECT {5}\r\n", 5 * MINUTE },
		{ "a SELECT {5}\r\nINB", 5 * MINUTE },
		{ "a SELECT {5}\r\nINBOX", 5 * MINUTE },
		{ "a APPEND INBOX {100}\r\nx", 5 * MINUTE },
		{ "a APPEND INBOX \"no date\" {100+}\r\nx", 5 * MINUTE },
		{ "a IDLE\r\n", 31 * MINUTE },
		{ "a SELECT INBOX\r\nb IDLE\r\n", 31 * MINUTE },
		{ "a IDLE\r\nDONE\r\n", 30 * MINUTE },
	};
	static const char bye[] = "* BYE Autologout (idle for too long)\r\n";

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int status;
		char *said = play(cases[i].says, &status);
		size_t n = strlen(said);

		if (n < sizeof(bye) - 1 ||
		    strcmp(said + n - (sizeof(bye) - 1), bye) != 0)
			fail_msg("\"%s\": %s", cases[i].says, said);
		assert_int_equal(status, 1);
		assert_int_equal(clock_now, cases[i].ends);
		fs_give((void **)&said);
	}
}

/* Alerts are looked for once a minute at most, at the end of commands and in
 * IDLE. */
static void
test_alerts_in_idle(void **state)
{
	static const char text[] = "first\r\nsecond";
	int status;
	char *said;

	(void)state;
	tmpdir_write(&tmp, "home/.imapalert", text, sizeof(text) - 1);
	said = play("a IDLE\r\n", &status);
	assert_non_null(strstr(said,
	    "+ Waiting for DONE\r\n"
	    "* OK [ALERT] first\r\n* OK [ALERT] second\r\n"));
	assert_null(strstr(strstr(said, "second") + 1, "second"));
	assert_int_equal(unlink(tmpdir_path(&tmp, "home/.imapalert")), 0);
	fs_give((void **)&said);
}

static int
set_up(void **state)
{
	struct strbuf b;

	(void)state;
	tmpdir_make(&tmp);
	tmpdir_mkdir(&tmp, "home");
	cc_strbuf_init(&b, 1000);
	cc_strbuf_printf(&b, "set system-inbox %s/inbox\n", tmp.path);
	tmpdir_write(&tmp, "config", b.data, b.len);
	cc_strbuf_free(&b);
	cc_env_set(&cc_env()->config, tmpdir_path(&tmp, "config"));
	env_init((char *)(uintptr_t) "user",
	    (char *)(uintptr_t)tmpdir_path(&tmp, "home"));
#include "linkage.c"
	return chdir(tmpdir_path(&tmp, "home"));
}

static int
tear_down(void **state)
{
	(void)state;
	tmpdir_remove(&tmp);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_autologout),
		cmocka_unit_test(test_alerts_in_idle),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
