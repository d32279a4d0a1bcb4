/*
 * mail_elt.c - the messages of a stream: elts ("MESSAGECACHE"), and the
 * up-calls by which drivers announce and remove messages.
 *
 * Elts belong to the cache manager (SET_CACHE; mail_cache.c holds ours) and
 * are made when somebody asks for one. An elt lives until its lockcount is 0,
 * so a program may keep one past an expunge or the end of the stream.
 */
#include "cc_err.h"
#include "cc_say.h"
#include "ftl.h"
#include "fs.h"
#include "mail_generic.h"
#include "mail_inner.h"
#include "mail_params.h"

static void *
cache_op(MAILSTREAM *stream, unsigned long msgno, long op)
{
	return (*cc_param_cache())(stream, msgno, op);
}

MESSAGECACHE *
mail_new_cache_elt(unsigned long msgno)
{
	MESSAGECACHE *elt = fs_get(sizeof(*elt));

	*elt = (MESSAGECACHE){ .msgno = msgno, .lockcount = 1 };
	return elt;
}

void
mail_free_elt(MESSAGECACHE **elt)
{
	MESSAGECACHE *e = *elt;

	*elt = NIL;
	if (!e || --e->lockcount)
		return;
	mail_gc_msg(&e->private.msg, GC_ENV | GC_TEXTS);
	if (e->sparep && cc_params.freeelt)
		(*cc_params.freeelt)(&e->sparep);
	fs_give((void **)&e);
}

/* What the driver's record says of a message. */
static void
fill_elt(MAILSTREAM *stream, MESSAGECACHE *elt)
{
	const struct cc_driver_fast *fast = stream->dtb->fastpath;
	struct mail_record record;
	struct imap_date date;
	uint64_t size;

	if (fast->record(stream, elt->msgno, &record) != 0)
		return;
	elt->private.uid = record.uid;
	cc_mail_elt_set_flags(elt, record.flags, record.keywords);
	if (fast->size(stream, elt->msgno, &size) == 0)
		elt->rfc822_size = size;
	if (fast->date(stream, elt->msgno, &date) == 0)
		cc_mail_elt_set_date(elt, &date);
}

MESSAGECACHE *
mail_elt(MAILSTREAM *stream, unsigned long msgno)
{
	MESSAGECACHE *elt;
	char text[MAILTMPLEN];

	if (msgno < 1 || msgno > stream->nmsgs) {
		snprintf(text, sizeof(text),
		    "Bad msgno %lu in mail_elt, nmsgs = %lu, mbx=%.80s", msgno,
		    stream->nmsgs, stream->mailbox ? stream->mailbox : "?");
		fatal(text);
	}
	elt = cache_op(stream, msgno, CH_MAKEELT);
	/* A filled elt has a UID: it is never 0 (RFC 3501 section 2.3.1.1). */
	if (!elt->private.uid && stream->dtb && stream->dtb->fastpath)
		fill_elt(stream, elt);
	return elt;
}

MESSAGECACHE *
cc_mail_elt_if(MAILSTREAM *stream, unsigned long msgno)
{
	return cache_op(stream, msgno, CH_ELT);
}

void
cc_mail_elt_refresh(MAILSTREAM *stream, unsigned long msgno)
{
	MESSAGECACHE *elt = cc_mail_elt_if(stream, msgno);
	struct mail_record record;

	if (elt && cc_mail_record(stream, msgno, &record) == 0)
		cc_mail_elt_set_flags(elt, record.flags, record.keywords);
}

void
mail_exists(MAILSTREAM *stream, unsigned long nmsgs)
{
	if (nmsgs > MAXMESSAGES) {
		cc_say(ERROR,
		    "Mailbox has more messages (%lu) than maximum (%lu)", nmsgs,
		    (unsigned long)MAXMESSAGES);
		nmsgs = MAXMESSAGES;
	}
	cache_op(stream, nmsgs, CH_SIZE);
	stream->nmsgs = nmsgs;
	if (!stream->silent)
		MM_EXISTS(stream, nmsgs);
}

void
mail_recent(MAILSTREAM *stream, unsigned long recent)
{
	if (recent > stream->nmsgs) {
		cc_say(ERROR, "Non-existent recent message(s) %lu, nmsgs=%lu",
		    recent, stream->nmsgs);
		return;
	}
	stream->recent = recent;
}

/* The program is told while the elt still is there; then numbers move. */
void
mail_expunged(MAILSTREAM *stream, unsigned long msgno)
{
	MESSAGECACHE *elt;

	if (msgno < 1 || msgno > stream->nmsgs) {
		cc_say(ERROR, "Expunge of non-existent message %lu, nmsgs=%lu",
		    msgno, stream->nmsgs);
		return;
	}
	if (!stream->silent)
		MM_EXPUNGED(stream, msgno);
	cc_mail_inner_forget(stream);
	if (stream->msgno >= msgno)
		mail_gc(stream, GC_ENV);
	elt = cc_mail_elt_if(stream, msgno);
	if (elt) {
		elt->msgno = 0;
		cache_op(stream, msgno, CH_FREE);
	}
	cache_op(stream, msgno, CH_FREESORTCACHE);
	cache_op(stream, msgno, CH_EXPUNGE);
	stream->nmsgs--;
}

void
mail_free_cache(MAILSTREAM *stream)
{
	mail_gc(stream, GC_ELT | GC_ENV | GC_TEXTS);
	cache_op(stream, 0, CH_INIT);
}
