/*
 * test_mboxfile_changes.c - the change list: entries, damaged and forged ones,
 * and sessions that follow it.
 */
#include <dirent.h>

#include "cc_limits.h"
#include "test_unix.h"

#include "fs.h"
#include "mboxfile_changes.h"
#include "mboxfile_record.h"

static const struct mbox_stamp from = { .dev = 1, .ino = 2, .size = 3000 };
static const struct mbox_stamp to = { .dev = 1, .ino = 2, .size = 3500 };

/* A mailbox of messages of 1000 octets, with the UIDs 1, 2, ... */
static struct mbox_snapshot
make(uint32_t count, struct mbox_stamp stamp)
{
	struct mbox_snapshot s = { .stamp = stamp };

	for (uint32_t i = 0; i < count; i++) {
		struct mbox_msg msg = {
			.pos = i * 1000, .uid = i + 1, .size = 900
		};

		cc_mbox_index_put(&s.index, &msg);
	}
	s.index.uidvalidity = 7;
	s.index.uid_last = count;
	s.index.end = (uint64_t)stamp.size;
	(void)cc_mbox_keywords_add(&s.index.keywords, cc_span_z("Work"));
	(void)cc_mbox_keywords_add(&s.index.keywords, cc_span_z("Later"));
	return s;
}

/* An entry from three messages to what change makes of them. */
static void
entry_of(struct strbuf *out, void (*change)(struct mbox_snapshot *s))
{
	struct mbox_snapshot was = make(3, from), now = make(3, to);
	struct mbox_before before = { from, &was.index, 3, UINT32_MAX };

	if (change)
		change(&now);
	cc_strbuf_init(out, CC_CHANGES_MAX);
	cc_changes_put(out, &before, &now, 3);
	assert_int_equal(cc_strbuf_status(out), 0);
	cc_mbox_index_free(&was.index);
	cc_mbox_index_free(&now.index);
}

static int64_t
step(struct span list, struct mbox_snapshot *s)
{
	uint32_t looked[4];
	size_t n = 0;

	return cc_changes_step(list, s, looked, 4, &n);
}

static void
flag_two(struct mbox_snapshot *s)
{
	s->index.msgs[1].flags |= fSEEN;
	s->index.msgs[1].keywords = 2;
}

static void
take_first(struct mbox_snapshot *s)
{
	s->index.count = 2;
	for (uint32_t i = 0; i < 2; i++)
		s->index.msgs[i].uid++;
}

static void
add_one(struct mbox_snapshot *s)
{
	struct mbox_msg msg = { .pos = 3000, .uid = 4, .size = 5 };

	cc_mbox_index_put(&s->index, &msg);
	s->index.uid_last = 4;
}

static void
test_entries(void **state)
{
	struct mbox_snapshot s;
	struct strbuf e;

	(void)state;
	entry_of(&e, flag_two);
	s = make(3, from);
	assert_int_equal(step(cc_strbuf_span(&e), &s), e.len);
	assert_int_equal(s.index.count, 3);
	assert_int_equal(s.index.msgs[1].flags, fSEEN);
	assert_int_equal(s.index.msgs[1].keywords, 2);
	assert_true(cc_mbox_stamp_same(&s.stamp, &to));
	/* it leads on from nothing but where it began */
	assert_int_equal(step(cc_strbuf_span(&e), &s), e.len);
	assert_int_equal(s.index.count, 3);
	cc_strbuf_free(&e);
	cc_mbox_index_free(&s.index);

	entry_of(&e, take_first);
	s = make(3, from);
	assert_int_equal(step(cc_strbuf_span(&e), &s), e.len);
	assert_int_equal(s.index.count, 2);
	assert_int_equal(s.index.msgs[0].uid, 2);
	cc_strbuf_free(&e);
	cc_mbox_index_free(&s.index);

	entry_of(&e, add_one);
	s = make(3, from);
	assert_int_equal(step(cc_strbuf_span(&e), &s), e.len);
	assert_int_equal(s.index.count, 4);
	assert_int_equal(s.index.uid_last, 4);
	cc_mbox_index_free(&s.index);
	s = make(2, from); /* of another number of messages */
	assert_int_equal(step(cc_strbuf_span(&e), &s), CC_EPARSE);
	cc_strbuf_free(&e);
	cc_mbox_index_free(&s.index);
}

