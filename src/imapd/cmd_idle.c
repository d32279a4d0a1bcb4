/*
 * cmd_idle.c - IDLE (RFC 2177).
 *
 * inotify tells when the mailbox file or a lock beside it changes; a look at
 * the mailbox follows at once and, since a deliverer may be in the middle of
 * its work, again a second later. Without inotify the mailbox is looked at
 * every second. No lock is held in between.
 */
#include <fcntl.h>
#include <limits.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "alert.h"
#include "cc_err.h"
#include "command.h"
#include "env_state.h"
#include "event.h"
#include "unsolicited.h"

#define MINUTE (60 * 1000)
#define IDLE_MINUTES 31  /* until the autologout */
#define IDLE_POLL MINUTE /* between looks that nothing has caused */
#define IDLE_CHECK 5     /* minutes between checkpoints */
#define IDLE_FAKE 2      /* minutes before the end when mail is made up */
#define SETTLE 20        /* milliseconds from a change to the look at it */
#define AGAIN 1000       /* and to the second look */
#define BLIND 1000       /* between looks where nothing tells of changes */

#define FILE_EVENTS                                                            \
	(IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF | IN_CLOSE_WRITE)
#define DIR_EVENTS (IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM)

struct idle {
	struct session *s;
	int fd;              /* inotify, or -1 */
	char path[PATH_MAX]; /* the file watched, or "" */
	const char *base;    /* its last part */
	int64_t start;       /* all are event_now moments */
	int64_t look;        /* the next look at the mailbox */
	int64_t again;       /* the one after it, or 0 */
	int minute;          /* how many are over */
	bool watching;       /* fd was asked for */
	bool faked;          /* new mail was made up */
};

/* Watches the file, and its directory: the file may be replaced, and its lock
 * going away means that a delivery is over. */
static void
watch(struct idle *idle)
{
	const char *path;
	char *slash;
	size_t n;

	idle->fd = -1;
	if (!idle->s->stream || !(path = cc_mail_watch(idle->s->stream)))
		return;
	n = strlen(path);
	slash = strrchr(path, '/');
	if (n >= sizeof(idle->path) || !slash)
		return;
	memcpy(idle->path, path, n + 1);
	slash = idle->path + (slash - path);
	idle->base = slash + 1;
	idle->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (idle->fd < 0)
		return;
	*slash = '\0';
	n = (size_t)inotify_add_watch(idle->fd,
	    idle->path[0] ? idle->path : "/", DIR_EVENTS);
	*slash = '/';
	if ((int)n < 0 ||
	    inotify_add_watch(idle->fd, idle->path, FILE_EVENTS) < 0) {
		close(idle->fd);
		idle->fd = -1;
	}
}

/* Is it our file, or its lock? */
static bool
is_ours(const struct idle *idle, const struct inotify_event *ev)
{
	size_t n = strlen(idle->base);

	return ev->len == 0 ||
	    (strncmp(ev->name, idle->base, n) == 0 &&
		(ev->name[n] == '\0' || strcmp(ev->name + n, ".lock") == 0));
}

/* Reads what happened; true if it may be news. */
static bool
changed(struct idle *idle)
{
	char buf[4096]
	    __attribute__((aligned(__alignof__(struct inotify_event))));
	bool news = false;
	ssize_t len;

	while ((len = read(idle->fd, buf, sizeof(buf))) > 0) {
		for (char *p = buf; p < buf + len;) {
			struct inotify_event *ev = (struct inotify_event *)p;

			p += sizeof(*ev) + ev->len;
			if (!is_ours(idle, ev))
				continue;
			news = true;
			/* Another file has its name now. */
			if (ev->mask & (IN_CREATE | IN_MOVED_TO | IN_IGNORED))
				inotify_add_watch(idle->fd, idle->path,
				    FILE_EVENTS);
		}
	}
	return news;
}

/* The mailbox, the alerts, the keep-alive line; then the next moments. False
 * if the session ends. */
static bool
look(struct idle *idle)
{
	struct session *s = idle->s;
	int64_t now = event_now();

	/* Numbers must not move under made-up mail. */
	if (s->stream && !idle->faked && !unsolicited_poll(s, true))
		return false;
	unsolicited_notes(s);
	alert_check(s);
	idle->look = now + (s->stream && idle->fd < 0 ? BLIND : IDLE_POLL);
	if (idle->again > now && idle->again < idle->look)
		idle->look = idle->again;
	else
		idle->again = 0;
	return !s->ending;
}

