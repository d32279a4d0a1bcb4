/*
 * fetch_walk.h - walking a header or text that is sent in pieces.
 */
#ifndef FETCH_WALK_H
#define FETCH_WALK_H

#include "fetch.h"

/* Octets of a header or text still to be sent. */
struct fetch_walk {
	struct fetch_run *run;
	struct mail_reader reader;
	enum mime_newline newline;
	struct span span; /* what is left of the present span */
	unsigned state;   /* of cc_mail_convert */
	bool marking;     /* places of this text are kept */
	uint64_t octets;  /* marking: sent octets before the present place */
};

enum fetch_walk_to {
	AWAY,
	OUT,
};

/* All but the reader, which the caller sets. */
void fetch_walk_init(struct fetch_walk *w, struct fetch_run *run);

/* Moves `want` octets as sent to the output, or away if `to` is AWAY. Fewer at
 * the end: *done_r says how many. 0, CC_ECLOSED, or an error of the driver. */
int fetch_walk_move(struct fetch_walk *w, enum fetch_walk_to to, uint64_t want,
    uint64_t *done_r);

/* The same, but exactly so many: CC_ECHANGED if there are fewer. */
int fetch_walk_exactly(struct fetch_walk *w, enum fetch_walk_to to,
    uint64_t want);

/* For a partial FETCH: goes on at the last place of this text that is known
 * and not behind start. The octets that are still to be skipped. */
uint64_t fetch_walk_take_up(struct fetch_walk *w, bool partial, uint64_t start);

/* Keeps the place in the text, octets behind its beginning. */
void fetch_walk_keep(const struct fetch_walk *w, uint64_t octets);

/* What is known of the header at pos is true only while nobody writes: the
 * lines in it that no client sees may go elsewhere with the flags, and all
 * others behind them move. */
void fetch_walk_check(struct fetch_run *run, uint64_t pos);

#endif
