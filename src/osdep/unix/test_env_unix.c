/*
 * test_env_unix.c - the environment: home, paths, configuration applied,
 * parameters, protections.
 */
#include "test_util.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "mail.h"
#include "osdep.h"
#include "cc_err.h"
#include "env_state.h"
#include "misc.h"
#include "privdir.h"
#include "tempfile.h"
#include "test_env.h"

/* Begins anew with this system configuration, the user ann, and the test's
 * directory as home. */
static void
begin(const char *config)
{
	tmpdir_make(&tmp);
	begin_env(config);
}

static void
init(void)
{
	assert_int_equal(env_init("ann", tmp.path), LONGT);
}

static void
expect_path(const char *name, const char *dir, const char *rest)
{
	char want[MAILTMPLEN], got[MAILTMPLEN];

	snprintf(want, sizeof(want), "%s%s", dir, rest);
	assert_ptr_equal(mailboxfile(got, (char *)name), got);
	assert_string_equal(got, want);
}

static void
test_defaults(void **state)
{
	unsigned long flags = 99;
	char dst[MAILTMPLEN];

	(void)state;
	begin("");
	init();
	assert_string_equal(myusername_full(&flags), "ann");
	assert_int_equal(flags, MU_LOGGEDIN);
	assert_string_equal(myhomedir(), tmp.path);
	assert_string_equal(sysinbox(), "/var/mail/ann");
	assert_ptr_equal(mailboxfile(dst, "inbox"), dst);
	assert_string_equal(dst, "");
	expect_path("a", tmp.path, "/a");
	assert_null(mailboxfile(dst, ".cedar/x"));
	assert_null(mailboxfile(dst, ""));
	assert_null(mailboxfile(dst, NIL));
	assert_ptr_equal(mailboxdir(dst, NIL, NIL), dst);
	assert_string_equal(dst, tmp.path);
	assert_ptr_equal(mailboxdir(dst, "a", "b"), dst);
	assert_string_equal(dst + strlen(tmp.path), "/a/b");
	assert_ptr_equal(mailboxdir(dst, "a/", NIL), dst);
	assert_string_equal(dst + strlen(tmp.path), "/a/");
	assert_ptr_equal(mailboxdir(dst, NIL, "b"), dst);
	assert_string_equal(dst + strlen(tmp.path), "/b");
	assert_string_equal((char *)mail_parameters(NIL, GET_NEWSRC, NIL) +
		strlen(tmp.path),
	    "/.newsrc");
	assert_int_equal((long)mail_parameters(NIL, GET_DISABLEPLAINTEXT, NIL),
	    2);
	assert_int_equal((long)mail_parameters(NIL, GET_SANDBOX, NIL), 1);
	assert_int_equal((long)mail_parameters(NIL, GET_LOCKTIMEOUT, NIL), 5);
	assert_true(TEST_IS_FATAL(env_init("ann", tmp.path)));
	end();
}

static void
test_home_slashes(void **state)
{
	char home[128];

	(void)state;
	begin("");
	snprintf(home, sizeof(home), "%s//", tmp.path);
	assert_int_equal(env_init("ann", home), LONGT);
	expect_path("a", tmp.path, "/a");
	end();
	begin("");
	assert_int_equal(env_init("ann", "/"), LONGT);
	expect_path("a", "", "/a");
	end();
}

static void
test_subdirectory(void **state)
{
	(void)state;
	begin("set mail-subdirectory Mail/sub\n");
	init();
	expect_path("a", tmp.path, "/Mail/sub/a");
	expect_path("~/INBOX", tmp.path, "/Mail/sub/INBOX");
	assert_string_equal(sysinbox(), "/var/mail/ann");
	end();
}

