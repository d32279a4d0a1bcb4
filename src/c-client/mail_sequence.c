/*
 * mail_sequence.c - sequences of the public API: message numbers or UIDs in
 * text, turned into the `sequence` bits of elts; and sets of numbers.
 *
 * Syntax is imap_grammar.h's (RFC 3501 section 9, sequence-set). A program's
 * sequence may have any length, so it is parsed some ranges at a time.
 */
#include "cc_err.h"
#include "cc_limits.h"
#include "cc_say.h"
#include "mail_generic.h"
#include "fs.h"

/* Ranges that are parsed at once: all that a command can hold, so that each
 * message is marked once. */
#define BATCH CC_SEQSET_RANGES

/* What is done with each range of a sequence; NIL ends the walk. */
typedef long (*range_fn)(MAILSTREAM *stream, unsigned long first,
    unsigned long last);

/* The text up to the BATCH-th comma. */
static struct span
batch_of(const char *s)
{
	size_t len = 0;
	unsigned commas = 0;

	for (; s[len]; len++)
		if (s[len] == ',' && ++commas == BATCH)
			break;
	return cc_span(s, len);
}

static int
parse_batch(struct span text, struct arena *a, struct imap_seqset *set_r)
{
	struct cursor c = cc_cursor(text);
	int r = cc_imap_parse_seqset(&c, a, set_r);

	return r == 0 && !cc_cursor_at_end(&c) ? CC_EPARSE : r;
}

static void
complain(int code)
{
	cc_say(ERROR, "%s",
	    code == CC_ERANGE ? "Sequence out of range"
			      : "Syntax error in sequence");
}

/* Clears the marks of the elts that exist. */
static void
clear_marks(MAILSTREAM *stream)
{
	MESSAGECACHE *elt;

	for (unsigned long i = 1; i <= stream->nmsgs; i++)
		if ((elt = cc_mail_elt_if(stream, i)))
			elt->sequence = NIL;
}

static unsigned long
number(uint32_t num, unsigned long max)
{
	return num == CC_IMAP_STAR ? max : num;
}

/* Hands the ranges of a sequence, lower number first, to fn: those of a batch
 * in order and joined, so that a thousand times "1:*" is one walk. */
static long
walk(MAILSTREAM *stream, const char *s, unsigned long max, range_fn fn)
{
	struct imap_seqset set;
	struct arena a;
	struct span text;
	unsigned long first, last;
	long ok = LONGT;
	int r = 0;

	cc_arena_init(&a, CC_COMMAND_MEMORY);
	for (bool more = true; ok && more; s = text.p + text.len + 1) {
		text = batch_of(s);
		more = text.p[text.len] != '\0';
		cc_arena_reset(&a);
		if ((r = parse_batch(text, &a, &set)) != 0)
			break;
		if (max > 0)
			cc_imap_seqset_normalise(&set, (uint32_t)max);
		for (size_t i = 0; ok && i < set.count; i++) {
			first = number(set.ranges[i].first, max);
			last = number(set.ranges[i].last, max);
			ok = first <= last ? (*fn)(stream, first, last)
					   : (*fn)(stream, last, first);
		}
	}
	cc_arena_free(&a);
	if (r != 0 || !ok)
		complain(r != 0 ? r : CC_ERANGE);
	return r == 0 ? ok : NIL;
}

static long
mark_msgnos(MAILSTREAM *stream, unsigned long first, unsigned long last)
{
	if (first == 0 || last > stream->nmsgs)
		return NIL;
	for (unsigned long i = first; i <= last; i++)
		mail_elt(stream, i)->sequence = T;
	return LONGT;
}

/* The first message whose UID is not below uid; nmsgs + 1 if there is none. */
static unsigned long
lower_bound(MAILSTREAM *stream, unsigned long uid)
{
	unsigned long low = 1, high = stream->nmsgs + 1, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (mail_uid(stream, mid) < uid)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static long
mark_uids(MAILSTREAM *stream, unsigned long first, unsigned long last)
{
	for (unsigned long i = lower_bound(stream, first);
	     i <= stream->nmsgs && mail_uid(stream, i) <= last; i++)
		mail_elt(stream, i)->sequence = T;
	return LONGT;
}

long
mail_sequence(MAILSTREAM *stream, unsigned char *sequence)
{
	clear_marks(stream);
	return walk(stream, (char *)sequence, stream->nmsgs, mark_msgnos);
}

long
mail_uid_sequence(MAILSTREAM *stream, unsigned char *sequence)
{
	unsigned long max =
	    stream->nmsgs ? mail_uid(stream, stream->nmsgs) : stream->uid_last;

	clear_marks(stream);
	return walk(stream, (char *)sequence, max, mark_uids);
}

/* One number or range of a set; there is no "*" here. */
static int
parse_range(struct cursor *c, SEARCHSET *range_r)
{
	uint32_t first, last = 0;
	int r;

	if ((r = cc_imap_parse_nz_number(c, &first)) != 0)
		return r;
	if (cc_cursor_skip(c, ':') &&
	    (r = cc_imap_parse_nz_number(c, &last)) != 0)
		return r;
	range_r->first = last && last < first ? last : first;
	range_r->last = last && last < first ? first : last;
	return 0;
}

SEARCHSET *
mail_parse_set(char *s, char **ret)
{
	struct cursor c;
	SEARCHSET *head = NIL, **tail = &head;

	if (!s)
		return NIL;
	c = cc_cursor(cc_span_z(s));
	do {
		*tail = mail_newsearchset();
		if (parse_range(&c, *tail) != 0) {
			mail_free_searchset(&head);
			return NIL;
		}
		tail = &(*tail)->next;
	} while (cc_cursor_skip(&c, ','));
	*ret = s + ((const char *)c.p - s);
	return head;
}

SEARCHSET *
mail_append_set(SEARCHSET *set, unsigned long msgno)
{
	if (!set)
		return NIL;
	while (set->next)
		set = set->next;
	if (!set->first)
		set->first = msgno;
	else if (msgno == (set->last ? set->last : set->first) + 1)
		set->last = msgno;
	else {
		set->next = mail_newsearchset();
		set = set->next;
		set->first = msgno;
	}
	return set;
}
