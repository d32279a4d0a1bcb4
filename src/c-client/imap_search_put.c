/*
 * imap_search_put.c - SEARCH programs, written as they go over the wire
 * (RFC 3501 section 6.4.4; RFC 5032).
 *
 * Programs may nest as deep as their maker liked: what is open is kept on a
 * stack of its own. Holds no state. Memory is that of the text and the stack.
 */
#include "fs.h"
#include "imap_grammar.h"
#include "imap_search.h"

#define STAR 0xffffffffUL /* "*" in a SEARCHSET */

/* A program of which part is written. */
struct open {
	const SEARCHOR *ors;       /* not yet written */
	const SEARCHPGMLIST *nots; /* not yet written */
	const SEARCHPGM *second;   /* of an OR whose first is written */
	bool parenthesis;          /* to be closed */
};

struct writer {
	struct strbuf *out;
	bool begun;  /* a key stands before, which a SP has to follow */
	size_t keys; /* written so far */
	struct open *stack;
	size_t depth, room;
};

/* Keys are parted by SP. */
static void
key(struct writer *w, const char *name)
{
	if (w->begun)
		cc_strbuf_putc(w->out, ' ');
	w->begun = true;
	w->keys++;
	cc_strbuf_puts(w->out, name);
}

static void
put_text(struct writer *w, const SIZEDTEXT *text)
{
	cc_strbuf_putc(w->out, ' ');
	cc_imap_put_astring(w->out, cc_span(text->data, text->size));
}

static void
put_strings(struct writer *w, const char *name, const STRINGLIST *st)
{
	for (; st; st = st->next) {
		key(w, name);
		put_text(w, &st->text);
	}
}

static const STRINGLIST *
strings_at(const SEARCHPGM *pgm, const struct cc_search_member *m)
{
	return *(STRINGLIST *const *)(const void *)((const char *)pgm + m->at);
}

static void
put_texts(struct writer *w, const SEARCHPGM *pgm)
{
	const struct cc_search_member *m;
	char name[32];

	for (m = cc_search_texts; m->name[0]; m++)
		put_strings(w, m->name, strings_at(pgm, m));
	for (const SEARCHHEADER *h = pgm->header; h; h = h->next) {
		key(w, "HEADER");
		put_text(w, &h->line);
		put_text(w, &h->text);
	}
	for (m = cc_search_fields; m->name[0]; m++) {
		snprintf(name, sizeof(name), "HEADER %s", m->name);
		put_strings(w, name, strings_at(pgm, m));
	}
}

static void
put_number(struct writer *w, const char *name, unsigned long n)
{
	if (!n)
		return;
	key(w, name);
	cc_strbuf_printf(w->out, " %lu", n);
}

/* d-Mmm-yyyy of a date as SEARCHPGM has it. */
static void
put_day(struct strbuf *out, unsigned short date)
{
	unsigned month = (date >> 5) & 0xf;

	cc_strbuf_printf(out, "%u-%s-%u", date & 0x1fu,
	    months[(month ? month - 1 : 0) % 12],
	    (unsigned)BASEYEAR + (date >> 9));
}

static void
put_dates(struct writer *w, const SEARCHPGM *pgm)
{
	const struct cc_search_member *m;
	unsigned short date;

	for (m = cc_search_dates; m->name[0]; m++) {
		memcpy(&date, (const char *)pgm + m->at, sizeof(date));
		if (!date)
			continue;
		key(w, m->name);
		cc_strbuf_putc(w->out, ' ');
		put_day(w->out, date);
	}
}

static void
put_set_number(struct writer *w, unsigned long n)
{
	if (n == STAR)
		cc_strbuf_putc(w->out, '*');
	else
		cc_strbuf_put_uint(w->out, n);
}

static void
put_set(struct writer *w, const char *name, const SEARCHSET *set)
{
	if (!set)
		return;
	key(w, name);
	for (const SEARCHSET *s = set; s; s = s->next) {
		if (s != set)
			cc_strbuf_putc(w->out, ',');
		put_set_number(w, s->first);
		if (!s->last)
			continue;
		cc_strbuf_putc(w->out, ':');
		put_set_number(w, s->last);
	}
}

/* All of a program but OR and NOT. */
static void
put_simple(struct writer *w, const SEARCHPGM *pgm)
{
	unsigned bits = cc_search_flag_bits(pgm);

	put_set(w, "", pgm->msgno);
	put_set(w, "UID ", pgm->uid);
	for (unsigned i = 0; i < CC_SEARCH_FLAGS; i++)
		if (bits >> i & 1)
			key(w, cc_search_flags[i]);
	put_number(w, "LARGER", pgm->larger);
	put_number(w, "SMALLER", pgm->smaller);
	put_number(w, "OLDER", pgm->older);
	put_number(w, "YOUNGER", pgm->younger);
	put_dates(w, pgm);
	put_texts(w, pgm);
}

/* Does the program ask for more than one thing? A buffer without room takes
 * what is written to count the others. */
static bool
is_compound(const SEARCHPGM *pgm)
{
	struct strbuf nothing;
	struct writer probe = { .out = &nothing };

	cc_strbuf_init(&nothing, 0);
	put_simple(&probe, pgm);
	for (const SEARCHOR *o = pgm->or ; o && probe.keys < 2; o = o->next)
		probe.keys++;
	for (const SEARCHPGMLIST *n = pgm->not ; n && probe.keys < 2;
	     n = n->next)
		probe.keys++;
	return probe.keys > 1;
}

/* Begins a program within another, or the whole. One that is but an OR or a
 * NOT gets no parentheses, so that a deep one grows no deeper. */
static void
enter(struct writer *w, const SEARCHPGM *pgm)
{
	bool parenthesis = w->depth > 0 && is_compound(pgm);
	size_t keys;

	if (w->depth == w->room) {
		w->room = w->room ? 2 * w->room : 8;
		fs_resize((void **)&w->stack, w->room * sizeof(*w->stack));
	}
	w->stack[w->depth++] =
	    (struct open){ pgm->or, pgm->not, NULL, parenthesis };
	if (parenthesis) {
		key(w, "(");
		w->begun = false;
	}
	keys = w->keys;
	put_simple(w, pgm);
	if (w->keys == keys && !pgm->or &&!pgm->not )
		key(w, "ALL");
}

/* The next program within the one on top; NULL if there is none. */
static const SEARCHPGM *
next_inner(struct writer *w, struct open *top)
{
	const SEARCHPGM *inner;

	if (top->second) {
		inner = top->second;
		top->second = NULL;
	} else if (top->ors) {
		key(w, "OR");
		inner = top->ors->first;
		top->second = top->ors->second;
		top->ors = top->ors->next;
	} else if (top->nots) {
		key(w, "NOT");
		inner = top->nots->pgm;
		top->nots = top->nots->next;
	} else {
		inner = NULL;
	}
	return inner;
}

void
cc_imap_put_search(struct strbuf *out, const SEARCHPGM *pgm)
{
	struct writer w = { .out = out };
	const SEARCHPGM *inner;

	enter(&w, pgm);
	while (w.depth > 0) {
		if ((inner = next_inner(&w, &w.stack[w.depth - 1])) != NULL) {
			enter(&w, inner);
			continue;
		}
		if (w.stack[--w.depth].parenthesis)
			cc_strbuf_putc(out, ')');
	}
	fs_give((void **)&w.stack);
}
