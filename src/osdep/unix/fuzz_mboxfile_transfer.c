/*
 * fuzz_mboxfile_transfer.c - hostile records of mail on its way: what is
 * accepted is written back octet by octet as it was. The input is also tried
 * with a right sum behind it.
 */
#include <stdint.h>
#include <stdlib.h>

#include "mail.h"
#include "mboxfile_transfer.h"
#include "uidrecord_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_text(struct span text)
{
	struct strbuf out;

	if (cc_mbox_transfer_again(text, &out) != 0)
		return;
	if (cc_strbuf_status(&out) != 0 || out.len != text.len ||
	    memcmp(out.data, text.p, text.len) != 0)
		abort();
	cc_strbuf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf summed;

	if (size > 4096)
		return 0;
	try_text(cc_span(data, size));
	cc_strbuf_init(&summed, size + 64);
	cc_strbuf_put(&summed, data, size);
	cc_uidrecord_put_check(&summed, 0);
	try_text(cc_strbuf_span(&summed));
	cc_strbuf_free(&summed);
	return 0;
}
