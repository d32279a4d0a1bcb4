/*
 * test_subscription.c - the subscription file when a session that changes it
 * is killed: every other name stays, and a change is there whole or not at
 * all. Names of mailboxes that are gone stay until somebody takes them out.
 */
#include "misc.h"
#include "subscription.h"
#include "test_names_kill.h"

#define BEFORE_IT "Work/plans\nINBOX\ngone\n#public/news\n"

static void
put_list(const char *text)
{
	tmpdir_write(&tmp, "home/.mailboxlist", text, strlen(text));
}

/* Is there exactly this list? */
static bool
list_is(const char *want)
{
	char buf[256];
	int fd = open(tmpdir_path(&tmp, "home/.mailboxlist"), O_RDONLY);
	ssize_t n = read(fd, buf, sizeof(buf) - 1);

	close(fd);
	if (n < 0)
		return false;
	buf[n] = '\0';
	return strcmp(buf, want) == 0;
}

static void
add(size_t step)
{
	(void)step;
	sm_subscribe("new");
}

static void
take_out(size_t step)
{
	(void)step;
	sm_unsubscribe("gone");
}

static void
test_subscribe_killed(void **state)
{
	bool lived = false;

	(void)state;
	for (int n = 1; !lived; n++)
		for (enum how how = BEFORE; how < HOWS; how++) {
			begin();
			put_list(BEFORE_IT);
			lived = run_until(n, how, add, 0);
			/* a part of a name is ended by the next change */
			assert_true(sm_subscribe("other"));
			sm_unsubscribe("n");
			sm_unsubscribe("ne");
			assert_true(lived ? list_is(BEFORE_IT "new\nother\n")
					  : list_is(BEFORE_IT "new\nother\n") ||
				    list_is(BEFORE_IT "other\n"));
			end();
		}
}

static void
test_unsubscribe_killed(void **state)
{
	bool lived = false;
	int n = 1;

	(void)state;
	for (; !lived; n++)
		for (enum how how = BEFORE; how < HOWS; how++) {
			begin();
			put_list(BEFORE_IT);
			lived = run_until(n, how, take_out, 0);
			if (!list_is(BEFORE_IT))
				assert_true(list_is(
				    "Work/plans\nINBOX\n#public/news\n"));
			else
				assert_false(lived);
			assert_true(sm_subscribe("other"));
			end();
		}
	assert_true(n > 4);
}

/* A disk that is full takes nothing away. */
static void
test_full(void **state)
{
	(void)state;
	for (int n = 1; n < 8; n++) {
		begin();
		put_list(BEFORE_IT);
		death.at = n;
		death.count = 0;
		death.fail = ENOSPC;
		(void)sm_subscribe("new");
		death.count = 0;
		(void)sm_unsubscribe("gone");
		death.at = death.fail = 0;
		assert_true(list_is(BEFORE_IT) || list_is(BEFORE_IT "new\n") ||
		    list_is("Work/plans\nINBOX\n#public/news\nnew\n") ||
		    list_is("Work/plans\nINBOX\n#public/news\n"));
		end();
	}
}

/* RFC 3501 section 6.3.6: what is subscribed stays so when it is deleted. */
static void
test_names_that_are_gone(void **state)
{
	(void)state;
	begin();
	assert_true(mail_create(NIL, "a/b"));
	assert_true(mail_subscribe(NIL, "a/b"));
	assert_true(mail_create(NIL, "c"));
	assert_true(mail_subscribe(NIL, "c"));
	assert_true(mail_delete(NIL, "a/b"));
	assert_true(mail_rename(NIL, "c", "d"));
	assert_true(list_is("a/b\nc\n"));
	test_callbacks_reset();
	mail_lsub(NIL, NIL, "*");
	assert_string_equal(test_callbacks.lsubbed, "/ a/b 0x0\n/ c 0x0\n");
	assert_false(mail_subscribe(NIL, "c"));
	assert_true(mail_unsubscribe(NIL, "a/b"));
	assert_true(mail_unsubscribe(NIL, "c"));
	assert_false(mail_unsubscribe(NIL, "c"));
	assert_true(list_is(""));
	end();
}

/* Writes a list of so many octets: lines of a mailbox that is not there. */
static void
fill_list(size_t size)
{
	char *text = malloc(size);

	memset(text, 'x', size);
	for (size_t i = 63; i < size; i += 64)
		text[i] = '\n';
	text[size - 1] = '\n';
	tmpdir_write(&tmp, "home/.mailboxlist", text, size);
	free(text);
}

static size_t
list_size(void)
{
	struct stat st;

	assert_int_equal(stat(tmpdir_path(&tmp, "home/.mailboxlist"), &st), 0);
	return (size_t)st.st_size;
}

/* Names and the last of them, as LSUB would have them. */
static size_t
read_list(char *last)
{
	void *sdb = NIL;
	size_t count = 0;
	char name[CC_SUBSCRIPTION_LINE + 1];

	test_callbacks_reset();
	for (; sm_read(name, &sdb); count++)
		memcpy(last, name, strlen(name) + 1);
	return count;
}

/* A list of the greatest size is read whole. It does not grow, and of one that
 * is larger the user is told. */
static void
test_list_size(void **state)
{
	char name[] = "12345", last[CC_SUBSCRIPTION_LINE + 1];

	(void)state;
	begin();
	fill_list(CC_SUBSCRIPTION_MAX - sizeof(name));
	assert_true(sm_subscribe(name));
	assert_int_equal(list_size(), CC_SUBSCRIPTION_MAX);
	assert_int_equal(read_list(last), CC_SUBSCRIPTION_MAX / 64 + 1);
	assert_string_equal(last, name);
	assert_int_equal(test_callbacks.logs, 0);
	assert_true(sm_unsubscribe(name));
	assert_int_equal(list_size(), CC_SUBSCRIPTION_MAX - sizeof(name));

	fill_list(CC_SUBSCRIPTION_MAX - sizeof(name) + 1);
	assert_false(sm_subscribe(name));
	assert_int_equal(list_size(), CC_SUBSCRIPTION_MAX - sizeof(name) + 1);

	fill_list(CC_SUBSCRIPTION_MAX + 1);
	assert_int_equal(read_list(last), CC_SUBSCRIPTION_MAX / 64);
	assert_string_equal(test_callbacks.log,
	    "Too many subscriptions to list all of them");
	assert_false(sm_subscribe(name));
	assert_false(sm_unsubscribe(name));
	assert_int_equal(list_size(), CC_SUBSCRIPTION_MAX + 1);
	end();
}

/* A line of the greatest length is one; one octet more, and it is cut. */
static void
test_line_length(void **state)
{
	char text[CC_SUBSCRIPTION_LINE + 4];
	struct span left, line;

	(void)state;
	for (size_t more = 0; more < 2; more++) {
		size_t len = CC_SUBSCRIPTION_LINE - 1 + more;

		memset(text, 'x', sizeof(text));
		memcpy(text + len, "\ny\n", 3);
		left = cc_span(text, len + 3);
		assert_true(cc_subscription_line(&left, &line));
		assert_int_equal(line.len, len);
		assert_true(cc_subscription_line(&left, &line));
		assert_int_equal(line.len, !more);
		if (more)
			assert_true(cc_subscription_line(&left, &line));
		assert_int_equal(line.p[0], 'y');
		assert_false(cc_subscription_line(&left, &line));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_subscribe_killed),
		cmocka_unit_test(test_unsubscribe_killed),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_names_that_are_gone),
		cmocka_unit_test(test_line_length),
		cmocka_unit_test(test_list_size),
	};

	return cmocka_run_group_tests(tests, link_drivers, NULL);
}
