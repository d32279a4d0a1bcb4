/*
 * mail_forest.c - linking messages by their references: step 1 of the
 * REFERENCES algorithm (RFC 5256, BASE.6.4.THREAD).
 *
 * An id is known by a keyed hash that no two ids have (siphash.h), so its text
 * is not kept. Ids and references are a stranger's: how deep they go, and which
 * loops they would make, changes nothing in what they cost.
 */
#include "cc_limits.h"
#include "fs.h"
#include "mail_forest.h"
#include "mail_forest_inner.h"

void
cc_forest_init(struct forest_builder *b, size_t max)
{
	*b = (struct forest_builder){ .max = max, .node_count = 1 };
	cc_hash_key_init(&b->key);
	cc_tree_init(&b->tree);
	b->messages = fs_get((max + 1) * sizeof(*b->messages));
}

static void
give(uint32_t **p)
{
	if (*p)
		fs_give((void **)p);
}

void
cc_forest_builder_free(struct forest_builder *b)
{
	fs_give((void **)&b->messages);
	fs_give((void **)&b->nodes);
	give(&b->table);
	cc_tree_free(&b->tree);
}

void
cc_forest_free(struct mail_forest *f)
{
	give(&f->parent);
	give(&f->child);
	give(&f->next);
}

void
cc_forest_add(struct forest_builder *b, struct span subject, bool marked)
{
	struct forest_message *m = &b->messages[b->count++];

	*m = (struct forest_message){ .marked = marked,
		.has_subject = subject.len > 0 };
	m->subject = cc_hash(&b->key, subject);
	b->last = 0;
	b->references = 0;
}

/* The place of an id in the table, or the free one where it belongs. */
static uint32_t *
place(struct forest_builder *b, struct cc_hash id)
{
	size_t i = (size_t)id.h[0] & (b->table_size - 1);

	for (;; i = (i + 1) & (b->table_size - 1)) {
		b->steps++;
		if (!b->table[i] || cc_hash_same(b->nodes[b->table[i]].id, id))
			return &b->table[i];
	}
}

/* Makes room for one more id; at least half of the table stays free. */
static void
grow_table(struct forest_builder *b)
{
	size_t size = b->table_size ? 2 * b->table_size : 64;

	if (2 * (b->node_count + 1) <= b->table_size)
		return;
	give(&b->table);
	b->table = fs_get(size * sizeof(*b->table));
	memset(b->table, 0, size * sizeof(*b->table));
	b->table_size = size;
	for (size_t n = 1; n < b->node_count; n++)
		if (!b->nodes[n].unique)
			*place(b, b->nodes[n].id) = (uint32_t)n;
}

static uint32_t
add_node(struct forest_builder *b, const struct forest_node *node)
{
	if (b->node_count >= b->node_cap) {
		b->node_cap = b->node_cap ? 2 * b->node_cap : 64;
		fs_resize((void **)&b->nodes, b->node_cap * sizeof(*b->nodes));
	}
	b->nodes[b->node_count] = *node;
	cc_tree_add(&b->tree, (uint32_t)b->node_count);
	return (uint32_t)b->node_count++;
}

/* A message without a valid id, or with that of an earlier one. */
static uint32_t
add_unique(struct forest_builder *b)
{
	return add_node(b,
	    &(struct forest_node){
		.message = (uint32_t)b->count, .unique = true });
}

void
cc_forest_id(struct forest_builder *b, struct span text)
{
	struct forest_message *m = &b->messages[b->count - 1];
	struct cc_hash id;
	uint32_t *at;

	if (!text.len) {
		m->node = add_unique(b);
		return;
	}
	grow_table(b);
	id = cc_hash(&b->key, text);
	at = place(b, id);
	if (!*at) {
		*at = add_node(b,
		    &(struct forest_node){
			.id = id, .message = (uint32_t)b->count });
	} else if (!b->nodes[*at].message) {
		b->nodes[*at].message = (uint32_t)b->count;
		b->absent--;
	} else {
		m->node = add_unique(b);
		return;
	}
	m->node = *at;
}

/* The node of a reference; 0 if there are too many that no message has. */
static uint32_t
referred(struct forest_builder *b, struct cc_hash id)
{
	uint32_t *at;

	grow_table(b);
	at = place(b, id);
	if (!*at && b->absent < CC_THREAD_ABSENT) {
		b->absent++;
		*at = add_node(b, &(struct forest_node){ .id = id });
	}
	return *at;
}

/* Makes parent the parent of a node that has none, unless that were a loop,
 * which only a node with children can close. */
static void
link_nodes(struct forest_builder *b, uint32_t parent, uint32_t node)
{
	if (parent == node ||
	    (b->nodes[node].children > 0 &&
		cc_tree_root(&b->tree, parent) == node))
		return;
	cc_tree_link(&b->tree, node, parent);
	b->nodes[node].parent = parent;
	b->nodes[parent].children++;
}

static void
unlink_node(struct forest_builder *b, uint32_t node)
{
	if (!b->nodes[node].parent)
		return;
	cc_tree_cut(&b->tree, node);
	b->nodes[b->nodes[node].parent].children--;
	b->nodes[node].parent = 0;
}

/* Step 1.A. Beyond the limit only the last one counts. */
void
cc_forest_reference(struct forest_builder *b, struct span text)
{
	struct cc_hash id = cc_hash(&b->key, text);
	uint32_t node;

	if (b->references++ >= CC_REFERENCES_MAX) {
		b->far_last = id;
		return;
	}
	if (!(node = referred(b, id)))
		return;
	if (b->last && !b->nodes[node].parent)
		link_nodes(b, b->last, node);
	b->last = node;
}

/* Step 1.B. */
void
cc_forest_link(struct forest_builder *b)
{
	uint32_t node = b->messages[b->count - 1].node, last = b->last;

	if (b->references > CC_REFERENCES_MAX)
		last = referred(b, b->far_last);
	if (last && b->nodes[node].parent == last)
		return;
	unlink_node(b, node);
	if (last)
		link_nodes(b, last, node);
}
