/*
 * mboxfile_twins.c - messages of a mailbox that look alike: one size,
 * from-line and header, as far as the compact record knows. Of these, and of
 * others only where that is little work, a digest of all octets that clients
 * see is kept, so that a UID never passes from one to the other when somebody
 * rewrites the file. Where the file says all UIDs itself, nothing is looked
 * for.
 *
 * Under a lock. Whether messages look alike is found by a table with a secret
 * hash, since their senders can choose what is in the record: the time is that
 * of looking at each once, and of reading those that do.
 */
#include <stdlib.h>

#include "cc_err.h"
#include "cc_limits.h"
#include "cc_random.h"
#include "fdio.h"
#include "fs.h"
#include "mboxfile.h"
#include "mboxfile_record.h"

#define LISTED 0x80000000u /* of a slot: the message is among the twins */
/* Twins that are kept, the first ones: what of a mailbox is written down must
 * not depend on what comes behind it. */
#define TWINS_MAX 4096u
#define FEW 1000u /* messages without UIDs, all of which are digested */
#define FEW_OCTETS (1024u * 1024) /* ... if they have no more on the wire */
#define NEW_FEW 16       /* messages that are compared with all others */
#define HEADER_READ 4096 /* octets that hold most headers */
#define TAIL 64          /* octets in which line ends at the end count not */

struct table {
	const struct mbox_index *index;
	uint32_t *slots; /* number of a message, from 1, perhaps LISTED */
	size_t mask;
	uint64_t secret[2];
};

static uint64_t
place_of(const struct table *t, const struct mbox_msg *msg)
{
	uint64_t h = (uint64_t)msg->size << 26 | (uint64_t)msg->from_sum << 13 |
	    msg->head_sum;

	h = (h ^ t->secret[0]) * (t->secret[1] | 1);
	h = (h ^ h >> 32) * 0x9e3779b97f4a7c15u;
	return h ^ h >> 29;
}

/* The slot of the first message that looks like this one, or an empty one. */
static uint32_t *
find_slot(const struct table *t, const struct mbox_msg *msg)
{
	size_t k = place_of(t, msg) & t->mask;

	while (t->slots[k] != 0 &&
	    !cc_mbox_msg_same(&t->index->msgs[(t->slots[k] & ~LISTED) - 1],
		msg))
		k = (k + 1) & t->mask;
	return &t->slots[k];
}

static void
table_init(struct table *t, const struct mbox_index *index)
{
	size_t size = 16;

	while (size < 2 * (size_t)index->count)
		size *= 2;
	t->index = index;
	t->mask = size - 1;
	t->slots = fs_get(size * sizeof(*t->slots));
	memset(t->slots, 0, size * sizeof(*t->slots));
	cc_random(t->secret, sizeof(t->secret));
}

static void
add(struct mbox_index *index, uint32_t *room, uint64_t pos, uint64_t near)
{
	struct mbox_twin twin = { pos, near, 0 };

	if (near != UINT64_MAX && index->twin_count >= TWINS_MAX)
		return;
	if (index->twin_count == *room) {
		*room += 16 + *room / 2;
		fs_resize((void **)&index->twins, *room * sizeof(twin));
	}
	index->twins[index->twin_count++] = twin;
}

/* The twins among themselves. */
static void
find_pairs(struct mbox_index *index, const struct table *t, uint32_t *room)
{
	for (uint32_t i = 0; i < index->count; i++) {
		const struct mbox_msg *msg = &index->msgs[i], *first;
		uint32_t *slot;

		if (msg->flags & MBOX_GONE)
			continue;
		slot = find_slot(t, msg);
		if (*slot == 0) {
			*slot = i + 1;
			continue;
		}
		first = &index->msgs[(*slot & ~LISTED) - 1];
		if (!(*slot & LISTED))
			add(index, room, first->pos, msg->pos);
		*slot |= LISTED;
		add(index, room, msg->pos, first->pos);
	}
}

/* Where little has no UID, all of that: mail can be replaced by other mail
 * under its own header. */
static void
find_few(struct mbox_index *index, const struct table *t, uint32_t *room)
{
	uint64_t octets = 0;
	uint32_t n = 0;

	for (uint32_t i = 0; i < index->count; i++)
		if (index->msgs[i].flags & MBOX_NO_UID) {
			octets += index->msgs[i].size;
			n++;
		}
	if (octets > FEW_OCTETS || n > FEW)
		return;
	for (uint32_t i = 0; i < index->count; i++) {
		const struct mbox_msg *msg = &index->msgs[i];
		uint32_t *slot;

		if (!(msg->flags & MBOX_NO_UID) || (msg->flags & MBOX_GONE))
			continue;
		slot = find_slot(t, msg);
		if (!(*slot & LISTED))
			add(index, room, msg->pos, UINT64_MAX);
		*slot |= LISTED;
	}
}

