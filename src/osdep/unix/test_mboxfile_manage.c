/*
 * test_mboxfile_manage.c - CREATE, DELETE and RENAME of mailbox files: what
 * they leave, what they refuse, and what is there when they are killed.
 */
#include <sys/file.h>

#include "env_state.h"
#include "misc.h"
#include "test_names_kill.h"
#include "inodelock.h"

#define PLAIN_BOX FROM "Subject: a\n\none\n\n" FROM2 "Subject: b\n\ntwo\n\n"

static struct stat
stat_of(const char *name)
{
	struct stat st;

	assert_int_equal(lstat(tmpdir_path(&tmp, name), &st), 0);
	return st;
}

static unsigned
mode_of(const char *name)
{
	return stat_of(name).st_mode & 07777;
}

/* The UIDVALIDITY of a mailbox. */
static unsigned long
validity(const char *name)
{
	MAILSTREAM *s = mail_open(NIL, (char *)name, OP_READONLY);
	unsigned long v;

	assert_non_null(s);
	v = s->uid_validity;
	mail_close(s);
	return v;
}

static void
box_as(const char *name, const char *text)
{
	tmpdir_write(&tmp, name, text, strlen(text));
}

/* ------------------------------------------------------------------ create */

/* The internal-data message, line by line: there is nothing else in it. */
static void
test_create_content(void **state)
{
	char text[4096], want[512], ctime_[64], date[64];
	unsigned long v;
	MAILSTREAM *s;
	struct tm tm;
	time_t when;
	ssize_t n;
	int fd;

	(void)state;
	begin();
	tmpdir_write(&tmp, "config", "set keywords Work, Later\n", 25);
	dorc((char *)tmpdir_path(&tmp, "config"), NIL);
	mail_parameters(NIL, SET_LOCALHOST, "mail.example");
	assert_true(mail_create(NIL, "box"));
	fd = open(tmpdir_path(&tmp, "home/box"), O_RDONLY);
	n = read(fd, text, sizeof(text) - 1);
	assert_true(n > 0);
	text[n] = '\0';
	close(fd);
	v = strtoul(strstr(text, "X-IMAP: ") + 8, NULL, 10);
	/* nothing else gave one in this directory: it is the time */
	when = (time_t)v;
	assert_non_null(localtime_r(&when, &tm));
	strftime(ctime_, sizeof(ctime_), "%a %b %e %H:%M:%S %Y", &tm);
	strftime(date, sizeof(date), "%d %b %Y %H:%M:%S %z", &tm);
	snprintf(want, sizeof(want),
	    "From MAILER-DAEMON %s\nDate: %s\n"
	    "From: Mail System Internal Data <MAILER-DAEMON@mail.example>\n"
	    "Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\n"
	    "X-IMAP: %010lu 0000000000 Work Later\nStatus: RO\n\n",
	    ctime_, date, v);
	assert_memory_equal(text, want, strlen(want));
	assert_string_equal(text + n - 2, "\n\n");
	assert_null(strstr(text + strlen(want), "\nFrom "));
	assert_int_equal(mode_of("home/box"), 0600);
	s = open_box(NIL);
	assert_int_equal(s->nmsgs, 0);
	assert_int_equal(s->uid_validity, v);
	assert_int_equal(s->uid_last, 0);
	assert_false(s->uid_nosticky);
	assert_string_equal(s->user_flags[0], "Work");
	assert_string_equal(s->user_flags[1], "Later");
	assert_null(s->user_flags[2]);
	mail_close(s);
	end();
}

static void
test_create_empty_file(void **state)
{
	(void)state;
	begin();
	mail_parameters(NIL, SET_USERHASNOLIFE, VOIDT);
	assert_true(mail_create(NIL, "box"));
	assert_int_equal(stat_of("home/box").st_size, 0);
	assert_true(mail_create(NIL, "#driver.unix/box2"));
	assert_int_equal(stat_of("home/box2").st_size, 0);
	end();
}

