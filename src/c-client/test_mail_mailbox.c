/*
 * test_mail_mailbox.c - mailboxes by name: status, lists, and what is refused
 * before any driver is asked.
 */
#include "test_driver.h"

static void
setup_box(void)
{
	struct mem_box *box = mem_setup();

	mem_add(box, fOLD | fSEEN, "Subject: a\n\n", "x\n");
	mem_add(box, 0, "Subject: b\n\n", "x\n");
	mem_add(box, fOLD, "Subject: c\n\n", "x\n");
	mem_driver.status = mail_status_default;
}

static void
test_status(void **state)
{
	MAILSTREAM *stream;

	(void)state;
	setup_box();
	assert_true(mail_status(NIL, "mem:box", 0x1f));
	assert_string_equal(test_callbacks.journal,
	    "status mem:box 1f 3 1 2 31 77\n");
	assert_string_equal(mem_calls, "open\nclose\n");
	mem_forget();
	assert_true(mail_status(NIL, "old:box", SA_MESSAGES));
	assert_string_equal(test_callbacks.journal,
	    "status old:box 1 3 1 0 31 77\n");
	/* The open stream serves its own name only. */
	stream = mail_open(NIL, "mem:box", NIL);
	mem_forget();
	assert_true(mail_status(stream, "mem:box", SA_UNSEEN));
	assert_string_equal(mem_calls, "");
	assert_true(mail_status(stream, "old:box", SA_UNSEEN));
	assert_string_equal(mem_calls, "open\nclose\n");
	mem_forget();
	assert_false(mail_status(stream, "mem:none", SA_UNSEEN));
	assert_string_equal(test_callbacks.journal,
	    "log 2 Can't get status of mailbox mem:none: no such mailbox\n");
	mem_boxes[0].refuse_open = true;
	assert_false(mail_status(NIL, "mem:box", SA_UNSEEN));
	mail_close(stream);
}

static void
repeat(char *text, size_t len)
{
	memset(text, 'a', len);
	text[len] = '\0';
}

static void
test_list(void **state)
{
	char longest[NETMAXMBX + 2];
	MAILSTREAM *stream;

	(void)state;
	setup_box();
	mail_list(NIL, "ref/", "%");
	assert_string_equal(mem_calls, "list ref/ %\nlist ref/ %\n");
	mem_forget();
	stream = mail_open(NIL, "mem:box", NIL);
	mem_forget();
	mail_list(stream, "", "*");
	assert_string_equal(mem_calls, "list  *\n");
	mem_forget();
	/* Local drivers have no part in remote names. */
	mail_list(stream, "", "{h}*");
	mail_list(stream, "{h}", "*");
	mail_list(NIL, "{h}", "*");
	mail_lsub(NIL, NIL, "{h}*");
	assert_string_equal(mem_calls, "");
	mail_lsub(stream, "", "*");
	mail_scan(stream, "", "*", "text");
	assert_string_equal(mem_calls, "lsub\n");
	mem_forget();
	repeat(longest, NETMAXMBX);
	mail_list(stream, "", longest);
	assert_int_equal(test_callbacks.logs, 0);
	mem_forget();
	repeat(longest, NETMAXMBX + 1);
	mail_list(stream, "", longest);
	assert_string_equal(mem_calls, "");
	assert_int_equal(strncmp(test_callbacks.log,
			     "Invalid LIST pattern specification: aaa", 39),
	    0);
	mail_lsub(stream, longest, "*");
	assert_int_equal(strncmp(test_callbacks.log,
			     "Invalid LSUB reference specification: aaa", 41),
	    0);
	mail_close(stream);
}

static const struct {
	char *name;
	const char *why; /* NULL: fine */
} utf7[] = {
	{ "", NULL },
	{ "plain name", NULL },
	{ "&-", NULL },
	{ "a&AAAA-b", NULL },
	{ "&+,-", NULL },
	{ "&", "unterminated modified UTF-7 name" },
	{ "a&b", "unterminated modified UTF-7 name" },
	{ "a&b/-", "invalid modified UTF-7 name" },
	{ "& -", "invalid modified UTF-7 name" },
	{ "&&-", "invalid modified UTF-7 name" },
	{ "a\x80", "mailbox name with 8-bit octet" },
	{ "&\xff-", "mailbox name with 8-bit octet" },
};

static void
test_utf7(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(utf7); i++)
		if (utf7[i].why)
			assert_string_equal(mail_utf7_valid(utf7[i].name),
			    utf7[i].why);
		else
			assert_null(mail_utf7_valid(utf7[i].name));
}

static long
mem_create(MAILSTREAM *stream, char *mailbox)
{
	char text[1024];

	(void)stream;
	snprintf(text, sizeof(text), "create %s", mailbox);
	mem_call(text);
	return LONGT;
}

