/*
 * test_strbuf.c - the buffer at, below and above its ceiling; spans.
 */
#include <wchar.h>

#include "cc_err.h"
#include "fs.h"
#include "strbuf.h"
#include "test_util.h"

static void
test_empty(void **state)
{
	struct strbuf b;

	(void)state;
	cc_strbuf_init(&b, 10);
	assert_int_equal(cc_strbuf_status(&b), 0);
	assert_string_equal(cc_strbuf_str(&b), "");
	assert_int_equal(cc_strbuf_span(&b).len, 0);
	cc_strbuf_put(&b, NULL, 0);
	cc_strbuf_puts(&b, "");
	cc_strbuf_printf(&b, "%s", "");
	cc_strbuf_truncate(&b, 0);
	cc_strbuf_consume(&b, 0);
	cc_strbuf_reset(&b);
	assert_int_equal(b.len, 0);
	cc_strbuf_free(&b);
	cc_strbuf_free(&b);
}

/* Every way to append, for every ceiling around the size of what is there. */
static void
append(struct strbuf *b, int how, const char *text)
{
	size_t len = strlen(text);
	char *room;

	switch (how) {
	case 0:
		cc_strbuf_put(b, text, len);
		break;
	case 1:
		cc_strbuf_puts(b, text);
		break;
	case 2:
		cc_strbuf_put_span(b, cc_span(text, len));
		break;
	case 3:
		cc_strbuf_printf(b, "%s", text);
		break;
	default:
		room = cc_strbuf_room(b, len);
		if (!room)
			break;
		memcpy(room, text, len);
		cc_strbuf_claim(b, len);
	}
}

/*
 * The old library wrote one octet behind a buffer that was exactly full. All
 * sizes around the first allocation and its doublings are tried.
 */
static void
test_cve_2008_5514_exact_sizes(void **state)
{
	static char text[301];

	(void)state;
	for (size_t size = 1; size <= 300; size++) {
		memset(text, 'x', size);
		text[size] = '\0';
		for (size_t max = size - 1; max <= size + 1; max++) {
			for (int how = 0; how < 5; how++) {
				struct strbuf b;
				bool fits = size <= max;

				cc_strbuf_init(&b, max);
				append(&b, how, text);
				assert_int_equal(cc_strbuf_status(&b),
				    fits ? 0 : CC_ELIMIT);
				assert_int_equal(b.len, fits ? size : 0);
				assert_string_equal(cc_strbuf_str(&b),
				    fits ? text : "");
				assert_true(b.cap <= max + 1);
				cc_strbuf_free(&b);
			}
		}
	}
}

static void
test_cve_2008_5514_octet_by_octet(void **state)
{
	(void)state;
	for (size_t max = 0; max <= 200; max++) {
		struct strbuf b;

		cc_strbuf_init(&b, max);
		for (size_t i = 0; i < max; i++)
			cc_strbuf_putc(&b, 'a' + (int)(i % 26));
		assert_int_equal(cc_strbuf_status(&b), 0);
		assert_int_equal(b.len, max);
		cc_strbuf_putc(&b, '!');
		assert_int_equal(cc_strbuf_status(&b), CC_ELIMIT);
		assert_int_equal(b.len, max);
		assert_int_equal(strlen(cc_strbuf_str(&b)), max);
		cc_strbuf_free(&b);
	}
}

static void
test_overflow_stays(void **state)
{
	struct strbuf b;

	(void)state;
	cc_strbuf_init(&b, 4);
	cc_strbuf_puts(&b, "abc");
	cc_strbuf_puts(&b, "de");
	cc_strbuf_puts(&b, "f"); /* would fit, but the text has a gap */
	assert_int_equal(cc_strbuf_status(&b), CC_ELIMIT);
	assert_string_equal(cc_strbuf_str(&b), "abc");
	cc_strbuf_reset(&b);
	assert_int_equal(cc_strbuf_status(&b), 0);
	cc_strbuf_puts(&b, "wxyz");
	assert_int_equal(cc_strbuf_status(&b), 0);
	assert_string_equal(cc_strbuf_str(&b), "wxyz");
	cc_strbuf_free(&b);
	assert_int_equal(b.max, 4);
}

