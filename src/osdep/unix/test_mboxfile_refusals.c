/*
 * test_mboxfile_refusals.c - a disk that refuses some kind of change for good:
 * what is read meanwhile and afterwards, by the session that wanted it and by
 * others, is every message, once, with its UID.
 */
#include <stdarg.h>

#include "test_mboxfile_kill.h"
#include "test_mboxfile_scene.h"
#include "test_mboxfile_append.h"

static const unsigned sets[] = { 1u << 0, 1u << (MESSAGES - 1), 0x155, 0x0aa,
	0x038, 0x081, EVERY };
static const size_t steps[] = { 900, 2500, 0 };

/* Files are not made, where this is not 0: anywhere, or but beside the
 * mailbox. */
static int no_files, no_files_beside;

static bool
is_home(int fd)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && stat(tmpdir_path(&tmp, "home"), &b) == 0 &&
	    a.st_ino == b.st_ino;
}

int
openat(int fd, const char *name, int flags_, ...)
{
	mode_t mode = 0;
	va_list ap;

	if (flags_ & O_CREAT) {
		va_start(ap, flags_);
		mode = va_arg(ap, mode_t);
		va_end(ap);
		errno = no_files ? no_files : no_files_beside;
		if (no_files || (no_files_beside && is_home(fd)))
			return -1;
	}
	return (int)syscall(SYS_openat, fd, name, flags_, mode);
}

/* What the session sees: all of the messages, or all but those that were to
 * go. */
static void
expect_seen(MAILSTREAM *s, bool more)
{
	unsigned seen = messages_seen(s);

	assert_true((seen & EVERY) == EVERY ||
	    (seen & EVERY) == (EVERY & ~doomed));
	assert_int_equal(seen >> MESSAGES, more);
}

/* Messages that programs without records would show: separators of ours. */
static int
from_lines(void)
{
	char path[4200], line[512];
	FILE *f;
	int n = 0;

	snprintf(path, sizeof(path), "%s", tmpdir_path(&tmp, "home/box"));
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		n += strncmp(line, "From u", 6) == 0;
	fclose(f);
	return n;
}

static int
count_of(unsigned set)
{
	int n = 0;

	for (; set; set >>= 1)
		n += (int)(set & 1);
	return n;
}

/* ------------------------------------------------------------- no cutting */

/* A new session, and what it says when it wants to write. */
static void
look_again(bool more)
{
	MAILSTREAM *s = open_box(NIL);

	expect_seen(s, more);
	/* other programs find nothing twice */
	assert_int_equal(from_lines(), s->nmsgs);
	if (s->nmsgs > 0) {
		mail_flag(s, "1", "\\Answered", ST_SET);
		expect_log("input/output error");
		assert_int_equal(flags(s, 1) & fANSWERED, 0);
	}
	expect_seen(s, more);
	mail_close(s);
}

static void
deliver_more(void)
{
	struct strbuf mail;

	cc_strbuf_init(&mail, SIZE_MAX);
	put_message(&mail, MESSAGES);
	deliver(cc_strbuf_str(&mail));
	cc_strbuf_free(&mail);
}

/* Nothing can be cut off any more when an expunge begins. */
static void
expunge_without_cutting(unsigned set, size_t step, bool more)
{
	MAILSTREAM *other, *s;

	begin();
	make_box();
	other = open_box(NIL);
	s = open_box(NIL);
	((struct mbox *)s->local)->step_max = step;
	doomed = set;
	mark_deleted(s, set);
	death.cut = EIO;
	assert_false(mail_expunge(s));
	expect_log("Can't expunge mailbox box: input/output error");
	for (int i = 0; i < 2; i++) {
		assert_true(mail_ping(s));
		expect_seen(s, more && i > 0);
		assert_true(mail_ping(other));
		expect_seen(other, more && i > 0);
		look_again(more && i > 0);
		if (more && i == 0)
			deliver_more();
	}
	death.cut = 0;
	assert_true(mail_ping(s));
	check_left(false, more);
	assert_int_equal(mail_expunge(s), LONGT);
	mail_close(s);
	mail_close(other);
	check_left(true, more);
	assert_int_equal(files_named("cedar-redo"), 0);
	assert_int_equal(from_lines(), MESSAGES - count_of(set) + more);
	end();
}

static void
test_nothing_can_be_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(sets); i++)
		for (size_t k = 0; k < COUNT(steps); k++) {
			expunge_without_cutting(sets[i], steps[k], false);
			expunge_without_cutting(sets[i], steps[k], true);
		}
	lines = 700; /* a mailbox that sessions keep a change list of */
	for (size_t i = 0; i < COUNT(sets); i++)
		expunge_without_cutting(sets[i], 100000, i % 2);
	lines = 17;
}

/* --------------------------------------------- appends that are not undone */

/* The append of one message whose write n is cut short, as are all behind it;
 * nothing can be cut off. True if it was the last such call. */