static void
test_set_early(void **state)
{
	(void)state;
	begin("");
	mail_parameters(NIL, SET_HOMEDIR, "/home/early");
	mail_parameters(NIL, SET_USERNAME, "early");
	mail_parameters(NIL, SET_SYSINBOX, "/spool/early");
	expect_path("a", "/home/early", "/a");
	assert_string_equal(sysinbox(), "/spool/early");
	assert_string_equal(myusername(), "early");
	/* A new home moves the mailbox directory. */
	mail_parameters(NIL, SET_HOMEDIR, "/home/late");
	expect_path("a", "/home/late", "/a");
	end();
}

static void
test_blocked(void **state)
{
	(void)state;
	begin("set hide-dot-files 1\n");
	mail_parameters(NIL, SET_BLOCKENVINIT, VOIDT);
	init();
	init();
	assert_null(mail_parameters(NIL, GET_USERNAME, NIL));
	assert_null(mail_parameters(NIL, GET_HIDEDOTFILES, NIL));
	mail_parameters(NIL, SET_BLOCKENVINIT, NIL);
	end();
}

static void
test_unprivileged(void **state)
{
	unsigned long flags;

	(void)state;
	begin("");
	if (geteuid() == 0) {
		assert_string_equal(myusername_full(&flags), "root");
		assert_int_equal(flags, MU_NOTLOGGEDIN);
	}
	end();
}

/* $HOME of a program that runs as a user: a directory, or not believed. */
static void
test_home_variable(void **state)
{
	static const struct {
		const char *home; /* "=": the test's directory */
		bool believed;
	} cases[] = {
		{ "=", true },
		{ "/no/such/dir", false },
		{ "relative", false },
		{ "", false },
	};
	char *saved = getenv("HOME") ? strdup(getenv("HOME")) : NULL;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		begin("");
		setenv("HOME",
		    strcmp(cases[i].home, "=") == 0 ? tmp.path : cases[i].home,
		    1);
		env_init(NIL, NIL);
		assert_int_equal(strcmp(myhomedir(), tmp.path) == 0,
		    cases[i].believed);
		assert_int_equal(*myhomedir(), '/');
		end();
	}
	if (saved)
		setenv("HOME", saved, 1);
	free(saved);
}

/* ---------------------------------------------------------- configuration */

static void
test_directives(void **state)
{
	char **paths;

	(void)state;
	begin("I accept the risk\n"
	      "set mailbox-protection 416\n"
	      "set directory-protection 0750\n"
	      "set list-maximum-level 3\n"
	      "set hide-dot-files 1\n"
	      "set from-widget header-only\n"
	      "set disable-lock-warning 1\n"
	      "set restrict-mailbox-access root\n"
	      "set restrict-mailbox-access otherusers\n"
	      "set anonymous-home-directory /one\n"
	      "set anonymous-home-directory /two\n"
	      "set plaintext-allowed-clients localhost\n"
	      "set disable-plaintext 0\n"
	      "set plaintext-allowed-clients otherhost\n"
	      "set black-box-default-home-directory /nowhere\n"
	      "set system-inbox /spool/here\n"
	      "set sandbox 0\n"
	      "set sandbox-path /a\n"
	      "set sandbox-path /b c\n"
	      "set certificate-directory /certs\n"
	      "set key-directory /keys\n"
	      "set pam-session 1\n"
	      "set idle-fake-mail 1\n"
	      "set status-complaint 0\n"
	      "set netscape-account-url http://here/\n"
	      "set allowed-login-attempts 7\n"
	      "set local-host mail.example.org\n"
	      "set ftp-export-directory /f\n"
	      "set public-home-directory /p\n"
	      "set shared-home-directory /s\n");
	init();
	assert_int_equal((long)mail_parameters(NIL, GET_MBXPROTECTION, NIL),
	    0640);
	assert_int_equal((long)mail_parameters(NIL, GET_DIRPROTECTION, NIL),
	    0750);
	assert_int_equal((long)mail_parameters(NIL, GET_LISTMAXLEVEL, NIL), 3);
	assert_non_null(mail_parameters(NIL, GET_HIDEDOTFILES, NIL));
	assert_null(mail_parameters(NIL, GET_FROMWIDGET, NIL));
	assert_null(mail_parameters(NIL, GET_LOCKEACCESERROR, NIL));
	assert_int_equal((long)mail_parameters(NIL, GET_RESTRICTIONS, NIL),
	    RESTRICTROOT | RESTRICTOTHERUSER);
	assert_string_equal(mail_parameters(NIL, GET_ANONYMOUSHOME, NIL),
	    "/one");
	assert_string_equal(mail_parameters(NIL, GET_PLAINTEXTCLIENTS, NIL),
	    "localhost");
	assert_null(mail_parameters(NIL, GET_BLACKBOXDEFAULTHOME, NIL));
	assert_string_equal(sysinbox(), "/spool/here");
	assert_int_equal((long)mail_parameters(NIL, GET_SANDBOX, NIL), 0);
	assert_int_equal(cc_env()->idle_fake_mail, 1);
	assert_int_equal(cc_env()->status_complaint, 0);
	assert_string_equal(cc_env()->netscape_url, "http://here/");
	paths = mail_parameters(NIL, GET_SANDBOXPATHS, NIL);
	assert_string_equal(paths[0], "/a");
	assert_string_equal(paths[1], "/b c");
	assert_null(paths[2]);
	assert_string_equal(mail_parameters(NIL, GET_CERTIFICATEDIR, NIL),
	    "/certs");
	assert_string_equal(mail_parameters(NIL, GET_KEYDIR, NIL), "/keys");
	assert_int_equal((long)mail_parameters(NIL, GET_PAMSESSION, NIL), 1);
	assert_int_equal((long)mail_parameters(NIL, GET_LOGINATTEMPTS, NIL), 7);
	assert_int_equal((long)mail_parameters(NIL, GET_DISABLEPLAINTEXT, NIL),
	    0);
	assert_string_equal(mylocalhost(), "mail.example.org");
	expect_path("#ftp/x", "/f", "/x");
	expect_path("#public/x", "/p", "/x");
	expect_path("#shared/x", "/s", "/x");
	end();
}