/* Another list of keywords: bits go by name. */
static void
test_keywords(void **state)
{
	struct mbox_snapshot s = make(3, from);
	struct strbuf e;

	(void)state;
	cc_mbox_keywords_free(&s.index.keywords);
	(void)cc_mbox_keywords_add(&s.index.keywords, cc_span_z("Later"));
	(void)cc_mbox_keywords_add(&s.index.keywords, cc_span_z("Mine"));
	(void)cc_mbox_keywords_add(&s.index.keywords, cc_span_z("Work"));
	s.index.msgs[0].keywords = 7;
	s.index.msgs[1].keywords = 4;
	entry_of(&e, flag_two);
	assert_int_equal(step(cc_strbuf_span(&e), &s), e.len);
	assert_int_equal(s.index.keywords.count, 2);
	assert_int_equal(s.index.msgs[0].keywords, 3);
	assert_int_equal(s.index.msgs[1].keywords, 2);
	cc_strbuf_free(&e);
	cc_mbox_index_free(&s.index);
}

/* Every octet turned, every length. */
static void
test_damage(void **state)
{
	struct strbuf e;

	(void)state;
	entry_of(&e, flag_two);
	for (size_t i = 0; i < e.len; i++) {
		struct mbox_snapshot s = make(3, from);

		e.data[i] ^= 0x40;
		assert_int_equal(step(cc_strbuf_span(&e), &s), CC_EPARSE);
		e.data[i] ^= 0x40;
		assert_int_equal(step(cc_span(e.data, i), &s), CC_EPARSE);
		cc_mbox_index_free(&s.index);
	}
	cc_strbuf_free(&e);
}

static void
two_before_one(struct mbox_snapshot *s)
{
	s->index.msgs[0].uid = 3;
	s->index.msgs[2].uid = 1;
}

static void
behind_the_end(struct mbox_snapshot *s)
{
	s->index.msgs[2].pos = 3500;
}

static void
one_place_twice(struct mbox_snapshot *s)
{
	s->index.msgs[2].pos = 1000;
}

static void
uid_too_high(struct mbox_snapshot *s)
{
	s->index.msgs[2].uid = 4;
}

static void
no_uidvalidity(struct mbox_snapshot *s)
{
	s->index.uidvalidity = 0;
}

static void
end_behind_the_file(struct mbox_snapshot *s)
{
	s->index.end = 3501;
}

/* Entries with right sums of what no mailbox is. */
static void
test_insane(void **state)
{
	static void (*const changes[])(struct mbox_snapshot *
	    s) = { two_before_one, behind_the_end, one_place_twice,
		uid_too_high, no_uidvalidity, end_behind_the_file };

	(void)state;
	for (size_t i = 0; i < COUNT(changes); i++) {
		struct mbox_snapshot s = make(3, from);
		struct strbuf e;

		entry_of(&e, changes[i]);
		assert_int_equal(step(cc_strbuf_span(&e), &s), CC_EPARSE);
		cc_strbuf_free(&e);
		cc_mbox_index_free(&s.index);
	}
}

/* ------------------------------------------------------------ with sessions */

enum { MESSAGES = 300, TEXT_SIZE = 1200 };

