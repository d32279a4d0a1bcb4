/*
 * subscription.c - the subscription file ~/.mailboxlist: one name a line.
 *
 * Other programs change it without locks. Ours append a line by one write and
 * replace the file by rename; a lock on the file keeps our own sessions from
 * undoing each other's changes. The content is the user's, or whoever's
 * program wrote it: any octets, any length.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mail.h"
#include "osdep.h"
#include "cc_err.h"
#include "cc_say.h"
#include "env_state.h"
#include "fdlock.h"
#include "mailfile.h"
#include "filestat.h"
#include "mailpath.h"
#include "privfile.h"
#include "subscription.h"
#include "tempfile.h"

#define FILE_NAME ".mailboxlist"
#define LOCK_WAIT 2000   /* milliseconds for another session's change */
#define REPLACED_MAX 100 /* times it may be replaced while we lock it */

bool
cc_subscription_line(struct span *text, struct span *line_r)
{
	size_t max =
	    text->len < CC_SUBSCRIPTION_LINE ? text->len : CC_SUBSCRIPTION_LINE;
	const char *lf;
	size_t used;

	if (text->len == 0)
		return false;
	lf = memchr(text->p, '\n', max);
	used = lf ? (size_t)(lf - text->p) : max;
	*line_r = cc_span(text->p, used);
	if (lf)
		used++;
	*text = cc_span(text->p + used, text->len - used);
	return true;
}

/* Path of the file, or of its directory if name is NULL. */
static char *
path_of(const char *name)
{
	struct strbuf b;

	cc_strbuf_init(&b, SIZE_MAX / 2);
	cc_strbuf_puts(&b, myhomedir());
	if (name)
		cc_strbuf_printf(&b, "/%s", name);
	return cc_strbuf_take(&b);
}

/* Appends the file's content to *text: 0, CC_ENOENT if there is no file, or
 * negative. */
static int
read_file(struct strbuf *text)
{
	char *path = path_of(FILE_NAME);
	int r = cc_privfile_read_follow(AT_FDCWD, path, text);

	fs_give((void **)&path);
	return r;
}

static bool
has_line(struct span text, struct span name)
{
	struct span line;

	while (cc_subscription_line(&text, &line))
		if (line.len == name.len &&
		    memcmp(line.p, name.p, name.len) == 0)
			return true;
	return false;
}

/* "TEXT NAME" for the user; NIL. */
static long
refuse(const char *text, const char *name)
{
	cc_say(ERROR, "%s %.256s", text, name);
	return NIL;
}

static long
refuse_file(int r)
{
	return refuse("Can't change subscription database:", cc_strerror(r));
}

/* Is this still the file of that name, and not one that was replaced? */
static bool
is_current(int fd, const char *path)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && stat(path, &b) == 0 &&
	    is_same_file(&a, &b);
}

/* The file's descriptor for appending, locked where that can be had. */
static int
open_locked(void)
{
	char *path = path_of(FILE_NAME);
	int fd;

	for (int i = 0;; i++) {
		fd = open(path,
		    O_RDWR | O_APPEND | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0666);
		if (fd < 0) {
			fd = cc_err_errno();
			break;
		}
		/* Without it a name may be there twice, which is harmless;
		 * but what is written to a replaced file is lost. */
		cc_fdlock_get(fd, FDLOCK_EX, LOCK_WAIT);
		if (i == REPLACED_MAX || is_current(fd, path))
			break;
		close(fd);
	}
	fs_give((void **)&path);
	return fd;
}

/* Takes back n octets behind the first size ones, if that is all there is. */
static int
cut_back(int fd, size_t size, size_t n)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (uint64_t)st.st_size == size + n &&
		ftruncate(fd, (off_t)size) == 0
	    ? 0
	    : CC_EIO;
}

/* Appends a line in one write; the line before is ended first if it is not. The
 * file does not become one that is not read any more. */
static int
append_line(int fd, struct span text, struct span name)
{
	struct strbuf b;
	ssize_t n;
	int r = 0;

	cc_strbuf_init(&b, CC_SUBSCRIPTION_MAX - text.len);
	if (text.len > 0 && text.p[text.len - 1] != '\n')
		cc_strbuf_putc(&b, '\n');
	cc_strbuf_put_span(&b, name);
	cc_strbuf_putc(&b, '\n');
	if ((r = cc_strbuf_status(&b)) != 0) {
		cc_strbuf_free(&b);
		return r;
	}
	n = write(fd, b.data, b.len);
	if (n < 0)
		r = cc_err_errno();
	else if ((size_t)n != b.len)
		r = CC_ENOSPACE;
	else if (fsync(fd) != 0)
		r = cc_err_errno();
	if (r != 0 && n > 0 && cut_back(fd, text.len, (size_t)n) != 0)
		r = CC_EIO;
	cc_strbuf_free(&b);
	return r;
}

