/*
 * mboxfile_changes.c - entries of the change list: making them, and doing them
 * to what a session knows.
 *
 * An entry is a head, the records of messages that changed where they are, the
 * records of all messages from one on, and the names of the keywords, in this
 * machine's own form: the list is never moved. A sum finds damage; positions,
 * UIDs and flags must be those of some mailbox; the rest is looked up in the
 * mailbox itself, by the caller and before any octet of it is shown. No I/O.
 */
#include "cc_err.h"
#include "fs.h"
#include "mboxfile_changes.h"
#include "mboxfile_record.h"

#define MAGIC 0x31676e6168637263u /* "crchang1" on most machines */

/* Flags that say what the file is like. */
#define OF_FILE                                                                \
	((unsigned)MBOX_SYSTEM | MBOX_SEPARATOR | MBOX_SEPARATOR_CR |          \
	    MBOX_OPEN_HEADER | MBOX_OPEN_LINE | MBOX_NO_UID | MBOX_OLD_THERE)

/* Records of changed messages, one by one, before they are worth a tail. */
#define PATCHES_MAX 64

/* Octets of names: each has a LF behind it. */
#define NAMES_MAX (CC_MBOX_KEYWORDS * (CC_MBOX_KEYWORD_LEN + 1))

enum {
	BIT_STARTED = 1,
	BIT_PSEUDO = 2,
	BIT_BASED = 4,
	BIT_UNBELIEVED = 8,
	BIT_LENT = 16,
	BIT_LENIENT = 32,
	BITS = 63
};

/* No member of it is padded. */
struct stamp_image {
	uint64_t dev, ino, size, mtime, mtime_ns, ctime, ctime_ns;
};

struct head {
	uint64_t magic;
	uint64_t len; /* octets of the entry */
	uint64_t sum; /* of all behind this member */
	struct stamp_image before, after;
	uint64_t end; /* as in struct mbox_index, and the following */
	uint32_t uidvalidity, uid_last, uid_base;
	uint32_t file_uidvalidity, file_uid_last;
	uint32_t bits;
	uint32_t count;   /* messages before */
	uint32_t patches; /* that changed */
	uint32_t from;    /* all from this one on are in the entry ... */
	uint32_t tail;    /* ... and this is their number */
	uint32_t names;   /* octets of keyword names */
	uint32_t spare;
	struct mbox_msg internal;
};

struct patch {
	uint64_t i;
	struct mbox_msg msg;
};

#define SUMMED offsetof(struct head, before)

/* Octets to and from objects of these types, whose alignment they lack. */
static void
put(struct strbuf *out, const void *object, size_t len)
{
	cc_strbuf_put(out, object, len);
}

/* ------------------------------------------------------------------- stamps */

static void
to_image(const struct mbox_stamp *s, struct stamp_image *image_r)
{
	*image_r = (struct stamp_image){ (uint64_t)s->dev, (uint64_t)s->ino,
		(uint64_t)s->size, (uint64_t)s->mtime.tv_sec,
		(uint64_t)s->mtime.tv_nsec, (uint64_t)s->ctime.tv_sec,
		(uint64_t)s->ctime.tv_nsec };
}

static struct mbox_stamp
from_image(const struct stamp_image *image)
{
	return (struct mbox_stamp){ .dev = (dev_t)image->dev,
		.ino = (ino_t)image->ino,
		.size = (off_t)image->size,
		.mtime = { (time_t)image->mtime, (long)image->mtime_ns },
		.ctime = { (time_t)image->ctime, (long)image->ctime_ns } };
}

/* ------------------------------------------------------------------ writing */

static uint32_t
bits_of(const struct mbox_index *index)
{
	return (index->started ? BIT_STARTED : 0u) |
	    (index->pseudo ? BIT_PSEUDO : 0u) |
	    (index->based ? BIT_BASED : 0u) |
	    (index->unbelieved ? BIT_UNBELIEVED : 0u) |
	    (index->lent ? BIT_LENT : 0u) | (index->lenient ? BIT_LENIENT : 0u);
}

