/*
 * mail_date.c - dates of the public API: the internal date of an elt, written,
 * read and counted.
 *
 * An elt keeps the date as it was written, zone included, with years from 1970
 * to 2097 (seven bits). Reading is imap_date.c's; what is read may be a
 * stranger's Date header, so only its first octets are looked at.
 */
#include "cc_err.h"
#include "mail_generic.h"

/* Octets of a date that are looked at; the longest form takes 60. */
#define DATE_MAX 128

#define YEAR_LAST (BASEYEAR + 127) /* seven bits */

/* Octets that mail_cdate and mail_date may write, as programs size them. */
#define CDATE_SIZE 38
#define DATE_SIZE 27

static int
elt_zone(const MESSAGECACHE *elt)
{
	int minutes = elt->zhours * 60 + elt->zminutes;

	return elt->zoccident ? -minutes : minutes;
}

/* The day of the elt counted from 1970; an unknown date is 1-Jan-1970. */
static int64_t
elt_days(const MESSAGECACHE *elt)
{
	return cc_days_from_civil(BASEYEAR + elt->year,
	    elt->month ? elt->month : 1, elt->day ? elt->day : 1);
}

struct imap_date
cc_mail_elt_date(const MESSAGECACHE *elt)
{
	int zone = elt_zone(elt);

	return (struct imap_date){
		.time = ((elt_days(elt) * 24 + elt->hours) * 60 + elt->minutes -
			    zone) *
			60 +
		    elt->seconds,
		.zone = zone,
	};
}

static void
elt_set_zone(MESSAGECACHE *elt, int zone)
{
	unsigned minutes = (unsigned)(zone < 0 ? -zone : zone);

	elt->zoccident = zone < 0;
	elt->zhours = (minutes / 60) & 0xf;
	elt->zminutes = (minutes % 60) & 0x3f;
}

/* The second of the day, and the day, of local seconds since 1970. */
static int
split_seconds(int64_t local, int64_t *day_r)
{
	int64_t day = local / 86400;
	int second = (int)(local % 86400);

	if (second < 0) {
		second += 86400;
		day--;
	}
	*day_r = day;
	return second;
}

void
cc_mail_elt_set_date(MESSAGECACHE *elt, const struct imap_date *date)
{
	const int64_t last = cc_days_from_civil(YEAR_LAST, 12, 31);
	int64_t day_number;
	int second, year, month, day;
	/* Zones have four bits for the hour; no place on earth is beyond. */
	int zone =
	    date->zone > -16 * 60 && date->zone < 16 * 60 ? date->zone : 0;

	second = split_seconds(date->time + (int64_t)zone * 60, &day_number);
	if (day_number < 0) {
		day_number = 0;
		second = 0;
	} else if (day_number > last) {
		day_number = last;
		second = 86399;
	}
	cc_civil_from_days(day_number, &year, &month, &day);
	elt->year = (unsigned)(year - BASEYEAR) & 0x7f;
	elt->month = (unsigned)month & 0xf;
	elt->day = (unsigned)day & 0x1f;
	elt->hours = (unsigned)(second / 3600) & 0x1f;
	elt->minutes = (unsigned)(second / 60 % 60) & 0x3f;
	elt->seconds = (unsigned)(second % 60) & 0x3f;
	elt_set_zone(elt, zone);
}

char *
mail_date(char *string, MESSAGECACHE *elt)
{
	unsigned month = elt->month ? elt->month : 1;

	snprintf(string, DATE_SIZE, "%2u-%s-%u %02u:%02u:%02u %c%02u%02u",
	    elt->day ? elt->day : 1, months[(month - 1) % 12],
	    (unsigned)BASEYEAR + elt->year, elt->hours, elt->minutes,
	    elt->seconds, elt->zoccident ? '-' : '+', elt->zhours,
	    elt->zminutes);
	return string;
}

char *
mail_cdate(char *string, MESSAGECACHE *elt)
{
	unsigned month = elt->month ? elt->month : 1;
	/* 1-Jan-1970 was a Thursday. */
	int64_t weekday = (elt_days(elt) + 4) % 7;

	snprintf(string, CDATE_SIZE, "%s %s %2u %02u:%02u:%02u %u %c%02u%02u\n",
	    days[weekday], months[(month - 1) % 12], elt->day ? elt->day : 1,
	    elt->hours, elt->minutes, elt->seconds,
	    (unsigned)BASEYEAR + elt->year, elt->zoccident ? '-' : '+',
	    elt->zhours, elt->zminutes);
	return string;
}

static void
elt_clear_date(MESSAGECACHE *elt)
{
	elt->day = 0;
	elt->month = 0;
	elt->year = 0;
	elt->hours = 0;
	elt->minutes = 0;
	elt->seconds = 0;
	elt->zoccident = 0;
	elt->zhours = 0;
	elt->zminutes = 0;
}

/* A Date field may end in comments: "+0100 (CET)". */
static struct span
without_comment(const char *s)
{
	struct span date = cc_span(s, strnlen(s, DATE_MAX));
	const char *comment = memchr(date.p, '(', date.len);

	if (comment)
		date.len = (size_t)(comment - date.p);
	return cc_span_trim(date);
}

long
mail_parse_date(MESSAGECACHE *elt, unsigned char *string)
{
	struct imap_date date;
	int64_t day_number;
	int year, month, day;

	elt_clear_date(elt);
	if (!string ||
	    cc_imap_parse_date_time(without_comment((char *)string), &date) !=
		0)
		return NIL;
	split_seconds(date.time + (int64_t)date.zone * 60, &day_number);
	cc_civil_from_days(day_number, &year, &month, &day);
	if (year < BASEYEAR || year > YEAR_LAST)
		return NIL;
	cc_mail_elt_set_date(elt, &date);
	return LONGT;
}

unsigned long
mail_longdate(MESSAGECACHE *elt)
{
	struct imap_date date = cc_mail_elt_date(elt);

	return date.time < 0 ? 0 : (unsigned long)date.time;
}

unsigned short
mail_shortdate(unsigned int year, unsigned int month, unsigned int day)
{
	return (unsigned short)((year << 9) + (month << 5) + day);
}
