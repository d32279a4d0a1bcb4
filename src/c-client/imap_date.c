/*
 * imap_date.c - internal dates and the dates of SEARCH.
 *
 * Read, without regard to case: an optional weekday ("Tue, "), then
 *
 *	d-Mmm-yyyy or d Mmm yyyy	month in letters, at least three
 *	m/d/yyyy, yyyy-mm-dd, yyyymmdd
 *
 * The first two may go on with any one octet, h:m or h:m:s, and then nothing,
 * " +hhmm", or " " or "-" and the name of a zone. The classic formats keep
 * such dates in their files, and APPEND accepts them (RFC 3501 section 6.3.11
 * has the first form only). A comment may follow, as in RFC 822 dates.
 *
 * Holds no state but that localtime_r reads the zone of the process, for zone
 * names that nobody knows. Trusts nothing in the text.
 */
#include "cc_ctype.h"
#include "cc_err.h"
#include "imap_grammar.h"

#define YEAR_MIN 1970 /* what the seven bits of the classic formats hold */
#define YEAR_MAX 2097
#define ZONE_MAX (15 * 60 + 59) /* minutes; the API has four bits of hours */
#define DAY_SECONDS 86400
#define DATE_TIME 26 /* octets of a date-time as we write it */

static const char months[12][10] = { "January", "February", "March", "April",
	"May", "June", "July", "August", "September", "October", "November",
	"December" };

/* Hours east of UTC. Single letters are those of the classic toolkit, which
 * are the reverse of the military ones. */
static const struct {
	char name[4];
	int hours;
} zones[] = {
	{ "UT", 0 },
	{ "UTC", 0 },
	{ "GMT", 0 },
	{ "Z", 0 },
	{ "MET", 1 },
	{ "A", 1 },
	{ "EET", 2 },
	{ "B", 2 },
	{ "C", 3 },
	{ "D", 4 },
	{ "E", 5 },
	{ "F", 6 },
	{ "G", 7 },
	{ "H", 8 },
	{ "JST", 9 },
	{ "I", 9 },
	{ "K", 10 },
	{ "L", 11 },
	{ "M", 12 },
	{ "N", -1 },
	{ "O", -2 },
	{ "ADT", -3 },
	{ "P", -3 },
	{ "AST", -4 },
	{ "EDT", -4 },
	{ "Q", -4 },
	{ "EST", -5 },
	{ "CDT", -5 },
	{ "R", -5 },
	{ "CST", -6 },
	{ "MDT", -6 },
	{ "S", -6 },
	{ "MST", -7 },
	{ "PDT", -7 },
	{ "T", -7 },
	{ "PST", -8 },
	{ "YDT", -8 },
	{ "U", -8 },
	{ "YST", -9 },
	{ "V", -9 },
	{ "HST", -10 },
	{ "W", -10 },
	{ "X", -11 },
	{ "Y", -12 },
};

/* A date as written; all parts are in range once it was parsed. */
struct written {
	int year, month, day; /* month 1-12, day 1-31 */
	int hour, minute, second;
	bool local; /* the zone is this machine's */
	int zone;   /* minutes east of UTC, unless local */
};

