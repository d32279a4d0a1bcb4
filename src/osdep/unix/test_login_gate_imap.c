/*
 * test_login_gate_imap.c - IMAP before login, without a client.
 *
 * TEST_OBJECTS: osdep/unix/login_gate_imap.c
 * TEST_OBJECTS: osdep/unix/login_gate_imap_cmd.c
 * TEST_OBJECTS: osdep/unix/login_gate_imap_sasl.c
 * TEST_OBJECTS: osdep/unix/login_gate_try.c osdep/unix/login_msg.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "base64.h"
#include "login_gate_mock.h"

#define FIFTY "01234567890123456789012345678901234567890123456789"

/* Feeds octets in packets of at most `packet`; each attempt is refused. The
 * last want. */
static enum gate_want
feed(struct mock *m, const char *text, size_t len, size_t packet)
{
	enum gate_want want = GATE_INPUT;
	size_t n;

	while (want != GATE_END && want != GATE_STARTTLS &&
	    (len > 0 || m->g.in.len > 0)) {
		if (m->g.in.len == 0) {
			n = len < packet ? len : packet;
			if (n > LOGIN_AHEAD_MAX)
				n = LOGIN_AHEAD_MAX;
			cc_strbuf_put(&m->g.in, text, n);
			text += n;
			len -= n;
		}
		want = cc_gate_imap.step(&m->g);
		if (want == GATE_TRY) {
			m->tries++;
			assert_int_equal(
			    cc_login_check_request((union login_request *)(void
							   *)&m->g.try,
				sizeof(m->g.try), LOGIN_STATE_OPEN),
			    0);
			mock_answer(m, false);
			want = GATE_INPUT;
		}
	}
	assert_int_equal(cc_strbuf_status(&m->g.out), 0);
	return want;
}

