/*
 * mboxfile_tail.c - what a process remembers of the mailbox that it appended
 * to last.
 *
 * A large mailbox is parsed once. Afterwards it is enough to know its end:
 * what is remembered counts if the last message and the front are what they
 * were, and what was delivered behind it is parsed. The file may be anybody's
 * meanwhile: it is looked at only under the locks of the append. There is one
 * memory in a process; a thread that asks for it while another has it begins
 * with none.
 */
#include <unistd.h>

#include "cc_err.h"
#include "cc_limits.h"
#include "env_state.h"
#include "fs.h"
#include "mboxfile_append_inner.h"
#include "misc.h"
#include "privdir.h"
#include "uidrecord.h"

/* Octets that are read to see if a message is still there. */
#define SMALL_READ (4u * 1024)

void
cc_tail_free(void *p)
{
	struct mbox_tail *tail = p;

	cc_mbox_free(&tail->m);
	fs_give(&p);
}

struct mbox_tail *
cc_tail_recall(const char *path)
{
	struct mbox_tail *tail;

	tail =
	    __atomic_exchange_n(&cc_env()->append_tail, NULL, __ATOMIC_ACQ_REL);
	if (tail && strcmp(tail->m.path, path) == 0)
		return tail;
	if (tail)
		cc_tail_free(tail);
	tail = fs_get(sizeof(*tail));
	*tail = (struct mbox_tail){
		.m = { .path = cpystr(path), .fd = -1, .hidden = true }
	};
	return tail;
}

void
cc_tail_remember(struct mbox_tail *tail)
{
	struct cc_env *env = cc_env();

	close(tail->m.fd);
	tail->m.fd = -1;
	cc_mbox_view_drop(&tail->m);
	fs_give((void **)&tail->m.view.buf);
	env->append_tail_free = cc_tail_free;
	tail = __atomic_exchange_n(&env->append_tail, (void *)tail,
	    __ATOMIC_ACQ_REL);
	if (tail)
		cc_tail_free(tail);
}

void
cc_tail_forget(struct mbox_tail *tail)
{
	cc_mbox_index_free(&tail->m.index);
	tail->last_only = tail->missing = false;
}

void
cc_tail_trim(struct mbox_tail *tail)
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

int
cc_tail_load(struct mbox_tail *tail)
{
	struct mbox *m = &tail->m;
	int r;

	cc_tail_forget(tail);
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

int
cc_tail_grow(struct mbox_tail *tail, uint64_t size)
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

int
cc_tail_learn(struct mbox_append *a)
{
	struct mbox *m = a->m;
	struct stat st;

	if (fstat(m->fd, &st) != 0)
		return CC_EIO;
	a->size = (uint64_t)st.st_size;
	if (!holds(m, &st))
		return cc_tail_load(a->tail);
	mind_record(m, &st);
	if (m->index.end < a->size && cc_tail_grow(a->tail, a->size) != 0)
		return cc_tail_load(a->tail);
	return 0;
}
