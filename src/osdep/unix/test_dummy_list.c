/*
 * test_dummy_list.c - LIST and SCAN over directories made for it: patterns,
 * attributes, names that are no mailboxes, and trees that do harm.
 */
#include <sys/wait.h>

#include "dummy_pattern.h"
#include "test_dummy.h"

/* ----------------------------------------------------------------- patterns */

static void
test_patterns(void **state)
{
	static const struct {
		const char *ref, *pat;
		int want;
		const char *pattern;
	} cases[] = {
		{ "", "*", 0, "*" },
		{ NULL, "*", 0, "*" },
		{ "a", "/%", 0, "/%" },
		{ "a", "b", 0, "ab" },
		{ "a/", "b", 0, "a/b" },
		{ "a", "~b", 0, "~b" },
		{ "~/a", "b", 0, "~/ab" },
		{ "/a/", "b", 0, "/a/b" },
		{ "a", "#ftp/b", 0, "#ftp/b" },
		{ "#public/a", "/c", 0, "#public/c" },
		{ "#PUBLIC/a/b", "/c", 0, "#PUBLIC/c" },
		{ "#public/a", "c", 0, "#public/ac" },
		{ "#public/a", "~c", 0, "~c" },
		{ "#mh/a", "/c", CC_ENOENT, NULL },
		{ "", "#mh/%", CC_ENOENT, NULL },
		{ "", "#news.*", CC_ENOENT, NULL },
		{ "", "#public", CC_ENOENT, NULL },
		{ "", "#*", CC_ENOENT, NULL },
		{ "#", "public/*", 0, "#public/*" },
		{ "{host}", "x", CC_ENOENT, NULL },
		{ "", "{host}x", CC_ENOENT, NULL },
		{ "", "%%%%%*****", 0, "%%%%%*****" },
		{ "", "%%%%%******", CC_ELIMIT, NULL },
		{ "%%%%%*", "*****", CC_ELIMIT, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf b;
		int r;

		cc_strbuf_init(&b, MAILTMPLEN - 1);
		r = cc_dummy_pattern(cases[i].ref, cases[i].pat, &b);
		if (r != cases[i].want ||
		    (r == 0 &&
			strcmp(cc_strbuf_str(&b), cases[i].pattern) != 0))
			fail_msg("row %zu: %d %s", i, r, cc_strbuf_str(&b));
		cc_strbuf_free(&b);
	}
}

/* Reference and pattern at their limits, joined and not. */
static void
test_cve_2000_0284_list_lengths(void **state)
{
	char ref[300], pat[300], tmp_pattern[MAILTMPLEN];

	(void)state;
	begin();
	for (size_t r = 255; r <= 257; r++)
		for (size_t p = 255; p <= 257; p++) {
			bool ok = r <= 256 && p <= 256;

			memset(ref, 'r', r);
			ref[r] = '\0';
			memset(pat, 'p', p);
			pat[p] = '\0';
			assert_int_equal(dummy_canonicalize(tmp_pattern, ref,
					     pat),
			    ok);
			if (ok)
				assert_int_equal(strlen(tmp_pattern), r + p);
			dummy_list(NIL, ref, pat);
			dummy_lsub(NIL, ref, pat);
			dummy_scan(NIL, ref, pat, "x");
			pat[p - 1] = '*';
			dummy_list(NIL, ref, pat);
			dummy_lsub(NIL, ref, pat);
		}
	assert_string_equal(test_callbacks.listed, "");
	end();
}

/* --------------------------------------------------------------------- LIST */

static void
test_list_example(void **state)
{
	(void)state;
	begin();
	tmpdir_mkdir(&tmp, "home/a");
	empty_file("home/a/b");
	empty_file("home/a/c");
	tmpdir_mkdir(&tmp, "home/d");
	expect_list("", "*",
	    INBOX_LINE "/ a " PARENT "\n/ a/b " UNMARKED "\n/ a/c " UNMARKED
		       "\n/ d " CHILDLESS "\n");
	expect_list("", "%", INBOX_LINE "/ a " PARENT "\n/ d " CHILDLESS "\n");
	expect_list("", "a/%",
	    "/ a/ " PARENT "\n/ a/b " UNMARKED "\n/ a/c " UNMARKED "\n");
	expect_list("", "inb%", INBOX_LINE);
	expect_list("", "inbox", INBOX_LINE);
	expect_list("", "INBOX", INBOX_LINE);
	expect_list("", "a", "/ a " PARENT "\n");
	expect_list("", "a/", "/ a/ " PARENT "\n");
	expect_list("", "a/b", "/ a/b " UNMARKED "\n");
	expect_list("a/", "b", "/ a/b " UNMARKED "\n");
	expect_list("", "A", "");
	expect_list("", "none/%", "");
	expect_list("", "*%",
	    INBOX_LINE "/ a " PARENT "\n/ a/b " UNMARKED "\n/ a/c " UNMARKED
		       "\n/ d " CHILDLESS "\n");
	expect_list("", "%/%",
	    "/ a/ " PARENT "\n/ a/b " UNMARKED "\n/ a/c " UNMARKED
	    "\n/ d/ " CHILDLESS "\n");
	expect_list("", "%/", "/ a/ " PARENT "\n/ d/ " CHILDLESS "\n");
	expect_list("", "*b", "/ a/b " UNMARKED "\n");
	expect_list("~/", "%",
	    "/ ~/ " PARENT "\n/ ~/a " PARENT "\n/ ~/d " CHILDLESS "\n");
	end();
}

static void
test_list_root(void **state)
{
	(void)state;
	begin();
	tmpdir_mkdir(&tmp, "home/a");
	empty_file("home/a/b");
	expect_list("", "", "/  " NOSEL "\n");
	expect_list("a/b", "", "/ a/ " PARENT "\n");
	expect_list("a", "", "/  " NOSEL "\n");
	expect_list("/x/y", "", "/ / " PARENT "\n");
	expect_list("#public/x/y", "", "/ #public/ " NOSEL "\n");
	expect_list("#mh/x", "", "");
	expect_list("{host}x", "", "");
	end();
}

static void
test_list_names(void **state)
{
	char long_name[300];

	(void)state;
	begin();
	empty_file("home/a b");
	empty_file("home/a*");
	empty_file("home/a%");
	empty_file("home/a\\");
	empty_file("home/a\"");
	empty_file("home/.hidden");
	assert_int_equal(mkfifo(tmpdir_path(&tmp, "home/fifo"), 0600), 0);
	assert_int_equal(symlink("nowhere", tmpdir_path(&tmp, "home/broken")),
	    0);
	assert_int_equal(symlink("a b", tmpdir_path(&tmp, "home/link")), 0);
	tmpdir_mkdir(&tmp, "home/.cedar");
	empty_file("home/.cedar/uidvalidity");
	empty_file("home/cr\rlf");
	expect_list("", "*",
	    INBOX_LINE "/ .hidden " UNMARKED "\n/ a b " UNMARKED
		       "\n/ a\" " UNMARKED "\n/ a% " UNMARKED "\n/ a* " UNMARKED
		       "\n/ a\\ " UNMARKED "\n/ link " UNMARKED "\n");
	expect_list("", ".cedar/%", "");
	expect_list("", ".cedar", "");
	mail_parameters(NIL, SET_HIDEDOTFILES, VOIDT);
	expect_list("", ".*", "");
	mail_parameters(NIL, SET_HIDEDOTFILES, NIL);
	/* The longest name of a file system is listed in full. */
	memset(long_name, 'n', sizeof(long_name));
	memcpy(long_name, "home/", 5);
	long_name[5 + 255] = '\0';
	empty_file(long_name);
	test_callbacks_reset();
	dummy_list(NIL, "", "n*");
	assert_int_equal(strncmp(test_callbacks.listed + 2, long_name + 5, 255),
	    0);
	end();
}

/* Only a directory's own entry is left out, not what is below INBOX. */
static void
test_list_inbox(void **state)
{
	(void)state;
	begin();
	tmpdir_mkdir(&tmp, "home/INBOX");
	empty_file("home/INBOX/sub");
	expect_list("", "*", INBOX_LINE "/ INBOX/sub " UNMARKED "\n");
	expect_list("", "%", INBOX_LINE);
	expect_list("", "~/%", "/ ~/ " PARENT "\n/ ~/INBOX " PARENT "\n");
	expect_list("", "INBOX/%",
	    "/ INBOX/ " PARENT "\n/ INBOX/sub " UNMARKED "\n");
	end();
	begin();
	empty_file("home/INBOX");
	expect_list("", "*", INBOX_LINE);
	expect_list("", "~/I*", "/ ~/INBOX " UNMARKED "\n");
	end();
}

static void
test_list_marked(void **state)
{
	struct timespec times[2] = { { 1000, 0 }, { 1000, 0 } };

	(void)state;
	begin();
	tmpdir_write(&tmp, "home/new", "x", 1);
	/* Read long before its last change. */
	assert_int_equal(utimensat(AT_FDCWD, tmpdir_path(&tmp, "home/new"),
			     times, 0),
	    0);
	tmpdir_write(&tmp, "home/old", "x", 1);
	times[0].tv_sec = 4000000000;
	assert_int_equal(utimensat(AT_FDCWD, tmpdir_path(&tmp, "home/old"),
			     times, 0),
	    0);
	empty_file("home/zero");
	times[0].tv_sec = 1000;
	assert_int_equal(utimensat(AT_FDCWD, tmpdir_path(&tmp, "home/zero"),
			     times, 0),
	    0);
	expect_list("", "%",
	    INBOX_LINE "/ new " MARKED "\n/ old " UNMARKED "\n/ zero " UNMARKED
		       "\n");
	end();
}

static void
test_list_levels(void **state)
{
	(void)state;
	begin();
	tmpdir_mkdir(&tmp, "home/1");
	tmpdir_mkdir(&tmp, "home/1/2");
	tmpdir_mkdir(&tmp, "home/1/2/3");
	mail_parameters(NIL, SET_LISTMAXLEVEL, (void *)1);
	expect_list("", "1*", "/ 1 " PARENT "\n/ 1/2 " PARENT "\n");
	mail_parameters(NIL, SET_LISTMAXLEVEL, (void *)0);
	expect_list("", "1*", "/ 1 " PARENT "\n");
	mail_parameters(NIL, SET_LISTMAXLEVEL, (void *)-5);
	expect_list("", "1*", "/ 1 " PARENT "\n");
	mail_parameters(NIL, SET_LISTMAXLEVEL, (void *)1000000);
	expect_list("", "1*",
	    "/ 1 " PARENT "\n/ 1/2 " PARENT "\n/ 1/2/3 " CHILDLESS "\n");
	end();
}

/* Directories that contain themselves by links: listed, not entered again. */
static void
test_cve_2026_33607_list_loops(void **state)
{
	char name[32];

	(void)state;
	begin();
	tmpdir_mkdir(&tmp, "home/d");
	for (int i = 0; i < 10; i++) {
		snprintf(name, sizeof(name), "home/d/up%d", i);
		assert_int_equal(symlink("..", tmpdir_path(&tmp, name)), 0);
	}
	test_callbacks_reset();
	dummy_list(NIL, "", "*");
	sort_lines(test_callbacks.listed);
	assert_non_null(strstr(test_callbacks.listed,
	    INBOX_LINE "/ d " PARENT "\n/ d/up0 " PARENT "\n/ d/up1 "));
	assert_null(strstr(test_callbacks.listed, "up0/"));
	/* The deepest nesting of wildcards and names that fits. */
	snprintf(name, sizeof(name), "*a*a*a*a*a*a*a*a*a*b");
	for (int i = 0; i < 50; i++) {
		char file[300];

		memset(file, 'a', sizeof(file));
		memcpy(file, "home/", 5);
		snprintf(file + 5 + 240, 16, "%d", i);
		empty_file(file);
	}
	expect_list("", name, "");
	end();
}

/* Two ways down at every level: more paths than can be walked. */
static void
test_list_many_paths(void **state)
{
	char name[64], target[64];

	(void)state;
	begin();
	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "home/d%d", i);
		tmpdir_mkdir(&tmp, name);
	}
	for (int i = 0; i < 19; i++)
		for (int k = 0; k < 2; k++) {
			snprintf(name, sizeof(name), "home/d%d/%d", i, k);
			snprintf(target, sizeof(target), "../d%d", i + 1);
			assert_int_equal(symlink(target,
					     tmpdir_path(&tmp, name)),
			    0);
		}
	test_callbacks_reset();
	dummy_list(NIL, "", "d0/*x");
	assert_string_equal(test_callbacks.log,
	    "Too many names to list all of them");
	end();
}

