/*
 * test_mbox_power.c - what a power failure may leave of mail on its way from
 * the system inbox to ~/mbox, or from an INBOX to a new mailbox.
 */
#include "test_mboxfile_power.h"

extern DRIVER mboxdriver;
extern DRIVER dummydriver;

#define MAILS 6

static size_t text_len; /* octets of text of a message */

static void
put_mails(const char *name, int from, int to)
{
	struct strbuf b;

	cc_strbuf_init(&b, SIZE_MAX);
	for (int i = from; i < to; i++) {
		cc_strbuf_printf(&b, FROM "Subject: %d\n\n", i);
		memset(cc_strbuf_room(&b, text_len), 'a' + i, text_len);
		cc_strbuf_claim(&b, text_len);
		cc_strbuf_puts(&b, "\n\n");
	}
	tmpdir_write(&tmp, name, cc_strbuf_str(&b), b.len);
	cc_strbuf_free(&b);
}

/* Each message is in one of the mailboxes, once, with its text. */
static void
count(const char *name, unsigned *seen)
{
	MAILSTREAM *s = mail_open(NIL, (char *)name, NIL);

	assert_non_null(s);
	for (unsigned long n = 1; n <= s->nmsgs; n++) {
		struct strbuf text;
		int i;

		assert_int_equal(get(s, n, MAIL_TEXT, &text), 0);
		assert_int_equal(text.len, text_len + 1);
		i = text.data[0] - 'a';
		assert_true(i >= 0 && i < MAILS);
		for (size_t k = 0; k < text_len; k++)
			assert_int_equal(text.data[k], 'a' + i);
		assert_false(*seen & 1u << i);
		*seen |= 1u << i;
		cc_strbuf_free(&text);
	}
	mail_close(s);
}

static void
two_boxes(void)
{
	remove_files("home", "mbox");
	remove_files("home/.cedar", "");
	put_mails("home/mbox", 0, MAILS / 2);
	put_mails("spool", MAILS / 2, MAILS);
}

static void
take_mail(size_t step)
{
	(void)step;
	mail_close(mail_open(NIL, "INBOX", NIL));
}

static void
check_moved(bool done)
{
	unsigned seen = 0;

	(void)done;
	count("INBOX", &seen);
	assert_int_equal(seen, (1u << MAILS) - 1);
	tmpdir_expect(&tmp, "spool", "");
}

static void
test_power_fails_while_mail_moves(void **state)
{
	static const size_t lengths[] = { 10, 700, 100000 };

	(void)state;
	begin_power();
	for (size_t k = 0; k < COUNT(lengths); k++) {
		text_len = lengths[k];
		try_states(two_boxes, take_mail, 0, check_moved);
	}
	munmap(recorder, sizeof(*recorder));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_power_fails_while_mail_moves),
	};

	mail_link(&mboxdriver);
	mail_link(&unixdriver);
	mail_link(&dummydriver);
	linked = true;
	return cmocka_run_group_tests(tests, choose_seed, NULL);
}
