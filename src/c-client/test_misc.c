/*
 * test_misc.c - case, copies, bits, searching and comparing.
 */
#include "fs.h"
#include "misc.h"
#include "test_util.h"

static unsigned char *
u(const char *s)
{
	return (unsigned char *)(uintptr_t)s;
}

static void
test_case(void **state)
{
	char text[] = "aZ09[\\]^_`{|}~\x7f\x80\xe4\xc4\xff";
	char *same = text;

	(void)state;
	assert_ptr_equal(ucase(u(text)), same);
	assert_string_equal(text, "AZ09[\\]^_`{|}~\x7f\x80\xe4\xc4\xff");
	assert_ptr_equal(lcase(u(text)), same);
	assert_string_equal(text, "az09[\\]^_`{|}~\x7f\x80\xe4\xc4\xff");
}

static void
test_copies(void **state)
{
	SIZEDTEXT a = { NULL, 0 }, b = { NULL, 0 };
	char *s = cpystr("text");

	(void)state;
	assert_string_equal(s, "text");
	fs_give((void **)&s);
	assert_null(s);
	assert_null(cpystr(NULL));

	assert_memory_equal(cpytxt(&a, "a\0b", 3), "a\0b", 4);
	assert_int_equal(a.size, 3);
	/* What is there goes, even if it is the source. */
	assert_string_equal(cpytxt(&a, (char *)a.data + 2, 1), "b");
	assert_string_equal(cpytxt(&a, NULL, 0), "");
	assert_int_equal(a.size, 0);
	cpytxt(&a, "again", 5);
	assert_string_equal(textcpy(&b, &a), "again");
	assert_int_equal(b.size, 5);
	fs_give((void **)&a.data);
	fs_give((void **)&b.data);
}

static void
test_string_copies(void **state)
{
	static const struct {
		unsigned long offset, size;
		const char *want;
	} cases[] = {
		{ 0, 10, "0123456789" },
		{ 3, 4, "3456" },
		{ 9, 1, "9" },
		{ 10, 0, "" },
		{ 9, 2, "9" },
		{ 10, 1, "" },
		{ 11, 1, "" },
		{ 0, ~0ul, "0123456789" },
		{ ~0ul, ~0ul, "" },
	};
	SIZEDTEXT text = { NULL, 0 };
	STRING s;

	(void)state;
	INIT(&s, mail_string, "0123456789", 10);
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_string_equal(textcpyoffstring(&text, &s, cases[i].offset,
					cases[i].size),
		    cases[i].want);
		assert_int_equal(text.size, strlen(cases[i].want));
	}
	SETPOS(&s, 7);
	assert_string_equal(textcpystring(&text, &s), "789");
	assert_int_equal(SIZE(&s), 0);
	assert_string_equal(textcpystring(&text, &s), "");
	fs_give((void **)&text.data);
}

static void
test_rightmost_bit(void **state)
{
	unsigned long bits = 0x80000001ul;
	unsigned long high = 1ul << 32;

	(void)state;
	assert_int_equal(find_rightmost_bit(&bits), 0);
	assert_int_equal(find_rightmost_bit(&bits), 31);
	assert_int_equal(find_rightmost_bit(&bits), 0xffffffff);
	assert_int_equal(bits, 0);
	/* Keywords are 30; what lies above 32 bits is nothing to it. */
	assert_int_equal(find_rightmost_bit(&high), 0xffffffff);
	assert_int_equal(high, 1ul << 32);
}

static void
test_min_max(void **state)
{
	(void)state;
	assert_int_equal(Min(-1, 2), -1);
	assert_int_equal(Max(-1, 2), 2);
	assert_int_equal(Min(INT64_MAX, INT64_MIN), INT64_MIN);
}

