/*
 * mail_thread.c - mail_thread and the two algorithms of RFC 5256 for public
 * trees of messages (BASE.6.4.THREAD).
 *
 * A sorter gives the messages by date; ids and subjects are kept with the
 * stream (mail_sortcache.c); mail_forest.c makes threads of them. Trees may be
 * as deep as mail says: nothing here recurses.
 */
#include "fs.h"
#include "mail_forest.h"
#include "mail_generic.h"
#include "mail_params.h"
#include "mail_sortcache.h"
#include "mail_thread.h"
#include "merge_sort.h"
#include "misc.h"

static const THREADER ordered_subject = {
	.name = "ORDEREDSUBJECT",
	.dispatch = mail_thread_orderedsubject,
};

static const THREADER references = {
	.name = "REFERENCES",
	.dispatch = mail_thread_references,
	.next = (THREADER *)(uintptr_t)&ordered_subject,
};

const THREADER *
cc_mail_threaders(void)
{
	return &references;
}

THREADNODE *
mail_thread(MAILSTREAM *stream, char *type, char *charset, SEARCHPGM *spg,
    long flags)
{
	THREADNODE *ret = NIL;

	if (stream && stream->dtb && type)
		ret = stream->dtb->thread
		    ? (*stream->dtb->thread)(stream, type, charset, spg, flags)
		    : mail_thread_msgs(stream, type, charset, spg, flags,
			  mail_sort_msgs);
	if (flags & SE_FREE)
		mail_free_searchpgm(&spg);
	return ret;
}

THREADNODE *
mail_thread_msgs(MAILSTREAM *stream, char *type, char *charset, SEARCHPGM *spg,
    long flags, sorter_t sorter)
{
	const THREADER *t = cc_mail_threaders();
	char text[] = "No such thread type";
	THREADNODE *ret;

	while (t && !cc_span_is_nocase(cc_span_z(type), t->name))
		t = t->next;
	if (!t) {
		MM_LOG(text, ERROR);
		return NIL;
	}
	ret = (*t->dispatch)(stream, charset, spg, flags, sorter);
	if (cc_params.threadresults)
		(*cc_params.threadresults)(stream, ret);
	return ret;
}

/* Messages found, and their order. */
struct found {
	uint32_t count;
	uint32_t *msgnos; /* ascending */
	uint32_t *order;  /* indexes of msgnos by date */
};

static int
by_number(uint32_t a, uint32_t b, const void *context)
{
	const unsigned long *list = context;

	return compare_ulong(list[a], list[b]);
}

static void
read_found(const unsigned long *list, struct found *found_r)
{
	uint32_t *rank;
	size_t count = 0;

	while (list[count])
		count++;
	*found_r = (struct found){ .count = (uint32_t)count };
	found_r->msgnos = fs_get((count + 1) * sizeof(uint32_t));
	found_r->order = fs_get((count + 1) * sizeof(uint32_t));
	rank = fs_get((count + 1) * sizeof(uint32_t));
	for (uint32_t i = 0; i < count; i++)
		rank[i] = i;
	cc_merge_sort(rank, count, by_number, list);
	for (uint32_t i = 0; i < count; i++) {
		found_r->msgnos[i] = (uint32_t)list[rank[i]];
		found_r->order[rank[i]] = i;
	}
	fs_give((void **)&rank);
}

/* A sorter may be a remote server's: numbers that there are no messages for,
 * or that come twice, are left out. */
static void
keep_valid(MAILSTREAM *stream, unsigned long *list)
{
	unsigned char *seen = fs_get(stream->nmsgs / 8 + 1);
	size_t n = 0;

	memset(seen, 0, stream->nmsgs / 8 + 1);
	for (size_t i = 0; list[i]; i++) {
		unsigned long msgno = list[i];

		if (msgno > stream->nmsgs || seen[msgno / 8] >> msgno % 8 & 1)
			continue;
		seen[msgno / 8] |= (unsigned char)(1u << msgno % 8);
		list[n++] = msgno;
	}
	list[n] = 0;
	fs_give((void **)&seen);
}

