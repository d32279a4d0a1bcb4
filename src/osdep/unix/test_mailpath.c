/*
 * test_mailpath.c - every row of the name rules: what is refused, and which
 * path a name means, for each kind of user.
 */
#include "test_util.h"

#include "cc_err.h"
#include "cc_limits.h"
#include "fs.h"
#include "mailpath.h"

static int
user_home(struct span user, struct strbuf *home_r)
{
	if (cc_span_is(user, "bob"))
		cc_strbuf_puts(home_r, "/home/bob");
	else if (cc_span_is(user, "root"))
		cc_strbuf_puts(home_r, "/");
	else
		return CC_ENOENT;
	return cc_strbuf_status(home_r);
}

#define COMMON                                                                 \
	.mail_dir = "/home/ann", .sysinbox = "/var/mail/ann",                  \
	.ftp_home = "/srv/ftp", .public_home = "/srv/public",                  \
	.shared_home = "/srv/shared", .user_home = user_home

static const struct mailpath_rules plain = { COMMON };
static const struct mailpath_rules subdir = {
	COMMON,
	.mail_subdir = "Mail",
};
static const struct mailpath_rules no_root = {
	COMMON,
	.restrictions = MAILPATH_NO_ROOT,
};
static const struct mailpath_rules no_others = {
	COMMON,
	.restrictions = MAILPATH_NO_OTHERUSERS,
};
static const struct mailpath_rules no_all = {
	COMMON,
	.restrictions = ~0u,
};
static const struct mailpath_rules boxed = {
	COMMON,
	.black_box = "/box",
	.own_inbox = true,
};
static const struct mailpath_rules boxed_alone = {
	COMMON,
	.black_box = "/box",
	.own_inbox = true,
	.restrictions = MAILPATH_NO_OTHERUSERS,
};
static const struct mailpath_rules jail = {
	.mail_dir = "/",
	.sysinbox = "INBOX",
	.own_inbox = true,
	.closed_box = true,
	.user_home = user_home,
};
static const struct mailpath_rules anonymous = {
	COMMON,
	.own_inbox = true,
	.anonymous = true,
};
static const struct mailpath_rules bare = {
	.mail_dir = "/home/ann",
	.sysinbox = "/var/mail/ann",
	.user_home = user_home,
};