static const struct {
	const char *in;
	const char *out;
	enum gate_want want;
} cases[] = {
	{ "", "", GATE_INPUT },
	{ "a NOOP\r\n", "a OK NOOP completed\r\n", GATE_INPUT },
	{ "a NOOP\n", "a OK NOOP completed\r\n", GATE_INPUT },
	{ "a NOOP", "", GATE_INPUT },
	{ "a LOGIN u p\r\n", "a NO Invalid login credentials\r\n", GATE_INPUT },
	{ "a LOGIN \"u\" \"p\\\"\\\\\"\r\n",
	    "a NO Invalid login credentials\r\n", GATE_INPUT },
	{ "a LOGIN {1+}\r\nu {1+}\r\np\r\n",
	    "a NO Invalid login credentials\r\n", GATE_INPUT },
	{ "a LOGIN {0+}\r\n {0+}\r\n\r\n", "a NO Invalid login credentials\r\n",
	    GATE_INPUT },
	{ "a LOGIN {1}\r\nu {1}\r\np\r\n",
	    "+ Ready for argument\r\n+ Ready for argument\r\n"
	    "a NO Invalid login credentials\r\n",
	    GATE_INPUT },
	{ "a LOGIN u {1}x\r\n",
	    "a BAD Missing or invalid argument to LOGIN\r\n", GATE_INPUT },
	{ "a LOGIN u {\r\n", "a BAD Missing or invalid argument to LOGIN\r\n",
	    GATE_INPUT },
	{ "a LOGIN u {}\r\n", "a BAD Missing or invalid argument to LOGIN\r\n",
	    GATE_INPUT },
	{ "a LOGIN u {1-}\r\n",
	    "a BAD Missing or invalid argument to LOGIN\r\n", GATE_INPUT },
	{ "a LOGIN u \"\r\n", "a BAD Missing or invalid argument to LOGIN\r\n",
	    GATE_INPUT },
	{ "a LOGIN u \"\\\r\n",
	    "a BAD Missing or invalid argument to LOGIN\r\n", GATE_INPUT },
	{ "a STARTTLS\r\n", "a OK STARTTLS completed\r\n", GATE_STARTTLS },
	{ "\r\n", "* BAD Missing command tag\r\n", GATE_END },
	{ "a \r\n", "a BAD Missing command\r\n", GATE_END },
	{ "a x\r\na x\r\na x\r\na NOOP\r\n",
	    "a BAD Command unrecognized\r\na BAD Command unrecognized\r\n"
	    "a BAD Command unrecognized\r\n",
	    GATE_END },
	{ "a AUTHENTICATE PLAIN\r\n*\r\na NOOP\r\n",
	    "+ \r\na BAD Command unrecognized\r\na OK NOOP completed\r\n",
	    GATE_INPUT },
	{ "a AUTHENTICATE PLAIN AHUAcA==\r\n", "a BAD Command unrecognized\r\n",
	    GATE_INPUT },
	{ "a AUTHENTICATE LOGIN\r\ndQ==\r\ncA==\r\n",
	    "+ VXNlciBOYW1lAA==\r\n+ UGFzc3dvcmQA\r\n"
	    "a BAD Command unrecognized\r\n",
	    GATE_INPUT },
	/* <1001.1234567890@local>, then <1002.1234567890@local> */
	{ "a AUTHENTICATE CRAM-MD5\r\n*\r\nb AUTHENTICATE CRAM-MD5\r\n"
	  "dSAxMjM=\r\n",
	    "+ PDEwMDEuMTIzNDU2Nzg5MEBsb2NhbD4=\r\n"
	    "a BAD cancelled by user\r\n"
	    "+ PDEwMDIuMTIzNDU2Nzg5MEBsb2NhbD4=\r\n"
	    "b NO Invalid authentication credentials\r\n",
	    GATE_INPUT },
	/* no space; a NUL; no base64; an initial response */
	{ "a AUTHENTICATE CRAM-MD5\r\ndTEyMw==\r\na NOOP\r\n",
	    "+ PDEwMDEuMTIzNDU2Nzg5MEBsb2NhbD4=\r\n"
	    "a NO Invalid authentication credentials\r\na OK NOOP "
	    "completed\r\n",
	    GATE_INPUT },
	{ "a AUTHENTICATE CRAM-MD5\r\ndQAgMTIz\r\n",
	    "+ PDEwMDEuMTIzNDU2Nzg5MEBsb2NhbD4=\r\n"
	    "a NO Invalid authentication credentials\r\n",
	    GATE_INPUT },
	{ "a AUTHENTICATE CRAM-MD5\r\n!\r\n",
	    "+ PDEwMDEuMTIzNDU2Nzg5MEBsb2NhbD4=\r\n"
	    "a NO Invalid authentication credentials\r\n",
	    GATE_INPUT },
	{ "a AUTHENTICATE CRAM-MD5 dSAxMjM=\r\na NOOP\r\n",
	    "a BAD Missing or invalid argument to AUTHENTICATE\r\n"
	    "a OK NOOP completed\r\n",
	    GATE_INPUT },
	/* literals behind a line that is none of a command's */
	{ "a AUTHENTICATE CRAM-MD5\r\n* {8+}\r\nb NOOP\r\n\r\nc NOOP\r\n",
	    "+ PDEwMDEuMTIzNDU2Nzg5MEBsb2NhbD4=\r\n"
	    "a BAD cancelled by user\r\nc OK NOOP completed\r\n",
	    GATE_INPUT },
	{ "a AUTHENTICATE ANONYMOUS\r\n{8+}\r\nb NOOP\r\n {1+}\r\nb\r\n"
	  "c NOOP\r\n",
	    "+ \r\na NO AUTHENTICATE ANONYMOUS failed\r\n"
	    "c OK NOOP completed\r\n",
	    GATE_INPUT },
	{ "a AUTHENTICATE CRAM-MD5 \r\n*\r\n",
	    "+ PDEwMDEuMTIzNDU2Nzg5MEBsb2NhbD4=\r\n"
	    "a BAD cancelled by user\r\n",
	    GATE_INPUT },
	{ "a AUTHENTICATE ANONYMOUS\r\n*\r\n",
	    "+ \r\na BAD AUTHENTICATE ANONYMOUS cancelled\r\n", GATE_INPUT },
	{ "a AUTHENTICATE ANONYMOUS c2lyaGM=\r\n",
	    "a NO AUTHENTICATE ANONYMOUS failed\r\n", GATE_INPUT },
	{ "a AUTHENTICATE ANONYMOUS !\r\n",
	    "a NO AUTHENTICATE ANONYMOUS failed\r\n", GATE_INPUT },
	{ "a AUTHENTICATE ANONYMOUS YQBi\r\n",
	    "a NO AUTHENTICATE ANONYMOUS failed\r\n", GATE_INPUT },
	{ "a AUTHENTICATE EXTERNAL =\r\n", "a BAD Command unrecognized\r\n",
	    GATE_INPUT },
};

