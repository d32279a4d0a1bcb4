/*
 * fuzz_utf7.c - mailbox names: one spelling for each name, both ways.
 */
#include "fuzz_util.h"
#include "utf7.h"

/* from and to are each other's inverse on what they accept. */
static void
there_and_back(struct span in, int (*there)(struct strbuf *, struct span),
    int (*back)(struct strbuf *, struct span))
{
	struct strbuf out, again;

	cc_strbuf_init(&out, 5 * in.len + 16);
	cc_strbuf_init(&again, 5 * in.len + 16);
	if (there(&out, in) == 0) {
		must(back(&again, cc_strbuf_span(&out)) == 0);
		must(fuzz_same(cc_strbuf_span(&again), in));
	} else {
		must(out.len == 0 && !out.over);
	}
	cc_strbuf_free(&out);
	cc_strbuf_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = cc_span(data, size);
	struct strbuf out;

	there_and_back(in, cc_utf7_to_utf8, cc_utf7_from_utf8);
	there_and_back(in, cc_utf7_from_utf8, cc_utf7_to_utf8);
	cc_strbuf_init(&out, 5 * size + 16);
	/* What decodes is a valid name, and so is what was encoded. */
	if (cc_utf7_to_utf8(&out, in) == 0)
		must(cc_utf7_check(in) == NULL);
	cc_strbuf_reset(&out);
	if (cc_utf7_from_utf8(&out, in) == 0)
		must(cc_utf7_check(cc_strbuf_span(&out)) == NULL);
	cc_strbuf_free(&out);
	return 0;
}
