/*
 * test_mboxfile_arrive.c - appends and copies that are killed anywhere, that
 * find the disk full, or that others have begun: every old message stays
 * whole, what is new is there whole or not at all, and a delivery behind it
 * is never a part of it.
 */
#include "mboxfile_append.h"
#include "test_mboxfile_kill.h"
#include "test_mboxfile_scene.h"
#include "test_mboxfile_append.h"

#define NEW 3 /* messages of a MULTIAPPEND, or a copy */

/* What a client sends as message i of the scene. */
static void
put_wire(struct strbuf *out, int i)
{
	cc_strbuf_printf(out, "Subject: message %d\r\n\r\nText of %d\r\n", i,
	    i);
	for (int k = 0; k < i * lines; k++)
		cc_strbuf_printf(out, "line %d of %d\r\n", k, i);
}

static void
append_new(int first, int n)
{
	struct strbuf b[NEW];
	const char *texts[NEW];

	for (int i = 0; i < n; i++) {
		cc_strbuf_init(&b[i], SIZE_MAX);
		put_wire(&b[i], first + i);
		texts[i] = b[i].data;
	}
	append_all(texts, (size_t)n, LONGT);
	for (int i = 0; i < n; i++)
		cc_strbuf_free(&b[i]);
}

/* The processes that are killed. Each knows nothing of the mailbox. */
static void
one_by_one(size_t step)
{
	(void)step;
	for (int i = 0; i < NEW; i++)
		append_new(MESSAGES + i, 1);
}

static void
at_once(size_t step)
{
	(void)step;
	append_new(MESSAGES, NEW);
}

static void
copies(size_t step)
{
	MAILSTREAM *s = mail_open(NIL, "from", NIL);

	(void)step;
	if (s)
		mail_copy_full(s, "1:3", "box", NIL);
	mail_close(s);
}

static const struct {
	const char *name;
	void (*run)(size_t step);
	bool all_or_none;
} runs[] = {
	{ "one by one", one_by_one, false },
	{ "at once", at_once, true },
	{ "copies", copies, true },
};

/* The mailbox, and one with the messages that are copied. */
static void
make_boxes(void)
{
	struct strbuf b;

	make_box();
	cc_strbuf_init(&b, SIZE_MAX);
	for (int i = 0; i < NEW; i++) {
		struct strbuf m;
		char *at;

		cc_strbuf_puts(&b, FROM);
		cc_strbuf_init(&m, SIZE_MAX);
		put_wire(&m, MESSAGES + i);
		for (at = m.data; *at; at++)
			if (*at != '\r')
				cc_strbuf_putc(&b, *at);
		cc_strbuf_putc(&b, '\n');
		cc_strbuf_free(&m);
	}
	tmpdir_write(&tmp, "home/from", b.data, b.len);
	cc_strbuf_free(&b);
}

#define DELIVERY                                                               \
	"From x@host Thu Jun 13 14:07:31 2002\nSubject: delivered\n\n"         \
	"as it is\n\n"

/* Is the last message the delivery? */
static void
expect_delivery(MAILSTREAM *s)
{
	expect_header(s, s->nmsgs, "Subject: delivered\n\n");
	expect_text(s, s->nmsgs, "as it is\n");
}

/* The messages of the scene are there, with what may be new behind them. */
static void
check_arrivals(bool all_or_none, bool delivered)
{
	MAILSTREAM *s;
	unsigned long n, last;

	/* the source of copies may have been in the middle of a change, too */
	unlink(tmpdir_path(&tmp, "home/from.lock"));
	mail_close(mail_open(NIL, "from", NIL));
	s = open_box(NIL);
	n = s->nmsgs - delivered;

	assert_true(n >= MESSAGES && n <= MESSAGES + NEW);
	if (all_or_none)
		assert_true(n == MESSAGES || n == MESSAGES + NEW);
	for (unsigned long i = 1; i <= n; i++)
		assert_int_equal(expect_whole(s, i), i - 1);
	if (delivered)
		expect_delivery(s);
	assert_int_equal(s->uid_validity, 1709629200);
	last = s->uid_last;
	mail_close(s);
	assert_int_equal(files_named(".cedar-redo"), 0);
	assert_int_equal(files_named("cedar-redo-failed"), 0);
	s = append_behind(n + delivered, last);
	if (delivered) {
		expect_header(s, s->nmsgs - 1, "Subject: delivered\n\n");
		expect_text(s, s->nmsgs - 1, "as it is\n");
	}
	mail_close(s);
}

