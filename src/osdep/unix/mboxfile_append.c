/*
 * mboxfile_append.c - adding messages to a mailbox file (formats/unix.md
 * section 7).
 *
 * The messages are collected before (mboxfile_spool.h); here they get their
 * internal lines and UIDs and are written behind the file's end, with one
 * sync, under all locks. The last UID at the front is raised before, in
 * place: a number that was used is never free again, whatever is killed. If
 * another program keeps the mailbox (it has the inode lock), only the text is
 * added, without UIDs: that program gives them.
 *
 * A large mailbox is parsed once. Afterwards it is enough to know its end:
 * what is remembered counts if the last message and the front are what they
 * were, and what was delivered behind it is parsed.
 */
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "cc_err.h"
#include "cc_limits.h"
#include "cc_say.h"
#include "env_state.h"
#include "fdlock.h"
#include "fs.h"
#include "mail.h"
#include "mboxfile_append.h"
#include "mboxfile_undo.h"
#include "misc.h"
#include "privdir.h"
#include "uidrecord.h"
#include "fdio.h"

/* Octets of an append that are parsed again to see that all went well. */
#define VERIFY_MAX (4u * 1024 * 1024)

/* Octets that are read to see if a message is still there. */
#define SMALL_READ (4u * 1024)

/* A mailbox, of whose messages only the last is known between appends. */
struct mbox_tail {
	struct mbox m;
	pid_t kept_by; /* process that keeps the inode lock, or 0 */
	bool last_only;
	bool missing; /* some messages in the file have no X-UID */
};

/* An append in progress. */
struct append {
	struct mbox_tail *tail;
	struct mbox *m;
	const struct mbox_spool *spool;
	bool full;     /* we have all locks */
	bool old;      /* messages are marked `O' */
	bool uids;     /* messages get X-UID */
	bool base;     /* the first message carries X-IMAPbase */
	bool plain;    /* neither UIDs nor keywords are wanted here */
	uint32_t last; /* UID of the last message */
	uint32_t bits[CC_MBOX_KEYWORDS]; /* of the spool's keywords here */
	bool lost[CC_MBOX_KEYWORDS];     /* that this mailbox cannot take */
	struct mbox_base_place place;    /* digits: 0 if it was not raised */
	uint64_t size;                   /* of the file */
	struct strbuf blocks;            /* internal lines */
	struct mbox_text text;
};

/* ----------------------------------------------------------- what is known */

static void
tail_free(void *p)
{
	struct mbox_tail *tail = p;

	cc_mbox_free(&tail->m);
	fs_give(&p);
}

/* What is remembered of the mailbox at path, or nothing. The caller owns it:
 * another thread that asks meanwhile gets none. */
static struct mbox_tail *
recall(const char *path)
{
	struct mbox_tail *tail;

	tail =
	    __atomic_exchange_n(&cc_env()->append_tail, NULL, __ATOMIC_ACQ_REL);
	if (tail && strcmp(tail->m.path, path) == 0)
		return tail;
	if (tail)
		tail_free(tail);
	tail = fs_get(sizeof(*tail));
	*tail = (struct mbox_tail){
		.m = { .path = cpystr(path), .fd = -1, .hidden = true }
	};
	return tail;
}

static void
remember(struct mbox_tail *tail)
{
	struct cc_env *env = cc_env();

	close(tail->m.fd);
	tail->m.fd = -1;
	cc_mbox_view_drop(&tail->m);
	fs_give((void **)&tail->m.view.buf);
	env->append_tail_free = tail_free;
	tail = __atomic_exchange_n(&env->append_tail, (void *)tail,
	    __ATOMIC_ACQ_REL);
	if (tail)
		tail_free(tail);
}

static void
forget(struct mbox_tail *tail)
{
	cc_mbox_index_free(&tail->m.index);
	tail->last_only = tail->missing = false;
}

/* Keeps the last message alone. */
static void
trim(struct mbox_tail *tail)
{
	struct mbox_index *index = &tail->m.index;

	if (index->count > 1)
		index->msgs[0] = index->msgs[index->count - 1];
	if (index->count > 0) {
		index->count = index->room = 1;
		fs_resize((void **)&index->msgs, sizeof(*index->msgs));
	}
	tail->last_only = true;
}

static int
load(struct mbox_tail *tail)
{
	struct mbox *m = &tail->m;
	int r;

	forget(tail);
	if ((r = cc_mbox_load(m, NULL)) != 0)
		return r;
	tail->missing = cc_mbox_uids_missing(&m->index);
	m->keywords_there =
	    (uint32_t)(((uint64_t)1 << m->index.keywords.count) - 1);
	return 0;
}