/* Modes and parents, whatever the umask. */
static void
test_create_modes(void **state)
{
	static const mode_t umasks[] = { 0, 022, 077 };

	(void)state;
	for (size_t i = 0; i < COUNT(umasks); i++) {
		mode_t was = umask(umasks[i]);

		begin();
		tmpdir_mkdir(&tmp, "public");
		tmpdir_mkdir(&tmp, "shared");
		tmpdir_mkdir(&tmp, "ftp");
		mail_parameters(NIL, SET_PUBLICHOME,
		    (void *)tmpdir_path(&tmp, "public"));
		mail_parameters(NIL, SET_SHAREDHOME,
		    (void *)tmpdir_path(&tmp, "shared"));
		mail_parameters(NIL, SET_FTPHOME,
		    (void *)tmpdir_path(&tmp, "ftp"));
		assert_true(mail_create(NIL, "a/b/c"));
		assert_int_equal(mode_of("home/a"), 0700);
		assert_int_equal(mode_of("home/a/b"), 0700);
		assert_int_equal(mode_of("home/a/b/c"), 0600);
		assert_true(mail_create(NIL, "#public/d/e"));
		assert_int_equal(mode_of("public/d"), 0777);
		assert_int_equal(mode_of("public/d/e"), 0666);
		assert_true(mail_create(NIL, "#SHARED/d/e"));
		assert_int_equal(mode_of("shared/d"), 0770);
		assert_int_equal(mode_of("shared/d/e"), 0660);
		assert_true(mail_create(NIL, "#ftp/d/e"));
		assert_int_equal(mode_of("ftp/d"), 0755);
		assert_int_equal(mode_of("ftp/d/e"), 0644);
		/* "inbox" in a namespace is the file INBOX there */
		assert_true(mail_create(NIL, "#public/inbox"));
		assert_true(tmpdir_has(&tmp, "public/INBOX"));
		/* a set-group-id bit stays, and is inherited */
		assert_int_equal(chmod(tmpdir_path(&tmp, "shared/d"), 02770),
		    0);
		assert_true(mail_create(NIL, "#shared/d/f/g"));
		assert_int_equal(mode_of("shared/d/f") & 0777, 0770);
		if (stat_of("shared/d").st_mode & S_ISGID)
			assert_true(stat_of("shared/d/f").st_mode & S_ISGID);
		/* only the spelling decides */
		assert_true(mail_create(NIL,
		    (char *)tmpdir_path(&tmp, "public/x")));
		assert_int_equal(mode_of("public/x"), 0600);
		/* a rename to another namespace takes its protection */
		assert_true(mail_rename(NIL, "a/b/c", "#public/n/c"));
		assert_int_equal(mode_of("public/n/c"), 0666);
		assert_int_equal(mode_of("public/n"), 0777);
		end();
		umask(was);
	}
}

static void
test_create_directory(void **state)
{
	(void)state;
	begin();
	assert_true(mail_create(NIL, "a/b/"));
	assert_true(S_ISDIR(stat_of("home/a/b").st_mode));
	assert_false(mail_create(NIL, "a/b/"));
	expect_log("Can't create mailbox node ");
	assert_false(mail_create(NIL, "a"));
	expect_log(": File exists");
	assert_true(mail_create(NIL, "a/b/c"));
	assert_false(mail_create(NIL, "a/b/c/d"));
	expect_log(": Not a directory");
	assert_true(mail_create(NIL, "#driver.unix/a/x/"));
	assert_true(S_ISDIR(stat_of("home/a/x").st_mode));
	assert_false(mail_create(NIL, "q//r"));
	assert_false(tmpdir_has(&tmp, "home/q"));
	end();
}