/* The answers are the same wherever the packets are cut. But for STARTTLS,
 * which wants nothing behind it, and here nothing is. */
static void
test_cases_at_every_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t packet = 1; packet < 80; packet++) {
			struct mock m;
			enum gate_want want;

			mock_init(&m, LOGIN_PLAIN_ALLOWED);
			want =
			    feed(&m, cases[i].in, strlen(cases[i].in), packet);
			assert_int_equal(want, cases[i].want);
			assert_string_equal(cc_strbuf_str(&m.g.out),
			    cases[i].out);
			mock_free(&m);
		}
	}
}

#define PASS LOGIN_PROOF_PASSWORD

static const struct {
	const char *in;
	bool tls;
	const char *user, *admin, *password, *mechanism;
	unsigned flags;
	enum login_proof proof;
} tries[] = {
	{ "a LOGIN u p\r\n", false, "u", "", "p", "", 0, PASS },
	{ "a LOGIN \"u*a\" p\r\n", false, "u", "a", "p", "", 0, PASS },
	{ "a LOGIN \"u*a*b\" p\r\n", false, "u", "a*b", "p", "", 0, PASS },
	{ "a LOGIN \"*a\" p\r\n", false, "", "a", "p", "", 0, PASS },
	{ "a LOGIN \"u*\" p\r\n", false, "u", "", "p", "", 0, PASS },
	{ "a LOGIN u \"\"\r\n", true, "u", "", "", "", LOGIN_TRY_TLS, PASS },
	{ "a LOGIN u \"p\\\"\\\\\"\r\n", false, "u", "", "p\"\\", "", 0, PASS },
	{ "a LOGIN {2+}\r\n\xc3\xa9 {3+}\r\n\r\n \r\n", false, "\xc3\xa9", "",
	    "\r\n ", "", 0, PASS },
	{ "a AUTHENTICATE PLAIN AHUAcA==\r\n", false, "u", "", "p", "PLAIN", 0,
	    PASS },
	{ "a AUTHENTICATE PLAIN YQB1AHA=\r\n", true, "a", "u", "p", "PLAIN",
	    LOGIN_TRY_TLS, PASS },
	{ "a AUTHENTICATE PLAIN\r\ndQB1AHA=\r\n", true, "u", "u", "p", "PLAIN",
	    LOGIN_TRY_TLS, PASS },
	{ "a AUTHENTICATE LOGIN\r\ndSph\r\ncA==\r\n", true, "u", "a", "p",
	    "LOGIN", LOGIN_TRY_TLS, PASS },
	{ "a AUTHENTICATE CRAM-MD5\r\ndSphIGIgMTIz\r\n", false, "u", "a b",
	    "123", "CRAM-MD5", 0, LOGIN_PROOF_CRAM_MD5 },
	{ "a LOGIN Anonymous me@there\r\n", false, "Anonymous", "", "me@there",
	    "", 0, LOGIN_PROOF_NONE },
	{ "a LOGIN \"anonymous*x\" p\r\n", false, "anonymous", "x", "p", "", 0,
	    PASS },
	{ "a AUTHENTICATE ANONYMOUS c2lyaGM=\r\n", true, "anonymous", "",
	    "sirhc", "ANONYMOUS", LOGIN_TRY_TLS, LOGIN_PROOF_NONE },
	{ "a AUTHENTICATE ANONYMOUS =\r\n", false, "anonymous", "", "",
	    "ANONYMOUS", 0, LOGIN_PROOF_NONE },
};

