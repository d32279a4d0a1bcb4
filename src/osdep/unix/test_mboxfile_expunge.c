/*
 * test_mboxfile_expunge.c - what is left of a mailbox after an expunge, octet
 * for octet, and that nothing else is lost when it is killed anywhere.
 */
#include "mboxfile_pseudo.h"
#include "misc.h"
#include "test_mboxfile_kill.h"
#include "test_mboxfile_scene.h"

#define CLEAN 5 /* messages of the mailbox that is all written */
#define ALL ((1u << CLEAN) - 1)
#define CLEAN_LAST 9 /* its last UID */

/* ----------------------------------------------------------- what is left */

static const struct mbox_keywords words = { { (char *)"Work", (char *)"Later" },
	2 };

static unsigned
clean_flags(int i)
{
	return i % 2 ? fSEEN : fFLAGGED | fDRAFT;
}

static uint32_t
clean_keywords(int i)
{
	return (uint32_t)i % 4;
}

/* Message i as a rewrite leaves it. */
static void
put_clean(struct strbuf *out, int i, bool base)
{
	size_t start;

	cc_strbuf_printf(out, "From u%d Thu Jun  6 14:07:%02d 2002 +0000\n", i,
	    i);
	cc_strbuf_printf(out, "Subject: clean %d\n", i);
	start = out->len;
	if (base)
		cc_mbox_put_base(out, "X-IMAPbase", 0, 1709629200, CLEAN_LAST,
		    &words);
	cc_mbox_put_status(out, clean_flags(i) | fOLD, clean_keywords(i),
	    &words, start, base ? CC_MBOX_PAD_BASE : CC_MBOX_PAD);
	cc_strbuf_printf(out, "X-UID: %d\n\n", i + 3);
	for (int k = 0; k <= i * 7; k++)
		cc_strbuf_printf(out, "line %d of clean %d\n", k, i);
	cc_strbuf_putc(out, '\n');
}

/* The mailbox without the messages of the mask. */
static void
put_rest(struct strbuf *out, unsigned without, bool pseudo)
{
	bool base = !pseudo;

	cc_strbuf_init(out, SIZE_MAX);
	for (int i = 0; i < CLEAN; i++)
		if (!(without & 1u << i)) {
			put_clean(out, i, base);
			base = false;
		}
}

static void
clean_box(bool pseudo)
{
	struct strbuf all, text;

	put_rest(&text, 0, pseudo);
	cc_strbuf_init(&all, SIZE_MAX);
	if (pseudo)
		cc_mbox_put_pseudo(&all, 1709629200, true, 1709629200,
		    CLEAN_LAST, &words);
	cc_strbuf_put_span(&all, cc_strbuf_span(&text));
	box_write(all.data, all.len);
	cc_strbuf_free(&text);
	cc_strbuf_free(&all);
}

/* Does the file hold this, behind internal data if there is any? */
static void
expect_rest(unsigned without, bool pseudo)
{
	struct strbuf is, want;
	const char *from;

	box_read(&is);
	put_rest(&want, without, pseudo);
	from = cc_strbuf_str(&is);
	if (pseudo) {
		assert_memory_equal(from, "From MAILER-DAEMON ", 19);
		assert_non_null(strstr(from,
		    "\nX-IMAP: 1709629200 0000000009 Work Later\n"
		    "Status: RO\n\n"));
		from = strstr(from, "\n\nFrom u");
		from = from ? from + 2 : is.data + is.len;
	}
	assert_string_equal(from, cc_strbuf_str(&want));
	cc_strbuf_free(&is);
	cc_strbuf_free(&want);
}

/* The session knows the same messages as the mask leaves. */
static void
expect_session(MAILSTREAM *s, unsigned without)
{
	unsigned long msgno = 0;

	for (int i = 0; i < CLEAN; i++) {
		char header[32];

		if (without & 1u << i)
			continue;
		assert_int_equal(uid(s, ++msgno), i + 3);
		assert_int_equal(flags(s, msgno), clean_flags(i) | fOLD);
		assert_int_equal(keywords(s, msgno), clean_keywords(i));
		snprintf(header, sizeof(header), "Subject: clean %d\n\n", i);
		expect_header(s, msgno, header);
	}
	assert_int_equal(s->nmsgs, msgno);
	assert_int_equal(s->uid_validity, 1709629200);
	assert_int_equal(s->uid_last, CLEAN_LAST);
}

