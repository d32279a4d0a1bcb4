/*
 * mailpath.c - from mailbox name to path, and who may name what.
 *
 * Pure but for the look-up of ~USER: the rules come as an argument, no file
 * is touched. The name is a stranger's; `..`, `//` and `/~` are refused
 * wherever anything is restricted, even inside a word, so that a prefix
 * comparison of paths means what it seems to mean.
 */
#include "cc_err.h"
#include "env_state.h"
#include "mailpath.h"
#include "privdir.h"

static const char inbox[] = "INBOX";

/* The namespaces, matched without case. */
static const struct {
	struct span prefix;
	enum mailpath_space space;
} spaces[] = {
	{ CC_SPAN("#ftp/"), MAILPATH_FTP },
	{ CC_SPAN("#public/"), MAILPATH_PUBLIC },
	{ CC_SPAN("#shared/"), MAILPATH_SHARED },
};

bool
cc_mailpath_is_inbox(struct span name)
{
	return cc_span_is_nocase(name, inbox);
}

/* The namespace of a name, and what follows its prefix. */
static enum mailpath_space
split_space(struct span name, struct span *rest_r)
{
	for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++) {
		struct span p = spaces[i].prefix;

		if (name.len < p.len ||
		    !cc_span_eq_nocase(cc_span(name.p, p.len), p))
			continue;
		*rest_r = cc_span(name.p + p.len, name.len - p.len);
		return spaces[i].space;
	}
	*rest_r = name;
	return MAILPATH_OWN;
}

enum mailpath_space
cc_mailpath_space(struct span name)
{
	struct span rest;

	return split_space(name, &rest);
}

/* The private directory, and what stands beside mailboxes (.cedar-redo...). */
static bool
is_ours(struct span part)
{
	const size_t len = sizeof(CC_PRIVDIR_NAME) - 1;

	return part.len >= len && memcmp(part.p, CC_PRIVDIR_NAME, len) == 0 &&
	    (part.len == len || part.p[len] == '-');
}

bool
cc_mailpath_is_private(struct span name)
{
	while (name.len > 0) {
		const char *slash = memchr(name.p, '/', name.len);
		size_t len = slash ? (size_t)(slash - name.p) : name.len;

		if (is_ours(cc_span(name.p, len)))
			return true;
		if (!slash)
			return false;
		name = cc_span(slash + 1, name.len - len - 1);
	}
	return false;
}

static bool
is_restricted(const struct mailpath_rules *rules)
{
	return rules->anonymous || rules->black_box || rules->restrictions;
}

static bool
has(struct span s, const char *two)
{
	return memmem(s.p, s.len, two, 2) != NULL;
}

/* Rules about the octets alone. */
static int
check_name(const struct mailpath_rules *rules, struct span name)
{
	if (name.len == 0 || name.len > CC_MAILBOX_NAME || name.p[0] == '{' ||
	    memchr(name.p, '\r', name.len) || memchr(name.p, '\n', name.len) ||
	    memchr(name.p, '\0', name.len))
		return CC_EINVAL;
	if ((is_restricted(rules) || name.p[0] == '#') &&
	    (has(name, "..") || has(name, "//") || has(name, "/~")))
		return CC_EACCESS;
	return cc_mailpath_is_private(name) ? CC_EACCESS : 0;
}

/* BASE[/SUB]/NAME; without the last slash if name.p is NULL. */
static int
put_path(struct strbuf *out, const char *base, const char *sub,
    struct span name)
{
	/* A home of "/" must not make "//NAME". */
	cc_strbuf_puts(out, strcmp(base, "/") == 0 ? "" : base);
	if (sub) {
		cc_strbuf_putc(out, '/');
		cc_strbuf_puts(out, sub);
	}
	if (name.p) {
		cc_strbuf_putc(out, '/');
		cc_strbuf_put_span(out, name);
	} else if (out->len == 0) {
		cc_strbuf_putc(out, '/');
	}
	return cc_strbuf_status(out);
}

/* As put_path; a name of inbox in any case is the file INBOX there. */
static int
put_foreign(struct strbuf *out, const char *base, const char *sub,
    struct span name)
{
	if (name.p && cc_mailpath_is_inbox(name))
		name = cc_span_z(inbox);
	return put_path(out, base, sub, name);
}

/* #ftp/NAME and its like. */
static int
put_namespace(const struct mailpath_rules *rules, struct span name,
    struct strbuf *out)
{
	const char *home = NULL;
	struct span rest;

	switch (split_space(name, &rest)) {
	case MAILPATH_OWN:
		return CC_EINVAL;
	case MAILPATH_FTP:
		if (!rules->ftp_home)
			return CC_ENOENT;
		return put_path(out, rules->ftp_home, NULL, rest);
	case MAILPATH_PUBLIC:
		home = rules->public_home;
		break;
	case MAILPATH_SHARED:
		if (rules->anonymous)
			return CC_EACCESS;
		home = rules->shared_home;
		break;
	}
	return home ? put_foreign(out, home, NULL, rest) : CC_ENOENT;
}

