/*
 * mboxfile_sync.c - learning what others did to a mailbox that is open, and
 * telling the client when it may hear it (formats/unix.md section 8).
 *
 * Growth of a large file is parsed from its old end; any other change means a
 * parse of everything, whose messages are recognised by their UIDs. A message
 * that is gone stays in the index as a ghost until its expunge may be told,
 * so that message numbers mean the same to client and driver at any time.
 * What cannot be recognised ends the session: never is a message shown under
 * the number or UID of another.
 */
#include <sys/stat.h>

#include "cc_ctype.h"
#include "cc_err.h"
#include "cc_limits.h"
#include "fdio.h"
#include "fs.h"
#include "mail.h"
#include "mboxfile.h"
#include "mboxfile_changes.h"
#include "misc.h"
#include "osdep.h"
#include "strbuf.h"

/* Octets of a file that is parsed as a whole each time it grows, which costs
 * less than a millisecond and shows what others did to flags as well. */
#define RESCAN_MAX (4u * 1024 * 1024)

#define NOTES_MAX 10

/* Octets of white space in front of a delivery that are looked at. */
#define JUNK_MAX 1024

static const char changed[] = "Unexpected changes to mailbox (try restarting)";

static void
say(void *arg, const char *text)
{
	(void)arg;
	mm_log((char *)text, WARN);
}

/* ---------------------------------------------------------------- keywords */

/* The keywords of the index in the order in which the session knows them. */
static void
map_keywords(struct mbox *m, struct mbox_keywords *known)
{
	struct mbox_index *index = &m->index;
	uint32_t bit[32] = { 0 };

	m->keywords_there = 0;
	m->keywords_lost = false;
	for (unsigned k = 0; k < index->keywords.count; k++) {
		struct span name = cc_span_z(index->keywords.name[k]);
		int n = cc_mbox_keywords_find(known, name);

		if (n < 0)
			n = cc_mbox_keywords_add(known, name);
		if (n >= 0)
			bit[k] = (uint32_t)1 << n;
		else
			m->keywords_lost = true;
		m->keywords_there |= bit[k];
	}
	cc_mbox_index_rename(index, bit, known);
}

/* ------------------------------------------------------------------- match */

/* What the session knows of a message, and what the file says now. */
static void
match(struct mbox *m, struct mbox_msg *now, const struct mbox_msg *was)
{
	const unsigned shown = MBOX_SYSTEM & ~(unsigned)fOLD;
	struct mbox_change ours = { 0 };

	now->flags |= was->flags & MBOX_TELL;
	if (was->flags & MBOX_DIRTY) {
		/* ours are younger, and will be written */
		ours = cc_mbox_change_of(m, was->uid);
		now->flags |= was->flags & (MBOX_DIRTY | MBOX_PENDING);
	}
	now->keywords ^= (now->keywords ^ was->keywords) & ours.keywords;
	now->flags ^= (uint16_t)((now->flags ^ was->flags) & ours.flags);
	if (now->keywords != was->keywords ||
	    ((now->flags ^ was->flags) & shown) != 0) {
		now->flags |= MBOX_TELL;
		m->tell = true;
	}
	/* what was \Recent for this session stays so until its end */
	now->flags = (uint16_t)((now->flags & ~fOLD) | (was->flags & fOLD));
}

/* Ghosts take no room: each begins where the next message does. */
static void
place_ghosts(struct mbox_index *index)
{
	uint64_t next = index->end;

	for (uint32_t i = index->count; i-- > 0;) {
		if (index->msgs[i].flags & MBOX_GONE)
			index->msgs[i].pos = next & CC_MBOX_SIZE_MAX;
		next = index->msgs[i].pos;
	}
}

/* Both are in the order of UIDs. */
static void
keep_changes(struct mbox *m)
{
	size_t kept = 0, k = 0;

	for (uint32_t i = m->dirty_from; i < m->dirty_to; i++) {
		const struct mbox_msg *msg = &m->index.msgs[i];

		while (k < m->change_count && m->changes[k].uid < msg->uid)
			k++;
		if (k < m->change_count && m->changes[k].uid == msg->uid &&
		    (msg->flags & MBOX_DIRTY))
			m->changes[kept++] = m->changes[k++];
	}
	m->change_count = kept;
}

