/*
 * test_mboxfile_append.c - what an append leaves in a mailbox file, octet for
 * octet; UIDs; what is told; many sessions and programs that keep locks.
 */
#include <sys/wait.h>

#include "mboxfile_append.h"
#include "test_mboxfile_append.h"

#define FROM_NEW "From ann@mail.example Tue Mar  5 09:04:00 2024 +0000\n"
#define PAD19 "                   "
#define NO_FLAGS "Status: \nX-Status: \nX-Keywords:" PAD19 "\n"

static void
begin_append(void)
{
	begin();
	mail_parameters(NIL, SET_LOCALHOST, (void *)"mail.example");
	listen();
}

/* ---------------------------------------------------------------- octets */

/* The step of the vectors, as the original toolkit made it. */
static void
test_vector(void **state)
{
	(void)state;
	begin_append();
	box_from("tests/vectors/steps/unix/0");
	assert_int_equal(append_to("box", JAM, strlen(JAM), "(\\Flagged Later)",
			     DATE),
	    LONGT);
	box_is_file("tests/vectors/steps/unix/1-append");
	assert_int_equal(told.calls, 1);
	assert_int_equal(told.uidvalidity, 1709629200);
	assert_int_equal(told.first, 8);
	assert_int_equal(told.last, 8);
	end();
}

/* What becomes of a text in a mailbox that has UIDs: behind BASE's message. */
static const struct {
	const char *in;
	size_t len; /* 0: up to its NUL */
	const char *header, *body;
	long widget_off;
} texts[] = {
	{ "A: b\r\n\r\ntext\r\n", 0, "A: b\n", "text\n", 0 },
	{ "A: b\n\ntext\n", 0, "A: b\n", "text\n", 0 },
	{ "A: b\r\n\r\ntext", 0, "A: b\n", "text\n", 0 },
	{ "A: b\r\n\r\n", 0, "A: b\n", "", 0 },
	{ "A: b\r\n", 0, "A: b\n", "", 0 },
	{ "A: b", 0, "A: b\n", "", 0 },
	{ "\r\nno header\r\n", 0, "", "no header\n", 0 },
	{ "x", 0, "x\n", "", 0 },
	{ "\r", 0, "", "", 0 },
	{ "A: b\r\n\r\na\rb\r\r\nc\r\n", 0, "A: b\n", "ab\nc\n", 0 },
	{ "A: b\r\n\r\r\nc\r\n", 0, "A: b\n", "c\n", 0 },
	{ "A: \0\r\n\r\n\0\0x\r\n", 13, "A: \x80\n", "\x80\x80x\n", 0 },
	{ "A: b\r\n\r\nFrom x\r\n>From y\r\n From z\r\n", 0, "A: b\n",
	    ">From x\n>From y\n From z\n", 0 },
	{ "A: b\r\n\r\nFrom x\r\nFrom u Thu Jun  6 14:07 2002\r\n", 0, "A: b\n",
	    "From x\n>From u Thu Jun  6 14:07 2002\n", 1 },
	{ "A: b\r\n\r\nFrom u Thu Jun  6 14:07 2002", 0, "A: b\n",
	    ">From u Thu Jun  6 14:07 2002\n", 1 },
	{ "A: b\r\n\r\nFrom x", 0, "A: b\n", "From x\n", 1 },
	{ "From u Thu Jun  6 14:07 2002\r\nA: b\r\n\r\nc\r\n", 0,
	    ">From u Thu Jun  6 14:07 2002\nA: b\n", "c\n", 0 },
	/* every line that looks internal, not only up to the first with X */
	{ "X-UID: 5\r\nX-Status: D\r\nStatus: RO\r\nX-IMAP: 1 2\r\n"
	  "X-IMAPbase: 3 4 k\r\nX-Keywords: Work\r\nX-Mailer: m\r\n"
	  "X-Status: D\r\n\r\nStatus: RO\r\n",
	    0,
	    "X-Original-X-UID: 5\nX-Original-X-Status: D\n"
	    "X-Original-Status: RO\nX-Original-X-IMAP: 1 2\n"
	    "X-Original-X-IMAPbase: 3 4 k\nX-Original-X-Keywords: Work\n"
	    "X-Mailer: m\nX-Original-X-Status: D\n",
	    "Status: RO\n", 0 },
	{ "status: D\r\nX-uid : 9\r\nSta\rtus: D\r\nStatus\r\nStatuses: x\r\n"
	  "\r\n",
	    0,
	    "X-Original-status: D\nX-Original-X-uid : 9\n"
	    "X-Original-Status: D\nX-Original-Status\nStatuses: x\n",
	    "", 0 },
	{ "A: b\r\n c\r\nStatus: D\r\n E\r\n\r\n", 0,
	    "A: b\n c\nX-Original-Status: D\n E\n", "", 0 },
};

