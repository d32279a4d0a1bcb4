/*
 * test_cmd_idle.c - the course of an IDLE over half an hour, with a clock of
 * our own.
 *
 * TEST_OBJECTS: imapd/cmd_idle.c imapd/input.c imapd/output.c imapd/args.c
 */
#include <unistd.h>

#include "alert.h"
#include "cc_err.h"
#include "command.h"
#include "env_state.h"
#include "event.h"
#include "fs.h"
#include "test_util.h"
#include "unsolicited.h"

#define MINUTE (60 * 1000)

static int64_t clock_now;    /* what the time is */
static int64_t client_sends; /* when the client says something */
static unsigned polls, alerts;
static const char *reason;

int64_t
event_now(void)
{
	return clock_now;
}

enum event_end
event_poll(void)
{
	return EVENT_NONE;
}

int
event_wait(struct pollfd *fds, nfds_t count, int64_t until)
{
	(void)fds;
	(void)count;
	(void)until;
	fail();
	return 0;
}

/* Time goes by until something is due or the client speaks. */
int
session_wait(struct session *s, struct pollfd *fds, nfds_t count, int64_t until)
{
	assert_int_equal(count, 2);
	assert_true(until >= clock_now);
	fds[0].revents = fds[1].revents = 0;
	if (client_sends <= until) {
		clock_now = client_sends;
		fds[0].revents = POLLIN;
		return 1;
	}
	(void)s;
	clock_now = until;
	return 0;
}

void
session_end(struct session *s, const char *why, int status)
{
	s->ending = true;
	s->status = status;
	reason = why;
}

bool
unsolicited_poll(struct session *s, bool expunge_ok)
{
	(void)s;
	assert_true(expunge_ok);
	polls++;
	return true;
}

void
unsolicited_notes(struct session *s)
{
	(void)s;
}

void
unsolicited_begin(struct session *s)
{
	(void)s;
}

void
alert_check(struct session *s)
{
	(void)s;
	alerts++;
}

void
cmd_say(struct session *s, const char *fmt, ...)
{
	(void)s;
	assert_string_equal(fmt, "Bogus IDLE continuation");
}

enum cmd_result
cmd_no_args(struct session *s, struct args *args)
{
	(void)s;
	(void)args;
	return CMD_OK;
}

static int
wait_before(void *ctx, enum input_wait why)
{
	(void)ctx;
	(void)why;
	fail();
	return CC_ECLOSED;
}

/* Runs an IDLE in which the client sends text after so many milliseconds. */
static struct session *
idle(int64_t when, const char *text, MAILSTREAM *stream,
    enum cmd_result *result_r)
{
	struct session *s = fs_get(sizeof(*s));
	int fds[2];

	memset(s, 0, sizeof(*s));
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], text, strlen(text)), strlen(text));
	output_init(&s->out, -1);
	input_init(&s->in, fds[0], &s->out, cc_span("", 0));
	s->in.wait = wait_before;
	s->in.ctx = s;
	s->stream = stream;
	clock_now = 1000000;
	client_sends = clock_now + when;
	polls = alerts = 0;
	reason = NULL;
	*result_r = cmd_idle(s, NULL);
	assert_ptr_equal(s->in.wait, wait_before);
	close(fds[0]);
	close(fds[1]);
	return s;
}

static void
done(struct session **s)
{
	input_free(&(*s)->in);
	output_free(&(*s)->out);
	fs_give((void **)s);
}

/* imapd: every second minute a line keeps the way to the client open, and
 * after 31 minutes it is over. */