static void
test_list_permissions(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	if (geteuid() != 0)
		skip();
	begin();
	tmpdir_mkdir(&tmp, "home/closed");
	empty_file("home/closed/x");
	assert_int_equal(chmod(tmp.path, 0755), 0);
	assert_int_equal(chmod(tmpdir_path(&tmp, "home"), 0755), 0);
	pid = fork();
	if (pid == 0) {
		if (setuid(12345) != 0)
			_exit(1);
		dummy_list(NIL, "", "closed*");
		if (strcmp(test_callbacks.listed, "/ closed " NOSEL "\n") != 0)
			_exit(2);
		test_callbacks_reset();
		dummy_list(NIL, "", "closed/%");
		_exit(strcmp(test_callbacks.listed, "/ closed/ " NOSEL "\n") ==
			    0
			? 0
			: 3);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 0);
	end();
}

/* Restricted users see nothing outside, however they ask. */
static void
test_cve_2002_1782_list(void **state)
{
	static const char *const patterns[] = { "/%", "/*", "/etc/%", "../%",
		"~root/%", "a/../../%", "/home/%", "~/../%", "#public/../%" };

	(void)state;
	begin_with("set restrict-mailbox-access all\n");
	tmpdir_mkdir(&tmp, "home/a");
	for (size_t i = 0; i < COUNT(patterns); i++) {
		expect_list("", patterns[i], "");
		expect_list("~", patterns[i] + 1, "");
	}
	expect_list("/etc/", "%", "");
	expect_list("", "%", INBOX_LINE "/ a " CHILDLESS "\n");
	end();
}