#define OLD_BASE                                                               \
	FROM "X-IMAPbase: 1709629200 %d Work\n"                                \
	     "Status: O\nX-Status: \nX-Keywords:" PAD19                        \
	     "\nX-UID: 7\n\nold\n\n"

static void
test_texts(void **state)
{
	char old[1024], want[2048];

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		size_t len = texts[i].len ? texts[i].len : strlen(texts[i].in);

		begin_append();
		cc_env()->from_widget = !texts[i].widget_off;
		snprintf(old, sizeof(old), OLD_BASE, 7);
		box(old);
		assert_int_equal(append_to("box", texts[i].in, len, NIL, DATE),
		    LONGT);
		snprintf(old, sizeof(old), OLD_BASE, 8);
		snprintf(want, sizeof(want),
		    "%s" FROM_NEW "%s" NO_FLAGS "X-UID: 8\n\n%s\n", old,
		    texts[i].header, texts[i].body);
		box_is(want);
		end();
	}
}

/* Cut at every octet, in STRINGs and in our own buffers it is the same. */
static void
test_long_lines(void **state)
{
	static const size_t sizes[] = { 1022, 1023, 1024, 65535, 65536, 65537,
		262143, 262144, 262145, 400000 };
	struct strbuf in, want, got;

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		begin_append();
		box("");
		cc_strbuf_init(&in, SIZE_MAX);
		cc_strbuf_init(&want, SIZE_MAX);
		cc_strbuf_puts(&in, "Status: ");
		cc_strbuf_puts(&want, "X-Original-Status: ");
		for (size_t k = 0; k < sizes[i]; k++) {
			cc_strbuf_putc(&in, 'a' + (int)(k % 26));
			cc_strbuf_putc(&want, 'a' + (int)(k % 26));
		}
		cc_strbuf_puts(&in, "\r\n\r\nFrom ");
		cc_strbuf_puts(&want, "\n\n");
		for (size_t k = 0; k < sizes[i]; k++)
			cc_strbuf_putc(&in, 'F');
		cc_strbuf_puts(&in, "\r\nFrom");
		assert_int_equal(append(cc_strbuf_str(&in)), LONGT);
		box_read(&got);
		assert_non_null(strstr(got.data, "\nX-IMAPbase: "));
		assert_memory_equal(strchr(got.data, '\n') + 1, want.data,
		    want.len - 1);
		assert_non_null(strstr(got.data, "\n>From FFF"));
		assert_string_equal(got.data + got.len - 7, "\nFrom\n\n");
		cc_strbuf_free(&in);
		cc_strbuf_free(&want);
		cc_strbuf_free(&got);
		end();
	}
}

#define BASE_TO "X-IMAPbase: 1709629200 "

static const struct {
	const char *old; /* behind the last UID */
	const char *want;
} ends[] = {
	{ " Work\nX-UID: 7\n\nold\n\n", "" },
	/* the last message lacks its separator, or more */
	{ " Work\nX-UID: 7\n\nold\n", "\n" },
	{ " Work\nX-UID: 7\n\nold", "\n\n" },
	{ " Work\nX-UID: 7\n\n", "\n" },
	{ " Work\nX-UID: 7\n", "\n" },
	{ " Work\nX-UID: 7\nSubj", "\n\n" },
	{ " Work\nX-UID: 7\n\nold\n\n\n\n", "" },
};

