/*
 * fuzz_uidvalidity.c - whatever the file with the highest UIDVALIDITY holds,
 * the next one is not below the clock, never comes twice, and is recorded.
 * The input is tried as it is and with a right sum behind it.
 */
#include "cc_err.h"
#include "fuzz_root.h"
#include "fuzz_summed.h"
#include "uidrecord.h"

#define NOW 1700000000u

static void
try_text(struct span text)
{
	int dir = fuzz_root_dir(), r;
	uint32_t first, second;

	fuzz_root_put("uidvalidity", text);
	r = cc_uidvalidity_next(dir, NOW, &first);
	must(r == 0 || r == CC_ERANGE);
	if (r != 0)
		return;
	must(first >= NOW);
	r = cc_uidvalidity_next(dir, NOW, &second);
	must(r == (first == UINT32_MAX ? CC_ERANGE : 0));
	must(r != 0 || second == first + 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_summed(cc_span(data, size), try_text);
	return 0;
}
