/*
 * test_imap_capability.c - each part in each state of a connection.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "imap_capability.h"

#define MOST (IMAP_MECH_PLAIN | IMAP_MECH_LOGIN)
#define CRAM IMAP_MECH_CRAM_MD5

static const struct {
	struct imap_capability_state state;
	unsigned parts;
	const char *want; /* what the list contains, blanks around names */
	const char *miss; /* names that it must not contain */
} cases[] = {
	{ { false, true, false, false, MOST }, IMAP_CAP_BASE | IMAP_CAP_LOGIN,
	    " IMAP4REV1 I18NLEVEL=1 LITERAL+ ", " LOGINDISABLED " },
	{ { false, true, false, false, MOST }, IMAP_CAP_BASE | IMAP_CAP_LOGIN,
	    " STARTTLS ", " AUTH=PLAIN " },
	{ { false, false, false, false, MOST }, IMAP_CAP_LOGIN,
	    " STARTTLS LOGINDISABLED ", " AUTH=PLAIN " },
	{ { true, true, false, false, MOST }, IMAP_CAP_LOGIN,
	    " AUTH=PLAIN AUTH=LOGIN ", " STARTTLS " },
	{ { true, true, false, false, MOST }, IMAP_CAP_LOGIN, " SASL-IR ",
	    " LOGINDISABLED " },
	{ { true, false, false, false, MOST }, IMAP_CAP_LOGIN,
	    " LOGINDISABLED ", " AUTH=LOGIN " },
	{ { true, true, false, false, MOST }, IMAP_CAP_SESSION, " UNSELECT ",
	    " IMAP4REV1 " },
	{ { true, true, false, false, MOST }, IMAP_CAP_SESSION,
	    " SORT THREAD=REFERENCES THREAD=ORDEREDSUBJECT ", " LOGIN " },
	{ { true, true, false, false, MOST }, IMAP_CAP_ALL, " IMAP4REV1 ",
	    " STARTTLS " },
	{ { true, true, false, false, MOST }, IMAP_CAP_SESSION, " MULTIAPPEND ",
	    " X-NETSCAPE " },
	{ { true, true, true, false, MOST }, IMAP_CAP_SESSION, " BINARY ",
	    " MULTIAPPEND " },
	{ { true, true, false, true, MOST }, IMAP_CAP_BASE,
	    " LITERAL+ X-NETSCAPE ", " UIDPLUS " },
	/* mechanisms by what there is */
	{ { false, true, false, false, IMAP_MECH_ALL }, IMAP_CAP_LOGIN,
	    " STARTTLS AUTH=CRAM-MD5 AUTH=ANONYMOUS ", " AUTH=PLAIN " },
	{ { true, true, false, false, IMAP_MECH_ALL }, IMAP_CAP_LOGIN,
	    " AUTH=CRAM-MD5 AUTH=PLAIN AUTH=LOGIN AUTH=ANONYMOUS ",
	    " STARTTLS " },
	{ { true, false, false, false, CRAM | MOST }, IMAP_CAP_LOGIN,
	    " LOGINDISABLED AUTH=CRAM-MD5 ", " AUTH=PLAIN " },
	{ { true, true, false, false, IMAP_MECH_LOGIN }, IMAP_CAP_LOGIN,
	    " AUTH=LOGIN ", " AUTH=PLAIN " },
	{ { true, true, false, false, 0 }, IMAP_CAP_LOGIN, " LOGIN-REFERRALS ",
	    " AUTH=LOGIN " },
	{ { true, true, false, false, IMAP_MECH_ALL },
	    IMAP_CAP_BASE | IMAP_CAP_SESSION, " IDLE ", " AUTH=ANONYMOUS " },
	{ { true, true, false, false, MOST }, 0, " ", " IMAP4REV1 " },
};

static void
test_parts_and_states(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct strbuf out;

		cc_strbuf_init(&out, 1024);
		cc_strbuf_putc(&out, ' ');
		cc_imap_put_capability(&out, cases[i].parts, &cases[i].state);
		if (cases[i].parts)
			cc_strbuf_putc(&out, ' ');
		assert_int_equal(cc_strbuf_status(&out), 0);
		assert_non_null(strstr(out.data, cases[i].want));
		assert_null(strstr(out.data, cases[i].miss));
		assert_null(strstr(out.data, "  "));
		cc_strbuf_free(&out);
	}
}

static void
test_mechanisms(void **state)
{
	(void)state;
	assert_int_equal(cc_imap_mechanism(cc_span_z("PLAIN")),
	    IMAP_MECH_PLAIN);
	assert_int_equal(cc_imap_mechanism(cc_span_z("cram-md5")),
	    IMAP_MECH_CRAM_MD5);
	assert_int_equal(cc_imap_mechanism(cc_span_z("Anonymous")),
	    IMAP_MECH_ANONYMOUS);
	assert_int_equal(cc_imap_mechanism(cc_span_z("LOGIN")),
	    IMAP_MECH_LOGIN);
	assert_int_equal(cc_imap_mechanism(cc_span_z("IR")), 0);
	assert_int_equal(cc_imap_mechanism(cc_span_z("EXTERNAL")), 0);
	assert_int_equal(cc_imap_mechanism(cc_span_z("")), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts_and_states),
		cmocka_unit_test(test_mechanisms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