/* What was told: from the last to the first, so that each number is true. */
static void
expect_told(unsigned mask)
{
	unsigned n = 0;
	char text[64];

	for (int i = CLEAN; i-- > 0;)
		if (mask & 1u << i)
			assert_int_equal(test_callbacks.expunged.number[n++],
			    i + 1);
	assert_int_equal(test_callbacks.expunged.count, n);
	snprintf(text, sizeof(text), "Expunged %u messages", n);
	assert_string_equal(test_callbacks.log,
	    n > 0 ? text : "Mailbox checkpointed, but no messages expunged");
	assert_int_equal(test_callbacks.log_level, NIL);
}

static void
expunge_clean(unsigned mask, bool pseudo, size_t step)
{
	bool internal = pseudo || mask == ALL;
	MAILSTREAM *s;

	begin();
	clean_box(pseudo);
	s = open_box(NIL);
	((struct mbox *)s->local)->step_max = step;
	mark_deleted(s, mask);
	test_callbacks_reset();
	assert_int_equal(mail_expunge_full(s, NIL, NIL), LONGT);
	expect_told(mask);
	expect_session(s, mask);
	expect_rest(mask, internal);
	mail_close(s);
	expect_rest(mask, internal);
	/* the next one to come has a number of its own */
	deliver(FROM "Subject: new\n\nnew\n\n");
	s = open_box(NIL);
	assert_int_equal(s->uid_validity, 1709629200);
	assert_int_equal(uid(s, s->nmsgs), CLEAN_LAST + 1);
	expect_text(s, s->nmsgs, "new\n");
	mail_close(s);
	assert_int_equal(files_named(".cedar-redo"), 0);
	assert_int_equal(files_named("cedar-redo"), 0);
	end();
}

/* Every set of messages, among them none, each alone, every second and all. */
static void
test_every_set(void **state)
{
	static const size_t steps[] = { 0, 900, 1300 };

	(void)state;
	for (size_t k = 0; k < COUNT(steps); k++)
		for (unsigned mask = 0; mask <= ALL; mask++) {
			expunge_clean(mask, false, steps[k]);
			expunge_clean(mask, true, steps[k]);
		}
}

static void
test_only_message(void **state)
{
	MAILSTREAM *s;
	struct strbuf b;

	(void)state;
	begin();
	box(FROM "\n\n"); /* shorter than what takes its place */
	s = open_box(NIL);
	mail_flag(s, "1", "\\Deleted New", ST_SET);
	assert_int_equal(mail_expunge(s), LONGT);
	assert_int_equal(s->nmsgs, 0);
	mail_close(s);
	box_read(&b);
	assert_memory_equal(b.data, "From MAILER-DAEMON ", 19);
	assert_non_null(strstr(cc_strbuf_str(&b), " 0000000001 New\n"));
	cc_strbuf_free(&b);
	s = open_box(OP_READONLY);
	assert_int_equal(s->nmsgs, 0);
	assert_int_equal(s->uid_last, 1);
	mail_close(s);
	end();
}

/* UIDs that only the record knew go into the file first. */
static void
test_uids_stay(void **state)
{
	unsigned long validity;
	MAILSTREAM *s;

	(void)state;
	begin();
	box(FROM "\none\n\n" FROM2 "\ntwo\n\n" FROM3 "\nthree\n\n" FROM
		 "\nfour");
	s = open_box(NIL);
	validity = s->uid_validity;
	mail_flag(s, "1,3", "\\Deleted", ST_SET);
	assert_int_equal(mail_expunge(s), LONGT);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(s->nmsgs, 2);
		assert_int_equal(s->uid_validity, validity);
		assert_int_equal(uid(s, 1), 2);
		assert_int_equal(uid(s, 2), 4);
		expect_text(s, 1, "two\n");
		expect_text(s, 2, "four\n");
		mail_close(s);
		if (i == 0)
			s = open_box(OP_READONLY);
	}
	end();
}

/* The step of the vectors, as the original toolkit made it. */
static void
test_vector(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin();
	box_from("tests/vectors/steps/unix/2-store");
	s = open_box(NIL);
	mail_flag(s, "1", "\\Deleted", ST_SET);
	assert_int_equal(mail_expunge(s), LONGT);
	mail_close(s);
	box_is_file("tests/vectors/steps/unix/3-expunge");
	end();
}

/* ------------------------------------------------------ what is asked for */