/* A file of the greatest size counts whole; of a larger one only the lines that
 * were read whole do. */
static void
test_size_of_the_file(void **state)
{
	static const char last[] = "\nset hide-dot-files 1\n";
	const size_t len = sizeof(last) - 1;

	(void)state;
	for (size_t more = 0; more < 2; more++) {
		size_t size = CC_CONFIG_FILE + more;
		char *text = malloc(size);

		begin("");
		memset(text, '\n', size);
		memcpy(text, "set mailbox-protection 416", 26);
		memcpy(text + size - len, last, len);
		tmpdir_write(&tmp, "config", text, size);
		free(text);
		init();
		assert_int_equal((long)mail_parameters(NIL, GET_MBXPROTECTION,
				     NIL),
		    416);
		assert_int_equal(cc_env()->hide_dot_files, !more);
		end();
	}
}

static void
test_keywords(void **state)
{
	MAILSTREAM stream = { .nmsgs = 0 };
	char text[2048], *s = text;

	(void)state;
	begin("set keywords Work, Later\nset keywords Other\n");
	init();
	user_flags(&stream);
	assert_string_equal(stream.user_flags[0], "Work");
	assert_string_equal(stream.user_flags[1], "Later");
	assert_null(stream.user_flags[2]);
	assert_string_equal(default_user_flag(1), "Later");
	assert_null(default_user_flag(2));
	assert_null(default_user_flag(1000));
	fs_give((void **)&stream.user_flags[0]);
	fs_give((void **)&stream.user_flags[1]);
	end();
	/* 50 octets are a name; with 51 the list ends: the places of keywords
	 * in mtx and tenex mailboxes depend on it. */
	snprintf(text, sizeof(text), "set keywords A, %050d, %051d, B\n", 1, 2);
	begin(text);
	init();
	assert_string_equal(default_user_flag(0), "A");
	assert_int_equal(strlen(default_user_flag(1)), 50);
	assert_null(default_user_flag(2));
	end();
	/* 30 of them at most. */
	s += snprintf(s, 20, "set keywords");
	for (int i = 0; i < 31; i++)
		s += snprintf(s, 20, " k%d", i);
	snprintf(s, 20, "\n");
	begin(text);
	init();
	assert_string_equal(default_user_flag(29), "k29");
	assert_null(default_user_flag(30));
	end();
}

