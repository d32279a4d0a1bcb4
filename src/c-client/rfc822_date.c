/*
 * rfc822_date.c - the date-time of header fields (RFC 5322 section 3.3, with
 * the obsolete forms of 4.3 and those that old mailers write).
 *
 * Works on octets in memory, knows no time zone of its own and holds no
 * state.
 */
#include "cc_ctype.h"
#include "cc_err.h"
#include "rfc822_date.h"
#include "rfc822_token.h"

struct parts {
	int year, month, day; /* month from 1 */
	int hour, minute, second;
	int zone;   /* minutes east */
	bool dated; /* day, month and year were read */
	bool timed; /* and the time */
};

/* A run of digits, at most max of them: how many there were, 0 for none. */
static int
take_number(struct cursor *c, int max, int *num_r)
{
	int digits = 0, num = 0;

	while (c->p < c->end && is_digit(*c->p) && digits < max) {
		num = num * 10 + *c->p++ - '0';
		digits++;
	}
	if (c->p < c->end && is_digit(*c->p))
		return 0;
	*num_r = num;
	return digits;
}

static struct span
take_letters(struct cursor *c)
{
	const unsigned char *from = c->p;

	while (c->p < c->end && is_alpha(*c->p))
		c->p++;
	return cc_cursor_since(c, from);
}

/* Blanks, comments and dashes between day, month and year. */
static void
skip_gap(struct cursor *c)
{
	cc_rfc822_skip_cfws(c);
	if (cc_cursor_skip(c, '-'))
		cc_rfc822_skip_cfws(c);
}

/* The month that the first three letters name, 0 if none. */
static int
month_of(struct span name)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

	for (int i = 0; i < 12 && name.len >= 3; i++)
		if (cc_span_eq_nocase(cc_span(name.p, 3),
			cc_span(names + 3 * i, 3)))
			return i + 1;
	return 0;
}

static int
take_year(struct cursor *c, int *year_r)
{
	int digits = take_number(c, 4, year_r);

	/* RFC 5322 section 4.3. */
	if (digits == 2)
		*year_r += *year_r < 50 ? 2000 : 1900;
	else if (digits == 3)
		*year_r += 1900;
	else if (digits != 4)
		return CC_EPARSE;
	return 0;
}

/* hour ":" minute [":" second] */
static int
take_time(struct cursor *c, struct parts *t)
{
	cc_rfc822_skip_cfws(c);
	if (!take_number(c, 2, &t->hour))
		return CC_EPARSE;
	cc_rfc822_skip_cfws(c);
	if (!cc_cursor_skip(c, ':'))
		return CC_EPARSE;
	cc_rfc822_skip_cfws(c);
	if (!take_number(c, 2, &t->minute))
		return CC_EPARSE;
	cc_rfc822_skip_cfws(c);
	if (!cc_cursor_skip(c, ':'))
		return 0;
	cc_rfc822_skip_cfws(c);
	return take_number(c, 2, &t->second) ? 0 : CC_EPARSE;
}

/* "+0100": four digits, or two for whole hours. */
static int
take_offset(struct cursor *c, int *zone_r)
{
	int sign = *c->p++ == '-' ? -1 : 1, num;
	int digits = take_number(c, 4, &num);

	if (digits == 2)
		num *= 100;
	else if (digits != 4)
		return CC_EPARSE;
	*zone_r = sign * (num / 100 * 60 + num % 100);
	return 0;
}

/* The obsolete zones; anything else, military letters too, says nothing. */
static int
zone_of(struct span name)
{
	static const struct {
		const char *name;
		int hours;
	} zones[] = { { "EST", -5 }, { "EDT", -4 }, { "CST", -6 },
		{ "CDT", -5 }, { "MST", -7 }, { "MDT", -6 }, { "PST", -8 },
		{ "PDT", -7 }, { "BST", 1 }, { "WET", 0 }, { "WEST", 1 },
		{ "CET", 1 }, { "CEST", 2 }, { "MET", 1 }, { "MEST", 2 },
		{ "EET", 2 }, { "EEST", 3 }, { "MSK", 3 }, { "JST", 9 },
		{ "HST", -10 }, { "AKST", -9 }, { "AKDT", -8 } };

	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++)
		if (cc_span_is_nocase(name, zones[i].name))
			return zones[i].hours * 60;
	return 0;
}

