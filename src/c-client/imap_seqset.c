/*
 * imap_seqset.c - sets of message numbers or UIDs (RFC 3501 section 9,
 * sequence-set).
 *
 * Holds no state, takes no locks. A set comes from a stranger: its ranges are
 * counted before memory is taken, and both have a limit.
 */
#include "cc_ctype.h"
#include "cc_err.h"
#include "cc_limits.h"
#include "imap_grammar.h"

/* seq-number: nz-number or "*". */
static int
parse_seq_number(struct cursor *c, uint32_t *num_r)
{
	if (cc_cursor_skip(c, '*')) {
		*num_r = CC_IMAP_STAR;
		return 0;
	}
	return cc_imap_parse_nz_number(c, num_r);
}

/* seq-number or seq-range; may leave the cursor anywhere on an error. */
static int
parse_range(struct cursor *c, struct imap_range *range_r)
{
	int r = parse_seq_number(c, &range_r->first);

	if (r != 0)
		return r;
	range_r->last = range_r->first;
	return cc_cursor_skip(c, ':') ? parse_seq_number(c, &range_r->last) : 0;
}

/* Checks the set at the cursor, moves behind it and counts its ranges. */
static int
count_ranges(struct cursor *c, size_t *count_r)
{
	struct imap_range range;
	size_t count = 0;
	int next, r;

	do {
		if ((r = parse_range(c, &range)) != 0)
			return r;
		if (++count > CC_SEQSET_RANGES)
			return CC_ELIMIT;
	} while (cc_cursor_skip(c, ','));
	/* "1:2:3" and "1*" are one wrong set, not a set with a rest. */
	next = cc_cursor_peek(c);
	if (next == ':' || next == '*' || is_digit(next))
		return CC_EPARSE;
	*count_r = count;
	return 0;
}

int
cc_imap_parse_seqset(struct cursor *c, struct arena *a,
    struct imap_seqset *set_r)
{
	struct cursor walk = *c;
	struct imap_range *ranges;
	size_t count;
	int r;

	if ((r = count_ranges(&walk, &count)) != 0)
		return r;
	ranges = cc_arena_get(a, count * sizeof(*ranges));
	if (!ranges)
		return CC_ELIMIT;
	for (size_t i = 0; i < count; i++) {
		/* The first walk accepted all of this. */
		(void)parse_range(c, &ranges[i]);
		(void)cc_cursor_skip(c, ',');
	}
	set_r->ranges = ranges;
	set_r->count = count;
	return 0;
}

/*
 * The range with "*" replaced and its ends in order; false if it stands for
 * nothing, since "*" is the largest number of a mailbox that has none.
 */
static bool
resolve(const struct imap_range *in, uint32_t max, struct imap_range *out_r)
{
	uint32_t first = in->first, last = in->last;

	if (max == 0 && (first == CC_IMAP_STAR || last == CC_IMAP_STAR))
		return false;
	first = first == CC_IMAP_STAR ? max : first;
	last = last == CC_IMAP_STAR ? max : last;
	out_r->first = first < last ? first : last;
	out_r->last = first < last ? last : first;
	return true;
}

bool
cc_imap_seqset_has(const struct imap_seqset *set, uint32_t num, uint32_t max)
{
	struct imap_range range;

	for (size_t i = 0; i < set->count; i++)
		if (resolve(&set->ranges[i], max, &range) &&
		    num >= range.first && num <= range.last)
			return true;
	return false;
}

static int
compare(const void *a, const void *b)
{
	const struct imap_range *ra = a, *rb = b;

	if (ra->first != rb->first)
		return ra->first < rb->first ? -1 : 1;
	if (ra->last != rb->last)
		return ra->last < rb->last ? -1 : 1;
	return 0;
}

/* Replaces "*" and drops what stands for nothing. */
static void
resolve_all(struct imap_seqset *set, uint32_t max)
{
	size_t kept = 0;

	for (size_t i = 0; i < set->count; i++)
		if (resolve(&set->ranges[i], max, &set->ranges[kept]))
			kept++;
	set->count = kept;
}

void
cc_imap_seqset_normalise(struct imap_seqset *set, uint32_t max)
{
	struct imap_range *r = set->ranges;
	size_t last = 0;

	resolve_all(set, max);
	if (set->count == 0)
		return;
	qsort(r, set->count, sizeof(*r), compare);
	for (size_t i = 1; i < set->count; i++) {
		/* Adjacent ranges join, too; 2^32-1 has no successor. */
		if (r[last].last == UINT32_MAX ||
		    r[i].first <= r[last].last + 1) {
			if (r[i].last > r[last].last)
				r[last].last = r[i].last;
		} else {
			r[++last] = r[i];
		}
	}
	set->count = last + 1;
}

static void
put_seq_number(struct strbuf *out, uint32_t num)
{
	if (num == CC_IMAP_STAR)
		cc_strbuf_putc(out, '*');
	else
		cc_strbuf_put_uint(out, num);
}

void
cc_imap_put_seqset(struct strbuf *out, const struct imap_seqset *set)
{
	for (size_t i = 0; i < set->count; i++) {
		if (i > 0)
			cc_strbuf_putc(out, ',');
		put_seq_number(out, set->ranges[i].first);
		if (set->ranges[i].last == set->ranges[i].first)
			continue;
		cc_strbuf_putc(out, ':');
		put_seq_number(out, set->ranges[i].last);
	}
}
