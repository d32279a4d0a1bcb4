/*
 * mboxfile_sync.c - learning what others did to a mailbox that is open
 * (formats/unix.md section 8).
 *
 * Growth of a large file is parsed from its old end. Any other change is read
 * from the change list, or else all of the file is parsed; either way it is
 * joined with what the session knew (mboxfile_join.c). What cannot be
 * recognised ends the session. The caller holds at least the shared locks;
 * nothing is told to the client here (mboxfile_ping.c).
 */
#include <sys/stat.h>

#include "cc_err.h"
#include "cc_limits.h"
#include "mail.h"
#include "mboxfile_changes.h"
#include "mboxfile_status.h"
#include "mboxfile_sync.h"
#include "mboxfile_view.h"
#include "strbuf.h"

/* Octets of a file that is parsed as a whole each time it grows, which costs
 * less than a millisecond and shows what others did to flags as well. */
#define RESCAN_MAX (4u * 1024 * 1024)

#define NOTES_MAX 10

/* Looks for one message, in a mailbox that others do not leave alone. */
#define TRIES_MAX 10

static void
say(void *arg, const char *text)
{
	(void)arg;
	mm_log((char *)text, WARN);
}

/* ---------------------------------------------------------------- all of it */

/* No message was ever told of: whatever UIDs the first ones bring may be. */
static bool
is_virgin(const struct mbox *m, const struct mbox_index *was)
{
	return m->known == 0 && was->count == 0 && was->uid_last == 0;
}

/* What this session found out, for the others: from what it was sure of, to
 * what the index is, which is not joined yet. */
static void
note_found(const struct mbox *m, const struct mbox_index *was, bool racy,
    struct strbuf *entry)
{
	struct mbox_snapshot now = { m->stamp, m->index, m->file_uidvalidity,
		m->file_uid_last };
	struct mbox_before before = { m->sure, was, m->sure_count,
		m->taken_from };

	if (!m->racy && !racy && cc_changes_wanted(m))
		cc_changes_put(entry, &before, &now, m->keywords_there);
}

/* Messages of an entry that are compared with the file. */
#define LOOKED_AT 64

bool
cc_mbox_list_holds(struct mbox *m, const uint32_t *looked, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		cc_mbox_view_drop(m); /* little is read of each */
		if (looked[k] >= m->index.count ||
		    cc_mbox_flags_hold(m, looked[k]) != 1)
			return false;
	}
	return true;
}

/* The index by the change list instead of a parse: 0, or CC_ENOENT. */
static int
load_from_list(struct mbox *m, const struct mbox_stamp *now)
{
	struct mbox_index was = m->index;
	struct mbox_stamp stamp = m->stamp;
	uint32_t looked[LOOKED_AT];
	size_t n = 0;

	if (cc_changes_find(m, now, looked, LOOKED_AT, &n) != 0)
		return CC_ENOENT;
	if (cc_mbox_list_holds(m, looked, n)) {
		m->young = !cc_status_is_settled(&m->stamp);
		cc_mbox_find_twins(m, &was);
		return 0;
	}
	m->list.damaged = true;
	cc_mbox_index_free(&m->index);
	m->index = was;
	m->stamp = stamp;
	cc_mbox_view_drop(m);
	return CC_ENOENT;
}

/* Takes over what the file is by now; list: its state, to which the change
 * list may lead, or NULL. */
static int
rescan(struct mbox *m, const struct mbox_stamp *list)
{
	struct mbox_index was = m->index;
	struct mbox_stamp stamp = m->stamp;
	bool racy = m->racy, young = m->young, listed;
	struct strbuf entry;
	int r;

	m->place.known = false;
	cc_mbox_view_drop(m);
	cc_strbuf_init(&entry, CC_CHANGES_MAX);
	listed = list && !m->tailed && load_from_list(m, list) == 0;
	r = listed ? 0 : cc_mbox_load(m, &was);
	if (r == 0 &&
	    (m->index.uidvalidity == was.uidvalidity || is_virgin(m, &was))) {
		cc_mbox_map_keywords(m, &was.keywords);
		if (!listed)
			note_found(m, &was, racy, &entry);
		r = cc_mbox_join(m, &was);
	} else if (r == 0 || r == CC_EPARSE) {
		r = CC_ECHANGED;
	}
	if (r == CC_ECHANGED && listed)
		m->list.damaged = true;
	/* what was looked at on the way has other numbers now: ghosts count */
	m->place.known = false;
	if (r == 0) {
		cc_mbox_is_sure(m);
		cc_changes_add(m, &entry);
		cc_mbox_index_free(&was);
	} else {
		/* as before: nothing of it was understood */
		cc_mbox_view_drop(m);
		cc_mbox_index_free(&m->index);
		m->index = was;
		m->stamp = stamp;
		m->racy = racy;
		m->young = young;
	}
	cc_strbuf_free(&entry);
	return r;
}

/* ------------------------------------------------------------------- growth */

/* Is the last message still where it was, by the octets that are there now?
 * That its place was found says nothing: it was, before others came. */
static bool
last_is_there(const struct mbox *m, const struct mbox_stamp *now)
{
	for (uint32_t i = m->index.count; i-- > 0;)
		if (!(m->index.msgs[i].flags & MBOX_GONE))
			return cc_mbox_check_message(m, i, now->size) == 0;
	return m->index.end == 0;
}