static void
write_user_files(void)
{
	static const char imaprc[] = "set hide-dot-files 1\n"
				     "set sandbox 0\n"
				     "set restrict-mailbox-access none\n"
				     "set mailbox-protection 420\n";
	static const char mminit[] = "set keywords Mine\nset prefetch 1\n";

	tmpdir_write(&tmp, ".imaprc", imaprc, sizeof(imaprc) - 1);
	tmpdir_write(&tmp, ".mminit", mminit, sizeof(mminit) - 1);
}

static void
test_user_files(void **state)
{
	(void)state;
	begin("set mailbox-protection 416\n");
	write_user_files();
	init();
	assert_null(mail_parameters(NIL, GET_HIDEDOTFILES, NIL));
	assert_null(default_user_flag(0));
	end();
	begin("set mailbox-protection 416\nset allow-user-config 1\n");
	write_user_files();
	init();
	assert_non_null(mail_parameters(NIL, GET_HIDEDOTFILES, NIL));
	assert_string_equal(default_user_flag(0), "Mine");
	assert_int_equal((long)mail_parameters(NIL, GET_MBXPROTECTION, NIL),
	    0644);
	assert_int_equal((long)mail_parameters(NIL, GET_SANDBOX, NIL), 1);
	end();
	/* A FIFO for a file keeps nobody waiting. */
	begin("set allow-user-config 1\n");
	assert_int_equal(mkfifo(tmpdir_path(&tmp, ".imaprc"), 0600), 0);
	init();
	end();
}

/* Where the administrator restricts names, a file that the user can write
 * (through IMAP, too) does not loosen that. */
static void
test_user_files_restricted(void **state)
{
	static const char imaprc[] = "set ftp-export-directory /\n"
				     "set public-home-directory /\n"
				     "set shared-home-directory /\n"
				     "set mail-subdirectory ../..\n"
				     "set system-inbox /etc/passwd\n"
				     "set hide-dot-files 1\n";
	char dst[MAILTMPLEN];

	(void)state;
	for (int restricted = 0; restricted <= 1; restricted++) {
		begin(restricted ? "set allow-user-config 1\n"
				   "set restrict-mailbox-access root\n"
				 : "set allow-user-config 1\n");
		cc_env()->no_auto_shared = 1;
		tmpdir_write(&tmp, ".imaprc", imaprc, sizeof(imaprc) - 1);
		init();
		assert_non_null(mail_parameters(NIL, GET_HIDEDOTFILES, NIL));
		assert_int_equal(strcmp(sysinbox(), "/etc/passwd") == 0,
		    !restricted);
		assert_int_equal(mailboxfile(dst, "#ftp/x") != NIL,
		    !restricted);
		assert_int_equal(mailboxfile(dst, "#public/x") != NIL,
		    !restricted);
		assert_int_equal(mailboxfile(dst, "#shared/x") != NIL,
		    !restricted);
		assert_non_null(mailboxfile(dst, "x"));
		assert_int_equal(strstr(dst, "..") != NULL, !restricted);
		end();
	}
}