/* Splits "USER/NAME"; name_r->p is NULL if there is no slash. */
static struct span
split_user(struct span s, struct span *name_r)
{
	const char *slash = memchr(s.p, '/', s.len);
	size_t len = slash ? (size_t)(slash - s.p) : s.len;

	*name_r =
	    slash ? cc_span(slash + 1, s.len - len - 1) : cc_span(NULL, 0);
	return cc_span(s.p, len);
}

/* USER/NAME in the directory of all boxes. */
static int
put_black_box(const struct mailpath_rules *rules, struct span rest,
    struct strbuf *out)
{
	struct span name, user = split_user(rest, &name);
	int r;

	if (rules->restrictions & MAILPATH_NO_OTHERUSERS)
		return CC_EACCESS;
	if (user.len == 0)
		return put_path(out, rules->black_box, NULL, cc_span(NULL, 0));
	if (user.p[0] == '.')
		return CC_EACCESS;
	if ((r = put_path(out, rules->black_box, NULL, user)) != 0 || !name.p)
		return r;
	cc_strbuf_putc(out, '/');
	if (cc_mailpath_is_inbox(name))
		name = cc_span_z(inbox);
	cc_strbuf_put_span(out, name);
	return cc_strbuf_status(out);
}

/* Is path inside the directory dir? Neither has "..". */
static bool
is_below(struct span path, const char *dir)
{
	size_t len = strlen(dir);

	return len > 1 && path.len > len + 1 && path.p[len] == '/' &&
	    memcmp(path.p, dir, len) == 0;
}

/* /PATH */
static int
put_absolute(const struct mailpath_rules *rules, struct span name,
    struct strbuf *out)
{
	if (rules->anonymous)
		return CC_EACCESS;
	if (rules->black_box)
		return put_black_box(rules, cc_span(name.p + 1, name.len - 1),
		    out);
	if (rules->restrictions & MAILPATH_NO_ROOT && !rules->closed_box &&
	    !is_below(name, rules->mail_dir) &&
	    !cc_span_is(name, rules->sysinbox))
		return CC_EACCESS;
	cc_strbuf_put_span(out, name);
	return cc_strbuf_status(out);
}

/* ~USER/NAME */
static int
put_other_user(const struct mailpath_rules *rules, struct span rest,
    struct strbuf *out)
{
	struct span name, user = split_user(rest, &name);
	struct strbuf home;
	int r;

	if (rules->anonymous || rules->closed_box ||
	    rules->restrictions & MAILPATH_NO_OTHERUSERS)
		return CC_EACCESS;
	if (rules->black_box)
		return put_black_box(rules, rest, out);
	cc_strbuf_init(&home, CC_MAILPATH_MAX);
	r = rules->user_home(user, &home);
	if (r == 0 && rules->restrictions & MAILPATH_NO_ROOT &&
	    cc_span_is(cc_strbuf_span(&home), "/"))
		r = CC_EACCESS;
	if (r == 0)
		r = put_foreign(out, cc_strbuf_str(&home), rules->mail_subdir,
		    name);
	cc_strbuf_free(&home);
	return r;
}

/* ~, ~/NAME or ~USER/NAME */
static int
put_tilde(const struct mailpath_rules *rules, struct span name,
    struct strbuf *out)
{
	struct span rest = cc_span(name.p + 1, name.len - 1);

	if (rest.len == 0)
		return put_path(out, rules->mail_dir, NULL, cc_span(NULL, 0));
	if (rest.p[0] == '/')
		return put_path(out, rules->mail_dir, NULL,
		    cc_span(rest.p + 1, rest.len - 1));
	return put_other_user(rules, rest, out);
}

int
cc_mailpath(const struct mailpath_rules *rules, struct span name,
    struct strbuf *path_r)
{
	int r;

	cc_strbuf_reset(path_r);
	if ((r = check_name(rules, name)) != 0)
		return r;
	if (cc_mailpath_is_inbox(name))
		return rules->own_inbox
		    ? put_path(path_r, rules->mail_dir, NULL, cc_span_z(inbox))
		    : 0;
	switch (name.p[0]) {
	case '#':
		return put_namespace(rules, name, path_r);
	case '/':
		return put_absolute(rules, name, path_r);
	case '~':
		return put_tilde(rules, name, path_r);
	default:
		return put_path(path_r, rules->mail_dir, NULL, name);
	}
}

int
cc_mailbox_path(const char *mailbox, struct strbuf *path_r)
{
	return cc_mailpath(cc_env_rules(), cc_span_z(mailbox), path_r);
}

int
cc_mailbox_file(const char *mailbox, struct strbuf *path_r)
{
	const struct mailpath_rules *rules = cc_env_rules();
	int r = cc_mailpath(rules, cc_span_z(mailbox), path_r);

	if (r == 0 && path_r->len == 0)
		cc_strbuf_puts(path_r, rules->sysinbox);
	return r != 0 ? r : cc_strbuf_status(path_r);
}
