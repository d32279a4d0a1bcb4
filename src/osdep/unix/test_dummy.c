/*
 * test_dummy.c - LIST, LSUB, SCAN and subscriptions over directories made for
 * it, and the driver of last resort.
 */
#include "test_util.h"

#include <errno.h>
#include <sys/wait.h>

#include "mail.h"
#include "osdep.h"
#include "cc_err.h"
#include "dummy.h"
#include "dummy_pattern.h"
#include "env_state.h"
#include "misc.h"
#include "test_env.h"

/* Attributes as test_callbacks writes them. */
#define NOINF "0x1"
#define NOSEL "0x2"
#define UNMARKED "0x9"   /* with \NoInferiors */
#define MARKED "0x5"     /* with \NoInferiors */
#define PARENT "0x22"    /* \NoSelect \HasChildren */
#define CHILDLESS "0x42" /* \NoSelect \HasNoChildren */
#define INBOX_LINE "- INBOX " NOINF "\n"

static void
begin_with(const char *config)
{
	tmpdir_make(&tmp);
	begin_home(config);
}

static void
begin(void)
{
	begin_with("");
}

static void
empty_file(const char *name)
{
	tmpdir_write(&tmp, name, "", 0);
}

static int
compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Lines in order, since directories have none. */
static void
sort_lines(char *text)
{
	char *lines[256], *copy = strdup(text), *s = copy, *lf;
	size_t n = 0, len = 0;

	for (; n < COUNT(lines) && (lf = strchr(s, '\n')); s = lf + 1) {
		*lf = '\0';
		lines[n++] = s;
	}
	qsort(lines, n, sizeof(lines[0]), compare_lines);
	for (size_t i = 0; i < n; i++) {
		size_t l = strlen(lines[i]);

		memcpy(text + len, lines[i], l);
		text[len + l] = '\n';
		len += l + 1;
	}
	text[len] = '\0';
	free(copy);
}

/* What LIST answers, in order of the alphabet. */
static void
expect_list(const char *ref, const char *pat, const char *want)
{
	test_callbacks_reset();
	dummy_list(NIL, (char *)ref, (char *)pat);
	sort_lines(test_callbacks.listed);
	if (strcmp(test_callbacks.listed, want) != 0)
		fail_msg("LIST \"%s\" \"%s\":\n%swant:\n%s", ref, pat,
		    test_callbacks.listed, want);
}

static void
expect_lsub(const char *ref, const char *pat, const char *want)
{
	test_callbacks_reset();
	dummy_lsub(NIL, (char *)ref, (char *)pat);
	if (strcmp(test_callbacks.lsubbed, want) != 0)
		fail_msg("LSUB \"%s\" \"%s\":\n%swant:\n%s", ref, pat,
		    test_callbacks.lsubbed, want);
}

/* --------------------------------------------------------------- patterns */

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

/* ------------------------------------------------------------------- LIST */

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

/* ------------------------------------------------- LSUB and subscriptions */

static void
write_subscriptions(const char *text)
{
	tmpdir_write(&tmp, "home/.mailboxlist", text, strlen(text));
}

static void
test_lsub(void **state)
{
	(void)state;
	begin();
	expect_lsub("", "*", "");
	write_subscriptions("Work/plans\nINBOX\n#public/news\nWork\n"
			    "a/b/c\na/b/d\n{host}x\ninbox\nWork\nlast");
	expect_lsub("", "*",
	    "/ Work/plans 0x0\n- INBOX 0x1\n/ #public/news 0x0\n/ Work 0x0\n"
	    "/ a/b/c 0x0\n/ a/b/d 0x0\n- inbox 0x1\n/ Work 0x0\n/ last 0x0\n");
	expect_lsub("", "%",
	    "- INBOX 0x1\n/ Work 0x0\n- inbox 0x1\n/ Work 0x0\n"
	    "/ last 0x0\n/ #public 0x2\n/ a 0x2\n");
	expect_lsub("a/", "%", "/ a/b 0x2\n");
	expect_lsub("", "a/b/%", "/ a/b/c 0x0\n/ a/b/d 0x0\n");
	expect_lsub("", "w*", "");
	expect_lsub("", "#public/%", "/ #public/news 0x0\n");
	expect_lsub("", "Work/", "");
	expect_lsub("{host}", "*", "");
	write_subscriptions("a/1\nb/1\na/2\nb/2\na/3\nc/1\nb\nd\n");
	expect_lsub("", "%", "/ b 0x0\n/ d 0x0\n/ a 0x2\n/ c 0x2\n");
	write_subscriptions("a\r\nb\n\nc\n");
	expect_lsub("", "*", "/ a\r 0x0\n/ b 0x0\n/ c 0x0\n");
	end();
}