static bool
append_torn(int n, enum how how, int error)
{
	MAILSTREAM *other, *s;
	struct strbuf wire;
	bool more, done;

	begin();
	make_box();
	doomed = 0;
	other = open_box(NIL);
	s = open_box(NIL);
	cc_strbuf_init(&wire, SIZE_MAX);
	cc_strbuf_puts(&wire, "Subject: message 9\r\n\r\nText of 9\r\n");
	for (int k = 0; k < MESSAGES * lines; k++)
		cc_strbuf_printf(&wire, "line %d of 9\r\n", k);
	death.at = n;
	death.count = 0;
	death.how = how;
	death.fail = error;
	death.cut = EIO;
	done = append_all((const char *[]){ wire.data }, 1, LONGT);
	more = death.count >= n;
	if (!done)
		assert_non_null(strstr(test_callbacks.log, "Can't append"));
	death.at = death.fail = 0;
	death.how = BEFORE;
	/* what was refused, or all of it with its sync alone refused */
	for (int i = 0; i < 2; i++) {
		MAILSTREAM *fresh = open_box(NIL);

		if (fresh->nmsgs != (unsigned long)MESSAGES + done)
			assert_false(done);
		expect_seen(fresh, fresh->nmsgs > MESSAGES);
		assert_true(mail_ping(s) && mail_ping(other));
		assert_int_equal(s->nmsgs, fresh->nmsgs);
		expect_seen(s, s->nmsgs > MESSAGES);
		expect_seen(other, s->nmsgs > MESSAGES);
		mail_close(fresh);
		death.cut = 0;
	}
	mail_close(other);
	mail_close(s);
	assert_int_equal(files_named("cedar-redo"), 0);
	assert_int_equal(files_named(".cedar-redo"), 0);
	cc_strbuf_free(&wire);
	end();
	return !more;
}

static void
test_torn_append_cannot_be_cut(void **state)
{
	static const int errors[] = { ENOSPC, EIO };

	(void)state;
	for (size_t e = 0; e < COUNT(errors); e++)
		for (int how = BEFORE; how < HOWS; how++) {
			int n = 1;

			while (!append_torn(n, (enum how)how, errors[e]))
				n++;
			assert_true(n > 5);
		}
}

/* ------------------------------------------------------------- no records */

/* Where no octet can be added anywhere flags are changed all the same. */
static void
test_flags_without_room(void **state)
{
	static const int errors[] = { ENOSPC, EDQUOT };

	(void)state;
	for (size_t e = 0; e < COUNT(errors); e++) {
		MAILSTREAM *s;

		begin();
		make_box();
		s = open_box(NIL);
		mail_check(s);
		no_files = errors[e];
		mail_flag(s, "2:8", "\\Flagged Work", ST_SET);
		mail_flag(s, "8", "\\Flagged", NIL);
		mail_close(s);
		no_files = 0;
		s = open_box(NIL);
		for (unsigned long i = 1; i <= MESSAGES; i++) {
			assert_int_equal(flags(s, i) & fFLAGGED,
			    i > 1 && i < 8 ? fFLAGGED : 0);
			assert_int_equal(keywords(s, i) & 1, i > 1 && i < 9);
		}
		mail_close(s);
		end();
	}
}

/* The last messages go where there is no room for anything: that moves no
 * octet. Others stay, and all can be read. */
static void
test_end_cut_off_without_room(void **state)
{
	static const int errors[] = { ENOSPC, EDQUOT };

	(void)state;
	for (size_t e = 0; e < COUNT(errors); e++)
		for (unsigned n = 1; n < MESSAGES; n++) {
			unsigned left = EVERY >> n;
			MAILSTREAM *s;

			begin();
			make_box();
			s = open_box(NIL);
			mail_check(s);
			no_files = errors[e];
			mark_deleted(s, EVERY & ~left);
			assert_true(mail_expunge(s));
			assert_int_equal(messages_seen(s), left);
			if (left != 1) {
				mark_deleted(s, 1);
				assert_false(mail_expunge(s));
				expect_log("disk full or over quota");
				mail_flag(s, "1", "\\Deleted", NIL);
			}
			assert_int_equal(messages_seen(s), left);
			mail_close(s);
			no_files = 0;
			s = open_box(NIL);
			assert_int_equal(messages_seen(s), left);
			mail_close(s);
			end();
		}
}

/* An expunge, where the mailbox's own directory takes no record. */
static void
test_expunge_with_record_at_home(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(sets); i++)
		for (size_t k = 0; k < COUNT(steps); k++) {
			begin();
			make_box();
			mail_close(open_box(NIL));
			no_files_beside = ENOSPC;
			doomed = sets[i];
			confirmed = NULL;
			expunge_doomed(steps[k]);
			no_files_beside = 0;
			check_left(true, false);
			end();
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_can_be_cut),
		cmocka_unit_test(test_torn_append_cannot_be_cut),
		cmocka_unit_test(test_flags_without_room),
		cmocka_unit_test(test_end_cut_off_without_room),
		cmocka_unit_test(test_expunge_with_record_at_home),
	};

	return cmocka_run_group_tests(tests, choose_seed, NULL);
}
