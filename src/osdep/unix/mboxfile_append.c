/*
 * mboxfile_append.c - adding messages to a mailbox file (formats/unix.md
 * section 7).
 *
 * The messages are collected before (mboxfile_spool.h); here they get their
 * internal lines and UIDs (mboxfile_append_uid.c) and are written behind the
 * file's end (mboxfile_undo.c), with one sync, under all locks. If another
 * program keeps the mailbox (it has the inode lock), only the text is added,
 * without UIDs: that program gives them.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "cc_err.h"
#include "cc_limits.h"
#include "cc_say.h"
#include "fdio.h"
#include "fdlock.h"
#include "fs.h"
#include "mail.h"
#include "mboxfile_append_inner.h"
#include "mboxfile_undo.h"

/* Octets of an append that are parsed again to see that all went well. */
#define VERIFY_MAX (4u * 1024 * 1024)

/* --------------------------------------------------------------------- text */

/* Line ends that the file lacks: ours must begin a line, outside of a header
 * and behind an empty line. */
static int
missing_ends(const struct mbox_append *a, const char **ends_r)
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
keywords_of(const struct mbox_append *a, const struct mbox_new *msg)
{
	uint32_t bits = 0;

	for (unsigned k = 0; k < a->spool->keywords.count; k++)
		if (msg->keywords & (uint32_t)1 << k)
			bits |= a->bits[k];
	return bits;
}

/* The internal lines of message i. */
static void
put_block(struct mbox_append *a, size_t i)
{
	const struct mbox_index *index = &a->m->index;
	const struct mbox_new *msg = &a->spool->msgs[i];
	struct strbuf *out = &a->blocks;
	bool base = a->base && i == 0;
	unsigned flags = msg->flags & MBOX_SYSTEM & ~(unsigned)fOLD;
	size_t start = out->len;

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
compose(struct mbox_append *a)
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
is_there(struct mbox_append *a)
{
	struct mbox_index *index = &a->m->index;
	uint32_t before = index->count, n = (uint32_t)a->spool->count;
	int r;

	if (a->base) {
		before = 0;
		r = cc_tail_load(a->tail);
	} else {
		if (a->uids)
			index->uid_last = a->last - n;
		r = cc_tail_grow(a->tail, a->size + a->text.len);
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
finish(struct mbox_append *a, struct mbox_appended *result_r)
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
	if (result_r->uid != 0 && small)
		cc_append_count(a);
	else
		a->known = false;
	if (small && (!a->uids || result_r->uid != 0))
		cc_tail_trim(a->tail);
	else
		cc_tail_forget(a->tail);
	/* after the last read, which would leave its time */
	if (cc_mbox_set_times(a->m, true, &a->counted.stamp) && a->known)
		cc_append_count_keep(a);
}

static int
append_locked(struct mbox_append *a, struct mbox_appended *result_r)
{
	int r;

	cc_append_count_begin(a);
	if ((r = cc_tail_learn(a)) != 0 || (r = cc_append_prepare(a)) != 0)
		return r;
	cc_strbuf_init(&a->blocks, SIZE_MAX);
	cc_text_init(&a->text, a->spool);
	if ((r = compose(a)) == 0 &&
	    (r = cc_undo_append(a->m, a->size, &a->text)) == 0)
		finish(a, result_r);
	if (r != 0)
		cc_append_take_back(a);
	cc_text_free(&a->text);
	cc_strbuf_free(&a->blocks);
	return r;
}

static void
warn_keywords(const struct mbox_append *a)
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
cc_mbox_append(const char *path, const struct mbox_spool *spool,
    struct mbox_appended *result_r)
{
	struct mbox_tail *tail = cc_tail_recall(path);
	struct mbox_append a = { .tail = tail, .m = &tail->m, .spool = spool };
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
		cc_tail_free(tail);
		return r;
	}
	cc_tail_remember(tail);
	warn_keywords(&a);
	return 0;
}
