/*
 * test_mail_net.c - names of mailboxes on other hosts.
 */
#include "mail_params.h"
#include "test_util.h"

static NETDRIVER tls;

static int
with_tls(void **state)
{
	(void)state;
	cc_params.ssldriver = &tls;
	return 0;
}

static int
without_tls(void **state)
{
	(void)state;
	cc_params.ssldriver = NULL;
	return 0;
}

/* Parses from a block of exactly the name's size. */
static long
parse(const char *name, NETMBX *mb)
{
	char *copy = exact_copy(name, strlen(name) + 1);
	long r;

	memset(mb, 0xff, sizeof(*mb));
	r = mail_valid_net_parse(copy, mb);
	free(copy);
	return r;
}

static void
expect_refused(const char *name)
{
	NETMBX mb;

	if (parse(name, &mb))
		fail_msg("%s is accepted", name);
}

static void
test_parts(void **state)
{
	static const struct {
		const char *name, *host, *service, *user, *authuser, *mailbox;
		unsigned long port;
	} cases[] = {
		{ "{h}", "h", "imap", "", "", "INBOX", 0 },
		{ "{h}a/b", "h", "imap", "", "", "a/b", 0 },
		{ "{h}{x}", "h", "imap", "", "", "{x}", 0 },
		{ "{mail.example.org:143}x", "mail.example.org", "imap", "", "",
		    "x", 143 },
		{ "{h:65535}", "h", "imap", "", "", "INBOX", 65535 },
		{ "{h/imap:993}", "h", "imap", "", "", "INBOX", 993 },
		{ "{[192.0.2.1]:1}", "[192.0.2.1]", "imap", "", "", "INBOX",
		    1 },
		{ "{[IPv6:2001:db8::1]}", "[IPv6:2001:db8::1]", "imap", "", "",
		    "INBOX", 0 },
		{ "{[fe80::1%eth0]}", "[fe80::1%eth0]", "imap", "", "", "INBOX",
		    0 },
		{ "{h/pop3}", "h", "pop3", "", "", "INBOX", 0 },
		{ "{h/POP}", "h", "pop3", "", "", "INBOX", 0 },
		{ "{h/imap4rev1}", "h", "imap", "", "", "INBOX", 0 },
		{ "{h/nntp}misc", "h", "nntp", "", "", "misc", 0 },
		{ "{h/smtp}", "h", "smtp", "", "", "INBOX", 0 },
		{ "{h/submit}", "h", "submit", "", "", "INBOX", 0 },
		{ "{h/service=SIEVE}", "h", "sieve", "", "", "INBOX", 0 },
		{ "{h/user=joe}", "h", "imap", "joe", "", "INBOX", 0 },
		{ "{h/USER=joe/authuser=root:1}", "h", "imap", "joe", "root",
		    "INBOX", 1 },
		{ "{h/user=\"a/b:c d\\\"\\\\\"/pop3}", "h", "pop3",
		    "a/b:c d\"\\", "", "INBOX", 0 },
		{ "{h/user=\"\"}", "h", "imap", "", "", "INBOX", 0 },
		{ "{h_1-x.}", "h_1-x.", "imap", "", "", "INBOX", 0 },
	};
	NETMBX mb;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (!parse(cases[i].name, &mb))
			fail_msg("%s is refused", cases[i].name);
		assert_string_equal(mb.host, cases[i].host);
		assert_string_equal(mb.orighost, cases[i].host);
		assert_string_equal(mb.service, cases[i].service);
		assert_string_equal(mb.user, cases[i].user);
		assert_string_equal(mb.authuser, cases[i].authuser);
		assert_string_equal(mb.mailbox, cases[i].mailbox);
		assert_int_equal(mb.port, cases[i].port);
	}
}

/* Letters: which flags are set. */
static const char *
flags_of(const NETMBX *mb)
{
	static char text[13];
	char *p = text;

	/* clang-format off */
	if (mb->anoflag) *p++ = 'a';
	if (mb->dbgflag) *p++ = 'd';
	if (mb->secflag) *p++ = 's';
	if (mb->sslflag) *p++ = 'S';
	if (mb->trysslflag) *p++ = 't';
	if (mb->novalidate) *p++ = 'n';
	if (mb->tlsflag) *p++ = 'T';
	if (mb->notlsflag) *p++ = 'N';
	if (mb->readonlyflag) *p++ = 'r';
	if (mb->norsh) *p++ = 'R';
	if (mb->loser) *p++ = 'l';
	if (mb->tlssslv23) *p++ = '2';
	/* clang-format on */
	*p = '\0';
	return text;
}

