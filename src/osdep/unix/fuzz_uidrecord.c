/*
 * fuzz_uidrecord.c - hostile UID records: what is accepted has ascending UIDs
 * and is written back octet by octet as it was. The input is also tried with
 * a right sum behind it, so that the sum keeps nothing from being looked at.
 */
#include <stdint.h>
#include <stdlib.h>

#include "fs.h"
#include "uidrecord.h"
#include "uidrecord_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(what)                                                            \
	do {                                                                   \
		if (!(what))                                                   \
			abort();                                               \
	} while (0)

static void
check_record(const struct uidrecord *rec)
{
	uint64_t last = 0;

	CHECK(rec->uidvalidity > 0);
	CHECK(rec->count <= CC_UIDRECORD_RUNS);
	for (size_t i = 0; i < rec->count; i++) {
		const struct uidrun *run = &rec->runs[i];

		CHECK(run->count > 0 && run->first > last);
		last = (uint64_t)run->first + run->count - 1;
		CHECK(last <= rec->uidlast);
	}
	CHECK(cc_uidrecord_messages(rec) <= last);
}

static void
try_text(struct span text)
{
	struct uidrecord rec;
	struct strbuf out;

	if (cc_uidrecord_parse(text, &rec) != 0)
		return;
	check_record(&rec);
	cc_strbuf_init(&out, text.len);
	cc_uidrecord_format(&out, &rec);
	CHECK(cc_strbuf_status(&out) == 0);
	CHECK(out.len == text.len && !memcmp(out.data, text.p, text.len));
	cc_strbuf_free(&out);
	cc_uidrecord_free(&rec);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf summed;

	try_text(cc_span(data, size));
	cc_strbuf_init(&summed, size + 64);
	cc_strbuf_put(&summed, data, size);
	cc_uidrecord_put_check(&summed, 0);
	try_text(cc_strbuf_span(&summed));
	cc_strbuf_free(&summed);
	return 0;
}
