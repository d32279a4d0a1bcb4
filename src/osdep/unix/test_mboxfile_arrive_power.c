/*
 * test_mboxfile_arrive_power.c - what a power failure may leave of appends and
 * copies: each that was confirmed, once and whole, with its UID.
 */
#include "test_mboxfile_power.h"
#include "test_mboxfile_scene.h"
#include "test_mboxfile_append.h"

/* What was confirmed; shared with the recorded process. */
static struct {
	struct {
		size_t ops; /* calls before it was said to be done */
		unsigned long uid;
	} added[16];
	size_t appends;
} * kept;

/* The mailbox as it was, in the same inode: records name it by that. */
static void
reset(void)
{
	remove_files("home", "box");
	remove_files("home/.cedar", "");
	make_box();
}

/* What a client sends as message i of the scene. */
static void
put_wire(struct strbuf *out, int i)
{
	cc_strbuf_init(out, SIZE_MAX);
	cc_strbuf_printf(out, "Subject: message %d\r\n\r\nText of %d\r\n", i,
	    i);
	for (int k = 0; k < i * lines; k++)
		cc_strbuf_printf(out, "line %d of %d\r\n", k, i);
}

static int batch; /* messages of one append */

#define APPENDS 4

static void
append_some(size_t step)
{
	struct strbuf b[4];
	const char *texts[4];
	int i = MESSAGES;

	(void)step;
	listen();
	kept->appends = 0;
	for (size_t n = 0; n < APPENDS; n++) {
		for (int k = 0; k < batch; k++) {
			put_wire(&b[k], i++);
			texts[k] = b[k].data;
		}
		if (append_all(texts, (size_t)batch, LONGT)) {
			kept->added[n].ops = recorder->count;
			kept->added[n].uid = told.first;
			kept->appends = n + 1;
		}
		for (int k = 0; k < batch; k++)
			cc_strbuf_free(&b[k]);
	}
}

/* The same messages, in a mailbox from which they are copied. */
static void
reset_copy(void)
{
	struct strbuf text;

	reset();
	cc_strbuf_init(&text, SIZE_MAX);
	for (int i = MESSAGES; i < MESSAGES + APPENDS * batch; i++)
		put_message(&text, i);
	tmpdir_write(&tmp, "home/source", text.data, text.len);
	cc_strbuf_free(&text);
}

static void
copy_some(size_t step)
{
	MAILSTREAM *s = mail_open(NIL, "source", OP_READONLY);
	char set[32];

	(void)step;
	listen();
	assert_non_null(s);
	kept->appends = 0;
	for (int n = 0; n < APPENDS; n++) {
		snprintf(set, sizeof(set), "%d:%d", n * batch + 1,
		    (n + 1) * batch);
		if (mail_copy_full(s, set, "box", NIL)) {
			kept->added[n].ops = recorder->count;
			kept->added[n].uid = told.first;
			kept->appends = (size_t)n + 1;
		}
	}
	mail_close(s);
}

/* Appends that were said to be done. */
static size_t
done_appends(void)
{
	size_t n = 0;

	while (n < kept->appends && kept->added[n].ops <= calls_done)
		n++;
	return n;
}

static unsigned states_bad;

/* Every old message and each that was confirmed is there, with its UID; of
 * those of the append in hand there may be some, if the record was lost. */
static void
check_append(bool done)
{
	size_t sure = done_appends(), want = MESSAGES + sure * (size_t)batch;
	MAILSTREAM *s = open_box(NIL);
	unsigned long last;

	(void)done;
	if (unsynced) {
		states_bad += s->nmsgs < want;
		mail_close(s);
		return;
	}
	assert_true(s->nmsgs >= want);
	assert_true(s->nmsgs <= want + (size_t)batch);
	for (unsigned long i = 1; i <= MESSAGES; i++)
		assert_int_equal(expect_whole(s, i), i - 1);
	for (size_t n = 0; n < sure; n++)
		for (int k = 0; k < batch; k++) {
			unsigned long i =
			    MESSAGES + 1 + n * (size_t)batch + (unsigned long)k;

			assert_int_equal(expect_whole(s, i), i - 1);
			assert_int_equal(uid(s, i),
			    kept->added[n].uid + (unsigned long)k);
		}
	want = s->nmsgs;
	last = s->uid_last;
	mail_close(s);
	assert_int_equal(files_named(".cedar-redo"), 0);
	assert_int_equal(files_named("cedar-redo-failed"), 0);
	mail_close(append_behind(want, last));
}

static void
test_power_fails(void (*again)(void), void (*session)(size_t))
{
	static const struct {
		int batch, lines;
	} sizes[] = { { 1, 1 }, { 1, 17 }, { 3, 17 }, { 1, 400 }, { 3, 400 } };

	begin_power();
	in_order = true; /* of a text with holes all is left and set aside */
	kept = mmap(NULL, sizeof(*kept), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(kept != MAP_FAILED);
	listen();
	for (size_t k = 0; k < COUNT(sizes); k++) {
		lines = sizes[k].lines;
		batch = sizes[k].batch;
		try_states(again, session, 0, check_append);
	}
	/* without the one sync it would show */
	lines = 17;
	batch = 1;
	unsynced = "home/box";
	states_bad = 0;
	try_states(again, session, 0, check_append);
	unsynced = NULL;
	assert_true(states_bad > 0);
	munmap(kept, sizeof(*kept));
	munmap(recorder, sizeof(*recorder));
}

static void
test_power_fails_in_append(void **state)
{
	(void)state;
	test_power_fails(reset, append_some);
}

static void
test_power_fails_in_copy(void **state)
{
	(void)state;
	test_power_fails(reset_copy, copy_some);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_power_fails_in_append),
		cmocka_unit_test(test_power_fails_in_copy),
	};

	return cmocka_run_group_tests(tests, choose_seed, NULL);
}
