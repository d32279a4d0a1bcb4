/*
 * mail_ping.c - keeping a stream alive, checkpoints, its lock mark, and
 * telemetry.
 */
#include "ftl.h"
#include "mail_generic.h"
#include "mail_params.h"
#include "mail_snarf.h"

long
mail_ping(MAILSTREAM *stream)
{
	long alive;

	if (!stream || !stream->dtb)
		return NIL;
	alive = (*stream->dtb->ping)(stream);
	if (alive && cc_mail_snarf(stream))
		alive = (*stream->dtb->ping)(stream);
	cc_mail_expunge_done(stream);
	return alive;
}

void
mail_check(MAILSTREAM *stream)
{
	if (stream->dtb)
		(*stream->dtb->check)(stream);
}

void
mail_lock(MAILSTREAM *stream)
{
	char text[MAILTMPLEN];

	if (stream->lock) {
		snprintf(text, sizeof(text),
		    "Lock when already locked, mbx=%.80s",
		    stream->mailbox ? stream->mailbox : "???");
		fatal(text);
	}
	stream->lock = T;
}

void
mail_unlock(MAILSTREAM *stream)
{
	if (!stream->lock)
		fatal("Unlock when not locked");
	stream->lock = NIL;
}

void
mail_debug(MAILSTREAM *stream)
{
	stream->debug = T;
	if (stream->dtb)
		(*stream->dtb->parameters)(ENABLE_DEBUG, stream);
}

void
mail_nodebug(MAILSTREAM *stream)
{
	stream->debug = NIL;
	if (stream->dtb)
		(*stream->dtb->parameters)(DISABLE_DEBUG, stream);
}

void
mail_dlog(char *string, long flag)
{
	if (flag && !cc_params.debugsensitive)
		mm_dlog("<suppressed>");
	else
		mm_dlog(string);
}
