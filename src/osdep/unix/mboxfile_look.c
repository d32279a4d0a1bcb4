/*
 * mboxfile_look.c - the counters of a mailbox for one who only asks for them.
 *
 * What is known of the file in its state is believed (mboxfile_status.c says
 * why), and no lock is taken. Else it is opened like any other, but nothing
 * that only a session needs is written down: no UID is told by a counter.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cc_err.h"
#include "mail.h"
#include "mboxfile.h"
#include "mboxfile_status.h"

void
cc_mbox_count(const struct mbox *m, struct mbox_status *status_r)
{
	const struct mbox_index *index = &m->index;

	*status_r = (struct mbox_status){ .stamp = m->stamp,
		.uidvalidity = index->uidvalidity,
		.uid_last = index->uid_last };
	for (uint32_t i = 0; i < index->count; i++) {
		if (index->msgs[i].flags & MBOX_GONE)
			continue;
		status_r->messages++;
		status_r->recent += !(index->msgs[i].flags & MBOX_OLD_THERE);
		status_r->unseen += !(index->msgs[i].flags & fSEEN);
	}
}

/* Is m what a session would find that opens the file now? */
static bool
is_common(const struct mbox *m)
{
	const struct mbox_index *index = &m->index;

	if (m->young || m->racy || m->stale || m->tailed || m->halfway ||
	    m->hidden || m->uid_nosticky || index->lent || index->lenient ||
	    index->unbelieved || index->exhausted || index->uidvalidity == 0)
		return false;
	for (uint32_t i = m->dirty_from; i < m->dirty_to; i++)
		if (index->msgs[i].flags & MBOX_DIRTY)
			return false;
	return true;
}

void
cc_mbox_keep_status(const struct mbox *m)
{
	struct mbox_status status;

	if (!cc_status_is_settled(&m->stamp) || !is_common(m))
		return;
	cc_mbox_count(m, &status);
	cc_status_keep(&status);
}

/* Opened like one that is read: who may not do that may not ask, and a network
 * file system says then what the file is by now. */
static int
find(const char *path, struct mbox_status *status_r)
{
	const int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	int fd = open(path, flags), r = CC_ENOENT;
	struct mbox_stamp stamp;
	struct stat st;

	if (fd < 0)
		return cc_err_errno();
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		cc_mbox_stamp_of(&st, &stamp);
		r = cc_status_find(&stamp, status_r);
	}
	close(fd);
	return r;
}

int
cc_mbox_look(const char *path, struct mbox_status *status_r)
{
	struct mbox m;
	int r;

	if (find(path, status_r) == 0)
		return 0;
	if ((r = cc_mbox_open_look(&m, path)) != 0)
		return r;
	cc_mbox_count(&m, status_r);
	cc_mbox_free(&m);
	return 0;
}