static void
test_what_the_monitor_is_asked(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		const char *in = tries[i].in;
		enum gate_want want;
		struct mock m;

		mock_init(&m, LOGIN_PLAIN_ALLOWED);
		m.g.tls = tries[i].tls;
		cc_strbuf_puts(&m.g.in, in);
		cc_strbuf_puts(&m.g.in, "ahead");
		want = cc_gate_imap.step(&m.g);
		assert_int_equal(want, GATE_TRY);
		assert_string_equal(m.g.try.user, tries[i].user);
		assert_string_equal(m.g.try.admin, tries[i].admin);
		assert_string_equal(m.g.try.password, tries[i].password);
		assert_string_equal(m.g.try.mechanism, tries[i].mechanism);
		assert_string_equal(m.g.try.tag, "a");
		assert_int_equal(m.g.try.flags, tries[i].flags);
		assert_int_equal(m.g.try.proof, tries[i].proof);
		/* What the client sent behind the command is left alone. */
		assert_string_equal(cc_strbuf_str(&m.g.in), "ahead");
		mock_free(&m);
	}
}

/* Names at the limit and beyond, passwords the same. */
static void
test_lengths(void **state)
{
	static const struct {
		size_t user, admin, password;
		bool overlong;
		size_t sent; /* octets of the password that are passed on */
	} rows[] = {
		{ 64, 0, 1, false, 1 },
		{ 65, 0, 1, true, 1 },
		{ 64, 64, 1, false, 1 },
		{ 64, 65, 1, true, 1 },
		{ 5000, 0, 1, true, 1 },
		{ 1, 0, LOGIN_PASSWORD_MAX, false, LOGIN_PASSWORD_MAX },
		{ 1, 0, LOGIN_PASSWORD_MAX + 1, false, 0 },
		{ 1, 0, 10000, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct strbuf line;
		struct mock m;
		size_t n;

		cc_strbuf_init(&line, 65536);
		cc_strbuf_puts(&line, "a LOGIN \"");
		for (n = 0; n < rows[i].user; n++)
			cc_strbuf_putc(&line, 'u');
		if (rows[i].admin)
			cc_strbuf_putc(&line, '*');
		for (n = 0; n < rows[i].admin; n++)
			cc_strbuf_putc(&line, 'a');
		cc_strbuf_puts(&line, "\" ");
		for (n = 0; n < rows[i].password; n++)
			cc_strbuf_putc(&line, 'p');
		cc_strbuf_puts(&line, "\r\n");
		mock_init(&m, LOGIN_PLAIN_ALLOWED);
		for (n = 0; n < line.len;) {
			size_t part = line.len - n < LOGIN_AHEAD_MAX
			    ? line.len - n
			    : LOGIN_AHEAD_MAX;

			cc_strbuf_put(&m.g.in, line.data + n, part);
			n += part;
			assert_int_equal(cc_gate_imap.step(&m.g),
			    n == line.len ? GATE_TRY : GATE_INPUT);
		}
		assert_int_equal((m.g.try.flags & LOGIN_TRY_OVERLONG) != 0,
		    rows[i].overlong);
		assert_int_equal(m.g.try.password_len, rows[i].sent);
		mock_free(&m);
		cc_strbuf_free(&line);
	}
}

/* A line of the greatest length is a command, one octet more is not. */
static void
test_line_limit(void **state)
{
	(void)state;
	for (size_t more = 0; more < 2; more++) {
		struct strbuf line;
		struct mock m;
		enum gate_want want;

		cc_strbuf_init(&line, 70000);
		cc_strbuf_puts(&line, "a ");
		while (line.len < CC_IMAP_LINE - 2 + more)
			cc_strbuf_putc(&line, 'x');
		cc_strbuf_puts(&line, "\r\n");
		mock_init(&m, LOGIN_PLAIN_ALLOWED);
		want = feed(&m, line.data, line.len, LOGIN_AHEAD_MAX);
		assert_int_equal(want, more ? GATE_END : GATE_INPUT);
		assert_string_equal(cc_strbuf_str(&m.g.out),
		    more ? "a BAD Command line too long\r\n"
			 : "a BAD Command unrecognized\r\n");
		assert_int_equal(m.g.logs, more);
		mock_free(&m);
		cc_strbuf_free(&line);
	}
}

/* What is as long as it may be, and one more. Lines of SASL answers end before
 * CC_SASL_ANSWER does. */
static const struct {
	const char *head, *unit;
	size_t count;
	const char *tail, *reply; /* the last one, or how it begins */
	enum gate_want want;
} limits[] = {
	{ "", "a x\r\n", CC_PRELOGIN_UNKNOWN - 1, "b NOOP\r\n", "b OK",
	    GATE_INPUT },
	{ "", "a x\r\n", CC_PRELOGIN_UNKNOWN, "", "a BAD", GATE_END },
	{ "a ID (", "\"n\" \"v\" ", CC_ID_PAIRS - 1, "\"n\" NIL)\r\n", "a OK",
	    GATE_INPUT },
	{ "a ID (", "\"n\" \"v\" ", CC_ID_PAIRS, "\"n\" NIL)\r\n", "a BAD",
	    GATE_INPUT },
	{ "a ID (\"n\" NIL", " {1+}\r\nx NIL", CC_IMAP_LITERALS, ")\r\n",
	    "a OK", GATE_INPUT },
	{ "a ID (\"n\" NIL", " {1+}\r\nx NIL", CC_IMAP_LITERALS + 1, ")\r\n",
	    "a BAD", GATE_INPUT },
	{ "a ID ({10000+}\r\n", "x", CC_IMAP_LITERAL, " NIL)\r\n", "a OK",
	    GATE_INPUT },
	{ "a ID ({10001+}\r\n", "x", CC_IMAP_LITERAL + 1, " NIL)\r\n", "a BAD",
	    GATE_INPUT },
	{ "", FIFTY, 1, " NOOP\r\n", FIFTY " OK", GATE_INPUT },
	{ "", FIFTY, 1, "0 NOOP\r\n", "* BAD", GATE_INPUT },
};

static void
test_limits(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct strbuf in;
		struct mock m;
		struct span out;
		size_t at;

		cc_strbuf_init(&in, 65536);
		cc_strbuf_puts(&in, limits[i].head);
		for (size_t n = 0; n < limits[i].count; n++)
			cc_strbuf_puts(&in, limits[i].unit);
		cc_strbuf_puts(&in, limits[i].tail);
		mock_init(&m, LOGIN_PLAIN_ALLOWED);
		assert_int_equal(feed(&m, in.data, in.len, LOGIN_AHEAD_MAX),
		    limits[i].want);
		out = cc_strbuf_span(&m.g.out);
		for (at = out.len - 1; at > 0 && out.p[at - 1] != '\n'; at--)
			;
		if (strncmp(out.p + at, limits[i].reply,
			strlen(limits[i].reply)) != 0)
			fail_msg("limit %zu: %.*s", i, (int)out.len, out.p);
		mock_free(&m);
		cc_strbuf_free(&in);
	}
}

