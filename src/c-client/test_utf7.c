/*
 * test_utf7.c - modified UTF-7: what is a name, and there and back.
 */
#include "cc_err.h"
#include "fs.h"
#include "test_codec.h"
#include "utf7.h"

static void
test_check(void **state)
{
	static const char unterminated[] = "unterminated modified UTF-7 name";
	static const char invalid[] = "invalid modified UTF-7 name";
	static const char eight_bit[] = "mailbox name with 8-bit octet";
	static const struct {
		struct span name;
		const char *want;
	} cases[] = {
		{ OCTETS(""), NULL },
		{ OCTETS("INBOX"), NULL },
		{ OCTETS("a b*%\"\\"), NULL },
		{ OCTETS("&-"), NULL },
		{ OCTETS("\x01\x7f"), NULL },
		{ OCTETS("&U,BTFw-&ZeVnLIqe-"), NULL },
		/* Only the alphabet counts. */
		{ OCTETS("&AAA-"), NULL },
		{ OCTETS("&A-"), NULL },
		{ OCTETS("&AGE-"), NULL },
		{ OCTETS("a&"), unterminated },
		{ OCTETS("&"), unterminated },
		{ OCTETS("&AGE"), unterminated },
		{ OCTETS("x&-&"), unterminated },
		{ OCTETS("& -"), invalid },
		{ OCTETS("&AG/-"), invalid },
		{ OCTETS("&AG=-"), invalid },
		{ OCTETS("&&-"), invalid },
		{ OCTETS("&\0-"), invalid },
		{ OCTETS("\x80"), eight_bit },
		{ OCTETS("r\xc3\xa9sum\xc3\xa9"), eight_bit },
		{ OCTETS("&A\x80-"), invalid },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *name = exact_copy(cases[i].name.p, cases[i].name.len);
		const char *got =
		    cc_utf7_check(cc_span(name, cases[i].name.len));

		if (cases[i].want)
			assert_string_equal(got ? got : "", cases[i].want);
		else
			assert_null(got);
		free(name);
	}
}

static void
test_pairs(void **state)
{
	static const struct {
		const char *utf7, *utf8;
	} cases[] = {
		{ "", "" },
		{ "INBOX", "INBOX" },
		{ "a~b", "a~b" },
		{ "&-", "&" },
		{ "a&-b", "a&b" },
		{ "&-&-", "&&" },
		{ "&-AGE-", "&AGE-" },
		/* RFC 3501 section 5.1.3. */
		{ "~peter/mail/&U,BTFw-/&ZeVnLIqe-",
		    "~peter/mail/\xe5\x8f\xb0\xe5\x8c\x97/"
		    "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e" },
		{ "r&AOk-sum&AOk-", "r\xc3\xa9sum\xc3\xa9" },
		{ "&AOk-&-", "\xc3\xa9&" },
		{ "&AOkA6Q-", "\xc3\xa9\xc3\xa9" },
		/* The edges of UTF-8's and UTF-16's lengths. */
		{ "&AAE-", "\x01" },
		{ "&AB8-", "\x1f" },
		{ "&AH8-", "\x7f" },
		{ "&AIA-", "\xc2\x80" },
		{ "&B,8-", "\xdf\xbf" },
		{ "&CAA-", "\xe0\xa0\x80" },
		{ "&1,8-", "\xed\x9f\xbf" },
		{ "&4AA-", "\xee\x80\x80" },
		{ "&,,8-", "\xef\xbf\xbf" },
		{ "&2ADcAA-", "\xf0\x90\x80\x80" },
		{ "&2,,f,w-", "\xf4\x8f\xbf\xbf" },
		{ "&2D3eAA-!", "\xf0\x9f\x98\x80!" },
	};
	struct strbuf out;

	(void)state;
	cc_strbuf_init(&out, 100);
	for (size_t i = 0; i < COUNT(cases); i++) {
		cc_strbuf_reset(&out);
		assert_int_equal(cc_utf7_to_utf8(&out,
				     cc_span_z(cases[i].utf7)),
		    0);
		assert_span(cc_strbuf_span(&out), cases[i].utf8);
		cc_strbuf_reset(&out);
		assert_int_equal(cc_utf7_from_utf8(&out,
				     cc_span_z(cases[i].utf8)),
		    0);
		assert_span(cc_strbuf_span(&out), cases[i].utf7);
		assert_null(cc_utf7_check(cc_strbuf_span(&out)));
	}
	cc_strbuf_free(&out);
}

