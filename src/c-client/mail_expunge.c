/*
 * mail_expunge.c - removing messages that are marked \Deleted. The driver does
 * it and announces each by mail_expunged.
 */
#include "cc_err.h"
#include "mail_generic.h"

long
mail_expunge_full(MAILSTREAM *stream, char *sequence, long options)
{
	if (!stream->dtb)
		return NIL;
	if (stream->dtb->expunge)
		return (*stream->dtb->expunge)(stream, sequence, options);
	cc_mail_complain("expunge mailbox", stream->mailbox,
	    cc_strerror(CC_EUNSUPPORTED));
	return NIL;
}