/* Lines of any length are cut in pieces of 1023 octets. */
static void
test_sm_read(void **state)
{
	char name[MAILTMPLEN], text[5000];
	void *sdb = NIL;

	(void)state;
	begin();
	memset(text, 'x', sizeof(text));
	text[1023] = '\n';
	text[1024 + 1022] = '\n';
	text[4999] = '\0';
	write_subscriptions(text);
	for (int i = 0; i < 4; i++) {
		static const size_t lengths[] = { 1023, 0, 1022, 1023 };

		assert_ptr_equal(sm_read(name, &sdb), name);
		if (i == 1) /* the LF behind a piece ends an empty line */
			assert_int_equal(strlen(name), 0);
		else
			assert_int_equal(strlen(name), lengths[i]);
	}
	while (sm_read(name, &sdb))
		assert_true(strlen(name) <= 1023);
	assert_null(sdb);
	end();
}

static void
test_subscribe(void **state)
{
	struct stat st;
	char name[1200];
	mode_t mode;

	(void)state;
	begin();
	/* Its mode is that of any new file. */
	close(open(tmpdir_path(&tmp, "any"), O_WRONLY | O_CREAT, 0666));
	assert_int_equal(stat(tmpdir_path(&tmp, "any"), &st), 0);
	mode = st.st_mode;
	assert_int_equal(sm_subscribe("a"), LONGT);
	assert_int_equal(stat(tmpdir_path(&tmp, "home/.mailboxlist"), &st), 0);
	assert_int_equal(st.st_mode, mode);
	assert_int_equal(sm_subscribe("inBOX"), LONGT);
	tmpdir_expect(&tmp, "home/.mailboxlist", "a\nINBOX\n");
	assert_int_equal(sm_subscribe("a"), NIL);
	assert_string_equal(test_callbacks.log,
	    "Already subscribed to mailbox a");
	assert_int_equal(sm_subscribe("INBOX"), NIL);
	write_subscriptions("C");
	assert_int_equal(sm_subscribe("d"), LONGT);
	tmpdir_expect(&tmp, "home/.mailboxlist", "C\nd\n");
	assert_int_equal(sm_subscribe(""), NIL);
	assert_int_equal(sm_subscribe("x\ny"), NIL);
	memset(name, 'n', sizeof(name));
	name[1023] = '\0';
	assert_int_equal(sm_subscribe(name), NIL);
	name[1022] = '\0';
	assert_int_equal(sm_subscribe(name), LONGT);
	assert_int_equal(sm_unsubscribe(name), LONGT);
	tmpdir_expect(&tmp, "home/.mailboxlist", "C\nd\n");
	end();
}

static void
test_unsubscribe(void **state)
{
	static const struct {
		const char *before, *name, *after;
		long want;
	} cases[] = {
		{ "a\nb\nc\n", "b", "a\nc\n", LONGT },
		{ "a\nb\nc", "c", "a\nb\n", LONGT },
		{ "a\nb\nc", "a", "b\nc\n", LONGT },
		{ "a\na\nb\na\n", "a", "b\n", LONGT },
		{ "a\n", "a", "", LONGT },
		{ "INBOX\n", "inbox", "", LONGT },
		{ "a\n", "b", "a\n", NIL },
		{ "a\r\n", "a", "a\r\n", NIL },
		{ "ab\n", "a", "ab\n", NIL },
		{ "", "a", "", NIL },
	};

	(void)state;
	begin();
	assert_int_equal(sm_unsubscribe("a"), NIL);
	assert_string_equal(test_callbacks.log, "Not subscribed to mailbox a");
	assert_false(tmpdir_has(&tmp, "home/.mailboxlist"));
	for (size_t i = 0; i < COUNT(cases); i++) {
		write_subscriptions(cases[i].before);
		assert_int_equal(sm_unsubscribe((char *)cases[i].name),
		    cases[i].want);
		tmpdir_expect(&tmp, "home/.mailboxlist", cases[i].after);
	}
	end();
}