static void
begin_arrive(void)
{
	begin();
	listen();
	make_boxes();
}

/* Kills run k before or in each of its calls. */
static void
kill_everywhere(size_t k, enum how how, bool delivery)
{
	bool lived = false;

	for (int n = 1; !lived; n += stride()) {
		begin_arrive();
		lived = run_until(n, how, runs[k].run, 0);
		if (delivery)
			deliver(DELIVERY);
		check_arrivals(runs[k].all_or_none, delivery);
		end();
	}
}

static void
kill_all(bool delivery)
{
	static const int sizes[] = { 1, 17, 400 };

	for (size_t k = 0; k < COUNT(runs); k++)
		for (size_t i = 0; i < COUNT(sizes); i++) {
			lines = sizes[i];
			for (int how = BEFORE; how < HOWS; how++)
				kill_everywhere(k, (enum how)how, delivery);
		}
	lines = 17;
}

static void
test_killed_anywhere(void **state)
{
	(void)state;
	kill_all(false);
}

/* A delivery agent that knows nothing of records comes first. */
static void
test_delivery_behind_torn_append(void **state)
{
	(void)state;
	kill_all(true);
}

/* An append that was killed when all was done but that its record goes. */
struct torn {
	char path[256], name[128]; /* of the mailbox; of the record */
	off_t before, after;       /* size of the mailbox */
	struct strbuf record;
};

