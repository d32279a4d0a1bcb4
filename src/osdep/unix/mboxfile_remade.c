/*
 * mboxfile_remade.c - the index of a mailbox file that was just rewritten.
 *
 * A rewrite says where each message begins and what its internal lines are; all
 * else of a message is as it was. So the file need not be read once more as a
 * whole: its front is parsed, which holds UIDVALIDITY and keywords, and at some
 * places it is made sure that messages lie where they should. Whatever is
 * unusual is left to a parse. Under all locks, those of the rewrite.
 */
#include "cc_limits.h"
#include "fs.h"
#include "mail.h"
#include "mboxfile_remade.h"

/* Messages that are looked for, evenly spread. */
#define LOOKED_AT 32

struct mbox_index *
cc_mbox_remade_new(const struct mbox *m)
{
	const struct mbox_index *index = &m->index;
	struct mbox_index *remade;

	if (m->few || m->tailed || cc_mbox_is_plain(m) || index->unbelieved ||
	    index->exhausted || index->lenient || index->lent)
		return NULL;
	remade = fs_get(sizeof(*remade));
	cc_mbox_index_init(remade);
	for (unsigned k = 0; k < index->keywords.count; k++)
		(void)cc_mbox_keywords_add(&remade->keywords,
		    cc_span_z(index->keywords.name[k]));
	return remade;
}

void
cc_mbox_remade_forget(struct mbox_index **remade)
{
	if (!*remade)
		return;
	cc_mbox_index_free(*remade);
	fs_give((void **)remade);
}

void
cc_mbox_remade_add(struct mbox_index **remade, const struct mbox_msg *msg,
    uint64_t pos, unsigned flags, bool again)
{
	const unsigned as_it_was = MBOX_SEPARATOR | MBOX_SEPARATOR_CR;
	struct mbox_index *to = *remade;
	struct mbox_msg new = *msg;

	/* white space in front of a message counts to the one before it, once
	 * both are parsed together */
	if ((msg->junk && to->count > 0) ||
	    (!again && (msg->flags & MBOX_NO_UID)) ||
	    (to->count > 0 && to->msgs[to->count - 1].uid >= msg->uid)) {
		cc_mbox_remade_forget(remade);
		return;
	}
	new.pos = CC_MBOX_SIZE_MAX &pos;
	new.flags = (uint16_t)((flags & MBOX_SYSTEM) |
	    (msg->flags & as_it_was) | (flags & fOLD ? MBOX_OLD_THERE : 0));
	new.noted = 0;
	cc_mbox_index_put(to, &new);
}

/* UIDVALIDITY, keywords and the first message, or the one in front of it. */
static bool
take_front(struct mbox *m, const struct mbox_index *from)
{
	const uint64_t end = from->msgs[0].pos > 0 ? from->msgs[0].pos
						   : cc_mbox_msg_end(from, 0);
	struct mbox_index *index = &m->index;
	struct mbox_window w;
	int r;

	cc_mbox_window_init(&w, m->fd, CC_READ_WINDOW);
	r = cc_mbox_parse(index, &w, end, NULL);
	cc_mbox_window_free(&w);
	return r == 0 && index->end == end && index->uidvalidity != 0 &&
	    !index->unbelieved && !index->exhausted &&
	    index->count == (from->msgs[0].pos == 0) &&
	    index->uid_last >= from->msgs[from->count - 1].uid;
}

static bool
same_keywords(const struct mbox_keywords *a, const struct mbox_keywords *b)
{
	bool same = a->count == b->count;

	for (unsigned k = 0; same && k < a->count; k++)
		same = strcmp(a->name[k], b->name[k]) == 0;
	return same;
}

/* Is the first one what it was to be? */
static bool
is_first(const struct mbox_msg *now, const struct mbox_msg *want)
{
	return cc_mbox_msg_same(now, want) && now->flags == want->flags &&
	    now->keywords == want->keywords && now->uid == want->uid;
}

static bool
are_there(const struct mbox *m)
{
	const uint32_t count = m->index.count;

	for (uint32_t k = 0; k < LOOKED_AT; k++)
		if (cc_mbox_is_there(m,
			(uint32_t)((uint64_t)k * (count - 1) /
			    (LOOKED_AT - 1))) != 0)
			return false;
	return true;
}

static bool
take(struct mbox *m, const struct mbox_index *from)
{
	struct mbox_index *index = &m->index;

	if (!take_front(m, from) ||
	    !same_keywords(&index->keywords, &from->keywords))
		return false;
	if (index->count > 0 && !is_first(&index->msgs[0], &from->msgs[0]))
		return false;
	for (uint32_t i = index->count; i < from->count; i++)
		cc_mbox_index_put(index, &from->msgs[i]);
	index->end = from->end;
	cc_mbox_index_trim(index);
	return are_there(m);
}

bool
cc_mbox_remade_take(struct mbox *m, uint64_t size)
{
	bool taken = m->remade && m->remade->count > 0 &&
	    m->remade->end == size && take(m, m->remade);

	if (m->remade && !taken)
		cc_mbox_index_free(&m->index);
	cc_mbox_remade_forget(&m->remade);
	return taken;
}