/* Lengths near SIZE_MAX must not wrap around into something that fits. */
static void
test_huge_lengths(void **state)
{
	static const size_t sizes[] = { SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 2,
		SIZE_MAX / 2, SIZE_MAX / 2 + 1 };

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(sizes); i++) {
		struct strbuf b;

		cc_strbuf_init(&b, i % 2 ? 1000 : SIZE_MAX);
		cc_strbuf_puts(&b, "ab");
		assert_null(cc_strbuf_room(&b, sizes[i / 2]));
		assert_int_equal(cc_strbuf_status(&b), CC_ELIMIT);
		assert_string_equal(cc_strbuf_str(&b), "ab");
		cc_strbuf_free(&b);
	}
}

/* A ceiling that nobody means is no reason to allocate it, or to wrap. */
static void
test_unlimited(void **state)
{
	struct strbuf b;

	(void)state;
	cc_strbuf_init(&b, SIZE_MAX);
	for (int i = 0; i < 1000; i++)
		cc_strbuf_puts(&b, "0123456789");
	assert_int_equal(cc_strbuf_status(&b), 0);
	assert_int_equal(b.len, 10000);
	assert_true(b.cap > b.len && b.cap < 40000);
	cc_strbuf_free(&b);
}

static void
test_numbers(void **state)
{
	static const struct {
		uint64_t n;
		const char *want;
	} cases[] = {
		{ 0, "0" },
		{ 9, "9" },
		{ 10, "10" },
		{ UINT32_MAX, "4294967295" },
		{ UINT64_C(4294967296), "4294967296" },
		{ UINT64_MAX, "18446744073709551615" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf b;

		cc_strbuf_init(&b, 20);
		cc_strbuf_put_uint(&b, cases[i].n);
		assert_int_equal(cc_strbuf_status(&b), 0);
		assert_string_equal(cc_strbuf_str(&b), cases[i].want);
		cc_strbuf_free(&b);
		cc_strbuf_init(&b, strlen(cases[i].want) - 1);
		cc_strbuf_put_uint(&b, cases[i].n);
		assert_int_equal(cc_strbuf_status(&b), CC_ELIMIT);
		cc_strbuf_free(&b);
	}
}

/* Behind what is there already, with the last octet that fits. */
static void
test_append_behind(void **state)
{
	struct strbuf b;
	char *room;

	(void)state;
	cc_strbuf_init(&b, 9);
	cc_strbuf_puts(&b, "ab");
	cc_strbuf_printf(&b, "%s%d", "c", 1);
	room = cc_strbuf_room(&b, 5);
	assert_non_null(room);
	memcpy(room, "vwxyz", 5);
	cc_strbuf_claim(&b, 5);
	assert_string_equal(cc_strbuf_str(&b), "abc1vwxyz");
	assert_int_equal(cc_strbuf_status(&b), 0);
	cc_strbuf_free(&b);
}

/* A character that the C locale has not makes printf fail. */
static void
test_printf_fails(void **state)
{
	struct strbuf b;

	(void)state;
	cc_strbuf_init(&b, 100);
	cc_strbuf_printf(&b, "a%lcb", (wint_t)0x20ac);
	assert_int_equal(cc_strbuf_status(&b), CC_ELIMIT);
	assert_int_equal(b.len, 0);
	cc_strbuf_free(&b);
}

static void
test_cut_and_consume(void **state)
{
	struct strbuf b;

	(void)state;
	cc_strbuf_init(&b, 10);
	cc_strbuf_puts(&b, "0123456789");
	cc_strbuf_truncate(&b, 11);
	cc_strbuf_truncate(&b, 10);
	assert_string_equal(cc_strbuf_str(&b), "0123456789");
	cc_strbuf_truncate(&b, 8);
	assert_string_equal(cc_strbuf_str(&b), "01234567");
	cc_strbuf_consume(&b, 3);
	assert_string_equal(cc_strbuf_str(&b), "34567");
	cc_strbuf_puts(&b, "abcde");
	assert_string_equal(cc_strbuf_str(&b), "34567abcde");
	assert_int_equal(cc_strbuf_status(&b), 0);
	cc_strbuf_consume(&b, 10);
	assert_string_equal(cc_strbuf_str(&b), "");
	cc_strbuf_free(&b);
}

static void
test_octets_0(void **state)
{
	struct strbuf b;

	(void)state;
	cc_strbuf_init(&b, 5);
	cc_strbuf_put(&b, "a\0b", 3);
	cc_strbuf_putc(&b, '\0');
	cc_strbuf_putc(&b, 0xff);
	assert_int_equal(b.len, 5);
	assert_memory_equal(b.data, "a\0b\0\xff", 6);
	cc_strbuf_free(&b);
}

static void
test_drop_octet(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{ "", "" },
		{ "abc", "abc" },
		{ "\r", "" },
		{ "\r\r\r", "" },
		{ "\ra", "a" },
		{ "a\r", "a" },
		{ "a\rb\r\rcd\re", "abcde" },
		{ "\r\nab\r\n", "\nab\n" },
	};
	struct strbuf b;

	(void)state;
	cc_strbuf_init(&b, 100);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cc_strbuf_reset(&b);
		cc_strbuf_puts(&b, cases[i].in);
		cc_strbuf_drop_octet(&b, '\r');
		assert_string_equal(cc_strbuf_str(&b), cases[i].want);
		assert_int_equal(b.len, strlen(cases[i].want));
	}
	cc_strbuf_free(&b);
}

