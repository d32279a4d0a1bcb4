/*
 * test_mail_subject.c - base subjects (RFC 5256 section 2.1).
 */
#include "fs.h"
#include "mail.h"
#include "test_util.h"

static const struct {
	const char *in;
	const char *base;
	bool marked;
} cases[] = {
	{ "", "", false },
	{ "hello", "hello", false },
	{ "  a\t b\r\n\tc  ", "a b c", false },
	{ "Re: hello", "hello", true },
	{ "RE:hello", "hello", true },
	{ "re  : hello", "hello", true },
	{ "Fw: Fwd: fWD: hello", "hello", true },
	{ "Re[2]: hello", "hello", true },
	{ "Re [2] : hello", "hello", true },
	{ "Re [2][3]: hello", "Re [2][3]: hello", false },
	{ "Re [2: hello", "Re [2: hello", false },
	{ "Ref: hello", "Ref: hello", false },
	{ "Re hello", "Re hello", false },
	{ "Rehello:", "Rehello:", false },
	{ "Re:", "", true },
	{ "Re: Re:", "", true },
	{ "re", "re", false },
	{ "hello (fwd)", "hello", true },
	{ "hello (FWD) (fwd) ", "hello", true },
	{ "hello(fwd)", "hello", true },
	{ "(fwd)", "", true },
	{ "Re: (fwd)", "", true },
	{ "(fwd) hello", "(fwd) hello", false },
	{ "[list] hello", "hello", false },
	{ "[list]hello", "hello", false },
	{ "[a] [b] hello", "hello", false },
	{ "[list]", "[list]", false },
	{ "[a] [list]", "[list]", false },
	{ "[list] Re: hello", "hello", true },
	{ "[a][b] Re: [c] Fwd: [d] hello", "hello", true },
	{ "Re: [list]", "[list]", true },
	{ "[list] Re:", "", true },
	{ "[a[b]] hello", "[a[b]] hello", false },
	{ "[a hello", "[a hello", false },
	{ "[] x", "x", false },
	{ "[fwd: hello]", "hello", true },
	{ "[Fwd: Re: hello (fwd)]", "hello", true },
	{ "[fwd: [fwd: [a] re: hello]]", "hello", true },
	{ "[fwd: hello] there", "there", false },
	{ "[fwd: a][fwd: b]", "b", true },
	{ "[fwd:]", "", true },
	{ "[fwd: [x]]", "[x]", true },
	{ "[fwd: x", "[fwd: x", false },
	{ "[x] Fwd: [y] Re: hello (fwd)", "hello", true },
	{ "=?utf-8?q?Re:_caf=C3=A9?=", "caf\303\251", true },
	{ "=?utf-8?q?Re?=: x", "=?utf-8?q?Re?=: x", false },
	{ "Re: =?utf-8?q?=5Bl=5D_?= =?utf-8?q?x?=", "x", true },
	{ "Re: \351", "\351", true },
};

static void
test_base(void **state)
{
	char *base;
	unsigned int marked;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		marked =
		    mail_strip_subject((char *)(uintptr_t)cases[i].in, &base);
		if (strcmp(base, cases[i].base) != 0)
			print_error("subject \"%s\"\n", cases[i].in);
		assert_string_equal(base, cases[i].base);
		if (marked != cases[i].marked)
			print_error("subject \"%s\"\n", cases[i].in);
		assert_int_equal(marked, cases[i].marked ? T : NIL);
		fs_give((void **)&base);
	}
}

/* What is a base subject already has no other one. */
static void
test_twice(void **state)
{
	char *base, *again;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		mail_strip_subject((char *)(uintptr_t)cases[i].in, &base);
		mail_strip_subject(base, &again);
		assert_string_equal(base, again);
		fs_give((void **)&base);
		fs_give((void **)&again);
	}
}

static void
test_steps(void **state)
{
	static const struct {
		char in[16];
		long wsp;
		long blob; /* -1: NIL */
	} rows[] = {
		{ "", 0, 0 },
		{ "x", 0, 0 },
		{ " \tx", 2, 0 },
		{ "[a] x", 0, 4 },
		{ "[a]", 0, 3 },
		{ "[a", 0, -1 },
		{ "[a[b]", 0, -1 },
		{ "[", 0, -1 },
	};
	char *s;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		s = (char *)(uintptr_t)rows[i].in;
		assert_ptr_equal(mail_strip_subject_wsp(s), s + rows[i].wsp);
		assert_ptr_equal(mail_strip_subject_blob(s),
		    rows[i].blob < 0 ? NULL : s + rows[i].blob);
	}
}

/* Four megabytes of one piece: minutes if it were quadratic. */
static void
test_long(void **state)
{
	static const char *const bits[] = { "[a]", "[a] ", "[fwd:", "re[",
		"re:", "(fwd)", "[a", "]", "[fwd:[a]", "[fwd:re:", "re [a]",
		" ", "[fwd: re[a]:" };
	const size_t size = (size_t)4 << 20;
	char *text = malloc(size + 1), *base;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < COUNT(bits); i++) {
		for (size_t k = 0; k < size; k++)
			text[k] = bits[i][k % strlen(bits[i])];
		text[size] = '\0';
		mail_strip_subject(text, &base);
		fs_give((void **)&base);
		memset(text + size / 2, ']', size / 2);
		mail_strip_subject(text, &base);
		fs_give((void **)&base);
	}
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_base),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