/* A mailbox that is worth a list, as a rewrite leaves it. */
static void
big_box(void)
{
	const struct timespec times[2] = { { 1000000000, 0 },
		{ 1000000000, 0 } };
	struct strbuf b;

	cc_strbuf_init(&b, SIZE_MAX);
	for (unsigned i = 1; i <= MESSAGES; i++) {
		cc_strbuf_printf(&b, "%sSubject: %u\n%s", i % 2 ? FROM : FROM2,
		    i, i == 1 ? "X-IMAPbase: 1709629200 300 Work\n" : "");
		cc_strbuf_printf(&b,
		    "Status: O\nX-Status: \nX-Keywords:%40s\nX-UID: %u\n\n", "",
		    i);
		for (int k = 0; k < TEXT_SIZE / 60; k++)
			cc_strbuf_puts(&b,
			    "012345678901234567890123456789012345678901"
			    "23456789012345678\n");
		cc_strbuf_putc(&b, '\n');
	}
	box_write(b.data, b.len);
	cc_strbuf_free(&b);
	/* what was written just now is looked at again anyway */
	assert_int_equal(utimensat(AT_FDCWD, tmpdir_path(&tmp, "home/box"),
			     times, 0),
	    0);
	assert_true(TEXT_SIZE * MESSAGES > CC_CHANGES_MIN);
}

/* The one list there is: its path. */
static const char *
list_path(void)
{
	static char path[4096];
	DIR *dir = opendir(tmpdir_path(&tmp, "home/.cedar"));
	struct dirent *d;

	path[0] = '\0';
	assert_non_null(dir);
	while ((d = readdir(dir)) != NULL)
		if (strncmp(d->d_name, "changes.", 8) == 0) {
			char name[300];

			snprintf(name, sizeof(name), "home/.cedar/%.250s",
			    d->d_name);
			snprintf(path, sizeof(path), "%s",
			    tmpdir_path(&tmp, name));
		}
	closedir(dir);
	return path;
}

