/*
 * mboxfile_status.c - the file of counters, ~/.cedar/status.
 *
 * It is a table of fixed size: device and inode of a mailbox say in which row
 * it is, a row has room for some mailboxes, and one that finds no room takes
 * another's. Entries are written in place, each by one write, without a lock
 * and without a sync: a sum finds those that were torn.
 *
 * An entry is made by one who has the mailbox's locks and has looked at all of
 * it. It is believed without any lock as long as the file's device, inode,
 * size and times are the same. That is enough: no writer of ours touches the
 * file before its redo record is whole, so that a file with these times is as
 * it was before the change that waits; a deliverer in the middle of an append
 * has changed size and times; and no entry is made of a file whose last change
 * is so young that the next one might have the same time. Where times are
 * whole seconds there are no entries.
 *
 * After a power failure a file may have its times, but not its octets; and
 * when the clock is set back, times come again. An entry says when the clock
 * that it was made by began, which is another moment then.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cc_err.h"
#include "cc_limits.h"
#include "env_state.h"
#include "mboxfile_record.h"
#include "mboxfile_status.h"
#include "privdir.h"

#define FILE_NAME "status"
#define MAGIC 0x3173757461747363u /* "cstatus1" on most machines */

/* Mailboxes in a row, and rows: the file has at most 1 MiB. */
#define ROW 8
#define ROWS 1024

/* Nanoseconds. Two that ask when the clock began hear the same but for this:
 * it takes two system calls. */
#define SAME_CLOCK 5000000

/* Nanoseconds after which a change has another time than the next one, on
 * every file system that does not count whole seconds. */
#define SETTLED 100000000

#define SECOND 1000000000

struct entry {
	uint64_t magic;
	uint64_t sum; /* of all behind this member */
	uint64_t dev, ino, size, mtime, mtime_ns, ctime, ctime_ns;
	int64_t clock; /* when it began, UTC nanoseconds */
	uint32_t uidvalidity, uid_last, messages, recent, unseen, spare;
	uint64_t room[3];
};

#define SUMMED offsetof(struct entry, dev)

_Static_assert(sizeof(struct entry) == 128, "entries have no padding");

/* -------------------------------------------------------------------- times */

static int64_t
nanoseconds(const struct timespec *t)
{
	return (int64_t)t->tv_sec * SECOND + t->tv_nsec;
}

/* When the machine's clock would have begun, had it run since the start: other
 * than before after a start, and when the clock was set. It is told to run
 * faster or slower without that. */
static int64_t
clock_began(void)
{
	struct timespec before, now, after;

	do {
		(void)clock_gettime(CLOCK_BOOTTIME, &before);
		(void)clock_gettime(CLOCK_REALTIME, &now);
		(void)clock_gettime(CLOCK_BOOTTIME, &after);
	} while (nanoseconds(&after) - nanoseconds(&before) > SAME_CLOCK / 2);
	return nanoseconds(&now) - nanoseconds(&after);
}

bool
cc_status_is_settled(const struct mbox_stamp *stamp)
{
	struct timespec now;

	return clock_gettime(CLOCK_REALTIME, &now) == 0 &&
	    nanoseconds(&now) - nanoseconds(&stamp->mtime) > SETTLED;
}

/* --------------------------------------------------------------------- file */

static bool
is_ours(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1 &&
	    st.st_uid == geteuid() && (st.st_mode & 022) == 0;
}

/* A descriptor, or negative. */
static int
open_file(int create)
{
	const int flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
	int privdir = cc_privdir_open(), fd;

	if (privdir < 0)
		return privdir;
	fd = openat(privdir, FILE_NAME, flags | create, 0600);
	close(privdir);
	if (fd >= 0 && !is_ours(fd)) {
		close(fd);
		return CC_EACCESS;
	}
	return fd >= 0 ? fd : cc_err_errno();
}

/* The file, which stays open: a descriptor, or negative. Another thread may
 * have opened it meanwhile. One that was removed since is none any more: the
 * UID records that its entries go with may be gone, too. */
