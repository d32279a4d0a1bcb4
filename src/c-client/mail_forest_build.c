/*
 * mail_forest_build.c - from linked messages to threads: steps 2 to 6 of the
 * REFERENCES algorithm, and ORDEREDSUBJECT (RFC 5256, BASE.6.4.THREAD).
 *
 * Only the parent of each node is kept while threads are formed. Messages come
 * sorted by sent date, so hanging them to their parents in that order sorts
 * all siblings at once (steps 4 and 6), and a dummy stands where its first
 * child does.
 */
#include <string.h>

#include "fs.h"
#include "mail_forest_inner.h"

/* Threads being formed; node numbers are those of the forest. */
struct build {
	struct forest_builder *b;
	const uint32_t *order;
	struct mail_forest f;
	size_t cap;        /* of the forest's arrays */
	uint32_t *subject; /* threads by subject, open addressing */
	size_t subject_size;
};

static uint32_t *
new_numbers(size_t n)
{
	uint32_t *numbers = fs_get((n + 1) * sizeof(*numbers));

	/* FOREST_NONE in each */
	memset(numbers, 0xff, (n + 1) * sizeof(*numbers));
	return numbers;
}

/* At most half as many dummies as there are messages hold two of them, and
 * each merging of two threads makes one dummy at most and removes a thread. */
static void
build_init(struct build *u, struct forest_builder *b, const uint32_t *order)
{
	*u = (struct build){ .b = b, .order = order, .cap = 2 * b->count };
	u->f.messages = u->f.nodes = b->count;
	u->f.first = FOREST_NONE;
	u->f.parent = new_numbers(u->cap);
	u->f.child = new_numbers(u->cap);
	u->f.next = new_numbers(u->cap);
}

static uint32_t
new_dummy(struct build *u)
{
	return (uint32_t)u->f.nodes++;
}

static bool
is_dummy(const struct build *u, uint32_t node)
{
	return node >= u->f.messages;
}

/*
 * The nearest message above an id, or else the topmost id that none has. Ids
 * on the way are hung directly below it, so that ways are walked once; nobody
 * asks for their children any more. Returns the id's node, 0 for none.
 */
static uint32_t
above(struct forest_node *nodes, uint32_t id)
{
	uint32_t top = nodes[id].parent, next;

	while (top && !nodes[top].message && nodes[top].parent)
		top = nodes[top].parent;
	for (uint32_t n = nodes[id].parent; n != top && n; n = next) {
		next = nodes[n].parent;
		nodes[n].parent = top;
	}
	return top;
}

/*
 * Steps 2 and 3: ids that no message has go; what was below them belongs to
 * the next message above. Those at the top stay where two or more messages are
 * directly below.
 */
static void
prune(struct build *u)
{
	struct forest_node *nodes = u->b->nodes;
	uint32_t *holds = new_numbers(u->b->node_count), top;

	for (uint32_t m = 0; m < u->f.messages; m++) {
		top = above(nodes, u->b->messages[m].node);
		if (top && nodes[top].message)
			u->f.parent[m] = nodes[top].message - 1;
		else if (top && holds[top] == FOREST_NONE)
			holds[top] = m; /* the first one below it */
		else if (top) {
			if (!is_dummy(u, holds[top])) {
				u->f.parent[holds[top]] = new_dummy(u);
				holds[top] = u->f.parent[holds[top]];
			}
			u->f.parent[m] = holds[top];
		}
	}
	fs_give((void **)&holds);
}

/* Puts a node before the children of its parent. */
static void
hang(struct build *u, uint32_t node)
{
	uint32_t *list = u->f.parent[node] == FOREST_NONE
	    ? &u->f.first
	    : &u->f.child[u->f.parent[node]];

	u->f.next[node] = *list;
	*list = node;
}

/* Steps 4 and 6. A dummy comes in with its first child, which from the back
 * is the last one seen: then all others hang below it. */