/* The times of the mailbox as if it had been written long ago. */
static void
make_old(const char *path)
{
	const struct timespec times[2] = { { 1000000000, 0 },
		{ 1000000000, 0 } };

	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* Changes a word of the last entry's record, from its octet at on, and gives
 * it a sum that is right. */
static void
forge(size_t at, uint64_t bits)
{
	const size_t patch = 24 + 2 * 56 + 8 + 12 * 4 + 24 + 8 + at;
	int fd = open(list_path(), O_RDWR);
	uint64_t len, sum, word;
	char buf[4096];
	ssize_t n;

	assert_true(fd >= 0);
	n = read(fd, buf, sizeof(buf));
	assert_true(n > (ssize_t)patch + 8 && n < (ssize_t)sizeof(buf));
	memcpy(&len, buf + 8, sizeof(len));
	assert_int_equal(len, n);
	memcpy(&word, buf + patch, sizeof(word));
	word ^= bits;
	memcpy(buf + patch, &word, sizeof(word));
	sum = cc_redo_sum_of(buf + 24, len - 24);
	memcpy(buf + 16, &sum, sizeof(sum));
	assert_int_equal(pwrite(fd, buf, len, 0), len);
	close(fd);
}

/* Flags that the file does not have; a size, of which no session that reads
 * the message would say that it is the same. */
static void
test_forged(void **state)
{
	MAILSTREAM *a, *b;

	(void)state;
	for (int forged = 0; forged < 3; forged++) {
		begin();
		big_box();
		a = open_box(NIL);
		b = open_box(NIL);
		unlink(list_path()); /* what the opening put there */
		mail_flag(a, "200", "\\Seen", ST_SET);
		assert_int_not_equal(list_path()[0], '\0');
		if (forged == 1)
			forge(0, (uint64_t)(fFLAGGED | fDELETED) << 48);
		if (forged == 2)
			forge(16, 1);
		assert_int_equal(mail_ping(b), LONGT);
		assert_int_equal(flags(b, 200) & (fSEEN | fFLAGGED | fDELETED),
		    fSEEN);
		expect_header(b, 200, "Subject: 200\n\n");
		/* and it is a list again */
		mail_flag(b, "200", "\\Answered", ST_SET);
		assert_int_equal(mail_ping(a), LONGT);
		assert_int_equal(flags(a, 200) & (fSEEN | fANSWERED),
		    fSEEN | fANSWERED);
		mail_close(a);
		mail_close(b);
		end();
	}
}

/* Numbers stay true until the session may tell: also by the list. */
static void
test_numbers(void **state)
{
	MAILSTREAM *a, *b;
	struct strbuf text;

	(void)state;
	begin();
	big_box();
	a = open_box(NIL);
	b = open_box(NIL);
	mail_parameters(NIL, SET_EXPUNGEATPING, NIL);
	mail_flag(a, "2", "\\Deleted", ST_SET);
	mail_expunge(a);
	mail_flag(a, "2", "Later", ST_SET);
	assert_int_equal(mail_ping(b), LONGT);
	assert_int_equal(b->nmsgs, MESSAGES);
	assert_int_equal(uid(b, 2), 2);
	assert_int_equal(get(b, 2, MAIL_TEXT, &text), CC_ECHANGED);
	cc_strbuf_free(&text);
	expect_header(b, 3, "Subject: 3\n\n");
	assert_int_equal(keywords(b, 3), 2);
	assert_string_equal(b->user_flags[1], "Later");
	mail_flag(b, "4", "\\Seen", ST_SET); /* the one with UID 4 */
	assert_int_equal(mail_ping(a), LONGT);
	assert_int_equal(uid(a, 3), 4);
	assert_int_equal(flags(a, 3) & fSEEN, fSEEN);
	mail_parameters(NIL, SET_EXPUNGEATPING, VOIDT);
	test_callbacks_reset();
	assert_int_equal(mail_ping(b), LONGT);
	assert_int_equal(test_callbacks.expunged.count, 1);
	assert_int_equal(test_callbacks.expunged.number[0], 2);
	assert_int_equal(b->nmsgs, MESSAGES - 1);
	mail_close(a);
	mail_close(b);
	end();
}

/* A message is read behind one that is gone, which the client has not heard
 * of; the next one was just compared with the file, under the same number. */
static void
test_first_read_by_number(void **state)
{
	(void)state;
	for (unsigned long i = 3; i < MESSAGES; i += 37) {
		MAILSTREAM *a, *b;
		char header[64];

		begin();
		big_box();
		a = open_box(NIL);
		b = open_box(NIL);
		mail_parameters(NIL, SET_EXPUNGEATPING, NIL);
		mail_flag(a, "2", "\\Deleted", ST_SET);
		mail_expunge(a);
		assert_int_equal(mail_ping(b), LONGT);
		snprintf(header, sizeof(header), "%lu", i);
		mail_flag(a, header, "\\Seen", ST_SET);
		assert_int_equal(mail_ping(b), LONGT);
		assert_int_equal(b->nmsgs, MESSAGES);
		snprintf(header, sizeof(header), "Subject: %lu\n\n", i);
		expect_header(b, i, header);
		mail_close(a);
		mail_close(b);
		end();
	}
}

/* What must not be read or written as a list. */
static void
test_not_a_list(void **state)
{
	(void)state;
	for (int how = 0; how < 4; how++) {
		MAILSTREAM *a, *b;
		char path[4096];

		begin();
		big_box();
		tmpdir_write(&tmp, "precious", "precious", 8);
		a = open_box(NIL);
		b = open_box(NIL);
		mail_flag(a, "7", "\\Seen", ST_SET);
		snprintf(path, sizeof(path), "%s", list_path());
		assert_int_equal(unlink(path), 0);
		if (how == 0)
			assert_int_equal(symlink(tmpdir_path(&tmp, "precious"),
					     path),
			    0);
		else if (how == 1)
			assert_int_equal(link(tmpdir_path(&tmp, "precious"),
					     path),
			    0);
		else if (how == 2)
			assert_int_equal(mkdir(path, 0700), 0);
		else
			assert_int_equal(mkfifo(path, 0600), 0);
		mail_flag(a, "8", "\\Seen", ST_SET);
		assert_int_equal(mail_ping(b), LONGT);
		assert_int_equal(flags(b, 7) & fSEEN, fSEEN);
		assert_int_equal(flags(b, 8) & fSEEN, fSEEN);
		tmpdir_expect(&tmp, "precious", "precious");
		mail_close(a);
		mail_close(b);
		end();
	}
}

/*
 * A change that was refused is taken back: also where what the file says could
 * not be read just then, since others had moved octets, and the list knows
 * nothing of that message.
 */
static void
test_refused(void **state)
{
	MAILSTREAM *a, *b, *c;
	int fd;

	(void)state;
	begin();
	big_box();
	b = open_box(NIL); /* the front has room from now on */
	mail_flag(b, "10", "\\Deleted", ST_SET);
	assert_int_equal(mail_expunge(b), LONGT);
	a = open_box(NIL);
	mail_flag(b, "6", "\\Deleted", ST_SET);
	assert_int_equal(mail_expunge(b), LONGT);
	fd = open(tmpdir_path(&tmp, "home/box"), O_RDWR);
	assert_int_equal(cc_fdlock_get(fd, FDLOCK_EX, 0), 0);
	assert_int_equal(cc_mail_store(a, 5, fSEEN, fSEEN, 1, 1), 0);
	assert_int_equal(cc_mail_flush(a, false), CC_EBUSY);
	cc_fdlock_release(fd);
	close(fd);
	assert_int_equal(mail_ping(a), LONGT);
	assert_int_equal(a->nmsgs, MESSAGES - 2);
	assert_int_equal(flags(a, 5) & fSEEN, 0);
	assert_int_equal(keywords(a, 5), 0);
	/* nor does it come to the others with what is written next */
	mail_flag(a, "4:5", "\\Flagged", ST_SET);
	assert_int_equal(mail_ping(b), LONGT);
	c = open_box(NIL);
	assert_int_equal(flags(b, 5) & (fSEEN | fFLAGGED), fFLAGGED);
	assert_int_equal(flags(c, 5) & (fSEEN | fFLAGGED), fFLAGGED);
	mail_close(a);
	mail_close(b);
	mail_close(c);
	end();
}

/*
 * A session locked the file in the tick of the last change, and had parsed it
 * when the next one came: the file's time is put forward behind its change.
 * What it writes next is in what it tells others later.
 */
static void
test_put_forward(void **state)
{
	const struct timespec ahead[2] = { { 1000000000, 0 },
		{ time(NULL) + 1000, 0 } };
	MAILSTREAM *a, *b;

	(void)state;
	begin();
	big_box();
	assert_int_equal(utimensat(AT_FDCWD, tmpdir_path(&tmp, "home/box"),
			     ahead, 0),
	    0);
	mail_close(open_box(NIL));
	a = open_box(NIL);
	b = open_box(NIL);
	assert_int_equal(mail_ping(a), LONGT);
	((struct mbox *)a->local)->racy = false;
	((struct mbox *)b->local)->racy = false;
	mail_flag(a, "5", "\\Seen", ST_SET);
	mail_flag(a, "6", "\\Seen", ST_SET);
	patch("Status: O\nX-Status: \nX-Keywords:  ",
	    "Status: RO\nX-Status: \nX-Keywords: ");
	make_old(tmpdir_path(&tmp, "home/box"));
	assert_int_equal(mail_ping(a), LONGT);
	assert_int_equal(mail_ping(b), LONGT);
	for (unsigned long n = 1; n <= 8; n++)
		assert_int_equal(flags(b, n) & fSEEN,
		    n == 1 || n == 5 || n == 6 ? fSEEN : 0);
	mail_close(a);
	mail_close(b);
	end();
}

/*
 * What a session that only reads did to flags is its own: when it finds out
 * what became of the file, and tells others, it does not think that they knew
 * of that.
 */
static void
test_readonly(void **state)
{
	MAILSTREAM *a, *b;

	(void)state;
	begin();
	big_box();
	mail_close(open_box(NIL));
	b = open_box(NIL);
	a = open_box(OP_READONLY);
	assert_int_equal(cc_mail_store(a, 1, fSEEN, fSEEN, 0, 0), 0);
	assert_int_equal(cc_mail_store(a, 2, fDRAFT, fDRAFT, 1, 1), 0);
	assert_int_equal(cc_mail_flush(a, false), 0);
	assert_int_equal(flags(a, 1) & fSEEN, fSEEN);
	/* as the list tells what others do, and as a parse does */
	mail_flag(b, "2", "\\Flagged", ST_SET);
	assert_int_equal(mail_ping(a), LONGT);
	assert_int_equal(flags(a, 1) & fSEEN, fSEEN);
	assert_int_equal(flags(a, 2) & (fFLAGGED | fDRAFT), fFLAGGED | fDRAFT);
	/* without a word in the list */
	patch("Status: O\nX-Status: \nX-Keywords:  ",
	    "Status: RO\nX-Status: \nX-Keywords: ");
	make_old(tmpdir_path(&tmp, "home/box"));
	assert_int_equal(mail_ping(a), LONGT);
	assert_int_equal(mail_ping(b), LONGT);
	assert_int_equal(flags(a, 1) & fSEEN, fSEEN);
	assert_int_equal(flags(b, 1) & fSEEN, fSEEN);
	assert_int_equal(flags(a, 2) & (fFLAGGED | fDRAFT), fFLAGGED | fDRAFT);
	assert_int_equal(keywords(a, 2), 1);
	mail_check(a);
	assert_int_equal(flags(b, 2) & (fFLAGGED | fDRAFT), fFLAGGED);
	assert_int_equal(keywords(b, 2), 0);
	mail_close(a);
	mail_close(b);
	a = open_box(NIL);
	assert_int_equal(flags(a, 1) & fSEEN, fSEEN);
	assert_int_equal(flags(a, 2) & (fFLAGGED | fDRAFT), fFLAGGED);
	mail_close(a);
	end();
}

/* ---------------------------------------------- sessions that are to come */

/* Opens the mailbox, and says whether it was parsed. */
static MAILSTREAM *
open_parsed(long options, bool *parsed_r)
{
	unsigned long before = octets_read();
	MAILSTREAM *s = open_box(options);
	struct stat st;

	assert_int_equal(stat(tmpdir_path(&tmp, "home/box"), &st), 0);
	*parsed_r = octets_read() - before >= (unsigned long)st.st_size;
	return s;
}

/* All messages are as big_box() made them, but for those flags of one. */
static void
expect_box(MAILSTREAM *s, unsigned long msgno, unsigned seen)
{
	assert_int_equal(s->nmsgs, MESSAGES);
	assert_int_equal(s->uid_validity, 1709629200);
	assert_int_equal(s->uid_last, 300);
	for (unsigned long i = 1; i <= MESSAGES; i++) {
		assert_int_equal(uid(s, i), i);
		assert_int_equal(flags(s, i) & (fSEEN | fDELETED | fFLAGGED),
		    i == msgno ? seen : 0);
	}
	expect_header(s, 123, "Subject: 123\n\n");
	expect_header(s, MESSAGES, "Subject: 300\n\n");
}

/* Opens the mailbox twice: what the first finds, the second is told. */
static void
expect_twice(bool parsed, unsigned long msgno, unsigned seen)
{
	for (int i = 0; i < 2; i++) {
		bool was;
		MAILSTREAM *s = open_parsed(NIL, &was);

		assert_int_equal(was, parsed && i == 0);
		expect_box(s, msgno, seen);
		mail_close(s);
	}
}

static void
test_kept(void **state)
{
	MAILSTREAM *s;
	bool parsed;

	(void)state;
	begin();
	big_box();
	expect_twice(true, 0, 0);
	/* what sessions do is behind it */
	s = open_box(NIL);
	mail_flag(s, "20", "\\Seen", ST_SET);
	mail_close(s);
	expect_twice(false, 20, fSEEN);
	/* others change a flag, and take care that it does not show */
	patch("Status: RO\n", "Status: O \n");
	make_old(tmpdir_path(&tmp, "home/box"));
	expect_twice(true, 0, 0);
	/* of before the system went down */
	make_old(list_path());
	expect_twice(true, 0, 0);
	/* a delivery */
	deliver(FROM "Subject: new\n\nnew\n\n");
	make_old(tmpdir_path(&tmp, "home/box"));
	s = open_parsed(NIL, &parsed);
	assert_true(parsed);
	assert_int_equal(s->nmsgs, MESSAGES + 1);
	assert_int_equal(uid(s, MESSAGES + 1), 301);
	mail_close(s);
	end();
}

/* Whatever became of the list: it costs time at most. */
static void
test_kept_damaged(void **state)
{
	struct stat st;
	char octet;
	bool parsed;

	(void)state;
	for (unsigned how = 0; how < 40; how++) {
		MAILSTREAM *s;
		off_t at;
		int fd;

		begin();
		big_box();
		mail_close(open_box(NIL));
		fd = open(list_path(), O_RDWR);
		assert_true(fd >= 0);
		assert_int_equal(fstat(fd, &st), 0);
		at = how < 20 ? (off_t)how * 13 : st.st_size * how / 40;
		assert_int_equal(pread(fd, &octet, 1, at), 1);
		octet = (char)(octet ^ 1 << how % 8);
		if (how % 3 == 0)
			assert_int_equal(ftruncate(fd, at), 0);
		else
			assert_int_equal(pwrite(fd, &octet, 1, at), 1);
		close(fd);
		s = open_parsed(NIL, &parsed);
		assert_true(parsed);
		expect_box(s, 0, 0);
		mail_close(s);
		expect_twice(false, 0, 0);
		end();
	}
}

/* A rewrite gave it all it lacked. */
static void
test_kept_after_rewrite(void **state)
{
	MAILSTREAM *s;
	bool parsed;

	(void)state;
	begin();
	big_box();
	patch("X-IMAPbase: ", "X-Something:");
	make_old(tmpdir_path(&tmp, "home/box"));
	s = open_parsed(NIL, &parsed);
	assert_true(parsed);
	mail_flag(s, "9", "\\Flagged Mine", ST_SET);
	mail_check(s);
	mail_close(s);
	s = open_parsed(NIL, &parsed);
	assert_false(parsed);
	assert_int_equal(s->nmsgs, MESSAGES);
	assert_string_equal(s->user_flags[0], "Mine");
	for (unsigned long i = 1; i <= MESSAGES; i++) {
		assert_int_equal(uid(s, i), i);
		assert_int_equal(flags(s, i) & fFLAGGED, i == 9 ? fFLAGGED : 0);
		assert_int_equal(keywords(s, i), i == 9);
	}
	expect_header(s, 200, "Subject: 200\n\n");
	mail_close(s);
	end();
}

/* What a session had to make up, or to say, is found out anew by each. */
static void
test_not_kept(void **state)
{
	(void)state;
	for (int how = 0; how < 2; how++) {
		begin();
		big_box();
		if (how == 0)
			patch("Subject: 5\n", "x-Status: \n");
		else
			patch("X-IMAPbase: ", "X-Something:");
		make_old(tmpdir_path(&tmp, "home/box"));
		for (int i = 0; i < 2; i++) {
			bool parsed;
			MAILSTREAM *s = open_parsed(OP_READONLY, &parsed);

			assert_true(parsed);
			assert_int_equal(s->nmsgs, MESSAGES);
			mail_close(s);
		}
		end();
	}
}

/* Replaces octets in the mailbox, wherever they are first. */
static void
replace_in_box(const char *old, const char *new)
{
	struct strbuf b;
	char *at;
	int fd;

	box_read(&b);
	at = memmem(b.data, b.len, old, strlen(old));
	assert_non_null(at);
	fd = open(tmpdir_path(&tmp, "home/box"), O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, new, strlen(new), at - b.data),
	    strlen(new));
	close(fd);
	cc_strbuf_free(&b);
}