static const struct {
	const char *name;
	const char *log; /* contained in the complaint */
} refused[] = {
	{ "INBOX", "Can't create INBOX" },
	{ "inbox", "Can't create INBOX" },
	{ "a\nb", "invalid name" },
	{ "a\rb", "invalid name" },
	{ "a\tb", "invalid name" },
	{ "a\001b", "invalid name" },
	{ "a\177b", "invalid name" },
	{ "a\200b", "Can't create mailbox name with 8-bit octet: " },
	{ "a&", "Can't create unterminated modified UTF-7 name: a&" },
	{ "a&b.-", "Can't create invalid modified UTF-7 name: a&b.-" },
	{ ".cedar", "invalid name" },
	{ ".cedar/x", "invalid name" },
	{ "a/.cedar/x", "invalid name" },
	{ ".cedar-new.1", "invalid name" },
	{ "box.lock", "invalid name" },
	{ "a/box.lock/", "invalid name" },
	{ "", "invalid name" },
	{ "~nobodysuch/x", "invalid name" },
	{ "#nothing/x", "invalid name" },
	{ "#public/x", "invalid name" }, /* there is no such home */
	{ "#driver.mbx/x",
	    "Can't create mailbox #driver.mbx/x: unknown driver" },
	{ "#driver.unix", "bad driver syntax" },
	{ "#driver.unix/", "bad driver syntax" },
	{ "{host}x", "indeterminate mailbox format" },
};

static void
test_create_refused(void **state)
{
	char name[300];

	(void)state;
	begin();
	mail_parameters(NIL, SET_DISABLEAUTOSHAREDNS, VOIDT);
	mail_parameters(NIL, SET_PUBLICHOME, NIL);
	for (size_t i = 0; i < COUNT(refused); i++) {
		test_callbacks_reset();
		assert_false(mail_create(NIL, (char *)refused[i].name));
		expect_log(refused[i].log);
	}
	/* 256 octets are a name, 257 are none */
	memset(name, 'x', sizeof(name));
	for (size_t i = 99; i < sizeof(name); i += 100)
		name[i] = '/';
	name[256] = '\0';
	assert_true(mail_create(NIL, name));
	name[256] = 'x';
	name[257] = '\0';
	assert_false(mail_create(NIL, name));
	expect_log("invalid name");
	/* a part that no file system takes */
	memset(name, 'y', sizeof(name));
	name[255] = '\0';
	assert_true(mail_create(NIL, name));
	name[255] = 'y';
	name[256] = '\0';
	assert_false(mail_create(NIL, name));
	expect_log("File name too long");
	end();
}

/* ".." and absolute names: allowed, unless something is restricted. */
static void
test_create_restricted(void **state)
{
	char path[200];

	(void)state;
	begin();
	tmpdir_mkdir(&tmp, "home/a");
	assert_true(mail_create(NIL, "a/../b"));
	assert_true(tmpdir_has(&tmp, "home/b"));
	assert_true(mail_create(NIL, "a..b"));
	assert_true(mail_create(NIL, (char *)tmpdir_path(&tmp, "out")));
	mail_parameters(NIL, SET_RESTRICTIONS, (void *)RESTRICTROOT);
	assert_false(mail_create(NIL, "a/../c"));
	assert_false(mail_create(NIL, "c..d"));
	assert_false(mail_create(NIL, "a/~c"));
	snprintf(path, sizeof(path), "%s/out2", tmp.path);
	assert_false(mail_create(NIL, path));
	assert_false(mail_rename(NIL, "b", path));
	assert_false(mail_rename(NIL, "b", "a/../c"));
	snprintf(path, sizeof(path), "%s/out", tmp.path);
	assert_false(mail_delete(NIL, path));
	assert_false(mail_rename(NIL, path, "c"));
	snprintf(path, sizeof(path), "%s/home/in", tmp.path);
	assert_true(mail_create(NIL, path));
	assert_false(tmpdir_has(&tmp, "out2"));
	assert_true(tmpdir_has(&tmp, "out"));
	mail_parameters(NIL, SET_RESTRICTIONS, NIL);
	mail_parameters(NIL, SET_PUBLICHOME, (void *)tmp.path);
	assert_false(mail_create(NIL, "#public/../x"));
	assert_false(mail_create(NIL, "#public/a..b"));
	end();
}

