/*
 * mail_link.c - the lists of drivers and SASL mechanisms, and who takes a
 * name.
 *
 * The lists are process-wide: programs fill them before they start threads,
 * and they never shrink. Linking twice would tie a list into a ring, so the
 * second time does nothing.
 */
#include "fs.h"
#include "ftl.h"
#include "mail_link.h"
#include "misc.h"
#include "osdep.h"
#include "strbuf.h"

/* A name with host, two users, mailbox and service, each of its own limit,
 * and switches. */
#define NAME_MAX_OCTETS                                                        \
	(NETMAXHOST + 2 * NETMAXUSER + NETMAXMBX + NETMAXSRV + 50)

static DRIVER *drivers;
static AUTHENTICATOR *authenticators;

DRIVER *
cc_drivers(void)
{
	return drivers;
}

static bool
same_name(const char *a, const char *b)
{
	return compare_cstring((unsigned char *)a, (unsigned char *)b) == 0;
}

DRIVER *
cc_driver_named(const char *name)
{
	DRIVER *d = drivers;

	while (d && !same_name(d->name, name))
		d = d->next;
	return d;
}

AUTHENTICATOR *
cc_authenticator_named(const char *name)
{
	AUTHENTICATOR *a = authenticators;

	while (a && !same_name(a->name, name))
		a = a->next;
	return a;
}

void
mail_versioncheck(char *version)
{
	char text[MAILTMPLEN];

	if (strcmp(version, CCLIENTVERSION) == 0)
		return;
	snprintf(text, sizeof(text),
	    "c-client library version skew, app=%.100s, library=%.100s",
	    version, CCLIENTVERSION);
	fatal(text);
}

void
mail_link(DRIVER *driver)
{
	DRIVER **end = &drivers;

	while (*end && *end != driver)
		end = &(*end)->next;
	if (*end)
		return;
	driver->next = NULL;
	*end = driver;
}

void
auth_link(AUTHENTICATOR *auth)
{
	AUTHENTICATOR **end = &authenticators;

	if (auth->valid && !(*auth->valid)())
		return;
	while (*end && *end != auth)
		end = &(*end)->next;
	if (*end)
		return;
	auth->next = NULL;
	*end = auth;
}

/* Tells why there is no driver for the name, whose octets may be anything. */
static void
complain(const char *purpose, const char *mailbox, const char *why)
{
	struct strbuf text;

	if (!purpose)
		return;
	cc_strbuf_init(&text, MAILTMPLEN);
	cc_strbuf_printf(&text, "Can't %s %.80s: %s", purpose, mailbox, why);
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] == '\r' || text.data[i] == '\n')
			text.data[i] = '?';
	mm_log(text.data, ERROR);
	cc_strbuf_free(&text);
}

static DRIVER *
find_driver(char *mailbox)
{
	bool remote = *mailbox == '{';
	DRIVER *d;

	for (d = drivers; d; d = d->next) {
		if (d->flags & DR_DISABLE)
			continue;
		if (remote && (d->flags & DR_LOCAL))
			continue;
		if ((*d->valid)(mailbox))
			break;
	}
	return d;
}

/* The driver of the stream must be the one that takes the name; where only
 * dummy does, the mailbox may be one that the stream's driver will make. */
static DRIVER *
match_stream(const MAILSTREAM *stream, DRIVER *d)
{
	if (!d || !stream || !stream->dtb || d == stream->dtb)
		return d;
	return strcmp(d->name, "dummy") == 0 ? stream->dtb : NULL;
}

DRIVER *
mail_valid(MAILSTREAM *stream, char *mailbox, char *purpose)
{
	DRIVER *d;

	if (strpbrk(mailbox, "\r\n")) {
		complain(purpose, mailbox, "invalid name");
		return NULL;
	}
	if (strlen(mailbox) >= NAME_MAX_OCTETS) {
		complain(purpose, mailbox, "name too long");
		return NULL;
	}
	d = match_stream(stream, find_driver(mailbox));
	if (!d)
		complain(purpose, mailbox,
		    *mailbox == '{' ? "invalid remote specification"
				    : "no such mailbox");
	return d;
}

char *
mail_auth(char *mechanism, authresponse_t resp, int argc, char *argv[])
{
	AUTHENTICATOR *a = cc_authenticator_named(mechanism);

	if (!a || !a->server || (a->flags & AU_DISABLE))
		return NULL;
	if (!(a->flags & AU_SECURE) &&
	    mail_parameters(NIL, GET_DISABLEPLAINTEXT, NIL))
		return NULL;
	return (*a->server)(resp, argc, argv);
}

AUTHENTICATOR *
mail_lookup_auth(unsigned long i)
{
	AUTHENTICATOR *a = authenticators;

	if (i == 0)
		return NULL;
	while (a && --i)
		a = a->next;
	return a;
}

unsigned int
mail_lookup_auth_name(char *mechanism, long flags)
{
	unsigned int i = 1;

	for (AUTHENTICATOR *a = authenticators; a; a = a->next, i++)
		if (a->client && !(a->flags & AU_DISABLE) &&
		    (a->flags & flags) == flags &&
		    same_name(a->name, mechanism))
			return i;
	return 0;
}