/* The last entry of the list leads to what the mailbox is now. */
static void
forge_state(void)
{
	const size_t after = 80;
	struct stat st;
	uint64_t len, sum, image[7];
	size_t at = 0;
	ssize_t n;
	char *buf = fs_get(CC_CHANGES_MAX);
	int fd = open(list_path(), O_RDWR);

	assert_true(fd >= 0);
	n = read(fd, buf, CC_CHANGES_MAX);
	for (;;) {
		memcpy(&len, buf + at + 8, sizeof(len));
		if (at + len == (size_t)n)
			break;
		at += len;
		assert_true(at < (size_t)n);
	}
	assert_int_equal(stat(tmpdir_path(&tmp, "home/box"), &st), 0);
	image[0] = (uint64_t)st.st_dev;
	image[1] = (uint64_t)st.st_ino;
	image[2] = (uint64_t)st.st_size;
	image[3] = (uint64_t)st.st_mtim.tv_sec;
	image[4] = (uint64_t)st.st_mtim.tv_nsec;
	image[5] = (uint64_t)st.st_ctim.tv_sec;
	image[6] = (uint64_t)st.st_ctim.tv_nsec;
	memcpy(buf + at + after, image, sizeof(image));
	sum = cc_redo_sum_of(buf + at + 24, len - 24);
	memcpy(buf + at + 16, &sum, sizeof(sum));
	assert_int_equal(pwrite(fd, buf, (size_t)n, 0), n);
	close(fd);
	fs_give((void **)&buf);
}