/* A symbolic link is a name: what it means is not replaced, and stays. */
static void
test_links(void **state)
{
	(void)state;
	begin();
	box_as("home/real", MSG);
	tmpdir_mkdir(&tmp, "home/d");
	assert_int_equal(symlink("nowhere", tmpdir_path(&tmp, "home/dead")), 0);
	assert_int_equal(symlink("real", tmpdir_path(&tmp, "home/link")), 0);
	assert_int_equal(symlink("d", tmpdir_path(&tmp, "home/dlink")), 0);
	assert_false(mail_create(NIL, "dead"));
	assert_false(tmpdir_has(&tmp, "home/nowhere"));
	assert_false(mail_create(NIL, "link"));
	assert_false(mail_rename(NIL, "real", "dead"));
	assert_true(mail_create(NIL, "dlink/new"));
	assert_true(tmpdir_has(&tmp, "home/d/new"));
	/* it would mean another file there */
	assert_false(mail_rename(NIL, "link", "d/link"));
	assert_true(mail_rename(NIL, "link", "link2"));
	assert_true(mail_delete(NIL, "link2"));
	tmpdir_expect(&tmp, "home/real", MSG);
	assert_true(mail_delete(NIL, "dlink"));
	assert_true(tmpdir_has(&tmp, "home/d/new"));
	end();
}

static void
test_create_inbox(void **state)
{
	(void)state;
	begin();
	assert_true(mail_create(NIL, "#driver.unix/inbox"));
	assert_true(stat_of("spool").st_size > 0);
	assert_false(mail_create(NIL, "#driver.unix/INBOX"));
	expect_log("Can't create mailbox INBOX: mailbox already exists");
	box_as("spool", "");
	assert_false(mail_create(NIL, "#driver.unix/INBOX"));
	expect_log("Can't create mailbox INBOX: mailbox already exists");
	assert_int_equal(stat_of("spool").st_size, 0);
	end();
}

/* ------------------------------------------------------------------ delete */

static void
test_delete(void **state)
{
	(void)state;
	begin();
	box(PLAIN_BOX);
	assert_true(mail_delete(NIL, "box"));
	assert_false(tmpdir_has(&tmp, "home/box"));
	assert_false(tmpdir_has(&tmp, "home/box.lock"));
	assert_false(mail_delete(NIL, "box"));
	expect_log("Can't delete mailbox box: no such mailbox");
	assert_false(mail_delete(NIL, "INBOX"));
	expect_log("Can't delete INBOX");
	assert_true(mail_create(NIL, "d/x"));
	assert_false(mail_delete(NIL, "d"));
	expect_log("Can't delete mailbox d: Directory not empty");
	assert_true(mail_delete(NIL, "d/x"));
	/* what a killed CREATE left does not keep the directory */
	box_as("home/d/.cedar-new.77", MSG);
	assert_true(mail_delete(NIL, "d/"));
	assert_false(tmpdir_has(&tmp, "home/d"));
	/* a mailbox that may not be written may be removed */
	box(MSG);
	assert_int_equal(chmod(tmpdir_path(&tmp, "home/box"), 0400), 0);
	assert_true(mail_delete(NIL, "box"));
	end();
}

/* Nobody waits for a lock. */
static bool
at_once(void)
{
	return true;
}

/* What else has the mailbox in use. */
static void
test_in_use(void **state)
{
	struct inodelock lock;
	struct stat st;
	int fd;

	(void)state;
	begin();
	box(MSG);
	st = stat_of("home/box");
	assert_int_equal(cc_inodelock_get(&lock, &st, FDLOCK_EX, 0, NULL), 0);
	assert_true(like_the_original(&lock));
	assert_false(mail_delete(NIL, "box"));
	expect_log("Can't delete mailbox box: mailbox is in use by another");
	assert_false(mail_rename(NIL, "box", "new"));
	expect_log("Can't rename mailbox box: mailbox is in use by another");
	cc_inodelock_release(&lock);
	fd = open(tmpdir_path(&tmp, "home/box"), O_RDWR);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_false(mail_delete(NIL, "box"));
	assert_false(mail_rename(NIL, "box", "new"));
	close(fd);
	box_as("home/new.lock", "");
	cc_env()->give_up = at_once;
	assert_false(mail_rename(NIL, "box", "new"));
	expect_log("in use");
	/* nor is a lock taken away as a mailbox */
	box_as("home/box.lock", "");
	assert_false(mail_delete(NIL, "box.lock"));
	expect_log("Can't delete mailbox box.lock: ");
	assert_false(mail_rename(NIL, "box.lock", "x"));
	assert_false(mail_delete(NIL, "box"));
	cc_env()->give_up = NULL;
	assert_int_equal(unlink(tmpdir_path(&tmp, "home/box.lock")), 0);
	box_is(MSG);
	assert_true(mail_delete(NIL, "box"));
	assert_true(mail_delete(NIL, "new.lock")); /* of nothing */
	end();
}