/* Sessions that subscribe at once lose nothing. */
static void
test_subscribe_processes(void **state)
{
	enum { PROCESSES = 4, EACH = 20 };
	char name[MAILTMPLEN];
	void *sdb = NIL;
	unsigned n = 0;

	(void)state;
	begin();
	for (int p = 0; p < PROCESSES; p++)
		if (fork() == 0) {
			for (int i = 0; i < EACH; i++) {
				snprintf(name, sizeof(name), "p%d-%d", p, i);
				if (!sm_subscribe(name))
					_exit(1);
				/* The file is replaced all the time. */
				snprintf(name, sizeof(name), "p%d-x", p);
				if (!sm_subscribe(name) ||
				    !sm_unsubscribe(name))
					_exit(2);
			}
			_exit(0);
		}
	for (int p = 0; p < PROCESSES; p++) {
		int status;

		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	while (sm_read(name, &sdb))
		n++;
	assert_int_equal(n, PROCESSES * EACH);
	end();
}

/* ------------------------------------------------------------- the driver */

static void
link_once(void)
{
	static bool linked;

	if (!linked)
		mail_link(&dummydriver);
	linked = true;
}

static void
test_valid(void **state)
{
	static const struct {
		const char *name;
		bool valid;
	} cases[] = {
		{ "INBOX", true },
		{ "inbox", true },
		{ "empty", true },
		{ "full", true },
		{ "dir", true },
		{ "dir/", true },
		{ "none", false },
		{ "fifo", false },
		{ ".cedar", false },
		{ ".cedar/x", false },
		{ "", false },
		{ "{host}x", false },
		{ "#mh/x", false },
	};

	(void)state;
	link_once();
	begin();
	empty_file("home/empty");
	tmpdir_write(&tmp, "home/full", "x", 1);
	tmpdir_mkdir(&tmp, "home/dir");
	tmpdir_mkdir(&tmp, "home/.cedar");
	empty_file("home/.cedar/x");
	assert_int_equal(mkfifo(tmpdir_path(&tmp, "home/fifo"), 0600), 0);
	for (size_t i = 0; i < COUNT(cases); i++)
		if (((*dummydriver.valid)((char *)cases[i].name) != NIL) !=
		    cases[i].valid)
			fail_msg("%s", cases[i].name);
	end();
}

static void
test_open(void **state)
{
	MAILSTREAM *s;

	(void)state;
	link_once();
	begin();
	empty_file("home/empty");
	tmpdir_write(&tmp, "home/full", "x", 1);
	tmpdir_mkdir(&tmp, "home/dir");
	s = mail_open(NIL, "empty", NIL);
	assert_non_null(s);
	assert_int_equal(s->nmsgs, 0);
	assert_int_equal(s->uid_last, 0);
	assert_true(s->uid_validity > 1000000000);
	assert_false(s->rdonly);
	assert_false(s->inbox);
	assert_int_equal(mail_ping(s), LONGT);
	mail_check(s);
	assert_int_equal(mail_expunge(s), LONGT);
	mail_close(s);
	s = mail_open(NIL, "Inbox", NIL);
	assert_non_null(s);
	assert_true(s->inbox);
	assert_int_equal(mail_ping(s), LONGT);
	mail_close(s);
	assert_false(tmpdir_has(&tmp, "spool"));
	assert_null(mail_open(NIL, "dir", NIL));
	assert_null(mail_open(NIL, "full", NIL));
	test_callbacks_reset();
	assert_int_equal(mail_status(NIL, "empty",
			     SA_MESSAGES | SA_UIDNEXT | SA_UNSEEN),
	    LONGT);
	assert_int_equal(test_callbacks.status.messages, 0);
	assert_int_equal(test_callbacks.status.uidnext, 1);
	assert_int_equal(mail_status(NIL, "dir", SA_MESSAGES), NIL);
	end();
}

static void
test_create_delete_rename(void **state)
{
	struct stat st;

	(void)state;
	begin();
	assert_int_equal(dummy_create(NIL, "a"), LONGT);
	assert_int_equal(stat(tmpdir_path(&tmp, "home/a"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(dummy_create(NIL, "a"), NIL);
	assert_non_null(strstr(test_callbacks.log,
	    "Can't create mailbox node "));
	assert_non_null(strstr(test_callbacks.log, "/home/a: File exists"));
	assert_int_equal(dummy_create(NIL, "a/b"), NIL);
	assert_int_equal(dummy_create(NIL, "a/"), NIL);
	assert_int_equal(dummy_create(NIL, "x/y/z"), LONGT);
	assert_int_equal(stat(tmpdir_path(&tmp, "home/x/y"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(dummy_create(NIL, "d/"), LONGT);
	assert_int_equal(stat(tmpdir_path(&tmp, "home/d"), &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_int_equal(dummy_create(NIL, "d/"), NIL);
	assert_int_equal(dummy_create(NIL, "q//r"), NIL);
	assert_int_equal(dummy_create(NIL, "inbox"), NIL);
	assert_string_equal(test_callbacks.log,
	    "Can't create inbox: invalid name");
	assert_int_equal(dummy_create(NIL, ".cedar/x"), NIL);
	assert_int_equal(dummy_create(NIL, ".cedar/"), NIL);
	assert_false(tmpdir_has(&tmp, "home/.cedar"));
	/* Namespaces have their own protections, whatever the umask. */
	tmpdir_mkdir(&tmp, "public");
	mail_parameters(NIL, SET_PUBLICHOME,
	    (void *)tmpdir_path(&tmp, "public"));
	assert_int_equal(dummy_create(NIL, "#public/n/m"), LONGT);
	assert_int_equal(stat(tmpdir_path(&tmp, "public/n"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0777);
	assert_int_equal(stat(tmpdir_path(&tmp, "public/n/m"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0666);
	/* Renaming, never over another. */
	assert_int_equal(dummy_rename(NIL, "a", "x/y/z"), NIL);
	assert_true(tmpdir_has(&tmp, "home/a"));
	assert_int_equal(dummy_rename(NIL, "a", "new/place/a"), LONGT);
	assert_true(tmpdir_has(&tmp, "home/new/place/a"));
	assert_int_equal(dummy_rename(NIL, "a", "b"), NIL);
	assert_int_equal(dummy_rename(NIL, "x/", "y"), LONGT);
	assert_true(tmpdir_has(&tmp, "home/y/y/z"));
	assert_int_equal(dummy_rename(NIL, "y", ".cedar"), NIL);
	assert_int_equal(dummy_rename(NIL, "y", "INBOX"), NIL);
	/* Deleting. */
	assert_int_equal(dummy_delete(NIL, "y"), NIL);
	assert_int_equal(dummy_delete(NIL, "y/y/z"), LONGT);
	assert_int_equal(dummy_delete(NIL, "y/y/"), LONGT);
	assert_int_equal(dummy_delete(NIL, "y"), LONGT);
	assert_false(tmpdir_has(&tmp, "home/y"));
	assert_int_equal(dummy_delete(NIL, "none"), NIL);
	assert_int_equal(dummy_delete(NIL, ".cedar"), NIL);
	end();
}

/* With several drivers linked a name is told once, through a stream of
 * whichever driver or without. */
static void
test_list_once(void **state)
{
	static const char *const names[] = { "empty", "INBOX" };
	MAILSTREAM *s;

	(void)state;
	link_once();
	mail_link(&unixdriver);
	begin();
	empty_file("home/empty");
	write_subscriptions("empty\n");
	for (size_t i = 0; i <= COUNT(names); i++) {
		s = i < COUNT(names) ? mail_open(NIL, (char *)names[i], NIL)
				     : NIL;
		test_callbacks_reset();
		mail_list(s, NIL, "e%");
		assert_string_equal(test_callbacks.listed,
		    "/ empty " UNMARKED "\n");
		mail_lsub(s, NIL, "e%");
		assert_string_equal(test_callbacks.lsubbed, "/ empty 0x0\n");
		if (s)
			mail_close(s);
	}
	test_callbacks_reset();
	(*unixdriver.list)(&unixproto, NIL, "e%");
	assert_string_equal(test_callbacks.listed, "/ empty " UNMARKED "\n");
	end();
}

static void
test_driver_subscribe(void **state)
{
	(void)state;
	begin();
	tmpdir_mkdir(&tmp, "home/dir");
	empty_file("home/file");
	assert_int_equal((*dummydriver.subscribe)(NIL, "file"), LONGT);
	assert_int_equal(test_callbacks.notifies, 0);
	assert_int_equal((*dummydriver.subscribe)(NIL, "dir"), LONGT);
	assert_string_equal(test_callbacks.notify,
	    "CLIENT BUG DETECTED: subscribe of non-mailbox directory dir");
	assert_int_equal((*dummydriver.subscribe)(NIL, "INBOX"), NIL);
	assert_int_equal((*dummydriver.subscribe)(NIL, "none"), NIL);
	empty_file("spool");
	assert_int_equal((*dummydriver.subscribe)(NIL, "INBOX"), LONGT);
	tmpdir_expect(&tmp, "home/.mailboxlist", "file\ndir\nINBOX\n");
	end();
}

static long
no_message(MAILSTREAM *stream, void *data, char **flags, char **date,
    STRING **message)
{
	(void)stream;
	(void)data;
	(void)flags;
	(void)date;
	*message = NIL;
	return LONGT;
}

static void
test_append(void **state)
{
	(void)state;
	begin_with("set empty-mailbox-format invalid\n");
	assert_int_equal((*dummydriver.append)(NIL, "none", no_message, NIL),
	    NIL);
	assert_string_equal(test_callbacks.notify,
	    "[TRYCREATE] Must create mailbox before append");
	empty_file("home/empty");
	assert_int_equal((*dummydriver.append)(NIL, "empty", no_message, NIL),
	    NIL);
	assert_non_null(strstr(test_callbacks.log,
	    "Can't append - not in valid mailbox format: "));
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
		cmocka_unit_test(test_lsub),
		cmocka_unit_test(test_sm_read),
		cmocka_unit_test(test_subscribe),
		cmocka_unit_test(test_unsubscribe),
		cmocka_unit_test(test_subscribe_processes),
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_create_delete_rename),
		cmocka_unit_test(test_driver_subscribe),
		cmocka_unit_test(test_append),
		cmocka_unit_test(test_list_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