/* Those that look like twins of before, of whom the others are gone. */
static void
find_widows(struct mbox_index *index, const struct table *t,
    const struct mbox_index *old, uint32_t *room)
{
	uint32_t k = 0;

	for (uint32_t i = 0; i < old->count && k < old->twin_count; i++) {
		const struct mbox_msg *msg = &old->msgs[i];
		uint32_t *slot;

		if ((msg->flags & MBOX_GONE) || msg->pos != old->twins[k].pos)
			continue;
		k++;
		slot = find_slot(t, msg);
		if (*slot == 0 || (*slot & LISTED))
			continue;
		add(index, room, index->msgs[*slot - 1].pos, UINT64_MAX);
		*slot |= LISTED;
	}
}

static int
by_pos(const void *a, const void *b)
{
	const struct mbox_twin *x = a, *y = b;

	return x->pos < y->pos ? -1 : x->pos > y->pos;
}

/* The end of a text without its last line ends, which come and go. */
static int
trim(const struct mbox *m, uint64_t text, uint64_t *end)
{
	char tail[TAIL];
	uint64_t from = *end - text > TAIL ? *end - TAIL : text;
	size_t got;
	int r = cc_fd_read_at(m->fd, from, tail, (size_t)(*end - from), &got);

	if (r != 0 || got != *end - from)
		return r != 0 ? r : CC_ECHANGED;
	while (got > 0 && (tail[got - 1] == '\n' || tail[got - 1] == '\r'))
		got--;
	*end = from + got;
	return 0;
}

/* A digest of message i: never 0, which stands for none. */
static int
digest(const struct mbox *m, uint32_t i, struct mbox_window *w,
    unsigned char *buf, uint64_t *digest_r)
{
	uint64_t end = cc_mbox_msg_end(&m->index, i), text, header;
	struct redo_sum sum = { .h = 0 };
	size_t got;
	int r;

	r = cc_mbox_read_header(w, m->index.msgs[i].pos, end, &header, &text);
	if (r != 0 || (r = trim(m, text, &end)) != 0)
		return r;
	cc_redo_sum_add(&sum, &header, sizeof(header));
	for (; r == 0 && text < end; text += got) {
		size_t want = end - text < CC_READ_WINDOW ? (size_t)(end - text)
							  : CC_READ_WINDOW;

		r = cc_fd_read_at(m->fd, text, buf, want, &got);
		if (r == 0 && got != want)
			r = CC_ECHANGED;
		if (r == 0)
			cc_redo_sum_add(&sum, buf, got);
	}
	*digest_r = cc_redo_sum_end(&sum) | 1;
	return r;
}

static void
read_digests(struct mbox *m)
{
	struct mbox_index *index = &m->index;
	unsigned char *buf = fs_get(CC_READ_WINDOW);
	struct mbox_window w;
	uint32_t i = 0;

	cc_mbox_window_init(&w, m->fd, HEADER_READ);
	for (uint32_t k = 0; k < index->twin_count; k++) {
		uint64_t d;

		while (index->msgs[i].pos != index->twins[k].pos ||
		    (index->msgs[i].flags & MBOX_GONE))
			i++;
		if (digest(m, i, &w, buf, &d) == 0)
			index->twins[k].digest = d;
	}
	cc_mbox_window_free(&w);
	fs_give((void **)&buf);
}

void
cc_mbox_find_twins(struct mbox *m, const struct mbox_index *old)
{
	struct mbox_index *index = &m->index;
	struct table t;
	uint32_t room = 0;

	cc_mbox_twins_free(index);
	if (index->count >= LISTED ||
	    (!index->lent && !cc_mbox_uids_missing(index)))
		return;
	table_init(&t, index);
	find_pairs(index, &t, &room);
	find_few(index, &t, &room);
	if (old)
		find_widows(index, &t, old, &room);
	fs_give((void **)&t.slots);
	if (index->twin_count == 0)
		return;
	qsort(index->twins, index->twin_count, sizeof(*index->twins), by_pos);
	read_digests(m);
}

void
cc_mbox_twins_free(struct mbox_index *index)
{
	fs_give((void **)&index->twins);
	index->twin_count = 0;
}

const struct mbox_twin *
cc_mbox_twin_at(const struct mbox_index *index, uint64_t pos)
{
	const struct mbox_twin key = { .pos = pos };

	return index->twin_count == 0
	    ? NULL
	    : bsearch(&key, index->twins, index->twin_count, sizeof(key),
		  by_pos);
}

bool
cc_mbox_looks_known(const struct mbox_index *index, uint32_t from)
{
	if (index->count - from > NEW_FEW)
		return true;
	for (uint32_t i = from; i < index->count; i++)
		for (uint32_t k = 0; k < i; k++)
			if (!(index->msgs[k].flags & MBOX_GONE) &&
			    cc_mbox_msg_same(&index->msgs[k], &index->msgs[i]))
				return true;
	return false;
}