/* Is the last message that is known where it was? */
static bool
last_is_there(const struct mbox *m)
{
	const struct mbox_index *index = &m->index;
	const struct mbox_msg *last = index->count > 0
	    ? &index->msgs[index->count - 1]
	    : &index->internal;
	struct mbox_window w;
	struct mbox_msg now;
	uint64_t text;
	int r;

	cc_mbox_window_init(&w, m->fd, SMALL_READ);
	r = cc_mbox_read_sums(&w, last->pos, index->end, &now, &text);
	cc_mbox_window_free(&w);
	return r == 0 && now.from_sum == last->from_sum &&
	    now.head_sum == last->head_sum && now.junk == last->junk;
}

/* Others of ours may have told UIDs that are in no file yet. */
static void
mind_record(struct mbox *m, const struct stat *st)
{
	int privdir = cc_privdir_open();
	struct uidrecord rec;

	if (privdir < 0)
		return;
	m->uid_safe = 0;
	if (cc_uidrecord_read(privdir, st, &rec) == 0) {
		if (rec.uidvalidity == m->index.uidvalidity)
			m->uid_safe = cc_uidrecord_floor(&rec, true);
		if (rec.uidvalidity == m->index.uidvalidity &&
		    rec.uidlast > m->index.uid_last &&
		    rec.uidlast <= CC_MBOX_UID_MAX)
			m->index.uid_last = rec.uidlast;
		cc_uidrecord_free(&rec);
	}
	close(privdir);
}

/* Takes in what was delivered since. */
static int
grow(struct mbox_tail *tail, uint64_t size)
{
	struct mbox *m = &tail->m;
	uint32_t before = m->index.count;
	struct mbox_window w;
	int r;

	cc_mbox_window_init(&w, m->fd, CC_READ_WINDOW);
	r = cc_mbox_parse(&m->index, &w, size, NULL);
	cc_mbox_window_free(&w);
	for (uint32_t i = before; r == 0 && i < m->index.count; i++)
		if (m->index.msgs[i].flags & MBOX_NO_UID)
			tail->missing = true;
	return r == 0 && m->index.exhausted ? CC_ECHANGED : r;
}

/* Is what is remembered still so? */
static bool
holds(const struct mbox *m, const struct stat *st)
{
	struct mbox_base_place base;

	return m->index.started && m->stamp.dev == st->st_dev &&
	    m->stamp.ino == st->st_ino &&
	    (uint64_t)st->st_size >= m->index.end && last_is_there(m) &&
	    cc_mbox_base_find(m, &base) == 1 &&
	    base.uidvalidity == m->index.uidvalidity &&
	    base.last == m->index.uid_base;
}

static int
learn(struct append *a)
{
	struct mbox *m = a->m;
	struct stat st;

	if (fstat(m->fd, &st) != 0)
		return CC_EIO;
	a->size = (uint64_t)st.st_size;
	if (!holds(m, &st))
		return load(a->tail);
	mind_record(m, &st);
	if (m->index.end < a->size && grow(a->tail, a->size) != 0)
		return load(a->tail);
	return 0;
}

/* ---------------------------------------------------------- keywords, UIDs */

/* Does any message have keyword k of the spool? */
static bool
is_used(const struct mbox_spool *spool, unsigned k)
{
	for (size_t i = 0; i < spool->count; i++)
		if (spool->msgs[i].keywords & (uint32_t)1 << k)
			return true;
	return false;
}

/* What the spool's keywords are here; new ones are added. */
static void
map_keywords(struct append *a)
{
	struct mbox_keywords *list = &a->m->index.keywords;

	for (unsigned k = 0; k < a->spool->keywords.count; k++) {
		struct span name = cc_span_z(a->spool->keywords.name[k]);
		int n = cc_mbox_keywords_find(list, name);

		a->bits[k] = 0;
		a->lost[k] = false;
		if (!is_used(a->spool, k))
			continue;
		if (n < 0 && a->uids)
			n = cc_mbox_keywords_add(list, name);
		a->lost[k] = n < 0;
		if (n >= 0)
			a->bits[k] = (uint32_t)1 << n;
	}
}

/* A mailbox that had none gets those that new mailboxes have. */
static void
default_keywords(struct mbox *m)
{
	char *const *name = cc_env()->keywords;

	for (int i = 0; i < CC_ENV_KEYWORDS && name[i]; i++)
		if (cc_mbox_keywords_find(&m->index.keywords,
			cc_span_z(name[i])) < 0)
			(void)cc_mbox_keywords_add(&m->index.keywords,
			    cc_span_z(name[i]));
}

static bool
has_new_keywords(const struct mbox *m)
{
	return m->keywords_there !=
	    (uint32_t)(((uint64_t)1 << m->index.keywords.count) - 1);
}

/* Without UIDs, since they could not be written. */
static int
give_up_uids(struct append *a)
{
	int r = load(a->tail);

	a->uids = false;
	if (r == 0)
		map_keywords(a);
	return r;
}

