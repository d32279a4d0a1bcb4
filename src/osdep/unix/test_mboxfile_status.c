/*
 * test_mboxfile_status.c - STATUS of mailboxes that nobody has selected: what
 * is kept of them counts for one state of the file, is believed without a lock
 * and without reading the mailbox, and never in any other state.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <sys/syscall.h>
#include <time.h>

#include "test_unix.h"

#include "mboxfile_status.h"
#include "test_seed.h"

#define ALL (SA_MESSAGES | SA_RECENT | SA_UNSEEN | SA_UIDNEXT | SA_UIDVALIDITY)

#define STATE(status, uid)                                                     \
	"Status: " status "\nX-Status: \nX-Keywords:          \nX-UID: " uid   \
	"\n"

/* Two messages, the first of them read. */
#define TWO                                                                    \
	FROM "Subject: s\n" BASE STATE("RO", "6") "\nbody\n\n" FROM2           \
						  "Subject: t\n" STATE("O ",   \
						      "7") "\ntext\n\n"

/* ---------------------------------------------------------------- the scene */

/* When somebody delivers without a lock. */
enum { NEVER, WHEN_COUNTED, AT_THE_END };

static struct {
	bool in_seconds; /* all times of files */
	bool refused;    /* the mailbox may not be opened */
	time_t started;  /* seconds by which the machine started later */
	time_t set;      /* seconds by which the clock was set */
	int intrude;     /* NEVER, WHEN_COUNTED, AT_THE_END */
	unsigned reads;  /* of the mailbox */
	unsigned locks;  /* dot-locks made */
} scene;

static int
coarse(int r, struct stat *st)
{
	if (scene.in_seconds)
		st->st_mtim.tv_nsec = st->st_ctim.tv_nsec = 0;
	return r;
}

int
fstat(int fd, struct stat *st)
{
	return coarse(fstatat(fd, "", st, AT_EMPTY_PATH), st);
}

int
stat(const char *path, struct stat *st)
{
	return coarse(fstatat(AT_FDCWD, path, st, 0), st);
}

int
clock_gettime(clockid_t clock, struct timespec *t)
{
	int r = (int)syscall(SYS_clock_gettime, clock, t);

	if (clock == CLOCK_BOOTTIME)
		t->tv_sec -= scene.started;
	if (clock == CLOCK_REALTIME)
		t->tv_sec += scene.set;
	return r;
}

static bool
is_box(int fd)
{
	struct stat st, box;

	return fstat(fd, &st) == 0 &&
	    stat(tmpdir_path(&tmp, "home/box"), &box) == 0 &&
	    st.st_ino == box.st_ino;
}

