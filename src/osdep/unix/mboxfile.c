/*
 * mboxfile.c - opening a one-file mailbox: look, lock, parse, settle its UIDs,
 * let go of the locks (formats/unix.md section 8).
 *
 * The parse is under dot-lock and shared flock; where UIDs must be given the
 * file lock becomes exclusive, so that two sessions do not give different
 * ones. What the file says is a stranger's.
 */
#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "cc_ctype.h"
#include "cc_err.h"
#include "cc_limits.h"
#include "fdio.h"
#include "fdlock.h"
#include "filestat.h"
#include "fs.h"
#include "mail.h"
#include "mboxfile.h"
#include "mboxfile_changes.h"
#include "mboxfile_remade.h"
#include "mboxfile_status.h"
#include "misc.h"

#define NOTES_MAX 10 /* complaints of one parse that the user sees */
#define PARSE_MAX 5  /* parses of a file that changes under its locks */

/* ------------------------------------------------------------------ format */

/* Without leaving a trace: "new mail" is told by the time of the last read. */
static int
open_quietly(const char *path, int flags)
{
	int fd = open(path, flags | O_NOATIME);

	if (fd < 0 && errno == EPERM)
		fd = open(path, flags);
	return fd;
}

static bool
is_unix_text(const char *text, size_t len)
{
	struct mbox_from from;
	const char *lf;
	size_t i = 0;

	while (i < len && is_space(text[i]))
		i++;
	if (i == len || (i > 0 && text[i - 1] != '\n'))
		return false;
	lf = memchr(text + i, '\n', len - i);
	return lf &&
	    cc_mbox_from_line(cc_span(text + i, (size_t)(lf - text) - i), true,
		&from);
}

