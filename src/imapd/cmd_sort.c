/*
 * cmd_sort.c - SORT and UID SORT (RFC 5256, BASE.6.4.SORT).
 */
#include "cc_err.h"
#include "found.h"
#include "mail_sort.h"

/* The kinds of keys; one that comes again decides nothing any more. */
#define KEYS 7

static const struct {
	const char *name;
	short function;
} sort_keys[KEYS] = {
	{ "ARRIVAL", SORTARRIVAL },
	{ "CC", SORTCC },
	{ "DATE", SORTDATE },
	{ "FROM", SORTFROM },
	{ "SIZE", SORTSIZE },
	{ "SUBJECT", SORTSUBJECT },
	{ "TO", SORTTO },
};

/* The keys as they were asked for. */
struct order {
	SORTPGM pgm[KEYS];
	size_t count;
	unsigned seen; /* 1u << function */
};

static void
add_key(struct order *o, short function, bool reverse)
{
	if (o->seen & 1u << function)
		return;
	o->seen |= 1u << function;
	o->pgm[o->count] =
	    (SORTPGM){ .function = function, .reverse = reverse };
	if (o->count > 0)
		o->pgm[o->count - 1].next = &o->pgm[o->count];
	o->count++;
}

/* ["REVERSE" SP] sort-key */
static bool
parse_key(struct args *args, struct order *o)
{
	bool reverse = false;
	struct span word;

	if (args_atom(args, &word) != 0)
		return false;
	if (cc_span_is_nocase(word, "REVERSE")) {
		reverse = true;
		if (!args_space(args) || args_atom(args, &word) != 0)
			return false;
	}
	for (size_t i = 0; i < KEYS; i++)
		if (cc_span_is_nocase(word, sort_keys[i].name)) {
			add_key(o, sort_keys[i].function, reverse);
			return true;
		}
	return false;
}

static bool
parse_order(struct args *args, struct order *o)
{
	do {
		if (!parse_key(args, o))
			return false;
	} while (args_space(args));
	return cc_cursor_skip(&args->c, ')');
}

/* "* SORT" and the numbers. */
static void
put(struct session *s, const struct found *found)
{
	output_puts(&s->out, "* SORT");
	s->out.in_line = true;
	for (size_t i = 0; i < found->count && output_check(&s->out); i++) {
		cc_strbuf_putc(&s->out.buf, ' ');
		cc_strbuf_put_uint(&s->out.buf,
		    found_number(s, found->msgnos[i]));
	}
	s->out.in_line = false;
	output_puts(&s->out, "\r\n");
}

static enum cmd_result
sort(struct session *s, const struct order *o, struct found *found)
{
	int r;

	do
		r = cc_mail_sort(s->stream, o->pgm, found->msgnos,
		    found->count);
	while (r == CC_ECHANGED && found_again(s, found));
	if (r != 0)
		return found_failed(s, r);
	put(s, found);
	return CMD_OK;
}

enum cmd_result
cmd_sort(struct session *s, struct args *args)
{
	struct order order = { .count = 0 };
	enum cmd_result result;
	struct found found;
	struct span charset;
	SEARCHPGM *pgm;

	if (!args_space(args) || !cc_cursor_skip(&args->c, '('))
		return cmd_missing(s);
	if (!parse_order(args, &order))
		return cmd_bogus_list(s);
	if ((result = found_parse(s, args, &charset, &pgm)) != CMD_OK)
		return result;
	result = found_search(s, charset, pgm, &found);
	if (result == CMD_OK)
		result = sort(s, &order, &found);
	found_free(&found);
	mail_free_searchpgm(&pgm);
	return result;
}
