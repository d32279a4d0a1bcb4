/*
 * test_mail_snarf.c - one mailbox emptied into another.
 */
#include <time.h>

#include "mail_params.h"
#include "test_driver.h"

static unsigned fail_append; /* appends that succeed before one fails; 0: all */
static unsigned appends;

static long
mem_append(MAILSTREAM *stream, char *mailbox, append_t af, void *data)
{
	struct mem_box *box = mem_find(mailbox);
	char *flags, *date, text[512];
	STRING *message;

	(void)stream;
	while ((*af)(stream, data, &flags, &date, &message) && message) {
		if (fail_append && ++appends > fail_append)
			return NIL;
		snprintf(text, sizeof(text), "append %s %s %s %lu", mailbox,
		    flags ? flags : "NIL", date ? date : "NIL", SIZE(message));
		mem_call(text);
		mem_add(box, 0, "Subject: moved\n\n", "x\n");
	}
	return LONGT;
}

static long
mem_expunge(MAILSTREAM *stream, char *sequence, long options)
{
	struct mem_box *box = stream->local;
	char text[512];

	snprintf(text, sizeof(text), "expunge %s %lx", sequence,
	    (unsigned long)options);
	mem_call(text);
	assert_true(mail_uid_sequence(stream, (unsigned char *)sequence));
	for (unsigned long i = stream->nmsgs; i >= 1; i--) {
		if (!mail_elt(stream, i)->sequence ||
		    !(box->messages[i - 1].flags & fDELETED))
			continue;
		for (unsigned long j = i; j < box->count; j++)
			box->messages[j - 1] = box->messages[j];
		box->count--;
		mail_expunged(stream, i);
	}
	return LONGT;
}

static struct mem_box *
setup_boxes(void)
{
	struct mem_box *source = mem_setup();

	mem_driver.append = mem_append;
	mem_driver.expunge = mem_expunge;
	fail_append = appends = 0;
	source->keyword = "Work";
	mem_add(source, fSEEN, "Subject: a\n\n", "x\n")->keywords = 1;
	mem_add(source, fDELETED, "Subject: b\n\n", "x\n");
	mem_add(source, 0, "Subject: c\n\n", "xx\n");
	mem_boxes[1].name = "dest";
	mem_box_count = 2;
	return source;
}

static void
test_move(void **state)
{
	struct mem_box *source = setup_boxes();
	MAILSTREAM *stream;

	(void)state;
	stream = mail_open(NIL, "#move,mem:box,mem:dest", NIL);
	assert_non_null(stream);
	assert_string_equal(stream->mailbox, "mem:dest");
	assert_string_equal(stream->snarf.name, "mem:box");
	assert_string_equal(mem_calls,
	    "open\nopen\n"
	    "append mem:dest NIL NIL 17\nappend mem:dest NIL NIL 18\n"
	    "expunge 10,30 1\nclose\nping\n");
	/* What was deleted there before is neither moved nor lost. */
	assert_int_equal(source->count, 1);
	assert_int_equal(source->messages[0].uid, 20);
	/* Not again within the pause; then again. */
	mem_forget();
	mail_ping(stream);
	assert_string_equal(mem_calls, "ping\n");
	stream->snarf.time -= 61;
	mem_add(source, 0, "Subject: d\n\n", "x\n");
	mem_forget();
	mail_ping(stream);
	assert_string_equal(mem_calls,
	    "ping\nopen\nappend mem:dest NIL NIL 17\nexpunge 40 1\nclose\n"
	    "ping\n");
	mail_close(stream);
}

static void
test_interval_lengthens_the_pause(void **state)
{
	MAILSTREAM *stream;

	(void)state;
	setup_boxes();
	cc_params.snarfinterval = 100;
	stream = mail_open(NIL, "#MOVE!mem:box!mem:dest", NIL);
	mem_forget();
	stream->snarf.time -= 61;
	mail_ping(stream);
	assert_string_equal(mem_calls, "ping\n");
	stream->snarf.time -= 40;
	mem_forget();
	mail_ping(stream);
	assert_string_equal(mem_calls, "ping\nopen\nclose\n");
	cc_params.snarfinterval = 60;
	mail_close(stream);
}

static void
test_preserve(void **state)
{
	MAILSTREAM *stream;

	(void)state;
	setup_boxes();
	cc_params.snarfpreserve = T;
	stream = mail_open(NIL, "#move,mem:box,mem:dest", NIL);
	cc_params.snarfpreserve = NIL;
	assert_non_null(strstr(mem_calls,
	    "append mem:dest (\\Seen Work)  5-Mar-2024 10:01:02 +0100 17\n"
	    "append mem:dest ()  5-Mar-2024 10:01:02 +0100 18\n"));
	mail_close(stream);
}

