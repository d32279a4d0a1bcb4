/*
 * test_mbox_power.c - what a power failure may leave of mail on its way from
 * the system inbox to ~/mbox, or from an INBOX to a new mailbox.
 */
#include "mboxfile_transfer.h"
#include "privdir.h"
#include "test_mboxfile_power.h"
#include "uidrecord.h"

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

/* ----------------------------------------------- records that are removed */

/* What is there when the power fails behind the last call of a session. */
static void
try_end(void (*again)(void), void (*session)(size_t), void (*check)(void))
{
	size_t ops;

	begin();
	tmpdir_mkdir(&tmp, "home/.cedar");
	(*again)();
	ops = record_session(session, 0);
	assert_true(ops > 0);
	for (int v = 0; v < VARIANTS; v++) {
		(*again)();
		make_state(ops, (enum variant)v);
		(*check)();
	}
	end();
}

static void
move_all(size_t step)
{
	char spool[200];
	uint64_t moved;

	(void)step;
	snprintf(spool, sizeof(spool), "%s/spool", tmp.path);
	assert_int_equal(cc_mbox_transfer_to(spool,
			     tmpdir_path(&tmp, "home/mbox"), &moved),
	    0);
}

/* Somebody puts a copy back of what was moved: that is mail like any other. */
static void
check_copy_put_back(void)
{
	MAILSTREAM *s;

	put_mails("spool", MAILS / 2, MAILS);
	s = mail_open(NIL, "INBOX", NIL);
	assert_non_null(s);
	assert_int_equal(s->nmsgs, MAILS + MAILS / 2);
	mail_close(s);
}

static void
test_record_of_moved_mail_does_not_come_back(void **state)
{
	(void)state;
	begin_power();
	text_len = 10;
	try_end(two_boxes, move_all, check_copy_put_back);
	munmap(recorder, sizeof(*recorder));
}

static uint32_t old_validity;

/* An empty file with the inode of a mailbox that had UIDs. */
static void
make_uids(void)
{
	struct uidrecord rec;
	struct stat st;
	int privdir;

	remove_files("home", "box");
	remove_files("home/.cedar", "");
	tmpdir_write(&tmp, "home/box", "", 0);
	assert_int_equal(stat(tmpdir_path(&tmp, "home/box"), &st), 0);
	cc_uidrecord_init(&rec, &st);
	rec.uidvalidity = old_validity;
	rec.uidlast = 5;
	privdir = cc_privdir_open();
	assert_int_equal(cc_uidrecord_write(privdir, &rec), 0);
	close(privdir);
	cc_uidrecord_free(&rec);
}

/* What DELETE does with the UIDs. */
static void
forget_uids(size_t step)
{
	struct mbox m = { .fd = open(tmpdir_path(&tmp, "home/box"), O_RDWR) };

	(void)step;
	assert_true(m.fd >= 0);
	cc_mbox_uids_forget(&m, true);
	close(m.fd);
}

/* The inode is that of a new mailbox by now. */
static void
check_new_validity(void)
{
	MAILSTREAM *s = mail_open(NIL, "box", NIL);

	assert_non_null(s);
	assert_true(s->uid_validity != old_validity);
	mail_close(s);
}

static void
test_record_of_uids_does_not_come_back(void **state)
{
	(void)state;
	begin_power();
	old_validity = (uint32_t)time(NULL) + 1000;
	try_end(make_uids, forget_uids, check_new_validity);
	munmap(recorder, sizeof(*recorder));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_power_fails_while_mail_moves),
		cmocka_unit_test(test_record_of_moved_mail_does_not_come_back),
		cmocka_unit_test(test_record_of_uids_does_not_come_back),
	};

	mail_link(&mboxdriver);
	mail_link(&unixdriver);
	mail_link(&dummydriver);
	linked = true;
	return cmocka_run_group_tests(tests, choose_seed, NULL);
}
