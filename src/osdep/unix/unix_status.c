/*
 * unix_status.c - STATUS of traditional mailbox files: of one that is selected
 * by its stream, of others by their counters (mboxfile_look.c).
 */
#include "mail.h"
#include "osdep.h"
#include "cc_err.h"
#include "mailpath.h"
#include "mboxfile_status.h"
#include "mboxfile_transfer.h"
#include "unix_inner.h"

/* Programs may look at the stream of the answer: it has what one that is open
 * would tell without its messages. */
void
cc_unix_answer(MAILSTREAM *stream, char *mbx, long flags,
    const struct mbox_status *counted)
{
	MAILSTREAM look = {
		.dtb = &unixdriver,
		.mailbox = mbx,
		.original_mailbox = mbx,
		.rdonly = T,
		.silent = T,
		.nmsgs = counted->messages,
		.recent = counted->recent,
		.uid_validity = counted->uidvalidity,
		.uid_last = counted->uid_last,
	};
	MAILSTATUS status = {
		.flags = flags,
		.messages = counted->messages,
		.recent = counted->recent,
		.unseen = flags & SA_UNSEEN ? counted->unseen : 0,
		.uidnext = (unsigned long)counted->uid_last + 1,
		.uidvalidity = counted->uidvalidity,
	};

	MM_STATUS(stream ? stream : &look, mbx, &status);
}

long
cc_unix_status(MAILSTREAM *stream, char *mbx, long flags)
{
	struct mbox_status counted;
	struct strbuf path;
	int r;

	if (stream)
		return mail_status_default(stream, mbx, flags);
	cc_strbuf_init(&path, CC_MAILPATH_MAX);
	r = cc_mailbox_file(mbx, &path);
	if (r == 0 && cc_mailpath_is_inbox(cc_span_z(mbx)))
		(void)cc_mbox_transfer_recover(cc_strbuf_str(&path));
	if (r == 0)
		r = cc_mbox_look(cc_strbuf_str(&path), &counted);
	cc_strbuf_free(&path);
	if (r == 0)
		cc_unix_answer(NIL, mbx, flags, &counted);
	else if (r != CC_EBUSY) /* gone, or another driver's by now */
		return mail_status_default(NIL, mbx, flags);
	return r == 0 ? LONGT : NIL;
}
