/*
 * fuzz_base64.c - base64: one spelling for each text, both ways.
 */
#include "base64.h"
#include "fuzz_util.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = cc_span(data, size);
	struct strbuf out, back;

	cc_strbuf_init(&out, 2 * size + 8);
	cc_strbuf_init(&back, 2 * size + 8);
	if (cc_base64_decode(&out, in) == 0) {
		cc_base64_encode(&back, cc_strbuf_span(&out));
		must(fuzz_same(cc_strbuf_span(&back), in));
	} else {
		must(out.len == 0);
	}
	cc_strbuf_reset(&out);
	cc_strbuf_reset(&back);
	cc_base64_encode(&out, in);
	must(cc_strbuf_status(&out) == 0);
	must(cc_base64_decode(&back, cc_strbuf_span(&out)) == 0);
	must(fuzz_same(cc_strbuf_span(&back), in));
	cc_strbuf_free(&out);
	cc_strbuf_free(&back);
	return 0;
}
