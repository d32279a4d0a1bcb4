/*
 * mail_complain.c - the one message that a failed call gives (mm_log, ERROR).
 * Programs show these texts and match them, so their forms are fixed.
 */
#include "cc_err.h"
#include "cc_say.h"
#include "mail_generic.h"

void
cc_mail_complain(const char *what, const char *name, const char *why)
{
	cc_say(ERROR, "Can't %s %.80s: %s", what, name ? name : "", why);
}

void
cc_mail_report(const char *what, const char *name, int code)
{
	cc_mail_complain(what, name, cc_strerror(code));
}
