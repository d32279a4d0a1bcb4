/*
 * test_imap_capability.c - each part in each state of a connection.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "imap_capability.h"

static const struct {
	struct imap_capability_state state;
	unsigned parts;
	const char *want; /* what the list contains, blanks around names */
	const char *miss; /* names that it must not contain */
} cases[] = {
	{ { false, true, false, false }, IMAP_CAP_BASE | IMAP_CAP_LOGIN,
	    " IMAP4REV1 I18NLEVEL=1 LITERAL+ ", " LOGINDISABLED " },
	{ { false, true, false, false }, IMAP_CAP_BASE | IMAP_CAP_LOGIN,
	    " STARTTLS ", " AUTH=PLAIN " },
	{ { false, false, false, false }, IMAP_CAP_LOGIN,
	    " STARTTLS LOGINDISABLED ", " AUTH=PLAIN " },
	{ { true, true, false, false }, IMAP_CAP_LOGIN,
	    " AUTH=PLAIN AUTH=LOGIN ", " STARTTLS " },
	{ { true, true, false, false }, IMAP_CAP_LOGIN, " SASL-IR ",
	    " LOGINDISABLED " },
	{ { true, false, false, false }, IMAP_CAP_LOGIN, " LOGINDISABLED ",
	    " AUTH=LOGIN " },
	{ { true, true, false, false }, IMAP_CAP_SESSION, " UNSELECT ",
	    " IMAP4REV1 " },
	{ { true, true, false, false }, IMAP_CAP_SESSION,
	    " SORT THREAD=REFERENCES THREAD=ORDEREDSUBJECT ", " LOGIN " },
	{ { true, true, false, false }, IMAP_CAP_ALL, " IMAP4REV1 ",
	    " STARTTLS " },
	{ { true, true, false, false }, IMAP_CAP_SESSION, " MULTIAPPEND ",
	    " X-NETSCAPE " },
	{ { true, true, true, false }, IMAP_CAP_SESSION, " BINARY ",
	    " MULTIAPPEND " },
	{ { true, true, false, true }, IMAP_CAP_BASE, " LITERAL+ X-NETSCAPE ",
	    " UIDPLUS " },
	{ { true, true, false, false }, 0, " ", " IMAP4REV1 " },
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts_and_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