/* A file that was not there before is to be found after a power failure. */
static int
sync_name(void)
{
	char *path = path_of(FILE_NAME);
	int r = cc_mailfile_sync_parent(path);

	fs_give((void **)&path);
	return r;
}

/* What goes into the file for a mailbox. */
static struct span
stored_name(const char *mailbox)
{
	struct span name = cc_span_z(mailbox);

	return cc_mailpath_is_inbox(name) ? cc_span_z("INBOX") : name;
}

long
sm_subscribe(char *mailbox)
{
	struct span name = stored_name(mailbox);
	struct strbuf text;
	int fd, r;

	if (name.len == 0 || name.len >= CC_SUBSCRIPTION_LINE ||
	    memchr(name.p, '\n', name.len))
		return refuse("Can't subscribe to invalid name", mailbox);
	if ((fd = open_locked()) < 0)
		return refuse_file(fd);
	cc_strbuf_init(&text, CC_SUBSCRIPTION_MAX);
	r = read_file(&text);
	if (r == 0 && has_line(cc_strbuf_span(&text), name))
		r = CC_EEXIST;
	if (r == 0)
		r = append_line(fd, cc_strbuf_span(&text), name);
	if (r == 0 && text.len == 0)
		r = sync_name();
	cc_strbuf_free(&text);
	close(fd);
	if (r == CC_EEXIST)
		return refuse("Already subscribed to mailbox", mailbox);
	return r == 0 ? LONGT : refuse_file(r);
}

/* Writes all lines but those of the name. */
static int
rewrite(int fd, struct span text, struct span name)
{
	char *home = path_of(NULL);
	int dir = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;
	struct span line;
	struct strbuf out;
	struct stat st;

	fs_give((void **)&home);
	if (dir < 0 || fstat(fd, &st) != 0) {
		r = cc_err_errno();
		if (dir >= 0)
			close(dir);
		return r;
	}
	cc_strbuf_init(&out, text.len + 1);
	while (cc_subscription_line(&text, &line))
		if (line.len != name.len ||
		    memcmp(line.p, name.p, name.len) != 0) {
			cc_strbuf_put_span(&out, line);
			/* A piece of a line has no end of its own. */
			if (text.len == 0 || line.p + line.len != text.p)
				cc_strbuf_putc(&out, '\n');
		}
	r = cc_tempfile_replace(dir, FILE_NAME, st.st_mode & 0777,
	    cc_strbuf_span(&out));
	cc_strbuf_free(&out);
	close(dir);
	return r;
}

long
sm_unsubscribe(char *mailbox)
{
	struct span name = stored_name(mailbox);
	struct strbuf text;
	int fd = -1, r;

	cc_strbuf_init(&text, CC_SUBSCRIPTION_MAX);
	r = read_file(&text);
	if (r == 0 && (fd = open_locked()) < 0)
		r = fd;
	if (r == 0) { /* again, now that nobody of ours changes it */
		cc_strbuf_reset(&text);
		r = read_file(&text);
	}
	if (r == 0 && !has_line(cc_strbuf_span(&text), name))
		r = CC_ENOENT;
	if (r == 0)
		r = rewrite(fd, cc_strbuf_span(&text), name);
	if (fd >= 0)
		close(fd);
	cc_strbuf_free(&text);
	if (r == CC_ENOENT)
		return refuse("Not subscribed to mailbox", mailbox);
	return r == 0 ? LONGT : refuse_file(r);
}

/* What a list lacks, the user is told. */
static void
say_unread(int r)
{
	if (r == CC_ELIMIT)
		cc_say(WARN, "Too many subscriptions to list all of them");
	else if (r != 0 && r != CC_ENOENT)
		cc_say(WARN, "Can't read subscription database: %s",
		    cc_strerror(r));
}

/* A reading of the file, kept by sm_read's caller. */
struct reading {
	struct strbuf text;
	struct span left;
};

char *
sm_read(char *sbname, void **sdb)
{
	struct reading *rd = *sdb;
	struct span line;

	if (!rd) {
		*sdb = rd = fs_get(sizeof(*rd));
		cc_strbuf_init(&rd->text, CC_SUBSCRIPTION_MAX);
		say_unread(read_file(&rd->text));
		rd->left = cc_strbuf_span(&rd->text);
	}
	if (cc_subscription_line(&rd->left, &line)) {
		memcpy(sbname, line.p, line.len);
		sbname[line.len] = '\0';
		return sbname;
	}
	cc_strbuf_free(&rd->text);
	fs_give(sdb);
	return NIL;
}
