/*
 * fuzz_uidvalidity_missing.c - whatever the record of an INBOX without a file
 * holds, its UIDVALIDITY is one that can be told, it is given away once, and
 * only to the path that it was made for. The input is tried as it is and with
 * a right sum behind it.
 */
#include "cc_err.h"
#include "fuzz_root.h"
#include "fuzz_summed.h"
#include "uidrecord.h"

#define INBOX "/var/mail/ann"

static void
try_text(struct span text)
{
	int dir = fuzz_root_dir();
	uint32_t v = 0;

	fuzz_root_put("inbox-missing", text);
	must(cc_uidvalidity_take_missing(dir, INBOX "/b", &v) != 0 ||
	    memmem(text.p, text.len, INBOX "/b\n", sizeof(INBOX "/b")));
	fuzz_root_put("inbox-missing", text);
	if (cc_uidvalidity_take_missing(dir, INBOX, &v) != 0) {
		must(faccessat(dir, "inbox-missing", F_OK, 0) == 0);
		return;
	}
	must(v != 0);
	must(memmem(text.p, text.len, INBOX "\n", sizeof(INBOX)) != NULL);
	must(cc_uidvalidity_take_missing(dir, INBOX, &v) == CC_ENOENT);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_summed(cc_span(data, size), try_text);
	return 0;
}
