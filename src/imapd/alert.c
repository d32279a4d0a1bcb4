/*
 * alert.c - /etc/imapd.alert, ~/.imapalert and /etc/nologin.
 *
 * A file is shown when it is newer than what was shown last. It may be the
 * user's own, so it is read as data: bounded, and only text goes out.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alert.h"
#include "cc_err.h"
#include "cc_limits.h"
#include "event.h"

#define ALERT_SYSTEM "/etc/imapd.alert"
#define ALERT_USER ".imapalert" /* in the home directory, which we are in */
#define ALERT_NOLOGIN "/etc/nologin"

bool
alert_nologin(void)
{
	struct stat st;

	return stat(ALERT_NOLOGIN, &st) == 0;
}

/* Each line as "* OK [ALERT] line", without CR and NUL. */
static void
put_lines(struct output *out, struct span text)
{
	while (text.len > 0) {
		const char *lf = memchr(text.p, '\n', text.len);
		size_t n = lf ? (size_t)(lf - text.p) : text.len;
		struct span line = { text.p, n };

		output_puts(out, "* OK [ALERT] ");
		while (line.len > 0) {
			size_t k = 0;

			while (k < line.len && line.p[k] != '\r' &&
			    line.p[k] != '\0')
				k++;
			output_text(out, cc_span(line.p, k));
			k += k < line.len;
			line = cc_span(line.p + k, line.len - k);
		}
		output_puts(out, "\r\n");
		n += lf != NULL;
		text = cc_span(text.p + n, text.len - n);
	}
	output_check(out);
}

/* Shows the file if it is a newer one than that of *shown. */
static void
show(struct session *s, const char *path, time_t *shown)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct strbuf text;
	struct stat st;
	char *room;
	ssize_t n = 0;

	if (fd < 0)
		return;
	cc_strbuf_init(&text, CC_ALERT_MAX);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_mtime > *shown) {
		*shown = st.st_mtime;
		if ((room = cc_strbuf_room(&text, CC_ALERT_MAX)) != NULL &&
		    (n = read(fd, room, CC_ALERT_MAX)) > 0)
			cc_strbuf_claim(&text, (size_t)n);
		put_lines(&s->out, cc_strbuf_span(&text));
	}
	cc_strbuf_free(&text);
	close(fd);
}

/* The first look announces it, one a minute later or more ends the session. */
static void
check_shutdown(struct session *s, int64_t now)
{
	if (!alert_nologin()) {
		s->alerts.shutdown = 0;
	} else if (s->alerts.shutdown == 0) {
		s->alerts.shutdown = now;
		output_puts(&s->out,
		    "* OK [ALERT] Server shutting down shortly\r\n");
	} else if (now - s->alerts.shutdown >= SESSION_ALERT) {
		output_puts(&s->out, "* BYE Server shutting down\r\n");
		session_end(s, "Server shutting down", 0);
	}
}

void
alert_check(struct session *s)
{
	int64_t now = event_now();

	if (s->alerts.looked && now < s->alerts.next)
		return;
	s->alerts.looked = true;
	s->alerts.next = now + SESSION_ALERT;
	show(s, ALERT_SYSTEM, &s->alerts.system);
	show(s, ALERT_USER, &s->alerts.user);
	check_shutdown(s, now);
}