static void
test_file_ends(void **state)
{
	char text[1024], want[2048];

	(void)state;
	for (size_t i = 0; i < COUNT(ends); i++) {
		begin_append();
		snprintf(text, sizeof(text), FROM BASE_TO "7%s", ends[i].old);
		box(text);
		assert_int_equal(append("A: b\r\n\r\nc\r\n"), LONGT);
		snprintf(want, sizeof(want),
		    FROM BASE_TO "8%s%s" FROM_NEW "A: b\n" NO_FLAGS
				 "X-UID: 8\n\nc\n\n",
		    ends[i].old, ends[i].want);
		box_is(want);
		assert_int_equal(told.first, 8);
		end();
	}
}

/* ------------------------------------------------------------------- UIDs */

/* The mailbox has n messages, the last with this UID, and the file says so by
 * itself. */
static unsigned long
expect_last(unsigned long n, unsigned long want)
{
	MAILSTREAM *s = open_box(OP_READONLY);
	unsigned long v = s->uid_validity;

	assert_int_equal(s->nmsgs, n);
	assert_int_equal(uid(s, n), want);
	assert_int_equal(s->uid_last, want);
	mail_close(s);
	return v;
}

static void
test_empty_file(void **state)
{
	(void)state;
	begin_append();
	mail_parameters(NIL, SET_USERNAME, (void *)"ann");
	box("");
	assert_int_equal(append("A: b\r\n\r\nc\r\n"), LONGT);
	assert_int_equal(told.calls, 1);
	assert_int_equal(told.first, 1);
	assert_int_equal(expect_last(1, 1), told.uidvalidity);
	assert_int_equal(append("A: c\r\n\r\nc\r\n"), LONGT);
	assert_int_equal(told.first, 2);
	assert_int_equal(expect_last(2, 2), told.uidvalidity);
	assert_false(tmpdir_has(&tmp, "home/.cedar-redo"));
	end();
}

/* A file that was only delivered into gets its UIDs. */
static void
test_pristine_file(void **state)
{
	struct strbuf b;

	(void)state;
	begin_append();
	box(FROM "Subject: 1\n\none\n\n" FROM2 "Subject: 2\n\ntwo\n\n");
	assert_int_equal(append("A: b\r\n\r\nc\r\n"), LONGT);
	assert_int_equal(told.first, 3);
	assert_int_equal(expect_last(3, 3), told.uidvalidity);
	box_read(&b);
	assert_non_null(strstr(b.data, "X-UID: 2\n"));
	assert_null(strstr(b.data, "Status: O")); /* still \Recent */
	cc_strbuf_free(&b);
	end();
}

/* Deliveries between appends, with and without a look at the mailbox. */
static void
test_deliveries_between(void **state)
{
	(void)state;
	begin_append();
	box("");
	for (int i = 0; i < 5; i++) {
		assert_int_equal(append("A: b\r\n\r\nc\r\n"), LONGT);
		assert_int_equal(told.first, 2 * i + 1);
		deliver(FROM "Subject: d\n\nd\n\n");
		if (i % 2)
			expect_last((unsigned long)(2 * i + 2),
			    (unsigned long)(2 * i + 2));
	}
	assert_int_equal(expect_last(10, 10), told.uidvalidity);
	end();
}

/* Across 9, 99, 999: the number at the front gets longer. */
static void
test_numbers_grow(void **state)
{
	static const unsigned long lasts[] = { 8, 9, 98, 99, 998, 999, 9998,
		99998, 999999998, 4278190078 };
	char text[1024];

	(void)state;
	for (size_t i = 0; i < COUNT(lasts); i++) {
		begin_append();
		snprintf(text, sizeof(text),
		    FROM "X-IMAPbase: 1709629200 %lu\nStatus: RO\nX-Status: \n"
			 "X-Keywords:\nX-UID: 7\n\nold\n\n",
		    lasts[i]);
		box(text);
		assert_int_equal(append("A: b\r\n\r\nc\r\n"), LONGT);
		assert_int_equal(told.first, lasts[i] + 1);
		assert_int_equal(expect_last(2, lasts[i] + 1), 1709629200);
		if (lasts[i] < 4278190078) {
			assert_int_equal(append("A: b\r\n\r\nc\r\n"), LONGT);
			assert_int_equal(told.first, lasts[i] + 2);
			assert_int_equal(expect_last(3, lasts[i] + 2),
			    1709629200);
		}
		end();
	}
}