static const struct {
	char *name;
	const char *journal; /* "" if the driver is asked */
	const char *call;
} creates[] = {
	{ "#driver.mem/new", "", "create new\n" },
	{ "#DRIVER.MEM\\new", "", "create new\n" },
	{ "#driver.mem:a/b", "", "create a/b\n" },
	{ "#driver.mem/INBOX", "", "create INBOX\n" },
	{ "#driver.mem/",
	    "log 2 Can't create mailbox #driver.mem/: bad driver syntax\n",
	    "" },
	{ "#driver.mem",
	    "log 2 Can't create mailbox #driver.mem: bad driver syntax\n", "" },
	{ "#driver.none/x",
	    "log 2 Can't create mailbox #driver.none/x: unknown driver\n", "" },
	{ "#driver.old/x", "log 2 Can't create mailbox x: not supported\n",
	    "" },
	{ "INBOX", "log 2 Can't create INBOX\n", "" },
	{ "inbox", "log 2 Can't create INBOX\n", "" },
	{ "a\rb", "log 2 Can't create a?b: invalid name\n", "" },
	{ "a\nb", "log 2 Can't create a?b: invalid name\n", "" },
	{ "a&b", "log 2 Can't create unterminated modified UTF-7 name: a&b\n",
	    "" },
	{ "{h}x",
	    "log 2 Can't create mailbox {h}x: indeterminate mailbox format\n",
	    "" },
};

static void
test_create(void **state)
{
	char name[1024];

	(void)state;
	setup_box();
	mem_driver.create = mem_create;
	for (size_t i = 0; i < COUNT(creates); i++) {
		mem_forget();
		assert_int_equal(mail_create(NIL, creates[i].name),
		    creates[i].call[0] ? T : NIL);
		assert_string_equal(test_callbacks.journal, creates[i].journal);
		assert_string_equal(mem_calls, creates[i].call);
	}
	repeat(name, 713);
	mem_forget();
	assert_false(mail_create(NIL, name));
	assert_non_null(strstr(test_callbacks.journal, ": invalid name\n"));
	mem_driver.create = NIL;
}

static void
test_delete_and_rename(void **state)
{
	(void)state;
	setup_box();
	assert_false(mail_delete(NIL, "inbox"));
	assert_false(mail_delete(NIL, "mem:none"));
	assert_false(mail_delete(NIL, "mem:box"));
	assert_false(mail_rename(NIL, "mem:box", "Inbox"));
	assert_false(mail_rename(NIL, "mem:box", "a&b"));
	assert_false(mail_rename(NIL, "mem:box", "old:box"));
	assert_false(mail_rename(NIL, "mem:none", "mem:new"));
	assert_false(mail_rename(NIL, "mem:box", "mem:new"));
	assert_string_equal(test_callbacks.journal,
	    "log 2 Can't delete INBOX\n"
	    "log 2 Can't delete mailbox mem:none: no such mailbox\n"
	    "log 2 Can't delete mailbox mem:box: not supported\n"
	    "log 2 Can't rename to mailbox Inbox: mailbox already exists\n"
	    "log 2 Can't rename to unterminated modified UTF-7 name: a&b\n"
	    "log 2 Can't rename to mailbox old:box: mailbox already exists\n"
	    "log 2 Can't rename mailbox mem:none: no such mailbox\n"
	    "log 2 Can't rename mailbox mem:box: not supported\n");
}

static char *appended;

static long
mem_append(MAILSTREAM *stream, char *mailbox, append_t af, void *data)
{
	char text[512], *flags, *date;
	STRING *message;

	while ((*af)(stream, data, &flags, &date, &message) && message) {
		snprintf(text, sizeof(text), "append %s %s %s %lu", mailbox,
		    flags ? flags : "NIL", date ? date : "NIL", SIZE(message));
		mem_call(text);
		appended = message->curpos;
	}
	return T;
}

static void
test_append(void **state)
{
	char message[] = "Subject: x\r\n\r\ntext\r\n";
	STRING s;

	(void)state;
	setup_box();
	INIT(&s, mail_string, message, strlen(message));
	assert_false(mail_append(NIL, "mem:box", &s));
	assert_string_equal(test_callbacks.journal,
	    "log 2 Can't append to mailbox mem:box: not supported\n");
	mem_driver.append = mem_append;
	mem_forget();
	assert_true(mail_append_full(NIL, "mem:box", "\\Seen", "now", &s));
	assert_true(mail_append(NIL, "#driver.Mem/x", &s));
	assert_string_equal(mem_calls,
	    "append mem:box \\Seen now 20\nappend x NIL NIL 20\n");
	assert_ptr_equal(appended, message);
	mem_forget();
	assert_false(mail_append(NIL, "#driver.none/x", &s));
	assert_false(mail_append(NIL, "{h}x", &s));
	assert_false(mail_append(NIL, "a\nb", &s));
	assert_string_equal(test_callbacks.journal,
	    "log 2 Can't append to mailbox #driver.none/x: unknown driver\n"
	    "log 2 Can't append to mailbox {h}x: invalid remote"
	    " specification\n"
	    "log 2 Can't append to mailbox a?b: invalid name\n");
	mem_driver.append = NIL;
}

static void
test_copy_and_expunge_unsupported(void **state)
{
	MAILSTREAM *stream;

	(void)state;
	setup_box();
	stream = mail_open(NIL, "mem:box", NIL);
	mem_forget();
	assert_false(mail_copy(stream, "1", "#driver.mem/x"));
	assert_false(mail_expunge(stream));
	assert_string_equal(test_callbacks.journal,
	    "log 2 Can't append to mailbox x: not supported\n"
	    "log 2 Can't expunge mailbox mem:box: not supported\n");
	mail_close(stream);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_utf7),
		cmocka_unit_test(test_create),
		cmocka_unit_test(test_delete_and_rename),
		cmocka_unit_test(test_append),
		cmocka_unit_test(test_copy_and_expunge_unsupported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
