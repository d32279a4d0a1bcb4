/*
 * fuzz_mailpath.c - hostile mailbox names and LIST patterns: no restricted
 * user's path leaves his directory, nobody's goes through the private one,
 * and a pattern begins its walk where its names begin.
 *
 * The first octet chooses the kind of user; a NUL parts reference and pattern.
 */
#include "cc_err.h"
#include "dummy_pattern.h"
#include "fs.h"
#include "fuzz_util.h"
#include "imap_grammar.h"
#include "mailpath.h"

static int
user_home(struct span user, struct strbuf *home_r)
{
	if (user.len == 0 || user.p[0] != 'b')
		return CC_ENOENT;
	cc_strbuf_puts(home_r, user.len == 1 ? "/" : "/home/b");
	return 0;
}

static struct mailpath_rules
make_rules(unsigned kind)
{
	return (struct mailpath_rules){
		.mail_dir = "/home/a/m",
		.mail_subdir = kind & 1 ? "m" : NULL,
		.sysinbox = "/var/mail/a",
		.black_box = kind & 2 ? "/home/a/m/box" : NULL,
		.ftp_home = kind & 4 ? "/home/a/m/ftp" : NULL,
		.public_home = kind & 4 ? "/home/a/m/public" : NULL,
		.shared_home = kind & 4 ? "/home/a/m/shared" : NULL,
		.own_inbox = (kind & 2) != 0,
		.anonymous = (kind & 8) != 0,
		.restrictions = kind >> 4 & 3,
		.user_home = user_home,
	};
}

static bool
has(struct span s, const char *part)
{
	return memmem(s.p, s.len, part, strlen(part)) != NULL;
}

/* Is the path one that this user may have? */
static void
check_path(const struct mailpath_rules *rules, struct span name,
    struct span path)
{
	bool alone = rules->anonymous || (rules->restrictions & 3) == 3;
	bool tilde = name.len > 1 && name.p[0] == '~' && name.p[1] != '/';

	must(path.len <= CC_MAILPATH_MAX);
	must(!memchr(path.p, '\0', path.len));
	must(!memchr(path.p, '\n', path.len));
	must(!has(path, "/.cedar/"));
	must(path.len < 7 || memcmp(path.p + path.len - 7, "/.cedar", 7));
	if (path.len == 0) {
		must(cc_mailpath_is_inbox(name) && !rules->own_inbox);
		return;
	}
	must(path.p[0] == '/');
	if (rules->anonymous || rules->black_box || rules->restrictions)
		must(!has(path, ".."));
	if (alone) {
		must(!tilde);
		must(cc_span_is(path, rules->sysinbox) ||
		    (path.len >= 9 && !memcmp(path.p, "/home/a/m", 9) &&
			(path.len == 9 || path.p[9] == '/')));
	}
}

static void
check_pattern(char *text, size_t size)
{
	char *nul = memchr(text, '\0', size);
	const char *pat = nul ? nul + 1 : text;
	struct strbuf out;
	struct span all, base;

	cc_strbuf_init(&out, 1023);
	if (cc_dummy_pattern(nul ? text : NULL, pat, &out) == 0) {
		all = cc_strbuf_span(&out);
		base = cc_dummy_base(all);
		must(base.len <= all.len);
		must(base.len == 0 || base.p[base.len - 1] == '/');
		must(base.len == 0 || cc_imap_match_below(base, all, '/') ||
		    base.len == all.len);
		must(cc_dummy_root(all).len <= all.len);
		cc_dummy_matches_inbox(all);
	}
	cc_strbuf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mailpath_rules rules;
	struct strbuf path;
	struct span name;
	char *text;

	if (size == 0)
		return 0;
	rules = make_rules(data[0]);
	name = cc_span(data + 1, size - 1);
	cc_strbuf_init(&path, CC_MAILPATH_MAX);
	if (cc_mailpath(&rules, name, &path) == 0)
		check_path(&rules, name, cc_strbuf_span(&path));
	cc_mailpath_space(name);
	cc_strbuf_free(&path);
	text = fs_get(size);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	check_pattern(text, size - 1);
	fs_give((void **)&text);
	return 0;
}