static void
test_no_uid_left(void **state)
{
	(void)state;
	begin_append();
	box(FROM "X-IMAPbase: 1709629200 4278190079\nX-UID: 7\n\nold\n\n");
	assert_int_equal(append("A: b\r\n\r\nc\r\n"), LONGT);
	assert_int_equal(told.calls, 0);
	end();
}

/* A UID that was used does not come again when others take the message out. */
static void
test_uid_is_not_given_again(void **state)
{
	struct strbuf b;

	(void)state;
	begin_append();
	box("");
	for (int i = 0; i < 3; i++)
		assert_int_equal(append("A: b\r\n\r\nc\r\n"), LONGT);
	assert_int_equal(told.first, 3);
	box_read(&b);
	/* the third message is cut off */
	*strstr(strstr(b.data + 10, "\nFrom ann") + 10, "\nFrom ann") = '\0';
	box(b.data);
	deliver("\n");
	cc_strbuf_free(&b);
	assert_int_equal(append("A: b\r\n\r\nc\r\n"), LONGT);
	assert_int_equal(told.first, 4);
	assert_int_equal(expect_last(3, 4), told.uidvalidity);
	end();
}

static void
test_internal_data_message(void **state)
{
	struct strbuf b;

	(void)state;
	begin_append();
	box_from("tests/vectors/unix-pseudo.mbox");
	assert_int_equal(append("A: b\r\n\r\nc\r\n"), LONGT);
	assert_int_equal(told.first, 8);
	assert_int_equal(told.uidvalidity, 1709629200);
	box_read(&b);
	assert_non_null(strstr(b.data,
	    "X-IMAP: 1709629200 0000000008 Work Later\n"));
	cc_strbuf_free(&b);
	expect_last(3, 8);
	end();
}

static void
test_uids_switched_off(void **state)
{
	(void)state;
	begin_append();
	cc_env()->no_unix_uids = 1;
	box("");
	assert_int_equal(append_to("box", "A: b\r\n\r\nc\r\n", 11,
			     "(\\Seen Work)", DATE),
	    LONGT);
	assert_int_equal(told.calls, 0);
	box_is(FROM_NEW "A: b\nStatus: R\nX-Status: \n\nc\n\n");
	end();
}

/* --------------------------------------------------------------- keywords */

static void
test_keywords(void **state)
{
	MAILSTREAM *s;
	char list[256];
	size_t n = 0;

	(void)state;
	begin_append();
	box(FROM "X-IMAPbase: 1709629200 7 Work\nX-UID: 7\n\nold\n\n");
	assert_int_equal(append_to("box", JAM, strlen(JAM),
			     "(\\Seen \\Draft wORK New)", DATE),
	    LONGT);
	s = open_box(NIL);
	assert_int_equal(s->nmsgs, 2);
	assert_string_equal(s->user_flags[0], "Work");
	assert_string_equal(s->user_flags[1], "New");
	assert_int_equal(keywords(s, 2), 3);
	assert_int_equal(flags(s, 2), fSEEN | fDRAFT);
	mail_close(s);
	/* thirty is all there can be */
	for (int i = 0; i < 28; i++)
		n += (size_t)snprintf(list + n, sizeof(list) - n, " k%d", i);
	assert_int_equal(append_to("box", JAM, strlen(JAM), list, DATE), LONGT);
	assert_int_equal(append_to("box", JAM, strlen(JAM), "k3 Late", DATE),
	    LONGT);
	assert_string_equal(test_callbacks.log, "Unknown flag: Late");
	s = open_box(NIL);
	assert_int_equal(keywords(s, 4), 1u << 5);
	mail_close(s);
	end();
}

static void
test_bad_flags_and_dates(void **state)
{
	(void)state;
	begin_append();
	box(MSG);
	assert_int_equal(append_to("box", JAM, strlen(JAM), NIL, "yesterday"),
	    NIL);
	assert_string_equal(test_callbacks.log,
	    "Bad date in append: yesterday");
	assert_int_equal(append_to("box", JAM, 0, NIL, NIL), NIL);
	assert_string_equal(test_callbacks.log,
	    "Append of zero-length message");
	box_is(MSG);
	assert_int_equal(append_to("box", JAM, strlen(JAM), "\\Weird", NIL),
	    LONGT);
	assert_string_equal(test_callbacks.log,
	    "Unsupported system flag: \\Weird");
	end();
}

