/*
 * fuzz_summed.h - input for the readers of records that end with their sum:
 * as it is, and with a right sum behind it, so that the sum keeps nothing from
 * being looked at.
 */
#ifndef FUZZ_SUMMED_H
#define FUZZ_SUMMED_H

#include "fuzz_util.h"
#include "uidrecord_text.h"

static inline void
fuzz_summed(struct span input, void (*try_text)(struct span text))
{
	struct strbuf summed;

	try_text(input);
	cc_strbuf_init(&summed, input.len + 64);
	cc_strbuf_put_span(&summed, input);
	cc_uidrecord_put_check(&summed, 0);
	try_text(cc_strbuf_span(&summed));
	cc_strbuf_free(&summed);
}

#endif
