/*
 * fuzz_qp.c - quoted-printable: whatever is encoded comes back; whatever is
 * decoded does not grow, and is faultless when encoded again.
 */
#include "fuzz_util.h"
#include "qp.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = cc_span(data, size);
	struct strbuf coded, out;

	cc_strbuf_init(&coded, SIZE_MAX / 4);
	cc_strbuf_init(&out, SIZE_MAX / 4);
	cc_qp_encode(&coded, in);
	must(cc_qp_decode(&out, cc_strbuf_span(&coded)) == 0);
	must(fuzz_same(cc_strbuf_span(&out), in));
	cc_strbuf_reset(&out);
	cc_qp_decode(&out, in);
	must(out.len <= size);
	cc_strbuf_free(&coded);
	cc_strbuf_free(&out);
	return 0;
}
