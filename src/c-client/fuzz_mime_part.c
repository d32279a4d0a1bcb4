/*
 * fuzz_mime_part.c - the tree of a message does not depend on how its octets
 * were cut into pieces, its extents lie inside each other, and their counts
 * are those of the octets they name.
 *
 * Input: one octet (bit 0: CRLF; the rest seeds the cuts), then the message.
 */
#include "cc_limits.h"
#include "fuzz_util.h"
#include "imap_body.h"

struct tree {
	struct arena arena;
	struct mime_part *root;
	struct strbuf text; /* what is compared */
};

/* The next part in the order of the message. */
static const struct mime_part *
next_part(const struct mime_part *part)
{
	if (part->child)
		return part->child;
	while (part && !part->next)
		part = part->parent;
	return part ? part->next : NULL;
}

static void
put_extent(struct strbuf *out, const struct mime_extent *e)
{
	cc_strbuf_printf(out, " %llu-%llu %llu/%llu",
	    (unsigned long long)e->pos, (unsigned long long)e->end,
	    (unsigned long long)e->octets, (unsigned long long)e->lines);
}

/* size 0: pieces of lengths that seed makes. */
static void
parse(struct tree *t, enum mime_newline newline, struct span msg, size_t size,
    unsigned seed)
{
	struct mime_parser *p;

	cc_arena_init(&t->arena, CC_MIME_MEMORY);
	cc_strbuf_init(&t->text, SIZE_MAX / 4);
	p = cc_mime_new(&t->arena, newline);
	for (size_t at = 0; at < msg.len;) {
		size_t n = size;

		if (!n) {
			seed = seed * 1103515245u + 12345;
			n = 1 + (seed >> 16) % 19;
		}
		n = n < msg.len - at ? n : msg.len - at;
		must(cc_mime_feed(p, cc_span(msg.p + at, n), 1000 + at) == 0);
		at += n;
	}
	must(cc_mime_end(&p, &t->root) == 0 && !p);
	must(cc_imap_put_body(&t->text, &t->arena, t->root, true,
		 cc_span(NULL, 0)) == 0);
	for (const struct mime_part *part = t->root; part;
	     part = next_part(part)) {
		cc_strbuf_putc(&t->text, '\n');
		put_extent(&t->text, &part->header);
		put_extent(&t->text, &part->body);
	}
}

static void
drop(struct tree *t)
{
	cc_arena_free(&t->arena);
	cc_strbuf_free(&t->text);
}

/* Counts the octets of an extent the slow way. */
static void
check_extent(const struct mime_extent *e, enum mime_newline newline,
    struct span msg)
{
	uint64_t octets = 0, lines = 0;

	must(e->pos <= e->end);
	if (!msg.len)
		return;
	must(e->pos >= 1000 && e->end - 1000 <= msg.len);
	for (uint64_t i = e->pos - 1000; i < e->end - 1000; i++) {
		lines += msg.p[i] == '\n';
		if (newline == MIME_CRLF)
			octets++;
		else if (msg.p[i] == '\n')
			octets += 2;
		else
			octets += msg.p[i] != '\r';
	}
	must(octets == e->octets && lines == e->lines);
}

static void
check_tree(const struct tree *t, enum mime_newline newline, struct span msg)
{
	unsigned count = 0;

	for (const struct mime_part *part = t->root; part;
	     part = next_part(part)) {
		count++;
		check_extent(&part->header, newline, msg);
		check_extent(&part->body, newline, msg);
		must(part->header.end <= part->body.pos);
		must(part->type_name.p && part->subtype.p &&
		    part->encoding_name.p);
		must(part->type != TYPEMULTIPART || part->child ||
		    count >= CC_MIME_PARTS);
		if (part->parent) {
			must(part->header.pos >= part->parent->body.pos);
			must(part->body.end <= part->parent->body.end);
		}
		if (part->next)
			must(part->body.end <= part->next->header.pos);
	}
	must(count <= CC_MIME_PARTS);
}

/* The tree is that of what is sent. */
static void
check_crlf(const struct tree *t, struct span msg)
{
	struct strbuf crlf, out;
	struct tree other;

	if (msg.len > CC_MIME_FIELDS / 2)
		return;
	cc_strbuf_init(&crlf, SIZE_MAX / 4);
	cc_strbuf_init(&out, SIZE_MAX / 4);
	for (size_t i = 0; i < msg.len; i++) {
		if (msg.p[i] == '\n')
			cc_strbuf_putc(&crlf, '\r');
		if (msg.p[i] != '\r')
			cc_strbuf_putc(&crlf, msg.p[i]);
	}
	parse(&other, MIME_CRLF, cc_strbuf_span(&crlf), SIZE_MAX, 0);
	cc_imap_put_body(&out, &other.arena, other.root, true,
	    cc_span(NULL, 0));
	must(t->text.len >= out.len &&
	    fuzz_same(cc_span(t->text.data, out.len), cc_strbuf_span(&out)));
	drop(&other);
	cc_strbuf_free(&crlf);
	cc_strbuf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum mime_newline newline;
	struct tree whole, cut;
	struct span msg;

	if (size < 1)
		return 0;
	newline = data[0] & 1 ? MIME_CRLF : MIME_LF;
	msg = cc_span(data + 1, size - 1);
	parse(&whole, newline, msg, msg.len, 0);
	check_tree(&whole, newline, msg);
	if (newline == MIME_LF)
		check_crlf(&whole, msg);
	parse(&cut, newline, msg, 1, 0);
	must(fuzz_same(cc_strbuf_span(&whole.text), cc_strbuf_span(&cut.text)));
	drop(&cut);
	parse(&cut, newline, msg, 0, data[0]);
	must(fuzz_same(cc_strbuf_span(&whole.text), cc_strbuf_span(&cut.text)));
	drop(&cut);
	drop(&whole);
	return 0;
}
