/*
 * test_mboxfile_mark.c - each change of a mailbox leaves another time, also
 * within a tick of the file system's clock, when that clock was set back, and
 * for one who may not set times.
 */
#include <errno.h>
#include <sys/syscall.h>

#include "test_unix.h"

static bool not_owner; /* only "now" may be set */

int
futimens(int fd, const struct timespec times[2])
{
	if (not_owner && times) {
		errno = EPERM;
		return -1;
	}
	return (int)syscall(SYS_utimensat, fd, NULL, times, 0);
}

static bool in_seconds; /* all times of files */

static int
coarse(int r, struct stat *st)
{
	if (in_seconds)
		st->st_mtim.tv_nsec = st->st_ctim.tv_nsec = 0;
	return r;
}

int
fstat(int fd, struct stat *st)
{
	return coarse(fstatat(fd, "", st, AT_EMPTY_PATH), st);
}

int
stat(const char *path, struct stat *st)
{
	return coarse(fstatat(AT_FDCWD, path, st, 0), st);
}

/* Of a change of flags: the time of the change before, and whether the clock
 * had gone on when the first octet was written. */
static struct {
	bool watched, written, late;
	struct timespec before;
} flag;

ssize_t
pwrite(int fd, const void *buf, size_t n, off_t at)
{
	struct stat st;

	if (flag.watched && !flag.written && fstat(fd, &st) == 0 &&
	    st.st_size > 0) {
		flag.written = true;
		flag.late = !cc_mbox_is_same_tick(&flag.before);
	}
	return syscall(SYS_pwrite64, fd, buf, n, at);
}

static struct mbox_stamp
stamp(void)
{
	struct mbox_stamp s;
	struct stat st;

	assert_int_equal(stat(tmpdir_path(&tmp, "home/box"), &st), 0);
	cc_mbox_stamp_of(&st, &s);
	return s;
}

static bool
is_later(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec
				      : a->tv_nsec > b->tv_nsec;
}

static void
set_mtime(time_t sec, long nsec)
{
	const struct timespec times[2] = { { 1000, 0 }, { sec, nsec } };

	assert_int_equal(utimensat(AT_FDCWD, tmpdir_path(&tmp, "home/box"),
			     times, 0),
	    0);
}

/* A change as a writer makes it, of one octet, which is '0' or '1'. */
static void
change(struct mbox *m, int i)
{
	struct mbox_lock lock;
	char c = i & 1 ? '1' : '0';

	assert_int_equal(cc_mbox_lock(m, FDLOCK_EX, 1000, &lock), 0);
	assert_int_equal(pwrite(m->fd, &c, 1, (off_t)strlen(MSG) - 3), 1);
	cc_mbox_unlock(&lock);
}

static void
begin_box(struct mbox *m)
{
	begin();
	box(MSG);
	assert_int_equal(cc_mbox_open(m, tmpdir_path(&tmp, "home/box"), false),
	    0);
}

static void
end_box(struct mbox *m)
{
	cc_mbox_free(m);
	end();
}

/* Hundreds of changes come in a tick, and each has its time. */
static void
test_each_change_has_its_time(void **state)
{
	struct mbox m;

	(void)state;
	begin_box(&m);
	for (int i = 0; i < 500; i++) {
		struct mbox_stamp before = stamp(), after;

		change(&m, i);
		after = stamp();
		assert_true(is_later(&after.mtime, &before.mtime));
	}
	end_box(&m);
}

/* What one session writes the other sees at once, though the file is as long
 * as before. */
static void
test_each_flag_is_seen(void **state)
{
	MAILSTREAM *a, *b;

	(void)state;
	begin();
	box(FROM BASE "Status: RO\nX-Status: \nX-Keywords:          \n"
		      "X-UID: 7\nSubject: s\n\nbody\n\n");
	a = open_box(NIL);
	b = open_box(NIL);
	for (int i = 0; i < 200; i++) {
		MAILSTREAM *one = i & 2 ? a : b, *other = i & 2 ? b : a;

		mail_flag(one, "1", "\\Flagged", i & 1 ? 0 : ST_SET);
		assert_int_equal(mail_ping(other), LONGT);
		assert_int_equal(flags(other, 1) & fFLAGGED,
		    i & 1 ? 0 : fFLAGGED);
	}
	mail_close(a);
	mail_close(b);
	end();
}

/* The time of the last change lies ahead: it only grows, also over the end of
 * a second. Who holds the locks then knows the file by its new time. */
static void
test_clock_set_back(void **state)
{
	static const struct {
		long nsec, sec_more, nsec_after;
	} cases[] = { { 5, 0, 6 }, { 999999998, 0, 999999999 },
		{ 999999999, 1, 0 } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const time_t ahead = time(NULL) + 1000;
		struct mbox_lock lock;
		struct mbox_stamp now;
		struct mbox m;

		begin_box(&m);
		set_mtime(ahead, cases[i].nsec);
		change(&m, 0);
		now = stamp();
		assert_int_equal(now.mtime.tv_sec, ahead + cases[i].sec_more);
		assert_int_equal(now.mtime.tv_nsec, cases[i].nsec_after);

		m.stamp = now;
		assert_int_equal(cc_mbox_lock(&m, FDLOCK_EX, 1000, &lock), 0);
		cc_mbox_unlock(&lock);
		now = stamp();
		assert_true(cc_mbox_stamp_same(&m.stamp, &now));
		end_box(&m);
	}
}