static const struct {
	const struct mailpath_rules *rules;
	const char *name;
	int want;
	const char *path;
} cases[] = {
	/* Plain names. */
	{ &plain, "a", 0, "/home/ann/a" },
	{ &plain, "a/b", 0, "/home/ann/a/b" },
	{ &plain, "a/", 0, "/home/ann/a/" },
	{ &plain, "a//b", 0, "/home/ann/a//b" },
	{ &plain, "a/../b", 0, "/home/ann/a/../b" },
	{ &plain, "a..b", 0, "/home/ann/a..b" },
	{ &plain, " *%\\\"\001", 0, "/home/ann/ *%\\\"\001" },
	{ &plain, "", CC_EINVAL, NULL },
	{ &plain, "a\rb", CC_EINVAL, NULL },
	{ &plain, "a\n", CC_EINVAL, NULL },
	{ &plain, "{host}x", CC_EINVAL, NULL },
	/* INBOX. */
	{ &plain, "INBOX", 0, "" },
	{ &plain, "inBox", 0, "" },
	{ &plain, "INBOX/", 0, "/home/ann/INBOX/" },
	{ &plain, "INBOX/sub", 0, "/home/ann/INBOX/sub" },
	{ &plain, "INBOXX", 0, "/home/ann/INBOXX" },
	{ &plain, "~/INBOX", 0, "/home/ann/INBOX" },
	{ &boxed, "inbox", 0, "/home/ann/INBOX" },
	{ &jail, "inbox", 0, "/INBOX" },
	{ &anonymous, "inbox", 0, "/home/ann/INBOX" },
	/* ~ */
	{ &plain, "~", 0, "/home/ann" },
	{ &plain, "~/", 0, "/home/ann/" },
	{ &plain, "~/a/b", 0, "/home/ann/a/b" },
	{ &plain, "~bob", 0, "/home/bob" },
	{ &plain, "~bob/", 0, "/home/bob/" },
	{ &plain, "~bob/x", 0, "/home/bob/x" },
	{ &plain, "~bob/inbox", 0, "/home/bob/INBOX" },
	{ &plain, "~root/x", 0, "/x" },
	{ &plain, "~root", 0, "/" },
	{ &plain, "~nobodysuch/x", CC_ENOENT, NULL },
	{ &subdir, "~bob/x", 0, "/home/bob/Mail/x" },
	{ &subdir, "~bob", 0, "/home/bob/Mail" },
	{ &subdir, "~root/x", 0, "/Mail/x" },
	/* / */
	{ &plain, "/", 0, "/" },
	{ &plain, "/etc/passwd", 0, "/etc/passwd" },
	{ &plain, "/a//b/../c", 0, "/a//b/../c" },
	/* Namespaces. */
	{ &plain, "#ftp/a", 0, "/srv/ftp/a" },
	{ &plain, "#FTP/a", 0, "/srv/ftp/a" },
	{ &plain, "#ftp/inbox", 0, "/srv/ftp/inbox" },
	{ &plain, "#ftp/", 0, "/srv/ftp/" },
	{ &plain, "#public/a", 0, "/srv/public/a" },
	{ &plain, "#PUBLIC/inbox", 0, "/srv/public/INBOX" },
	{ &plain, "#shared/a/b", 0, "/srv/shared/a/b" },
	{ &plain, "#Shared/InBox", 0, "/srv/shared/INBOX" },
	{ &plain, "#public", CC_EINVAL, NULL },
	{ &plain, "#mh/a", CC_EINVAL, NULL },
	{ &plain, "#mhinbox", CC_EINVAL, NULL },
	{ &plain, "#news.a", CC_EINVAL, NULL },
	{ &plain, "#", CC_EINVAL, NULL },
	{ &plain, "#ftp/a..b", CC_EACCESS, NULL },
	{ &plain, "#ftp/../a", CC_EACCESS, NULL },
	{ &plain, "#ftp//a", CC_EACCESS, NULL },
	{ &plain, "#ftp/~bob", CC_EACCESS, NULL },
	{ &bare, "#ftp/a", CC_ENOENT, NULL },
	{ &bare, "#public/a", CC_ENOENT, NULL },
	{ &bare, "#shared/a", CC_ENOENT, NULL },
	/* Restricted to one's own files. */
	{ &no_root, "a", 0, "/home/ann/a" },
	{ &no_root, "a..b", CC_EACCESS, NULL },
	{ &no_root, "a//b", CC_EACCESS, NULL },
	{ &no_root, "a/~b", CC_EACCESS, NULL },
	{ &no_root, "/home/ann/a", 0, "/home/ann/a" },
	{ &no_root, "/home/ann/../bob/a", CC_EACCESS, NULL },
	{ &no_root, "/home/ann", CC_EACCESS, NULL },
	{ &no_root, "/home/ann/", CC_EACCESS, NULL },
	{ &no_root, "/home/annabel/a", CC_EACCESS, NULL },
	{ &no_root, "/etc/passwd", CC_EACCESS, NULL },
	{ &no_root, "/", CC_EACCESS, NULL },
	{ &no_root, "/var/mail/ann", 0, "/var/mail/ann" },
	{ &no_root, "/var/mail/anna", CC_EACCESS, NULL },
	{ &no_root, "~bob/x", 0, "/home/bob/x" },
	{ &no_root, "~root/etc/passwd", CC_EACCESS, NULL },
	/* No other users. */
	{ &no_others, "~bob/x", CC_EACCESS, NULL },
	{ &no_others, "~bob", CC_EACCESS, NULL },
	{ &no_others, "~/x", 0, "/home/ann/x" },
	{ &no_others, "/etc/passwd", 0, "/etc/passwd" },
	{ &no_others, "../x", CC_EACCESS, NULL },
	/* Both. */
	{ &no_all, "/etc/passwd", CC_EACCESS, NULL },
	{ &no_all, "~bob/x", CC_EACCESS, NULL },
	{ &no_all, "/home/ann/x", 0, "/home/ann/x" },
	{ &no_all, "#public/x", 0, "/srv/public/x" },
	/* Black box. */
	{ &boxed, "a", 0, "/home/ann/a" },
	{ &boxed, "/bob/a", 0, "/box/bob/a" },
	{ &boxed, "/bob/a/b", 0, "/box/bob/a/b" },
	{ &boxed, "/bob/inbox", 0, "/box/bob/INBOX" },
	{ &boxed, "/bob", 0, "/box/bob" },
	{ &boxed, "/bob/", 0, "/box/bob/" },
	{ &boxed, "/", 0, "/box" },
	{ &boxed, "~bob/a", 0, "/box/bob/a" },
	{ &boxed, "~bob/inbox", 0, "/box/bob/INBOX" },
	{ &boxed, "/../etc/passwd", CC_EACCESS, NULL },
	{ &boxed, "/./x", CC_EACCESS, NULL },
	{ &boxed, "//x", CC_EACCESS, NULL },
	{ &boxed_alone, "/bob/a", CC_EACCESS, NULL },
	{ &boxed_alone, "~bob/a", CC_EACCESS, NULL },
	{ &boxed_alone, "/", CC_EACCESS, NULL },
	/* Chroot. */
	{ &jail, "a", 0, "/a" },
	{ &jail, "/a/b", 0, "/a/b" },
	{ &jail, "~bob/a", CC_EACCESS, NULL },
	{ &jail, "~/a", 0, "/a" },
	/* Anonymous. */
	{ &anonymous, "/etc/passwd", CC_EACCESS, NULL },
	{ &anonymous, "/home/ann/a", CC_EACCESS, NULL },
	{ &anonymous, "~bob/a", CC_EACCESS, NULL },
	{ &anonymous, "../a", CC_EACCESS, NULL },
	{ &anonymous, "#shared/a", CC_EACCESS, NULL },
	{ &anonymous, "#public/a", 0, "/srv/public/a" },
	{ &anonymous, "#ftp/a", 0, "/srv/ftp/a" },
	/* The private directory. */
	{ &plain, ".cedar", CC_EACCESS, NULL },
	{ &plain, ".cedar/", CC_EACCESS, NULL },
	{ &plain, ".cedar/uidvalidity", CC_EACCESS, NULL },
	{ &plain, "~/.cedar/x", CC_EACCESS, NULL },
	{ &plain, "a/../.cedar", CC_EACCESS, NULL },
	{ &plain, "/home/ann/.cedar/x", CC_EACCESS, NULL },
	{ &plain, "~bob/.cedar/x", CC_EACCESS, NULL },
	{ &plain, "x//.cedar//y", CC_EACCESS, NULL },
	{ &plain, ".cedarx", 0, "/home/ann/.cedarx" },
	{ &plain, "x.cedar", 0, "/home/ann/x.cedar" },
};

