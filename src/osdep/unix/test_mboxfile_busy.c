/*
 * test_mboxfile_busy.c - commands that find a mailbox locked: programs of ours
 * are waited for until they are done, others as long as they may need for a
 * change. Time goes by in pauses only.
 */
#include <sys/syscall.h>

#include "test_mboxfile_append.h"
#include "inodelock.h"

#define BLOCK "Status: O\nX-Status: \nX-Keywords:                 \n"
#define KEPT                                                                   \
	FROM BASE "Status: RO\nX-Status: \nX-Keywords:          \nX-UID: 6\n"  \
		  "Subject: tea\n\nMilk.\n\n" FROM2 BLOCK                      \
		  "X-UID: 7\nSubject: cake\n\nYes.\n\n"

static int64_t passed; /* milliseconds that were slept */

/* Who has which locks, and for how long. */
static struct {
	struct mbox m;
	struct mbox_lock lock;
	bool held;
	int64_t until;
} holder;

int
clock_gettime(clockid_t id, struct timespec *t)
{
	if (id != CLOCK_MONOTONIC)
		return (int)syscall(SYS_clock_gettime, id, t);
	t->tv_sec = 1000000 + passed / 1000;
	t->tv_nsec = passed % 1000 * 1000000;
	return 0;
}

static void
let_go(void)
{
	if (holder.held)
		cc_mbox_unlock(&holder.lock);
	holder.held = false;
}

int
nanosleep(const struct timespec *pause, struct timespec *left)
{
	(void)left;
	passed += pause->tv_sec * 1000 + pause->tv_nsec / 1000000;
	if (passed >= holder.until)
		let_go();
	return 0;
}

/* Which locks are held, and by whom. */
enum kind { OURS, OUR_DOTLOCK, ORIGINAL, A_DOTLOCK };

static void
hold(enum kind kind, int64_t ms)
{
	struct mbox_lock *lock = &holder.lock;
	struct stat st;

	passed = 0;
	holder.until = ms;
	holder.held = true;
	*lock = (struct mbox_lock){
		.inode = INODELOCK_NONE, .dot = DOTLOCK_NONE, .fd = -1
	};
	assert_int_equal(stat(holder.m.path, &st), 0);
	if (kind == OURS)
		assert_int_equal(cc_mbox_lock(&holder.m, FDLOCK_EX, 0, lock),
		    0);
	if (kind == OUR_DOTLOCK || kind == A_DOTLOCK)
		assert_int_equal(cc_dotlock_get(&lock->dot, holder.m.path, -1,
				     0),
		    0);
	if (kind == A_DOTLOCK) {
		close(lock->dot.fd);
		lock->dot.fd = -1;
		assert_int_equal(truncate(lock->dot.name, 0), 0);
	}
	if (kind == ORIGINAL) {
		assert_int_equal(cc_inodelock_get(&lock->inode, &st, FDLOCK_EX,
				     0, NULL),
		    0);
		assert_true(like_the_original(&lock->inode));
		assert_int_equal(cc_inodelock_put_pid(&lock->inode), 0);
	}
}

static int
do_store(MAILSTREAM *s)
{
	int r = cc_mail_store(s, 2, fSEEN, fSEEN, 0, 0);

	return r != 0 ? r : cc_mail_flush(s, false);
}

static int
do_expunge(MAILSTREAM *s)
{
	unsigned long n;

	return cc_mbox_expunge(s->local, NULL, 0, &n);
}

static int
do_check(MAILSTREAM *s)
{
	assert_int_equal(cc_mail_store(s, 2, fFLAGGED, fFLAGGED, 0, 0), 0);
	return cc_mbox_check(s->local);
}

static int
do_append(MAILSTREAM *s)
{
	(void)s;
	if (append("A: b\r\n\r\nc\r\n") != LONGT)
		return CC_EBUSY;
	return told.calls == 1 ? 0 : CC_ENOENT;
}

static const struct {
	const char *name;
	enum kind kind;
	int64_t hold; /* milliseconds */
	int (*command)(MAILSTREAM *s);
	int r;
	int64_t least, most; /* milliseconds that are waited */
} cases[] = {
	{ "ours", OURS, 5000, do_store, 0, 5000, 5400 },
	{ "ours, long", OURS, 29000, do_store, 0, 29000, 29400 },
	{ "ours, for ever", OURS, 100000, do_store, CC_EBUSY, 30000, 32000 },
	{ "our dot-lock", OUR_DOTLOCK, 5000, do_store, 0, 5000, 5400 },
	{ "our dot-lock, for ever", OUR_DOTLOCK, 100000, do_store, CC_EBUSY,
	    30000, 32000 },
	{ "original", ORIGINAL, 1500, do_store, 0, 1500, 1900 },
	{ "original keeps it", ORIGINAL, 5000, do_store, CC_EBUSY, 2000, 2400 },
	{ "a dot-lock", A_DOTLOCK, 1500, do_store, 0, 1500, 1900 },
	{ "a dot-lock, long", A_DOTLOCK, 29000, do_store, 0, 29000, 29400 },
	{ "a dot-lock, for ever", A_DOTLOCK, 100000, do_store, CC_EBUSY, 30000,
	    32000 },
	{ "expunge", OURS, 5000, do_expunge, 0, 5000, 5400 },
	{ "expunge, original", ORIGINAL, 5000, do_expunge, CC_EBUSY, 2000,
	    2400 },
	{ "check", OURS, 15000, do_check, 0, 15000, 15400 },
	{ "check, original", ORIGINAL, 15000, do_check, CC_EBUSY, 10000,
	    10400 },
	{ "append", OURS, 5000, do_append, 0, 5000, 5400 },
	{ "append, original", ORIGINAL, 50000, do_append, CC_ENOENT, 1000,
	    1400 },
};

static void
test_waits(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		MAILSTREAM *s;

		print_message("%s\n", cases[i].name);
		begin();
		listen();
		box(KEPT);
		assert_int_equal(cc_mbox_open(&holder.m,
				     tmpdir_path(&tmp, "home/box"), false),
		    0);
		s = open_box(NIL);
		hold(cases[i].kind, cases[i].hold);
		assert_int_equal(cases[i].command(s), cases[i].r);
		assert_in_range(passed, cases[i].least, cases[i].most);
		let_go();
		mail_close(s);
		cc_mbox_free(&holder.m);
		end();
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