/* --------------------------------------------------------------- many, none */

static void
test_multiple(void **state)
{
	static const char *const three[] = { "A: 1\r\n\r\n1\r\n",
		"A: 2\r\n\r\n2\r\n", "A: 3\r\n\r\n3\r\n" };
	static const char *const bodies[] = { "1\n", "2\n", "3\n" };
	static const char *const bad[] = { "A: 4\r\n\r\n4\r\n", "" };
	MAILSTREAM *s;

	(void)state;
	begin_append();
	box("");
	assert_int_equal(append_all(three, 3, LONGT), LONGT);
	assert_int_equal(told.first, 1);
	assert_int_equal(told.last, 3);
	/* the program gives up, or one is wrong: nothing is there */
	assert_int_equal(append_all(three, 2, NIL), NIL);
	assert_int_equal(append_all(bad, 2, LONGT), NIL);
	assert_int_equal(append_all(bad, 0, LONGT), LONGT);
	assert_int_equal(told.calls, 0);
	s = open_box(NIL);
	assert_int_equal(s->nmsgs, 3);
	for (unsigned i = 1; i <= 3; i++) {
		assert_int_equal(uid(s, i), i);
		expect_text(s, i, bodies[i - 1]);
	}
	mail_close(s);
	end();
}

static void
test_no_such_mailbox(void **state)
{
	(void)state;
	begin_append();
	assert_int_equal(append_to("none", JAM, strlen(JAM), NIL, NIL), NIL);
	assert_string_equal(test_callbacks.notify,
	    "[TRYCREATE] Must create mailbox before append");
	assert_int_equal(append_to("INBOX", JAM, strlen(JAM), NIL, NIL), LONGT);
	assert_int_equal(told.first, 1);
	assert_true(tmpdir_has(&tmp, "spool"));
	tmpdir_write(&tmp, "home/other", "no mailbox\n", 11);
	assert_int_equal(append_to("other", JAM, strlen(JAM), NIL, NIL), NIL);
	tmpdir_expect(&tmp, "home/other", "no mailbox\n");
	end();
}

static void
test_read_only_file(void **state)
{
	(void)state;
	if (geteuid() == 0)
		skip();
	begin_append();
	box(MSG);
	assert_int_equal(chmod(tmpdir_path(&tmp, "home/box"), 0400), 0);
	assert_int_equal(append(JAM), NIL);
	assert_string_equal(test_callbacks.log,
	    "Can't append to mailbox box: permission denied");
	end();
}

static void
test_times(void **state)
{
	struct stat st;

	(void)state;
	begin_append();
	box("");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(append(JAM), LONGT);
		assert_int_equal(stat(tmpdir_path(&tmp, "home/box"), &st), 0);
		assert_int_equal(st.st_mtim.tv_sec - st.st_atim.tv_sec, 1);
		assert_int_equal(st.st_mtim.tv_nsec, st.st_atim.tv_nsec);
	}
	end();
}

/* -------------------------------------------------- beside other sessions */

static void
test_selected_mailbox(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin_append();
	box(MSG);
	s = open_box(NIL);
	for (unsigned i = 2; i < 6; i++) {
		assert_int_equal(append(JAM), LONGT);
		assert_int_equal(told.first, i);
		assert_int_equal(told.uidvalidity, s->uid_validity);
		assert_int_equal(mail_ping(s), LONGT);
		assert_int_equal(s->nmsgs, i);
		assert_int_equal(uid(s, i), i);
		if (i == 3) {
			mail_flag(s, "1", "\\Deleted Word", ST_SET);
			mail_check(s);
		}
	}
	mail_expunge(s);
	assert_int_equal(append(JAM), LONGT);
	assert_int_equal(told.first, 6);
	assert_int_equal(mail_ping(s), LONGT);
	assert_int_equal(s->nmsgs, 5);
	assert_int_equal(uid(s, 5), 6);
	mail_close(s);
	assert_int_equal(expect_last(5, 6), told.uidvalidity);
	end();
}

