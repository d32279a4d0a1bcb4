/*
 * test_base64.c - strict base64: every octet of a group, padding, ceilings.
 */
#include "base64.h"
#include "cc_err.h"
#include "fs.h"
#include "test_codec.h"

static void
test_vectors(void **state)
{
	/* RFC 4648 section 10, and what SASL sends. */
	static const struct {
		struct span octets;
		const char *text;
	} cases[] = {
		{ OCTETS(""), "" },
		{ OCTETS("f"), "Zg==" },
		{ OCTETS("fo"), "Zm8=" },
		{ OCTETS("foo"), "Zm9v" },
		{ OCTETS("foob"), "Zm9vYg==" },
		{ OCTETS("fooba"), "Zm9vYmE=" },
		{ OCTETS("foobar"), "Zm9vYmFy" },
		{ OCTETS("\0"), "AA==" },
		{ OCTETS("\0\0\0"), "AAAA" },
		{ OCTETS("\xff\xff\xff"), "////" },
		{ OCTETS("\xfb\xef\xbe"), "++++" },
		{ OCTETS("\0user\0secret"), "AHVzZXIAc2VjcmV0" },
		{ OCTETS("User Name\0"), "VXNlciBOYW1lAA==" },
	};
	struct strbuf out;

	(void)state;
	cc_strbuf_init(&out, 100);
	for (size_t i = 0; i < COUNT(cases); i++) {
		cc_strbuf_reset(&out);
		cc_base64_encode(&out, cases[i].octets);
		assert_span(cc_strbuf_span(&out), cases[i].text);
		cc_strbuf_reset(&out);
		assert_int_equal(cc_base64_decode(&out,
				     cc_span_z(cases[i].text)),
		    0);
		assert_int_equal(out.len, cases[i].octets.len);
		assert_memory_equal(cc_strbuf_str(&out), cases[i].octets.p,
		    out.len);
	}
	cc_strbuf_free(&out);
}

static void
test_refused(void **state)
{
	static const struct span cases[] = {
		/* Not a multiple of four. */
		OCTETS("Z"),
		OCTETS("Zg"),
		OCTETS("Zg="),
		OCTETS("Zm9vY"),
		OCTETS("Zm9vYg"),
		OCTETS("Zm9vYg="),
		/* Padding where it may not be. */
		OCTETS("===="),
		OCTETS("Z==="),
		OCTETS("=Zg="),
		OCTETS("Zg==Zg=="),
		OCTETS("Zm8=Zm8="),
		OCTETS("Z=g="),
		OCTETS("Zg==="),
		OCTETS("Zm9v===="),
		OCTETS("=AAA"),
		/* Bits left over that are not zero. */
		OCTETS("Zh=="),
		OCTETS("Zv=="),
		OCTETS("Zm9="),
		OCTETS("Zm+="),
		/* White space and line ends, as MIME would allow. */
		OCTETS("Zm9v\r\nYg"),
		OCTETS("Zm9v\n"),
		OCTETS(" Zm9"),
		OCTETS("Zm9v    "),
		OCTETS("Zm\t9"),
		/* Not of the alphabet. */
		OCTETS("Zm9-"),
		OCTETS("Zm9_"),
		OCTETS("Zm9,"),
		OCTETS("Zm\0v"),
		OCTETS("\0\0\0\0"),
		OCTETS("Zm9\x80"),
		OCTETS("\xff\xff\xff\xff"),
		OCTETS("*AAA"),
		OCTETS("Zm9@"),
		OCTETS("Zm9["),
		OCTETS("Zm9`"),
		OCTETS("Zm9{"),
		OCTETS("Zm9:"),
		OCTETS("Zm9."),
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_refused(cc_base64_decode, cases[i]);
}

/* Each octet value at each place of a group. */
static void
test_alphabet(void **state)
{
	struct strbuf out;

	(void)state;
	cc_strbuf_init(&out, 3);
	for (int c = 0; c < 256; c++) {
		bool digit = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		    (c >= '0' && c <= '9') || c == '+' || c == '/';

		for (size_t place = 0; place < 4; place++) {
			char group[4] = { 'A', 'A', 'A', 'A' };
			bool good = digit || (c == '=' && place == 3);

			group[place] = (char)c;
			cc_strbuf_reset(&out);
			assert_int_equal(cc_base64_decode(&out,
					     cc_span(group, 4)),
			    good ? 0 : CC_EPARSE);
		}
	}
	cc_strbuf_free(&out);
}

static void
test_round_trip(void **state)
{
	unsigned char octets[200];
	struct strbuf text, back;

	(void)state;
	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (unsigned char)(i * 167 + i / 7);
	cc_strbuf_init(&text, 1000);
	cc_strbuf_init(&back, 1000);
	for (size_t len = 0; len <= sizeof(octets); len++) {
		cc_strbuf_reset(&text);
		cc_strbuf_reset(&back);
		cc_base64_encode(&text, cc_span(octets, len));
		assert_int_equal(text.len, (len + 2) / 3 * 4);
		assert_int_equal(cc_base64_decode(&back, cc_strbuf_span(&text)),
		    0);
		assert_int_equal(back.len, len);
		assert_memory_equal(cc_strbuf_str(&back), octets, len);
	}
	cc_strbuf_free(&text);
	cc_strbuf_free(&back);
}

static void
test_ceiling(void **state)
{
	struct strbuf out;

	(void)state;
	for (size_t max = 0; max < 8; max++) {
		cc_strbuf_init(&out, max);
		assert_int_equal(cc_base64_decode(&out, cc_span_z("Zm9vYmE=")),
		    max >= 5 ? 0 : CC_ELIMIT);
		assert_true(out.len <= max);
		cc_strbuf_free(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_alphabet),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_ceiling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
