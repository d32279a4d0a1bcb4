/*
 * test_mboxfile_match.c - a mailbox that other programs rewrite while a
 * session has it open: which messages keep their UIDs, and that those stay.
 */
#include "test_unix.h"

#define M(n) FROM "Subject: " n "\n\ntext of " n "\n\n"
#define U(n, u) FROM "Subject: " n "\nX-UID: " u "\n\ntext of " n "\n\n"
#define B(n, u) FROM "Subject: " n "\n" BASE "X-UID: " u "\n\ntext of " n "\n\n"
#define MUTT(n, u)                                                             \
	FROM "Subject: " n "\nX-UID: " u                                       \
	     "\nStatus: RO\nContent-Length: 10\nLines: 1\n\ntext of " n "\n\n"
#define LOOK FROM "Subject: alike\n\n"

enum { MAX = 6 };

/* The mailbox before and after; UIDs and the words behind "text of" then. */
static const struct rewrite {
	const char *name, *first, *then;
	unsigned long uids[MAX];
	const char *texts[MAX];
	unsigned expunged;
} rewrites[] = {
	/* UIDs only in the record: by octets */
	{ "nothing", M("a") M("b"), M("a") M("b"), { 1, 2 }, { "a", "b" }, 0 },
	{ "first gone", M("a") M("bb") M("c"), M("bb") M("c"), { 2, 3 },
	    { "bb", "c" }, 1 },
	{ "middle gone", M("a") M("bb") M("c"), M("a") M("c"), { 1, 3 },
	    { "a", "c" }, 1 },
	{ "two gone, one new", M("a") M("b") M("c") M("d"),
	    M("b") M("d") M("e"), { 2, 4, 5 }, { "b", "d", "e" }, 2 },
	{ "all others", M("a") M("b"), M("c") M("d"), { 3, 4 }, { "c", "d" },
	    2 },
	{ "a new one in front", M("a") M("b"), M("c") M("a") M("b"),
	    { 3, 4, 5 }, { "c", "a", "b" }, 2 },
	{ "a new one between", M("a") M("b"), M("a") M("c") M("b"), { 1, 3, 4 },
	    { "a", "c", "b" }, 1 },
	{ "turned round", M("a") M("b") M("c"), M("c") M("b") M("a"),
	    { 3, 4, 5 }, { "c", "b", "a" }, 2 },
	{ "another subject", M("a") M("b"), M("a") M("x"), { 1, 3 },
	    { "a", "x" }, 1 },
	{ "flags added", M("a") M("b"),
	    FROM "Subject: a\nStatus: RO\nX-Status: F\n\ntext of a\n\n" M("b"),
	    { 1, 2 }, { "a", "b" }, 0 },
	{ "emptied", M("a") M("b"), "", { 0 }, { 0 }, 2 },
	/* those that look alike: which of them is gone cannot be told */
	{ "of two alike one gone", LOOK "text of 1\n\n" LOOK "text of 2\n\n",
	    LOOK "text of 2\n\n", { 3 }, { "2" }, 2 },
	{ "two alike moved together",
	    M("a") LOOK "text of 1\n\n" LOOK "text of 2\n\n",
	    LOOK "text of 1\n\n" LOOK "text of 2\n\n", { 2, 3 }, { "1", "2" },
	    1 },
	{ "one more of two alike", LOOK "text of 1\n\n" LOOK "text of 2\n\n",
	    LOOK "text of 1\n\n" LOOK "text of 2\n\n" LOOK "text of 3\n\n",
	    { 1, 2, 3 }, { "1", "2", "3" }, 0 },
	/* UIDs in the file */
	{ "first with X-IMAPbase gone", B("a", "2") U("b", "4") U("c", "6"),
	    U("b", "4") U("c", "6"), { 4, 6 }, { "b", "c" }, 1 },
	{ "the same, by mutt", B("a", "2") U("b", "4") U("c", "6"),
	    MUTT("b", "4") MUTT("c", "6"), { 4, 6 }, { "b", "c" }, 1 },
	{ "the same, with mail", B("a", "2") U("b", "4") U("c", "6"),
	    U("b", "4") U("c", "6") M("d"), { 4, 6, 8 }, { "b", "c", "d" }, 1 },
	{ "internal lines all gone", B("a", "2") U("b", "4") U("c", "6"),
	    M("a") M("b") M("c"), { 2, 4, 6 }, { "a", "b", "c" }, 0 },
	{ "some gone", B("a", "2") U("b", "4") U("c", "6"),
	    B("a", "2") M("b") U("c", "6"), { 2, 4, 6 }, { "a", "b", "c" }, 0 },
	{ "header lines added", B("a", "2") U("b", "4"),
	    B("a", "2") MUTT("b", "4"), { 2, 4 }, { "a", "b" }, 0 },
	{ "disordered", B("a", "2") U("b", "4") U("c", "6"),
	    B("a", "2") U("c", "6") U("b", "4"), { 2, 6, 8 }, { "a", "c", "b" },
	    1 },
	{ "one twice", B("a", "2") U("b", "4") U("c", "6"),
	    B("a", "2") U("b", "4") U("b", "4") U("c", "6"), { 2, 4, 8, 9 },
	    { "a", "b", "b", "c" }, 1 },
	{ "claims of a stranger's", B("a", "2") U("b", "4"),
	    U("x", "1") FROM2 "Subject: y\nX-UID: 4\n\ntext of y\n\n", { 8, 9 },
	    { "x", "y" }, 2 },
};