/* All literals of a command together: six of the longest, and a rest. */
static void
test_limit_of_all_literals(void **state)
{
	const size_t rest = CC_PRELOGIN_LITERALS - 6 * CC_IMAP_LITERAL;

	(void)state;
	for (size_t more = 0; more < 2; more++) {
		struct strbuf in;
		struct mock m;

		cc_strbuf_init(&in, 80000);
		cc_strbuf_puts(&in, "a ID (\"n\" NIL");
		for (size_t i = 0; i < 7; i++) {
			size_t n = i < 6 ? CC_IMAP_LITERAL : rest + more;

			cc_strbuf_printf(&in, " {%zu+}\r\n", n);
			while (n-- > 0)
				cc_strbuf_putc(&in, 'x');
			cc_strbuf_puts(&in, " NIL");
		}
		cc_strbuf_puts(&in, ")\r\n");
		mock_init(&m, LOGIN_PLAIN_ALLOWED);
		feed(&m, in.data, in.len, LOGIN_AHEAD_MAX);
		assert_int_equal(strstr(cc_strbuf_str(&m.g.out), "a OK ID") !=
			NULL,
		    !more);
		mock_free(&m);
		cc_strbuf_free(&in);
	}
}

static void
test_too_many_literals(void **state)
{
	struct strbuf line;
	struct mock m;

	(void)state;
	cc_strbuf_init(&line, 4096);
	cc_strbuf_puts(&line, "a ID (");
	for (int i = 0; i < 21; i++)
		cc_strbuf_puts(&line, "{1+}\r\nx ");
	cc_strbuf_puts(&line, "NIL)\r\nb NOOP\r\n");
	mock_init(&m, LOGIN_PLAIN_ALLOWED);
	feed(&m, line.data, line.len, LOGIN_AHEAD_MAX);
	assert_string_equal(cc_strbuf_str(&m.g.out),
	    "* BAD Too many literals in command\r\n"
	    "a BAD Missing or invalid argument to ID\r\n"
	    "b OK NOOP completed\r\n");
	mock_free(&m);
	cc_strbuf_free(&line);
}

