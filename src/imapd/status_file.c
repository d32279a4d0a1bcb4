/*
 * status_file.c - the answer to SIGUSR1: a file in /tmp.
 *
 * The name can be guessed by others, so the file is always made anew: what is
 * there already is removed if it is ours, and never followed or overwritten.
 */
#include <fcntl.h>
#include <unistd.h>

#include "status_file.h"

#define STATUS_MODE 0644
#define STATUS_MAX 4096u

void
status_file_write(struct session *s)
{
	char path[256];
	struct strbuf text;
	int fd;

	if (snprintf(path, sizeof(path), "/tmp/imapd-status.%ld.%s",
		(long)getpid(), s->user) >= (int)sizeof(path) ||
	    strchr(s->user, '/'))
		return;
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    STATUS_MODE);
	if (fd < 0)
		return;
	cc_strbuf_init(&text, STATUS_MAX);
	cc_strbuf_printf(&text, "PID=%ld, %s\n", (long)getpid(),
	    s->ending       ? "logging out"
		: s->stream ? "mailbox open"
			    : "logged in");
	cc_strbuf_printf(&text, "user=%s\nhost=%s\n", s->user, s->client);
	if (s->stream && s->stream->mailbox)
		cc_strbuf_printf(&text, "mailbox=%s (%s)\n", s->stream->mailbox,
		    s->stream->rdonly ? "read-only" : "read-write");
	cc_strbuf_printf(&text, "%s, last command=%s\n",
	    s->busy ? "running" : "reading line", s->command);
	if (write(fd, cc_strbuf_str(&text), text.len) < 0)
		unlink(path);
	cc_strbuf_free(&text);
	close(fd);
}
