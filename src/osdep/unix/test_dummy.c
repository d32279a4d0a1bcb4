/*
 * test_dummy.c - the driver of last resort: what it takes, opens, makes,
 * removes and renames.
 */
#include <sys/wait.h>

#include "test_dummy.h"

static void
link_once(void)
{
	static bool linked;

	if (!linked)
		mail_link(&dummydriver);
	linked = true;
}

static void
test_valid(void **state)
{
	static const struct {
		const char *name;
		bool valid;
	} cases[] = {
		{ "INBOX", true },
		{ "inbox", true },
		{ "empty", true },
		{ "full", true },
		{ "dir", true },
		{ "dir/", true },
		{ "none", false },
		{ "fifo", false },
		{ ".cedar", false },
		{ ".cedar/x", false },
		{ "", false },
		{ "{host}x", false },
		{ "#mh/x", false },
	};

	(void)state;
	link_once();
	begin();
	empty_file("home/empty");
	tmpdir_write(&tmp, "home/full", "x", 1);
	tmpdir_mkdir(&tmp, "home/dir");
	tmpdir_mkdir(&tmp, "home/.cedar");
	empty_file("home/.cedar/x");
	assert_int_equal(mkfifo(tmpdir_path(&tmp, "home/fifo"), 0600), 0);
	for (size_t i = 0; i < COUNT(cases); i++)
		if (((*dummydriver.valid)((char *)cases[i].name) != NIL) !=
		    cases[i].valid)
			fail_msg("%s", cases[i].name);
	end();
}

static void
test_open(void **state)
{
	MAILSTREAM *s;

	(void)state;
	link_once();
	begin();
	empty_file("home/empty");
	tmpdir_write(&tmp, "home/full", "x", 1);
	tmpdir_mkdir(&tmp, "home/dir");
	s = mail_open(NIL, "empty", NIL);
	assert_non_null(s);
	assert_int_equal(s->nmsgs, 0);
	assert_int_equal(s->uid_last, 0);
	assert_true(s->uid_validity > 1000000000);
	assert_false(s->rdonly);
	assert_false(s->inbox);
	assert_int_equal(mail_ping(s), LONGT);
	mail_check(s);
	assert_int_equal(mail_expunge(s), LONGT);
	mail_close(s);
	s = mail_open(NIL, "Inbox", NIL);
	assert_non_null(s);
	assert_true(s->inbox);
	assert_int_equal(mail_ping(s), LONGT);
	mail_close(s);
	assert_false(tmpdir_has(&tmp, "spool"));
	assert_null(mail_open(NIL, "dir", NIL));
	assert_null(mail_open(NIL, "full", NIL));
	test_callbacks_reset();
	assert_int_equal(mail_status(NIL, "empty",
			     SA_MESSAGES | SA_UIDNEXT | SA_UNSEEN),
	    LONGT);
	assert_int_equal(test_callbacks.status.messages, 0);
	assert_int_equal(test_callbacks.status.uidnext, 1);
	assert_int_equal(mail_status(NIL, "dir", SA_MESSAGES), NIL);
	end();
}

/* What may not be read is no mailbox, empty or not; INBOX always is one. */
static int
open_unreadable(void)
{
	static const char *const names[] = { "empty", "full" };

	if (setuid(12345) != 0)
		return 1;
	for (size_t i = 0; i < COUNT(names); i++) {
		test_callbacks_reset();
		if (mail_open(NIL, (char *)names[i], NIL) ||
		    !strstr(test_callbacks.log, "permission denied"))
			return 2;
		test_callbacks_reset();
		if (mail_status(NIL, (char *)names[i], SA_MESSAGES) ||
		    !strstr(test_callbacks.log, "permission denied"))
			return 3;
	}
	return mail_open(NIL, "INBOX", NIL) ? 0 : 4;
}

static void
test_unreadable(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	if (geteuid() != 0)
		skip();
	link_once();
	begin();
	empty_file("home/empty");
	empty_file("spool");
	tmpdir_write(&tmp, "home/full", "x", 1);
	assert_int_equal(chmod(tmp.path, 0755), 0);
	assert_int_equal(chmod(tmpdir_path(&tmp, "home"), 0755), 0);
	pid = fork();
	if (pid == 0)
		_exit(open_unreadable());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 0);
	end();
}

