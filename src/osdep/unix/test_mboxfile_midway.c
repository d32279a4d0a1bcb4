/*
 * test_mboxfile_midway.c - what a session reads, without any lock, while
 * another one moves octets: what each message says, or nothing; and that this
 * is nothing to the writer. Every write, also that of records, is cut in
 * pieces, between which all is read. Waits take no time.
 */
#include <sys/syscall.h>

#include "test_mboxfile_scene.h"

static MAILSTREAM *reader;
static unsigned long reads, refused;
static bool watched;
static size_t piece; /* octets that are written at once */
static int only;     /* the message whose place the reader knows, or -1 */

static int64_t passed; /* milliseconds that were slept */

int
clock_gettime(clockid_t id, struct timespec *t)
{
	if (id != CLOCK_MONOTONIC)
		return (int)syscall(SYS_clock_gettime, id, t);
	t->tv_sec = 1000000 + passed / 1000;
	t->tv_nsec = passed % 1000 * 1000000;
	return 0;
}

int
nanosleep(const struct timespec *pause, struct timespec *left)
{
	(void)pause;
	(void)left;
	passed += 1000; /* who waits here does so in vain */
	return 0;
}

/* ----------------------------------------------------------------- reading */

static struct strbuf texts[MESSAGES]; /* as they were before */
static struct strbuf headers[MESSAGES];
static int count;

static void
expect(int i, enum mail_what what, const struct strbuf *want)
{
	struct strbuf got;

	reads++;
	if (get(reader, (unsigned long)i + 1, what, &got) == 0) {
		assert_int_equal(got.len, want->len);
		assert_memory_equal(got.data, want->data, got.len);
	} else {
		refused++;
	}
	cc_strbuf_free(&got);
}

/* All messages, or the one whose place is known from before. */
static void
read_all(void)
{
	struct mbox *m = reader->local;

	for (int i = 0; i < count; i++) {
		if (only >= 0 && i != only)
			continue;
		if (only < 0)
			cc_mbox_view_drop(m);
		m->view.len = 0;
		expect(i, MAIL_TEXT, &texts[i]);
		if (only < 0)
			expect(i, MAIL_HEADER, &headers[i]);
	}
}

static void
look_midway(void)
{
	if (!watched)
		return;
	watched = false;
	read_all();
	watched = true;
}

ssize_t
pwrite(int fd, const void *buf, size_t n, off_t at)
{
	size_t done = 0;

	while (done < n) {
		size_t some = n - done;
		ssize_t r;

		if (watched && some > piece)
			some = piece;
		r = syscall(SYS_pwrite64, fd, (const char *)buf + done, some,
		    at + (off_t)done);
		if (r <= 0)
			return r;
		done += (size_t)r;
		look_midway();
	}
	return (ssize_t)n;
}

int
ftruncate(int fd, off_t size)
{
	int r = (int)syscall(SYS_ftruncate, fd, size);

	look_midway();
	return r;
}

int
renameat(int from, const char *old, int to, const char *new)
{
	look_midway();
	return (int)syscall(SYS_renameat, from, old, to, new);
}

/* Another session that moves octets whenever the reader has let go of his
 * locks, so many times. */
static struct {
	MAILSTREAM *s;
	int left;
} mover;

static int reads_left; /* until it moves octets between two reads */

/* Apart from pread itself, which is inline to some compilers and may not use
 * what is static. */
void before_read(void);

void
before_read(void)
{
	if (reads_left > 0 && --reads_left == 0) {
		mail_flag(mover.s, (char *)"1", (char *)"\\Deleted", ST_SET);
		assert_int_equal(mail_expunge(mover.s), LONGT);
	}
}

ssize_t
pread(int fd, void *buf, size_t n, off_t at)
{
	before_read();
	return syscall(SYS_pread64, fd, buf, n, at);
}

int
unlink(const char *path)
{
	int r = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
	size_t len = strlen(path);
	MAILSTREAM *s = mover.s;

	if (mover.left == 0 || !s || len < 9 ||
	    strcmp(path + len - 9, "/box.lock") != 0)
		return r;
	mover.s = NULL; /* its own are not the reader's */
	mover.left--;
	mail_flag(s, (char *)"1", (char *)"\\Deleted", ST_SET);
	assert_int_equal(mail_expunge(s), LONGT);
	mover.s = s;
	return r;
}

