/*
 * mail_copy.c - copying messages to another mailbox. The driver of the source
 * does it; where it cannot write the destination, the program's routine
 * (SET_MAILPROXYCOPY) may.
 */
#include "cc_err.h"
#include "mail_generic.h"
#include "mail_params.h"

long
mail_copy_full(MAILSTREAM *stream, char *sequence, char *mailbox, long options)
{
	if (!stream->dtb)
		return NIL;
	if (stream->dtb->copy)
		return SAFE_COPY(stream->dtb, stream, sequence, mailbox,
		    options);
	if (cc_params.mailproxycopy)
		return (*cc_params.mailproxycopy)(stream, sequence, mailbox,
		    options);
	cc_mail_complain("copy to mailbox", mailbox,
	    cc_strerror(CC_EUNSUPPORTED));
	return NIL;
}