/* The messages by sent date; false, and nothing, if the sorter fails. */
static bool
find(MAILSTREAM *stream, char *charset, SEARCHPGM *spg, long flags,
    sorter_t sorter, struct found *found_r)
{
	SORTPGM pgm = { .function = SORTDATE };
	unsigned long *list;

	list = (*sorter)(stream, charset, spg, &pgm,
	    flags & ~(SE_FREE | SE_UID | SO_FREE));
	if (!list)
		return false;
	keep_valid(stream, list);
	read_found(list, found_r);
	fs_give((void **)&list);
	return true;
}

/* Lets the driver tell what it knows without reading messages. */
static void
load_overview(MAILSTREAM *stream, const struct found *found)
{
	if (!stream->dtb->overview)
		return;
	for (unsigned long i = 1; i <= stream->nmsgs; i++)
		mail_elt(stream, i)->sequence = NIL;
	for (uint32_t i = 0; i < found->count; i++)
		mail_elt(stream, found->msgnos[i])->sequence = T;
	(void)(*stream->dtb->overview)(stream, mail_thread_loadcache);
}

static void
add(struct forest_builder *b, const SORTCACHE *sc, bool ids)
{
	cc_forest_add(b, cc_span_z(sc->subject ? sc->subject : ""), sc->refwd);
	if (!ids)
		return;
	cc_forest_id(b, cc_span_z(sc->message_id ? sc->message_id : ""));
	for (const STRINGLIST *s = sc->references; s; s = s->next)
		cc_forest_reference(b, cc_span(s->text.data, s->text.size));
	cc_forest_link(b);
}

/* Public nodes of a forest. */
static THREADNODE *
to_nodes(MAILSTREAM *stream, const struct mail_forest *f,
    const struct found *found, long flags)
{
	THREADNODE **nodes = fs_get((f->nodes + 1) * sizeof(*nodes)), *first;

	for (size_t i = 0; i < f->nodes; i++)
		nodes[i] = mail_newthreadnode(NIL);
	for (size_t i = 0; i < f->nodes; i++) {
		if (i < f->messages) {
			unsigned long msgno = found->msgnos[i];

			nodes[i]->num =
			    flags & SE_UID ? mail_uid(stream, msgno) : msgno;
			nodes[i]->sc = cc_sortcache(stream, msgno);
		}
		if (f->next[i] != FOREST_NONE)
			nodes[i]->branch = nodes[f->next[i]];
		if (f->child[i] != FOREST_NONE)
			nodes[i]->next = nodes[f->child[i]];
	}
	first = f->first == FOREST_NONE ? NIL : nodes[f->first];
	fs_give((void **)&nodes);
	return first;
}

/* Threads what was found, which is given back. */
static THREADNODE *
thread(MAILSTREAM *stream, struct found *found, long flags, bool ids)
{
	const unsigned wanted =
	    1u << SORTSUBJECT | (ids ? CC_SORTCACHE_IDS : 0);
	THREADNODE *ret = NIL;
	struct forest_builder b;
	struct mail_forest f;
	int r = 0;

	if (flags & SO_OVERVIEW)
		load_overview(stream, found);
	cc_forest_init(&b, found->count);
	for (uint32_t i = 0; r == 0 && i < found->count; i++) {
		r = cc_sortcache_load(stream, found->msgnos[i], wanted);
		if (r == 0)
			add(&b, cc_sortcache(stream, found->msgnos[i]), ids);
	}
	if (r != 0) {
		cc_mail_report("thread", stream->mailbox, r);
	} else {
		if (ids)
			cc_forest_references(&b, found->order, &f);
		else
			cc_forest_ordered_subject(&b, found->order, &f);
		ret = to_nodes(stream, &f, found, flags);
		cc_forest_free(&f);
	}
	cc_forest_builder_free(&b);
	fs_give((void **)&found->msgnos);
	fs_give((void **)&found->order);
	return ret;
}

THREADNODE *
mail_thread_orderedsubject(MAILSTREAM *stream, char *charset, SEARCHPGM *spg,
    long flags, sorter_t sorter)
{
	struct found found;

	return find(stream, charset, spg, flags, sorter, &found)
	    ? thread(stream, &found, flags, false)
	    : NIL;
}

THREADNODE *
mail_thread_references(MAILSTREAM *stream, char *charset, SEARCHPGM *spg,
    long flags, sorter_t sorter)
{
	struct found found;

	return find(stream, charset, spg, flags, sorter, &found)
	    ? thread(stream, &found, flags, true)
	    : NIL;
}