static const struct {
	const char *sequence;
	long options;
	unsigned mask; /* of those with \Deleted, which all have */
	bool wrong;
} asked[] = {
	{ "1", NIL, 1, false },
	{ "2,4:5", NIL, 2 | 8 | 16, false },
	{ "*", NIL, 16, false },
	{ "1:*", NIL, ALL, false },
	{ "4", EX_UID, 2, false },
	{ "1:4,100", EX_UID, 1 | 2, false },
	{ "5:*", EX_UID, 4 | 8 | 16, false },
	{ "100:200", EX_UID, 0, false },
	{ "6", NIL, 0, true },
	{ "x", NIL, 0, true },
	{ "", EX_UID, 0, true },
};

static void
test_sequences(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(asked); i++) {
		char *sequence = cpystr(asked[i].sequence);
		MAILSTREAM *s;

		begin();
		print_message("%s\n", sequence);
		clean_box(false);
		s = open_box(NIL);
		mark_deleted(s, ALL);
		test_callbacks_reset();
		assert_int_equal(mail_expunge_full(s, sequence,
				     asked[i].options),
		    asked[i].wrong ? NIL : LONGT);
		if (asked[i].wrong)
			assert_int_equal(test_callbacks.log_level, ERROR);
		else
			expect_told(asked[i].mask);
		mail_flag(s, "1:*", "\\Deleted", NIL);
		if (asked[i].mask != ALL)
			expect_session(s, asked[i].mask);
		mail_close(s);
		expect_rest(asked[i].mask, asked[i].mask == ALL);
		fs_give((void **)&sequence);
		end();
	}
}

static void
test_read_only(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin();
	clean_box(false);
	s = open_box(OP_READONLY);
	mark_deleted(s, ALL);
	assert_int_equal(mail_expunge(s), LONGT);
	assert_string_equal(test_callbacks.log,
	    "Expunge ignored on readonly mailbox");
	assert_int_equal(s->nmsgs, CLEAN);
	mail_close_full(s, CL_EXPUNGE);
	expect_rest(0, false);
	end();
}

/* CL_EXPUNGE: without a word. */
static void
test_close(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin();
	clean_box(false);
	s = open_box(NIL);
	mark_deleted(s, 9);
	test_callbacks_reset();
	mail_close_full(s, CL_EXPUNGE);
	assert_int_equal(test_callbacks.expunged.count, 0);
	assert_int_equal(test_callbacks.logs, 0);
	expect_rest(9, false);
	/* and not at a close without it */
	s = open_box(NIL);
	mark_deleted(s, 1);
	mail_close(s);
	s = open_box(NIL);
	assert_int_equal(s->nmsgs, 3);
	assert_int_equal(flags(s, 1) & fDELETED, fDELETED);
	mail_close(s);
	end();
}

/* Mail that nobody was told of cannot be meant, whatever it says. */
static void
test_unknown_stays(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin();
	clean_box(false);
	s = open_box(NIL);
	mark_deleted(s, 2);
	deliver(FROM "X-Status: D\nSubject: new\n\nnew\n\n");
	assert_int_equal(mail_expunge(s), LONGT);
	assert_string_equal(test_callbacks.log, "Expunged 1 messages");
	assert_int_equal(s->nmsgs, CLEAN);
	assert_int_equal(uid(s, 5), CLEAN_LAST + 1);
	expect_text(s, 5, "new\n");
	mail_close(s);
	end();
}

/* The first message that is left has a header too long to be rewritten, and
 * in it what a stranger would like the mailbox to believe. */
static void
test_long_header(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin();
	box_long(FROM BASE "Status: O\nX-UID: 1\n\none\n\n" FROM2
			   "X-UID: 4\nStatus: O\nX-IMAPbase: 9 9 Evil\n",
	    "\nlong\n\n");
	s = open_box(NIL);
	mail_flag(s, "1", "\\Deleted", ST_SET);
	assert_int_equal(mail_expunge(s), LONGT);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(s->nmsgs, 1);
		assert_int_equal(s->uid_validity, 1709629200);
		assert_int_equal(uid(s, 1), 4);
		expect_text(s, 1, "long\n");
		assert_string_equal(s->user_flags[0], "Work");
		mail_close(s);
		if (i == 0)
			s = open_box(OP_READONLY);
	}
	end();
}

/* ----------------------------------------------------------- two sessions */

