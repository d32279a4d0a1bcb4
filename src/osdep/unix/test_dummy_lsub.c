/*
 * test_dummy_lsub.c - LSUB, SUBSCRIBE and UNSUBSCRIBE over a list of names,
 * also of several processes at once.
 */
#include <sys/wait.h>

#include "test_dummy.h"

static void
test_lsub(void **state)
{
	(void)state;
	begin();
	expect_lsub("", "*", "");
	write_subscriptions("Work/plans\nINBOX\n#public/news\nWork\n"
			    "a/b/c\na/b/d\n{host}x\ninbox\nWork\nlast");
	expect_lsub("", "*",
	    "/ Work/plans 0x0\n- INBOX 0x1\n/ #public/news 0x0\n/ Work 0x0\n"
	    "/ a/b/c 0x0\n/ a/b/d 0x0\n- inbox 0x1\n/ Work 0x0\n/ last 0x0\n");
	expect_lsub("", "%",
	    "- INBOX 0x1\n/ Work 0x0\n- inbox 0x1\n/ Work 0x0\n"
	    "/ last 0x0\n/ #public 0x2\n/ a 0x2\n");
	expect_lsub("a/", "%", "/ a/b 0x2\n");
	expect_lsub("", "a/b/%", "/ a/b/c 0x0\n/ a/b/d 0x0\n");
	expect_lsub("", "w*", "");
	expect_lsub("", "#public/%", "/ #public/news 0x0\n");
	expect_lsub("", "Work/", "");
	expect_lsub("{host}", "*", "");
	write_subscriptions("a/1\nb/1\na/2\nb/2\na/3\nc/1\nb\nd\n");
	expect_lsub("", "%", "/ b 0x0\n/ d 0x0\n/ a 0x2\n/ c 0x2\n");
	write_subscriptions("a\r\nb\n\nc\n");
	expect_lsub("", "*", "/ a\r 0x0\n/ b 0x0\n/ c 0x0\n");
	end();
}

/* Lines of any length are cut in pieces of 1023 octets. */
static void
test_sm_read(void **state)
{
	char name[MAILTMPLEN], text[5000];
	void *sdb = NIL;

	(void)state;
	begin();
	memset(text, 'x', sizeof(text));
	text[1023] = '\n';
	text[1024 + 1022] = '\n';
	text[4999] = '\0';
	write_subscriptions(text);
	for (int i = 0; i < 4; i++) {
		static const size_t lengths[] = { 1023, 0, 1022, 1023 };

		assert_ptr_equal(sm_read(name, &sdb), name);
		if (i == 1) /* the LF behind a piece ends an empty line */
			assert_int_equal(strlen(name), 0);
		else
			assert_int_equal(strlen(name), lengths[i]);
	}
	while (sm_read(name, &sdb))
		assert_true(strlen(name) <= 1023);
	assert_null(sdb);
	end();
}

static void
test_subscribe(void **state)
{
	struct stat st;
	char name[1200];
	mode_t mode;

	(void)state;
	begin();
	/* Its mode is that of any new file. */
	close(open(tmpdir_path(&tmp, "any"), O_WRONLY | O_CREAT, 0666));
	assert_int_equal(stat(tmpdir_path(&tmp, "any"), &st), 0);
	mode = st.st_mode;
	assert_int_equal(sm_subscribe("a"), LONGT);
	assert_int_equal(stat(tmpdir_path(&tmp, "home/.mailboxlist"), &st), 0);
	assert_int_equal(st.st_mode, mode);
	assert_int_equal(sm_subscribe("inBOX"), LONGT);
	tmpdir_expect(&tmp, "home/.mailboxlist", "a\nINBOX\n");
	assert_int_equal(sm_subscribe("a"), NIL);
	assert_string_equal(test_callbacks.log,
	    "Already subscribed to mailbox a");
	assert_int_equal(sm_subscribe("INBOX"), NIL);
	write_subscriptions("C");
	assert_int_equal(sm_subscribe("d"), LONGT);
	tmpdir_expect(&tmp, "home/.mailboxlist", "C\nd\n");
	assert_int_equal(sm_subscribe(""), NIL);
	assert_int_equal(sm_subscribe("x\ny"), NIL);
	memset(name, 'n', sizeof(name));
	name[1023] = '\0';
	assert_int_equal(sm_subscribe(name), NIL);
	name[1022] = '\0';
	assert_int_equal(sm_subscribe(name), LONGT);
	assert_int_equal(sm_unsubscribe(name), LONGT);
	tmpdir_expect(&tmp, "home/.mailboxlist", "C\nd\n");
	end();
}

static void
test_unsubscribe(void **state)
{
	static const struct {
		const char *before, *name, *after;
		long want;
	} cases[] = {
		{ "a\nb\nc\n", "b", "a\nc\n", LONGT },
		{ "a\nb\nc", "c", "a\nb\n", LONGT },
		{ "a\nb\nc", "a", "b\nc\n", LONGT },
		{ "a\na\nb\na\n", "a", "b\n", LONGT },
		{ "a\n", "a", "", LONGT },
		{ "INBOX\n", "inbox", "", LONGT },
		{ "a\n", "b", "a\n", NIL },
		{ "a\r\n", "a", "a\r\n", NIL },
		{ "ab\n", "a", "ab\n", NIL },
		{ "", "a", "", NIL },
	};

	(void)state;
	begin();
	assert_int_equal(sm_unsubscribe("a"), NIL);
	assert_string_equal(test_callbacks.log, "Not subscribed to mailbox a");
	assert_false(tmpdir_has(&tmp, "home/.mailboxlist"));
	for (size_t i = 0; i < COUNT(cases); i++) {
		write_subscriptions(cases[i].before);
		assert_int_equal(sm_unsubscribe((char *)cases[i].name),
		    cases[i].want);
		tmpdir_expect(&tmp, "home/.mailboxlist", cases[i].after);
	}
	end();
}

/* Sessions that subscribe at once lose nothing. */
static void
test_subscribe_processes(void **state)
{
	enum { PROCESSES = 4, EACH = 20 };
	char name[MAILTMPLEN];
	void *sdb = NIL;
	unsigned n = 0;

	(void)state;
	begin();
	for (int p = 0; p < PROCESSES; p++)
		if (fork() == 0) {
			for (int i = 0; i < EACH; i++) {
				snprintf(name, sizeof(name), "p%d-%d", p, i);
				if (!sm_subscribe(name))
					_exit(1);
				/* The file is replaced all the time. */
				snprintf(name, sizeof(name), "p%d-x", p);
				if (!sm_subscribe(name) ||
				    !sm_unsubscribe(name))
					_exit(2);
			}
			_exit(0);
		}
	for (int p = 0; p < PROCESSES; p++) {
		int status;

		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	while (sm_read(name, &sdb))
		n++;
	assert_int_equal(n, PROCESSES * EACH);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lsub),
		cmocka_unit_test(test_sm_read),
		cmocka_unit_test(test_subscribe),
		cmocka_unit_test(test_unsubscribe),
		cmocka_unit_test(test_subscribe_processes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
