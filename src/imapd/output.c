/*
 * output.c - what goes to the client (see output.h).
 *
 * The descriptor does not block. A client that does not read stops the session
 * here for at most CC_OUTPUT_PATIENCE, while signals are still heard.
 */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "cc_limits.h"
#include "cc_err.h"
#include "event.h"
#include "output.h"

void
output_init(struct output *out, int fd)
{
	*out = (struct output){ .fd = fd };
	cc_strbuf_init(&out->buf, CC_IMAP_RESPONSE);
}

void
output_free(struct output *out)
{
	cc_strbuf_free(&out->buf);
}

/* Waits until the client reads; false if it does not, or a signal came. */
static bool
wait_writable(struct output *out)
{
	struct pollfd p = { .fd = out->fd, .events = POLLOUT };
	int64_t until = event_now() + CC_OUTPUT_PATIENCE;

	for (;;) {
		int n = event_wait(&p, 1, until);

		if (n > 0)
			return true;
		if (n < 0 || event_now() >= until)
			return false;
	}
}

bool
output_flush(struct output *out)
{
	size_t done = 0;

	while (!out->failed && done < out->buf.len) {
		ssize_t n =
		    write(out->fd, out->buf.data + done, out->buf.len - done);

		if (n > 0)
			done += (size_t)n;
		else if (n < 0 && errno == EAGAIN)
			out->failed = !wait_writable(out);
		else if (n < 0 && errno == EINTR)
			continue;
		else
			out->failed = true;
	}
	out->total += done;
	/* A response that needed much memory does not keep it. */
	if (out->buf.cap > 4 * OUTPUT_SIZE)
		cc_strbuf_free(&out->buf);
	else
		cc_strbuf_reset(&out->buf);
	return !out->failed;
}

void
output_shrink(struct output *out)
{
	if (out->buf.len == 0 && out->buf.cap > OUTPUT_SIZE / 4)
		cc_strbuf_free(&out->buf);
}

bool
output_check(struct output *out)
{
	if (cc_strbuf_status(&out->buf) != 0) {
		/* Something is missing in the middle: the client could not
		 * make sense of what follows. */
		out->broken = true;
		out->failed = true;
	}
	if (out->buf.len >= OUTPUT_SIZE) {
		output_flush(out);
		/* Within a response nothing can be said any more. */
		if (out->in_line && event_poll() != EVENT_NONE)
			out->failed = true;
	}
	return !out->failed;
}

uint64_t
output_mark(const struct output *out)
{
	return out->total + out->buf.len;
}

bool
output_undo(struct output *out, uint64_t mark)
{
	if (mark < out->total) {
		out->broken = true;
		out->failed = true;
		return false;
	}
	cc_strbuf_truncate(&out->buf, (size_t)(mark - out->total));
	return true;
}

void
output_puts(struct output *out, const char *s)
{
	cc_strbuf_puts(&out->buf, s);
}

void
output_put(struct output *out, struct span s)
{
	cc_strbuf_put_span(&out->buf, s);
}

void
output_printf(struct output *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	cc_strbuf_vprintf(&out->buf, fmt, ap);
	va_end(ap);
}

void
output_text(struct output *out, struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c == '\r' || c == '\n' || c == '\t')
			c = ' ';
		else if (c < ' ' || c > 126)
			c = '?';
		cc_strbuf_putc(&out->buf, c);
	}
}

void
output_untagged(struct output *out, const char *kind, const char *text)
{
	output_printf(out, "* %s ", kind);
	output_text(out, cc_span_z(text));
	output_puts(out, "\r\n");
}