static void
test_create_delete_rename(void **state)
{
	struct stat st;

	(void)state;
	begin();
	assert_int_equal(dummy_create(NIL, "a"), LONGT);
	assert_int_equal(stat(tmpdir_path(&tmp, "home/a"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(dummy_create(NIL, "a"), NIL);
	assert_non_null(strstr(test_callbacks.log,
	    "Can't create mailbox node "));
	assert_non_null(strstr(test_callbacks.log, "/home/a: File exists"));
	assert_int_equal(dummy_create(NIL, "a/b"), NIL);
	assert_int_equal(dummy_create(NIL, "a/"), NIL);
	assert_int_equal(dummy_create(NIL, "x/y/z"), LONGT);
	assert_int_equal(stat(tmpdir_path(&tmp, "home/x/y"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(dummy_create(NIL, "d/"), LONGT);
	assert_int_equal(stat(tmpdir_path(&tmp, "home/d"), &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_int_equal(dummy_create(NIL, "d/"), NIL);
	assert_int_equal(dummy_create(NIL, "q//r"), NIL);
	assert_int_equal(dummy_create(NIL, "inbox"), NIL);
	assert_string_equal(test_callbacks.log,
	    "Can't create inbox: invalid name");
	assert_int_equal(dummy_create(NIL, ".cedar/x"), NIL);
	assert_int_equal(dummy_create(NIL, ".cedar/"), NIL);
	assert_false(tmpdir_has(&tmp, "home/.cedar"));
	/* Namespaces have their own protections, whatever the umask. */
	tmpdir_mkdir(&tmp, "public");
	mail_parameters(NIL, SET_PUBLICHOME,
	    (void *)tmpdir_path(&tmp, "public"));
	assert_int_equal(dummy_create(NIL, "#public/n/m"), LONGT);
	assert_int_equal(stat(tmpdir_path(&tmp, "public/n"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0777);
	assert_int_equal(stat(tmpdir_path(&tmp, "public/n/m"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0666);
	/* Renaming, never over another. */
	assert_int_equal(dummy_rename(NIL, "a", "x/y/z"), NIL);
	assert_true(tmpdir_has(&tmp, "home/a"));
	assert_int_equal(dummy_rename(NIL, "a", "new/place/a"), LONGT);
	assert_true(tmpdir_has(&tmp, "home/new/place/a"));
	assert_int_equal(dummy_rename(NIL, "a", "b"), NIL);
	assert_int_equal(dummy_rename(NIL, "x/", "y"), LONGT);
	assert_true(tmpdir_has(&tmp, "home/y/y/z"));
	assert_int_equal(dummy_rename(NIL, "y", ".cedar"), NIL);
	assert_int_equal(dummy_rename(NIL, "y", "INBOX"), NIL);
	/* Deleting. */
	assert_int_equal(dummy_delete(NIL, "y"), NIL);
	assert_int_equal(dummy_delete(NIL, "y/y/z"), LONGT);
	assert_int_equal(dummy_delete(NIL, "y/y/"), LONGT);
	assert_int_equal(dummy_delete(NIL, "y"), LONGT);
	assert_false(tmpdir_has(&tmp, "home/y"));
	assert_int_equal(dummy_delete(NIL, "none"), NIL);
	assert_int_equal(dummy_delete(NIL, ".cedar"), NIL);
	end();
}

/* With several drivers linked a name is told once, through a stream of
 * whichever driver or without. */
static void
test_list_once(void **state)
{
	static const char *const names[] = { "empty", "INBOX" };
	MAILSTREAM *s;

	(void)state;
	link_once();
	mail_link(&unixdriver);
	begin();
	empty_file("home/empty");
	write_subscriptions("empty\n");
	for (size_t i = 0; i <= COUNT(names); i++) {
		s = i < COUNT(names) ? mail_open(NIL, (char *)names[i], NIL)
				     : NIL;
		test_callbacks_reset();
		mail_list(s, NIL, "e%");
		assert_string_equal(test_callbacks.listed,
		    "/ empty " UNMARKED "\n");
		mail_lsub(s, NIL, "e%");
		assert_string_equal(test_callbacks.lsubbed, "/ empty 0x0\n");
		if (s)
			mail_close(s);
	}
	test_callbacks_reset();
	(*unixdriver.list)(&unixproto, NIL, "e%");
	assert_string_equal(test_callbacks.listed, "/ empty " UNMARKED "\n");
	end();
}

static void
test_driver_subscribe(void **state)
{
	(void)state;
	begin();
	tmpdir_mkdir(&tmp, "home/dir");
	empty_file("home/file");
	assert_int_equal((*dummydriver.subscribe)(NIL, "file"), LONGT);
	assert_int_equal(test_callbacks.notifies, 0);
	assert_int_equal((*dummydriver.subscribe)(NIL, "dir"), LONGT);
	assert_string_equal(test_callbacks.notify,
	    "CLIENT BUG DETECTED: subscribe of non-mailbox directory dir");
	assert_int_equal((*dummydriver.subscribe)(NIL, "INBOX"), NIL);
	assert_int_equal((*dummydriver.subscribe)(NIL, "none"), NIL);
	empty_file("spool");
	assert_int_equal((*dummydriver.subscribe)(NIL, "INBOX"), LONGT);
	tmpdir_expect(&tmp, "home/.mailboxlist", "file\ndir\nINBOX\n");
	end();
}

static long
no_message(MAILSTREAM *stream, void *data, char **flags, char **date,
    STRING **message)
{
	(void)stream;
	(void)data;
	(void)flags;
	(void)date;
	*message = NIL;
	return LONGT;
}

static void
test_append(void **state)
{
	(void)state;
	begin_with("set empty-mailbox-format invalid\n");
	assert_int_equal((*dummydriver.append)(NIL, "none", no_message, NIL),
	    NIL);
	assert_string_equal(test_callbacks.notify,
	    "[TRYCREATE] Must create mailbox before append");
	empty_file("home/empty");
	assert_int_equal((*dummydriver.append)(NIL, "empty", no_message, NIL),
	    NIL);
	assert_non_null(strstr(test_callbacks.log,
	    "Can't append - not in valid mailbox format: "));
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_create_delete_rename),
		cmocka_unit_test(test_driver_subscribe),
		cmocka_unit_test(test_append),
		cmocka_unit_test(test_list_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