static void
test_black_box(void **state)
{
	char config[512];
	char dst[MAILTMPLEN];

	(void)state;
	for (int has_box = 0; has_box <= 1; has_box++) {
		begin("");
		tmpdir_mkdir(&tmp, "box");
		tmpdir_mkdir(&tmp, "default");
		if (has_box)
			tmpdir_mkdir(&tmp, "box/ann");
		snprintf(config, sizeof(config),
		    "set black-box-directory %s/box\n"
		    "set black-box-default-home-directory %s/default\n",
		    tmp.path, tmp.path);
		tmpdir_write(&tmp, "config", config, strlen(config));
		init();
		expect_path("x", tmp.path,
		    has_box ? "/box/ann/x" : "/default/x");
		expect_path("Inbox", tmp.path,
		    has_box ? "/box/ann/INBOX" : "/default/INBOX");
		expect_path("/bob/x", tmp.path, "/box/bob/x");
		assert_null(mailboxfile(dst, "../bob/x"));
		assert_ptr_equal(mailboxfile(dst, "INBOX"), dst);
		assert_string_equal(sysinbox(), dst);
		end();
	}
	begin("set black-box-directory /no/such/box\n");
	assert_true(TEST_IS_FATAL(init()));
	assert_string_equal(test_callbacks.fatal, "no home");
	end();
}

/* A user name is no path. */
static void
check_black_box_user(const char *user)
{
	char config[512];

	begin("");
	tmpdir_mkdir(&tmp, "box");
	tmpdir_mkdir(&tmp, "box/a");
	snprintf(config, sizeof(config), "set black-box-directory %s/box\n",
	    tmp.path);
	tmpdir_write(&tmp, "config", config, strlen(config));
	assert_true(TEST_IS_FATAL(env_init((char *)user, NIL)));
	end();
}

static void
test_black_box_user(void **state)
{
	static const char *const users[] = { "..", ".", "a/../..", "../etc" };

	(void)state;
	for (size_t i = 0; i < COUNT(users); i++)
		check_black_box_user(users[i]);
}

static void
test_anonymous(void **state)
{
	unsigned long flags;
	char config[512];
	char dst[MAILTMPLEN];

	(void)state;
	begin("");
	snprintf(config, sizeof(config),
	    "set anonymous-home-directory %s\nset allow-user-config 1\n",
	    tmp.path);
	tmpdir_write(&tmp, "config", config, strlen(config));
	write_user_files();
	assert_int_equal(env_init("nobody", NIL), LONGT);
	assert_string_equal(myusername_full(&flags), "nobody");
	assert_int_equal(flags, MU_ANONYMOUS);
	assert_string_equal(myhomedir(), tmp.path);
	expect_path("INBOX", tmp.path, "/INBOX");
	assert_null(mailboxfile(dst, "/etc/passwd"));
	assert_null(mailboxfile(dst, "~root/x"));
	assert_null(mail_parameters(NIL, GET_HIDEDOTFILES, NIL));
	assert_int_equal(cc_privdir_open(), CC_EACCESS);
	assert_false(tmpdir_has(&tmp, ".cedar"));
	end();
}

/* ------------------------------------------------------------- namespaces */

static void
expect_namespaces(const char *want)
{
	NAMESPACE **n = mail_parameters(NIL, GET_NAMESPACE, NIL);
	struct strbuf got;

	cc_strbuf_init(&got, 4096);
	for (int i = 0; i < 3; i++) {
		for (NAMESPACE *s = n[i]; s; s = s->next)
			cc_strbuf_printf(&got, "%s:%c ", s->name,
			    s->delimiter ? s->delimiter : '-');
		cc_strbuf_putc(&got, '|');
	}
	assert_string_equal(cc_strbuf_str(&got), want);
	cc_strbuf_free(&got);
}

