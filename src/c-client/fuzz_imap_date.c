/*
 * fuzz_imap_date.c - dates: whatever is accepted is written and read again as
 * the same moment.
 */
#include "fuzz_util.h"
#include "imap_grammar.h"

static void
try_date_time(struct span s)
{
	struct imap_date date, again;
	struct strbuf out;

	if (cc_imap_parse_date_time(s, &date) != 0)
		return;
	must(date.zone > -960 && date.zone < 960);
	cc_strbuf_init(&out, 26);
	cc_imap_put_date_time(&out, &date);
	must(cc_strbuf_status(&out) == 0 && out.len == 26);
	must(cc_imap_parse_date_time(cc_strbuf_span(&out), &again) == 0);
	must(again.zone == date.zone);
	/* Only the leap second of the last year's end has no successor. */
	must(again.time == date.time || again.time == date.time - 1);
	cc_strbuf_free(&out);
}

static void
try_date(struct span s)
{
	int day, year, month, mday;

	if (cc_imap_parse_date(s, &day) != 0)
		return;
	cc_civil_from_days(day, &year, &month, &mday);
	must(year >= -1 && year <= 10000);
	must(month >= 1 && month <= 12 && mday >= 1 && mday <= 31);
	must(cc_days_from_civil(year, month, mday) == day);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span s = cc_span(data, size);

	try_date_time(s);
	try_date(s);
	return 0;
}