static void
test_flags(void **state)
{
	static const struct {
		const char *name, *flags;
	} cases[] = {
		{ "{h}", "" },
		{ "{h/anonymous}", "a" },
		{ "{h/debug/secure/readonly/norsh/loser}", "dsrRl" },
		{ "{h/ssl}", "SN" },
		{ "{h/notls/ssl}", "SN" },
		{ "{h/ssl/notls}", "SN" },
		{ "{h/SSL/NoValidate-Cert}", "SnN" },
		{ "{h/ssl/validate-cert}", "SN" },
		{ "{h/tryssl}", "t" },
		{ "{h/tls}", "T" },
		{ "{h/tls/tls}", "T" },
		{ "{h/tls-sslv23}", "T2" },
		{ "{h/tls/tls-sslv23}", "T2" },
		{ "{h/notls}", "N" },
	};
	NETMBX mb;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (!parse(cases[i].name, &mb))
			fail_msg("%s is refused", cases[i].name);
		assert_string_equal(flags_of(&mb), cases[i].flags);
	}
}

static void
test_refused(void **state)
{
	static const char *const cases[] = {
		"",
		"h}",
		"{",
		"{h",
		"{}",
		"{}INBOX",
		"{:143}",
		"{/imap}",
		"{h:}",
		"{h:0}",
		"{h:65536}",
		"{h:4294967295}",
		"{h:4294967439}",
		"{h:1:2}",
		"{h:1x}",
		"{h:+1}",
		"{h/}",
		"{h//imap}",
		"{h/unknown}",
		"{h/imapx}",
		"{h/ima}",
		"{h/imap=1}",
		"{h/user}",
		"{h/user=a/user=b}",
		"{h/authuser=a/authuser=a}",
		"{h/imap/pop3}",
		"{h/imap/imap}",
		"{h/pop3/service=imap}",
		"{h/service=imap/pop3}",
		"{h/user=\"a}",
		"{h/user=\"a\\\"}",
		"{h/user=\"a\"b}",
		"{h/user=\"a}b\"}",
		"{h/tls/notls}",
		"{h/notls/tls}",
		"{h/notls/tls-sslv23}",
		"{h/ssl/tls}",
		"{h/tls/ssl}",
		"{h/pop3/norsh}",
		"{h/norsh/nntp}",
		"{h imap}",
		"{h]}",
		"{[]}",
		"{[192.0.2.1}",
		"{[192.0.2.1]x}",
		"{[a b]}",
		"{[a/b]}",
		"{h\xc3\xa4}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_refused(cases[i]);
}

static void
test_no_tls(void **state)
{
	NETMBX mb;

	(void)state;
	assert_int_equal(parse("{h/ssl}", &mb), NIL);
	assert_int_equal(parse("{h/validate-cert}", &mb), NIL);
	assert_int_equal(parse("{h/novalidate-cert}", &mb), NIL);
	assert_int_equal(parse("{h/tls}", &mb), T);
	assert_int_equal(parse("{h/tryssl}", &mb), T);
}

/* The pattern with count times c where "*" stands. */
static char *
fill(const char *pattern, char c, size_t count)
{
	size_t before = strcspn(pattern, "*");
	const char *after = pattern + before + 1;
	char *name = malloc(before + count + strlen(after) + 1);

	assert_non_null(name);
	memcpy(name, pattern, before);
	memset(name + before, c, count);
	memcpy(name + before + count, after, strlen(after) + 1);
	return name;
}

/* Each part as long as it may be, and one more. */
static void
test_lengths(void **state)
{
	static const struct {
		const char *pattern;
		size_t longest;
	} cases[] = {
		{ "{*}", NETMAXHOST - 1 },
		{ "{[*]}", NETMAXHOST - 3 },
		{ "{h/user=*}", NETMAXUSER - 1 },
		{ "{h/user=\"*\"}", NETMAXUSER - 1 },
		{ "{h/authuser=*}", NETMAXUSER - 1 },
		{ "{h/service=*}", NETMAXSRV - 1 },
		{ "{h}*", NETMAXMBX - 1 },
	};
	NETMBX mb;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		for (size_t more = 0; more <= 1; more++) {
			char *name = fill(cases[i].pattern, 'a',
			    cases[i].longest + more);

			assert_int_equal(parse(name, &mb), more ? NIL : T);
			free(name);
		}
	}
}

