/*
 * env_date.c - the present date in the forms of RFC 5322 and RFC 3501.
 *
 * The buffers are the caller's and have MAILTMPLEN octets.
 */
#include "mail.h"
#include "osdep.h"
#include "env_state.h"
#include "strbuf.h"

/* Octets of a zone's name that are shown. */
#define ZONE_MAX 64

/* Minutes east of UTC. */
static long
zone_of(const struct tm *t)
{
	return t->tm_gmtoff / 60;
}

static void
put_zone(struct strbuf *b, const struct tm *t)
{
	long zone = zone_of(t);
	long off = zone < 0 ? -zone : zone;

	cc_strbuf_printf(b, " %c%02ld%02ld", zone < 0 ? '-' : '+', off / 60,
	    off % 60);
}

static void
put_zone_name(struct strbuf *b, const struct tm *t)
{
	if (t->tm_zone && *t->tm_zone)
		cc_strbuf_printf(b, " (%.*s)", ZONE_MAX, t->tm_zone);
}

static struct tm
now(void)
{
	time_t clock = time(NULL);
	struct tm t;

	localtime_r(&clock, &t);
	return t;
}

/* Hands the text over to the caller's buffer. */
static void
give(char *dst, struct strbuf *b)
{
	memcpy(dst, cc_strbuf_str(b), b->len + 1);
	cc_strbuf_free(b);
}

/* The part that all share: from the day on, the day printed as fmt says. */
static void
put_date(struct strbuf *b, const struct tm *t, const char *separator,
    bool two_digits)
{
	cc_strbuf_printf(b, two_digits ? "%02d" : "%d", t->tm_mday);
	cc_strbuf_printf(b, "%s%s%s%d %02d:%02d:%02d", separator,
	    months[t->tm_mon], separator, t->tm_year + 1900, t->tm_hour,
	    t->tm_min, t->tm_sec);
	put_zone(b, t);
}

void
rfc822_date(char *date)
{
	struct tm t = now();
	struct strbuf b;

	cc_strbuf_init(&b, MAILTMPLEN - 1);
	cc_strbuf_printf(&b, "%s, ", days[t.tm_wday]);
	put_date(&b, &t, " ", false);
	if (!cc_env()->no_822_tztext)
		put_zone_name(&b, &t);
	give(date, &b);
}

void
rfc822_fixed_date(char *date)
{
	struct tm t = now();
	struct strbuf b;

	cc_strbuf_init(&b, MAILTMPLEN - 1);
	put_date(&b, &t, " ", true);
	give(date, &b);
}

void
internal_date(char *date)
{
	struct tm t = now();
	struct strbuf b;

	cc_strbuf_init(&b, MAILTMPLEN - 1);
	put_date(&b, &t, "-", true);
	give(date, &b);
}

void
rfc822_timezone(char *s, void *t)
{
	struct strbuf b;

	cc_strbuf_init(&b, ZONE_MAX + 3);
	put_zone_name(&b, t);
	give(s + strlen(s), &b);
}
