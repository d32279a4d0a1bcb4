/*
 * env_user.c - accounts: names and home directories, from the password
 * database and, for a program that runs as a user already, the environment.
 *
 * Names that do not exist are the common case: most hosts have no imapshared
 * or ftp. The C library loads a module for each service of nsswitch.conf
 * before it says no, so where those can only know what /etc/passwd knows, that
 * alone is read. (systemd's knows root, nobody and short-lived accounts.)
 */
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mail.h"
#include "osdep.h"
#include "cc_err.h"
#include "env_user.h"
#include "misc.h"

/* $HOME is believed below this many octets. */
#define HOME_MAX 256

/* Octets of a password database entry that is looked at. */
#define PASSWD_MAX 65536

bool
cc_env_is_directory(const char *path)
{
	struct stat st;

	return path && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

#define PASSWD_FILE "/etc/passwd"
#define SERVICES_FILE "/etc/nsswitch.conf"

/* Are all services in the rest of a "passwd:" line plain ones? */
static bool
is_plain(char *services)
{
	static const char *const blanks = " \t\r\n";

	for (;;) {
		size_t n;

		services += strspn(services, blanks);
		n = strcspn(services, blanks);
		if (n == 0 || *services == '#')
			return true;
		if (!(n == 5 && memcmp(services, "files", n) == 0) &&
		    !(n == 7 && memcmp(services, "systemd", n) == 0))
			return false;
		services += n;
	}
}

/* Does /etc/passwd have all accounts? */
static bool
files_suffice(void)
{
	FILE *f = fopen(SERVICES_FILE, "re");
	bool plain = true;
	char line[1024];

	if (!f)
		return false;
	while (plain && fgets(line, sizeof(line), f))
		if (strncmp(line, "passwd:", 7) == 0)
			plain = strchr(line, '\n') && is_plain(line + 7);
	plain = plain && !ferror(f);
	fclose(f);
	return plain;
}

/* The entry of name in a password file, in the 2 * PASSWD_MAX octets of buf, or
 * NULL. Line by line: fgetpwent asks the kernel for its place at each one. */
static struct passwd *
look_up_line(FILE *f, const char *name, struct passwd *pw, char *buf)
{
	size_t len = strlen(name);
	struct passwd *found = NULL;

	while (!found && fgets(buf, PASSWD_MAX, f)) {
		FILE *line;

		if (strncmp(buf, name, len) != 0 || buf[len] != ':' ||
		    !(line = fmemopen(buf, strlen(buf), "r")))
			continue;
		fgetpwent_r(line, pw, buf + PASSWD_MAX, PASSWD_MAX, &found);
		fclose(line);
	}
	return found;
}

/* getpwnam_r: the entry, in the 2 * PASSWD_MAX octets of buf, or NULL. */
static struct passwd *
look_up_name(const char *name, struct passwd *pw, char *buf)
{
	struct passwd *found = NULL;
	FILE *f;

	if (!files_suffice() || !(f = fopen(PASSWD_FILE, "re"))) {
		getpwnam_r(name, pw, buf, PASSWD_MAX, &found);
		return found;
	}
	found = look_up_line(f, name, pw, buf);
	fclose(f);
	return found;
}

/* The name that the password database has for a uid: 0 or CC_ENOENT. */
static int
look_up_uid(uid_t uid, struct strbuf *name_r)
{
	char *buf = fs_get(PASSWD_MAX);
	struct passwd pw, *found = NULL;

	getpwuid_r(uid, &pw, buf, PASSWD_MAX, &found);
	if (found)
		cc_strbuf_puts(name_r, found->pw_name);
	fs_give((void **)&buf);
	return found ? 0 : CC_ENOENT;
}

int
cc_env_user_home(struct span user, struct strbuf *home_r)
{
	struct passwd pw, *found = NULL;
	char *buf, *name;
	int r = CC_ENOENT;

	if (user.len == 0 || user.len >= NETMAXUSER)
		return CC_ENOENT;
	name = cc_span_dup(user);
	buf = fs_get(2 * PASSWD_MAX);
	found = look_up_name(name, &pw, buf);
	if (found && found->pw_dir[0] == '/') {
		cc_strbuf_puts(home_r, found->pw_dir);
		r = cc_strbuf_status(home_r);
	}
	fs_give((void **)&buf);
	fs_give((void **)&name);
	return r;
}

/* Is this an account of ours? Several names may share a uid. */
static bool
is_own(const char *name)
{
	char *buf = fs_get(2 * PASSWD_MAX);
	struct passwd pw, *found = NULL;
	bool own;

	found = look_up_name(name, &pw, buf);
	own = found && pw.pw_uid == geteuid();
	fs_give((void **)&buf);
	return own;
}

char *
cc_env_own_name(void)
{
	/* As the terminal's login has it, else as the database has it. */
	char login[NETMAXUSER];
	struct strbuf b;

	if (getlogin_r(login, sizeof(login)) == 0 && is_own(login))
		return cpystr(login);
	cc_strbuf_init(&b, PASSWD_MAX);
	if (look_up_uid(geteuid(), &b) != 0)
		cc_strbuf_put_uint(&b, geteuid());
	return cc_strbuf_take(&b);
}

char *
cc_env_default_home(const char *user)
{
	const char *home = getenv("HOME");
	struct strbuf b;

	if (home && home[0] == '/' && strlen(home) < HOME_MAX &&
	    cc_env_is_directory(home))
		return cpystr(home);
	cc_strbuf_init(&b, PASSWD_MAX);
	if (cc_env_user_home(cc_span_z(user), &b) != 0) {
		cc_strbuf_reset(&b);
		cc_strbuf_putc(&b, '/');
	}
	return cc_strbuf_take(&b);
}