/* CVE-2021-33515, CVE-2011-1926: nothing may stand behind STARTTLS. */
static void
test_cve_2021_33515_octets_behind_starttls(void **state)
{
	static const char *const behind[] = { "\r", "\n", "b", "b NOOP\r\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(behind) / sizeof(behind[0]); i++) {
		struct mock m;

		mock_init(&m, LOGIN_PLAIN_ALLOWED);
		cc_strbuf_puts(&m.g.in, "a STARTTLS\r\n");
		cc_strbuf_puts(&m.g.in, behind[i]);
		assert_int_equal(cc_gate_imap.step(&m.g), GATE_END);
		assert_string_equal(cc_strbuf_str(&m.g.out),
		    "a BAD Nothing may follow STARTTLS\r\n");
		assert_int_equal(m.last_event, LOGIN_EV_STARTTLS_INJECTION);
		mock_free(&m);
	}
}

/* CVE-2017-15132: aborted exchanges leave nothing behind. */
static void
test_cve_2017_15132_aborted_sasl(void **state)
{
	const char text[] = "a AUTHENTICATE LOGIN\r\nQUJD\r\n*\r\n";
	struct mock m;
	size_t cap;

	(void)state;
	mock_init(&m, LOGIN_PLAIN_ALLOWED);
	cap = m.g.imap.text.cap;
	for (int i = 0; i < 1000; i++) {
		feed(&m, text, sizeof(text) - 1, LOGIN_AHEAD_MAX);
		cc_strbuf_reset(&m.g.out);
	}
	assert_int_equal(m.g.imap.text.cap, cap);
	assert_int_equal(m.g.imap.text.len, 0);
	assert_int_equal(m.g.imap.secret.len, 0);
	assert_int_equal(m.g.imap.arena.used, 0);
	mock_free(&m);
}

/* Where a password was, zeroes are. */
static void
test_passwords_are_wiped(void **state)
{
	const char text[] = "a LOGIN u {13+}\r\nsecret-secret\r\n"
			    "b LOGIN u \"secret-\\\\secret\"\r\n"
			    "c AUTHENTICATE PLAIN AHUAc2VjcmV0LXNlY3JldA==\r\n";
	const struct strbuf *buffers[4];
	struct mock m;

	(void)state;
	mock_init(&m, LOGIN_PLAIN_ALLOWED);
	feed(&m, text, sizeof(text) - 1, LOGIN_AHEAD_MAX);
	assert_int_equal(m.tries, 3);
	buffers[0] = &m.g.imap.text;
	buffers[1] = &m.g.imap.literals;
	buffers[2] = &m.g.imap.secret;
	buffers[3] = &m.g.in;
	for (size_t i = 0; i < 4; i++)
		assert_null(memmem(buffers[i]->data, buffers[i]->cap, "ecret",
		    5));
	assert_null(memmem(&m.g.try, sizeof(m.g.try), "ecret", 5));
	mock_free(&m);
}

