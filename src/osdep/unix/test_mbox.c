/*
 * test_mbox.c - an INBOX in ~/mbox: when there is one, how the mail of the
 * system inbox gets into it, and that a kill or a full disk neither loses a
 * message nor leaves it there twice.
 */
#include <sys/file.h>

#include "mboxfile_transfer.h"
#include "misc.h"
#include "test_mboxfile_append.h"
#include "test_names_kill.h"

extern DRIVER mboxdriver;
extern DRIVER dummydriver;

#define ONE FROM "Subject: a\n\none\n\n"
#define TWO FROM2 "Subject: b\n\ntwo\n\n"
#define THREE FROM3 "Subject: c\n\nthree\n\n"

static void
put(const char *name, const char *text)
{
	tmpdir_write(&tmp, name, text, strlen(text));
}

/* Adds octets to the system inbox, as a delivery does. */
static void
deliver_to_spool(const char *text)
{
	int fd = open(tmpdir_path(&tmp, "spool"), O_WRONLY | O_APPEND);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static MAILSTREAM *
open_inbox(long options)
{
	return open_named("INBOX", options);
}

static const char *
driver_of_inbox(void)
{
	DRIVER *d = mail_valid(NIL, "InBox", NIL);

	assert_non_null(d);
	return d->name;
}

/* ------------------------------------------------------------ when it is so */

static void
test_conditions(void **state)
{
	(void)state;
	begin();
	assert_string_equal(driver_of_inbox(), "dummy");
	put("home/mbox", "");
	assert_string_equal(driver_of_inbox(), "mbox");
	put("spool", "");
	assert_string_equal(driver_of_inbox(), "mbox");
	put("spool", ONE);
	assert_string_equal(driver_of_inbox(), "mbox");
	put("spool", "\n\n" ONE);
	assert_string_equal(driver_of_inbox(), "mbox");
	put("home/mbox", TWO);
	assert_string_equal(driver_of_inbox(), "mbox");
	put("home/mbox", "something else\n");
	assert_string_equal(driver_of_inbox(), "unix");
	put("home/mbox", TWO);
	put("spool", "*mbx*\r\n");
	assert_string_equal(driver_of_inbox(), "dummy");
	put("spool", ONE);
	/* no other name is its */
	assert_string_equal(mail_valid(NIL, "mbox", NIL)->name, "unix");
	assert_string_equal(mail_valid(NIL, "~/mbox", NIL)->name, "unix");
	assert_int_equal(unlink(tmpdir_path(&tmp, "home/mbox")), 0);
	tmpdir_mkdir(&tmp, "home/mbox");
	assert_string_equal(driver_of_inbox(), "unix");
	assert_int_equal(rmdir(tmpdir_path(&tmp, "home/mbox")), 0);
	/* where every format has its own INBOX it is switched off */
	put("home/mbox", TWO);
	cc_env()->closed_box = true;
	assert_null((*mboxdriver.valid)("INBOX"));
	cc_env()->closed_box = false;
	cc_env()->black_box = true;
	assert_null((*mboxdriver.valid)("INBOX"));
	cc_env()->black_box = false;
	cc_env()->anonymous = true;
	assert_null((*mboxdriver.valid)("INBOX"));
	cc_env()->anonymous = false;
	assert_non_null((*mboxdriver.valid)("INBOX"));
	/* in the mailbox directory */
	tmpdir_mkdir(&tmp, "home/Mail");
	mail_parameters(NIL, SET_MAILSUBDIR, "Mail");
	assert_string_equal(driver_of_inbox(), "unix");
	put("home/Mail/mbox", "");
	assert_string_equal(driver_of_inbox(), "mbox");
	end();
}

static void
test_create(void **state)
{
	struct stat st;

	(void)state;
	begin();
	assert_false(mail_create(NIL, "#driver.mbox/x"));
	assert_true(mail_create(NIL, "#driver.mbox/INBOX"));
	assert_int_equal(stat(tmpdir_path(&tmp, "home/mbox"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_string_equal(driver_of_inbox(), "mbox");
	assert_false(mail_create(NIL, "#driver.mbox/INBOX"));
	expect_log("Can't create mailbox INBOX: mailbox already exists");
	/* an INBOX of any kind is one */
	assert_false(mail_create(NIL, "#driver.unix/INBOX"));
	expect_log("Can't create mailbox INBOX: mailbox already exists");
	assert_false(tmpdir_has(&tmp, "spool"));
	assert_int_equal(unlink(tmpdir_path(&tmp, "home/mbox")), 0);
	put("spool", "");
	assert_false(mail_create(NIL, "#driver.mbox/INBOX"));
	assert_false(tmpdir_has(&tmp, "home/mbox"));
	end();
}

/* ------------------------------------------------------------------- moving */

static const struct {
	const char *mbox, *spool, *want; /* ~/mbox before and after */
} moves[] = {
	{ "", ONE TWO, ONE TWO },
	{ ONE, TWO THREE, ONE TWO THREE },
	/* the separator, the end of a line, the end of a header */
	{ FROM "Subject: a\n\none\n", TWO, FROM "Subject: a\n\none\n\n" TWO },
	{ FROM "Subject: a\n\none", TWO, FROM "Subject: a\n\none\n\n" TWO },
	{ FROM "Subject: a\n", TWO, FROM "Subject: a\n\n" TWO },
	{ FROM "Subject: a", TWO, FROM "Subject: a\n\n" TWO },
	/* the octets stay as they are */
	{ ONE, "\n\n" TWO, ONE "\n\n" TWO },
	{ ONE, FROM2 "a\r\n\r\nb\r\n", ONE FROM2 "a\r\n\r\nb\r\n" },
};

/* What a session that writes nothing finds: an expunge is the first change. */
static void
test_octets(void **state)
{
	uint64_t moved;
	char path[200];

	(void)state;
	for (size_t i = 0; i < COUNT(moves); i++) {
		begin();
		put("home/mbox", moves[i].mbox);
		put("spool", moves[i].spool);
		assert_int_equal(chmod(tmpdir_path(&tmp, "spool"), 0620), 0);
		snprintf(path, sizeof(path), "%s/spool", tmp.path);
		(void)tmpdir_path(&tmp, "home/mbox");
		assert_int_equal(cc_mbox_transfer_to(path, tmp.name, &moved),
		    0);
		assert_int_equal(moved, strlen(moves[i].spool));
		tmpdir_expect(&tmp, "home/mbox", moves[i].want);
		tmpdir_expect(&tmp, "spool", "");
		assert_false(tmpdir_has(&tmp, "spool.lock"));
		assert_false(tmpdir_has(&tmp, "home/mbox.lock"));
		end();
	}
}

static void
test_session(void **state)
{
	unsigned long v;
	MAILSTREAM *s;

	(void)state;
	begin();
	put("home/mbox", ONE);
	put("spool", TWO);
	/* who only reads moves nothing */
	s = open_inbox(OP_READONLY);
	assert_int_equal(s->nmsgs, 1);
	v = s->uid_validity;
	mail_close(s);
	tmpdir_expect(&tmp, "spool", TWO);
	s = open_inbox(NIL);
	assert_true(s->inbox);
	assert_int_equal(s->nmsgs, 2);
	assert_int_equal(s->recent, 2);
	assert_int_equal(s->uid_validity, v);
	assert_int_equal(uid(s, 2), 2);
	expect_text(s, 2, "two\n");
	tmpdir_expect(&tmp, "spool", "");
	/* at pings, as far apart as the parameter says; CHECK looks at once */
	deliver_to_spool(THREE);
	assert_true(mail_ping(s));
	assert_int_equal(s->nmsgs, 2);
	s->snarf.time -= 59;
	assert_true(mail_ping(s));
	assert_int_equal(s->nmsgs, 2);
	s->snarf.time -= 3;
	assert_true(mail_ping(s));
	assert_int_equal(s->nmsgs, 3);
	assert_int_equal(uid(s, 3), 3);
	tmpdir_expect(&tmp, "spool", "");
	deliver_to_spool(ONE);
	mail_check(s);
	assert_int_equal(s->nmsgs, 4);
	mail_parameters(NIL, SET_SNARFINTERVAL, (void *)0);
	deliver_to_spool(TWO);
	assert_true(mail_ping(s));
	assert_int_equal(s->nmsgs, 5);
	mail_parameters(NIL, SET_SNARFINTERVAL, (void *)60);
	/* changes are in the file */
	mail_flag(s, "2", "\\Deleted", ST_SET);
	assert_true(mail_expunge(s));
	mail_close(s);
	s = open_inbox(NIL);
	assert_int_equal(s->nmsgs, 4);
	assert_int_equal(s->uid_validity, v);
	assert_int_equal(uid(s, 2), 3);
	mail_close(s);
	end();
}

/* The spool was a mailbox of its own before: its internal lines do not upset
 * the UIDs of ~/mbox. */
static void
test_spool_with_uids(void **state)
{
	static const char *const spools[] = {
		FROM2 "X-IMAPbase: 1709620000 3\nX-UID: 3\nSubject: b\n\n"
		      "two\n\n",
		FROM2 "X-UID: 7\nSubject: b\n\ntwo\n\n",
		FROM2 "X-UID: 500\nSubject: b\n\ntwo\n\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(spools); i++) {
		MAILSTREAM *s;

		begin();
		put("home/mbox", FROM BASE "X-UID: 7\nSubject: a\n\none\n\n");
		put("spool", spools[i]);
		for (int k = 0; k < 2; k++) {
			s = open_inbox(NIL);
			assert_int_equal(s->nmsgs, 2);
			assert_int_equal(s->uid_validity, 1709629200);
			assert_int_equal(uid(s, 1), 7);
			assert_int_equal(uid(s, 2), i == 2 ? 500 : 8);
			mail_close(s);
		}
		end();
	}
	/* into an empty file it goes as what it was */
	begin();
	put("home/mbox", "");
	put("spool", FROM BASE "X-UID: 7\nSubject: a\n\none\n\n");
	{
		MAILSTREAM *s = open_inbox(NIL);

		assert_int_equal(s->nmsgs, 1);
		assert_int_equal(s->uid_validity, 1709629200);
		assert_int_equal(uid(s, 1), 7);
		mail_close(s);
	}
	end();
}

/* A session has the empty ~/mbox open when a mailbox with UIDs of its own is
 * moved there. No UID was told yet: nothing can be taken for another. */
static void
test_spool_with_uids_meanwhile(void **state)
{
	MAILSTREAM *s, *other;

	(void)state;
	begin();
	put("home/mbox", "");
	put("spool", "");
	mail_parameters(NIL, SET_SNARFINTERVAL, (void *)0);
	s = open_inbox(NIL);
	other = open_inbox(NIL);
	deliver_to_spool(FROM BASE "X-UID: 7\nSubject: a\n\none\n\n");
	for (int i = 0; i < 2; i++) {
		MAILSTREAM *m = i ? other : s;

		assert_true(mail_ping(m));
		assert_int_equal(m->nmsgs, 1);
		assert_int_equal(m->uid_validity, 1709629200);
		assert_int_equal(uid(m, 1), 7);
		expect_text(m, 1, "one\n");
	}
	/* but not where messages were there before, though they are gone */
	mail_flag(s, "1", "\\Deleted", ST_SET);
	assert_true(mail_expunge(s));
	put("home/mbox", "");
	deliver_to_spool(FROM2 "X-IMAPbase: 1709629201 7\nX-UID: 7\n"
			       "Subject: b\n\ntwo\n\n");
	(void)mail_ping(s);
	assert_false(mail_ping(s));
	mail_parameters(NIL, SET_SNARFINTERVAL, (void *)60);
	mail_close(s);
	mail_close(other);
	end();
}

/* The internal-data message of a spool shows up as a message. */
static void
test_spool_with_internal_data(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin();
	assert_true(mail_create(NIL, "#driver.unix/INBOX"));
	deliver_to_spool(TWO);
	put("home/mbox", ONE);
	s = open_inbox(NIL);
	assert_int_equal(s->nmsgs, 3);
	expect_text(s, 1, "one\n");
	expect_text(s, 3, "two\n");
	mail_close(s);
	end();
}

static void
test_refused(void **state)
{
	char path[200];
	uint64_t moved;
	MAILSTREAM *s;
	int fd;

	(void)state;
	begin();
	snprintf(path, sizeof(path), "%s/spool", tmp.path);
	put("home/mbox", ONE);
	/* locked by a delivery */
	put("spool", TWO);
	put("spool.lock", "");
	s = open_inbox(NIL);
	assert_int_equal(s->nmsgs, 1);
	assert_int_equal(unlink(tmpdir_path(&tmp, "spool.lock")), 0);
	fd = open(path, O_RDWR);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_true(mail_ping(s));
	assert_int_equal(s->nmsgs, 1);
	close(fd);
	/* that was no look: the next ping has it */
	assert_true(mail_ping(s));
	assert_int_equal(s->nmsgs, 2);
	/* no mailbox any more */
	put("spool", "What is this?\n");
	s->snarf.time = 0;
	assert_true(mail_ping(s));
	expect_log("it is not in mailbox format");
	s->snarf.time = 0;
	assert_true(mail_ping(s));
	assert_int_equal(test_callbacks.logs, 0);
	assert_int_equal(s->nmsgs, 2);
	tmpdir_expect(&tmp, "spool", "What is this?\n");
	mail_close(s);
	/* the same file */
	assert_int_equal(unlink(path), 0);
	put("home/mbox", ONE);
	assert_int_equal(link(tmpdir_path(&tmp, "home/mbox"), path), 0);
	assert_int_equal(cc_mbox_transfer_to(path,
			     tmpdir_path(&tmp, "home/mbox"), &moved),
	    CC_EINVAL); /* at once: its locks are one's own */
	tmpdir_expect(&tmp, "home/mbox", ONE);
	end();
	/* no way to write down what is done: nothing is done */
	begin();
	put("home/mbox", ONE);
	put("spool", TWO);
	put("home/.cedar", "");
	s = open_inbox(NIL);
	assert_int_equal(s->nmsgs, 1);
	expect_log("Can't move new mail to ");
	mail_close(s);
	tmpdir_expect(&tmp, "spool", TWO);
	end();
}

static void
test_status(void **state)
{
	(void)state;
	begin();
	put("home/mbox",
	    FROM BASE "Status: RO\nX-UID: 7\nSubject: a\n\n"
		      "one\n\n");
	put("spool", TWO FROM3 "Status: R\nSubject: c\n\nthree\n\n");
	test_callbacks_reset();
	assert_true(mail_status(NIL, "INBOX",
	    SA_MESSAGES | SA_RECENT | SA_UNSEEN | SA_UIDNEXT | SA_UIDVALIDITY));
	assert_int_equal(test_callbacks.status.messages, 3);
	assert_int_equal(test_callbacks.status.recent, 2);
	assert_int_equal(test_callbacks.status.unseen, 1);
	assert_int_equal(test_callbacks.status.uidnext, 10);
	assert_int_equal(test_callbacks.status.uidvalidity, 1709629200);
	tmpdir_expect(&tmp, "spool",
	    TWO FROM3 "Status: R\nSubject: c\n\nthree\n\n");
	end();
}

/* Mail that programs put into INBOX is in ~/mbox, not in the spool. */
static void
test_append_and_copy(void **state)
{
	char text[] = "Subject: new\r\n\r\nnew\r\n";
	unsigned long copied;
	MAILSTREAM *s;
	STRING string;

	(void)state;
	begin();
	put("home/mbox", "");
	INIT(&string, mail_string, text, strlen(text));
	assert_true(mail_append(NIL, "INBOX", &string));
	assert_false(tmpdir_has(&tmp, "spool"));
	put("home/box", ONE);
	s = open_box(NIL);
	listen();
	assert_true(mail_copy(s, "1", "inbox"));
	assert_int_equal(told.calls, 1);
	assert_int_equal(told.sources, 1);
	copied = told.first;
	mail_parameters(NIL, SET_COPYUID, NIL);
	mail_parameters(NIL, SET_APPENDUID, NIL);
	mail_close(s);
	assert_false(tmpdir_has(&tmp, "spool"));
	put("spool", TWO);
	s = open_inbox(NIL);
	assert_int_equal(s->nmsgs, 3);
	expect_text(s, 1, "new\n");
	expect_text(s, 2, "one\n");
	expect_text(s, 3, "two\n");
	assert_int_equal(copied, uid(s, 2));
	assert_int_equal(told.uidvalidity, s->uid_validity);
	assert_true(mail_copy(s, "1:2", "box"));
	mail_close(s);
	s = open_box(NIL);
	assert_int_equal(s->nmsgs, 3);
	mail_close(s);
	end();
}

static void
test_rename(void **state)
{
	MAILSTREAM *s, *other;

	(void)state;
	begin();
	put("home/mbox", ONE TWO);
	other = open_inbox(NIL);
	assert_false(mail_delete(NIL, "INBOX"));
	assert_true(mail_rename(NIL, "INBOX", "d/new"));
	tmpdir_expect(&tmp, "home/mbox", "");
	assert_true(mail_ping(other));
	assert_int_equal(other->nmsgs, 0);
	mail_close(other);
	s = mail_open(NIL, "d/new", NIL);
	assert_int_equal(s->nmsgs, 2);
	expect_text(s, 2, "two\n");
	mail_close(s);
	assert_string_equal(driver_of_inbox(), "mbox");
	/* the driver's own: it is there again, empty */
	put("home/mbox", ONE);
	assert_true((*mboxdriver.mbxdel)(NIL, "INBOX"));
	s = open_inbox(NIL);
	assert_int_equal(s->nmsgs, 0);
	mail_close(s);
	end();
}

/* -------------------------------------------------------- killed, full disk */

static void
take_mail(size_t step)
{
	(void)step;
	mail_close(open_inbox(NIL));
}

/* The locks of the dead would be waited for. */
static void
clear_locks(void)
{
	unlink(tmpdir_path(&tmp, "home/mbox.lock"));
	unlink(tmpdir_path(&tmp, "spool.lock"));
}

/* Each message is there once, whatever was delivered since. */
static void
check_once(bool more)
{
	static const char *const texts[] = { "one\n", "two\n", "three\n" };
	unsigned seen = 0;
	MAILSTREAM *s;

	clear_locks();
	s = open_inbox(NIL);
	assert_int_equal(s->nmsgs, more ? 3 : 2);
	for (unsigned long i = 1; i <= s->nmsgs; i++)
		for (unsigned k = 0; k < COUNT(texts); k++) {
			struct strbuf b;

			assert_int_equal(get(s, i, MAIL_TEXT, &b), 0);
			if (strcmp(cc_strbuf_str(&b), texts[k]) == 0)
				seen += 1u << 4 * k;
			cc_strbuf_free(&b);
		}
	assert_int_equal(seen, more ? 0x111 : 0x011);
	mail_close(s);
	tmpdir_expect(&tmp, "spool", "");
}

/* Somebody delivers after the kill, or a session without ~/mbox's driver looks
 * at the mailbox before the move is ended. */
static void
test_killed(void **state)
{
	(void)state;
	for (int what = 0; what < 4; what++) {
		bool lived = false;
		int n = 1;

		for (; !lived; n++)
			for (enum how how = BEFORE; how < HOWS; how++) {
				begin();
				put("home/mbox",
				    what & 2 ? FROM "Subject: a\n\none" : ONE);
				put("spool", TWO);
				lived = run_until(n, how, take_mail, 0);
				if (what & 1)
					deliver_to_spool(THREE);
				for (int k = 1; what >= 2 && k < 3; k++) {
					clear_locks(); /* killed again */
					run_until(k == 1 ? n : 1 + n / 2, how,
					    take_mail, 0);
				}
				check_once(what & 1);
				end();
			}
		assert_true(n > 20);
	}
}

/* No write succeeds from call n on: nothing is lost or doubled when there is
 * room again, and what was there can be read. */
static void
test_full(void **state)
{
	static const int errors[] = { ENOSPC, EDQUOT, EIO };

	(void)state;
	for (size_t i = 0; i < COUNT(errors); i++) {
		bool reached = true;

		for (int n = 1; reached; n++) {
			MAILSTREAM *s;

			begin();
			put("home/mbox", ONE);
			put("spool", TWO);
			death.at = n;
			death.count = 0;
			death.fail = errors[i];
			s = mail_open(NIL, "INBOX", NIL);
			if (s) {
				assert_true(s->nmsgs == 1 || s->nmsgs == 2);
				expect_text(s, 1, "one\n");
				mail_close(s);
			}
			reached = death.count >= n;
			death.at = death.fail = 0;
			check_once(false);
			end();
		}
	}
}

/* Mail that comes while the spool is moved. */
static void
deliver_more(void)
{
	death.instead = NULL;
	death.at = 0;
	deliver_to_spool(THREE);
}

static void
test_delivery_meanwhile(void **state)
{
	bool last = false;

	(void)state;
	for (int n = 1; !last; n++) {
		begin();
		put("home/mbox", ONE);
		put("spool", TWO);
		death.count = 0;
		death.at = n;
		death.instead = deliver_more;
		mail_close(open_inbox(NIL));
		death.at = 0;
		if (death.instead) { /* it never was time */
			death.instead = NULL;
			deliver_to_spool(THREE);
			last = true;
		}
		check_once(true);
		end();
	}
}

/* What comes after the delivery of deliver_and(). */
static struct {
	int at, fail;
	bool cut;
} after;

static void
deliver_and(void)
{
	deliver_more();
	put("delivered", "");
	death.at = after.at;
	death.fail = after.fail;
	death.fail_cut = after.cut;
}

/* The spool has grown while it was moved, and the rest of it is on its way
 * when the process is killed, and once more when the next one tries. */
static void
test_killed_after_delivery(void **state)
{
	(void)state;
	for (int d = 1; d < 70; d += 9) {
		bool lived = false;

		for (int n = d + 1; !lived; n++) {
			enum how how = (enum how)((unsigned)(n + d) % HOWS);

			begin();
			put("home/mbox", ONE);
			put("spool", TWO);
			after.at = n;
			after.fail = 0;
			death.instead = deliver_and;
			lived = run_until(d, how, take_mail, 0);
			death.instead = NULL;
			if (!tmpdir_has(&tmp, "delivered"))
				deliver_to_spool(THREE);
			clear_locks();
			run_until(1 + n % 20, how, take_mail, 0);
			check_once(true);
			end();
		}
	}
}

/* The same with a disk that is full from call n on; what was written cannot
 * always be cut off again. */
static void
test_full_after_delivery(void **state)
{
	(void)state;
	for (int d = 1; d < 70; d += 7) {
		bool reached = true;

		for (int n = d + 1; reached; n++) {
			MAILSTREAM *s;

			begin();
			put("home/mbox", ONE);
			put("spool", TWO);
			after.at = n;
			after.fail = n % 2 ? ENOSPC : EIO;
			after.cut = (n + d) % 2;
			death.count = 0;
			death.at = d;
			death.instead = deliver_and;
			s = mail_open(NIL, "INBOX", NIL);
			if (s)
				mail_close(s);
			reached = death.count >= n;
			if (death.instead)
				deliver_to_spool(THREE);
			death.instead = NULL;
			death.at = death.fail = 0;
			death.fail_cut = after.cut = false;
			check_once(true);
			end();
		}
	}
}

/* Records that do not fit, or are no records. */
static void
test_records(void **state)
{
	static const char *const records[] = {
		"",
		"cedar-move 1\n",
		("cedar-move 1\nfrom 1 2 0 3 0000000000000000\n"
		 "to 1 2 3 0\ndone 0\npath 2 /x\ncheck 0000000000000000\n"),
	};
	struct strbuf out;
	char name[100];
	struct stat st;

	(void)state;
	for (size_t i = 0; i < COUNT(records); i++) {
		assert_int_equal(cc_mbox_transfer_again(cc_span_z(records[i]),
				     &out),
		    CC_EPARSE);
		begin();
		put("home/mbox", ONE);
		put("spool", TWO);
		tmpdir_mkdir(&tmp, "home/.cedar");
		assert_int_equal(stat(tmpdir_path(&tmp, "spool"), &st), 0);
		snprintf(name, sizeof(name), "home/.cedar/move.%llx.%llx",
		    (unsigned long long)st.st_dev,
		    (unsigned long long)st.st_ino);
		put(name, records[i]);
		check_once(false);
		assert_false(tmpdir_has(&tmp, name));
		end();
	}
}

static int
link_all(void **state)
{
	mail_link(&mboxdriver);
	return link_drivers(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_create),
		cmocka_unit_test(test_octets),
		cmocka_unit_test(test_session),
		cmocka_unit_test(test_spool_with_uids),
		cmocka_unit_test(test_spool_with_uids_meanwhile),
		cmocka_unit_test(test_spool_with_internal_data),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_append_and_copy),
		cmocka_unit_test(test_rename),
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_delivery_meanwhile),
		cmocka_unit_test(test_killed_after_delivery),
		cmocka_unit_test(test_full_after_delivery),
		cmocka_unit_test(test_records),
	};

	return cmocka_run_group_tests(tests, link_all, NULL);
}
