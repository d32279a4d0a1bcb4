/*
 * mboxfile_manage.c - making, removing and renaming one-file mailboxes
 * (formats/unix.md section 9).
 *
 * Removing and renaming take all locks of the mailbox, and renaming the
 * dot-lock of the new name, too. Sessions that have it open notice by device
 * and inode, whatever is under the name afterwards. A UIDVALIDITY is recorded
 * before its mailbox goes, so that another mailbox of that name never gets it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cc_err.h"
#include "cc_limits.h"
#include "dotlock.h"
#include "env_state.h"
#include "fs.h"
#include "mailfile.h"
#include "mboxfile.h"
#include "mboxfile_pseudo.h"
#include "mboxfile_record.h"
#include "misc.h"
#include "privdir.h"
#include "uidrecord.h"

/* Octets in which the line with the UIDVALIDITY is looked for: of a first
 * message that has a longer header it is not remembered. */
#define BASE_WITHIN (1024u * 1024)

/* ------------------------------------------------------------------ create */

/* A UIDVALIDITY never used before; the time where nothing can be recorded. */
static uint32_t
new_uidvalidity(time_t now)
{
	int privdir = cc_privdir_open();
	uint32_t v = (uint32_t)now;

	if (privdir < 0)
		return v;
	if (cc_uidvalidity_next(privdir, (uint32_t)now, &v) != 0)
		v = (uint32_t)now;
	close(privdir);
	return v;
}

/* The internal-data message of a new mailbox, with the default keywords. */
static void
put_first(struct strbuf *out)
{
	struct mbox_keywords list = { .count = 0 };
	const struct cc_env *env = cc_env();
	time_t now = time(NULL);

	for (size_t i = 0; i < CC_ENV_KEYWORDS && env->keywords[i]; i++)
		(void)cc_mbox_keywords_add(&list, cc_span_z(env->keywords[i]));
	cc_mbox_put_pseudo(out, now, false, new_uidvalidity(now), 0, &list);
	cc_mbox_keywords_free(&list);
}

int
cc_mbox_create(const char *path, mode_t mode)
{
	struct strbuf text;
	struct stat st;
	int r;

	if (lstat(path, &st) == 0) { /* spares a UIDVALIDITY */
		errno = EEXIST;
		return CC_EEXIST;
	}
	cc_strbuf_init(&text, CC_MBOX_LINE_MAX);
	if (!cc_env()->no_unix_uids)
		put_first(&text);
	r = cc_mailfile_make(path, mode, cc_strbuf_span(&text));
	cc_strbuf_free(&text);
	return r;
}

/* ------------------------------------------------------------ what is open */

/* For writing if that may be, since some locks need it. */
static int
open_any(const char *path)
{
	const int flags = O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	int fd = open(path, O_RDWR | flags);

	if (fd < 0 && (errno == EACCES || errno == EROFS))
		fd = open(path, O_RDONLY | flags);
	return fd;
}

static int
open_locked(struct mbox *m, const char *path, bool as_is,
    struct mbox_lock *lock_r)
{
	int r;

	*m = (struct mbox){ .path = cpystr(path), .fd = open_any(path) };
	if (m->fd < 0)
		r = cc_err_errno();
	else if (as_is)
		r = cc_mbox_lock_as_is(m, FDLOCK_EX, CC_MBOX_WAIT_STORE,
		    lock_r);
	else
		r = cc_mbox_lock(m, FDLOCK_EX, CC_MBOX_WAIT_STORE, lock_r);
	if (r != 0)
		cc_mbox_free(m);
	return r;
}

static void
close_locked(struct mbox *m, struct mbox_lock *lock)
{
	int saved = errno;

	cc_mbox_unlock(lock);
	cc_mbox_free(m);
	errno = saved;
}

/* Records the UIDVALIDITY that the mailbox says it has. */
static void
remember_uidvalidity(struct mbox *m)
{
	struct mbox_notes silent = { NULL, NULL, 0 };
	int privdir = cc_privdir_open();
	struct mbox_window w;
	struct stat st;
	uint64_t end;

	if (privdir < 0)
		return;
	if (fstat(m->fd, &st) == 0 && st.st_size > 0) {
		end = (uint64_t)st.st_size;
		cc_mbox_index_init(&m->index);
		cc_mbox_window_init(&w, m->fd, CC_READ_WINDOW);
		if (cc_mbox_parse(&m->index, &w,
			end < BASE_WITHIN ? end : BASE_WITHIN, &silent) == 0 &&
		    m->index.uidvalidity != 0)
			(void)cc_uidvalidity_seen(privdir, (uint32_t)time(NULL),
			    m->index.uidvalidity);
		cc_mbox_window_free(&w);
	}
	close(privdir);
}

/* ---------------------------------------------------------- delete, rename */

/* What was remembered of a file that has no name any more. */
static void
forget(struct mbox *m)
{
	struct stat st;

	if (fstat(m->fd, &st) != 0 || st.st_nlink > 0)
		return;
	cc_mbox_uids_forget(m, true);
	(void)cc_redo_remove(m, false);
}

int
cc_mbox_delete(const char *path)
{
	struct mbox_lock lock;
	struct mbox m;
	int r;

	if ((r = open_locked(&m, path, true, &lock)) != 0)
		return r;
	remember_uidvalidity(&m);
	if (unlink(path) != 0)
		r = cc_err_errno();
	else if ((r = cc_mailfile_sync_parent(path)) == 0)
		forget(&m);
	close_locked(&m, &lock);
	return r;
}

static size_t
parent_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) : 0;
}

/* A symbolic link that means another file, or none, in another directory. */
static bool
cannot_move(const char *old, const char *path)
{
	size_t len = parent_len(old);
	char first;

	return readlink(old, &first, 1) == 1 && first != '/' &&
	    (len != parent_len(path) || memcmp(old, path, len) != 0);
}

/* With the new name's dot-lock: who has it may be about to make that file. A
 * place without dot-locks is no failure. */
static int
rename_locked(const struct mbox *m, const char *path)
{
	struct dotlock lock;
	int r, saved;

	r = cc_dotlock_get(&lock, path, m->fd, CC_MBOX_WAIT_STORE);
	if (r == CC_EBUSY)
		return r;
	if (r != 0)
		lock = (struct dotlock)DOTLOCK_NONE;
	r = cc_mailfile_rename(m->path, path);
	saved = errno;
	cc_dotlock_release(&lock);
	errno = saved;
	return r;
}

int
cc_mbox_rename(const char *old, const char *path)
{
	struct mbox_lock lock;
	struct stat st;
	struct mbox m;
	int r;

	if (lstat(path, &st) == 0) {
		errno = EEXIST;
		return CC_EEXIST;
	}
	if (cannot_move(old, path)) {
		errno = EINVAL;
		return CC_EINVAL;
	}
	if ((r = open_locked(&m, old, false, &lock)) != 0)
		return r;
	r = rename_locked(&m, path);
	close_locked(&m, &lock);
	return r;
}
