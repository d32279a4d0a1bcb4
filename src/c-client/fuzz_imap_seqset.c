/*
 * fuzz_imap_seqset.c - sequence sets: read, written, read again; membership
 * before and after joining.
 */
#include "cc_err.h"
#include "cc_limits.h"
#include "fuzz_util.h"
#include "imap_grammar.h"

static bool
same_set(const struct imap_seqset *a, const struct imap_seqset *b)
{
	return a->count == b->count &&
	    memcmp(a->ranges, b->ranges, a->count * sizeof(*a->ranges)) == 0;
}

static void
check_written(const struct imap_seqset *set, struct arena *a)
{
	struct imap_seqset again;
	struct strbuf out;
	struct cursor c;

	cc_strbuf_init(&out, 1u << 20);
	cc_imap_put_seqset(&out, set);
	must(cc_strbuf_status(&out) == 0);
	c = cc_cursor(cc_strbuf_span(&out));
	must(cc_imap_parse_seqset(&c, a, &again) == 0);
	must(cc_cursor_at_end(&c) && same_set(set, &again));
	cc_strbuf_free(&out);
}

static void
check_normal(const struct imap_seqset *set)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct imap_range *r = &set->ranges[i];

		must(r->first != 0 && r->first <= r->last);
		/* A gap of at least one number lies between two ranges. */
		if (i > 0)
			must(r->first - r[-1].last >= 2 &&
			    r->first > r[-1].last);
	}
}

static void
check_set(struct imap_seqset *set, struct arena *a, uint32_t max)
{
	struct imap_seqset sorted = *set;
	uint32_t ends[] = { 1, max, max + 1, UINT32_MAX };
	size_t size = set->count * sizeof(*set->ranges);

	sorted.ranges = cc_arena_get(a, size);
	if (!sorted.ranges)
		return;
	memcpy(sorted.ranges, set->ranges, size);
	cc_imap_seqset_normalise(&sorted, max);
	check_normal(&sorted);
	must(sorted.count <= set->count);
	for (size_t i = 0; i < set->count && i < 20; i++) {
		uint32_t first = set->ranges[i].first;

		for (uint32_t num = first - 1; num != first + 2; num++)
			must(num == 0 ||
			    cc_imap_seqset_has(set, num, max) ==
				cc_imap_seqset_has(&sorted, num, max));
	}
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		must(ends[i] == 0 ||
		    cc_imap_seqset_has(set, ends[i], max) ==
			cc_imap_seqset_has(&sorted, ends[i], max));
}

/* The first octet chooses the largest number of the mailbox. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t maxima[] = { 0, 1, 2, 9, 1000, UINT32_MAX };
	struct cursor c, start;
	struct imap_seqset set;
	struct arena a;
	int r;

	if (size < 1)
		return 0;
	start = c = cc_cursor(cc_span(data + 1, size - 1));
	cc_arena_init(&a, 1u << 20);
	r = cc_imap_parse_seqset(&c, &a, &set);
	must(c.p <= c.end);
	if (r != 0) {
		must(c.p == start.p);
	} else {
		must(c.p > start.p && set.count > 0);
		must(set.count <= CC_SEQSET_RANGES);
		check_written(&set, &a);
		check_set(&set, &a, maxima[data[0] % 6]);
	}
	cc_arena_free(&a);
	return 0;
}
