/*
 * mboxfile_ping.c - telling the client what is new in its mailbox, when it may
 * hear it: the whole of a ping (formats/unix.md section 8).
 *
 * A look at the file's size and times comes first, without locks; only if
 * they are others are locks taken, shared ones and for a short time. A mailbox
 * that cannot be understood any more ends its session with a reason.
 */
#include <sys/stat.h>

#include "cc_err.h"
#include "mail.h"
#include "mboxfile_sync.h"
#include "misc.h"
#include "osdep.h"
#include "strbuf.h"

/* ------------------------------------------------------------------ the end */

/* Ends the session's use of the mailbox with a reason for the user: each ping
 * fails from now on. */
static void
die(struct mbox *m, const char *why)
{
	m->dead = true;
	m->why = NULL;
	mm_log((char *)why, ERROR);
}

/* A file that lost octets, or changed in another way that is not understood. */
static void
die_changed(struct mbox *m, const char *why)
{
	struct strbuf b;
	struct stat st;

	cc_strbuf_init(&b, MAILTMPLEN - 1);
	if (fstat(m->fd, &st) == 0 && st.st_size < m->stamp.size)
		cc_strbuf_printf(&b,
		    "Mailbox shrank from %lld to %lld bytes, aborted",
		    (long long)m->stamp.size, (long long)st.st_size);
	else
		cc_strbuf_puts(&b, why);
	die(m, cc_strbuf_str(&b));
	cc_strbuf_free(&b);
}

/* --------------------------------------------------------------------- news */

static void
tell_expunged(struct mbox *m, MAILSTREAM *stream)
{
	struct mbox_index *index = &m->index;
	uint32_t to = 0;

	/* from the last to the first: the numbers before it stay true */
	for (uint32_t i = index->count; i-- > 0;)
		if (index->msgs[i].flags & MBOX_GONE) {
			mail_expunged(stream, (unsigned long)i + 1);
			m->known--;
		}
	for (uint32_t i = 0; i < index->count; i++)
		if (!(index->msgs[i].flags & MBOX_GONE))
			index->msgs[to++] = index->msgs[i];
	index->count = to;
	m->ghosts = false;
	m->place.known = false;
	if (m->view.of_one)
		cc_mbox_view_drop(m);
	cc_mbox_find_dirty(m);
}

static void
tell_flags(struct mbox *m, MAILSTREAM *stream)
{
	for (uint32_t i = 0; i < m->known; i++)
		if (m->index.msgs[i].flags & MBOX_TELL) {
			m->index.msgs[i].flags &= (uint16_t)~MBOX_TELL;
			cc_mail_changed(stream, (unsigned long)i + 1);
		}
	m->tell = false;
}

/* Keywords that the client does not know yet. */
static void
tell_keywords(struct mbox *m, MAILSTREAM *stream)
{
	const struct mbox_keywords *list = &m->index.keywords;
	bool none = m->rdonly || cc_mbox_is_plain(m);

	for (unsigned i = 0; i < list->count; i++)
		if (!stream->user_flags[i])
			stream->user_flags[i] = cpystr(list->name[i]);
	stream->perm_user_flags =
	    none ? 0 : ((unsigned long)1 << list->count) - 1;
	stream->kwd_create = !none && list->count < CC_MBOX_KEYWORDS;
}

static unsigned long
count_recent(const struct mbox *m)
{
	unsigned long n = 0;

	for (uint32_t i = 0; i < m->index.count; i++)
		n += !(m->index.msgs[i].flags & fOLD);
	return n;
}

void
cc_mbox_tell(struct mbox *m, MAILSTREAM *stream, bool expunge)
{
	bool news = m->index.count > m->known;

	if (m->ghosts && expunge) {
		tell_expunged(m, stream);
		news = true;
	}
	stream->uid_validity = m->index.uidvalidity;
	stream->uid_last = m->index.uid_last;
	stream->uid_nosticky = m->uid_nosticky || cc_mbox_is_plain(m);
	tell_keywords(m, stream);
	if (m->tell)
		tell_flags(m, stream);
	if (!news)
		return;
	m->known = m->index.count;
	mail_exists(stream, m->known);
	mail_recent(stream, count_recent(m));
}

/* --------------------------------------------------------------------- ping */

static bool
may_expunge(MAILSTREAM *stream)
{
	return mail_parameters(NIL, GET_EXPUNGEATPING, NIL) != NIL ||
	    mail_parameters(NIL, GET_ONETIMEEXPUNGEATPING, NIL) == stream;
}

/* Looks at a file that CC_MBOX_UNEXPECTED; false if the session is over. */
static bool
take_changes(struct mbox *m)
{
	const char *why = CC_MBOX_UNEXPECTED;
	struct mbox_lock lock;
	int r;

	r = cc_mbox_lock(m, FDLOCK_SH, CC_MBOX_WAIT_PING, &lock);
	if (r == 0) {
		r = cc_mbox_sync_quick(m, &why);
		cc_mbox_unlock(&lock);
	}
	if (r == CC_ECHANGED)
		die_changed(m, why);
	else if (r == CC_ENOENT)
		die(m, "Mailbox was removed");
	/* else busy, or not to be read for once: at the next ping, then */
	return !m->dead;
}

bool
cc_mbox_ping(struct mbox *m, MAILSTREAM *stream)
{
	struct mbox_stamp now;
	struct stat st;

	if (m->dead && m->why)
		die_changed(m, m->why);
	if (m->dead)
		return false;
	cc_mbox_adopt_keywords(m, stream);
	if (m->late != 0 && time(NULL) - m->late >= CC_MBOX_LATE)
		(void)cc_mbox_bring(m); /* what failed is tried again */
	if (stat(m->path, &st) != 0) {
		if (cc_err_errno() == CC_ENOENT)
			die(m, "Mailbox was removed");
		return !m->dead;
	}
	cc_mbox_stamp_of(&st, &now);
	if ((m->stale || !cc_mbox_stamp_same(&now, &m->stamp)) &&
	    !take_changes(m))
		return false;
	cc_mbox_tell(m, stream, may_expunge(stream));
	return true;
}