/*
 * `set idle-fake-mail`: clients that ignore the lines about the time-out, but
 * come back for new mail, are told of some, which is taken back at the end.
 */
static void
fake(struct idle *idle)
{
	struct session *s = idle->s;

	idle->faked = true;
	output_printf(&s->out, "* %lu EXISTS\r\n* %lu RECENT\r\n",
	    s->news.exists + 1, s->news.recent + 1);
}

static void
unfake(struct idle *idle)
{
	struct session *s = idle->s;

	if (idle->faked)
		output_printf(&s->out,
		    "* %lu EXPUNGE\r\n* %lu EXISTS\r\n* %lu RECENT\r\n",
		    s->news.exists + 1, s->news.exists, s->news.recent);
}

/* What is due when another minute is over. */
static bool
minute(struct idle *idle)
{
	struct session *s = idle->s;

	idle->minute++;
	if (idle->minute >= IDLE_MINUTES) {
		output_puts(&s->out,
		    "* BYE Autologout (idle for too long)\r\n");
		session_end(s, "Autologout", 1);
		return false;
	}
	if (idle->minute % 2 == 1)
		output_printf(&s->out, "* OK Timeout in %d minutes\r\n",
		    IDLE_MINUTES - idle->minute);
	if (idle->minute % IDLE_CHECK == 0 && s->stream && !s->anonymous) {
		mail_check(s->stream);
		s->dirty = 0;
		unsolicited_begin(s); /* its texts are of no interest */
	}
	if (cc_env()->idle_fake_mail && s->stream &&
	    IDLE_MINUTES - idle->minute <= IDLE_FAKE)
		fake(idle);
	return look(idle);
}

/* The hook of the reader while it waits for DONE. */
static int
wait_idle(void *ctx, enum input_wait why)
{
	struct idle *idle = ctx;
	struct pollfd fds[2] = { { .fd = idle->s->in.fd, .events = POLLIN },
		{ .fd = -1, .events = POLLIN } };

	(void)why;
	/* Not before there is something to wait for: the kernel takes
	 * milliseconds to end a watch. */
	if (!idle->watching)
		watch(idle);
	idle->watching = true;
	fds[1].fd = idle->fd;
	for (;;) {
		int64_t next = idle->start + (idle->minute + 1) * MINUTE, now;
		int n = session_wait(idle->s, fds, 2,
		    idle->look < next ? idle->look : next);

		if (n < 0)
			return n;
		if (fds[0].revents)
			return 0;
		now = event_now();
		if (n > 0 && fds[1].revents && changed(idle)) {
			idle->look = now + SETTLE;
			idle->again = now + AGAIN;
		}
		if ((now >= next && !minute(idle)) ||
		    (now >= idle->look && !look(idle)))
			return CC_ECLOSED;
	}
}

enum cmd_result
cmd_idle(struct session *s, struct args *args)
{
	struct idle idle = { .s = s, .fd = -1, .start = event_now() };
	int (*wait)(void *, enum input_wait) = s->in.wait;
	enum cmd_result result = cmd_no_args(s, args);
	int r;

	if (result != CMD_OK)
		return result;
	/* What came since the last command goes first, as in the example of the
	 * RFC: Thunderbird misses what comes right behind the continuation. */
	if (s->stream && !unsolicited_poll(s, true))
		return CMD_NO;
	unsolicited_notes(s);
	output_puts(&s->out, "+ Waiting for DONE\r\n");
	/* Once more when changes are watched for: nothing falls between. */
	idle.look = idle.start;
	s->in.wait = wait_idle;
	s->in.ctx = &idle;
	r = input_line(&s->in);
	s->in.wait = wait;
	s->in.ctx = s;
	if (idle.fd >= 0)
		close(idle.fd);
	if (r == 0)
		unfake(&idle);
	if (r == 0 && cc_span_is_nocase(s->in.piece, "DONE"))
		return CMD_OK;
	cmd_say(s, "Bogus IDLE continuation");
	return CMD_BAD;
}
