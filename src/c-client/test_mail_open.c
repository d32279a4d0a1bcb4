/*
 * test_mail_open.c - life of a stream: who is called when it is opened, used
 * again and closed; handles.
 */
#include "cc_fn.h"
#include "test_driver.h"

static struct mem_box *
setup_box(void)
{
	struct mem_box *box = mem_setup();

	mem_add(box, fOLD | fSEEN, "Subject: a\n\n", "x\n");
	mem_add(box, 0, "Subject: b\n\n", "x\n");
	mem_boxes[1].name = "other";
	mem_boxes[1].validity = 99;
	mem_box_count = 2;
	return box;
}

static void
test_open_and_close(void **state)
{
	MAILSTREAM *stream;

	(void)state;
	setup_box()->keyword = "Work";
	stream = mail_open(NIL, "mem:box", OP_READONLY | OP_DEBUG);
	assert_non_null(stream);
	assert_ptr_equal(stream->dtb, &mem_driver);
	assert_string_equal(stream->mailbox, "mem:box");
	assert_string_equal(stream->original_mailbox, "mem:box");
	assert_true(stream->rdonly && stream->debug);
	assert_false(stream->silent || stream->scache || stream->inbox);
	assert_int_equal(stream->nmsgs, 2);
	assert_int_equal(stream->recent, 1);
	assert_int_equal(stream->uid_validity, 77);
	assert_int_equal(stream->uid_last, 20);
	assert_string_equal(stream->user_flags[0], "Work");
	assert_string_equal(mem_calls, "open\n");
	assert_string_equal(test_callbacks.journal, "exists 2\n");
	mem_forget();
	assert_null(mail_close(stream));
	assert_string_equal(mem_calls, "close\n");
	assert_null(mail_close(NIL));
}

static void
test_options(void **state)
{
	MAILSTREAM *stream;

	(void)state;
	setup_box();
	stream = mail_open(NIL, "mem:box",
	    OP_SILENT | OP_SHORTCACHE | OP_ANONYMOUS | OP_SECURE | OP_TRYSSL |
		OP_MULNEWSRC | OP_NOKOD | OP_SNIFF);
	assert_true(stream->silent && stream->scache && stream->anonymous &&
	    stream->secure && stream->tryssl && stream->mulnewsrc &&
	    stream->nokod && stream->sniff);
	assert_false(stream->rdonly || stream->debug || stream->halfopen);
	assert_string_equal(test_callbacks.journal, "");
	mem_forget();
	mail_close_full(stream, CL_EXPUNGE);
	assert_string_equal(mem_calls, "close expunge\n");
}

static void
test_name_nobody_takes(void **state)
{
	MAILSTREAM *stream;

	(void)state;
	setup_box();
	stream = mail_open(NIL, "mem:box", NIL);
	mem_forget();
	assert_ptr_equal(mail_open(stream, "mem:none", NIL), stream);
	assert_string_equal(mem_calls, "");
	assert_string_equal(test_callbacks.journal,
	    "log 2 Can't open mailbox mem:none: no such mailbox\n");
	mem_forget();
	assert_ptr_equal(mail_open(stream, "mem:none", OP_SILENT), stream);
	assert_string_equal(test_callbacks.journal, "");
	assert_null(mail_open(NIL, "bad\r\nname", NIL));
	mail_close(stream);
}

/* Half-open is a state of connections. */
static void
test_half_open_local(void **state)
{
	MAILSTREAM *stream;

	(void)state;
	setup_box();
	stream = mail_open(NIL, "mem:box", NIL);
	mem_forget();
	assert_null(mail_open(stream, "mem:box", OP_HALFOPEN));
	assert_string_equal(mem_calls, "close\n");
	assert_int_equal(test_callbacks.log_level, ERROR);
	mem_forget();
	assert_null(mail_open(NIL, "mem:box", OP_HALFOPEN | OP_SILENT));
	assert_int_equal(test_callbacks.logs, 0);
}

static void
test_driver_refuses(void **state)
{
	MAILSTREAM *stream;

	(void)state;
	setup_box()->refuse_open = true;
	stream = mail_open(NIL, "mem:other", NIL);
	mem_forget();
	assert_null(mail_open(stream, "mem:box", NIL));
	assert_string_equal(mem_calls, "close\nopen\nclose\n");
}

