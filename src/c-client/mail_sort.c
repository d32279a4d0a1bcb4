/*
 * mail_sort.c - mail_sort and what it does where the driver has no sort of its
 * own (RFC 5256, BASE.6.4.SORT).
 *
 * Keys are kept with the stream (mail_sortcache.c), so a second sort reads
 * nothing. Sorting is stable and n log n.
 */
#include "fs.h"
#include "mail_generic.h"
#include "mail_params.h"
#include "mail_sortcache.h"
#include "merge_sort.h"
#include "misc.h"

unsigned long *
mail_sort(MAILSTREAM *stream, char *charset, SEARCHPGM *spg, SORTPGM *pgm,
    long flags)
{
	unsigned long *ret = NIL;

	if (stream && stream->dtb && pgm)
		ret = stream->dtb->sort
		    ? (*stream->dtb->sort)(stream, charset, spg, pgm, flags)
		    : mail_sort_msgs(stream, charset, spg, pgm, flags);
	if (flags & SE_FREE)
		mail_free_searchpgm(&spg);
	if (flags & SO_FREE)
		mail_free_sortpgm(&pgm);
	return ret;
}

/* Marks what the program asks for, without telling anybody. */
static long
search_silently(MAILSTREAM *stream, char *charset, SEARCHPGM *spg, long flags)
{
	const unsigned silent = stream->silent;
	long ok;

	stream->silent = T;
	ok = mail_search_full(stream, charset, spg,
	    flags & (SE_NOPREFETCH | SE_NOSERVER));
	stream->silent = silent & 1;
	return ok;
}

static bool
is_searched(MAILSTREAM *stream, unsigned long msgno)
{
	const MESSAGECACHE *elt = cc_mail_elt_if(stream, msgno);

	return elt && elt->searched;
}

unsigned long *
mail_sort_msgs(MAILSTREAM *stream, char *charset, SEARCHPGM *spg, SORTPGM *pgm,
    long flags)
{
	unsigned long *ret = NIL;
	SORTCACHE **sc;

	if (spg && !search_silently(stream, charset, spg, flags))
		return NIL;
	pgm->nmsgs = 0;
	pgm->progress.cached = 0;
	pgm->progress.sorted = 0;
	pgm->progress.postsorted = 0;
	for (unsigned long i = 1; i <= stream->nmsgs; i++)
		pgm->nmsgs += is_searched(stream, i);
	if (!(sc = mail_sort_loadcache(stream, pgm)))
		return NIL;
	if (!pgm->abort)
		ret = mail_sort_cache(stream, pgm, sc, flags);
	fs_give((void **)&sc);
	if (ret && cc_params.sortresults)
		(*cc_params.sortresults)(stream, ret, pgm->nmsgs);
	return ret;
}

static unsigned
wanted_by(const SORTPGM *pgm)
{
	unsigned wanted = 0;

	for (; pgm; pgm = pgm->next)
		if (pgm->function >= SORTDATE && pgm->function <= SORTSIZE)
			wanted |= 1u << pgm->function;
	return wanted;
}

SORTCACHE **
mail_sort_loadcache(MAILSTREAM *stream, SORTPGM *pgm)
{
	const unsigned wanted = wanted_by(pgm);
	SORTCACHE **list = fs_get((pgm->nmsgs + 1) * sizeof(*list));
	unsigned long n = 0;
	int r = 0;

	for (unsigned long i = 1;
	     i <= stream->nmsgs && n < pgm->nmsgs && !pgm->abort; i++) {
		if (!is_searched(stream, i))
			continue;
		if ((r = cc_sortcache_load(stream, i, wanted)) != 0)
			break;
		list[n] = cc_sortcache(stream, i);
		list[n]->pgm = pgm;
		list[n]->sorted = list[n]->postsorted = NIL;
		n++;
		pgm->progress.cached++;
	}
	list[n] = NIL;
	if (r != 0) {
		cc_mail_report("sort", stream->mailbox, r);
		fs_give((void **)&list);
		return NIL;
	}
	if (!pgm->abort)
		pgm->nmsgs = n;
	return list;
}

/* By one key. */
static int
compare_by(short function, const SORTCACHE *a, const SORTCACHE *b)
{
	switch (function) {
	case SORTDATE:
		return compare_ulong(a->date, b->date);
	case SORTARRIVAL:
		return compare_ulong(a->arrival, b->arrival);
	case SORTSIZE:
		return compare_ulong(a->size, b->size);
	case SORTFROM:
		return compare_string((unsigned char *)a->from,
		    (unsigned char *)b->from);
	case SORTTO:
		return compare_string((unsigned char *)a->to,
		    (unsigned char *)b->to);
	case SORTCC:
		return compare_string((unsigned char *)a->cc,
		    (unsigned char *)b->cc);
	case SORTSUBJECT:
		return compare_string((unsigned char *)a->subject,
		    (unsigned char *)b->subject);
	default:
		return 0;
	}
}

/* Counts, for who looks at progress, the entries seen for the first time. */
static void
count_sorted(SORTCACHE *sc, SORTPGM *pgm)
{
	if (!sc->sorted) {
		sc->sorted = T;
		pgm->progress.sorted++;
	}
}

int
mail_sort_compare(const void *a1, const void *a2)
{
	SORTCACHE *a = *(SORTCACHE *const *)a1, *b = *(SORTCACHE *const *)a2;
	SORTPGM *pgm = a->pgm;

	if (pgm && pgm->abort)
		return 0;
	if (pgm) {
		count_sorted(a, pgm);
		count_sorted(b, pgm);
	}
	for (const SORTPGM *p = pgm; p; p = p->next) {
		int r = compare_by(p->function, a, b);

		if (r != 0)
			return p->reverse ? -r : r;
	}
	return compare_ulong(a->num, b->num);
}

static int
compare(uint32_t a, uint32_t b, const void *context)
{
	SORTCACHE *const *list = context;

	return mail_sort_compare(&list[a], &list[b]);
}

/* Puts the entries into their order. */
static void
sort(SORTCACHE **list, size_t count)
{
	uint32_t *order = fs_get((count + 1) * sizeof(*order));
	SORTCACHE **old = fs_get((count + 1) * sizeof(*old));

	for (size_t i = 0; i < count; i++)
		order[i] = (uint32_t)i;
	cc_merge_sort(order, count, compare, list);
	memcpy(old, list, count * sizeof(*old));
	for (size_t i = 0; i < count; i++)
		list[i] = old[order[i]];
	fs_give((void **)&old);
	fs_give((void **)&order);
}

unsigned long *
mail_sort_cache(MAILSTREAM *stream, SORTPGM *pgm, SORTCACHE **sc, long flags)
{
	unsigned long *ret;

	sort(sc, pgm->nmsgs);
	/* A single entry is never compared. */
	if (pgm->nmsgs == 1)
		count_sorted(sc[0], pgm);
	if (pgm->postsort)
		(*pgm->postsort)(sc);
	if (pgm->abort)
		return NIL;
	ret = fs_get((pgm->nmsgs + 1) * sizeof(*ret));
	for (unsigned long i = 0; i < pgm->nmsgs; i++)
		ret[i] =
		    flags & SE_UID ? mail_uid(stream, sc[i]->num) : sc[i]->num;
	ret[pgm->nmsgs] = 0;
	return ret;
}