static void
test_list_namespace(void **state)
{
	(void)state;
	begin();
	tmpdir_mkdir(&tmp, "public");
	tmpdir_mkdir(&tmp, "public/a");
	empty_file("public/a/x");
	empty_file("public/c");
	mail_parameters(NIL, SET_PUBLICHOME,
	    (void *)tmpdir_path(&tmp, "public"));
	expect_list("", "#public/%",
	    "/ #public/ " PARENT "\n/ #public/a " PARENT
	    "\n/ #public/c " UNMARKED "\n");
	expect_list("#public/a", "/c", "/ #public/c " UNMARKED "\n");
	expect_list("#public/a/", "*",
	    "/ #public/a/ " PARENT "\n/ #public/a/x " UNMARKED "\n");
	expect_list("", "*", INBOX_LINE);
	end();
}

static void
test_scan(void **state)
{
	char *big;

	(void)state;
	begin();
	tmpdir_write(&tmp, "home/yes", "some Needle here", 16);
	tmpdir_write(&tmp, "home/no", "some neele here", 15);
	tmpdir_write(&tmp, "spool", "needle", 6);
	tmpdir_mkdir(&tmp, "home/dir");
	/* Across the windows that the file is read by. */
	big = malloc(600000);
	assert_non_null(big);
	memset(big, 'n', 600000);
	for (size_t at = 262140; at < 262150; at++) {
		memcpy(big + at, "needle", 6);
		tmpdir_write(&tmp, "home/big", big, 600000);
		test_callbacks_reset();
		dummy_scan(NIL, "", "big", "needle");
		assert_non_null(strstr(test_callbacks.listed, "/ big "));
		memset(big + at, 'n', 6);
	}
	tmpdir_write(&tmp, "home/big", big, 600000);
	free(big);
	test_callbacks_reset();
	dummy_scan(NIL, "", "*", "needle");
	assert_non_null(strstr(test_callbacks.listed, "/ yes "));
	assert_non_null(strstr(test_callbacks.listed, "- INBOX "));
	assert_null(strstr(test_callbacks.listed, "/ no "));
	assert_null(strstr(test_callbacks.listed, "/ big "));
	assert_null(strstr(test_callbacks.listed, "/ dir "));
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_cve_2000_0284_list_lengths),
		cmocka_unit_test(test_list_example),
		cmocka_unit_test(test_list_root),
		cmocka_unit_test(test_list_names),
		cmocka_unit_test(test_list_inbox),
		cmocka_unit_test(test_list_marked),
		cmocka_unit_test(test_list_levels),
		cmocka_unit_test(test_cve_2026_33607_list_loops),
		cmocka_unit_test(test_list_many_paths),
		cmocka_unit_test(test_list_permissions),
		cmocka_unit_test(test_cve_2002_1782_list),
		cmocka_unit_test(test_list_namespace),
		cmocka_unit_test(test_scan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