static void
check(size_t i)
{
	char *name = exact_copy(cases[i].name, strlen(cases[i].name));
	struct strbuf path;
	int r;

	cc_strbuf_init(&path, CC_MAILPATH_MAX);
	r = cc_mailpath(cases[i].rules, cc_span(name, strlen(cases[i].name)),
	    &path);
	if (r != cases[i].want ||
	    (r == 0 && strcmp(cc_strbuf_str(&path), cases[i].path) != 0))
		fail_msg("row %zu \"%s\": %d \"%s\"", i, cases[i].name, r,
		    cc_strbuf_str(&path));
	cc_strbuf_free(&path);
	free(name);
}

static void
test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		check(i);
}

static int
map_octets(const struct mailpath_rules *rules, const char *name, size_t len)
{
	struct strbuf path;
	int r;

	cc_strbuf_init(&path, CC_MAILPATH_MAX);
	r = cc_mailpath(rules, cc_span(name, len), &path);
	cc_strbuf_free(&path);
	return r;
}

static void
test_length(void **state)
{
	char name[300];

	(void)state;
	memset(name, 'x', sizeof(name));
	assert_int_equal(map_octets(&plain, name, 255), 0);
	assert_int_equal(map_octets(&plain, name, 256), 0);
	assert_int_equal(map_octets(&plain, name, 257), CC_EINVAL);
	assert_int_equal(map_octets(&plain, name, 0), CC_EINVAL);
	assert_int_equal(map_octets(&plain, "a\0b", 3), CC_EINVAL);
}

/* A path has a ceiling of its own, whatever the home directory is. */
static void
test_path_length(void **state)
{
	char home[CC_MAILPATH_MAX + 1];
	struct mailpath_rules long_home = plain;

	(void)state;
	memset(home, 'h', sizeof(home));
	home[0] = '/';
	long_home.mail_dir = home;
	home[CC_MAILPATH_MAX - 2] = '\0';
	assert_int_equal(map_octets(&long_home, "x", 1), 0);
	assert_int_equal(map_octets(&long_home, "xy", 2), CC_ELIMIT);
}

/*
 * A mail user of a restricted server must not read whatever files his uid
 * may: no way of writing a name leads out of the mailbox directory.
 */
static void
test_cve_2002_1782_no_way_out(void **state)
{
	static const char *const names[] = { "..", "../x", "a/..", "a/../b",
		"/etc/passwd", "/", "/home/ann/../../etc/passwd",
		"/home/ann/a/../../../etc", "~root/etc/passwd", "~bob/x",
		"~/../x", "~/~bob/x", "a/~bob/x", "//etc/passwd", "a//etc",
		"#public/../x", "#ftp/~root/x", "#shared//etc", "/home/annie/x",
		"~bob/../ann/x" };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		if (map_octets(&no_all, names[i], strlen(names[i])) !=
		    CC_EACCESS)
			fail_msg("\"%s\" is let through", names[i]);
}

static void
test_spaces(void **state)
{
	(void)state;
	assert_int_equal(cc_mailpath_space(cc_span_z("a")), MAILPATH_OWN);
	assert_int_equal(cc_mailpath_space(cc_span_z("/srv/ftp/a")),
	    MAILPATH_OWN);
	assert_int_equal(cc_mailpath_space(cc_span_z("#ftp/a")), MAILPATH_FTP);
	assert_int_equal(cc_mailpath_space(cc_span_z("#PUBLIC/a")),
	    MAILPATH_PUBLIC);
	assert_int_equal(cc_mailpath_space(cc_span_z("#shared/")),
	    MAILPATH_SHARED);
	assert_int_equal(cc_mailpath_space(cc_span_z("#shared")), MAILPATH_OWN);
	assert_int_equal(cc_mailpath_space(cc_span("#", 1)), MAILPATH_OWN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_path_length),
		cmocka_unit_test(test_cve_2002_1782_no_way_out),
		cmocka_unit_test(test_spaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
