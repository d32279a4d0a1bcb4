/*
 * unix_expunge.c - EXPUNGE of the unix driver: which messages, and what is
 * said of it. The work is done in mboxfile_expunge.c, under all locks.
 */
#include <stdio.h>

#include "mail.h"
#include "cc_err.h"
#include "cc_say.h"
#include "fs.h"
#include "mail_generic.h"
#include "mboxfile.h"
#include "unix_inner.h"

/* Which messages a sequence names, by position; NIL after a complaint. */
static bool *
asked_for(MAILSTREAM *stream, char *sequence, long options)
{
	unsigned char *s = (unsigned char *)sequence;
	MESSAGECACHE *elt;
	bool *asked;

	if (!(options & EX_UID ? mail_uid_sequence(stream, s)
			       : mail_sequence(stream, s)))
		return NIL;
	asked = fs_get((stream->nmsgs + 1) * sizeof(*asked));
	for (unsigned long i = 0; i < stream->nmsgs; i++) {
		elt = cc_mail_elt_if(stream, i + 1);
		asked[i] = elt && elt->sequence;
	}
	return asked;
}

static void
say_expunged(MAILSTREAM *stream, unsigned long n)
{
	if (stream->silent)
		return;
	if (n > 0)
		cc_say(NIL, "Expunged %lu messages", n);
	else
		MM_LOG("Mailbox checkpointed, but no messages expunged", NIL);
}

static void
complain_expunge(MAILSTREAM *stream, int r)
{
	if (r == CC_EBUSY)
		MM_LOG("[INUSE] Can't expunge: mailbox is locked by another "
		       "program",
		    ERROR);
	else if (r == CC_EACCESS)
		cc_mail_complain("expunge mailbox", stream->mailbox,
		    "no lock or no redo record can be made");
	else
		cc_mail_complain("expunge mailbox", stream->mailbox,
		    cc_strerror(r));
}

long
cc_unix_expunge(MAILSTREAM *stream, char *sequence, long options)
{
	struct mbox *m = cc_unix_mbox(stream);
	unsigned long n = 0;
	bool *asked = NIL;
	int r;

	if (m->dead)
		return NIL;
	if (m->rdonly) {
		if (!stream->silent)
			MM_LOG("Expunge ignored on readonly mailbox", NIL);
		return LONGT;
	}
	if (sequence && !(asked = asked_for(stream, sequence, options)))
		return NIL;
	cc_mbox_adopt_keywords(m, stream);
	r = cc_mbox_expunge(m, asked, stream->nmsgs, &n);
	fs_give((void **)&asked);
	if (r != 0) {
		complain_expunge(stream, r);
		return NIL;
	}
	cc_mbox_tell(m, stream, true);
	say_expunged(stream, n);
	return LONGT;
}
