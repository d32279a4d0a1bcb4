/*
 * mboxfile_from.c - is it a "From " line, and what date does it carry?
 *
 * The sender may be anything, so a line is judged from its end backwards
 * (formats/unix.md section 2). Input is a line of a mailbox file and hostile;
 * nothing is looked at outside it. No I/O but the zone of this machine.
 */
#include <time.h>

#include "cc_ctype.h"
#include "cc_err.h"
#include "mboxfile_from.h"

#define FROM_WORD "From "
#define REMOTE_WORD " remote from"
#define FROM_MIN 27      /* "From ", one space, date without zone or seconds */
#define REMOTE_MIN 41    /* shorter lines cannot carry " remote from WORD" */
#define DATE_BEFORE 12   /* octets of " Www Mmm dd " before the hour */
#define MAX_SENDER_POS 4 /* the space before Www is at least the word's */

/* Room for the checks below to look back from the end of a time. */
#define TIME_BEFORE (DATE_BEFORE + 8)

/*
 * Reads "Www Mmm dd hh:mm[:ss]" that ends before offset end of line; end is
 * what a year or zone left over.
 */
static bool
take_time(struct span line, size_t end, struct mbox_from *f)
{
	const char *p = line.p;
	size_t hour;

	if (end < TIME_BEFORE || end > line.len || p[end - 3] != ':')
		return false;
	if (p[end - 6] == ':')
		hour = end - 8;
	else
		hour = end - 5;
	if (hour < DATE_BEFORE + MAX_SENDER_POS || p[hour + 2] != ':' ||
	    p[hour - 1] != ' ' || p[hour - 4] != ' ' || p[hour - 8] != ' ' ||
	    p[hour - 12] != ' ')
		return false;
	f->hour = cc_span(p + hour, 2);
	f->minute = cc_span(p + hour + 3, 2);
	f->second = cc_span(p + end - 2, end - hour == 8 ? 2 : 0);
	f->day = cc_span(p + hour - 3, 2);
	f->month = cc_span(p + hour - 7, 3);
	f->sender = cc_span(p + 5, hour - 12 < 5 ? 0 : hour - 12 - 5);
	return true;
}

static bool
is_sign(char c)
{
	return c == '+' || c == '-';
}

/* "TIME yyyy", "TIME ZZZ yyyy", "TIME +hhmm yyyy" */
static bool
year_last(struct span line, struct mbox_from *f)
{
	const char *p = line.p;
	size_t t = line.len - 5;

	if (p[t] != ' ')
		return false;
	f->year = cc_span(p + t + 1, 4);
	f->zone = cc_span(p + t, 0);
	if (take_time(line, t, f))
		return true;
	f->zone = cc_span(p + t - 3, 3);
	if (p[t - 4] == ' ' && take_time(line, t - 4, f))
		return true;
	f->zone = cc_span(p + t - 5, 5);
	return p[t - 6] == ' ' && is_sign(p[t - 5]) &&
	    take_time(line, t - 6, f);
}

/* "TIME yyyy ZZZ", "TIME yyyy +hhmm" */
static bool
zone_last(struct span line, struct mbox_from *f)
{
	const char *p = line.p;
	size_t n = line.len;

	f->zone = cc_span(p + n - 3, 3);
	f->year = cc_span(p + n - 8, 4);
	if (p[n - 4] == ' ' && p[n - 9] == ' ' && take_time(line, n - 9, f))
		return true;
	f->zone = cc_span(p + n - 5, 5);
	f->year = cc_span(p + n - 10, 4);
	return p[n - 6] == ' ' && is_sign(p[n - 5]) && p[n - 11] == ' ' &&
	    take_time(line, n - 11, f);
}

/* The line without " remote from WORD". */
static struct span
without_remote(struct span line)
{
	const size_t word = sizeof(REMOTE_WORD) - 1;
	const char *space;
	size_t before;

	if (line.len < REMOTE_MIN)
		return line;
	space = memrchr(line.p, ' ', line.len);
	before = space ? (size_t)(space - line.p) : 0;
	if (before >= word &&
	    memcmp(line.p + before - word, REMOTE_WORD, word) == 0)
		line.len = before - word;
	return line;
}