static void
expect_messages(MAILSTREAM *s, const struct rewrite *t)
{
	char want[64];
	unsigned long n = 0;

	while (n < MAX && t->uids[n] != 0)
		n++;
	assert_int_equal(s->nmsgs, n);
	for (unsigned long i = 0; i < n; i++) {
		assert_int_equal(uid(s, i + 1), t->uids[i]);
		snprintf(want, sizeof(want), "text of %s\n", t->texts[i]);
		expect_text(s, i + 1, want);
	}
}

static void
replace(const char *text)
{
	char other[4096];

	tmpdir_write(&tmp, "home/other", text, strlen(text));
	snprintf(other, sizeof(other), "%s", tmpdir_path(&tmp, "home/other"));
	assert_int_equal(rename(other, tmpdir_path(&tmp, "home/box")), 0);
}

/* One session that is told, a second one that learns of it only later, and one
 * that comes then: all show the same; and at the end the file has it. */
static void
rewritten(const struct rewrite *t, bool by_rename)
{
	unsigned long validity;
	MAILSTREAM *s, *late, *next;

	begin();
	box(t->first);
	s = open_box(NIL);
	validity = s->uid_validity;
	late = open_box(NIL);
	if (by_rename)
		replace(t->then);
	else
		box(t->then);
	test_callbacks_reset();
	assert_int_equal(mail_ping(s), LONGT);
	assert_int_equal(test_callbacks.expunged.count, t->expunged);
	expect_messages(s, t);
	if (t->uids[0] != 0) {
		next = open_box(NIL);
		assert_int_equal(next->uid_validity, validity);
		expect_messages(next, t);
		mail_close(next);
	}
	assert_int_equal(mail_ping(late), LONGT);
	expect_messages(late, t);
	mail_close(late);
	assert_int_equal(mail_ping(s), LONGT);
	expect_messages(s, t);
	assert_int_equal(s->uid_validity, validity);
	mail_close(s);
	if (t->uids[0] != 0) { /* an empty file has no format */
		s = open_box(OP_READONLY);
		assert_int_equal(s->uid_validity, validity);
		expect_messages(s, t);
		mail_close(s);
	}
	end();
}

static void
test_rewrites(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rewrites); i++)
		for (int by_rename = 0; by_rename < 2; by_rename++) {
			print_message("%s%s\n", rewrites[i].name,
			    by_rename ? ", by rename" : "");
			rewritten(&rewrites[i], by_rename != 0);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rewrites),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