/* The list says what the mailbox was, under the times that it has: what is
 * looked at is there, or all of it is parsed. */
static void
test_kept_of_another(void **state)
{
	static const struct {
		const char *old, *new;
	} cases[] = { { "", "" }, { "Subject: 1\n", "Subject: x\n" },
		{ "Subject: 300\n", "Subject: 30x\n" },
		{ "\nFrom v ", "\nxrom v " } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		MAILSTREAM *s;
		bool parsed;

		begin();
		big_box();
		mail_close(open_box(NIL));
		replace_in_box(cases[i].old, cases[i].new);
		make_old(tmpdir_path(&tmp, "home/box"));
		forge_state();
		s = open_parsed(NIL, &parsed);
		assert_int_equal(parsed, i > 0);
		assert_int_equal(s->nmsgs, i < 3 ? MESSAGES : MESSAGES - 1);
		mail_close(s);
		end();
	}
}

/* A list that is to be written some day, by a clock that went wrong. */
static void
test_kept_ahead(void **state)
{
	const struct timespec ahead[2] = { { time(NULL) + 1000, 0 },
		{ time(NULL) + 1000, 0 } };

	(void)state;
	begin();
	big_box();
	mail_close(open_box(NIL));
	assert_int_equal(utimensat(AT_FDCWD, list_path(), ahead, 0), 0);
	expect_twice(true, 0, 0);
	end();
}

