/*
 * test_mboxfile_remade.c - what a session knows of a file that it rewrote is
 * what a parse finds in it; and that the file was not parsed for that.
 */
#include "test_seed.h"
#include "test_unix.h"

/* ---------------------------------------------------- as a parse would find */

static void
same_message(const struct mbox *m, const struct mbox_msg *known,
    const struct mbox_msg *found)
{
	const unsigned of_file = (MBOX_SYSTEM & ~(unsigned)fOLD) |
	    MBOX_SEPARATOR | MBOX_SEPARATOR_CR | MBOX_OPEN_HEADER |
	    MBOX_OPEN_LINE | MBOX_NO_UID | MBOX_OLD_THERE;

	assert_true(known->pos == found->pos);
	assert_int_equal(known->size, found->size);
	assert_int_equal(known->from_sum, found->from_sum);
	assert_int_equal(known->head_sum, found->head_sum);
	assert_int_equal(known->junk, found->junk);
	assert_int_equal(known->uid, found->uid);
	assert_int_equal(known->flags & of_file, found->flags & of_file);
	assert_int_equal(known->keywords & m->keywords_there, found->keywords);
}

/* The file says all that the session knows: it was just rewritten. */
static void
same_as_parse(MAILSTREAM *s)
{
	const struct mbox *m = s->local;
	struct mbox_index found;
	struct mbox_window w;
	struct stat st;

	assert_int_equal(fstat(m->fd, &st), 0);
	cc_mbox_index_init(&found);
	cc_mbox_window_init(&w, m->fd, CC_READ_WINDOW);
	assert_int_equal(cc_mbox_parse(&found, &w, (uint64_t)st.st_size, NULL),
	    0);
	cc_mbox_window_free(&w);
	assert_int_equal(found.count, m->index.count);
	assert_true(found.end == m->index.end);
	assert_int_equal(found.uidvalidity, m->index.uidvalidity);
	assert_int_equal(found.uid_last, m->index.uid_last);
	assert_int_equal(found.uid_base, m->index.uid_base);
	assert_int_equal(found.pseudo, m->index.pseudo);
	assert_int_equal(found.based, m->index.based);
	assert_int_equal(found.keywords.count, m->index.keywords.count);
	for (unsigned k = 0; k < found.keywords.count; k++)
		assert_string_equal(found.keywords.name[k],
		    m->index.keywords.name[k]);
	for (uint32_t i = 0; i < found.count; i++)
		same_message(m, &m->index.msgs[i], &found.msgs[i]);
	cc_mbox_index_free(&found);
}

/* -------------------------------------------------- mailboxes, by seed */

#define PSEUDO                                                                 \
	FROM "From: Mail System Internal Data <MAILER-DAEMON@h>\n"             \
	     "Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\n"    \
	     "X-IMAP: 1709629200 0000000007 Work\nStatus: RO\n\nx\n\n"

#define MOST 40

static const char *const headers[] = {
	"Subject: a\n",
	"Subject: a\nStatus: RO\nX-Status: F\nX-Keywords: Work           \n",
	"Subject: a\nstatus: x\n y\nTo: b\n",
	"Subject: a\r\nTo: b\r\n",
	"Subject: a\nStatus: O\nX-Status: \nX-Keywords:                  \n",
	"",
};

static const char *const texts[] = { "one\n\n", "one\nFrom here\n\n\n\n",
	"one\r\n\r\n", "\n", "one\nFromage\n\n", "one\n" };

static void
make_mailbox(int count, bool strange)
{
	struct strbuf text;

	cc_strbuf_init(&text, SIZE_MAX);
	if (strange && dice(3) == 0)
		cc_strbuf_puts(&text, "\n \n");
	if (dice(3) == 0)
		cc_strbuf_puts(&text, PSEUDO);
	for (int i = 0; i < count; i++) {
		size_t kinds = COUNT(texts) - (strange ? 0 : 1);

		cc_strbuf_puts(&text, dice(2) ? FROM : FROM2);
		if (i == 0 && dice(2))
			cc_strbuf_puts(&text, BASE);
		cc_strbuf_puts(&text, headers[dice(COUNT(headers))]);
		cc_strbuf_printf(&text, "X-Number: %d\n\n", i);
		cc_strbuf_puts(&text, texts[dice((uint32_t)kinds)]);
	}
	if (strange && dice(3) == 0)
		cc_strbuf_puts(&text, "no line end");
	box_write(text.data, text.len);
	cc_strbuf_free(&text);
}

/* Flags of some messages. */
static void
change_flags(MAILSTREAM *s)
{
	static char *const names[] = { "\\Seen", "\\Flagged", "\\Deleted",
		"Work", "New", "\\Answered Later" };

	for (int i = 0; i < 6; i++) {
		char set[32];

		if (s->nmsgs == 0)
			return;
		snprintf(set, sizeof(set), "%u", 1 + dice((uint32_t)s->nmsgs));
		mail_flag(s, set, names[dice(COUNT(names))],
		    dice(3) ? ST_SET : 0);
	}
}

static void
test_as_parsed(void **state)
{
	int rounds = getenv("CEDAR_ALL") ? 2000 : 120;

	(void)state;
	for (int round = 0; round < rounds; round++) {
		MAILSTREAM *s;

		begin();
		make_mailbox(1 + (int)dice(MOST), round % 2);
		s = open_box(NIL);
		mail_check(s);
		same_as_parse(s);
		for (int i = 0; i < 3; i++) {
			change_flags(s);
			mail_check(s);
			same_as_parse(s);
			change_flags(s);
			mail_expunge(s);
			same_as_parse(s);
			if (dice(2))
				deliver(FROM "Subject: late\n\nthree\n\n");
			mail_ping(s);
		}
		mail_close(s);
		end();
	}
}

/* --------------------------------------------------- without a parse for it */

#define LARGE 20000 /* octets of a text */

static void
make_large(int count)
{
	struct strbuf text;

	cc_strbuf_init(&text, SIZE_MAX);
	for (int i = 0; i < count; i++) {
		cc_strbuf_printf(&text, FROM "Subject: %d\n\n", i);
		for (int k = 0; k < LARGE / 10; k++)
			cc_strbuf_puts(&text, "123456789\n");
		cc_strbuf_putc(&text, '\n');
	}
	box_write(text.data, text.len);
	cc_strbuf_free(&text);
}

/* The second half is read once, to be moved, and the first one, to be summed,
 * since it is written over. A parse would read half of the file once more. */
static void
test_not_read_again(void **state)
{
	const unsigned long count = 400;
	unsigned long before, octets;
	MAILSTREAM *s;

	(void)state;
	begin();
	make_large((int)count);
	s = open_box(NIL);
	mail_check(s);
	mail_flag(s, "1:200", "\\Deleted", ST_SET);
	mail_check(s);
	before = octets_read();
	mail_expunge(s);
	octets = octets_read() - before;
	assert_int_equal(s->nmsgs, count / 2);
	same_as_parse(s);
	assert_true(octets > count * LARGE);
	assert_true(octets < (count + count / 8) * LARGE);
	mail_close(s);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_parsed),
		cmocka_unit_test(test_not_read_again),
	};

	return cmocka_run_group_tests(tests, choose_seed, NULL);
}
