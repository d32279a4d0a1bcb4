/*
 * test_mail_forest.c - threads: beside a second implementation that follows
 * the text of RFC 5256 word by word, on mailboxes made at random; and what
 * hostile mail may cost.
 *
 * CC_TEST_SEED gives another seed than the built-in one.
 */
#include "cc_limits.h"
#include "mail_forest.h"
#include "strbuf.h"
#include "merge_sort.h"
#include "test_util.h"

/* ---------------------------------------------- as the RFC has it, slowly */

#define MOST 128 /* messages, dummies and the root of one mailbox */

struct letter {
	char id[16]; /* empty: none */
	char references[8][16];
	unsigned reference_count;
	char subject[16];
	bool marked;
	int64_t date;
};

struct naive {
	char id[16];
	int message; /* -1: dummy */
	int parent;  /* -1: none */
	int kids[MOST];
	int kid_count;
};

static struct naive naive[MOST];
static int naive_count;
static const struct letter *letters;

static int
new_naive(const char *id, int message)
{
	struct naive *n = &naive[naive_count];

	assert_true(naive_count < MOST);
	*n = (struct naive){ .message = message, .parent = -1 };
	snprintf(n->id, sizeof(n->id), "%s", id);
	return naive_count++;
}

static int
find_naive(const char *id)
{
	for (int i = 0; i < naive_count; i++)
		if (naive[i].id[0] && !strcmp(naive[i].id, id))
			return i;
	return -1;
}

static bool
is_descendant(int node, int of)
{
	if (node == of)
		return true;
	for (int k = 0; k < naive[of].kid_count; k++)
		if (is_descendant(node, naive[of].kids[k]))
			return true;
	return false;
}

static void
insert_kid(int parent, int at, int kid)
{
	struct naive *p = &naive[parent];

	memmove(p->kids + at + 1, p->kids + at,
	    (size_t)(p->kid_count - at) * sizeof(int));
	p->kids[at] = kid;
	p->kid_count++;
	naive[kid].parent = parent;
}

static void
remove_kid(int parent, int kid)
{
	struct naive *p = &naive[parent];
	int at = 0;

	while (p->kids[at] != kid)
		at++;
	p->kid_count--;
	memmove(p->kids + at, p->kids + at + 1,
	    (size_t)(p->kid_count - at) * sizeof(int));
	naive[kid].parent = -1;
}

static void
adopt(int parent, int kid)
{
	insert_kid(parent, naive[parent].kid_count, kid);
}

/* Step 1 for one message. */
static void
naive_link(int m)
{
	const struct letter *l = &letters[m];
	int node = l->id[0] ? find_naive(l->id) : -1, last = -1, ref;

	if (node >= 0 && naive[node].message < 0)
		naive[node].message = m;
	else
		node = new_naive(node >= 0 ? "" : l->id, m);
	for (unsigned i = 0; i < l->reference_count; i++) {
		if ((ref = find_naive(l->references[i])) < 0)
			ref = new_naive(l->references[i], -1);
		if (last >= 0 && naive[ref].parent < 0 &&
		    !is_descendant(last, ref))
			adopt(last, ref);
		last = ref;
	}
	if (naive[node].parent >= 0)
		remove_kid(naive[node].parent, node);
	if (last >= 0 && !is_descendant(last, node))
		adopt(last, node);
}

/* Step 3. */
static void
naive_prune(int node, bool is_root)
{
	for (int k = 0; k < naive[node].kid_count; k++)
		naive_prune(naive[node].kids[k], false);
	for (int k = 0; k < naive[node].kid_count; k++) {
		int kid = naive[node].kids[k];
		struct naive *n = &naive[kid];

		if (n->message >= 0)
			continue;
		if (n->kid_count == 0) {
			remove_kid(node, kid);
			k--;
		} else if (!is_root || n->kid_count == 1) {
			remove_kid(node, kid);
			for (int i = 0; i < n->kid_count; i++)
				insert_kid(node, k + i, n->kids[i]);
			k--;
		}
	}
}

/* The message a node is sorted by. */
static int
sort_message(int node)
{
	return naive[node].message >= 0 ? naive[node].message
					: naive[naive[node].kids[0]].message;
}

static void
sort_kids(int node)
{
	struct naive *n = &naive[node];

	for (int i = 1; i < n->kid_count; i++)
		for (int k = i; k > 0; k--) {
			int a = n->kids[k - 1], b = n->kids[k];
			int ma = sort_message(a), mb = sort_message(b);

			if (letters[ma].date < letters[mb].date ||
			    (letters[ma].date == letters[mb].date && ma < mb))
				break;
			n->kids[k - 1] = b;
			n->kids[k] = a;
		}
}