static void
test_hidden_mechanism_is_unknown(void **state)
{
	const char text[] = "a AUTHENTICATE PLAIN AHUAcA==\r\n";
	struct mock m;

	(void)state;
	mock_init(&m, LOGIN_PLAIN_TLS);
	feed(&m, text, sizeof(text) - 1, LOGIN_AHEAD_MAX);
	assert_int_equal(m.tries, 0);
	assert_int_equal(m.last_event, LOGIN_EV_AUTH_INVALID);
	assert_string_equal(m.last_text, "PLAIN");
	assert_string_equal(cc_strbuf_str(&m.g.out),
	    "a BAD Command unrecognized\r\n");
	mock_free(&m);
}

/* What the machine has not, or the configuration forbids, is unknown. */
static void
test_mechanisms_that_are_not_there(void **state)
{
	static const char text[] = "a AUTHENTICATE CRAM-MD5\r\n"
				   "b AUTHENTICATE ANONYMOUS =\r\n"
				   "c AUTHENTICATE PLAIN =\r\n"
				   "d LOGIN anonymous x\r\n";
	struct mock m;

	(void)state;
	mock_init(&m, LOGIN_PLAIN_ALLOWED);
	m.g.tls = true;
	m.g.setup.mechanisms = IMAP_MECH_LOGIN;
	feed(&m, text, sizeof(text) - 1, LOGIN_AHEAD_MAX);
	assert_int_equal(m.tries, 1);
	assert_string_equal(cc_strbuf_str(&m.g.out),
	    "a BAD Command unrecognized\r\nb BAD Command unrecognized\r\n"
	    "c BAD Command unrecognized\r\n"
	    "d NO Invalid login credentials\r\n");
	mock_free(&m);
}

/* A digest may go where passwords may not. */
static void
test_digest_where_passwords_are_refused(void **state)
{
	static const char text[] = "a AUTHENTICATE CRAM-MD5\r\ndSAxMjM=\r\n";
	struct mock m;

	(void)state;
	mock_init(&m, LOGIN_PLAIN_NEVER);
	cc_strbuf_puts(&m.g.in, text);
	assert_int_equal(cc_gate_imap.step(&m.g), GATE_TRY);
	assert_string_equal(m.g.try.password, "123");
	assert_int_equal(m.g.try.challenge, 1);
	mock_free(&m);
}