/* No UIDVALIDITY comes twice, also for mailboxes that others made. */
static void
test_uidvalidity_never_repeats(void **state)
{
	unsigned long last = 0, v;
	char text[256];

	(void)state;
	begin();
	for (int i = 0; i < 5; i++) {
		assert_true(mail_create(NIL, "box"));
		v = validity("box");
		assert_true(v > last);
		last = v;
		if (i % 2)
			assert_true(mail_delete(NIL, "box"));
		else
			assert_true(mail_rename(NIL, "box",
			    i == 0       ? "a"
				: i == 2 ? "b"
					 : "c"));
	}
	assert_true(validity("a") < validity("b"));
	/* one that no session of ours ever opened */
	snprintf(text, sizeof(text),
	    FROM "Subject: x\nX-IMAPbase: %lu 9\nX-UID: 9\n\nx\n\n",
	    last + 1000);
	box(text);
	assert_true(mail_delete(NIL, "box"));
	assert_true(mail_create(NIL, "box"));
	assert_true(validity("box") > last + 1000);
	end();
}

/* Another session that has it open. */
static void
test_delete_while_open(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin();
	box(PLAIN_BOX);
	s = open_box(NIL);
	assert_true(mail_delete(NIL, "box"));
	/* it reads what is known to be the same, and changes nothing */
	expect_text(s, 1, "one\n");
	mail_flag(s, "1", "\\Flagged", ST_SET);
	assert_false(tmpdir_has(&tmp, "home/box"));
	assert_false(mail_ping(s));
	expect_log("Mailbox was removed");
	mail_close(s);
	assert_false(tmpdir_has(&tmp, "home/box"));
	/* nor does it take another mailbox for its own */
	box(PLAIN_BOX);
	s = open_box(NIL);
	mail_flag(s, "1", "\\Deleted", ST_SET);
	assert_true(mail_delete(NIL, "box"));
	box(FROM3 BASE "X-UID: 1\nSubject: other\n\nother\n\n");
	assert_false(mail_expunge(s));
	assert_false(mail_ping(s));
	mail_close(s);
	box_is(FROM3 BASE "X-UID: 1\nSubject: other\n\nother\n\n");
	/* its own one: the stream serves no more, and is closed */
	s = open_box(NIL);
	assert_true(mail_delete(s, "box"));
	assert_false(mail_ping(s));
	mail_close(s);
	end();
}

/* ------------------------------------------------------------------ rename */

static void
test_rename(void **state)
{
	unsigned long v;
	MAILSTREAM *s;

	(void)state;
	begin();
	box(PLAIN_BOX);
	v = validity("box");
	assert_true(mail_rename(NIL, "box", "x/y/new"));
	assert_false(tmpdir_has(&tmp, "home/box"));
	assert_false(tmpdir_has(&tmp, "home/x/y/new.lock"));
	tmpdir_expect(&tmp, "home/x/y/new", PLAIN_BOX);
	assert_int_equal(mode_of("home/x/y"), 0700);
	/* the same mailbox, with its UIDs, which the file does not have */
	s = mail_open(NIL, "x/y/new", OP_READONLY);
	assert_int_equal(s->uid_validity, v);
	assert_int_equal(uid(s, 2), 2);
	mail_close(s);
	box(MSG);
	assert_false(mail_rename(NIL, "box", "x/y/new"));
	expect_log("Can't rename to mailbox x/y/new: mailbox already exists");
	assert_false(mail_rename(NIL, "box", "x/y"));
	tmpdir_write(&tmp, "home/empty", "", 0);
	assert_false(mail_rename(NIL, "box", "empty"));
	assert_false(mail_rename(NIL, "box", "x/y/new/z"));
	assert_false(mail_rename(NIL, "box", "INBOX"));
	assert_false(mail_rename(NIL, "box", ".cedar/x"));
	assert_false(mail_rename(NIL, "box", "new.lock"));
	assert_false(mail_rename(NIL, "box", "a\tb"));
	assert_false(mail_rename(NIL, "box", "a&"));
	expect_log("Can't rename to unterminated modified UTF-7 name: a&");
	assert_false(mail_rename(NIL, "none", "some"));
	expect_log("Can't rename mailbox none: no such mailbox");
	assert_int_equal(stat_of("home/empty").st_size, 0);
	box_is(MSG);
	/* directories of any kind */
	assert_true(mail_rename(NIL, "x", "z/x"));
	tmpdir_expect(&tmp, "home/z/x/y/new", PLAIN_BOX);
	/* a file that nobody but its directory knows, under a FIFO's name */
	assert_int_equal(mkfifo(tmpdir_path(&tmp, "home/fifo"), 0600), 0);
	assert_false(mail_rename(NIL, "box", "fifo"));
	box_is(MSG);
	end();
}