static void
test_namespaces(void **state)
{
	static const struct {
		const char *config, *want;
	} cases[] = {
		{ "", ":/ |~:/ |#shared/:/ #ftp/:/ #public/:/ |" },
		{ "set limited-advertise 1\n", ":/ ||#shared/:/ #public/:/ |" },
		{ "set advertise-the-world 1\n",
		    ":/ |~:/ |/:/ #shared/:/ #ftp/:/ #public/:/ |" },
		{ "set restrict-mailbox-access otherusers\n",
		    ":/ ||#shared/:/ #ftp/:/ #public/:/ |" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		begin(cases[i].config);
		init();
		expect_namespaces(cases[i].want);
		expect_namespaces(cases[i].want);
		end();
	}
	begin("");
	cc_env()->closed_box = true;
	init();
	expect_namespaces(":/ |||");
	end();
	begin("");
	env_init("nobody", NIL);
	expect_namespaces("||#ftp/:/ #public/:/ |");
	end();
}

/* ------------------------------------------------------------ protections */

static void
test_protections(void **state)
{
	static const struct {
		char *name;
		mode_t file, dir, setgid_dir;
	} cases[] = {
		{ "a", 0600, 0700, 02700 },
		{ "#ftp/a", 0644, 0755, 02755 },
		{ "#public/a", 0666, 0777, 02777 },
		{ "#shared/a", 0660, 0770, 02770 },
		{ "/srv/ftp/a", 0600, 0700, 02700 },
	};
	struct stat st;

	(void)state;
	begin("");
	init();
	tmpdir_write(&tmp, "file", "", 0);
	tmpdir_mkdir(&tmp, "dir");
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(get_dir_protection(cases[i].name),
		    cases[i].dir);
		assert_int_equal(set_mbx_protections(cases[i].name,
				     (char *)tmpdir_path(&tmp, "file")),
		    LONGT);
		assert_int_equal(stat(tmp.name, &st), 0);
		assert_int_equal(st.st_mode & 07777, cases[i].file);
		for (int setgid = 0; setgid <= 1; setgid++) {
			const char *dir = tmpdir_path(&tmp, "dir");

			assert_int_equal(chmod(dir, setgid ? 02700 : 0700), 0);
			set_mbx_protections(cases[i].name, (char *)dir);
			assert_int_equal(stat(dir, &st), 0);
			assert_int_equal(st.st_mode & 07777,
			    setgid ? cases[i].setgid_dir : cases[i].dir);
		}
	}
	set_mbx_protections("a", (char *)tmpdir_path(&tmp, "none"));
	end();
}

/* ------------------------------------------- private directory, temp files */

static void
test_private_directory(void **state)
{
	struct stat st;
	int fd;

	(void)state;
	begin("");
	init();
	fd = cc_privdir_open();
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	close(fd);
	/* Opened to others by mistake: closed again. */
	assert_int_equal(chmod(tmpdir_path(&tmp, ".cedar"), 0755), 0);
	fd = cc_privdir_open();
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	close(fd);
	/* Not ours. */
	if (geteuid() == 0) {
		assert_int_equal(chown(tmpdir_path(&tmp, ".cedar"), 12345, 0),
		    0);
		assert_int_equal(cc_privdir_open(), CC_EACCESS);
	}
	assert_int_equal(rmdir(tmpdir_path(&tmp, ".cedar")), 0);
	/* No directory. */
	assert_int_equal(symlink("/tmp", tmpdir_path(&tmp, ".cedar")), 0);
	assert_int_equal(cc_privdir_open(), CC_EACCESS);
	unlink(tmp.name);
	tmpdir_write(&tmp, ".cedar", "", 0);
	assert_int_equal(cc_privdir_open(), CC_EACCESS);
	assert_int_equal(cc_privdir_open_in("/no/such/home"), CC_ENOENT);
	end();
}