static void
sort(struct build *u)
{
	uint32_t *left = new_numbers(u->cap);
	uint32_t m, parent;

	memset(u->f.child, 0xff, u->cap * sizeof(*u->f.child));
	memset(u->f.next, 0xff, u->cap * sizeof(*u->f.next));
	u->f.first = FOREST_NONE;
	for (m = 0; m < u->f.messages; m++)
		if ((parent = u->f.parent[m]) != FOREST_NONE)
			left[parent]++; /* from FOREST_NONE: one less */
	for (size_t i = u->f.messages; i-- > 0;) {
		m = u->order[i];
		hang(u, m);
		parent = u->f.parent[m];
		if (parent != FOREST_NONE && is_dummy(u, parent) &&
		    left[parent]-- == 0)
			hang(u, parent);
	}
	fs_give((void **)&left);
}

/* The message that a thread's subject is of: step 5.B.i. */
static const struct forest_message *
subject_of(const struct build *u, uint32_t thread)
{
	return &u->b->messages[is_dummy(u, thread) ? u->f.child[thread]
						   : thread];
}

/* The place in the subject table of a subject: of the thread there, or free. */
static uint32_t *
subject_place(struct build *u, struct cc_hash subject)
{
	size_t i = (size_t)subject.h[0] & (u->subject_size - 1);

	for (;; i = (i + 1) & (u->subject_size - 1)) {
		u->b->steps++;
		if (u->subject[i] == FOREST_NONE ||
		    cc_hash_same(subject_of(u, u->subject[i])->subject,
			subject))
			return &u->subject[i];
	}
}

static void
new_subject_table(struct build *u)
{
	u->subject_size = 64;
	while (u->subject_size < 2 * u->f.messages)
		u->subject_size *= 2;
	u->subject = new_numbers(u->subject_size);
}

/* Step 5.B: one thread for each subject. */
static void
fill_subject_table(struct build *u)
{
	for (uint32_t t = u->f.first; t != FOREST_NONE; t = u->f.next[t]) {
		const struct forest_message *m = subject_of(u, t);
		uint32_t *at;

		if (!m->has_subject)
			continue;
		at = subject_place(u, m->subject);
		if (*at == FOREST_NONE ||
		    (!is_dummy(u, *at) &&
			(is_dummy(u, t) ||
			    (subject_of(u, *at)->marked && !m->marked))))
			*at = t;
	}
}

/* Step 5.C for one thread and the one of the same subject in the table. */
static void
merge(struct build *u, uint32_t thread, uint32_t *at)
{
	uint32_t dummy;

	if (is_dummy(u, *at) && is_dummy(u, thread)) {
		for (uint32_t c = u->f.child[thread]; c != FOREST_NONE;
		     c = u->f.next[c])
			u->f.parent[c] = *at;
	} else if (is_dummy(u, *at) ||
	    (subject_of(u, thread)->marked && !subject_of(u, *at)->marked)) {
		u->f.parent[thread] = *at;
	} else {
		dummy = new_dummy(u);
		/* The subject that the table finds it by. */
		u->f.child[dummy] = *at;
		u->f.parent[*at] = u->f.parent[thread] = dummy;
		*at = dummy;
	}
}

/* Step 5. */
static void
merge_subjects(struct build *u)
{
	uint32_t next;

	new_subject_table(u);
	fill_subject_table(u);
	for (uint32_t t = u->f.first; t != FOREST_NONE; t = next) {
		const struct forest_message *m = subject_of(u, t);
		uint32_t *at;

		next = u->f.next[t];
		if (!m->has_subject || u->f.parent[t] != FOREST_NONE)
			continue;
		at = subject_place(u, m->subject);
		if (*at != t)
			merge(u, t, at);
	}
	fs_give((void **)&u->subject);
}

void
cc_forest_references(struct forest_builder *b, const uint32_t *order,
    struct mail_forest *f_r)
{
	struct build u;

	build_init(&u, b, order);
	prune(&u);
	sort(&u);
	merge_subjects(&u);
	sort(&u);
	*f_r = u.f;
}

/* The first message of each subject heads a thread of all the others. */
void
cc_forest_ordered_subject(struct forest_builder *b, const uint32_t *order,
    struct mail_forest *f_r)
{
	struct build u;

	build_init(&u, b, order);
	new_subject_table(&u);
	for (size_t i = 0; i < b->count; i++) {
		uint32_t m = order[i];
		uint32_t *at = subject_place(&u, b->messages[m].subject);

		if (*at == FOREST_NONE)
			*at = m;
		else
			u.f.parent[m] = *at;
	}
	fs_give((void **)&u.subject);
	sort(&u);
	*f_r = u.f;
}
