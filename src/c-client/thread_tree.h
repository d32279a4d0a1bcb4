/*
 * thread_tree.h - a forest whose trees are joined and taken apart again, with
 * the question whether two nodes are in one tree; for THREAD.
 *
 * What a step costs grows with the logarithm of the nodes, whatever the trees
 * look like: references in mail may make them a hundred thousand nodes deep
 * (link-cut trees: Sleator and Tarjan, "A data structure for dynamic trees",
 * 1983, over splay trees).
 */
#ifndef THREAD_TREE_H
#define THREAD_TREE_H

#include <stddef.h>
#include <stdint.h>

/* Nodes are numbered from 1. */
struct thread_tree {
	struct tree_node *nodes; /* number 0 is nobody */
	size_t cap;
	uint64_t steps; /* turns of nodes, for tests */
};

void cc_tree_init(struct thread_tree *t);
void cc_tree_free(struct thread_tree *t);

/* A node of its own; numbers are given out without gaps. */
void cc_tree_add(struct thread_tree *t, uint32_t node);

/* The node without parent above this one, or itself. */
uint32_t cc_tree_root(struct thread_tree *t, uint32_t node);

/* Makes root, which has no parent, a child of a node of another tree. */
void cc_tree_link(struct thread_tree *t, uint32_t root, uint32_t parent);

/* Takes the parent away from a node that has one. */
void cc_tree_cut(struct thread_tree *t, uint32_t node);

#endif