static void
test_course(void **state)
{
	enum cmd_result result;
	struct session *s = idle(INT64_C(999) * MINUTE, "", NULL, &result);
	struct strbuf want;

	(void)state;
	cc_strbuf_init(&want, 10000);
	cc_strbuf_puts(&want, "+ Waiting for DONE\r\n");
	for (int n = 30; n >= 2; n -= 2)
		cc_strbuf_printf(&want, "* OK Timeout in %d minutes\r\n", n);
	cc_strbuf_puts(&want, "* BYE Autologout (idle for too long)\r\n");
	assert_string_equal(cc_strbuf_str(&s->out.buf), cc_strbuf_str(&want));
	assert_true(s->ending);
	assert_string_equal(reason, "Autologout");
	assert_int_equal(s->status, 1);
	assert_int_equal(clock_now, 1000000 + 31 * MINUTE);
	assert_int_equal(polls, 0);
	assert_in_range(alerts, 30, 62);
	cc_strbuf_free(&want);
	done(&s);
}

/* Without inotify the mailbox is looked at every second. */
static void
test_polls(void **state)
{
	static MAILSTREAM stream;
	enum cmd_result result;
	struct session *s =
	    idle(3 * MINUTE + 500, "DONE\r\n", &stream, &result);

	(void)state;
	assert_int_equal(result, CMD_OK);
	assert_false(s->ending);
	assert_in_range(polls, 180, 185);
	done(&s);
}

static void
test_continuation(void **state)
{
	static const struct {
		const char *text;
		enum cmd_result want;
	} cases[] = {
		{ "DONE\r\n", CMD_OK },
		{ "done\n", CMD_OK },
		{ "DoNe\r\n", CMD_OK },
		{ "DONE \r\n", CMD_BAD },
		{ " DONE\r\n", CMD_BAD },
		{ "\r\n", CMD_BAD },
		{ "a NOOP\r\n", CMD_BAD },
		{ "DON\r\n", CMD_BAD },
		{ "DONE {5+}\r\n", CMD_BAD },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum cmd_result result;
		struct session *s = idle(0, cases[i].text, NULL, &result);

		assert_int_equal(result, cases[i].want);
		/* a literal is left to be read away (RFC 7888 section 3) */
		assert_int_equal(s->in.announced,
		    strchr(cases[i].text, '{') != NULL);
		done(&s);
	}
}

/* `set idle-fake-mail`: a message is made up while 2 minutes or less are left,
 * and taken back; the mailbox is not looked at meanwhile. */
static void
test_fake_mail(void **state)
{
	static MAILSTREAM stream;
	static const struct {
		int64_t when;
		const char *text;
		const char *want;
		enum cmd_result result;
	} cases[] = {
		{ 29 * MINUTE - 500, "DONE\r\n", "", CMD_OK },
		{ 29 * MINUTE + 500, "DONE\r\n",
		    "* 1 EXISTS\r\n* 1 RECENT\r\n"
		    "* 1 EXPUNGE\r\n* 0 EXISTS\r\n* 0 RECENT\r\n",
		    CMD_OK },
		{ 30 * MINUTE + 500, "x\r\n",
		    "* 1 EXISTS\r\n* 1 RECENT\r\n"
		    "* 1 EXISTS\r\n* 1 RECENT\r\n"
		    "* 1 EXPUNGE\r\n* 0 EXISTS\r\n* 0 RECENT\r\n",
		    CMD_BAD },
	};

	(void)state;
	cc_env()->idle_fake_mail = 1;
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum cmd_result result;
		struct session *s =
		    idle(cases[i].when, cases[i].text, &stream, &result);
		const char *end =
		    strstr(cc_strbuf_str(&s->out.buf), "in 2 minutes\r\n");

		assert_int_equal(result, cases[i].result);
		assert_in_range(polls, 0, 29 * 60 + 40);
		if (*cases[i].want) {
			assert_non_null(end);
			assert_string_equal(end + strlen("in 2 minutes\r\n"),
			    cases[i].want);
		} else {
			assert_null(end);
		}
		done(&s);
	}
	cc_env()->idle_fake_mail = 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_course),
		cmocka_unit_test(test_polls),
		cmocka_unit_test(test_continuation),
		cmocka_unit_test(test_fake_mail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
