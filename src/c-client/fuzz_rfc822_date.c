/*
 * fuzz_rfc822_date.c - a date that was read, written as RFC 5322 has it, is
 * read as the same moment and zone.
 */
#include "fuzz_util.h"
#include "rfc822_date.h"
#include "strbuf.h"

static void
put_date(struct strbuf *out, const struct imap_date *date)
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	int64_t local = date->time + date->zone * 60;
	int64_t days = (local - ((local % 86400) + 86400) % 86400) / 86400;
	int second = (int)(local - days * 86400);
	int zone = date->zone < 0 ? -date->zone : date->zone;
	int year, month, day;

	cc_civil_from_days(days, &year, &month, &day);
	cc_strbuf_printf(out, "%d %s %04d %02d:%02d:%02d %c%02d%02d", day,
	    months[month - 1], year, second / 3600, second / 60 % 60,
	    second % 60, date->zone < 0 ? '-' : '+', zone / 60, zone % 60);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct imap_date date, again;
	struct strbuf out;

	if (cc_rfc822_parse_date(cc_span(data, size), &date) != 0)
		return 0;
	cc_strbuf_init(&out, 100);
	put_date(&out, &date);
	/* A leap second at the end of 9999 is in no year of four digits. */
	if (date.time + date.zone * 60 < 253402300800) {
		must(cc_rfc822_parse_date(cc_strbuf_span(&out), &again) == 0);
		must(again.time == date.time && again.zone == date.zone);
	}
	cc_strbuf_free(&out);
	return 0;
}