/* Parses what lies behind the old end. */
static int
parse_growth(struct mbox *m, const struct mbox_stamp *now)
{
	struct mbox_notes notes = { say, NULL, NOTES_MAX };
	struct mbox_window w;
	int r;

	cc_mbox_window_init(&w, m->fd, CC_READ_WINDOW);
	r = cc_mbox_parse(&m->index, &w, (uint64_t)now->size, &notes);
	cc_mbox_window_free(&w);
	return r == 0 && m->index.exhausted ? CC_ECHANGED : r;
}

/* Has any of these messages no UID in the file? */
static bool
some_miss(const struct mbox_index *index, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++)
		if ((index->msgs[i].flags & (MBOX_NO_UID | MBOX_GONE)) ==
		    MBOX_NO_UID)
			return true;
	return false;
}

/* The UIDs of messages from `from' on, of which others may have told some
 * before; on disk before we tell them. */
static int
settle_growth(struct mbox *m, uint32_t from, uint32_t last)
{
	bool missing = some_miss(&m->index, from, m->index.count);
	int r;

	/* the record counts all that look alike from the first UID on that is
	 * missing; until then nobody looked for them */
	if ((missing && !some_miss(&m->index, 0, from)) ||
	    cc_mbox_looks_known(&m->index, from))
		cc_mbox_find_twins(m, NULL);
	if (!missing) {
		cc_mbox_uids_reserve(m, m->index.uid_last);
		return 0;
	}
	if ((r = cc_mbox_get_exclusive(m)) != 0 ||
	    (r = cc_mbox_uids_settle_new(m, from, last)) != 0)
		return r;
	cc_mbox_uids_save(m);
	return 0;
}

/* Takes in what was delivered behind the old end: 0, or negative and nothing
 * is taken in. */
static int
grow(struct mbox *m, const struct mbox_stamp *now)
{
	const struct mbox_stamp stamp = m->stamp;
	const uint32_t count = m->index.count, last = m->index.uid_last;
	const uint32_t file_last = m->file_uid_last;
	const uint64_t end = m->index.end;
	int r;

	if ((r = parse_growth(m, now)) == 0) {
		m->stamp = *now;
		m->file_uid_last = m->index.uid_last;
		r = settle_growth(m, count, last);
	}
	if (r == 0) {
		m->stale = true;
		return 0;
	}
	m->stamp = stamp;
	m->file_uid_last = file_last;
	m->index.count = count;
	m->index.uid_last = last;
	m->index.end = end;
	m->index.exhausted = false;
	return r;
}

/* --------------------------------------------------------------------- sync */

static int
resync(struct mbox *m, const struct mbox_stamp *list, const char **why_r)
{
	int r = rescan(m, list);

	/* no session ends for what only the list says */
	if (r == CC_ECHANGED && m->list.damaged && list)
		r = rescan(m, NULL);
	*why_r = CC_MBOX_UNEXPECTED;
	if (r == CC_ECHANGED) {
		m->dead = true;
		m->why = CC_MBOX_UNEXPECTED;
	}
	return r;
}

/* quick: growth of a large file is news enough; flags of the messages before
 * it are looked at when there is nothing else to do. */
static int
sync_with(struct mbox *m, bool quick, const char **why_r)
{
	struct mbox_stamp now;
	struct stat st;

	*why_r = CC_MBOX_UNEXPECTED;
	if (m->dead)
		return CC_ECHANGED;
	if (fstat(m->fd, &st) != 0)
		return CC_EIO;
	cc_mbox_stamp_of(&st, &now);
	if (cc_mbox_stamp_same(&now, &m->stamp) && !m->stale)
		return 0;
	if (quick && !m->tailed && now.dev == m->stamp.dev &&
	    now.ino == m->stamp.ino && now.size > m->stamp.size &&
	    m->index.end > RESCAN_MAX && last_is_there(m, &now) &&
	    grow(m, &now) == 0)
		return 0;
	return resync(m, &now, why_r);
}

int
cc_mbox_sync(struct mbox *m, const char **why_r)
{
	return sync_with(m, false, why_r);
}

int
cc_mbox_sync_quick(struct mbox *m, const char **why_r)
{
	return sync_with(m, true, why_r);
}

int
cc_mbox_sync_sure(struct mbox *m, const char **why_r)
{
	if (m->racy || cc_mbox_is_coarse(&m->stamp))
		m->stale = true;
	return sync_with(m, false, why_r);
}

int
cc_mbox_resync(struct mbox *m, const char **why_r)
{
	return resync(m, NULL, why_r);
}

int
cc_mbox_refresh(struct mbox *m)
{
	struct mbox_lock lock;
	const char *why;
	int r;

	if (m->dead)
		return CC_ECHANGED;
	r = cc_mbox_lock(m, FDLOCK_SH, CC_MBOX_WAIT_STORE, &lock);
	if (r != 0)
		return r;
	r = sync_with(m, false, &why);
	cc_mbox_unlock(&lock);
	return r;
}

bool
cc_mbox_find_again(struct mbox *m, uint32_t i, int *tries)
{
	return ++*tries <= TRIES_MAX && !(m->index.msgs[i].flags & MBOX_GONE) &&
	    cc_mbox_refresh(m) == 0;
}
