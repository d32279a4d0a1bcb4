/*
 * mboxfile_match.c - knowing messages again in a file that another program
 * rewrote (formats/unix.md sections 3 and 8).
 *
 * A message whose X-UID line is still there is known by it, and by its
 * from-line. One without is known by its octets: size, from-line and header
 * that clients see, and where several look alike by a digest of all octets
 * (mboxfile_twins.c). A message must never come under another's UID: what is
 * left in doubt is not known.
 *
 * Pure functions over indexes. The file is a stranger's: what its X-UID lines
 * claim counts only if this session knows it better than the file does.
 */
#include <stdlib.h>

#include "fs.h"
#include "mboxfile.h"

/* A message as its octets tell it from others. */
struct look {
	uint64_t key;
	uint64_t digest; /* 0: not known */
	uint64_t pos;
	uint32_t i; /* in its index */
};

/* Those of one key in a list of looks that is sorted. */
struct alike {
	const struct look *first;
	size_t count;
};

uint32_t
cc_mbox_find_uid(const struct mbox_index *index, uint32_t uid)
{
	uint32_t low = 0, high = index->count;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (index->msgs[mid].uid < uid)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* A file without UIDVALIDITY says nothing; this session knows whose UIDs they
 * are that it still has. */
void
cc_mbox_check_claims(struct mbox_index *now, const struct mbox_index *old)
{
	for (uint32_t i = 0; i < now->count; i++) {
		struct mbox_msg *msg = &now->msgs[i];
		uint32_t k;

		if ((msg->flags & MBOX_NO_UID) || msg->uid > old->uid_last)
			continue;
		k = cc_mbox_find_uid(old, msg->uid);
		if (k == old->count || old->msgs[k].uid != msg->uid ||
		    (old->msgs[k].flags & MBOX_GONE) ||
		    old->msgs[k].from_sum != msg->from_sum)
			msg->flags |= MBOX_NO_UID;
	}
}

static int
by_key(const void *a, const void *b)
{
	const struct look *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->digest != y->digest)
		return x->digest < y->digest ? -1 : 1;
	return x->i < y->i ? -1 : x->i > y->i;
}

/* All that are in the file, sorted by key and digest, then as they stand in
 * it. */
static struct look *
look_at(const struct mbox_index *index, size_t *count_r)
{
	struct look *looks =
	    fs_get(((size_t)index->count + 1) * sizeof(*looks));
	size_t n = 0;

	for (uint32_t i = 0; i < index->count; i++) {
		const struct mbox_msg *msg = &index->msgs[i];
		const struct mbox_twin *twin;

		if (msg->flags & MBOX_GONE)
			continue;
		twin = cc_mbox_twin_at(index, msg->pos);
		looks[n++] = (struct look){ (uint64_t)msg->size << 26 |
			    (uint64_t)msg->from_sum << 13 | msg->head_sum,
			twin ? twin->digest : 0, msg->pos, i };
	}
	qsort(looks, n, sizeof(*looks), by_key);
	*count_r = n;
	return looks;
}

/* How many of looks begin the list with one key. */
static struct alike
alike(const struct look *looks, size_t count)
{
	struct alike a = { looks, 0 };

	while (a.count < count && looks[a.count].key == looks->key)
		a.count++;
	return a;
}

/* Sorted by digests, those that are not known come first. */
static bool
all_known(const struct alike *a)
{
	return a->first[0].digest != 0;
}

/* The same octets: which of them is which does not matter. */
static void
match_digests(const struct mbox_index *old, const struct alike *was,
    const struct alike *is, uint32_t *uids)
{
	size_t w = 0, i = 0;

	while (w < was->count && i < is->count) {
		uint64_t a = was->first[w].digest, b = is->first[i].digest;

		if (a == b)
			uids[is->first[i].i] = old->msgs[was->first[w].i].uid;
		w += a <= b;
		i += b <= a;
	}
}

/* Of the only one of its kind there may be no digest. More of a kind now are a
 * delivery, if it has not moved. */
static void
match_single(const struct mbox_index *old, const struct look *was,
    const struct alike *is, uint32_t *uids)
{
	for (size_t k = 0; k < is->count; k++)
		if (is->count == 1 || is->first[k].pos == was->pos)
			uids[is->first[k].i] = old->msgs[was->i].uid;
}

/* Those that are in the file, one for one. */
static void
match_in_order(const struct mbox_index *old, const struct mbox_index *now,
    uint32_t *uids)
{
	uint32_t k = 0;

	for (uint32_t i = 0; i < old->count && k < now->count; i++)
		if (!(old->msgs[i].flags & MBOX_GONE))
			uids[k++] = old->msgs[i].uid;
}

void
cc_mbox_match(const struct mbox_index *old, const struct mbox_index *now,
    uint32_t *uids)
{
	size_t was_count, is_count, w = 0, i = 0;
	struct look *was, *is;

	if (old->ordered) {
		match_in_order(old, now, uids);
		return;
	}
	was = look_at(old, &was_count);
	is = look_at(now, &is_count);
	while (w < was_count && i < is_count) {
		struct alike a = alike(was + w, was_count - w);
		struct alike b = alike(is + i, is_count - i);

		if (a.first->key != b.first->key)
			;
		else if (all_known(&a) && all_known(&b))
			match_digests(old, &a, &b, uids);
		else if (a.count == 1 && !all_known(&a))
			match_single(old, a.first, &b, uids);
		if (a.first->key <= b.first->key)
			w += a.count;
		if (b.first->key <= a.first->key)
			i += b.count;
	}
	fs_give((void **)&was);
	fs_give((void **)&is);
}
