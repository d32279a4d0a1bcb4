/*
 * login_auth.c - the program that says who may come in (libexec/cedar/auth).
 *
 * Started by the monitor for one attempt, with the question on
 * LOGIN_FD_CONTROL; answers yes or no and ends. Root for PAM and shadow. With
 * the password file of CRAM-MD5 it opens that and becomes the gate's account,
 * confined, before it reads the question; so it does with LOGIN_AUTH_TOKEN, for
 * what needs no root (RFC 2195, RFC 4505). One place decides (decide), and what
 * is not a clear yes is a no.
 */
#include <fcntl.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "cc_limits.h"
#include "cc_ctype.h"
#include "cc_err.h"
#include "ckp.h"
#include "fs.h"
#include "login_account.h"
#include "login_files.h"
#include "login_msg.h"
#include "md5.h"
#include "sandbox.h"
#include "span.h"

#define ADMIN_GROUP "mailadm"
#define ANONYMOUS_ACCOUNT "nobody"
#define CHECK_MS 10000 /* the monitor asks at once or never */

#ifndef CC_PASSWDTYPE
#define CC_PASSWDTYPE "pam"
#endif

struct auth {
	struct login_check check;
	bool token;          /* root was given up: no PAM, no shadow */
	const char *secrets; /* text of the password file, or NULL */
	size_t secrets_len;
	bool has_secrets; /* it exists, so that it decides */
	const char
	    *referrals; /* text of the file of users elsewhere, or NULL */
	size_t referrals_len;
	const struct ckp *backend;
	struct ckp_result result;
};

/* An account, copied: the next look-up overwrites what getpwnam gave. */
struct account {
	struct passwd pw;
	char name[LOGIN_USER_MAX + 1];
	char home[LOGIN_PATH_MAX + 1];
	char passwd[LOGIN_TEXT_MAX + 1];
};

static bool
nul_check(const struct ckp_query *query, struct ckp_result *result)
{
	(void)query;
	(void)result;
	return false;
}

static bool
two_check(const struct ckp_query *query, struct ckp_result *result)
{
	return cc_ckp_pam(query, result) || cc_ckp_shadow(query, result);
}

static const struct ckp backends[] = {
	{ "pam", cc_ckp_pam },
	{ "std", cc_ckp_shadow },
	{ "two", two_check },
	{ "nul", nul_check },
};

static const struct ckp *
find_backend(const char *name)
{
	for (size_t i = 0; i < sizeof(backends) / sizeof(backends[0]); i++)
		if (strcmp(name, backends[i].name) == 0)
			return &backends[i];
	return NULL;
}

static bool
copy_account(struct account *a, const struct passwd *pw)
{
	if (strlen(pw->pw_name) > LOGIN_USER_MAX ||
	    strlen(pw->pw_dir) > LOGIN_PATH_MAX ||
	    strlen(pw->pw_passwd) > LOGIN_TEXT_MAX)
		return false;
	cc_login_put(a->name, sizeof(a->name), pw->pw_name, strlen(pw->pw_name),
	    false);
	cc_login_put(a->home, sizeof(a->home), pw->pw_dir, strlen(pw->pw_dir),
	    false);
	cc_login_put(a->passwd, sizeof(a->passwd), pw->pw_passwd,
	    strlen(pw->pw_passwd), false);
	a->pw = *pw;
	a->pw.pw_name = a->name;
	a->pw.pw_dir = a->home;
	a->pw.pw_passwd = a->passwd;
	return true;
}

static void
put_lower(char *lower, size_t size, const char *name)
{
	size_t i;

	for (i = 0; name[i] && i < size - 1; i++)
		lower[i] = (char)to_lower((unsigned char)name[i]);
	lower[i] = '\0';
}

/* The account of that name, as given or in lower case. */
static bool
find_account(struct account *a, const char *name)
{
	char lower[LOGIN_USER_MAX + 1];
	const struct passwd *pw = getpwnam(name);

	if (!pw) {
		put_lower(lower, sizeof(lower), name);
		if (strcmp(lower, name) == 0)
			return false;
		pw = getpwnam(lower);
	}
	return pw && copy_account(a, pw);
}

/* The secret of the name, as given or in lower case. */
static bool
find_secret(const struct auth *auth, const char *name, struct span *secret_r)
{
	char lower[LOGIN_USER_MAX + 1];

	if (!auth->secrets)
		return false;
	if (cc_ckp_find(auth->secrets, auth->secrets_len, name, secret_r))
		return true;
	put_lower(lower, sizeof(lower), name);
	return cc_ckp_find(auth->secrets, auth->secrets_len, lower, secret_r);
}

