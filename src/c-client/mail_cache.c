/*
 * mail_cache.c - the library's own cache manager: two arrays, one of elts and
 * one of sort entries, indexed by message number less one.
 *
 * The arrays are made when the first entry is, not when messages are
 * announced: a server that works with the drivers' own records never has them.
 */
#include "fs.h"
#include "ftl.h"
#include "mail_generic.h"
#include "mail_inner.h"
#include "mail_params.h"

static void
free_sort_entry(SORTCACHE **sc)
{
	SORTCACHE *s = *sc;

	if (!s)
		return;
	fs_give((void **)&s->from);
	fs_give((void **)&s->to);
	fs_give((void **)&s->cc);
	fs_give((void **)&s->subject);
	if (s->unique && s->unique != s->message_id)
		fs_give((void **)&s->unique);
	fs_give((void **)&s->message_id);
	mail_free_stringlist(&s->references);
	fs_give((void **)sc);
}

static void
free_arrays(MAILSTREAM *stream)
{
	fs_give((void **)&stream->cache);
	fs_give((void **)&stream->sc);
	stream->cachesize = 0;
}

static void
init_cache(MAILSTREAM *stream)
{
	for (unsigned long i = 0; i < stream->cachesize; i++) {
		if (stream->cache[i])
			mail_free_elt(&stream->cache[i]);
		free_sort_entry(&stream->sc[i]);
	}
	free_arrays(stream);
	stream->nmsgs = 0;
}

static void
grow(MAILSTREAM *stream, unsigned long need)
{
	unsigned long old = stream->cachesize, size = need + CACHEINCREMENT;

	if (need <= old)
		return;
	if (stream->cache) {
		fs_resize((void **)&stream->cache,
		    size * sizeof(MESSAGECACHE *));
		fs_resize((void **)&stream->sc, size * sizeof(SORTCACHE *));
	} else {
		stream->cache = fs_get(size * sizeof(MESSAGECACHE *));
		stream->sc = fs_get(size * sizeof(SORTCACHE *));
	}
	memset(stream->cache + old, 0, (size - old) * sizeof(MESSAGECACHE *));
	memset(stream->sc + old, 0, (size - old) * sizeof(SORTCACHE *));
	stream->cachesize = size;
}

/* All messages get their place at once: what asks for one mostly asks for the
 * others, too. */
static void
grow_for(MAILSTREAM *stream, unsigned long msgno)
{
	grow(stream, msgno > stream->nmsgs ? msgno : stream->nmsgs);
}

static void *
make_elt(MAILSTREAM *stream, unsigned long msgno)
{
	grow_for(stream, msgno);
	if (!stream->cache[msgno - 1])
		stream->cache[msgno - 1] = mail_new_cache_elt(msgno);
	return stream->cache[msgno - 1];
}

static void *
make_sort_entry(MAILSTREAM *stream, unsigned long msgno)
{
	grow_for(stream, msgno);
	if (!stream->sc[msgno - 1]) {
		stream->sc[msgno - 1] = fs_get(sizeof(SORTCACHE));
		*stream->sc[msgno - 1] = (SORTCACHE){ .num = msgno };
	}
	return stream->sc[msgno - 1];
}

/* Closes the gap that an expunged message left. */
static void
close_gap(MAILSTREAM *stream, unsigned long msgno)
{
	unsigned long last = stream->nmsgs;

	if (last > stream->cachesize)
		last = stream->cachesize;
	if (msgno > last)
		return;
	for (unsigned long i = msgno; i < last; i++) {
		stream->cache[i - 1] = stream->cache[i];
		if (stream->cache[i - 1])
			stream->cache[i - 1]->msgno = i;
		stream->sc[i - 1] = stream->sc[i];
		if (stream->sc[i - 1])
			stream->sc[i - 1]->num = i;
	}
	stream->cache[last - 1] = NIL;
	stream->sc[last - 1] = NIL;
}

void *
mm_cache(MAILSTREAM *stream, unsigned long msgno, long op)
{
	const bool has = msgno > 0 && msgno <= stream->cachesize;

	switch (op) {
	case CH_INIT:
		init_cache(stream);
		break;
	case CH_SIZE:
		if (stream->cache)
			grow(stream, msgno);
		break;
	case CH_MAKEELT:
		return make_elt(stream, msgno);
	case CH_ELT:
		return has ? stream->cache[msgno - 1] : NIL;
	case CH_SORTCACHE:
		return make_sort_entry(stream, msgno);
	case CH_FREE:
		if (has && stream->cache[msgno - 1])
			mail_free_elt(&stream->cache[msgno - 1]);
		break;
	case CH_FREESORTCACHE:
		if (has)
			free_sort_entry(&stream->sc[msgno - 1]);
		break;
	case CH_EXPUNGE:
		close_gap(stream, msgno);
		break;
	default:
		fatal("Bad mm_cache op");
	}
	return NIL;
}

void
cc_mail_cache_drop(MAILSTREAM *stream)
{
	unsigned long kept = 0;

	if (!stream->cache || cc_param_cache() != mm_cache)
		return;
	for (unsigned long i = 0; i < stream->cachesize; i++) {
		if (stream->cache[i] && stream->cache[i]->lockcount == 1)
			mail_free_elt(&stream->cache[i]);
		if (stream->cache[i] || stream->sc[i])
			kept++;
	}
	if (!kept)
		free_arrays(stream);
}
