/*
 * mboxfile_index.c - the messages of a mailbox in memory: a row of compact
 * records that grows (mboxfile_parse.h). No I/O, no locks.
 */
#include "fs.h"
#include "mboxfile_parse.h"

#define ROOM_FIRST 64 /* records of the first allocation */

void
cc_mbox_index_init(struct mbox_index *index)
{
	*index = (struct mbox_index){ 0 };
}

void
cc_mbox_index_free(struct mbox_index *index)
{
	fs_give((void **)&index->msgs);
	cc_mbox_twins_free(index);
	cc_mbox_keywords_free(&index->keywords);
	cc_mbox_index_init(index);
}

void
cc_mbox_index_rename(struct mbox_index *index, const uint32_t bit[32],
    struct mbox_keywords *names)
{
	for (uint32_t i = 0; i < index->count; i++) {
		uint32_t from = index->msgs[i].keywords, to = 0;

		for (unsigned k = 0; from != 0; k++, from >>= 1)
			if (from & 1)
				to |= bit[k];
		index->msgs[i].keywords = to;
	}
	cc_mbox_keywords_free(&index->keywords);
	index->keywords = *names;
	names->count = 0;
}

/* Makes room what index->room says. */
static void
resize(struct mbox_index *index)
{
	size_t octets = index->room * sizeof(*index->msgs);

	fs_resize((void **)&index->msgs, octets);
}

void
cc_mbox_index_put(struct mbox_index *index, const struct mbox_msg *msg)
{
	if (index->count == index->room) {
		index->room += ROOM_FIRST + index->room / 2;
		if (index->room < index->count)
			index->room = UINT32_MAX;
		resize(index);
	}
	index->msgs[index->count++] = *msg;
}

void
cc_mbox_index_trim(struct mbox_index *index)
{
	if (index->room == index->count || index->count == 0)
		return;
	index->room = index->count;
	resize(index);
}

void
cc_mbox_renumber(struct mbox_index *index)
{
	for (uint32_t i = 0; i < index->count; i++) {
		index->msgs[i].uid = i + 1;
		index->msgs[i].flags |= MBOX_NO_UID;
	}
	index->uid_last = index->count;
	index->uidvalidity = 0;
	index->unbelieved = true;
	index->exhausted = false;
}

uint64_t
cc_mbox_msg_end(const struct mbox_index *index, uint32_t i)
{
	return i + 1 < index->count ? index->msgs[i + 1].pos : index->end;
}
