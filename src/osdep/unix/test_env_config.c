/*
 * test_env_config.c - the syntax of the configuration files, line by line.
 */
#include "test_util.h"

#include <limits.h>

#include "cc_limits.h"
#include "env_config.h"
#include "imap_capability.h"
#include "strbuf.h"

/* What was read: "KEY=value;" for each directive. */
static bool
note(void *ctx, enum config_key key, struct span value)
{
	struct strbuf *seen = ctx;

	cc_strbuf_printf(seen, "%d=%.*s;", (int)key, (int)value.len, value.p);
	return true;
}

static const struct {
	struct span text;
	enum config_file file;
	enum config_key key; /* of the one directive, or CONFIG_KEYS: none */
	const char *value;
} lines[] = {
	{ CC_SPAN("set hide-dot-files 1\n"), CONFIG_SYSTEM,
	    CONFIG_HIDE_DOT_FILES, "1" },
	{ CC_SPAN("I accept the risk\nset hide-dot-files 1\n"), CONFIG_SYSTEM,
	    CONFIG_HIDE_DOT_FILES, "1" },
	{ CC_SPAN("set Hide-DOT-files 1\n"), CONFIG_SYSTEM,
	    CONFIG_HIDE_DOT_FILES, "1" },
	{ CC_SPAN("set mail-subdirectory My Mail\n"), CONFIG_SYSTEM,
	    CONFIG_MAIL_SUBDIR, "My Mail" },
	{ CC_SPAN("set mail-subdirectory  Mail\n"), CONFIG_SYSTEM,
	    CONFIG_MAIL_SUBDIR, " Mail" },
	{ CC_SPAN("set mail-subdirectory Mail\r\n"), CONFIG_SYSTEM,
	    CONFIG_MAIL_SUBDIR, "Mail\r" },
	{ CC_SPAN("set mail-subdirectory \n"), CONFIG_SYSTEM,
	    CONFIG_MAIL_SUBDIR, "" },
	{ CC_SPAN("set disable-unix-UIDs-and-keywords 1\n"), CONFIG_SYSTEM,
	    CONFIG_NO_UNIX_UIDS, "1" },
	{ CC_SPAN("set CA-certificate-path /ca\n"), CONFIG_SYSTEM,
	    CONFIG_CA_PATH, "/ca" },
	{ CC_SPAN("set sandbox-path /srv\n"), CONFIG_SYSTEM,
	    CONFIG_SANDBOX_PATH, "/srv" },
	/* Ignored lines. */
	{ CC_SPAN("set  hide-dot-files 1\n"), CONFIG_SYSTEM, CONFIG_KEYS, 0 },
	{ CC_SPAN(" set hide-dot-files 1\n"), CONFIG_SYSTEM, CONFIG_KEYS, 0 },
	{ CC_SPAN("set\thide-dot-files 1\n"), CONFIG_SYSTEM, CONFIG_KEYS, 0 },
	{ CC_SPAN("# set hide-dot-files 1\n"), CONFIG_SYSTEM, CONFIG_KEYS, 0 },
	{ CC_SPAN("set hide-dot-files\n"), CONFIG_SYSTEM, CONFIG_KEYS, 0 },
	{ CC_SPAN("set hide-dot-file 1\n"), CONFIG_SYSTEM, CONFIG_KEYS, 0 },
	{ CC_SPAN("set hide-dot-filess 1\n"), CONFIG_SYSTEM, CONFIG_KEYS, 0 },
	{ CC_SPAN("set  1\n"), CONFIG_SYSTEM, CONFIG_KEYS, 0 },
	{ CC_SPAN("set \n"), CONFIG_SYSTEM, CONFIG_KEYS, 0 },
	{ CC_SPAN("\n\n"), CONFIG_SYSTEM, CONFIG_KEYS, 0 },
	{ CC_SPAN(""), CONFIG_SYSTEM, CONFIG_KEYS, 0 },
	/* A last line without LF is not read; nor is what follows a NUL. */
	{ CC_SPAN("set hide-dot-files 1"), CONFIG_SYSTEM, CONFIG_KEYS, 0 },
	{ CC_SPAN("x\0y\nset hide-dot-files 1\n"), CONFIG_SYSTEM, CONFIG_KEYS,
	    0 },
	/* Whose file it is. */
	{ CC_SPAN("set hide-dot-files 1\n"), CONFIG_IMAPRC,
	    CONFIG_HIDE_DOT_FILES, "1" },
	{ CC_SPAN("set chroot-server 1\n"), CONFIG_SYSTEM, CONFIG_CHROOT_SERVER,
	    "1" },
	{ CC_SPAN("set chroot-server 1\n"), CONFIG_IMAPRC, CONFIG_KEYS, 0 },
	{ CC_SPAN("set restrict-mailbox-access x\n"), CONFIG_IMAPRC,
	    CONFIG_KEYS, 0 },
	{ CC_SPAN("set black-box-directory /\n"), CONFIG_IMAPRC, CONFIG_KEYS,
	    0 },
	{ CC_SPAN("set sandbox 0\n"), CONFIG_IMAPRC, CONFIG_KEYS, 0 },
	{ CC_SPAN("set sandbox-path /\n"), CONFIG_IMAPRC, CONFIG_KEYS, 0 },
	{ CC_SPAN("set key-directory /k\n"), CONFIG_IMAPRC, CONFIG_KEYS, 0 },
	{ CC_SPAN("set pam-session 1\n"), CONFIG_IMAPRC, CONFIG_KEYS, 0 },
	{ CC_SPAN("set disable-plaintext 0\n"), CONFIG_IMAPRC, CONFIG_KEYS, 0 },
	{ CC_SPAN("set allow-user-config 1\n"), CONFIG_IMAPRC, CONFIG_KEYS, 0 },
	{ CC_SPAN("set hide-dot-files 1\n"), CONFIG_MMINIT, CONFIG_KEYS, 0 },
	/* In ~/.mminit reading stops at the keywords. */
	{ CC_SPAN("x\nset keywords A, B\nset keywords C\n"), CONFIG_MMINIT,
	    CONFIG_KEYWORDS, "A, B" },
};