/* Another's stamp is not taken for known. */
static void
test_what_others_did_stays_unknown(void **state)
{
	struct mbox_stamp now;
	struct mbox m;

	(void)state;
	begin_box(&m);
	deliver(MSG);
	change(&m, 1);
	now = stamp();
	assert_false(cc_mbox_stamp_same(&m.stamp, &now));
	end_box(&m);
}

/* A file whose last change is long ago, and that nobody changed. */
static void
test_nothing_is_touched(void **state)
{
	struct mbox_stamp before, after;
	struct mbox_lock lock;
	struct mbox m;

	(void)state;
	begin_box(&m);
	set_mtime(2000, 7);
	before = stamp();
	for (enum fdlock_mode mode = FDLOCK_SH; mode <= FDLOCK_EX; mode++) {
		assert_int_equal(cc_mbox_lock(&m, mode, 1000, &lock), 0);
		cc_mbox_unlock(&lock);
	}
	after = stamp();
	assert_true(cc_mbox_stamp_same(&before, &after));
	end_box(&m);
}

/* Who may write, but is not the owner, waits for the next tick instead; not
 * for ever, if the clock was set back. */
static void
test_not_the_owner(void **state)
{
	struct mbox_stamp before, after;
	struct mbox m;

	(void)state;
	begin_box(&m);
	not_owner = true;
	for (int i = 0; i < 20; i++) {
		before = stamp();
		change(&m, i);
		after = stamp();
		assert_true(is_later(&after.mtime, &before.mtime));
	}
	set_mtime(time(NULL) + 1000, 0);
	before = stamp();
	change(&m, 1);
	after = stamp();
	not_owner = false;
	assert_false(cc_mbox_stamp_same(&before, &after));
	end_box(&m);
}

#define ROOM(flags, pad)                                                       \
	"Status: " flags "\nX-Status: \nX-Keywords:         " pad "\n"
#define KEPT(flags, pad)                                                       \
	FROM "Subject: s\n" BASE ROOM(flags, pad) "X-UID: 7\n\nbody\n\n"

/* Flags are written when a kill right behind them shows: not in the tick of
 * the last change. */
static void
test_flags_wait_for_the_clock(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin();
	box(KEPT("O", " "));
	s = open_box(NIL);
	for (int i = 0; i < 20; i++) {
		const struct timespec now[2] = { { 0, UTIME_OMIT },
			{ 0, UTIME_NOW } };

		assert_int_equal(utimensat(AT_FDCWD,
				     tmpdir_path(&tmp, "home/box"), now, 0),
		    0);
		flag.before = stamp().mtime;
		flag.watched = true;
		flag.written = flag.late = false;
		mail_flag(s, "1", "\\Flagged", i & 1 ? 0 : ST_SET);
		flag.watched = false;
		assert_true(flag.written && flag.late);
	}
	mail_close(s);
	end();
}

/*
 * Somebody wrote a flag in the tick in which the mailbox was parsed, and was
 * killed: the file's times are what they were. A rewrite does not undo it.
 */
static void
test_change_within_the_tick_of_the_parse(void **state)
{
	MAILSTREAM *s;
	struct mbox *m;

	(void)state;
	begin();
	box(KEPT("O", " ") FROM2 "Subject: t\n\nbody\n\n");
	s = open_box(NIL);
	m = s->local;
	mail_flag(s, "2", "\\Flagged", ST_SET); /* waits for a rewrite */
	patch(ROOM("O", " "), ROOM("RO", ""));
	m->stamp = m->sure = stamp();
	m->racy = true;
	mail_check(s);
	mail_close(s);
	s = open_box(OP_READONLY);
	assert_int_equal(flags(s, 1) & (fSEEN | fFLAGGED), fSEEN);
	assert_int_equal(flags(s, 2) & (fSEEN | fFLAGGED), fFLAGGED);
	mail_close(s);
	end();
}

/* The same where times have no parts of seconds: two sessions of ours. */
static void
test_times_in_seconds(void **state)
{
	MAILSTREAM *a, *b;

	(void)state;
	for (int i = 0; i < 3; i++) {
		begin();
		box(KEPT("O", " ") FROM2 "Subject: t\n\nbody\n\n");
		in_seconds = true;
		a = open_box(NIL);
		b = open_box(NIL);
		mail_flag(b, "1", "\\Answered", ST_SET);
		mail_flag(a, "2", "\\Flagged", ST_SET); /* waits */
		mail_flag(b, "1", "\\Seen", ST_SET);
		mail_check(a);
		assert_int_equal(flags(a, 1) & (fSEEN | fANSWERED),
		    fSEEN | fANSWERED);
		mail_close(a);
		mail_close(b);
		in_seconds = false;
		a = open_box(OP_READONLY);
		assert_int_equal(flags(a, 1) & (fSEEN | fANSWERED),
		    fSEEN | fANSWERED);
		assert_int_equal(flags(a, 2) & fFLAGGED, fFLAGGED);
		mail_close(a);
		end();
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_change_has_its_time),
		cmocka_unit_test(test_each_flag_is_seen),
		cmocka_unit_test(test_clock_set_back),
		cmocka_unit_test(test_what_others_did_stays_unknown),
		cmocka_unit_test(test_nothing_is_touched),
		cmocka_unit_test(test_not_the_owner),
		cmocka_unit_test(test_flags_wait_for_the_clock),
		cmocka_unit_test(test_change_within_the_tick_of_the_parse),
		cmocka_unit_test(test_times_in_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