/* ------------------------------------------------------------------ scenes */

/* Lines that a rewrite makes shorter, before a long text. */
static void
make_shrinking(void)
{
	struct strbuf text;

	cc_strbuf_init(&text, SIZE_MAX);
	for (int i = 0; i < 3; i++) {
		cc_strbuf_printf(&text, FROM "Subject: message %d\n", i);
		if (i == 0)
			cc_strbuf_puts(&text,
			    "X-IMAPbase: 1709629200 5 Work Later\n");
		cc_strbuf_printf(&text,
		    "Status: O\nStatus: O\nX-Status: \nX-Keywords:%*s\n"
		    "X-UID: %d\n\n",
		    300, "", i + 1);
		for (int k = 0; k < 200; k++)
			cc_strbuf_printf(&text, "line %d of %d\n", k, i);
		cc_strbuf_putc(&text, '\n');
	}
	box_write(text.data, text.len);
	cc_strbuf_free(&text);
}

static void
do_flags(MAILSTREAM *s)
{
	mail_flag(s, (char *)(s->nmsgs > 7 ? "2:3,7:8" : "1:2"),
	    (char *)"\\Flagged Work New", ST_SET);
}

static void
do_one(MAILSTREAM *s)
{
	mail_flag(s, (char *)"1", (char *)"\\Flagged", ST_SET);
}

static void
do_delete(MAILSTREAM *s)
{
	mail_flag(s, (char *)"2,5,9", (char *)"\\Deleted", ST_SET);
}

static const struct {
	const char *name;
	void (*make)(void);
	void (*change)(MAILSTREAM *s);
	bool expunge;
} scenes[] = {
	{ "flags", make_box, do_flags, false },
	{ "one flag", make_shrinking, do_one, false },
	{ "shorter lines", make_shrinking, do_flags, false },
	{ "expunge", make_box, do_delete, true },
};

static void
note_all(void)
{
	count = (int)reader->nmsgs;
	for (int i = 0; i < count; i++) {
		assert_int_equal(get(reader, (unsigned long)i + 1, MAIL_TEXT,
				     &texts[i]),
		    0);
		assert_int_equal(get(reader, (unsigned long)i + 1, MAIL_HEADER,
				     &headers[i]),
		    0);
	}
}

static void
forget_all(void)
{
	for (int i = 0; i < count; i++) {
		cc_strbuf_free(&texts[i]);
		cc_strbuf_free(&headers[i]);
	}
}

/* The reader knows where the octets of one message are. */
static void
know_place(void)
{
	struct mbox_place place;

	if (only >= 0)
		assert_int_equal(cc_mbox_locate(reader->local, (uint32_t)only,
				     &place),
		    0);
}

static void
play(size_t i, size_t step)
{
	int known = only;
	MAILSTREAM *s;

	begin();
	scenes[i].make();
	s = open_box(NIL);
	scenes[i].change(s);
	((struct mbox *)s->local)->step_max = step;
	reader = open_box(NIL);
	note_all();
	know_place();
	watched = true;
	if (scenes[i].expunge)
		assert_int_equal(mail_expunge(s), LONGT);
	else
		assert_int_equal(cc_mbox_check(s->local), 0);
	watched = false;
	mail_close(s);
	/* when it is over all that is left is there */
	refused = 0;
	only = -1;
	read_all();
	assert_int_equal(refused, scenes[i].expunge ? 2 * 3 : 0);
	only = known;
	forget_all();
	mail_close(reader);
	end();
}

static const struct {
	size_t step, piece;
} sizes[] = { { 0, 100 }, { 0, 1000 }, { 900, 300 } };

static void
play_all(size_t i)
{
	for (size_t k = 0; k < COUNT(sizes); k++)
		for (only = -1; only < 3; only += 2) {
			reads = 0;
			piece = sizes[k].piece;
			play(i, sizes[k].step);
			print_message("%s: steps of %zu, %zu at once, %lu\n",
			    scenes[i].name, sizes[k].step, piece, reads);
			assert_true(reads > 0);
		}
}

static void
test_read_midway(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(scenes); i++)
		play_all(i);
}

/* Each time that the reader has looked where the message is, it is somewhere
 * else again: it is shown all the same. */