/* The bits of mask, as the bits of listed are counted. */
static uint32_t
squeeze(uint32_t mask, uint32_t listed)
{
	uint32_t out = 0;
	unsigned n = 0;

	for (unsigned k = 0; listed != 0; k++, listed >>= 1)
		if (listed & 1)
			out |= (mask >> k & 1) << n++;
	return out;
}

/* A record as a parse would make it. */
static struct mbox_msg
pure(const struct mbox_msg *msg, uint32_t listed)
{
	struct mbox_msg out = *msg;

	out.flags &= OF_FILE & ~(unsigned)fOLD;
	if (out.flags & MBOX_OLD_THERE)
		out.flags |= fOLD;
	out.keywords = squeeze(out.keywords, listed);
	out.noted = 0;
	return out;
}

/* Begins an entry; what follows it is counted at its end. */
static struct head
begin(struct strbuf *out, const struct mbox_stamp *before,
    const struct mbox_snapshot *now)
{
	const struct mbox_index *index = &now->index;
	struct head h;

	memset(&h, 0, sizeof(h));
	h.magic = MAGIC;
	to_image(before, &h.before);
	to_image(&now->stamp, &h.after);
	h.end = index->end;
	h.uidvalidity = index->uidvalidity;
	h.uid_last = index->uid_last;
	h.uid_base = index->uid_base;
	h.file_uidvalidity = now->file_uidvalidity;
	h.file_uid_last = now->file_uid_last;
	h.bits = bits_of(index);
	h.internal = index->internal;
	put(out, &h, sizeof(h));
	return h;
}

static void
finish(struct strbuf *out, size_t at, struct head *h,
    const struct mbox_keywords *list, uint32_t listed)
{
	size_t names = out->len;

	for (unsigned k = 0; k < list->count; k++)
		if (listed >> k & 1) {
			cc_strbuf_puts(out, list->name[k]);
			cc_strbuf_putc(out, '\n');
		}
	if (out->over)
		return;
	h->names = (uint32_t)(out->len - names);
	h->len = out->len - at;
	memcpy(out->data + at, h, sizeof(*h));
	h->sum = cc_redo_sum_of(out->data + at + SUMMED, h->len - SUMMED);
	memcpy(out->data + at, h, sizeof(*h));
}

static void
put_patch(struct strbuf *out, struct head *h, uint32_t i,
    const struct mbox_msg *msg, uint32_t listed)
{
	struct patch p;

	memset(&p, 0, sizeof(p));
	p.i = i;
	p.msg = pure(msg, listed);
	put(out, &p, sizeof(p));
	h->patches++;
}

/* May what others know of a be other than b? Flags that wait in a session, or
 * were just written, are not those that the file had. */
static bool
differs(const struct mbox_msg *a, const struct mbox_msg *b)
{
	struct mbox_msg x = pure(a, UINT32_MAX), y = pure(b, UINT32_MAX);

	return (a->flags & MBOX_DIRTY) || a->noted || x.pos != y.pos ||
	    x.flags != y.flags || x.keywords != y.keywords ||
	    x.junk != y.junk || !cc_mbox_msg_same(&x, &y);
}

void
cc_changes_put(struct strbuf *out, const struct mbox_before *before,
    const struct mbox_snapshot *now, uint32_t listed)
{
	const struct mbox_index *was = before->index, *is = &now->index;
	size_t at = out->len;
	struct head h = begin(out, &before->stamp, now);
	uint32_t j = 0;

	h.count = before->count;
	/* those that have the same place among the messages; where most of
	 * them changed, all are put in one piece */
	for (uint32_t i = 0; i < was->count; i++) {
		if (was->msgs[i].flags & MBOX_GONE)
			continue;
		if (j == before->count || j == before->moved_from ||
		    j == is->count || is->msgs[j].uid != was->msgs[i].uid ||
		    (h.patches > PATCHES_MAX && h.patches > j / 2))
			break;
		if (differs(&was->msgs[i], &is->msgs[j]))
			put_patch(out, &h, j, &is->msgs[j], listed);
		j++;
	}
	h.from = j;
	for (; j < is->count; j++, h.tail++) {
		struct mbox_msg msg = pure(&is->msgs[j], listed);

		put(out, &msg, sizeof(msg));
	}
	finish(out, at, &h, &is->keywords, listed);
}

