/*
 * mboxfile_spool.c - collecting messages that will be appended, and bringing
 * them into the form of a mailbox file (formats/unix.md section 7).
 *
 * The text is a stranger's. Line by line of the header and of what begins
 * with F in the body, everything else as it comes: any length of line and any
 * octets cost the same bounded memory. No locks are held here.
 */
#include <fcntl.h>
#include <unistd.h>

#include "cc_err.h"
#include "cc_limits.h"
#include "fdio.h"
#include "fs.h"
#include "mail_string.h"
#include "mboxfile_from.h"
#include "mboxfile_parse.h"
#include "mboxfile_scan.h"
#include "mboxfile_spool.h"
#include "privdir.h"

/* Octets that stay in memory; also what is written to the file at once. */
#define MEMORY_MAX (1024u * 1024)

#define MESSAGES_FIRST 4

#define NUL_AS 0x80

static const struct span from_word = CC_SPAN("From ");

void
cc_spool_init(struct mbox_spool *s)
{
	*s = (struct mbox_spool){ .fd = -1 };
	cc_strbuf_init(&s->mem, MEMORY_MAX + CC_READ_WINDOW);
}

void
cc_spool_free(struct mbox_spool *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	fs_give((void **)&s->msgs);
	s->count = s->room = 0;
	cc_strbuf_free(&s->mem);
	cc_mbox_keywords_free(&s->keywords);
}

/* A file without a name: on the disk of the user's own files where that can
 * be, and gone with the process in any case. */
static int
open_file(void)
{
	const int flags = O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL;
	int dir = cc_privdir_open(), fd = -1;

	if (dir >= 0) {
		fd = openat(dir, ".", flags, 0600);
		close(dir);
	}
	if (fd < 0)
		fd = open("/tmp", flags, 0600);
	return fd >= 0 ? fd : cc_err_errno();
}

static int
flush(struct mbox_spool *s)
{
	int r;

	if (s->fd < 0) {
		if ((r = open_file()) < 0)
			return r;
		s->fd = r;
	}
	r = cc_fd_write_at(s->fd, s->in_file, cc_strbuf_span(&s->mem));
	if (r == 0) {
		s->in_file += s->mem.len;
		cc_strbuf_reset(&s->mem);
	}
	return r;
}

void
cc_spool_put(struct mbox_spool *s, struct span data)
{
	while (s->r == 0 && data.len > 0) {
		size_t n =
		    data.len < CC_READ_WINDOW ? data.len : CC_READ_WINDOW;

		cc_strbuf_put(&s->mem, data.p, n);
		data = cc_span(data.p + n, data.len - n);
		if (s->mem.len >= MEMORY_MAX)
			s->r = flush(s);
	}
}

void
cc_spool_cut(struct mbox_spool *s, uint64_t len)
{
	if (len >= s->in_file) {
		cc_strbuf_truncate(&s->mem, (size_t)(len - s->in_file));
		return;
	}
	s->in_file = len;
	cc_strbuf_reset(&s->mem);
}

int
cc_spool_read(const struct mbox_spool *s, uint64_t pos, void *buf, size_t len)
{
	size_t there = 0, got;
	int r;

	if (pos < s->in_file) {
		there =
		    s->in_file - pos < len ? (size_t)(s->in_file - pos) : len;
		if ((r = cc_fd_read_at(s->fd, pos, buf, there, &got)) != 0)
			return r;
		if (got != there)
			return CC_EIO;
	}
	if (there < len)
		memcpy((char *)buf + there,
		    s->mem.data + (pos + there - s->in_file), len - there);
	return 0;
}

int
cc_spool_end(struct mbox_spool *s, const struct mbox_new *msg)
{
	if (s->count == s->room) {
		s->room += MESSAGES_FIRST + s->room / 2;
		fs_resize((void **)&s->msgs, s->room * sizeof(*s->msgs));
	}
	s->msgs[s->count++] = *msg;
	return s->r;
}

/* -------------------------------------------------------------- conversion */

/* A message being taken in. */
struct intake {
	struct mbox_spool *spool;
	unsigned char *buf; /* octets read, without CR */
	size_t len;
	bool all;       /* "From " is quoted on every line */
	bool in_header; /* no empty line was seen yet */
	bool in_line;   /* the next octet does not begin a line */
	uint64_t block; /* set at the end of the header */
	uint64_t read;  /* octets of the source */
};