static int
get_file(int create)
{
	int *kept = &cc_env()->status_fd;
	int none = -1, fd = __atomic_load_n(kept, __ATOMIC_ACQUIRE);

	if (fd >= 0)
		return is_ours(fd) ? fd : CC_EACCESS;
	if ((fd = open_file(create)) < 0)
		return fd;
	if (__atomic_compare_exchange_n(kept, &none, fd, false,
		__ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return fd;
	close(fd);
	return none;
}

/* Where the row of a file begins. */
static off_t
row_of(const struct mbox_stamp *stamp)
{
	uint64_t h = (uint64_t)stamp->ino * 0x9e3779b97f4a7c15u;

	h = (h ^ h >> 32 ^ (uint64_t)stamp->dev) * 0x9e3779b97f4a7c15u;
	return (off_t)((h >> 32) % ROWS * ROW * sizeof(struct entry));
}

static uint64_t
sum_of(const struct entry *e)
{
	return cc_redo_sum_of((const char *)e + SUMMED, sizeof(*e) - SUMMED);
}

/* Reads a row; what is not there, or damaged, has no magic. */
static int
read_row(int fd, off_t at, struct entry row[ROW])
{
	ssize_t n = pread(fd, row, ROW * sizeof(*row), at);

	if (n < 0)
		return CC_EIO;
	for (size_t i = 0; i < ROW; i++)
		if ((i + 1) * sizeof(*row) > (size_t)n ||
		    row[i].sum != sum_of(&row[i]))
			row[i].magic = 0;
	return 0;
}

static bool
is_of(const struct entry *e, const struct mbox_stamp *stamp)
{
	return e->magic == MAGIC && e->dev == (uint64_t)stamp->dev &&
	    e->ino == (uint64_t)stamp->ino;
}

/* ------------------------------------------------------------------ entries */

static struct entry
to_entry(const struct mbox_status *s)
{
	struct entry e = {
		.magic = MAGIC,
		.dev = (uint64_t)s->stamp.dev,
		.ino = (uint64_t)s->stamp.ino,
		.size = (uint64_t)s->stamp.size,
		.mtime = (uint64_t)s->stamp.mtime.tv_sec,
		.mtime_ns = (uint64_t)s->stamp.mtime.tv_nsec,
		.ctime = (uint64_t)s->stamp.ctime.tv_sec,
		.ctime_ns = (uint64_t)s->stamp.ctime.tv_nsec,
		.clock = clock_began(),
		.uidvalidity = s->uidvalidity,
		.uid_last = s->uid_last,
		.messages = s->messages,
		.recent = s->recent,
		.unseen = s->unseen,
	};

	e.sum = sum_of(&e);
	return e;
}

/* Is it of the file in this state, and of a clock that still runs? */
static bool
holds(const struct entry *e, const struct mbox_stamp *stamp)
{
	int64_t now;

	if (!is_of(e, stamp) || e->size != (uint64_t)stamp->size ||
	    e->mtime != (uint64_t)stamp->mtime.tv_sec ||
	    e->mtime_ns != (uint64_t)stamp->mtime.tv_nsec ||
	    e->ctime != (uint64_t)stamp->ctime.tv_sec ||
	    e->ctime_ns != (uint64_t)stamp->ctime.tv_nsec)
		return false;
	now = clock_began();
	return e->clock < now + SAME_CLOCK && e->clock > now - SAME_CLOCK &&
	    e->recent <= e->messages && e->unseen <= e->messages &&
	    e->messages <= e->uid_last && e->uid_last <= CC_MBOX_UID_MAX &&
	    e->uidvalidity != 0;
}

int
cc_status_find(const struct mbox_stamp *stamp, struct mbox_status *status_r)
{
	struct entry row[ROW];
	int fd;

	if ((fd = get_file(0)) < 0 || read_row(fd, row_of(stamp), row) != 0)
		return CC_ENOENT;
	for (size_t i = 0; i < ROW; i++) {
		if (!holds(&row[i], stamp))
			continue;
		*status_r = (struct mbox_status){ *stamp, row[i].uidvalidity,
			row[i].uid_last, row[i].messages, row[i].recent,
			row[i].unseen };
		return 0;
	}
	return CC_ENOENT;
}

/* The place in its row that an entry takes: its own, or a free one, or one
 * that the file's time chooses. */
static size_t
place_in(const struct entry row[ROW], const struct mbox_stamp *stamp)
{
	size_t place = ((size_t)stamp->ctime.tv_nsec >> 8) % ROW;

	for (size_t i = 0; i < ROW; i++)
		if (is_of(&row[i], stamp))
			return i;
	for (size_t i = 0; i < ROW; i++)
		if (row[i].magic != MAGIC)
			return i;
	return place;
}

/* Is it there, and nothing else of that file? */
static bool
is_kept(const struct entry row[ROW], const struct mbox_status *s)
{
	size_t n = 0;

	for (size_t i = 0; i < ROW; i++) {
		if (!is_of(&row[i], &s->stamp))
			continue;
		if (n++ > 0 || !holds(&row[i], &s->stamp) ||
		    row[i].uidvalidity != s->uidvalidity ||
		    row[i].uid_last != s->uid_last ||
		    row[i].messages != s->messages ||
		    row[i].recent != s->recent || row[i].unseen != s->unseen)
			return false;
	}
	return n == 1;
}

/* Two that write at a time may take two places for one file. The entry that
 * stayed behind would count when the other one gives way. */
static void
forget_others(int fd, off_t at, const struct entry row[ROW], size_t place,
    const struct mbox_stamp *stamp)
{
	const struct entry none = { .magic = 0 };

	for (size_t i = 0; i < ROW; i++)
		if (i != place && is_of(&row[i], stamp) &&
		    pwrite(fd, &none, sizeof(none),
			at + (off_t)(i * sizeof(none))) < 0)
			return;
}

void
cc_status_keep(const struct mbox_status *status)
{
	struct entry row[ROW], e;
	off_t at = row_of(&status->stamp);
	size_t i;
	int fd;

	if (cc_mbox_is_coarse(&status->stamp) || (fd = get_file(O_CREAT)) < 0 ||
	    read_row(fd, at, row) != 0 || is_kept(row, status))
		return;
	i = place_in(row, &status->stamp);
	forget_others(fd, at, row, i, &status->stamp);
	e = to_entry(status);
	if (pwrite(fd, &e, sizeof(e), at + (off_t)(i * sizeof(e))) !=
	    (ssize_t)sizeof(e))
		return; /* its sum is wrong then */
}
