/*
 * mboxfile_mark.c - every change of a mailbox shows in its file's times.
 *
 * Sessions tell by size and times whether others changed the file. The system
 * takes a file's time from a clock that ticks every few milliseconds, so that
 * two changes of the same length within a tick would leave it as it was: a
 * session would not see the second one, and might later write over it. A
 * writer therefore puts the time of the last change forward by a nanosecond
 * where the clock did not. As writers exclude each other it only ever grows.
 *
 * Where times are kept in seconds this has no effect. There nothing is taken
 * from the change list, a rewrite begins with a parse, and what is written in
 * place is compared with what is there in any case (mboxfile_flags.c).
 */
#include <time.h>

#include "filestat.h"
#include "mboxfile.h"

#define TICK 1000000 /* nanoseconds between two looks at the clock */
#define TICKS_MAX 20

bool
cc_mbox_is_same_tick(const struct timespec *t)
{
	struct timespec now;

	return clock_gettime(CLOCK_REALTIME_COARSE, &now) != 0 ||
	    !is_later(&now, t);
}

/* The ctime is the system's own: nobody sets it to a whole second. */
bool
cc_mbox_is_coarse(const struct mbox_stamp *stamp)
{
	return stamp->ctime.tv_nsec == 0;
}

void
cc_mbox_mark_begin(struct mbox *m, struct mbox_lock *lock)
{
	struct stat st;

	if (fstat(m->fd, &st) != 0)
		return;
	lock->m = m;
	lock->mtime = st.st_mtim;
	lock->fresh = cc_mbox_is_same_tick(&lock->mtime);
}

/* Only its owner may give a file any time. Others wait for the next tick,
 * unless the clock was set back. */
static void
wait_for_tick(int fd, const struct timespec *t)
{
	const struct timespec pause = { 0, TICK };

	for (int i = 0; cc_mbox_is_same_tick(t) && i < TICKS_MAX; i++)
		(void)nanosleep(&pause, NULL);
	(void)futimens(fd, NULL);
}

void
cc_mbox_mark_end(struct mbox_lock *lock)
{
	struct timespec times[2] = { { 0, UTIME_OMIT }, lock->mtime };
	struct mbox *m = lock->m;
	struct mbox_stamp now;
	struct stat st;
	bool ours, sure;

	lock->m = NULL;
	if (!m || !lock->fresh || fstat(m->fd, &st) != 0 ||
	    is_later(&st.st_mtim, &lock->mtime))
		return;
	cc_mbox_stamp_of(&st, &now);
	ours = cc_mbox_stamp_same(&now, &m->stamp);
	sure = ours && cc_mbox_stamp_same(&now, &m->sure);
	if (++times[1].tv_nsec == 1000000000) {
		times[1].tv_nsec = 0;
		times[1].tv_sec++;
	}
	if (futimens(m->fd, times) != 0)
		wait_for_tick(m->fd, &lock->mtime);
	if (ours && fstat(m->fd, &st) == 0)
		cc_mbox_stamp_of(&st, &m->stamp);
	if (sure)
		m->sure = m->stamp;
}

/* The file's times say what a kill leaves only if the clock has gone on since
 * the last change: nobody puts them forward then. */
void
cc_mbox_mark_wait(const struct mbox *m)
{
	const struct timespec pause = { 0, TICK };

	for (int i = 0; cc_mbox_is_same_tick(&m->stamp.mtime) && i < TICKS_MAX;
	     i++)
		(void)nanosleep(&pause, NULL);
}

bool
cc_mbox_set_times(const struct mbox *m, bool new_mail,
    struct mbox_stamp *stamp_r)
{
	struct timespec now, times[2];
	struct stat st;

	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		return false;
	times[0] = times[1] = now;
	times[new_mail ? 0 : 1].tv_sec--;
	if (futimens(m->fd, times) != 0 || fstat(m->fd, &st) != 0)
		return false;
	cc_mbox_stamp_of(&st, stamp_r);
	return is_same_time(&st.st_mtim, &times[1]);
}