static void
check_line(size_t i)
{
	char *text = exact_copy(lines[i].text.p, lines[i].text.len);
	struct strbuf seen, want;

	cc_strbuf_init(&seen, 4096);
	cc_strbuf_init(&want, 4096);
	cc_config_parse(cc_span(text, lines[i].text.len), lines[i].file, note,
	    &seen);
	if (lines[i].key != CONFIG_KEYS)
		cc_strbuf_printf(&want, "%d=%s;", (int)lines[i].key,
		    lines[i].value);
	if (strcmp(cc_strbuf_str(&seen), cc_strbuf_str(&want)) != 0)
		fail_msg("row %zu: \"%s\", want \"%s\"", i,
		    cc_strbuf_str(&seen), cc_strbuf_str(&want));
	cc_strbuf_free(&seen);
	cc_strbuf_free(&want);
	free(text);
}

static void
test_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++)
		check_line(i);
}

/* Directives counted by cc_config_parse. */
static bool
count(void *ctx, enum config_key key, struct span value)
{
	(void)key;
	(void)value;
	++*(unsigned *)ctx;
	return true;
}

static unsigned
count_in(const char *text, size_t len)
{
	char *copy = exact_copy(text, len);
	unsigned n = 0;

	cc_config_parse(cc_span(copy, len), CONFIG_SYSTEM, count, &n);
	free(copy);
	return n;
}

/* The longest line has CC_CONFIG_LINE - 1 octets; a longer one ends all. */
static void
test_line_length(void **state)
{
	static const char tail[] = "\nset hide-dot-files 1\n";
	char text[CC_CONFIG_LINE + sizeof(tail)];

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text + CC_CONFIG_LINE - 1, tail, sizeof(tail) - 1);
	assert_int_equal(count_in(text, CC_CONFIG_LINE + sizeof(tail) - 2), 1);
	memset(text, 'x', sizeof(text));
	memcpy(text + CC_CONFIG_LINE, tail, sizeof(tail) - 1);
	assert_int_equal(count_in(text, CC_CONFIG_LINE + sizeof(tail) - 1), 0);
}

