/*
 * mail_finder_make.c - search programs made into nodes (RFC 3501 section 6.4.4;
 * RFC 5032).
 *
 * A program becomes an array, parents before children, so that neither making
 * it nor joining answers recurses, however deep a program is. Memory is bounded
 * by the program, whose size its parser bounds (CC_SEARCH_KEYS).
 */
#include <time.h>

#include "cc_limits.h"
#include "fs.h"
#include "imap_search.h"
#include "mail_finder_node.h"
#include "misc.h"

static struct finder_node *
add(struct cc_finder *f, enum finder_kind kind, enum finder_stage stage,
    size_t parent)
{
	struct finder_node *node;

	if (f->count == f->room) {
		f->room = f->room ? 2 * f->room : 16;
		fs_resize((void **)&f->nodes, f->room * sizeof(*f->nodes));
	}
	node = &f->nodes[f->count++];
	*node = (struct finder_node){
		.kind = kind, .stage = stage, .parent = (uint32_t)parent
	};
	if (kind > FIND_OR)
		f->stages |= 1u << stage;
	return node;
}

/* The bits of the keywords that the mailbox has. */
static uint32_t
keyword_bits(MAILSTREAM *stream, const STRINGLIST *st, bool *unknown_r)
{
	uint32_t bits = 0;
	unsigned i;

	for (; st; st = st->next) {
		struct span name = cc_span(st->text.data, st->text.size);

		for (i = 0; i < NUSERFLAGS; i++)
			if (stream->user_flags[i] &&
			    cc_span_is_nocase(name, stream->user_flags[i]))
				break;
		if (i < NUSERFLAGS)
			bits |= UINT32_C(1) << i;
		else
			*unknown_r = true;
	}
	return bits;
}

static unsigned
flag_bits(unsigned keys, bool un)
{
	static const struct {
		unsigned yes, no, bit;
	} table[] = {
		{ CC_SEARCH_ANSWERED, CC_SEARCH_UNANSWERED, fANSWERED },
		{ CC_SEARCH_DELETED, CC_SEARCH_UNDELETED, fDELETED },
		{ CC_SEARCH_DRAFT, CC_SEARCH_UNDRAFT, fDRAFT },
		{ CC_SEARCH_FLAGGED, CC_SEARCH_UNFLAGGED, fFLAGGED },
		{ CC_SEARCH_OLD, CC_SEARCH_RECENT, fOLD },
		{ CC_SEARCH_SEEN, CC_SEARCH_UNSEEN, fSEEN },
	};
	unsigned bits = 0;

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (keys >> (un ? table[i].no : table[i].yes) & 1)
			bits |= table[i].bit;
	return bits;
}

static void
add_flags(struct cc_finder *f, const SEARCHPGM *pgm, size_t parent)
{
	unsigned keys = cc_search_flag_bits(pgm);
	struct finder_node *node;
	bool ignored = false;

	if (!keys && !pgm->keyword && !pgm->unkeyword)
		return;
	node = add(f, FIND_FLAGS, STAGE_RECORD, parent);
	node->u.flags.set = flag_bits(keys, false);
	node->u.flags.clear = flag_bits(keys, true);
	node->u.flags.keywords =
	    keyword_bits(f->stream, pgm->keyword, &node->u.flags.unknown);
	node->u.flags.no_keywords =
	    keyword_bits(f->stream, pgm->unkeyword, &ignored);
}

static uint32_t
set_number(unsigned long n)
{
	return n >= UINT32_MAX ? CC_IMAP_STAR : (uint32_t)n;
}

static void
add_set(struct cc_finder *f, enum finder_kind kind, const SEARCHSET *from,
    size_t parent)
{
	struct mail_record last = { 0 };
	struct imap_seqset *set;
	size_t count = 0;
	uint32_t max = (uint32_t)f->stream->nmsgs;

	if (!from)
		return;
	if (kind == FIND_UID && max &&
	    cc_mail_record(f->stream, max, &last) == 0)
		max = last.uid;
	for (const SEARCHSET *s = from; s; s = s->next)
		count++;
	set = &add(f, kind, STAGE_RECORD, parent)->u.set;
	set->ranges = fs_get(count * sizeof(*set->ranges));
	for (; from; from = from->next) {
		uint32_t first = set_number(from->first);

		if (from->first == 0)
			continue;
		set->ranges[set->count++] = (struct imap_range){ first,
			from->last ? set_number(from->last) : first };
	}
	cc_imap_seqset_normalise(set, max);
}

