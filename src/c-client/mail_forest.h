/*
 * mail_forest.h - the threads of a mailbox (RFC 5256, THREAD).
 *
 * A builder is told the messages in ascending order, each with its id, its
 * references and its subject; a forest comes out. What it costs is bounded by
 * n log n whatever the mail says, and nothing recurses.
 */
#ifndef MAIL_FOREST_H
#define MAIL_FOREST_H

#include <stdbool.h>
#include <stdint.h>

#include "siphash.h"
#include "thread_tree.h"

#define FOREST_NONE UINT32_MAX

/*
 * Node n below `messages` is the n-th message that the builder was told of;
 * those above are dummies, which hold messages together that have no parent
 * here. A dummy is never below another node, and has two children or more.
 */
struct mail_forest {
	size_t messages, nodes;
	uint32_t first;   /* thread; FOREST_NONE: no message */
	uint32_t *parent; /* of each node, FOREST_NONE at the top */
	uint32_t *child;  /* its first child */
	uint32_t *next;   /* its next sibling, or the next thread */
};

void cc_forest_free(struct mail_forest *f);

/* What is known of a message besides its references. */
struct forest_message {
	uint32_t node;          /* of its id */
	struct cc_hash subject; /* of the base subject's collation form */
	bool has_subject;       /* it is not empty */
	bool marked;            /* it is a reply or a forward */
};

struct forest_builder {
	struct cc_hash_key key;
	struct forest_message *messages;
	size_t count, max;

	/* Ids, of messages and of those only mentioned, numbered from 1. */
	struct forest_node *nodes;
	size_t node_count, node_cap;
	uint32_t *table; /* ids by hash, open addressing; 0: free */
	size_t table_size;
	struct thread_tree tree;
	size_t absent;  /* ids that no message has */
	uint64_t steps; /* places of tables looked at, for tests */

	/* Of the present message: */
	uint32_t last;           /* its last reference */
	unsigned references;     /* how many it had */
	struct cc_hash far_last; /* the last of those beyond the limit */
};

/* For at most max messages. */
void cc_forest_init(struct forest_builder *b, size_t max);
void cc_forest_builder_free(struct forest_builder *b);

/* The next message. subject is in the form of cc_key_subject. */
void cc_forest_add(struct forest_builder *b, struct span subject, bool marked);

/*
 * For REFERENCES, of the message last added, in this order: its id, with an
 * empty span if it has none; its references; cc_forest_link when these are
 * all. Ids are in normal form.
 */
void cc_forest_id(struct forest_builder *b, struct span id);
void cc_forest_reference(struct forest_builder *b, struct span id);
void cc_forest_link(struct forest_builder *b);

/*
 * The threads. order are the messages, from 0, by sent date. The forest is the
 * caller's to free.
 */
void cc_forest_references(struct forest_builder *b, const uint32_t *order,
    struct mail_forest *f_r);
void cc_forest_ordered_subject(struct forest_builder *b, const uint32_t *order,
    struct mail_forest *f_r);

#endif
