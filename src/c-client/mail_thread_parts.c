/*
 * mail_thread_parts.c - steps of threading for programs that thread messages
 * themselves: ids, containers, public trees (RFC 5256, BASE.6.4.THREAD).
 *
 * Containers and trees may be as deep as mail says: nothing here recurses.
 */
#include "fs.h"
#include "mail_generic.h"
#include "mail_sortcache.h"
#include "merge_sort.h"
#include "misc.h"
#include "rfc822_msgid.h"

/* Slots of a container. */
enum { SC, PARENT, SIBLING, CHILD };

char *
mail_thread_parse_msgid(char *s, char **ss)
{
	struct rfc822_msgids ids;
	struct strbuf scratch;
	struct span id;
	char *ret = NIL;

	if (ss)
		*ss = NIL;
	if (!s)
		return NIL;
	cc_strbuf_init(&scratch, strlen(s));
	cc_rfc822_msgids_init(&ids, &scratch, cc_span_z(s));
	if (cc_rfc822_msgids_next(&ids, &id) > 0) {
		ret = cc_span_dup(id);
		if (ss)
			*ss = s + ((const char *)ids.c.p - s);
	}
	cc_strbuf_free(&scratch);
	return ret;
}

STRINGLIST *
mail_thread_parse_references(char *s, long flag)
{
	return s ? cc_new_references(cc_span_z(s), flag == NIL) : NIL;
}

long
mail_thread_check_child(container_t mother, container_t daughter)
{
	for (; mother; mother = mother[PARENT])
		if (mother == daughter)
			return LONGT;
	return NIL;
}

/* Puts the children of a container, if there are any, between what refers to
 * it and its next sibling. */
static void
raise_children(void **link, container_t con)
{
	container_t child = con[CHILD], last = NIL;

	for (container_t c = child; c; c = c[SIBLING]) {
		c[PARENT] = con[PARENT];
		last = c;
	}
	if (last)
		last[SIBLING] = con[SIBLING];
	*link = last ? child : con[SIBLING];
}

/* Takes out every dummy below a container. */
static void
prune_below(container_t top)
{
	container_t parent = top, con;
	void **link = &top[CHILD];

	for (;;) {
		if ((con = *link) && !con[SC]) {
			raise_children(link, con);
		} else if (con) {
			parent = con;
			link = &con[CHILD];
		} else if (parent == top) {
			return;
		} else {
			link = &parent[SIBLING];
			parent = parent[PARENT];
		}
	}
}

container_t
mail_thread_prune_dummy_work(container_t msg, container_t ane)
{
	container_t child;
	void *first = msg;

	if (!msg)
		return NIL;
	prune_below(msg);
	child = msg[CHILD];
	/* Two or more children of a dummy are not for the root. */
	if (!msg[SC] && (ane || !child || !child[SIBLING]))
		raise_children(&first, msg);
	return first;
}

container_t
mail_thread_prune_dummy(container_t msg, container_t ane)
{
	void *first = msg, **link = &first;
	container_t con, next;

	while ((con = *link)) {
		next = con[SIBLING];
		*link = mail_thread_prune_dummy_work(con, ane);
		while (*link && *link != next)
			link = &((container_t)*link)[SIBLING];
	}
	return first;
}

/* A list of addresses that grows. */
struct list {
	void **v;
	size_t n, cap;
};

static void
push(struct list *l, void *p)
{
	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 64;
		fs_resize((void **)&l->v, l->cap * sizeof(*l->v));
	}
	l->v[l->n++] = p;
}

static THREADNODE *
new_node(MAILSTREAM *stream, container_t con, long flags)
{
	SORTCACHE *sc = con[SC];
	THREADNODE *node = mail_newthreadnode(sc);

	if (sc)
		node->num =
		    flags & SE_UID ? mail_uid(stream, sc->num) : sc->num;
	return node;
}

THREADNODE *
mail_thread_c2node(MAILSTREAM *stream, container_t con, long flags)
{
	struct list ahead = { 0 }; /* a container, then where its list goes */
	THREADNODE *first = NIL;

	push(&ahead, con);
	push(&ahead, &first);
	while (ahead.n > 0) {
		THREADNODE **link = ahead.v[--ahead.n];

		con = ahead.v[--ahead.n];
		for (; con; con = con[SIBLING]) {
			*link = new_node(stream, con, flags);
			if (con[CHILD]) {
				push(&ahead, con[CHILD]);
				push(&ahead, &(*link)->next);
			}
			link = &(*link)->branch;
		}
	}
	fs_give((void **)&ahead.v);
	return first;
}

/* A dummy counts as its first child. */
static const THREADNODE *
dated(const THREADNODE *t)
{
	return t->num || !t->next ? t : t->next;
}

int
mail_thread_compare_date(const void *a1, const void *a2)
{
	const THREADNODE *a = dated(*(THREADNODE *const *)a1);
	const THREADNODE *b = dated(*(THREADNODE *const *)a2);
	int r = compare_ulong(a->sc ? a->sc->date : 0, b->sc ? b->sc->date : 0);

	return r != 0 ? r : compare_ulong(a->num, b->num);
}

static int
compare(uint32_t a, uint32_t b, const void *context)
{
	THREADNODE *const *tc = context;

	return mail_thread_compare_date(&tc[a], &tc[b]);
}

/* Sorts one list of siblings; tc has room for it. */
static THREADNODE *
sort_siblings(THREADNODE *thr, THREADNODE **tc)
{
	THREADNODE *first = NIL, **link = &first;
	uint32_t *order;
	size_t n = 0;

	for (; thr; thr = thr->branch)
		tc[n++] = thr;
	order = fs_get((n + 1) * sizeof(*order));
	for (size_t i = 0; i < n; i++)
		order[i] = (uint32_t)i;
	cc_merge_sort(order, n, compare, tc);
	for (size_t i = 0; i < n; i++) {
		*link = tc[order[i]];
		link = &(*link)->branch;
	}
	*link = NIL;
	fs_give((void **)&order);
	return first;
}

/* Parents are listed before their children, and done behind them. */
THREADNODE *
mail_thread_sort(THREADNODE *thr, THREADNODE **tc)
{
	struct list parents = { 0 };
	THREADNODE *top = thr;

	for (size_t i = 0;; i++) {
		for (; thr; thr = thr->branch)
			if (thr->next)
				push(&parents, thr);
		if (i == parents.n)
			break;
		thr = ((THREADNODE *)parents.v[i])->next;
	}
	while (parents.n > 0) {
		THREADNODE *parent = parents.v[--parents.n];

		parent->next = sort_siblings(parent->next, tc);
	}
	fs_give((void **)&parents.v);
	return sort_siblings(top, tc);
}