static const char *
thread_subject(int node)
{
	return letters[sort_message(node)].subject;
}

/* Step 5. */
static void
naive_merge(int root)
{
	int table[MOST], tabled = 0, old[MOST], count = naive[root].kid_count;

	memcpy(old, naive[root].kids, sizeof(old));
	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < count; i++) {
			int cur = old[i], t = 0, at;
			bool cur_marked, at_marked;

			if (naive[cur].parent != root ||
			    !thread_subject(cur)[0])
				continue;
			while (t < tabled &&
			    strcmp(thread_subject(table[t]),
				thread_subject(cur)) != 0)
				t++;
			if (t == tabled)
				table[tabled++] = cur;
			at = table[t];
			if (at == cur)
				continue;
			cur_marked = naive[cur].message >= 0 &&
			    letters[naive[cur].message].marked;
			at_marked = naive[at].message >= 0 &&
			    letters[naive[at].message].marked;
			if (pass == 0) {
				if (naive[at].message >= 0 &&
				    (naive[cur].message < 0 ||
					(at_marked && !cur_marked)))
					table[t] = cur;
			} else if (naive[at].message < 0 &&
			    naive[cur].message < 0) {
				while (naive[cur].kid_count > 0) {
					int kid = naive[cur].kids[0];

					remove_kid(cur, kid);
					adopt(at, kid);
				}
				remove_kid(root, cur);
			} else if (naive[at].message < 0 ||
			    (cur_marked && !at_marked)) {
				remove_kid(root, cur);
				adopt(at, cur);
			} else {
				int dummy = new_naive("", -1);

				remove_kid(root, cur);
				remove_kid(root, at);
				adopt(dummy, at);
				adopt(dummy, cur);
				adopt(root, dummy);
				table[t] = dummy;
			}
		}
}

static void
sort_all(int node)
{
	for (int k = 0; k < naive[node].kid_count; k++)
		sort_all(naive[node].kids[k]);
	sort_kids(node);
}

static void
print_naive(int node, struct strbuf *out)
{
	for (int k = 0; k < naive[node].kid_count; k++) {
		int kid = naive[node].kids[k];

		cc_strbuf_printf(out, "(%d", naive[kid].message);
		print_naive(kid, out);
		cc_strbuf_putc(out, ')');
	}
}

static char *
naive_references(const struct letter *l, size_t count)
{
	struct strbuf out;
	int root;

	letters = l;
	naive_count = 0;
	for (size_t i = 0; i < count; i++)
		naive_link((int)i);
	root = new_naive("", -1);
	for (int i = 0; i < root; i++)
		if (naive[i].parent < 0)
			adopt(root, i);
	naive_prune(root, true);
	for (int k = 0; k < naive[root].kid_count; k++)
		if (naive[naive[root].kids[k]].message < 0)
			sort_kids(naive[root].kids[k]);
	sort_kids(root);
	naive_merge(root);
	sort_all(root);
	cc_strbuf_init(&out, 100000);
	print_naive(root, &out);
	return cc_strbuf_take(&out);
}

/* Sorted by subject, then date; split; threads sorted by first date. */
static char *
naive_subjects(const struct letter *l, size_t count)
{
	struct strbuf out;
	int root;

	letters = l;
	naive_count = 0;
	for (size_t i = 0; i < count; i++)
		new_naive("", (int)i);
	root = new_naive("", -1);
	for (int i = 0; i < (int)count; i++)
		adopt(root, i);
	sort_kids(root);
	for (int i = 0; i < naive[root].kid_count; i++)
		for (int k = i + 1; k < naive[root].kid_count; k++) {
			int a = naive[root].kids[i], b = naive[root].kids[k];

			if (strcmp(thread_subject(a), thread_subject(b)) != 0)
				continue;
			remove_kid(root, b);
			adopt(a, b);
			k--;
		}
	cc_strbuf_init(&out, 100000);
	print_naive(root, &out);
	return cc_strbuf_take(&out);
}

/* ------------------------------------------------------------------ ours */

static void
print_forest(const struct mail_forest *f, uint32_t node, struct strbuf *out)
{
	for (; node != FOREST_NONE; node = f->next[node]) {
		cc_strbuf_printf(out, "(%d",
		    node < f->messages ? (int)node : -1);
		if (f->child[node] != FOREST_NONE) {
			assert_int_equal(f->parent[f->child[node]], node);
			print_forest(f, f->child[node], out);
		}
		cc_strbuf_putc(out, ')');
	}
}