static void
test_take(void **state)
{
	struct strbuf b;
	char *s;

	(void)state;
	cc_strbuf_init(&b, 8);
	s = cc_strbuf_take(&b);
	assert_string_equal(s, "");
	fs_give((void **)&s);
	cc_strbuf_puts(&b, "12345678");
	s = cc_strbuf_take(&b);
	assert_string_equal(s, "12345678");
	fs_give((void **)&s);
	assert_int_equal(b.len, 0);
	assert_int_equal(b.max, 8);
	cc_strbuf_puts(&b, "again");
	assert_string_equal(cc_strbuf_str(&b), "again");
	cc_strbuf_wipe(&b);
	assert_null(b.data);
}

static void
test_span_compare(void **state)
{
	static const struct {
		const char *a, *b;
		bool same, nocase;
	} cases[] = {
		{ "", "", true, true },
		{ "a", "", false, false },
		{ "", "a", false, false },
		{ "inbox", "INBOX", false, true },
		{ "INBOX", "INBOX", true, true },
		{ "INBOX", "INBOXX", false, false },
		{ "[", "{", false, false }, /* differ by 20 hex only */
		{ "@", "`", false, false },
		{ "\xc0", "\xe0", false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span a = cc_span_z(cases[i].a);

		assert_int_equal(cc_span_is(a, cases[i].b), cases[i].same);
		assert_int_equal(cc_span_is_nocase(a, cases[i].b),
		    cases[i].nocase);
	}
}

static void
test_span_trim(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{ "", "" },
		{ " ", "" },
		{ "\r\n\t ", "" },
		{ "a", "a" },
		{ "\r\n a b\t\r\n", "a b" },
		{ "\v a", "\v a" },
	};
	struct span nul = cc_span_trim(cc_span(" \0 ", 3));

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_span(cc_span_trim(cc_span_z(cases[i].in)),
		    cases[i].want);
	assert_int_equal(nul.len, 1);
}

static void
test_span_dup(void **state)
{
	char *copy = cc_span_dup(cc_span("abcdef", 3));

	(void)state;
	assert_string_equal(copy, "abc");
	fs_give((void **)&copy);
	copy = cc_span_dup(cc_span(NULL, 0));
	assert_string_equal(copy, "");
	fs_give((void **)&copy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_cve_2008_5514_exact_sizes),
		cmocka_unit_test(test_cve_2008_5514_octet_by_octet),
		cmocka_unit_test(test_overflow_stays),
		cmocka_unit_test(test_huge_lengths),
		cmocka_unit_test(test_unlimited),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_append_behind),
		cmocka_unit_test(test_printf_fails),
		cmocka_unit_test(test_cut_and_consume),
		cmocka_unit_test(test_octets_0),
		cmocka_unit_test(test_drop_octet),
		cmocka_unit_test(test_take),
		cmocka_unit_test(test_span_compare),
		cmocka_unit_test(test_span_trim),
		cmocka_unit_test(test_span_dup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