/* RFC 4505 section 2: 255 characters, of up to four octets. */
static void
test_anonymous_words(void **state)
{
	static const struct {
		const char *character;
		size_t count;
		bool taken;
	} rows[] = {
		{ "x", 255, true },
		{ "x", 256, false },
		{ "\xc3\xa9", 255, true },
		{ "\xc3\xa9", 256, false },
		{ "\xf0\x9f\x8d\xb5", 255, true },
		{ "\xbf", 1023, true },
		{ "\xbf", 1024, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct strbuf words;
		struct mock m;

		cc_strbuf_init(&words, 4096);
		for (size_t n = 0; n < rows[i].count; n++)
			cc_strbuf_puts(&words, rows[i].character);
		mock_init(&m, LOGIN_PLAIN_ALLOWED);
		cc_strbuf_puts(&m.g.in, "a AUTHENTICATE ANONYMOUS ");
		cc_base64_encode(&m.g.in, cc_strbuf_span(&words));
		cc_strbuf_puts(&m.g.in, "\r\n");
		assert_int_equal(cc_gate_imap.step(&m.g),
		    rows[i].taken ? GATE_TRY : GATE_INPUT);
		if (rows[i].taken)
			assert_int_equal(m.g.try.password_len, words.len);
		mock_free(&m);
		cc_strbuf_free(&words);
	}
}

/* RFC 2221: only letters and digits of a name stand for themselves. */
static void
test_referral(void **state)
{
	struct login_answer a;
	struct mock m;

	(void)state;
	mock_init(&m, LOGIN_PLAIN_ALLOWED);
	cc_strbuf_puts(&m.g.in, "a LOGIN u p\r\n");
	assert_int_equal(cc_gate_imap.step(&m.g), GATE_TRY);
	cc_login_begin(&a, sizeof(a), LOGIN_ANSWER);
	cc_login_put(a.name, sizeof(a.name), "Ab1.@]\r", 7, false);
	cc_login_put(a.referral, sizeof(a.referral), "h2.example", 10, false);
	assert_int_equal(cc_login_check_answer(&a, sizeof(a)), 0);
	cc_gate_imap.answer(&m.g, &a);
	assert_string_equal(cc_strbuf_str(&m.g.out),
	    "a NO [REFERRAL IMAP://Ab1%2E%40%5D%0D;AUTH=*@h2.example/] "
	    "Specified user is invalid on this server. Try h2.example.\r\n");
	/* The longest there can be is not cut. */
	cc_strbuf_reset(&m.g.out);
	memset(a.name, '!', sizeof(a.name) - 1);
	memset(a.referral, 'h', sizeof(a.referral) - 1);
	cc_gate_imap.answer(&m.g, &a);
	assert_non_null(strstr(cc_strbuf_str(&m.g.out), "hhh.\r\n"));
	/* A host only, and never with a yes. */
	a.yes = 1;
	assert_int_not_equal(cc_login_check_answer(&a, sizeof(a)), 0);
	a.yes = 0;
	a.referral[0] = ']';
	assert_int_not_equal(cc_login_check_answer(&a, sizeof(a)), 0);
	mock_free(&m);
}

/* RFC 5530 3, UNAVAILABLE: a password that nobody looked at is not wrong. */
static void
test_unavailable(void **state)
{
	static const char *const says[] = {
		"a LOGIN u p\r\n",
		"a AUTHENTICATE PLAIN AHUAcA==\r\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(says) / sizeof(says[0]); i++) {
		struct login_answer a;
		struct mock m;

		mock_init(&m, LOGIN_PLAIN_ALLOWED);
		cc_strbuf_puts(&m.g.in, says[i]);
		assert_int_equal(cc_gate_imap.step(&m.g), GATE_TRY);
		cc_login_begin(&a, sizeof(a), LOGIN_ANSWER);
		a.unavailable = 1;
		assert_int_equal(cc_login_check_answer(&a, sizeof(a)), 0);
		cc_gate_imap.answer(&m.g, &a);
		assert_string_equal(cc_strbuf_str(&m.g.out),
		    "a NO [UNAVAILABLE] Login is not possible now\r\n");
		/* Never with a yes. */
		a.yes = 1;
		assert_int_not_equal(cc_login_check_answer(&a, sizeof(a)), 0);
		mock_free(&m);
	}
}

static void
test_alert_lines(void **state)
{
	const char text[] = "a NOOP\r\nb NOOP\r\n";
	struct mock m;

	(void)state;
	mock_init(&m, LOGIN_PLAIN_ALLOWED);
	cc_strbuf_puts(&m.g.alert, "one\r\n\ntwo");
	feed(&m, text, sizeof(text) - 1, LOGIN_AHEAD_MAX);
	assert_string_equal(cc_strbuf_str(&m.g.out),
	    "* OK [ALERT] one\r\n* OK [ALERT] \r\n* OK [ALERT] two\r\n"
	    "a OK NOOP completed\r\nb OK NOOP completed\r\n");
	mock_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases_at_every_cut),
		cmocka_unit_test(test_what_the_monitor_is_asked),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_line_limit),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_limit_of_all_literals),
		cmocka_unit_test(test_too_many_literals),
		cmocka_unit_test(test_cve_2021_33515_octets_behind_starttls),
		cmocka_unit_test(test_cve_2017_15132_aborted_sasl),
		cmocka_unit_test(test_passwords_are_wiped),
		cmocka_unit_test(test_hidden_mechanism_is_unknown),
		cmocka_unit_test(test_mechanisms_that_are_not_there),
		cmocka_unit_test(test_digest_where_passwords_are_refused),
		cmocka_unit_test(test_anonymous_words),
		cmocka_unit_test(test_referral),
		cmocka_unit_test(test_unavailable),
		cmocka_unit_test(test_alert_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
