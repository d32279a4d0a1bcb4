/*
 * mail_sortcache.c - sort entries of messages ("SORTCACHE"), kept by the cache
 * manager until the message is expunged or the stream closed.
 *
 * Texts are in the form that collates (mail_keys.h), ids in normal form. With a
 * driver that has a fast path they come from the header itself, else from the
 * envelope, which remote drivers may have fetched for many messages at once.
 */
#include "cc_err.h"
#include "cc_limits.h"
#include "fs.h"
#include "mail_fast.h"
#include "mail_keys.h"
#include "mail_params.h"
#include "mail_sortcache.h"
#include "misc.h"
#include "rfc822_msgid.h"

#define HEADER_KEYS                                                            \
	(1u << SORTDATE | 1u << SORTFROM | 1u << SORTSUBJECT | 1u << SORTTO |  \
	    1u << SORTCC | CC_SORTCACHE_IDS)

/* Where the keys of one message are taken from. */
struct source {
	struct rfc822_envelope fields; /* of these: not from, to, cc */
	const ENVELOPE *env;           /* or NULL: they are in fields, too */
	struct arena arena;
	struct strbuf header;
};

SORTCACHE *
cc_sortcache(MAILSTREAM *stream, unsigned long msgno)
{
	SORTCACHE *sc = (*cc_param_cache())(stream, msgno, CH_SORTCACHE);

	sc->num = msgno;
	return sc;
}

static unsigned
loaded(const SORTCACHE *sc)
{
	return (sc->date ? 1u << SORTDATE : 0) |
	    (sc->arrival ? 1u << SORTARRIVAL : 0) |
	    (sc->from ? 1u << SORTFROM : 0) |
	    (sc->subject ? 1u << SORTSUBJECT : 0) |
	    (sc->to ? 1u << SORTTO : 0) | (sc->cc ? 1u << SORTCC : 0) |
	    (sc->size ? 1u << SORTSIZE : 0) |
	    (sc->message_id ? CC_SORTCACHE_IDS : 0);
}

static struct span
span_of(const char *s)
{
	return cc_span(s, s ? strlen(s) : 0);
}

/* The spans are good until the next call on the stream. */
static int
open_source(struct source *src, MAILSTREAM *stream, unsigned long msgno)
{
	const ENVELOPE *env;

	if (stream->dtb->fastpath)
		return cc_key_fields(stream, msgno, &src->arena, &src->header,
		    &src->fields);
	src->env = env = mail_fetch_structure(stream, msgno, NIL, NIL);
	if (!env)
		return CC_EIO;
	src->fields = (struct rfc822_envelope){
		.date = span_of((const char *)env->date),
		.subject = span_of(env->subject),
		.message_id = span_of(env->message_id),
		.references = span_of(env->references),
		.in_reply_to = span_of(env->in_reply_to),
	};
	return 0;
}

static char *
mailbox_key(struct source *src, struct span list, const ADDRESS *adr)
{
	struct strbuf key;

	cc_strbuf_init(&key, SIZE_MAX / 2);
	if (!src->env)
		cc_key_mailbox(&key, &src->arena, list);
	else if (adr && adr->mailbox &&
	    !(adr->host && !strcmp(adr->host, ERRHOST)))
		cc_key_text(&key, cc_span_z(adr->mailbox));
	return cc_strbuf_take(&key);
}

static void
load_subject(SORTCACHE *sc, struct span subject)
{
	struct strbuf key;

	cc_strbuf_init(&key, SIZE_MAX / 2);
	sc->refwd = cc_key_subject(&key, subject);
	sc->subject = cc_strbuf_take(&key);
}

/* Appends an id; past the limit it replaces the last one. */
static STRINGLIST **
put_reference(STRINGLIST **tail, unsigned *count, struct span id)
{
	STRINGLIST *last = *tail;

	if (last && (*count)++ < CC_REFERENCES_MAX) {
		tail = &last->next;
		last = NIL;
	}
	if (!last)
		*tail = last = mail_newstringlist();
	fs_give((void **)&last->text.data);
	last->text.data = (unsigned char *)cc_span_dup(id);
	last->text.size = id.len;
	return tail;
}

STRINGLIST *
cc_new_references(struct span text, bool first)
{
	struct rfc822_msgids ids;
	struct strbuf scratch;
	struct span id;
	STRINGLIST *list = NIL, **tail = &list;
	unsigned count = 0;

	cc_strbuf_init(&scratch, text.len);
	cc_rfc822_msgids_init(&ids, &scratch, text);
	while (cc_rfc822_msgids_next(&ids, &id) > 0 && !(first && list))
		tail = put_reference(tail, &count, id);
	cc_strbuf_free(&scratch);
	return list;
}

