/*
 * session.c - one IMAP session from its first command to its end: waiting,
 * time-outs, signals, exit (RFC 3501 sections 3, 5.4).
 *
 * No lock of a mailbox is held while the session waits for its client. Every
 * way to end sets a reason and a status; then the loop stops after the command
 * in hand, and the mailbox is closed here, in one place.
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "cc_err.h"
#include "cc_limits.h"
#include "command.h"
#include "env_state.h"
#include "event.h"
#include "mailpath.h"
#include "status_file.h"
#include "unsolicited.h"

/* A terminal shares its descriptor with the shell, which must go on blocking;
 * sockets and pipes are ours. */
static void
set_nonblocking(int fd)
{
	struct stat st;
	int flags = fcntl(fd, F_GETFL);

	if (flags >= 0 && fstat(fd, &st) == 0 &&
	    (S_ISSOCK(st.st_mode) || S_ISFIFO(st.st_mode)))
		fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

void
session_end(struct session *s, const char *reason, int status)
{
	if (s->ending)
		return;
	s->ending = true;
	s->reason = reason;
	s->status = status;
}

/* A BYE, unless it would stand in the middle of a response. */
static void
bye(struct session *s, const char *text)
{
	if (!s->out.in_line)
		output_printf(&s->out, "* BYE %s\r\n", text);
}

/* Somebody asked for the end by a signal. */
static void
end_by_signal(struct session *s)
{
	switch (event_end()) {
	case EVENT_TERMINATED:
		bye(s, "Killed (terminated)");
		session_end(s, "Killed (terminated)", 1);
		break;
	case EVENT_ALARM:
		bye(s, "Autologout (idle for too long)");
		session_end(s, "Autologout", 1);
		break;
	default:
		session_end(s, "Hangup", 1);
		break;
	}
}

void
session_capability(const struct session *s,
    struct imap_capability_state *state_r)
{
	*state_r = (struct imap_capability_state){ .tls = s->tls,
		.plaintext = s->plaintext,
		.anonymous = s->anonymous,
		.mechanisms = s->mechanisms,
		.netscape = cc_env()->netscape_url != NULL };
}

bool
session_interrupted(struct session *s)
{
	if (event_poll() != EVENT_NONE)
		end_by_signal(s);
	else if (event_status_wanted())
		status_file_write(s);
	return s->ending || session_gone(s);
}

/* The client cannot be written to. */
static void
end_of_output(struct session *s)
{
	if (event_end() != EVENT_NONE)
		end_by_signal(s);
	else if (s->out.broken)
		session_end(s, "Response could not be completed", 1);
	else
		session_end(s,
		    "Unexpected client disconnect, while writing text", 1);
}

/* Brings changed flags to the disk if they are due. */
static void
sync_flags(struct session *s, bool now)
{
	if (s->dirty == 0 || !s->stream)
		return;
	if (!now && event_now() - s->dirty < SESSION_SYNC)
		return;
	s->dirty = 0;
	if (cc_mail_flush(s->stream, true) == CC_EBUSY)
		s->dirty = event_now(); /* once more, then */
}

/* What commands work with, and the next one can have again: a session costs
 * least while its client is silent, which is most of the time. */
static void
rest(struct session *s)
{
	s->rested = true;
	output_shrink(&s->out);
	if (!s->busy) { /* IDLE, or a literal of a command is awaited */
		cc_arena_free(&s->arena);
		cc_strbuf_free(&s->text);
	}
	if (s->stream)
		cc_mail_rest(s->stream);
	malloc_trim(0);
}

/* Waits; a client that goes on at once finds everything as it was. */
static int
wait_or_rest(struct session *s, struct pollfd *fds, nfds_t count, int64_t until)
{
	int64_t tired = event_now() + SESSION_REST;

	if (!s->rested && tired < until) {
		int n = event_wait(fds, count, tired);

		if (n != 0 || event_now() < tired)
			return n;
		rest(s);
	}
	return event_wait(fds, count, until);
}

int
session_wait(struct session *s, struct pollfd *fds, nfds_t count, int64_t until)
{
	int n;

	if (!output_flush(&s->out)) {
		end_of_output(s);
		return CC_ECLOSED;
	}
	if (s->dirty && s->dirty + SESSION_SYNC < until)
		until = s->dirty + SESSION_SYNC;
	n = wait_or_rest(s, fds, count, until);
	if (n > 0)
		s->rested = false;
	if (n == CC_ECLOSED)
		end_by_signal(s);
	if (n < 0)
		return CC_ECLOSED;
	if (event_status_wanted())
		status_file_write(s);
	sync_flags(s, false);
	return n;
}

/* The hook of the reader: the next octets of the client. */
static int
wait_input(void *ctx, enum input_wait why)
{
	struct session *s = ctx;
	struct pollfd p = { .fd = s->in.fd, .events = POLLIN };
	int64_t until = event_now() +
	    (why == INPUT_COMMAND ? CC_SESSION_IDLE : CC_SESSION_MORE);

	for (;;) {
		int n = session_wait(s, &p, 1, until);

		if (n != 0)
			return n > 0 ? 0 : n;
		if (event_now() >= until) {
			bye(s, "Autologout (idle for too long)");
			session_end(s, "Autologout", 1);
			return CC_ETIMEOUT;
		}
	}
}

void
session_init(struct session *s, int in, int out, struct span ahead)
{
	memset(s, 0, sizeof(*s));
	set_nonblocking(in);
	set_nonblocking(out);
	output_init(&s->out, out);
	input_init(&s->in, in, &s->out, ahead);
	s->in.wait = wait_input;
	s->in.ctx = s;
	cc_arena_init(&s->arena, CC_COMMAND_MEMORY);
	cc_strbuf_init(&s->text, 1024);
	unsolicited_init(s);
	copy_init(s);
}

void
session_explain(const struct session *s, const char *name)
{
	struct strbuf path;

	if (!s->sandbox)
		return;
	cc_strbuf_init(&path, CC_MAILPATH_MAX);
	if (cc_mailbox_file(name, &path) == 0 && path.len > 0 &&
	    access(cc_strbuf_str(&path), R_OK) == 0)
		cc_sandbox_explain(s->sandbox, cc_strbuf_str(&path));
	cc_strbuf_free(&path);
}

void
session_deselect(struct session *s)
{
	if (!s->stream)
		return;
	s->news.muted = true;
	s->stream = mail_close(s->stream);
	s->news.muted = false;
	s->dirty = 0;
	s->resume.uid = 0;
}

/* What a client that vanished was doing. */
static void
end_of_input(struct session *s)
{
	static const char *const reasons[] = {
		[INPUT_LINE] =
		    "Unexpected client disconnect, while reading line",
		[INPUT_FLUSH] =
		    "Unexpected client disconnect, while flushing line",
		[INPUT_LITERAL] =
		    "Unexpected client disconnect, while reading literal",
		[INPUT_DISCARD] = ("Unexpected client disconnect, while "
				   "discarding unread literal"),
	};

	if (s->out.broken)
		session_end(s, "Response could not be completed", 1);
	session_end(s, reasons[s->in.doing], 1);
}

int
session_run(struct session *s)
{
	while (!s->ending && !session_gone(s)) {
		command_serve(s);
		if (s->in.closed)
			end_of_input(s);
		if (s->stream)
			cc_mail_drop_elts(s->stream);
	}
	if (session_gone(s))
		end_of_output(s);
	output_flush(&s->out);
	/* On SIGTERM the system may be going down: what the client was told is
	 * on disk already, and nothing is begun that takes time. */
	if (event_end() == EVENT_TERMINATED)
		sync_flags(s, true);
	else
		session_deselect(s);
	if (s->reason)
		syslog(LOG_INFO, "%s user=%.80s host=%.80s", s->reason, s->user,
		    s->client);
	output_free(&s->out);
	input_free(&s->in);
	cc_arena_free(&s->arena);
	cc_strbuf_free(&s->text);
	unsolicited_free(s);
	return s->status;
}