static void
test_moved_again_and_again(void **state)
{
	struct strbuf want, got;

	(void)state;
	begin();
	make_box();
	mover.s = open_box(NIL);
	mail_check(mover.s);
	reader = open_box(NIL);
	assert_int_equal(get(reader, MESSAGES, MAIL_TEXT, &want), 0);
	cc_mbox_view_drop(reader->local);
	mail_flag(mover.s, (char *)"1", (char *)"\\Deleted", ST_SET);
	assert_int_equal(mail_expunge(mover.s), LONGT);
	mover.left = 3;
	assert_int_equal(get(reader, MESSAGES, MAIL_TEXT, &got), 0);
	assert_int_equal(mover.left, 0);
	assert_string_equal(cc_strbuf_str(&got), cc_strbuf_str(&want));
	cc_strbuf_free(&got);
	cc_strbuf_free(&want);
	mail_close(mover.s);
	mover.s = NULL;
	mail_close(reader);
	end();
}

#define LONG_LINES 50000

/* Message 3 is longer than what is read at once. */
static void
make_long(struct strbuf *text)
{
	struct strbuf all;

	cc_strbuf_init(text, SIZE_MAX);
	for (int k = 0; k < LONG_LINES; k++)
		cc_strbuf_printf(text, "line %d\n", k);
	cc_strbuf_init(&all, SIZE_MAX);
	for (int i = 1; i < 5; i++)
		cc_strbuf_printf(&all,
		    FROM "%sStatus: RO\nX-Status: \nX-Keywords:%22s\n"
			 "X-UID: %d\nSubject: %d\n\n%s\n",
		    i == 1 ? BASE : "", "", i, i,
		    i == 3 ? cc_strbuf_str(text) : "b\n");
	box_write(all.data, all.len);
	cc_strbuf_free(&all);
}

/* Reads a span, and the message moves. */
static int
read_some(MAILSTREAM *s, struct mail_reader *r, struct strbuf *out)
{
	struct span span;
	int n = cc_mail_next(r, &span);

	if (n > 0)
		cc_strbuf_put_span(out, span);
	mail_flag(s, (char *)"1", (char *)"\\Deleted", ST_SET);
	assert_int_equal(mail_expunge(s), LONGT);
	return n;
}

/* A text that is moved while it is sent goes on where it is then, for who asks
 * for that. */
static void
test_long_text_is_followed(void **state)
{
	struct strbuf want, got;
	struct mail_reader r;
	MAILSTREAM *s;

	(void)state;
	for (int follows = 0; follows < 2; follows++) {
		begin();
		make_long(&want);
		s = open_box(NIL);
		reader = open_box(NIL);
		cc_strbuf_init(&got, SIZE_MAX);
		assert_int_equal(cc_mail_read(reader, 3, MAIL_TEXT, &r), 0);
		r.follow = follows;
		assert_int_equal(read_some(s, &r, &got), 1);
		assert_int_equal(read_some(s, &r, &got),
		    follows ? 1 : CC_ECHANGED);
		assert_true(got.len < want.len);
		for (struct span span; follows && cc_mail_next(&r, &span) > 0;)
			cc_strbuf_put_span(&got, span);
		if (follows)
			assert_int_equal(got.len, want.len);
		assert_memory_equal(got.data, want.data, got.len);
		cc_strbuf_free(&got);
		cc_strbuf_free(&want);
		mail_close(s);
		mail_close(reader);
		end();
	}
}

/* Nor is it missed by who looks for words in it. */
static void
test_long_text_is_searched(void **state)
{
	struct strbuf text;

	(void)state;
	for (int n = 2; n < 6; n++) {
		begin();
		make_long(&text);
		mover.s = open_box(NIL);
		mail_check(mover.s);
		reader = open_box(NIL);
		reads_left = n;
		mail_search_full(reader, NIL,
		    mail_criteria((char *)"TEXT \"line 49999\""), SE_FREE);
		assert_int_equal(reads_left, 0);
		assert_true(mail_elt(reader, 3)->searched);
		cc_strbuf_free(&text);
		mail_close(mover.s);
		mover.s = NULL;
		mail_close(reader);
		end();
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_long_text_is_searched),
		cmocka_unit_test(test_long_text_is_followed),
		cmocka_unit_test(test_moved_again_and_again),
		cmocka_unit_test(test_read_midway),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