/* Cut anywhere: only whole lines count. */
static void
test_cut(void **state)
{
	static const char text[] = "set prefetch 1\nset lookahead 2\n";
	size_t first = sizeof("set prefetch 1\n") - 1;

	(void)state;
	for (size_t len = 0; len < sizeof(text); len++)
		assert_int_equal(count_in(text, len),
		    (len >= first) + (len == sizeof(text) - 1));
}

static bool
stop(void *ctx, enum config_key key, struct span value)
{
	count(ctx, key, value);
	return false;
}

static void
test_stop(void **state)
{
	unsigned n = 0;

	(void)state;
	cc_config_parse(cc_span_z("set prefetch 1\nset lookahead 2\n"),
	    CONFIG_SYSTEM, stop, &n);
	assert_int_equal(n, 1);
}

static void
test_numbers(void **state)
{
	static const struct {
		const char *text;
		long number, mode;
	} numbers[] = {
		{ "384", 384, 0600 },
		{ "0600", 600, 0600 },
		{ "0", 0, 0 },
		{ "", 0, 0 },
		{ "x", 0, 0 },
		{ " 5", 5, 5 },
		{ "5 apples", 5, 5 },
		{ "5\r", 5, 5 },
		{ "-1", -1, 0 },
		{ "+7", 7, 7 },
		{ "4095", 4095, 07777 },
		{ "4096", 4096, 0 },
		{ "08", 8, 0 },
		{ "4294967296", 4294967296, 0 },
		{ "99999999999999999999", LONG_MAX, 0 },
		{ "-99999999999999999999", LONG_MIN, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(numbers); i++) {
		struct span s = cc_span_z(numbers[i].text);

		assert_int_equal(cc_config_number(s), numbers[i].number);
		assert_int_equal(cc_config_mode(s), numbers[i].mode);
	}
}

static void
test_numbers_that_open_something(void **state)
{
	static const struct {
		const char *text;
		long number; /* where 9 stands for none */
	} numbers[] = {
		{ "0", 0 },
		{ " 0", 0 },
		{ "00", 0 },
		{ "0\r", 0 },
		{ "1", 1 },
		{ "-1", -1 },
		{ "", 9 },
		{ " ", 9 },
		{ "-", 9 },
		{ "on", 9 },
		{ "no", 9 },
		{ "x0", 9 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(numbers); i++)
		assert_int_equal(cc_config_number_or(cc_span_z(numbers[i].text),
				     9),
		    numbers[i].number);
}

static void
test_words(void **state)
{
	struct span list = cc_span_z(", Work,Later ,, x "), word;

	(void)state;
	assert_true(cc_config_word(&list, &word));
	assert_span(word, "Work");
	assert_true(cc_config_word(&list, &word));
	assert_span(word, "Later");
	assert_true(cc_config_word(&list, &word));
	assert_span(word, "x");
	assert_false(cc_config_word(&list, &word));
	assert_false(cc_config_word(&list, &word));
}

static void
test_restrictions(void **state)
{
	(void)state;
	assert_int_equal(cc_config_restrictions(cc_span_z("root")), 1);
	assert_int_equal(cc_config_restrictions(cc_span_z("otherusers")), 2);
	assert_int_equal(cc_config_restrictions(cc_span_z("Root, otherUsers")),
	    3);
	assert_int_equal(cc_config_restrictions(cc_span_z("all")), -1);
	assert_int_equal(cc_config_restrictions(cc_span_z("all,root")), -1);
	assert_int_equal(cc_config_restrictions(cc_span_z("roots")), 0);
	assert_int_equal(cc_config_restrictions(cc_span_z("")), 0);
}

static void
test_mechanisms(void **state)
{
	(void)state;
	assert_int_equal(cc_config_mechanisms(cc_span_z("")), 0);
	assert_int_equal(cc_config_mechanisms(cc_span_z("NONESUCH,")), 0);
	assert_int_equal(cc_config_mechanisms(cc_span_z("plain, cram-md5")),
	    IMAP_MECH_PLAIN | IMAP_MECH_CRAM_MD5);
	assert_int_equal(cc_config_mechanisms(cc_span_z("LOGIN ANONYMOUS x")),
	    IMAP_MECH_LOGIN | IMAP_MECH_ANONYMOUS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_line_length),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_numbers_that_open_something),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_mechanisms),
		cmocka_unit_test(test_restrictions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
