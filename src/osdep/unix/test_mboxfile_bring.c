/*
 * test_mboxfile_bring.c - flags of mail that has no lines for them, as new
 * mail: they come into the file some seconds after they were set. Where they
 * are written, that others see them, what a kill leaves, and that no more is
 * written than must be.
 */
#include "misc.h"
#include "test_mboxfile_kill.h"

#define P16 "                "
#define P17 P16 " "
#define P18 P17 " "
#define LINES(flags, xflags, pad)                                              \
	"Status: " flags "\nX-Status: " xflags "\nX-Keywords:" pad "\n"
#define BLOCK(flags, xflags, pad, uid)                                         \
	LINES(flags, xflags, pad) "X-UID: " uid "\n"
#define KEPT                                                                   \
	FROM "Subject: kept\nX-IMAPbase: 1709629200 7 Work\n"                  \
	     "Status: O\nX-Status: \nX-Keywords:                   \n"         \
	     "X-UID: 7\n\nkept\n\n"
#define NEW(n, block) FROM2 "Subject: new " n "\n" block "\ntext " n "\n\n"

static struct mbox *
mbox_of(MAILSTREAM *s)
{
	return s->local;
}

/* As if the time had come. */
static void
later(MAILSTREAM *s)
{
	assert_int_not_equal(mbox_of(s)->late, 0);
	mbox_of(s)->late -= CC_MBOX_LATE;
}

static unsigned
flags_elsewhere(unsigned long msgno)
{
	MAILSTREAM *s = mail_open(NIL, "box", OP_READONLY);
	unsigned f;

	assert_non_null(s);
	f = flags(s, msgno);
	mail_close(s);
	return f & ~(unsigned)fOLD;
}

static const struct {
	const char *name, *first, *set, *what, *then;
	bool untouched; /* what is before the message set is not written */
} cases[] = {
	{ "new mail in a kept mailbox", KEPT NEW("1", ""), "2", "\\Seen",
	    KEPT NEW("1", BLOCK("RO", "", P17, "8")), true },
	{ "and mail behind it, which gets its UID as well",
	    KEPT NEW("1", "") NEW("2", ""), "2", "\\Flagged",
	    KEPT NEW("1", BLOCK("O", "F", P17, "8"))
		NEW("2", BLOCK("O", "", P18, "9")),
	    true },
	{ "the later of two: the one before has no UID either",
	    KEPT NEW("1", "") NEW("2", ""), "3", "\\Seen",
	    KEPT NEW("1", BLOCK("O", "", P18, "8"))
		NEW("2", BLOCK("RO", "", P17, "9")),
	    false },
	{ "no lines, but a UID", KEPT NEW("1", "X-UID: 8\n") NEW("2", ""), "2",
	    "\\Seen",
	    KEPT NEW("1", BLOCK("RO", "", P17, "8"))
		NEW("2", BLOCK("O", "", P18, "9")),
	    true },
	{ "a mailbox without UIDs", NEW("1", "") NEW("2", "") NEW("3", ""), "2",
	    "\\Seen \\Answered",
	    NEW("1", "") NEW("2", LINES("RO", "A", P16)) NEW("3", ""), true },
	{ "the last, without its end", NEW("1", "") FROM2 "\nx", "2", "\\Seen",
	    NEW("1", "") FROM2 LINES("RO", "", P17) "\nx\n\n", true },
	{ "the message with X-IMAPbase",
	    FROM "X-IMAPbase: 1709629200 7 Work\nX-UID: 7\n\nkept\n\n", "1",
	    "\\Seen",
	    FROM "X-IMAPbase: 1709629200 7 Work\nStatus: RO\nX-Status: \n"
		 "X-Keywords:" P17 "\nX-UID: 7\n\nkept\n\n",
	    false },
	{ "what shrinks",
	    NEW("1", "") NEW("2",
		"Status:   \nX-Status: \nX-Keywords: "
		"a b c d e f g h i j k l m n o p q r s t u v w x y z "
		"aa bb cc dd ee ff gg hh\nStatus: O\n") NEW("3", ""),
	    "2", "\\Seen",
	    NEW("1", "") NEW("2", LINES("RO", "", P17)) NEW("3", ""), true },
};

static off_t
begin_of(const char *first, const char *set)
{
	const char *p = first;

	for (long n = strtol(set, NULL, 10); n > 1; n--)
		p = strstr(p + 1, "\nFrom ") + 1;
	return p - first;
}

