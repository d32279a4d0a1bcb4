/*
 * test_mboxfile_grow.c - deliveries to a large mailbox, of which sessions
 * parse only what is new: no UID that one of them told for a message is told
 * for another by any, whatever they missed of each other, and whoever of them
 * is killed.
 */
#include <sys/mman.h>

#include "test_mboxfile_append.h"
#include "test_mboxfile_kill.h"

enum { UIDS = 64, LARGE = 5 * 1024 * 1024, LINE = 8000, OLD = 3 };

/* The subject under which a UID was told, by any process; 0: never. */
static unsigned long *heard;

static int
setup(void **state)
{
	heard = mmap(NULL, UIDS * sizeof(*heard), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(heard != MAP_FAILED);
	return choose_seed(state);
}

/* Three messages, which carry their UIDs or do not. */
static void
begin_large(bool carried)
{
	struct strbuf b;

	begin();
	listen();
	memset(heard, 0, UIDS * sizeof(*heard));
	cc_strbuf_init(&b, SIZE_MAX);
	for (int i = 1; i <= OLD; i++) {
		cc_strbuf_printf(&b, FROM "Subject: %d\n", i);
		cc_strbuf_puts(&b, "\ntext\n");
		while (i == 2 && b.len < LARGE)
			cc_strbuf_printf(&b, "%*d\n", LINE, i);
		cc_strbuf_putc(&b, '\n');
	}
	box_write(b.data, b.len);
	cc_strbuf_free(&b);
	if (carried) {
		MAILSTREAM *s = open_box(NIL);

		mail_check(s);
		mail_close(s);
	}
}

/* Mail of its own length: others may be where one was taken out. */
static void
come(unsigned long subject)
{
	char text[4096];

	snprintf(text, sizeof(text), FROM2 "Subject: %lu\n\n%*lu\n\n", subject,
	    (int)subject * 40, subject);
	deliver(text);
}

static unsigned long
subject_of(MAILSTREAM *s, unsigned long msgno)
{
	unsigned long subject;
	struct strbuf b;

	assert_int_equal(get(s, msgno, MAIL_HEADER, &b), 0);
	assert_memory_equal(b.data, "Subject: ", 9);
	subject = strtoul(b.data + 9, NULL, 10);
	cc_strbuf_free(&b);
	return subject;
}

/* What a client does that asks for all UIDs. True if what was delivered was
 * taken in without a parse of the whole. */
static bool
tell(MAILSTREAM *s)
{
	bool grown;

	assert_int_equal(mail_ping(s), LONGT);
	grown = ((struct mbox *)s->local)->stale;
	for (unsigned long n = 1; n <= s->nmsgs; n++) {
		unsigned long u = uid(s, n), subject = subject_of(s, n);

		assert_true(u > 0 && u < UIDS);
		if (heard[u] != 0)
			assert_int_equal(heard[u], subject);
		heard[u] = subject;
	}
	return grown;
}

/* A session whose last message was read: growth alone is noticed then. */
static MAILSTREAM *
open_told(void)
{
	MAILSTREAM *s = open_box(NIL);

	tell(s);
	return s;
}

/* Sessions that were there, and one that comes, tell the same. */
static void
expect_agreement(MAILSTREAM *s)
{
	MAILSTREAM *next = open_box(OP_READONLY);

	tell(next);
	assert_int_equal(next->nmsgs, s->nmsgs);
	for (unsigned long n = 1; n <= s->nmsgs; n++)
		assert_int_equal(uid(next, n), uid(s, n));
	mail_close(next);
}

static void
take_out_last(MAILSTREAM *s)
{
	char number[24];

	snprintf(number, sizeof(number), "%lu", s->nmsgs);
	mail_flag(s, number, "\\Deleted", ST_SET);
	assert_true(mail_expunge(s));
}

/* Each delivery costs no more than itself, whoever sees it first. */
static void
test_in_turn(void **state)
{
	(void)state;
	for (int carried = 0; carried < 2; carried++) {
		MAILSTREAM *s[2];

		begin_large(carried);
		s[0] = open_told();
		s[1] = open_told();
		for (unsigned i = 0; i < 6; i++) {
			come(OLD + 1 + i);
			assert_true(tell(s[i & 1]));
			assert_true(tell(s[~i & 1]));
			assert_int_equal(uid(s[i & 1], s[i & 1]->nmsgs),
			    OLD + 1 + i);
		}
		expect_agreement(s[0]);
		mail_close(s[0]);
		mail_close(s[1]);
		end();
	}
}

enum way { EXPUNGED, APPENDED, REMOVED, WAYS };

/* A message comes and goes, and s sees both. */
static void
come_and_go(MAILSTREAM *s, enum way way, unsigned long subject)
{
	const char *path = tmpdir_path(&tmp, "home/box");
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	if (way == APPENDED)
		append("Subject: 9\r\n\r\ntext\r\n");
	else
		come(subject);
	tell(s);
	if (way == REMOVED)
		assert_int_equal(truncate(path, st.st_size), 0);
	else
		take_out_last(s);
	tell(s);
}

/* One session sees several come and go before the other looks: deliveries that
 * it or another program removes, and appends. Their UIDs are only in the
 * record, or only at the front of the file. */
static void
test_come_and_gone(void **state)
{
	(void)state;
	for (int i = 0; i < 2 * WAYS; i++)
		for (unsigned gone = 1; gone <= 3; gone++) {
			MAILSTREAM *s, *late;

			begin_large(i & 1);
			s = open_told();
			late = open_told();
			for (unsigned k = 0; k < gone; k++)
				come_and_go(s, (enum way)(i / 2), 4 + k);
			come(10);
			assert_true(tell(late) || !(i & 1));
			assert_int_equal(uid(late, late->nmsgs),
			    OLD + 1 + gone);
			come(11);
			tell(s);
			expect_agreement(s);
			tell(late);
			expect_agreement(late);
			mail_close(s);
			mail_close(late);
			end();
		}
}

/* What is new for a session was told by others, partly; one has its UID from
 * an append, which another delivery follows. */
static void
test_partly_told(void **state)
{
	(void)state;
	for (int carried = 0; carried < 2; carried++)
		for (int appended = 0; appended < 2; appended++) {
			MAILSTREAM *s, *late;

			begin_large(carried);
			s = open_told();
			late = open_told();
			come(4);
			tell(s);
			take_out_last(s);
			come(5);
			tell(s);
			if (appended)
				append("Subject: 6\r\n\r\ntext\r\n");
			come(7);
			tell(late);
			expect_agreement(late);
			tell(s);
			expect_agreement(s);
			mail_close(s);
			mail_close(late);
			end();
		}
}

/* Copies that lie in the mailbox with their UIDs count in the record as soon
 * as any message has none: so they do for who did not look at them yet. */
static void
test_copies_before(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin_large(true);
	come(20);
	come(20);
	s = open_box(NIL);
	mail_check(s);
	mail_close(s);
	s = open_told();
	for (unsigned i = 0; i < 3; i++) {
		come(21 + i);
		assert_true(tell(s));
		expect_agreement(s);
	}
	mail_close(s);
	end();
}

/* ------------------------------------------------------------------- kills */

/* Mail comes and goes in the sight of one who is killed meanwhile. */
static void
watch(size_t unused)
{
	int at = death.at;
	MAILSTREAM *s;

	(void)unused;
	death.at = 0; /* only of interest from here on */
	s = open_told();
	for (unsigned i = 0; i < 3; i++) {
		death.at = 0;
		come(4 + i);
		death.at = at;
		if (i == 0)
			death.count = 0;
		tell(s);
		if (i < 2)
			take_out_last(s);
	}
	death.at = 0;
	mail_close(s);
}

static void
test_killed_watcher(void **state)
{
	(void)state;
	for (int carried = 0; carried < 2; carried++)
		for (enum how how = BEFORE; how < HOWS; how += 2) {
			bool lived = false;

			for (int n = 1; !lived; n += stride()) {
				MAILSTREAM *late;

				begin_large(carried);
				late = open_told();
				lived = run_until(n, how, watch, 0);
				come(10);
				tell(late);
				expect_agreement(late);
				come(11);
				mail_close(open_told());
				tell(late);
				expect_agreement(late);
				mail_close(late);
				end();
			}
		}
}

static off_t
size_now(void)
{
	struct stat st;

	assert_int_equal(stat(tmpdir_path(&tmp, "home/box"), &st), 0);
	return st.st_size;
}

/* The last message, whose place is known, goes, and one of the same length
 * comes where it was: what follows it is not all that is new. */
static void
test_another_in_its_place(void **state)
{
	const char head[] = FROM2 "Subject: 4\n\n";
	MAILSTREAM *a, *b;
	struct strbuf text;
	off_t room;

	(void)state;
	begin_large(true);
	a = open_told();
	b = open_told();
	room = size_now();
	take_out_last(a);
	room -= size_now();
	cc_strbuf_init(&text, SIZE_MAX);
	cc_strbuf_puts(&text, head);
	assert_true(room > (off_t)text.len + 2);
	while ((off_t)text.len < room - 2)
		cc_strbuf_putc(&text, 'x');
	cc_strbuf_puts(&text, "\n\n");
	deliver(cc_strbuf_str(&text));
	cc_strbuf_free(&text);
	come(5);
	assert_int_equal(mail_ping(b), LONGT);
	assert_false(((struct mbox *)b->local)->stale);
	assert_int_equal(mail_ping(b), LONGT);
	tell(b);
	assert_int_equal(b->nmsgs, 4);
	assert_int_equal(subject_of(b, 3), 4);
	mail_close(a);
	expect_agreement(b);
	mail_close(b);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_turn),
		cmocka_unit_test(test_come_and_gone),
		cmocka_unit_test(test_partly_told),
		cmocka_unit_test(test_copies_before),
		cmocka_unit_test(test_another_in_its_place),
		cmocka_unit_test(test_killed_watcher),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
