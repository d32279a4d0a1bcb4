/*
 * mboxfile_from.c - is it a "From " line, and what date does it carry?
 *
 * The sender may be anything, so a line is judged from its end backwards
 * (formats/unix.md section 2). Input is a line of a mailbox file and hostile;
 * nothing is looked at outside it. No I/O but the zone of this machine.
 */
#include <time.h>

#include "cc_err.h"
#include "mboxfile_from.h"
#include "strbuf.h"

#define FROM_WORD "From "
#define REMOTE_WORD " remote from"
#define FROM_MIN 27      /* "From ", one space, date without zone or seconds */
#define REMOTE_MIN 41    /* shorter lines cannot carry " remote from WORD" */
#define DATE_BEFORE 12   /* octets of " Www Mmm dd " before the hour */
#define DATE_MAX 40      /* "dd-Mmm-yyyy hh:mm:ss ZONE" */
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

/* Appends the characters of s to text, which has room. */
static char *
add(char *text, struct span s)
{
	memcpy(text, s.p, s.len);
	return text + s.len;
}

static char *
add_local_zone(char *text)
{
	int zone = local_zone(), east = abs(zone);

	*text++ = zone < 0 ? '-' : '+';
	*text++ = (char)('0' + east / 600 % 10);
	*text++ = (char)('0' + east / 60 % 10);
	*text++ = (char)('0' + east % 60 / 10);
	*text++ = (char)('0' + east % 10);
	return text;
}

int
cc_mbox_from_date(const struct mbox_from *from, struct imap_date *date_r)
{
	static const struct span zero = CC_SPAN("00");
	char text[DATE_MAX], *p = text; /* "dd-Mmm-yyyy hh:mm:ss +zzzz" */

	*date_r = (struct imap_date){ 0, 0 };
	p = add(p, from->day);
	*p++ = '-';
	p = add(p, from->month);
	*p++ = '-';
	p = add(p, from->year);
	*p++ = ' ';
	p = add(p, from->hour);
	*p++ = ':';
	p = add(p, from->minute);
	*p++ = ':';
	p = add(p, from->second.len ? from->second : zero);
	*p++ = ' ';
	p = from->zone.len ? add(p, from->zone) : add_local_zone(p);
	return cc_imap_parse_date_time(cc_span(text, (size_t)(p - text)),
		   date_r) == 0
	    ? 0
	    : CC_EPARSE;
}