void
cc_changes_put_whole(struct strbuf *out, const struct mbox_snapshot *now,
    uint32_t listed)
{
	const struct mbox_index none = { .count = 0 };
	const struct mbox_before before = { .index = &none,
		.moved_from = UINT32_MAX };

	cc_changes_put(out, &before, now, listed);
}

void
cc_changes_put_noted(struct strbuf *out, const struct mbox_stamp *before,
    const struct mbox_snapshot *now, uint32_t listed)
{
	const struct mbox_index *index = &now->index;
	size_t at = out->len;
	struct head h = begin(out, before, now);

	for (uint32_t i = 0; i < index->count; i++) {
		if (index->msgs[i].flags & MBOX_GONE)
			continue;
		if (index->msgs[i].noted)
			put_patch(out, &h, h.count, &index->msgs[i], listed);
		h.count++;
	}
	h.from = h.count;
	finish(out, at, &h, &index->keywords, listed);
}

/* ------------------------------------------------------------------ reading */

/* The keywords of an entry: 0 or CC_EPARSE. */
static int
read_names(struct span text, struct mbox_keywords *list)
{
	while (text.len > 0) {
		const char *lf = memchr(text.p, '\n', text.len);
		size_t n = lf ? (size_t)(lf - text.p) : text.len;

		if (!lf ||
		    cc_mbox_keywords_find(list, cc_span(text.p, n)) >= 0 ||
		    cc_mbox_keywords_add(list, cc_span(text.p, n)) < 0)
			return CC_EPARSE;
		text = cc_span(lf + 1, text.len - n - 1);
	}
	return 0;
}

static bool
same_names(const struct mbox_keywords *a, const struct mbox_keywords *b)
{
	if (a->count != b->count)
		return false;
	for (unsigned k = 0; k < a->count; k++)
		if (strcmp(a->name[k], b->name[k]) != 0)
			return false;
	return true;
}

/* Gives the messages their keywords by another list, which is taken over. */
static void
rename_keywords(struct mbox_index *index, struct mbox_keywords *names)
{
	uint32_t bit[32] = { 0 };

	if (same_names(&index->keywords, names)) {
		cc_mbox_keywords_free(names);
		return;
	}
	for (unsigned k = 0; k < index->keywords.count; k++) {
		int n = cc_mbox_keywords_find(names,
		    cc_span_z(index->keywords.name[k]));

		bit[k] = n < 0 ? 0 : (uint32_t)1 << n;
	}
	cc_mbox_index_rename(index, bit, names);
}

size_t
cc_changes_last_whole(struct span list, bool *sound_r)
{
	static const struct stamp_image nothing;
	size_t at = 0, last = list.len;
	struct head h;

	while (list.len - at >= sizeof(h)) {
		memcpy(&h, list.p + at, sizeof(h));
		if (h.magic != MAGIC || h.len < sizeof(h) ||
		    h.len > list.len - at)
			break;
		if (h.count == 0 &&
		    memcmp(&h.before, &nothing, sizeof(nothing)) == 0)
			last = at;
		at += h.len;
	}
	*sound_r = at == list.len;
	return last;
}

/* Do the numbers of a head fit each other and its length? */
static bool
head_fits(const struct head *h, size_t len)
{
	uint64_t want = sizeof(*h);

	want += (uint64_t)h->patches * sizeof(struct patch);
	want += (uint64_t)h->tail * sizeof(struct mbox_msg);
	want += h->names;
	return h->len == want && want <= len && h->names <= NAMES_MAX &&
	    (h->bits & ~(uint32_t)BITS) == 0 && h->from <= h->count &&
	    h->patches <= h->from && h->tail <= UINT32_MAX - h->from &&
	    h->end <= h->after.size && h->after.size <= CC_MBOX_SIZE_MAX &&
	    h->uidvalidity != 0 && h->uid_last <= CC_MBOX_UID_MAX;
}