/* The beginning of a file: 0 or negative. */
static int
sniff(const char *path, char *text, size_t *len_r)
{
	int fd =
	    open_quietly(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	int r;

	if (fd < 0)
		return cc_err_errno();
	r = fstat(fd, &st) == 0 && S_ISREG(st.st_mode)
	    ? cc_fd_read_at(fd, 0, text, CC_MBOX_SNIFF, len_r)
	    : CC_EINVAL;
	close(fd);
	return r;
}

bool
cc_mbox_is_unix(const char *path)
{
	char text[CC_MBOX_SNIFF];
	size_t len;

	return sniff(path, text, &len) == 0 && is_unix_text(text, len);
}

bool
cc_mbox_is_begun(const char *path)
{
	static const char from[] = "From ";
	char text[CC_MBOX_SNIFF];
	size_t len, n = sizeof(from) - 1;

	if (sniff(path, text, &len) != 0 || len == sizeof(text))
		return false;
	return memcmp(text, from, len < n ? len : n) == 0 &&
	    !memchr(text, '\n', len);
}

/* ------------------------------------------------------------------- parse */

static void
say(void *arg, const char *text)
{
	(void)arg;
	mm_log((char *)text, WARN);
}

/* Parses all of the file into m->index, which has no messages. */
static int
parse_into(struct mbox *m, struct mbox_notes *notes)
{
	struct mbox_window w;
	struct stat st;
	int r;

	if (fstat(m->fd, &st) != 0)
		return CC_EIO;
	cc_mbox_stamp_of(&st, &m->stamp);
	m->young = !cc_status_is_settled(&m->stamp);
	if (cc_mbox_remade_take(m, (uint64_t)st.st_size)) {
		r = 0;
	} else {
		cc_mbox_window_init(&w, m->fd, CC_READ_WINDOW);
		r = cc_mbox_parse(&m->index, &w,
		    m->tailed ? m->content : (uint64_t)st.st_size, notes);
		cc_mbox_window_free(&w);
	}
	/* What somebody writes in the tick of the last change leaves the stamp
	 * as it is. Nobody does while we have the locks. */
	m->racy = cc_mbox_is_same_tick(&m->stamp.mtime);
	if (r != 0)
		cc_mbox_index_free(&m->index);
	return r;
}

/*
 * Another program took the UIDVALIDITY out of a file that this session knows,
 * as one does that removes the first message, or the UIDs out of their order.
 * The X-UID lines of the others are still good for those who can tell.
 */
static int
parse_claims(struct mbox *m, const struct mbox_index *old)
{
	bool lent = !m->index.unbelieved;
	int r;

	cc_mbox_index_free(&m->index);
	m->index.lenient = true;
	m->index.lent = lent;
	m->index.uidvalidity = lent ? old->uidvalidity : 0;
	if ((r = parse_into(m, NULL)) == 0)
		cc_mbox_check_claims(&m->index, old);
	return r;
}

/* Parses all of the file into a fresh m->index. */
static int
parse_all(struct mbox *m, const struct mbox_index *old)
{
	struct mbox_notes notes = { say, NULL, NOTES_MAX };
	int r;

	cc_mbox_index_init(&m->index);
	r = parse_into(m, m->hidden ? NULL : &notes);
	m->complained = notes.left != NOTES_MAX;
	if (r == 0 && old && m->index.uidvalidity == 0 && m->index.count > 0)
		r = parse_claims(m, old);
	if (r == 0)
		cc_mbox_find_twins(m, old);
	return r;
}

int
cc_mbox_get_exclusive(struct mbox *m)
{
	struct mbox_stamp now;
	struct stat st;
	int r = cc_fdlock_get(m->fd, FDLOCK_EX, CC_MBOX_WAIT_STORE);

	if (r != 0)
		return r;
	if (fstat(m->fd, &st) != 0)
		return CC_EIO;
	cc_mbox_stamp_of(&st, &now);
	return cc_mbox_stamp_same(&now, &m->stamp) ? 0 : CC_ECHANGED;
}

/*
 * Parse and UIDs, under a lock that the caller has. If nobody lets us have
 * the exclusive lock UIDs are given all the same, but not for good.
 */
static int
parse_and_settle(struct mbox *m, const struct mbox_index *old)
{
	int r;

	if ((r = parse_all(m, old)) != 0)
		return r;
	if ((m->index.lent || cc_mbox_uids_missing(&m->index)) &&
	    (r = cc_mbox_get_exclusive(m)) == CC_ECHANGED) {
		cc_mbox_index_free(&m->index);
		return r;
	}
	if (!cc_mbox_uids_settle(m, old)) {
		m->uid_nosticky = false;
		if (!m->look)
			cc_mbox_uids_reserve(m, m->index.uid_last);
	} else if (r == 0)
		cc_mbox_uids_save(m);
	else
		m->uid_nosticky = true;
	return 0;
}

void
cc_mbox_is_sure(struct mbox *m)
{
	m->stale = false;
	m->sure = m->stamp;
	m->sure_count = 0;
	m->taken_from = UINT32_MAX;
	for (uint32_t i = 0; i < m->index.count; i++)
		m->sure_count += !(m->index.msgs[i].flags & MBOX_GONE);
	cc_mbox_keep_status(m);
}

int
cc_mbox_load(struct mbox *m, const struct mbox_index *old)
{
	int r = CC_ECHANGED;

	for (int i = 0; r == CC_ECHANGED && i < PARSE_MAX; i++)
		r = parse_and_settle(m, old);
	return r == CC_ECHANGED ? CC_EBUSY : r;
}

/* Messages that are compared with the file. */
#define LOOKED_AT 8

/* Is what was recalled in the file: some messages and their flags, the first
 * and the last? */
static bool
is_true(struct mbox *m, uint32_t *looked, size_t n)
{
	looked[n++] = 0;
	looked[n++] = m->index.count - 1;
	for (size_t k = 0; k < n; k++)
		if (looked[k] >= m->index.count ||
		    cc_mbox_is_there(m, looked[k]) != 0)
			return false;
	return cc_mbox_list_holds(m, looked, n);
}

/* The index as a session before this one kept it, if the file is still what it
 * was then. */
static bool
recall(struct mbox *m)
{
	uint32_t looked[LOOKED_AT + 2];
	struct stat st;
	size_t n;

	if (m->tailed || fstat(m->fd, &st) != 0)
		return false;
	cc_mbox_stamp_of(&st, &m->stamp);
	m->young = !cc_status_is_settled(&m->stamp);
	if (cc_changes_recall(m, looked, LOOKED_AT, &n) != 0)
		return false;
	m->racy = cc_mbox_is_same_tick(&m->stamp.mtime);
	cc_mbox_find_twins(m, NULL);
	if (!m->racy && !cc_mbox_uids_settle(m, NULL) && is_true(m, looked, n))
		return true;
	m->list.damaged = true;
	cc_mbox_index_free(&m->index);
	cc_mbox_view_drop(m);
	return false;
}

/* -------------------------------------------------------------------- times */

/* Others know the file by its times. */
static void
note_times(struct mbox *m, const struct mbox_stamp *before)
{
	struct mbox_snapshot now = { m->stamp, m->index, m->file_uidvalidity,
		m->file_uid_last };
	struct strbuf entry;

	if (m->racy || !cc_changes_wanted(m))
		return;
	if (m->look)
		cc_changes_begin(m);
	if (m->look && m->list.ino == 0)
		return; /* nobody follows one */
	cc_strbuf_init(&entry, CC_CHANGES_MAX);
	cc_changes_put_noted(&entry, before, &now, m->keywords_there);
	cc_changes_add(m, &entry);
	cc_strbuf_free(&entry);
}

/*
 * A file read after its last change has no new mail in the eyes of shells and
 * of LIST. A session that only looks leaves that mark to recent messages (its
 * reading left no trace); for all others it goes.
 */
static void
set_times(struct mbox *m)
{
	const struct timespec times[2] = { { 0, UTIME_NOW },
		{ 0, UTIME_OMIT } };
	bool recent = false;
	struct mbox_stamp now, before = m->stamp;
	struct stat st;

	for (uint32_t i = 0; m->rdonly && !recent && i < m->index.count; i++)
		recent = !(m->index.msgs[i].flags & fOLD);
	if (recent || fstat(m->fd, &st) != 0 ||
	    is_later(&st.st_atim, &st.st_mtim))
		return;
	/* nobody may have written meanwhile who takes no locks: the new ctime
	 * would hide it */
	cc_mbox_stamp_of(&st, &now);
	if (!cc_mbox_stamp_same(&now, &before) || futimens(m->fd, times) != 0 ||
	    fstat(m->fd, &st) != 0)
		return;
	/* that changed the ctime, and nothing else */
	cc_mbox_stamp_of(&st, &now);
	if (now.size != before.size || !is_same_time(&now.mtime, &before.mtime))
		return;
	m->stamp.ctime = now.ctime;
	note_times(m, &before);
}

/* -------------------------------------------------------------- open, free */

/* For writing if that is wanted and allowed. */
static int
open_file(struct mbox *m)
{
	const int flags = O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	struct stat st;

	m->fd = -1;
	if (!m->rdonly)
		m->fd = open(m->path, O_RDWR | flags);
	if (m->fd < 0 && (m->rdonly || cc_err_errno() == CC_EACCESS)) {
		m->rdonly = true;
		m->fd = open_quietly(m->path, O_RDONLY | flags);
	}
	if (m->fd < 0)
		return cc_err_errno();
	if (fstat(m->fd, &st) != 0)
		return CC_EIO;
	return S_ISREG(st.st_mode) ? 0 : CC_EINVAL;
}

/* All of the file, which is open; under a lock. */
static int
load_all(struct mbox *m)
{
	bool recalled = recall(m);
	int r = recalled ? 0 : cc_mbox_load(m, NULL);

	if (r != 0)
		return r;
	if (recalled && !m->look)
		cc_mbox_uids_reserve(m, m->index.uid_last);
	m->keywords_there =
	    (uint32_t)(((uint64_t)1 << m->index.keywords.count) - 1);
	if (!m->look)
		cc_changes_begin(m);
	set_times(m);
	if (!recalled && !m->look)
		cc_changes_keep(m);
	cc_mbox_is_sure(m);
	return 0;
}

/* Opens and parses the file of m, which has a path. */
static int
open_all(struct mbox *m)
{
	struct mbox_lock lock;
	int r;

	if ((r = open_file(m)) != 0 ||
	    (r = cc_mbox_lock(m, FDLOCK_SH, CC_MBOX_WAIT_OPEN, &lock)) != 0) {
		cc_mbox_free(m);
		return r;
	}
	r = load_all(m);
	cc_mbox_unlock(&lock);
	if (r != 0)
		cc_mbox_free(m);
	return r;
}

int
cc_mbox_open(struct mbox *m, const char *path, bool rdonly)
{
	*m = (struct mbox){ .path = cpystr(path), .fd = -1, .rdonly = rdonly };
	return open_all(m);
}

int
cc_mbox_open_look(struct mbox *m, const char *path)
{
	*m = (struct mbox){
		.path = cpystr(path), .fd = -1, .rdonly = true, .look = true
	};
	return open_all(m);
}

void
cc_mbox_free(struct mbox *m)
{
	if (m->fd >= 0)
		close(m->fd);
	m->fd = -1;
	fs_give((void **)&m->path);
	fs_give((void **)&m->view.buf);
	fs_give((void **)&m->changes);
	cc_mbox_index_free(&m->index);
}