static int
by_date(uint32_t a, uint32_t b, const void *context)
{
	const struct letter *l = context;

	return l[a].date < l[b].date ? -1 : l[a].date > l[b].date;
}

static char *
ours(const struct letter *l, size_t count, bool references)
{
	uint32_t order[MOST];
	struct forest_builder b;
	struct mail_forest f;
	struct strbuf out;

	cc_forest_init(&b, count);
	for (size_t i = 0; i < count; i++) {
		cc_forest_add(&b, cc_span_z(l[i].subject), l[i].marked);
		if (references) {
			cc_forest_id(&b, cc_span_z(l[i].id));
			for (unsigned k = 0; k < l[i].reference_count; k++)
				cc_forest_reference(&b,
				    cc_span_z(l[i].references[k]));
			cc_forest_link(&b);
		}
		order[i] = (uint32_t)i;
	}
	cc_merge_sort(order, count, by_date, l);
	if (references)
		cc_forest_references(&b, order, &f);
	else
		cc_forest_ordered_subject(&b, order, &f);
	cc_forest_builder_free(&b);
	cc_strbuf_init(&out, 100000);
	print_forest(&f, f.first, &out);
	cc_forest_free(&f);
	return cc_strbuf_take(&out);
}

/* Cases of the steps, one by one; an id is a letter, a subject may begin with
 * "+" for a reply. */
static const struct {
	struct {
		const char *id, *references, *subject;
		int64_t date;
	} l[8];
	const char *threads;
} cases[] = {
	{ { { 0 } }, "" },
	{ { { "a", "", "", 1 } }, "(0)" },
	{ { { "a", "", "", 2 }, { "b", "", "", 1 } }, "(1)(0)" },
	{ { { "a", "", "", 1 }, { "b", "", "", 1 } }, "(0)(1)" },
	{ { { "a", "", "", 1 }, { "b", "a", "", 2 }, { "c", "ab", "", 3 } },
	    "(0(1(2)))" },
	/* a reply that came first */
	{ { { "b", "a", "", 2 }, { "a", "", "", 1 } }, "(1(0))" },
	/* no id; the same id again */
	{ { { "", "", "", 1 }, { "", "", "", 2 } }, "(0)(1)" },
	{ { { "a", "", "", 1 }, { "a", "", "", 2 }, { "b", "a", "", 3 } },
	    "(0(2))(1)" },
	/* loops */
	{ { { "a", "b", "", 1 }, { "b", "a", "", 2 } }, "(1(0))" },
	{ { { "a", "a", "", 1 } }, "(0)" },
	{ { { "a", "ba", "", 1 }, { "b", "", "", 2 } }, "(0)(1)" },
	{ { { "x", "aba", "", 1 }, { "a", "", "", 2 }, { "b", "", "", 3 } },
	    "(1(0))(2)" },
	/* what a reference said is corrected by the message */
	{ { { "c", "ab", "", 3 }, { "b", "", "", 2 }, { "a", "", "", 1 } },
	    "(2)(1(0))" },
	{ { { "x", "abc", "", 9 }, { "c", "a", "", 2 }, { "a", "", "", 1 },
	      { "b", "", "", 3 } },
	    "(2(1(0)))(3)" },
	/* dummies: none, one, two children */
	{ { { "b", "a", "", 1 } }, "(0)" },
	{ { { "b", "a", "", 2 }, { "c", "a", "", 1 } }, "(-1(1)(0))" },
	{ { { "c", "ab", "", 1 }, { "d", "ab", "", 2 } }, "(-1(0)(1))" },
	{ { { "c", "ab", "", 1 }, { "d", "a", "", 2 } }, "(-1(0)(1))" },
	{ { { "a", "", "", 1 }, { "d", "abc", "", 2 }, { "e", "abc", "", 3 } },
	    "(0(1)(2))" },
	/* a dummy stands where its first child does */
	{ { { "x", "", "", 2 }, { "b", "a", "", 3 }, { "c", "a", "", 1 } },
	    "(-1(2)(1))(0)" },
	/* step 5: subjects */
	{ { { "a", "", "s", 1 }, { "b", "", "+s", 2 } }, "(0(1))" },
	{ { { "a", "", "+s", 1 }, { "b", "", "s", 2 } }, "(1(0))" },
	{ { { "a", "", "s", 1 }, { "b", "", "s", 2 } }, "(-1(0)(1))" },
	{ { { "a", "", "+s", 1 }, { "b", "", "+s", 2 } }, "(-1(0)(1))" },
	{ { { "a", "", "", 1 }, { "b", "", "", 2 } }, "(0)(1)" },
	{ { { "b", "a", "s", 1 }, { "c", "a", "t", 2 }, { "d", "", "s", 3 } },
	    "(-1(0)(1)(2))" },
	{ { { "b", "a", "s", 1 }, { "c", "a", "t", 2 }, { "e", "d", "s", 3 },
	      { "f", "d", "u", 4 } },
	    "(-1(0)(1)(2)(3))" },
	{ { { "a", "", "s", 1 }, { "b", "", "s", 2 }, { "c", "", "+s", 3 },
	      { "d", "", "s", 0 } },
	    "(-1(3)(0)(1)(2))" },
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct letter l[8] = { 0 };
		size_t n = 0;
		char *got, *want;

		for (; n < 8 && cases[i].l[n].id; n++) {
			const char *refs = cases[i].l[n].references;
			const char *subject = cases[i].l[n].subject;

			snprintf(l[n].id, sizeof(l[n].id), "%s",
			    cases[i].l[n].id);
			l[n].marked = *subject == '+';
			snprintf(l[n].subject, sizeof(l[n].subject), "%s",
			    subject + l[n].marked);
			for (; *refs; refs++)
				l[n].references[l[n].reference_count++][0] =
				    *refs;
			l[n].date = cases[i].l[n].date;
		}
		got = ours(l, n, true);
		want = naive_references(l, n);
		if (strcmp(got, cases[i].threads))
			print_error("row %zu\n", i);
		assert_string_equal(got, cases[i].threads);
		assert_string_equal(want, cases[i].threads);
		free(got);
		free(want);
	}
}

