/*
 * cmd_thread.c - THREAD and UID THREAD (RFC 5256, BASE.6.4.THREAD).
 *
 * Threads may be as deep as there are messages; they are written by following
 * the links of the forest, and in pieces of one number.
 */
#include "cc_err.h"
#include "found.h"
#include "mail_threader.h"

/* What is being written. */
struct writer {
	struct session *s;
	const struct found *found;
	const struct mail_forest *f;
};

static void
put_number(const struct writer *w, uint32_t node)
{
	cc_strbuf_put_uint(&w->s->out.buf,
	    found_number(w->s, w->found->msgnos[node]));
	output_check(&w->s->out);
}

/* Its children stand without parentheses behind it: it has only one. */
static bool
has_one_child(const struct mail_forest *f, uint32_t node)
{
	return node < f->messages && f->child[node] != FOREST_NONE &&
	    f->next[f->child[node]] == FOREST_NONE;
}

/* "(" and the numbers up to where it branches or ends; the node there. */
static uint32_t
open_list(const struct writer *w, uint32_t node)
{
	struct strbuf *b = &w->s->out.buf;

	cc_strbuf_putc(b, '(');
	if (node >= w->f->messages)
		return node;
	put_number(w, node);
	while (has_one_child(w->f, node)) {
		node = w->f->child[node];
		cc_strbuf_putc(b, ' ');
		put_number(w, node);
	}
	if (w->f->child[node] != FOREST_NONE)
		cc_strbuf_putc(b, ' ');
	return node;
}

/* ")" of the list that ends with a node, and of those that end there, too; the
 * node that the next list begins with. */
static uint32_t
close_lists(const struct writer *w, uint32_t node)
{
	const struct mail_forest *f = w->f;

	while (node != FOREST_NONE) {
		cc_strbuf_putc(&w->s->out.buf, ')');
		while (f->parent[node] != FOREST_NONE &&
		    has_one_child(f, f->parent[node]))
			node = f->parent[node];
		if (f->next[node] != FOREST_NONE)
			return f->next[node];
		node = f->parent[node];
	}
	return FOREST_NONE;
}

static void
put(struct session *s, const struct found *found, const struct mail_forest *f)
{
	const struct writer w = { s, found, f };
	uint32_t node = f->first;

	output_puts(&s->out, node == FOREST_NONE ? "* THREAD" : "* THREAD ");
	s->out.in_line = true;
	while (node != FOREST_NONE && !session_gone(s)) {
		node = open_list(&w, node);
		node = f->child[node] != FOREST_NONE ? f->child[node]
						     : close_lists(&w, node);
	}
	s->out.in_line = false;
	output_puts(&s->out, "\r\n");
}

static enum cmd_result
thread(struct session *s, enum mail_threading how, struct found *found)
{
	struct mail_forest f;
	int r;

	do
		r = cc_mail_thread(s->stream, how, found->msgnos, found->count,
		    &f);
	while (r == CC_ECHANGED && found_again(s, found));
	if (r != 0)
		return found_failed(s, r);
	put(s, found, &f);
	cc_forest_free(&f);
	return CMD_OK;
}

/* An algorithm that we do not know, or a charset: what programs of old look
 * for is an empty response before the NO. */
static enum cmd_result
refuse(struct session *s, enum cmd_result result)
{
	if (result == CMD_NO && !s->ending)
		output_puts(&s->out, "* THREAD\r\n");
	return result;
}

static enum cmd_result
search_and_thread(struct session *s, struct span type, struct span charset,
    SEARCHPGM *pgm)
{
	enum mail_threading how = MAIL_REFERENCES;
	enum cmd_result result;
	struct found found;

	if (cc_span_is_nocase(type, "ORDEREDSUBJECT")) {
		how = MAIL_ORDEREDSUBJECT;
	} else if (!cc_span_is_nocase(type, "REFERENCES")) {
		cmd_say(s, "No such thread type");
		return refuse(s, CMD_NO);
	}
	result = found_search(s, charset, pgm, &found);
	if (result == CMD_OK)
		result = thread(s, how, &found);
	else
		result = refuse(s, result);
	found_free(&found);
	return result;
}

enum cmd_result
cmd_thread(struct session *s, struct args *args)
{
	struct span type, charset;
	enum cmd_result result;
	SEARCHPGM *pgm;

	if (!args_space(args) || args_atom(args, &type) != 0)
		return cmd_missing(s);
	if ((result = found_parse(s, args, &charset, &pgm)) != CMD_OK)
		return result;
	result = search_and_thread(s, type, charset, pgm);
	mail_free_searchpgm(&pgm);
	return result;
}
