/*
 * fuzz_subscription.c - lines of a subscription file: together they are the
 * file, and none is longer than a name's place.
 */
#include "fuzz_util.h"
#include "subscription.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = cc_span(data, size), line;
	const char *at = text.p;

	while (cc_subscription_line(&text, &line)) {
		must(line.p == at && line.len <= CC_SUBSCRIPTION_LINE);
		must(line.len == 0 || !memchr(line.p, '\n', line.len));
		at += line.len;
		must(text.p == at || (text.p == at + 1 && *at == '\n'));
		must(text.p > line.p);
		at = text.p;
	}
	must(text.len == 0 && (size == 0 || at == (const char *)data + size));
	return 0;
}