static uint32_t random_state;

static uint32_t
chance(uint32_t n)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % n;
}

/* Few ids, subjects and dates, so that everything happens often. */
static void
random_letter(struct letter *l, uint32_t ids)
{
	memset(l, 0, sizeof(*l));
	if (chance(8) != 0)
		snprintf(l->id, sizeof(l->id), "%u", (unsigned)chance(ids));
	l->reference_count = chance(3) == 0 ? 0 : chance(7);
	for (unsigned k = 0; k < l->reference_count; k++)
		snprintf(l->references[k], sizeof(l->references[k]), "%u",
		    (unsigned)chance(ids));
	if (chance(3) != 0)
		snprintf(l->subject, sizeof(l->subject), "s%u",
		    (unsigned)chance(5));
	l->marked = chance(2);
	l->date = chance(6);
}

static void
test_random(void **state)
{
	const char *seed = getenv("CC_TEST_SEED");
	struct letter l[24];
	char *got, *want;

	(void)state;
	random_state = seed ? (uint32_t)strtoul(seed, NULL, 10) : 20240305;
	print_message("CC_TEST_SEED=%lu\n", (unsigned long)random_state);
	for (unsigned run = 0; run < 20000; run++) {
		size_t count = 1 + chance((uint32_t)COUNT(l));
		uint32_t ids = 2 + chance(40);

		for (size_t i = 0; i < count; i++)
			random_letter(&l[i], ids);
		got = ours(l, count, true);
		want = naive_references(l, count);
		if (strcmp(got, want))
			print_error("run %u\n", run);
		assert_string_equal(got, want);
		free(got);
		free(want);
		got = ours(l, count, false);
		want = naive_subjects(l, count);
		assert_string_equal(got, want);
		free(got);
		free(want);
	}
}

/* ----------------------------------------------------------- hostile mail */

#define MANY 100000

enum shape {
	CHAIN,       /* each answers the one before */
	CHAIN_UP,    /* each is answered by the one before */
	COMB,        /* pairs that are joined to the end of a long chain */
	LOOPS,       /* each wants to be above the first one */
	ONE_SUBJECT, /* all have the same subject */
	SAME_ID,     /* all have the same id, and answer it */
	STRANGERS,   /* each answers ten that are not there */
	SHAPES
};

static void
put_id(struct forest_builder *b,
    void (*put)(struct forest_builder *, struct span), unsigned n)
{
	char id[32];

	snprintf(id, sizeof(id), "%u@example.com", n);
	put(b, cc_span_z(id));
}