/* Somebody delivers who does not know our locks. */
static void
intrude(void)
{
	static const char text[] =
	    FROM3 "Subject: i\nX-UID: 15\n\nintruder\n\n";
	int fd = open(tmpdir_path(&tmp, "home/box"), O_WRONLY | O_APPEND);

	scene.intrude = NEVER;
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

int
futimens(int fd, const struct timespec times[2])
{
	if (scene.intrude == AT_THE_END && is_box(fd))
		intrude();
	return (int)syscall(SYS_utimensat, fd, NULL, times, 0);
}

ssize_t
pread(int fd, void *buf, size_t n, off_t at)
{
	if (is_box(fd))
		scene.reads++;
	else if (scene.intrude == WHEN_COUNTED && scene.locks > 0)
		intrude();
	return syscall(SYS_pread64, fd, buf, n, at);
}

int
link(const char *from, const char *to)
{
	scene.locks++;
	return (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int
open(const char *path, int how, ...)
{
	if (scene.refused && strcmp(path, tmpdir_path(&tmp, "home/box")) == 0) {
		errno = EACCES;
		return -1;
	}
	return (int)syscall(SYS_openat, AT_FDCWD, path, how, 0600);
}

/* Gives the mailbox this mtime, as programs do that restore it. */
static void
set_mtime(time_t sec, long nsec)
{
	const struct timespec times[2] = { { 0, UTIME_OMIT }, { sec, nsec } };

	assert_int_equal(utimensat(AT_FDCWD, tmpdir_path(&tmp, "home/box"),
			     times, 0),
	    0);
}

/* An hour ago, and the clock of files has gone on since. */
static void
settle(void)
{
	struct timespec now;
	struct stat st;

	set_mtime(time(NULL) - 3600, 12345);
	assert_int_equal(stat(tmpdir_path(&tmp, "home/box"), &st), 0);
	do {
		assert_int_equal(clock_gettime(CLOCK_REALTIME_COARSE, &now), 0);
	} while (now.tv_sec < st.st_ctim.tv_sec ||
	    (now.tv_sec == st.st_ctim.tv_sec &&
		now.tv_nsec <= st.st_ctim.tv_nsec));
}

static void
begin_with(const char *text)
{
	memset(&scene, 0, sizeof(scene));
	begin();
	box(text);
	settle();
}

/* What STATUS says, as one word. */
static const char *
said(void)
{
	static char text[200];
	const MAILSTATUS *s = &test_callbacks.status;

	test_callbacks_reset();
	scene.reads = scene.locks = 0;
	if (!mail_status(NIL, (char *)"box", ALL))
		return "no";
	assert_string_equal(test_callbacks.status_name, "box");
	snprintf(text, sizeof(text),
	    "%lu messages %lu recent %lu unseen %lu %lu", s->messages,
	    s->recent, s->unseen, s->uidnext, s->uidvalidity);
	return text;
}

/* Files of the private directory whose names begin so. */
static int
files_of(const char *name)
{
	DIR *d = opendir(tmpdir_path(&tmp, "home/.cedar"));
	struct dirent *e;
	int n = 0;

	assert_non_null(d);
	while ((e = readdir(d)) != NULL)
		n += strncmp(e->d_name, name, strlen(name)) == 0;
	closedir(d);
	return n;
}

#define SAYS_TWO "2 messages 0 recent 1 unseen 8 1709629200"

/* The mailbox is looked at, and then known. */
static void
is_looked_at(const char *want)
{
	assert_string_equal(said(), want);
	assert_true(scene.reads > 0);
}

static void
is_known(const char *want)
{
	assert_string_equal(said(), want);
	assert_int_equal(scene.reads, 0);
	assert_int_equal(scene.locks, 0);
}

/* Another session of ours, whose file of counters is not open yet. */
static void
another_session(void)
{
	close(cc_env()->status_fd);
	cc_env()->status_fd = -1;
}

/* --------------------------------------------------------------- the rules */

static void
test_a_mailbox_is_read_once(void **state)
{
	(void)state;
	begin_with(TWO);
	is_looked_at(SAYS_TWO);
	is_known(SAYS_TWO);
	another_session();
	is_known(SAYS_TWO);
	end();
}

static void
deliver_one(void)
{
	deliver(FROM3 "Subject: u\n\nmore\n\n");
}

static void
read_second(void)
{
	patch("O \nX-Status: \nX-Keywords:          \nX-UID: 7",
	    "RO\nX-Status: \nX-Keywords:          \nX-UID: 7");
}

static void
cut(void)
{
	assert_int_equal(truncate(tmpdir_path(&tmp, "home/box"),
			     (off_t)(strstr(TWO, FROM2) - TWO)),
	    0);
}

/* Shrinks and grows to the octet. */
static void
shrink_and_grow(void)
{
	cut();
	deliver(FROM3 "Subject: t\n" STATE("RO", "7") "\ntext\n\n");
}

static void
replace(void)
{
	char old[PATH_MAX];

	snprintf(old, sizeof(old), "%s", tmpdir_path(&tmp, "home/box"));
	tmpdir_write(&tmp, "home/other", TWO, strlen(TWO));
	assert_int_equal(rename(tmpdir_path(&tmp, "home/other"), old), 0);
	read_second();
}

static void
touch(void)
{
	set_mtime(time(NULL) - 7200, 54321);
}

/* Nothing is believed of a file that is not what it was, whatever mtime the
 * program that changed it left. */
static void
test_every_change_is_seen(void **state)
{
	static const struct {
		const char *what;
		void (*change)(void);
		const char *says;
	} cases[] = {
		{ "a delivery", deliver_one,
		    "3 messages 1 recent 2 unseen 9 1709629200" },
		{ "flags", read_second,
		    "2 messages 0 recent 0 unseen 8 1709629200" },
		{ "shorter", cut, "1 messages 0 recent 0 unseen 8 1709629200" },
		{ "shorter and longer", shrink_and_grow,
		    "2 messages 0 recent 0 unseen 8 1709629200" },
		{ "another file", replace,
		    "2 messages 0 recent 0 unseen 8 1709629200" },
		{ "times alone", touch, SAYS_TWO },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (int restored = 0; restored < 2; restored++) {
			struct stat st;

			print_message("%s\n", cases[i].what);
			begin_with(TWO);
			is_looked_at(SAYS_TWO);
			settle();
			is_looked_at(SAYS_TWO);
			is_known(SAYS_TWO);
			assert_int_equal(stat(tmpdir_path(&tmp, "home/box"),
					     &st),
			    0);
			cases[i].change();
			if (restored)
				set_mtime(st.st_mtim.tv_sec,
				    st.st_mtim.tv_nsec);
			is_looked_at(cases[i].says);
			settle();
			is_looked_at(cases[i].says);
			is_known(cases[i].says);
			end();
		}
}

/* Two changes may have one time where that is in whole seconds. */
static void
test_whole_seconds(void **state)
{
	(void)state;
	begin_with(TWO);
	scene.in_seconds = true;
	is_looked_at(SAYS_TWO);
	is_looked_at(SAYS_TWO);
	end();
}

/* So may a change that comes right behind the one that was seen. */
static void
test_a_young_change(void **state)
{
	struct timespec now;
	struct mbox_stamp s = { .size = 1 };

	(void)state;
	begin_with(TWO);
	set_mtime(time(NULL) + 3600, 1);
	is_looked_at(SAYS_TWO);
	is_looked_at(SAYS_TWO);
	assert_int_equal(clock_gettime(CLOCK_REALTIME, &now), 0);
	s.mtime = s.ctime = now;
	s.mtime.tv_sec -= 10;
	s.mtime.tv_nsec = s.ctime.tv_nsec = 1;
	assert_true(cc_status_is_settled(&s));
	s.mtime.tv_sec = now.tv_sec + 10;
	assert_false(cc_status_is_settled(&s));
	end();
}

/* After a start nobody knows which octets came to the disk; after the clock
 * was set times come again. */
static void
test_another_clock(void **state)
{
	(void)state;
	begin_with(TWO);
	is_looked_at(SAYS_TWO);
	is_known(SAYS_TWO);
	scene.started = 60;
	is_looked_at(SAYS_TWO);
	is_known(SAYS_TWO);
	scene.set = -30;
	is_looked_at(SAYS_TWO);
	is_known(SAYS_TWO);
	scene.started = scene.set = 0;
	is_looked_at(SAYS_TWO);
	end();
}

/* ---------------------------------------------------------------- the table */

#define TABLE "home/.cedar/status"

/* Where the first entry is. */
static size_t
find_entry(const struct strbuf *table)
{
	size_t at = 0;

	while (at < table->len && table->data[at] == 0)
		at++;
	assert_true(at < table->len && at % 128 == 0);
	return at;
}

static void
test_damaged_entry(void **state)
{
	struct strbuf table;
	size_t at;

	(void)state;
	begin_with(TWO);
	is_looked_at(SAYS_TWO);
	file_read(tmpdir_path(&tmp, TABLE), &table);
	at = find_entry(&table);
	for (size_t i = 0; i < 128; i++) {
		table.data[at + i] ^= 0x10;
		tmpdir_write(&tmp, TABLE, table.data, table.len);
		is_looked_at(SAYS_TWO);
		table.data[at + i] ^= 0x10;
	}
	for (size_t i = 0; i < 128; i += 9) {
		tmpdir_write(&tmp, TABLE, table.data, at + i);
		is_looked_at(SAYS_TWO);
		is_known(SAYS_TWO);
	}
	tmpdir_write(&tmp, TABLE, "", 0);
	is_looked_at(SAYS_TWO);
	is_known(SAYS_TWO);
	cc_strbuf_free(&table);
	end();
}

static void
spoil_mode(const char *table)
{
	assert_int_equal(chmod(table, 0622), 0);
}

static void
spoil_names(const char *table)
{
	char name[PATH_MAX];

	snprintf(name, sizeof(name), "%s.too", table);
	assert_int_equal(syscall(SYS_linkat, AT_FDCWD, table, AT_FDCWD, name,
			     0),
	    0);
}

static void
spoil_link(const char *table)
{
	char name[PATH_MAX];

	snprintf(name, sizeof(name), "%s.too", table);
	assert_int_equal(rename(table, name), 0);
	assert_int_equal(symlink(name, table), 0);
}

static void
spoil_type(const char *table)
{
	assert_int_equal(unlink(table), 0);
	assert_int_equal(mkdir(table, 0700), 0);
}

/* A table that others may write to, or that is something else, is none. */
static void
test_table_of_others(void **state)
{
	static void (*const spoil[])(const char *table) = { spoil_mode,
		spoil_names, spoil_link, spoil_type };

	(void)state;
	for (size_t i = 0; i < sizeof(spoil) / sizeof(*spoil); i++) {
		char table[PATH_MAX];

		begin_with(TWO);
		is_looked_at(SAYS_TWO);
		another_session();
		snprintf(table, sizeof(table), "%s", tmpdir_path(&tmp, TABLE));
		spoil[i](table);
		is_looked_at(SAYS_TWO);
		is_looked_at(SAYS_TWO);
		end();
	}
}

/* All of a file's state counts. */
static void
test_another_state(void **state)
{
	const struct mbox_status s = { .stamp = { 1, 2, 3, { 4, 5 }, { 6, 7 } },
		.uidvalidity = 1 };
	const struct mbox_stamp others[] = {
		{ 9, 2, 3, { 4, 5 }, { 6, 7 } },
		{ 1, 9, 3, { 4, 5 }, { 6, 7 } },
		{ 1, 2, 9, { 4, 5 }, { 6, 7 } },
		{ 1, 2, 3, { 9, 5 }, { 6, 7 } },
		{ 1, 2, 3, { 4, 9 }, { 6, 7 } },
		{ 1, 2, 3, { 4, 5 }, { 9, 7 } },
		{ 1, 2, 3, { 4, 5 }, { 6, 9 } },
	};
	struct mbox_status got;

	(void)state;
	begin_with(TWO);
	cc_status_keep(&s);
	assert_int_equal(cc_status_find(&s.stamp, &got), 0);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_int_equal(cc_status_find(&others[i], &got), CC_ENOENT);
	end();
}

/* An anonymous user keeps nothing. */
static void
test_anonymous(void **state)
{
	struct mbox_status s = { .stamp = { .ino = 1, .ctime = { 1, 1 } },
		.uidvalidity = 1 };

	(void)state;
	begin_with(TWO);
	cc_env()->anonymous = true;
	cc_status_keep(&s);
	assert_int_equal(cc_status_find(&s.stamp, &s), CC_ENOENT);
	assert_false(tmpdir_has(&tmp, TABLE));
	cc_env()->anonymous = false;
	cc_status_keep(&s);
	assert_int_equal(cc_status_find(&s.stamp, &s), 0);
	end();
}

#define MAILBOXES 20000u

/* More mailboxes than there is room for: some are forgotten, none is taken for
 * another. */
static void
test_full_table(void **state)
{
	unsigned found = 0;
	struct stat st;

	(void)state;
	begin_with(TWO);
	for (unsigned i = 1; i <= MAILBOXES; i++) {
		struct mbox_status s = {
			{ .dev = i % 3, .ino = i, .ctime = { 1, 1 } }, i, i + 1,
			i + 2, i % 5, i % 7
		};
		struct mbox_status got;

		cc_status_keep(&s);
		assert_int_equal(cc_status_find(&s.stamp, &got), 0);
		assert_int_equal(got.uidvalidity, i);
	}
	for (unsigned i = 1; i <= MAILBOXES; i++) {
		struct mbox_stamp stamp = {
			.dev = i % 3, .ino = i, .ctime = { 1, 1 }
		};
		struct mbox_status got;

		if (cc_status_find(&stamp, &got) != 0)
			continue;
		found++;
		assert_true(got.uidvalidity == i && got.uid_last == i + 1 &&
		    got.messages == i + 2 && got.recent == i % 5 &&
		    got.unseen == i % 7);
	}
	assert_int_equal(stat(tmpdir_path(&tmp, TABLE), &st), 0);
	assert_true(st.st_size <= 1024 * 1024);
	assert_true(found > 7000 && found <= 8192);
	end();
}

/* ----------------------------------------------------------- with sessions */

/* Flags that wait in a session are not in the file. */
static void
test_flags_that_wait(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin_with(FROM "Subject: s\n" BASE "X-UID: 7\n\nbody\n\n");
	s = open_box(NIL);
	mail_flag(s, (char *)"1", (char *)"\\Seen", ST_SET);
	assert_int_equal(flags(s, 1) & fSEEN, fSEEN);
	assert_string_equal(said(),
	    "1 messages 1 recent 1 unseen 8 1709629200");
	mail_check(s);
	assert_string_equal(said(),
	    "1 messages 0 recent 0 unseen 8 1709629200");
	settle();
	assert_string_equal(said(),
	    "1 messages 0 recent 0 unseen 8 1709629200");
	is_known("1 messages 0 recent 0 unseen 8 1709629200");
	mail_close(s);
	end();
}

/* APPEND of ours. */
static void
add(const char *with)
{
	static char text[] = "Subject: v\r\n\r\nadded\r\n";
	STRING s;

	INIT(&s, mail_string, text, strlen(text));
	assert_true(mail_append_full(NIL, (char *)"box", (char *)with, NIL,
	    &s));
}

/* What a session found or wrote need not be looked at again. */
static void
test_what_a_session_knows(void **state)
{
	MAILSTREAM *s;

	(void)state;
	begin_with(TWO);
	s = open_box(NIL);
	is_known(SAYS_TWO);
	deliver_one();
	settle();
	mail_ping(s);
	is_known("3 messages 1 recent 2 unseen 9 1709629200");
	mail_flag(s, (char *)"2", (char *)"\\Seen", ST_SET);
	is_known("3 messages 1 recent 1 unseen 9 1709629200");
	mail_close(s);
	end();
}

/* What was added by ours is counted: where the others are known, and where all
 * of the mailbox was looked at before. */
static void
test_appends(void **state)
{
	(void)state;
	begin_with(TWO);
	add(NIL);
	is_known("3 messages 1 recent 2 unseen 9 1709629200");
	add("\\Seen");
	is_known("4 messages 2 recent 2 unseen 10 1709629200");
	add("\\Seen \\Deleted Work");
	is_known("5 messages 3 recent 2 unseen 11 1709629200");
	/* a message that has no UID yet: all is parsed to give it one */
	deliver_one();
	add(NIL);
	is_known("7 messages 5 recent 4 unseen 13 1709629200");
	settle();
	is_looked_at("7 messages 5 recent 4 unseen 13 1709629200");
	add(NIL);
	is_known("8 messages 6 recent 5 unseen 14 1709629200");
	/* of what others changed nothing is known */
	read_second();
	add(NIL);
	is_looked_at("9 messages 7 recent 5 unseen 15 1709629200");
	end();
}

/* One who takes no locks delivers in the middle of it. */
static void
test_appends_with_an_intruder(void **state)
{
	static const char *const says[] = { NULL,
		"7 messages 5 recent 5 unseen 17 1709629200",
		"7 messages 5 recent 5 unseen 16 1709629200" };

	(void)state;
	for (int when = WHEN_COUNTED; when <= AT_THE_END; when++) {
		begin_with(TWO);
		for (int i = 0; i < 3; i++)
			add(NIL);
		is_known("5 messages 3 recent 4 unseen 11 1709629200");
		scene.intrude = when;
		add("\\Seen");
		assert_int_equal(scene.intrude, NEVER);
		assert_string_equal(said(), says[when]);
		end();
	}
}

#define LARGE 5000000u

/* A message that is not looked at again is not counted. */
static void
test_append_of_a_large_one(void **state)
{
	char *text = malloc(LARGE);
	STRING s;

	(void)state;
	assert_non_null(text);
	memset(text, '\n', LARGE);
	begin_with(TWO);
	add(NIL);
	is_known("3 messages 1 recent 2 unseen 9 1709629200");
	INIT(&s, mail_string, text, LARGE);
	assert_true(mail_append_full(NIL, (char *)"box", NIL, NIL, &s));
	is_looked_at("4 messages 2 recent 3 unseen 10 1709629200");
	end();
	free(text);
}

/* Counters tell no UID: none is reserved. Those of a mailbox that has none are
 * the same for everybody. */
static void
test_uids(void **state)
{
	unsigned long uidvalidity;
	unsigned soon;
	char want[100];
	MAILSTREAM *s;

	(void)state;
	begin_with(TWO);
	is_looked_at(SAYS_TWO);
	assert_int_equal(files_of("uids."), 0);
	assert_int_equal(files_of("uidvalidity"), 0);
	end();
	/* one that might come again must not */
	begin_with(FROM "Subject: s\n"
			"X-IMAPbase: 4000000000 7\nX-UID: 7\n\nbody\n\n");
	soon = (unsigned)time(NULL) + 1000;
	snprintf(want, sizeof(want), "%u", soon);
	patch("4000000000", want);
	settle();
	snprintf(want, sizeof(want), "1 messages 1 recent 1 unseen 8 %u", soon);
	is_looked_at(want);
	assert_int_equal(files_of("uidvalidity"), 2); /* and its lock */
	end();
	begin_with(MSG MSG);
	assert_string_not_equal(said(), "no");
	uidvalidity = test_callbacks.status.uidvalidity;
	assert_int_equal(files_of("uids."), 1);
	snprintf(want, sizeof(want), "2 messages 2 recent 2 unseen 3 %lu",
	    uidvalidity);
	is_known(want);
	assert_int_equal(unlink(tmpdir_path(&tmp, TABLE)), 0);
	another_session();
	is_looked_at(want);
	s = open_box(NIL);
	assert_int_equal(s->uid_validity, uidvalidity);
	assert_int_equal(s->uid_last, 2);
	mail_close(s);
	end();
}

/* Who may not read a mailbox does not hear what others counted. */
static void
test_refused(void **state)
{
	(void)state;
	begin_with(TWO);
	is_looked_at(SAYS_TWO);
	is_known(SAYS_TWO);
	scene.refused = true;
	assert_string_equal(said(), "no");
	scene.refused = false;
	is_known(SAYS_TWO);
	end();
}

/* A file and a directory that nobody may write to. */
static void
test_read_only(void **state)
{
	(void)state;
	begin_with(TWO);
	tmpdir_mkdir(&tmp, "home/.cedar");
	assert_int_equal(chmod(tmpdir_path(&tmp, "home/box"), 0400), 0);
	assert_int_equal(chmod(tmpdir_path(&tmp, "home"), 0500), 0);
	settle();
	is_looked_at(SAYS_TWO);
	is_known(SAYS_TWO);
	assert_int_equal(chmod(tmpdir_path(&tmp, "home"), 0700), 0);
	end();
}

/* What is no mailbox any more is none for STATUS. */
static void
test_another_driver_by_now(void **state)
{
	(void)state;
	begin_with(TWO);
	is_looked_at(SAYS_TWO);
	box("no mailbox\n");
	settle();
	assert_string_equal(said(), "no");
	box(TWO);
	settle();
	is_looked_at(SAYS_TWO);
	end();
}

/* --------------------------------------------------------------- by chance */

#define STEPS 400

static void
any_flags(MAILSTREAM *s)
{
	static char *const flag[] = { (char *)"\\Seen", (char *)"\\Flagged",
		(char *)"\\Deleted", (char *)"Work" };
	char number[16];

	if (s->nmsgs == 0)
		return;
	snprintf(number, sizeof(number), "%lu", dice((uint32_t)s->nmsgs) + 1lu);
	mail_flag(s, number, flag[dice(4)], dice(3) ? ST_SET : NIL);
}

/* What somebody does who is no session. */
static void
any_other(void)
{
	switch (dice(5)) {
	case 0:
		deliver_one();
		break;
	case 1:
	case 2:
		add(dice(2) ? "\\Seen" : NIL);
		break;
	case 3:
		settle();
		break;
	default:
		settle();
		set_mtime(time(NULL) - 1000, 777);
		break;
	}
}

static void
any_step(MAILSTREAM **s)
{
	if (!*s) {
		if (dice(2) == 0)
			*s = open_box(NIL);
		else
			any_other();
		return;
	}
	switch (dice(8)) {
	case 0:
		*s = mail_close(*s);
		break;
	case 1:
		mail_check(*s);
		break;
	case 2:
		mail_expunge(*s);
		break;
	case 3:
		mail_ping(*s);
		break;
	default:
		any_flags(*s);
		break;
	}
}

/* What is said without the table, which is put back. */
static const char *
said_anew(void)
{
	char table[PATH_MAX], aside[PATH_MAX + 8];
	const char *says;
	int there;

	snprintf(table, sizeof(table), "%s", tmpdir_path(&tmp, TABLE));
	snprintf(aside, sizeof(aside), "%s.aside", table);
	there = rename(table, aside);
	another_session();
	says = said();
	assert_true(scene.reads > 0);
	if (there == 0)
		assert_int_equal(rename(aside, table), 0);
	another_session();
	return says;
}

/* At any moment it is what the file says then. */
static void
test_against_the_file(void **state)
{
	MAILSTREAM *s[2] = { NIL, NIL };
	unsigned known = 0;

	(void)state;
	begin_with(TWO);
	for (int i = 0; i < STEPS; i++) {
		char quick[200];

		any_step(&s[dice(2)]);
		snprintf(quick, sizeof(quick), "%s", said());
		known += scene.reads == 0;
		assert_string_equal(said_anew(), quick);
	}
	print_message("%u of %d known\n", known, STEPS);
	for (int i = 0; i < 2; i++)
		mail_close(s[i]);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_mailbox_is_read_once),
		cmocka_unit_test(test_every_change_is_seen),
		cmocka_unit_test(test_whole_seconds),
		cmocka_unit_test(test_a_young_change),
		cmocka_unit_test(test_another_clock),
		cmocka_unit_test(test_another_state),
		cmocka_unit_test(test_damaged_entry),
		cmocka_unit_test(test_table_of_others),
		cmocka_unit_test(test_anonymous),
		cmocka_unit_test(test_full_table),
		cmocka_unit_test(test_flags_that_wait),
		cmocka_unit_test(test_what_a_session_knows),
		cmocka_unit_test(test_appends),
		cmocka_unit_test(test_appends_with_an_intruder),
		cmocka_unit_test(test_append_of_a_large_one),
		cmocka_unit_test(test_uids),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_read_only),
		cmocka_unit_test(test_another_driver_by_now),
		cmocka_unit_test(test_against_the_file),
	};

	return cmocka_run_group_tests(tests, choose_seed, NULL);
}
