/*
 * mboxfile_changes_file.c - the change list on disk: ~/.cedar/changes.DEV.INO.
 *
 * Whoever adds an entry or looks for one has a lock of the mailbox. An entry
 * is one write at the list's end, never synced: after a crash no session is
 * left that could follow it. A list that is too long or damaged is replaced by
 * a new one with the last entry alone; it is never cut. Only a list that is
 * our own plain file is read.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "cc_err.h"
#include "cc_limits.h"
#include "env_state.h"
#include "fdio.h"
#include "fs.h"
#include "mboxfile_changes.h"
#include "privdir.h"

#define NAME_PREFIX "changes."
#define NAME_LEN_MAX 64

/* A list that has more than this part of the mailbox's octets is not worth
 * reading from its beginning. */
#define MAILBOX_PART 4

/* Seconds after which a list that nobody wrote to is removed when another is
 * begun: sessions follow it from moment to moment. */
#define OLD_SECONDS (24 * 60 * 60)

/* One of so many lists that are begun looks for old ones: whoever asks for the
 * status of a thousand mailboxes begins a thousand. */
#define CLEANERS 16

static void
put_name(struct strbuf *name, const struct mbox_stamp *stamp)
{
	cc_strbuf_init(name, NAME_LEN_MAX);
	cc_strbuf_printf(name, NAME_PREFIX "%llx.%llx",
	    (unsigned long long)stamp->dev, (unsigned long long)stamp->ino);
}

bool
cc_changes_wanted(const struct mbox *m)
{
	return m->stamp.size >= (off_t)CC_CHANGES_MIN && !m->hidden &&
	    !m->tailed && !m->keywords_lost && !cc_mbox_is_coarse(&m->stamp);
}

/* Opens the list for reading, or reading and adding: a descriptor, or negative
 * if there is none that can be used. */