static bool
is_secret(const struct auth *auth, const char *name, const char *password)
{
	struct span secret;

	return find_secret(auth, name, &secret) &&
	    cc_ckp_equal(secret, password);
}

/* RFC 2195: is it the digest of our challenge under the name's secret? */
static bool
is_digest(const struct auth *auth, const char *name, bool *known_r)
{
	char digest[CC_HMAC_MD5_HEX];
	struct span secret;

	if (!find_secret(auth, name, &secret) ||
	    auth->check.challenge[0] == '\0')
		return false;
	*known_r = true;
	cc_hmac_md5(digest, secret, cc_span_z(auth->check.challenge));
	return cc_ckp_equal(cc_span_z(digest), auth->check.password);
}

static bool
is_right(struct auth *auth, const char *name, const struct account *account,
    const char *password)
{
	const struct ckp_query query = {
		.pw = &account->pw,
		.service = auth->check.service == LOGIN_IMAP ? "imap" : "pop",
		.address = auth->check.address,
		.password = password,
		.session = (auth->check.flags & LOGIN_CHECK_SESSION) != 0,
	};

	if (password[0] == '\0')
		return false;
	if (auth->has_secrets)
		return is_secret(auth, name, password);
	return auth->backend->check(&query, &auth->result);
}

/* Old clients put a space before the password: a wrong one that begins with it
 * is tried once more without. */
static bool
is_authentic(struct auth *auth, const char *name, const struct account *account)
{
	const char *password = auth->check.password;

	return is_right(auth, name, account, password) ||
	    (password[0] == ' ' && is_right(auth, name, account, password + 1));
}

/* Is the account of that name listed in the administrators' group? A primary
 * group does not count. Case does not either, unless the list means another
 * account. */
static bool
is_administrator(const char *name)
{
	const struct group *gr = getgrnam(ADMIN_GROUP);

	if (!gr)
		return false;
	for (char **member = gr->gr_mem; *member; member++)
		if (strcmp(*member, name) == 0 ||
		    (cc_span_is_nocase(cc_span_z(*member), name) &&
			!getpwnam(*member)))
			return true;
	return false;
}

/* Does the account prove to be itself? */
static bool
is_proved(struct auth *auth, const char *name, const struct account *account,
    bool *known_r)
{
	switch (auth->check.proof) {
	case LOGIN_PROOF_PASSWORD:
		return !auth->token && is_authentic(auth, name, account);
	case LOGIN_PROOF_CRAM_MD5:
		return auth->token && is_digest(auth, name, known_r);
	default:
		return false;
	}
}

/* Is the account's mail on another host? Told only to who proved to be the
 * user (RFC 2221 section 6). */
static bool
is_elsewhere(const struct auth *auth, const struct account *account,
    struct login_verdict *v)
{
	struct span host;

	if (auth->check.service != LOGIN_IMAP || !auth->referrals ||
	    !cc_ckp_find(auth->referrals, auth->referrals_len, account->name,
		&host))
		return false;
	cc_login_put(v->referral, sizeof(v->referral), host.p, host.len, false);
	if (host.len > LOGIN_HOST_MAX || !cc_login_is_host(v->referral)) {
		syslog(LOG_ERR, "%s: no host name for %.80s",
		    cc_login_referrals, account->name);
		v->referral[0] = '\0';
	}
	cc_login_put(v->name, sizeof(v->name), account->name,
	    strlen(account->name), false);
	return true;
}

static void
say_yes(struct login_verdict *v, const struct account *account)
{
	if (account->pw.pw_uid == 0)
		return;
	v->uid = account->pw.pw_uid;
	v->gid = account->pw.pw_gid;
	cc_login_put(v->name, sizeof(v->name), account->name,
	    strlen(account->name), false);
	cc_login_put(v->home, sizeof(v->home), account->home,
	    strlen(account->home), false);
	v->yes = 1;
}

/* The only place that lets somebody in who is somebody. Whether one enters for
 * another is asked of the accounts that were found: names that differ in case
 * only may be one account or two. */
static void
decide(struct auth *auth, struct login_verdict *v)
{
	const struct login_check *check = &auth->check;
	const char *prover = check->admin[0] ? check->admin : check->user;
	struct account who, account;
	bool found, other, known = false;

	if (!find_account(&who, prover))
		return;
	if (!is_proved(auth, prover, &who, &known)) {
		v->known = known;
		return;
	}
	found = find_account(&account, check->user);
	other = !found || strcmp(who.name, account.name) != 0;
	if (other && !is_administrator(who.name)) {
		v->override = LOGIN_OVERRIDE_NO;
		return;
	}
	if (!found || account.pw.pw_uid == 0 || is_elsewhere(auth, &account, v))
		return;
	if (other)
		v->override = LOGIN_OVERRIDE_YES;
	v->password_days = auth->result.password_days;
	v->account_days = auth->result.account_days;
	say_yes(v, &account);
}