/* A program that keeps the inode lock, as the original does. */
static pid_t
keep_lock(int *end_r)
{
	int ready[2], over[2];
	char c;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(over), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct inodelock lock;
		struct stat st;

		close(over[1]);
		if (stat(tmpdir_path(&tmp, "home/box"), &st) != 0 ||
		    cc_inodelock_get(&lock, &st, FDLOCK_EX, 0, NULL) != 0 ||
		    !like_the_original(&lock) ||
		    cc_inodelock_put_pid(&lock) != 0 ||
		    write(ready[1], "+", 1) != 1)
			_exit(1);
		(void)!read(over[0], &c, 1);
		cc_inodelock_release(&lock);
		_exit(0);
	}
	close(over[0]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	*end_r = over[1];
	return pid;
}

static void
test_kept_by_another(void **state)
{
	char old[1024], want[4096];
	int over, status;
	pid_t pid;

	(void)state;
	begin_append();
	snprintf(old, sizeof(old), OLD_BASE, 7);
	box(old);
	pid = keep_lock(&over);
	assert_int_equal(append("A: b\r\n\r\nc\r\n"), LONGT);
	assert_int_equal(append_to("box", "A: b\r\n\r\nd\r\n", 11,
			     "(\\Seen Work New)", DATE),
	    LONGT);
	assert_int_equal(told.calls, 0);
	assert_string_equal(test_callbacks.log, "Unknown flag: New");
	snprintf(want, sizeof(want),
	    "%s" FROM_NEW "A: b\n" NO_FLAGS "\nc\n\n" FROM_NEW
	    "A: b\nStatus: R\nX-Status: \nX-Keywords: Work%.13s\n\nd\n\n",
	    old, PAD19);
	box_is(want);
	close(over);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	/* and when it is gone, all get their UIDs */
	assert_int_equal(append("A: b\r\n\r\ne\r\n"), LONGT);
	assert_int_equal(told.first, 10);
	assert_int_equal(expect_last(4, 10), 1709629200);
	end();
}

/* ------------------------------------------------------------------- copy */

static void
test_copy(void **state)
{
	MAILSTREAM *s;
	char want[4096];

	(void)state;
	begin_append();
	tmpdir_write(&tmp, "home/to", "", 0);
	box(FROM "X-IMAPbase: 5 9 Work Later\nStatus: RO\nX-Status: A\n"
		 "X-Keywords: Later\nX-UID: 4\nA: 1\n\n>From x\n\n" FROM2
		 "A: 2\nX-UID: 9\n\ntwo\r\nb\n\n" FROM3
		 "A: 3\nX-UID: 12\n\nthree");
	s = open_box(NIL);
	assert_int_equal(mail_copy_full(s, "4,9:*", "to", CP_UID), LONGT);
	assert_int_equal(told.calls, 1);
	assert_int_equal(told.first, 1);
	assert_int_equal(told.last, 3);
	assert_int_equal(told.source, 4);
	assert_int_equal(told.sources, 3);
	snprintf(want, sizeof(want),
	    FROM "A: 1\nX-IMAPbase: %lu 3 Later\nStatus: R\nX-Status: A\n"
		 "X-Keywords: Later%10s\nX-UID: 1\n\n>From x\n\n" FROM2
		 "A: 2\nStatus: \nX-Status: \nX-Keywords:%19s\nX-UID: 2\n\n"
		 "two\r\nb\n\n" FROM3
		 "A: 3\nStatus: \nX-Status: \nX-Keywords:%19s\nX-UID: 3\n\n"
		 "three\n\n",
	    told.uidvalidity, "", "", "");
	tmpdir_expect(&tmp, "home/to", want);
	/* into itself */
	assert_int_equal(mail_copy_full(s, "1", "box", NIL), LONGT);
	assert_int_equal(told.first, 13);
	assert_int_equal(mail_ping(s), LONGT);
	assert_int_equal(s->nmsgs, 4);
	assert_int_equal(uid(s, 4), 13);
	expect_text(s, 4, ">From x\n");
	assert_int_equal(keywords(s, 4), 2);
	/* moved: marked only when it is there */
	assert_int_equal(mail_copy_full(s, "2", "none", CP_MOVE), NIL);
	assert_string_equal(test_callbacks.notify,
	    "[TRYCREATE] Must create mailbox before copy");
	assert_int_equal(flags(s, 2) & fDELETED, 0);
	assert_int_equal(mail_copy_full(s, "2", "to", CP_MOVE), LONGT);
	assert_int_equal(flags(s, 2) & fDELETED, fDELETED);
	assert_int_equal(told.first, 4);
	mail_close(s);
	end();
}