void
cc_mbox_find_dirty(struct mbox *m)
{
	m->dirty_from = m->dirty_to = 0;
	for (uint32_t i = 0; i < m->index.count; i++) {
		if (!(m->index.msgs[i].flags & MBOX_DIRTY))
			continue;
		if (m->dirty_to == 0)
			m->dirty_from = i;
		m->dirty_to = i + 1;
	}
	keep_changes(m);
}

/* Is there only white space between the old end of the file and position end?
 * A delivery may begin with it; then it belongs to the message before. */
static bool
is_junk_to(const struct mbox *m, uint64_t old_end, uint64_t end)
{
	char buf[JUNK_MAX];
	size_t got;

	if (end < old_end || end - old_end > sizeof(buf) ||
	    cc_fd_read_at(m->fd, old_end, buf, (size_t)(end - old_end), &got) !=
		0)
		return false;
	return cc_span_trim(cc_span(buf, got)).len == 0;
}

/*
 * A rewrite supplies the line ends that a torn message lacks, and empty lines
 * that came behind the last message are its own from then on. Mail readers add
 * and remove header lines about its text (Content-Length, Lines). Under a
 * header that is as it was, nothing else may change. end: where the message
 * now ends.
 */
static bool
same_message(const struct mbox *m, const struct mbox_index *was, uint32_t i,
    const struct mbox_msg *now, uint64_t end)
{
	const struct mbox_msg *old = &was->msgs[i];

	if (old->from_sum != now->from_sum)
		return false;
	if (cc_mbox_msg_same(old, now) || old->head_sum != now->head_sum ||
	    (old->flags & (MBOX_OPEN_HEADER | MBOX_OPEN_LINE)) != 0)
		return true;
	return i + 1 == was->count && old->pos == now->pos &&
	    is_junk_to(m, was->end, end);
}

/*
 * Joins what was known with what there is, by UID. CC_ECHANGED if a message
 * turned up between known ones, or with a UID that was given before, or is
 * another than it was.
 */
static int
join(struct mbox *m, const struct mbox_index *was)
{
	struct mbox_index all = m->index;
	struct mbox_index *now = &m->index;
	bool ok = true;
	uint32_t j = 0;

	all.msgs = NULL;
	all.count = all.room = 0;
	for (uint32_t i = 0; i < was->count; i++) {
		struct mbox_msg msg = was->msgs[i];

		if (!(msg.flags & MBOX_GONE) && j < now->count &&
		    now->msgs[j].uid == msg.uid) {
			msg = now->msgs[j];
			ok = ok &&
			    same_message(m, was, i, &msg,
				cc_mbox_msg_end(now, j));
			j++;
			match(m, &msg, &was->msgs[i]);
		} else if (i >= m->known) {
			continue; /* came and went untold */
		} else {
			msg.flags |= MBOX_GONE;
			msg.flags &= (uint16_t) ~(MBOX_DIRTY | MBOX_PENDING);
			m->ghosts = true;
		}
		cc_mbox_index_put(&all, &msg);
	}
	for (; ok && j < now->count && now->msgs[j].uid > was->uid_last; j++)
		cc_mbox_index_put(&all, &now->msgs[j]);
	if (!ok || j < now->count) {
		fs_give((void **)&all.msgs);
		return CC_ECHANGED;
	}
	fs_give((void **)&now->msgs);
	*now = all;
	place_ghosts(now);
	cc_mbox_find_dirty(m);
	return 0;
}

/* ------------------------------------------------------------------ changes */

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
	bool racy = m->racy, listed;
	struct strbuf entry;
	int r;

	m->place.known = false;
	cc_mbox_view_drop(m);
	cc_strbuf_init(&entry, CC_CHANGES_MAX);
	listed = list && !m->tailed && load_from_list(m, list) == 0;
	r = listed ? 0 : cc_mbox_load(m, &was);
	if (r == 0 &&
	    (m->index.uidvalidity == was.uidvalidity || is_virgin(m, &was))) {
		map_keywords(m, &was.keywords);
		if (!listed)
			note_found(m, &was, racy, &entry);
		r = join(m, &was);
	} else if (r == 0 || r == CC_EPARSE) {
		r = CC_ECHANGED;
	}
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
	}
	cc_strbuf_free(&entry);
	return r;
}