static int
take_zone(struct cursor *c, struct parts *t)
{
	struct span name;
	int ch;

	cc_rfc822_skip_cfws(c);
	ch = cc_cursor_peek(c);
	if (ch == '+' || ch == '-')
		return take_offset(c, &t->zone);
	name = take_letters(c);
	/* "GMT+0200" and the like. */
	ch = cc_cursor_peek(c);
	if (name.len && (ch == '+' || ch == '-'))
		return take_offset(c, &t->zone);
	t->zone = zone_of(name);
	return 0;
}

/* Behind the day: month year time zone. */
static int
take_rfc822(struct cursor *c, struct parts *t)
{
	int r;

	skip_gap(c);
	if (!(t->month = month_of(take_letters(c))))
		return CC_EPARSE;
	skip_gap(c);
	if ((r = take_year(c, &t->year)) != 0)
		return r;
	t->dated = true;
	if ((r = take_time(c, t)) != 0)
		return r;
	t->timed = true;
	return take_zone(c, t);
}

/* Behind the month: day time [zone] year. */
static int
take_ctime(struct cursor *c, struct parts *t)
{
	int r;

	cc_rfc822_skip_cfws(c);
	if (!take_number(c, 2, &t->day))
		return CC_EPARSE;
	if ((r = take_time(c, t)) != 0)
		return r;
	cc_rfc822_skip_cfws(c);
	if (!is_digit(cc_cursor_peek(c)) && (r = take_zone(c, t)) != 0)
		return r;
	cc_rfc822_skip_cfws(c);
	r = take_year(c, &t->year);
	t->dated = t->timed = r == 0;
	return r;
}

static bool
is_day(const struct parts *t)
{
	static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	bool leap =
	    t->year % 4 == 0 && (t->year % 100 != 0 || t->year % 400 == 0);

	return t->day >= 1 && t->day <= days[t->month - 1] &&
	    (t->month != 2 || t->day < 29 || leap);
}

static bool
is_time(const struct parts *t)
{
	/* A leap second is the next minute. */
	return t->hour <= 23 && t->minute <= 59 && t->second <= 60;
}

static bool
is_zone(const struct parts *t)
{
	return t->zone > -24 * 60 && t->zone < 24 * 60;
}

static int64_t
seconds(const struct parts *t)
{
	return cc_days_from_civil(t->year, t->month, t->day) * 86400 +
	    t->hour * 3600 + t->minute * 60 + t->second - t->zone * 60;
}

static int
take_date(struct span s, struct parts *t)
{
	struct cursor c = cc_cursor(s);
	struct span word;

	cc_rfc822_skip_cfws(&c);
	word = take_letters(&c);
	cc_rfc822_skip_cfws(&c);
	if (cc_cursor_skip(&c, ','))
		cc_rfc822_skip_cfws(&c);
	if (is_digit(cc_cursor_peek(&c)) && !month_of(word)) {
		return take_number(&c, 2, &t->day) ? take_rfc822(&c, t)
						   : CC_EPARSE;
	}
	if (is_alpha(cc_cursor_peek(&c)))
		word = take_letters(&c);
	t->month = month_of(word);
	return t->month ? take_ctime(&c, t) : CC_EPARSE;
}

int
cc_rfc822_parse_date(struct span s, struct imap_date *date_r)
{
	struct parts t = { 0 };
	int r;

	if ((r = take_date(s, &t)) != 0)
		return r;
	if (!is_day(&t) || !is_time(&t) || !is_zone(&t))
		return CC_ERANGE;
	date_r->zone = t.zone;
	date_r->time = seconds(&t);
	return 0;
}

int
cc_rfc822_sent_date(struct span s, int64_t *time_r)
{
	struct parts t = { 0 };
	int r = take_date(s, &t);

	if (!t.dated)
		return r;
	if (!is_day(&t))
		return CC_ERANGE;
	if (!t.timed || !is_time(&t)) {
		t.hour = t.minute = t.second = 0;
		t.zone = 0;
	}
	if (!is_zone(&t))
		t.zone = 0;
	*time_r = seconds(&t);
	return 0;
}