/* The day of a date as SEARCHPGM has it. */
static int64_t
day_of(unsigned short date)
{
	return date ? cc_days_from_civil(BASEYEAR + (date >> 9),
			  (date >> 5) & 0xf, date & 0x1f)
		    : -1;
}

static void
add_dates(struct cc_finder *f, const SEARCHPGM *pgm, size_t parent)
{
	if (pgm->before || pgm->on || pgm->since)
		add(f, FIND_DATE, STAGE_CHEAP, parent)->u.days =
		    (struct finder_days){ day_of(pgm->before), day_of(pgm->on),
			    day_of(pgm->since) };
	if (pgm->sentbefore || pgm->senton || pgm->sentsince)
		add(f, FIND_SENT, STAGE_HEADER, parent)->u.days =
		    (struct finder_days){ day_of(pgm->sentbefore),
			    day_of(pgm->senton), day_of(pgm->sentsince) };
}

/* Both bounds belong to the interval (RFC 5032 section 2). */
static void
add_age(struct cc_finder *f, const SEARCHPGM *pgm, size_t parent)
{
	struct finder_node *node;
	int64_t now = (int64_t)time(NULL);

	if (!pgm->older && !pgm->younger)
		return;
	node = add(f, FIND_AGE, STAGE_CHEAP, parent);
	node->u.age.first =
	    pgm->younger ? now - (int64_t)pgm->younger : INT64_MIN;
	node->u.age.last = pgm->older ? now - (int64_t)pgm->older : INT64_MAX;
}

static void
add_size(struct cc_finder *f, const SEARCHPGM *pgm, size_t parent)
{
	struct finder_node *node;

	if (!pgm->larger && !pgm->smaller)
		return;
	node = add(f, FIND_SIZE, STAGE_CHEAP, parent);
	node->u.size.larger = pgm->larger;
	node->u.size.smaller = pgm->smaller;
}

/* A string may go over a line's end, which clients see as CRLF. Where the
 * mailbox has LF alone, and drops CR when it is sent, the string does, too. */
static void
init_needle(struct cc_finder *f, struct cc_needle *needle, struct span text)
{
	struct strbuf lf;

	if (cc_mail_newline(f->stream) != MIME_LF || !text.len ||
	    !memchr(text.p, '\r', text.len)) {
		cc_needle_init(needle, text);
		return;
	}
	f->drop_cr = true;
	cc_strbuf_init(&lf, text.len);
	cc_strbuf_put_span(&lf, text);
	cc_strbuf_drop_octet(&lf, '\r');
	cc_needle_init(needle, cc_strbuf_span(&lf));
	cc_strbuf_free(&lf);
}

static struct finder_node *
add_text(struct cc_finder *f, enum finder_kind kind, const SIZEDTEXT *text,
    size_t parent)
{
	struct finder_node *node = add(f, kind,
	    kind == FIND_FIELD ? STAGE_HEADER : STAGE_TEXT, parent);

	init_needle(f, &node->u.text.needle, cc_span(text->data, text->size));
	return node;
}

static void
add_field(struct cc_finder *f, const char *name, size_t len,
    const SIZEDTEXT *text, size_t parent)
{
	struct finder_node *node = add_text(f, FIND_FIELD, text, parent);

	node->u.text.field = cc_span_dup(cc_span(name, len));
}

static void
add_list(struct cc_finder *f, enum finder_kind kind, const char *name,
    const STRINGLIST *st, size_t parent)
{
	for (; st; st = st->next) {
		if (kind != FIND_FIELD) {
			add_text(f, kind, &st->text, parent);
			continue;
		}
		add_field(f, name, strlen(name), &st->text, parent);
		f->nodes[f->count - 1].u.text.address =
		    strcmp(name, "SUBJECT") != 0;
	}
}

