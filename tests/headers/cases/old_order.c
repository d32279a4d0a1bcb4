/* What programs include that are older than c-client.h. */
#include "mail.h"
#include "osdep.h"
#include "rfc822.h"
#include "misc.h"
#include "linkage.h"

char *first(ENVELOPE *env);

char *
first(ENVELOPE *env)
{
	return env->from ? env->from->mailbox : NIL;
}
