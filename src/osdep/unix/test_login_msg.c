/*
 * test_login_msg.c - what the monitor takes, and in which state.
 *
 * TEST_OBJECTS: osdep/unix/login_msg.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "cc_err.h"
#include "imap_capability.h"
#include "login_msg.h"

static union login_request request;

static void
make_try(void)
{
	cc_login_begin(&request, sizeof(request.try), LOGIN_TRY);
	cc_login_put(request.try.tag, sizeof(request.try.tag), "a1", 2, false);
	cc_login_put(request.try.user, sizeof(request.try.user), "u", 1, false);
	cc_login_put(request.try.password, sizeof(request.try.password), "p", 1,
	    false);
	request.try.password_len = 1;
}

static void
make_log(uint32_t event)
{
	cc_login_begin(&request, sizeof(request.log), LOGIN_LOG);
	request.log.event = event;
}

static bool
is_taken(size_t len, enum login_state state)
{
	return cc_login_check_request(&request, len, state) == 0;
}

static void
test_order(void **state)
{
	(void)state;
	make_try();
	assert_true(is_taken(sizeof(request.try), LOGIN_STATE_OPEN));
	assert_false(is_taken(sizeof(request.try), LOGIN_STATE_RELAY));
	assert_false(is_taken(sizeof(request.try), LOGIN_STATE_OVER));
	make_log(LOGIN_EV_LOGOUT);
	assert_true(is_taken(sizeof(request.log), LOGIN_STATE_OPEN));
	assert_true(is_taken(sizeof(request.log), LOGIN_STATE_RELAY));
	assert_false(is_taken(sizeof(request.log), LOGIN_STATE_OVER));
}

/* Only the exact size will do, for each kind. */
static void
test_sizes(void **state)
{
	(void)state;
	make_try();
	for (size_t len = 0; len <= sizeof(request); len++)
		assert_int_equal(is_taken(len, LOGIN_STATE_OPEN),
		    len == sizeof(request.try));
	make_log(LOGIN_EV_LOGOUT);
	for (size_t len = 0; len <= sizeof(request); len++)
		assert_int_equal(is_taken(len, LOGIN_STATE_OPEN),
		    len == sizeof(request.log));
}

static void
test_kinds_and_events(void **state)
{
	(void)state;
	for (uint32_t kind = 0; kind < 12; kind++) {
		make_log(LOGIN_EV_LOGOUT);
		request.head.kind = kind;
		assert_int_equal(is_taken(sizeof(request.log),
				     LOGIN_STATE_OPEN),
		    kind == LOGIN_LOG);
	}
	for (uint32_t event = 0; event < LOGIN_EV_LAST + 3; event++) {
		make_log(event);
		assert_int_equal(is_taken(sizeof(request.log),
				     LOGIN_STATE_OPEN),
		    event >= 1 && event <= LOGIN_EV_LAST);
	}
	make_log(UINT32_MAX);
	assert_false(is_taken(sizeof(request.log), LOGIN_STATE_OPEN));
	make_log(LOGIN_EV_LOGOUT);
	request.head.magic++;
	assert_false(is_taken(sizeof(request.log), LOGIN_STATE_OPEN));
}

#define TAKEN is_taken(sizeof(request.try), LOGIN_STATE_OPEN)

static void
test_members_of_a_try(void **state)
{
	(void)state;
	make_try();
	request.try.flags = LOGIN_TRY_FLAGS;
	assert_true(TAKEN);
	request.try.flags = LOGIN_TRY_FLAGS + 1;
	assert_false(TAKEN);
	make_try();
	request.try.unused = 1;
	assert_false(TAKEN);
	make_try();
	request.try.proof = LOGIN_PROOF_NONE;
	assert_true(TAKEN);
	request.try.proof++;
	assert_false(TAKEN);
	make_try();
	request.try.password_len = 2;
	assert_false(TAKEN);
	make_try();
	request.try.password_len = UINT32_MAX;
	assert_false(TAKEN);
	make_try();
	request.try.ahead_len = LOGIN_AHEAD_MAX;
	assert_true(TAKEN);
	request.try.ahead_len++;
	assert_false(TAKEN);
	make_try();
	memset(request.try.user, 'u', sizeof(request.try.user));
	assert_false(TAKEN);
	make_try();
	memset(request.try.password, 'p', sizeof(request.try.password));
	request.try.password_len = sizeof(request.try.password);
	assert_false(TAKEN);
	/* The tag goes to the client, the mechanism to the log. */
	make_try();
	request.try.tag[1] = '\n';
	assert_false(TAKEN);
	make_try();
	request.try.mechanism[0] = ' ';
	assert_false(TAKEN);
}

static void
make_verdict(struct login_verdict *v)
{
	cc_login_begin(v, sizeof(*v), LOGIN_VERDICT);
	v->yes = 1;
	v->uid = 1000;
	v->gid = 1000;
	cc_login_put(v->name, sizeof(v->name), "u", 1, false);
	cc_login_put(v->home, sizeof(v->home), "/home/u", 7, false);
}

