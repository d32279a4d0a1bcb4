/*
 * mail_finder.c - search programs asked: the leaves that records answer, and
 * how answers become one (RFC 3501 section 6.4.4; RFC 5032).
 *
 * Each message goes through the stages until the first node is known; leaves
 * below a node that is known are left out. Children stand behind their parents
 * (mail_finder_make.c), so one pass from the end joins all answers. Time is
 * bounded by the program's keys times the octets of the messages. Message text
 * is a stranger's.
 */
#include "cc_err.h"
#include "cc_limits.h"
#include "mail_finder_node.h"

/* ---------------------------------------------------------------- leaves */

static bool
flags_hold(const struct finder_node *node, const struct mail_record *record)
{
	return !node->u.flags.unknown &&
	    (record->flags & node->u.flags.set) == node->u.flags.set &&
	    (record->flags & node->u.flags.clear) == 0 &&
	    (record->keywords & node->u.flags.keywords) ==
	    node->u.flags.keywords &&
	    (record->keywords & node->u.flags.no_keywords) == 0;
}

/* In a joined set: ranges ascend. */
static bool
set_has(const struct imap_seqset *set, uint32_t num)
{
	size_t low = 0, high = set->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (num < set->ranges[mid].first)
			high = mid;
		else if (num > set->ranges[mid].last)
			low = mid + 1;
		else
			return true;
	}
	return false;
}

static int
test_records(struct cc_finder *f)
{
	struct mail_record record;
	struct finder_node *node;
	int r = cc_mail_record(f->stream, f->msgno, &record);

	if (r != 0)
		return r;
	for (node = f->nodes; node < f->nodes + f->count; node++) {
		if (node->kind == FIND_FLAGS)
			node->value = flags_hold(node, &record);
		else if (node->kind == FIND_MSGNO)
			node->value = set_has(&node->u.set, (uint32_t)f->msgno);
		else if (node->kind == FIND_UID)
			node->value = set_has(&node->u.set, record.uid);
	}
	return 0;
}

bool
cc_finder_days_hold(const struct finder_days *bounds, int64_t day)
{
	return (bounds->before < 0 || day < bounds->before) &&
	    (bounds->on < 0 || day == bounds->on) &&
	    (bounds->since < 0 || day >= bounds->since);
}

/* The day as it was written, whatever the zone (RFC 3501 section 6.4.4). */
static bool
date_holds(const struct finder_days *bounds, const struct imap_date *date)
{
	int64_t local = date->time + (int64_t)date->zone * 60;
	int64_t day = local / 86400 - (local % 86400 < 0);

	return cc_finder_days_hold(bounds, day);
}

static int
test_cheap_leaf(struct cc_finder *f, struct finder_node *node)
{
	struct imap_date date;
	uint64_t size;
	int r;

	if (node->kind == FIND_SIZE) {
		r = cc_mail_size(f->stream, f->msgno, &size);
		node->value = r == 0 &&
		    (!node->u.size.larger || size > node->u.size.larger) &&
		    (!node->u.size.smaller || size < node->u.size.smaller);
		return r;
	}
	r = cc_mail_date(f->stream, f->msgno, &date);
	if (node->kind == FIND_AGE)
		node->value = r == 0 && date.time >= node->u.age.first &&
		    date.time <= node->u.age.last;
	else
		node->value = r == 0 && date_holds(&node->u.days, &date);
	return r;
}

static int
test_cheap(struct cc_finder *f)
{
	int r = 0;

	for (size_t i = 0; i < f->count && r == 0; i++)
		if (f->nodes[i].stage == STAGE_CHEAP && f->nodes[i].live)
			r = test_cheap_leaf(f, &f->nodes[i]);
	return r;
}

/* ------------------------------------------------------------ the answer */

/* What a node adds to the one above it, which has begun as "yes" for all and
 * "no" for one of several. */
static void
join(struct finder_node *parent, unsigned char value)
{
	unsigned char wins = parent->kind == FIND_OR ? VALUE_YES : VALUE_NO;

	if (value == wins || parent->value == wins)
		parent->value = wins;
	else if (value == VALUE_UNKNOWN)
		parent->value = VALUE_UNKNOWN;
}

/* Joins the answers there are, children first. */
static enum finder_value
fold(struct cc_finder *f)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->nodes[i].kind <= FIND_OR)
			f->nodes[i].value = f->nodes[i].kind != FIND_OR;
	for (size_t i = f->count; i-- > 0;) {
		struct finder_node *node = &f->nodes[i];

		if (node->kind == FIND_NOT && node->value != VALUE_UNKNOWN)
			node->value = !node->value;
		if (i > 0)
			join(&f->nodes[node->parent], node->value);
	}
	return (enum finder_value)f->nodes[0].value;
}

/* Which nodes matter still. */
static void
mark_live(struct cc_finder *f)
{
	for (size_t i = 0; i < f->count; i++)
		f->nodes[i].live = f->nodes[i].value == VALUE_UNKNOWN &&
		    (i == 0 || f->nodes[f->nodes[i].parent].live);
}

static int
run(struct cc_finder *f, unsigned long msgno, const struct mime_part *part)
{
	static int (*const stages[STAGE_COUNT])(struct cc_finder *) = {
		test_records, test_cheap, cc_finder_headers, cc_finder_texts
	};
	enum finder_value value;
	int r;

	f->msgno = msgno;
	f->part = part;
	for (size_t i = 0; i < f->count; i++)
		f->nodes[i].value = VALUE_UNKNOWN;
	value = fold(f);
	for (unsigned s = 0; s < STAGE_COUNT && value == VALUE_UNKNOWN; s++) {
		if (!(f->stages >> s & 1))
			continue;
		mark_live(f);
		if ((r = stages[s](f)) < 0)
			return r;
		value = fold(f);
	}
	return value == VALUE_YES;
}

int
cc_finder_test(struct cc_finder *f, unsigned long msgno)
{
	if (msgno < 1 || msgno > f->stream->nmsgs)
		return CC_ENOENT;
	return run(f, msgno, NULL);
}

/* "1.2.3", as many numbers as a message can have parts inside each other. */
static const struct mime_part *
find_section(const struct mime_part *root, const char *section)
{
	struct cursor c = cc_cursor(cc_span_z(section));
	uint32_t numbers[CC_MIME_DEPTH];
	size_t n = 0;

	do {
		if (n == CC_MIME_DEPTH ||
		    cc_imap_parse_nz_number(&c, &numbers[n++]) != 0)
			return NULL;
	} while (cc_cursor_skip(&c, '.'));
	return cc_cursor_at_end(&c) ? cc_mime_find(root, numbers, n) : NULL;
}

int
cc_finder_test_section(struct cc_finder *f, unsigned long msgno,
    const char *section)
{
	const struct mime_part *root, *part;
	int r;

	if (!section || !*section)
		return cc_finder_test(f, msgno);
	if (msgno < 1 || msgno > f->stream->nmsgs)
		return CC_ENOENT;
	if ((r = cc_mail_structure(f->stream, msgno, &root)) != 0)
		return r;
	part = find_section(root, section);
	return part ? run(f, msgno, part) : 0;
}