static void
test_search(void **state)
{
	static const struct {
		const char *base, *pat;
		bool caseless, exact;
	} cases[] = {
		{ "abc", "abc", true, true },
		{ "abc", "ABC", true, false },
		{ "xxabc", "abc", true, true },
		{ "xxabcx", "aBc", true, false },
		{ "abc", "abcd", false, false },
		{ "abc", "", true, true },
		{ "", "", false, false },
		{ "", "a", false, false },
		{ "aaaaaaab", "aab", true, true },
		{ "abababac", "ababac", true, true },
		{ "abababa", "ababac", false, false },
		{ "\xc4", "\xe4", false, false },
		{ "[", "{", false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t basec = strlen(cases[i].base);
		size_t patc = strlen(cases[i].pat);
		char *base = exact_copy(cases[i].base, basec);
		char *pat = exact_copy(cases[i].pat, patc);

		assert_int_equal(search(u(base), (long)basec, u(pat),
				     (long)patc),
		    cases[i].caseless);
		assert_int_equal(ssearch(u(base), (long)basec, u(pat),
				     (long)patc),
		    cases[i].exact);
		free(base);
		free(pat);
	}
	assert_int_equal(search(u("a\0b"), 3, u("\0B"), 2), T);
	assert_int_equal(search(NULL, 3, u("a"), 1), NIL);
	assert_int_equal(search(u("a"), -1, u("a"), 1), NIL);
	assert_int_equal(search(u("a"), 1, u("a"), -1), T);
}

/* Every pattern of up to 4 letters in every text of up to 8, against the
 * plainest way to do it. */
static void
test_search_all(void **state)
{
	char base[9], pat[5];

	(void)state;
	for (unsigned b = 1; b < 1u << 9; b++) {
		size_t basec = 0;

		for (unsigned v = b; v > 1; v >>= 1)
			base[basec++] = v & 1 ? 'a' : 'B';
		base[basec] = '\0';
		for (unsigned p = 2; p < 1u << 5; p++) {
			size_t patc = 0;

			for (unsigned v = p; v > 1; v >>= 1)
				pat[patc++] = v & 1 ? 'A' : 'b';
			pat[patc] = '\0';
			assert_int_equal(search(u(base), (long)basec, u(pat),
					     (long)patc),
			    strcasestr(base, pat) != NULL && basec > 0);
		}
	}
}

static void
test_compare(void **state)
{
	static const struct {
		const char *a, *b;
		int octets, nocase;
	} cases[] = {
		{ "a", "a", 0, 0 },
		{ "a", "A", 1, 0 },
		{ "a", "b", -1, -1 },
		{ "a", "", 1, 1 },
		{ "", "", 0, 0 },
		{ "abc", "abcd", -1, -1 },
		{ "abd", "ABCD", 1, 1 },
		{ NULL, "", -1, -1 },
		{ "", NULL, 1, 1 },
		{ NULL, NULL, 0, 0 },
		{ "\x80", "a", 1, 1 },
		{ "\xe4", "\xc4", 1, 1 },
		{ "_", "A", 1, -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		unsigned char *a = u(cases[i].a), *b = u(cases[i].b);

		assert_int_equal(compare_string(a, b), cases[i].octets);
		assert_int_equal(compare_cstring(a, b), cases[i].nocase);
		assert_int_equal(compare_cstring(b, a), -cases[i].nocase);
	}
	assert_int_equal(compare_ulong(0xfffffffful, 0x100000000ul), -1);
	assert_int_equal(compare_ulong(~0ul, 0), 1);
	assert_int_equal(compare_uchar('Z', 'z'), 0);
	assert_int_equal(compare_uchar('[', '{'), -1);
}

static void
test_compare_sizedtext(void **state)
{
	SIZEDTEXT text = { (unsigned char *)exact_copy("Abc", 3), 3 };
	SIZEDTEXT none = { NULL, 0 };

	(void)state;
	assert_int_equal(compare_csizedtext(u("aBC"), &text), 0);
	assert_int_equal(compare_csizedtext(u("aBCd"), &text), 1);
	assert_int_equal(compare_csizedtext(u("aB"), &text), -1);
	assert_int_equal(compare_csizedtext(u(""), &none), 0);
	assert_int_equal(compare_csizedtext(u("a"), &none), 1);
	assert_int_equal(compare_csizedtext(NULL, &text), -1);
	assert_int_equal(compare_csizedtext(u(""), NULL), 1);
	free(text.data);
}

static void
test_hex(void **state)
{
	static const char digits[] = "0123456789abcdef";

	(void)state;
	for (unsigned i = 0; i < 256; i++) {
		unsigned char hi = (unsigned char)digits[i >> 4];
		unsigned char lo = (unsigned char)digits[i & 15];

		assert_int_equal(hex2byte(hi, lo), i);
		assert_int_equal(hex2byte((unsigned char)(hi >= 'a' ? hi - 32
								    : hi),
				     lo),
		    i);
	}
}

static void
test_hash(void **state)
{
	HASHTAB *tab = hash_create(3);
	static char keys[100][16];
	int values[100];

	(void)state;
	for (int i = 0; i < 100; i++) {
		snprintf(keys[i], sizeof(keys[i]), "key%d", i);
		assert_null(hash_lookup(tab, keys[i]));
		assert_ptr_equal(hash_add(tab, keys[i], &values[i], 2)->name,
		    keys[i]);
	}
	for (int i = 0; i < 100; i++) {
		void **data = hash_lookup(tab, keys[i]);

		assert_ptr_equal(data[0], &values[i]);
		assert_null(data[1]);
		assert_null(data[2]);
		data[2] = tab;
		assert_ptr_equal(hash_lookup_and_add(tab, keys[i], NULL, 2),
		    data);
		assert_true(hash_index(tab, keys[i]) < 3);
	}
	hash_reset(tab);
	assert_null(hash_lookup(tab, keys[0]));
	assert_ptr_equal(hash_lookup_and_add(tab, "", tab, 0)[0], tab);
	assert_ptr_equal(hash_lookup(tab, "")[0], tab);
	hash_destroy(&tab);
	assert_null(tab);
	hash_destroy(&tab);
	tab = hash_create(0);
	assert_int_equal(hash_index(tab, "x"), 0);
	hash_destroy(&tab);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_case),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_string_copies),
		cmocka_unit_test(test_rightmost_bit),
		cmocka_unit_test(test_min_max),
		cmocka_unit_test(test_search),
		cmocka_unit_test(test_search_all),
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_compare_sizedtext),
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
