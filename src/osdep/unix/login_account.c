/*
 * login_account.c - giving root up (setresuid(2)).
 *
 * The order matters: groups while still root, the user last. Each step is
 * checked by asking the kernel, since a call that says it worked and did not
 * would leave a stranger with root.
 */
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <unistd.h>

#include "cc_err.h"
#include "login_account.h"

void
cc_login_gate_account(uid_t *uid_r, gid_t *gid_r)
{
	const struct passwd *pw = getpwnam(LOGIN_GATE_ACCOUNT);

	*uid_r = LOGIN_GATE_NUMBER;
	*gid_r = LOGIN_GATE_NUMBER;
	if (!pw || pw->pw_uid == 0 || pw->pw_gid == 0)
		return;
	*uid_r = pw->pw_uid;
	*gid_r = pw->pw_gid;
}

static bool
is_changed(uid_t uid, gid_t gid)
{
	uid_t ruid, euid, suid;
	gid_t rgid, egid, sgid;

	return getresuid(&ruid, &euid, &suid) == 0 &&
	    getresgid(&rgid, &egid, &sgid) == 0 && ruid == uid && euid == uid &&
	    suid == uid && rgid == gid && egid == gid && sgid == gid;
}

/* Does any call that could give root back fail? */
static bool
is_final(gid_t gid)
{
	return setresuid((uid_t)-1, 0, (uid_t)-1) != 0 && setuid(0) != 0 &&
	    (gid == 0 || setresgid((gid_t)-1, 0, (gid_t)-1) != 0);
}

int
cc_login_become(const char *name, uid_t uid, gid_t gid)
{
	if (uid == 0)
		return CC_EACCESS;
	if ((name ? initgroups(name, gid) : setgroups(0, NULL)) != 0 ||
	    setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0)
		return CC_EACCESS;
	if (!is_changed(uid, gid) || !is_final(gid))
		return CC_EACCESS;
	if (!name && getgroups(0, NULL) != 0)
		return CC_EACCESS;
	return 0;
}