/* A mailbox does not leave its file system: the name is refused, as rename(2)
 * refuses it, and all is as it was. */
static void
test_rename_across_devices(void **state)
{
	static const char *const names[] = { "box", "dir" };
	unsigned long v;

	(void)state;
	begin();
	box(PLAIN_BOX);
	tmpdir_mkdir(&tmp, "home/dir");
	box_as("home/dir/in", MSG);
	v = validity("box");
	elsewhere = "/away";
	for (size_t i = 0; i < COUNT(names); i++) {
		assert_false(mail_rename(NIL, (char *)names[i], "there/away"));
		expect_log("Invalid cross-device link");
		assert_false(tmpdir_has(&tmp, "home/there/away"));
		assert_false(tmpdir_has(&tmp, "home/there/away.lock"));
	}
	elsewhere = NULL;
	box_is(PLAIN_BOX);
	tmpdir_expect(&tmp, "home/dir/in", MSG);
	assert_int_equal(validity("box"), v);
	end();
}

/* A change that was begun and not ended is ended first: its record is beside
 * the old name. The session that renames its own mailbox goes on with it. */
static void
test_rename_while_open(void **state)
{
	MAILSTREAM *s, *other;

	(void)state;
	begin();
	box(PLAIN_BOX);
	s = open_box(NIL);
	other = open_box(NIL);
	assert_true(mail_rename(s, "box", "new"));
	assert_string_equal(s->mailbox, "new");
	assert_true(mail_ping(s));
	expect_text(s, 2, "two\n");
	mail_flag(s, "1", "\\Flagged", ST_SET);
	assert_false(mail_ping(other));
	mail_close(other);
	mail_close(s);
	assert_false(tmpdir_has(&tmp, "home/box"));
	s = mail_open(NIL, "new", OP_READONLY);
	assert_int_equal(flags(s, 1) & fFLAGGED, fFLAGGED);
	mail_close(s);
	end();
}

/* ------------------------------------------------------------------- INBOX */

static void
spool(const char *text)
{
	tmpdir_write(&tmp, "spool", text, strlen(text));
}

static void
test_rename_inbox(void **state)
{
	MAILSTREAM *s, *other;
	unsigned long v;

	(void)state;
	begin();
	spool(PLAIN_BOX);
	assert_int_equal(chmod(tmpdir_path(&tmp, "spool"), 0660), 0);
	v = validity("INBOX");
	other = mail_open(NIL, "INBOX", NIL);
	assert_true(mail_rename(NIL, "inbox", "old/mail"));
	tmpdir_expect(&tmp, "spool", "");
	assert_int_equal(mode_of("spool"), 0660);
	tmpdir_expect(&tmp, "home/old/mail", PLAIN_BOX);
	assert_int_equal(mode_of("home/old/mail"), 0600);
	/* who has INBOX open sees it empty */
	assert_true(mail_ping(other));
	assert_int_equal(other->nmsgs, 0);
	spool(FROM3 "Subject: c\n\nthree\n\n");
	assert_true(mail_ping(other));
	assert_int_equal(other->nmsgs, 1);
	if (other->uid_validity == v)
		assert_true(uid(other, 1) > 2);
	mail_close(other);
	assert_false(mail_rename(NIL, "INBOX", "old/mail"));
	expect_log("mailbox already exists");
	assert_false(mail_rename(NIL, "INBOX", "INBOX"));
	/* one without mail: a new mailbox is all there is to do */
	spool("");
	assert_true(mail_rename(NIL, "INBOX", "new"));
	s = mail_open(NIL, "new", NIL);
	assert_non_null(s);
	assert_int_equal(s->nmsgs, 0);
	mail_close(s);
	assert_int_equal(unlink(tmpdir_path(&tmp, "spool")), 0);
	assert_true(mail_rename(NIL, "INBOX", "new2"));
	assert_false(tmpdir_has(&tmp, "spool"));
	/* another one's lock */
	spool(MSG);
	tmpdir_write(&tmp, "spool.lock", "", 0);
	cc_env()->give_up = at_once;
	assert_false(mail_rename(NIL, "INBOX", "new3"));
	expect_log("in use");
	cc_env()->give_up = NULL;
	assert_false(tmpdir_has(&tmp, "home/new3"));
	tmpdir_expect(&tmp, "spool", MSG);
	end();
}

