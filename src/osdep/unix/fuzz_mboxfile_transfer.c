/*
 * fuzz_mboxfile_transfer.c - hostile records of mail on its way: what is
 * accepted is written back octet by octet as it was. The input is also tried
 * with a right sum behind it.
 */
#include "fuzz_summed.h"
#include "mail.h"
#include "mboxfile_transfer.h"

static void
try_text(struct span text)
{
	struct strbuf out;

	if (cc_mbox_transfer_again(text, &out) != 0)
		return;
	must(cc_strbuf_status(&out) == 0);
	must(fuzz_same(cc_strbuf_span(&out), text));
	cc_strbuf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size <= 4096)
		fuzz_summed(cc_span(data, size), try_text);
	return 0;
}