static void
replace_nul(unsigned char *p, size_t len)
{
	unsigned char *end = p + len;

	while ((p = memchr(p, '\0', (size_t)(end - p))) != NULL)
		*p++ = NUL_AS;
}

/* Room for a read behind a line that is not whole yet. */
#define BUF_SIZE (CC_MBOX_LINE_MAX + CC_READ_WINDOW)

/* More octets; false at the end of the text. */
static bool
read_more(struct intake *in, STRING *text)
{
	unsigned char *at = in->buf + in->len;
	size_t n = cc_string_read(text, (char *)at, CC_READ_WINDOW);

	if (n == 0)
		return false;
	in->read += n;
	n = cc_drop_octet(at, n, '\r');
	replace_nul(at, n);
	in->len += n;
	return true;
}

static void
put(struct intake *in, const void *p, size_t len)
{
	if (len == 0)
		return;
	cc_spool_put(in->spool, cc_span(p, len));
	in->in_line = ((const char *)p)[len - 1] != '\n';
}

/* Would this line, of which LF may be missing, begin a message? One whose end
 * is not in sight is taken for such. */
static bool
is_from(const struct intake *in, struct span line)
{
	struct mbox_from from;

	if (line.len < from_word.len ||
	    memcmp(line.p, from_word.p, from_word.len) != 0)
		return false;
	return in->all || line.p[line.len - 1] != '\n' ||
	    cc_mbox_from_line(cc_span(line.p, line.len - 1), true, &from);
}

/* A line, or the first octets of a very long one. */
static void
put_line(struct intake *in, struct span line)
{
	if (!in->in_line) {
		if (in->in_header && line.p[0] == '\n') {
			in->block = cc_spool_len(in->spool);
			in->in_header = false;
		} else if (is_from(in, line)) {
			put(in, ">", 1);
		} else if (in->in_header &&
		    cc_mbox_line_kind(line) != MBOX_LINE_KEPT) {
			put(in, "X-Original-", 11);
		}
	}
	put(in, line.p, line.len);
}

/* In the body: what comes before the next line that begins with F. */
static size_t
skip_text(struct intake *in, size_t at)
{
	const unsigned char *p = in->buf + at, *end = in->buf + in->len, *q;
	struct mbox_tally tally = { 0, 0 };

	if (in->in_header || (!in->in_line && *p == 'F'))
		return at;
	q = cc_mbox_find_f(p, end, &tally);
	put(in, p, (size_t)(q - p));
	return at + (size_t)(q - p);
}

/* Takes what is in the buffer, but for a last line that may go on. */
static void
take(struct intake *in, bool last)
{
	size_t at = 0, n;

	while ((at = skip_text(in, at)) < in->len) {
		const unsigned char *p = in->buf + at, *lf;

		lf = memchr(p, '\n', in->len - at);
		n = lf ? (size_t)(lf - p) + 1 : in->len - at;
		if (!lf && !last && !in->in_line && n < CC_MBOX_LINE_MAX)
			break;
		put_line(in, cc_span(p, n));
		at += n;
	}
	in->len -= at;
	memmove(in->buf, in->buf + at, in->len);
}

/* Ends line and header if need be, and adds the separator. */
static void
finish(struct intake *in)
{
	if (in->in_line)
		put(in, "\n", 1);
	if (in->in_header) {
		in->block = cc_spool_len(in->spool);
		put(in, "\n", 1);
	}
	put(in, "\n", 1);
}

int
cc_spool_message(struct mbox_spool *s, STRING *text, struct span from, bool all,
    struct mbox_new *msg)
{
	struct intake in = { .spool = s, .all = all, .in_header = true };
	uint64_t size = SIZE(text);

	in.buf = fs_get(BUF_SIZE);
	cc_spool_put(s, from);
	while (s->r == 0 && read_more(&in, text))
		take(&in, false);
	if (in.len > 0)
		in.buf[in.len++] = '\n';
	take(&in, true);
	finish(&in);
	fs_give((void **)&in.buf);
	msg->block = in.block;
	msg->end = cc_spool_len(s);
	/* a source that ends before it said it would has failed */
	if (s->r == 0 && in.read != size)
		s->r = CC_EINVAL;
	return cc_spool_end(s, msg);
}