/* Anybody may be nobody. The monitor has looked whether that is wanted. */
static void
decide_anonymous(const struct auth *auth, struct login_verdict *v)
{
	struct account account;

	v->password_days = v->account_days = LOGIN_NO_WARNING;
	if (auth->token && find_account(&account, ANONYMOUS_ACCOUNT))
		say_yes(v, &account);
}

/* A file of lines "name TAB text" that only an administrator can write: 1 and
 * its text, 0 if there is none. */
static int
read_file(const char *path, const char **text_r, size_t *len_r)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int r = CC_EIO;
	struct stat st;
	char *text;
	ssize_t n;

	if (fd < 0)
		return access(path, F_OK) == 0 ? CC_EIO : 0;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		goto out;
	if (st.st_size > (off_t)CC_SECRETS_SIZE) {
		syslog(LOG_ALERT, "%s is too large, logins refused", path);
		goto out;
	}
	/* What anybody can write says nothing about who somebody is. */
	if (st.st_mode & S_IWOTH) {
		syslog(LOG_ALERT, "%s can be written by others, logins refused",
		    path);
		goto out;
	}
	if (path == cc_login_secrets && (st.st_mode & (S_IRWXG | S_IRWXO)))
		syslog(LOG_WARNING, "%s should have mode 0400", path);
	text = fs_get((size_t)st.st_size + 1);
	n = pread(fd, text, (size_t)st.st_size, 0);
	if (n < 0)
		goto out;
	*text_r = text;
	*len_r = (size_t)n;
	r = 1;
out:
	close(fd);
	return r;
}

/* Gives root up, for good. */
static int
give_up_root(void)
{
	uid_t uid;
	gid_t gid;

	cc_login_gate_account(&uid, &gid);
	if (cc_login_become(NULL, uid, gid) != 0)
		return CC_EIO;
	return cc_sandbox_auth();
}

/* Reads the files, if there are any; then nothing needs root, but PAM and
 * shadow. */
static int
prepare(struct auth *auth)
{
	int r = read_file(cc_login_secrets, &auth->secrets, &auth->secrets_len);

	if (r < 0)
		return r;
	auth->has_secrets = r > 0;
	r = read_file(cc_login_referrals, &auth->referrals,
	    &auth->referrals_len);
	if (r < 0)
		return r;
	return auth->token || auth->has_secrets ? give_up_root() : 0;
}

static int
answer(struct auth *auth)
{
	struct login_verdict verdict;
	ssize_t n;
	int r;

	n = cc_login_receive(LOGIN_FD_CONTROL, &auth->check,
	    sizeof(auth->check), CHECK_MS);
	if (n < 0)
		return (int)n;
	r = cc_login_check_check(&auth->check, (size_t)n);
	if (r != 0)
		return r;
	auth->backend =
	    find_backend(auth->check.backend[0] ? auth->check.backend
						: CC_PASSWDTYPE);
	if (!auth->backend)
		return CC_EINVAL;
	auth->result.password_days = LOGIN_NO_WARNING;
	auth->result.account_days = LOGIN_NO_WARNING;
	cc_login_begin(&verdict, sizeof(verdict), LOGIN_VERDICT);
	if (auth->check.proof == LOGIN_PROOF_NONE)
		decide_anonymous(auth, &verdict);
	else
		decide(auth, &verdict);
	explicit_bzero(&auth->check, sizeof(auth->check));
	if (!verdict.yes)
		cc_ckp_pam_end(&auth->result);
	return cc_login_send(LOGIN_FD_CONTROL, &verdict, sizeof(verdict));
}

int
main(int argc, char **argv)
{
	static struct auth auth; /* one attempt */
	const struct rlimit none = { 0, 0 };
	char octet;
	int r;

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	/* Helpers of PAM modules, which may run as the user, must not have
	 * what our answer goes through. */
	if (fcntl(LOGIN_FD_CONTROL, F_SETFD, FD_CLOEXEC) != 0)
		return 1;
	auth.token = argc > 1 && strcmp(argv[1], LOGIN_AUTH_TOKEN) == 0;
	openlog(argc > 0 ? argv[0] : "auth", LOG_PID | LOG_NDELAY, LOG_AUTH);
	if (prepare(&auth) != 0)
		return 1;
	r = answer(&auth);
	/* A session lasts as long as the monitor keeps its end open. */
	if (r == 0 && auth.result.handle)
		cc_login_receive(LOGIN_FD_CONTROL, &octet, 1, -1);
	cc_ckp_pam_end(&auth.result);
	return r == 0 ? 0 : 1;
}