static void
test_tempfile(void **state)
{
	struct tempfile t;
	struct stat st;
	char left[64];
	int dir;

	(void)state;
	begin("");
	dir = open(tmp.path, O_RDONLY | O_DIRECTORY);
	assert_int_equal(cc_tempfile_replace(dir, "x", 0640, cc_span_z("one")),
	    0);
	tmpdir_expect(&tmp, "x", "one");
	assert_int_equal(stat(tmpdir_path(&tmp, "x"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(cc_tempfile_replace(dir, "x", 0600, cc_span_z("")), 0);
	tmpdir_expect(&tmp, "x", "");
	/* Given up: as if it had not begun. */
	assert_int_equal(cc_tempfile_begin(&t, dir, "x", 0600), 0);
	assert_int_equal(cc_tempfile_write(&t, cc_span_z("two")), 0);
	cc_tempfile_abort(&t);
	cc_tempfile_abort(&t);
	tmpdir_expect(&tmp, "x", "");
	/* What a killed writer left is in nobody's way. */
	snprintf(left, sizeof(left), "x.%ld.new", (long)gettid());
	assert_false(tmpdir_has(&tmp, left));
	tmpdir_write(&tmp, left, "garbage", 7);
	assert_int_equal(cc_tempfile_replace(dir, "x", 0600, cc_span_z("3")),
	    0);
	tmpdir_expect(&tmp, "x", "3");
	assert_false(tmpdir_has(&tmp, left));
	/* A directory in the way of the name. */
	tmpdir_mkdir(&tmp, "d");
	assert_true(cc_tempfile_replace(dir, "d", 0600, cc_span_z("4")) < 0);
	snprintf(left, sizeof(left), "d.%ld.new", (long)gettid());
	assert_false(tmpdir_has(&tmp, left));
	close(dir);
	end();
}

/* -------------------------------------------------------------- the rest */

static void
test_dates(void **state)
{
	char date[MAILTMPLEN];
	struct tm local;
	time_t now;

	(void)state;
	begin("");
	setenv("TZ", "Test-05:30", 1);
	tzset();
	rfc822_date(date);
	assert_non_null(strstr(date, " +0530 (Test)"));
	assert_int_equal(date[3], ',');
	now = time(NULL);
	snprintf(date, sizeof(date), "x");
	rfc822_timezone(date, localtime_r(&now, &local));
	assert_string_equal(date, "x (Test)");
	mail_parameters(NIL, SET_DISABLE822TZTEXT, VOIDT);
	rfc822_date(date);
	assert_null(strchr(date, '('));
	rfc822_fixed_date(date);
	assert_int_equal(strlen(date), 26);
	internal_date(date);
	assert_int_equal(strlen(date), 26);
	assert_int_equal(date[2], '-');
	assert_string_equal(date + 20, " +0530");
	setenv("TZ", "West+03:15", 1);
	tzset();
	internal_date(date);
	assert_string_equal(date + 20, " -0315");
	unsetenv("TZ");
	tzset();
	end();
}

static void
test_match(void **state)
{
	(void)state;
	assert_int_equal(pmatch_full((unsigned char *)"a/b",
			     (unsigned char *)"a%", '/'),
	    NIL);
	assert_int_equal(pmatch_full((unsigned char *)"a/b",
			     (unsigned char *)"a*", '/'),
	    LONGT);
	assert_int_equal(pmatch((unsigned char *)"a/b", (unsigned char *)"a%"),
	    LONGT);
	assert_int_equal(dmatch((unsigned char *)"a/", (unsigned char *)"%/b",
			     '/'),
	    LONGT);
	assert_int_equal(dmatch((unsigned char *)"a/", (unsigned char *)"%",
			     '/'),
	    NIL);
}

static void
test_children(void **state)
{
	int status = 0;
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		_exit(7);
	grim_pid_reap_status(pid, 0, &status);
	assert_int_equal(WEXITSTATUS(status), 7);
	pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	grim_pid_reap(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), -1);
	assert_int_equal(errno, ECHILD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_home_slashes),
		cmocka_unit_test(test_subdirectory),
		cmocka_unit_test(test_set_early),
		cmocka_unit_test(test_blocked),
		cmocka_unit_test(test_unprivileged),
		cmocka_unit_test(test_home_variable),
		cmocka_unit_test(test_directives),
		cmocka_unit_test(test_size_of_the_file),
		cmocka_unit_test(test_keywords),
		cmocka_unit_test(test_user_files),
		cmocka_unit_test(test_user_files_restricted),
		cmocka_unit_test(test_black_box),
		cmocka_unit_test(test_black_box_user),
		cmocka_unit_test(test_anonymous),
		cmocka_unit_test(test_namespaces),
		cmocka_unit_test(test_protections),
		cmocka_unit_test(test_private_directory),
		cmocka_unit_test(test_tempfile),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_match),
		cmocka_unit_test(test_children),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
