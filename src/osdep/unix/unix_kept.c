/*
 * unix_kept.c - a mailbox that another program keeps for itself as long as it
 * has it open, by the inode lock: asking it to let go (formats/locking.md
 * section 5).
 *
 * Anybody may write a number into the lock's file, which is why only the
 * process that the kernel names as its holder is asked, once for each mailbox
 * and session, and while nobody writes. Programs of ours hold the lock for
 * moments, and are waited for.
 */
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cc_err.h"
#include "cc_say.h"
#include "env_state.h"
#include "lockwait.h"
#include "mboxfile.h"
#include "osdep.h"
#include "unix_inner.h"

/* Tries for the lock of a session that was asked to let go, a second each. */
#define KISS_TRIES 15

/* Milliseconds in which a session that only writes lets go of itself. */
#define SHORT_HOLD 1000

/* Looks, 10 ms apart, if a process that was asked is gone. */
#define GONE_TRIES 20

/* Looks for the process that has the lock, which may be another each time. */
#define HOLDERS_MAX 4

/* Was the holder of this mailbox asked before? From now on he was. */
static bool
was_kissed(const struct stat *st)
{
	struct cc_env *env = cc_env();
	unsigned n = env->kisses < CC_ENV_KISSED ? env->kisses : CC_ENV_KISSED;

	for (unsigned i = 0; i < n; i++)
		if (env->kissed[i].dev == st->st_dev &&
		    env->kissed[i].ino == st->st_ino)
			return true;
	env->kissed[env->kisses++ % CC_ENV_KISSED] =
	    (struct cc_env_kissed){ st->st_dev, st->st_ino };
	return false;
}

/* Asks a process to let go, while nobody writes: one that is thrown out in the
 * middle of a change would leave that, and its dot-lock. Most are gone at
 * once; who answers first needs the dot-lock himself. */
static bool
ask(struct mbox *m, const struct stat *st, pid_t holder)
{
	const struct timespec pause = { 0, 10 * 1000000 };
	struct mbox_lock idle;
	bool asked;

	if (cc_mbox_lock_as_is(m, FDLOCK_SH, CC_MBOX_WAIT_STORE, &idle) != 0)
		return false;
	asked = !was_kissed(st) && cc_inodelock_is_holder(st, holder) &&
	    kill(holder, SIGUSR2) == 0;
	for (int i = 0; asked && i < GONE_TRIES; i++) {
		if (!cc_inodelock_is_holder(st, holder))
			break;
		(void)nanosleep(&pause, NULL);
	}
	cc_mbox_unlock(&idle);
	return asked;
}

/* Asks the holder of the inode lock and waits until he is gone: once, or two
 * clients whose programs restart would throw each other out for ever. */
static int
kiss(struct mbox *m, const struct stat *st, pid_t holder,
    struct inodelock *lock)
{
	if (!ask(m, st, holder))
		return CC_EBUSY;
	cc_say(WARN, "Trying to get mailbox lock from process %ld",
	    (long)holder);
	return cc_inodelock_get(lock, st, FDLOCK_EX, KISS_TRIES * 1000, NULL);
}

/* Waits for the inode lock as long as programs of ours hold it, which they do
 * only while they write. */
static int
wait_for_ours(const struct stat *st, struct inodelock *lock, pid_t *holder_r)
{
	int waited = 0, r;

	do {
		r = cc_inodelock_get(lock, st, FDLOCK_EX, SHORT_HOLD, holder_r);
		waited += SHORT_HOLD;
	} while (r == CC_EBUSY && waited < CC_MBOX_WAIT_OPEN &&
	    cc_inodelock_is_ours(st) && !cc_lockwait_given_up());
	return r;
}

static void
say_readonly(int r)
{
	if (r == CC_EBUSY || r == CC_EACCESS)
		cc_say(WARN,
		    "Mailbox is open by another process, access is "
		    "readonly");
	else
		cc_say(WARN, "Can't lock mailbox: %s, access is readonly",
		    cc_strerror(r));
}

/* Who has the lock for longer, and is no program of ours: *holder_r, or 0 if
 * that cannot be told. Programs come and go: that one was in the way a moment
 * ago says nothing about the next. */
static int
find_keeper(const struct stat *st, struct inodelock *lock, pid_t *holder_r)
{
	int r = CC_EBUSY;

	for (int i = 0; r == CC_EBUSY && i < HOLDERS_MAX; i++) {
		r = wait_for_ours(st, lock, holder_r);
		if (r == CC_EBUSY && cc_inodelock_is_ours(st))
			return CC_ELIMIT;
		if (*holder_r > 1 && *holder_r != getpid() &&
		    cc_inodelock_is_holder(st, *holder_r))
			return r;
	}
	*holder_r = 0;
	return r;
}

bool
cc_unix_is_kept(const MAILSTREAM *stream, struct mbox *m)
{
	struct inodelock lock;
	pid_t holder = 0;
	struct stat st;
	int r;

	if (fstat(m->fd, &st) != 0)
		return false;
	r = find_keeper(&st, &lock, &holder);
	if (r == CC_ELIMIT)
		return false;
	if (r == CC_EBUSY && holder && !stream->nokod && !stream->silent)
		r = kiss(m, &st, holder, &lock);
	if (r == 0) {
		cc_inodelock_release(&lock);
		return false;
	}
	say_readonly(r);
	return true;
}
