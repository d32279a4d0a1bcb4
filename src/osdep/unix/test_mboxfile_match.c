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
#define A(n) LOOK "text of " n "\n\n"

/* Behind the reserve: of what the file carried others may have told more. */
#define NEXT 1008

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
	/* those that look alike: by all their octets */
	{ "of two alike the first gone", A("1") A("2"), A("2"), { 2 }, { "2" },
	    1 },
	{ "of two alike the second gone", A("1") A("2"), A("1"), { 1 }, { "1" },
	    1 },
	{ "of three alike the second gone", A("1") A("2") A("3"), A("1") A("3"),
	    { 1, 3 }, { "1", "3" }, 1 },
	{ "two alike turned round", A("1") A("2"), A("2") A("1"), { 2, 3 },
	    { "2", "1" }, 1 },
	{ "of two alike one gone, one new", A("1") A("2"), A("2") A("3"),
	    { 2, 3 }, { "2", "3" }, 1 },
	{ "of two alike one is another", A("1") A("2"), A("1") A("3"), { 1, 3 },
	    { "1", "3" }, 1 },
	{ "another one in front of two alike", A("1") A("2"),
	    A("3") A("1") A("2"), { 3, 4, 5 }, { "3", "1", "2" }, 2 },
	{ "one is another", A("1"), A("2"), { 2 }, { "2" }, 1 },
	{ "one in front of the other", A("1"), A("2") A("1"), { 2, 3 },
	    { "2", "1" }, 1 },
	{ "one alike comes later", A("1"), A("1") A("2"), { 1, 2 },
	    { "1", "2" }, 0 },
	{ "of two copies one gone", A("1") A("1"), A("1"), { 1 }, { "1" }, 1 },
	{ "two copies, and one alike between", A("1") A("1"),
	    A("1") A("2") A("1"), { 1, 3, 4 }, { "1", "2", "1" }, 1 },
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
	    U("b", "4") U("c", "6") M("d"), { 4, 6, NEXT }, { "b", "c", "d" },
	    1 },
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
	    U("x", "1") FROM2 "Subject: y\nX-UID: 4\n\ntext of y\n\n",
	    { NEXT, NEXT + 1 }, { "x", "y" }, 2 },
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

/* UIDs of messages that look alike, in no file and with no session that knows
 * them, but in the record. Where that does not fit, there is another
 * UIDVALIDITY. */
static const struct {
	const char *first, *then;
	bool known;
} recorded[] = {
	{ A("1") A("2"), A("1") A("2"), true },
	{ A("1") A("2"), A("2") A("1"), false },
	{ A("1") A("2"), A("2") A("3"), false },
	{ A("1") A("2"), A("1") A("3"), false },
	{ A("1") A("2"), A("1") A("2") A("3"), true },
	{ A("1") A("2"), A("1") A("2") M("x"), true },
	{ A("1"), A("1") A("2"), true },
	{ A("1") M("x"), A("1") M("x") A("2") A("1"), true },
	{ A("1") A("2"), M("x") A("1") A("2"), false },
};

static void
test_recorded(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(recorded); i++) {
		unsigned long validity;
		MAILSTREAM *s;

		begin();
		box(recorded[i].first);
		s = open_box(OP_READONLY);
		validity = s->uid_validity;
		mail_close(s);
		box(recorded[i].then);
		s = open_box(OP_READONLY);
		if (recorded[i].known)
			assert_int_equal(s->uid_validity, validity);
		else
			assert_true(s->uid_validity > validity);
		for (unsigned long n = 1; n <= s->nmsgs; n++)
			assert_int_equal(uid(s, n), n);
		mail_close(s);
		end();
	}
}

/* It grows past what is digested of all messages: the record still fits. */
static void
test_record_while_it_grows(void **state)
{
	struct strbuf text;
	unsigned long validity = 0, v;

	(void)state;
	begin();
	cc_strbuf_init(&text, SIZE_MAX);
	for (unsigned long n = 1; n <= 30; n++) {
		MAILSTREAM *s;

		cc_strbuf_printf(&text, FROM "Subject: %lu\n\n%99999s\n\n", n,
		    "x");
		box_write(text.data, text.len);
		s = open_box(OP_READONLY);
		v = s->uid_validity;
		assert_true(n == 1 || v == validity);
		validity = v;
		assert_int_equal(s->nmsgs, n);
		assert_int_equal(uid(s, n), n);
		mail_close(s);
	}
	cc_strbuf_free(&text);
	end();
}

/* A large mailbox is not parsed again for a delivery: one that looks like a
 * message in it is known all the same when the file is rewritten. */
static void
test_alike_in_a_large_mailbox(void **state)
{
	struct strbuf text;
	MAILSTREAM *s, *next;
	size_t n;

	(void)state;
	begin();
	cc_strbuf_init(&text, SIZE_MAX);
	cc_strbuf_puts(&text, A("1"));
	while (text.len < 5u * 1024 * 1024)
		cc_strbuf_printf(&text, FROM "Subject: %lu\n\n%9000s\n\n",
		    (unsigned long)text.len, "x");
	box_write(text.data, text.len);
	s = open_box(NIL);
	deliver(A("2"));
	assert_int_equal(mail_ping(s), LONGT);
	n = s->nmsgs;
	assert_int_equal(uid(s, n), n);
	next = open_box(OP_READONLY);
	assert_int_equal(uid(next, n), n);
	mail_close(next);
	/* the first one goes */
	cc_strbuf_puts(&text, A("2"));
	box_write(text.data + strlen(A("1")), text.len - strlen(A("1")));
	assert_int_equal(mail_ping(s), LONGT);
	assert_int_equal(s->nmsgs, n - 1);
	assert_int_equal(uid(s, 1), 2);
	assert_int_equal(uid(s, n - 1), n);
	expect_text(s, n - 1, "text of 2\n");
	mail_close(s);
	cc_strbuf_free(&text);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rewrites),
		cmocka_unit_test(test_recorded),
		cmocka_unit_test(test_record_while_it_grows),
		cmocka_unit_test(test_alike_in_a_large_mailbox),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
