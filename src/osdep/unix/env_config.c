/*
 * env_config.c - the lines of the configuration files.
 *
 * Syntax: `set` SP name SP value LF, with exactly one space between the
 * words; the value is the rest of the line, a CR at its end included. Names
 * are matched without case. A last line without LF does not count: it may be
 * half-written.
 *
 * Calls nothing but memchr and memcmp. The system file is root's, the others
 * are their users': hostile for whoever reads them for somebody else.
 */
#include <limits.h>

#include "cc_ctype.h"
#include "cc_limits.h"
#include "env_config.h"
#include "imap_capability.h"

#define ALL (CONFIG_SYSTEM | CONFIG_IMAPRC)
#define SYS CONFIG_SYSTEM

/* clang-format off */
static const struct {
	const char *name; /* lower case */
	unsigned files;   /* CONFIG_ bits of the files it counts in */
	enum config_key key;
} directives[] = {
	{ "advertise-the-world", SYS, CONFIG_ADVERTISE_WORLD },
	{ "allow-reverse-dns", SYS, CONFIG_ALLOW_REVERSE_DNS },
	{ "allow-user-config", SYS, CONFIG_ALLOW_USER_CONFIG },
	{ "allowed-login-attempts", SYS, CONFIG_LOGIN_ATTEMPTS },
	{ "anonymous-home-directory", SYS, CONFIG_ANONYMOUS_HOME },
	{ "black-box-default-home-directory", SYS, CONFIG_BLACK_BOX_DEFAULT },
	{ "black-box-directory", SYS, CONFIG_BLACK_BOX },
	{ "ca-certificate-path", SYS, CONFIG_CA_PATH },
	{ "certificate-directory", SYS, CONFIG_CERTIFICATE_DIR },
	{ "chroot-server", SYS, CONFIG_CHROOT_SERVER },
	{ "close-on-error", ALL, CONFIG_CLOSE_ON_ERROR },
	{ "directory-protection", ALL, CONFIG_DIR_MODE },
	{ "disable-automatic-shared-namespaces", SYS, CONFIG_NO_AUTO_SHARED },
	{ "disable-authenticator", SYS, CONFIG_DISABLE_AUTH },
	{ "disable-fcntl-locking", ALL, CONFIG_NO_FCNTL_LOCKING },
	{ "disable-lock-warning", ALL, CONFIG_NO_LOCK_WARNING },
	{ "disable-plaintext", SYS, CONFIG_DISABLE_PLAINTEXT },
	{ "disable-unix-uids-and-keywords", ALL, CONFIG_NO_UNIX_UIDS },
	{ "dot-lock-file-timeout", ALL, CONFIG_LOCK_TIMEOUT },
	{ "empty-folder-format", ALL, CONFIG_EMPTY_FORMAT },
	{ "empty-mailbox-format", ALL, CONFIG_EMPTY_FORMAT },
	{ "from-widget", ALL, CONFIG_FROM_WIDGET },
	{ "ftp-directory-protection", ALL, CONFIG_FTP_DIR_MODE },
	{ "ftp-export-directory", ALL, CONFIG_FTP_HOME },
	{ "ftp-protection", ALL, CONFIG_FTP_MODE },
	{ "hide-dot-files", ALL, CONFIG_HIDE_DOT_FILES },
	{ "idle-fake-mail", SYS, CONFIG_IDLE_FAKE_MAIL },
	{ "imap-port", ALL, CONFIG_IMAP_PORT },
	{ "k5-cp-uses-service-name", SYS, CONFIG_K5_SERVICE_NAME },
	{ "key-directory", SYS, CONFIG_KEY_DIR },
	{ "keywords", ALL | CONFIG_MMINIT, CONFIG_KEYWORDS },
	{ "limited-advertise", SYS, CONFIG_LIMITED_ADVERTISE },
	{ "list-maximum-level", ALL, CONFIG_LIST_MAX_LEVEL },
	{ "local-host", ALL, CONFIG_LOCAL_HOST },
	{ "lock-protection", ALL, CONFIG_LOCK_MODE },
	{ "lookahead", ALL, CONFIG_LOOKAHEAD },
	{ "mail-subdirectory", ALL, CONFIG_MAIL_SUBDIR },
	{ "mailbox-protection", ALL, CONFIG_MAILBOX_MODE },
	{ "maximum-login-trials", ALL, CONFIG_MAX_LOGIN_TRIALS },
	{ "mh-allow-inbox", ALL, CONFIG_MH_ALLOW_INBOX },
	{ "mh-path", ALL, CONFIG_MH_PATH },
	{ "netscape-account-url", SYS, CONFIG_NETSCAPE_URL },
	{ "network-filesystem-stat-bug", ALL, CONFIG_NETFS_STAT_BUG },
	{ "new-folder-format", ALL, CONFIG_CREATE_FORMAT },
	{ "new-mailbox-format", ALL, CONFIG_CREATE_FORMAT },
	{ "news-active-file", ALL, CONFIG_NEWS_ACTIVE },
	{ "news-spool-directory", ALL, CONFIG_NEWS_SPOOL },
	{ "news-state-file", ALL, CONFIG_NEWS_STATE },
	{ "nntp-range", ALL, CONFIG_NNTP_RANGE },
	{ "pam-session", SYS, CONFIG_PAM_SESSION },
	{ "password-type", SYS, CONFIG_PASSWORD_TYPE },
	{ "plaintext-allowed-clients", SYS, CONFIG_PLAINTEXT_CLIENTS },
	{ "pop3-port", ALL, CONFIG_POP3_PORT },
	{ "prefetch", ALL, CONFIG_PREFETCH },
	{ "public-directory-protection", ALL, CONFIG_PUBLIC_DIR_MODE },
	{ "public-home-directory", ALL, CONFIG_PUBLIC_HOME },
	{ "public-protection", ALL, CONFIG_PUBLIC_MODE },
	{ "restrict-mailbox-access", SYS, CONFIG_RESTRICT },
	{ "rsh-command", ALL, CONFIG_RSH_COMMAND },
	{ "rsh-path", ALL, CONFIG_RSH_PATH },
	{ "rsh-timeout", ALL, CONFIG_RSH_TIMEOUT },
	{ "sandbox", SYS, CONFIG_SANDBOX },
	{ "sandbox-path", SYS, CONFIG_SANDBOX_PATH },
	{ "sasl-uses-ptr-name", ALL, CONFIG_SASL_PTR_NAME },
	{ "shared-directory-protection", ALL, CONFIG_SHARED_DIR_MODE },
	{ "shared-home-directory", ALL, CONFIG_SHARED_HOME },
	{ "shared-protection", ALL, CONFIG_SHARED_MODE },
	{ "ssh-command", ALL, CONFIG_SSH_COMMAND },
	{ "ssh-path", ALL, CONFIG_SSH_PATH },
	{ "ssh-timeout", ALL, CONFIG_SSH_TIMEOUT },
	{ "status-complaint", SYS, CONFIG_STATUS_COMPLAINT },
	{ "system-inbox", ALL, CONFIG_SYSINBOX },
	{ "tcp-open-timeout", ALL, CONFIG_TCP_OPEN_TIMEOUT },
	{ "tcp-read-timeout", ALL, CONFIG_TCP_READ_TIMEOUT },
	{ "tcp-write-timeout", ALL, CONFIG_TCP_WRITE_TIMEOUT },
	{ "trust-dns", ALL, CONFIG_TRUST_DNS },
	{ "try-ssl-first", ALL, CONFIG_TRY_SSL_FIRST },
	{ "uid-lookahead", ALL, CONFIG_UID_LOOKAHEAD },
};
/* clang-format on */

