/*
 * args.h - arguments of a command: the grammar of imap_grammar.h, and literals
 * fetched from the client where the command refers to them.
 *
 * All parsers: 0 and the result, or negative with the position unspecified: a
 * command with a wrong argument is refused as a whole. Results lie in the
 * input buffer or in the arena and are good until the tagged response.
 */
#ifndef ARGS_H
#define ARGS_H

#include "arena.h"
#include "cursor.h"
#include "imap_grammar.h"
#include "imap_search.h"
#include "input.h"

struct args {
	struct cursor c;     /* the present piece, from the next octet on */
	struct arena *arena; /* of the command */
	struct input *in;    /* where literals come from */
};

/* The arguments in the present piece of the input, from offset `at` on. */
void args_init(struct args *a, struct arena *arena, struct input *in,
    size_t at);

/* Nothing is left. */
bool args_end(const struct args *a);

/* One SP. */
bool args_space(struct args *a);

/* atom: as it stands. */
int args_atom(struct args *a, struct span *s_r);

/* string: quoted or literal. */
int args_string(struct args *a, struct span *s_r);

/* astring: atom with "]", quoted or literal. */
int args_astring(struct args *a, struct span *s_r);

/* nstring: string or NIL, for which p is NULL. */
int args_nstring(struct args *a, struct span *s_r);

/* astring, as a C string in the arena. */
int args_mailbox(struct args *a, char **name_r);

/* list-mailbox: an atom that may hold wildcards, or a string; the same. */
int args_list_mailbox(struct args *a, char **pattern_r);

/* Does a literal stand here? */
bool args_at_literal(const struct args *a);

/* The literal here, as input_message reads it, and on behind it. */
int args_message(struct args *a, void (*keep)(void *ctx, struct span octets),
    void *ctx);

/* sequence-set, in the arena; whether it fits the mailbox is not asked. */
int args_seqset(struct args *a, struct imap_seqset *set_r);

/* The keys of SEARCH, SORT and THREAD (imap_search.h); the caller frees the
 * program. What follows is the caller's to check. */
int args_search(struct args *a, SEARCHPGM **pgm_r);

#endif