/* ------------------------------------------------------------------- killed */

static void
kill_create(size_t step)
{
	(void)step;
	mail_create(NIL, "d/box");
}

static void
kill_delete(size_t step)
{
	(void)step;
	mail_delete(NIL, "box");
}

static void
kill_rename(size_t step)
{
	(void)step;
	mail_rename(NIL, "box", "d/new");
}

static void
kill_rename_inbox(size_t step)
{
	(void)step;
	mail_rename(NIL, "INBOX", "new");
}

static bool
exists(const char *name)
{
	return tmpdir_has(&tmp, name);
}

static void
check_created(void)
{
	MAILSTREAM *s;

	if (!exists("home/d/box"))
		assert_true(mail_create(NIL, "d/box"));
	s = mail_open(NIL, "d/box", NIL);
	assert_non_null(s);
	assert_int_equal(s->nmsgs, 0);
	assert_false(s->uid_nosticky);
	mail_close(s);
	assert_true(mail_delete(NIL, "d/box"));
	assert_true(mail_delete(NIL, "d"));
}

static void
expect_plain(const char *name)
{
	MAILSTREAM *s = mail_open(NIL, (char *)name, OP_READONLY);

	assert_non_null(s);
	assert_int_equal(s->nmsgs, 2);
	expect_text(s, 1, "one\n");
	expect_text(s, 2, "two\n");
	assert_int_equal(uid(s, 2), 2);
	mail_close(s);
}

static void
check_deleted(void)
{
	if (exists("home/box"))
		expect_plain("box");
}

static void
check_renamed(void)
{
	assert_true(exists("home/box") != exists("home/d/new"));
	expect_plain(exists("home/box") ? "box" : "d/new");
}

/* Both messages are in one of the two; a delivery since is in INBOX. */
static void
check_renamed_inbox(void)
{
	MAILSTREAM *s;
	unsigned long n, more;
	int fd = open(tmpdir_path(&tmp, "spool"), O_WRONLY | O_APPEND);
	const char late[] = FROM3 "Subject: c\n\nthree\n\n";

	if (seed % 2)
		assert_int_equal(write(fd, late, strlen(late)),
		    (ssize_t)strlen(late));
	close(fd);
	s = mail_open(NIL, "INBOX", OP_READONLY);
	assert_non_null(s);
	n = s->nmsgs;
	mail_close(s);
	more = 0;
	if (exists("home/new") && stat_of("home/new").st_size > 0) {
		s = mail_open(NIL, "new", OP_READONLY);
		assert_non_null(s);
		more = s->nmsgs;
		expect_text(s, 1, "one\n");
		expect_text(s, 2, "two\n");
		mail_close(s);
	}
	assert_int_equal(n + more, seed % 2 ? 3 : 2);
	assert_true(more == 0 || n < 2);
}

static const struct {
	void (*victim)(size_t);
	void (*check)(void);
	bool inbox;
} killed[] = {
	{ kill_create, check_created, false },
	{ kill_delete, check_deleted, false },
	{ kill_rename, check_renamed, false },
	{ kill_rename_inbox, check_renamed_inbox, true },
};