/* Is s this word, lower case, in any case? */
static bool
is_word(struct span s, const char *word)
{
	size_t i;

	for (i = 0; i < s.len && word[i]; i++)
		if (to_lower((unsigned char)s.p[i]) != word[i])
			return false;
	return i == s.len && !word[i];
}

/* Takes the text before the first space off the front of *s; false if there
 * is no space. */
static bool
take_word(struct span *s, struct span *word_r)
{
	const char *space = memchr(s->p, ' ', s->len);

	if (!space)
		return false;
	*word_r = cc_span(s->p, (size_t)(space - s->p));
	*s = cc_span(space + 1, s->len - word_r->len - 1);
	return true;
}

/* The row of a line's directive, or -1; the line becomes its value. */
static int
find_directive(struct span *line)
{
	struct span word;

	if (!take_word(line, &word) || !is_word(word, "set") ||
	    !take_word(line, &word))
		return -1;
	for (size_t i = 0; i < sizeof(directives) / sizeof(directives[0]); i++)
		if (is_word(word, directives[i].name))
			return (int)i;
	return -1;
}

void
cc_config_parse(struct span text, enum config_file file,
    bool (*directive)(void *ctx, enum config_key key, struct span value),
    void *ctx)
{
	const char *lf;

	while (text.len > 0 && (lf = memchr(text.p, '\n', text.len)) != NULL) {
		struct span line = cc_span(text.p, (size_t)(lf - text.p));
		int i;

		if (line.len >= CC_CONFIG_LINE || memchr(line.p, 0, line.len))
			return;
		text = cc_span(lf + 1, text.len - line.len - 1);
		i = find_directive(&line);
		if (i < 0 || !(directives[i].files & file))
			continue;
		/* ~/.mminit belongs to another program: one line is ours. */
		if (!directive(ctx, directives[i].key, line) ||
		    file == CONFIG_MMINIT)
			return;
	}
}

