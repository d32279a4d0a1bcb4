/*
 * test_md5.c - the suite of RFC 1321 section A.5, the HMACs of RFC 2202
 * section 2, the exchange of RFC 2195 section 2, and every way of cutting.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "md5.h"

static const struct {
	const char *text;
	const char *digest;
} suite[] = {
	{ "", "d41d8cd98f00b204e9800998ecf8427e" },
	{ "a", "0cc175b9c0f1b6a831c399e269772661" },
	{ "abc", "900150983cd24fb0d6963f7d28e17f72" },
	{ "message digest", "f96b697d7cb7938d525a2f31aaf161d0" },
	{ "abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b" },
	{ "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
	    "d174ab98d277d9f5a5611c2c9f419d9f" },
	{ "12345678901234567890123456789012345678901234567890123456789012345"
	  "678901234567890",
	    "57edf4a22be3c955ac49da2e2107b67a" },
};

static void
put_hex(char *hex, const unsigned char *digest)
{
	for (size_t i = 0; i < MD5DIGLEN; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

static void
test_suite(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(suite) / sizeof(suite[0]); i++) {
		size_t len = strlen(suite[i].text);

		for (size_t cut = 0; cut <= len; cut++) {
			unsigned char text[128], digest[MD5DIGLEN];
			char hex[CC_HMAC_MD5_HEX];
			MD5CONTEXT ctx;

			memcpy(text, suite[i].text, len);
			md5_init(&ctx);
			md5_update(&ctx, text, cut);
			md5_update(&ctx, text + cut, len - cut);
			md5_final(digest, &ctx);
			put_hex(hex, digest);
			assert_string_equal(hex, suite[i].digest);
		}
	}
}

/* Lengths around the ends of blocks, octet by octet and at once. */
static void
test_lengths(void **state)
{
	unsigned char text[200], one[MD5DIGLEN], other[MD5DIGLEN];
	MD5CONTEXT ctx;

	(void)state;
	memset(text, 'x', sizeof(text));
	for (size_t len = 0; len <= sizeof(text); len++) {
		md5_init(&ctx);
		md5_update(&ctx, text, len);
		md5_final(one, &ctx);
		md5_init(&ctx);
		for (size_t i = 0; i < len; i++)
			md5_update(&ctx, text + i, 1);
		md5_final(other, &ctx);
		assert_memory_equal(one, other, MD5DIGLEN);
	}
}

#define SPAN(text) cc_span(text, sizeof(text) - 1)

static void
test_hmac(void **state)
{
	static const char key_of_80[] =
	    "\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa"
	    "\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa"
	    "\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa"
	    "\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa"
	    "\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa";
	const struct {
		struct span key, text;
		const char *hex;
	} rows[] = {
		{ SPAN("Jefe"), SPAN("what do ya want for nothing?"),
		    "750c783e6ab0b503eaa86e310a5db738" },
		{ SPAN(key_of_80),
		    SPAN("Test Using Larger Than Block-Size Key - "
			 "Hash Key First"),
		    "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd" },
		{ SPAN("tanstaaftanstaaf"),
		    SPAN("<1896.697170952@postoffice.reston.mci.net>"),
		    "b913a602c7eda7a495b4e6e7334d3890" },
		{ SPAN(""), SPAN(""), "74e6f7298a9c2d168935f58c001bad88" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char hex[CC_HMAC_MD5_HEX];

		cc_hmac_md5(hex, rows[i].key, rows[i].text);
		assert_string_equal(hex, rows[i].hex);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_suite),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_hmac),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