static void
test_two_sessions(void **state)
{
	MAILSTREAM *one, *two;

	(void)state;
	begin();
	clean_box(false);
	one = open_box(NIL);
	two = open_box(NIL);
	mark_deleted(one, 2 | 8);
	assert_int_equal(mail_expunge(one), LONGT);
	expect_session(one, 2 | 8);
	/* the other knows nothing of it, and its numbers stay true */
	assert_int_equal(two->nmsgs, CLEAN);
	mail_parameters(NIL, SET_EXPUNGEATPING, NIL);
	test_callbacks_reset();
	assert_int_equal(mail_ping(two), LONGT);
	assert_int_equal(test_callbacks.expunged.count, 0);
	assert_int_equal(uid(two, 5), 7);
	expect_header(two, 5, "Subject: clean 4\n\n");
	mail_flag(two, "3", "\\Deleted", ST_SET);
	/* its own expunge tells both */
	test_callbacks_reset();
	assert_int_equal(mail_expunge(two), LONGT);
	assert_string_equal(test_callbacks.log, "Expunged 1 messages");
	assert_int_equal(test_callbacks.expunged.count, 3);
	assert_int_equal(test_callbacks.expunged.number[0], 4);
	assert_int_equal(test_callbacks.expunged.number[1], 3);
	assert_int_equal(test_callbacks.expunged.number[2], 2);
	expect_session(two, 2 | 4 | 8);
	mail_parameters(NIL, SET_EXPUNGEATPING, VOIDT);
	test_callbacks_reset();
	assert_int_equal(mail_ping(one), LONGT);
	assert_int_equal(test_callbacks.expunged.count, 1);
	assert_int_equal(test_callbacks.expunged.number[0], 2);
	expect_session(one, 2 | 4 | 8);
	mail_close(one);
	mail_close(two);
	expect_rest(2 | 4 | 8, false);
	end();
}

/* ----------------------------------------------------------------- failures */