/* Local drivers do not recycle: the old stream is closed first. */
static void
test_open_again(void **state)
{
	MAILSTREAM *stream;
	char *name;

	(void)state;
	setup_box();
	stream = mail_open(NIL, "mem:box", NIL);
	mail_elt(stream, 1);
	mem_forget();
	stream = mail_open(stream, "mem:other", NIL);
	assert_string_equal(mem_calls, "close\nopen\n");
	assert_int_equal(stream->nmsgs, 0);
	mem_forget();
	stream = mail_open(stream, "mem:box", OP_EXPUNGE);
	assert_string_equal(mem_calls, "close expunge\nopen\n");
	/* The name may be the stream's own. */
	name = stream->mailbox;
	stream = mail_open(stream, name, NIL);
	assert_string_equal(stream->mailbox, "mem:box");
	mail_close(stream);
}

/* A remote driver that takes "{HOST}MAILBOX" and can be used again. */
static DRIVER net_driver_mem;
static MAILSTREAM net_proto = { .dtb = &net_driver_mem };
static unsigned net_closed;

static DRIVER *
net_valid(char *mailbox)
{
	return mailbox[0] == '{' ? &net_driver_mem : NIL;
}

static MAILSTREAM *
net_open_mailbox(MAILSTREAM *stream)
{
	if (!stream)
		return &net_proto;
	mem_call(stream->local ? "recycled" : "connected");
	stream->local = stream;
	mail_exists(stream, 3);
	return stream;
}

static void
net_close_mailbox(MAILSTREAM *stream, long options)
{
	(void)options;
	net_closed++;
	stream->local = NIL;
}

static DRIVER net_driver_mem = {
	.name = "imap",
	.flags = DR_MAIL | DR_RECYCLE | DR_XPOINT,
	.valid = net_valid,
	.parameters = mem_parameters,
	.list = mem_list,
	.lsub = mem_lsub,
	.open = net_open_mailbox,
	.close = net_close_mailbox,
	.ping = mem_ping,
	.check = mem_check,
};

static const struct {
	char *first, *second;
	bool recycles;
} pairs[] = {
	{ "{h.example}a", "{h.example}b", true },
	{ "{h.example}a", "{H.EXAMPLE}b", true },
	{ "{h.example:143}a", "{h.example}b", true },
	{ "{h.example:143}a", "{h.example:144}b", false },
	{ "{h.example}a", "{i.example}b", false },
	{ "{h.example/user=ann}a", "{h.example}b", true },
	{ "{h.example/user=ann}a", "{h.example/user=ann}b", true },
	{ "{h.example/user=ann}a", "{h.example/user=Ann}b", false },
	{ "{h.example/anonymous}a", "{h.example}b", false },
	{ "{h.example}a", "{h.example/service=pop3}b", false },
};

static void
test_recycling(void **state)
{
	(void)state;
	setup_box();
	mail_link(&net_driver_mem);
	for (size_t i = 0; i < COUNT(pairs); i++) {
		MAILSTREAM *stream = mail_open(NIL, pairs[i].first, NIL), *old;
		unsigned short sequence = stream->sequence;

		mail_elt(stream, 2);
		stream->user_flags[3] = cpystr("kw");
		mem_forget();
		net_closed = 0;
		old = stream;
		stream = mail_open(old, pairs[i].second, NIL);
		assert_int_equal(net_closed, !pairs[i].recycles);
		assert_string_equal(mem_calls,
		    pairs[i].recycles ? "check\nrecycled\n" : "connected\n");
		assert_string_equal(stream->mailbox, pairs[i].second);
		assert_null(stream->user_flags[3]);
		assert_null(cc_mail_elt_if(stream, 2));
		if (pairs[i].recycles)
			assert_true(stream == old &&
			    stream->sequence != sequence);
		else
			assert_non_null(strstr(test_callbacks.journal,
			    "log 0 Closing connection to h.example"));
		mail_close(stream);
	}
	net_driver_mem.flags |= DR_DISABLE;
}

static void
test_prototype(void **state)
{
	(void)state;
	setup_box();
	assert_ptr_equal(mail_open(NIL, "mem:box", OP_PROTOTYPE), &mem_proto);
	assert_ptr_equal(mail_open(NIL, "#driver.old/x", OP_PROTOTYPE),
	    &old_proto);
	assert_ptr_equal(mail_open(NIL, "#DRIVER.Mem:x", OP_PROTOTYPE),
	    &mem_proto);
	assert_null(mail_open(NIL, "#driver.none/x", OP_PROTOTYPE));
	assert_null(mail_open(NIL, "#driver.mem/box", NIL));
	assert_string_equal(mem_calls, "");
}