static void
test_where_it_is_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (int ping = 0; ping < 2; ping++) {
			unsigned long n = strtoul(cases[i].set, NULL, 10);
			MAILSTREAM *s, *other;

			print_message("%s\n", cases[i].name);
			begin();
			box(cases[i].first);
			s = open_box(NIL);
			other = open_box(NIL);
			mail_flag(s, (char *)cases[i].set,
			    (char *)cases[i].what, ST_SET);
			box_is(cases[i].first);
			assert_int_equal(mail_ping(s), LONGT);
			box_is(cases[i].first);
			count_writes();
			if (ping) {
				later(s);
				assert_int_equal(mail_ping(s), LONGT);
			} else {
				assert_int_equal(cc_mail_flush(s, true), 0);
			}
			box_is(cases[i].then);
			if (cases[i].untouched)
				assert_true(death.lowest >=
				    begin_of(cases[i].first, cases[i].set));
			assert_true(death.octets < 4096);
			assert_int_equal(mail_ping(other), LONGT);
			assert_int_equal(flags(other, n) & ~(unsigned)fOLD,
			    flags(s, n) & ~(unsigned)fOLD);
			for (unsigned long k = 1; k <= s->nmsgs; k++)
				assert_int_equal(uid(s, k), uid(other, k));
			/* nothing is left to be done */
			count_writes();
			assert_int_equal(mbox_of(s)->late, 0);
			assert_int_equal(cc_mail_flush(s, true), 0);
			assert_int_equal(mail_ping(s), LONGT);
			assert_int_equal(death.octets, 0);
			/* from now on it is written where it stands */
			mail_flag(s, (char *)cases[i].set, "\\Draft", ST_SET);
			assert_int_equal(mbox_of(s)->late, 0);
			assert_int_equal(flags_elsewhere(n) & fDRAFT, fDRAFT);
			mail_close(other);
			mail_close(s);
			end();
		}
}

/* Many messages in front: nothing of them is written, or counted again. */
static void
test_delivery_to_a_large_mailbox(void **state)
{
	struct strbuf text;
	MAILSTREAM *s;
	off_t front;

	(void)state;
	begin();
	cc_strbuf_init(&text, SIZE_MAX);
	while (text.len < 9u * 1024 * 1024)
		cc_strbuf_printf(&text, FROM "Subject: %lu\n\n%9000s\n\n",
		    (unsigned long)text.len, "x");
	box_write(text.data, text.len);
	front = (off_t)text.len;
	cc_strbuf_free(&text);
	s = open_box(NIL);
	deliver(NEW("1", ""));
	assert_int_equal(mail_ping(s), LONGT);
	mail_setflag(s, "*", "\\Seen");
	count_writes();
	assert_int_equal(cc_mail_flush(s, true), 0);
	assert_true(death.lowest >= front);
	assert_true(death.octets < 8192);
	assert_int_equal(flags_elsewhere(s->nmsgs), fSEEN);
	/* one of them gives all of them room, once */
	mail_setflag(s, "3", "\\Flagged");
	assert_int_equal(cc_mail_flush(s, true), 0);
	assert_int_equal(flags_elsewhere(3), fFLAGGED);
	mail_setflag(s, "2", "\\Flagged");
	assert_int_equal(mbox_of(s)->late, 0);
	count_writes();
	assert_int_equal(cc_mail_flush(s, true), 0);
	mail_close(s);
	assert_int_equal(death.octets, 0);
	end();
}

/* A keyword that the file does not list comes into it as well. */
static void
test_new_keyword(void **state)
{
	static const char *const first[] = { KEPT NEW("1", ""),
		NEW("0", "") NEW("1", "") };
	MAILSTREAM *s, *other;

	(void)state;
	for (size_t i = 0; i < COUNT(first); i++) {
		begin();
		if (i == 1)
			cc_env()->keywords[0] = cpystr("Unused");
		box(first[i]);
		s = open_box(NIL);
		other = open_box(NIL);
		mail_setflag(s, "2", "$Longer-than-the-padding-has-room-for");
		assert_int_equal(cc_mail_flush(s, true), 0);
		assert_int_equal(mail_ping(other), LONGT);
		assert_string_equal(other->user_flags[1],
		    "$Longer-than-the-padding-has-room-for");
		assert_int_equal(keywords(other, 2), 2);
		assert_int_equal(mbox_of(s)->late, 0);
		mail_close(other);
		mail_close(s);
		end();
	}
}

/* Default keywords that no message has are no reason to write anything. */
static void
test_unused_keywords(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin();
	cc_env()->keywords[0] = cpystr("Unused");
	box(NEW("1", "") NEW("2", BLOCK("", "", P18 P16, "5")));
	s = open_box(NIL);
	mail_setflag(s, "2", "\\Seen");
	assert_int_equal(mbox_of(s)->late, 0);
	mail_close(s);
	end();
}

