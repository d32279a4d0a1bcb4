/*
 * linear.h - the rows of the linearity test: a parser and a family of inputs.
 */
#ifndef LINEAR_H
#define LINEAR_H

#include <stddef.h>

#include "span.h"

/*
 * An input is head, then unit as often as it takes to fill the size, then
 * tail. In unit and tail stands \1 for the number of the present repetition,
 * from 1 on, so that names differ.
 */
struct linear_row {
	const char *parser;
	void (*run)(struct span text); /* an octet 0 follows text */
	const char *head, *unit, *tail;
};

/* Tables that end with a row without a parser. */
extern const struct linear_row linear_header[];
extern const struct linear_row linear_mime[];
extern const struct linear_row linear_text[];
extern const struct linear_row linear_imap[];
extern const struct linear_row linear_files[];
extern const struct linear_row linear_server[];
extern const struct linear_row linear_records[];

#endif