bool
cc_mbox_from_line(struct span line, bool cr_ok, struct mbox_from *from_r)
{
	const size_t word = sizeof(FROM_WORD) - 1;
	struct mbox_from from = { 0 };

	if (line.len < FROM_MIN || memcmp(line.p, FROM_WORD, word) != 0)
		return false;
	if (cr_ok && line.p[line.len - 1] == '\r')
		line.len--;
	line = without_remote(line);
	if (line.len < FROM_MIN ||
	    (!year_last(line, &from) && !zone_last(line, &from)) ||
	    memchr(line.p, '\0', line.len))
		return false;
	*from_r = from;
	return true;
}

/* ------------------------------------------------------------------ date */

/* Minutes east of UTC, here and now. */
static int
local_zone(void)
{
	time_t now = time(NULL);
	struct tm tm;

	return localtime_r(&now, &tm) ? (int)(tm.tm_gmtoff / 60) : 0;
}

/* A number of exactly the given digits; a leading space counts as 0. */
static int
number(struct span s)
{
	int n = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (is_digit(s.p[i]))
			n = n * 10 + (s.p[i] - '0');
		else if (s.p[i] != ' ' || i > 0)
			return -1;
	}
	return n;
}

/* 1 to 12, or 0. */
static int
month_number(struct span s)
{
	static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";

	for (int i = 0; i < 12; i++)
		if (to_lower(s.p[0]) == months[3 * i] &&
		    to_lower(s.p[1]) == months[3 * i + 1] &&
		    to_lower(s.p[2]) == months[3 * i + 2])
			return i + 1;
	return 0;
}

/* Zone names (formats/README.md, "Internal date, read"); others are local. */
static int
zone_by_name(struct span s)
{
	static const struct {
		char name[4];
		int hours;
	} zones[] = {
		{ "UTC", 0 },
		{ "GMT", 0 },
		{ "MET", 1 },
		{ "JST", 9 },
		{ "ADT", -3 },
		{ "AST", -4 },
		{ "EDT", -4 },
		{ "EST", -5 },
		{ "CDT", -5 },
		{ "CST", -6 },
		{ "MDT", -6 },
		{ "MST", -7 },
		{ "PDT", -7 },
		{ "PST", -8 },
		{ "YDT", -8 },
		{ "YST", -9 },
		{ "HST", -10 },
	};

	for (size_t i = 0; i < sizeof(zones) / sizeof(*zones); i++)
		if (cc_span_is_nocase(s, zones[i].name))
			return zones[i].hours * 60;
	return local_zone();
}

static int
read_zone(struct span s, int *minutes_r)
{
	int hours, minutes;

	if (s.len != 5) {
		*minutes_r = s.len == 0 ? local_zone() : zone_by_name(s);
		return 0;
	}
	hours = number(cc_span(s.p + 1, 2));
	minutes = number(cc_span(s.p + 3, 2));
	if (hours < 0 || hours > 15 || minutes < 0 || minutes > 59)
		return CC_EPARSE;
	minutes += hours * 60;
	*minutes_r = s.p[0] == '-' ? -minutes : minutes;
	return 0;
}

int
cc_mbox_from_date(const struct mbox_from *from, struct imap_date *date_r)
{
	int year = number(from->year), month = month_number(from->month);
	int day = number(from->day), hour = number(from->hour);
	int minute = number(from->minute), second = number(from->second);
	int zone;

	*date_r = (struct imap_date){ 0, 0 };
	if (year < 1970 || year > 2097 || month == 0 || day < 1 || day > 31 ||
	    hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
	    second > 60 || read_zone(from->zone, &zone) != 0)
		return CC_EPARSE;
	date_r->time = cc_days_from_civil(year, month, day) * 86400 +
	    hour * 3600 + minute * 60 + second - zone * 60;
	date_r->zone = zone;
	return 0;
}
