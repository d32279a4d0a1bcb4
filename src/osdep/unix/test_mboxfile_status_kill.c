/*
 * test_mboxfile_status_kill.c - STATUS of a mailbox whose writer was killed,
 * before any of its calls and in the middle of one: it is what was there
 * before, as long as nobody ended the change, or what a session finds that
 * opens the mailbox.
 */
#include <time.h>

#include "test_mboxfile_append.h"
#include "test_mboxfile_kill.h"
#include "test_mboxfile_scene.h"

#include "env_state.h"
#include "mboxfile_status.h"

#define ALL (SA_MESSAGES | SA_RECENT | SA_UNSEEN | SA_UIDNEXT | SA_UIDVALIDITY)

#define STEP 512 /* octets of a step of a rewrite */

struct said {
	unsigned long messages, recent, unseen, uidnext, uidvalidity;
};

static struct said
ask(void)
{
	const MAILSTATUS *s = &test_callbacks.status;

	test_callbacks_reset();
	assert_true(mail_status(NIL, (char *)"box", ALL));
	return (struct said){ s->messages, s->recent, s->unseen, s->uidnext,
		s->uidvalidity };
}

static bool
same(const struct said *a, const struct said *b)
{
	return a->messages == b->messages && a->recent == b->recent &&
	    a->unseen == b->unseen && a->uidnext == b->uidnext &&
	    a->uidvalidity == b->uidvalidity;
}

static bool refused; /* nobody may write to the mailbox */

int
open(const char *path, int how, ...)
{
	if (refused && (how & O_ACCMODE) != O_RDONLY &&
	    strcmp(path, tmpdir_path(&tmp, "home/box")) == 0) {
		errno = EACCES;
		return -1;
	}
	return (int)syscall(SYS_openat, AT_FDCWD, path, how, 0600);
}

/* The same without what was kept. */
static struct said
ask_anew(void)
{
	unlink(tmpdir_path(&tmp, "home/.cedar/status"));
	close(cc_env()->status_fd);
	cc_env()->status_fd = -1;
	return ask();
}

/* Its last change was an hour ago, and it was not the one before. */
static void
put_back_times(void)
{
	static long nth;
	const struct timespec times[2] = { { 0, UTIME_OMIT },
		{ time(NULL) - 3600, ++nth } };

	assert_int_equal(utimensat(AT_FDCWD, tmpdir_path(&tmp, "home/box"),
			     times, 0),
	    0);
}

/* A mailbox that says its UIDs, a third of it \Deleted, and its counters are
 * known. */
static void
begin_known(void)
{
	MAILSTREAM *s;

	begin();
	make_box();
	s = open_box(NIL);
	mail_flag(s, "2,5,8", "\\Deleted", ST_SET);
	mail_close(s);
	put_back_times();
	(void)ask();
}

/* ------------------------------------------------------------- the changes */

static MAILSTREAM *changed; /* open as long as nobody has looked */

static void
one_flag(size_t step)
{
	changed = open_box(NIL);
	(void)step;
	mail_flag(changed, "3", "\\Seen", ST_SET);
}

static void
one_expunge(size_t step)
{
	changed = open_box(NIL);
	((struct mbox *)changed->local)->step_max = step;
	mail_expunge(changed);
}

static void
one_append(size_t step)
{
	(void)step;
	append("Subject: new\r\n\r\ntext\r\n");
}

/* Killed before its call n; true if it lived. Part of the change may be done:
 * then it is what all see who come later. */
static bool
kill_at(int n, enum how how, void (*change)(size_t), const struct said *after)
{
	struct said before, first, later, found;
	bool lived;

	begin_known();
	before = ask();
	lived = run_until(n, how, change, STEP);
	first = ask();
	mail_close(open_box(OP_READONLY));
	later = ask();
	found = ask_anew();
	assert_true(same(&later, &found));
	assert_true(same(&first, &found) || (!lived && same(&first, &before)));
	assert_true(!lived || same(&found, after));
	end();
	return lived;
}

/* Of an expunge there are many calls. */
static void
kill_everywhere(void (*change)(size_t), bool all)
{
	struct said after;

	begin_known();
	change(STEP);
	after = ask_anew();
	if (changed)
		mail_close(changed);
	changed = NULL;
	end();
	for (int how = BEFORE; how < HOWS; how++) {
		int n = 1;

		while (!kill_at(n, (enum how)how, change, &after))
			n += all ? 1 : stride();
		assert_true(n > 1);
	}
}

static void
test_flag(void **state)
{
	(void)state;
	kill_everywhere(one_flag, true);
}

static void
test_expunge(void **state)
{
	(void)state;
	kill_everywhere(one_expunge, false);
}

static void
test_append(void **state)
{
	(void)state;
	kill_everywhere(one_append, true);
}

/* Is anything kept of the mailbox as it is now? */
static bool
is_kept(void)
{
	struct mbox_stamp stamp;
	struct mbox_status got;
	struct stat st;

	assert_int_equal(stat(tmpdir_path(&tmp, "home/box"), &st), 0);
	cc_mbox_stamp_of(&st, &stamp);
	return cc_status_find(&stamp, &got) == 0;
}

/* Who may not end what somebody else began counts what there is, and keeps
 * none of it. */
static void
test_not_ours_to_end(void **state)
{
	bool lived = false;
	int waiting = 0;

	(void)state;
	for (int n = 1; !lived; n += 1 + (int)dice(3)) {
		begin_known();
		lived = run_until(n, BEFORE, one_expunge, STEP);
		if (!lived && cc_redo_names(tmpdir_path(&tmp, "home/box"))) {
			waiting++;
			put_back_times();
			refused = true;
			(void)mail_status(NIL, (char *)"box", ALL);
			refused = false;
			assert_false(is_kept());
		}
		end();
	}
	assert_true(waiting > 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flag),
		cmocka_unit_test(test_expunge),
		cmocka_unit_test(test_append),
		cmocka_unit_test(test_not_ours_to_end),
	};

	return cmocka_run_group_tests(tests, choose_seed, NULL);
}