/* A yes names somebody who is not root. */
static void
test_verdict(void **state)
{
	struct login_verdict v;

	(void)state;
	make_verdict(&v);
	assert_int_equal(cc_login_check_verdict(&v, sizeof(v)), 0);
	assert_int_equal(cc_login_check_verdict(&v, sizeof(v) - 1), CC_EPARSE);
	v.uid = 0;
	assert_int_equal(cc_login_check_verdict(&v, sizeof(v)), CC_EPARSE);
	v.yes = 0;
	assert_int_equal(cc_login_check_verdict(&v, sizeof(v)), 0);
	make_verdict(&v);
	v.uid = UINT32_MAX;
	assert_int_equal(cc_login_check_verdict(&v, sizeof(v)), CC_EPARSE);
	make_verdict(&v);
	v.yes = 2;
	assert_int_equal(cc_login_check_verdict(&v, sizeof(v)), CC_EPARSE);
	make_verdict(&v);
	v.name[0] = '\0';
	assert_int_equal(cc_login_check_verdict(&v, sizeof(v)), CC_EPARSE);
	make_verdict(&v);
	v.home[0] = 'h';
	assert_int_equal(cc_login_check_verdict(&v, sizeof(v)), CC_EPARSE);
	make_verdict(&v);
	v.override = LOGIN_OVERRIDE_NO + 1;
	assert_int_equal(cc_login_check_verdict(&v, sizeof(v)), CC_EPARSE);
	make_verdict(&v);
	v.known = 2;
	assert_int_equal(cc_login_check_verdict(&v, sizeof(v)), CC_EPARSE);
}

static void
make_setup(struct login_setup *s)
{
	cc_login_begin(s, sizeof(*s), LOGIN_SETUP);
	s->service = LOGIN_IMAP;
	s->mechanisms = IMAP_MECH_ALL;
}

static void
test_setup(void **state)
{
	struct login_setup s;

	(void)state;
	make_setup(&s);
	assert_int_equal(cc_login_check_setup(&s, sizeof(s)), 0);
	s.mechanisms = IMAP_MECH_ALL + 1;
	assert_int_equal(cc_login_check_setup(&s, sizeof(s)), CC_EPARSE);
	make_setup(&s);
	s.service = 0;
	assert_int_equal(cc_login_check_setup(&s, sizeof(s)), CC_EPARSE);
	make_setup(&s);
	s.plaintext = LOGIN_PLAIN_TLS + 1;
	assert_int_equal(cc_login_check_setup(&s, sizeof(s)), CC_EPARSE);
}

static void
test_question(void **state)
{
	struct login_check c;

	(void)state;
	cc_login_begin(&c, sizeof(c), LOGIN_CHECK);
	c.service = LOGIN_IMAP;
	c.proof = LOGIN_PROOF_NONE;
	assert_int_equal(cc_login_check_check(&c, sizeof(c)), 0);
	c.proof++;
	assert_int_equal(cc_login_check_check(&c, sizeof(c)), CC_EPARSE);
	c.proof = LOGIN_PROOF_CRAM_MD5;
	memset(c.challenge, 'x', sizeof(c.challenge));
	assert_int_equal(cc_login_check_check(&c, sizeof(c)), CC_EPARSE);
}

/* RFC 2195: in angle brackets, decimal; it fits at its longest. */
static void
test_challenge(void **state)
{
	char text[LOGIN_CHALLENGE_MAX + 1], host[LOGIN_HOST_MAX + 1];
	size_t len;

	(void)state;
	cc_login_challenge(text, 1895, 697170952, 1, "postoffice.example");
	assert_string_equal(text, "<1896.697170952@postoffice.example>");
	memset(host, 'h', sizeof(host) - 1);
	host[sizeof(host) - 1] = '\0';
	cc_login_challenge(text, UINT64_MAX >> 1, INT64_MAX, UINT32_MAX, host);
	len = strlen(text);
	assert_true(len < LOGIN_CHALLENGE_MAX && text[len - 1] == '>');
}

static void
test_put(void **state)
{
	char member[5];

	(void)state;
	cc_login_put(member, sizeof(member), "abcdefg", 7, false);
	assert_string_equal(member, "abcd");
	cc_login_put(member, sizeof(member), "a\n\x7f\xe9", 4, true);
	assert_string_equal(member, "a???");
	cc_login_put(member, sizeof(member), "", 0, true);
	assert_string_equal(member, "");
}

/* Packets come whole or not at all, and their length is told. */
static void
test_packets(void **state)
{
	char big[600], small[100];
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	memset(big, 'x', sizeof(big));
	assert_int_equal(cc_login_receive(pair[1], small, 1, 0), CC_ETIMEOUT);
	assert_int_equal(cc_login_send(pair[0], big, sizeof(big)), 0);
	assert_int_equal(cc_login_receive(pair[1], small, sizeof(small), 0),
	    CC_ELIMIT);
	assert_int_equal(cc_login_send(pair[0], big, 7), 0);
	assert_int_equal(cc_login_receive(pair[1], small, sizeof(small), 0), 7);
	close(pair[0]);
	assert_int_equal(cc_login_receive(pair[1], small, sizeof(small), -1),
	    CC_ECLOSED);
	assert_int_equal(cc_login_send(pair[1], big, 7), CC_ECLOSED);
	close(pair[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_kinds_and_events),
		cmocka_unit_test(test_members_of_a_try),
		cmocka_unit_test(test_verdict),
		cmocka_unit_test(test_setup),
		cmocka_unit_test(test_question),
		cmocka_unit_test(test_challenge),
		cmocka_unit_test(test_put),
		cmocka_unit_test(test_packets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