static void
make_torn(struct torn *t)
{
	struct stat st;
	int fd;

	assert_int_equal(append("A: b\r\n\r\nc\r\n"), LONGT);
	snprintf(t->path, sizeof(t->path), "%.200s",
	    tmpdir_path(&tmp, "home/box"));
	assert_int_equal(stat(t->path, &st), 0);
	t->before = t->after = st.st_size;
	snprintf(t->name, sizeof(t->name), "home/.cedar-redo.%llx.%llx",
	    (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	for (int n = 1; t->after == t->before; n++) {
		assert_false(run_until(n, BEFORE, at_once, 0));
		assert_int_equal(stat(t->path, &st), 0);
		t->after = st.st_size;
	}
	cc_strbuf_init(&t->record, SIZE_MAX);
	fd = open(tmpdir_path(&tmp, t->name), O_RDONLY);
	assert_true(fd >= 0);
	cc_strbuf_claim(&t->record,
	    (size_t)read(fd, cc_strbuf_room(&t->record, 65536), 65536));
	close(fd);
}

/* The mailbox has the first so many octets, and the record is there. */
static void
expect_settled(const struct torn *t, off_t len, bool delivery)
{
	unsigned long want = MESSAGES + 1;
	MAILSTREAM *s;

	/* two octets are known to be missing, not one: the last LF may be
	 * taken for the separator */
	if (len == t->after)
		want += NEW;
	tmpdir_write(&tmp, t->name, t->record.data, t->record.len);
	if (delivery)
		deliver(DELIVERY);
	s = open_box(OP_READONLY);
	assert_int_equal(s->nmsgs, want + delivery);
	if (delivery)
		expect_delivery(s);
	mail_close(s);
	assert_int_equal(files_named(".cedar-redo"), 0);
	assert_int_equal(files_named("cedar-redo-failed"), 0);
}

/* Makes the mailbox what the kill left, but for what is behind len. The text is
 * that of the record. */
static void
tear_again(const struct torn *t, off_t len)
{
	const char *text =
	    memmem(t->record.data, t->record.len, "From ann@", 9);
	int fd;

	assert_non_null(text);
	assert_int_equal(truncate(t->path, t->before), 0);
	fd = open(t->path, O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, text, (size_t)(len - t->before)),
	    len - t->before);
	close(fd);
}

/* The first append, cut off behind each octet of what it writes. */
static void
test_cut_behind_each_octet(void **state)
{
	struct torn t;

	(void)state;
	lines = 1;
	begin_arrive();
	make_torn(&t);
	for (off_t len = t.after; len >= t.before; len--)
		for (int delivery = 0; delivery < 2; delivery++) {
			tear_again(&t, len);
			expect_settled(&t, len, delivery);
		}
	cc_strbuf_free(&t.record);
	end();
	lines = 17;
}

/* ---------------------------------------------------------- no room, errors */

#define BASE_TO "X-IMAPbase: 1709629200 "

static bool
files_have(const char *name, const char *what)
{
	char buf[4096], file[64];
	ssize_t n;
	int fd;

	snprintf(file, sizeof(file), "home/%s", name);
	fd = open(tmpdir_path(&tmp, file), O_RDONLY);
	assert_true(fd >= 0);
	n = read(fd, buf, sizeof(buf));
	close(fd);
	return n > 0 && memmem(buf, (size_t)n, what, strlen(what));
}

static const char clean[] =
    FROM "X-IMAPbase: 1709629200 7 Work\nStatus: RO\nX-Status: \n"
	 "X-Keywords:                                          \nX-UID: 7\n\n"
	 "old\n\n";

static void
test_disk_full(void **state)
{
	static const int errors[] = { ENOSPC, EDQUOT, EIO };
	static const char *const texts[] = {
		"Can't append to mailbox box: disk full or over quota",
		"Can't append to mailbox box: disk full or over quota",
		"Can't append to mailbox box: input/output error",
	};

	(void)state;
	for (size_t e = 0; e < COUNT(errors); e++)
		for (int n = 1;; n++) {
			long ok;

			begin();
			listen();
			box(clean);
			test_callbacks_reset();
			death.at = n;
			death.count = 0;
			death.fail = errors[e];
			ok = append(JAM);
			death.at = death.fail = 0;
			if (!ok) {
				/* not one octet can be written any more: the
				 * number that was raised stays so */
				if (files_have("box", BASE_TO "8"))
					patch(BASE_TO "8", BASE_TO "7");
				box_is(clean);
				assert_string_equal(test_callbacks.log,
				    texts[e]);
				assert_int_equal(told.calls, 0);
			}
			assert_int_equal(files_named(".cedar-redo"), 0);
			assert_int_equal(append(JAM), LONGT);
			assert_true(told.first == 8 || told.first == 9);
			end();
			if (ok)
				break;
			assert_true(n < 100);
		}
}

/* The same for a mailbox that must be rewritten first: no message is lost. */
static void
test_disk_full_in_rewrite(void **state)
{
	static const int errors[] = { ENOSPC, EDQUOT, EIO };

	(void)state;
	for (size_t e = 0; e < COUNT(errors); e++)
		for (size_t k = 0; k < COUNT(runs); k++)
			for (int n = 1; n < 100; n += stride()) {
				begin_arrive();
				death.at = n;
				death.count = 0;
				death.fail = errors[e];
				runs[k].run(0);
				death.at = death.fail = 0;
				check_arrivals(runs[k].all_or_none, false);
				end();
			}
}

/* Somebody keeps the mailbox, so that a change that was cut off waits: nothing
 * may be put behind it. */
static void
test_behind_a_change_that_waits(void **state)
{
	struct strbuf before, is;
	struct inodelock lock;
	struct stat st;
	int waits = 0;

	(void)state;
	doomed = 0x155;
	for (int n = 1; waits < 3; n++) {
		if (n > 1)
			end();
		begin();
		make_box();
		assert_false(run_until(n, BEFORE, expunge_doomed, 900));
		waits += files_named(".cedar-redo") == 1;
	}
	assert_int_equal(stat(tmpdir_path(&tmp, "home/box"), &st), 0);
	assert_int_equal(cc_inodelock_get(&lock, &st, FDLOCK_EX, 0, NULL), 0);
	assert_true(like_the_original(&lock));
	box_read(&before);
	test_callbacks_reset();
	append_new(MESSAGES, 1);
	box_read(&is);
	assert_int_equal(is.len, before.len);
	assert_memory_equal(is.data, before.data, is.len);
	cc_strbuf_free(&before);
	cc_strbuf_free(&is);
	cc_inodelock_release(&lock);
	append_new(MESSAGES, 1);
	check_left(false, true);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_killed_anywhere),
		cmocka_unit_test(test_delivery_behind_torn_append),
		cmocka_unit_test(test_cut_behind_each_octet),
		cmocka_unit_test(test_disk_full),
		cmocka_unit_test(test_disk_full_in_rewrite),
		cmocka_unit_test(test_behind_a_change_that_waits),
	};

	return cmocka_run_group_tests(tests, choose_seed, NULL);
}
