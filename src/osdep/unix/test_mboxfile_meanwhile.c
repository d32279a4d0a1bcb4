/*
 * test_mboxfile_meanwhile.c - what others do to a mailbox in the middle of an
 * append or a copy of ours, or between two of them.
 */
#include <errno.h>
#include <sys/syscall.h>

#include "test_mboxfile_append.h"

#define OLD                                                                    \
	FROM "X-IMAPbase: 1709629200 0000000007 Work\n"                        \
	     "X-UID: 7\nSubject: old\n\nold\n\n"

#define LARGE (3u * 1024 * 1024) /* octets: more than one write */

static void
begin_meanwhile(const char *text)
{
	begin();
	listen();
	box(text);
}

/* ------------------------------------------------------- calls of others */

/* Done once, in the middle of a write of so many octets. */
static void (*meanwhile)(void);
static size_t at_least;
static unsigned which; /* of such writes, from 1 */
static int then;       /* and that write fails so */

static bool
is_now(size_t n)
{
	void (*what)(void) = meanwhile;

	if (!what || n < at_least || --which > 0)
		return false;
	meanwhile = NULL;
	(*what)();
	errno = then;
	return then != 0;
}

ssize_t
write(int fd, const void *buf, size_t n)
{
	return is_now(n) ? -1 : syscall(SYS_write, fd, buf, n);
}

ssize_t
pwrite(int fd, const void *buf, size_t n, off_t at)
{
	return is_now(n) ? -1 : syscall(SYS_pwrite64, fd, buf, n, at);
}

static void
put_large(struct strbuf *b, const char *newline)
{
	cc_strbuf_printf(b, "Subject: large%s%s", newline, newline);
	for (unsigned i = 0; b->len < LARGE; i++)
		cc_strbuf_printf(b, "line %u of a large message%s", i, newline);
}

/* ------------------------------------------------------------------ append */

static void
deliver_late(void)
{
	deliver("\n" FROM2 "Subject: late\n\nlate\n\n");
}

/* Somebody who takes no lock delivers behind the part of an append that is
 * there when the disk refuses the rest: his mail is not cut off with ours. */
static void
test_delivery_in_an_append_that_fails(void **state)
{
	static const int errors[] = { ENOSPC, EDQUOT, EIO };
	struct strbuf b, got;

	(void)state;
	cc_strbuf_init(&b, SIZE_MAX);
	put_large(&b, "\r\n");
	for (size_t i = 0; i < COUNT(errors); i++) {
		begin_meanwhile(OLD);
		meanwhile = deliver_late;
		at_least = 100 * 1024;
		which = 5; /* three go to the spool */
		then = errors[i];
		assert_int_equal(append(b.data), NIL);
		assert_null(meanwhile);
		then = 0;
		box_read(&got);
		assert_non_null(strstr(got.data, "Subject: late"));
		cc_strbuf_free(&got);
		end();
	}
	cc_strbuf_free(&b);
}

/* Mail that came without a UID got one from a session, and was taken out by
 * another program before the file said so. An append of ours that remembers
 * the mailbox from before does not give that UID again. */
static void
test_uid_told_of_what_is_gone(void **state)
{
	struct strbuf before;
	unsigned long seen;
	MAILSTREAM *s;

	(void)state;
	begin_meanwhile(OLD);
	assert_int_equal(append(JAM), LONGT);
	assert_int_equal(told.first, 8);
	box_read(&before);
	deliver(FROM2 "Subject: b\n\ntwo\n\n");
	s = open_box(OP_READONLY);
	assert_int_equal(s->nmsgs, 3);
	seen = uid(s, 3);
	assert_true(seen > 8);
	assert_int_equal(truncate(tmpdir_path(&tmp, "home/box"),
			     (off_t)before.len),
	    0);
	cc_strbuf_free(&before);
	assert_int_equal(append(JAM), LONGT);
	assert_true(told.first > seen);
	mail_close(s);
	end();
}

/* Mail that a session has learned of, but not told, is taken out again by
 * another program: it never was there. */
static void
test_mail_that_comes_and_goes_untold(void **state)
{
	struct strbuf before;
	MAILSTREAM *s;

	(void)state;
	begin_meanwhile(OLD);
	s = open_box(NIL);
	box_read(&before);
	deliver(FROM2 "Subject: b\n\ntwo\n\n");
	/* writing it the session sees what is there */
	mail_flag(s, "1", "\\Flagged Work", ST_SET);
	assert_int_equal(s->nmsgs, 1);
	assert_int_equal(truncate(tmpdir_path(&tmp, "home/box"),
			     (off_t)before.len),
	    0);
	cc_strbuf_free(&before);
	for (int i = 0; i < 2; i++) {
		assert_true(mail_ping(s));
		assert_int_equal(s->nmsgs, 1);
	}
	expect_text(s, 1, "old\n");
	deliver(FROM3 "Subject: c\n\nthree\n\n");
	assert_true(mail_ping(s));
	assert_int_equal(s->nmsgs, 2);
	expect_text(s, 2, "three\n");
	mail_close(s);
	end();
}

/* -------------------------------------------------------------------- copy */

static void
expunge_first(void)
{
	MAILSTREAM *other = open_box(NIL);

	mail_flag(other, "1", "\\Deleted", ST_SET);
	mail_expunge(other);
	mail_close(other);
}

/* The message that is being copied moves in its file: what was read of it
 * before is not in the copy. */
static void
test_copied_message_moves(void **state)
{
	struct strbuf b, got;
	MAILSTREAM *s;

	(void)state;
	for (unsigned n = 1; n < 3; n++) {
		cc_strbuf_init(&b, SIZE_MAX);
		cc_strbuf_puts(&b, OLD FROM2);
		put_large(&b, "\n");
		cc_strbuf_puts(&b, "\n");
		begin_meanwhile(b.data);
		tmpdir_write(&tmp, "home/to", "", 0);
		s = open_box(NIL);
		assert_int_equal(s->nmsgs, 2);
		meanwhile = expunge_first;
		at_least = 100 * 1024;
		which = n;
		assert_int_equal(mail_copy_full(s, "2", "to", NIL), LONGT);
		assert_null(meanwhile);
		assert_int_equal(told.sources, 1);
		mail_close(s);
		s = mail_open(NIL, "to", NIL);
		assert_int_equal(s->nmsgs, 1);
		assert_int_equal(get(s, 1, MAIL_TEXT, &got), 0);
		cc_strbuf_truncate(&b, b.len - 1);
		assert_string_equal(got.data,
		    strstr(b.data, "large\n\n") + strlen("large\n\n"));
		cc_strbuf_free(&got);
		cc_strbuf_free(&b);
		mail_close(s);
		end();
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_delivery_in_an_append_that_fails),
		cmocka_unit_test(test_uid_told_of_what_is_gone),
		cmocka_unit_test(test_mail_that_comes_and_goes_untold),
		cmocka_unit_test(test_copied_message_moves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
