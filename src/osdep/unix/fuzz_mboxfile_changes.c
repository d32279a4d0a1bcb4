/*
 * fuzz_mboxfile_changes.c - hostile change lists: whatever an entry says, what
 * is taken over are the messages of some mailbox. The input is an entry whose
 * length and sum are made right, so that they keep nothing from being looked
 * at; and what was taken over is written as an entry and taken over again.
 */
#include "cc_limits.h"
#include "fs.h"
#include "fuzz_util.h"
#include "mboxfile_changes.h"
#include "mboxfile_record.h"

#define ROOM 4

/* Magic, length, sum; then the state before. */
#define SUMMED 24
#define STAMP 56

static const struct mbox_stamp known = { .dev = 1, .ino = 2, .size = 3000 };

/* Three messages, as a session knows them. */
static struct mbox_snapshot
make(void)
{
	struct mbox_snapshot s = { .stamp = known };

	for (uint32_t i = 0; i < 3; i++) {
		struct mbox_msg msg = {
			.pos = i * 1000, .uid = i + 1, .size = 900
		};

		cc_mbox_index_put(&s.index, &msg);
	}
	s.index.uidvalidity = 7;
	s.index.uid_last = 3;
	s.index.end = 3000;
	return s;
}

static void
check_sane(const struct mbox_snapshot *s)
{
	const struct mbox_index *index = &s->index;

	for (uint32_t i = 0; i < index->count; i++) {
		must(index->msgs[i].pos < index->end);
		must(i == 0 || index->msgs[i].pos > index->msgs[i - 1].pos);
		must(i == 0 || index->msgs[i].uid > index->msgs[i - 1].uid);
		must(index->msgs[i].uid > 0);
		must(!(index->msgs[i].flags &
		    (MBOX_GONE | MBOX_DIRTY | MBOX_TELL | MBOX_PENDING)));
	}
	must(index->end <= (uint64_t)s->stamp.size);
}

/* The same again, from the first state to that which s is. */
static void
round_trip(const struct mbox_snapshot *s)
{
	struct mbox_snapshot was = make(), now = make();
	struct mbox_before before = { known, &was.index, 3, UINT32_MAX };
	uint32_t listed =
	    (uint32_t)(((uint64_t)1 << s->index.keywords.count) - 1);
	uint32_t looked[ROOM];
	struct strbuf entry;
	size_t n = 0;

	cc_strbuf_init(&entry, CC_CHANGES_MAX);
	cc_changes_put(&entry, &before, s, listed);
	must(cc_changes_step(cc_strbuf_span(&entry), &now, looked, ROOM, &n) ==
	    (int64_t)entry.len);
	must(now.index.count == s->index.count);
	for (uint32_t i = 0; i < now.index.count; i++) {
		must(now.index.msgs[i].uid == s->index.msgs[i].uid);
		must(now.index.msgs[i].pos == s->index.msgs[i].pos);
		must(now.index.msgs[i].keywords == s->index.msgs[i].keywords);
	}
	cc_strbuf_free(&entry);
	cc_mbox_index_free(&was.index);
	cc_mbox_index_free(&now.index);
}

static void
try(const char *entry, size_t len)
{
	struct mbox_snapshot s = make();
	uint32_t looked[ROOM];
	size_t n = 0;
	int64_t r;

	r = cc_changes_step(cc_span(entry, len), &s, looked, ROOM, &n);
	must(r < 0 || (size_t)r <= len);
	if (r >= 0) {
		check_sane(&s);
		for (size_t i = 0; i < n && i < ROOM; i++)
			must(looked[i] < s.index.count);
		if (!cc_mbox_stamp_same(&s.stamp, &known))
			round_trip(&s);
	}
	cc_mbox_index_free(&s.index);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mbox_snapshot first = make();
	struct strbuf b;
	uint64_t word;
	bool sound;

	try((const char *)data, size);
	word = cc_changes_last_whole(cc_span(data, size), &sound);
	must(word <= size);
	/* an entry that leads on from what is known, then the input */
	cc_strbuf_init(&b, CC_CHANGES_MAX);
	cc_changes_put_noted(&b, &known, &first, 0);
	cc_strbuf_truncate(&b, SUMMED + STAMP);
	cc_strbuf_put(&b, data, size);
	word = b.len;
	memcpy(b.data + 8, &word, sizeof(word));
	word = cc_redo_sum_of(b.data + SUMMED, b.len - SUMMED);
	memcpy(b.data + 16, &word, sizeof(word));
	try(b.data, b.len);
	cc_strbuf_free(&b);
	cc_mbox_index_free(&first.index);
	return 0;
}