static void
add_shape(struct forest_builder *b, enum shape shape, unsigned i)
{
	cc_forest_add(b, cc_span_z(shape == ONE_SUBJECT ? "S" : ""), false);
	put_id(b, cc_forest_id, shape == SAME_ID ? 0 : i);
	switch (shape) {
	case CHAIN:
		if (i > 0)
			put_id(b, cc_forest_reference, i - 1);
		break;
	case CHAIN_UP:
		put_id(b, cc_forest_reference, i + 1);
		break;
	case COMB:
		if (i > 0 && i < MANY / 2) {
			put_id(b, cc_forest_reference, i - 1);
		} else if (i % 2) {
			/* what is above it has a child now */
			put_id(b, cc_forest_reference, MANY / 2 - 1);
			put_id(b, cc_forest_reference, i - 1);
		}
		break;
	case LOOPS:
		if (i > 0) {
			put_id(b, cc_forest_reference, i - 1);
			put_id(b, cc_forest_reference, 0);
			put_id(b, cc_forest_reference, i - 1);
		}
		break;
	case SAME_ID:
		put_id(b, cc_forest_reference, 0);
		break;
	case STRANGERS:
		for (unsigned k = 0; k < 10; k++)
			put_id(b, cc_forest_reference, MANY + 10 * i + k);
		break;
	default:
		break;
	}
	cc_forest_link(b);
}

/* Counts all work whose bound is not plain to see; and no stack is used that
 * grows with the mail, or the long chains would overflow it. */
static void
test_hostile_costs(void **state)
{
	uint32_t *order = malloc(MANY * sizeof(*order));

	(void)state;
	for (uint32_t i = 0; i < MANY; i++)
		order[i] = i;
	for (enum shape shape = CHAIN; shape < SHAPES; shape++) {
		struct forest_builder b;
		struct mail_forest f;
		size_t depth = 0;
		uint64_t nodes;

		cc_forest_init(&b, MANY);
		for (unsigned i = 0; i < MANY; i++)
			add_shape(&b, shape, i);
		nodes = b.node_count;
		assert_true(b.tree.steps < 60 * nodes);
		cc_forest_references(&b, order, &f);
		assert_true(b.steps < 20 * nodes);
		for (uint32_t n = f.first; n != FOREST_NONE; n = f.child[n])
			depth++;
		if (shape == CHAIN || shape == CHAIN_UP)
			assert_int_equal(depth, MANY);
		if (shape == ONE_SUBJECT)
			assert_int_equal(depth, 2);
		cc_forest_free(&f);
		cc_forest_ordered_subject(&b, order, &f);
		assert_true(f.nodes == MANY);
		cc_forest_free(&f);
		cc_forest_builder_free(&b);
	}
	free(order);
}

/* One message that mentions too many: the first ones and its last count. */
static void
test_many_references(void **state)
{
	const uint32_t order[] = { 0, 1, 2, 3 };
	struct forest_builder b;
	struct mail_forest f;

	(void)state;
	cc_forest_init(&b, 4);
	cc_forest_add(&b, cc_span("", 0), false);
	put_id(&b, cc_forest_id, 0);
	cc_forest_link(&b);
	cc_forest_add(&b, cc_span("", 0), false);
	put_id(&b, cc_forest_id, 1);
	cc_forest_link(&b);
	cc_forest_add(&b, cc_span("", 0), false);
	put_id(&b, cc_forest_id, 2);
	for (unsigned i = 0; i < CC_REFERENCES_MAX; i++)
		put_id(&b, cc_forest_reference, 1000 + i);
	put_id(&b, cc_forest_reference, 0);
	put_id(&b, cc_forest_reference, 1);
	cc_forest_link(&b);
	assert_int_equal(b.absent, CC_REFERENCES_MAX);
	cc_forest_add(&b, cc_span("", 0), false);
	put_id(&b, cc_forest_id, 3);
	put_id(&b, cc_forest_reference, 1000);
	cc_forest_link(&b);
	cc_forest_references(&b, order, &f);
	assert_int_equal(f.parent[0], FOREST_NONE);
	assert_int_equal(f.parent[1], FOREST_NONE);
	assert_int_equal(f.parent[2], 1);
	assert_int_equal(f.parent[3], FOREST_NONE);
	cc_forest_free(&f);
	cc_forest_builder_free(&b);
}

/* Ids that no message has, without end. */
static void
test_many_absent(void **state)
{
	struct forest_builder b;
	const unsigned messages = CC_THREAD_ABSENT / CC_REFERENCES_MAX + 2;

	(void)state;
	cc_forest_init(&b, messages);
	for (unsigned i = 0; i < messages; i++) {
		cc_forest_add(&b, cc_span("", 0), false);
		put_id(&b, cc_forest_id, i);
		for (unsigned k = 0; k < CC_REFERENCES_MAX; k++)
			put_id(&b, cc_forest_reference,
			    1000000 + i * CC_REFERENCES_MAX + k);
		cc_forest_link(&b);
	}
	assert_int_equal(b.absent, CC_THREAD_ABSENT);
	assert_int_equal(b.node_count, messages + CC_THREAD_ABSENT + 1);
	cc_forest_builder_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_hostile_costs),
		cmocka_unit_test(test_many_references),
		cmocka_unit_test(test_many_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