/* Messages that another session took out are not there to be copied. */
static void
test_copy_of_what_is_gone(void **state)
{
	MAILSTREAM *s, *t;

	(void)state;
	begin_append();
	mail_parameters(NIL, SET_EXPUNGEATPING, NIL);
	tmpdir_write(&tmp, "home/to", "", 0);
	box(MSG MSG MSG);
	s = open_box(NIL);
	t = open_box(NIL);
	mail_flag(t, "2", "\\Deleted", ST_SET);
	mail_expunge(t);
	assert_int_equal(mail_copy_full(s, "1:3", "to", NIL), NIL);
	tmpdir_expect(&tmp, "home/to", "");
	assert_int_equal(mail_copy_full(s, "1,3", "to", NIL), LONGT);
	assert_int_equal(told.sources, 2);
	mail_close(t);
	mail_close(s);
	end();
}

/* Through the generic way: what clients see is the same. */
static void
test_copy_by_append(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin_append();
	tmpdir_write(&tmp, "home/to", "", 0);
	box(FROM "X-IMAPbase: 5 9 Work\nStatus: R\nX-Status: \n"
		 "X-Keywords: Work\nX-UID: 4\nA: 1\n\n>From x\nb\n\n" MSG);
	s = open_box(NIL);
	assert_int_equal(mail_copy_full(s, "1:2", "#driver.unix/to", NIL),
	    LONGT);
	mail_close(s);
	s = mail_open(NIL, "to", NIL);
	assert_non_null(s);
	assert_int_equal(s->nmsgs, 2);
	expect_header(s, 1, "A: 1\n\n");
	expect_text(s, 1, ">From x\nb\n");
	assert_int_equal(flags(s, 1), fSEEN);
	assert_int_equal(keywords(s, 1), 1);
	expect_text(s, 2, "body\n");
	mail_close(s);
	end();
}

/* Larger than what stays in memory, and than what is recorded octet by octet:
 * through the file without a name. */
static void
test_large(void **state)
{
	struct strbuf in, got;
	MAILSTREAM *s;

	(void)state;
	begin_append();
	tmpdir_write(&tmp, "home/to", "", 0);
	box("");
	cc_strbuf_init(&in, SIZE_MAX);
	cc_strbuf_puts(&in, "A: b\n\n");
	for (int i = 0; i < 200000; i++)
		cc_strbuf_printf(&in, "line %d of a long text\n", i);
	assert_int_equal(append(cc_strbuf_str(&in)), LONGT);
	assert_int_equal(told.first, 1);
	assert_int_equal(append(cc_strbuf_str(&in)), LONGT);
	assert_int_equal(told.first, 2);
	s = open_box(NIL);
	assert_int_equal(mail_copy_full(s, "1:2", "to", NIL), LONGT);
	mail_close(s);
	s = mail_open(NIL, "to", NIL);
	assert_int_equal(s->nmsgs, 2);
	for (unsigned i = 1; i <= 2; i++) {
		assert_int_equal(get(s, i, MAIL_TEXT, &got), 0);
		assert_string_equal(got.data, in.data + 6);
		cc_strbuf_free(&got);
	}
	mail_close(s);
	cc_strbuf_free(&in);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vector),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_file_ends),
		cmocka_unit_test(test_empty_file),
		cmocka_unit_test(test_pristine_file),
		cmocka_unit_test(test_deliveries_between),
		cmocka_unit_test(test_numbers_grow),
		cmocka_unit_test(test_no_uid_left),
		cmocka_unit_test(test_uid_is_not_given_again),
		cmocka_unit_test(test_internal_data_message),
		cmocka_unit_test(test_uids_switched_off),
		cmocka_unit_test(test_keywords),
		cmocka_unit_test(test_bad_flags_and_dates),
		cmocka_unit_test(test_multiple),
		cmocka_unit_test(test_no_such_mailbox),
		cmocka_unit_test(test_read_only_file),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_selected_mailbox),
		cmocka_unit_test(test_kept_by_another),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_copy_of_what_is_gone),
		cmocka_unit_test(test_copy_by_append),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