/* Is the last message still where it was? */
static bool
last_is_there(struct mbox *m)
{
	struct mbox_place place;

	for (uint32_t i = m->index.count; i-- > 0;)
		if (!(m->index.msgs[i].flags & MBOX_GONE))
			return cc_mbox_locate(m, i, &place) == 0;
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

/* quick: growth of a large file is news enough; flags of the messages before
 * it are looked at when there is nothing else to do. */
static int resync(struct mbox *m, const struct mbox_stamp *list,
    const char **why_r);

static int
sync_with(struct mbox *m, bool quick, const char **why_r)
{
	struct mbox_stamp now;
	struct stat st;

	*why_r = changed;
	if (m->dead)
		return CC_ECHANGED;
	if (fstat(m->fd, &st) != 0)
		return CC_EIO;
	cc_mbox_stamp_of(&st, &now);
	if (cc_mbox_stamp_same(&now, &m->stamp) && !m->stale)
		return 0;
	if (quick && !m->tailed && now.dev == m->stamp.dev &&
	    now.ino == m->stamp.ino && now.size > m->stamp.size &&
	    m->index.end > RESCAN_MAX && last_is_there(m) && grow(m, &now) == 0)
		return 0;
	return resync(m, &now, why_r);
}

int
cc_mbox_sync(struct mbox *m, const char **why_r)
{
	return sync_with(m, false, why_r);
}

int
cc_mbox_sync_sure(struct mbox *m, const char **why_r)
{
	if (m->racy || cc_mbox_is_coarse(&m->stamp))
		m->stale = true;
	return sync_with(m, false, why_r);
}

static int
resync(struct mbox *m, const struct mbox_stamp *list, const char **why_r)
{
	int r = rescan(m, list);

	*why_r = changed;
	if (r == CC_ECHANGED) {
		m->dead = true;
		m->why = changed;
	}
	return r;
}

int
cc_mbox_resync(struct mbox *m, const char **why_r)
{
	return resync(m, NULL, why_r);
}

/* ----------------------------------------------------------------- telling */

/* Ends the session's use of the mailbox with a reason for the user: each ping
 * fails from now on. */
static void
die(struct mbox *m, const char *why)
{
	m->dead = true;
	m->why = NULL;
	mm_log((char *)why, ERROR);
}

/* A file that lost octets, or changed in another way that is not understood. */
static void
die_changed(struct mbox *m, const char *why)
{
	struct strbuf b;
	struct stat st;

	cc_strbuf_init(&b, MAILTMPLEN - 1);
	if (fstat(m->fd, &st) == 0 && st.st_size < m->stamp.size)
		cc_strbuf_printf(&b,
		    "Mailbox shrank from %lld to %lld bytes, aborted",
		    (long long)m->stamp.size, (long long)st.st_size);
	else
		cc_strbuf_puts(&b, why);
	die(m, cc_strbuf_str(&b));
	cc_strbuf_free(&b);
}

static void
tell_expunged(struct mbox *m, MAILSTREAM *stream)
{
	struct mbox_index *index = &m->index;
	uint32_t to = 0;

	/* from the last to the first: the numbers before it stay true */
	for (uint32_t i = index->count; i-- > 0;)
		if (index->msgs[i].flags & MBOX_GONE) {
			mail_expunged(stream, (unsigned long)i + 1);
			m->known--;
		}
	for (uint32_t i = 0; i < index->count; i++)
		if (!(index->msgs[i].flags & MBOX_GONE))
			index->msgs[to++] = index->msgs[i];
	index->count = to;
	m->ghosts = false;
	m->place.known = false;
	if (m->view.of_one)
		cc_mbox_view_drop(m);
	cc_mbox_find_dirty(m);
}

static void
tell_flags(struct mbox *m, MAILSTREAM *stream)
{
	for (uint32_t i = 0; i < m->known; i++)
		if (m->index.msgs[i].flags & MBOX_TELL) {
			m->index.msgs[i].flags &= (uint16_t)~MBOX_TELL;
			cc_mail_changed(stream, (unsigned long)i + 1);
		}
	m->tell = false;
}

/* Keywords that the client does not know yet. */
static void
tell_keywords(struct mbox *m, MAILSTREAM *stream)
{
	const struct mbox_keywords *list = &m->index.keywords;
	bool none = m->rdonly || cc_mbox_is_plain(m);

	for (unsigned i = 0; i < list->count; i++)
		if (!stream->user_flags[i])
			stream->user_flags[i] = cpystr(list->name[i]);
	stream->perm_user_flags =
	    none ? 0 : ((unsigned long)1 << list->count) - 1;
	stream->kwd_create = !none && list->count < CC_MBOX_KEYWORDS;
}

static unsigned long
count_recent(const struct mbox *m)
{
	unsigned long n = 0;

	for (uint32_t i = 0; i < m->index.count; i++)
		n += !(m->index.msgs[i].flags & fOLD);
	return n;
}

void
cc_mbox_tell(struct mbox *m, MAILSTREAM *stream, bool expunge)
{
	bool news = m->index.count > m->known;

	if (m->ghosts && expunge) {
		tell_expunged(m, stream);
		news = true;
	}
	stream->uid_validity = m->index.uidvalidity;
	stream->uid_last = m->index.uid_last;
	stream->uid_nosticky = m->uid_nosticky || cc_mbox_is_plain(m);
	tell_keywords(m, stream);
	if (m->tell)
		tell_flags(m, stream);
	if (!news)
		return;
	m->known = m->index.count;
	mail_exists(stream, m->known);
	mail_recent(stream, count_recent(m));
}

static bool
may_expunge(MAILSTREAM *stream)
{
	return mail_parameters(NIL, GET_EXPUNGEATPING, NIL) != NIL ||
	    mail_parameters(NIL, GET_ONETIMEEXPUNGEATPING, NIL) == stream;
}

int
cc_mbox_refresh(struct mbox *m)
{
	struct mbox_lock lock;
	const char *why;
	int r;

	if (m->dead)
		return CC_ECHANGED;
	r = cc_mbox_lock(m, FDLOCK_SH, CC_MBOX_WAIT_PING, &lock);
	if (r != 0)
		return r;
	r = sync_with(m, false, &why);
	cc_mbox_unlock(&lock);
	return r;
}

/* Looks at a file that changed; false if the session is over. */
static bool
take_changes(struct mbox *m)
{
	const char *why = changed;
	struct mbox_lock lock;
	int r;

	r = cc_mbox_lock(m, FDLOCK_SH, CC_MBOX_WAIT_PING, &lock);
	if (r == 0) {
		r = sync_with(m, true, &why);
		cc_mbox_unlock(&lock);
	}
	if (r == CC_ECHANGED)
		die_changed(m, why);
	else if (r == CC_ENOENT)
		die(m, "Mailbox was removed");
	/* else busy, or not to be read for once: at the next ping, then */
	return !m->dead;
}

bool
cc_mbox_ping(struct mbox *m, MAILSTREAM *stream)
{
	struct mbox_stamp now;
	struct stat st;

	if (m->dead && m->why)
		die_changed(m, m->why);
	if (m->dead)
		return false;
	cc_mbox_adopt_keywords(m, stream);
	if (m->late != 0 && time(NULL) - m->late >= CC_MBOX_LATE)
		(void)cc_mbox_bring(m); /* what failed is tried again */
	if (stat(m->path, &st) != 0) {
		if (cc_err_errno() == CC_ENOENT)
			die(m, "Mailbox was removed");
		return !m->dead;
	}
	cc_mbox_stamp_of(&st, &now);
	if ((m->stale || !cc_mbox_stamp_same(&now, &m->stamp)) &&
	    !take_changes(m))
		return false;
	cc_mbox_tell(m, stream, may_expunge(stream));
	return true;
}