/* The file must carry more than a number: UIDs of other messages, keywords, a
 * UIDVALIDITY, one digit more. */
static int
carry(struct append *a)
{
	struct mbox *m = a->m;
	struct stat st;
	int r = 0;

	if (a->tail->last_only && (r = load(a->tail)) != 0)
		return r;
	a->tail->last_only = false;
	if (m->file_uidvalidity == 0)
		default_keywords(m);
	map_keywords(a);
	a->last = m->index.uid_last + (uint32_t)a->spool->count;
	m->index.uid_last = a->last;
	r = cc_mbox_carry(m);
	if (r == CC_EACCESS)
		return give_up_uids(a);
	if (r == 0 && fstat(m->fd, &st) != 0)
		r = CC_EIO;
	if (r == 0) {
		a->size = (uint64_t)st.st_size;
		a->tail->missing = cc_mbox_uids_missing(&m->index);
		m->keywords_there =
		    (uint32_t)(((uint64_t)1 << m->index.keywords.count) - 1);
	}
	return r;
}

/* Makes sure that the UIDs of the new messages are never given again. */
static int
reserve(struct append *a)
{
	struct mbox_index *index = &a->m->index;
	struct mbox_base_place place;
	int r;

	a->place.digits = 0;
	if (index->uid_last > CC_MBOX_UID_MAX - a->spool->count) {
		a->uids = false;
		return 0;
	}
	a->last = index->uid_last + (uint32_t)a->spool->count;
	if (a->base)
		return 0;
	if (a->tail->missing || has_new_keywords(a->m) ||
	    a->m->file_uidvalidity != index->uidvalidity)
		return carry(a);
	if ((r = cc_mbox_base_find(a->m, &place)) < 0)
		return r;
	if (r == 0 || place.uidvalidity != index->uidvalidity)
		return carry(a);
	if ((r = cc_mbox_base_raise(a->m, &place, a->last)) <= 0)
		return r < 0 ? r : carry(a);
	index->uid_base = a->last;
	a->place = place;
	return 0;
}

/* Nothing was added: the mailbox is as it was. */
static void
take_back(struct append *a)
{
	uint32_t before = a->place.last;
	struct stat st;

	if (a->place.digits == 0 || fstat(a->m->fd, &st) != 0 ||
	    (uint64_t)st.st_size != a->size)
		return;
	a->place.last = a->last;
	(void)cc_mbox_base_raise(a->m, &a->place, before);
}

/* What the new messages may have here. */
static int
prepare(struct append *a)
{
	struct mbox *m = a->m;

	a->plain = cc_mbox_is_plain(m);
	a->uids = a->full && !a->plain;
	a->base = a->uids && !m->index.started;
	if (a->base)
		default_keywords(m);
	map_keywords(a);
	return a->uids ? reserve(a) : 0;
}

/* ------------------------------------------------------------------- text */

/* Line ends that the file lacks: ours must begin a line, outside of a header
 * and behind an empty line. */
static int
missing_ends(const struct append *a, const char **ends_r)
{
	const struct mbox_index *index = &a->m->index;
	unsigned flags = index->count > 0 ? index->msgs[index->count - 1].flags
	    : index->started              ? index->internal.flags
					  : MBOX_SEPARATOR;
	char end = '\n';
	size_t got;
	int r = 0;

	if (a->size > 0)
		r = cc_fd_read_at(a->m->fd, a->size - 1, &end, 1, &got);
	if (end != '\n')
		*ends_r = "\n\n";
	else
		*ends_r = flags & MBOX_SEPARATOR && !(flags & MBOX_OPEN_HEADER)
		    ? ""
		    : "\n";
	return r;
}

static uint32_t
keywords_of(const struct append *a, const struct mbox_new *msg)
{
	uint32_t bits = 0;

	for (unsigned k = 0; k < a->spool->keywords.count; k++)
		if (msg->keywords & (uint32_t)1 << k)
			bits |= a->bits[k];
	return bits;
}

/* The internal lines of message i. */
static void
put_block(struct append *a, size_t i)
{
	const struct mbox_index *index = &a->m->index;
	const struct mbox_new *msg = &a->spool->msgs[i];
	struct strbuf *out = &a->blocks;
	bool base = a->base && i == 0;
	unsigned flags = msg->flags & MBOX_SYSTEM & ~(unsigned)fOLD;
	size_t start = out->len;

	if (a->old && a->full)
		flags |= fOLD;
	if (base)
		cc_mbox_put_base(out, "X-IMAPbase", 0, index->uidvalidity,
		    a->last, &index->keywords);
	if (a->plain)
		cc_mbox_put_flags(out, flags);
	else
		cc_mbox_put_status(out, flags, keywords_of(a, msg),
		    &index->keywords, start,
		    base ? CC_MBOX_PAD_BASE : CC_MBOX_PAD);
	if (a->uids)
		cc_strbuf_printf(out, "X-UID: %lu\n",
		    (unsigned long)(a->last - a->spool->count + 1 + i));
}

