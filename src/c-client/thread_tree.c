/*
 * thread_tree.c - trees that are joined and cut, in logarithmic time each.
 *
 * Every tree is held as paths, each a splay tree ordered by depth: what is left
 * of a node is above it. The top of a path's splay tree points to the node that
 * the path hangs from, which does not point back.
 */
#include "fs.h"
#include "thread_tree.h"

struct tree_node {
	uint32_t side[2]; /* above and below on the same path */
	uint32_t up;      /* in the splay tree, or what the path hangs from */
};

void
cc_tree_init(struct thread_tree *t)
{
	*t = (struct thread_tree){ 0 };
}

void
cc_tree_free(struct thread_tree *t)
{
	fs_give((void **)&t->nodes);
}

void
cc_tree_add(struct thread_tree *t, uint32_t node)
{
	if (node >= t->cap) {
		t->cap = t->cap ? 2 * t->cap : 64;
		if (t->cap <= node)
			t->cap = (size_t)node + 1;
		fs_resize((void **)&t->nodes, t->cap * sizeof(*t->nodes));
		t->nodes[0] = (struct tree_node){ 0 };
	}
	t->nodes[node] = (struct tree_node){ 0 };
}

/* On which side of its splay parent a node is; -1 at the top of a path. */
static int
side_of(const struct thread_tree *t, uint32_t node)
{
	const struct tree_node *up = &t->nodes[t->nodes[node].up];

	if (t->nodes[node].up == 0)
		return -1;
	return up->side[0] == node ? 0 : up->side[1] == node ? 1 : -1;
}

/* Turns a node and its splay parent, keeping the order. */
static void
turn(struct thread_tree *t, uint32_t node)
{
	struct tree_node *n = &t->nodes[node], *u = &t->nodes[n->up];
	uint32_t up = n->up, inner;
	int side = side_of(t, node), up_side = side_of(t, up);

	inner = n->side[1 - side];
	n->up = u->up;
	if (up_side >= 0)
		t->nodes[u->up].side[up_side] = node;
	u->side[side] = inner;
	if (inner)
		t->nodes[inner].up = up;
	n->side[1 - side] = up;
	u->up = node;
	t->steps++;
}

/* Makes a node the top of its path. */
static void
splay(struct thread_tree *t, uint32_t node)
{
	int side, up_side;

	while ((side = side_of(t, node)) >= 0) {
		uint32_t up = t->nodes[node].up;

		if ((up_side = side_of(t, up)) >= 0)
			turn(t, side == up_side ? up : node);
		turn(t, node);
	}
}

/* Makes the way from the root to a node one path, with nothing below it, and
 * the node its top. */
static void
expose(struct thread_tree *t, uint32_t node)
{
	uint32_t below = 0;

	for (uint32_t n = node; n; n = t->nodes[n].up) {
		splay(t, n);
		t->nodes[n].side[1] = below;
		below = n;
		t->steps++;
	}
	splay(t, node);
}

uint32_t
cc_tree_root(struct thread_tree *t, uint32_t node)
{
	expose(t, node);
	while (t->nodes[node].side[0]) {
		node = t->nodes[node].side[0];
		t->steps++;
	}
	/* Or the next question would walk down as far again. */
	splay(t, node);
	return node;
}

void
cc_tree_link(struct thread_tree *t, uint32_t root, uint32_t parent)
{
	expose(t, root);
	expose(t, parent);
	t->nodes[root].up = parent;
}

void
cc_tree_cut(struct thread_tree *t, uint32_t node)
{
	uint32_t above;

	expose(t, node);
	above = t->nodes[node].side[0];
	t->nodes[above].up = 0;
	t->nodes[node].side[0] = 0;
}