static int
open_list(int privdir, const struct mbox *m, int flags, struct stat *st_r)
{
	struct strbuf name;
	int fd;

	put_name(&name, &m->stamp);
	fd = openat(privdir, cc_strbuf_str(&name),
	    flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
	cc_strbuf_free(&name);
	if (fd < 0)
		return cc_err_errno();
	if (fstat(fd, st_r) == 0 && S_ISREG(st_r->st_mode) &&
	    st_r->st_nlink == 1 && st_r->st_uid == geteuid() &&
	    (st_r->st_mode & 022) == 0 && st_r->st_size <= CC_CHANGES_MAX)
		return fd;
	close(fd);
	return CC_EPARSE;
}

void
cc_changes_begin(struct mbox *m)
{
	int privdir = cc_privdir_open(), fd;
	struct stat st;

	m->list.ino = 0;
	m->list.pos = 0;
	if (privdir < 0)
		return;
	if ((fd = open_list(privdir, m, O_RDONLY, &st)) >= 0) {
		m->list.ino = st.st_ino;
		m->list.pos = (size_t)st.st_size;
		close(fd);
	}
	close(privdir);
}

/* ------------------------------------------------------------------ reading */

/* What the session knew for sure, as a parse of that moment found it. */
static void
take_snapshot(const struct mbox *m, struct mbox_snapshot *s)
{
	const struct mbox_index *index = &m->index;
	const unsigned session =
	    MBOX_GONE | MBOX_TELL | MBOX_PENDING | MBOX_DIRTY;

	*s = (struct mbox_snapshot){ .stamp = m->sure };
	for (uint32_t i = 0; i < index->count && s->index.count < m->sure_count;
	     i++) {
		struct mbox_msg msg = index->msgs[i];

		if (msg.flags & MBOX_GONE)
			continue;
		msg.flags &= (uint16_t) ~(session | fOLD);
		if (msg.flags & MBOX_OLD_THERE)
			msg.flags |= fOLD;
		msg.noted = 0;
		cc_mbox_index_put(&s->index, &msg);
	}
	for (unsigned k = 0; k < index->keywords.count; k++)
		(void)cc_mbox_keywords_add(&s->index.keywords,
		    cc_span_z(index->keywords.name[k]));
}

/* Follows the entries of list; how far it is understood. */
static size_t
follow(struct span list, struct mbox_snapshot *s, uint32_t *changed,
    size_t room, size_t *n)
{
	size_t at = 0;
	int64_t r;

	while (at < list.len) {
		r = cc_changes_step(cc_span(list.p + at, list.len - at), s,
		    changed, room, n);
		if (r < 0)
			break;
		at += (size_t)r;
	}
	return at;
}

/* Of files that were changed before the system went down it is not known
 * whether their octets came to the disk with their times. A clock that goes
 * wrong says nothing. */
static bool
is_of_this_boot(const struct stat *st)
{
	struct timespec now, up;

	return clock_gettime(CLOCK_REALTIME, &now) == 0 &&
	    clock_gettime(CLOCK_BOOTTIME, &up) == 0 &&
	    st->st_mtim.tv_sec > now.tv_sec - up.tv_sec &&
	    st->st_mtim.tv_sec <= now.tv_sec;
}

/* The octets of the list that were not read yet; all: from its beginning, if
 * it is worth that. Owned by the caller. */
static char *
read_list(struct mbox *m, bool all, size_t *len_r)
{
	int privdir = cc_privdir_open(), fd;
	struct stat st;
	char *buf = NULL;

	*len_r = 0;
	if (privdir < 0)
		return NULL;
	fd = open_list(privdir, m, O_RDONLY, &st);
	close(privdir);
	if (fd < 0)
		return NULL;
	if (all &&
	    (st.st_size > m->stamp.size / MAILBOX_PART ||
		!is_of_this_boot(&st))) {
		close(fd);
		return NULL;
	}
	if (st.st_ino != m->list.ino || m->list.pos > (size_t)st.st_size)
		m->list = (struct mbox_list){ st.st_ino, 0, false };
	if ((size_t)st.st_size > m->list.pos) {
		size_t len = (size_t)st.st_size - m->list.pos;

		buf = fs_get(len);
		if (cc_fd_read_at(fd, m->list.pos, buf, len, len_r) != 0)
			*len_r = 0;
	}
	close(fd);
	return buf;
}

int
cc_changes_find(struct mbox *m, const struct mbox_stamp *to,
    uint32_t *changed_r, size_t room, size_t *n_r)
{
	struct mbox_snapshot s;
	size_t len, at;
	char *list;

	if (m->racy || cc_mbox_stamp_same(to, &m->sure) ||
	    to->dev != m->sure.dev || to->ino != m->sure.ino ||
	    !cc_changes_wanted(m) || !(list = read_list(m, false, &len)))
		return CC_ENOENT;
	take_snapshot(m, &s);
	*n_r = 0;
	at = follow(cc_span(list, len), &s, changed_r, room, n_r);
	fs_give((void **)&list);
	m->list.pos += at;
	if (at < len || !cc_mbox_stamp_same(&s.stamp, to)) {
		m->list.damaged = at < len;
		cc_mbox_index_free(&s.index);
		return CC_ENOENT;
	}
	if (*n_r > room)
		*n_r = room;
	m->index = s.index;
	m->stamp = s.stamp;
	m->file_uidvalidity = s.file_uidvalidity;
	m->file_uid_last = s.file_uid_last;
	return 0;
}

int
cc_changes_recall(struct mbox *m, uint32_t *looked_r, size_t room, size_t *n_r)
{
	struct mbox_snapshot s = { .index = { .count = 0 } };
	bool sound;
	size_t len, at;
	char *list;

	*n_r = 0;
	if (!cc_changes_wanted(m) || !(list = read_list(m, true, &len)))
		return CC_ENOENT;
	at = cc_changes_last_whole(cc_span(list, len), &sound);
	if (at < len)
		at += follow(cc_span(list + at, len - at), &s, looked_r, room,
		    n_r);
	fs_give((void **)&list);
	m->list.damaged = !sound || at < len;
	if (m->list.damaged || !cc_mbox_stamp_same(&s.stamp, &m->stamp) ||
	    s.index.unbelieved || s.index.lent || s.index.lenient) {
		cc_mbox_index_free(&s.index);
		return CC_ENOENT;
	}
	if (*n_r > room)
		*n_r = room;
	m->index = s.index;
	cc_mbox_index_trim(&m->index);
	m->file_uidvalidity = s.file_uidvalidity;
	m->file_uid_last = s.file_uid_last;
	return 0;
}

/* ------------------------------------------------------------------- adding */

/* Lists of mailboxes that nobody uses any more. */
static void
remove_old(int privdir)
{
	int fd = openat(privdir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	time_t now = time(NULL);
	struct dirent *d;
	struct stat st;

	if (!dir && fd >= 0)
		close(fd);
	while (dir && (d = readdir(dir)) != NULL)
		if (strncmp(d->d_name, NAME_PREFIX, strlen(NAME_PREFIX)) == 0 &&
		    fstatat(privdir, d->d_name, &st, AT_SYMLINK_NOFOLLOW) ==
			0 &&
		    st.st_mtime < now - OLD_SECONDS)
			unlinkat(privdir, d->d_name, 0);
	if (dir)
		closedir(dir);
}

/* A new list with this entry, in place of the one that is there. */
static void
replace(int privdir, struct mbox *m, struct span entry)
{
	struct strbuf name, new;
	struct stat st;
	int fd;

	put_name(&name, &m->stamp);
	cc_strbuf_init(&new, NAME_LEN_MAX);
	cc_strbuf_printf(&new, NAME_PREFIX "%ld.new", (long)gettid());
	if (m->stamp.ino % CLEANERS == 0)
		remove_old(privdir);
	unlinkat(privdir, cc_strbuf_str(&new), 0);
	fd = openat(privdir, cc_strbuf_str(&new),
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0 && cc_fd_write_at(fd, 0, entry) == 0 &&
	    fstat(fd, &st) == 0 &&
	    renameat(privdir, cc_strbuf_str(&new), privdir,
		cc_strbuf_str(&name)) == 0)
		m->list = (struct mbox_list){ st.st_ino, entry.len, false };
	else
		unlinkat(privdir, cc_strbuf_str(&new), 0);
	if (fd >= 0)
		close(fd);
	cc_strbuf_free(&name);
	cc_strbuf_free(&new);
}

void
cc_changes_add(struct mbox *m, const struct strbuf *entry)
{
	struct span text = cc_span(entry->data, entry->len);
	int privdir, fd;
	struct stat st;

	if (entry->over || entry->len == 0 || entry->len > CC_CHANGES_MAX ||
	    (privdir = cc_privdir_open()) < 0)
		return;
	fd = open_list(privdir, m, O_WRONLY | O_APPEND, &st);
	if (fd < 0 || m->list.damaged ||
	    (size_t)st.st_size + entry->len > CC_CHANGES_MAX)
		replace(privdir, m, text);
	else if (write(fd, text.p, text.len) == (ssize_t)text.len &&
	    fstat(fd, &st) == 0)
		m->list =
		    (struct mbox_list){ st.st_ino, (size_t)st.st_size, false };
	else
		replace(privdir, m, text); /* a torn one is no end */
	if (fd >= 0)
		close(fd);
	close(privdir);
}

/* Is m what a parse of the file alone makes of it, without a complaint? */
static bool
is_told_by_file(const struct mbox *m)
{
	const struct mbox_index *index = &m->index;

	return index->count > 0 && !index->unbelieved && !index->lent &&
	    !index->lenient && !index->exhausted && !m->complained &&
	    !m->ghosts && m->dirty_to == 0 &&
	    m->file_uidvalidity == index->uidvalidity &&
	    m->file_uid_last == index->uid_last && !cc_mbox_uids_missing(index);
}

void
cc_changes_keep(struct mbox *m)
{
	struct mbox_snapshot now = { m->stamp, m->index, m->file_uidvalidity,
		m->file_uid_last };
	struct strbuf entry;

	if (m->racy || !cc_changes_wanted(m) || !is_told_by_file(m))
		return;
	cc_strbuf_init(&entry, CC_CHANGES_MAX);
	cc_changes_put_whole(&entry, &now, m->keywords_there);
	/* one that nobody would read from its beginning is begun anew */
	if ((off_t)m->list.pos > m->stamp.size / MAILBOX_PART)
		m->list.damaged = true;
	if ((off_t)entry.len <= m->stamp.size / MAILBOX_PART)
		cc_changes_add(m, &entry);
	cc_strbuf_free(&entry);
}

void
cc_changes_remove(const struct stat *st)
{
	const struct mbox_stamp stamp = { .dev = st->st_dev,
		.ino = st->st_ino };
	int privdir = cc_privdir_open();
	struct strbuf name;

	if (privdir < 0)
		return;
	put_name(&name, &stamp);
	unlinkat(privdir, cc_strbuf_str(&name), 0);
	cc_strbuf_free(&name);
	close(privdir);
}