/* Somebody has the mailbox: it is tried again, and the flag is not lost. */
static void
test_busy(void **state)
{
	struct mbox_lock lock;
	MAILSTREAM *s, *other;

	(void)state;
	begin();
	box(KEPT NEW("1", ""));
	s = open_box(NIL);
	mail_setflag(s, "2", "\\Seen");
	other = open_box(NIL);
	assert_int_equal(cc_mbox_lock(mbox_of(other), FDLOCK_EX, 0, &lock), 0);
	assert_int_equal(cc_mail_flush(s, true), CC_EBUSY);
	later(s);
	assert_int_equal(mail_ping(s), LONGT);
	assert_int_not_equal(mbox_of(s)->late, 0);
	assert_int_equal(flags(s, 2), fSEEN);
	box_is(KEPT NEW("1", ""));
	cc_mbox_unlock(&lock);
	assert_int_equal(cc_mail_flush(s, true), 0);
	box_is(KEPT NEW("1", BLOCK("RO", "", P17, "8")));
	mail_close(other);
	mail_close(s);
	end();
}

/* Two sessions, each with flags of its own on the same new mail. */
static void
test_two_sessions(void **state)
{
	MAILSTREAM *one, *two;

	(void)state;
	begin();
	box(KEPT NEW("1", "") NEW("2", ""));
	one = open_box(NIL);
	two = open_box(NIL);
	mail_setflag(one, "2", "\\Seen");
	mail_setflag(two, "2:3", "\\Flagged");
	mail_clearflag(two, "2", "\\Flagged");
	mail_setflag(two, "2", "\\Answered");
	deliver(NEW("3", ""));
	assert_int_equal(cc_mail_flush(one, true), 0);
	assert_int_equal(cc_mail_flush(two, true), 0);
	assert_int_equal(mail_ping(one), LONGT);
	assert_int_equal(mail_ping(two), LONGT);
	for (int i = 0; i < 2; i++) {
		MAILSTREAM *s = i ? two : one;

		assert_int_equal(s->nmsgs, 4);
		assert_int_equal(flags(s, 2) & ~(unsigned)fOLD,
		    fSEEN | fANSWERED);
		assert_int_equal(flags(s, 3) & ~(unsigned)fOLD, fFLAGGED);
		expect_text(s, 3, "text 2\n");
		expect_text(s, 4, "text 3\n");
	}
	mail_close(one);
	mail_close(two);
	end();
}

/* ------------------------------------------------------------------- kills */

#define FULL                                                                   \
	KEPT NEW("1", "") NEW("2", BLOCK("O", "", P18, "9")) NEW("3", "")      \
	    NEW("4", "")

static void
flag_and_die(size_t step)
{
	MAILSTREAM *s = open_box(NIL);

	mbox_of(s)->step_max = step;
	death.count = 0;
	mail_setflag(s, "2,4", "\\Flagged");
	(void)cc_mail_flush(s, true);
}

static void
expect_all(bool done)
{
	static const char *const texts[] = { "kept\n", "text 1\n", "text 2\n",
		"text 3\n", "text 4\n" };
	MAILSTREAM *s = open_box(NIL);

	assert_int_equal(s->nmsgs, COUNT(texts));
	assert_int_equal(s->uid_validity, 1709629200);
	for (unsigned long i = 1; i <= COUNT(texts); i++) {
		expect_text(s, i, texts[i - 1]);
		assert_int_equal(uid(s, i), i == 1 ? 7 : i + 6);
		if (done && (i == 2 || i == 4))
			assert_int_equal(flags(s, i) & fFLAGGED, fFLAGGED);
		else if (i != 2 && i != 4)
			assert_int_equal(flags(s, i) & fFLAGGED, 0);
	}
	mail_close(s);
}

/* Wherever it is killed all mail is there with its UID; and behind the last
 * call the flags are. */
static void
test_killed(void **state)
{
	static const size_t steps[] = { 0, 300 };

	(void)state;
	for (size_t k = 0; k < COUNT(steps); k++)
		for (int how = BEFORE; how < HOWS; how++)
			for (int n = 1, more = 1; more; n += stride()) {
				MAILSTREAM *s;

				begin();
				box(FULL);
				s = open_box(NIL); /* UIDs are on disk */
				more = !run_until(n, (enum how)how,
				    flag_and_die, steps[k]);
				mail_close(s);
				expect_all(!more);
				end();
			}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_where_it_is_written),
		cmocka_unit_test(test_delivery_to_a_large_mailbox),
		cmocka_unit_test(test_new_keyword),
		cmocka_unit_test(test_unused_keywords),
		cmocka_unit_test(test_busy),
		cmocka_unit_test(test_two_sessions),
		cmocka_unit_test(test_killed),
	};

	return cmocka_run_group_tests(tests, choose_seed, NULL);
}