/* Rounded down, for b above 0. */
static int64_t
div_floor(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Days from 1-Mar-0000 to the 1-Mar of a year: a year that begins with March
 * has its leap day at the end, where it moves no other day. */
static int64_t
days_to_march(int64_t year)
{
	return 365 * year + div_floor(year, 4) - div_floor(year, 100) +
	    div_floor(year, 400);
}

#define DAYS_MARCH_0_TO_1970 719468

int64_t
cc_days_from_civil(int year, int month, int day)
{
	int64_t y = month > 2 ? year : (int64_t)year - 1;
	int from_march = month > 2 ? month - 3 : month + 9;

	/* March and the months behind it have 31, 30, 31, 30, 31 days, again
	 * and again: 153 in five months. */
	return days_to_march(y) + (153 * from_march + 2) / 5 + day - 1 -
	    DAYS_MARCH_0_TO_1970;
}

void
cc_civil_from_days(int64_t days, int *year_r, int *month_r, int *day_r)
{
	int64_t n = days + DAYS_MARCH_0_TO_1970;
	int64_t y = div_floor(n * 400, 146097); /* at most one year off */
	int from_march, left;

	while (days_to_march(y) > n)
		y--;
	while (days_to_march(y + 1) <= n)
		y++;
	left = (int)(n - days_to_march(y));
	from_march = (5 * left + 2) / 153;
	*day_r = left - (153 * from_march + 2) / 5 + 1;
	*month_r = from_march < 10 ? from_march + 3 : from_march - 9;
	*year_r = (int)(from_march < 10 ? y : y + 1);
}

static size_t
digit_run(const struct cursor *c)
{
	const unsigned char *p = c->p;

	while (p < c->end && is_digit(*p))
		p++;
	return (size_t)(p - c->p);
}

/* Exactly n digits, n at most 8. */
static int
take_digits(struct cursor *c, size_t n)
{
	int num = 0;

	for (; n > 0; n--)
		num = num * 10 + (*c->p++ - '0');
	return num;
}

/* A number of min to max digits with a value from low to high. */
static int
parse_field(struct cursor *c, size_t min, size_t max, int low, int high,
    int *num_r)
{
	size_t n = digit_run(c);
	int num;

	if (n < min || n > max)
		return CC_EPARSE;
	num = take_digits(c, n);
	if (num < low || num > high)
		return CC_ERANGE;
	*num_r = num;
	return 0;
}

static int
parse_day(struct cursor *c, int *day_r)
{
	return parse_field(c, 1, 2, 1, 31, day_r);
}

/* A month's name, or its first letters, at least three. */
static int
parse_month(struct cursor *c, int *month_r)
{
	const unsigned char *start = c->p;
	struct span word;

	while (c->p < c->end && is_alpha(*c->p))
		c->p++;
	word = cc_cursor_since(c, start);
	if (word.len < 3)
		return CC_EPARSE;
	for (int i = 0; i < 12; i++) {
		if (word.len <= strlen(months[i]) &&
		    cc_span_eq_nocase(word, cc_span(months[i], word.len))) {
			*month_r = i + 1;
			return 0;
		}
	}
	return CC_EPARSE;
}

/* A year of two to four digits; 100 is what programs that add 1 to 99 make of
 * the year 2000. */
static int
parse_year(struct cursor *c, int *year_r)
{
	int r = parse_field(c, 2, 4, 0, 9999, year_r);

	if (r != 0)
		return r;
	if (*year_r < 49)
		*year_r += 2000;
	else if (*year_r < 999)
		*year_r += 1900;
	return 0;
}

/* d-Mmm-yyyy, d Mmm yyyy, m/d/yyyy. */
static int
parse_dmy(struct cursor *c, struct written *w, bool *time_may_follow)
{
	const struct cursor start = *c;
	int sep, r;

	if ((r = parse_day(c, &w->day)) != 0)
		return r;
	sep = cc_cursor_peek(c);
	*time_may_follow = sep == '-' || sep == ' ';
	if (*time_may_follow) {
		c->p++;
		r = parse_month(c, &w->month);
	} else if (sep == '/') {
		*c = start;
		if ((r = parse_field(c, 1, 2, 1, 12, &w->month)) != 0)
			return r;
		c->p++;
		r = parse_day(c, &w->day);
	} else {
		return CC_EPARSE;
	}
	if (r != 0)
		return r;
	if (!cc_cursor_skip(c, sep))
		return CC_EPARSE;
	return parse_year(c, &w->year);
}

/* yyyy-mm-dd, or yyyymmdd without the hyphens. */
static int
parse_ymd(struct cursor *c, struct written *w, bool hyphens)
{
	w->year = take_digits(c, 4);
	if (!hyphens) {
		w->month = take_digits(c, 2);
		w->day = take_digits(c, 2);
		return w->month < 1 || w->month > 12 || w->day < 1 ||
			w->day > 31
		    ? CC_ERANGE
		    : 0;
	}
	if (!cc_cursor_skip(c, '-'))
		return CC_EPARSE;
	int r = parse_field(c, 2, 2, 1, 12, &w->month);
	if (r != 0)
		return r;
	return cc_cursor_skip(c, '-') ? parse_day(c, &w->day) : CC_EPARSE;
}

/* h:m or h:m:s. 60 is a leap second. */
static int
parse_time(struct cursor *c, struct written *w)
{
	int r;

	if ((r = parse_field(c, 1, 2, 0, 23, &w->hour)) != 0)
		return r;
	if (!cc_cursor_skip(c, ':'))
		return CC_EPARSE;
	if ((r = parse_field(c, 1, 2, 0, 59, &w->minute)) != 0)
		return r;
	return cc_cursor_skip(c, ':') ? parse_field(c, 1, 2, 0, 60, &w->second)
				      : 0;
}

/* +hhmm or -hhmm. */
static int
parse_zone_digits(struct cursor *c, struct written *w)
{
	bool west = *c->p++ == '-';
	int num;

	if (digit_run(c) != 4)
		return CC_EPARSE;
	num = take_digits(c, 4);
	if (num % 100 > 59 || num / 100 * 60 + num % 100 > ZONE_MAX)
		return CC_ERANGE;
	w->zone = num / 100 * 60 + num % 100;
	if (west)
		w->zone = -w->zone;
	return 0;
}

static void
set_named_zone(struct span name, struct written *w)
{
	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		if (cc_span_is_nocase(name, zones[i].name)) {
			w->zone = zones[i].hours * 60;
			return;
		}
	}
	w->local = true;
}