/* The part between the braces stays below MAILTMPLEN. */
static void
test_long_switches(void **state)
{
	char name[2 * MAILTMPLEN];
	size_t len;
	NETMBX mb;

	(void)state;
	for (size_t inside = MAILTMPLEN - 2; inside <= MAILTMPLEN + 1;
	     inside++) {
		memcpy(name, "{h", 2);
		for (len = 2; len + 6 <= inside + 1; len += 6)
			memcpy(name + len, "/debug", 6);
		/* What is missing is part of the host. */
		memmove(name + 2 + (inside + 1 - len), name + 2, len - 2);
		memset(name + 2, 'h', inside + 1 - len);
		memcpy(name + inside + 1, "}", 2);
		assert_int_equal(parse(name, &mb),
		    inside < MAILTMPLEN ? T : NIL);
	}
}

/* A user name in quotes went into a fixed buffer, whatever its length. Every
 * beginning of such a name is parsed, from memory of exactly its size. */
static void
test_cve_2005_2933_quoted_user(void **state)
{
	static const char *const patterns[] = {
		"{host/user=\"*\"}INBOX",
		"{host/authuser=\"\\\"*\"/imap}INBOX",
		"{host/user=*/service=\"\\a\"}INBOX",
		"{host/service=\"*\"}INBOX",
	};
	static const size_t lengths[] = { 1, 20, 21, 64, 65, 66, 255, 256, 700,
		1023, 1024, 5000 };
	NETMBX mb;

	(void)state;
	for (size_t f = 0; f < COUNT(patterns); f++) {
		for (size_t i = 0; i < COUNT(lengths); i++) {
			char *name = fill(patterns[f], 'u', lengths[i]);

			assert_int_equal(parse(name, &mb),
			    lengths[i] <= (f == 3          ? NETMAXSRV - 1
						  : f == 1 ? NETMAXUSER - 2
							   : NETMAXUSER - 1));
			for (size_t cut = strlen(name) - 1; cut > 0; cut--) {
				const char *end;

				name[cut] = '\0';
				end = strchr(name, '}');
				if (parse(name, &mb))
					assert_non_null(end);
				assert_true(strlen(mb.user) < NETMAXUSER);
				assert_true(strlen(mb.authuser) < NETMAXUSER);
				assert_true(strlen(mb.service) < NETMAXSRV);
			}
			free(name);
		}
	}
}

/* Hosts and users that a command would take for options or several words. */
static void
test_cve_2018_19518_options_as_host(void **state)
{
	static const char *const cases[] = {
		"{x -oProxyCommand=echo\tZWNobw==|base64\t-d|sh}INBOX",
		"{-oProxyCommand=x}INBOX",
		"{-h}INBOX",
		"{h\t-x}INBOX",
		"{h\r\nx}INBOX",
		"{h;x}INBOX",
		"{h'x}INBOX",
		"{h\"x\"}INBOX",
		"{$h}INBOX",
		"{h`x`}INBOX",
		"{h|x}INBOX",
		"{%s}INBOX",
		"{h/user=-oProxyCommand=x}INBOX",
		"{h/user=\"-oX\"}INBOX",
		"{h/authuser=\"-oX\"}INBOX",
		"{h/user=\"a\nb\"}INBOX",
		"{h/user=\"a\x7f\"}INBOX",
		"{h/user=a\tb}INBOX",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_refused(cases[i]);
}

static void
test_default_service(void **state)
{
	NETMBX mb;

	(void)state;
	assert_int_equal(mail_valid_net_parse_work("{h}", &mb, "pop3"), T);
	assert_string_equal(mb.service, "pop3");
	assert_int_equal(mail_valid_net_parse_work("{h/imap}", &mb, "pop3"), T);
	assert_string_equal(mb.service, "imap");
	assert_int_equal(mail_valid_net_parse_work("{h}", &mb,
			     "aaaaaaaaaaaaaaaaaaaaa"),
	    NIL);
}

static void
test_valid_net(void **state)
{
	static DRIVER driver = { .name = "pop3" };
	char host[NETMAXHOST], mailbox[NETMAXMBX];

	(void)state;
	assert_ptr_equal(mail_valid_net("{h/pop3}x", &driver, host, mailbox),
	    &driver);
	assert_string_equal(host, "h");
	assert_string_equal(mailbox, "x");
	assert_ptr_equal(mail_valid_net("{h/pop3}x", &driver, NULL, NULL),
	    &driver);
	assert_null(mail_valid_net("{h}x", &driver, host, mailbox));
	assert_null(mail_valid_net("x", &driver, host, mailbox));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),
		cmocka_unit_test_setup_teardown(test_flags, with_tls,
		    without_tls),
		cmocka_unit_test_setup_teardown(test_refused, with_tls,
		    without_tls),
		cmocka_unit_test(test_no_tls),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_long_switches),
		cmocka_unit_test(test_cve_2005_2933_quoted_user),
		cmocka_unit_test(test_cve_2018_19518_options_as_host),
		cmocka_unit_test(test_default_service),
		cmocka_unit_test(test_valid_net),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