/* Keywords that a session has no room for: it is not the one to tell others
 * what the mailbox has. */
static void
test_keywords_without_room(void **state)
{
	MAILSTREAM *a, *s;
	char names[300] = "";
	size_t n = 0;
	uint32_t bit = 0;

	(void)state;
	begin();
	big_box();
	a = open_box(NIL);
	for (int i = 1; i < CC_MBOX_KEYWORDS; i++)
		n += (size_t)snprintf(names + n, sizeof(names) - n, "%sk%02d",
		    i > 1 ? " " : "", i);
	mail_flag(a, "1", names, ST_SET);
	mail_check(a);
	replace_in_box("k07", "z07"); /* in the list */
	replace_in_box("k07", "z07"); /* of the message */
	make_old(tmpdir_path(&tmp, "home/box"));
	assert_int_equal(mail_ping(a), LONGT);
	s = open_box(OP_READONLY);
	for (int i = 0; i < NUSERFLAGS; i++)
		if (s->user_flags[i] && strcmp(s->user_flags[i], "z07") == 0)
			bit = (uint32_t)1 << i;
	assert_true(bit != 0 && (keywords(s, 1) & bit) != 0);
	mail_close(s);
	cc_mbox_free(a->local);
	fs_give(&a->local);
	mail_close(a);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_keywords),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_insane),
		cmocka_unit_test(test_forged),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_first_read_by_number),
		cmocka_unit_test(test_not_a_list),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_put_forward),
		cmocka_unit_test(test_readonly),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_kept_damaged),
		cmocka_unit_test(test_kept_after_rewrite),
		cmocka_unit_test(test_not_kept),
		cmocka_unit_test(test_kept_of_another),
		cmocka_unit_test(test_kept_ahead),
		cmocka_unit_test(test_keywords_without_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