/* Nothing, " +hhmm", " NAME" or "-NAME". */
static int
parse_zone(struct cursor *c, struct written *w)
{
	const unsigned char *start;
	int next = cc_cursor_peek(c);

	if (next == -1)
		return 0;
	if (next != ' ' && next != '-')
		return CC_EPARSE;
	c->p++;
	start = c->p;
	next = next == ' ' ? cc_cursor_peek(c) : 0;
	if (next == '+' || next == '-')
		return parse_zone_digits(c, w);
	while (c->p < c->end && is_alnum(*c->p))
		c->p++;
	if (c->p == start || !is_alpha(*start))
		return CC_EPARSE;
	set_named_zone(cc_cursor_since(c, start), w);
	return 0;
}

/* A comment such as " (CET)", which many Date fields end in. */
static void
skip_comment(struct cursor *c)
{
	if (cc_cursor_left(c) >= 3 && c->p[0] == ' ' && c->p[1] == '(' &&
	    c->end[-1] == ')')
		c->p = c->end;
}

/* "Tue, ", in any language that has three letters for it. */
static void
skip_weekday(struct cursor *c)
{
	if (cc_cursor_left(c) > 5 && is_alpha(c->p[0]) && is_alpha(c->p[1]) &&
	    is_alpha(c->p[2]) && c->p[3] == ',' && c->p[4] == ' ')
		c->p += 5;
}

static int
parse_written(struct cursor *c, struct written *w)
{
	bool time_may_follow = false;
	size_t n;
	int r;

	skip_weekday(c);
	(void)cc_cursor_skip(c, ' ');
	n = digit_run(c);
	if (n == 8 || n == 4)
		r = parse_ymd(c, w, n == 4);
	else
		r = parse_dmy(c, w, &time_may_follow);
	if (r != 0 || cc_cursor_at_end(c))
		return r;
	if (!time_may_follow)
		return CC_EPARSE;
	c->p++;
	if ((r = parse_time(c, w)) != 0 || (r = parse_zone(c, w)) != 0)
		return r;
	skip_comment(c);
	return cc_cursor_at_end(c) ? 0 : CC_EPARSE;
}

static int64_t
seconds_of(const struct written *w)
{
	return cc_days_from_civil(w->year, w->month, w->day) * DAY_SECONDS +
	    w->hour * 3600 + w->minute * 60 + w->second;
}

