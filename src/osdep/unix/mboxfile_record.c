/*
 * mboxfile_record.c - the files in which changes of a mailbox are written
 * down: their names and places, making, reading and removing them.
 *
 * A record lies beside the mailbox, so that every user of it finds it, or in
 * the private directory. Whoever makes or removes one has the mailbox's locks.
 * A record is believed only if its owner may change the mailbox anyway.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "cc_err.h"
#include "fdio.h"
#include "fs.h"
#include "mailfile.h"
#include "mboxfile_record.h"
#include "misc.h"
#include "privdir.h"
#include "uidrecord_text.h"

/* -------------------------------------------------------------------- sums */

static uint64_t
mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15u;
	return h ^ h >> 29;
}

static uint64_t
word(const unsigned char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* n blocks, of which each word has a lane of its own: none waits for another,
 * nor for memory. */
static void
sum_blocks(struct redo_sum *s, const unsigned char *p, size_t n)
{
	uint64_t a = s->h, b = s->lane[0], c = s->lane[1], d = s->lane[2];

	for (; n > 0; n--, p += sizeof(s->part)) {
		a = mix(a, word(p));
		b = mix(b, word(p + 8));
		c = mix(c, word(p + 16));
		d = mix(d, word(p + 24));
	}
	s->h = a;
	s->lane[0] = b;
	s->lane[1] = c;
	s->lane[2] = d;
}

void
cc_redo_sum_add(struct redo_sum *s, const void *data, size_t len)
{
	const unsigned char *p = data;
	size_t n = sizeof(s->part) - s->have;

	if (s->have > 0) {
		if (n > len)
			n = len;
		memcpy(s->part + s->have, p, n);
		s->have += n;
		p += n;
		len -= n;
		if (s->have < sizeof(s->part))
			return;
		sum_blocks(s, s->part, 1);
	}
	n = len / sizeof(s->part);
	sum_blocks(s, p, n);
	p += n * sizeof(s->part);
	len -= n * sizeof(s->part);
	memcpy(s->part, p, len);
	s->have = len;
}

uint64_t
cc_redo_sum_end(struct redo_sum *s)
{
	uint64_t h = s->have;

	memset(s->part + s->have, 0, sizeof(s->part) - s->have);
	sum_blocks(s, s->part, 1);
	for (size_t i = 0; i < 3; i++)
		h = mix(h, s->lane[i]);
	return mix(h, s->h);
}

uint64_t
cc_redo_sum_of(const void *data, size_t len)
{
	struct redo_sum s = { .h = len };

	cc_redo_sum_add(&s, data, len);
	return cc_redo_sum_end(&s);
}

int
cc_redo_check(struct cursor *c, const char *text)
{
	struct redo_sum s = { .h = 0 };
	uint64_t sum;

	cc_redo_sum_add(&s, text, (size_t)((const char *)c->p - text));
	return cc_uidrecord_word(c, "check ") == 0 &&
		cc_uidrecord_hex(c, 16, &sum) == 0 &&
		cc_uidrecord_word(c, "\n") == 0 && cc_cursor_at_end(c) &&
		sum == cc_redo_sum_end(&s)
	    ? 0
	    : CC_EPARSE;
}

/* ------------------------------------------------------------------- places */

#define NAME_LEN_MAX 128

/* "WHAT.DEV.INO" of the file that is open. */
static void
put_name(struct strbuf *name, const struct mbox *m, const char *what)
{
	struct stat st = { .st_dev = 0 };

	(void)fstat(m->fd, &st);
	cc_strbuf_init(name, NAME_LEN_MAX);
	cc_strbuf_printf(name, "%s.%llx.%llx", what,
	    (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
}

#define RECORD_NAME ".cedar-redo"
#define ASIDE_NAME "cedar-redo-failed"

void
cc_redo_name(struct strbuf *name, const struct mbox *m, const char *behind)
{
	put_name(name, m, RECORD_NAME);
	cc_strbuf_puts(name, behind);
}

/* The directory that the file itself is in, not that of a link to it: the
 * record must be found by whatever name the mailbox is opened next. */
static int
beside(const struct mbox *m)
{
	char resolved[PATH_MAX];
	struct stat st;

	if (lstat(m->path, &st) != 0 || !S_ISLNK(st.st_mode))
		return cc_mailfile_parent(m->path);
	return realpath(m->path, resolved) ? cc_mailfile_parent(resolved)
					   : cc_err_errno();
}

int
cc_redo_place(const struct mbox *m)
{
	struct stat st;
	int dir;

	if (fstat(m->fd, &st) == 0 && st.st_nlink > 1 &&
	    (dir = cc_privdir_open()) >= 0)
		return dir;
	return beside(m);
}

/*
 * The directory that holds a record: 0 and its descriptor, or CC_ENOENT. tidy:
 * on the way goes what a writer left who was killed before his record was
 * whole; only for one who has a lock, so that there is no other writer.
 */
static int
find_in(const struct mbox *m, bool tidy, int *dir_r)
{
	struct strbuf name, new;
	int dirs[2] = { beside(m), -1 }, r = CC_ENOENT;

	cc_redo_name(&name, m, "");
	cc_redo_name(&new, m, CC_REDO_NEW);
	for (int i = 0; i < 2 && r != 0; i++) {
		if (i == 1)
			dirs[i] = cc_privdir_open();
		if (dirs[i] < 0)
			continue;
		if (tidy)
			unlinkat(dirs[i], cc_strbuf_str(&new), 0);
		if (faccessat(dirs[i], cc_strbuf_str(&name), F_OK,
			AT_SYMLINK_NOFOLLOW) == 0) {
			*dir_r = dirs[i];
			r = 0;
		} else {
			close(dirs[i]);
		}
	}
	cc_strbuf_free(&name);
	cc_strbuf_free(&new);
	return r;
}

int
cc_redo_find(const struct mbox *m, int *dir_r)
{
	return find_in(m, true, dir_r);
}

bool
cc_redo_names(const char *path)
{
	struct mbox m = { .fd = open(path,
			      O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) };
	int dir, r;

	if (m.fd < 0)
		return false;
	m.path = cpystr(path);
	if ((r = find_in(&m, false, &dir)) == 0)
		close(dir);
	fs_give((void **)&m.path);
	close(m.fd);
	return r == 0;
}

bool
cc_redo_found(const struct mbox *m)
{
	int dir;

	if (cc_redo_find(m, &dir) != 0)
		return false;
	close(dir);
	return true;
}

bool
cc_redo_is_moving(const struct mbox *m)
{
	int dir;

	if (find_in(m, false, &dir) != 0)
		return false;
	close(dir);
	return true;
}

int
cc_redo_create(int dir, const char *name, mode_t mode)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(dir, name, flags, 0600);

	if (fd < 0 && errno == EEXIST && unlinkat(dir, name, 0) == 0)
		fd = openat(dir, name, flags, 0600);
	if (fd >= 0 && fchmod(fd, mode) != 0)
		errno = 0; /* then others cannot read it: so be it */
	return fd >= 0 ? fd : cc_err_errno();
}

int
cc_redo_remove(const struct mbox *m, bool sync)
{
	struct strbuf name;
	int dir, r = 0;

	if (cc_redo_find(m, &dir) != 0)
		return 0;
	cc_redo_name(&name, m, "");
	if (unlinkat(dir, cc_strbuf_str(&name), 0) != 0 ||
	    (sync && fsync(dir) != 0))
		r = cc_err_errno();
	close(dir);
	cc_strbuf_free(&name);
	return r;
}

static int
read_all(int fd, uint64_t size, struct strbuf *text)
{
	size_t got;
	char *room;
	int r;

	if (size > CC_REDO_RECORD_MAX ||
	    !(room = cc_strbuf_room(text, size + 1)))
		return CC_ELIMIT;
	if ((r = cc_fd_read_at(fd, 0, room, size, &got)) == 0)
		cc_strbuf_claim(text, got);
	return r;
}

/*
 * Anybody can make files in some directories, and what a record says is
 * written into the mailbox.
 */
int
cc_redo_read(const struct mbox *m, int dir, struct strbuf *text)
{
	struct strbuf name;
	struct stat st, box;
	int fd, r;

	cc_redo_name(&name, m, "");
	fd = openat(dir, cc_strbuf_str(&name),
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	cc_strbuf_free(&name);
	if (fd < 0)
		return cc_err_errno();
	if (fstat(fd, &st) != 0 || fstat(m->fd, &box) != 0)
		r = CC_EIO;
	else if (!S_ISREG(st.st_mode) || st.st_nlink != 1 ||
	    (st.st_mode & 022) != 0 ||
	    (st.st_uid != geteuid() && st.st_uid != box.st_uid &&
		st.st_uid != 0))
		r = CC_EACCESS;
	else
		r = read_all(fd, (uint64_t)st.st_size, text);
	close(fd);
	return r;
}

int
cc_redo_set_aside(const struct mbox *m, int dir)
{
	struct strbuf name, aside;
	int r = 0;

	cc_redo_name(&name, m, "");
	put_name(&aside, m, ASIDE_NAME);
	cc_strbuf_printf(&aside, ".%lld", (long long)time(NULL));
	if (renameat(dir, cc_strbuf_str(&name), dir, cc_strbuf_str(&aside)) !=
	    0)
		r = cc_err_errno();
	syslog(LOG_ERR,
	    "Redo record of mailbox %.80s does not fit it any more, kept as "
	    "%.80s",
	    m->path, cc_strbuf_str(&aside));
	cc_strbuf_free(&name);
	cc_strbuf_free(&aside);
	return r;
}