/* Digits of that base, behind white space and a sign. */
static long
number(struct span s, int base)
{
	bool minus = false;
	long n = 0;

	while (s.len > 0 && is_wsp(*s.p))
		s = cc_span(s.p + 1, s.len - 1);
	if (s.len > 0 && (*s.p == '-' || *s.p == '+')) {
		minus = *s.p == '-';
		s = cc_span(s.p + 1, s.len - 1);
	}
	for (; s.len > 0 && *s.p >= '0' && *s.p < '0' + base;
	     s = cc_span(s.p + 1, s.len - 1)) {
		if (n > (LONG_MAX - 9) / base)
			return minus ? LONG_MIN : LONG_MAX;
		n = n * base + (*s.p - '0');
	}
	return minus ? -n : n;
}

long
cc_config_number(struct span value)
{
	return number(value, 10);
}

long
cc_config_number_or(struct span value, long otherwise)
{
	struct span s = value;

	while (s.len > 0 && (is_wsp(*s.p) || *s.p == '-' || *s.p == '+'))
		s = cc_span(s.p + 1, s.len - 1);
	if (s.len == 0 || *s.p < '0' || *s.p > '9')
		return otherwise;
	return number(value, 10);
}

long
cc_config_mode(struct span value)
{
	bool octal = value.len > 1 && value.p[0] == '0';

	long mode = number(value, octal ? 8 : 10);

	return mode < 0 || mode > 07777 ? 0 : mode;
}

bool
cc_config_word(struct span *list, struct span *word_r)
{
	size_t i = 0;

	while (list->len > 0 && (*list->p == ' ' || *list->p == ','))
		*list = cc_span(list->p + 1, list->len - 1);
	while (i < list->len && list->p[i] != ' ' && list->p[i] != ',')
		i++;
	*word_r = cc_span(list->p, i);
	*list = cc_span(list->p + i, list->len - i);
	return i > 0;
}

long
cc_config_restrictions(struct span value)
{
	struct span word;
	long bits = 0;

	while (cc_config_word(&value, &word)) {
		if (is_word(word, "root"))
			bits |= CONFIG_RESTRICT_ROOT;
		else if (is_word(word, "otherusers"))
			bits |= CONFIG_RESTRICT_OTHER;
		else if (is_word(word, "all"))
			bits = CONFIG_RESTRICT_ALL;
	}
	return bits;
}

unsigned
cc_config_mechanisms(struct span value)
{
	struct span word;
	unsigned bits = 0;

	while (cc_config_word(&value, &word))
		bits |= cc_imap_mechanism(word);
	return bits;
}