/* The zone of this machine at that moment, in minutes east. */
static int
local_zone(const struct written *w)
{
	struct tm tm = { .tm_year = w->year - 1900,
		.tm_mon = w->month - 1,
		.tm_mday = w->day,
		.tm_hour = w->hour,
		.tm_min = w->minute,
		.tm_sec = w->second,
		.tm_isdst = -1 };
	int64_t east = seconds_of(w) - (int64_t)mktime(&tm);

	if (east > ZONE_MAX * 60 || east < -ZONE_MAX * 60)
		return 0;
	return (int)div_floor(east, 60);
}

int
cc_imap_parse_date_time(struct span s, struct imap_date *date_r)
{
	struct cursor c = cc_cursor(s);
	struct written w = { 0 };
	int r = parse_written(&c, &w);

	if (r != 0)
		return r;
	if (w.year < YEAR_MIN || w.year > YEAR_MAX)
		return CC_ERANGE;
	if (w.local)
		w.zone = local_zone(&w);
	date_r->time = seconds_of(&w) - w.zone * 60;
	date_r->zone = w.zone;
	return 0;
}

static int64_t
clamp(int64_t n, int64_t low, int64_t high)
{
	return n < low ? low : n > high ? high : n;
}

/* Two decimal digits of 0 to 99. */
static void
put_two(char *p, int n)
{
	p[0] = (char)('0' + n / 10);
	p[1] = (char)('0' + n % 10);
}

void
cc_imap_put_date_time(struct strbuf *out, const struct imap_date *date)
{
	const int64_t low = cc_days_from_civil(YEAR_MIN, 1, 1) * DAY_SECONDS;
	const int64_t end =
	    cc_days_from_civil(YEAR_MAX + 1, 1, 1) * DAY_SECONDS;
	int zone = (int)clamp(date->zone, -ZONE_MAX, ZONE_MAX);
	int64_t local = clamp(date->time, low - DAY_SECONDS, end + DAY_SECONDS);
	int year, month, day, second, east = zone < 0 ? -zone : zone;
	char text[DATE_TIME];

	local = clamp(local + zone * 60, low, end - 1);
	second = (int)(local % DAY_SECONDS);
	cc_civil_from_days(local / DAY_SECONDS, &year, &month, &day);
	/* By hand: this is most of a FETCH INTERNALDATE. */
	put_two(text, day);
	if (text[0] == '0')
		text[0] = ' ';
	text[2] = text[6] = '-';
	memcpy(text + 3, months[month - 1], 3);
	put_two(text + 7, year / 100);
	put_two(text + 9, year % 100);
	text[11] = text[20] = ' ';
	put_two(text + 12, second / 3600);
	text[14] = text[17] = ':';
	put_two(text + 15, second / 60 % 60);
	put_two(text + 18, second % 60);
	text[21] = zone < 0 ? '-' : '+';
	put_two(text + 22, east / 60);
	put_two(text + 24, east % 60);
	cc_strbuf_put(out, text, sizeof(text));
}

int
cc_imap_parse_date(struct span s, int *day_r)
{
	struct cursor c = cc_cursor(s);
	struct written w = { 0 };
	size_t year_digits;
	int r;

	if ((r = parse_day(&c, &w.day)) != 0)
		return r;
	if (!cc_cursor_skip(&c, '-'))
		return CC_EPARSE;
	if ((r = parse_month(&c, &w.month)) != 0)
		return r;
	if (!cc_cursor_skip(&c, '-'))
		return CC_EPARSE;
	year_digits = cc_cursor_left(&c);
	if ((year_digits != 2 && year_digits != 4) ||
	    digit_run(&c) != year_digits)
		return CC_EPARSE;
	w.year = take_digits(&c, year_digits);
	if (year_digits == 2)
		w.year += w.year < 70 ? 2000 : 1900;
	*day_r = (int)cc_days_from_civil(w.year, w.month, w.day);
	return 0;
}
