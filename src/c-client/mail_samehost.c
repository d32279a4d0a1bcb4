/*
 * mail_samehost.c - does an open connection serve another "{host}" name?
 *
 * Hosts are compared as they were typed, both in the stream's canonical and in
 * its original name: no DNS is asked, so a name that differs costs a new
 * connection, never a mistaken one.
 */
#include "mail_generic.h"

static bool
same_text(const char *a, const char *b)
{
	return cc_span_eq_nocase(cc_span_z(a), cc_span_z(b));
}

static bool
same_host(const NETMBX *new, const NETMBX *open, const NETMBX *original)
{
	return same_text(new->host, open->host) ||
	    same_text(new->host, original->host);
}

long
mail_usable_network_stream(MAILSTREAM *stream, char *name)
{
	NETMBX new, open, original;

	if (!stream || !stream->dtb || (stream->dtb->flags & DR_LOCAL) ||
	    !mail_valid_net_parse(name, &new) ||
	    !mail_valid_net_parse(stream->mailbox, &open) ||
	    !mail_valid_net_parse(stream->original_mailbox, &original))
		return NIL;
	if (!same_text(new.service, open.service) ||
	    new.anoflag != open.anoflag || (new.port &&new.port != open.port))
		return NIL;
	/* User names are the server's: their case counts. */
	if (new.user[0] && strcmp(new.user, open.user) != 0)
		return NIL;
	return same_host(&new, &open, &original) ? LONGT : NIL;
}