static void
load_ids(SORTCACHE *sc, const struct rfc822_envelope *fields)
{
	STRINGLIST *id = cc_new_references(fields->message_id, true);

	sc->message_id = cpystr(id ? (char *)id->text.data : "");
	sc->unique = sc->message_id;
	mail_free_stringlist(&id);
	if (!sc->references)
		sc->references = cc_new_references(fields->references, false);
	if (!sc->references)
		sc->references = cc_new_references(fields->in_reply_to, true);
}

/* The entry counts from 1970 only. */
static unsigned long
seconds(int64_t time)
{
	return time < 0 ? 0 : (unsigned long)time;
}

/* What comes from the header. The date is last, since it may need a call on
 * the stream. */
static int
load_header(MAILSTREAM *stream, SORTCACHE *sc, unsigned wanted,
    struct source *src)
{
	const ENVELOPE *env = src->env;
	int64_t time = 0;
	int r;

	if (wanted & 1u << SORTFROM)
		sc->from =
		    mailbox_key(src, src->fields.from, env ? env->from : NIL);
	if (wanted & 1u << SORTTO)
		sc->to = mailbox_key(src, src->fields.to, env ? env->to : NIL);
	if (wanted & 1u << SORTCC)
		sc->cc = mailbox_key(src, src->fields.cc, env ? env->cc : NIL);
	if (wanted & 1u << SORTSUBJECT)
		load_subject(sc, src->fields.subject);
	if (wanted & CC_SORTCACHE_IDS)
		load_ids(sc, &src->fields);
	if (!(wanted & 1u << SORTDATE))
		return 0;
	r = cc_key_date(stream, sc->num, src->fields.date, &time);
	sc->date = seconds(time);
	return r;
}

static int
load_numbers(MAILSTREAM *stream, SORTCACHE *sc, unsigned wanted)
{
	struct imap_date date;
	uint64_t size;
	int r = 0;

	if (wanted & 1u << SORTARRIVAL &&
	    (r = cc_mail_date(stream, sc->num, &date)) == 0)
		sc->arrival = seconds(date.time);
	if (r == 0 && wanted & 1u << SORTSIZE &&
	    (r = cc_mail_size(stream, sc->num, &size)) == 0)
		sc->size = (unsigned long)size;
	return r;
}

int
cc_sortcache_load(MAILSTREAM *stream, unsigned long msgno, unsigned wanted)
{
	SORTCACHE *sc = cc_sortcache(stream, msgno);
	struct source src = { .env = NULL };
	int r;

	wanted &= ~loaded(sc);
	if (!wanted)
		return 0;
	sc->dirty = T;
	r = load_numbers(stream, sc, wanted);
	if (r != 0 || !(wanted & HEADER_KEYS))
		return r;
	cc_arena_init(&src.arena, CC_MIME_MEMORY);
	cc_strbuf_init(&src.header, CC_HEADER_MAX);
	if ((r = open_source(&src, stream, msgno)) == 0)
		r = load_header(stream, sc, wanted, &src);
	cc_strbuf_free(&src.header);
	cc_arena_free(&src.arena);
	return r;
}

/* A callback for mail_fetch_overview: a driver has them without headers. */
void
mail_thread_loadcache(MAILSTREAM *stream, unsigned long uid, OVERVIEW *ov,
    unsigned long msgno)
{
	struct rfc822_envelope fields = { 0 };
	struct source src = { .env = NULL };
	ENVELOPE env = { 0 };
	unsigned wanted;
	SORTCACHE *sc;

	(void)uid;
	if (!msgno || !ov)
		return;
	sc = cc_sortcache(stream, msgno);
	fields.date = span_of(ov->date);
	fields.subject = span_of(ov->subject);
	fields.message_id = span_of(ov->message_id);
	fields.references = span_of(ov->references);
	env.from = ov->from;
	src.fields = fields;
	src.env = &env;
	wanted = (1u << SORTDATE | 1u << SORTFROM | 1u << SORTSUBJECT |
		     CC_SORTCACHE_IDS) &
	    ~loaded(sc);
	if (!sc->size && ov->optional.octets)
		sc->size = ov->optional.octets;
	if (!wanted)
		return;
	sc->dirty = T;
	(void)load_header(stream, sc, wanted, &src);
}