static void
test_handles(void **state)
{
	MAILSTREAM *stream;
	MAILHANDLE *a, *b;

	(void)state;
	setup_box();
	stream = mail_open(NIL, "mem:box", NIL);
	a = mail_makehandle(stream);
	b = mail_makehandle(stream);
	assert_int_equal(stream->use, 2);
	assert_ptr_equal(mail_stream(a), stream);
	mail_free_handle(&a);
	assert_null(a);
	mail_free_handle(&a);
	assert_ptr_equal(mail_stream(b), stream);
	mail_close(stream);
	assert_null(mail_stream(b));
	mail_free_handle(&b);
	/* An open stream outlives its handles. */
	stream = mail_open(NIL, "mem:box", NIL);
	a = mail_makehandle(stream);
	mail_free_handle(&a);
	assert_int_equal(stream->use, 0);
	mail_close(stream);
}

static void
test_stream_sparep(void **state)
{
	MAILSTREAM *stream;

	(void)state;
	setup_box();
	mail_parameters(NIL, SET_FREESTREAMSPAREP,
	    cc_fn_to_ptr((void (*)(void))mem_free_sparep));
	stream = mail_open(NIL, "mem:box", NIL);
	stream->sparep = stream;
	mail_close(stream);
	assert_int_equal(mem_freed, 1);
	mail_parameters(NIL, SET_FREESTREAMSPAREP, NIL);
}

static void
test_ping_check_lock(void **state)
{
	MAILSTREAM *stream;

	(void)state;
	setup_box();
	assert_false(mail_ping(NIL));
	stream = mail_open(NIL, "mem:box", NIL);
	mem_forget();
	assert_true(mail_ping(stream));
	mail_check(stream);
	assert_string_equal(mem_calls, "ping\ncheck\n");
	mail_lock(stream);
	assert_true(TEST_IS_FATAL(mail_lock(stream)));
	mail_unlock(stream);
	assert_true(TEST_IS_FATAL(mail_unlock(stream)));
	stream->local = NIL;
	assert_false(mail_ping(stream));
	mail_close(stream);
}

static void
test_telemetry(void **state)
{
	(void)state;
	setup_box();
	mail_dlog("one", NIL);
	mail_dlog("secret", T);
	mail_parameters(NIL, SET_DEBUGSENSITIVE, (void *)T);
	mail_dlog("two", T);
	mail_parameters(NIL, SET_DEBUGSENSITIVE, NIL);
	assert_string_equal(test_callbacks.journal,
	    "dlog one\ndlog <suppressed>\ndlog two\n");
}

/* A closed stream that a handle keeps answers, and does nothing. */
static void
test_dead_stream(void **state)
{
	MAILSTREAM *stream;
	MAILHANDLE *handle;
	struct mail_record record;

	(void)state;
	setup_box();
	stream = mail_open(NIL, "mem:box", NIL);
	handle = mail_makehandle(stream);
	mail_close(stream);
	mem_forget();
	assert_false(mail_ping(stream));
	mail_check(stream);
	mail_flag(stream, "1", "\\Seen", ST_SET);
	mail_fetch_fast(stream, "1", NIL);
	mail_fetch_flags(stream, "1", NIL);
	mail_fetch_overview(stream, "1", NIL);
	assert_int_equal(mail_uid(stream, 1), 0);
	assert_int_equal(mail_msgno(stream, 10), 0);
	assert_string_equal(mail_fetchtext(stream, 1), "");
	assert_string_equal(mail_fetchheader(stream, 1), "");
	assert_null(mail_fetchstructure(stream, 1, NIL));
	assert_false(mail_expunge(stream));
	assert_false(mail_copy(stream, "1", "x"));
	assert_int_equal(cc_mail_record(stream, 1, &record), CC_ENOENT);
	assert_null(cc_mail_watch(stream));
	assert_string_equal(mem_calls, "");
	mail_free_handle(&handle);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open_and_close),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_name_nobody_takes),
		cmocka_unit_test(test_half_open_local),
		cmocka_unit_test(test_driver_refuses),
		cmocka_unit_test(test_open_again),
		cmocka_unit_test(test_recycling),
		cmocka_unit_test(test_prototype),
		cmocka_unit_test(test_handles),
		cmocka_unit_test(test_stream_sparep),
		cmocka_unit_test(test_ping_check_lock),
		cmocka_unit_test(test_telemetry),
		cmocka_unit_test(test_dead_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