static char *
gets_nothing(readfn_t f, void *stream, unsigned long size, GETS_DATA *md)
{
	(void)f;
	(void)stream;
	(void)size;
	(void)md;
	fail();
	return NIL;
}

/* The program's routine for texts has no part in it. */
static void
test_with_gets_routine(void **state)
{
	struct mem_box *source = setup_boxes();

	(void)state;
	cc_params.gets = gets_nothing;
	mail_close(mail_open(NIL, "#move,mem:box,mem:dest", NIL));
	cc_params.gets = NULL;
	assert_int_equal(source->count, 1);
	assert_int_equal(mem_boxes[1].count, 2);
}

/* What could not be appended stays where it is. */
static void
test_failed_append(void **state)
{
	struct mem_box *source = setup_boxes();
	MAILSTREAM *stream;

	(void)state;
	fail_append = 1;
	stream = mail_open(NIL, "#move,mem:box,mem:dest", NIL);
	assert_non_null(strstr(mem_calls, "expunge 10 1\n"));
	assert_int_equal(source->count, 2);
	assert_int_equal(source->messages[0].uid, 20);
	assert_int_equal(source->messages[1].uid, 30);
	assert_int_equal(source->messages[1].flags & fDELETED, 0);
	mail_close(stream);
}

/* Nor does what could not be read: a header without its text is no message. */
static void
test_failed_read(void **state)
{
	struct mem_box *source = setup_boxes();

	(void)state;
	source->changed = true;
	mail_close(mail_open(NIL, "#move,mem:box,mem:dest", NIL));
	assert_int_equal(source->count, 3);
	source->changed = false;
	source->text_changed = true;
	mail_close(mail_open(NIL, "#move,mem:box,mem:dest", NIL));
	assert_int_equal(source->count, 3);
	assert_int_equal(mem_boxes[1].count, 0);
}

static void
test_read_only_destination(void **state)
{
	struct mem_box *source = setup_boxes();
	MAILSTREAM *stream;

	(void)state;
	stream = mail_open(NIL, "#move,mem:box,mem:dest", OP_READONLY);
	assert_string_equal(mem_calls, "open\nopen\nclose\n");
	assert_int_equal(source->count, 3);
	mail_close(stream);
}

static void
test_bad_names(void **state)
{
	static char *names[] = { "#move", "#move,", "#move,,mem:dest",
		"#move,mem:box", "#move,mem:box,", "#move,mem:none,mem:dest",
		"#move,mem:box,mem:none", "#pop{", "#pop{h}", "#pop{}x",
		"#pop{h/imap}x", "#pop{h/nosuchswitch}x" };
	MAILSTREAM *stream;

	(void)state;
	setup_boxes();
	stream = mail_open(NIL, "mem:dest", NIL);
	for (size_t i = 0; i < COUNT(names); i++) {
		mem_forget();
		assert_ptr_equal(mail_open(stream, names[i], NIL), stream);
		assert_int_equal(test_callbacks.log_level, ERROR);
		assert_string_equal(mem_calls, "");
	}
	mail_close(stream);
}

static void
test_source_that_does_not_open(void **state)
{
	(void)state;
	setup_boxes()->refuse_open = true;
	assert_null(mail_open(NIL, "#move,mem:box,mem:dest", NIL));
}

static char asked[64];

static DRIVER *
pop_valid(char *mailbox)
{
	snprintf(asked, sizeof(asked), "%s", mailbox);
	return NIL;
}

static DRIVER pop_driver = { .name = "pop3", .valid = pop_valid };

static void
test_pop_names(void **state)
{
	(void)state;
	setup_boxes();
	mail_link(&pop_driver);
	mail_open(NIL, "#pop{h.example/user=ann}mem:dest", OP_SILENT);
	assert_string_equal(asked, "{h.example/user=ann/pop3}");
	mail_open(NIL, "#POP{h.example/pop3}mem:dest", OP_SILENT);
	assert_string_equal(asked, "{h.example/pop3}");
	pop_driver.flags |= DR_DISABLE;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_move),
		cmocka_unit_test(test_interval_lengthens_the_pause),
		cmocka_unit_test(test_preserve),
		cmocka_unit_test(test_with_gets_routine),
		cmocka_unit_test(test_failed_append),
		cmocka_unit_test(test_failed_read),
		cmocka_unit_test(test_read_only_destination),
		cmocka_unit_test(test_bad_names),
		cmocka_unit_test(test_source_that_does_not_open),
		cmocka_unit_test(test_pop_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