/* Without a redo record nothing is moved; the session goes on. */
static void
test_no_record(void **state)
{
	MAILSTREAM *s;
	char name[128];
	struct stat st;

	(void)state;
	begin();
	clean_box(false);
	s = open_box(NIL);
	mark_deleted(s, 4);
	assert_int_equal(stat(tmpdir_path(&tmp, "home/box"), &st), 0);
	snprintf(name, sizeof(name), "home/.cedar-redo.%llx.%llx.new",
	    (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	tmpdir_mkdir(&tmp, name);
	test_callbacks_reset();
	assert_int_equal(mail_expunge(s), NIL);
	assert_int_equal(test_callbacks.log_level, ERROR);
	assert_int_equal(test_callbacks.expunged.count, 0);
	assert_int_equal(s->nmsgs, CLEAN);
	assert_int_equal(mail_ping(s), LONGT);
	expect_header(s, 3, "Subject: clean 2\n\n");
	assert_int_equal(flags(s, 3) & fDELETED, fDELETED);
	assert_int_equal(rmdir(tmpdir_path(&tmp, name)), 0);
	assert_int_equal(mail_expunge(s), LONGT);
	expect_session(s, 4);
	mail_close(s);
	expect_rest(4, false);
	end();
}

static void
test_locked(void **state)
{
	struct inodelock lock;
	struct stat st;
	MAILSTREAM *s;

	(void)state;
	begin();
	clean_box(false);
	s = open_box(NIL);
	mark_deleted(s, 4);
	assert_int_equal(stat(tmpdir_path(&tmp, "home/box"), &st), 0);
	assert_int_equal(cc_inodelock_get(&lock, &st, FDLOCK_EX, 0, NULL), 0);
	assert_true(like_the_original(&lock));
	test_callbacks_reset();
	assert_int_equal(mail_expunge(s), NIL);
	assert_int_equal(test_callbacks.log_level, ERROR);
	assert_memory_equal(test_callbacks.log, "[INUSE] ", 8);
	assert_int_equal(s->nmsgs, CLEAN);
	cc_inodelock_release(&lock);
	assert_int_equal(mail_expunge(s), LONGT);
	expect_session(s, 4);
	mail_close(s);
	end();
}

/* -------------------------------------------------------------------- kills */

static const unsigned sets[] = { 1u << 0, 1u << (MESSAGES - 1), 0x155, 0x0aa,
	0x038, 0x081, EVERY };

/* The same after a kill, which damages no record. */
static void
check_killed(bool done, bool more)
{
	check_left(done, more);
	assert_int_equal(files_named("cedar-redo"), 0);
}

static void
kill_all(size_t step, enum how how, bool more)
{
	struct strbuf mail;
	bool lived = false;
	int n = 0;

	cc_strbuf_init(&mail, SIZE_MAX);
	put_message(&mail, MESSAGES);
	while (!lived) {
		begin();
		make_box();
		n += stride();
		lived = run_until(n, how, expunge_doomed, step);
		if (more)
			deliver(cc_strbuf_str(&mail));
		check_killed(lived, more);
		end();
	}
	assert_true(n > 10);
	cc_strbuf_free(&mail);
}

static void
test_killed_anywhere(void **state)
{
	static const size_t steps[] = { 900, 2500, 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(sets); i++)
		for (int how = BEFORE; how < HOWS; how++)
			for (size_t k = 0; k < COUNT(steps); k++) {
				if (!getenv("CEDAR_ALL") &&
				    k != (i + (size_t)how) % COUNT(steps))
					continue;
				doomed = sets[i];
				kill_all(steps[k], (enum how)how, false);
			}
}

/* The record of the step is so long that it goes past the cache. */
static void
test_killed_with_long_records(void **state)
{
	(void)state;
	lines = 2400;
	doomed = 1;
	kill_all(0, HALF, true);
	lines = 17;
}

static void
test_killed_then_delivery(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(sets); i++)
		for (int how = BEFORE; how < HOWS; how++) {
			doomed = sets[i];
			kill_all(1100, (enum how)how, true);
		}
}

/* How far the next call is, of which not all are tried. */
static int
few(int more)
{
	return getenv("CEDAR_ALL") ? 1 : more + stride();
}

/* And killed again by the repair. */
static void
test_killed_twice(void **state)
{
	(void)state;
	doomed = 0x155;
	for (int first = 12; first < 150; first += few(10)) {
		bool lived = false;

		for (int n = 1; !lived; n += few(3)) {
			begin();
			make_box();
			(void)run_until(first, HALF, expunge_doomed, 900);
			lived = run_until(n, HALF, expunge_doomed, 0);
			check_killed(lived, false);
			end();
		}
	}
}

/* Any call says no: what must be left is. */
static void
test_disk_full(void **state)
{
	static const int errors[] = { ENOSPC, EDQUOT, EIO };

	(void)state;
	doomed = 0x155;
	for (size_t e = 0; e < COUNT(errors); e++)
		for (int n = 1; n < 120; n += stride()) {
			begin();
			make_box();
			death.at = n;
			death.count = 0;
			death.fail = errors[e];
			expunge_doomed(900);
			death.at = death.fail = 0;
			check_killed(false, false);
			end();
		}
}

/* Mail comes in the middle of it, of one who takes no locks. */
static bool delivered;

static void
deliver_new(void)
{
	delivered = true;
	deliver(FROM "Subject: new\n\nnew\n\n");
}

/* Mail comes at call n of an expunge. False if it has fewer calls. */
static bool
deliver_at(int n, unsigned mask)
{
	MAILSTREAM *s;
	unsigned long k = 1;
	bool more;

	begin();
	clean_box(false);
	s = open_box(NIL);
	((struct mbox *)s->local)->step_max = 900;
	mark_deleted(s, mask);
	delivered = false;
	death.at = n;
	death.count = 0;
	death.instead = deliver_new;
	(void)mail_expunge(s);
	more = death.count >= n;
	death.at = 0;
	death.instead = NULL;
	mail_close(s);
	s = open_box(NIL);
	for (int i = 0; i < CLEAN; i++) {
		if (mask & 1u << i)
			continue;
		while (k <= s->nmsgs && (int)uid(s, k) < i + 3)
			k++;
		assert_int_equal(uid(s, k), i + 3);
	}
	if (delivered)
		expect_text(s, s->nmsgs, "new\n");
	mail_close(s);
	assert_int_equal(files_named("cedar-redo"), 0);
	end();
	return more;
}

static void
test_delivery_meanwhile(void **state)
{
	int n;

	(void)state;
	for (unsigned mask = 1; mask < ALL; mask += 2) {
		for (n = 1; deliver_at(n, mask); n++)
			;
		assert_true(n > 5);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_set),
		cmocka_unit_test(test_only_message),
		cmocka_unit_test(test_uids_stay),
		cmocka_unit_test(test_vector),
		cmocka_unit_test(test_sequences),
		cmocka_unit_test(test_read_only),
		cmocka_unit_test(test_close),
		cmocka_unit_test(test_unknown_stays),
		cmocka_unit_test(test_long_header),
		cmocka_unit_test(test_two_sessions),
		cmocka_unit_test(test_no_record),
		cmocka_unit_test(test_locked),
		cmocka_unit_test(test_killed_anywhere),
		cmocka_unit_test(test_killed_with_long_records),
		cmocka_unit_test(test_killed_then_delivery),
		cmocka_unit_test(test_killed_twice),
		cmocka_unit_test(test_disk_full),
		cmocka_unit_test(test_delivery_meanwhile),
	};

	return cmocka_run_group_tests(tests, choose_seed, NULL);
}