/* Are these the messages of some mailbox? */
static bool
is_sane(const struct mbox_index *index)
{
	uint64_t pos = 0;
	uint32_t uid = 0;
	uint32_t known = (uint32_t)(((uint64_t)1 << index->keywords.count) - 1);

	for (uint32_t i = 0; i < index->count; i++) {
		const struct mbox_msg *msg = &index->msgs[i];

		if (msg->uid <= uid || msg->uid > index->uid_last ||
		    (i > 0 && msg->pos <= pos) || msg->pos >= index->end ||
		    (msg->flags & ~OF_FILE) != 0 || msg->noted ||
		    (msg->keywords & ~known) != 0)
			return false;
		uid = msg->uid;
		pos = msg->pos;
	}
	return true;
}

/* Remembers some of the changed messages, spread over all. */
static void
remember(uint32_t *changed, size_t room, size_t *n, uint64_t i)
{
	if (room == 0)
		return;
	changed[*n < room ? *n : (*n * 2654435761u >> 8) % room] = (uint32_t)i;
	++*n;
}

static int
do_entry(const char *p, const struct head *h, struct mbox_snapshot *s,
    uint32_t *changed, size_t room, size_t *n)
{
	struct mbox_index *index = &s->index;
	struct mbox_keywords names = { .count = 0 };
	const char *tail = p + h->patches * sizeof(struct patch);
	const char *text = tail + h->tail * sizeof(struct mbox_msg);

	if (index->count != h->count ||
	    read_names(cc_span(text, h->names), &names) != 0) {
		cc_mbox_keywords_free(&names);
		return CC_EPARSE;
	}
	index->count = h->from;
	rename_keywords(index, &names);
	for (uint32_t k = 0; k < h->patches; k++) {
		struct patch patch;

		memcpy(&patch, p + k * sizeof(patch), sizeof(patch));
		if (patch.i >= index->count ||
		    index->msgs[patch.i].uid != patch.msg.uid)
			return CC_EPARSE;
		index->msgs[patch.i] = patch.msg;
		remember(changed, room, n, patch.i);
	}
	for (uint32_t k = 0; k < h->tail; k++) {
		struct mbox_msg msg;

		memcpy(&msg, tail + k * sizeof(msg), sizeof(msg));
		remember(changed, room, n, index->count);
		cc_mbox_index_put(index, &msg);
	}
	return 0;
}

int64_t
cc_changes_step(struct span list, struct mbox_snapshot *s, uint32_t *changed,
    size_t room, size_t *n)
{
	struct mbox_stamp before;
	struct head h;

	if (list.len < sizeof(h))
		return CC_EPARSE;
	memcpy(&h, list.p, sizeof(h));
	if (h.magic != MAGIC || !head_fits(&h, list.len) ||
	    cc_redo_sum_of(list.p + SUMMED, h.len - SUMMED) != h.sum)
		return CC_EPARSE;
	before = from_image(&h.before);
	if (!cc_mbox_stamp_same(&before, &s->stamp))
		return (int64_t)h.len;
	if (do_entry(list.p + sizeof(h), &h, s, changed, room, n) != 0)
		return CC_EPARSE;
	s->stamp = from_image(&h.after);
	s->file_uidvalidity = h.file_uidvalidity;
	s->file_uid_last = h.file_uid_last;
	s->index.uidvalidity = h.uidvalidity;
	s->index.uid_last = h.uid_last;
	s->index.uid_base = h.uid_base;
	s->index.end = h.end;
	s->index.started = (h.bits & BIT_STARTED) != 0;
	s->index.pseudo = (h.bits & BIT_PSEUDO) != 0;
	s->index.based = (h.bits & BIT_BASED) != 0;
	s->index.unbelieved = (h.bits & BIT_UNBELIEVED) != 0;
	s->index.lent = (h.bits & BIT_LENT) != 0;
	s->index.lenient = (h.bits & BIT_LENIENT) != 0;
	s->index.internal = h.internal;
	return is_sane(&s->index) ? (int64_t)h.len : CC_EPARSE;
}
