/*
 * mail_threader.c - THREAD of message numbers (RFC 5256, BASE.6.4.THREAD).
 *
 * Each message's header is looked at once, in the order of the mailbox; of it
 * only hashes, a date and links remain.
 */
#include "cc_limits.h"
#include "fs.h"
#include "mail_keys.h"
#include "mail_threader.h"
#include "merge_sort.h"
#include "rfc822_msgid.h"

struct threader {
	MAILSTREAM *stream;
	struct forest_builder b;
	bool ids;       /* the algorithm wants them */
	int64_t *dates; /* sent dates, seconds since 1970 */
	struct arena arena;
	struct strbuf header, text;
};

/* The first id of a field; empty if there is none. */
static struct span
first_id(struct span field, struct strbuf *scratch)
{
	struct rfc822_msgids ids;
	struct span id;

	if (!field.len)
		return cc_span("", 0);
	cc_rfc822_msgids_init(&ids, scratch, field);
	return cc_rfc822_msgids_next(&ids, &id) > 0 ? id : cc_span("", 0);
}

/* The ids of the References field, or else the first one of In-Reply-To. */
static int
put_references(struct forest_builder *b, struct span references,
    struct span in_reply_to, struct strbuf *scratch)
{
	struct rfc822_msgids ids;
	struct span id;
	bool any = false;
	int r;

	cc_rfc822_msgids_init(&ids, scratch, references);
	while ((r = cc_rfc822_msgids_next(&ids, &id)) > 0) {
		cc_forest_reference(b, id);
		any = true;
	}
	if (r == 0 && !any && in_reply_to.len) {
		id = first_id(in_reply_to, scratch);
		if (id.len)
			cc_forest_reference(b, id);
	}
	cc_forest_link(b);
	return r;
}

/* One message. The date comes last: it may need another call on the stream,
 * which ends the life of the header. */
static int
load(struct threader *t, unsigned long msgno, int64_t *date)
{
	struct rfc822_envelope env;
	bool marked;
	int r;

	r = cc_key_fields(t->stream, msgno, &t->arena, &t->header, &env);
	if (r != 0)
		return r;
	cc_strbuf_reset(&t->text);
	marked = cc_key_subject(&t->text, env.subject);
	cc_forest_add(&t->b, cc_strbuf_span(&t->text), marked);
	if (t->ids) {
		cc_forest_id(&t->b, first_id(env.message_id, &t->text));
		r = put_references(&t->b, env.references, env.in_reply_to,
		    &t->text);
	}
	return r != 0 ? r : cc_key_date(t->stream, msgno, env.date, date);
}

static int
by_date(uint32_t a, uint32_t b, const void *context)
{
	const int64_t *dates = context;

	return dates[a] < dates[b] ? -1 : dates[a] > dates[b];
}

static void
finish(struct threader *t, struct mail_forest *f_r)
{
	size_t count = t->b.count;
	uint32_t *order = fs_get((count + 1) * sizeof(*order));

	for (size_t i = 0; i < count; i++)
		order[i] = (uint32_t)i;
	cc_merge_sort(order, count, by_date, t->dates);
	if (t->ids)
		cc_forest_references(&t->b, order, f_r);
	else
		cc_forest_ordered_subject(&t->b, order, f_r);
	fs_give((void **)&order);
}

int
cc_mail_thread(MAILSTREAM *stream, enum mail_threading how,
    const uint32_t *msgnos, size_t count, struct mail_forest *f_r)
{
	struct threader t = { .stream = stream, .ids = how == MAIL_REFERENCES };
	int r = 0;

	cc_forest_init(&t.b, count);
	cc_arena_init(&t.arena, CC_MIME_MEMORY);
	cc_strbuf_init(&t.header, CC_HEADER_MAX);
	/* Letters may become eighteen when they are taken apart. */
	cc_strbuf_init(&t.text, SIZE_MAX / 2);
	t.dates = fs_get((count + 1) * sizeof(*t.dates));
	for (size_t i = 0; r == 0 && i < count; i++)
		r = load(&t, msgnos[i], &t.dates[i]);
	if (r == 0)
		finish(&t, f_r);
	fs_give((void **)&t.dates);
	cc_strbuf_free(&t.text);
	cc_strbuf_free(&t.header);
	cc_arena_free(&t.arena);
	cc_forest_builder_free(&t.b);
	return r;
}