static int
compose(struct append *a)
{
	size_t n = a->spool->count, *blocks = fs_get((n + 1) * sizeof(*blocks));
	const char *ends = "";
	uint64_t at = 0;
	int r = missing_ends(a, &ends);

	for (size_t i = 0; i < n; i++) {
		blocks[i] = a->blocks.len;
		put_block(a, i);
	}
	blocks[n] = a->blocks.len;
	cc_text_add(&a->text, ends, 0, strlen(ends));
	for (size_t i = 0; i < n; i++) {
		const struct mbox_new *msg = &a->spool->msgs[i];

		cc_text_begin(&a->text);
		cc_text_add(&a->text, NULL, at, msg->block - at);
		cc_text_add(&a->text, a->blocks.data + blocks[i], 0,
		    blocks[i + 1] - blocks[i]);
		cc_text_add(&a->text, NULL, msg->block, msg->end - msg->block);
		at = msg->end;
	}
	fs_give((void **)&blocks);
	return r;
}

/* ------------------------------------------------------------------- append */

/* Does the file have the messages with the UIDs that will be told? */
static bool
is_there(struct append *a)
{
	struct mbox_index *index = &a->m->index;
	uint32_t before = index->count, n = (uint32_t)a->spool->count;
	int r;

	if (a->base) {
		before = 0;
		r = load(a->tail);
	} else {
		if (a->uids)
			index->uid_last = a->last - n;
		r = grow(a->tail, a->size + a->text.len);
	}
	if (r != 0 || index->count != before + n)
		return false;
	return !a->uids ||
	    (index->msgs[before].uid == a->last - n + 1 &&
		index->msgs[before + n - 1].uid == a->last &&
		(index->msgs[before].flags & MBOX_NO_UID) == 0);
}

/* The text is there and synced. */
static void
finish(struct append *a, struct mbox_appended *result_r)
{
	bool small = a->text.len <= VERIFY_MAX;

	*result_r = (struct mbox_appended){ 0, 0 };
	if (a->uids && (!small || is_there(a)))
		*result_r = (struct mbox_appended){ a->m->index.uidvalidity,
			a->last - (uint32_t)a->spool->count + 1 };
	else if (!a->uids && small && !is_there(a))
		small = false;
	if (a->base && result_r->uid != 0)
		cc_mbox_uids_forget(a->m, false);
	if (result_r->uid != 0)
		cc_mbox_uids_reserve(a->m, a->last);
	if (small && (!a->uids || result_r->uid != 0))
		trim(a->tail);
	else
		forget(a->tail);
	/* after the last read, which would leave its time */
	cc_mbox_set_times(a->m, true);
}

static int
append_locked(struct append *a, struct mbox_appended *result_r)
{
	int r;

	if ((r = learn(a)) != 0 || (r = prepare(a)) != 0)
		return r;
	cc_strbuf_init(&a->blocks, SIZE_MAX);
	cc_text_init(&a->text, a->spool);
	if ((r = compose(a)) == 0 &&
	    (r = cc_undo_append(a->m, a->size, &a->text)) == 0)
		finish(a, result_r);
	if (r != 0)
		take_back(a);
	cc_text_free(&a->text);
	cc_strbuf_free(&a->blocks);
	return r;
}

static void
warn_keywords(const struct append *a)
{
	for (unsigned k = 0; k < a->spool->keywords.count; k++) {
		if (!a->lost[k])
			continue;
		cc_say(WARN, "Unknown flag: %s", a->spool->keywords.name[k]);
	}
}

static int
open_file(struct mbox *m)
{
	struct stat st;

	m->fd = open(m->path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (m->fd < 0)
		return cc_err_errno();
	if (fstat(m->fd, &st) != 0)
		return CC_EIO;
	return S_ISREG(st.st_mode) ? 0 : CC_EINVAL;
}

int
cc_mbox_append(const char *path, const struct mbox_spool *spool, bool old,
    struct mbox_appended *result_r)
{
	struct mbox_tail *tail = recall(path);
	struct append a = {
		.tail = tail, .m = &tail->m, .spool = spool, .old = old
	};
	struct mbox_lock lock;
	int r = open_file(a.m);

	if (r == 0)
		r = cc_mbox_lock_append(a.m, CC_MBOX_WAIT_APPEND,
		    &tail->kept_by, &lock, &a.full);
	if (r == 0) {
		r = append_locked(&a, result_r);
		cc_mbox_unlock(&lock);
	}
	if (r != 0) {
		tail_free(tail);
		return r;
	}
	remember(tail);
	warn_keywords(&a);
	return 0;
}