static void
test_killed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(killed); i++) {
		bool lived = false;
		int n = 1;

		for (; !lived; n++) {
			for (enum how how = BEFORE; how < HOWS; how++) {
				begin();
				if (killed[i].inbox)
					spool(PLAIN_BOX);
				else if (i > 0)
					box(PLAIN_BOX);
				validity(killed[i].inbox ? "INBOX"
					: i              ? "box"
							 : "INBOX");
				seed = seed * 1103515245 + 12345;
				seed >>= 1;
				lived = run_until(n, how, killed[i].victim, 0);
				unlink(tmpdir_path(&tmp, "spool.lock"));
				unlink(tmpdir_path(&tmp, "home/new.lock"));
				unlink(tmpdir_path(&tmp, "home/d/new.lock"));
				killed[i].check();
				end();
			}
		}
		assert_true(n > 5);
	}
}

/* How many messages the mailbox shows; the first one has this text. */
static unsigned long
count_of(const char *name, const char *first)
{
	MAILSTREAM *s = mail_open(NIL, (char *)name, NIL);
	unsigned long n;

	assert_non_null(s);
	if ((n = s->nmsgs) > 0)
		expect_text(s, 1, first);
	mail_close(s);
	return n;
}

/* INBOX was renamed but for the end, and has new mail: that stays there. */
static void
test_mail_after_a_killed_rename(void **state)
{
	bool lived = false;
	int ended = 0;

	(void)state;
	for (int n = 1; !lived; n++) {
		begin();
		spool(PLAIN_BOX);
		lived = run_until(n, BEFORE, kill_rename_inbox, 0);
		unlink(tmpdir_path(&tmp, "spool.lock"));
		unlink(tmpdir_path(&tmp, "home/new.lock"));
		if (stat_of("spool").st_size == 0) {
			ended++;
			spool(FROM3 "Subject: c\n\nthree\n\n");
			for (int k = 0; k < 2; k++)
				assert_int_equal(count_of("INBOX", "three\n"),
				    1);
			assert_int_equal(count_of("new", "one\n"), 2);
		}
		end();
	}
	assert_true(ended > 2);
}

/* The new mailbox of a killed rename is removed before anybody has looked at
 * INBOX, which has its mail still: no later rename takes it for moved. */
static void
test_destination_of_a_killed_rename_removed(void **state)
{
	bool lived = false;
	int whole = 0;

	(void)state;
	for (int n = 1; !lived; n++) {
		begin();
		spool(PLAIN_BOX);
		lived = run_until(n, BEFORE, kill_rename_inbox, 0);
		unlink(tmpdir_path(&tmp, "spool.lock"));
		unlink(tmpdir_path(&tmp, "home/new.lock"));
		if (stat_of("spool").st_size > 0 && exists("home/new")) {
			whole++;
			assert_int_equal(unlink(tmpdir_path(&tmp, "home/new")),
			    0);
			if (n % 2)
				assert_int_equal(count_of("INBOX", "one\n"), 2);
			assert_true(mail_rename(NIL, "INBOX", "other"));
			assert_int_equal(count_of("other", "one\n"), 2);
			assert_int_equal(count_of("INBOX", ""), 0);
		}
		end();
	}
	assert_true(whole > 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_create_content),
		cmocka_unit_test(test_create_empty_file),
		cmocka_unit_test(test_create_modes),
		cmocka_unit_test(test_create_directory),
		cmocka_unit_test(test_create_refused),
		cmocka_unit_test(test_create_restricted),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_create_inbox),
		cmocka_unit_test(test_delete),
		cmocka_unit_test(test_in_use),
		cmocka_unit_test(test_uidvalidity_never_repeats),
		cmocka_unit_test(test_delete_while_open),
		cmocka_unit_test(test_rename),
		cmocka_unit_test(test_rename_across_devices),
		cmocka_unit_test(test_rename_while_open),
		cmocka_unit_test(test_rename_inbox),
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_mail_after_a_killed_rename),
		cmocka_unit_test(test_destination_of_a_killed_rename_removed),
	};

	return cmocka_run_group_tests(tests, link_drivers, NULL);
}