/* A second spelling would be a second mailbox under one name. */
static void
test_utf7_refused(void **state)
{
	static const struct span cases[] = {
		OCTETS("&"),
		OCTETS("&AOk"),
		OCTETS("a&"),
		OCTETS("&A-"), /* no whole character */
		OCTETS("&AA-"),
		OCTETS("&AOkA-"),
		OCTETS("&AOkAA-"), /* a digit too many */
		OCTETS("&AOl-"),   /* bits left over */
		OCTETS("&AGE-"),   /* "a" stands for itself */
		OCTETS("&ACY-"),   /* "&" is "&-" */
		OCTETS("&AH4-"),
		OCTETS("&ACA-"),
		OCTETS("&AAA-"),      /* octet 0 */
		OCTETS("&AOk-&AOk-"), /* one run, split */
		OCTETS("&2AA-"),      /* half a pair */
		OCTETS("&3AA-"),
		OCTETS("&2ADYAA-"),
		OCTETS("&3ADYAA-"),
		OCTETS("&2AAAQQ-"),
		OCTETS("&2AA-&3AA-"),
		OCTETS("&AO/-"),
		OCTETS("&AOk=-"),
		OCTETS("&AO k-"),
		OCTETS("&\xc3\xa9-"),
		OCTETS("\xc3\xa9"),
		OCTETS("\x80"),
		OCTETS("\x01"),
		OCTETS("\x7f"),
		OCTETS("a\0b"),
		OCTETS("\r\n"),
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_refused(cc_utf7_to_utf8, cases[i]);
}

static void
test_utf8_refused(void **state)
{
	static const struct span cases[] = {
		OCTETS("\x80"),
		OCTETS("\xbf"),
		OCTETS("\xc3"),
		OCTETS("\xc3("),
		OCTETS("\xe5\x8f"),
		OCTETS("\xe5\x8f("),
		OCTETS("\xf0\x9f\x98"),
		OCTETS("\xf0\x9f\x98("),
		/* Longer than need be. */
		OCTETS("\xc0\x80"),
		OCTETS("\xc1\xbf"),
		OCTETS("\xe0\x80\x80"),
		OCTETS("\xe0\x9f\xbf"),
		OCTETS("\xf0\x80\x80\x80"),
		OCTETS("\xf0\x8f\xbf\xbf"),
		/* Surrogates, and above 10FFFF. */
		OCTETS("\xed\xa0\x80"),
		OCTETS("\xed\xbf\xbf"),
		OCTETS("\xf4\x90\x80\x80"),
		OCTETS("\xf5\x80\x80\x80"),
		OCTETS("\x84\x8f\xbf\xbf"),
		OCTETS("\xfc\x8f\xbf\xbf"),
		OCTETS("\xff"),
		OCTETS("\xfe"),
		OCTETS("a\0b"),
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_refused(cc_utf7_from_utf8, cases[i]);
}

/* Every character there is comes back. */
static void
test_all_characters(void **state)
{
	struct strbuf utf8, utf7, back;

	(void)state;
	cc_strbuf_init(&utf8, 8);
	cc_strbuf_init(&utf7, 16);
	cc_strbuf_init(&back, 8);
	for (uint32_t ch = 0x80; ch <= 0x10ffff; ch++) {
		if (ch >= 0xd800 && ch <= 0xdfff)
			continue;
		cc_strbuf_reset(&utf8);
		cc_strbuf_reset(&utf7);
		cc_strbuf_reset(&back);
		if (ch < 0x800) {
			cc_strbuf_putc(&utf8, (int)(0xc0 | ch >> 6));
		} else if (ch < 0x10000) {
			cc_strbuf_putc(&utf8, (int)(0xe0 | ch >> 12));
			cc_strbuf_putc(&utf8, (int)(0x80 | (ch >> 6 & 63)));
		} else {
			cc_strbuf_putc(&utf8, (int)(0xf0 | ch >> 18));
			cc_strbuf_putc(&utf8, (int)(0x80 | (ch >> 12 & 63)));
			cc_strbuf_putc(&utf8, (int)(0x80 | (ch >> 6 & 63)));
		}
		cc_strbuf_putc(&utf8, (int)(0x80 | (ch & 63)));
		if (cc_utf7_from_utf8(&utf7, cc_strbuf_span(&utf8)) != 0 ||
		    cc_utf7_to_utf8(&back, cc_strbuf_span(&utf7)) != 0 ||
		    back.len != utf8.len ||
		    memcmp(back.data, utf8.data, back.len) != 0)
			fail_msg("U+%04X", (unsigned)ch);
	}
	cc_strbuf_free(&utf8);
	cc_strbuf_free(&utf7);
	cc_strbuf_free(&back);
}

static void
test_ceilings(void **state)
{
	struct strbuf out;

	(void)state;
	for (size_t max = 0; max < 10; max++) {
		cc_strbuf_init(&out, max);
		assert_int_equal(cc_utf7_from_utf8(&out,
				     cc_span_z("a\xc3\xa9")),
		    max >= 6 ? 0 : CC_ELIMIT);
		cc_strbuf_free(&out);
		cc_strbuf_init(&out, max);
		assert_int_equal(cc_utf7_to_utf8(&out, cc_span_z("a&AOk-")),
		    max >= 3 ? 0 : CC_ELIMIT);
		cc_strbuf_free(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_utf7_refused),
		cmocka_unit_test(test_utf8_refused),
		cmocka_unit_test(test_all_characters),
		cmocka_unit_test(test_ceilings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