static void
add_texts(struct cc_finder *f, const SEARCHPGM *pgm, size_t parent)
{
	add_list(f, FIND_FIELD, "BCC", pgm->bcc, parent);
	add_list(f, FIND_FIELD, "CC", pgm->cc, parent);
	add_list(f, FIND_FIELD, "FROM", pgm->from, parent);
	add_list(f, FIND_FIELD, "SUBJECT", pgm->subject, parent);
	add_list(f, FIND_FIELD, "TO", pgm->to, parent);
	for (const struct cc_search_member *m = cc_search_fields; m->name[0];
	     m++) {
		const void *at = (const char *)pgm + m->at;

		for (const STRINGLIST *st = *(STRINGLIST *const *)at; st;
		     st = st->next)
			add_field(f, m->name, strlen(m->name), &st->text,
			    parent);
	}
	for (const SEARCHHEADER *h = pgm->header; h; h = h->next)
		add_field(f, (const char *)h->line.data, h->line.size, &h->text,
		    parent);
	add_list(f, FIND_BODY, NULL, pgm->body, parent);
	add_list(f, FIND_TEXT, NULL, pgm->text, parent);
}

/* The children of a node that stands for a program. Their own children follow
 * when it is their turn. */
static void
expand(struct cc_finder *f, size_t at)
{
	const SEARCHPGM *pgm = f->nodes[at].pgm;

	add_flags(f, pgm, at);
	add_set(f, FIND_MSGNO, pgm->msgno, at);
	add_set(f, FIND_UID, pgm->uid, at);
	add_size(f, pgm, at);
	add_dates(f, pgm, at);
	add_age(f, pgm, at);
	add_texts(f, pgm, at);
	for (const SEARCHOR *o = pgm->or ; o; o = o->next) {
		size_t or = f->count;

		add(f, FIND_OR, 0, at);
		if (o->first)
			add(f, FIND_AND, 0, or)->pgm = o->first;
		if (o->second)
			add(f, FIND_AND, 0, or)->pgm = o->second;
	}
	for (const SEARCHPGMLIST *n = pgm->not ; n; n = n->next)
		if (n->pgm)
			add(f, FIND_NOT, 0, at)->pgm = n->pgm;
}

struct cc_finder *
cc_finder_new(MAILSTREAM *stream, const SEARCHPGM *pgm)
{
	struct cc_finder *f = memset(fs_get(sizeof(*f)), 0, sizeof(*f));

	f->stream = stream;
	cc_strbuf_init(&f->native, CC_HEADER_MAX);
	cc_strbuf_init(&f->field, CC_HEADER_MAX);
	cc_strbuf_init(&f->decoded, CC_HEADER_MAX);
	cc_arena_init(&f->arena, CC_MIME_MEMORY);
	add(f, FIND_AND, 0, 0)->pgm = pgm;
	for (size_t i = 0; i < f->count; i++)
		if (f->nodes[i].pgm)
			expand(f, i);
	return f;
}

static void
free_node(struct finder_node *node)
{
	switch (node->kind) {
	case FIND_MSGNO:
	case FIND_UID:
		fs_give((void **)&node->u.set.ranges);
		break;
	case FIND_FIELD:
	case FIND_TEXT:
	case FIND_BODY:
		cc_needle_free(&node->u.text.needle);
		fs_give((void **)&node->u.text.field);
		break;
	default:
		break;
	}
}

void
cc_finder_free(struct cc_finder **finder)
{
	struct cc_finder *f = *finder;

	if (!f)
		return;
	for (size_t i = 0; i < f->count; i++)
		free_node(&f->nodes[i]);
	fs_give((void **)&f->nodes);
	cc_strbuf_free(&f->native);
	cc_strbuf_free(&f->field);
	cc_strbuf_free(&f->decoded);
	cc_arena_free(&f->arena);
	fs_give((void **)finder);
}
