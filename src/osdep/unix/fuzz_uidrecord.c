/*
 * fuzz_uidrecord.c - hostile UID records: what is accepted has ascending UIDs
 * and is written back octet by octet as it was. The input is also tried with
 * a right sum behind it.
 */
#include "fs.h"
#include "fuzz_summed.h"
#include "uidrecord.h"

static void
check_record(const struct uidrecord *rec)
{
	uint64_t last = 0;

	must(rec->uidvalidity > 0);
	must(rec->count <= CC_UIDRECORD_RUNS);
	for (size_t i = 0; i < rec->count; i++) {
		const struct uidrun *run = &rec->runs[i];

		must(run->count > 0 && run->first > last);
		last = (uint64_t)run->first + run->count - 1;
		must(last <= rec->uidlast);
	}
	must(cc_uidrecord_messages(rec) <= last);
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
	must(cc_strbuf_status(&out) == 0);
	must(fuzz_same(cc_strbuf_span(&out), text));
	cc_strbuf_free(&out);
	cc_uidrecord_free(&rec);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_summed(cc_span(data, size), try_text);
	return 0;
}
